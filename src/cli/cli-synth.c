/* cli-synth.c: files of a published model's shape with random weights, to measure speed and memory with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "engine/families/arch.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/file/gguf-writer.h"
#include "engine/quant/blocks.h"

/* GLM-FACTS 1, GLM-MOE-FACTS 1 */
typedef struct
{
  const char *name;
  const char *arch;
  int n_layers, n_embd, n_ff, n_heads, n_kv_heads, n_vocab, n_context;
  float eps, rope_base;
  bool split_qkv;
  int head_dim, n_rot; /* 0: 128 and half of it */
  int n_dense, n_experts, n_used, n_ff_expert;
  float route_scale;
  int q_rank, kv_rank, value_dim;
} Shape;

static const Shape shapes[] = {
  { "chatglm-6b", "chatglm1", 28, 4096, 16384, 32, 32, 130528, 2048, 1e-5f, 1e4f, false },
  { "chatglm2-6b", "chatglm", 28, 4096, 13696, 32, 2, 65024, 32768, 1e-5f, 1e4f, false },
  { "chatglm3-6b", "chatglm", 28, 4096, 13696, 32, 2, 65024, 8192, 1e-5f, 1e4f, false },
  { "glm-4-9b", "chatglm", 40, 4096, 13696, 32, 2, 151552, 131072, 1.5625e-07f, 5e6f, false },
  { "glm-4-9b-0414", "glm4", 40, 4096, 13696, 32, 2, 151552, 32768, 1e-5f, 1e4f, true },
  { "glm-edge-1.5b", "chatglm", 28, 2048, 6144, 16, 4, 59264, 8192, 1e-5f, 1e4f, true, 128, 128 },
  { "glm-4.5-air", "glm4moe", 46, 4096, 10944, 96, 8, 151552, 131072, 1e-5f, 1e6f, true, 128, 64, 1, 128, 8, 1408, 1 },
  { "glm-4.7-flash",
    "deepseek2",
    47,
    2048,
    10240,
    20,
    1,
    154880,
    202752,
    1e-5f,
    1e6f,
    true,
    256,
    64,
    1,
    64,
    4,
    1536,
    1.8f,
    768,
    512,
    256 },
  /* Small ones, for tests. */
  { "glm-4.5-air-tiny", "glm4moe", 3, 256, 512, 8, 2, 1024, 4096, 1e-5f, 1e6f, true, 64, 32, 1, 16, 4, 256, 1 },
  { "glm-4.7-flash-tiny",
    "deepseek2",
    3,
    256,
    512,
    4,
    1,
    1024,
    4096,
    1e-5f,
    1e6f,
    true,
    128,
    32,
    1,
    16,
    2,
    256,
    1.8f,
    128,
    128,
    128 },
};

#define N_SHAPES    (sizeof shapes / sizeof shapes[0])
#define HEAD_DIM    128
#define MAX_TENSORS 1024
/* Values written at a time: a whole number of rows' blocks of every type. */
#define PIECE (1 << 16)

typedef struct
{
  const GlmArch *arch;
  GlmParams params;
  const GlmTypeTraits *traits;
  bool split_qkv;
  GlmGgufTensor tensors[MAX_TENSORS];
  char names[MAX_TENSORS][48];
  size_t n_tensors;
} Synth;

/* For rows that are no whole number of the type's blocks: what converters take instead. */
static const GlmTypeTraits *
fitting_traits (const GlmTypeTraits *traits, int64_t cols)
{
  if (cols % traits->block_size == 0)
    return traits;
  if (traits->type == GLM_TYPE_Q4_K || traits->type == GLM_TYPE_Q5_K)
    return glm_type_traits (traits->type == GLM_TYPE_Q4_K ? GLM_TYPE_Q5_0 : GLM_TYPE_Q5_1);
  return glm_type_traits (traits->quantise ? GLM_TYPE_Q8_0 : GLM_TYPE_IQ4_NL);
}

/* n matrices, or with rows 0 a vector. */
static void
add_stack (Synth *synth, int layer, const char *base, const char *suffix, int64_t n, int64_t rows, int64_t cols)
{
  GlmGgufTensor *tensor = &synth->tensors[synth->n_tensors];
  char *name = synth->names[synth->n_tensors++];
  bool is_float = rows == 0 || strcmp (base, "ffn_gate_inp") == 0;
  const GlmTypeTraits *traits = is_float ? glm_type_traits (GLM_TYPE_F32) : fitting_traits (synth->traits, cols);

  if (layer >= 0)
    snprintf (name, sizeof synth->names[0], "blk.%d.%s.%s", layer, base, suffix);
  else
    snprintf (name, sizeof synth->names[0], "%s.%s", base, suffix);
  *tensor = (GlmGgufTensor){
    .name = name,
    .type = traits->type,
    .n_dims = n > 1  ? 3
              : rows ? 2
                     : 1,
    .ne = { cols, rows ? rows : 1, n, 1 },
    .n_bytes = (size_t) (cols / traits->block_size * (rows ? rows : 1) * n) * (size_t) traits->block_bytes,
  };
}

static void
add_tensor (Synth *synth, int layer, const char *base, const char *suffix, int64_t rows, int64_t cols)
{
  add_stack (synth, layer, base, suffix, 1, rows, cols);
}

/* Experts and the heads' matrices of latent attention. */
static void
add_stacks (Synth *synth, int layer, const GlmOp *op)
{
  const GlmParams *p = &synth->params;
  int64_t cols = glm_params_dim (p, op->cols);

  if (op->code == GLM_OP_ATTEND_LATENT)
    {
      add_stack (synth, layer, op->tensor, "weight", p->n_heads, p->kv_rank, p->head_dim - p->n_rot);
      add_stack (synth, layer, op->second, "weight", p->n_heads, p->value_dim, p->kv_rank);
      return;
    }
  if (!op->split[0])
    add_stack (synth, layer, op->tensor, "weight", p->n_experts, glm_params_dim (p, op->rows), cols);
  for (int i = 0; i < GLM_MAX_SPLIT && op->split[i]; i++)
    add_stack (synth, layer, op->split[i], "weight", p->n_experts, glm_params_dim (p, op->split_rows[i]), cols);
  for (int i = 0; i < GLM_MAX_SHARED && op->shared[i]; i++)
    if (op->split[0])
      add_tensor (synth, layer, op->shared[i], "weight", p->n_ff_shared, p->n_embd);
    else
      add_tensor (synth, layer, op->shared[i], "weight", p->n_embd, p->n_ff_shared);
}

/* What an operation's row of the table asks for. */
static void
add_op (Synth *synth, int layer, const GlmOp *op)
{
  const GlmParams *p = &synth->params;
  int64_t rows = glm_params_dim (p, op->rows), cols = glm_params_dim (p, op->cols);

  if (op->condition != GLM_IF_ANY)
    return; /* the shapes have no norms of single heads */
  if (op->code == GLM_OP_EXPERTS || op->code == GLM_OP_ATTEND_LATENT)
    add_stacks (synth, layer, op);
  if (op->code == GLM_OP_ROUTE)
    add_tensor (synth, layer, op->tensor, "bias", 0, rows);
  if (op->code == GLM_OP_RMS_NORM || op->code == GLM_OP_LAYER_NORM)
    {
      add_tensor (synth, layer, op->tensor, "weight", 0, rows);
      if (op->bias == GLM_BIAS_REQUIRED)
        add_tensor (synth, layer, op->tensor, "bias", 0, rows);
    }
  if (op->code != GLM_OP_LINEAR)
    return;
  for (int i = 0; i < (synth->split_qkv && op->split[0] ? GLM_MAX_SPLIT : 1); i++)
    {
      bool split = synth->split_qkv && op->split[0];

      if (split && !op->split[i])
        return;
      const char *base = split ? op->split[i] : op->tensor;
      int64_t n = split ? glm_params_dim (p, op->split_rows[i]) : rows;

      add_tensor (synth, layer, base, "weight", n, cols);
      if (op->bias != GLM_BIAS_NONE)
        add_tensor (synth, layer, base, "bias", 0, n);
    }
}

static void
add_tensors (Synth *synth)
{
  const GlmArch *arch = synth->arch;

  add_tensor (synth, -1, "token_embd", "weight", synth->params.n_vocab, synth->params.n_embd);
  for (int layer = 0; layer < synth->params.n_layers; layer++)
    {
      const GlmOpTable *table = glm_arch_layer (arch, &synth->params, layer);

      for (int i = 0; i < table->n; i++)
        add_op (synth, layer, &table->ops[i]);
    }
  for (int i = 0; i < arch->head.n; i++)
    add_op (synth, -1, &arch->head.ops[i]);
}

static bool
set_uint (const Synth *synth, GlmMetadata *metadata, const char *name, int value)
{
  char key[96];

  snprintf (key, sizeof key, "%s.%s", synth->arch->name, name);
  return glm_metadata_set_uint32 (metadata, key, (uint32_t) value);
}

static bool
set_float (const Synth *synth, GlmMetadata *metadata, const char *name, float value)
{
  char key[96];

  snprintf (key, sizeof key, "%s.%s", synth->arch->name, name);
  return glm_metadata_set_float (metadata, key, value);
}

static bool
set_heads (const Synth *synth, GlmMetadata *metadata)
{
  const GlmParams *p = &synth->params;

  if (p->kv_rank == 0)
    return set_uint (synth, metadata, "attention.head_count_kv", p->n_kv_heads)
           && set_uint (synth, metadata, "attention.key_length", p->head_dim);
  return set_uint (synth, metadata, "attention.head_count_kv", 1)
         && set_uint (synth, metadata, "attention.key_length", p->kv_rank + p->n_rot)
         && set_uint (synth, metadata, "attention.value_length", p->kv_rank)
         && set_uint (synth, metadata, "attention.key_length_mla", p->head_dim)
         && set_uint (synth, metadata, "attention.value_length_mla", p->value_dim)
         && set_uint (synth, metadata, "attention.q_lora_rank", p->q_rank)
         && set_uint (synth, metadata, "attention.kv_lora_rank", p->kv_rank);
}

static bool
set_experts (const Synth *synth, GlmMetadata *metadata)
{
  const GlmParams *p = &synth->params;
  char key[96];

  snprintf (key, sizeof key, "%s.expert_weights_norm", synth->arch->name);
  return p->n_experts == 0
         || (set_uint (synth, metadata, "expert_count", p->n_experts)
             && set_uint (synth, metadata, "expert_used_count", p->n_used)
             && set_uint (synth, metadata, "expert_feed_forward_length", p->n_ff_expert)
             && set_uint (synth, metadata, "expert_shared_count", p->n_ff_shared / p->n_ff_expert)
             && set_uint (synth, metadata, "leading_dense_block_count", p->n_dense)
             && set_uint (synth, metadata, "expert_gating_func", 2)
             && set_float (synth, metadata, "expert_weights_scale", p->route_scale)
             && glm_metadata_set_bool (metadata, key, true));
}

static bool
make_metadata (const Synth *synth, const char *name, GlmMetadata *metadata)
{
  const GlmParams *p = &synth->params;

  return glm_metadata_set_string (metadata, "general.architecture", synth->arch->name, strlen (synth->arch->name))
         && glm_metadata_set_string (metadata, "general.name", name, strlen (name))
         && set_uint (synth, metadata, "block_count", p->n_layers) && set_uint (synth, metadata, "embedding_length", p->n_embd)
         && set_uint (synth, metadata, "feed_forward_length", p->n_ff)
         && set_uint (synth, metadata, "attention.head_count", p->n_heads) && set_heads (synth, metadata)
         && set_experts (synth, metadata) && set_uint (synth, metadata, "context_length", p->context_length)
         && set_uint (synth, metadata, "rope.dimension_count", p->n_rot)
         && glm_metadata_set_string (metadata, "tokenizer.ggml.pre", "glm4", 4)
         && set_uint (synth, metadata, "vocab_size", p->n_vocab) /* for llama.cpp, without a tokenizer */
         && set_float (synth, metadata, "rope.freq_base", (float) p->rope_base)
         && set_float (synth, metadata, synth->arch->eps_key, p->norm_eps)
         && glm_metadata_set_string (metadata, "tokenizer.ggml.model", "no_vocab", 8);
}

/* Types that the engine only reads: any bytes are valid levels and scales, and the factors in half precision are such that
 * values have the size that trained ones have. */
static const struct
{
  GlmType type;
  int d_at, dmin_at; /* −1: there is none */
  float d, dmin;
} read_only_types[] = {
  { GLM_TYPE_Q2_K, 80, 82, 0.06f / (3 * 15), 0.03f / 15 },
  { GLM_TYPE_Q3_K, 108, -1, 0.03f / (4 * 32), 0 },
  { GLM_TYPE_IQ4_NL, 0, -1, 0.03f / 127, 0 },
  { GLM_TYPE_IQ4_XS, 0, -1, 0.03f / (32 * 127), 0 },
  { GLM_TYPE_MXFP4, -1, -1, 0, 0 },
  { GLM_TYPE_IQ1_S, 0, -1, 0.06f / 15, 0 },
  { GLM_TYPE_IQ1_M, -1, -1, 0.06f / 15, 0 },
  { GLM_TYPE_IQ2_XXS, 0, -1, 0.06f * 8 / (31 * 43), 0 },
  { GLM_TYPE_IQ2_XS, 0, -1, 0.06f * 8 / (31 * 43), 0 },
  { GLM_TYPE_IQ2_S, 0, -1, 0.06f * 8 / (31 * 43), 0 },
  { GLM_TYPE_IQ3_XXS, 0, -1, 0.06f * 4 / (31 * 62), 0 },
  { GLM_TYPE_IQ3_S, 0, -1, 0.06f / (31 * 15), 0 },
};

#define N_READ_ONLY    (sizeof read_only_types / sizeof read_only_types[0])
#define MXFP4_EXPONENT (128 - 9) /* 12 · 2^−9 is 0.023 */

static bool
can_write (const GlmTypeTraits *traits)
{
  for (size_t i = 0; i < N_READ_ONLY; i++)
    if (read_only_types[i].type == traits->type)
      return true;
  return traits->quantise != NULL;
}

static void
set_half (unsigned char *p, float value)
{
  uint16_t h = glm_f32_to_f16 (value);

  memcpy (p, &h, sizeof h);
}

/* d of IQ1_M, whose bits lie above the scales. */
static void
set_fourths (GlmBlockIQ1_M *block, float value)
{
  uint16_t h = glm_f32_to_f16 (value);

  for (int i = 0; i < 4; i++)
    block->scales[i] = (uint16_t) ((block->scales[i] & 0x0fff) | (h >> (4 * i) & 15) << 12);
}

/* Factors of a block of a type that is only read. */
static void
set_factors (size_t which, unsigned char *block)
{
  if (read_only_types[which].d_at >= 0)
    set_half (block + read_only_types[which].d_at, read_only_types[which].d);
  if (read_only_types[which].dmin_at >= 0)
    set_half (block + read_only_types[which].dmin_at, read_only_types[which].dmin);
  if (read_only_types[which].type == GLM_TYPE_MXFP4)
    block[0] = MXFP4_EXPONENT;
  else if (read_only_types[which].type == GLM_TYPE_IQ1_M)
    set_fourths ((GlmBlockIQ1_M *) block, read_only_types[which].d);
}

/* PIECE values of a type: random ones where it is only read. */
static void
make_blocks (const GlmTypeTraits *traits, const float *values, unsigned char *blocks)
{
  size_t n_bytes = PIECE / (size_t) traits->block_size * (size_t) traits->block_bytes;
  uint32_t state = 2;

  if (traits->quantise)
    {
      traits->quantise (values, blocks, PIECE);
      return;
    }
  for (size_t i = 0; i < n_bytes; i++)
    {
      state = state * 1664525u + 1013904223u;
      blocks[i] = (unsigned char) (state >> 24);
    }
  for (size_t i = 0; i < N_READ_ONLY; i++)
    for (size_t at = 0; read_only_types[i].type == traits->type && at < n_bytes; at += (size_t) traits->block_bytes)
      set_factors (i, blocks + at);
}

/* Weights of the size that trained ones have.  One quantised piece serves again and again, from places that differ, so
 * that files of gigabytes are written at the disk's speed. */
static bool
write_data (const Synth *synth, GlmGgufWriter *writer, GlmError *error)
{
  float *values = malloc (PIECE * sizeof *values);
  unsigned char *blocks = malloc (PIECE * sizeof *values);
  uint32_t state = 1;
  bool ok = (values && blocks) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for random weights");

  for (size_t i = 0; ok && i < PIECE; i++)
    {
      state = state * 1664525u + 1013904223u;
      values[i] = 0.03f * ((float) (state >> 8) / 8388608.0f - 1);
    }
  for (size_t i = 0; ok && i < synth->n_tensors; i++)
    {
      const GlmTypeTraits *traits = glm_type_traits (synth->tensors[i].type);
      size_t piece = PIECE / (size_t) traits->block_size * (size_t) traits->block_bytes, left = synth->tensors[i].n_bytes;

      if (i == 0 || synth->tensors[i].type != synth->tensors[i - 1].type)
        make_blocks (traits, values, blocks);
      while (ok && left > 0)
        {
          size_t n = left < piece ? left : piece;

          ok = glm_gguf_writer_write (writer, blocks, n, error);
          left -= n;
        }
      ok = ok && glm_gguf_writer_end_tensor (writer, error);
    }
  free (values);
  free (blocks);
  return ok;
}

static bool
write_file (const Synth *synth, const char *name, const char *path, bool force, GlmError *error)
{
  GlmMetadata metadata = { 0 };
  GlmGgufWriter *writer = NULL;
  bool ok = make_metadata (synth, name, &metadata) || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the header");

  ok = ok
       && glm_gguf_writer_open (path, force ? GLM_OUTPUT_REPLACE_EXISTING : GLM_OUTPUT_REFUSE_EXISTING, &metadata,
                                synth->tensors, synth->n_tensors, &writer, error)
       && write_data (synth, writer, error) && glm_gguf_writer_commit (writer, error);
  glm_gguf_writer_free (writer);
  glm_metadata_clear (&metadata);
  return ok;
}

static GlmParams
params_of (const Shape *shape)
{
  return (GlmParams){
    .n_layers = shape->n_layers,
    .n_embd = shape->n_embd,
    .n_ff = shape->n_ff,
    .n_heads = shape->n_heads,
    .n_kv_heads = shape->n_kv_heads,
    .head_dim = shape->head_dim > 0 ? shape->head_dim : HEAD_DIM,
    .n_rot = shape->n_rot > 0 ? shape->n_rot : HEAD_DIM / 2,
    .n_vocab = shape->n_vocab,
    .context_length = shape->n_context,
    .norm_eps = shape->eps,
    .rope_base = shape->rope_base,
    .n_dense = shape->n_dense,
    .n_experts = shape->n_experts,
    .n_used = shape->n_used,
    .n_ff_expert = shape->n_ff_expert,
    .n_ff_shared = shape->n_ff_expert,
    .route_scale = shape->route_scale,
    .q_rank = shape->q_rank,
    .kv_rank = shape->kv_rank,
    .value_dim = shape->value_dim,
  };
}

int
cli_synth (const CliOptions *options)
{
  Synth *synth;
  size_t shape = 0;
  GlmError error = { 0 };
  bool ok;

  if (options->n_args != 1 || !options->out)
    return cli_usage ("synth takes the shape of a model and --out FILE");
  while (shape < N_SHAPES && strcmp (shapes[shape].name, options->args[0]) != 0)
    shape++;
  if (shape == N_SHAPES)
    return cli_usage ("“%s” is no shape: chatglm-6b, chatglm2-6b, chatglm3-6b, glm-4-9b, glm-4-9b-0414, glm-edge-1.5b, "
                      "glm-4.5-air, glm-4.7-flash or one of the last two with -tiny",
                      options->args[0]);
  synth = calloc (1, sizeof *synth);
  if (!synth)
    return CLI_FAILED;
  synth->arch = glm_arch_by_name (shapes[shape].arch);
  synth->split_qkv = shapes[shape].split_qkv;
  synth->traits = glm_type_traits_by_name (options->type ? options->type : "q4_0");
  synth->params = params_of (&shapes[shape]);
  if (options->n > 0 && options->n < synth->params.n_layers)
    synth->params.n_layers = options->n;
  if (!synth->traits || !can_write (synth->traits))
    {
      free (synth);
      return cli_usage ("“%s” is no type that can be written", options->type);
    }
  add_tensors (synth);
  ok = write_file (synth, shapes[shape].name, options->out, options->force, &error);
  free (synth);
  return ok ? CLI_OK : cli_fail (&error);
}
