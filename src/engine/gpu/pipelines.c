/* pipelines.c: see pipelines.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pipelines are made when a batch is first recorded that needs them, or before, many at a time, and stay for as long as the
 * device is open.
 */
#include "gpu/pipelines.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#include "gpu-features.h"

#include "act-spv.h"
#include "add-spv.h"
#if HAVE_MATRIX
#include "attend-matrix-spv.h"
#endif
#include "attend-latent-spv.h"
#include "attend-merge-spv.h"
#include "attend-spv.h"
#include "matmul-dot-spv.h"
#if HAVE_MATRIX
#include "matmul-matrix-spv.h"
#endif
#include "matmul-spv.h"
#include "matmul-sum-spv.h"
#include "matvec-dot-spv.h"
#include "matvec-float-spv.h"
#include "matvec-one-dot-spv.h"
#include "matvec-one-spv.h"
#include "matvec-spv.h"
#include "norm-spv.h"
#include "quantise-spv.h"
#include "rope-spv.h"

typedef enum
{
  ACT,
  ADD,
  ATTEND,
  ATTEND_LATENT,
  ATTEND_MATRIX,
  ATTEND_MERGE,
  MATMUL,
  MATMUL_DOT,
  MATMUL_MATRIX,
  MATMUL_SUM,
  MATVEC,
  MATVEC_DOT,
  MATVEC_FLOAT,
  MATVEC_ONE,
  MATVEC_ONE_DOT,
  NORM,
  QUANTISE,
  ROPE,
} Shader;

static const struct
{
  const uint32_t *code;
  size_t n_bytes;
} modules[] = {
#define MODULE(name)  \
  {                   \
    name, sizeof name \
  }
  [ACT] = MODULE (glm_act_spv),
  [ADD] = MODULE (glm_add_spv),
  [ATTEND] = MODULE (glm_attend_spv),
  [ATTEND_LATENT] = MODULE (glm_attend_latent_spv),
  [ATTEND_MERGE] = MODULE (glm_attend_merge_spv),
  [MATMUL] = MODULE (glm_matmul_spv),
  [MATMUL_DOT] = MODULE (glm_matmul_dot_spv),
  [MATMUL_SUM] = MODULE (glm_matmul_sum_spv),
  [MATVEC] = MODULE (glm_matvec_spv),
  [MATVEC_DOT] = MODULE (glm_matvec_dot_spv),
  [NORM] = MODULE (glm_norm_spv),
  [MATVEC_FLOAT] = MODULE (glm_matvec_float_spv),
  [MATVEC_ONE] = MODULE (glm_matvec_one_spv),
  [MATVEC_ONE_DOT] = MODULE (glm_matvec_one_dot_spv),
  [QUANTISE] = MODULE (glm_quantise_spv),
  [ROPE] = MODULE (glm_rope_spv),
#if HAVE_MATRIX
  [ATTEND_MATRIX] = MODULE (glm_attend_matrix_spv),
  [MATMUL_MATRIX] = MODULE (glm_matmul_matrix_spv),
#endif
};

#define MAX_CONSTANTS 8

typedef struct
{
  Shader shader;
  uint32_t constants[MAX_CONSTANTS];
  int n;
  uint32_t subgroup; /* 0: as the driver likes */
  uint32_t groups[3];
} Dispatch;

struct GlmGpuPipeline
{
  GlmGpuPipeline *next;
  VkPipeline pipeline; /* guarded by the device's lock; none: it was only noted */
  Dispatch variant;    /* for the first that needed it */
};

/* Lanes that follow each other are in one subgroup: drivers may otherwise leave lanes out.  Workgroups are of 64 lanes, or of twice
 * as many and so on. */
static VkPipelineShaderStageCreateFlags
full_subgroups (const GlmGpu *gpu, const Dispatch *d)
{
  bool fit = d->subgroup > 0 || (gpu->info.subgroup > 0 && 64 % gpu->info.subgroup == 0);

  return gpu->has_full_subgroups && fit ? VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT : 0;
}

static bool
make_pipeline (GlmGpu *gpu, const Dispatch *d, VkPipeline *ret_pipeline, GlmError *error)
{
  VkSpecializationMapEntry entries[MAX_CONSTANTS];
  VkSpecializationInfo special = { (uint32_t) d->n, entries, (size_t) d->n * sizeof *d->constants, d->constants };
  VkPipelineShaderStageRequiredSubgroupSizeCreateInfo size = {
    .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO, .requiredSubgroupSize = d->subgroup
  };
  VkShaderModuleCreateInfo code = { .sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                    .codeSize = modules[d->shader].n_bytes,
                                    .pCode = modules[d->shader].code };
  VkComputePipelineCreateInfo info = { .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
                                       .layout = gpu->layout,
                                       .stage = { .sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                                                  .pNext = d->subgroup > 0 ? &size : NULL,
                                                  .flags = full_subgroups (gpu, d),
                                                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                                                  .pName = "main",
                                                  .pSpecializationInfo = &special } };
  VkResult result = gpu->vk.CreateShaderModule (gpu->device, &code, NULL, &info.stage.module);

  if (result != VK_SUCCESS)
    return glm_gpu_failed (gpu, result, "a shader", error);
  for (int i = 0; i < d->n; i++)
    entries[i] = (VkSpecializationMapEntry){ (uint32_t) i, (uint32_t) i * sizeof *d->constants, sizeof *d->constants };
  result = gpu->vk.CreateComputePipelines (gpu->device, gpu->cache, 1, &info, NULL, ret_pipeline);
  gpu->vk.DestroyShaderModule (gpu->device, info.stage.module, NULL);
  return result == VK_SUCCESS || glm_gpu_failed (gpu, result, "a pipeline", error);
}

/* Its place, with the lock held; NULL: no memory. */
static GlmGpuPipeline *
find_place (GlmGpu *gpu, const Dispatch *d, GlmError *error)
{
  GlmGpuPipeline *p = gpu->pipelines;

  while (p && (p->variant.shader != d->shader || memcmp (p->variant.constants, d->constants, sizeof d->constants) != 0))
    p = p->next;
  if (p)
    return p;
  p = calloc (1, sizeof *p);
  if (!p)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a pipeline");
      return NULL;
    }
  *p = (GlmGpuPipeline){ .next = gpu->pipelines, .variant = *d };
  gpu->pipelines = p;
  return p;
}

static bool
find_pipeline (GlmGpu *gpu, const Dispatch *d, bool noting, VkPipeline *ret_pipeline, GlmError *error)
{
  GlmGpuPipeline *p;
  bool ok;

  pthread_mutex_lock (&gpu->lock);
  p = find_place (gpu, d, error);
  ok = p && (noting || p->pipeline || make_pipeline (gpu, d, &p->pipeline, error));
  if (ok)
    *ret_pipeline = p->pipeline;
  pthread_mutex_unlock (&gpu->lock);
  return ok;
}

/* ---- Many at a time --------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmGpu *gpu;
  GlmGpuPipeline *next; /* guarded by the device's lock, as all */
  bool failed;
  GlmError error;
} Making;

static GlmGpuPipeline *
take_next (Making *making)
{
  GlmGpuPipeline *p;

  pthread_mutex_lock (&making->gpu->lock);
  for (p = making->failed ? NULL : making->next; p && p->pipeline;)
    p = p->next;
  making->next = p ? p->next : NULL;
  pthread_mutex_unlock (&making->gpu->lock);
  return p;
}

/* Each takes the next as long as there are some. */
static void
make_share (int worker, int n_workers, void *user_data)
{
  Making *making = user_data;
  GlmGpu *gpu = making->gpu;
  GlmGpuPipeline *p;

  while ((p = take_next (making)))
    {
      VkPipeline made = VK_NULL_HANDLE;
      GlmError error = { 0 };
      bool ok = make_pipeline (gpu, &p->variant, &made, &error);

      pthread_mutex_lock (&gpu->lock);
      if (!ok && !making->failed)
        making->error = error;
      making->failed = making->failed || !ok;
      /* A batch may have needed it meanwhile. */
      if (ok && !p->pipeline)
        {
          p->pipeline = made;
          made = VK_NULL_HANDLE;
        }
      pthread_mutex_unlock (&gpu->lock);
      if (made)
        gpu->vk.DestroyPipeline (gpu->device, made, NULL);
    }
}

bool
glm_gpu_pipelines_make (GlmGpu *gpu, GlmPool *pool, GlmError *error)
{
  Making making = { .gpu = gpu };

  pthread_mutex_lock (&gpu->lock);
  making.next = gpu->pipelines;
  pthread_mutex_unlock (&gpu->lock);
  glm_pool_run (pool, make_share, &making);
  return !making.failed || glm_error_set (error, making.error.code, "%s", making.error.message);
}

void
glm_gpu_pipelines_free (GlmGpu *gpu)
{
  while (gpu->pipelines)
    {
      GlmGpuPipeline *p = gpu->pipelines;

      gpu->pipelines = p->next;
      gpu->vk.DestroyPipeline (gpu->device, p->pipeline, NULL);
      free (p);
    }
}

static bool
dispatch (GlmRecord *r, const Dispatch *d, const void *push, size_t n_bytes)
{
  GlmGpu *gpu = r->gpu;
  VkPipeline pipeline;

  if (!find_pipeline (gpu, d, r->noting, &pipeline, r->error))
    return false;
  if (r->noting)
    return true;
  gpu->vk.CmdBindPipeline (r->commands, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  gpu->vk.CmdPushConstants (r->commands, gpu->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, (uint32_t) n_bytes, push);
  gpu->vk.CmdDispatch (r->commands, d->groups[0], d->groups[1], d->groups[2]);
  if (!r->no_barrier)
    glm_gpu_barrier (gpu, r->commands);
  return true;
}

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
  Dispatch d = {
    .shader = QUANTISE, .constants = { form }, .n = 1, .groups = { divide (push->width / 4, 64), (uint32_t) n_rows, 1 }
  };

  return dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_act (GlmRecord *r, const GlmQuantisePush *push, bool gelu, GlmGpuForm form, int64_t n_rows)
{
  Dispatch d = {
    .shader = ACT, .constants = { gelu, form }, .n = 2, .groups = { divide (push->width / 4, 64), (uint32_t) n_rows, 1 }
  };

  return dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_add (GlmRecord *r, const GlmAddPush *push, int64_t n_rows)
{
  Dispatch d = { .shader = ADD, .groups = { divide (push->width, 64), (uint32_t) n_rows, 1 } };

  return dispatch (r, &d, push, sizeof *push);
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
  Dispatch d = {
    .shader = NORM,
    .constants = { layer, form, divide (push->width / 4, lanes), lanes },
    .n = 4,
    .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 },
  };

  return dispatch (r, &d, push, sizeof *push);
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
  Dispatch d = { .n = 8, .groups = { divide (push->rows, by.tile->rows), divide (push->tokens, by.tile->tokens), by.parts } };
  Dispatch sum = {
    .shader = MATMUL_SUM, .constants = { by.parts }, .n = 1, .groups = { divide (push->rows, 128), push->tokens, 1 }
  };

  p.span = by.span;
  if (r->gpu->has_matrix)
    {
      d.shader = MATMUL_MATRIX;
      d.subgroup = r->gpu->has_subgroup_control ? 32 : 0;
      memcpy (d.constants,
              (uint32_t[]){ by.tile->rows, by.tile->tokens, by.tile->subgroups, comes_in_fours (push), 0, bits, planes->mins,
                            planes->sub16 },
              sizeof d.constants);
    }
  else
    {
      d.shader = r->gpu->has_dot ? MATMUL_DOT : MATMUL;
      memcpy (d.constants, (uint32_t[]){ 0, 0, 0, 0, 0, bits, planes->mins, planes->sub16 }, sizeof d.constants);
    }
  if (by.parts == 1)
    return dispatch (r, &d, &p, sizeof p);
  /* The next product's parts lie in the same place. */
  r->no_barrier = false;
  ok = dispatch (r, &d, &p, sizeof p) && dispatch (r, &sum, &p, sizeof p);
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
  Dispatch d = { .shader = r->gpu->has_dot ? MATVEC_ONE_DOT : MATVEC_ONE,
                 .constants = { lanes, width, 0, 0, divide (push->blocks, lanes), bits, planes->mins, planes->sub16 },
                 .n = 8,
                 .subgroup = subgroup_for (r->gpu, lanes),
                 .groups = { needed < groups ? needed : groups, 1, 1 } };

  return dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_product (GlmRecord *r, const GlmProductPush *push, const GlmPlanes *planes)
{
  uint32_t bits = planes->kind == GLM_PLANES_Q4 ? 4 : 8, tokens = round_tokens (push->tokens);
  uint32_t threads = push->blocks > 32 ? 64 : 32, width;
  /* Activations are read once for two rows, where that does not take too many registers. */
  uint32_t team = tokens >= 4 && push->blocks <= 256 ? 2 : 1;
  Dispatch d = { .shader = r->gpu->has_dot ? MATVEC_DOT : MATVEC, .n = 8 };

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
  return dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_float (GlmRecord *r, const GlmFloatPush *push, bool single)
{
  uint32_t tokens = round_tokens (push->tokens), threads = r->gpu->min_subgroup > 64 ? r->gpu->min_subgroup : 64;
  uint32_t width = rows_of_group (push->rows, threads);
  Dispatch d = { .shader = MATVEC_FLOAT,
                 .constants = { threads, width, tokens, single },
                 .n = 4,
                 .subgroup = subgroup_for (r->gpu, threads),
                 .groups = { divide (push->rows, width), divide (push->tokens, tokens), 1 } };

  return dispatch (r, &d, push, sizeof *push);
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
  Dispatch d = { .shader = ROPE,
                 .constants = { kv_of (element_bytes), half_split, push->width },
                 .n = 3,
                 .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 } };

  return dispatch (r, &d, push, sizeof *push);
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
  Dispatch d = { .shader = latent ? ATTEND_LATENT : ATTEND,
                 .constants = { (uint32_t) shape->key_width, (uint32_t) shape->group, kv_of (shape->element_bytes),
                                (uint32_t) shape->width, attend_teams (shape, latent), attend_lanes (shape, latent) },
                 .n = 6,
                 .groups = { (uint32_t) n_splits, (uint32_t) n_kv, divide (push->n_rows * shape->group, queries) } };

  if (queries == GLM_ATTEND_MATRIX_QUERIES)
    {
      d.shader = ATTEND_MATRIX;
      d.n = 3;
      d.subgroup = r->gpu->has_subgroup_control ? 32 : 0;
    }
  return dispatch (r, &d, push, sizeof *push);
}

bool
glm_record_merge (GlmRecord *r, const GlmMergePush *push, int64_t width, GlmGpuForm form, int64_t n_heads, int64_t n_rows)
{
  Dispatch d = { .shader = ATTEND_MERGE,
                 .constants = { (uint32_t) width, form },
                 .n = 2,
                 .groups = { (uint32_t) n_heads, (uint32_t) n_rows, 1 } };

  return dispatch (r, &d, push, sizeof *push);
}
