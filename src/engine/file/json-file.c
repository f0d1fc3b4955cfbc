/* json-file.c: a JSON document that is a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "file/json-file.h"

#include "base/error.h"
#include "file/mapped-file.h"

bool
glm_json_open (const char *path, GlmJson **ret_json, GlmError *error)
{
  GlmMappedFile *file;
  GlmJson *json = NULL;
  bool ok;

  if (!glm_mapped_file_open (path, &file, error))
    return false;
  ok = glm_json_parse ((const char *) glm_mapped_file_data (file), glm_mapped_file_size (file), &json, error);
  if (!ok)
    glm_error_prefix (error, "%s", glm_path_name (path));
  ok = ok && glm_mapped_file_check (file, error);
  glm_mapped_file_free (file);
  if (ok)
    *ret_json = json;
  else
    glm_json_free (json);
  return ok;
}
