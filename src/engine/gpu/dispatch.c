/* dispatch.c: see dispatch.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What suits a card and a shape: how many lanes and workgroups, which of the shaders that do the same.
 */
#include "gpu/dispatch.h"

#include <string.h>

static uint32_t
divide (int64_t n, int64_t by)
{
  return (uint32_t) ((n + by - 1) / by);
}

/* A subgroup of all the lanes, or the largest there is. */
static uint32_t
subgroup_for (const GlmGpu *gpu, uint32_t lanes)
{
  if (!gpu->has_subgroup_control)
    return 0;
  return lanes < gpu->min_subgroup ? gpu->min_subgroup : lanes < gpu->max_subgroup ? lanes : gpu->max_subgroup;
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

bool
glm_record_quantise (GlmRecord *r, const GlmQuantisePush *push, GlmGpuForm form, int64_t n_rows)
{
  GlmGpuDispatch d = {
    .shader = GLM_GPU_QUANTISE, .constants = { form }, .n = 1, .groups = { divide (push->width / 4, 64), (uint32_t) n_rows, 1 }
  };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_act (GlmRecord *r, const GlmQuantisePush *push, bool gelu, GlmGpuForm form, int64_t n_rows)
{
  GlmGpuDispatch d = {
    .shader = GLM_GPU_ACT, .constants = { gelu, form }, .n = 2, .groups = { divide (push->width / 4, 64), (uint32_t) n_rows, 1 }
  };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_add (GlmRecord *r, const GlmAddPush *push, int64_t n_rows)
{
  GlmGpuDispatch d = { .shader = GLM_GPU_ADD, .groups = { divide (push->width, 64), (uint32_t) n_rows, 1 } };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

/* Lanes of a workgroup, if the card takes so many. */
static uint32_t
lanes_of_group (const GlmGpu *gpu, uint32_t n)
{
  return n < gpu->most_lanes ? n : gpu->most_lanes;
}

bool
glm_record_norm (GlmRecord *r, const GlmNormPush *push, bool layer, GlmGpuForm form, int64_t n_heads, int64_t n_rows)
{
  uint32_t lanes = lanes_of_group (r->gpu, 512);
  GlmGpuDispatch d = {
    .shader = GLM_GPU_NORM,
    .constants = { layer, form, divide (push->width / 4, lanes), lanes },
    .n = 4,
    .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 },
  };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

/* Tokens of a workgroup; those beyond the last are computed for nothing. */
static uint32_t
round_tokens (uint32_t n)
{
  return n > 4 ? 8 : n > 2 ? 4 : n;
}

/* In a workgroup that every device takes; of many rows more, for groups are counted with 16 bits. */
static uint32_t
rows_of_group (uint32_t rows, uint32_t threads)
{
  uint32_t n = rows > 100000 ? 4 : 2, most = 256 / threads;

  return n < most ? n : most;
}

/* Blocks of a part that are worth adding it up. */
#define LEAST_BLOCKS 16
#define MOST_PARTS   8

/* Tiles of matmul-matrix.comp: as many tokens as there are, if they fit. */
typedef struct
{
  uint32_t rows, tokens, subgroups; /* along the rows, of eight */
  uint32_t at_once;                 /* workgroups on a core: registers allow no more */
} Tile;

static const Tile tiles[] = { { 128, 128, 2, 1 }, { 128, 64, 4, 2 }, { 128, 32, 4, 3 } };
/* Of matmul.comp. */
static const Tile plain_tile = { 128, 64, 0, 2 };
#define N_TILES ((int) (sizeof tiles / sizeof *tiles))

bool
glm_record_has_tile (const GlmGpu *gpu, int tile)
{
  return gpu->has_matrix && tile > 0 && tile <= N_TILES
         && (tiles[tile - 1].rows + tiles[tile - 1].tokens) * 9 * 16 <= gpu->shared_bytes;
}

/* From this many tokens on products go through matmul-matrix.comp, or matmul.comp; fewer are multiplied eight at a time. */
static int64_t
many_tokens (const GlmGpu *gpu)
{
  return gpu->has_matrix ? 9 : 33;
}

GlmGpuForm
glm_record_form (const GlmGpu *gpu, int64_t n_rows)
{
  return gpu->has_matrix && n_rows >= many_tokens (gpu) ? GLM_GPU_HALVES : GLM_GPU_BYTES;
}

/* How a product of many tokens is divided. */
typedef struct
{
  const Tile *tile;
  uint32_t parts, span;
} Division;

/* So that the last round of workgroups leaves few cores idle.  A part more is written and read again: on an H200 that takes as long as
 * the products of six blocks with matrix units, or of two without. */
static uint32_t
choose_parts (const GlmGpu *gpu, const Tile *tile, uint32_t groups, uint32_t blocks)
{
  uint32_t best = 1, most = blocks / LEAST_BLOCKS < MOST_PARTS ? blocks / LEAST_BLOCKS : MOST_PARTS;
  uint32_t at_once = tile->at_once * gpu->n_cores;
  double adding = (double) groups / at_once * (gpu->has_matrix ? 6 : 2) / blocks, least = 0;

  for (uint32_t parts = 1; parts <= most; parts++)
    {
      double rounds = divide ((int64_t) groups * parts, at_once) / (double) parts + (parts > 1 ? adding * parts : 0);

      if (parts == 1 || rounds < 0.95 * least)
        {
          least = rounds;
          best = parts;
        }
    }
  return best;
}

static Division
divide_product (const GlmGpu *gpu, uint32_t rows, uint32_t blocks, uint32_t tokens, int tile, uint32_t parts)
{
  Division d = { .tile = &plain_tile };

  if (gpu->has_matrix)
    {
      int i = tile > 0 ? tile - 1 : 0;

      while (tile == 0 && i + 1 < N_TILES && (!glm_record_has_tile (gpu, i + 1) || tiles[i].tokens >= 2 * tokens))
        i++;
      d.tile = &tiles[i];
    }
  d.parts =
      parts > 0 ? parts : choose_parts (gpu, d.tile, divide (rows, d.tile->rows) * divide (tokens, d.tile->tokens), blocks);
  d.parts = d.parts < blocks / LEAST_BLOCKS ? d.parts : blocks / LEAST_BLOCKS;
  d.parts = d.parts > 1 ? d.parts : 1;
  /* matmul-matrix.comp takes two blocks at a time. */
  d.span = (divide (blocks, d.parts) + 1) / 2 * 2;
  d.parts = divide (blocks, d.span);
  return d;
}

size_t
glm_record_parts_bytes (const GlmGpu *gpu, int64_t rows, int64_t blocks, int64_t tokens)
{
  Division d = { 0 };

  if (tokens >= many_tokens (gpu))
    d = divide_product (gpu, (uint32_t) rows, (uint32_t) blocks, (uint32_t) tokens, 0, 0);
  return d.parts > 1 ? (size_t) (d.parts * rows * tokens) * 4 : 0;
}

static bool
comes_in_fours (const GlmProductPush *push)
{
  return (push->rows | push->ldy) % 4 == 0 && (push->y | push->bias | push->parts) % 16 == 0;
}

/* With matrix units, or with dot products. */
static bool
record_many (GlmRecord *r, const GlmProductPush *push, const GlmPlanes *planes, uint32_t bits)
{
  Division by = divide_product (r->gpu, push->rows, push->blocks, push->tokens, r->tile, r->parts);
  GlmProductPush p = *push;
  bool no_barrier = r->no_barrier, ok;
  GlmGpuDispatch d = { .n = 8,
                       .groups = { divide (push->rows, by.tile->rows), divide (push->tokens, by.tile->tokens), by.parts } };
  GlmGpuDispatch sum = {
    .shader = GLM_GPU_MATMUL_SUM, .constants = { by.parts }, .n = 1, .groups = { divide (push->rows, 128), push->tokens, 1 }
  };

  p.span = by.span;
  if (r->gpu->has_matrix)
    {
      d.shader = GLM_GPU_MATMUL_MATRIX;
      d.subgroup = r->gpu->has_subgroup_control ? 32 : 0;
      memcpy (d.constants,
              (uint32_t[]){ by.tile->rows, by.tile->tokens, by.tile->subgroups, comes_in_fours (push), 0, bits, planes->mins,
                            planes->sub16 },
              sizeof d.constants);
    }
  else
    {
      d.shader = r->gpu->has_dot ? GLM_GPU_MATMUL_DOT : GLM_GPU_MATMUL;
      memcpy (d.constants, (uint32_t[]){ 0, 0, 0, 0, 0, bits, planes->mins, planes->sub16 }, sizeof d.constants);
    }
  if (by.parts == 1)
    return glm_gpu_dispatch (r, &d, &p, sizeof p);
  /* The next product's parts lie in the same place. */
  r->no_barrier = false;
  ok = glm_gpu_dispatch (r, &d, &p, sizeof p) && glm_gpu_dispatch (r, &sum, &p, sizeof p);
  r->no_barrier = no_barrier;
  return ok;
}

/* Blocks of a row whose lanes have two each at most: beyond them matvec.comp walks along the row. */
#define MOST_BLOCKS 512

/* Lanes of a row: whole subgroups, and no more than leave each lane two blocks. */
static uint32_t
lanes_of_row (const GlmGpu *gpu, uint32_t blocks)
{
  uint32_t least = gpu->max_subgroup > 32 ? gpu->max_subgroup : 32;

  return divide (blocks, 2 * least) * least;
}

/* So many are at work at once: they go from row to row. */
#define LANES_A_CORE 1024

static bool
record_one (GlmRecord *r, const GlmProductPush *push, const GlmPlanes *planes, uint32_t bits)
{
  uint32_t lanes = lanes_of_row (r->gpu, push->blocks), width = lanes_of_group (r->gpu, 512) / lanes;
  uint32_t groups = LANES_A_CORE / (width * lanes) * r->gpu->n_cores, needed = divide (push->rows, width);
  GlmGpuDispatch d = { .shader = r->gpu->has_dot ? GLM_GPU_MATVEC_ONE_DOT : GLM_GPU_MATVEC_ONE,
                       .constants = { lanes, width, 0, 0, divide (push->blocks, lanes), bits, planes->mins, planes->sub16 },
                       .n = 8,
                       .subgroup = subgroup_for (r->gpu, lanes),
                       .groups = { needed < groups ? needed : groups, 1, 1 } };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_product (GlmRecord *r, const GlmProductPush *push, const GlmPlanes *planes)
{
  uint32_t bits = planes->kind == GLM_PLANES_Q4 ? 4 : 8, tokens = round_tokens (push->tokens);
  uint32_t threads = push->blocks > 32 ? 64 : 32, width;
  /* Activations are read once for two rows, where that does not take too many registers. */
  uint32_t team = tokens >= 4 && push->blocks <= 256 ? 2 : 1;
  GlmGpuDispatch d = { .shader = r->gpu->has_dot ? GLM_GPU_MATVEC_DOT : GLM_GPU_MATVEC, .n = 8 };

  if (push->tokens >= many_tokens (r->gpu))
    return record_many (r, push, planes, bits);
  if (push->tokens == 1 && push->blocks <= MOST_BLOCKS)
    return record_one (r, push, planes, bits);
  /* A team is no smaller than a subgroup. */
  threads = threads < r->gpu->min_subgroup ? r->gpu->min_subgroup : threads;
  width = rows_of_group (push->rows, threads);
  memcpy (d.constants, (uint32_t[]){ threads, width, team, tokens, 1, bits, planes->mins, planes->sub16 }, sizeof d.constants);
  d.subgroup = subgroup_for (r->gpu, threads);
  d.groups[0] = divide (push->rows, width * team);
  d.groups[1] = divide (push->tokens, tokens);
  d.groups[2] = 1;
  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_float (GlmRecord *r, const GlmFloatPush *push, bool single)
{
  uint32_t tokens = round_tokens (push->tokens), threads = r->gpu->min_subgroup > 64 ? r->gpu->min_subgroup : 64;
  uint32_t width = rows_of_group (push->rows, threads);
  GlmGpuDispatch d = { .shader = GLM_GPU_MATVEC_FLOAT,
                       .constants = { threads, width, tokens, single },
                       .n = 4,
                       .subgroup = subgroup_for (r->gpu, threads),
                       .groups = { divide (push->rows, width), divide (push->tokens, tokens), 1 } };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

/* KV_… of common.glsl. */
static uint32_t
kv_of (int element_bytes)
{
  return element_bytes == 4 ? 0 : element_bytes == 2 ? 1 : 2;
}

bool
glm_record_rope (GlmRecord *r, const GlmRopePush *push, int element_bytes, bool half_split, int64_t n_heads, int64_t n_rows)
{
  GlmGpuDispatch d = { .shader = GLM_GPU_ROPE,
                       .constants = { kv_of (element_bytes), half_split, push->width },
                       .n = 3,
                       .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 } };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

/* Many at a time with matrix units, if they are there and a chunk and the scores find room. */
int64_t
glm_record_attend_queries (const GlmGpu *gpu, const GlmAttendShape *shape, int64_t n_rows)
{
  int64_t width = shape->width, bytes = (GLM_ATTEND_CHUNK * (width / 8 + 1) + GLM_ATTEND_MATRIX_QUERIES * 17) * 16;

  if (shape->key_width != width)
    return GLM_ATTEND_LATENT_QUERIES;
  return gpu->has_matrix && width % 16 == 0 && shape->element_bytes <= 2 && n_rows >= many_tokens (gpu)
                 && n_rows * shape->group >= GLM_ATTEND_MATRIX_QUERIES && width <= 128 && bytes <= gpu->shared_bytes
             ? GLM_ATTEND_MATRIX_QUERIES
             : GLM_ATTEND_QUERIES;
}

/* Of a workgroup of attend.comp. */
static uint32_t
attend_lanes (const GlmAttendShape *shape, bool latent)
{
  return latent ? 64 : shape->width > 128 ? 128 : 256;
}

/* How many lanes have the same four values: each such team takes four queries or more. */
static uint32_t
attend_teams (const GlmAttendShape *shape, bool latent)
{
  uint32_t queries = latent ? GLM_ATTEND_LATENT_QUERIES : GLM_ATTEND_QUERIES, n = queries / 4;

  while (n > 1 && n * shape->width / 4 > attend_lanes (shape, latent))
    n /= 2;
  return n;
}

bool
glm_record_attend (GlmRecord *r, const GlmAttendPush *push, const GlmAttendShape *shape, int64_t n_kv, int64_t n_splits)
{
  int64_t queries = glm_record_attend_queries (r->gpu, shape, push->n_rows);
  bool latent = queries == GLM_ATTEND_LATENT_QUERIES;
  GlmGpuDispatch d = { .shader = latent ? GLM_GPU_ATTEND_LATENT : GLM_GPU_ATTEND,
                       .constants = { (uint32_t) shape->key_width, (uint32_t) shape->group, kv_of (shape->element_bytes),
                                      (uint32_t) shape->width, attend_teams (shape, latent), attend_lanes (shape, latent) },
                       .n = 6,
                       .groups = { (uint32_t) n_splits, (uint32_t) n_kv, divide (push->n_rows * shape->group, queries) } };

  if (queries == GLM_ATTEND_MATRIX_QUERIES)
    {
      d.shader = GLM_GPU_ATTEND_MATRIX;
      d.n = 3;
      d.subgroup = r->gpu->has_subgroup_control ? 32 : 0;
    }
  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_merge (GlmRecord *r, const GlmMergePush *push, int64_t width, GlmGpuForm form, int64_t n_heads, int64_t n_rows)
{
  GlmGpuDispatch d = { .shader = GLM_GPU_ATTEND_MERGE,
                       .constants = { (uint32_t) width, form },
                       .n = 2,
                       .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 } };

  return glm_gpu_dispatch (r, &d, push, sizeof *push);
}
