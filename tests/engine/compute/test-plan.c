/* test-plan.c: what the op tables of the families become for a back end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "compute/backend.h"

static bool joins;

static bool
fake_supports (const GlmStep *step)
{
  for (int i = 0; i < step->n_matrices; i++)
    if (step->matrices[i].n > 1)
      return false;
  return joins || step->code != GLM_OP_GATED;
}

static const GlmBackend fake = { .name = "fake", .supports = fake_supports };

static const GlmParams small = {
  .n_layers = 3,
  .n_embd = 64,
  .n_ff = 96,
  .n_heads = 4,
  .n_kv_heads = 2,
  .head_dim = 16,
  .n_vocab = 100,
  .norm_eps = 1e-5f,
  .residual_scale = 7.5f,
  .n_rot = 8,
  .rope_base = 10000,
  .kv_element_bytes = 2,
};

static GlmPlan *
new_plan (const GlmArch *arch, bool with_joins)
{
  GlmPlan *plan;
  GlmError error = { 0 };

  joins = with_joins;
  REQUIRE (glm_plan_new (arch, &small, &fake, &plan, &error) && glm_plan_join (plan, &error), "%s", error.message);
  return plan;
}

/* lines: one a step, the last NULL. */
static void
check_lines (const GlmPlan *plan, const GlmPlanLayer *layer, const char *const *lines, const char *what)
{
  int i = 0;

  for (; i < layer->n_steps && lines[i]; i++)
    {
      char text[256];

      glm_plan_describe (plan, &layer->steps[i], text, sizeof text);
      CHECK (strcmp (text, lines[i]) == 0, "%s, step %d: “%s” instead of “%s”", what, i, text, lines[i]);
    }
  CHECK (i == layer->n_steps && !lines[i], "%s has %d steps", what, layer->n_steps);
}

/* spans: the names of the registers that hold a whole prompt, in order. */
static void
check_spans (const GlmPlan *plan, const char *spans)
{
  char text[128] = "";

  for (int i = 0; i < plan->n_registers; i++)
    if (plan->registers[i].spans)
      {
        strcat (text, plan->registers[i].name);
        strcat (text, " ");
      }
  CHECK (strcmp (text, spans) == 0, "registers that span: %s", text);
}

/* ---- Families --------------------------------------------------------------------------------------------------- */

static void
test_chatglm (void)
{
  static const char *const joined[] = {
    "norm = rms_norm (x, attn_norm, eps 1e-05)",
    "qkv = linear (norm, attn_qkv [128 × 64] [+ bias])",
    "rope (qkv, 8 of 16 dimensions, base 10000, interleaved)",
    "store keys and values of qkv",
    "heads = attend (qkv, 4 heads over 2)",
    "x += linear (heads, attn_output [64 × 64])",
    "norm = rms_norm (x, ffn_norm, eps 1e-05)",
    "x += gated (norm, ffn_up [192 × 64], [64 × 96])",
    NULL,
  };
  static const char *const single[] = {
    "norm = rms_norm (x, attn_norm, eps 1e-05)",
    "qkv = linear (norm, attn_qkv [128 × 64] [+ bias])",
    "rope (qkv, 8 of 16 dimensions, base 10000, interleaved)",
    "store keys and values of qkv",
    "heads = attend (qkv, 4 heads over 2)",
    "x += linear (heads, attn_output [64 × 64])",
    "norm = rms_norm (x, ffn_norm, eps 1e-05)",
    "ff = linear (norm, ffn_up [192 × 64])",
    "swiglu (ff)",
    "x += linear (ff, ffn_down [64 × 96])",
    NULL,
  };
  static const char *const head[] = {
    "norm = rms_norm (x, output_norm, eps 1e-05)",
    "logits = linear (norm, output [100 × 64])",
    NULL,
  };
  GlmPlan *plan = new_plan (&glm_arch_chatglm, true);
  const GlmStep *store = &plan->layers[1].steps[3], *attend = &plan->layers[1].steps[4];

  for (int i = 0; i < small.n_layers; i++)
    check_lines (plan, &plan->layers[i], joined, "chatglm");
  check_lines (plan, &plan->head, head, "chatglm's head");
  check_spans (plan, "x qkv ");
  CHECK (plan->layers[0].attend == 4 && plan->head.attend == 2, "passes: %d, %d", plan->layers[0].attend, plan->head.attend);
  CHECK (store->stored[0].at == 64 && store->stored[0].n == 2 && store->stored[1].at == 96,
         "keys and values behind the queries");
  CHECK (attend->heads.n == 4 && attend->heads.width == 16 && attend->width == 16 && attend->scale == 0.25f, "attention");
  CHECK (plan->kv.n_streams == 2 && glm_kv_bytes_per_token (&plan->kv) == 3 * 2 * 2 * 16 * 2, "cache");
  glm_plan_free (plan);

  plan = new_plan (&glm_arch_chatglm, false);
  check_lines (plan, &plan->layers[2], single, "chatglm without gated products");
  CHECK (plan->layers[2].steps[8].width == 96, "swiglu of %d", (int) plan->layers[2].steps[8].width);
  glm_plan_free (plan);
}

/* A norm stands between product and addition: the product is not added. */
static void
test_glm4 (void)
{
  static const char *const lines[] = {
    "norm = rms_norm (x, attn_norm, eps 1e-05)",
    "qkv = linear (norm, attn_qkv [128 × 64] [+ bias])",
    "rope (qkv, 8 of 16 dimensions, base 10000, interleaved)",
    "store keys and values of qkv",
    "heads = attend (qkv, 4 heads over 2)",
    "out = linear (heads, attn_output [64 × 64])",
    "out = rms_norm (out, post_attention_norm, eps 1e-05)",
    "x += out",
    "norm = rms_norm (x, ffn_norm, eps 1e-05)",
    "out = gated (norm, ffn_up [192 × 64], [64 × 96])",
    "out = rms_norm (out, post_ffw_norm, eps 1e-05)",
    "x += out",
    NULL,
  };
  GlmPlan *plan = new_plan (&glm_arch_glm4, true), *disguised = new_plan (&glm_arch_glm4_as_chatglm, true);

  check_lines (plan, &plan->layers[0], lines, "glm4");
  check_lines (disguised, &disguised->layers[0], lines, "glm4 under another name");
  glm_plan_free (plan);
  glm_plan_free (disguised);
}

/* The product is written over the residual, to which then the norm is added: nothing to join. */
static void
test_chatglm1 (void)
{
  static const char *const lines[] = {
    "norm = layer_norm (x, attn_norm, eps 1e-05)",
    "qkv = linear (norm, attn_qkv [128 × 64] + bias)",
    "rope_2d (qkv, 2 × 8 dimensions, base 10000, half-split)",
    "store keys and values of qkv",
    "heads = attend (qkv, 4 heads over 2)",
    "x = linear (heads, attn_output [64 × 64] + bias)",
    "x += 7.5 · norm",
    "norm = layer_norm (x, ffn_norm, eps 1e-05)",
    "ff = linear (norm, ffn_up [96 × 64] + bias)",
    "gelu (ff)",
    "x = linear (ff, ffn_down [64 × 96] + bias)",
    "x += 7.5 · norm",
    NULL,
  };
  GlmPlan *plan = new_plan (&glm_arch_chatglm1, true);

  check_lines (plan, &plan->layers[0], lines, "chatglm1");
  check_spans (plan, "x norm qkv ");
  CHECK (glm_plan_register_bytes (plan, 1000, 100) == 4 * (1000 * (64 + 64 + 128) + 100 * (64 + 96)), "%zu bytes of registers",
         glm_plan_register_bytes (plan, 1000, 100));
  glm_plan_free (plan);
}

/* ---- A family that there is not yet: its own registers, other rows in the first layer, experts ------------------- */

enum
{
  X = GLM_REG_X,
  LOGITS = GLM_REG_LOGITS,
  LATENT = GLM_REG_OWN,
  KEPT,
};

static const GlmRegister registers[] = {
  [X] = { "x", GLM_DIM_EMBD },
  [LOGITS] = { "logits", GLM_DIM_VOCAB },
  [LATENT] = { "latent", GLM_DIM_FF },
  [KEPT] = { "kept", GLM_DIM_EMBD },
};
static const GlmOp dense[] = {
  { GLM_OP_LINEAR, LATENT, X, "up", GLM_DIM_FF, GLM_DIM_EMBD },
  { GLM_OP_GELU, LATENT, LATENT },
  { GLM_OP_LINEAR, KEPT, LATENT, "down", GLM_DIM_EMBD, GLM_DIM_FF },
  { GLM_OP_ADD, X, KEPT },
  { GLM_OP_ADD, X, KEPT }, /* reads what the product above it must not leave out */
};
static const GlmOp experts[] = {
  { GLM_OP_LINEAR, LATENT, X, "up_exps", GLM_DIM_FF, GLM_DIM_EMBD, .stack = GLM_DIM_VOCAB },
};
static const GlmOp head[] = { { GLM_OP_LINEAR, LOGITS, X, "output", GLM_DIM_VOCAB, GLM_DIM_EMBD } };

static int
dense_first (const GlmParams *params, int layer)
{
  return layer > 0;
}

static const GlmArch later = {
  .name = "later",
  .registers = registers,
  .n_registers = 4,
  .variants = { GLM_OP_TABLE (dense), GLM_OP_TABLE (experts) },
  .variant_of = dense_first,
  .head = GLM_OP_TABLE (head),
  .rope_axes = 1,
};

static void
test_variants (void)
{
  static const char *const dense_lines[] = {
    "latent = linear (x, up [96 × 64])",
    "gelu (latent)",
    "kept = linear (latent, down [64 × 96])",
    "x += kept",
    "x += kept",
    NULL,
  };
  static const char *const expert_lines[] = { "latent = linear (x, up_exps [100 × 96 × 64])", NULL };
  GlmPlan *plan;
  GlmError error = { 0 };

  REQUIRE (glm_plan_new (&later, &small, &fake, &plan, &error), "%s", error.message);
  CHECK (!glm_plan_join (plan, &error) && error.code == GLM_ERROR_UNSUPPORTED && strstr (error.message, "up_exps")
             && strstr (error.message, "fake"),
         "%s", error.message);
  check_lines (plan, &plan->layers[0], dense_lines, "the dense layer");
  check_lines (plan, &plan->layers[1], expert_lines, "a layer of experts");
  check_lines (plan, &plan->layers[2], expert_lines, "another");
  glm_plan_free (plan);
}

/* Weights of the fake back end are 512 bytes of memory, or none. */
static char memory[512];

static size_t
fake_bytes (const GlmWeights *weights)
{
  return sizeof memory;
}

static const void *
fake_data (const GlmWeights *weights)
{
  return (const char *) weights == memory ? memory : NULL;
}

static void
fake_free (GlmWeights *weights)
{
}

static void
test_weights (void)
{
  static const GlmBackend backend = {
    .name = "fake", .weights_bytes = fake_bytes, .weights_data = fake_data, .weights_free = fake_free
  };
  GlmPlan *plan;
  GlmError error = { 0 };
  size_t n_matrices = 0;

  REQUIRE (glm_plan_new (&later, &small, &backend, &plan, &error), "%s", error.message);
  CHECK (glm_plan_weight_bytes (plan) == 0 && glm_plan_read_weights (plan, NULL), "a plan without weights reads some");
  for (int layer = 0; layer < small.n_layers; layer++)
    for (int i = 0; i < plan->layers[layer].n_steps; i++)
      for (int j = 0; j < plan->layers[layer].steps[i].n_matrices; j++, n_matrices++)
        plan->layers[layer].steps[i].matrices[j].weights = (GlmWeights *) memory;
  CHECK (glm_plan_weight_bytes (plan) == n_matrices * sizeof memory, "%zu bytes in %zu matrices", glm_plan_weight_bytes (plan),
         n_matrices);
  CHECK (glm_plan_read_weights (plan, NULL), "what lies in memory is not read");
  plan->layers[0].steps[0].matrices[0].weights = (GlmWeights *) (memory + 1);
  CHECK (!glm_plan_read_weights (plan, NULL), "what does not lie in memory counts as read");
  glm_plan_free (plan);
}

int
main (void)
{
  test_chatglm ();
  test_glm4 ();
  test_chatglm1 ();
  test_variants ();
  test_weights ();
  return check_exit ();
}
