/* fuzz.h: the entry of a fuzz target (libFuzzer's name)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <stdlib.h>

/* Ends the program in a way that libFuzzer takes for a crash. */
#define fail(...)             \
  G_STMT_START                \
  {                           \
    g_printerr (__VA_ARGS__); \
    g_printerr ("\n");        \
    abort ();                 \
  }                           \
  G_STMT_END

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
