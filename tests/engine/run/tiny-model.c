/* tiny-model.c: see tiny-model.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tiny-model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gguf-build.h"

static uint32_t
next_random (uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

void
tiny_model_values (const TinyModel *tiny, const char *name, float scale, float offset, float *values, size_t n)
{
  uint32_t state = 2166136261u ^ tiny->seed;

  for (const char *c = name; *c; c++)
    state = (state ^ (unsigned char) *c) * 16777619u;
  /* The product is exact in double precision: with or without fused instructions the values are the same. */
  for (size_t i = 0; i < n; i++)
    values[i] = (float) (offset + (double) scale * ((double) next_random (&state) / 8388608 - 1));
}

static void
add (GgufBuild *build, const TinyModel *tiny, const char *name, int64_t rows, int64_t cols, float scale, float offset)
{
  size_t n = (size_t) (rows ? rows : 1) * (size_t) cols;
  float *values = malloc (n * sizeof *values);

  if (!values)
    abort ();
  tiny_model_values (tiny, name, scale, offset, values, n);
  gguf_build_tensor (build, name, rows ? tiny->type : GLM_TYPE_F32, rows, cols, values);
  free (values);
}

static void
add_linear (GgufBuild *build, const TinyModel *tiny, const char *prefix, const char *base, int64_t rows, int64_t cols,
            bool bias)
{
  char name[96];

  snprintf (name, sizeof name, "%s%s.weight", prefix, base);
  add (build, tiny, name, rows, cols, 2 / sqrtf ((float) cols), 0);
  snprintf (name, sizeof name, "%s%s.bias", prefix, base);
  if (bias)
    add (build, tiny, name, 0, rows, 0.3f, 0);
}

static void
add_norm_of (GgufBuild *build, const TinyModel *tiny, const char *prefix, const char *base, int n)
{
  char name[96];

  snprintf (name, sizeof name, "%s%s.weight", prefix, base);
  add (build, tiny, name, 0, n, 0.3f, 1);
}

static void
add_norm (GgufBuild *build, const TinyModel *tiny, const char *prefix, const char *base, bool bias)
{
  char name[96];

  add_norm_of (build, tiny, prefix, base, tiny->n_embd);
  snprintf (name, sizeof name, "%s%s.bias", prefix, base);
  if (bias)
    add (build, tiny, name, 0, tiny->n_embd, 0.2f, 0);
}

/* n matrices in one tensor. */
static void
add_stack (GgufBuild *build, const TinyModel *tiny, const char *prefix, const char *base, int n, int rows, int cols)
{
  float *values = malloc ((size_t) n * (size_t) rows * (size_t) cols * sizeof *values);
  char name[96];

  if (!values)
    abort ();
  snprintf (name, sizeof name, "%s%s.weight", prefix, base);
  tiny_model_values (tiny, name, 2 / sqrtf ((float) cols), 0, values, (size_t) n * (size_t) rows * (size_t) cols);
  gguf_build_stack (build, name, tiny->type, n, rows, cols, values);
  free (values);
}

static void
add_latent_attention (GgufBuild *build, const TinyModel *tiny, const char *prefix)
{
  int plain = tiny->head_dim - tiny->n_rot;

  add_linear (build, tiny, prefix, "attn_q_a", tiny->q_rank, tiny->n_embd, false);
  add_norm_of (build, tiny, prefix, "attn_q_a_norm", tiny->q_rank);
  add_linear (build, tiny, prefix, "attn_q_b", tiny->n_heads * tiny->head_dim, tiny->q_rank, false);
  add_linear (build, tiny, prefix, "attn_kv_a_mqa", tiny->kv_rank + tiny->n_rot, tiny->n_embd, false);
  add_norm_of (build, tiny, prefix, "attn_kv_a_norm", tiny->kv_rank);
  add_stack (build, tiny, prefix, "attn_k_b", tiny->n_heads, tiny->kv_rank, plain);
  add_stack (build, tiny, prefix, "attn_v_b", tiny->n_heads, tiny->value_dim, tiny->kv_rank);
  add_linear (build, tiny, prefix, "attn_output", tiny->n_embd, tiny->n_heads * tiny->value_dim, false);
  add_norm (build, tiny, prefix, "ffn_norm", false);
}

static void
add_attention (GgufBuild *build, const TinyModel *tiny, const char *prefix)
{
  int q = tiny->n_heads * tiny->head_dim, kv = tiny->n_kv_heads * tiny->head_dim;

  add_linear (build, tiny, prefix, "attn_q", q, tiny->n_embd, !tiny->no_bias);
  add_linear (build, tiny, prefix, "attn_k", kv, tiny->n_embd, !tiny->no_bias);
  add_linear (build, tiny, prefix, "attn_v", kv, tiny->n_embd, !tiny->no_bias);
  if (tiny->head_norms)
    {
      add_norm_of (build, tiny, prefix, "attn_q_norm", tiny->head_dim);
      add_norm_of (build, tiny, prefix, "attn_k_norm", tiny->head_dim);
    }
  add_linear (build, tiny, prefix, "attn_output", tiny->n_embd, q, false);
  add_norm (build, tiny, prefix, "post_attention_norm", false);
}

/* A layer of a model with experts; the first ones are dense. */
static void
add_expert_layer (GgufBuild *build, const TinyModel *tiny, int layer)
{
  TinyModel exact = *tiny;
  int d = tiny->n_embd, f = tiny->n_ff_expert, shared = tiny->n_shared * f;
  char prefix[32], name[64];

  exact.type = GLM_TYPE_F32;
  snprintf (prefix, sizeof prefix, "blk.%d.", layer);
  add_norm (build, tiny, prefix, "attn_norm", false);
  if (tiny->kv_rank > 0)
    add_latent_attention (build, tiny, prefix);
  else
    add_attention (build, tiny, prefix);
  if (layer < tiny->n_dense)
    {
      add_linear (build, tiny, prefix, "ffn_gate", tiny->n_ff, d, false);
      add_linear (build, tiny, prefix, "ffn_up", tiny->n_ff, d, false);
      add_linear (build, tiny, prefix, "ffn_down", d, tiny->n_ff, false);
      return;
    }
  add_linear (build, &exact, prefix, "ffn_gate_inp", tiny->n_experts, d, false);
  snprintf (name, sizeof name, "%sexp_probs_b.bias", prefix);
  add (build, &exact, name, 0, tiny->n_experts, 0.3f, 1);
  add_stack (build, tiny, prefix, "ffn_gate_exps", tiny->n_experts, f, d);
  add_stack (build, tiny, prefix, "ffn_up_exps", tiny->n_experts, f, d);
  add_stack (build, tiny, prefix, "ffn_down_exps", tiny->n_experts, d, f);
  if (shared == 0)
    return;
  add_linear (build, tiny, prefix, "ffn_gate_shexp", shared, d, false);
  add_linear (build, tiny, prefix, "ffn_up_shexp", shared, d, false);
  add_linear (build, tiny, prefix, "ffn_down_shexp", d, shared, false);
}

static void
add_layer (GgufBuild *build, const TinyModel *tiny, int layer)
{
  bool first = strcmp (tiny->arch, "chatglm1") == 0, sandwich = strcmp (tiny->arch, "glm4") == 0, bias = !tiny->no_bias;
  int q = tiny->n_heads * tiny->head_dim, kv = tiny->n_kv_heads * tiny->head_dim;
  char prefix[32];

  snprintf (prefix, sizeof prefix, "blk.%d.", layer);
  add_norm (build, tiny, prefix, "attn_norm", first);
  if (tiny->split_qkv)
    {
      add_linear (build, tiny, prefix, "attn_q", q, tiny->n_embd, bias);
      add_linear (build, tiny, prefix, "attn_k", kv, tiny->n_embd, bias);
      add_linear (build, tiny, prefix, "attn_v", kv, tiny->n_embd, bias);
    }
  else
    add_linear (build, tiny, prefix, "attn_qkv", q + 2 * kv, tiny->n_embd, bias);
  add_linear (build, tiny, prefix, "attn_output", tiny->n_embd, q, first);
  if (sandwich)
    add_norm (build, tiny, prefix, "post_attention_norm", false);
  add_norm (build, tiny, prefix, "ffn_norm", first);
  add_linear (build, tiny, prefix, "ffn_up", first ? tiny->n_ff : 2 * tiny->n_ff, tiny->n_embd, first);
  add_linear (build, tiny, prefix, "ffn_down", tiny->n_embd, tiny->n_ff, first);
  if (sandwich)
    add_norm (build, tiny, prefix, "post_ffw_norm", false);
  if (layer == 0 && tiny->n_experts > 0)
    {
      float *values = calloc ((size_t) (tiny->n_experts * tiny->n_ff * tiny->n_embd), sizeof *values);

      if (!values)
        abort ();
      gguf_build_stack (build, "blk.0.ffn_up_exps.weight", tiny->type, tiny->n_experts, tiny->n_ff, tiny->n_embd, values);
      free (values);
    }
  for (int i = 0; i < 2 && tiny->n_prefix > 0; i++)
    {
      TinyModel exact = *tiny;
      char name[64];

      exact.type = GLM_TYPE_F32;
      snprintf (name, sizeof name, "%s%s", prefix, i ? "attn_prefix_v.weight" : "attn_prefix_k.weight");
      add (build, &exact, name, tiny->n_prefix, kv, 1, 0);
    }
}

/* ChatGLM3's kind of vocabulary: bytes, a few pieces, and the control tokens at the end. */
static void
add_vocabulary (GgufBuild *build, const TinyModel *tiny)
{
  static const char *const control[] = { "[MASK]",   "[gMASK]",       "[sMASK]",        "sop", "eop", "<|system|>",
                                         "<|user|>", "<|assistant|>", "<|observation|>" };
  int n = tiny->n_vocab, n_control = 9;
  char (*texts)[24] = calloc ((size_t) n, sizeof *texts);
  const char **tokens = calloc ((size_t) n, sizeof *tokens);
  float *scores = calloc ((size_t) n, sizeof *scores);
  int32_t *types = calloc ((size_t) n, sizeof *types);

  if (!texts || !tokens || !scores || !types)
    abort ();
  for (int i = 0; i < n; i++)
    {
      types[i] = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : i >= n - n_control ? 3 : 1;
      if (i < 3)
        strcpy (texts[i], i == 0 ? "<unk>" : i == 1 ? "<bos>" : "<eos>");
      else if (i < 259)
        snprintf (texts[i], sizeof texts[i], "<0x%02X>", i - 3);
      else if (i >= n - n_control)
        strcpy (texts[i], control[i - (n - n_control)]);
      else if (i < 259 + 26)
        snprintf (texts[i], sizeof texts[i], "%c", 'a' + (i - 259));
      else if (i == 259 + 26)
        strcpy (texts[i], "▁");
      else
        snprintf (texts[i], sizeof texts[i], "▁%c%d", 'a' + i % 26, i);
      scores[i] = i < 259 ? 0 : -(float) (i - 259);
      tokens[i] = texts[i];
    }
  gguf_build_string (build, "tokenizer.ggml.model", "llama");
  gguf_build_string (build, "tokenizer.ggml.pre", "chatglm-spm");
  gguf_build_strings (build, "tokenizer.ggml.tokens", tokens, (size_t) n);
  gguf_build_floats (build, "tokenizer.ggml.scores", scores, (size_t) n);
  gguf_build_ints (build, "tokenizer.ggml.token_type", types, (size_t) n);
  free (texts);
  free (tokens);
  free (scores);
  free (types);
}

static void
add_expert_numbers (GgufBuild *build, const TinyModel *tiny)
{
  gguf_build_uint (build, ".expert_count", (uint32_t) tiny->n_experts);
  gguf_build_uint (build, ".expert_used_count", (uint32_t) tiny->n_used);
  gguf_build_uint (build, ".expert_feed_forward_length", (uint32_t) tiny->n_ff_expert);
  gguf_build_uint (build, ".expert_shared_count", (uint32_t) tiny->n_shared);
  gguf_build_uint (build, ".leading_dense_block_count", (uint32_t) tiny->n_dense);
  gguf_build_uint (build, ".expert_group_count", (uint32_t) tiny->n_groups);
  gguf_build_uint (build, ".expert_group_used_count", (uint32_t) tiny->n_groups_used);
  gguf_build_uint (build, ".expert_gating_func", 2);
  gguf_build_float (build, ".expert_weights_scale", tiny->route_scale);
  gguf_build_bool (build, ".expert_weights_norm", true);
}

static void
add_head_numbers (GgufBuild *build, const TinyModel *tiny)
{
  gguf_build_uint (build, ".attention.head_count_kv", (uint32_t) tiny->n_kv_heads);
  if (tiny->kv_rank == 0)
    {
      gguf_build_uint (build, ".attention.key_length", (uint32_t) tiny->head_dim);
      gguf_build_uint (build, ".rope.dimension_count", (uint32_t) tiny->head_dim / 2);
      return;
    }
  gguf_build_string (build, "tokenizer.ggml.pre", "glm4");
  gguf_build_uint (build, ".attention.key_length", (uint32_t) (tiny->kv_rank + tiny->n_rot));
  gguf_build_uint (build, ".attention.value_length", (uint32_t) tiny->kv_rank);
  gguf_build_uint (build, ".attention.key_length_mla", (uint32_t) tiny->head_dim);
  gguf_build_uint (build, ".attention.value_length_mla", (uint32_t) tiny->value_dim);
  gguf_build_uint (build, ".attention.q_lora_rank", (uint32_t) tiny->q_rank);
  gguf_build_uint (build, ".attention.kv_lora_rank", (uint32_t) tiny->kv_rank);
  gguf_build_uint (build, ".rope.dimension_count", (uint32_t) tiny->n_rot);
}

void
tiny_model_write (const TinyModel *tiny, const char *path)
{
  GgufBuild *build = gguf_build_new (tiny->arch);
  bool first = strcmp (tiny->arch, "chatglm1") == 0;

  gguf_build_string (build, "general.name", "tiny");
  gguf_build_uint (build, ".block_count", (uint32_t) tiny->n_layers);
  gguf_build_uint (build, ".embedding_length", (uint32_t) tiny->n_embd);
  gguf_build_uint (build, ".feed_forward_length", (uint32_t) tiny->n_ff);
  gguf_build_uint (build, ".attention.head_count", (uint32_t) tiny->n_heads);
  add_head_numbers (build, tiny);
  if (tiny->n_used > 0)
    add_expert_numbers (build, tiny);
  gguf_build_uint (build, ".context_length", (uint32_t) tiny->n_context);
  gguf_build_float (build, first ? ".attention.layer_norm_epsilon" : ".attention.layer_norm_rms_epsilon",
                    tiny->eps != 0 ? tiny->eps : 1e-5f);
  if (tiny->number_key)
    gguf_build_float (build, tiny->number_key, tiny->number);
  if (tiny->yarn_factor > 0)
    {
      gguf_build_string (build, ".rope.scaling.type", "yarn");
      gguf_build_float (build, ".rope.scaling.factor", tiny->yarn_factor);
      gguf_build_uint (build, ".rope.scaling.original_context_length", (uint32_t) tiny->n_context / 4);
    }
  if (first && !tiny->no_sop)
    {
      gguf_build_uint (build, ".gmask_token_id", TINY_GMASK);
      gguf_build_uint (build, ".mask_token_id", 3);
      gguf_build_uint (build, "tokenizer.ggml.bos_token_id", TINY_SOP);
    }
  if (tiny->with_vocabulary)
    add_vocabulary (build, tiny);
  add (build, tiny, "token_embd.weight", tiny->n_vocab, tiny->n_embd, 1, 0);
  for (int layer = 0; layer < tiny->n_layers; layer++)
    if (tiny->n_used > 0)
      add_expert_layer (build, tiny, layer);
    else
      add_layer (build, tiny, layer);
  add_norm (build, tiny, "", "output_norm", first);
  if (!tiny->tied)
    add (build, tiny, "output.weight", tiny->n_vocab, tiny->n_embd, 4 / sqrtf ((float) tiny->n_embd), 0);
  gguf_build_write (build, path);
  gguf_build_free (build);
}
