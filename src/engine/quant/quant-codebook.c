/* quant-codebook.c: the types whose levels are looked up in groups: IQ1, IQ2 and IQ3
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A super-block of 256 values has eight parts of 32.  A part has an index of a codebook (codebooks.c) for each eight of its
 * values, with IQ3 for each four; the entry there has two or three bits for each, which choose one of three or eight magnitudes.
 * Signs are bits of their own; IQ2_XXS, IQ2_XS and IQ3_XXS keep seven for eight values, whose number of minus signs is even.
 * IQ1's three levels −1, 0, 1 have no signs: all eight of an index are shifted by an eighth, up or down.
 *
 * A part, or each half of it, has a scale, the odd number 2 s + 1 times the unit:
 *
 *   type      unit   index of value 8 l … of part j             scale
 *   IQ1_S     d / 8  11 bits, qs[4 j + l] the low eight         3 bits a part
 *   IQ1_M     d / 8  11 bits, the same                          3 bits a half; d is in the fourths of the four words
 *   IQ2_XXS   d / 8  8 bits                                     4 bits a part, above the signs
 *   IQ2_XS    d / 8  9 bits, below seven signs                  4 bits a half
 *   IQ2_S     d / 8  10 bits, qs[4 j + l] the low eight         4 bits a half
 *   IQ3_XXS   d / 4  two of 8 bits                              4 bits a part, above the signs
 *   IQ3_S     d      two of 9 bits, qs[8 j + 2 l …] the low eight   4 bits a part
 */
#include "quant/blocks.h"
#include "quant/codebooks.h"

#include <string.h>

/* Bit 2: shifted down instead of up. */
const int8_t glm_iq1_values[16] = { -7, 1, 9, 0, -9, -1, 7, 0 };
/* Bit 2: minus. */
const int8_t glm_iq2_values[16] = { 8, 25, 43, 0, -8, -25, -43, 0 };
/* Bit 3: minus. */
const int8_t glm_iq3_xxs_values[16] = { 4, 12, 20, 28, 36, 44, 52, 62, -4, -12, -20, -28, -36, -44, -52, -62 };
const int8_t glm_iq3_s_values[16] = { 1, 3, 5, 7, 9, 11, 13, 15, -1, -3, -5, -7, -9, -11, -13, -15 };

static inline uint32_t
load_u32 (const uint8_t *p)
{
  uint32_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

static inline uint8_t
odd (int scale)
{
  return (uint8_t) (2 * scale + 1);
}

/* Seven signs and the eighth that makes the number of minus signs even. */
static inline uint8_t
even_signs (uint32_t seven)
{
  seven &= 127;
  return (uint8_t) (seven | (uint32_t) __builtin_parity (seven) << 7);
}

/* The bits of eight signs, one a byte: bit i goes to byte i. */
static inline uint64_t
spread_bits (uint8_t bits)
{
  uint64_t x = bits;

  x = (x | x << 28) & 0x0000000f0000000f;
  x = (x | x << 14) & 0x0003000300030003;
  return (x | x << 7) & 0x0101010101010101;
}

/* Eight times two bits, each in a byte. */
static inline uint64_t
spread_twos (uint16_t code)
{
  uint64_t x = code;

  x = (x | x << 24) & 0x000000ff000000ff;
  x = (x | x << 12) & 0x000f000f000f000f;
  return (x | x << 6) & 0x0303030303030303;
}

/* Four times three bits, each in a byte. */
static inline uint32_t
spread_threes (uint16_t code)
{
  uint32_t x = code;

  x = (x | x << 10) & 0x003f003f;
  return (x | x << 5) & 0x07070707;
}

/* Eight levels of a codebook of two bits; bits of `high` are bit 2 of each. */
static inline void
write_twos (uint16_t code, uint8_t high, uint8_t level[8])
{
  uint64_t x = spread_twos (code) | spread_bits (high) << 2;

  memcpy (level, &x, sizeof x);
}

/* Eight levels of two entries of three bits. */
static inline void
write_threes (uint16_t first, uint16_t second, uint8_t signs, uint8_t level[8])
{
  uint64_t x = spread_threes (first) | (uint64_t) spread_threes (second) << 32 | spread_bits (signs) << 3;

  memcpy (level, &x, sizeof x);
}

/* ---- Parts of 32 values ----------------------------------------------------------------------------------------- */

void
glm_read_iq1_s (const GlmBlockIQ1_S *block, int j, GlmCodes *codes)
{
  uint16_t qh = block->qh[j];

  codes->scale[0] = codes->scale[1] = odd (qh >> 12 & 7);
  for (int l = 0; l < 4; l++)
    write_twos (glm_iq1_codes[block->qs[4 * j + l] | (qh >> (3 * l) & 7) << 8], qh & 0x8000 ? 0xff : 0, codes->level + 8 * l);
}

/* Each nibble of qh: three bits of an index, and whether its values are shifted down. */
void
glm_read_iq1_m (const GlmBlockIQ1_M *block, int j, GlmCodes *codes)
{
  for (int h = 0; h < 2; h++)
    codes->scale[h] = odd (block->scales[j / 2] >> (6 * (j % 2) + 3 * h) & 7);
  for (int l = 0; l < 4; l++)
    {
      int high = block->qh[2 * j + l / 2] >> (4 * (l % 2));

      write_twos (glm_iq1_codes[block->qs[4 * j + l] | (high & 7) << 8], high & 8 ? 0xff : 0, codes->level + 8 * l);
    }
}

void
glm_read_iq2_xxs (const GlmBlockIQ2_XXS *block, int j, GlmCodes *codes)
{
  const uint8_t *indexes = block->qs + 8 * j;
  uint32_t signs = load_u32 (indexes + 4);

  codes->scale[0] = codes->scale[1] = odd ((int) (signs >> 28));
  for (int l = 0; l < 4; l++)
    write_twos (glm_iq2_xxs_codes[indexes[l]], even_signs (signs >> (7 * l)), codes->level + 8 * l);
}

void
glm_read_iq2_xs (const GlmBlockIQ2_XS *block, int j, GlmCodes *codes)
{
  codes->scale[0] = odd (block->scales[j] & 15);
  codes->scale[1] = odd (block->scales[j] >> 4);
  for (int l = 0; l < 4; l++)
    write_twos (glm_iq2_xs_codes[block->qs[4 * j + l] & 511], even_signs (block->qs[4 * j + l] >> 9), codes->level + 8 * l);
}

void
glm_read_iq2_s (const GlmBlockIQ2_S *block, int j, GlmCodes *codes)
{
  codes->scale[0] = odd (block->scales[j] & 15);
  codes->scale[1] = odd (block->scales[j] >> 4);
  for (int l = 0; l < 4; l++)
    write_twos (glm_iq2_s_codes[block->qs[4 * j + l] | (block->qh[j] >> (2 * l) & 3) << 8], block->signs[4 * j + l],
                codes->level + 8 * l);
}

void
glm_read_iq3_xxs (const GlmBlockIQ3_XXS *block, int j, GlmCodes *codes)
{
  const uint8_t *indexes = block->qs + 8 * j;
  uint32_t signs = load_u32 (block->signs + 4 * j);

  codes->scale[0] = codes->scale[1] = odd ((int) (signs >> 28));
  for (int l = 0; l < 4; l++)
    write_threes (glm_iq3_xxs_codes[indexes[2 * l]], glm_iq3_xxs_codes[indexes[2 * l + 1]], even_signs (signs >> (7 * l)),
                  codes->level + 8 * l);
}

void
glm_read_iq3_s (const GlmBlockIQ3_S *block, int j, GlmCodes *codes)
{
  const uint8_t *indexes = block->qs + 8 * j;

  codes->scale[0] = codes->scale[1] = odd (block->scales[j / 2] >> (4 * (j % 2)) & 15);
  for (int l = 0; l < 4; l++)
    {
      int first = indexes[2 * l] | (block->qh[j] >> (2 * l) & 1) << 8;
      int second = indexes[2 * l + 1] | (block->qh[j] >> (2 * l + 1) & 1) << 8;

      write_threes (glm_iq3_s_codes[first], glm_iq3_s_codes[second], block->signs[4 * j + l], codes->level + 8 * l);
    }
}

/* d of IQ1_M: four bits above the scales of each word. */
static float
iq1_m_unit (const GlmBlockIQ1_M *block)
{
  uint16_t d = 0;

  for (int i = 0; i < 4; i++)
    d |= (uint16_t) (block->scales[i] >> 12 << (4 * i));
  return glm_f16_to_f32 (d) / 8;
}

/* The others begin with d. */
float
glm_codes_unit (GlmType type, const void *block)
{
  float d;

  if (type == GLM_TYPE_IQ1_M)
    return iq1_m_unit (block);
  d = glm_f16_to_f32 (*(const uint16_t *) block);
  return type == GLM_TYPE_IQ3_S ? d : type == GLM_TYPE_IQ3_XXS ? d / 4 : d / 8;
}

/* ---- Dequantising ----------------------------------------------------------------------------------------------- */

static void
expand (const GlmCodes *codes, const int8_t values[16], float unit, float *y)
{
  for (int i = 0; i < GLM_QK; i++)
    y[i] = unit * (float) codes->scale[i / 16] * (float) values[codes->level[i]];
}

#define DEQUANTISE(name, Block, type, values)                       \
  void glm_dequantise_##name (const void *x, float *y, int64_t n)   \
  {                                                                 \
    const Block *block = x;                                         \
                                                                    \
    for (; n > 0; n -= GLM_QKK, block++)                            \
      for (int j = 0; j < GLM_QKK / GLM_QK; j++, y += GLM_QK)       \
        {                                                           \
          GlmCodes codes;                                           \
                                                                    \
          glm_read_##name (block, j, &codes);                       \
          expand (&codes, values, glm_codes_unit (type, block), y); \
        }                                                           \
  }

DEQUANTISE (iq1_s, GlmBlockIQ1_S, GLM_TYPE_IQ1_S, glm_iq1_values)
DEQUANTISE (iq1_m, GlmBlockIQ1_M, GLM_TYPE_IQ1_M, glm_iq1_values)
DEQUANTISE (iq2_xxs, GlmBlockIQ2_XXS, GLM_TYPE_IQ2_XXS, glm_iq2_values)
DEQUANTISE (iq2_xs, GlmBlockIQ2_XS, GLM_TYPE_IQ2_XS, glm_iq2_values)
DEQUANTISE (iq2_s, GlmBlockIQ2_S, GLM_TYPE_IQ2_S, glm_iq2_values)
DEQUANTISE (iq3_xxs, GlmBlockIQ3_XXS, GLM_TYPE_IQ3_XXS, glm_iq3_xxs_values)
DEQUANTISE (iq3_s, GlmBlockIQ3_S, GLM_TYPE_IQ3_S, glm_iq3_s_values)
