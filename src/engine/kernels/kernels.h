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
#include "kernels/latents.h"
#include "quant/packed.h"

#define GLM_MAX_TILE_WIDTH 12

typedef struct GlmKernels GlmKernels;

/* Cached keys or values, and the query vectors that meet them. */
typedef struct
{
  const void *rows; /* [n][ld], the first d count: half precision, or int8 with a scale for each 32 */
  int64_t ld;
  const float *scales; /* [n][ld_scales]; of half precision NULL */
  int64_t ld_scales;
  int n;
  int n_q;
  int64_t d;
} GlmAttendBlock;

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
  /* Interleaved RoPE on one head: pairs (x[2i], x[2i+1]), i < n_pairs, turned by cos[i], sin[i]. */
  void (*rope_interleaved) (float *x, const float *cos, const float *sin, int64_t n_pairs);
  /* Half-split RoPE on one head: pairs (x[i], x[i + n_pairs]). */
  void (*rope_half) (float *x, const float *cos, const float *sin, int64_t n_pairs);
  /* Σ x[i] · y[i] */
  float (*dot_f32) (const float *x, const float *y, int64_t n);
  void (*f32_to_f16) (uint16_t *y, const float *x, int64_t n);
  void (*f16_to_f32) (float *y, const uint16_t *x, int64_t n);
  /* y[i] = scales[i / 32] · x[i] (KV cache in 8 bits). */
  void (*i8_to_f32) (float *y, const int8_t *x, const float *scales, int64_t n);

  /* The largest of x[i], i < n; −∞ for n = 0. */
  float (*largest) (const float *x, int64_t n);
  /* Blocked softmax: x[i] = e^(scale · x[i] − shift), i < n; returns the sum of the new x. */
  float (*exp_sum) (float *x, float scale, float shift, int64_t n);
  /* Attention of one group of query heads that share a KV head; a row of K or V is read once for the whole group.
   * Scores: s[i · lds + j] = Σ_c q[i · ldq + c] · k_j[c], i < n_q, j < n, c < d. */
  void (*attend_scores) (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds);
  /* Values: o[i · ldo + c] += Σ_j p[i · ldp + j] · v_j[c]. */
  void (*attend_values) (const GlmAttendBlock *values, const float *p, int64_t ldp, float *o, int64_t ldo);
  /* The same of int8, for few query vectors. */
  void (*attend_scores_i8) (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds);
  void (*attend_values_i8) (const GlmAttendBlock *values, const float *p, int64_t ldp, float *o, int64_t ldo);

  /* Attention over latents as bytes (kernels/latents.h), for few query vectors.  Without products of bytes the slots hold the
   * references, and has_latents says not to use them. */
  bool has_latents;
  /* Packs keys in half precision, whose first `rank` components are the values; no more than the block holds. */
  void (*latent_pack) (const GlmAttendBlock *keys, const GlmLatentBlock *block);
  /* s[i · lds + j] = q_i · k_j, i < n_q, j < block->n ≤ GLM_LATENT_KEYS; what a vector gets does not depend on the others. */
  void (*latent_scores) (const GlmLatentBlock *block, const GlmLatentQueries *queries, int n_q, float *s, int64_t lds);
  /* o[i · ldo + c] += Σ_j p[i · ldp + j] · v_j[c], c < rank; p ≥ 0 becomes bytes, the largest of a vector 255. */
  void (*latent_values) (const GlmLatentBlock *block, const float *p, int64_t ldp, int n_q, float *o, int64_t ldo);

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
  /* How far ahead to prefetch where the panels are in the cache, or a single token passes over them. */
  int prefetch_bytes;
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
