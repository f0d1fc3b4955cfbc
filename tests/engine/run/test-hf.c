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
#include "import/import.h"
#include "file/json-file.h"
#include "run/session.h"

static const char *const masks[] = { "c", "sse", "avx2", "avxvnni", "avx512", "all" };
static const char *const checkpoints[] = { "glm", "glm-tied", "glm4", "glm4-nobias", "glm4-yarn" };

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

int
main (int argc, char **argv)
{
  REQUIRE (argc == 2, "usage: test-hf FIXTURES");
  for (int i = 0; i < N_OF (checkpoints); i++)
    test_checkpoint (argv[1], checkpoints[i]);
  return check_exit ();
}
