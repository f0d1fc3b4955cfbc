/* memory.c: the memory that a model will take, before it is loaded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cpu/forward.h"

#define DEFAULT_CONTEXT 8192

/* What a run takes beside weights, cache and the forward pass, as measured with `myna-cli memory`: a piece of vocabulary with
 * its places in the hash table and the trie, and the stacks and small things that loading and evaluating touch. */
#define PIECE_BYTES   64
#define RUNTIME_BYTES ((size_t) 2 << 20)

/* What a session takes beside the cache, by a plan without weights. */
static size_t
forward_bytes (const GlmModelInfo *info, int context_length)
{
  const GlmArch *arch = glm_arch_by_name (info->arch);
  GlmParams params = {
    .n_layers = info->n_layers,
    .n_embd = info->n_embd,
    .n_ff = info->n_ff,
    .n_heads = info->n_heads,
    .n_kv_heads = info->n_kv_heads,
    .head_dim = info->head_dim,
    .n_vocab = info->n_vocab,
    .n_rot = info->n_rot,
    .n_dense = info->n_dense,
    .n_experts = info->n_experts,
    .n_used = info->n_used_experts,
    .n_ff_expert = info->n_ff_expert,
    .n_ff_shared = info->n_ff_shared,
    .q_rank = info->q_rank,
    .kv_rank = info->kv_rank,
    .value_dim = info->value_dim,
    .kv_element_bytes = 1,
  };
  GlmKvShape bytes = glm_kv_shape (&params);
  GlmPlan *plan;
  size_t n_bytes;

  /* The bytes of a token tell 8 bits from half precision; only the cache depends on it. */
  if (info->kv_bytes_per_token != glm_kv_bytes_per_token (&bytes))
    params.kv_element_bytes = sizeof (uint16_t);
  if (!arch || info->n_layers < 1 || !glm_plan_new (arch, &params, &glm_backend_cpu, &plan, NULL))
    return 0;
  n_bytes = plan->backend->memory (plan, context_length);
  glm_plan_free (plan);
  return n_bytes;
}

void
glm_model_memory_need (const GlmModelInfo *info, int context_length, GlmMemoryNeed *ret_need)
{
  if (context_length <= 0)
    context_length = info->context_length < DEFAULT_CONTEXT ? info->context_length : DEFAULT_CONTEXT;
  *ret_need = (GlmMemoryNeed){
    .weights = info->weight_bytes - info->expert_bytes,
    .experts = info->expert_bytes,
    .cache = info->kv_bytes_per_token * (size_t) context_length,
    .scratch = forward_bytes (info, context_length) + (size_t) info->n_vocab * PIECE_BYTES + RUNTIME_BYTES,
  };
}

size_t
glm_model_memory_needed (const GlmModelInfo *info, int context_length)
{
  GlmMemoryNeed need;

  glm_model_memory_need (info, context_length, &need);
  return need.weights + need.experts + need.cache + need.scratch;
}

/* Experts are chosen about equally often: of those that a token takes, the share that is not in memory is read. */
double
glm_model_disk_speed (const GlmModelInfo *info, const GlmMemoryNeed *need, size_t available, double disk_speed)
{
  size_t rest = need->weights + need->cache + need->scratch, room = available > rest ? available - rest : 0;
  double missing = (double) need->experts - (double) room;
  size_t on_disk = info->expert_file_bytes > 0 ? info->expert_file_bytes : info->expert_bytes;

  if (info->n_experts == 0 || missing <= 0 || available < rest)
    return 0;
  return disk_speed * info->n_experts / (missing / (double) need->experts * (double) on_disk * info->n_used_experts);
}
