/* wide-model.c: see wide-model.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each axis of each matrix is one of five kinds, and each kind tells from where an index is taken, if not from nowhere.
 * Columns move in whole blocks of 32 values, whose bytes are copied; a block of zero bytes holds zeros in every such type.
 */
#include "wide-model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "file/gguf-writer.h"
#include "file/model-file.h"

#define MAX_TENSORS 256
#define BLOCK       32

typedef enum
{
  AXIS_SAME,
  AXIS_EMBD,
  AXIS_HEADS, /* of queries, grouped by the head of keys that they share */
  AXIS_QKV,   /* the heads of queries, then those of keys and values */
  AXIS_INNER,
  AXIS_GATE_UP, /* inner twice */
} Axis;

typedef struct
{
  int64_t embd, inner, head, heads, groups; /* of the source */
  int64_t wide_embd, wide_inner, wide_heads;
} Shape;

static int64_t
wide (int64_t n)
{
  return (n + 255) / 256 * 256;
}

static int64_t
wide_length (const Shape *s, Axis axis, int64_t n)
{
  switch (axis)
    {
    case AXIS_EMBD: return s->wide_embd;
    case AXIS_HEADS: return s->wide_heads * s->head;
    case AXIS_QKV: return n + (s->wide_heads - s->heads) * s->head;
    case AXIS_INNER: return s->wide_inner;
    case AXIS_GATE_UP: return 2 * s->wide_inner;
    default: return n;
    }
}

/* Where index i of the wide axis comes from; −1: it is new. */
static int64_t
old_index (const Shape *s, Axis axis, int64_t i)
{
  int64_t in_group = s->heads / s->groups, wide_in_group = s->wide_heads / s->groups, h = i / s->head;

  switch (axis)
    {
    case AXIS_EMBD: return i < s->embd ? i : -1;
    case AXIS_HEADS:
      return h % wide_in_group < in_group ? (h / wide_in_group * in_group + h % wide_in_group) * s->head + i % s->head : -1;
    case AXIS_QKV: return h < s->wide_heads ? old_index (s, AXIS_HEADS, i) : i - (s->wide_heads - s->heads) * s->head;
    case AXIS_INNER: return i < s->inner ? i : -1;
    case AXIS_GATE_UP: return i % s->wide_inner < s->inner ? i / s->wide_inner * s->inner + i % s->wide_inner : -1;
    default: return i;
    }
}

static void
axes_of (const char *name, Axis *ret_columns, Axis *ret_rows)
{
  static const struct
  {
    const char *name;
    Axis columns, rows;
  } kinds[] = {
    { "token_embd.weight", AXIS_EMBD, AXIS_SAME },   { "norm.weight", AXIS_EMBD, AXIS_SAME },
    { "attn_qkv.weight", AXIS_EMBD, AXIS_QKV },      { "attn_qkv.bias", AXIS_QKV, AXIS_SAME },
    { "attn_output.weight", AXIS_HEADS, AXIS_EMBD }, { "ffn_up.weight", AXIS_EMBD, AXIS_GATE_UP },
    { "ffn_down.weight", AXIS_INNER, AXIS_EMBD },
  };

  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (strlen (name) >= strlen (kinds[i].name) && strcmp (name + strlen (name) - strlen (kinds[i].name), kinds[i].name) == 0)
      {
        *ret_columns = kinds[i].columns;
        *ret_rows = kinds[i].rows;
        return;
      }
  REQUIRE (false, "%s: what is its shape?", name);
}

static Shape
read_shape (const GlmModelFile *file)
{
  uint64_t embd = 0, inner = 0, heads = 0, groups = 0;
  Shape s = { 0 };

  REQUIRE (glm_model_file_get_uint (file, "chatglm.embedding_length", &embd)
               && glm_model_file_get_uint (file, "chatglm.feed_forward_length", &inner)
               && glm_model_file_get_uint (file, "chatglm.attention.head_count", &heads)
               && glm_model_file_get_uint (file, "chatglm.attention.head_count_kv", &groups),
           "its shape");
  s.embd = (int64_t) embd;
  s.inner = (int64_t) inner;
  s.heads = (int64_t) heads;
  s.groups = (int64_t) groups;
  s.head = s.embd / s.heads;
  s.wide_embd = wide (s.embd);
  s.wide_inner = wide (s.inner);
  s.wide_heads = s.wide_embd / s.head;
  REQUIRE (s.wide_heads * s.head == s.wide_embd && s.wide_heads % s.groups == 0, "%d heads", (int) s.wide_heads);
  return s;
}

static void
write_metadata (const GlmModelFile *file, const Shape *s, GlmMetadata *metadata)
{
  const GlmMetadata *from = glm_model_file_metadata (file);
  double epsilon = 0;
  bool ok = glm_model_file_get_float (file, "chatglm.attention.layer_norm_rms_epsilon", &epsilon);

  for (size_t i = 0; i < from->n; i++)
    ok = ok && glm_metadata_copy (metadata, &from->entries[i]);
  REQUIRE (ok && glm_metadata_set_uint32 (metadata, "chatglm.embedding_length", (uint32_t) s->wide_embd)
               && glm_metadata_set_uint32 (metadata, "chatglm.feed_forward_length", (uint32_t) s->wide_inner)
               && glm_metadata_set_uint32 (metadata, "chatglm.attention.head_count", (uint32_t) s->wide_heads)
               && glm_metadata_set_float (metadata, "chatglm.attention.layer_norm_rms_epsilon",
                                          (float) (epsilon * (double) s->embd / (double) s->wide_embd)),
           "metadata");
}

/* The wide tensor's bytes, malloc'ed. */
static uint8_t *
wide_data (const Shape *s, const GlmTensor *tensor, const GlmGgufTensor *target)
{
  const GlmTypeTraits *traits = glm_type_traits (tensor->type);
  size_t step = (size_t) (BLOCK / traits->block_size * traits->block_bytes);
  int64_t n_steps = target->ne[0] / BLOCK, n_old_steps = tensor->ne[0] / BLOCK;
  uint8_t *data = calloc (1, target->n_bytes);
  Axis columns, rows;

  axes_of (tensor->name, &columns, &rows);
  REQUIRE (data, "no memory");
  for (int64_t row = 0; row < target->ne[1]; row++)
    for (int64_t i = 0; i < n_steps; i++)
      {
        int64_t from_row = old_index (s, rows, row), from = old_index (s, columns, i * BLOCK);

        if (from_row >= 0 && from >= 0)
          memcpy (data + (size_t) (row * n_steps + i) * step,
                  (const uint8_t *) tensor->data + (size_t) (from_row * n_old_steps + from / BLOCK) * step, step);
      }
  /* The mean of a norm is over more values now; the new ones are zero. */
  if (strstr (tensor->name, "norm.weight"))
    for (int64_t i = 0; i < target->ne[0]; i++)
      ((float *) data)[i] *= sqrtf ((float) s->embd / (float) s->wide_embd);
  return data;
}

void
wide_model_write (const char *source, const char *target)
{
  GlmGgufTensor tensors[MAX_TENSORS];
  GlmModelFile *file;
  GlmGgufWriter *writer;
  GlmMetadata metadata = { 0 };
  GlmError error = { 0 };
  Shape shape;
  size_t n;

  REQUIRE (glm_model_file_open (source, &file, &error), "%s", error.message);
  shape = read_shape (file);
  write_metadata (file, &shape, &metadata);
  n = glm_model_file_n_tensors (file);
  REQUIRE (n <= MAX_TENSORS, "%zu tensors", n);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      const GlmTypeTraits *traits = glm_type_traits (tensor->type);
      Axis columns, rows;

      REQUIRE (BLOCK % traits->block_size == 0, "%s: %s", tensor->name, traits->name);
      axes_of (tensor->name, &columns, &rows);
      tensors[i] = (GlmGgufTensor){ tensor->name, tensor->type, tensor->n_dims, { 0 }, 0 };
      memcpy (tensors[i].ne, tensor->ne, sizeof tensor->ne);
      tensors[i].ne[0] = wide_length (&shape, columns, tensor->ne[0]);
      tensors[i].ne[1] = wide_length (&shape, rows, tensor->ne[1]);
      tensors[i].n_bytes = (size_t) (tensors[i].ne[0] * tensors[i].ne[1] / traits->block_size * traits->block_bytes);
    }
  REQUIRE (glm_gguf_writer_open (target, GLM_OUTPUT_REPLACE_EXISTING, &metadata, tensors, n, &writer, &error), "%s",
           error.message);
  for (size_t i = 0; i < n; i++)
    {
      uint8_t *data = wide_data (&shape, glm_model_file_tensor_at (file, i), &tensors[i]);

      REQUIRE (glm_gguf_writer_write (writer, data, tensors[i].n_bytes, &error) && glm_gguf_writer_end_tensor (writer, &error),
               "%s", error.message);
      free (data);
    }
  REQUIRE (glm_gguf_writer_commit (writer, &error), "%s", error.message);
  glm_gguf_writer_free (writer);
  glm_metadata_clear (&metadata);
  glm_model_file_free (file);
}
