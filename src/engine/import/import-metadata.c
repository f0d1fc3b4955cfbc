/* import-metadata.c: the keys of an imported file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "import/import-plan.h"
#include "import/tokenizer-export.h"

typedef struct
{
  GlmMetadata *metadata;
  const char *arch;
  bool ok;
} Writer;

static const char *
arch_key (const Writer *w, const char *name, char key[96])
{
  snprintf (key, 96, "%s.%s", w->arch, name);
  return key;
}

static void
put_int (Writer *w, const char *name, int value)
{
  char key[96];

  w->ok = w->ok && glm_metadata_set_uint32 (w->metadata, arch_key (w, name, key), (uint32_t) value);
}

static void
put_float (Writer *w, const char *name, double value)
{
  char key[96];

  w->ok = w->ok && glm_metadata_set_float (w->metadata, arch_key (w, name, key), (float) value);
}

static void
put_text (Writer *w, const char *key, const char *value)
{
  w->ok = w->ok && glm_metadata_set_string (w->metadata, key, value, strlen (value));
}

static void
put_yarn (Writer *w, const GlmCheckpoint *c)
{
  char key[96];

  if (c->yarn_factor == 0)
    return;
  put_text (w, arch_key (w, "rope.scaling.type", key), "yarn");
  put_float (w, "rope.scaling.factor", c->yarn_factor);
  put_int (w, "rope.scaling.original_context_length", c->yarn_context);
  /* GGUF's factor comes on top of what YaRN says for this extension; config.json's is all there is. */
  if (c->yarn_attention_factor != 0)
    put_float (w, "rope.scaling.attn_factor", c->yarn_attention_factor / (0.1 * log (c->yarn_factor) + 1));
  if (c->yarn_beta_fast != 0)
    put_float (w, "rope.scaling.yarn_beta_fast", c->yarn_beta_fast);
  if (c->yarn_beta_slow != 0)
    put_float (w, "rope.scaling.yarn_beta_slow", c->yarn_beta_slow);
}

/* Latent attention: a cached row is called key and value, and a head's sizes have keys of their own. */
static void
put_latents (Writer *w, const GlmCheckpoint *c)
{
  put_int (w, "attention.key_length", c->kv_rank + c->n_rot);
  put_int (w, "attention.value_length", c->kv_rank);
  put_int (w, "attention.key_length_mla", c->head_dim);
  put_int (w, "attention.value_length_mla", c->value_dim);
  put_int (w, "attention.q_lora_rank", c->q_rank);
  put_int (w, "attention.kv_lora_rank", c->kv_rank);
}

#define SIGMOID 2 /* expert_gating_func */

static void
put_experts (Writer *w, const GlmCheckpoint *c)
{
  char key[96];

  put_int (w, "expert_count", c->n_experts);
  put_int (w, "expert_used_count", c->n_used);
  put_int (w, "expert_shared_count", c->n_shared);
  put_int (w, "expert_feed_forward_length", c->n_ff_expert);
  put_int (w, "leading_dense_block_count", c->n_dense);
  put_int (w, "expert_group_count", c->n_groups);
  put_int (w, "expert_group_used_count", c->n_groups_used);
  put_int (w, "expert_gating_func", SIGMOID);
  put_float (w, "expert_weights_scale", c->route_scale);
  w->ok = w->ok && glm_metadata_set_bool (w->metadata, arch_key (w, "expert_weights_norm", key), c->norm_routes);
}

static void
put_architecture (Writer *w, const GlmCheckpoint *c)
{
  put_int (w, "context_length", c->context_length);
  put_int (w, "embedding_length", c->n_embd);
  put_int (w, "feed_forward_length", c->n_ff);
  put_int (w, "block_count", c->n_layers);
  put_int (w, "attention.head_count", c->n_heads);
  put_int (w, "attention.head_count_kv", c->n_kv_heads);
  if (c->kv_rank > 0)
    {
      put_latents (w, c);
    }
  else
    {
      put_int (w, "attention.key_length", c->head_dim);
      put_int (w, "attention.value_length", c->head_dim);
    }
  if (c->n_experts > 0)
    put_experts (w, c);
  put_float (w, c->arch->eps_key, c->norm_eps);
  put_int (w, "rope.dimension_count", c->n_rot);
  put_float (w, "rope.freq_base", c->rope_base);
  put_yarn (w, c);
  if (c->arch->default_residual_scale != 1)
    put_float (w, "residual_scale", (double) c->arch->default_residual_scale);
}

/* general.file_type, llama.cpp's number for the prevailing type. */
static uint32_t
file_type (GlmImportType type, const GlmImportPlan *plan)
{
  static const struct
  {
    GlmType type;
    uint32_t number;
  } numbers[] = {
    { GLM_TYPE_F32, 0 },      { GLM_TYPE_F16, 1 },     { GLM_TYPE_Q4_0, 2 },     { GLM_TYPE_Q4_1, 3 },
    { GLM_TYPE_Q8_0, 7 },     { GLM_TYPE_Q5_0, 8 },    { GLM_TYPE_Q5_1, 9 },     { GLM_TYPE_Q2_K, 10 },
    { GLM_TYPE_Q3_K, 12 },    { GLM_TYPE_Q4_K, 15 },   { GLM_TYPE_Q5_K, 17 },    { GLM_TYPE_Q6_K, 18 },
    { GLM_TYPE_IQ2_XXS, 19 }, { GLM_TYPE_IQ2_XS, 20 }, { GLM_TYPE_IQ3_XXS, 23 }, { GLM_TYPE_IQ1_S, 24 },
    { GLM_TYPE_IQ4_NL, 25 },  { GLM_TYPE_IQ3_S, 26 },  { GLM_TYPE_IQ2_S, 28 },   { GLM_TYPE_IQ4_XS, 30 },
    { GLM_TYPE_IQ1_M, 31 },   { GLM_TYPE_BF16, 32 },   { GLM_TYPE_MXFP4, 38 },
  };
  const GlmPlanTensor *largest = NULL;

  switch (type)
    {
    case GLM_IMPORT_F32: return 0;
    case GLM_IMPORT_F16: return 1;
    case GLM_IMPORT_Q8_0: return 7;
    case GLM_IMPORT_Q5_1: return 9;
    case GLM_IMPORT_Q5_0: return 8;
    case GLM_IMPORT_Q4_1: return 3;
    case GLM_IMPORT_Q4_0: return 2;
    case GLM_IMPORT_Q4_K_M: return 15;
    default: break;
    }
  /* Embedding and output may be of another type than the blocks. */
  for (size_t i = 0; i < plan->n_tensors; i++)
    if (strncmp (plan->tensors[i].name, "blk.", 4) == 0 && (!largest || plan->tensors[i].n_bytes > largest->n_bytes))
      largest = &plan->tensors[i];
  for (size_t i = 0; largest && i < sizeof numbers / sizeof *numbers; i++)
    if (numbers[i].type == largest->type)
      return numbers[i].number;
  return 0;
}

static void
put_general (Writer *w, const GlmImportOptions *options, const GlmImportPlan *plan)
{
  w->ok = w->ok && glm_metadata_set_uint32 (w->metadata, "general.file_type", file_type (options->type, plan))
          && glm_metadata_set_uint32 (w->metadata, "general.quantization_version", 2);
  if (options->name)
    put_text (w, "general.name", options->name);
}

/* ---- Tokenizer -------------------------------------------------------------------------------------------------- */

/* The source's own tokenizer, by the file names of the families' repositories. */
static bool
open_own_tokenizer (const GlmSource *source, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  static const char *const files[] = { "ice_text.model", "tokenizer.model", "tokenizer.json" };

  if (source->format == GLM_SOURCE_CHATGLM_GGML)
    return glm_tokenizer_new_from_memory (source->header.tokenizer, source->header.tokenizer_bytes, ret_tokenizer, error);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    {
      char *path = glm_source_file (source, files[i]);
      bool there, ok;

      if (!path)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");
      there = access (path, F_OK) == 0;
      ok = there && glm_tokenizer_open (path, ret_tokenizer, error);
      free (path);
      if (there)
        return ok;
    }
  return glm_error_set (error, GLM_ERROR_NOT_FOUND,
                        "%s holds no tokenizer: neither ice_text.model nor tokenizer.model nor "
                        "tokenizer.json",
                        glm_path_name (source->path));
}

/* What tells the parts of a prompt that is read in both directions: the tokenizer's ids, or without one config.json's. */
static bool
put_prompt_ids (Writer *w, const GlmCheckpoint *c, const GlmTokenizer *tokenizer, GlmError *error)
{
  int32_t sop = tokenizer ? glm_tokenizer_control_id (tokenizer, "<sop>") : c->sop_id,
          gmask = tokenizer ? glm_tokenizer_control_id (tokenizer, "[gMASK]") : c->gmask_id,
          mask = tokenizer ? glm_tokenizer_control_id (tokenizer, "[MASK]") : c->mask_id;

  if (!c->arch->bidirectional_prompt)
    return true;
  if (sop < 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE,
                          tokenizer ? "the tokenizer has no <sop>, which ends what a prompt reads in both directions"
                                    : "config.json: bos_token_id is missing, and there is no tokenizer that has <sop>");
  w->ok = w->ok && glm_metadata_set_uint32 (w->metadata, "tokenizer.ggml.bos_token_id", (uint32_t) sop);
  if (gmask >= 0)
    put_int (w, "gmask_token_id", gmask);
  if (mask >= 0)
    put_int (w, "mask_token_id", mask);
  return true;
}

static bool
put_tokenizer (Writer *w, const GlmSource *source, const GlmCheckpoint *c, const GlmFamily *family,
               const GlmImportOptions *options, GlmError *error)
{
  GlmTokenizer *tokenizer = NULL;
  const char *path = options->tokenizer_path;
  bool leaves_out = path && !*path, ok = true;

  /* A chatglm.cpp file says its ids by its tokenizer alone. */
  if (!leaves_out || (c->arch->bidirectional_prompt && source->format == GLM_SOURCE_CHATGLM_GGML))
    ok = path && *path ? glm_tokenizer_open (path, &tokenizer, error) : open_own_tokenizer (source, &tokenizer, error);
  ok = ok && (leaves_out || glm_tokenizer_export (tokenizer, family, c->n_vocab - c->n_skipped_rows, w->metadata, error))
       && put_prompt_ids (w, c, tokenizer, error);
  glm_tokenizer_free (tokenizer);
  return ok;
}

/* ---- Sources ---------------------------------------------------------------------------------------------------- */

/* Everything that the source says, but for how its bytes are laid out. */
static bool
copy_gguf_metadata (const GlmModelFile *model, Writer *w)
{
  const GlmMetadata *from = glm_model_file_metadata (model);

  for (size_t i = 0; w->ok && i < from->n; i++)
    if (strcmp (from->entries[i].key, "general.alignment") != 0 && strncmp (from->entries[i].key, "split.", 6) != 0)
      w->ok = glm_metadata_copy (w->metadata, &from->entries[i]);
  return w->ok;
}

bool
glm_import_metadata (const GlmSource *source, const GlmCheckpoint *checkpoint, const GlmImportOptions *options,
                     const GlmImportPlan *plan, GlmMetadata *metadata, GlmError *error)
{
  Writer writer = { metadata, checkpoint->arch ? checkpoint->arch->name : NULL, true };
  bool ok = true;

  if (source->format == GLM_SOURCE_GGUF)
    {
      copy_gguf_metadata (source->model, &writer);
    }
  else
    {
      put_text (&writer, "general.architecture", checkpoint->arch->name);
      put_text (&writer, "general.name", checkpoint->name);
      put_text (&writer, "glm.family", plan->family->name);
      put_architecture (&writer, checkpoint);
      ok = put_tokenizer (&writer, source, checkpoint, plan->family, options, error);
    }
  put_general (&writer, options, plan);
  if (ok && !writer.ok)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the keys of the new file");
  return ok;
}
