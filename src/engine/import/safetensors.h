/* safetensors.h: reading the header of a safetensors file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SAFETENSORS_H
#define GLM_SAFETENSORS_H

#include "file/mapped-file.h"
#include "file/tensor-table.h"

/* Appends the file's tensors to the table (not sealed); their data points into the map. */
bool glm_safetensors_read (const GlmMappedFile *file, GlmTensorTable *tensors, GlmError *error);

#endif
