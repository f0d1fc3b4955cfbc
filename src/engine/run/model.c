/* model.c: opening, describing and freeing a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/tame.h"
#include "compute/kv-cache.h"
#include "quant/packed.h"

/* A token of a model with fewer bytes of weights is done before a second thread has woken, and where other programs keep
 * the processor busy, waiting for that thread would cost many times the work. */
#define MIN_SHARED_BYTES ((size_t) 128 << 20)

/* ---- Describing ------------------------------------------------------------------------------------------------- */

static void
copy_text (char *target, size_t size, const char *text, size_t n)
{
  if (n > size - 1)
    {
      n = size - 1;
      while (n > 0 && ((unsigned char) text[n] & 0xC0) == 0x80)
        n--;
    }
  memcpy (target, text, n);
  target[glm_tame (target, n)] = '\0';
}

static void
describe_name (const GlmModelFile *file, GlmModelInfo *info)
{
  const char *text, *path = glm_model_file_path (file), *slash;
  size_t n;

  if (glm_model_file_get_string (file, "general.name", &text, &n) && n > 0 && !memchr (text, '\0', n))
    copy_text (info->name, sizeof info->name, text, n);
  else
    {
      slash = strrchr (path, '/');
      text = slash && slash[1] ? slash + 1 : path;
      copy_text (info->name, sizeof info->name, text, strlen (text));
    }
}

static void
describe_license (const GlmModelFile *file, GlmModelInfo *info)
{
  static const char *const keys[] = { "general.license.name", "general.license" };
  const char *text;
  size_t n;

  for (size_t i = 0; i < sizeof keys / sizeof keys[0] && !info->license[0]; i++)
    if (glm_model_file_get_string (file, keys[i], &text, &n) && !memchr (text, '\0', n))
      copy_text (info->license, sizeof info->license, text, n);
}

/* Whether it belongs to a layer that only guesses tokens, behind those that are run. */
static bool
is_left_out (const GlmParams *params, const GlmTensor *tensor)
{
  int layer;

  return sscanf (tensor->name, "blk.%d.", &layer) == 1 && layer >= params->n_layers;
}

/* One of many experts' matrices. */
static bool
is_experts (const GlmParams *params, const GlmTensor *tensor)
{
  return params->n_experts > 1 && tensor->ne[2] == params->n_experts && strstr (tensor->name, "_exps.weight");
}

/* "Q4_0 + Q6_K": the types of the matrices, the one with most weights first, at most three that hold over 1 % each. */
static void
describe_types (const GlmModelFile *file, const GlmParams *params, GlmModelInfo *info)
{
  double weights[64] = { 0 }, total = 0;

  for (size_t i = 0; i < glm_model_file_n_tensors (file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      const GlmPackedTraits *packed = glm_packed_traits_of_file (tensor->type);
      GlmType type = packed ? packed->type : tensor->type;
      double n = 1;

      if (is_left_out (params, tensor))
        continue;
      for (int d = 0; d < GLM_MAX_DIMS; d++)
        n *= (double) tensor->ne[d];
      info->n_params += (uint64_t) n;
      if (is_experts (params, tensor))
        info->n_active_params += (uint64_t) n / (uint64_t) params->n_experts * (uint64_t) params->n_used;
      else if (strcmp (tensor->name, "token_embd.weight") != 0 || !glm_model_file_tensor (file, "output.weight"))
        info->n_active_params += (uint64_t) n;
      if (tensor->n_dims >= 2 && type < 64)
        {
          weights[type] += n;
          total += n;
        }
    }
  for (int i = 0; i < 3; i++)
    {
      int best = 0;
      size_t used = strlen (info->quantisation);
      const GlmTypeTraits *traits;

      for (int type = 1; type < 64; type++)
        if (weights[type] > weights[best])
          best = type;
      traits = glm_type_traits ((uint32_t) best);
      if (!traits || weights[best] <= 0.01 * total)
        break;
      snprintf (info->quantisation + used, sizeof info->quantisation - used, "%s%s", used ? " + " : "", traits->name);
      weights[best] = 0;
    }
}

/* glm.tools says it; else whether the model is of the published size. */
static void
describe_calling (const GlmModelFile *file, const GlmFamily *family, GlmModelInfo *info)
{
  const GlmToolFormat *format = family->prompt.tools;
  bool trained = info->n_vocab >= family->min_calling_vocab;

  if (!format && family->prompt.shape != GLM_PROMPT_TAGS)
    return;
  glm_model_file_get_bool (file, "glm.tools", &trained);
  info->calling = trained ? GLM_CALLING_TRAINED : GLM_CALLING_UNTRAINED;
  info->has_interpreter = format && format->program != NULL;
  info->either = format && format->program_alone;
}

/* Experts may lie in other types in memory. */
static void
describe_experts (const GlmModelFile *file, const GlmParams *params, GlmModelInfo *info)
{
  for (size_t i = 0; i < glm_model_file_n_tensors (file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);

      if (!is_left_out (params, tensor) && is_experts (params, tensor))
        info->expert_file_bytes += tensor->n_bytes;
    }
}

static void
describe (const GlmModelFile *file, const GlmArch *arch, const GlmParams *params, const GlmTemplate *tmpl, GlmModelInfo *info)
{
  GlmKvShape kv = glm_kv_shape (params);

  describe_name (file, info);
  describe_license (file, info);
  describe_types (file, params, info);
  describe_experts (file, params, info);
  copy_text (info->arch, sizeof info->arch, arch->name, strlen (arch->name));
  if (tmpl)
    {
      const char *family = glm_template_family (tmpl)->name;

      copy_text (info->family, sizeof info->family, family, strlen (family));
    }
  info->file_bytes = glm_model_file_bytes (file);
  info->n_layers = params->n_layers;
  info->n_embd = params->n_embd;
  info->n_ff = params->n_ff;
  info->n_heads = params->n_heads;
  info->n_kv_heads = params->n_kv_heads;
  info->head_dim = params->head_dim;
  info->n_vocab = params->n_vocab;
  info->n_rot = params->n_rot;
  info->n_dense = params->n_dense;
  info->n_experts = params->n_experts;
  info->n_used_experts = params->n_used;
  info->n_ff_expert = params->n_ff_expert;
  info->n_ff_shared = params->n_ff_shared;
  info->q_rank = params->q_rank;
  info->kv_rank = params->kv_rank;
  info->value_dim = params->value_dim;
  info->context_length = params->context_length;
  info->kv_bytes_per_token = glm_kv_bytes_per_token (&kv);
  info->keeps_prompt = !arch->bidirectional_prompt;
  if (tmpl)
    describe_calling (file, glm_template_family (tmpl), info);
  info->can_answer_at_once = tmpl && glm_template_family (tmpl)->prompt.shape == GLM_PROMPT_TAGS;
}

/* ---- Identity --------------------------------------------------------------------------------------------------- */

static uint64_t
mix (uint64_t hash, const void *data, size_t n)
{
  const unsigned char *bytes = data;

  for (size_t i = 0; i < n; i++)
    hash = (hash ^ bytes[i]) * UINT64_C (0x100000001b3);
  return hash;
}

/* Numbers that no tensor shows and that change what is computed; those that most models have leave the hash alone, so that
 * the states which earlier versions saved stay good. */
static uint64_t
mix_numbers (uint64_t hash, const GlmArch *arch, const GlmParams *params)
{
  const struct
  {
    double value, usual;
  } numbers[] = {
    { (double) params->norm_eps, (double) 1e-5f },
    { (double) params->residual_scale, (double) arch->default_residual_scale },
    { params->linear_factor, 1 },
    { params->yarn_factor, 1 },
    { params->yarn_attention_factor, 1 },
    { params->yarn_original_context, 0 },
    { params->yarn_beta_fast, 32 },
    { params->yarn_beta_slow, 1 },
    { params->n_rot, params->head_dim / 2 },
  };

  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (numbers[i].value != numbers[i].usual)
      {
        hash = mix (hash, &i, sizeof i);
        hash = mix (hash, &numbers[i].value, sizeof numbers[i].value);
      }
  return hash;
}

/* FNV-1a over every tensor's name, type, shape and a few bytes of its data: two quantisations or fine-tunes of one model
 * differ in them. */
static uint64_t
compute_identity (const GlmModel *model)
{
  uint64_t hash = UINT64_C (0xcbf29ce484222325);

  hash = mix (hash, model->arch->name, strlen (model->arch->name));
  hash = mix (hash, &model->params.rope_base, sizeof model->params.rope_base);
  hash = mix_numbers (hash, model->arch, &model->params);
  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (model->file, i);

      hash = mix (hash, tensor->name, strlen (tensor->name));
      hash = mix (hash, &tensor->type, sizeof tensor->type);
      hash = mix (hash, tensor->ne, sizeof tensor->ne);
      hash = mix (hash, (const char *) tensor->data + tensor->n_bytes / 2,
                  tensor->n_bytes - tensor->n_bytes / 2 < 64 ? tensor->n_bytes - tensor->n_bytes / 2 : 64);
    }
  return hash;
}

uint64_t
glm_model_identity (const GlmModel *model)
{
  return model->identity;
}

/* ---- Opening ---------------------------------------------------------------------------------------------------- */

static bool
open_tokenizer (const GlmModelFile *file, const char *path, GlmTokenizer **ret_tokenizer, GlmTemplate **ret_template,
                GlmError *error)
{
  GlmTokenizer *tokenizer = NULL;
  const char *kind;
  size_t n;

  if (path)
    {
      if (!glm_tokenizer_open (path, &tokenizer, error))
        return false;
    }
  else if (!glm_model_file_get_string (file, "tokenizer.ggml.model", &kind, &n)
           || (n == 8 && memcmp (kind, "no_vocab", 8) == 0))
    return true;
  else if (!glm_tokenizer_new_from_model_file (file, &tokenizer, error))
    return false;

  if (!glm_template_new (glm_family_of_file (file, tokenizer), tokenizer, ret_template, error))
    {
      glm_tokenizer_free (tokenizer);
      return false;
    }
  *ret_tokenizer = tokenizer;
  return true;
}

/* An adapter names the architecture of the model that it belongs to. */
static bool
refuse_adapter (const GlmModelFile *file, GlmError *error)
{
  if (!glm_model_file_mentions (file, "general.type", "adapter"))
    return true;
  glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: general.type says that this is an adapter", glm_model_file_path (file));
  return glm_error_set_fault (error, GLM_FAULT_ADAPTER, NULL, 0);
}

/* The part of opening that needs no weights. */
static bool
open_header (const char *path, const char *tokenizer_path, GlmModel *model, GlmError *error)
{
  return glm_model_file_open (path, &model->file, error) && refuse_adapter (model->file, error)
         && glm_arch_find (model->file, &model->arch, error)
         && glm_params_read (model->file, model->arch, &model->params, model->info.quirks, sizeof model->info.quirks, error)
         && open_tokenizer (model->file, tokenizer_path, &model->tokenizer, &model->tmpl, error);
}

/* [MASK], [gMASK] and <sop> steer a bidirectional prompt: the file's ids, or else the tokenizer's.  Without <sop> the prompt
 * would be read in one direction, which gives words without sense. */
static bool
find_control_ids (GlmModel *model, GlmError *error)
{
  GlmParams *params = &model->params;

  if (model->tokenizer && params->gmask_id < 0)
    params->gmask_id = glm_tokenizer_control_id (model->tokenizer, "[gMASK]");
  if (model->tokenizer && params->mask_id < 0)
    params->mask_id = glm_tokenizer_control_id (model->tokenizer, "[MASK]");
  if (model->tokenizer && params->sop_id < 0)
    params->sop_id = glm_tokenizer_control_id (model->tokenizer, "<sop>");
  if (!model->arch->bidirectional_prompt || (params->sop_id >= 0 && params->sop_id < params->n_vocab))
    return true;
  return glm_error_set (error, GLM_ERROR_BAD_FILE,
                        "%s: tokenizer.ggml.bos_token_id, the id of <sop>, is missing or outside of the vocabulary",
                        glm_model_file_path (model->file));
}

/* Vocabularies of GLM-4.5 and later are padded. */
static bool
find_untrained (GlmModel *model, GlmError *error)
{
  int n = model->params.n_vocab;

  if (!model->tmpl || glm_template_family (model->tmpl)->prompt.shape != GLM_PROMPT_TAGS)
    return true;
  model->untrained = malloc ((size_t) n * sizeof *model->untrained);
  if (!model->untrained)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a vocabulary of %d", n);
  for (int32_t id = 0; id < n; id++)
    if (!glm_tokenizer_has (model->tokenizer, id))
      model->untrained[model->n_untrained++] = id;
  return true;
}

static GlmModel *
new_model (GlmError *error)
{
  GlmModel *model = calloc (1, sizeof *model);

  if (model)
    pthread_mutex_init (&model->pools_lock, NULL);
  else
    glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a model");
  return model;
}

bool
glm_model_open (const char *path, const GlmModelOptions *options, GlmModel **ret_model, GlmError *error)
{
  GlmModel *model = new_model (error);
  GlmPool *pool = NULL;

  if (!model)
    return false;
  if (!open_header (path, options ? options->tokenizer_path : NULL, model, error) || !find_control_ids (model, error)
      || !find_untrained (model, error))
    goto fail;
  describe (model->file, model->arch, &model->params, model->tmpl, &model->info);

  /* Before the tensors' pages of the file are given back, which the look at each would bring in again. */
  model->identity = compute_identity (model);
  model->n_threads = glm_cpu_count ();
  if (options && options->n_threads > 0 && options->n_threads < model->n_threads)
    model->n_threads = options->n_threads;
  if (!glm_pool_new (model->n_threads, &pool, error) || !glm_model_bind (model, options, pool, error))
    goto fail;
  if (!(options && options->n_threads > 0) && model->info.weight_bytes < MIN_SHARED_BYTES)
    model->n_threads = 1;
  glm_pool_free (pool);
  *ret_model = model;
  return true;

fail:
  glm_pool_free (pool);
  glm_model_free (model);
  return false;
}

void
glm_model_free (GlmModel *model)
{
  if (!model)
    return;
  glm_plan_free (model->fallback);
  glm_plan_free (model->plan);
  glm_gpu_free (model->gpu);
  free (model->untrained);
  glm_template_free (model->tmpl);
  glm_tokenizer_free (model->tokenizer);
  glm_model_file_free (model->file);
  glm_token_table_free (model->token_table);
  pthread_mutex_destroy (&model->pools_lock);
  free (model);
}

bool
glm_model_rest (GlmModel *model, double seconds)
{
  return model->gpu && glm_gpu_rest (model->gpu, seconds);
}

const GlmModelInfo *
glm_model_info (const GlmModel *model)
{
  return &model->info;
}

/* Memory that a tensor takes once it is loaded: packed, but for the embedding where its rows are only looked up. */
static size_t
resident_bytes (const GlmModelFile *file, const GlmTensor *tensor)
{
  bool is_lookup = strcmp (tensor->name, "token_embd.weight") == 0 && glm_model_file_tensor (file, "output.weight");
  size_t n_packed = tensor->n_dims < 2 || is_lookup ? 0 : glm_packed_bytes (tensor->type, tensor->ne);

  return n_packed > 0 ? n_packed : tensor->n_bytes;
}

bool
glm_model_open_header (const char *path, const char *tokenizer_path, GlmModel **ret_model, GlmError *error)
{
  GlmModel *model = new_model (error);

  if (!model)
    return false;
  if (!open_header (path, tokenizer_path, model, error) || !find_control_ids (model, error))
    {
      glm_model_free (model);
      return false;
    }
  describe (model->file, model->arch, &model->params, model->tmpl, &model->info);
  for (size_t i = 0; i < glm_model_file_n_tensors (model->file); i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (model->file, i);

      size_t n_bytes = resident_bytes (model->file, tensor);

      if (!is_left_out (&model->params, tensor))
        model->info.weight_bytes += n_bytes;
      if (!is_left_out (&model->params, tensor) && is_experts (&model->params, tensor))
        model->info.expert_bytes += n_bytes;
    }
  *ret_model = model;
  return true;
}

bool
glm_model_probe (const char *path, GlmModelInfo *ret_info, GlmError *error)
{
  GlmModel *model;
  bool ok;

  if (!glm_model_open_header (path, NULL, &model, error))
    return false;
  ok = glm_model_check (model, error);
  if (ok)
    *ret_info = model->info;
  glm_model_free (model);
  return ok;
}

/* ---- Pools ------------------------------------------------------------------------------------------------------ */

struct GlmSharedPool
{
  GlmSharedPool *next;
  GlmPool *pool;
  int n_threads;
  int n_holders;
};

static bool
add_pool (GlmModel *model, int n_threads, GlmError *error)
{
  GlmSharedPool *shared = calloc (1, sizeof *shared);

  if (!shared)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a session");
  if (!glm_pool_new (n_threads, &shared->pool, error))
    {
      free (shared);
      return false;
    }
  shared->n_threads = n_threads;
  shared->next = model->pools;
  model->pools = shared;
  return true;
}

bool
glm_model_hold_pool (GlmModel *model, int n_threads, GlmPool **ret_pool, GlmError *error)
{
  GlmSharedPool *shared;
  bool ok = true;

  if (n_threads <= 0)
    n_threads = model->n_threads;
  pthread_mutex_lock (&model->pools_lock);
  for (shared = model->pools; shared && shared->n_threads != n_threads; shared = shared->next)
    ;
  if (!shared && (ok = add_pool (model, n_threads, error)))
    shared = model->pools;
  if (ok)
    {
      shared->n_holders++;
      *ret_pool = shared->pool;
    }
  pthread_mutex_unlock (&model->pools_lock);
  return ok;
}

void
glm_model_release_pool (GlmModel *model, GlmPool *pool)
{
  GlmSharedPool **place, *shared;

  if (!pool)
    return;
  pthread_mutex_lock (&model->pools_lock);
  for (place = &model->pools; (*place)->pool != pool; place = &(*place)->next)
    ;
  shared = *place;
  if (--shared->n_holders == 0)
    {
      *place = shared->next;
      glm_pool_free (shared->pool);
      free (shared);
    }
  pthread_mutex_unlock (&model->pools_lock);
}

bool
glm_model_token_table (GlmModel *model, const GlmTokenTable **ret_table)
{
  GlmCallForm form = model->tmpl ? glm_template_family (model->tmpl)->reply.calls : GLM_CALLS_NONE;
  GlmSpelling spelling = form == GLM_CALLS_PYTHON ? GLM_SPELLING_PYTHON
                         : form == GLM_CALLS_TAGS ? GLM_SPELLING_TAGS
                                                  : GLM_SPELLING_JSON;
  bool ok;

  pthread_mutex_lock (&model->pools_lock);
  ok = model->token_table
       || (model->tokenizer
           && glm_token_table_new (model->tokenizer, (size_t) model->params.n_vocab, spelling, &model->token_table, NULL));
  pthread_mutex_unlock (&model->pools_lock);
  if (ok)
    *ret_table = model->token_table;
  return ok;
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static bool
no_tokenizer (const GlmModel *model, GlmError *error)
{
  glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: the file has no tokenizer", glm_model_file_path (model->file));
  return glm_error_set_fault (error, GLM_FAULT_TOKENIZER, NULL, 0);
}

bool
glm_model_tokenize (const GlmModel *model, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  if (!model->tokenizer)
    return no_tokenizer (model, error);
  return glm_tokenizer_encode (model->tokenizer, text, n_bytes, tokens, error);
}

bool
glm_model_detokenize (const GlmModel *model, const int32_t *ids, size_t n, char **ret_text, size_t *ret_n_bytes,
                      GlmError *error)
{
  size_t n_bytes;

  if (!model->tokenizer)
    return no_tokenizer (model, error);
  return glm_tokenizer_decode (model->tokenizer, ids, n, ret_text, ret_n_bytes ? ret_n_bytes : &n_bytes, error);
}

bool
glm_model_fit (const GlmModel *model, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
               GlmPrompt *ret_prompt, GlmError *error)
{
  if (!model->tmpl)
    return no_tokenizer (model, error);
  return glm_template_fit (model->tmpl, turns, n_turns, reply, fit, ret_prompt, error);
}

bool
glm_model_count_tools (const GlmModel *model, const GlmToolSet *tools, size_t *ret_n, GlmError *error)
{
  if (!model->tmpl)
    return no_tokenizer (model, error);
  return glm_template_count_tools (model->tmpl, tools, ret_n, error);
}

bool
glm_model_is_stop (const GlmModel *model, int32_t id)
{
  return model->tmpl && glm_template_is_stop (model->tmpl, id);
}

bool
glm_model_end_thought (const GlmModel *model, GlmTokens *ids, GlmError *error)
{
  return model->tmpl ? glm_template_end_thought (model->tmpl, ids, error) : no_tokenizer (model, error);
}

void
glm_model_default_sampling (const GlmModel *model, GlmSampling *ret_sampling)
{
  double value;

  glm_family_default_sampling (model->info.family, ret_sampling);
  if (!model->tmpl || glm_template_family (model->tmpl)->prompt.shape != GLM_PROMPT_TAGS)
    return;
  /* What the model's card says, where the file repeats it. */
  if (glm_model_file_get_float (model->file, "general.sampling.temp", &value) && value >= 0 && value <= 2)
    ret_sampling->temperature = (float) value;
  if (glm_model_file_get_float (model->file, "general.sampling.top_p", &value) && value > 0 && value <= 1)
    ret_sampling->top_p = (float) value;
}

void
glm_model_tool_sampling (const GlmModel *model, GlmSampling *ret_sampling)
{
  glm_family_tool_sampling (model->info.family, ret_sampling);
}

void
glm_model_complete_sampling (const GlmModel *model, bool offers_tools, GlmSampling *sampling)
{
  GlmSampling own;

  if (offers_tools)
    glm_model_tool_sampling (model, &own);
  else
    glm_model_default_sampling (model, &own);
  if (sampling->temperature < 0)
    sampling->temperature = own.temperature;
  if (sampling->top_k < 0)
    sampling->top_k = own.top_k;
  if (sampling->top_p < 0)
    sampling->top_p = own.top_p;
  if (sampling->min_p < 0)
    sampling->min_p = own.min_p;
  if (sampling->repetition_penalty < 0)
    sampling->repetition_penalty = own.repetition_penalty;
  if (sampling->max_tokens < 0)
    sampling->max_tokens = own.max_tokens;
}

static bool
append_controls (const GlmModel *model, GlmTokens *ids, GlmError *error)
{
  const GlmPromptFormat *format = &glm_template_family (model->tmpl)->prompt;
  const char *const controls[] = { format->gmask, format->sop };

  for (size_t i = 0; i < 2; i++)
    {
      int32_t id = controls[i] ? glm_tokenizer_control_id (model->tokenizer, controls[i]) : -1;

      if (id >= 0 && !glm_tokens_append (ids, id))
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
    }
  return true;
}

bool
glm_model_fit_text (const GlmModel *model, const char *text, size_t n_bytes, GlmTokens *ids, GlmError *error)
{
  bool last = model->tmpl && glm_template_family (model->tmpl)->prompt.controls_last;

  return (!model->tmpl || last || append_controls (model, ids, error)) && glm_model_tokenize (model, text, n_bytes, ids, error)
         && (!model->tmpl || !last || append_controls (model, ids, error));
}
