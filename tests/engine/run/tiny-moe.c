/* tiny-moe.c: a random model of a family that writes thoughts and calls between tags, with the vocabulary for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/tiny-moe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_EMBD    64
#define N_HEADS   4
#define N_KV      2
#define HEAD_DIM  16
#define N_FF      96
#define N_EXPERTS 4
#define N_INNER   32

void
tiny_moe_add_vocabulary (GgufBuild *build)
{
  static const char *const specials[] = {
    "<|endoftext|>", "[gMASK]",     "<sop>",        "<|system|>",   "<|user|>",        "<|assistant|>",    "<|observation|>",
    "<think>",       "</think>",    "<tool_call>",  "</tool_call>", "<tool_response>", "</tool_response>", "<arg_key>",
    "</arg_key>",    "<arg_value>", "</arg_value>", "/nothink",     "[PAD18]",
  };
  const char *tokens[TINY_MOE_VOCAB];
  static char texts[256][4];
  int32_t types[TINY_MOE_VOCAB];
  int n = 0;

  for (int byte = 0; byte < 256; byte++)
    {
      bool plain = (byte >= 33 && byte < 127) || (byte >= 161 && byte != 173);
      unsigned code = plain ? (unsigned) byte : 256u + (unsigned) n++;

      snprintf (texts[byte], sizeof texts[byte], code < 128 ? "%c" : "%c%c", code < 128 ? code : 0xC0 | code >> 6,
                0x80 | (code & 0x3F));
      tokens[byte] = texts[byte];
      types[byte] = 1;
    }
  for (int i = 256; i < TINY_MOE_VOCAB; i++)
    {
      tokens[i] = specials[i - 256];
      types[i] = i == TINY_MOE_VOCAB - 1 ? 5 : i < 256 + 7 ? 3 : 4;
    }
  gguf_build_string (build, "tokenizer.ggml.model", "gpt2");
  gguf_build_string (build, "tokenizer.ggml.pre", "glm4");
  gguf_build_strings (build, "tokenizer.ggml.tokens", tokens, TINY_MOE_VOCAB);
  gguf_build_ints (build, "tokenizer.ggml.token_type", types, TINY_MOE_VOCAB);
}

/* ---- Weights ---------------------------------------------------------------------------------------------------- */

static void
add (GgufBuild *build, const char *name, int64_t n_matrices, int64_t rows, int64_t cols, float scale, float offset)
{
  size_t n = (size_t) (n_matrices * (rows ? rows : 1) * cols);
  float *values = malloc (n * sizeof *values);
  uint32_t state = 12345;

  if (!values)
    abort ();
  for (const char *p = name; *p; p++)
    state = (state ^ (unsigned char) *p) * 16777619u;
  for (size_t i = 0; i < n; i++)
    {
      state = state * 1664525u + 1013904223u;
      values[i] = offset + scale * ((float) (state >> 8) / (float) (1 << 23) - 1);
      /* Greedily it writes bytes and nothing else, without an end. */
      if (strcmp (name, "output.weight") == 0 && i >= (size_t) (256 * cols))
        values[i] = 0;
    }
  if (n_matrices > 1)
    gguf_build_stack (build, name, GLM_TYPE_F32, n_matrices, rows, cols, values);
  else
    gguf_build_tensor (build, name, GLM_TYPE_F32, rows, cols, values);
  free (values);
}

static void
add_matrix (GgufBuild *build, int layer, const char *base, int64_t n_matrices, int64_t rows, int64_t cols)
{
  char name[64];

  snprintf (name, sizeof name, "blk.%d.%s.weight", layer, base);
  add (build, name, n_matrices, rows, cols, 1.7f / sqrtf ((float) cols), 0);
}

static void
add_vector (GgufBuild *build, int layer, const char *base, int64_t n, float scale, float offset)
{
  char name[64];

  snprintf (name, sizeof name, "blk.%d.%s", layer, base);
  add (build, name, 1, 0, n, scale, offset);
}

static void
add_layer (GgufBuild *build, int layer)
{
  add_vector (build, layer, "attn_norm.weight", N_EMBD, 0.3f, 1);
  add_matrix (build, layer, "attn_q", 1, N_HEADS * HEAD_DIM, N_EMBD);
  add_matrix (build, layer, "attn_k", 1, N_KV * HEAD_DIM, N_EMBD);
  add_matrix (build, layer, "attn_v", 1, N_KV * HEAD_DIM, N_EMBD);
  add_matrix (build, layer, "attn_output", 1, N_EMBD, N_HEADS * HEAD_DIM);
  add_vector (build, layer, "post_attention_norm.weight", N_EMBD, 0.3f, 1);
  if (layer == 0)
    {
      add_matrix (build, layer, "ffn_gate", 1, N_FF, N_EMBD);
      add_matrix (build, layer, "ffn_up", 1, N_FF, N_EMBD);
      add_matrix (build, layer, "ffn_down", 1, N_EMBD, N_FF);
      return;
    }
  add_matrix (build, layer, "ffn_gate_inp", 1, N_EXPERTS, N_EMBD);
  add_vector (build, layer, "exp_probs_b.bias", N_EXPERTS, 0.1f, 0);
  add_matrix (build, layer, "ffn_gate_exps", N_EXPERTS, N_INNER, N_EMBD);
  add_matrix (build, layer, "ffn_up_exps", N_EXPERTS, N_INNER, N_EMBD);
  add_matrix (build, layer, "ffn_down_exps", N_EXPERTS, N_EMBD, N_INNER);
  add_matrix (build, layer, "ffn_gate_shexp", 1, N_INNER, N_EMBD);
  add_matrix (build, layer, "ffn_up_shexp", 1, N_INNER, N_EMBD);
  add_matrix (build, layer, "ffn_down_shexp", 1, N_EMBD, N_INNER);
}

void
tiny_moe_write (const char *family, const char *path)
{
  static const struct
  {
    const char *key;
    uint32_t value;
  } numbers[] = {
    { ".block_count", 2 },
    { ".context_length", 4096 },
    { ".embedding_length", N_EMBD },
    { ".feed_forward_length", N_FF },
    { ".attention.head_count", N_HEADS },
    { ".attention.head_count_kv", N_KV },
    { ".attention.key_length", HEAD_DIM },
    { ".attention.value_length", HEAD_DIM },
    { ".rope.dimension_count", HEAD_DIM / 2 },
    { ".expert_count", N_EXPERTS },
    { ".expert_used_count", 2 },
    { ".expert_feed_forward_length", N_INNER },
    { ".expert_shared_count", 1 },
    { ".leading_dense_block_count", 1 },
    { ".expert_gating_func", 2 },
  };
  GgufBuild *build = gguf_build_new ("glm4moe");

  gguf_build_string (build, "general.name", "Tiny thinker");
  gguf_build_string (build, "glm.family", family);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    gguf_build_uint (build, numbers[i].key, numbers[i].value);
  gguf_build_float (build, ".attention.layer_norm_rms_epsilon", 1e-5f);
  gguf_build_float (build, ".rope.freq_base", 1e6f);
  gguf_build_float (build, ".expert_weights_scale", 1);
  gguf_build_bool (build, ".expert_weights_norm", true);
  tiny_moe_add_vocabulary (build);
  add (build, "token_embd.weight", 1, TINY_MOE_VOCAB, N_EMBD, 1, 0);
  for (int layer = 0; layer < 2; layer++)
    add_layer (build, layer);
  add (build, "output_norm.weight", 1, 0, N_EMBD, 0.3f, 1);
  add (build, "output.weight", 1, TINY_MOE_VOCAB, N_EMBD, 0.5f, 0);
  gguf_build_write (build, path);
  gguf_build_free (build);
}
