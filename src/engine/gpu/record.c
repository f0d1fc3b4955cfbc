/* record.c: see record.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dispatcher for each operation.  What produces a product's input puts it out in the product's form as well, ROPE takes the STORE behind
 * it, and LINEAR takes its bias and what it is added to, so that a layer is ten dispatches, each with a barrier behind it.
 */
#include "gpu/record.h"

#include "base/error.h"

/* Enough for 256 workgroups, as far as there are columns. */
#define MIN_WORKGROUPS 256
#define MAX_SPLITS     64
#define MAX_WIDTH      256   /* of a head: what attend.comp keeps of the queries */
#define MAX_LATENT     576   /* … of half as many queries */
#define MAX_NORM       16384 /* what norm.comp keeps of a row */

typedef struct
{
  GlmRecord *r;
  const GlmPlaces *places;
  const GlmPlanLayer *layer;
  int index;
  int64_t row, n;
  int64_t quantised[GLM_MAX_REGISTERS]; /* columns of a register whose other form is that of its floats; 0: none */
} Layer;

static int64_t
width_of (const Layer *l, int reg)
{
  return l->places->plan->registers[reg].width;
}

/* The logits have rows of their own. */
static uint64_t
reg_at (const Layer *l, int reg)
{
  return l->places->regs[reg] + (reg == GLM_REG_LOGITS ? 0 : (uint64_t) (l->row * width_of (l, reg)) * 4);
}

/* Of a batch's rows in the form that products read. */
static GlmGpuForm
form_of (const Layer *l)
{
  return glm_record_form (l->r->gpu, l->n);
}

static uint64_t
quants_at (const Layer *l, int reg, int64_t cols)
{
  return l->places->quants[reg] + (uint64_t) (l->row * cols) * (form_of (l) == GLM_GPU_HALVES ? 2 : 1);
}

static uint64_t
quant_scales_at (const Layer *l, int reg, int64_t cols)
{
  return l->places->quant_scales[reg] + (uint64_t) (l->row * (cols / 32)) * 8;
}

static uint64_t
vector_at (const Layer *l, const float *values)
{
  for (size_t i = 0; values && i < l->places->n_vectors; i++)
    if (l->places->vectors[i].values == values)
      return l->places->vectors[i].address;
  return 0;
}

static bool
reads_quants (const GlmStep *step)
{
  for (int i = 0; step->code == GLM_OP_LINEAR && i < step->n_matrices; i++)
    if (glm_gpu_is_quantised (glm_gpu_weights (&step->matrices[i])))
      return true;
  return false;
}

/* Whether what step i puts out, `width` values a row, is the input of a quantised product before it is written anew. */
static bool
wants_quants (const Layer *l, int i, int64_t width)
{
  int reg = l->layer->steps[i].out;

  for (int k = i + 1; k < l->layer->n_steps; k++)
    {
      const GlmStep *step = &l->layer->steps[k];

      if (step->in == reg && reads_quants (step))
        return step->matrices[0].cols == width && l->places->quants[reg] != 0;
      if (step->out == reg)
        return false;
    }
  return false;
}

/* ---- Operations ------------------------------------------------------------------------------------------------- */

static bool
record_norm (Layer *l, int i)
{
  const GlmStep *step = &l->layer->steps[i];
  bool quant = step->heads.n == 1 && step->heads.at == 0 && wants_quants (l, i, step->width);
  GlmNormPush push = { .x = reg_at (l, step->in),
                       .y = reg_at (l, step->out),
                       .weight = vector_at (l, step->weight),
                       .bias = vector_at (l, step->weight_bias),
                       .q = quant ? quants_at (l, step->out, step->width) : 0,
                       .scales = quant ? quant_scales_at (l, step->out, step->width) : 0,
                       .ldx = (uint32_t) width_of (l, step->in),
                       .ldy = (uint32_t) width_of (l, step->out),
                       .at = (uint32_t) step->heads.at,
                       .width = (uint32_t) step->width,
                       .eps = step->eps };

  l->quantised[step->out] = quant ? step->width : 0;
  return glm_record_norm (l->r, &push, step->code == GLM_OP_LAYER_NORM, quant ? form_of (l) : GLM_GPU_FLOATS, step->heads.n,
                          l->n);
}

static bool
record_act (Layer *l, int i)
{
  const GlmStep *step = &l->layer->steps[i];
  bool quant = wants_quants (l, i, step->width);
  GlmQuantisePush push = { reg_at (l, step->out), quant ? quants_at (l, step->out, step->width) : 0,
                           quant ? quant_scales_at (l, step->out, step->width) : 0, (uint32_t) width_of (l, step->out),
                           (uint32_t) step->width };

  l->quantised[step->out] = quant ? step->width : 0;
  return glm_record_act (l->r, &push, step->code == GLM_OP_GELU, quant ? form_of (l) : GLM_GPU_FLOATS, l->n);
}

static bool
record_add (Layer *l, int i)
{
  const GlmStep *step = &l->layer->steps[i];
  GlmAddPush push = { reg_at (l, step->in),
                      reg_at (l, step->out),
                      (uint32_t) width_of (l, step->in),
                      (uint32_t) width_of (l, step->out),
                      (uint32_t) step->width,
                      step->scale };

  l->quantised[step->out] = 0;
  return glm_record_add (l->r, &push, l->n);
}

/* Of a matrix, or of a member of a stack: y [row][ldy] from x [row][ldx], which is there in the quantised form, too. */
typedef struct
{
  const GlmStepMatrix *matrix;
  int64_t member;
  uint64_t x, q, q_scales, y;
  int64_t ldx, ldy;
  bool adds;
  float scale;
} Product;

static bool
record_product (Layer *l, const Product *p)
{
  const GlmStepMatrix *matrix = p->matrix;
  const GlmGpuWeights *w = glm_gpu_weights (matrix);
  uint64_t bias = vector_at (l, matrix->bias);
  size_t values, scales, mins;

  glm_planes_bytes (&w->planes, p->member * matrix->rows * matrix->cols, &values, &scales, &mins);
  if (glm_gpu_is_quantised (w))
    {
      GlmProductPush push = { .quants = w->values + values,
                              .scales = w->scales + scales,
                              .mins = w->mins + mins,
                              .x = p->q,
                              .x_scales = p->q_scales,
                              .bias = bias,
                              .y = p->y,
                              .parts = l->places->outs,
                              .rows = (uint32_t) matrix->rows,
                              .blocks = (uint32_t) (matrix->cols / 32),
                              .ldy = (uint32_t) p->ldy,
                              .tokens = (uint32_t) l->n,
                              .has_bias = bias != 0,
                              .adds = p->adds,
                              .scale = p->scale };

      return glm_record_product (l->r, &push, &w->planes);
    }
  GlmFloatPush push = { .weights = w->values + values,
                        .x = p->x,
                        .bias = bias,
                        .y = p->y,
                        .rows = (uint32_t) matrix->rows,
                        .cols = (uint32_t) matrix->cols,
                        .ldx = (uint32_t) p->ldx,
                        .ldy = (uint32_t) p->ldy,
                        .tokens = (uint32_t) l->n,
                        .has_bias = bias != 0,
                        .adds = p->adds,
                        .scale = p->scale };

  return glm_record_float (l->r, &push, w->planes.kind == GLM_PLANES_F32);
}

static bool
record_linear (Layer *l, int i)
{
  const GlmStep *step = &l->layer->steps[i];
  int64_t cols = step->matrices[0].cols;
  Product p = { .x = reg_at (l, step->in),
                .y = reg_at (l, step->out),
                .ldx = width_of (l, step->in),
                .ldy = width_of (l, step->out),
                .adds = step->adds,
                .scale = step->scale };
  bool ok = true;

  if (reads_quants (step) && l->quantised[step->in] != cols)
    {
      GlmQuantisePush push = { reg_at (l, step->in), quants_at (l, step->in, cols), quant_scales_at (l, step->in, cols),
                               (uint32_t) width_of (l, step->in), (uint32_t) cols };

      if (!glm_record_quantise (l->r, &push, form_of (l), l->n))
        return false;
      l->quantised[step->in] = cols;
    }
  for (int k = 0; ok && k < step->n_matrices; k++)
    {
      p.matrix = &step->matrices[k];
      p.q = quants_at (l, step->in, p.matrix->cols);
      p.q_scales = quant_scales_at (l, step->in, p.matrix->cols);
      l->r->no_barrier = k + 1 < step->n_matrices;
      ok = record_product (l, &p);
      p.y += (uint64_t) p.matrix->rows * 4;
    }
  l->r->no_barrier = false;
  l->quantised[step->out] = 0;
  return ok;
}

/* Bytes of a token's columns in a layer. */
static size_t
fresh_bytes (const GlmKvCache *cache)
{
  return glm_kv_bytes_per_token (&cache->shape) / (size_t) cache->shape.n_layers;
}

/* ROPE, STORE, or both. */
static bool
record_rope (Layer *l, const GlmStep *rope, const GlmStep *store)
{
  const GlmPlaces *places = l->places;
  const GlmKvCache *cache = places->cache;
  const GlmStep *step = rope ? rope : store;
  int64_t width = cache->shape.streams[0].width, n_heads = rope ? rope->heads.n : 0;
  uint64_t scales = cache->scales ? places->columns + (uint64_t) ((unsigned char *) cache->scales - cache->data) : 0;
  const GlmHeads *heads = rope ? &rope->heads : &store->stored[0];
  bool latent = cache->shape.n_streams == 1; /* one row of a token; and heads are turned at their ends, or beside it */
  GlmRopePush push = { .x = reg_at (l, step->out) + (latent ? (uint64_t) heads->at * 4 : 0),
                       .run = places->run,
                       .ld = (uint32_t) width_of (l, step->out),
                       .width = (uint32_t) (latent ? heads->width : width),
                       .n_turned = (uint32_t) n_heads,
                       .first_stored = (uint32_t) n_heads,
                       .n_columns = (uint32_t) cache->n_columns,
                       .axes = (uint32_t) places->plan->arch->rope_axes };

  if (rope)
    {
      push.n_pairs = (uint32_t) rope->n_pairs;
      push.cosines = places->cosines + (uint64_t) l->row * push.axes * push.n_pairs * 4;
      push.sines = places->sines + (uint64_t) l->row * push.axes * push.n_pairs * 4;
    }
  if (store)
    {
      push.n_kv = (uint32_t) store->stored[0].n;
      push.first_stored = latent ? 0 : (uint32_t) (store->stored[0].at / width);
      n_heads = push.first_stored + (uint32_t) cache->shape.n_streams * push.n_kv;
      push.fresh = places->fresh + (uint64_t) l->index * (uint64_t) l->n * fresh_bytes (cache);
      for (int i = 0; i < cache->shape.n_streams; i++)
        {
          push.rows[i] = places->columns + (uint64_t) l->index * cache->layer_bytes + cache->stream_at[i];
          push.scales[i] = scales + ((uint64_t) l->index * cache->layer_scales + cache->scales_at[i]) * 4;
        }
    }
  l->quantised[step->out] = 0;
  return glm_record_rope (l->r, &push, cache->shape.streams[0].element_bytes, rope && rope->half_split, n_heads, l->n);
}

/* A latent has no head of its own. */
static GlmAttendShape
attend_shape (const GlmPlaces *places, const GlmStep *step)
{
  const GlmKvStream *stream = &places->cache->shape.streams[0];

  return (GlmAttendShape){ stream->width, step->width, step->heads.n / stream->n_heads, stream->element_bytes };
}

int64_t
glm_record_splits (const GlmGpu *gpu, const GlmPlaces *places, const GlmStep *step, int64_t n_rows)
{
  GlmAttendShape shape = attend_shape (places, step);
  int64_t n_kv = places->cache->shape.streams[0].n_heads, queries = glm_record_attend_queries (gpu, &shape, n_rows);
  int64_t tiles = n_kv * ((n_rows * shape.group + queries - 1) / queries);
  int64_t splits = (MIN_WORKGROUPS + tiles - 1) / tiles;
  int64_t most = (places->cache->n_columns + GLM_ATTEND_CHUNK - 1) / GLM_ATTEND_CHUNK;

  splits = splits < most ? splits : most;
  return splits < MAX_SPLITS ? splits : MAX_SPLITS;
}

/* With the queries that the push names, into rows y [ldy], also in the quantised form if q is not 0. */
static bool
record_attention (Layer *l, const GlmStep *step, GlmAttendPush *push, uint64_t y, int64_t ldy, uint64_t q, uint64_t q_scales)
{
  const GlmPlaces *places = l->places;
  const GlmKvCache *cache = places->cache;
  GlmAttendShape shape = attend_shape (places, step);
  int values = cache->shape.n_streams - 1; /* of latents the keys' rows, too */
  int64_t n_kv = cache->shape.streams[0].n_heads, splits = glm_record_splits (l->r->gpu, places, step, l->n);
  uint64_t columns = places->columns + (uint64_t) l->index * cache->layer_bytes;
  uint64_t scales = cache->scales ? places->columns + (uint64_t) ((unsigned char *) cache->scales - cache->data)
                                        + (uint64_t) l->index * cache->layer_scales * 4
                                  : 0;
  GlmMergePush merge = { .outs = places->outs,
                         .sums = places->sums,
                         .y = y,
                         .q = q,
                         .scales = q_scales,
                         .n_splits = (uint32_t) splits,
                         .ldy = (uint32_t) ldy };

  push->keys = columns + cache->stream_at[0];
  push->values = columns + cache->stream_at[values];
  push->key_scales = scales + cache->scales_at[0] * 4;
  push->value_scales = scales + cache->scales_at[values] * 4;
  push->outs = places->outs;
  push->sums = places->sums;
  push->run = places->run;
  push->n_columns = (uint32_t) cache->n_columns;
  push->n_rows = (uint32_t) l->n;
  push->scale = step->scale;
  return glm_record_attend (l->r, push, &shape, n_kv, splits)
         && glm_record_merge (l->r, &merge, step->width, q ? form_of (l) : GLM_GPU_FLOATS, step->heads.n, l->n);
}

static bool
record_attend (Layer *l, int i)
{
  const GlmStep *step = &l->layer->steps[i];
  int64_t out = step->heads.n * step->width;
  bool quant = step->width % 32 == 0 && wants_quants (l, i, out); /* a block lies in one head */
  GlmAttendPush push = { .q = reg_at (l, step->in) + (uint64_t) step->heads.at * 4, .ldq = (uint32_t) width_of (l, step->in) };

  l->quantised[step->out] = quant ? out : 0;
  return record_attention (l, step, &push, reg_at (l, step->out), width_of (l, step->out),
                           quant ? quants_at (l, step->out, out) : 0, quant ? quant_scales_at (l, step->out, out) : 0);
}

/* ---- Latent attention ------------------------------------------------------------------------------------------- */

/* A product of each head's own matrix: y [row][head][rows of W] = x [row][head][ldx], the first columns. */
static bool
record_heads (Layer *l, const GlmStepMatrix *matrix, uint64_t x, int64_t ldx, uint64_t y)
{
  int64_t n = matrix->n, cols = matrix->cols;
  bool quantised = glm_gpu_is_quantised (glm_gpu_weights (matrix)), ok = true;
  uint64_t quants = (uint64_t) (l->n * cols) * (form_of (l) == GLM_GPU_HALVES ? 2 : 1),
           scales = (uint64_t) (l->n * (cols / 32)) * 8;

  for (int64_t i = 0; quantised && ok && i < n; i++)
    {
      GlmQuantisePush push = { x + (uint64_t) (i * ldx) * 4, l->places->head_quants + (uint64_t) i * quants,
                               l->places->head_scales + (uint64_t) i * scales, (uint32_t) (n * ldx), (uint32_t) cols };

      l->r->no_barrier = i + 1 < n;
      ok = glm_record_quantise (l->r, &push, form_of (l), l->n);
    }
  for (int64_t i = 0; ok && i < n; i++)
    {
      Product p = { .matrix = matrix,
                    .member = i,
                    .x = x + (uint64_t) (i * ldx) * 4,
                    .q = l->places->head_quants + (uint64_t) i * quants,
                    .q_scales = l->places->head_scales + (uint64_t) i * scales,
                    .y = y + (uint64_t) (i * matrix->rows) * 4,
                    .ldx = n * ldx,
                    .ldy = n * matrix->rows,
                    .scale = 1 };

      l->r->no_barrier = i + 1 < n;
      ok = record_product (l, &p);
    }
  l->r->no_barrier = false;
  return ok;
}

/* As cpu/forward.c: keys and values are never made. */
static bool
record_attend_latent (Layer *l, const GlmStep *step)
{
  const GlmStepMatrix *keys = &step->matrices[0], *values = &step->matrices[1];
  uint64_t q = reg_at (l, step->in), latents = l->places->latents;
  int64_t n_heads = step->heads.n, ld = n_heads * step->width;
  GlmAttendPush push = { .q = latents,
                         .ldq = (uint32_t) ld,
                         .tails = q + (uint64_t) keys->cols * 4,
                         .ld_tails = (uint32_t) width_of (l, step->in),
                         .tail_width = (uint32_t) step->heads.width };

  l->quantised[step->out] = 0;
  return record_heads (l, keys, q, step->heads.width, latents) && record_attention (l, step, &push, latents, ld, 0, 0)
         && record_heads (l, values, latents, step->width, reg_at (l, step->out));
}

/* ---- Layers ----------------------------------------------------------------------------------------------------- */

/* Heads must lie as rope.comp and attend.comp count them. */
static bool
supports_heads (const GlmStep *step)
{
  const GlmHeads *keys = &step->stored[0], *values = &step->stored[1];

  switch (step->code)
    {
    case GLM_OP_STORE:
      if (values->n == 0)
        return keys->n == 1 && keys->width % 4 == 0;
      return keys->width > 0 && keys->width == values->width && keys->n == values->n && keys->at % keys->width == 0
             && values->at == keys->at + keys->n * keys->width;
    case GLM_OP_ATTEND: return step->width == step->heads.width && step->width % 4 == 0 && step->width <= MAX_WIDTH;
    default: return step->heads.at == 0 || !step->half_split;
    }
}

/* Members of a stack begin where the widest loads are aligned. */
static bool
supports_latent (const GlmStep *step)
{
  const GlmStepMatrix *keys = &step->matrices[0], *values = &step->matrices[1];

  return step->heads.at == 0 && keys->cols % 4 == 0 && keys->rows % 8 == 0 && values->cols % 4 == 0 && values->rows % 8 == 0
         && step->width == keys->rows && step->width + step->heads.width - keys->cols <= MAX_LATENT;
}

bool
glm_record_supports (const GlmStep *step)
{
  switch (step->code)
    {
    case GLM_OP_LINEAR:
      for (int i = 0; i < step->n_matrices; i++)
        if (step->matrices[i].n != 1 || step->matrices[i].cols % 4 != 0)
          return false;
      return true;
    case GLM_OP_RMS_NORM:
    case GLM_OP_LAYER_NORM: return step->width % 4 == 0 && step->width <= MAX_NORM && step->heads.at % 4 == 0;
    case GLM_OP_ROPE:
    case GLM_OP_ROPE_2D:
    case GLM_OP_STORE:
    case GLM_OP_ATTEND: return supports_heads (step);
    case GLM_OP_ATTEND_LATENT: return supports_latent (step);
    case GLM_OP_SWIGLU: return !step->op->routes && step->width % 4 == 0;
    case GLM_OP_GELU: return step->width % 4 == 0;
    case GLM_OP_ADD: return true;
    default: return false;
    }
}

static bool
record_step (Layer *l, int *i)
{
  const GlmStep *step = &l->layer->steps[*i];

  switch (step->code)
    {
    case GLM_OP_LINEAR: return record_linear (l, *i);
    case GLM_OP_RMS_NORM:
    case GLM_OP_LAYER_NORM: return record_norm (l, *i);
    case GLM_OP_ROPE:
    case GLM_OP_ROPE_2D:
      if (*i + 1 < l->layer->n_steps && step[1].code == GLM_OP_STORE && step[1].in == step->out && step->heads.at == 0)
        {
          ++*i;
          return record_rope (l, step, step + 1);
        }
      return record_rope (l, step, NULL);
    case GLM_OP_STORE: return record_rope (l, NULL, step);
    case GLM_OP_ATTEND: return record_attend (l, *i);
    case GLM_OP_ATTEND_LATENT: return record_attend_latent (l, step);
    case GLM_OP_SWIGLU:
    case GLM_OP_GELU: return record_act (l, *i);
    case GLM_OP_ADD: return record_add (l, *i);
    default: return glm_error_set (l->r->error, GLM_ERROR_UNSUPPORTED, "a step that is not on the card");
    }
}

bool
glm_record_steps (GlmRecord *r, const GlmPlaces *places, int index, int begin, int end, int64_t row, int64_t n)
{
  const GlmPlan *plan = places->plan;
  Layer l = {
    .r = r, .places = places, .layer = index < 0 ? &plan->head : &plan->layers[index], .index = index, .row = row, .n = n
  };

  for (int i = begin; i < end && i < l.layer->n_steps; i++)
    if (!record_step (&l, &i))
      return false;
  return true;
}
