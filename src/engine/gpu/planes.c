/* planes.c: see planes.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/planes.h"

#include <string.h>

#include "quant/blocks.h"

/* What a block of 32 values is, however its type writes it: d · level + m. */
typedef struct
{
  int8_t level[GLM_QK];
  float d[2], m; /* d[1]: of columns 16 to 31 */
} Block;

GlmPlanes
glm_planes_for_type (GlmType type)
{
  switch (type)
    {
    case GLM_TYPE_F32: return (GlmPlanes){ GLM_PLANES_F32, GLM_MINS_NONE, false };
    case GLM_TYPE_Q4_0: return (GlmPlanes){ GLM_PLANES_Q4, GLM_MINS_EIGHT, false };
    case GLM_TYPE_Q4_1:
    case GLM_TYPE_Q4_K: return (GlmPlanes){ GLM_PLANES_Q4, GLM_MINS_PLANE, false };
    case GLM_TYPE_Q5_1:
    case GLM_TYPE_Q5_K: return (GlmPlanes){ GLM_PLANES_Q8, GLM_MINS_PLANE, false };
    case GLM_TYPE_Q5_0:
    case GLM_TYPE_Q8_0:
    case GLM_TYPE_IQ4_NL:
    case GLM_TYPE_IQ4_XS: return (GlmPlanes){ GLM_PLANES_Q8, GLM_MINS_NONE, false };
    case GLM_TYPE_Q3_K:
    case GLM_TYPE_Q6_K: return (GlmPlanes){ GLM_PLANES_Q8, GLM_MINS_NONE, true };
    default: return (GlmPlanes){ GLM_PLANES_F16, GLM_MINS_NONE, false };
    }
}

void
glm_planes_bytes (const GlmPlanes *planes, int64_t n_values, size_t *ret_values, size_t *ret_scales, size_t *ret_mins)
{
  size_t n = (size_t) n_values;

  *ret_scales = *ret_mins = 0;
  switch (planes->kind)
    {
    case GLM_PLANES_F32: *ret_values = 4 * n; return;
    case GLM_PLANES_F16: *ret_values = 2 * n; return;
    case GLM_PLANES_Q4: *ret_values = n / 2; break;
    case GLM_PLANES_Q8: *ret_values = n; break;
    }
  *ret_scales = n / GLM_QK * (planes->sub16 ? 4 : 2);
  *ret_mins = planes->mins == GLM_MINS_PLANE ? n / GLM_QK * 2 : 0;
}

/* ---- Blocks of the files ---------------------------------------------------------------------------------------- */

static void
read_nibbles (const uint8_t qs[16], const int8_t *values, int offset, Block *block)
{
  for (int j = 0; j < GLM_QK; j++)
    {
      int q = j < 16 ? qs[j] & 15 : qs[j - 16] >> 4;

      block->level[j] = (int8_t) (values ? values[q] : q - offset);
    }
}

static void
read_q5 (const uint8_t qs[16], const uint8_t qh[4], int offset, Block *block)
{
  read_nibbles (qs, NULL, offset, block);
  for (int j = 0; j < GLM_QK; j++)
    block->level[j] = (int8_t) (block->level[j] + ((qh[j / 8] >> (j % 8) & 1) << 4));
}

/* Part j of Q4_K and Q5_K, which begins like it. */
static void
read_k4 (const GlmBlockQ4_K *head, const uint8_t qs[128], const uint8_t *qh, int j, Block *block)
{
  int scale, min;

  glm_k4_scale_min (head->scales, j, &scale, &min);
  block->d[0] = glm_f16_to_f32 (head->d) * (float) scale;
  block->m = -glm_f16_to_f32 (head->dmin) * (float) min;
  for (int l = 0; l < GLM_QK; l++)
    block->level[l] = (int8_t) ((qs[j / 2 * 32 + l] >> (j % 2 * 4) & 15) | (qh ? (qh[l] >> j & 1) << 4 : 0));
}

static void
read_q6_k (const GlmBlockQ6_K *b, int j, Block *block)
{
  const uint8_t *ql = b->ql + j / 4 * 64 + j % 2 * 32, *qh = b->qh + j / 4 * 32;

  for (int l = 0; l < GLM_QK; l++)
    block->level[l] = (int8_t) (((ql[l] >> (j % 4 / 2 * 4) & 15) | (qh[l] >> (j % 4 * 2) & 3) << 4) - 32);
  for (int h = 0; h < 2; h++)
    block->d[h] = glm_f16_to_f32 (b->d) * (float) b->scales[2 * j + h];
}

static void
read_q3_k (const GlmBlockQ3_K *b, int j, Block *block)
{
  for (int l = 0; l < GLM_QK; l++)
    block->level[l] = (int8_t) ((b->qs[j / 4 * 32 + l] >> (j % 4 * 2) & 3) - (b->hmask[l] >> j & 1 ? 0 : 4));
  for (int h = 0; h < 2; h++)
    block->d[h] = glm_f16_to_f32 (b->d) * (float) glm_q3k_scale (b->scales, 2 * j + h);
}

static void
read_iq4_xs (const GlmBlockIQ4_XS *b, int j, Block *block)
{
  int low = b->scales_l[j / 2] >> (j % 2 * 4) & 15, high = b->scales_h >> (2 * j) & 3;

  block->d[0] = glm_f16_to_f32 (b->d) * (float) ((low | high << 4) - 32);
  read_nibbles (b->qs + 16 * j, glm_iq4_values, 0, block);
}

/* Part j of the file's block at `data`; what has no super-blocks has one part. */
static void
read_block (GlmType type, const void *data, int j, Block *block)
{
  block->m = 0;
  switch (type)
    {
    case GLM_TYPE_Q4_1:
      block->d[0] = glm_f16_to_f32 (((const GlmBlockQ4_1 *) data)->d);
      block->m = glm_f16_to_f32 (((const GlmBlockQ4_1 *) data)->m);
      read_nibbles (((const GlmBlockQ4_1 *) data)->qs, NULL, 0, block);
      break;
    case GLM_TYPE_Q5_0:
      block->d[0] = glm_f16_to_f32 (((const GlmBlockQ5_0 *) data)->d);
      read_q5 (((const GlmBlockQ5_0 *) data)->qs, ((const GlmBlockQ5_0 *) data)->qh, 16, block);
      break;
    case GLM_TYPE_Q5_1:
      block->d[0] = glm_f16_to_f32 (((const GlmBlockQ5_1 *) data)->d);
      block->m = glm_f16_to_f32 (((const GlmBlockQ5_1 *) data)->m);
      read_q5 (((const GlmBlockQ5_1 *) data)->qs, ((const GlmBlockQ5_1 *) data)->qh, 0, block);
      break;
    case GLM_TYPE_IQ4_NL:
      block->d[0] = glm_f16_to_f32 (((const GlmBlockIQ4_NL *) data)->d);
      read_nibbles (((const GlmBlockIQ4_NL *) data)->qs, glm_iq4_values, 0, block);
      break;
    case GLM_TYPE_Q4_K: read_k4 (data, ((const GlmBlockQ4_K *) data)->qs, NULL, j, block); break;
    case GLM_TYPE_Q5_K: read_k4 (data, ((const GlmBlockQ5_K *) data)->qs, ((const GlmBlockQ5_K *) data)->qh, j, block); break;
    case GLM_TYPE_Q6_K: read_q6_k (data, j, block); break;
    case GLM_TYPE_Q3_K: read_q3_k (data, j, block); break;
    default: read_iq4_xs (data, j, block); break;
    }
}

/* ---- Packing ---------------------------------------------------------------------------------------------------- */

static void
write_block (const GlmPlanes *planes, const Block *block, int64_t b, uint8_t *values, uint16_t *scales, uint16_t *mins)
{
  if (planes->kind == GLM_PLANES_Q8)
    memcpy (values + 32 * b, block->level, 32);
  else
    for (int j = 0; j < 16; j++)
      values[16 * b + j] = (uint8_t) (block->level[j] | block->level[j + 16] << 4);
  for (int h = 0; h <= planes->sub16; h++)
    scales[planes->sub16 ? 2 * b + h : b] = glm_f32_to_f16 (block->d[h]);
  if (planes->mins == GLM_MINS_PLANE)
    mins[b] = glm_f32_to_f16 (block->m);
}

static void
pack_floats (const GlmTypeTraits *traits, const void *data, int64_t n_values, uint16_t *values)
{
  const unsigned char *at = data;
  float expanded[256];
  int step = traits->block_size == 1 ? 256 : traits->block_size;

  for (int64_t i = 0; i < n_values; i += step)
    {
      int n = n_values - i < step ? (int) (n_values - i) : step;

      traits->dequantise (at, expanded, n);
      for (int k = 0; k < n; k++)
        values[i + k] = glm_f32_to_f16 (expanded[k]);
      at += (size_t) (n / traits->block_size) * (size_t) traits->block_bytes;
    }
}

void
glm_planes_pack (GlmType type, const void *data, int64_t n_values, void *values, uint16_t *scales, uint16_t *mins)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  GlmPlanes planes = glm_planes_for_type (type);
  int64_t n_blocks = n_values / GLM_QK;

  if (type == GLM_TYPE_F32 || type == GLM_TYPE_F16)
    memcpy (values, data, (size_t) n_values * (size_t) traits->block_bytes);
  else if (planes.kind == GLM_PLANES_F16)
    pack_floats (traits, data, n_values, values);
  else if (type == GLM_TYPE_Q4_0)
    for (int64_t b = 0; b < n_blocks; b++)
      {
        scales[b] = ((const GlmBlockQ4_0 *) data)[b].d;
        memcpy ((uint8_t *) values + 16 * b, ((const GlmBlockQ4_0 *) data)[b].qs, 16);
      }
  else if (type == GLM_TYPE_Q8_0)
    for (int64_t b = 0; b < n_blocks; b++)
      {
        scales[b] = ((const GlmBlockQ8_0 *) data)[b].d;
        memcpy ((uint8_t *) values + 32 * b, ((const GlmBlockQ8_0 *) data)[b].qs, 32);
      }
  else
    for (int64_t b = 0; b < n_blocks; b++)
      {
        int parts = traits->block_size / GLM_QK;
        Block block;

        read_block (type, (const unsigned char *) data + (size_t) (b / parts) * (size_t) traits->block_bytes, (int) (b % parts),
                    &block);
        write_block (&planes, &block, b, values, scales, mins);
      }
}
