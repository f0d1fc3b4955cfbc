/* file-kind.h: what a file is that is no model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_FILE_KIND_H
#define GLM_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"

/* What a download left in the place of a file: the lines of Git LFS, a web page, zeros.  Then sets error, with the file's name in
 * front, and returns false. */
bool glm_file_kind_refuse_left_over (const uint8_t *data, size_t n_bytes, const char *name, GlmError *error);
/* Sets the fault of an error that says already that the file's magic is wrong, by what the file begins with.  Returns false. */
bool glm_file_kind_blame (const uint8_t *data, size_t n_bytes, GlmError *error);

#endif
