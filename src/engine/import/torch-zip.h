/* torch-zip.h: reading the tensors of a file that torch.save() wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TORCH_ZIP_H
#define GLM_TORCH_ZIP_H

#include "file/mapped-file.h"
#include "file/tensor-table.h"

/* Appends the state_dict's tensors to the table (not sealed); their data points into the map. */
bool glm_torch_zip_read (const GlmMappedFile *file, GlmTensorTable *tensors, GlmError *error);

#endif
