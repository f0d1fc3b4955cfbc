/* mapped-file.h: a file mapped read-only, safe against being cut short while mapped
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_MAPPED_FILE_H
#define GLM_MAPPED_FILE_H

#include "engine.h"

typedef struct GlmMappedFile GlmMappedFile;

/* Maps a regular, non-empty file.  Errors name the file. */
bool glm_mapped_file_open (const char *path, GlmMappedFile **ret_file, GlmError *error);
void glm_mapped_file_free (GlmMappedFile *file);

const uint8_t *glm_mapped_file_data (const GlmMappedFile *file);
size_t glm_mapped_file_size (const GlmMappedFile *file);
const char *glm_mapped_file_path (const GlmMappedFile *file);
/* The part of the path after the last slash: what messages call the file. */
const char *glm_mapped_file_name (const GlmMappedFile *file);

/* False, with GLM_ERROR_IO, once any thread has touched a page that the file no longer had: what was read since is
 * zeros and must not be used. */
bool glm_mapped_file_check (const GlmMappedFile *file, GlmError *error);

/* The pages wholly inside [data, data + n) may leave memory; reading them again fetches them from the file. */
void glm_mapped_file_release (const GlmMappedFile *file, const void *data, size_t n);

/* Basename of any path, for messages. */
const char *glm_path_name (const char *path);

#endif
