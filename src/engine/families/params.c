/* params.c: the numbers of a model, from its file, checked and corrected
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Converters of the transformers-style GLM-4 and GLM-Edge checkpoints are known to write wrong numbers: they miss the
 * keys of that layout and fall back to others.  What can be recognised with certainty is corrected here, and said.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "families/arch.h"
#include "base/error.h"
#include "families/known-keys.h"

/* Limits on what a file may ask for, far above every member of the family. */
#define MAX_LAYERS   1024
#define MAX_WIDTH    (1 << 20)
#define MAX_HEADS    4096
#define MAX_HEAD_DIM 1024
#define MAX_VOCAB    (1 << 24)
#define MAX_CONTEXT  (1 << 24)
#define MAX_EXPERTS  4096
#define MAX_USED     64

/* Vocabulary sizes that identify a family whose converters are known to lie. */
#define VOCAB_GLM4     151552
#define VOCAB_GLM_EDGE 59264

typedef struct
{
  const GlmModelFile *file;
  const GlmArch *arch;
  GlmParams *params;
  char *quirks;
  size_t quirks_size;
  GlmError *error;
} Reader;

static void __attribute__ ((format (printf, 2, 3))) say (Reader *reader, const char *format, ...)
{
  size_t n;
  va_list args;

  if (!reader->quirks || reader->quirks_size == 0)
    return;
  n = strlen (reader->quirks);
  if (n > 0 && n + 1 < reader->quirks_size)
    {
      reader->quirks[n++] = ' ';
      reader->quirks[n] = '\0';
    }
  va_start (args, format);
  vsnprintf (reader->quirks + n, reader->quirks_size - n, format, args);
  va_end (args);
}

static void
make_key (const Reader *reader, const char *name, char *key, size_t size)
{
  snprintf (key, size, "%s.%s", reader->arch->name, name);
}

static bool
get_float (const Reader *reader, const char *name, double *ret_value)
{
  char key[96];

  make_key (reader, name, key, sizeof key);
  return glm_model_file_get_float (reader->file, key, ret_value);
}

/* A number in [min, max]; absent: fallback. */
static bool
get_number (Reader *reader, const char *name, double min, double max, double fallback, double *ret_value)
{
  char key[96];
  double value = fallback;

  make_key (reader, name, key, sizeof key);
  if (glm_model_file_get_float (reader->file, key, &value) && !(value >= min && value <= max))
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s is %g, outside of %g to %g",
                          glm_model_file_path (reader->file), key, value, min, max);
  *ret_value = value;
  return true;
}

/* An integer in [min, max]; absent: fallback, or an error where that is negative. */
static bool
get_int (Reader *reader, const char *name, int64_t min, int64_t max, int64_t fallback, int *ret_value)
{
  char key[96];
  uint64_t value;

  make_key (reader, name, key, sizeof key);
  if (!glm_model_file_get_uint (reader->file, key, &value))
    {
      if (fallback < 0)
        return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s is missing", glm_model_file_path (reader->file), key);
      *ret_value = (int) fallback;
      return true;
    }
  if (value < (uint64_t) min || value > (uint64_t) max)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s is %llu, outside of %lld to %lld",
                          glm_model_file_path (reader->file), key, (unsigned long long) value, (long long) min,
                          (long long) max);
  *ret_value = (int) value;
  return true;
}

static int32_t
get_id (const Reader *reader, const char *key)
{
  uint64_t value;

  return glm_model_file_get_uint (reader->file, key, &value) && value < MAX_VOCAB ? (int32_t) value : -1;
}

static bool
contradicts (const Reader *reader, const char *name, int value, const char *what)
{
  return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.%s is %d, which contradicts %s",
                        glm_model_file_path (reader->file), reader->arch->name, name, value, what);
}

/* Latent attention.  Files say the sizes of a cached row as those of keys and values, and those of a head apart; before
 * attn_kv_b was divided into two tensors they had only those of a head. */
static bool
read_latents (Reader *reader)
{
  GlmParams *p = reader->params;
  int key, value, n_cached;

  if (!get_int (reader, "attention.q_lora_rank", 1, MAX_WIDTH, -1, &p->q_rank)
      || !get_int (reader, "attention.kv_lora_rank", 1, MAX_WIDTH, -1, &p->kv_rank)
      || !get_int (reader, "rope.dimension_count", 2, MAX_HEAD_DIM, -1, &p->n_rot)
      || !get_int (reader, "attention.head_count_kv", 1, MAX_HEADS, 1, &n_cached)
      || !get_int (reader, "attention.key_length", 1, MAX_WIDTH, -1, &key)
      || !get_int (reader, "attention.value_length", 1, MAX_WIDTH, -1, &value)
      || !get_int (reader, "attention.key_length_mla", 1, MAX_HEAD_DIM, key <= MAX_HEAD_DIM ? key : MAX_HEAD_DIM, &p->head_dim)
      || !get_int (reader, "attention.value_length_mla", 1, MAX_HEAD_DIM, value <= MAX_HEAD_DIM ? value : MAX_HEAD_DIM,
                   &p->value_dim))
    return false;
  p->n_kv_heads = 1;
  if (n_cached != 1 && n_cached != p->n_heads)
    return contradicts (reader, "attention.head_count_kv", n_cached, "one latent for all heads");
  if (n_cached == 1 && key != p->head_dim && key != p->kv_rank + p->n_rot)
    return contradicts (reader, "attention.key_length", key, "attention.kv_lora_rank and rope.dimension_count");
  if (n_cached == 1 && value != p->value_dim && value != p->kv_rank)
    return contradicts (reader, "attention.value_length", value, "attention.kv_lora_rank");
  if (p->n_rot % 2 != 0 || p->n_rot >= p->head_dim)
    return contradicts (reader, "rope.dimension_count", p->n_rot, "the size of a head");
  return true;
}

static bool
read_heads (Reader *reader)
{
  GlmParams *p = reader->params;

  if (reader->arch->has_latents)
    return read_latents (reader);
  p->has_head_norms = glm_model_file_tensor (reader->file, "blk.0.attn_q_norm.weight") != NULL;
  return get_int (reader, "attention.head_count_kv", 1, MAX_HEADS, p->n_heads, &p->n_kv_heads)
         && get_int (reader, "attention.key_length", 1, MAX_HEAD_DIM, p->n_embd / p->n_heads, &p->head_dim);
}

static bool
read_sizes (Reader *reader)
{
  GlmParams *p = reader->params;
  const GlmTensor *embd = glm_model_file_tensor (reader->file, "token_embd.weight");

  if (!get_int (reader, "block_count", 1, MAX_LAYERS, -1, &p->n_layers)
      || !get_int (reader, "nextn_predict_layers", 0, p->n_layers - 1, 0, &p->n_left_out)
      || !get_int (reader, "embedding_length", 1, MAX_WIDTH, -1, &p->n_embd)
      || !get_int (reader, "feed_forward_length", 1, MAX_WIDTH, -1, &p->n_ff)
      || !get_int (reader, "attention.head_count", 1, MAX_HEADS, -1, &p->n_heads) || !read_heads (reader)
      || !get_int (reader, "context_length", 1, MAX_CONTEXT, 0, &p->context_length))
    return false;

  if (p->head_dim < 1 || p->head_dim > MAX_HEAD_DIM || p->n_heads % p->n_kv_heads != 0
      || (int64_t) p->n_heads * p->head_dim > MAX_WIDTH)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE,
                          "%s: %d attention heads over %d key/value heads of %d dimensions are contradictory",
                          glm_model_file_path (reader->file), p->n_heads, p->n_kv_heads, p->head_dim);
  if (!embd || embd->n_dims != 2 || embd->ne[1] < 1 || embd->ne[1] > MAX_VOCAB)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: token_embd.weight is missing or not a matrix",
                          glm_model_file_path (reader->file));
  p->n_vocab = (int) embd->ne[1];
  p->n_layers -= p->n_left_out;
  return true;
}

/* Experts in groups: whole ones, with enough experts in those that are used. */
static bool
read_groups (Reader *reader)
{
  GlmParams *p = reader->params;

  if (!get_int (reader, "expert_group_count", 0, p->n_experts, 1, &p->n_groups)
      || !get_int (reader, "expert_group_used_count", 0, p->n_groups > 0 ? p->n_groups : 1, 1, &p->n_groups_used))
    return false;
  p->n_groups = p->n_groups > 0 ? p->n_groups : 1;
  p->n_groups_used = p->n_groups_used > 0 ? p->n_groups_used : 1;
  if (p->n_experts % p->n_groups != 0)
    return contradicts (reader, "expert_group_count", p->n_groups, "expert_count");
  if (p->n_experts / p->n_groups * p->n_groups_used < p->n_used)
    return contradicts (reader, "expert_group_used_count", p->n_groups_used, "expert_used_count");
  return true;
}

/* What a file does not say is so in all models of the family. */
static bool
read_experts (Reader *reader)
{
  GlmParams *p = reader->params;
  int n_shared = 0, gating = 2;
  double scale = 1;
  char key[96];

  if (!reader->arch->has_experts)
    return true;
  if (!get_int (reader, "expert_count", 1, MAX_EXPERTS, -1, &p->n_experts)
      || !get_int (reader, "expert_used_count", 1, p->n_experts < MAX_USED ? p->n_experts : MAX_USED, -1, &p->n_used)
      || !get_int (reader, "expert_feed_forward_length", 1, MAX_WIDTH, -1, &p->n_ff_expert)
      || !get_int (reader, "expert_shared_count", 0, MAX_USED, 0, &n_shared)
      || !get_int (reader, "leading_dense_block_count", 0, p->n_layers, 0, &p->n_dense)
      || !get_int (reader, "expert_gating_func", 1, 2, 2, &gating) || !read_groups (reader))
    return false;
  p->n_ff_shared = n_shared * p->n_ff_expert;
  p->softmax_routes = gating == 1;
  make_key (reader, "expert_weights_norm", key, sizeof key);
  if (!glm_model_file_get_bool (reader->file, key, &p->norm_routes))
    p->norm_routes = true;
  if (get_float (reader, "expert_weights_scale", &scale) && !(scale > 0 && scale < 1e6))
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.expert_weights_scale is %g",
                          glm_model_file_path (reader->file), reader->arch->name, scale);
  p->route_scale = (float) scale;
  return true;
}

/* How wide the values are, and what scores are multiplied by, is the head's size in every family. */
static bool
check_head (Reader *reader)
{
  const GlmParams *p = reader->params;
  int value_length = p->head_dim;
  double scale;

  if (!reader->arch->has_latents && !get_int (reader, "attention.value_length", 1, MAX_HEAD_DIM, p->head_dim, &value_length))
    return false;
  if (value_length != p->head_dim)
    return glm_error_set (reader->error, GLM_ERROR_UNSUPPORTED, "%s: %s.attention.value_length is %d for keys of %d",
                          glm_model_file_path (reader->file), reader->arch->name, value_length, p->head_dim);
  if (get_float (reader, "attention.scale", &scale) && scale != 0 && !(fabs (scale * sqrt (p->head_dim) - 1) < 1e-5))
    return glm_error_set (reader->error, GLM_ERROR_UNSUPPORTED, "%s: %s.attention.scale is %g instead of 1 / sqrt (%d)",
                          glm_model_file_path (reader->file), reader->arch->name, scale, p->head_dim);
  return true;
}

/* For text, which has one position where a picture has three, the sections only say that pairs are half-split. */
static bool
read_sections (Reader *reader)
{
  const GlmMetaEntry *entry;
  GlmParams *p = reader->params;
  int64_t sum = 0, n;
  char key[96];

  p->half_split = reader->arch->half_split;
  make_key (reader, "rope.dimension_sections", key, sizeof key);
  entry = reader->arch->has_sections ? glm_metadata_find (glm_model_file_metadata (reader->file), key) : NULL;
  if (!entry)
    return true;
  for (uint64_t i = 0; i < 4 && i < entry->n; i++, sum += n)
    if (entry->type != GLM_META_ARRAY || !glm_meta_array_int (entry, i, &n) || n < 0 || n > MAX_HEAD_DIM)
      return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s is no array of sizes",
                            glm_model_file_path (reader->file), key);
  if (sum != p->n_rot / 2)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s has %lld pairs instead of %d",
                          glm_model_file_path (reader->file), key, (long long) sum, p->n_rot / 2);
  p->half_split = true;
  say (reader, "The model was made to see pictures too: here it reads text alone.");
  return true;
}

static bool
read_rope (Reader *reader)
{
  GlmParams *p = reader->params;
  int axes = reader->arch->rope_axes;
  double value;

  /* GLM-Edge turns whole heads, all others half of one. */
  if (!get_int (reader, "rope.dimension_count", 2, MAX_HEAD_DIM, p->n_vocab == VOCAB_GLM_EDGE ? p->head_dim : p->head_dim / 2,
                &p->n_rot))
    return false;
  if (p->n_rot % 2 != 0 || p->n_rot * axes > p->head_dim)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.rope.dimension_count is %d for heads of %d dimensions",
                          glm_model_file_path (reader->file), reader->arch->name, p->n_rot, p->head_dim);

  p->rope_base = get_float (reader, "rope.freq_base", &value) ? value : 10000;
  if (!(p->rope_base > 1 && p->rope_base < 1e12))
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.rope.freq_base is %g", glm_model_file_path (reader->file),
                          reader->arch->name, p->rope_base);
  return true;
}

/* Context extension: "yarn" or "linear" scaling of the rotary frequencies. */
static bool
read_rope_scaling (Reader *reader)
{
  GlmParams *p = reader->params;
  char key[96];
  const char *type;
  size_t n;
  double factor;

  p->yarn_factor = p->linear_factor = p->yarn_attention_factor = 1;
  if (!get_number (reader, "rope.scaling.yarn_beta_fast", 1e-3, 1e6, 32, &p->yarn_beta_fast)
      || !get_number (reader, "rope.scaling.yarn_beta_slow", 1e-3, 1e6, 1, &p->yarn_beta_slow))
    return false;
  make_key (reader, "rope.scaling.type", key, sizeof key);
  if (!glm_model_file_get_string (reader->file, key, &type, &n) || (n == 4 && memcmp (type, "none", 4) == 0))
    return true;
  if (!get_float (reader, "rope.scaling.factor", &factor) || !(factor >= 1 && factor <= 1024))
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.rope.scaling.factor is missing or out of range",
                          glm_model_file_path (reader->file), reader->arch->name);

  if (n == 6 && memcmp (type, "linear", 6) == 0)
    p->linear_factor = factor;
  else if (n == 4 && memcmp (type, "yarn", 4) == 0)
    {
      if (!get_int (reader, "rope.scaling.original_context_length", 1, MAX_CONTEXT, p->context_length,
                    &p->yarn_original_context)
          || !get_number (reader, "rope.scaling.attn_factor", 1e-3, 1e3, 1, &p->yarn_attention_factor))
        return false;
      p->yarn_factor = factor;
      p->yarn_attention_factor *= 0.1 * log (factor) + 1;
    }
  else
    return glm_error_set (reader->error, GLM_ERROR_UNSUPPORTED, "%s: %s is “%.*s”, which Myna does not know",
                          glm_model_file_path (reader->file), key, (int) (n < 32 ? n : 32), type);
  return true;
}

static bool
read_norms (Reader *reader)
{
  GlmParams *p = reader->params;
  double value;

  if (get_float (reader, reader->arch->eps_key, &value))
    p->norm_eps = (float) value;
  else
    {
      p->norm_eps = 1e-5f;
      say (reader, "The file does not say the norm's epsilon: 1e-5 is used.");
    }
  if (!(p->norm_eps >= 0 && p->norm_eps < 1))
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: %s.%s is %g", glm_model_file_path (reader->file),
                          reader->arch->name, reader->arch->eps_key, p->norm_eps);
  if (!get_number (reader, "residual_scale", 1e-3, 1e3, (double) reader->arch->default_residual_scale, &value))
    return false;
  p->residual_scale = (float) value;
  return true;
}

/* A token may take so much in half precision; ChatGLM-6B, whose heads share nothing, takes 448 KiB, the others 28 to 61. */
#define MAX_HALF_BYTES ((int64_t) 256 << 10)

/* Half precision is what the originals compute in.  A model in single precision, which is there to be exact, keeps its
 * keys and values so as well.  Where half precision would take as much memory for a long conversation as the weights do,
 * 8 bits with a scale for 32 values cost less than the quantised weights already have (test-forward has the bounds). */
static int
kv_element_bytes (const GlmModelFile *file, const GlmParams *p)
{
  const GlmTensor *tensor = glm_model_file_tensor (file, "blk.0.attn_output.weight");
  int64_t width = p->kv_rank > 0 ? p->kv_rank + p->n_rot : (int64_t) 2 * p->n_kv_heads * p->head_dim;
  int64_t half = p->n_layers * width * (int64_t) sizeof (uint16_t);

  if (tensor && tensor->type == GLM_TYPE_F32)
    return sizeof (float);
  return half > MAX_HALF_BYTES ? 1 : sizeof (uint16_t);
}

static bool
read_prefix (Reader *reader)
{
  GlmParams *p = reader->params;
  const GlmTensor *keys = glm_model_file_tensor (reader->file, "blk.0.attn_prefix_k.weight");

  if (!keys || reader->arch->has_latents)
    return true;
  if (keys->ne[1] < 1 || keys->ne[1] > 4096)
    return glm_error_set (reader->error, GLM_ERROR_BAD_FILE, "%s: blk.0.attn_prefix_k.weight has %lld rows",
                          glm_model_file_path (reader->file), (long long) keys->ne[1]);
  p->n_prefix = (int) keys->ne[1];
  return true;
}

/* The file's name for the model, in lower case. */
static void
read_lower_name (const GlmModelFile *file, char *name, size_t size)
{
  const char *text;
  size_t n;

  name[0] = '\0';
  if (!glm_model_file_get_string (file, "general.name", &text, &n))
    return;
  n = n < size - 1 ? n : size - 1;
  for (size_t i = 0; i < n; i++)
    name[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char) (text[i] + 32) : text[i];
  name[n] = '\0';
}

/* GLM-FACTS 3.2: converters do not find max_position_embeddings and write the hidden size as context length, and do not
 * find rope_theta and write 10000. */
static void
correct_known_metadata (Reader *reader)
{
  GlmParams *p = reader->params;
  bool split_qkv = glm_model_file_tensor (reader->file, "blk.0.attn_q.weight") != NULL;
  bool is_million;
  char name[128];

  if (reader->arch != &glm_arch_chatglm)
    return;
  read_lower_name (reader->file, name, sizeof name);
  is_million = strstr (name, "1m") != NULL;

  if (split_qkv && p->n_vocab == VOCAB_GLM4 && p->rope_base == 10000)
    {
      p->rope_base = is_million ? 1e8 : 5e6;
      say (reader, "The file says 10000 for the rotary base: GLM-4-9B's %g is used.", p->rope_base);
    }
  if (p->context_length == p->n_embd && (p->n_vocab == VOCAB_GLM_EDGE || (split_qkv && p->n_vocab == VOCAB_GLM4)))
    {
      int real = p->n_vocab == VOCAB_GLM_EDGE ? 8192 : is_million ? 1048576 : 131072;

      say (reader, "The file gives the hidden size %d as context length: %d is used.", p->context_length, real);
      p->context_length = real;
    }
}

bool
glm_params_read (const GlmModelFile *file, const GlmArch *arch, GlmParams *ret_params, char *quirks, size_t quirks_size,
                 GlmError *error)
{
  GlmParams params = { 0 };
  Reader reader = { file, arch, &params, quirks, quirks_size, error };
  char key[64];

  if (!glm_known_keys_check (file, arch, error) || !read_sizes (&reader) || !check_head (&reader) || !read_rope (&reader)
      || !read_sections (&reader) || !read_experts (&reader) || !read_rope_scaling (&reader) || !read_norms (&reader)
      || !read_prefix (&reader))
    return false;

  params.kv_element_bytes = kv_element_bytes (file, &params);
  params.sop_id = get_id (&reader, "tokenizer.ggml.bos_token_id");
  make_key (&reader, "gmask_token_id", key, sizeof key);
  params.gmask_id = get_id (&reader, key);
  make_key (&reader, "mask_token_id", key, sizeof key);
  params.mask_id = get_id (&reader, key);

  correct_known_metadata (&reader);
  if (params.context_length == 0)
    {
      params.context_length = 2048;
      say (&reader, "The file does not say the context length: 2048 is used.");
    }
  *ret_params = params;
  return true;
}
