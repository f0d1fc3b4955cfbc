/* packed.c: from the file's blocks to panels, and back for single rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quant/packed.h"

#include <string.h>

#define ROWS GLM_PANEL_ROWS

/* clang-format off */
static const GlmPackedTraits all_traits[GLM_N_PACKED] = {
  { GLM_PACKED_Q4_0,   GLM_TYPE_Q4_0,   1, 0,  256, 256 + 32, GLM_SUM_8 },
  { GLM_PACKED_Q4_1,   GLM_TYPE_Q4_1,   1, 0,  256, 256 + 64, GLM_SUM_MIN },
  { GLM_PACKED_Q5_0,   GLM_TYPE_Q5_0,   1, 0,  320, 320 + 32, GLM_SUM_16 },
  { GLM_PACKED_Q5_1,   GLM_TYPE_Q5_1,   1, 0,  320, 320 + 64, GLM_SUM_MIN },
  { GLM_PACKED_Q8_0,   GLM_TYPE_Q8_0,   1, 0,  512, 512 + 32, GLM_SUM_128 },
  { GLM_PACKED_Q4_K,   GLM_TYPE_Q4_K,   8, 64, 256, 256 + 32, GLM_SUM_MIN },
  { GLM_PACKED_Q5_K,   GLM_TYPE_Q5_K,   8, 64, 320, 320 + 32, GLM_SUM_MIN },
  { GLM_PACKED_Q6_K,   GLM_TYPE_Q6_K,   8, 32, 384, 384 + 32, GLM_SUM_HALVES_32 },
  { GLM_PACKED_IQ4_NL, GLM_TYPE_IQ4_NL, 1, 0,  256, 256 + 32, GLM_SUM_128 },
  { GLM_PACKED_IQ4_XS, GLM_TYPE_IQ4_XS, 8, 32, 256, 256 + 16, GLM_SUM_128 },
  { GLM_PACKED_Q3_K,   GLM_TYPE_Q3_K,   8, 32, 192, 192 + 32, GLM_SUM_HALVES_4 },
  { GLM_PACKED_Q2_K,   GLM_TYPE_Q2_K,   8, 64, 128, 128 + 32, GLM_SUM_MIN_HALVES },
  { GLM_PACKED_MXFP4,  GLM_TYPE_MXFP4,  1, 0,  256, 256 + 16, GLM_SUM_128 },
  { GLM_PACKED_IQ1_S,  GLM_TYPE_IQ1_S,  8, 64, 128, 128 + 32, GLM_SUM_MIN },
  { GLM_PACKED_IQ1_M,  GLM_TYPE_IQ1_M,  8, 64, 192, 192 + 32, GLM_SUM_HALVES_128 },
  { GLM_PACKED_IQ2_XXS, GLM_TYPE_IQ2_XXS, 8, 64, 192, 192 + 16, GLM_SUM_128 },
  { GLM_PACKED_IQ2_XS, GLM_TYPE_IQ2_XS, 8, 64, 192, 192 + 32, GLM_SUM_HALVES_128 },
  { GLM_PACKED_IQ2_S,  GLM_TYPE_IQ2_S,  8, 64, 192, 192 + 32, GLM_SUM_HALVES_128 },
  { GLM_PACKED_IQ3_XXS, GLM_TYPE_IQ3_XXS, 8, 64, 256, 256 + 16, GLM_SUM_128 },
  { GLM_PACKED_IQ3_S,  GLM_TYPE_IQ3_S,  8, 64, 256, 256 + 16, GLM_SUM_128 },
};
/* clang-format on */

const GlmPackedTraits *
glm_packed_traits (GlmPackedFormat format)
{
  return &all_traits[format];
}

const GlmPackedTraits *
glm_packed_traits_for_type (GlmType type)
{
  for (int i = 0; i < GLM_N_PACKED; i++)
    if (all_traits[i].type == type)
      return &all_traits[i];
  return NULL;
}

const GlmPackedTraits *
glm_packed_traits_of_file (GlmType type)
{
  for (int i = 0; i < GLM_N_PACKED; i++)
    if (type == GLM_PACKED_TYPE (i))
      return &all_traits[i];
  return NULL;
}

static inline size_t
group_bytes (const GlmPackedTraits *traits)
{
  return (size_t) traits->head_bytes + (size_t) traits->blocks_per_group * (size_t) traits->block_bytes;
}

size_t
glm_packed_panel_bytes (const GlmPackedTraits *traits, int64_t cols)
{
  return (size_t) (cols / (GLM_QK * traits->blocks_per_group)) * group_bytes (traits);
}

size_t
glm_packed_bytes (GlmType type, const int64_t ne[4])
{
  const GlmPackedTraits *traits = glm_packed_traits_for_type (type);
  int64_t n_panels = (ne[1] + ROWS - 1) / ROWS * ne[2] * ne[3];

  return traits ? (size_t) n_panels * glm_packed_panel_bytes (traits, ne[0]) : 0;
}

/* ---- One block of one row --------------------------------------------------------------------------------------- */

/* What the packed formats keep of 32 values of one row. */
typedef struct
{
  uint8_t level[GLM_QK]; /* unsigned */
  uint16_t d, m;         /* half; plain types */
  uint8_t scale[2], min; /* types with super-blocks; Q2_K: scale | min << 4, of 16 columns each */
} RowBlock;

static inline void
read_nibbles (const uint8_t qs[16], RowBlock *row)
{
  for (int j = 0; j < 16; j++)
    {
      row->level[j] = qs[j] & 15;
      row->level[j + 16] = qs[j] >> 4;
    }
}

static inline void
add_high_bits (const uint8_t qh[4], RowBlock *row)
{
  for (int j = 0; j < GLM_QK; j++)
    row->level[j] |= (uint8_t) ((qh[j / 8] >> (j % 8) & 1) << 4);
}

/* Sub-block j of Q4_K and Q5_K. */
static inline void
read_k4 (const uint8_t scales[12], const uint8_t qs[128], const uint8_t *qh, /* NULL for Q4_K */
         int j, RowBlock *row)
{
  int scale, min;

  glm_k4_scale_min (scales, j, &scale, &min);
  row->scale[0] = (uint8_t) scale;
  row->min = (uint8_t) min;
  for (int l = 0; l < GLM_QK; l++)
    row->level[l] = qs[j / 2 * 32 + l] >> (j % 2 * 4) & 15;
  for (int l = 0; qh != NULL && l < GLM_QK; l++)
    row->level[l] |= (uint8_t) ((qh[l] >> j & 1) << 4);
}

static inline void
read_q6_k (const GlmBlockQ6_K *block, int j, RowBlock *row)
{
  const uint8_t *ql = block->ql + j / 4 * 64 + j % 2 * 32, *qh = block->qh + j / 4 * 32;
  int quarter = j % 4;

  row->scale[0] = (uint8_t) block->scales[2 * j];
  row->scale[1] = (uint8_t) block->scales[2 * j + 1];
  for (int l = 0; l < GLM_QK; l++)
    row->level[l] = (uint8_t) ((ql[l] >> (quarter / 2 * 4) & 15) | (qh[l] >> (quarter * 2) & 3) << 4);
}

/* Columns 32 j … 32 j + 31 of the two-bit levels of Q2_K and Q3_K. */
static inline void
read_crumbs (const uint8_t qs[64], int j, RowBlock *row)
{
  for (int l = 0; l < GLM_QK; l++)
    row->level[l] = qs[j / 4 * 32 + l] >> (j % 4 * 2) & 3;
}

static inline void
read_q3_k (const GlmBlockQ3_K *block, int j, RowBlock *row)
{
  row->scale[0] = (uint8_t) glm_q3k_scale (block->scales, 2 * j);
  row->scale[1] = (uint8_t) glm_q3k_scale (block->scales, 2 * j + 1);
  read_crumbs (block->qs, j, row);
  for (int l = 0; l < GLM_QK; l++)
    row->level[l] |= (uint8_t) ((block->hmask[l] >> j & 1) << 2);
}

static inline void
read_iq4_xs (const GlmBlockIQ4_XS *block, int j, RowBlock *row)
{
  int low = block->scales_l[j / 2] >> (j % 2 * 4) & 15, high = block->scales_h >> (2 * j) & 3;

  row->scale[0] = (uint8_t) ((low | high << 4) - 32);
  read_nibbles (block->qs + 16 * j, row);
}

/* Part j of a block of a type with a codebook. */
static void
read_codes (GlmPackedFormat format, const uint8_t *data, int j, RowBlock *row)
{
  GlmCodes codes;

  switch (format)
    {
    case GLM_PACKED_IQ1_S: glm_read_iq1_s ((const GlmBlockIQ1_S *) data, j, &codes); break;
    case GLM_PACKED_IQ1_M: glm_read_iq1_m ((const GlmBlockIQ1_M *) data, j, &codes); break;
    case GLM_PACKED_IQ2_XXS: glm_read_iq2_xxs ((const GlmBlockIQ2_XXS *) data, j, &codes); break;
    case GLM_PACKED_IQ2_XS: glm_read_iq2_xs ((const GlmBlockIQ2_XS *) data, j, &codes); break;
    case GLM_PACKED_IQ2_S: glm_read_iq2_s ((const GlmBlockIQ2_S *) data, j, &codes); break;
    case GLM_PACKED_IQ3_XXS: glm_read_iq3_xxs ((const GlmBlockIQ3_XXS *) data, j, &codes); break;
    default: glm_read_iq3_s ((const GlmBlockIQ3_S *) data, j, &codes); break;
    }
  memcpy (row->level, codes.level, sizeof row->level);
  memcpy (row->scale, codes.scale, sizeof row->scale);
}

/* Where all 32 values are shifted alike, they are s (8 q − 7), or s (8 q − 9) shifted down, in units. */
static void
read_iq1_s (const uint8_t *data, int j, RowBlock *row)
{
  read_codes (GLM_PACKED_IQ1_S, data, j, row);
  row->min = (uint8_t) (row->scale[0] * (row->level[0] & 4 ? 9 : 7));
  row->scale[0] = (uint8_t) (row->scale[0] * 8);
  for (int l = 0; l < GLM_QK; l++)
    row->level[l] &= 3;
}

/* Block j of the file's block (group) at `data`. */
static void
read_row_block (GlmPackedFormat format, const uint8_t *data, int j, RowBlock *row)
{
  switch (format)
    {
    case GLM_PACKED_Q4_0:
      row->d = ((const GlmBlockQ4_0 *) data)->d;
      read_nibbles (((const GlmBlockQ4_0 *) data)->qs, row);
      break;
    case GLM_PACKED_Q4_1:
      row->d = ((const GlmBlockQ4_1 *) data)->d;
      row->m = ((const GlmBlockQ4_1 *) data)->m;
      read_nibbles (((const GlmBlockQ4_1 *) data)->qs, row);
      break;
    case GLM_PACKED_Q5_0:
      row->d = ((const GlmBlockQ5_0 *) data)->d;
      read_nibbles (((const GlmBlockQ5_0 *) data)->qs, row);
      add_high_bits (((const GlmBlockQ5_0 *) data)->qh, row);
      break;
    case GLM_PACKED_Q5_1:
      row->d = ((const GlmBlockQ5_1 *) data)->d;
      row->m = ((const GlmBlockQ5_1 *) data)->m;
      read_nibbles (((const GlmBlockQ5_1 *) data)->qs, row);
      add_high_bits (((const GlmBlockQ5_1 *) data)->qh, row);
      break;
    case GLM_PACKED_Q8_0:
      row->d = ((const GlmBlockQ8_0 *) data)->d;
      for (int l = 0; l < GLM_QK; l++)
        row->level[l] = (uint8_t) (((const GlmBlockQ8_0 *) data)->qs[l] + 128);
      break;
    case GLM_PACKED_Q4_K:
      read_k4 (((const GlmBlockQ4_K *) data)->scales, ((const GlmBlockQ4_K *) data)->qs, NULL, j, row);
      break;
    case GLM_PACKED_Q5_K:
      read_k4 (((const GlmBlockQ5_K *) data)->scales, ((const GlmBlockQ5_K *) data)->qs, ((const GlmBlockQ5_K *) data)->qh, j,
               row);
      break;
    case GLM_PACKED_Q6_K: read_q6_k ((const GlmBlockQ6_K *) data, j, row); break;
    case GLM_PACKED_IQ4_NL:
      row->d = ((const GlmBlockIQ4_NL *) data)->d;
      read_nibbles (((const GlmBlockIQ4_NL *) data)->qs, row);
      break;
    case GLM_PACKED_IQ4_XS: read_iq4_xs ((const GlmBlockIQ4_XS *) data, j, row); break;
    case GLM_PACKED_Q3_K: read_q3_k ((const GlmBlockQ3_K *) data, j, row); break;
    case GLM_PACKED_Q2_K:
      row->scale[0] = ((const GlmBlockQ2_K *) data)->scales[2 * j];
      row->scale[1] = ((const GlmBlockQ2_K *) data)->scales[2 * j + 1];
      read_crumbs (((const GlmBlockQ2_K *) data)->qs, j, row);
      break;
    case GLM_PACKED_MXFP4:
      row->scale[0] = ((const GlmBlockMXFP4 *) data)->e;
      read_nibbles (((const GlmBlockMXFP4 *) data)->qs, row);
      break;
    case GLM_PACKED_IQ1_S: read_iq1_s (data, j, row); break;
    default: read_codes (format, data, j, row); break;
    }
}

static inline bool
has_high_bits (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q5_0 || format == GLM_PACKED_Q5_1 || format == GLM_PACKED_Q5_K;
}

/* Levels of two bits. */
static inline bool
has_crumbs (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q2_K || format == GLM_PACKED_IQ1_S;
}

/* Levels of three bits. */
static inline bool
has_threes (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q3_K || format == GLM_PACKED_IQ1_M || format == GLM_PACKED_IQ2_XXS || format == GLM_PACKED_IQ2_XS
         || format == GLM_PACKED_IQ2_S;
}

static inline bool
has_min (const GlmPackedTraits *traits)
{
  return traits->sum_kind == GLM_SUM_MIN || traits->sum_kind == GLM_SUM_MIN_HALVES;
}

/* Units in single precision at the head of a group. */
static inline bool
has_units (GlmPackedFormat format)
{
  return format >= GLM_PACKED_IQ1_S && format <= GLM_PACKED_IQ3_S;
}

/* ---- Packing ---------------------------------------------------------------------------------------------------- */

static inline uint32_t
load_u32 (const uint8_t *p)
{
  uint32_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

static inline void
store_u32 (uint8_t *p, uint32_t value)
{
  memcpy (p, &value, sizeof value);
}

/* Two bits, from `shift` on, of each level of row r. */
static inline void
write_crumbs (const uint8_t level[GLM_QK], int shift, int r, uint8_t *part)
{
  for (int h = 0; h < 2; h++)
    {
      uint32_t bits = 0;

      for (int z = 0; z < 4; z++)
        bits |= (load_u32 (level + 16 * h + 4 * z) >> shift & 0x03030303) << (2 * z);
      store_u32 (part + 64 * h + 4 * r, bits);
    }
}

/* The three-bit levels of row r. */
static inline void
write_threes (const uint8_t level[GLM_QK], int r, uint8_t *block)
{
  for (int i = 0; i < 3; i++)
    {
      uint32_t bits = load_u32 (level + 4 * i) | load_u32 (level + 16 + 4 * i) << 3;

      if (i < 2)
        bits |= (load_u32 (level + 16 * i + 12) & 0x03030303) << 6;
      else
        bits |= (load_u32 (level + 12) & 0x04040404) << 4 | (load_u32 (level + 28) & 0x04040404) << 5;
      store_u32 (block + 64 * i + 4 * r, bits);
    }
}

/* Writes the levels of row r. */
static inline void
write_levels (GlmPackedFormat format, const uint8_t level[GLM_QK], int r, uint8_t *block)
{
  if (format == GLM_PACKED_Q8_0)
    for (int z = 0; z < 8; z++)
      memcpy (block + 64 * z + 4 * r, level + 4 * z, 4);
  else if (has_crumbs (format))
    write_crumbs (level, 0, r, block);
  else if (has_threes (format))
    write_threes (level, r, block);
  else
    for (int z = 0; z < 4; z++)
      store_u32 (block + 64 * z + 4 * r,
                 (load_u32 (level + 4 * z) & 0x0f0f0f0f) | (load_u32 (level + 16 + 4 * z) & 0x0f0f0f0f) << 4);
  if (format == GLM_PACKED_Q6_K)
    write_crumbs (level, 4, r, block + 256);
  else if (has_high_bits (format))
    {
      uint32_t bits = 0;

      for (int z = 0; z < 8; z++)
        bits |= (load_u32 (level + 4 * z) >> 4 & 0x01010101) << z;
      store_u32 (block + 256 + 4 * r, bits);
    }
}

static inline void
write_half (uint8_t *p, int r, uint16_t value)
{
  memcpy (p + 2 * r, &value, sizeof value);
}

static inline void
write_scales (const GlmPackedTraits *traits, const RowBlock *row, int r, uint8_t *scales)
{
  if (traits->blocks_per_group > 1 || traits->format == GLM_PACKED_MXFP4)
    {
      scales[r] = row->scale[0];
      if (glm_packed_has_halves (traits->format))
        scales[ROWS + r] = row->scale[1];
      else if (has_min (traits))
        scales[ROWS + r] = row->min;
    }
  else
    {
      write_half (scales, r, row->d);
      if (has_min (traits))
        write_half (scales + 2 * ROWS, r, row->m);
    }
}

static inline void
write_head (GlmPackedFormat format, const uint8_t *data, int r, uint8_t *head)
{
  if (has_units (format))
    {
      float unit = glm_codes_unit (all_traits[format].type, data);

      memcpy (head + 4 * r, &unit, sizeof unit);
    }
  else if (format == GLM_PACKED_Q6_K)
    write_half (head, r, ((const GlmBlockQ6_K *) data)->d);
  else if (format == GLM_PACKED_Q3_K)
    write_half (head, r, ((const GlmBlockQ3_K *) data)->d);
  else if (format == GLM_PACKED_IQ4_XS)
    write_half (head, r, ((const GlmBlockIQ4_XS *) data)->d);
  else if (format == GLM_PACKED_Q2_K)
    {
      write_half (head, r, ((const GlmBlockQ2_K *) data)->d);
      write_half (head + 2 * ROWS, r, ((const GlmBlockQ2_K *) data)->dmin);
    }
  else if (format == GLM_PACKED_Q4_K || format == GLM_PACKED_Q5_K)
    {
      /* Q5_K begins like Q4_K. */
      write_half (head, r, ((const GlmBlockQ4_K *) data)->d);
      write_half (head + 2 * ROWS, r, ((const GlmBlockQ4_K *) data)->dmin);
    }
}

/* One group of one row.  `format` is a constant at each call, so that the compiler makes a loop for each. */
static inline __attribute__ ((always_inline)) void
pack_group (GlmPackedFormat format, const uint8_t *data, int r, uint8_t *group)
{
  const GlmPackedTraits *traits = &all_traits[format];

  write_head (format, data, r, group);
  group += traits->head_bytes;
  for (int j = 0; j < traits->blocks_per_group; j++, group += traits->block_bytes)
    {
      RowBlock row;

      read_row_block (format, data, j, &row);
      write_levels (format, row.level, r, group);
      write_scales (traits, &row, r, group + traits->level_bytes);
    }
}

/* Q4_0's nibbles lie in the file as in a panel, so that they need no taking apart.  IQ4_NL's block is the same. */
static void
pack_q4_0 (const uint8_t *data, int r, uint8_t *block)
{
  const GlmBlockQ4_0 *row = (const GlmBlockQ4_0 *) data;

  for (int z = 0; z < 4; z++)
    memcpy (block + 64 * z + 4 * r, row->qs + 4 * z, 4);
  write_half (block + 256, r, row->d);
}

static void
pack_one (GlmPackedFormat format, const uint8_t *data, int r, uint8_t *group)
{
  switch (format)
    {
    case GLM_PACKED_Q4_0:
    case GLM_PACKED_IQ4_NL: pack_q4_0 (data, r, group); break;
    case GLM_PACKED_Q4_1: pack_group (GLM_PACKED_Q4_1, data, r, group); break;
    case GLM_PACKED_Q5_0: pack_group (GLM_PACKED_Q5_0, data, r, group); break;
    case GLM_PACKED_Q5_1: pack_group (GLM_PACKED_Q5_1, data, r, group); break;
    case GLM_PACKED_Q8_0: pack_group (GLM_PACKED_Q8_0, data, r, group); break;
    case GLM_PACKED_Q4_K: pack_group (GLM_PACKED_Q4_K, data, r, group); break;
    case GLM_PACKED_Q5_K: pack_group (GLM_PACKED_Q5_K, data, r, group); break;
    case GLM_PACKED_Q6_K: pack_group (GLM_PACKED_Q6_K, data, r, group); break;
    case GLM_PACKED_IQ4_XS: pack_group (GLM_PACKED_IQ4_XS, data, r, group); break;
    case GLM_PACKED_Q3_K: pack_group (GLM_PACKED_Q3_K, data, r, group); break;
    case GLM_PACKED_Q2_K: pack_group (GLM_PACKED_Q2_K, data, r, group); break;
    case GLM_PACKED_MXFP4: pack_group (GLM_PACKED_MXFP4, data, r, group); break;
    case GLM_PACKED_IQ1_S: pack_group (GLM_PACKED_IQ1_S, data, r, group); break;
    case GLM_PACKED_IQ1_M: pack_group (GLM_PACKED_IQ1_M, data, r, group); break;
    case GLM_PACKED_IQ2_XXS: pack_group (GLM_PACKED_IQ2_XXS, data, r, group); break;
    case GLM_PACKED_IQ2_XS: pack_group (GLM_PACKED_IQ2_XS, data, r, group); break;
    case GLM_PACKED_IQ2_S: pack_group (GLM_PACKED_IQ2_S, data, r, group); break;
    case GLM_PACKED_IQ3_XXS: pack_group (GLM_PACKED_IQ3_XXS, data, r, group); break;
    case GLM_PACKED_IQ3_S: pack_group (GLM_PACKED_IQ3_S, data, r, group); break;
    case GLM_N_PACKED: break;
    }
}

void
glm_packed_pack_panel (const GlmPackedTraits *traits, const uint8_t *rows, size_t row_bytes, int n_rows, int64_t cols,
                       uint8_t *panel)
{
  int64_t n_groups = cols / (GLM_QK * traits->blocks_per_group);
  size_t block_bytes = (size_t) glm_type_traits (traits->type)->block_bytes;

  if (n_rows < ROWS)
    memset (panel, 0, glm_packed_panel_bytes (traits, cols));
  for (int64_t g = 0; g < n_groups; g++, panel += group_bytes (traits))
    for (int r = 0; r < n_rows; r++)
      pack_one (traits->format, rows + (size_t) r * row_bytes + (size_t) g * block_bytes, r, panel);
}

/* ---- Back to float ---------------------------------------------------------------------------------------------- */

static inline float
read_half (const uint8_t *p, int r)
{
  uint16_t value;

  memcpy (&value, p + 2 * r, sizeof value);
  return glm_f16_to_f32 (value);
}

/* Column k of a row whose bytes are lane, 64 + lane and 128 + lane. */
static uint8_t
read_three (const uint8_t *block, int k, int lane)
{
  int part = k % 16 / 4, half = k / 16;

  if (part < 3)
    return block[64 * part + lane] >> (3 * half) & 7;
  return (uint8_t) (block[64 * half + lane] >> 6 | (block[128 + lane] >> (6 + half) & 1) << 2);
}

/* Reads the levels of row r back. */
static void
read_levels (GlmPackedFormat format, const uint8_t *block, int r, uint8_t level[GLM_QK])
{
  const uint8_t *high = block + 256;

  for (int k = 0; k < GLM_QK; k++)
    {
      int z = k / 4, lane = 4 * r + k % 4;

      if (format == GLM_PACKED_Q8_0)
        level[k] = block[64 * z + lane];
      else if (has_crumbs (format))
        level[k] = block[64 * (z / 4) + lane] >> (z % 4 * 2) & 3;
      else if (has_threes (format))
        level[k] = read_three (block, k, lane);
      else
        level[k] = block[64 * (z % 4) + lane] >> (z / 4 * 4) & 15;
      if (has_high_bits (format))
        level[k] |= (uint8_t) ((high[lane] >> z & 1) << 4);
      else if (format == GLM_PACKED_Q6_K)
        level[k] |= (uint8_t) ((high[64 * (z / 4) + lane] >> (z % 4 * 2) & 3) << 4);
    }
}

/* Scales and minima of columns 0–15 and 16–31 of row r; d and dmin from the group's head. */
static void
read_scales (const GlmPackedTraits *traits, const uint8_t *scales, int r, float d, float dmin, float scale[2], float min[2])
{
  min[0] = min[1] = 0;
  if (traits->format == GLM_PACKED_MXFP4)
    scale[0] = scale[1] = glm_mxfp4_scale (scales[r]);
  else if (traits->blocks_per_group == 1)
    {
      scale[0] = scale[1] = read_half (scales, r);
      if (has_min (traits))
        min[0] = min[1] = read_half (scales + 2 * ROWS, r);
    }
  else if (traits->format == GLM_PACKED_Q2_K)
    for (int h = 0; h < 2; h++)
      {
        scale[h] = d * (float) (scales[ROWS * h + r] & 15);
        min[h] = -dmin * (float) (scales[ROWS * h + r] >> 4);
      }
  else if (glm_packed_has_halves (traits->format))
    for (int h = 0; h < 2; h++)
      scale[h] = d * (float) (has_units (traits->format) ? scales[ROWS * h + r] : (int8_t) scales[ROWS * h + r]);
  else if (has_min (traits))
    {
      scale[0] = scale[1] = d * (float) scales[r];
      min[0] = min[1] = -dmin * (float) scales[ROWS + r];
    }
  else
    scale[0] = scale[1] = d * (float) (has_units (traits->format) ? scales[r] : (int8_t) scales[r]);
}

/* d and dmin of row r. */
static void
read_head (const GlmPackedTraits *traits, const uint8_t *head, int r, float *ret_d, float *ret_dmin)
{
  if (has_units (traits->format))
    {
      memcpy (ret_d, head + 4 * r, sizeof *ret_d);
      *ret_dmin = *ret_d;
      return;
    }
  *ret_d = read_half (head, r);
  *ret_dmin = has_min (traits) ? read_half (head + 2 * ROWS, r) : 0;
}

void
glm_packed_dequantise_row (const GlmPackedTraits *traits, const uint8_t *panel, int row, int64_t cols, float *y)
{
  static const int offsets[GLM_N_PACKED] = {
    [GLM_PACKED_Q4_0] = 8, [GLM_PACKED_Q5_0] = 16, [GLM_PACKED_Q8_0] = 128, [GLM_PACKED_Q6_K] = 32, [GLM_PACKED_Q3_K] = 4,
  };
  const int8_t *values = glm_packed_values (traits->format);
  float d = 0, dmin = 0;

  for (int64_t b = 0; b < cols / GLM_QK; b++, y += GLM_QK)
    {
      uint8_t level[GLM_QK];
      float scale[2], min[2];

      if (traits->head_bytes != 0 && b % traits->blocks_per_group == 0)
        {
          read_head (traits, panel, row, &d, &dmin);
          panel += traits->head_bytes;
        }
      read_levels (traits->format, panel, row, level);
      read_scales (traits, panel + traits->level_bytes, row, d, dmin, scale, min);
      panel += traits->block_bytes;
      for (int k = 0; k < GLM_QK; k++)
        {
          int value = values ? values[level[k]] : level[k] - offsets[traits->format];

          y[k] = scale[k / 16] * (float) value + min[k / 16];
        }
    }
}
