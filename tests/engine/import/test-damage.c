/* test-damage.c: every truncation and every flipped byte of a small file of each format
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each is refused with a message that names the file, or read; nothing crashes.  Meant above all for a build with
 * AddressSanitizer and UndefinedBehaviorSanitizer: a reader that looks outside of its file fails there.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "test-folder.h"
#include "file/model-file.h"
#include "import/source.h"
#include "import/torch-zip.h"
#include "text/tokenizer.h"

/* Opens the file and looks at all of it; false with the error set if it is refused. */
typedef bool (*OpenFunc) (const char *path, GlmError *error);

static volatile unsigned sink;

static void
touch_tensor (const GlmTensor *tensor)
{
  const uint8_t *bytes = tensor->data;

  for (size_t i = 0; i < tensor->n_bytes; i += 61)
    sink += bytes[i];
  sink += bytes[tensor->n_bytes - 1];
}

static bool
use_tokenizer (GlmTokenizer *tokenizer, GlmError *error)
{
  static const char text[] = "hello 你好\n  <|user|>\tx";
  GlmTokens tokens = { 0 };
  char *back = NULL;
  bool ok = glm_tokenizer_encode (tokenizer, text, strlen (text), &tokens, error)
            && glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &back, NULL, error);

  free (back);
  glm_tokens_clear (&tokens);
  glm_tokenizer_free (tokenizer);
  return ok;
}

static bool
open_gguf (const char *path, GlmError *error)
{
  GlmModelFile *model;
  GlmTokenizer *tokenizer;

  if (!glm_model_file_open (path, &model, error))
    return false;
  for (size_t i = 0; i < glm_model_file_n_tensors (model); i++)
    touch_tensor (glm_model_file_tensor_at (model, i));
  if (glm_tokenizer_new_from_model_file (model, &tokenizer, NULL))
    use_tokenizer (tokenizer, NULL);
  glm_model_file_free (model);
  return true;
}

static bool
open_source (const char *path, GlmError *error)
{
  GlmSource *source;

  if (!glm_source_open (path, &source, error))
    return false;
  for (size_t i = 0; i < source->tensors.n; i++)
    touch_tensor (&source->tensors.tensors[i]);
  glm_source_free (source);
  return true;
}

static bool
open_torch (const char *path, GlmError *error)
{
  GlmMappedFile *file;
  GlmTensorTable tensors = { 0 };
  bool ok;

  if (!glm_mapped_file_open (path, &file, error))
    return false;
  ok = glm_torch_zip_read (file, &tensors, error);
  for (size_t i = 0; ok && i < tensors.n; i++)
    touch_tensor (&tensors.tensors[i]);
  glm_tensor_table_clear (&tensors);
  glm_mapped_file_free (file);
  return ok;
}

static bool
open_tokenizer (const char *path, GlmError *error)
{
  GlmTokenizer *tokenizer;

  return glm_tokenizer_open (path, &tokenizer, error) && use_tokenizer (tokenizer, error);
}

static bool
open_safetensors (const char *path, GlmError *error)
{
  (void) path;
  return open_source (path_in ("bad-safetensors"), error);
}

static void
check_outcome (OpenFunc open_func, const char *path, const char *what, size_t at, bool must_fail)
{
  GlmError error = { 0 };
  bool ok = open_func (path, &error);

  CHECK (!ok || !must_fail, "%s cut at byte %zu was accepted", what, at);
  CHECK (ok || (error.code != GLM_ERROR_NONE && error.message[0]), "%s, byte %zu: no message", what, at);
  CHECK (ok || strstr (error.message, glm_path_name (path)) || error.code == GLM_ERROR_NO_MEMORY,
         "%s, byte %zu: \"%s\" does not name the file", what, at, error.message);
}

/* The first n_header bytes one by one, what follows in steps. */
static void
damage (const char *source, const char *target_name, OpenFunc open_func, size_t n_header, bool whole_needed)
{
  static const uint8_t masks[] = { 0xFF, 0x80, 0x01, 0x10 };
  GlmBuffer bytes = read_file (source);
  char what[256], target[1024];
  int fd;

  snprintf (what, sizeof what, "%s", glm_path_name (source));
  snprintf (target, sizeof target, "%s/%s", folder, target_name);

  REQUIRE (bytes.n > 0, "%s is empty", source);
  write_file (target, bytes.data, bytes.n);
  check_outcome (open_func, target, what, bytes.n, false);
  fd = open (target, O_RDWR);
  for (size_t i = 0; i < bytes.n; i += i < n_header ? 1 : 4099)
    for (size_t k = 0; k < sizeof masks; k++)
      {
        uint8_t flipped = bytes.data[i] ^ masks[k];

        if (pwrite (fd, &flipped, 1, (off_t) i) != 1)
          exit (1);
        check_outcome (open_func, target, what, i, false);
        if (pwrite (fd, &bytes.data[i], 1, (off_t) i) != 1)
          exit (1);
      }
  for (size_t i = bytes.n - 1; i > 0; i -= i > n_header + 4099 ? 4099 : 1)
    {
      if (ftruncate (fd, (off_t) i) != 0)
        exit (1);
      check_outcome (open_func, target, what, i, whole_needed);
    }
  close (fd);
  glm_buffer_clear (&bytes);
}

static void
test_damage (const char *fixtures, const char *corpus)
{
  char path[1024];

  snprintf (path, sizeof path, "%s/small.gguf", corpus);
  damage (path, "bad.gguf", open_gguf, 4096, true);
  snprintf (path, sizeof path, "%s/tokenizer.gguf", corpus);
  damage (path, "bad.gguf", open_gguf, 8192, true);
  damage (path_in ("v3-cpp1-q4_0.bin"), "bad.bin", open_source, 5000, false);
  damage (path_in ("v1-cpp1-f16.bin"), "bad.bin", open_source, 128, false);
  snprintf (path, sizeof path, "%s/torch/state_dict.bin", fixtures);
  damage (path, "bad-torch.bin", open_torch, 4096, true);
  mkdir (path_in ("bad-safetensors"), 0755);
  write_file (path_in ("bad-safetensors/config.json"), "{}", 2);
  snprintf (path, sizeof path, "%s/glm4-nobias/model.safetensors", fixtures);
  damage (path, "bad-safetensors/model.safetensors", open_safetensors, 2600, true);
  damage (path_in ("v3-torch/tokenizer.model"), "bad-tokenizer.model", open_tokenizer, 1 << 20, false);
  damage (path_in ("v1-torch/ice_text.model"), "bad-ice_text.model", open_tokenizer, 1 << 20, false);
  damage (path_in ("glm4-torch/tokenizer.model"), "bad-tiktoken.model", open_tokenizer, 1 << 20, false);
  snprintf (path, sizeof path, "%s/bpe/tokenizer.json", fixtures);
  damage (path, "bad-tokenizer.json", open_tokenizer, 1500, true);
}

int
main (int argc, char **argv)
{
  REQUIRE (argc == 4, "usage: test-damage FIXTURES CORPUS FOLDER");
  snprintf (folder, sizeof folder, "%s", argv[3]);
  test_damage (argv[1], argv[2]);
  return check_exit ();
}
