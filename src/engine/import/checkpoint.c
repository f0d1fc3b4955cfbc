/* checkpoint.c: what a published checkpoint says about its model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three generations of config.json:
 *
 *   ChatGLM-6B             "model_type": "chatglm", no "multi_query_attention"; inner_hidden_size, max_sequence_length
 *   ChatGLM2 … GLM-4-9B    "model_type": "chatglm"; padded_vocab_size, ffn_hidden_size, multi_query_group_num, rope_ratio
 *   GLM-Edge, GLM-4-0414   "model_type": "glm", "glm4"; intermediate_size, num_key_value_heads, partial_rotary_factor
 *
 * What a key leaves open is filled from the classes' defaults in the repositories' configuration_*.py.
 */
#include "import/checkpoint.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

/* ChatGLM-6B before April 2023: 20,000 rows of image tokens come first. */
#define IMAGE_ROWS     20000
#define OLD_VOCABULARY 150528

typedef struct
{
  const GlmJsonValue *root;
  GlmError *error;
} Config;

/* An integer in [min, max]; fallback < min: the key must be there. */
static bool
get_int (const Config *config, const char *key, int min, int max, int fallback, int *ret_value)
{
  const GlmJsonValue *member = glm_json_get (config->root, key);
  int64_t value = fallback;

  if (member && member->type != GLM_JSON_NULL && !glm_json_get_int (config->root, key, &value))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is no integer", key);
  if (value < min || value > max)
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE,
                          member ? "config.json: %s is out of range" : "config.json: %s is missing", key);
  *ret_value = (int) value;
  return true;
}

static bool
get_number (const Config *config, const GlmJsonValue *object, const char *key, double min, double max, double fallback,
            double *ret_value)
{
  const GlmJsonValue *member = glm_json_get (object, key);
  double value = fallback;

  if (member && member->type != GLM_JSON_NULL && !glm_json_get_number (object, key, &value))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is no number", key);
  if (!(value >= min && value <= max))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is out of range", key);
  *ret_value = value;
  return true;
}

static bool
get_flag (const Config *config, const char *key)
{
  bool value;

  return glm_json_get_bool (config->root, key, &value) && value;
}

static bool
read_common (const Config *config, GlmCheckpoint *c)
{
  if (!get_int (config, "quantization_bit", 0, 32, 0, &c->quantised_bits)
      || !get_int (config, "pre_seq_len", 0, 65536, 0, &c->prefix_length))
    return false;
  c->prefix_projection = get_flag (config, "prefix_projection");
  if (c->quantised_bits != 0 && c->quantised_bits != 4 && c->quantised_bits != 8)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: quantization_bit is %d", c->quantised_bits);
  return true;
}

/* ChatGLM-6B. */
static bool
read_chatglm1 (const Config *config, GlmCheckpoint *c)
{
  c->family = GLM_FAMILY_CHATGLM1;
  c->names = GLM_NAMES_CHATGLM1;
  c->arch = "chatglm1";
  if (!get_int (config, "vocab_size", 1, 1 << 20, 0, &c->n_vocab) || !get_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !get_int (config, "num_layers", 1, 512, 0, &c->n_layers)
      || !get_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !get_int (config, "inner_hidden_size", 1, 1 << 18, 4 * c->n_embd, &c->n_ff)
      || !get_int (config, "max_sequence_length", 1, 1 << 24, 2048, &c->context_length)
      || !get_number (config, config->root, "layernorm_epsilon", 1e-12, 1, 1e-5, &c->norm_eps) || !read_common (config, c))
    return false;
  if (glm_json_get (config->root, "position_encoding_2d") && !get_flag (config, "position_encoding_2d"))
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: position_encoding_2d is off");
  c->n_kv_heads = c->n_heads;
  c->head_dim = c->n_embd / c->n_heads;
  c->n_rot = c->head_dim / 2;
  c->rope_base = 10000;
  if (c->n_vocab == OLD_VOCABULARY)
    c->n_skipped_rows = IMAGE_ROWS;
  return true;
}

/* The families of one configuration class, told apart by name and vocabulary. */
static GlmFamily
family_of_chatglm2 (const GlmCheckpoint *c, const char *name)
{
  if (c->n_vocab > 100000 || strcasestr (name, "glm-4") || strcasestr (name, "codegeex4"))
    return GLM_FAMILY_GLM4;
  if (strcasestr (name, "codegeex2"))
    return GLM_FAMILY_CODEGEEX2;
  return strcasestr (name, "chatglm2") ? GLM_FAMILY_CHATGLM2 : GLM_FAMILY_CHATGLM3;
}

/* ChatGLM2, ChatGLM3, CodeGeeX2, GLM-4-9B, CodeGeeX4. */
static bool
read_chatglm2 (const Config *config, GlmCheckpoint *c)
{
  double ratio;
  bool grouped = get_flag (config, "multi_query_attention");

  c->names = GLM_NAMES_CHATGLM2;
  c->arch = "chatglm";
  if (!get_int (config, "padded_vocab_size", 1, 1 << 20, 0, &c->n_vocab)
      || !get_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd) || !get_int (config, "num_layers", 1, 512, 0, &c->n_layers)
      || !get_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !get_int (config, "multi_query_group_num", 1, c->n_heads, grouped ? 0 : c->n_heads, &c->n_kv_heads)
      || !get_int (config, "kv_channels", 1, 1024, c->n_embd / c->n_heads, &c->head_dim)
      || !get_int (config, "ffn_hidden_size", 1, 1 << 18, 0, &c->n_ff)
      || !get_int (config, "seq_length", 1, 1 << 24, 2048, &c->context_length)
      || !get_number (config, config->root, "layernorm_epsilon", 1e-12, 1, 1e-5, &c->norm_eps)
      || !get_number (config, config->root, "rope_ratio", 1e-3, 1e6, 1, &ratio) || !read_common (config, c))
    return false;
  if (!grouped)
    c->n_kv_heads = c->n_heads;
  if ((glm_json_get (config->root, "rmsnorm") && !get_flag (config, "rmsnorm")) || get_flag (config, "add_bias_linear")
      || get_flag (config, "apply_residual_connection_post_layernorm"))
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: rmsnorm, add_bias_linear or "
                          "apply_residual_connection_post_layernorm differs from every published model");
  c->n_rot = c->head_dim / 2;
  c->rope_base = 10000 * ratio;
  return true;
}

/* rope_theta and scaling, in the old place or in rope_parameters. */
static bool
read_hf_rope (const Config *config, GlmCheckpoint *c)
{
  const GlmJsonValue *rope = glm_json_get (config->root, "rope_parameters");
  const GlmJsonValue *scaling = rope && rope->type == GLM_JSON_OBJECT ? rope : glm_json_get (config->root, "rope_scaling");
  const char *type = "default";
  double factor, rotary, context;

  if (!rope || rope->type != GLM_JSON_OBJECT)
    rope = config->root;
  if (!get_number (config, rope, "rope_theta", 1, 1e12, 10000, &c->rope_base)
      || !get_number (config, config->root, "partial_rotary_factor", 0.01, 1, 0.5, &rotary)
      || !get_number (config, rope, "partial_rotary_factor", 0.01, 1, rotary, &rotary))
    return false;
  c->n_rot = (int) (c->head_dim * rotary);
  if (!glm_json_get_string (scaling, "rope_type", &type))
    glm_json_get_string (scaling, "type", &type);
  if (strcmp (type, "default") == 0)
    return true;
  if (strcmp (type, "yarn") != 0)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: rope_type is %.40s", type);
  if (!get_number (config, scaling, "factor", 1, 1024, 0, &factor)
      || !get_number (config, scaling, "original_max_position_embeddings", 1, 1 << 24, c->context_length, &context))
    return false;
  c->yarn_factor = factor;
  c->yarn_context = (int) context;
  return true;
}

/* GLM-Edge and GLM-4-9B in the "hf" form (glm); GLM-4-0414 and GLM-Z1 (glm4). */
static bool
read_hf (const Config *config, const char *model_type, const char *name, GlmCheckpoint *c)
{
  const char *activation = "silu";

  c->names = GLM_NAMES_HF;
  c->arch = strcmp (model_type, "glm4") == 0 ? "glm4" : "chatglm";
  if (!get_int (config, "vocab_size", 1, 1 << 20, 0, &c->n_vocab) || !get_int (config, "hidden_size", 1, 1 << 16, 0, &c->n_embd)
      || !get_int (config, "num_hidden_layers", 1, 512, 0, &c->n_layers)
      || !get_int (config, "num_attention_heads", 1, 1024, 0, &c->n_heads)
      || !get_int (config, "num_key_value_heads", 1, c->n_heads, c->n_heads, &c->n_kv_heads)
      || !get_int (config, "head_dim", 1, 1024, c->n_embd / c->n_heads, &c->head_dim)
      || !get_int (config, "intermediate_size", 1, 1 << 18, 0, &c->n_ff)
      || !get_int (config, "max_position_embeddings", 1, 1 << 24, 0, &c->context_length)
      || !get_number (config, config->root, "rms_norm_eps", 1e-12, 1, 1e-5, &c->norm_eps) || !read_common (config, c)
      || !read_hf_rope (config, c))
    return false;
  glm_json_get_string (config->root, "hidden_act", &activation);
  if (strcmp (activation, "silu") != 0 || c->quantised_bits != 0)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED,
                          "config.json: hidden_act %.40s or a quantisation that no "
                          "published model has",
                          activation);
  if (strcmp (c->arch, "glm4") == 0)
    c->family = strcasestr (name, "z1") ? GLM_FAMILY_GLM_Z1 : GLM_FAMILY_GLM4_0414;
  else
    c->family = c->n_vocab > 100000 ? GLM_FAMILY_GLM4 : GLM_FAMILY_GLM_EDGE;
  return true;
}

static bool
check_sizes (const GlmCheckpoint *c, GlmError *error)
{
  if (c->n_embd % c->n_heads != 0 && c->names == GLM_NAMES_CHATGLM1)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "config.json: hidden_size %d is not divisible by %d heads", c->n_embd,
                          c->n_heads);
  if (c->n_heads % c->n_kv_heads != 0 || c->n_rot < 2 || c->n_rot % 2 != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE,
                          "config.json: %d heads, %d key-value heads and %d rotated dimensions do "
                          "not fit together",
                          c->n_heads, c->n_kv_heads, c->n_rot);
  return true;
}

static bool
read_config (const GlmSource *source, GlmCheckpoint *c, GlmError *error)
{
  Config config = { glm_json_root (source->config), error };
  const char *model_type = "", *name = "", *folder = glm_path_name (source->path);
  bool ok;

  glm_json_get_string (config.root, "model_type", &model_type);
  /* The repository's name says which of several models with one configuration this is; else the folder's may. */
  if (!glm_json_get_string (config.root, "_name_or_path", &name) || !strcasestr (name, "glm"))
    name = strcasestr (name, "codegeex") ? name : folder;
  snprintf (c->name, sizeof c->name, "%s", glm_path_name (name));
  if (strcmp (model_type, "glm") == 0 || strcmp (model_type, "glm4") == 0)
    ok = read_hf (&config, model_type, name, c);
  else if (strcmp (model_type, "chatglm") != 0)
    ok = glm_error_set (error, GLM_ERROR_UNSUPPORTED, "config.json: model_type \"%.40s\" is no GLM model", model_type);
  else if (!glm_json_get (config.root, "multi_query_attention"))
    ok = read_chatglm1 (&config, c);
  else
    ok = read_chatglm2 (&config, c);
  if (ok && c->names == GLM_NAMES_CHATGLM2)
    c->family = family_of_chatglm2 (c, strcasestr (folder, "glm2") || strcasestr (folder, "geex2") ? folder : name);
  return ok && check_sizes (c, error);
}

static bool
read_chatglm_ggml (const GlmSource *source, GlmCheckpoint *c, GlmError *error)
{
  static const GlmFamily families[5] = { 0, GLM_FAMILY_CHATGLM1, GLM_FAMILY_CHATGLM2, GLM_FAMILY_CHATGLM3, GLM_FAMILY_GLM4 };
  const GlmChatglmGgmlHeader *h = &source->header;

  c->family = families[h->model_type];
  if (h->model_type == 2 && strcasestr (glm_path_name (source->path), "geex"))
    c->family = GLM_FAMILY_CODEGEEX2;
  c->names = h->model_type == 1 ? GLM_NAMES_CHATGLM1 : GLM_NAMES_CHATGLM2;
  c->arch = h->model_type == 1 ? "chatglm1" : "chatglm";
  snprintf (c->name, sizeof c->name, "%s", glm_family_name (c->family));
  c->n_layers = h->n_layers;
  c->n_embd = h->n_embd;
  c->n_ff = h->n_ff;
  c->n_heads = h->n_heads;
  c->n_kv_heads = h->n_kv_heads;
  c->head_dim = h->n_embd / h->n_heads;
  c->n_rot = c->head_dim / 2;
  c->n_vocab = h->n_vocab;
  c->context_length = h->max_length;
  c->norm_eps = (double) h->norm_eps;
  c->rope_base = (double) h->rope_base;
  c->prefix_length = h->n_virtual_tokens;
  return check_sizes (c, error);
}

bool
glm_checkpoint_read (const GlmSource *source, GlmCheckpoint *ret_checkpoint, GlmError *error)
{
  GlmCheckpoint checkpoint = { 0 };
  bool ok = source->format == GLM_SOURCE_DIRECTORY ? read_config (source, &checkpoint, error)
                                                   : read_chatglm_ggml (source, &checkpoint, error);

  if (!ok)
    return glm_error_prefix (error, "%s", glm_path_name (source->path));
  *ret_checkpoint = checkpoint;
  return true;
}
