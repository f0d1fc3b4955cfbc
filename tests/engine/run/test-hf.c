/* test-hf.c: the Hugging Face families against transformers, from the checkpoint to the logits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/data/hf holds tiny random GlmForCausalLM and Glm4ForCausalLM checkpoints in bfloat16 and the logits that
 * transformers computes from them in float32 (make-hf-tiny.py).  Each is imported in every type that an import offers and
 * evaluated at every CPU mask, the prompt at once and token by token.
 */
#include <math.h>
#include <unistd.h>

#include "check.h"
#include "gguf-build.h"
#include "import/import.h"
#include "file/gguf-writer.h"
#include "file/json-file.h"
#include "run/session.h"

static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };
static const char *const checkpoints[] = { "glm", "glm-tied", "glm-edge", "glm4", "glm4-nobias", "glm4-yarn" };

/* Bounds on the largest and on the root mean square error of the logits, in units of their root mean square.  bfloat16
 * weights are exact in 32 bits: what remains are sums in another order.  Half floats, which bfloat16 weights become in memory,
 * cost 2⁻¹¹ of each activation.  A quantised type costs its step, about 0.6 % of a normally distributed weight for Q8_0, 4 %
 * for five bits and 9 % for four, in each of the ten products on a path, and random weights pass errors on undamped; the
 * bounds are those errors with a third to spare.  Logits that have nothing to do with the expected ones are 1.4 away.
 * 8-bit keys and values, which these models do not have, alone cost less than Q8_0 weights.
 * The rows are too short for super-blocks: Q4_K_M has types of 32 in their place. */
static const struct
{
  GlmImportType type;
  double max, rms;
  int cache; /* bytes of a key's or value's element; 0: as the engine chooses */
} bounds[] = {
  { GLM_IMPORT_F32, 1e-4, 1e-5 },   { GLM_IMPORT_F32, 0.08, 0.016, 1 }, { GLM_IMPORT_KEEP, 5e-3, 1e-3 },
  { GLM_IMPORT_F16, 5e-3, 1e-3 },   { GLM_IMPORT_Q8_0, 0.25, 0.06 },    { GLM_IMPORT_Q5_1, 1.2, 0.23 },
  { GLM_IMPORT_Q5_0, 1.4, 0.25 },   { GLM_IMPORT_Q4_1, 2.5, 0.45 },     { GLM_IMPORT_Q4_0, 3.5, 0.5 },
  { GLM_IMPORT_Q4_K_M, 1.4, 0.25 },
};

#define N_OF(array) (int) (sizeof (array) / sizeof (array)[0])
#define MAX_IDS     64

typedef struct
{
  int32_t ids[MAX_IDS];
  int n_ids;
  int n_vocab;
  float *logits; /* [n_ids][n_vocab] */
} Expected;

static void
read_expected (const char *folder, Expected *expected)
{
  GlmJson *json;
  GlmError error = { 0 };
  const GlmJsonValue *ids;
  char path[1100];
  FILE *file;
  size_t n;

  snprintf (path, sizeof path, "%s/expected.json", folder);
  REQUIRE (glm_json_open (path, &json, &error), "%s", error.message);
  ids = glm_json_get (glm_json_root (json), "ids");
  *expected = (Expected){ .n_vocab = (int) glm_json_get (glm_json_root (json), "n_vocab")->integer };
  for (const GlmJsonValue *v = glm_json_first (ids); v && expected->n_ids < MAX_IDS; v = glm_json_next (ids, v))
    expected->ids[expected->n_ids++] = (int32_t) v->integer;
  glm_json_free (json);
  n = (size_t) expected->n_ids * (size_t) expected->n_vocab;
  expected->logits = malloc (n * sizeof *expected->logits);
  snprintf (path, sizeof path, "%s/logits.f32", folder);
  file = fopen (path, "rb");
  REQUIRE (file && expected->logits && fread (expected->logits, sizeof *expected->logits, n, file) == n, "%s", path);
  fclose (file);
}

/* All positions, `step` tokens at a time. */
static void
check_logits (const char *path, const Expected *expected, int step, int bound, const char *what)
{
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };
  double max = 0, sum = 0, size = 0, n = (double) expected->n_ids * expected->n_vocab;

  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s: %s", what, error.message);
  if (bounds[bound].cache)
    model->params.kv_element_bytes = bounds[bound].cache;
  model->plan->kv = glm_kv_shape (&model->params);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s: %s", what, error.message);
  for (int at = 0; at < expected->n_ids; at += step)
    {
      REQUIRE (glm_session_eval (session, expected->ids + at, (size_t) step, step, NULL, NULL, &error), "%s: %s", what,
               error.message);
      for (int row = 0; row < step; row++)
        {
          const float *got = glm_session_logits_row (session, row), *want = expected->logits + (at + row) * expected->n_vocab;

          for (int i = 0; i < expected->n_vocab; i++)
            {
              double difference = fabs ((double) got[i] - want[i]);

              max = difference <= max ? max : difference;
              sum += difference * difference;
              size += (double) want[i] * want[i];
            }
        }
    }
  size = sqrt (size / n);
  CHECK (max / size <= bounds[bound].max && sqrt (sum / n) / size <= bounds[bound].rms,
         "%s, %d at a time: largest error %g, mean %g", what, step, max / size, sqrt (sum / n) / size);
  glm_session_free (session);
  glm_model_free (model);
}

static void
test_checkpoint (const char *fixtures, const char *name)
{
  Expected expected;
  char folder[1024], target[] = "/tmp/test-hf-XXXXXX", what[96];
  int descriptor = mkstemp (target);

  REQUIRE (descriptor >= 0, "no file in /tmp");
  close (descriptor);
  snprintf (folder, sizeof folder, "%s/%s", fixtures, name);
  read_expected (folder, &expected);
  for (int bound = 0; bound < N_OF (bounds); bound++)
    {
      GlmImportOptions options = { .type = bounds[bound].type, .mode = GLM_IMPORT_REPLACE_EXISTING, .tokenizer_path = "" };
      GlmError error = { 0 };

      REQUIRE (glm_import (folder, target, &options, &error), "%s: %s", name, error.message);
      for (int i = 0; i < N_OF (masks); i++)
        {
          unsigned mask;

          REQUIRE (glm_cpu_mask_parse (masks[i], &mask), "%s", masks[i]);
          glm_cpu_set_mask (mask);
          snprintf (what, sizeof what, "%s as %s at mask %s", name, glm_import_type_name (bounds[bound].type), masks[i]);
          check_logits (target, &expected, expected.n_ids, bound, what);
          check_logits (target, &expected, 1, bound, what);
        }
    }
  free (expected.logits);
  unlink (target);
}

/* ---- GLM-Edge --------------------------------------------------------------------------------------------------- */

#define EDGE_VOCAB 59264 /* what GLM-Edge is known by */

static const char *const edge_key = "chatglm.rope.dimension_count";

/* The file with as many tokens as GLM-Edge has, those behind the first ones zeros, and without the key. */
static void
write_edge (const char *source, const char *target)
{
  GlmGgufTensor tensors[64];
  GlmMetadata metadata = { 0 };
  const GlmMetadata *from;
  GlmModelFile *file;
  GlmGgufWriter *writer;
  GlmError error = { 0 };
  size_t n;

  REQUIRE (glm_model_file_open (source, &file, &error), "%s", error.message);
  from = glm_model_file_metadata (file);
  CHECK (glm_metadata_find (from, edge_key), "%s is missing", edge_key);
  for (size_t i = 0; i < from->n; i++)
    if (strcmp (from->entries[i].key, edge_key) != 0)
      REQUIRE (glm_metadata_copy (&metadata, &from->entries[i]), "no memory");
  n = glm_model_file_n_tensors (file);
  REQUIRE (n <= sizeof tensors / sizeof tensors[0], "%zu tensors", n);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);

      tensors[i] = (GlmGgufTensor){ .name = tensor->name, .type = tensor->type, .n_dims = tensor->n_dims };
      memcpy (tensors[i].ne, tensor->ne, sizeof tensor->ne);
      if (strcmp (tensor->name, "token_embd.weight") == 0)
        tensors[i].ne[1] = EDGE_VOCAB;
      tensors[i].n_bytes = tensor->n_bytes / (size_t) tensor->ne[1] * (size_t) tensors[i].ne[1];
    }
  REQUIRE (glm_gguf_writer_open (target, GLM_OUTPUT_REPLACE_EXISTING, &metadata, tensors, n, &writer, &error), "%s",
           error.message);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      size_t n_more = tensors[i].n_bytes - tensor->n_bytes;
      void *zeros = calloc (1, n_more + 1);

      REQUIRE (zeros && glm_gguf_writer_write (writer, tensor->data, tensor->n_bytes, &error)
                   && glm_gguf_writer_write (writer, zeros, n_more, &error) && glm_gguf_writer_end_tensor (writer, &error),
               "%s", error.message);
      free (zeros);
    }
  REQUIRE (glm_gguf_writer_commit (writer, &error), "%s", error.message);
  glm_gguf_writer_free (writer);
  glm_metadata_clear (&metadata);
  glm_model_file_free (file);
}

/* Whole heads are turned although the file does not say so. */
static void
test_edge_without_key (const char *fixtures)
{
  const char *source = test_temp_path ("edge.gguf"), *target = test_temp_path ("keyless.gguf");
  GlmImportOptions options = { .type = GLM_IMPORT_F32, .tokenizer_path = "" };
  Expected expected;
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };
  char folder[1024];
  double difference = 0;

  snprintf (folder, sizeof folder, "%s/glm-edge", fixtures);
  read_expected (folder, &expected);
  REQUIRE (glm_import (folder, source, &options, &error), "%s", error.message);
  write_edge (source, target);
  REQUIRE (glm_model_open (target, NULL, &model, &error) && glm_session_new (model, NULL, &session, &error), "%s",
           error.message);
  for (int at = 0; at < expected.n_ids; at++)
    {
      REQUIRE (glm_session_eval (session, expected.ids + at, 1, 1, NULL, NULL, &error), "%s", error.message);
      for (int i = 0; i < expected.n_vocab; i++)
        difference = fmax (difference,
                           fabs ((double) glm_session_logits_row (session, 0)[i] - expected.logits[at * expected.n_vocab + i]));
    }
  CHECK (difference < 1e-4, "without %s logits differ by %g", edge_key, difference);
  glm_session_free (session);
  glm_model_free (model);
  free (expected.logits);
}

int
main (int argc, char **argv)
{
  REQUIRE (argc == 2, "usage: test-hf FIXTURES");
  for (int i = 0; i < N_OF (checkpoints); i++)
    test_checkpoint (argv[1], checkpoints[i]);
  glm_cpu_set_mask (UINT32_MAX);
  test_edge_without_key (argv[1]);
  return check_exit ();
}
