/* json-file.h: a JSON document that is a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_JSON_FILE_H
#define GLM_JSON_FILE_H

#include "base/json.h"

/* Reads and parses a whole file of at most GLM_JSON_MAX_BYTES; free with glm_json_free().  Errors name the file. */
bool glm_json_open (const char *path, GlmJson **ret_json, GlmError *error);

#endif
