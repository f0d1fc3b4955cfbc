/* half.c: IEEE half and bfloat16 in software
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quant/half.h"

#include <string.h>

static inline uint32_t
float_bits (float f)
{
  uint32_t bits;

  memcpy (&bits, &f, sizeof bits);
  return bits;
}

static inline float
bits_float (uint32_t bits)
{
  float f;

  memcpy (&f, &bits, sizeof f);
  return f;
}

float
glm_f16_to_f32 (uint16_t h)
{
  uint32_t sign = (uint32_t) (h & 0x8000) << 16;
  uint32_t exponent = (h >> 10) & 0x1f, mantissa = h & 0x3ff;

  if (exponent == 0x1f)
    return bits_float (sign | 0x7f800000 | mantissa << 13 | (mantissa != 0 ? 0x400000 : 0));
  if (exponent == 0)
    {
      /* Subnormal: mantissa · 2⁻²⁴ is exact in single precision. */
      float value = (float) mantissa * 0x1p-24f;

      return sign != 0 ? -value : value;
    }
  return bits_float (sign | (exponent + 112) << 23 | mantissa << 13);
}

uint16_t
glm_f32_to_f16 (float f)
{
  uint32_t bits = float_bits (f);
  uint16_t sign = (uint16_t) (bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;

  if (magnitude > 0x7f800000)
    return sign | 0x7e00 | (uint16_t) (magnitude >> 13 & 0x1ff);
  if (magnitude >= 0x47800000) /* 65536 and more, infinity */
    return sign | 0x7c00;
  if (magnitude < 0x38800000) /* below 2⁻¹⁴: adding 0.5 leaves mantissa · 2²⁴, rounded to even, in the low bits */
    return sign | (uint16_t) (float_bits (bits_float (magnitude) + 0.5f) - 0x3f000000);
  magnitude += 0xfff + (magnitude >> 13 & 1);
  return sign | (uint16_t) ((magnitude - 0x38000000) >> 13);
}

float
glm_bf16_to_f32 (uint16_t h)
{
  return bits_float ((uint32_t) h << 16);
}

uint16_t
glm_f32_to_bf16 (float f)
{
  uint32_t bits = float_bits (f);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (uint16_t) (bits >> 16) | 0x40; /* keep a NaN a NaN */
  return (uint16_t) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
