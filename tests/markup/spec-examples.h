/* spec-examples.h: the examples of a specification in CommonMark's format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct
{
  guint line; /* where it begins in the file */
  char *markdown, *html;
} SpecExample;

/* All examples of tests/data/markdown/NAME; the array owns them. */
GPtrArray *spec_examples_load (const char *name);
