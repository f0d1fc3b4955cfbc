/* tokenizer-file.c: a tokenizer from a file of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/tokenizer-private.h"

#include "base/error.h"
#include "file/file-kind.h"
#include "file/mapped-file.h"

/* A ModelProto begins with field 1, tokenizer.json with a brace, a list of ranks with base64. */
bool
glm_tokenizer_new_from_memory (const uint8_t *data, size_t n, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  if (n == 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the tokenizer is empty");
  if (data[0] == 0x0A)
    return glm_tokenizer_new_from_sentencepiece (data, n, ret_tokenizer, error);
  if (data[0] == '{')
    return glm_tokenizer_new_from_json (data, n, ret_tokenizer, error);
  return glm_tokenizer_new_from_tiktoken (data, n, ret_tokenizer, error);
}

bool
glm_tokenizer_open (const char *path, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  GlmMappedFile *file;
  GlmTokenizer *tokenizer = NULL;
  bool ok;

  if (!glm_mapped_file_open (path, &file, error))
    return false;
  ok = glm_file_kind_refuse_left_over (glm_mapped_file_data (file), glm_mapped_file_size (file), "tokenizer", error)
       && glm_tokenizer_new_from_memory (glm_mapped_file_data (file), glm_mapped_file_size (file), &tokenizer, error);
  if (!ok)
    glm_error_prefix (error, "%s", glm_path_name (path));
  ok = ok && glm_mapped_file_check (file, error);
  glm_mapped_file_free (file);
  if (ok)
    *ret_tokenizer = tokenizer;
  else
    glm_tokenizer_free (tokenizer);
  return ok;
}
