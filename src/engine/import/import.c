/* import.c: any readable source → GGUF, quantising on the way
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Row by row: a chunk of rows of the new tensor is made in memory by all threads, then written in order.  A row whose type
 * does not change is copied; official INT4 and INT8 rows become Q4_0 and Q8_0 blocks with the row's scale in each block,
 * which keeps every value exactly (a half-float scale and integers of 4 or 8 bits are what those blocks hold); all else goes
 * through 32-bit floats.  The source's pages are given back after each chunk, so that neither file stays in memory.
 */
#include "import/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/tame.h"
#include "import/import-plan.h"
#include "base/pool.h"
#include "quant/blocks.h"

#define CHUNK_BYTES         ((size_t) 8 << 20)
#define PROBE_COMPARE_BYTES ((size_t) 4 << 20)

static const char *const type_names[GLM_IMPORT_N_TYPES] = {
  "keep", "f32", "f16", "q8_0", "q5_1", "q5_0", "q4_1", "q4_0", "q4_k_m",
};

bool
glm_import_type_parse (const char *name, GlmImportType *ret_type)
{
  for (int type = 0; type < GLM_IMPORT_N_TYPES; type++)
    if (strcasecmp (name, type_names[type]) == 0)
      {
        *ret_type = (GlmImportType) type;
        return true;
      }
  return false;
}

const char *
glm_import_type_name (GlmImportType type)
{
  return type_names[type];
}

/* ---- One row ---------------------------------------------------------------------------------------------------- */

static size_t
source_row_bytes (const GlmTensor *source)
{
  if (source->type == GLM_TYPE_I8)
    return (size_t) source->ne[0];
  return (size_t) (source->ne[0] / glm_type_traits (source->type)->block_size)
         * (size_t) glm_type_traits (source->type)->block_bytes;
}

static int64_t
n_rows (const GlmPlanTensor *tensor)
{
  return tensor->ne[1] * tensor->ne[2] * tensor->ne[3];
}

/* Of n outputs [head][q, k, v][dim], the one that comes to place r when they are ordered [q, k, v][head][dim]. */
static int64_t
qkv_source (int64_t r, int64_t n, int head_dim)
{
  int64_t part = r / (n / 3), head = r % (n / 3) / head_dim, i = r % head_dim;

  return (head * 3 + part) * head_dim + i;
}

/* The source's row for row r of the new tensor. */
static int64_t
source_row (const GlmPlanTensor *tensor, int64_t r)
{
  if (tensor->order == GLM_ROWS_QKV && tensor->n_dims == 2)
    return qkv_source (r, tensor->ne[1], tensor->head_dim);
  if (tensor->order == GLM_ROWS_STACK)
    return tensor->first_row + r / tensor->ne[1] * (tensor->members ? 0 : tensor->stride) + r % tensor->ne[1];
  return tensor->first_row + r;
}

/* Where row r comes from. */
static const GlmTensor *
source_of (const GlmPlanTensor *tensor, int64_t r)
{
  return tensor->members ? tensor->members[r / tensor->ne[1]] : tensor->source;
}

static float
row_scale (const GlmTensor *scale, int64_t row)
{
  float value;
  uint16_t half;

  if (scale->type == GLM_TYPE_F16)
    {
      memcpy (&half, (const uint8_t *) scale->data + 2 * row, 2);
      return glm_f16_to_f32 (half);
    }
  memcpy (&value, (const uint8_t *) scale->data + 4 * row, 4);
  return value;
}

/* Value c of an official INT4 row: the high half of a byte comes first. */
static int
int4_at (const int8_t *row, int64_t c)
{
  uint8_t byte = (uint8_t) row[c / 2];

  return c % 2 == 0 ? (int8_t) byte >> 4 : (int8_t) (byte << 4) >> 4;
}

static void
integers_to_floats (const GlmPlanTensor *tensor, const int8_t *row, float scale, float *out)
{
  for (int64_t c = 0; c < tensor->ne[0]; c++)
    out[c] = scale * (float) (tensor->bits == 8 ? row[c] : int4_at (row, c));
}

static void
integers_to_q8_0 (const GlmPlanTensor *tensor, const int8_t *row, float scale, GlmBlockQ8_0 *out)
{
  for (int64_t b = 0; b < tensor->ne[0] / GLM_QK; b++)
    {
      out[b].d = glm_f32_to_f16 (scale);
      for (int i = 0; i < GLM_QK; i++)
        out[b].qs[i] = (int8_t) (tensor->bits == 8 ? row[b * GLM_QK + i] : int4_at (row, b * GLM_QK + i));
    }
}

static void
int4_to_q4_0 (const GlmPlanTensor *tensor, const int8_t *row, float scale, GlmBlockQ4_0 *out)
{
  for (int64_t b = 0; b < tensor->ne[0] / GLM_QK; b++)
    {
      out[b].d = glm_f32_to_f16 (scale);
      for (int i = 0; i < GLM_QK / 2; i++)
        out[b].qs[i] = (uint8_t) ((int4_at (row, b * GLM_QK + i) + 8) | (int4_at (row, b * GLM_QK + i + 16) + 8) << 4);
    }
}

/* values: room for ne[0] floats. */
static void
convert_integers (const GlmPlanTensor *tensor, int64_t row, float *values, void *out)
{
  const int8_t *source = (const int8_t *) tensor->source->data + row * (int64_t) source_row_bytes (tensor->source);
  float scale = row_scale (tensor->scale, row);

  if (tensor->type == GLM_TYPE_Q8_0)
    {
      integers_to_q8_0 (tensor, source, scale, out);
    }
  else if (tensor->type == GLM_TYPE_Q4_0 && tensor->bits == 4)
    {
      int4_to_q4_0 (tensor, source, scale, out);
    }
  else
    {
      integers_to_floats (tensor, source, scale, values);
      glm_type_traits (tensor->type)->quantise (values, out, tensor->ne[0]);
    }
}

/* [head][row][dim] of the source, one row of all heads. */
static void
gather_heads (const GlmPlanTensor *tensor, int64_t r, float *values)
{
  const GlmTypeTraits *from = glm_type_traits (tensor->source->type);
  size_t head_bytes = (size_t) tensor->head_dim * (size_t) from->block_bytes;

  for (int64_t head = 0; head < tensor->ne[0] / tensor->head_dim; head++)
    from->dequantise ((const uint8_t *) tensor->source->data
                          + (size_t) (tensor->first_row + head * tensor->ne[1] + r) * head_bytes,
                      values + head * tensor->head_dim, tensor->head_dim);
}

/* A bias whose elements are reordered as the rows of its matrix are; its type has blocks of one value. */
static void
gather_qkv (const GlmPlanTensor *tensor, float *values)
{
  const GlmTypeTraits *from = glm_type_traits (tensor->source->type);

  for (int64_t r = 0; r < tensor->ne[0]; r++)
    from->dequantise ((const uint8_t *) tensor->source->data
                          + qkv_source (r, tensor->ne[0], tensor->head_dim) * from->block_bytes,
                      &values[r], 1);
}

/* Column r of a matrix's rows of the source, whose type has blocks of one value. */
static void
gather_column (const GlmPlanTensor *tensor, int64_t r, float *values)
{
  const GlmTypeTraits *from = glm_type_traits (tensor->source->type);
  int64_t row = r / tensor->ne[1] * tensor->stride, column = r % tensor->ne[1];

  for (int64_t i = 0; i < tensor->ne[0]; i++)
    from->dequantise ((const uint8_t *) tensor->source->data + ((row + i) * tensor->source->ne[0] + column) * from->block_bytes,
                      &values[i], 1);
}

static void
convert_row (const GlmPlanTensor *tensor, int64_t r, float *values, void *out, size_t out_bytes)
{
  const GlmTypeTraits *from, *to = glm_type_traits (tensor->type);
  int64_t row = source_row (tensor, r);
  const GlmTensor *holder = source_of (tensor, r);
  const uint8_t *source;

  if (tensor->bits != 0)
    {
      convert_integers (tensor, row, values, out);
      return;
    }
  from = glm_type_traits (holder->type);
  if (tensor->order == GLM_ROWS_TURNED)
    {
      gather_column (tensor, r, values);
    }
  else if (tensor->order == GLM_ROWS_HEADS)
    {
      gather_heads (tensor, r, values);
    }
  else if (tensor->order == GLM_ROWS_QKV && tensor->n_dims == 1)
    {
      gather_qkv (tensor, values);
    }
  else
    {
      source = (const uint8_t *) holder->data + (size_t) row * source_row_bytes (holder)
               + (size_t) tensor->first_column * (size_t) from->block_bytes;
      if (from == to)
        {
          memcpy (out, source, out_bytes);
          return;
        }
      from->dequantise (source, values, tensor->ne[0]);
    }
  to->quantise (values, out, tensor->ne[0]);
}

/* ---- Chunks ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  const GlmPlanTensor *tensor;
  int64_t first_row;
  int64_t n_rows;
  size_t row_bytes;
  uint8_t *out;  /* [n_rows][row_bytes] */
  float *values; /* [n_workers][widest row] */
  int64_t values_stride;
} Chunk;

static void
convert_share (int worker, int n_workers, void *data)
{
  const Chunk *chunk = data;
  int64_t begin, end;

  glm_pool_share (worker, n_workers, chunk->n_rows, 1, &begin, &end);
  for (int64_t r = begin; r < end; r++)
    convert_row (chunk->tensor, chunk->first_row + r, chunk->values + worker * chunk->values_stride,
                 chunk->out + (size_t) r * chunk->row_bytes, chunk->row_bytes);
}

typedef struct
{
  const GlmSource *source;
  const GlmImportOptions *options;
  const GlmImportPlan *plan;
  GlmPool *pool;
  GlmGgufWriter *writer;
  Chunk chunk;
  size_t out_capacity;
  uint64_t n_done; /* bytes written, for the progress */
  uint64_t n_total;
  GlmError *error;
} Job;

static size_t
plan_row_bytes (const GlmPlanTensor *tensor)
{
  return tensor->n_bytes / (size_t) n_rows (tensor);
}

static bool
allocate_buffers (Job *job)
{
  int64_t widest = 1;
  size_t out_bytes = CHUNK_BYTES, n_values;

  for (size_t i = 0; i < job->plan->n_tensors; i++)
    {
      const GlmPlanTensor *tensor = &job->plan->tensors[i];

      if (tensor->ne[0] > widest)
        widest = tensor->ne[0];
      if (plan_row_bytes (tensor) > out_bytes)
        out_bytes = plan_row_bytes (tensor);
    }
  job->out_capacity = out_bytes;
  job->chunk.values_stride = widest;
  job->chunk.out = malloc (out_bytes);
  if (!__builtin_mul_overflow ((size_t) widest, (size_t) glm_pool_n_threads (job->pool) * sizeof (float), &n_values))
    job->chunk.values = malloc (n_values);
  if (!job->chunk.out || !job->chunk.values)
    return glm_error_set (job->error, GLM_ERROR_NO_MEMORY, "no memory to convert rows of %lld values", (long long) widest);
  return true;
}

static void
report (Job *job, size_t n_bytes)
{
  job->n_done += n_bytes;
  if (job->options->progress)
    job->options->progress (job->n_total > 0 ? (double) job->n_done / (double) job->n_total : 1, job->options->progress_data);
}

/* The source's pages behind the rows just read. */
static void
release_rows (const Job *job, const GlmPlanTensor *tensor, int64_t first, int64_t n)
{
  const GlmTensor *source = tensor->source;
  size_t row_bytes = source_row_bytes (source);

  /* Computed: no pages of a file. */
  if (job->plan->projection && source == &job->plan->projection->result)
    return;
  if (tensor->order == GLM_ROWS_STACK)
    for (int64_t r = first, n_here; r < first + n; r += n_here)
      {
        const GlmTensor *holder = source_of (tensor, r);
        size_t holder_row_bytes = source_row_bytes (holder);

        n_here = tensor->ne[1] - r % tensor->ne[1] < first + n - r ? tensor->ne[1] - r % tensor->ne[1] : first + n - r;
        glm_mapped_file_release (job->source->files[0],
                                 (const uint8_t *) holder->data + (size_t) source_row (tensor, r) * holder_row_bytes,
                                 (size_t) n_here * holder_row_bytes);
      }
  else if (tensor->order == GLM_ROWS_PLAIN)
    glm_mapped_file_release (job->source->files[0],
                             (const uint8_t *) source->data + (size_t) (tensor->first_row + first) * row_bytes,
                             (size_t) n * row_bytes);
  else if (first + n == n_rows (tensor))
    glm_mapped_file_release (job->source->files[0], source->data, source->n_bytes);
}

static bool
convert_tensor (Job *job, const GlmPlanTensor *tensor)
{
  Chunk *chunk = &job->chunk;
  int64_t total = n_rows (tensor), at_once;

  chunk->tensor = tensor;
  chunk->row_bytes = plan_row_bytes (tensor);
  at_once = (int64_t) (job->out_capacity / chunk->row_bytes);
  for (int64_t r = 0; r < total; r += chunk->n_rows)
    {
      if (glm_cancel_is_set (job->options->cancel))
        return glm_error_set (job->error, GLM_ERROR_CANCELLED, "cancelled");
      chunk->first_row = r;
      chunk->n_rows = total - r < at_once ? total - r : at_once;
      glm_pool_run (job->pool, convert_share, chunk);
      if (!glm_source_check (job->source, job->error)
          || !glm_gguf_writer_write (job->writer, chunk->out, (size_t) chunk->n_rows * chunk->row_bytes, job->error))
        return false;
      release_rows (job, tensor, r, chunk->n_rows);
      report (job, (size_t) chunk->n_rows * chunk->row_bytes);
    }
  return glm_gguf_writer_end_tensor (job->writer, job->error);
}

static bool
convert_all (Job *job)
{
  if (!allocate_buffers (job))
    return false;
  for (size_t i = 0; i < job->plan->n_tensors; i++)
    job->n_total += job->plan->tensors[i].n_bytes;
  for (size_t i = 0; i < job->plan->n_tensors; i++)
    if (!convert_tensor (job, &job->plan->tensors[i]))
      return false;
  return true;
}

/* ---- Whole files ------------------------------------------------------------------------------------------------ */

/* A file that would not open is never called a model. */
static bool
check_written (Job *job)
{
  const char *path = glm_gguf_writer_flush (job->writer, job->error);
  GlmModelInfo info;

  if (!path)
    return false;
  return glm_model_probe (path, &info, job->error) || glm_error_prefix (job->error, "the new file would not open");
}

static bool
write_target (Job *job, const char *target)
{
  GlmGgufTensor *tensors = glm_import_plan_tensors (job->plan);
  GlmOutputMode mode =
      job->options->mode == GLM_IMPORT_REPLACE_EXISTING ? GLM_OUTPUT_REPLACE_EXISTING : GLM_OUTPUT_REFUSE_EXISTING;
  bool ok = tensors || glm_error_set (job->error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");

  ok = ok && glm_gguf_writer_open (target, mode, &job->plan->metadata, tensors, job->plan->n_tensors, &job->writer, job->error)
       && glm_pool_new (job->options->n_threads > 0 ? job->options->n_threads : glm_cpu_count (), &job->pool, job->error)
       && (!job->plan->projection
           || glm_prefix_projection_compute (job->plan->projection, job->pool, job->options->cancel, job->error))
       && convert_all (job) && check_written (job) && glm_gguf_writer_commit (job->writer, job->error);
  glm_pool_free (job->pool);
  glm_gguf_writer_free (job->writer);
  free (job->chunk.out);
  free (job->chunk.values);
  free (tensors);
  return ok;
}

static bool
open_sources (const char *path, const GlmImportOptions *options, GlmSource **ret_source, GlmSource **ret_prefix,
              GlmError *error)
{
  GlmModelInfo info;

  /* A GGUF file keeps what it says: whether the new one will open shows before hours of work. */
  return glm_source_open (path, ret_source, error)
         && ((*ret_source)->format != GLM_SOURCE_GGUF || glm_model_probe (path, &info, error))
         && (!options->prefix_path || glm_source_open (options->prefix_path, ret_prefix, error));
}

bool
glm_import (const char *source_path, const char *target, const GlmImportOptions *options, GlmError *error)
{
  static const GlmImportOptions defaults = { 0 };
  GlmSource *source = NULL, *prefix = NULL;
  GlmImportPlan plan = { 0 };
  Job job = { .options = options ? options : &defaults, .plan = &plan, .error = error };
  bool ok = open_sources (source_path, job.options, &source, &prefix, error)
            && glm_import_plan_make (source, prefix, job.options, &plan, error);

  job.source = source;
  ok = ok && write_target (&job, target);
  glm_import_plan_clear (&plan);
  glm_source_free (prefix);
  glm_source_free (source);
  return ok;
}

static void
describe_source (const GlmSource *source, const GlmImportPlan *plan, GlmImportInfo *info)
{
  static const char *const formats[] = {
    [GLM_SOURCE_DIRECTORY] = "safetensors or PyTorch files",
    [GLM_SOURCE_CHATGLM_GGML] = "chatglm.cpp",
    [GLM_SOURCE_GGUF] = "GGUF",
  };
  const char *name;
  size_t n;

  snprintf (info->format, sizeof info->format, "%s", formats[source->format]);
  if (source->format != GLM_SOURCE_GGUF)
    snprintf (info->family, sizeof info->family, "%s", plan->family->name);
  if (glm_meta_get_string (glm_metadata_find (&plan->metadata, "general.name"), &name, &n))
    snprintf (info->name, sizeof info->name, "%.*s", (int) (n < sizeof info->name ? n : sizeof info->name - 1), name);
  info->name[glm_tame (info->name, strlen (info->name))] = '\0';
  info->n_params = plan->n_params;
  info->source_bytes = glm_source_bytes (source);
}

bool
glm_import_probe (const char *path, const GlmImportOptions *options, GlmImportInfo *ret_info, GlmError *error)
{
  GlmImportOptions each = options ? *options : (GlmImportOptions){ 0 };
  GlmSource *source = NULL, *prefix = NULL;
  GlmImportInfo info = { 0 };
  bool ok = open_sources (path, &each, &source, &prefix, error);

  for (int type = 0; ok && type < GLM_IMPORT_N_TYPES; type++)
    {
      GlmImportPlan plan = { .compare_bytes = PROBE_COMPARE_BYTES };
      GlmGgufTensor *tensors = NULL;

      each.type = (GlmImportType) type;
      ok = glm_import_plan_make (source, prefix, &each, &plan, error);
      tensors = ok ? glm_import_plan_tensors (&plan) : NULL;
      if (ok && !tensors)
        ok = glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the list of tensors");
      if (ok)
        info.target_bytes[type] = glm_gguf_file_bytes (&plan.metadata, tensors, plan.n_tensors);
      if (ok && type == 0)
        describe_source (source, &plan, &info);
      free (tensors);
      glm_import_plan_clear (&plan);
    }
  glm_source_free (prefix);
  glm_source_free (source);
  if (ok)
    *ret_info = info;
  return ok;
}
