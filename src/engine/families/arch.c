/* arch.c: the registry of families, and what can be read off a table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/arch.h"

#include <string.h>

#include "base/error.h"

/* A row with a marker tensor stands after the plain row of the same name and wins where the tensor exists. */
static const GlmArch *const archs[] = {
  &glm_arch_chatglm, &glm_arch_glm4_as_chatglm, &glm_arch_glm4, &glm_arch_chatglm1, &glm_arch_glm4moe, &glm_arch_deepseek2,
};

#define N_ARCHS (sizeof archs / sizeof archs[0])

bool
glm_arch_find (const GlmModelFile *file, const GlmArch **ret_arch, GlmError *error)
{
  const char *name;
  size_t n_bytes;
  const GlmArch *found = NULL;

  if (!glm_model_file_get_string (file, "general.architecture", &name, &n_bytes))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: general.architecture is missing", glm_model_file_path (file));

  for (size_t i = 0; i < N_ARCHS; i++)
    {
      const GlmArch *arch = archs[i];

      if (strlen (arch->name) == n_bytes && memcmp (arch->name, name, n_bytes) == 0
          && (!arch->marker || glm_model_file_tensor (file, arch->marker)))
        found = arch;
    }
  if (!found)
    {
      glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: the architecture “%.*s” is not a GLM that Myna can run",
                     glm_model_file_path (file), (int) (n_bytes < 64 ? n_bytes : 64), name);
      return glm_error_set_fault (error, GLM_FAULT_ARCH, name, n_bytes < 64 ? n_bytes : 64);
    }
  if (found->accepts && !found->accepts (file, error))
    return false;
  *ret_arch = found;
  return true;
}

const GlmArch *
glm_arch_by_name (const char *name)
{
  for (size_t i = 0; i < N_ARCHS; i++)
    if (strcmp (archs[i]->name, name) == 0)
      return archs[i];
  return NULL;
}

static int64_t
experts_dim (const GlmParams *p, GlmDim dim)
{
  int n_shared = p->n_ff_shared > 0 ? 1 : 0;

  switch (dim)
    {
    case GLM_DIM_EXPERTS: return p->n_experts;
    case GLM_DIM_ROUTES: return 2 * (int64_t) p->n_used;
    case GLM_DIM_EXPERT_FF: return p->n_ff_expert;
    case GLM_DIM_2EXPERT_FF: return 2 * (int64_t) p->n_ff_expert;
    case GLM_DIM_SHARED_FF: return p->n_ff_shared;
    case GLM_DIM_2SHARED_FF: return 2 * (int64_t) p->n_ff_shared;
    case GLM_DIM_INNER: return 2 * ((int64_t) p->n_used * p->n_ff_expert + p->n_ff_shared);
    case GLM_DIM_EACH: return ((int64_t) p->n_used + n_shared) * p->n_embd;
    default: return 0;
    }
}

static int64_t
latent_dim (const GlmParams *p, GlmDim dim)
{
  switch (dim)
    {
    case GLM_DIM_Q_RANK: return p->q_rank;
    case GLM_DIM_KV_RANK: return p->kv_rank;
    case GLM_DIM_LATENT: return p->kv_rank + p->n_rot;
    case GLM_DIM_LOW: return p->q_rank + p->kv_rank + p->n_rot;
    case GLM_DIM_PLAIN: return p->head_dim - p->n_rot;
    case GLM_DIM_VALUE: return p->value_dim;
    case GLM_DIM_VALUES: return (int64_t) p->n_heads * p->value_dim;
    default: return 0;
    }
}

int64_t
glm_params_dim (const GlmParams *params, GlmDim dim)
{
  int64_t q = (int64_t) params->n_heads * params->head_dim, kv = (int64_t) params->n_kv_heads * params->head_dim;

  switch (dim)
    {
    case GLM_DIM_NONE: return 0;
    case GLM_DIM_EMBD: return params->n_embd;
    case GLM_DIM_Q: return q;
    case GLM_DIM_KV: return kv;
    case GLM_DIM_QKV: return q + 2 * kv;
    case GLM_DIM_FF: return params->n_ff;
    case GLM_DIM_2FF: return 2 * (int64_t) params->n_ff;
    case GLM_DIM_VOCAB: return params->n_vocab;
    case GLM_DIM_HEAD: return params->head_dim;
    default: return dim < GLM_DIM_Q_RANK ? experts_dim (params, dim) : latent_dim (params, dim);
    }
}

const GlmOpTable *
glm_arch_layer (const GlmArch *arch, const GlmParams *params, int layer)
{
  return &arch->variants[arch->variant_of ? arch->variant_of (params, layer) : 0];
}
