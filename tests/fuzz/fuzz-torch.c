/* fuzz-torch.c: a file of torch.save ()
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "import/torch-zip.h"

void
fuzz_input (const uint8_t *data, size_t size)
{
  FuzzFile input = fuzz_file (data, size);
  GlmMappedFile *file;
  GlmTensorTable tensors = { 0 };

  if (glm_mapped_file_open (input.path, &file, NULL))
    {
      if (glm_torch_zip_read (file, &tensors, NULL))
        for (size_t i = 0; i < tensors.n; i++)
          fuzz_touch (tensors.tensors[i].data, tensors.tensors[i].n_bytes);
      glm_tensor_table_clear (&tensors);
      glm_mapped_file_free (file);
    }
  close (input.fd);
}
