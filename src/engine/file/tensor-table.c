/* tensor-table.c: the tensors of a model file by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lookup is by binary search over a sorted index: no hash that a file could fill with collisions.
 */
#include "file/tensor-table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "quant/packed.h"

void
glm_tensor_table_clear (GlmTensorTable *table)
{
  for (size_t i = 0; i < table->n; i++)
    free ((char *) table->tensors[i].name);
  free (table->tensors);
  free (table->by_name);
  *table = (GlmTensorTable){ 0 };
}

static bool
name_is_printable (const char *name, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (name[i] < 0x20 || name[i] > 0x7E)
      return false;
  return n > 0;
}

bool
glm_tensor_table_add (GlmTensorTable *table, const GlmTensor *tensor, const char *name, size_t name_bytes, GlmError *error)
{
  GlmTensor *copy;

  if (table->n >= GLM_MAX_TENSORS)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "more than %d tensors", GLM_MAX_TENSORS);
  if (name_bytes > GLM_MAX_TENSOR_NAME || !name_is_printable (name, name_bytes))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the name of tensor %zu is empty, too long or not ASCII", table->n);
  if (table->n == table->capacity)
    {
      size_t capacity = table->capacity ? table->capacity * 2 : 128;
      GlmTensor *tensors = realloc (table->tensors, capacity * sizeof *tensors);

      if (!tensors)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
      table->tensors = tensors;
      table->capacity = capacity;
    }
  copy = &table->tensors[table->n];
  *copy = *tensor;
  copy->name = strndup (name, name_bytes);
  if (!copy->name)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
  table->n++;
  return true;
}

typedef struct
{
  const char *name;
  uint32_t index;
} NamedIndex;

static int
compare_names (const void *a, const void *b)
{
  return strcmp (((const NamedIndex *) a)->name, ((const NamedIndex *) b)->name);
}

bool
glm_tensor_table_seal (GlmTensorTable *table, GlmError *error)
{
  NamedIndex *sorted = malloc ((table->n + 1) * sizeof *sorted);
  uint32_t *by_name = malloc ((table->n + 1) * sizeof *by_name);
  const char *duplicate = NULL;

  if (!sorted || !by_name)
    {
      free (sorted);
      free (by_name);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
    }
  for (size_t i = 0; i < table->n; i++)
    sorted[i] = (NamedIndex){ table->tensors[i].name, (uint32_t) i };
  qsort (sorted, table->n, sizeof *sorted, compare_names);
  for (size_t i = 0; i < table->n; i++)
    {
      if (i > 0 && strcmp (sorted[i - 1].name, sorted[i].name) == 0)
        duplicate = sorted[i].name;
      by_name[i] = sorted[i].index;
    }
  free (sorted);
  free (table->by_name);
  table->by_name = by_name;
  if (duplicate)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s occurs twice", duplicate);
  return true;
}

const GlmTensor *
glm_tensor_table_find (const GlmTensorTable *table, const char *name)
{
  size_t low = 0, high = table->by_name ? table->n : 0;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;
      const GlmTensor *tensor = &table->tensors[table->by_name[middle]];
      int order = strcmp (name, tensor->name);

      if (order == 0)
        return tensor;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

static bool
unknown_type (const char *name, uint32_t type, GlmError *error)
{
  const char *reason, *type_name = glm_type_foreign (type, &reason);
  char number[16];

  snprintf (number, sizeof number, "%" PRIu32, type);
  if (type_name)
    glm_error_set (error, GLM_ERROR_UNSUPPORTED, "tensor %s has type %s, %s, %s", name, number, type_name, reason);
  else
    glm_error_set (error, GLM_ERROR_UNSUPPORTED, "tensor %s has type %s, which Myna does not know", name, number);
  return glm_error_set_fault (error, GLM_FAULT_TYPE, type_name ? type_name : number, strlen (type_name ? type_name : number));
}

bool
glm_tensor_bytes (const char *name, uint32_t type, int n_dims, const int64_t ne[GLM_MAX_DIMS], size_t *ret_n_bytes,
                  GlmError *error)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  size_t n_blocks = 1, n_bytes;

  if (!traits)
    return unknown_type (name, type, error);
  if (n_dims < 1 || n_dims > GLM_MAX_DIMS)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s has %d dimensions", name, n_dims);
  if (glm_packed_traits_of_file (traits->type) && ((n_dims != 2 && n_dims != 3) || ne[1] < 1 || ne[1] % GLM_PANEL_ROWS != 0))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s is packed, but is no matrix of whole panels", name);
  for (int i = 0; i < GLM_MAX_DIMS; i++)
    {
      int64_t n = ne[i];

      if (n < 1)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s: dimension %d is %" PRId64, name, i, n);
      if (i == 0 && n % traits->block_size != 0)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s: rows of %" PRId64 " values are no whole %s blocks", name,
                              n, traits->name);
      if (__builtin_mul_overflow (n_blocks, (size_t) (i == 0 ? n / traits->block_size : n), &n_blocks))
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s: its dimensions overflow", name);
    }
  /* The number of values must be countable too, not only the bytes. */
  if (__builtin_mul_overflow (n_blocks, (size_t) traits->block_bytes, &n_bytes)
      || n_blocks > (size_t) INT64_MAX / (size_t) traits->block_size)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s: its size overflows", name);
  *ret_n_bytes = n_bytes;
  return true;
}

bool
glm_tensor_bytes_or_i8 (const char *name, GlmType type, int n_dims, const int64_t ne[GLM_MAX_DIMS], size_t *ret_n_bytes,
                        GlmError *error)
{
  size_t n_halves;

  if (type != GLM_TYPE_I8)
    return glm_tensor_bytes (name, type, n_dims, ne, ret_n_bytes, error);
  /* As many bytes as half floats would have, halved. */
  if (!glm_tensor_bytes (name, GLM_TYPE_F16, n_dims, ne, &n_halves, error))
    return false;
  *ret_n_bytes = n_halves / 2;
  return true;
}
