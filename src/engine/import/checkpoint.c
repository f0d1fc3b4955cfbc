/* checkpoint.c: what a published checkpoint says about its model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "import/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"

static bool
check_sizes (const GlmCheckpoint *c, GlmError *error)
{
  if (c->n_embd % c->n_heads != 0 && c->layout->interleaved_qkv)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "config.json: hidden_size %d is not divisible by %d heads", c->n_embd,
                          c->n_heads);
  if (c->n_heads % c->n_kv_heads != 0 || c->n_rot < 2 || c->n_rot % 2 != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE,
                          "config.json: %d heads, %d key-value heads and %d rotated dimensions do "
                          "not fit together",
                          c->n_heads, c->n_kv_heads, c->n_rot);
  return true;
}

/* Whether a file beside the configuration has this text.  It may be missing. */
static bool
file_mentions (const GlmSource *source, const char *name, const char *text)
{
  char *path = glm_source_file (source, name);
  GlmMappedFile *file = NULL;
  bool found = path && glm_mapped_file_open (path, &file, NULL)
               && memmem (glm_mapped_file_data (file), glm_mapped_file_size (file), text, strlen (text));

  glm_mapped_file_free (file);
  free (path);
  return found;
}

/* GLM-4.7's template writes calls in one line, those before it in several.  It is a file of its own, or part of another. */
static bool
has_tight_calls (const GlmSource *source)
{
  static const char call[] = "<tool_call>{function-name}<arg_key>";

  return file_mentions (source, "chat_template.jinja", call) || file_mentions (source, "tokenizer_config.json", call);
}

static bool
read_config (const GlmSource *source, GlmCheckpoint *c, GlmError *error)
{
  GlmConfig config = { .root = glm_json_root (source->config), .error = error };
  const char *name = "", *folder = glm_path_name (source->path);

  /* The repository's name says which of several models with one configuration this is; else the folder's may. */
  if (!glm_json_get_string (config.root, "_name_or_path", &name) || !strcasestr (name, "glm"))
    name = strcasestr (name, "codegeex") ? name : folder;
  snprintf (c->name, sizeof c->name, "%s", glm_path_name (name));
  c->hint = strcasestr (folder, "glm2") || strcasestr (folder, "geex2") ? folder : name;
  c->has_tight_calls = has_tight_calls (source);
  return glm_layout_read (&config, c) && check_sizes (c, error);
}

static bool
read_chatglm_ggml (const GlmSource *source, GlmCheckpoint *c, GlmError *error)
{
  const GlmChatglmGgmlHeader *h = &source->header;
  const GlmFamily *family;

  c->ggml_type = (int) h->model_type;
  c->hint = glm_path_name (source->path);
  family = glm_family_of_checkpoint (c);
  c->layout = family->layout;
  c->arch = family->arch;
  snprintf (c->name, sizeof c->name, "%s", family->name);
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
  GlmCheckpoint checkpoint = { .sop_id = -1, .gmask_id = -1, .mask_id = -1 };
  bool ok = source->format == GLM_SOURCE_DIRECTORY ? read_config (source, &checkpoint, error)
                                                   : read_chatglm_ggml (source, &checkpoint, error);

  if (!ok)
    return glm_error_prefix (error, "%s", glm_path_name (source->path));
  *ret_checkpoint = checkpoint;
  return true;
}
