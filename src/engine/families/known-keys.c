/* known-keys.c: see known-keys.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The names are those of llama.cpp's converters and our own import.
 */
#include "families/known-keys.h"

#include <string.h>

#include "base/error.h"

typedef enum
{
  KEY_READ,     /* by params.c */
  KEY_HARMLESS, /* says nothing about the arithmetic */
  KEY_NEUTRAL,  /* changes it, unless it has one of two values */
  KEY_RESIDUAL, /* read where the tables have a scale for the residual; else as KEY_NEUTRAL */
  KEY_SECTIONS, /* read where pictures' positions are expected */
  KEY_EXPERTS,  /* read where there are experts; else as KEY_NEUTRAL */
  KEY_LATENTS,  /* read where the cache holds latents */
} Meaning;

typedef struct
{
  const char *name; /* behind "<arch>." */
  Meaning meaning;
  double neutral[2]; /* of flags 0 and 1 */
} Key;

static const Key keys[] = {
  { "block_count", KEY_READ },
  { "context_length", KEY_READ },
  { "embedding_length", KEY_READ },
  { "feed_forward_length", KEY_READ },
  { "gmask_token_id", KEY_READ },
  { "nextn_predict_layers", KEY_READ },
  { "mask_token_id", KEY_READ },
  { "attention.head_count", KEY_READ },
  { "attention.head_count_kv", KEY_READ },
  { "attention.key_length", KEY_READ },
  { "attention.value_length", KEY_READ },
  { "attention.layer_norm_epsilon", KEY_READ },
  { "attention.layer_norm_rms_epsilon", KEY_READ },
  { "attention.scale", KEY_READ },
  { "rope.dimension_count", KEY_READ },
  { "rope.freq_base", KEY_READ },
  { "rope.scaling.type", KEY_READ },
  { "rope.scaling.factor", KEY_READ },
  { "rope.scaling.original_context_length", KEY_READ },
  { "rope.scaling.attn_factor", KEY_READ },
  { "rope.scaling.yarn_beta_fast", KEY_READ },
  { "rope.scaling.yarn_beta_slow", KEY_READ },

  { "vocab_size", KEY_HARMLESS }, /* the embedding's rows say it */
  { "tensor_data_layout", KEY_HARMLESS },
  { "rope.scaling.finetuned", KEY_HARMLESS },

  { "residual_scale", KEY_RESIDUAL, { 1, 1 } },
  { "rope.dimension_sections", KEY_SECTIONS },

  { "expert_feed_forward_length", KEY_EXPERTS },
  { "expert_gating_func", KEY_EXPERTS },
  { "expert_weights_norm", KEY_EXPERTS },
  { "expert_weights_scale", KEY_EXPERTS, { 0, 1 } },
  { "leading_dense_block_count", KEY_EXPERTS },
  { "attention.key_length_mla", KEY_LATENTS },
  { "attention.value_length_mla", KEY_LATENTS },
  { "attention.q_lora_rank", KEY_LATENTS },
  { "attention.kv_lora_rank", KEY_LATENTS },

  { "attention.causal", KEY_NEUTRAL, { 1, 1 } },
  { "attention.clamp_kqv", KEY_NEUTRAL },
  { "attention.max_alibi_bias", KEY_NEUTRAL },
  { "attention.sliding_window", KEY_NEUTRAL },
  { "attn_logit_softcapping", KEY_NEUTRAL },
  { "embedding_scale", KEY_NEUTRAL, { 0, 1 } },
  { "expert_count", KEY_EXPERTS },
  { "expert_group_count", KEY_EXPERTS, { 0, 1 } },
  { "expert_group_used_count", KEY_EXPERTS, { 0, 1 } },
  { "expert_shared_count", KEY_EXPERTS },
  { "expert_used_count", KEY_EXPERTS },
  { "final_logit_softcapping", KEY_NEUTRAL },
  { "logit_scale", KEY_NEUTRAL, { 0, 1 } },
  { "pooling_type", KEY_NEUTRAL },
  { "rope.scale_linear", KEY_NEUTRAL, { 0, 1 } },
  { "rope.scaling.alpha", KEY_NEUTRAL, { 0, 1 } },
  { "rope.scaling.yarn_attn_factor", KEY_NEUTRAL, { 1, 1 } },
  { "rope.scaling.yarn_ext_factor", KEY_NEUTRAL, { 1, 1 } },
  { "rope.scaling.yarn_log_multiplier", KEY_NEUTRAL },
  { "use_parallel_residual", KEY_NEUTRAL },
};

#define N_KEYS (sizeof keys / sizeof keys[0])

static bool
has_residual_scale (const GlmArch *arch)
{
  for (int i = 0; i < arch->variants[0].n; i++)
    if (arch->variants[0].ops[i].scale == GLM_SCALE_RESIDUAL)
      return true;
  return false;
}

static bool
is_neutral (const Key *key, const GlmMetaEntry *entry)
{
  double value;
  bool flag;

  if (glm_meta_get_bool (entry, &flag))
    value = flag;
  else if (!glm_meta_get_float (entry, &value))
    {
      uint64_t integer;

      if (!glm_meta_get_uint (entry, &integer))
        return false;
      value = (double) integer;
    }
  return value == key->neutral[0] || value == key->neutral[1];
}

static bool
is_understood (const GlmArch *arch, const char *name, const GlmMetaEntry *entry)
{
  for (size_t i = 0; i < N_KEYS; i++)
    if (strcmp (keys[i].name, name) == 0)
      switch (keys[i].meaning)
        {
        case KEY_READ:
        case KEY_HARMLESS: return true;
        case KEY_RESIDUAL: return has_residual_scale (arch) || is_neutral (&keys[i], entry);
        case KEY_SECTIONS: return arch->has_sections;
        case KEY_EXPERTS: return arch->has_experts || is_neutral (&keys[i], entry);
        case KEY_LATENTS: return arch->has_latents;
        case KEY_NEUTRAL: return is_neutral (&keys[i], entry);
        }
  return false;
}

bool
glm_known_keys_check (const GlmModelFile *file, const GlmArch *arch, GlmError *error)
{
  const GlmMetadata *metadata = glm_model_file_metadata (file);
  size_t n = strlen (arch->name);

  for (size_t i = 0; i < metadata->n; i++)
    {
      const char *key = metadata->entries[i].key;

      if (strncmp (key, arch->name, n) == 0 && key[n] == '.' && !is_understood (arch, key + n + 1, &metadata->entries[i]))
        return glm_error_set (error, GLM_ERROR_UNSUPPORTED,
                              "%s: the key %.80s may change what the model computes, and Myna does not know how",
                              glm_model_file_path (file), key);
    }
  return true;
}
