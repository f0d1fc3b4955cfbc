/* test-expert-files.c: files with experts or latents that are damaged, or are not what their architecture's name says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each gets an error that names what is wrong.
 */
#include "check.h"
#include "hf-vectors.h"
#include "run/session.h"

typedef struct
{
  const char *folder;
  const char *key; /* is this value instead of the model's; NULL: nothing is */
  uint32_t value;
  const char *left_out; /* a tensor */
  bool joined_kv_b;
  const char *message;
} Case;

#define MOE   "glm4moe-tiny"
#define FLASH "glm47flash-tiny"

static const Case cases[] = {
  { MOE, ".expert_count", 0, NULL, false, "glm4moe.expert_count is 0" },
  { MOE, ".expert_count", 0x80000000, NULL, false, "glm4moe.expert_count is 2147483648" },
  { MOE, ".expert_count", 7, NULL, false, "blk.1.ffn_gate_inp.weight has the shape" },
  { MOE, ".expert_count", 16, NULL, false, "blk.1.ffn_gate_inp.weight has the shape" },
  { MOE, ".expert_used_count", 0, NULL, false, "glm4moe.expert_used_count is 0" },
  { MOE, ".expert_used_count", 9, NULL, false, "glm4moe.expert_used_count is 9" },
  { MOE, ".expert_used_count", 0xffffffff, NULL, false, "glm4moe.expert_used_count" },
  { MOE, ".expert_feed_forward_length", 0, NULL, false, "glm4moe.expert_feed_forward_length is 0" },
  { MOE, ".expert_feed_forward_length", 64, NULL, false, "_shexp.weight has the shape" },
  { MOE, ".expert_shared_count", 2, NULL, false, "_shexp.weight has the shape" },
  { MOE, ".expert_shared_count", 100000, NULL, false, "glm4moe.expert_shared_count" },
  { MOE, ".leading_dense_block_count", 5, NULL, false, "glm4moe.leading_dense_block_count is 5" },
  { MOE, ".leading_dense_block_count", 2, NULL, false, "blk.1.ffn_gate.weight is missing" },
  { MOE, ".leading_dense_block_count", 0, NULL, false, "blk.0.ffn_gate_inp.weight is missing" },
  { MOE, ".expert_gating_func", 3, NULL, false, "glm4moe.expert_gating_func is 3" },
  { MOE, ".expert_group_count", 3, NULL, false, "glm4moe.expert_group_count is 3" },
  { MOE, ".expert_group_count", 8, NULL, false, "glm4moe.expert_group_used_count is 1" },
  { MOE, ".nextn_predict_layers", 4, NULL, false, "glm4moe.nextn_predict_layers is 4" },
  { MOE, ".attention.sliding_window", 64, NULL, false, "glm4moe.attention.sliding_window" },
  { MOE, NULL, 0, "blk.1.exp_probs_b.bias", false, "blk.1.exp_probs_b.bias is missing" },
  { MOE, NULL, 0, "blk.2.ffn_down_exps.weight", false, "blk.2.ffn_down_exps.weight is missing" },
  { MOE, NULL, 0, "blk.2.ffn_up_exps.weight", false, "blk.2.ffn_up_exps.weight is missing" },
  { MOE, NULL, 0, "blk.1.ffn_up_shexp.weight", false, "blk.1.ffn_up_shexp.weight is missing" },
  { FLASH, ".attention.q_lora_rank", 32, NULL, false, "blk.0.attn_q_a.weight has the shape" },
  { FLASH, ".attention.q_lora_rank", 0, NULL, false, "deepseek2.attention.q_lora_rank is 0" },
  { FLASH, ".attention.kv_lora_rank", 32, NULL, false, "deepseek2.attention.key_length is 80" },
  { FLASH, ".attention.kv_lora_rank", 0x80000000, NULL, false, "deepseek2.attention.kv_lora_rank" },
  { FLASH, ".attention.key_length_mla", 16, NULL, false, "deepseek2.rope.dimension_count is 16" },
  { FLASH, ".attention.value_length_mla", 32, NULL, false, "blk.0.attn_v_b.weight has the shape" },
  { FLASH, ".attention.head_count_kv", 3, NULL, false, "deepseek2.attention.head_count_kv is 3" },
  { FLASH, ".attention.head_count", 2, NULL, false, "blk.0.attn_q_b.weight has the shape" },
  { FLASH, ".rope.dimension_count", 15, NULL, false, "deepseek2.attention.key_length is 80" },
  { FLASH, ".rope.scaling.factor", 40, NULL, false, "GLM-4.7-Flash alone" },
  { FLASH, NULL, 0, "blk.1.attn_k_b.weight", false, "blk.1.attn_k_b.weight is missing" },
  { FLASH, NULL, 0, "blk.2.attn_kv_b.weight", true, "blk.2.attn_k_b.weight is missing" },
  { FLASH, ".attention.kv_lora_rank", 32, NULL, true, "blk.0.attn_kv_a_mqa.weight has the shape" },
};

static void
add_key (GgufBuild *build, void *data)
{
  const Case *c = data;

  if (c->key)
    gguf_build_uint (build, c->key, c->value);
}

static void
check_damage (const Case *c, const char *path)
{
  HfVectors vectors;
  Case copy = *c;
  HfFile file = {
    .left_out = c->left_out, .left_out_key = c->key, .add_keys = add_key, .keys_data = &copy, .joined_kv_b = c->joined_kv_b
  };
  GlmModel *model;
  GlmError error = { 0 };
  bool ok;

  hf_vectors_open (c->folder, &vectors);
  hf_vectors_write (&vectors, &file, path);
  ok = glm_model_open (path, NULL, &model, &error);
  CHECK (!ok && strstr (error.message, c->message), "%s%s %s: “%s”", c->folder, c->key ? c->key : "",
         c->left_out ? c->left_out : "", error.message);
  CHECK (error.code == GLM_ERROR_BAD_FILE || error.code == GLM_ERROR_UNSUPPORTED, "code %d", error.code);
  if (ok)
    glm_model_free (model);
  hf_vectors_close (&vectors);
}

/* DeepSeek's own models have the architecture's name; the message names them. */
static void
test_others (const char *path)
{
  GgufBuild *build = gguf_build_new ("deepseek2");
  float embedding[32] = { 0 };
  GlmModelInfo info;
  GlmError error = { 0 };

  gguf_build_string (build, "general.name", "DeepSeek-V2-Lite-Chat");
  gguf_build_string (build, "tokenizer.ggml.pre", "deepseek-llm");
  gguf_build_tensor (build, "token_embd.weight", GLM_TYPE_F32, 1, 32, embedding);
  gguf_build_write (build, path);
  gguf_build_free (build);
  CHECK (!glm_model_probe (path, &info, &error) && error.code == GLM_ERROR_UNSUPPORTED
             && strstr (error.message, "DeepSeek-V2-Lite-Chat") && strstr (error.message, "tokenizer.ggml.pre"),
         "%s", error.message);
}

int
main (void)
{
  const char *path = test_temp_path ("damaged.gguf");

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    check_damage (&cases[i], path);
  test_others (path);
  return check_exit ();
}
