/* model-file.c: one view of any model file: metadata by key, tensors by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A split model is one view over several maps: the metadata of the first part, the tensors of all.  The parts are found
 * from the name that split files carry, NAME-00001-of-0000N.gguf; any part may be given.
 */
#include "file/model-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/error.h"
#include "file/gguf.h"

#define MAX_PARTS 256

struct GlmModelFile
{
  GlmMappedFile **parts;
  size_t n_parts;
  GlmMetadata metadata;   /* borrows from parts[0] */
  GlmTensorTable tensors; /* borrow from all parts */
};

/* NAME-00001-of-00003.gguf: the prefix's length, part and count. */
static bool
parse_split_name (const char *path, size_t *ret_prefix, int *ret_part, int *ret_count)
{
  size_t n = strlen (path);
  const size_t suffix = strlen ("-00001-of-00003.gguf");
  int used = 0;

  if (n <= suffix)
    return false;
  if (sscanf (path + n - suffix, "-%5d-of-%5d.gguf%n", ret_part, ret_count, &used) != 2 || (size_t) used != suffix)
    return false;
  *ret_prefix = n - suffix;
  return *ret_part >= 1 && *ret_part <= *ret_count;
}

/* The path of one part: "…-00002-of-00003.gguf". */
static char *
part_path (const char *path, size_t prefix, int part, int count)
{
  size_t size = prefix + 40;
  char *result = malloc (size);

  if (result)
    snprintf (result, size, "%.*s-%05d-of-%05d.gguf", (int) prefix, path, part, count);
  return result;
}

static bool
open_part (GlmModelFile *file, const char *path, GlmMetadata *metadata, GlmError *error)
{
  if (!glm_mapped_file_open (path, &file->parts[file->n_parts], error))
    return false;
  file->n_parts++;
  return glm_gguf_read (file->parts[file->n_parts - 1], metadata, &file->tensors, error);
}

/* Says whether part `index` (from 0) is what its own keys and name claim. */
static bool
check_part (const GlmMetadata *metadata, const char *path, int index, int count, GlmError *error)
{
  uint64_t no, n;

  if (!glm_meta_get_uint (glm_metadata_find (metadata, "split.no"), &no)
      || !glm_meta_get_uint (glm_metadata_find (metadata, "split.count"), &n) || no != (uint64_t) index
      || n != (uint64_t) count)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: split.no or split.count does not agree with the file's name",
                          glm_path_name (path));
  return true;
}

/* A part of a split model is not there, though another is: the model is not gone but incomplete. */
static void
blame_part (const char *path, GlmError *error)
{
  const char *name = glm_path_name (path);

  glm_error_set_fault (error, GLM_FAULT_PART, name, strlen (name));
}

static bool
open_other_parts (GlmModelFile *file, const char *path, size_t prefix, int count, GlmError *error)
{
  for (int i = 1; i < count; i++)
    {
      char *name = part_path (path, prefix, i + 1, count);
      GlmMetadata metadata = { 0 };
      bool ok = name ? open_part (file, name, &metadata, error) && check_part (&metadata, name, i, count, error)
                     : glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");

      if (!ok && name && error && error->code == GLM_ERROR_NOT_FOUND)
        blame_part (name, error);

      glm_metadata_clear (&metadata);
      free (name);
      if (!ok)
        return false;
    }
  return true;
}

static bool
check_tensor_total (const GlmModelFile *file, GlmError *error)
{
  uint64_t n;

  if (glm_model_file_get_uint (file, "split.tensors.count", &n) && n != file->tensors.n)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: split.tensors.count is %zu but the parts hold %zu tensors",
                          glm_mapped_file_name (file->parts[0]), (size_t) n, file->tensors.n);
  return true;
}

/* Opens the part with the metadata, then the others. */
static bool
open_parts (GlmModelFile *file, const char *path, GlmError *error)
{
  size_t prefix = 0;
  int part = 1, named_count = 1;
  bool named = parse_split_name (path, &prefix, &part, &named_count);
  char *first = named ? part_path (path, prefix, 1, named_count) : strdup (path);
  uint64_t count = 1;
  bool ok;

  if (!first)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");
  ok = open_part (file, first, &file->metadata, error);
  if (ok && !glm_model_file_get_uint (file, "split.count", &count))
    count = 1;
  if (!ok && part > 1 && error && error->code == GLM_ERROR_NOT_FOUND)
    blame_part (first, error);
  if (ok && count > MAX_PARTS)
    ok = glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: split.count is above the limit", glm_path_name (first));
  if (ok && count > 1 && !named)
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE,
                     "%s is one part of a split model, but its name is not NAME-00001-of-00005.gguf, so the other parts cannot "
                     "be found",
                     glm_path_name (first));
      ok = glm_error_set_fault (error, GLM_FAULT_PART, NULL, 0);
    }
  if (ok && count > 1)
    ok = check_part (&file->metadata, first, 0, named_count, error) && open_other_parts (file, path, prefix, named_count, error)
         && check_tensor_total (file, error);
  free (first);
  return ok;
}

static bool
refuse_other_formats (const char *path, GlmError *error)
{
  struct stat status;

  if (stat (path, &status) == 0 && S_ISDIR (status.st_mode))
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s is a directory: import it as GGUF first", glm_path_name (path));
  return true;
}

bool
glm_model_file_open (const char *path, GlmModelFile **ret_file, GlmError *error)
{
  GlmModelFile *file = calloc (1, sizeof *file);

  if (!file || !(file->parts = calloc (MAX_PARTS, sizeof (GlmMappedFile *))))
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to open %s", glm_path_name (path));
      goto fail;
    }
  if (!refuse_other_formats (path, error) || !open_parts (file, path, error))
    goto fail;
  if (!glm_tensor_table_seal (&file->tensors, error))
    {
      glm_error_prefix (error, "%s", glm_path_name (path));
      goto fail;
    }
  *ret_file = file;
  return true;

fail:
  glm_model_file_free (file);
  return false;
}

void
glm_model_file_free (GlmModelFile *file)
{
  if (!file)
    return;
  glm_tensor_table_clear (&file->tensors);
  glm_metadata_clear (&file->metadata);
  for (size_t i = 0; i < file->n_parts; i++)
    glm_mapped_file_free (file->parts[i]);
  free (file->parts);
  free (file);
}

const char *
glm_model_file_path (const GlmModelFile *file)
{
  return glm_mapped_file_path (file->parts[0]);
}

uint64_t
glm_model_file_bytes (const GlmModelFile *file)
{
  uint64_t n = 0;

  for (size_t i = 0; i < file->n_parts; i++)
    n += glm_mapped_file_size (file->parts[i]);
  return n;
}

bool
glm_model_file_check (const GlmModelFile *file, GlmError *error)
{
  for (size_t i = 0; i < file->n_parts; i++)
    if (!glm_mapped_file_check (file->parts[i], error))
      return false;
  return true;
}

const GlmMetadata *
glm_model_file_metadata (const GlmModelFile *file)
{
  return &file->metadata;
}

size_t
glm_model_file_n_tensors (const GlmModelFile *file)
{
  return file->tensors.n;
}

const GlmTensor *
glm_model_file_tensor_at (const GlmModelFile *file, size_t index)
{
  return &file->tensors.tensors[index];
}

const GlmTensor *
glm_model_file_tensor (const GlmModelFile *file, const char *name)
{
  return glm_tensor_table_find (&file->tensors, name);
}

void
glm_model_file_release_tensor (const GlmModelFile *file, const GlmTensor *tensor)
{
  glm_mapped_file_release (file->parts[0], tensor->data, tensor->n_bytes);
}

/* ---- Metadata --------------------------------------------------------------------------------------------------- */

bool
glm_model_file_get_uint (const GlmModelFile *file, const char *key, uint64_t *ret_value)
{
  return glm_meta_get_uint (glm_metadata_find (&file->metadata, key), ret_value);
}

bool
glm_model_file_get_float (const GlmModelFile *file, const char *key, double *ret_value)
{
  return glm_meta_get_float (glm_metadata_find (&file->metadata, key), ret_value);
}

bool
glm_model_file_get_bool (const GlmModelFile *file, const char *key, bool *ret_value)
{
  return glm_meta_get_bool (glm_metadata_find (&file->metadata, key), ret_value);
}

bool
glm_model_file_get_string (const GlmModelFile *file, const char *key, const char **ret_value, size_t *ret_n_bytes)
{
  return glm_meta_get_string (glm_metadata_find (&file->metadata, key), ret_value, ret_n_bytes);
}

bool
glm_model_file_mentions (const GlmModelFile *file, const char *key, const char *text)
{
  const char *value;
  size_t n, m = strlen (text);

  if (!glm_model_file_get_string (file, key, &value, &n))
    return false;
  for (size_t i = 0; i + m <= n; i++)
    if (strncasecmp (value + i, text, m) == 0)
      return true;
  return false;
}
