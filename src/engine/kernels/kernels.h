/* kernels.h: the table of functions that have a version per instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * glm_kernels_init() fills every slot with its C reference (`*_c`, in kernels.c: the specification), then the staircase
 * of kernels/x86 or kernels/arm overrides what the processor can do better; both use kernels/simd.  Each slot is tested
 * against its reference by tests/engine/kernels/test-kernels.c, which also times it (--bench).
 */
#ifndef GLM_KERNELS_H
#define GLM_KERNELS_H

#include "engine.h"
#include "quant/packed.h"

#define GLM_MAX_TILE_WIDTH 12

typedef struct GlmKernels GlmKernels;

struct GlmKernels
{
  /* y[i] = x[i] · rsqrt (mean (x²) + eps) · w[i], i < n.  y may be x. */
  void (*rms_norm) (float *y, const float *x, const float *w, int64_t n, float eps);
  /* y = (x − mean) / sqrt (var + eps) · w + b.  y may be x. */
  void (*layer_norm) (float *y, const float *x, const float *w, const float *b, int64_t n, float eps);
  /* y[i] += scale · x[i] */
  void (*add_scaled) (float *y, const float *x, float scale, int64_t n);
  /* y[i] = silu (gate[i]) · up[i], silu (v) = v / (1 + e^−v).  y may be gate. */
  void (*swiglu) (float *y, const float *gate, const float *up, int64_t n);
  /* y[i] = gelu (x[i]), tanh form.  y may be x. */
  void (*gelu) (float *y, const float *x, int64_t n);
  /* x = softmax (scale · x) in place. */
  void (*softmax) (float *x, float scale, int64_t n);
  /* Interleaved RoPE on one head: pairs (x[2i], x[2i+1]), i < n_pairs, turned by cos[i], sin[i]. */
  void (*rope_interleaved) (float *x, const float *cos, const float *sin, int64_t n_pairs);
  /* Half-split RoPE on one head: pairs (x[i], x[i + n_pairs]). */
  void (*rope_half) (float *x, const float *cos, const float *sin, int64_t n_pairs);
  /* Σ x[i] · y[i] */
  float (*dot_f32) (const float *x, const float *y, int64_t n);
  /* Σ x[i] · y[i], y in half precision (KV cache). */
  float (*dot_f16) (const float *x, const uint16_t *y, int64_t n);
  /* y[i] += a · x[i], x in half precision (KV cache). */
  void (*axpy_f16) (float *y, float a, const uint16_t *x, int64_t n);
  void (*f32_to_f16) (uint16_t *y, const float *x, int64_t n);
  void (*f16_to_f32) (float *y, const uint16_t *x, int64_t n);
  /* y[i] = scales[i / 32] · x[i] (KV cache in 8 bits). */
  void (*i8_to_f32) (float *y, const int8_t *x, const float *scales, int64_t n);

  /* The largest of x[i], i < n; −∞ for n = 0. */
  float (*largest) (const float *x, int64_t n);
  /* Blocked softmax: x[i] = e^(scale · x[i] − shift), i < n; returns the sum of the new x. */
  float (*exp_sum) (float *x, float scale, float shift, int64_t n);
  /* Attention of one group of query heads that share a KV head, over n_k cached positions; a row of K or V is read once
   * for the whole group.  Scores: s[i · lds + j] = Σ_c q[i · ldq + c] · k[j · ldk + c], i < n_q, j < n_k, c < d. */
  void (*attend_scores) (float *s, int64_t lds, const float *q, int64_t ldq, int n_q, const uint16_t *k, int64_t ldk, int n_k,
                         int64_t d);
  /* Values: o[i · ldo + c] += Σ_j p[i · ldp + j] · v[j · ldv + c]. */
  void (*attend_values) (float *o, int64_t ldo, const float *p, int64_t ldp, int n_q, const uint16_t *v, int64_t ldv, int n_k,
                         int64_t d);
  /* The same for few query vectors and rows of d integers with a scale for 32 of them, [n_k][d / 32 rounded up]. */
  void (*attend_scores_i8) (float *s, int64_t lds, const float *q, int64_t ldq, int n_q, const int8_t *k, const float *scales,
                            int n_k, int64_t d);
  void (*attend_values_i8) (float *o, int64_t ldo, const float *p, int64_t ldp, int n_q, const int8_t *v, const float *scales,
                            int n_k, int64_t d);

  /* ---- Products with packed weights (layouts: quant/packed.h).  On processors without int8 products the slots hold the
   * references and has_packed says not to use them: floats are faster there. ---- */

  bool has_packed;
  /* tile_width[n], 1 ≤ n ≤ max_tile_width: the narrowest tile made for n tokens or more. */
  uint8_t max_tile_width;
  uint8_t tile_width[GLM_MAX_TILE_WIDTH + 1];
  /* Row `t` of a tile: quantises x[cols], cols a multiple of 32. */
  void (*quantise_tile) (const float *x, int64_t cols, GlmSumKind kind, uint8_t *tile, int width, int t);
  /* out[t · 16 + r] = row r of the panel · token t of the tile, t < width; width as tile_width has it.  `ahead` is where
   * to prefetch as many bytes as the panel has while at it: any address, or what is wanted next. */
  void (*panel_product[GLM_N_PACKED]) (const uint8_t *panel, int64_t n_blocks, const uint8_t *tile, int width,
                                       const uint8_t *ahead, float *out);
  /* The same for two panels that lie panel_bytes apart: out [2, width, 16].  For widths from min_pair_width on, where it
   * is faster; 0: nowhere. */
  uint8_t min_pair_width;
  void (*pair_product[GLM_N_PACKED]) (const uint8_t *panels, size_t panel_bytes, int64_t n_blocks, const uint8_t *tile,
                                      int width, const uint8_t *ahead, float *out);
  /* The same for tiles of max_tile_width that follow each other: out [n_tiles, 2, max_tile_width, 16].  From min_tiles of
   * them on it is faster.  NULL: there is none. */
  uint8_t min_tiles;
  void (*tiles_product[GLM_N_PACKED]) (const uint8_t *panels, size_t panel_bytes, int64_t n_blocks, const uint8_t *tiles,
                                       int n_tiles, const uint8_t *ahead, float *out);
};

/* The table for this processor under the current mask (glm_cpu_set_mask).  Cheap; the pointer stays valid. */
const GlmKernels *glm_kernels (void);

#endif
