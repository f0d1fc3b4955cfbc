/* blocks.h: the blocks of the quantised tensor types, byte for byte as GGUF files hold them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All numbers are little-endian; d, dmin and m are IEEE half.  The structs hold only bytes and uint16_t, so they have no
 * padding; blocks in a file may start at any even address.
 */
#ifndef GLM_BLOCKS_H
#define GLM_BLOCKS_H

#include <assert.h>
#include <stdint.h>

#include "quant/quant.h"

#define GLM_QK  32  /* values in a block of the plain types */
#define GLM_QKK 256 /* values in a super-block of the K types */

/* Value j < 16 is the low nibble of qs[j], value j + 16 the high one, in all types with nibbles of 32 values. */
/* clang-format off */
typedef struct { uint16_t d; uint8_t qs[16]; } GlmBlockQ4_0;                         /* d · (q − 8) */
typedef struct { uint16_t d, m; uint8_t qs[16]; } GlmBlockQ4_1;                      /* d · q + m */
typedef struct { uint16_t d; uint8_t qh[4]; uint8_t qs[16]; } GlmBlockQ5_0;          /* d · (q − 16); bit j of qh: the fifth bit of value j */
typedef struct { uint16_t d, m; uint8_t qh[4]; uint8_t qs[16]; } GlmBlockQ5_1;       /* d · q + m */
typedef struct { uint16_t d; int8_t qs[32]; } GlmBlockQ8_0;                          /* d · q */
typedef struct { uint16_t d; uint8_t qs[16]; } GlmBlockIQ4_NL;                       /* d · glm_iq4_values[q] */

typedef struct { uint8_t scales[16]; uint8_t qs[64]; uint16_t d, dmin; } GlmBlockQ2_K;
typedef struct { uint8_t hmask[32]; uint8_t qs[64]; uint8_t scales[12]; uint16_t d; } GlmBlockQ3_K;
typedef struct { uint16_t d, dmin; uint8_t scales[12]; uint8_t qs[128]; } GlmBlockQ4_K;
typedef struct { uint16_t d, dmin; uint8_t scales[12]; uint8_t qh[32]; uint8_t qs[128]; } GlmBlockQ5_K;
typedef struct { uint8_t ql[128]; uint8_t qh[64]; int8_t scales[16]; uint16_t d; } GlmBlockQ6_K;
typedef struct { uint16_t d, scales_h; uint8_t scales_l[4]; uint8_t qs[128]; } GlmBlockIQ4_XS;

typedef struct { uint8_t e, qs[16]; } GlmBlockMXFP4;                                 /* 2^(e − 128) · glm_mxfp4_values[q] */

/* Types with codebooks: see quant-codebook.c. */
typedef struct { uint16_t d; uint8_t qs[32]; uint16_t qh[8]; } GlmBlockIQ1_S;
typedef struct { uint8_t qs[32], qh[16]; uint16_t scales[4]; } GlmBlockIQ1_M;
typedef struct { uint16_t d; uint8_t qs[64]; } GlmBlockIQ2_XXS;
typedef struct { uint16_t d, qs[32]; uint8_t scales[8]; } GlmBlockIQ2_XS;
typedef struct { uint16_t d; uint8_t qs[32], signs[32], qh[8], scales[8]; } GlmBlockIQ2_S;
typedef struct { uint16_t d; uint8_t qs[64], signs[32]; } GlmBlockIQ3_XXS;
typedef struct { uint16_t d; uint8_t qs[64], qh[8], signs[32], scales[4]; } GlmBlockIQ3_S;
/* clang-format on */

static_assert (sizeof (GlmBlockQ4_0) == 18, "Q4_0");
static_assert (sizeof (GlmBlockQ4_1) == 20, "Q4_1");
static_assert (sizeof (GlmBlockQ5_0) == 22, "Q5_0");
static_assert (sizeof (GlmBlockQ5_1) == 24, "Q5_1");
static_assert (sizeof (GlmBlockQ8_0) == 34, "Q8_0");
static_assert (sizeof (GlmBlockQ2_K) == 84, "Q2_K");
static_assert (sizeof (GlmBlockQ3_K) == 110, "Q3_K");
static_assert (sizeof (GlmBlockQ4_K) == 144, "Q4_K");
static_assert (sizeof (GlmBlockQ5_K) == 176, "Q5_K");
static_assert (sizeof (GlmBlockQ6_K) == 210, "Q6_K");
static_assert (sizeof (GlmBlockIQ4_XS) == 136, "IQ4_XS");
static_assert (sizeof (GlmBlockMXFP4) == 17, "MXFP4");
static_assert (sizeof (GlmBlockIQ1_S) == 50, "IQ1_S");
static_assert (sizeof (GlmBlockIQ1_M) == 56, "IQ1_M");
static_assert (sizeof (GlmBlockIQ2_XXS) == 66, "IQ2_XXS");
static_assert (sizeof (GlmBlockIQ2_XS) == 74, "IQ2_XS");
static_assert (sizeof (GlmBlockIQ2_S) == 82, "IQ2_S");
static_assert (sizeof (GlmBlockIQ3_XXS) == 98, "IQ3_XXS");
static_assert (sizeof (GlmBlockIQ3_S) == 110, "IQ3_S");

/* What levels stand for, where that is no line. */
extern const int8_t glm_iq4_values[16];
extern const int8_t glm_mxfp4_values[16];
extern const int8_t glm_iq1_values[16]; /* in eighths */
extern const int8_t glm_iq2_values[16];
extern const int8_t glm_iq3_xxs_values[16];
extern const int8_t glm_iq3_s_values[16];

/* 2^(e − 128). */
float glm_mxfp4_scale (uint8_t e);

/* 32 values of a type with a codebook: unit · scale[i / 16] · values[level[i]], the values and the unit of each type above and
 * below.  IQ1: bit 2 of the levels is the same in eight of them. */
typedef struct
{
  uint8_t level[GLM_QK]; /* below 8, of IQ3 below 16 */
  uint8_t scale[2];      /* odd, below 32 */
} GlmCodes;

/* Values 32 j … 32 j + 31 of a block, j < 8. */
void glm_read_iq1_s (const GlmBlockIQ1_S *block, int j, GlmCodes *ret_codes);
void glm_read_iq1_m (const GlmBlockIQ1_M *block, int j, GlmCodes *ret_codes);
void glm_read_iq2_xxs (const GlmBlockIQ2_XXS *block, int j, GlmCodes *ret_codes);
void glm_read_iq2_xs (const GlmBlockIQ2_XS *block, int j, GlmCodes *ret_codes);
void glm_read_iq2_s (const GlmBlockIQ2_S *block, int j, GlmCodes *ret_codes);
void glm_read_iq3_xxs (const GlmBlockIQ3_XXS *block, int j, GlmCodes *ret_codes);
void glm_read_iq3_s (const GlmBlockIQ3_S *block, int j, GlmCodes *ret_codes);
/* The unit of the block of such a type. */
float glm_codes_unit (GlmType type, const void *block);

/* The six-bit scale and minimum of sub-block j < 8 of Q4_K and Q5_K. */
void glm_k4_scale_min (const uint8_t scales[12], int j, int *ret_scale, int *ret_min);
/* The six-bit scale of sub-block i < 16 of Q3_K, with the 32 already taken off. */
static inline int8_t
glm_q3k_scale (const uint8_t packed[12], int i)
{
  int low = i < 8 ? packed[i] & 15 : packed[i - 8] >> 4;
  int high = packed[8 + i % 4] >> (i / 4 * 2) & 3;

  return (int8_t) ((low | high << 4) - 32);
}

/* quant-plain.c, quant-k.c, quant-codebook.c: the functions behind the traits table (see GlmDequantiseFunc, GlmQuantiseFunc). */
void glm_dequantise_f32 (const void *x, float *y, int64_t n);
void glm_dequantise_f16 (const void *x, float *y, int64_t n);
void glm_dequantise_bf16 (const void *x, float *y, int64_t n);
void glm_dequantise_q4_0 (const void *x, float *y, int64_t n);
void glm_dequantise_q4_1 (const void *x, float *y, int64_t n);
void glm_dequantise_q5_0 (const void *x, float *y, int64_t n);
void glm_dequantise_q5_1 (const void *x, float *y, int64_t n);
void glm_dequantise_q8_0 (const void *x, float *y, int64_t n);
void glm_dequantise_iq4_nl (const void *x, float *y, int64_t n);
void glm_dequantise_q2_k (const void *x, float *y, int64_t n);
void glm_dequantise_q3_k (const void *x, float *y, int64_t n);
void glm_dequantise_q4_k (const void *x, float *y, int64_t n);
void glm_dequantise_q5_k (const void *x, float *y, int64_t n);
void glm_dequantise_q6_k (const void *x, float *y, int64_t n);
void glm_dequantise_iq4_xs (const void *x, float *y, int64_t n);
void glm_dequantise_mxfp4 (const void *x, float *y, int64_t n);
void glm_dequantise_iq1_s (const void *x, float *y, int64_t n);
void glm_dequantise_iq1_m (const void *x, float *y, int64_t n);
void glm_dequantise_iq2_xxs (const void *x, float *y, int64_t n);
void glm_dequantise_iq2_xs (const void *x, float *y, int64_t n);
void glm_dequantise_iq2_s (const void *x, float *y, int64_t n);
void glm_dequantise_iq3_xxs (const void *x, float *y, int64_t n);
void glm_dequantise_iq3_s (const void *x, float *y, int64_t n);

void glm_quantise_f32 (const float *x, void *y, int64_t n);
void glm_quantise_f16 (const float *x, void *y, int64_t n);
void glm_quantise_bf16 (const float *x, void *y, int64_t n);
void glm_quantise_q4_0 (const float *x, void *y, int64_t n);
void glm_quantise_q4_1 (const float *x, void *y, int64_t n);
void glm_quantise_q5_0 (const float *x, void *y, int64_t n);
void glm_quantise_q5_1 (const float *x, void *y, int64_t n);
void glm_quantise_q8_0 (const float *x, void *y, int64_t n);
void glm_quantise_q4_k (const float *x, void *y, int64_t n);
void glm_quantise_q5_k (const float *x, void *y, int64_t n);
void glm_quantise_q6_k (const float *x, void *y, int64_t n);

#endif
