/* test-known-keys.c: a file that says more about its arithmetic than the engine knows is refused, with the key's name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "engine.h"
#include "run/gguf-build.h"
#include "run/model.h"

#define VOCAB 8
#define EMBD  32

typedef struct
{
  const char *arch;
  const char *key; /* begins with a dot */
  enum
  {
    UINT,
    FLOAT,
    FLAG,
    TEXT,
    SECTIONS
  } type;
  double value;
  const char *text;
  const char *refused; /* what the message must name; NULL: the file opens */
} Case;

static const Case cases[] = {
  /* Harmless, and neutral values of what is not. */
  { "glm4", ".vocab_size", UINT, 8, NULL, NULL },
  { "glm4", ".rope.scaling.finetuned", FLAG, 1, NULL, NULL },
  { "glm4", ".rope.scaling.type", TEXT, 0, "none", NULL },
  { "glm4", ".attention.value_length", UINT, 16, NULL, NULL },
  { "glm4", ".attention.scale", FLOAT, 0.25, NULL, NULL },
  { "glm4", ".attention.causal", FLAG, 1, NULL, NULL },
  { "glm4", ".attention.sliding_window", UINT, 0, NULL, NULL },
  { "glm4", ".logit_scale", FLOAT, 1, NULL, NULL },
  { "glm4", ".expert_count", UINT, 0, NULL, NULL },
  { "chatglm1", ".residual_scale", FLOAT, 7.48, NULL, NULL },
  { "chatglm", ".use_parallel_residual", FLAG, 0, NULL, NULL },
  /* Keys of something else are not ours to judge. */
  { "glm4", "general.quantized_by", TEXT, 0, "somebody", NULL },
  { "glm4", "glm4x.attention.sliding_window", UINT, 4096, NULL, NULL },
  /* What changes the arithmetic. */
  { "glm4", ".attention.value_length", UINT, 32, NULL, "glm4.attention.value_length" },
  { "glm4", ".attention.scale", FLOAT, 0.5, NULL, "glm4.attention.scale" },
  { "glm4", ".attention.causal", FLAG, 0, NULL, "glm4.attention.causal" },
  { "glm4", ".attention.sliding_window", UINT, 4096, NULL, "glm4.attention.sliding_window" },
  { "glm4", ".attention.clamp_kqv", FLOAT, 8, NULL, "glm4.attention.clamp_kqv" },
  { "chatglm", ".logit_scale", FLOAT, 0.0625, NULL, "chatglm.logit_scale" },
  { "chatglm", ".final_logit_softcapping", FLOAT, 30, NULL, "chatglm.final_logit_softcapping" },
  { "chatglm", ".embedding_scale", FLOAT, 12, NULL, "chatglm.embedding_scale" },
  { "chatglm", ".residual_scale", FLOAT, 0.22, NULL, "chatglm.residual_scale" },
  { "chatglm", ".use_parallel_residual", FLAG, 1, NULL, "chatglm.use_parallel_residual" },
  { "chatglm", ".expert_count", UINT, 64, NULL, "chatglm.expert_count" },
  { "chatglm", ".rope.dimension_sections", SECTIONS, 4, NULL, "chatglm.rope.dimension_sections" },
  { "chatglm", ".rope.scaling.type", TEXT, 0, "longrope", "chatglm.rope.scaling" },
  { "glm4", ".rope.scaling.yarn_log_multiplier", FLOAT, 0.1, NULL, "glm4.rope.scaling.yarn_log_multiplier" },
  { "chatglm1", ".swiglu_clamp_exp", FLOAT, 7, NULL, "chatglm1.swiglu_clamp_exp" },
  { "glm4", ".what_comes_next_year", UINT, 1, NULL, "glm4.what_comes_next_year" },
  /* Sections of a picture's positions. */
  { "glm4", ".rope.dimension_sections", SECTIONS, 4, NULL, NULL },
  { "glm4", ".rope.dimension_sections", SECTIONS, 5, NULL, "glm4.rope.dimension_sections" },
  { "glm4", ".rope.dimension_sections", SECTIONS, -1, NULL, "glm4.rope.dimension_sections" },
  { "glm4", ".rope.dimension_sections", TEXT, 0, "8,12,12", "glm4.rope.dimension_sections" },
};

static void
add_key (GgufBuild *build, const Case *c)
{
  int32_t sections[4] = { 1, 1, (int32_t) c->value - 2, 0 };

  switch (c->type)
    {
    case UINT: gguf_build_uint (build, c->key, (uint32_t) c->value); break;
    case FLOAT: gguf_build_float (build, c->key, (float) c->value); break;
    case FLAG: gguf_build_bool (build, c->key, c->value != 0); break;
    case TEXT: gguf_build_string (build, c->key, c->text); break;
    case SECTIONS: gguf_build_ints (build, c->key, sections, 4); break;
    }
}

/* The header alone: two heads of 16; 8 of each are turned. */
static void
write_header (const Case *c, const char *path)
{
  GgufBuild *build = gguf_build_new (c->arch);
  float embedding[VOCAB * EMBD] = { 0 };

  gguf_build_uint (build, ".block_count", 1);
  gguf_build_uint (build, ".embedding_length", EMBD);
  gguf_build_uint (build, ".feed_forward_length", 32);
  gguf_build_uint (build, ".attention.head_count", 2);
  gguf_build_uint (build, ".context_length", 64);
  gguf_build_float (build,
                    strcmp (c->arch, "chatglm1") == 0 ? ".attention.layer_norm_epsilon" : ".attention.layer_norm_rms_epsilon",
                    1e-5f);
  if (strcmp (c->arch, "chatglm1") == 0)
    gguf_build_uint (build, "tokenizer.ggml.bos_token_id", 5);
  add_key (build, c);
  gguf_build_tensor (build, "token_embd.weight", GLM_TYPE_F32, VOCAB, EMBD, embedding);
  gguf_build_write (build, path);
  gguf_build_free (build);
}

int
main (void)
{
  const char *path = test_temp_path ("key.gguf");

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      const Case *c = &cases[i];
      GlmModel *model = NULL;
      GlmError error = { 0 };
      bool ok;

      write_header (c, path);
      ok = glm_model_open_header (path, NULL, &model, &error);
      CHECK (ok == !c->refused, "%s%s, case %zu: %s", c->arch, c->key, i, error.message);
      CHECK (ok
                 || (strstr (error.message, c->refused)
                     && (error.code == GLM_ERROR_UNSUPPORTED || error.code == GLM_ERROR_BAD_FILE)),
             "%s%s, case %zu: %s", c->arch, c->key, i, error.message);
      CHECK (!ok || (c->type == SECTIONS) == (strstr (glm_model_info (model)->quirks, "pictures") != NULL), "%s%s: “%s”",
             c->arch, c->key, ok ? glm_model_info (model)->quirks : "");
      glm_model_free (model);
    }
  return check_exit ();
}
