/* low-bits.h: blocks and files of the types that the engine reads but does not write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_LOW_BITS_H
#define MYNA_TEST_LOW_BITS_H

#include "quant/quant.h"

/* x [n] to Q2_K, Q3_K, IQ4_NL or IQ4_XS: each value to the nearest level, without a search for better scales. */
void low_bits_quantise (GlmType type, const float *x, void *blocks, int64_t n);

/* The model at `source` with all its matrices in `type`, or in IQ4_NL where their rows are no whole super-blocks (as
 * llama.cpp does it).  Ends the test if that fails. */
void low_bits_write_model (const char *source, const char *target, GlmType type);

#endif
