/* import-plan.h: which tensors and keys the new file gets, and where each comes from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_IMPORT_PLAN_H
#define GLM_IMPORT_PLAN_H

#include "import/checkpoint.h"
#include "file/gguf-writer.h"
#include "import/import.h"
#include "import/prefix-projection.h"

/* How the rows of the new tensor lie in the source. */
typedef enum
{
  GLM_ROWS_PLAIN,  /* row r is the source's row first_row + r */
  GLM_ROWS_QKV,    /* source [head][q, k, v][dim] becomes q of all heads, k of all heads, v of all heads */
  GLM_ROWS_WINDOW, /* row r is n values of the source's row r, from first_column on */
  GLM_ROWS_HEADS,  /* row r is [head][dim] of a source [head][row][dim], from first_row (of rows of dim) on */
  GLM_ROWS_STACK,  /* row r of matrix m is row first_row + m · stride + r of the source, or row r of members[m] */
  GLM_ROWS_TURNED, /* row r of matrix m is column r of rows m · stride to m · stride + n of the source */
} GlmRowOrder;

typedef struct
{
  char name[64];
  GlmType type;
  int n_dims;
  int64_t ne[GLM_MAX_DIMS];
  size_t n_bytes;
  const GlmTensor *source;
  const GlmTensor *scale; /* of official INT4 and INT8 weights: one per row; else NULL */
  int bits;               /* 4 or 8 with a scale, else 0 */
  GlmRowOrder order;
  int64_t first_row;
  int64_t first_column;
  int head_dim;              /* QKV, HEADS */
  int64_t stride;            /* STACK, TURNED */
  const GlmTensor **members; /* STACK: [ne[2]], owned; NULL: all are in the source */
} GlmPlanTensor;

typedef struct
{
  GlmPlanTensor *tensors;
  size_t n_tensors;
  size_t capacity;
  GlmMetadata metadata;
  const GlmFamily *family; /* NULL: a GGUF file, which says it itself */
  uint64_t n_params;
  GlmPrefixProjection *projection; /* owned; NULL: none.  Its values are computed before tensors are converted */
  size_t compare_bytes;            /* how much of embedding and output are compared to see if they are the same; 0: all */
} GlmImportPlan;

bool glm_import_plan_make (const GlmSource *source, const GlmSource *prefix, const GlmImportOptions *options,
                           GlmImportPlan *plan, GlmError *error);
void glm_import_plan_clear (GlmImportPlan *plan);
/* The tensors as the writer takes them: malloc'ed; NULL: no memory. */
GlmGgufTensor *glm_import_plan_tensors (const GlmImportPlan *plan);

/* import-metadata.c: the keys of the new file. */
bool glm_import_metadata (const GlmSource *source, const GlmCheckpoint *checkpoint, const GlmImportOptions *options,
                          const GlmImportPlan *plan, GlmMetadata *metadata, GlmError *error);

#endif
