/* source.c: a checkpoint in the format it was published in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "import/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "file/file-kind.h"
#include "file/gguf.h"
#include "file/json-file.h"
#include "import/safetensors.h"
#include "import/torch-zip.h"

#define MAX_FILES 256

char *
glm_source_file (const GlmSource *source, const char *name)
{
  size_t size = strlen (source->path) + strlen (name) + 2;
  char *path = malloc (size);

  if (path)
    snprintf (path, size, "%s/%s", source->path, name);
  return path;
}

static GlmMappedFile *
map_file (GlmSource *source, const char *path, GlmError *error)
{
  if (source->n_files == source->file_capacity)
    {
      size_t capacity = source->file_capacity * 2 + 8;
      bool fits = capacity <= 2 * MAX_FILES;
      GlmMappedFile **files = fits ? realloc (source->files, capacity * sizeof *files) : NULL;

      if (!files)
        {
          glm_error_set (error, fits ? GLM_ERROR_NO_MEMORY : GLM_ERROR_BAD_FILE,
                         fits ? "no memory for the files of %s" : "%s has too many files", glm_path_name (source->path));
          return NULL;
        }
      source->files = files;
      source->file_capacity = capacity;
    }
  if (!glm_mapped_file_open (path, &source->files[source->n_files], error))
    return NULL;
  return source->files[source->n_files++];
}

/* A file of the directory is not there, though the directory is: the model is not gone but incomplete. */
static void
blame_missing (const char *name, GlmError *error)
{
  glm_error_set_fault (error, GLM_FAULT_PART, name, strlen (name));
}

/* One shard of a directory, by what it is. */
static bool
read_shard (GlmSource *source, const char *name, GlmError *error)
{
  char *path = glm_source_file (source, name);
  GlmMappedFile *file;
  bool ok;

  if (!path)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");
  file = map_file (source, path, error);
  free (path);
  if (!file && error && error->code == GLM_ERROR_NOT_FOUND)
    blame_missing (name, error);
  if (!file || !glm_file_kind_refuse_left_over (glm_mapped_file_data (file), glm_mapped_file_size (file), name, error))
    return false;
  if (glm_mapped_file_size (file) >= 4 && memcmp (glm_mapped_file_data (file), "PK\3\4", 4) == 0)
    ok = glm_torch_zip_read (file, &source->tensors, error);
  else if (strlen (name) > 4 && strcmp (name + strlen (name) - 4, ".bin") == 0)
    ok = glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s: not a file of PyTorch 1.6 or later", name);
  else
    ok = glm_safetensors_read (file, &source->tensors, error);
  return ok;
}

static int
compare_strings (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The shards that an index names in its weight_map, each once. */
static bool
read_index (GlmSource *source, const char *path, GlmError *error)
{
  GlmJson *json = NULL;
  const GlmJsonValue *map;
  const char **names;
  size_t n = 0;
  bool ok;

  if (!glm_json_open (path, &json, error))
    return false;
  map = glm_json_get (glm_json_root (json), "weight_map");
  ok = (map && map->type == GLM_JSON_OBJECT)
       || glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: weight_map is missing", glm_path_name (path));
  names = ok ? calloc ((size_t) map->n + 1, sizeof *names) : NULL;
  ok = ok && (names || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of files"));
  for (const GlmJsonValue *v = ok ? glm_json_first (map) : NULL; ok && v; v = glm_json_next (map, v))
    {
      /* A name, not a path: an index may not reach outside of its directory. */
      if (v->type != GLM_JSON_STRING || strlen (v->string) != v->n || v->n == 0 || v->n > 255 || strchr (v->string, '/')
          || v->string[0] == '.')
        ok = glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: weight_map names something that is no file of the directory",
                            glm_path_name (path));
      else
        names[n++] = v->string;
    }
  if (ok)
    qsort (names, n, sizeof *names, compare_strings);
  for (size_t i = 0; ok && i < n; i++)
    if (i == 0 || strcmp (names[i - 1], names[i]) != 0)
      ok = read_shard (source, names[i], error);
  free (names);
  glm_json_free (json);
  return ok;
}

/* What a directory's weights begin with. */
static const char *const weights[] = { "model.safetensors.index.json", "model.safetensors", "pytorch_model.bin.index.json",
                                       "pytorch_model.bin" };
#define N_WEIGHTS (sizeof weights / sizeof *weights)

static bool
read_weights (GlmSource *source, GlmError *error)
{
  for (size_t i = 0; i < N_WEIGHTS; i++)
    {
      char *path = glm_source_file (source, weights[i]);
      bool there, ok = true;

      /* Taken for missing, an index would leave one of its parts alone. */
      if (!path)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");
      there = access (path, F_OK) == 0;
      if (there)
        ok = strstr (weights[i], ".json") ? read_index (source, path, error) : read_shard (source, weights[i], error);
      free (path);
      if (there)
        return ok;
    }
  glm_error_set (error, GLM_ERROR_NOT_FOUND,
                 "%s holds neither model.safetensors nor pytorch_model.bin, whole or in "
                 "parts",
                 glm_path_name (source->path));
  blame_missing ("model.safetensors", error);
  return false;
}

/* There is no config.json: of a model that lacks only that, or of a directory that has nothing to do with models. */
static void
blame_directory (GlmSource *source, GlmError *error)
{
  for (size_t i = 0; i < N_WEIGHTS; i++)
    {
      char *path = glm_source_file (source, weights[i]);
      bool there = !path || access (path, F_OK) == 0;

      free (path);
      if (there)
        {
          blame_missing ("config.json", error);
          return;
        }
    }
  glm_error_set_fault (error, GLM_FAULT_OTHER_FILE, "folder", strlen ("folder"));
}

static bool
open_directory (GlmSource *source, GlmError *error)
{
  char *path = glm_source_file (source, "config.json");
  bool ok;

  source->format = GLM_SOURCE_DIRECTORY;
  if (!path)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a file name");
  ok = glm_json_open (path, &source->config, error);
  free (path);
  if (!ok && error && error->code == GLM_ERROR_NOT_FOUND)
    blame_directory (source, error);
  if (!ok)
    return glm_error_prefix (error, "%s", glm_path_name (source->path));
  return read_weights (source, error);
}

static bool
open_file (GlmSource *source, GlmError *error)
{
  GlmMappedFile *file = map_file (source, source->path, error);

  if (!file)
    return false;
  if (glm_mapped_file_size (file) >= 4 && memcmp (glm_mapped_file_data (file), GLM_GGUF_MAGIC, 4) == 0)
    {
      source->format = GLM_SOURCE_GGUF;
      return glm_model_file_open (source->path, &source->model, error);
    }
  if (glm_mapped_file_size (file) >= 4 && memcmp (glm_mapped_file_data (file), GLM_CHATGLM_GGML_MAGIC, 4) == 0)
    {
      source->format = GLM_SOURCE_CHATGLM_GGML;
      return glm_chatglm_ggml_read (file, &source->header, &source->tensors, error);
    }
  glm_error_set (error, GLM_ERROR_UNSUPPORTED,
                 "%s is neither a GGUF nor a chatglm.cpp file; for safetensors and PyTorch "
                 "files, give their directory",
                 glm_path_name (source->path));
  return glm_file_kind_blame (glm_mapped_file_data (file), glm_mapped_file_size (file), error);
}

bool
glm_source_open (const char *path, GlmSource **ret_source, GlmError *error)
{
  GlmSource *source = calloc (1, sizeof *source);
  struct stat status;

  if (source)
    source->path = strdup (path);
  if (!source || !source->path)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to open %s", glm_path_name (path));
      goto fail;
    }
  while (strlen (source->path) > 1 && source->path[strlen (source->path) - 1] == '/')
    source->path[strlen (source->path) - 1] = '\0';
  if (stat (path, &status) == 0 && S_ISDIR (status.st_mode) ? !open_directory (source, error) : !open_file (source, error))
    goto fail;
  if (!glm_tensor_table_seal (&source->tensors, error))
    {
      glm_error_prefix (error, "%s", glm_path_name (source->path));
      goto fail;
    }
  *ret_source = source;
  return true;

fail:
  glm_source_free (source);
  return false;
}

void
glm_source_free (GlmSource *source)
{
  if (!source)
    return;
  glm_model_file_free (source->model);
  glm_json_free (source->config);
  glm_tensor_table_clear (&source->tensors);
  for (size_t i = 0; i < source->n_files; i++)
    glm_mapped_file_free (source->files[i]);
  free (source->files);
  free (source->path);
  free (source);
}

const GlmTensor *
glm_source_tensor (const GlmSource *source, const char *name)
{
  return source->model ? glm_model_file_tensor (source->model, name) : glm_tensor_table_find (&source->tensors, name);
}

bool
glm_source_check (const GlmSource *source, GlmError *error)
{
  for (size_t i = 0; i < source->n_files; i++)
    if (!glm_mapped_file_check (source->files[i], error))
      return false;
  return !source->model || glm_model_file_check (source->model, error);
}

uint64_t
glm_source_bytes (const GlmSource *source)
{
  uint64_t n = 0;

  if (source->model)
    return glm_model_file_bytes (source->model);
  for (size_t i = 0; i < source->n_files; i++)
    n += glm_mapped_file_size (source->files[i]);
  return n;
}
