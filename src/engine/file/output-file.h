/* output-file.h: writing a large file that appears under its name only when it is whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_OUTPUT_FILE_H
#define GLM_OUTPUT_FILE_H

#include "engine.h"

typedef struct GlmOutputFile GlmOutputFile;

typedef enum
{
  GLM_OUTPUT_REFUSE_EXISTING,
  GLM_OUTPUT_REPLACE_EXISTING,
} GlmOutputMode;

/* Begins PATH with GLM_PART_SUFFIX beside the final file.  n_bytes: the size it will have, compared with the free space
 * first. */
bool glm_output_file_open (const char *path, uint64_t n_bytes, GlmOutputMode mode, GlmOutputFile **ret_file, GlmError *error);
bool glm_output_file_write (GlmOutputFile *file, const void *data, size_t n_bytes, GlmError *error);
/* What was written is in the file; its path for now, which ends with GLM_PART_SUFFIX.  NULL: an error. */
const char *glm_output_file_flush (GlmOutputFile *file, GlmError *error);
/* Bytes written so far. */
uint64_t glm_output_file_position (const GlmOutputFile *file);
/* To the disk, then under its final name. */
bool glm_output_file_commit (GlmOutputFile *file, GlmError *error);
/* Without a commit: removes what was written. */
void glm_output_file_free (GlmOutputFile *file);

#endif
