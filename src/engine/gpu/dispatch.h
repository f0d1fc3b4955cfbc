/* dispatch.h: what a dispatch of each shader takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A function for each records it in the variant that suits.  The structs are the shaders' push constants, in their order; addresses
 * are of the device, widths and distances in floats.
 */
#ifndef GLM_GPU_DISPATCH_H
#define GLM_GPU_DISPATCH_H

#include "gpu/pipelines.h"
#include "gpu/planes.h"

/* What products read beside the floats: int8 in blocks of 32 (common.glsl), or rows of halves for matrix units. */
typedef enum
{
  GLM_GPU_FLOATS,
  GLM_GPU_BYTES,
  GLM_GPU_HALVES,
} GlmGpuForm;

typedef struct
{
  uint64_t x, q, scales;
  uint32_t ld, width;
} GlmQuantisePush; /* and of act.comp */

typedef struct
{
  uint64_t x, y;
  uint32_t ldx, ldy, width;
  float scale;
} GlmAddPush;

typedef struct
{
  uint64_t x, y, weight, bias, q, scales;
  uint32_t ldx, ldy, at, width;
  float eps;
} GlmNormPush;

typedef struct
{
  uint64_t quants, scales, mins, x, x_scales, bias, y, parts; /* the last: glm_record_parts_bytes() */
  uint32_t rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint32_t span; /* filled in by glm_record_product() */
} GlmProductPush;

typedef struct
{
  uint64_t weights, x, bias, y;
  uint32_t rows, cols, ldx, ldy, tokens, has_bias, adds;
  float scale;
} GlmFloatPush;

typedef struct
{
  uint64_t x, cosines, sines, rows[2], scales[2], fresh, run;
  uint32_t ld, width, n_turned, first_stored, n_kv, n_columns, n_pairs, axes;
} GlmRopePush;

typedef struct
{
  uint64_t q, keys, values, key_scales, value_scales, outs, sums, run;
  uint32_t ldq, n_columns, n_rows;
  float scale;
  uint64_t tails; /* of latents: what of the queries is not in q */
  uint32_t ld_tails, tail_width;
} GlmAttendPush;

typedef struct
{
  uint64_t outs, sums, y, q, scales;
  uint32_t n_splits, ldy;
} GlmMergePush;

/* What Run of common.glsl holds. */
typedef struct
{
  uint32_t first, n_context;
} GlmRun;

/* Columns that attention takes at a time: attend.glsl; and query vectors of a workgroup of attend.comp and attend-matrix.comp. */
#define GLM_ATTEND_CHUNK          64
#define GLM_ATTEND_QUERIES        16
#define GLM_ATTEND_LATENT_QUERIES 8
#define GLM_ATTEND_MATRIX_QUERIES 64

/* The form that a product of so many rows reads. */
GlmGpuForm glm_record_form (const GlmGpu *gpu, int64_t n_rows);
bool glm_record_quantise (GlmRecord *r, const GlmQuantisePush *push, GlmGpuForm form, int64_t n_rows);
bool glm_record_act (GlmRecord *r, const GlmQuantisePush *push, bool gelu, GlmGpuForm form, int64_t n_rows);
bool glm_record_add (GlmRecord *r, const GlmAddPush *push, int64_t n_rows);
bool glm_record_norm (GlmRecord *r, const GlmNormPush *push, bool layer, GlmGpuForm form, int64_t n_heads, int64_t n_rows);
/* What the parts take of a product of so many rows of weights and blocks of columns with a batch; 0: it has none. */
size_t glm_record_parts_bytes (const GlmGpu *gpu, int64_t rows, int64_t blocks, int64_t tokens);
bool glm_record_product (GlmRecord *r, const GlmProductPush *push, const GlmPlanes *planes);
/* Whether the card has so many tiles for it. */
bool glm_record_has_tile (const GlmGpu *gpu, int tile);
bool glm_record_float (GlmRecord *r, const GlmFloatPush *push, bool single);
bool glm_record_rope (GlmRecord *r, const GlmRopePush *push, int element_bytes, bool half_split, int64_t n_heads,
                      int64_t n_rows);
/* What attention works on: rows of keys and values of such widths, each shared by `group` queries.  Where they differ, the values
 * are the first part of the keys. */
typedef struct
{
  int64_t key_width, width, group;
  int element_bytes;
} GlmAttendShape;

/* Query vectors of a workgroup. */
int64_t glm_record_attend_queries (const GlmGpu *gpu, const GlmAttendShape *shape, int64_t n_rows);
bool glm_record_attend (GlmRecord *r, const GlmAttendPush *push, const GlmAttendShape *shape, int64_t n_kv, int64_t n_splits);
bool glm_record_merge (GlmRecord *r, const GlmMergePush *push, int64_t width, GlmGpuForm form, int64_t n_heads, int64_t n_rows);

#endif
