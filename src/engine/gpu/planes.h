/* planes.h: weights as they lie on a card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two formats instead of the files' twenty, and floats.  A quantised matrix is cut into planes, so that each load is aligned
 * and neighbouring lanes read neighbouring bytes: for each block of 32 columns, row by row,
 *
 *   Q4      16 bytes: columns 0 to 15 in the low nibbles, 16 to 31 in the high ones; unsigned
 *   Q8      32 signed bytes
 *   scales  half precision, one, or one for each 16 columns
 *   mins    half precision, what every value of the block has added
 *
 * Levels are the file's; scales and minima of the types with super-blocks are rounded to half precision.  What has another
 * form (codebooks, minima for 16 columns) becomes half precision, value by value.
 */
#ifndef GLM_GPU_PLANES_H
#define GLM_GPU_PLANES_H

#include "quant/quant.h"

typedef enum
{
  GLM_PLANES_F32,
  GLM_PLANES_F16,
  GLM_PLANES_Q4,
  GLM_PLANES_Q8,
} GlmPlanesKind;

typedef enum
{
  GLM_MINS_NONE,
  GLM_MINS_EIGHT, /* −8 · scale */
  GLM_MINS_PLANE,
} GlmMins;

typedef struct
{
  GlmPlanesKind kind;
  GlmMins mins;
  bool sub16; /* a scale for each 16 columns */
} GlmPlanes;

/* What a type of a file becomes. */
GlmPlanes glm_planes_for_type (GlmType type);
/* Bytes of so many values in the planes: what stands for a value, the scales, the minima. */
void glm_planes_bytes (const GlmPlanes *planes, int64_t n_values, size_t *ret_values, size_t *ret_scales, size_t *ret_mins);
/* n_values, whole blocks of the type, from the file's bytes; values, scales and mins are where theirs begin. */
void glm_planes_pack (GlmType type, const void *data, int64_t n_values, void *values, uint16_t *scales, uint16_t *mins);

#endif
