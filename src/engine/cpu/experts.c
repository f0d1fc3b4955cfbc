/* experts.c: see experts.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cpu/experts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* families/params.c allows no more. */
#define MAX_EXPERTS 4096

struct GlmExperts
{
  const GlmParams *params;
  int64_t n;         /* tokens of the tile */
  bool has_shared;   /* in the layer's steps */
  int32_t *begin;    /* [n_experts + 1]: the places of each expert */
  int32_t *tokens;   /* [place]: whose it is */
  int32_t *places;   /* [token][n_used]: of each use */
  int32_t *counting; /* [place + shared ones]: 0, 1, 2 … */
  GlmProduct *products;
};

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

/* The index of the largest value that is not taken, which then is. */
static int
take_largest (const float *values, int n, bool *taken)
{
  int best = -1;

  for (int i = 0; i < n; i++)
    if (!taken[i] && (best < 0 || values[i] > values[best]))
      best = i;
  if (best >= 0)
    taken[best] = true;
  return best;
}

static void
squash (const GlmParams *p, const float *scores, float *shares)
{
  float largest = -INFINITY, sum = 0;

  for (int i = 0; i < p->n_experts && p->softmax_routes; i++)
    largest = fmaxf (largest, scores[i]);
  for (int i = 0; i < p->n_experts; i++)
    sum += shares[i] = p->softmax_routes ? expf (scores[i] - largest) : 1 / (1 + expf (-scores[i]));
  for (int i = 0; i < p->n_experts && p->softmax_routes; i++)
    shares[i] /= sum;
}

/* Leaves only the experts of the groups whose two largest values have the largest sums. */
static void
limit_to_groups (const GlmParams *p, const float *choice, bool *taken)
{
  int size = p->n_experts / p->n_groups;
  float sums[MAX_EXPERTS];
  bool used[MAX_EXPERTS] = { false };

  if (p->n_groups == 1)
    return;
  for (int group = 0; group < p->n_groups; group++)
    {
      float first = -INFINITY, second = size > 1 ? -INFINITY : 0;

      for (int i = group * size; i < (group + 1) * size; i++)
        if (choice[i] > first)
          {
            second = size > 1 ? first : 0;
            first = choice[i];
          }
        else if (choice[i] > second)
          second = choice[i];
      sums[group] = first + second;
    }
  for (int i = 0; i < p->n_groups_used; i++)
    take_largest (sums, p->n_groups, used);
  for (int i = 0; i < p->n_experts; i++)
    taken[i] = !used[i / size];
}

void
glm_route (const GlmParams *params, const float *scores, const float *bias, float *routes)
{
  float shares[MAX_EXPERTS], choice[MAX_EXPERTS], sum = 0, factor = params->route_scale;
  bool taken[MAX_EXPERTS] = { false };
  float *weights = routes + params->n_used;

  squash (params, scores, shares);
  for (int i = 0; i < params->n_experts; i++)
    choice[i] = shares[i] + bias[i];
  limit_to_groups (params, choice, taken);
  for (int i = 0; i < params->n_used; i++)
    {
      int best = take_largest (choice, params->n_experts, taken);

      routes[i] = (float) best;
      weights[i] = shares[best];
      sum += weights[i];
    }
  if (params->norm_routes)
    factor /= sum + 1e-20f;
  for (int i = 0; i < params->n_used; i++)
    weights[i] *= factor;
}

/* ---- Places ----------------------------------------------------------------------------------------------------- */

static size_t
count_ints (const GlmParams *p, int64_t max_rows)
{
  return (size_t) (p->n_experts + 1 + max_rows * p->n_used * 3 + max_rows);
}

static size_t
max_products (const GlmParams *p)
{
  return (size_t) p->n_experts * GLM_MAX_SPLIT + GLM_MAX_SHARED;
}

size_t
glm_experts_bytes (const GlmParams *params, int64_t max_rows)
{
  return count_ints (params, max_rows) * sizeof (int32_t) + max_products (params) * sizeof (GlmProduct);
}

bool
glm_experts_new (const GlmParams *params, int64_t max_rows, GlmExperts **ret_experts, GlmError *error)
{
  GlmExperts *experts = calloc (1, sizeof *experts);
  size_t n_places = (size_t) (max_rows * params->n_used);

  if (experts)
    {
      experts->params = params;
      experts->begin = calloc (count_ints (params, max_rows), sizeof *experts->begin);
      experts->products = calloc (max_products (params), sizeof *experts->products);
    }
  if (!experts || !experts->begin || !experts->products)
    {
      glm_experts_free (experts);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the experts of %lld tokens", (long long) max_rows);
    }
  experts->tokens = experts->begin + params->n_experts + 1;
  experts->places = experts->tokens + n_places;
  experts->counting = experts->places + n_places;
  for (size_t i = 0; i < n_places + (size_t) max_rows; i++)
    experts->counting[i] = (int32_t) i;
  *ret_experts = experts;
  return true;
}

void
glm_experts_free (GlmExperts *experts)
{
  if (!experts)
    return;
  free (experts->begin);
  free (experts->products);
  free (experts);
}

void
glm_experts_place (GlmExperts *experts, const float *routes, int64_t n)
{
  int n_used = experts->params->n_used, n_experts = experts->params->n_experts;
  int32_t *begin = experts->begin;

  experts->n = n;
  memset (begin, 0, (size_t) (n_experts + 1) * sizeof *begin);
  for (int64_t t = 0; t < n; t++)
    for (int i = 0; i < n_used; i++)
      begin[(int) routes[t * 2 * n_used + i] + 1]++;
  for (int e = 0; e < n_experts; e++)
    begin[e + 1] += begin[e];
  /* begin[e] moves through the places of e, and is where those of e + 1 begin in the end. */
  for (int64_t t = 0; t < n; t++)
    for (int i = 0; i < n_used; i++)
      {
        int32_t place = begin[(int) routes[t * 2 * n_used + i]]++;

        experts->tokens[place] = (int32_t) t;
        experts->places[t * n_used + i] = place;
      }
  memmove (begin + 1, begin, (size_t) n_experts * sizeof *begin);
  begin[0] = 0;
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

static GlmMatrix *
matrix_of (const GlmStepMatrix *matrix)
{
  return (GlmMatrix *) matrix->weights;
}

/* Gate and up of each expert for the tokens that chose it; of the shared one for all. */
static int
list_inner (GlmExperts *experts, const GlmStep *step, float *y)
{
  int64_t f = experts->params->n_ff_expert, shared = experts->params->n_ff_shared;
  float *y_shared = y + experts->n * experts->params->n_used * 2 * f;
  bool alone = experts->n == 1; /* all rows are the only one */
  int n = 0;

  for (int e = 0; e < experts->params->n_experts; e++)
    for (int i = 0; i < step->n_matrices && experts->begin[e] < experts->begin[e + 1]; i++)
      experts->products[n++] = (GlmProduct){
        .matrix = matrix_of (&step->matrices[i]),
        .member = e,
        .y = y + experts->begin[e] * 2 * f + i * f,
        .ldy = 2 * f,
        .rows = alone ? NULL : experts->tokens + experts->begin[e],
        .n_rows = experts->begin[e + 1] - experts->begin[e],
      };
  for (int i = 0; i < step->n_shared; i++)
    experts->products[n++] =
        (GlmProduct){ .matrix = matrix_of (&step->shared[i]), .y = y_shared + i * shared, .ldy = 2 * shared };
  return n;
}

/* Down of each expert, and of the shared one where its rows are as long. */
static int
list_outer (GlmExperts *experts, const GlmStep *step, float *y)
{
  const GlmParams *p = experts->params;
  int64_t n_places = experts->n * p->n_used;
  int n = 0;

  for (int e = 0; e < p->n_experts; e++)
    if (experts->begin[e] < experts->begin[e + 1])
      experts->products[n++] = (GlmProduct){
        .matrix = matrix_of (&step->matrices[0]),
        .member = e,
        .y = y + (int64_t) experts->begin[e] * p->n_embd,
        .ldy = p->n_embd,
        .rows = experts->counting + experts->begin[e],
        .n_rows = experts->begin[e + 1] - experts->begin[e],
      };
  if (step->n_shared > 0 && p->n_ff_shared == p->n_ff_expert)
    experts->products[n++] = (GlmProduct){
      .matrix = matrix_of (&step->shared[0]),
      .y = y + n_places * p->n_embd,
      .ldy = p->n_embd,
      .rows = experts->counting + n_places,
      .n_rows = experts->n,
    };
  return n;
}

bool
glm_experts_multiply (GlmExperts *experts, const GlmStep *step, const float *x, int64_t ldx, float *y, GlmPool *pool,
                      GlmScratch *scratch, GlmError *error)
{
  const GlmParams *p = experts->params;
  int64_t n_places = experts->n * p->n_used, f = p->n_ff_expert, shared = p->n_ff_shared;
  bool inner = step->op->rows == GLM_DIM_2EXPERT_FF;
  int n = inner ? list_inner (experts, step, y) : list_outer (experts, step, y);
  GlmProduct apart;

  experts->has_shared = step->n_shared > 0;
  if (!glm_matmul_many (experts->products, n, x, inner ? ldx : 2 * f, experts->n, pool, scratch, error))
    return false;
  if (inner || step->n_shared == 0 || shared == f)
    return true;
  apart = (GlmProduct){ .matrix = matrix_of (&step->shared[0]), .y = y + n_places * p->n_embd, .ldy = p->n_embd };
  return glm_matmul_many (&apart, 1, x + n_places * 2 * f, 2 * shared, experts->n, pool, scratch, error);
}

void
glm_experts_swiglu (const GlmExperts *experts, const GlmKernels *kernels, float *inner, int64_t row)
{
  const GlmParams *p = experts->params;
  int64_t f = p->n_ff_expert, shared = p->n_ff_shared;
  float *x = inner + row * p->n_used * 2 * f;

  for (int i = 0; i < p->n_used; i++, x += 2 * f)
    kernels->swiglu (x, x, x + f, f);
  x = inner + experts->n * p->n_used * 2 * f + row * 2 * shared;
  if (experts->has_shared)
    kernels->swiglu (x, x, x + shared, shared);
}

void
glm_experts_mix (const GlmExperts *experts, const GlmKernels *kernels, const float *routes, const float *each, int64_t row,
                 float *x)
{
  const GlmParams *p = experts->params;
  const float *weights = routes + row * 2 * p->n_used + p->n_used;

  for (int i = 0; i < p->n_used; i++)
    kernels->add_scaled (x, each + (int64_t) experts->places[row * p->n_used + i] * p->n_embd, weights[i], p->n_embd);
  if (experts->has_shared)
    kernels->add_scaled (x, each + (experts->n * p->n_used + row) * p->n_embd, 1, p->n_embd);
}
