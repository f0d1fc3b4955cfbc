/* fuzz-gguf.c: a GGUF file, its tensors and its tokenizer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "file/model-file.h"
#include "text/tokenizer.h"

void
fuzz_input (const uint8_t *data, size_t size)
{
  FuzzFile input = fuzz_file (data, size);
  GlmModelFile *file;
  GlmTokenizer *tokenizer;

  if (glm_model_file_open (input.path, &file, NULL))
    {
      for (size_t i = 0; i < glm_model_file_n_tensors (file); i++)
        fuzz_touch (glm_model_file_tensor_at (file, i)->data, glm_model_file_tensor_at (file, i)->n_bytes);
      if (glm_tokenizer_new_from_model_file (file, &tokenizer, NULL))
        glm_tokenizer_free (tokenizer);
      glm_model_file_free (file);
    }
  close (input.fd);
}
