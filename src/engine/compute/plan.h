/* plan.h: a model's op tables with its numbers and weights, lowered to the steps that a back end runs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plan is made once, when a model is opened, in three strokes.  glm_plan_new() makes a step of each row of the tables,
 * with widths, heads and scales filled in; run/model-bind.c puts the weights into them; glm_plan_join() joins steps that
 * are faster together, where the back end can.  Nothing is looked up or decided again while a token is evaluated.
 *
 * A plan without weights serves as well: it describes a model, and its registers say how much memory a run will take.
 */
#ifndef GLM_PLAN_H
#define GLM_PLAN_H

#include "base/pool.h"
#include "compute/kv-cache.h"
#include "families/arch.h"

typedef struct GlmBackend GlmBackend;
/* What a back end made of a tensor: only it knows what that is. */
typedef struct GlmWeights GlmWeights;

/* A matrix of rows (out features) × cols, or a stack of n of them. */
typedef struct
{
  int64_t n, rows, cols;
  GlmWeights *weights; /* NULL: not bound */
  const void *source;  /* the tensor of the file that they were made of; NULL: not of one alone */
  bool borrowed;       /* they are the embedding's, or another plan's */
  void *made;          /* what weights were made of, where that is no tensor of the file; owned */
  float *bias;         /* [n][rows]; NULL: none */
} GlmStepMatrix;

/* n heads of `width` values side by side in a register's row, from value `at` on. */
typedef struct
{
  int64_t at;
  int n;
  int64_t width;
} GlmHeads;

/* By code, `out` and `in` being registers, and rows those of one token:
 *   RMS_NORM, LAYER_NORM  out = norm (in), each of `heads`
 *   LINEAR       out = in · Wᵀ + bias, of up to three matrices whose results lie side by side
 *   GATED        out = silu (g) · u · Wᵀ + bias, g | u = in · Gᵀ + bias, with G = gate
 *   ROPE         turns the first 2 · n_pairs values of each of `heads` in place; pairs lie side by side, or half_split
 *   ROPE_2D      the same of two parts of 2 · n_pairs values, by one of the two positions each
 *   STORE        heads of `in` to the cache: stored[stream]
 *   ATTEND       out = softmax (scale · q · k) · v by head of `heads`, the queries, over the cache; `width` values a head
 *   ATTEND_LATENT  the same over latents: of head h, keys matrices[0][h]ᵀ · c | k and values matrices[1][h] · c, where c | k is
 *                what the cache holds, c `width` values; rows of a head are [not turned | turned]
 *   ROUTE        out = the ids of the chosen experts, as floats, and their weights, of the scores in
 *   EXPERTS      out = in · Wᵀ for each chosen expert of the register `routes`, then for the shared one with `shared`; the rows
 *                of a tile lie by expert, as the back end likes
 *   MIX          out += Σ weight · in of the chosen experts + in of the shared one
 *   SWIGLU       in place, to `width` values; with routes of each expert, and of the shared one
 *   GELU         in place, `width` values
 *   ADD          out += scale · in, `width` values
 * LINEAR and GATED may add: out += scale · what is said above. */
typedef struct
{
  GlmOpCode code;
  const GlmOp *op; /* the row of the table; of joined rows the first */
  int out, in;
  int64_t width;
  bool adds;
  bool
      hands_over; /* before it the residual goes to the plan's rest; the first step from here on that writes it wants it back */
  float scale;
  float eps;
  float *weight, *weight_bias; /* norms; the bias may be NULL */
  int n_matrices;
  GlmStepMatrix matrices[GLM_MAX_SPLIT];
  GlmStepMatrix gate;
  int n_shared; /* matrices */
  GlmStepMatrix shared[GLM_MAX_SHARED];
  GlmHeads heads;
  GlmHeads stored[GLM_KV_STREAMS];
  int n_pairs;
  bool half_split;
} GlmStep;

typedef struct
{
  GlmStep *steps;
  int n_steps;
  /* The step from which on a row needs what others stored: steps before it run for the whole batch first. */
  int attend;
} GlmPlanLayer;

typedef struct
{
  const char *name;
  int64_t width; /* floats in a row; 0: not used */
  bool spans;    /* lives from before ATTEND until after it: holds the whole batch, not a tile */
} GlmPlanRegister;

/* A model that does not fit a card is divided: the card's plan has the first layers, and what it calls its rest, the processor's
 * plan, the others and the head.  Of layers with steps that the card cannot run, the rest has the end, from where nothing but
 * the residual is handed over.  Steps of the layers that a plan leaves out have no weights. */
typedef struct GlmPlan GlmPlan;
struct GlmPlan
{
  const GlmArch *arch;
  const GlmBackend *backend;
  GlmPlan *rest;              /* owned; NULL: this one runs all */
  int first_layer, end_layer; /* of params.n_layers: those that it runs; of a rest's layers before them it has the ends */
  GlmParams params;
  GlmPlanRegister registers[GLM_MAX_REGISTERS];
  int n_registers;
  GlmKvShape kv;
  GlmStepMatrix embedding; /* [n_vocab, n_embd]: rows are looked up */
  GlmPlanLayer *layers;    /* [params.n_layers] */
  GlmPlanLayer head;
  uint16_t *prefix; /* P-Tuning: f16 [layer][stream][params.n_prefix][head × width], or NULL */
};

/* A step for each row, without weights. */
bool glm_plan_new (const GlmArch *arch, const GlmParams *params, const GlmBackend *backend, GlmPlan **ret_plan,
                   GlmError *error);
void glm_plan_free (GlmPlan *plan);

/* Leaves of each layer up to `end` the steps that the back end `front` can run at its beginning, and the expert that all tokens
 * share, or those that it cannot, behind them; where one is cut, only the residual lives on.  Before weights are bound.
 * *ret_n_cut: how many layers are cut.  GLM_ERROR_UNSUPPORTED: it cannot begin one of them; the plan is of no use then. */
bool glm_plan_cut (GlmPlan *plan, int end, const GlmBackend *front, bool keeps_front, int *ret_n_cut, GlmError *error);

/* Whether the head is this plan's. */
static inline bool
glm_plan_has_head (const GlmPlan *plan)
{
  return plan->end_layer == plan->params.n_layers && plan->first_layer < plan->end_layer;
}

/* The steps of a layer before which the residual is handed over, and comes back: n_steps where none is. */
void glm_plan_find_handing (const GlmPlanLayer *layer, int *ret_handed, int *ret_taken);

/* Whether the end of a layer that this plan runs is the rest's. */
static inline bool
glm_plan_hands_over (const GlmPlan *plan, int layer)
{
  return plan->rest && layer < plan->end_layer && plan->rest->layers[layer].n_steps > 0;
}

/* Joins steps; GLM_ERROR_UNSUPPORTED where the back end cannot run one.  Weights must be bound. */
bool glm_plan_join (GlmPlan *plan, GlmError *error);

/* The weights that the plan, without its rest, made of a tensor's data; NULL: it made none. */
GlmWeights *glm_plan_find_weights (const GlmPlan *plan, const void *source);
/* Bytes of the weights that evaluating a token reads, with the rest's: not of an embedding that is only looked up. */
size_t glm_plan_weight_bytes (const GlmPlan *plan);
/* Reads these bytes once, where they lie, and computes nothing: what bounds the speed of decoding.  false: some of them do not
 * lie in the host's memory in one piece, and were not read. */
bool glm_plan_read_weights (const GlmPlan *plan, GlmPool *pool);
/* Bytes of the registers for a batch of n_rows that passes n_tile at a time. */
size_t glm_plan_register_bytes (const GlmPlan *plan, int64_t n_rows, int64_t n_tile);

/* One line about a step, without newline. */
void glm_plan_describe (const GlmPlan *plan, const GlmStep *step, char *text, size_t size);

#endif
