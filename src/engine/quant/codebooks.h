/* codebooks.h: the codebooks of IQ1, IQ2 and IQ3
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They are part of the format: numbers that ggml's authors chose by training, which no rule generates.
 */
#ifndef GLM_CODEBOOKS_H
#define GLM_CODEBOOKS_H

#include <stdint.h>

/* Eight values in two bits each, the first one lowest.  IQ1: −1, 0, 1; IQ2: the magnitudes 8, 25, 43. */
extern const uint16_t glm_iq1_codes[2048];
extern const uint16_t glm_iq2_xxs_codes[256];
extern const uint16_t glm_iq2_xs_codes[512];
extern const uint16_t glm_iq2_s_codes[1024];
/* Four magnitudes in three bits each: 4, 12, 20, 28, 36, 44, 52, 62, and the odd numbers 1 to 15. */
extern const uint16_t glm_iq3_xxs_codes[256];
extern const uint16_t glm_iq3_s_codes[512];

#endif
