/* forward-vectors.c: see forward-vectors.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "forward-vectors.h"

#include <math.h>

#include "check.h"
#include "gguf-build.h"

#define EMBD  VECTORS_EMBD
#define HEADS 8
#define VOCAB 5

float *
vectors_read (const char *file, size_t *ret_n)
{
  char name[128];
  FILE *stream;
  long n_bytes;
  float *values;

  snprintf (name, sizeof name, "glm/reference-vectors/%s", file);
  stream = fopen (shared_path (name), "rb");
  REQUIRE (stream && fseek (stream, 0, SEEK_END) == 0, "%s", name);
  n_bytes = ftell (stream);
  rewind (stream);
  values = malloc ((size_t) n_bytes);
  REQUIRE (values && fread (values, 1, (size_t) n_bytes, stream) == (size_t) n_bytes, "%s", name);
  fclose (stream);
  *ret_n = (size_t) n_bytes / sizeof (float);
  return values;
}

static const float *
take (const float **cursor, size_t n)
{
  const float *values = *cursor;

  *cursor += n;
  return values;
}

/* Embedding padded to as many rows as the identity needs. */
static void
add_ends (GgufBuild *build, const float *embedding)
{
  float padded[EMBD * EMBD] = { 0 }, identity[EMBD * EMBD] = { 0 };

  memcpy (padded, embedding, VOCAB * EMBD * sizeof (float));
  for (int i = 0; i < EMBD; i++)
    identity[i * EMBD + i] = 1;
  gguf_build_tensor (build, "token_embd.weight", GLM_TYPE_F32, EMBD, EMBD, padded);
  gguf_build_tensor (build, "output.weight", GLM_TYPE_F32, EMBD, EMBD, identity);
}

static void
add_numbers (GgufBuild *build, const VectorsModel *model)
{
  gguf_build_uint (build, ".block_count", 1);
  gguf_build_uint (build, ".embedding_length", EMBD);
  gguf_build_uint (build, ".feed_forward_length", model->is_first ? 128 : 48);
  gguf_build_uint (build, ".attention.head_count", HEADS);
  gguf_build_uint (build, ".attention.head_count_kv", model->is_first ? HEADS : 2);
  gguf_build_uint (build, ".context_length", 64);
  gguf_build_uint (build, ".rope.dimension_count", 2);
  gguf_build_float (build, ".rope.freq_base", 10000);
  if (model->is_first)
    {
      gguf_build_float (build, ".attention.layer_norm_epsilon", model->eps);
      gguf_build_float (build, ".residual_scale", sqrtf (2 * 28));
      gguf_build_uint (build, ".gmask_token_id", 1);
      gguf_build_uint (build, "tokenizer.ggml.bos_token_id", 2);
    }
  else
    gguf_build_float (build, ".attention.layer_norm_rms_epsilon", model->eps);
}

/* The original interleaves the rows by head, [head][q, k, v][d]; our architecture has them apart. */
static void
reorder_qkv (const float *rows, int width, float *y)
{
  int d = EMBD / HEADS;

  for (int head = 0; head < HEADS; head++)
    for (int part = 0; part < 3; part++)
      memcpy (y + (size_t) ((part * HEADS + head) * d * width), rows + (size_t) ((head * 3 + part) * d * width),
              (size_t) (d * width) * sizeof (float));
}

static void
add_first_layer (GgufBuild *build, GlmType type, const float **cursor)
{
  static float weight[3 * EMBD * EMBD], bias[3 * EMBD];

  gguf_build_tensor (build, "blk.0.attn_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.attn_norm.bias", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  reorder_qkv (take (cursor, 3 * EMBD * EMBD), EMBD, weight);
  reorder_qkv (take (cursor, 3 * EMBD), 1, bias);
  gguf_build_tensor (build, "blk.0.attn_qkv.weight", type, 3 * EMBD, EMBD, weight);
  gguf_build_tensor (build, "blk.0.attn_qkv.bias", GLM_TYPE_F32, 0, 3 * EMBD, bias);
  gguf_build_tensor (build, "blk.0.attn_output.weight", type, EMBD, EMBD, take (cursor, EMBD * EMBD));
  gguf_build_tensor (build, "blk.0.attn_output.bias", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.ffn_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.ffn_norm.bias", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.ffn_up.weight", type, 128, EMBD, take (cursor, 128 * EMBD));
  gguf_build_tensor (build, "blk.0.ffn_up.bias", GLM_TYPE_F32, 0, 128, take (cursor, 128));
  gguf_build_tensor (build, "blk.0.ffn_down.weight", type, EMBD, 128, take (cursor, EMBD * 128));
  gguf_build_tensor (build, "blk.0.ffn_down.bias", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "output_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "output_norm.bias", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
}

static void
add_later_layer (GgufBuild *build, GlmType type, const float **cursor)
{
  gguf_build_tensor (build, "blk.0.attn_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.attn_qkv.weight", type, 48, EMBD, take (cursor, 48 * EMBD));
  gguf_build_tensor (build, "blk.0.attn_qkv.bias", GLM_TYPE_F32, 0, 48, take (cursor, 48));
  gguf_build_tensor (build, "blk.0.attn_output.weight", type, EMBD, EMBD, take (cursor, EMBD * EMBD));
  gguf_build_tensor (build, "blk.0.ffn_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
  gguf_build_tensor (build, "blk.0.ffn_up.weight", type, 96, EMBD, take (cursor, 96 * EMBD));
  /* 48 columns are no whole number of blocks. */
  gguf_build_tensor (build, "blk.0.ffn_down.weight", type == GLM_TYPE_F16 ? type : GLM_TYPE_F32, EMBD, 48,
                     take (cursor, EMBD * 48));
  gguf_build_tensor (build, "output_norm.weight", GLM_TYPE_F32, 0, EMBD, take (cursor, EMBD));
}

void
vectors_write (const VectorsModel *model, GlmType type, const char *path, VectorsExpected *ret_expected)
{
  GgufBuild *build = gguf_build_new (model->arch);
  size_t n;
  float *values = vectors_read (model->file, &n);
  const float *cursor = values;

  add_numbers (build, model);
  add_ends (build, take (&cursor, VOCAB * EMBD));
  if (model->is_first)
    add_first_layer (build, type, &cursor);
  else
    add_later_layer (build, type, &cursor);

  for (int step = 0; step < VECTORS_STEPS; step++)
    {
      int n_ids = step == 0 ? 3 : 1;

      ret_expected->n[step] = n_ids;
      memcpy (ret_expected->ids[step], take (&cursor, (size_t) n_ids), (size_t) n_ids * sizeof (int32_t));
      memcpy (ret_expected->outputs[step], take (&cursor, (size_t) (n_ids * EMBD)), (size_t) (n_ids * EMBD) * sizeof (float));
    }
  REQUIRE ((size_t) (cursor - values) == n, "%s has %zu values, not %zu", model->file, n, (size_t) (cursor - values));
  gguf_build_write (build, path);
  gguf_build_free (build);
  free (values);
}
