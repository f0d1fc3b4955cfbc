/* test-precision.c: what packed weights and 8-bit activations cost, for each type and each kind of processor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The starter model is quantised to each type that import writes, and to those of published files that are only read, with
 * rows that hold super-blocks (see wide-model.h).  The reference are the same weights multiplied in single precision by plain loops (mask "c"); so what is measured is not the
 * loss by quantising weights, but what the kernels of each mask add: activations rounded to 8 bits, other orders of sums.
 * Tokens come one by one and several at a time, so that every width of the kernels' tiles has its part.  Two figures over
 * all positions of a text:
 *
 *   divergence   Kullback–Leibler, of the reference's distribution of the next token from the mask's, in nats
 *   logits       the largest difference of any logit.  They span about 50; their standard deviation is about 3
 *
 * The bounds are the largest values at any mask with half to spare.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "engine.h"
#include "import/import.h"
#include "low-bits.h"
#include "run/session.h"
#include "wide-model.h"

static const char text[] =
    "The moon is the Earth's only natural satellite. It always shows the same side to us, because it turns around itself once "
    "in each orbit. 月球是地球唯一的天然卫星，它总是以同一面朝向地球。Water boils at 100 degrees.";

static const size_t batches[] = { 1, 2, 1, 4, 3, 1, 6, 8, 12, 40 };

#define N_BATCHES (sizeof batches / sizeof batches[0])

static const char *const masks[] = { "sse", "avx2", "avxvnni", "avx512", "vnni512", "all" };

typedef struct
{
  double mean_divergence, max_divergence, max_logit;
} Bound;

static const struct
{
  GlmImportType type;
  Bound bound;
} written[] = {
  { GLM_IMPORT_F16, { 4.4e-8, 4.3e-7, 0.0032 } }, { GLM_IMPORT_Q8_0, { 1.7e-3, 1.25e-2, 0.54 } },
  { GLM_IMPORT_Q5_1, { 1.6e-3, 6.9e-3, 0.51 } },  { GLM_IMPORT_Q5_0, { 1.75e-3, 1.03e-2, 0.63 } },
  { GLM_IMPORT_Q4_1, { 1.55e-3, 7.7e-3, 0.55 } }, { GLM_IMPORT_Q4_0, { 1.75e-3, 1.35e-2, 0.55 } },
  { GLM_IMPORT_Q4_K_M, { 1.9e-3, 8e-3, 0.57 } },
};

static const struct
{
  GlmType type;
  Bound bound;
} only_read[] = {
  { GLM_TYPE_IQ4_NL, { 1.9e-3, 1.85e-2, 0.57 } },
  { GLM_TYPE_IQ4_XS, { 1.6e-3, 7.5e-3, 0.51 } },
  { GLM_TYPE_Q3_K, { 2e-3, 9.2e-3, 0.52 } },
  { GLM_TYPE_Q2_K, { 3.7e-3, 1.05e-2, 0.73 } },
};

typedef struct
{
  size_t n_rows, n_vocab;
  float *rows; /* [n_rows][n_vocab] */
} Logits;

static Logits
logits_at (const char *path, const char *mask_name)
{
  GlmModel *model;
  GlmSession *session;
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  Logits logits = { 0 };
  unsigned mask;

  REQUIRE (glm_cpu_mask_parse (mask_name, &mask), "%s", mask_name);
  glm_cpu_set_mask (mask);
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  REQUIRE (glm_model_tokenize (model, text, sizeof text - 1, &tokens, &error), "%s", error.message);
  logits.n_rows = tokens.n;
  logits.n_vocab = (size_t) glm_model_info (model)->n_vocab;
  logits.rows = malloc (logits.n_rows * logits.n_vocab * sizeof (float));
  for (size_t i = 0, n, turn = 0; i < tokens.n; i += n, turn++)
    {
      n = batches[turn % N_BATCHES] < tokens.n - i ? batches[turn % N_BATCHES] : tokens.n - i;
      REQUIRE (glm_session_eval (session, tokens.ids + i, n, (int64_t) n, NULL, NULL, &error), "%s", error.message);
      for (size_t j = 0; j < n; j++)
        memcpy (logits.rows + (i + j) * logits.n_vocab, glm_session_logits_row (session, (int64_t) j),
                logits.n_vocab * sizeof (float));
    }
  glm_tokens_clear (&tokens);
  glm_session_free (session);
  glm_model_free (model);
  glm_cpu_set_mask (UINT32_MAX);
  return logits;
}

/* log Σ e^x */
static double
log_sum (const float *x, size_t n)
{
  double sum = 0;
  float max = x[0];

  for (size_t i = 1; i < n; i++)
    max = fmaxf (max, x[i]);
  for (size_t i = 0; i < n; i++)
    sum += exp ((double) x[i] - max);
  return log (sum) + max;
}

static double
divergence (const float *p, const float *q, size_t n)
{
  double p_norm = log_sum (p, n), q_norm = log_sum (q, n), sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += exp (p[i] - p_norm) * ((p[i] - p_norm) - (q[i] - q_norm));
  return sum;
}

static void
compare (const Logits *reference, const Logits *logits, const char *type, const char *mask, const Bound *bound)
{
  double mean = 0, max = 0, logit = 0;

  REQUIRE (reference->n_rows == logits->n_rows && reference->n_rows > 50, "%zu rows", logits->n_rows);
  for (size_t row = 0; row < reference->n_rows; row++)
    {
      const float *p = reference->rows + row * reference->n_vocab, *q = logits->rows + row * reference->n_vocab;
      double d = divergence (p, q, reference->n_vocab);

      mean += d / (double) reference->n_rows;
      max = d > max ? d : max;
      for (size_t i = 0; i < reference->n_vocab; i++)
        logit = fmax (logit, fabs ((double) p[i] - q[i]));
    }
  printf ("%-7s %-8s divergence %9.2e mean, %9.2e largest; logits %7.4f\n", type, mask, mean, max, logit);
  CHECK (mean <= bound->mean_divergence, "%s at %s: mean divergence %g", type, mask, mean);
  CHECK (max <= bound->max_divergence, "%s at %s: divergence %g", type, mask, max);
  CHECK (logit <= bound->max_logit, "%s at %s: a logit differs by %g", type, mask, logit);
}

static void
test_model (const char *path, const char *name, const Bound *bound)
{
  Logits reference = logits_at (path, "c");
  unsigned tested = 0;

  for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
    {
      unsigned mask;
      Logits logits;

      glm_cpu_mask_parse (masks[i], &mask);
      glm_cpu_set_mask (mask);
      if (glm_cpu_flags () == tested) /* nothing that the mask before did not allow */
        continue;
      tested = glm_cpu_flags ();
      logits = logits_at (path, masks[i]);
      compare (&reference, &logits, name, masks[i], bound);
      free (logits.rows);
    }
  free (reference.rows);
}

static void
test_written (const char *source, const char *path, GlmImportType type, const Bound *bound)
{
  GlmImportOptions options = { .type = type, .mode = GLM_IMPORT_REPLACE_EXISTING };
  GlmError error = { 0 };

  REQUIRE (glm_import (source, path, &options, &error), "%s", error.message);
  test_model (path, glm_import_type_name (type), bound);
  unlink (path);
}

static void
test_only_read (const char *wide, const char *path, GlmType type, const Bound *bound)
{
  low_bits_write_model (wide, path, type);
  test_model (path, glm_type_traits (type)->name, bound);
  unlink (path);
}

int
main (void)
{
  char starter[1024], directory[] = "/tmp/myna-precision-XXXXXX", path[1024], wide[1024];

  snprintf (starter, sizeof starter, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (mkdtemp (directory), "no temporary directory");
  snprintf (path, sizeof path, "%s/model.gguf", directory);
  snprintf (wide, sizeof wide, "%s/wide.gguf", directory);
  wide_model_write (starter, wide);
  for (size_t i = 0; i < sizeof written / sizeof written[0]; i++)
    test_written (wide, path, written[i].type, &written[i].bound);
  for (size_t i = 0; i < sizeof only_read / sizeof only_read[0]; i++)
    test_only_read (wide, path, only_read[i].type, &only_read[i].bound);
  unlink (wide);
  rmdir (directory);
  return check_exit ();
}
