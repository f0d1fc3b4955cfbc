/* test-pack.c: a packed file is the same model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "engine.h"
#include "import/import.h"
#include "file/model-file.h"
#include "import/pack.h"
#include "low-bits.h"
#include "quant/packed.h"
#include "wide-model.h"

static const int32_t ids[] = { 100, 101, 7, 42, 300, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

#define N_IDS (sizeof ids / sizeof ids[0])

/* Logits after the ids, malloc'ed. */
static float *
logits_of (const char *path, GlmModelInfo *ret_info)
{
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmError error = { 0 };
  float *logits = NULL;

  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  REQUIRE (glm_session_sync (session, ids, N_IDS - 1, NULL, NULL, NULL, &error)
               && glm_session_sync (session, ids, N_IDS, NULL, NULL, NULL, &error),
           "%s", error.message);
  *ret_info = *glm_model_info (model);
  logits = malloc ((size_t) ret_info->n_vocab * sizeof *logits);
  memcpy (logits, glm_session_logits (session), (size_t) ret_info->n_vocab * sizeof *logits);
  glm_session_free (session);
  glm_model_free (model);
  return logits;
}

static void
test_same_logits (const char *original, const char *packed, const char *mask_name)
{
  GlmModelInfo info, packed_info;
  unsigned mask;
  float *expected, *logits;

  glm_cpu_mask_parse (mask_name, &mask);
  glm_cpu_set_mask (mask);
  expected = logits_of (original, &info);
  logits = logits_of (packed, &packed_info);
  CHECK (memcmp (expected, logits, (size_t) info.n_vocab * sizeof *logits) == 0, "mask %s: other logits", mask_name);
  CHECK (strcmp (info.quantisation, packed_info.quantisation) == 0, "%s", packed_info.quantisation);
  CHECK (info.n_params == packed_info.n_params, "parameters");
  free (expected);
  free (logits);
  glm_cpu_set_mask (UINT32_MAX);
}

static void
test_bad_days (const char *original, const char *packed, const char *directory)
{
  GlmPackOptions options = { GLM_OUTPUT_REFUSE_EXISTING, 1 };
  GlmCancel cancel = { true };
  GlmError error = { 0 };
  char path[4096];

  CHECK (!glm_pack (original, packed, &options, &error), "an existing file is not replaced");
  snprintf (path, sizeof path, "%s/again.gguf", directory);
  CHECK (!glm_pack (packed, path, &options, &error) && access (path, F_OK) != 0, "a packed file is not packed again");
  CHECK (!glm_pack ("/does/not/exist", path, &options, &error) && error.code == GLM_ERROR_NOT_FOUND, "%s", error.message);
  CHECK (!glm_import (packed, path, NULL, &error) && access (path, F_OK) != 0, "a packed file is no source of an import");
  options.cancel = &cancel;
  CHECK (!glm_pack (original, path, &options, &error) && error.code == GLM_ERROR_CANCELLED && access (path, F_OK) != 0, "%s",
         error.message);
}

/* The matrices of the packed file are panels, hardly larger than what they were made from. */
static void
test_is_packed (const char *path, GlmType type, size_t original_bytes)
{
  GlmModelFile *file;
  const GlmTensor *tensor;
  GlmError error = { 0 };

  REQUIRE (glm_model_file_open (path, &file, &error), "%s", error.message);
  tensor = glm_model_file_tensor (file, "blk.0.ffn_up.weight");
  CHECK (tensor->type == GLM_PACKED_TYPE (glm_packed_traits_for_type (type)->format), "%s",
         glm_type_traits (tensor->type)->name);
  CHECK ((double) glm_model_file_bytes (file) <= 1.04 * (double) original_bytes, "%s: %llu bytes, unpacked %zu",
         glm_type_traits (type)->name, (unsigned long long) glm_model_file_bytes (file), original_bytes);
  glm_model_file_free (file);
}

/* A file of a type that the engine only reads. */
static void
test_low_bits (const char *wide, const char *directory, GlmType type)
{
  GlmPackOptions options = { GLM_OUTPUT_REFUSE_EXISTING, 2 };
  GlmError error = { 0 };
  char original[4096], packed[4096];
  struct stat status;

  snprintf (original, sizeof original, "%s/low-bits.gguf", directory);
  snprintf (packed, sizeof packed, "%s/low-bits-packed.gguf", directory);
  low_bits_write_model (wide, original, type);
  REQUIRE (glm_pack (original, packed, &options, &error), "%s: %s", glm_type_traits (type)->name, error.message);
  REQUIRE (stat (original, &status) == 0, "stat");
  test_is_packed (packed, type, (size_t) status.st_size);
  test_same_logits (original, packed, "all");
  test_same_logits (original, packed, "c");
  unlink (original);
  unlink (packed);
}

int
main (void)
{
  const char *data = getenv ("MYNA_DATA_DIR");
  GlmPackOptions options = { GLM_OUTPUT_REFUSE_EXISTING, 2 };
  GlmError error = { 0 };
  char directory[] = "/tmp/test-pack-XXXXXX", original[4096], packed[4096], wide[4096];

  snprintf (original, sizeof original, "%s/models/myna-fledgling-q8_0.gguf", data ? data : "data");
  REQUIRE (mkdtemp (directory) != NULL, "mkdtemp");
  snprintf (packed, sizeof packed, "%s/packed.gguf", directory);
  CHECK (glm_pack (original, packed, &options, &error), "%s", error.message);
  test_same_logits (original, packed, "all");
  test_same_logits (original, packed, "avx2");
  test_same_logits (original, packed, "c");
  test_bad_days (original, packed, directory);
  unlink (packed);
  snprintf (wide, sizeof wide, "%s/wide.gguf", directory);
  wide_model_write (original, wide);
  test_low_bits (original, directory, GLM_TYPE_IQ4_NL);
  test_low_bits (wide, directory, GLM_TYPE_IQ4_XS);
  test_low_bits (wide, directory, GLM_TYPE_Q3_K);
  test_low_bits (wide, directory, GLM_TYPE_Q2_K);
  unlink (wide);
  rmdir (directory);
  return check_exit ();
}
