/* test-no-memory.c: every allocation of opening a file fails once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linker hands the engine's calls of malloc() and the like to the functions below.  What is told then is that memory is missing,
 * and not that something is wrong with the file.
 */
#include <sys/stat.h>

#include "check.h"
#include "test-folder.h"
#include "file/model-file.h"
#include "import/source.h"
#include "import/torch-zip.h"
#include "text/tokenizer.h"

void *__real_malloc (size_t n_bytes);
void *__real_calloc (size_t n, size_t n_bytes);
void *__real_realloc (void *data, size_t n_bytes);
void *__wrap_malloc (size_t n_bytes);
void *__wrap_calloc (size_t n, size_t n_bytes);
void *__wrap_realloc (void *data, size_t n_bytes);

static size_t n_left = SIZE_MAX; /* allocations until one fails */
static bool has_failed;

static bool
fails (void)
{
  if (n_left != SIZE_MAX && n_left-- == 0)
    {
      n_left = SIZE_MAX;
      has_failed = true;
      return true;
    }
  return false;
}

void *
__wrap_malloc (size_t n_bytes)
{
  return fails () ? NULL : __real_malloc (n_bytes);
}

void *
__wrap_calloc (size_t n, size_t n_bytes)
{
  return fails () ? NULL : __real_calloc (n, n_bytes);
}

void *
__wrap_realloc (void *data, size_t n_bytes)
{
  return fails () ? NULL : __real_realloc (data, n_bytes);
}

typedef bool (*OpenFunc) (const char *path, GlmError *error);

static bool
open_gguf (const char *path, GlmError *error)
{
  GlmModelFile *model;
  bool ok = glm_model_file_open (path, &model, error);

  if (ok)
    glm_model_file_free (model);
  return ok;
}

static bool
open_tokenizer (const char *path, GlmError *error)
{
  GlmTokenizer *tokenizer;
  bool ok = glm_tokenizer_open (path, &tokenizer, error);

  if (ok)
    glm_tokenizer_free (tokenizer);
  return ok;
}

static bool
open_source (const char *path, GlmError *error)
{
  GlmSource *source;
  bool ok = glm_source_open (path, &source, error);

  if (ok)
    glm_source_free (source);
  return ok;
}

static bool
open_torch (const char *path, GlmError *error)
{
  GlmTensorTable tensors = { 0 };
  GlmMappedFile *file;
  bool ok = glm_mapped_file_open (path, &file, error);

  if (ok)
    {
      ok = glm_torch_zip_read (file, &tensors, error);
      glm_tensor_table_clear (&tensors);
      glm_mapped_file_free (file);
    }
  return ok;
}

static void
fail_each (OpenFunc open_func, const char *path)
{
  GlmError error = { 0 };

  REQUIRE (open_func (path, &error), "%s: %s", path, error.message);
  /* Large tokenizers allocate thousands of times in the same places. */
  for (size_t i = 0;; i += 1 + i / 64)
    {
      bool ok;

      error = (GlmError){ 0 };
      has_failed = false;
      n_left = i;
      ok = open_func (path, &error);
      n_left = SIZE_MAX;
      if (!has_failed)
        break;
      CHECK (!ok, "%s was opened without allocation %zu", glm_path_name (path), i);
      CHECK (ok || error.code == GLM_ERROR_NO_MEMORY, "%s, allocation %zu: \"%s\"", glm_path_name (path), i, error.message);
    }
}

int
main (int argc, char **argv)
{
  static const char index[] = "{\"weight_map\": {\"a\": \"model.safetensors\", \"b\": \"model.safetensors\"}}";
  char path[1024];
  GlmBuffer bytes;

  REQUIRE (argc == 4, "usage: test-no-memory FIXTURES CORPUS FOLDER");
  snprintf (folder, sizeof folder, "%s", argv[3]);
  snprintf (path, sizeof path, "%s/small.gguf", argv[2]);
  fail_each (open_gguf, path);
  snprintf (path, sizeof path, "%s/torch/state_dict.bin", argv[1]);
  fail_each (open_torch, path);
  snprintf (path, sizeof path, "%s/bpe/tokenizer.json", argv[1]);
  fail_each (open_tokenizer, path);
  fail_each (open_tokenizer, path_in ("v3-torch/tokenizer.model"));
  fail_each (open_tokenizer, path_in ("glm4-torch/tokenizer.model"));
  snprintf (path, sizeof path, "%s/glm4-nobias/model.safetensors", argv[1]);
  bytes = read_file (path);
  mkdir (path_in ("indexed"), 0755);
  write_file (path_in ("indexed/model.safetensors"), bytes.data, bytes.n);
  write_file (path_in ("indexed/config.json"), "{}", 2);
  write_file (path_in ("indexed/model.safetensors.index.json"), index, sizeof index - 1);
  glm_buffer_clear (&bytes);
  fail_each (open_source, path_in ("indexed"));
  return check_exit ();
}
