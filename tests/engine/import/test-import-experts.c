/* test-import-experts.c: checkpoints with experts and latent attention to GGUF
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The tiny models of ../shared/glm/vectors, as they are published, with a tensor for each expert, and as transformers saves
 * them, with one for all: what is imported gives the logits that transformers computed.
 */
#include <math.h>
#include <unistd.h>

#include "check.h"
#include "file/model-file.h"
#include "hf-vectors.h"
#include "import/import.h"
#include "run/session.h"
#include "tiny-model.h"

#define TOLERANCE 1e-4f

static const struct
{
  const char *folder, *logits, *family;
} models[] = {
  { "glm4moe-tiny", "logits", "GLM-4.5" },
  { "glm4moe-tiny-qknorm", "logits", "GLM-4.5" },
  { "glm4moe-tiny-groups", "logits", "GLM-4.5" },
  { "glm47flash-tiny", "logits_config_eps", "GLM-4.7-Flash" },
};

#define N_MODELS (sizeof models / sizeof models[0])

static const char *
published (const char *name)
{
  static char path[512];

  snprintf (path, sizeof path, "glm/vectors/%s", name);
  return shared_path (path);
}

static void
import_as (const char *source, const char *target, GlmImportType type)
{
  GlmImportOptions options = { .type = type, .mode = GLM_IMPORT_REPLACE_EXISTING };
  GlmError error = { 0 };

  REQUIRE (glm_import (source, target, &options, &error), "%s: %s", source, error.message);
}

/* ---- Logits ----------------------------------------------------------------------------------------------------- */

static void
check_logits (const HfVectors *vectors, size_t which, const char *path, const char *mask_name)
{
  size_t n, n_values, n_vocab;
  const int32_t *ids = hf_vectors_values (vectors, "input_ids", &n);
  const float *expected = hf_vectors_values (vectors, models[which].logits, &n_values);
  unsigned mask = 0;
  float difference = 0;
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };

  glm_cpu_mask_parse (mask_name, &mask);
  glm_cpu_set_mask (mask);
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s: %s", vectors->name, error.message);
  CHECK (strcmp (glm_model_info (model)->family, models[which].family) == 0, "%s: %s", vectors->name,
         glm_model_info (model)->family);
  CHECK (glm_model_info (model)->n_experts == hf_vectors_int (vectors, "n_routed_experts"), "%s: %d experts", vectors->name,
         glm_model_info (model)->n_experts);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  n_vocab = (size_t) glm_model_info (model)->n_vocab;
  for (size_t i = 0; i < n; i++)
    {
      REQUIRE (glm_session_sync (session, ids, i + 1, NULL, NULL, NULL, &error), "%s", error.message);
      for (size_t k = 0; k < n_vocab; k++)
        difference = fmaxf (difference, fabsf (glm_session_logits (session)[k] - expected[i * n_vocab + k]));
    }
  CHECK (difference <= TOLERANCE, "%s at %s: logits differ by %g", vectors->name, mask_name, (double) difference);
  glm_session_free (session);
  glm_model_free (model);
  glm_cpu_set_mask (UINT32_MAX);
}

/* ---- Tensors ---------------------------------------------------------------------------------------------------- */

static void
check_same (const char *path, const char *other, const char *what)
{
  GlmModelFile *a, *b;
  GlmError error = { 0 };

  REQUIRE (glm_model_file_open (path, &a, &error) && glm_model_file_open (other, &b, &error), "%s: %s", what, error.message);
  CHECK (glm_model_file_n_tensors (a) == glm_model_file_n_tensors (b), "%s: %zu and %zu tensors", what,
         glm_model_file_n_tensors (a), glm_model_file_n_tensors (b));
  for (size_t i = 0; i < glm_model_file_n_tensors (a); i++)
    {
      const GlmTensor *x = glm_model_file_tensor_at (a, i), *y = glm_model_file_tensor (b, x->name);

      CHECK (y && x->type == y->type && x->n_bytes == y->n_bytes && memcmp (x->ne, y->ne, sizeof x->ne) == 0
                 && memcmp (x->data, y->data, x->n_bytes) == 0,
             "%s: %s", what, x->name);
    }
  glm_model_file_free (a);
  glm_model_file_free (b);
}

static void
check_type (const GlmModelFile *file, const char *name, GlmType type)
{
  const GlmTensor *tensor = glm_model_file_tensor (file, name);

  CHECK (tensor && tensor->type == type, "%s is %s instead of %s", name,
         tensor ? glm_type_traits (tensor->type)->name : "missing", glm_type_traits (type)->name);
}

/* Rows of 32 are no super-blocks, as those of GLM-4.5-Air's 1,408 columns are none: five bits, and eight where six would be.  What
 * chooses experts stays in single precision. */
static void
check_q4_k_m (const char *path, const HfVectors *vectors)
{
  GlmModelFile *file;
  GlmError error = { 0 };

  REQUIRE (glm_model_file_open (path, &file, &error), "%s", error.message);
  check_type (file, "blk.2.ffn_gate_inp.weight", GLM_TYPE_F32);
  check_type (file, "blk.2.exp_probs_b.bias", GLM_TYPE_F32);
  check_type (file, "blk.2.ffn_gate_exps.weight", GLM_TYPE_Q5_0);
  if (hf_vectors_int (vectors, "first_k_dense_replace") < 2)
    check_type (file, "blk.1.ffn_down_exps.weight", GLM_TYPE_Q5_0);
  check_type (file, "blk.2.ffn_down_exps.weight", GLM_TYPE_Q8_0);
  check_type (file, "blk.2.ffn_down_shexp.weight", GLM_TYPE_Q8_0);
  if (hf_vectors_int (vectors, "kv_lora_rank") > 0)
    {
      check_type (file, "blk.2.attn_k_b.weight", GLM_TYPE_Q5_0);
      check_type (file, "blk.2.attn_v_b.weight", GLM_TYPE_Q5_0);
    }
  glm_model_file_free (file);
}

/* ---- Models ----------------------------------------------------------------------------------------------------- */

static void
test_model (size_t which, const char *folder)
{
  static const GlmImportType types[] = { GLM_IMPORT_KEEP, GLM_IMPORT_F16, GLM_IMPORT_Q8_0, GLM_IMPORT_Q4_0, GLM_IMPORT_Q4_K_M };
  HfVectors vectors;
  GlmImportInfo info;
  GlmError error = { 0 };
  char exact[512], fused[512], other[512], widened[512], source[1024];

  hf_vectors_open (models[which].folder, &vectors);
  snprintf (source, sizeof source, "%s", published (models[which].folder));
  snprintf (exact, sizeof exact, "%s/exact.gguf", folder);
  snprintf (other, sizeof other, "%s/other.gguf", folder);
  snprintf (widened, sizeof widened, "%s/widened.gguf", folder);
  snprintf (fused, sizeof fused, "%s/%s", folder, models[which].folder);
  hf_vectors_write_fused (&vectors, NULL, false, fused);

  import_as (source, exact, GLM_IMPORT_F32);
  check_logits (&vectors, which, exact, "c");
  check_logits (&vectors, which, exact, "all");
  import_as (fused, other, GLM_IMPORT_F32);
  check_same (exact, other, "fused experts");
  CHECK (glm_import_probe (fused, NULL, &info, &error) && strcmp (info.family, models[which].family) == 0, "%s: %s",
         models[which].folder, error.message);

  /* In bfloat16, as it was published: kept as it is, and made to floats from there or at once. */
  hf_vectors_write_fused (&vectors, NULL, true, fused);
  import_as (fused, other, GLM_IMPORT_KEEP);
  import_as (other, widened, GLM_IMPORT_F32);
  import_as (fused, other, GLM_IMPORT_F32);
  check_same (widened, other, "bfloat16");
  hf_vectors_write_fused (&vectors, NULL, false, fused);

  /* Quantising what was imported is the same as importing in that type. */
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
    {
      char quantised[512];
      GlmModelInfo opened;

      snprintf (quantised, sizeof quantised, "%s/quantised.gguf", folder);
      import_as (exact, quantised, types[i]);
      import_as (i % 2 ? source : fused, other, types[i]);
      check_same (quantised, other, glm_import_type_name (types[i]));
      CHECK (glm_model_probe (quantised, &opened, &error), "%s", error.message);
      if (types[i] == GLM_IMPORT_Q4_K_M)
        check_q4_k_m (quantised, &vectors);
    }
  hf_vectors_close (&vectors);
}

/* ---- Published widths ------------------------------------------------------------------------------------------- */

/* Logits after a few tokens, computed in float from the file's weights, malloc'ed. */
static float *
float_logits (const char *path)
{
  static const int32_t ids[] = { 5, 17, 80, 3, 64, 64, 42, 0, 9, 77, 23 };
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };
  float *logits;
  size_t n_bytes;

  glm_cpu_set_mask (0);
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  model->params.kv_element_bytes = sizeof (float);
  model->plan->kv = glm_kv_shape (&model->params);
  REQUIRE (glm_session_new (model, NULL, &session, &error)
               && glm_session_sync (session, ids, sizeof ids / sizeof ids[0], NULL, NULL, NULL, &error),
           "%s", error.message);
  n_bytes = (size_t) glm_model_info (model)->n_vocab * sizeof *logits;
  logits = malloc (n_bytes);
  REQUIRE (logits, "no memory");
  memcpy (logits, glm_session_logits (session), n_bytes);
  glm_session_free (session);
  glm_model_free (model);
  glm_cpu_set_mask (UINT32_MAX);
  return logits;
}

/* A quantised file computes what its weights say: the same as floats that are its weights. */
static void
check_quantised (const TinyModel *tiny, const char *exact, const char *folder, GlmImportType type)
{
  char quantised[512], widened[512];
  float *got, *expected, difference = 0;

  snprintf (quantised, sizeof quantised, "%s/wide-quantised.gguf", folder);
  snprintf (widened, sizeof widened, "%s/wide-widened.gguf", folder);
  import_as (exact, quantised, type);
  import_as (quantised, widened, GLM_IMPORT_F32);
  got = float_logits (quantised);
  expected = float_logits (widened);
  for (int i = 0; i < tiny->n_vocab; i++)
    difference = fmaxf (difference, fabsf (got[i] - expected[i]));
  CHECK (difference <= TOLERANCE, "%s as %s: logits differ by %g", tiny->arch, glm_import_type_name (type),
         (double) difference);
  free (got);
  free (expected);
}

/* GLM-4.5-Air's experts have 1,408 columns, its dense layers 10,944, neither divisible by 256; the keys of Flash have 192. */
static void
test_widths (const char *folder)
{
  static const struct
  {
    bool is_flash;
    const char *name;
    GlmType type;
  } types[] = {
    { false, "blk.0.ffn_gate.weight", GLM_TYPE_Q4_K },      { false, "blk.0.ffn_down.weight", GLM_TYPE_Q5_0 },
    { false, "blk.1.ffn_gate_exps.weight", GLM_TYPE_Q4_K }, { false, "blk.1.ffn_down_exps.weight", GLM_TYPE_Q5_0 },
    { false, "blk.2.ffn_down_exps.weight", GLM_TYPE_Q8_0 }, { false, "blk.2.ffn_down_shexp.weight", GLM_TYPE_Q8_0 },
    { false, "blk.2.attn_v.weight", GLM_TYPE_Q6_K },        { false, "output.weight", GLM_TYPE_Q6_K },
    { true, "blk.1.attn_k_b.weight", GLM_TYPE_Q5_0 },       { true, "blk.2.attn_k_b.weight", GLM_TYPE_Q5_0 },
    { true, "blk.2.attn_v_b.weight", GLM_TYPE_Q4_K },       { true, "blk.2.ffn_down_exps.weight", GLM_TYPE_Q6_K },
    { true, "blk.2.ffn_gate_inp.weight", GLM_TYPE_F32 },
  };
  TinyModel models_of[] = { TINY_GLM4MOE, TINY_DEEPSEEK2 };
  TinyModel *air = &models_of[0], *flash = &models_of[1];
  char exact[512], quantised[512];

  air->n_embd = flash->n_embd = 256;
  air->n_experts = flash->n_experts = 4;
  air->n_used = flash->n_used = 2;
  air->head_dim = 64;
  air->n_ff = 448;
  air->n_ff_expert = 1408;
  flash->n_heads = 2;
  flash->n_ff = flash->n_ff_expert = flash->q_rank = flash->head_dim = flash->value_dim = 256;
  flash->kv_rank = 512;
  flash->n_rot = 64;
  snprintf (exact, sizeof exact, "%s/wide.gguf", folder);
  snprintf (quantised, sizeof quantised, "%s/wide-quantised.gguf", folder);
  for (int m = 0; m < 2; m++)
    {
      GlmModelFile *file;
      GlmError error = { 0 };

      tiny_model_write (&models_of[m], exact);
      check_quantised (&models_of[m], exact, folder, GLM_IMPORT_Q4_0);
      check_quantised (&models_of[m], exact, folder, GLM_IMPORT_Q8_0);
      check_quantised (&models_of[m], exact, folder, GLM_IMPORT_Q4_K_M);
      REQUIRE (glm_model_file_open (quantised, &file, &error), "%s", error.message);
      for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].is_flash == (m == 1))
          check_type (file, types[i].name, types[i].type);
      glm_model_file_free (file);
    }
}

/* ---- Families --------------------------------------------------------------------------------------------------- */

/* What a model is called, or its template, says which of the families it is; the import keeps it. */
static void
test_families (const char *folder)
{
  static const struct
  {
    const char *name, *file, *template, *family;
  } cases[] = {
    { "GLM-4.6", NULL, NULL, "GLM-4.6" },
    { "GLM-4.7", NULL, NULL, "GLM-4.7" },
    { "some-model", "chat_template.jinja", "<tool_call>{function-name}<arg_key>{arg-key-1}</arg_key>", "GLM-4.7" },
    { "other-model", "tokenizer_config.json", "{\"chat_template\": \"<tool_call>{function-name}<arg_key>\"}", "GLM-4.7" },
    { "third-model", "chat_template.jinja", "<tool_call>{function-name}\n<arg_key>{arg-key-1}</arg_key>", "GLM-4.5" },
  };
  HfVectors vectors;

  hf_vectors_open ("glm4moe-tiny-qknorm", &vectors);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      char path[512], target[512], name[600];
      GlmModelInfo info;
      GlmError error = { 0 };
      FILE *file;

      snprintf (path, sizeof path, "%s/%s", folder, cases[i].name);
      snprintf (target, sizeof target, "%s/family.gguf", folder);
      hf_vectors_write_fused (&vectors, NULL, false, path);
      if (cases[i].file)
        {
          snprintf (name, sizeof name, "%s/%s", path, cases[i].file);
          file = fopen (name, "w");
          REQUIRE (file && fputs (cases[i].template, file) >= 0 && fclose (file) == 0, "%s", name);
        }
      import_as (path, target, GLM_IMPORT_KEEP);
      CHECK (glm_model_probe (target, &info, &error) && strcmp (info.family, cases[i].family) == 0, "%s: %s instead of %s %s",
             cases[i].name, info.family, cases[i].family, error.message);
    }
  hf_vectors_close (&vectors);
}

/* ---- What goes wrong -------------------------------------------------------------------------------------------- */

/* A checkpoint without one of its tensors, or with another number in config.json. */
static void
test_refusals (const char *folder)
{
  static const struct
  {
    const char *folder, *left_out, *edit, *message;
  } cases[] = {
    { "glm4moe-tiny", "model.layers.1.mlp.gate.e_score_correction_bias", NULL,
      "model.layers.1.mlp.gate.e_score_correction_bias is missing" },
    { "glm4moe-tiny", "model.layers.2.mlp.shared_experts.up_proj.weight", NULL, "shared_experts.up_proj.weight is missing" },
    { "glm4moe-tiny", NULL, "s/\"n_routed_experts\": 8/\"n_routed_experts\": 0/", "n_routed_experts is out of range" },
    { "glm4moe-tiny", NULL, "s/\"n_routed_experts\": 8/\"n_routed_experts\": 2147483648/", "n_routed_experts is out of range" },
    { "glm4moe-tiny", NULL, "s/\"n_routed_experts\": 8/\"n_routed_experts\": 7/", "mlp.gate.weight is 8 × 64" },
    { "glm4moe-tiny", NULL, "s/\"num_experts_per_tok\": 2/\"num_experts_per_tok\": 9/", "num_experts_per_tok is out of range" },
    { "glm4moe-tiny", NULL, "s/\"moe_intermediate_size\": 32/\"moe_intermediate_size\": 64/", "gate_up_proj is 8 × 64 × 64" },
    { "glm4moe-tiny", NULL, "s/\"first_k_dense_replace\": 1/\"first_k_dense_replace\": 2/",
      "layers.1.mlp.gate_proj.weight is missing" },
    { "glm4moe-tiny", NULL, "s/\"use_qk_norm\": false/\"use_qk_norm\": true/", "self_attn.q_norm.weight is missing" },
    { "glm4moe-tiny-qknorm", NULL, "s/\"use_qk_norm\": true/\"use_qk_norm\": false/", "k_norm.weight is no part of" },
    { "glm47flash-tiny", NULL, "s/\"scoring_func\": \"sigmoid\"/\"scoring_func\": \"softmax\"/", "scoring_func is softmax" },
    { "glm47flash-tiny", NULL, "s/\"q_lora_rank\": 64/\"q_lora_rank\": null/", "q_lora_rank" },
    { "glm47flash-tiny", NULL, "s/\"kv_lora_rank\": 64/\"kv_lora_rank\": 32/", "kv_a_proj_with_mqa.weight is 80 × 64" },
    { "glm47flash-tiny", NULL, "s/\"v_head_dim\": 64/\"v_head_dim\": 32/", "kv_b_proj.weight is 384 × 64" },
    { "glm47flash-tiny", "model.layers.0.self_attn.kv_b_proj.weight", NULL, "kv_b_proj.weight is missing" },
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      HfVectors vectors;
      GlmImportOptions options = { .mode = GLM_IMPORT_REPLACE_EXISTING };
      GlmError error = { 0 };
      char path[512], target[512], command[4096];

      snprintf (path, sizeof path, "%s/bad", folder);
      snprintf (target, sizeof target, "%s/bad.gguf", folder);
      hf_vectors_open (cases[i].folder, &vectors);
      hf_vectors_write_fused (&vectors, cases[i].left_out, false, path);
      snprintf (command, sizeof command, "sed -i '%s' %s/config.json", cases[i].edit ? cases[i].edit : "", path);
      REQUIRE (system (command) == 0, "%s", command);
      CHECK (!glm_import (path, target, &options, &error) && strstr (error.message, cases[i].message),
             "%s: “%s” instead of “%s”", cases[i].folder, error.message, cases[i].message);
      CHECK (access (target, F_OK) != 0, "%s: a file was left", cases[i].message);
      hf_vectors_close (&vectors);
    }
}

/* One expert's tensor is not there: the message says which. */
static void
test_missing_expert (const char *folder)
{
  GlmError error = { 0 };
  char command[8192], path[512], target[512];

  snprintf (path, sizeof path, "%s/lacking", folder);
  snprintf (target, sizeof target, "%s/lacking.gguf", folder);
  snprintf (
      command, sizeof command,
      "mkdir %s && cp %s/* %s/ && chmod u+w %s/* && sed -i 's/layers.1.mlp.experts.5.up_proj/layers.1.mlp.experts.9.up_proj/' "
      "%s/model.safetensors",
      path, published ("glm4moe-tiny"), path, path, path);
  REQUIRE (system (command) == 0, "%s", command);
  CHECK (!glm_import (path, target, NULL, &error) && strstr (error.message, "layers.1.mlp.experts.5.up_proj.weight is missing"),
         "%s", error.message);
}

/* An expert whose matrix alone is of another type: bytes without scales. */
static void
test_other_type (const char *folder)
{
  static const char *const script = "import json, struct, sys\n"
                                    "data = open(sys.argv[1], 'rb').read()\n"
                                    "n = struct.unpack('<Q', data[:8])[0]\n"
                                    "header = json.loads(data[8:8 + n])\n"
                                    "entry = header['model.layers.2.mlp.experts.3.down_proj.weight']\n"
                                    "entry['dtype'] = 'I8'\n"
                                    "begin, end = entry['data_offsets']\n"
                                    "entry['data_offsets'] = [begin, begin + (end - begin) // 4]\n"
                                    "text = json.dumps(header).encode()\n"
                                    "text += b' ' * (-len(text) % 8)\n"
                                    "open(sys.argv[1], 'wb').write(struct.pack('<Q', len(text)) + text + data[8 + n:])\n";
  GlmError error = { 0 };
  char command[8192], path[512], target[512];

  snprintf (path, sizeof path, "%s/typed", folder);
  snprintf (target, sizeof target, "%s/typed.gguf", folder);
  snprintf (command, sizeof command, "mkdir %s && cp %s/* %s/ && chmod u+w %s/* && python3 -c \"$SCRIPT\" %s/model.safetensors",
            path, published ("glm4moe-tiny"), path, path, path);
  setenv ("SCRIPT", script, 1);
  REQUIRE (system (command) == 0, "%s", command);
  CHECK (!glm_import (path, target, NULL, &error) && strstr (error.message, "experts.3.down_proj.weight is quantised"), "%s",
         error.message);
}

int
main (void)
{
  char folder[] = "/tmp/test-import-experts-XXXXXX", command[128];

  shared_path ("");
  REQUIRE (mkdtemp (folder), "a folder");
  for (size_t i = 0; i < N_MODELS; i++)
    test_model (i, folder);
  test_widths (folder);
  test_families (folder);
  test_refusals (folder);
  test_missing_expert (folder);
  test_other_type (folder);
  snprintf (command, sizeof command, "rm -rf %s", folder);
  CHECK (system (command) == 0, "%s", command);
  return check_exit ();
}
