/* wide-model.h: the starter model with rows of whole super-blocks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_WIDE_MODEL_H
#define MYNA_TEST_WIDE_MODEL_H

/* The ChatGLM model at `source`, its matrices in blocks of 32, with as many zeros in each row that it is a multiple of 256
 * long, which the K-quants ask for.  It is the same function: the zeros add nothing, further heads see nothing, and the
 * norms are scaled for their longer mean.  Ends the test if that fails. */
void wide_model_write (const char *source, const char *target);

#endif
