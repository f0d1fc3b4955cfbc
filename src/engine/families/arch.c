/* arch.c: the registry of families, and what can be read off a table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/arch.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* A row with a marker tensor stands after the plain row of the same name and wins where the tensor exists. */
static const GlmArch *const archs[] = {
  &glm_arch_chatglm,
  &glm_arch_glm4_as_chatglm,
  &glm_arch_glm4,
  &glm_arch_chatglm1,
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
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: the architecture “%.*s” is not a GLM that Myna can run",
                          glm_model_file_path (file), (int) (n_bytes < 64 ? n_bytes : 64), name);
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
    }
  return 0;
}

int64_t
glm_arch_reg_width (const GlmArch *arch, const GlmParams *params, GlmReg reg)
{
  if (reg == GLM_REG_X || reg == GLM_REG_NORM)
    return params->n_embd;
  if (reg == GLM_REG_HEADS)
    return glm_params_dim (params, GLM_DIM_Q);
  for (int i = 0; i < arch->n_layer; i++)
    if (arch->layer[i].code == GLM_OP_LINEAR && arch->layer[i].out == reg)
      return glm_params_dim (params, arch->layer[i].rows);
  for (int i = 0; i < arch->n_head; i++)
    if (arch->head[i].code == GLM_OP_LINEAR && arch->head[i].out == reg)
      return glm_params_dim (params, arch->head[i].rows);
  return 0;
}

int
glm_arch_attend_row (const GlmArch *arch)
{
  for (int i = 0; i < arch->n_layer; i++)
    if (arch->layer[i].code == GLM_OP_ATTEND)
      return i;
  return arch->n_layer;
}

bool
glm_arch_reg_spans_attend (const GlmArch *arch, GlmReg reg)
{
  int attend = glm_arch_attend_row (arch);
  bool written = false;

  if (reg == GLM_REG_X)
    return true;
  for (int i = 0; i < attend; i++)
    written |= arch->layer[i].out == reg;
  if (!written)
    return false;
  for (int i = attend; i < arch->n_layer; i++)
    {
      if (arch->layer[i].in == reg)
        return true;
      if (arch->layer[i].out == reg && arch->layer[i].code != GLM_OP_ADD)
        return false;
    }
  return false;
}

size_t
glm_arch_scratch_bytes (const GlmArch *arch, const GlmParams *params, int64_t n_rows, int64_t n_tile)
{
  int64_t n_floats = 0;

  for (int reg = 0; reg < GLM_N_REGS; reg++)
    if (reg != GLM_REG_LOGITS)
      n_floats += glm_arch_reg_width (arch, params, reg) * (glm_arch_reg_spans_attend (arch, reg) ? n_rows : n_tile);
  return (size_t) n_floats * sizeof (float);
}

static const char *
reg_name (GlmReg reg)
{
  static const char *const names[GLM_N_REGS] = {
    [GLM_REG_X] = "x",   [GLM_REG_NORM] = "norm", [GLM_REG_QKV] = "qkv",       [GLM_REG_HEADS] = "heads",
    [GLM_REG_FF] = "ff", [GLM_REG_OUT] = "out",   [GLM_REG_LOGITS] = "logits",
  };

  return names[reg];
}

void
glm_op_describe (const GlmOp *op, const GlmParams *params, char *text, size_t size)
{
  const char *out = reg_name (op->out), *in = reg_name (op->in);

  switch (op->code)
    {
    case GLM_OP_RMS_NORM: snprintf (text, size, "%s = rms_norm (%s, %s, eps %g)", out, in, op->tensor, params->norm_eps); break;
    case GLM_OP_LAYER_NORM:
      snprintf (text, size, "%s = layer_norm (%s, %s, eps %g)", out, in, op->tensor, params->norm_eps);
      break;
    case GLM_OP_LINEAR:
      snprintf (text, size, "%s = linear (%s, %s [%lld × %lld]%s)", out, in, op->tensor,
                (long long) glm_params_dim (params, op->rows), (long long) glm_params_dim (params, op->cols),
                op->bias == GLM_BIAS_REQUIRED   ? " + bias"
                : op->bias == GLM_BIAS_OPTIONAL ? " [+ bias]"
                                                : "");
      break;
    case GLM_OP_ROPE:
      snprintf (text, size, "rope (%s, %d of %d dimensions, base %g, interleaved)", out, params->n_rot, params->head_dim,
                params->rope_base);
      break;
    case GLM_OP_ROPE_2D:
      snprintf (text, size, "rope_2d (%s, 2 × %d dimensions, base %g, half-split)", out, params->n_rot, params->rope_base);
      break;
    case GLM_OP_STORE: snprintf (text, size, "store keys and values of %s", in); break;
    case GLM_OP_ATTEND:
      snprintf (text, size, "%s = attend (%s, %d heads over %d)", out, in, params->n_heads, params->n_kv_heads);
      break;
    case GLM_OP_SWIGLU: snprintf (text, size, "swiglu (%s)", out); break;
    case GLM_OP_GELU: snprintf (text, size, "gelu (%s)", out); break;
    case GLM_OP_ADD:
      if (op->scale == GLM_SCALE_RESIDUAL)
        snprintf (text, size, "%s += %g · %s", out, params->residual_scale, in);
      else
        snprintf (text, size, "%s += %s", out, in);
      break;
    case GLM_N_OPS: break;
    }
}
