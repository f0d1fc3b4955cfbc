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

extern const int8_t glm_iq4_values[16];

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

/* quant-plain.c, quant-k.c: the functions behind the traits table (see GlmDequantiseFunc, GlmQuantiseFunc). */
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
