/* half.h: IEEE half and bfloat16 in software: the references (kernels use the processor's)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_HALF_H
#define GLM_HALF_H

#include <stdint.h>

float glm_f16_to_f32 (uint16_t h);
uint16_t glm_f32_to_f16 (float f); /* round to nearest even */
float glm_bf16_to_f32 (uint16_t h);
uint16_t glm_f32_to_bf16 (float f);

#endif
