/* safetensors.c: reading the header of a safetensors file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   0      u64 n               at most 100 MiB, as in the format's own reader
 *   8      n bytes of JSON     { name: { "dtype", "shape": […], "data_offsets": [begin, end] }, "__metadata__": { … } }
 *   8 + n  the data            offsets count from here
 *
 * A tensor of a type that no weight has is refused, unless it is unused: nothing but bad replies would show that one is missing.
 */
#include "import/safetensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/byte-reader.h"
#include "families/layout.h"

#define MAX_HEADER ((uint64_t) 100 << 20)

typedef struct
{
  const uint8_t *start;
  size_t size;
} DataSection;

static bool
find_type (const char *name, GlmType *ret_type)
{
  static const struct
  {
    const char *name;
    GlmType type;
  } types[] = {
    { "F32", GLM_TYPE_F32 },
    { "F16", GLM_TYPE_F16 },
    { "BF16", GLM_TYPE_BF16 },
    { "I8", GLM_TYPE_I8 },
  };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp (types[i].name, name) == 0)
      {
        *ret_type = types[i].type;
        return true;
      }
  return false;
}

/* shape, last dimension first. */
static bool
read_shape (const GlmJsonValue *value, const char *name, GlmTensor *tensor, GlmError *error)
{
  const GlmJsonValue *shape = glm_json_get (value, "shape");
  int i;

  if (!shape || shape->type != GLM_JSON_ARRAY || shape->n > GLM_MAX_DIMS)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.80s: shape is missing or has more than %d dimensions", name,
                          GLM_MAX_DIMS);
  tensor->n_dims = shape->n > 0 ? (int) shape->n : 1;
  for (int k = 0; k < GLM_MAX_DIMS; k++)
    tensor->ne[k] = 1;
  i = (int) shape->n - 1;
  for (const GlmJsonValue *v = glm_json_first (shape); v; v = glm_json_next (shape, v), i--)
    {
      if (!v->is_integer || v->integer < 1)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.80s: shape holds something that is no dimension", name);
      tensor->ne[i] = v->integer;
    }
  return true;
}

static bool
read_offsets (const GlmJsonValue *value, const char *name, const DataSection *data, GlmTensor *tensor, GlmError *error)
{
  const GlmJsonValue *offsets = glm_json_get (value, "data_offsets");
  const GlmJsonValue *begin = offsets && offsets->type == GLM_JSON_ARRAY && offsets->n == 2 ? offsets + 1 : NULL;
  const GlmJsonValue *end = begin ? begin + begin->span : NULL;

  if (!begin || !begin->is_integer || !end->is_integer || begin->integer < 0 || end->integer < begin->integer)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.80s: data_offsets are missing or no range", name);
  if ((uint64_t) end->integer > data->size)
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE,
                     "tensor %.80s: data_offsets go past the end of the file; the file is cut "
                     "short or damaged",
                     name);
      return glm_error_set_fault (error, GLM_FAULT_CUT_SHORT, NULL, 0);
    }
  if ((uint64_t) (end->integer - begin->integer) != tensor->n_bytes)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.80s: data_offsets hold %" PRId64 " bytes, the shape needs %zu",
                          name, end->integer - begin->integer, tensor->n_bytes);
  tensor->data = data->start + begin->integer;
  return true;
}

static bool
read_tensor (const GlmJsonValue *value, const DataSection *data, GlmTensorTable *tensors, GlmError *error)
{
  GlmTensor tensor = { 0 };
  const char *dtype;

  if (!glm_json_get_string (value, "dtype", &dtype))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %.80s: dtype is missing", value->key);
  if (!find_type (dtype, &tensor.type))
    return glm_layout_ignores (value->key)
           || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "tensor %.80s has the type %.20s, which Myna does not read",
                             value->key, dtype);
  return read_shape (value, value->key, &tensor, error)
         && glm_tensor_bytes_or_i8 (value->key, tensor.type, tensor.n_dims, tensor.ne, &tensor.n_bytes, error)
         && read_offsets (value, value->key, data, &tensor, error)
         && glm_tensor_table_add (tensors, &tensor, value->key, value->key_bytes, error);
}

static int
compare_data (const void *a, const void *b)
{
  const GlmTensor *x = *(const GlmTensor *const *) a, *y = *(const GlmTensor *const *) b;

  return (const uint8_t *) x->data < (const uint8_t *) y->data ? -1 : x->data != y->data;
}

static bool
check_overlap (const GlmTensorTable *tensors, size_t first, GlmError *error)
{
  size_t n = tensors->n - first;
  const GlmTensor **sorted = malloc ((n + 1) * sizeof *sorted), *bad = NULL;

  if (!sorted)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
  for (size_t i = 0; i < n; i++)
    sorted[i] = &tensors->tensors[first + i];
  qsort (sorted, n, sizeof *sorted, compare_data);
  for (size_t i = 1; i < n && !bad; i++)
    if ((const uint8_t *) sorted[i]->data < (const uint8_t *) sorted[i - 1]->data + sorted[i - 1]->n_bytes)
      bad = sorted[i];
  free (sorted);
  return !bad || glm_error_set (error, GLM_ERROR_BAD_FILE, "the data of tensor %s overlaps another tensor's", bad->name);
}

static bool
read_header (const GlmMappedFile *file, GlmTensorTable *tensors, GlmError *error)
{
  GlmByteReader reader = { glm_mapped_file_data (file), glm_mapped_file_size (file), 0 };
  size_t first = tensors->n;
  const uint8_t *text = NULL;
  const GlmJsonValue *root;
  GlmJson *json = NULL;
  DataSection data;
  uint64_t n = 0;
  bool ok;

  if (!glm_byte_reader_u64 (&reader, &n) || n > MAX_HEADER || !glm_byte_reader_take (&reader, n, &text))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the length of the header, %" PRIu64 ", is impossible", n);
  if (!glm_json_parse ((const char *) text, (size_t) n, &json, error))
    return glm_error_prefix (error, "header");
  data = (DataSection){ reader.data + reader.pos, glm_byte_reader_left (&reader) };
  root = glm_json_root (json);
  ok = root->type == GLM_JSON_OBJECT || glm_error_set (error, GLM_ERROR_BAD_FILE, "the header is no JSON object");
  for (const GlmJsonValue *v = ok ? glm_json_first (root) : NULL; ok && v; v = glm_json_next (root, v))
    if (strcmp (v->key, "__metadata__") != 0)
      ok = read_tensor (v, &data, tensors, error);
  glm_json_free (json);
  return ok && check_overlap (tensors, first, error);
}

bool
glm_safetensors_read (const GlmMappedFile *file, GlmTensorTable *tensors, GlmError *error)
{
  if (read_header (file, tensors, error))
    return glm_mapped_file_check (file, error);
  return glm_error_prefix (error, "%s", glm_mapped_file_name (file));
}
