/* packed.h: weights as the product kernels want them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A packed matrix is a sequence of panels, each of GLM_PANEL_ROWS = 16 rows interleaved, so that one vector holds four
 * consecutive columns of all 16 rows: exactly what an instruction that sums four byte products per 32-bit lane takes
 * (vpdpbusd, sdot).  Nothing is shuffled at run time but for i8mm, and rows past the end of the matrix are zeros.
 *
 *   panel  = group … group                      (cols / (32 · blocks_per_group) of them)
 *   group  = head block … block                 head: d[16] (and dmin[16]) in half precision, K types and IQ4_XS;
 *                                               unit[16] in single precision, IQ1 to IQ3
 *   block  = 16 rows × 32 columns:
 *     levels  4-bit part, 256 bytes: byte 64 z + 4 r + j, z < 4: low nibble column 4 z + j, high nibble 16 + 4 z + j
 *       Q5    + 64 bytes: byte 4 r + j, bit z < 8: the fifth bit of column 4 z + j
 *       Q6_K  + 128 bytes: byte 64 (z / 4) + 4 r + j, bits 2 (z % 4) and up: the upper two bits of column 4 z + j
 *       Q8_0  512 bytes instead: byte 64 z + 4 r + j, z < 8: column 4 z + j, plus 128
 *       Q2_K, IQ1_S  128 bytes instead: byte 64 (z / 4) + 4 r + j, bits 2 (z % 4) and up: column 4 z + j
 *       Q3_K, IQ1_M, IQ2  192 bytes instead: byte 64 i + 4 r + j, i < 3: bits 0–2 column 4 i + j, bits 3–5 column 16 + 4 i + j;
 *             bits 6–7 for i = 0, 1: the lower bits of column 16 i + 12 + j, for i = 2: their third bits
 *     scales  Q4_0, Q5_0, Q8_0, IQ4_NL: d[16] half · Q4_1, Q5_1: d[16], m[16] half
 *             Q4_K, Q5_K: scale[16], min[16] bytes · IQ4_XS: scale[16] signed bytes
 *             Q3_K, Q6_K: scale[16] of columns 0–15, scale[16] of 16–31, signed bytes
 *             Q2_K: bytes of columns 0–15 [16], of 16–31 [16]: low nibble scale, high nibble min
 *             MXFP4: exponent[16] bytes · IQ1_S: scale[16], min[16] bytes · IQ2_XXS, IQ3: scale[16] bytes
 *             IQ1_M, IQ2_XS, IQ2_S: scale[16] of columns 0–15, scale[16] of 16–31, bytes
 *
 * Levels are unsigned (u8); what they are offset by is taken off through the sum of the activations.  Those that stand for
 * values which are no line are indexes of glm_packed_values(), which the kernels look up plus 128.
 *
 * IQ1 to IQ3 have no codebooks any more: looking eight or four values up at a time costs more than reading them from memory.
 * A panel is 1.3 to 2 times as large as what it was made from, and a product with it several times as fast.
 *
 * Activations are quantised to signed bytes in blocks of 32 columns and packed in tiles of `width` rows of x ("tokens"):
 *
 *   tile   = block … block
 *   block  = q[width][32] int8 · d[width] float · a[width] · b[width]      (44 bytes a token)
 *
 * with d of four significant bits, and a and b what the format needs to know about the sum of q (see GlmSumKind), so that the inner loop only adds.
 */
#ifndef GLM_PACKED_H
#define GLM_PACKED_H

#include "quant/blocks.h"

#define GLM_PANEL_ROWS     16
#define GLM_PACKED_VERSION 1  /* of the layout: files of packed weights are keyed to it */
#define GLM_TILE_BYTES     44 /* of one token in one block of a tile */

/* The type id of a tensor that is packed in its file ("myna-cli pack"): whole panels one after the other, so that the file
 * is mapped and used as it is.  The layout's version is a part of the id: a program with another layout does not know the
 * type, and says so.  GGUF files from elsewhere never have these ids. */
#define GLM_PACKED_TYPE(format) ((GlmType) (0x4d590000 + GLM_PACKED_VERSION * 256 + (int) (format)))

typedef enum
{
  GLM_PACKED_Q4_0,
  GLM_PACKED_Q4_1,
  GLM_PACKED_Q5_0,
  GLM_PACKED_Q5_1,
  GLM_PACKED_Q8_0,
  GLM_PACKED_Q4_K,
  GLM_PACKED_Q5_K,
  GLM_PACKED_Q6_K,
  GLM_PACKED_IQ4_NL,
  GLM_PACKED_IQ4_XS,
  GLM_PACKED_Q3_K,
  GLM_PACKED_Q2_K,
  GLM_PACKED_MXFP4,
  GLM_PACKED_IQ1_S,
  GLM_PACKED_IQ1_M,
  GLM_PACKED_IQ2_XXS,
  GLM_PACKED_IQ2_XS,
  GLM_PACKED_IQ2_S,
  GLM_PACKED_IQ3_XXS,
  GLM_PACKED_IQ3_S,
  GLM_N_PACKED, /* new ones stand last: the numbers are in files */
} GlmPackedFormat;

/* What a block of a tile says about the sum of its q. */
typedef enum
{
  GLM_SUM_8,          /* a = −8 Σq as int32: the accumulator's first value */
  GLM_SUM_16,         /* a = −16 Σq */
  GLM_SUM_128,        /* a = −128 Σq */
  GLM_SUM_HALVES_4,   /* a = −4 Σq over columns 0–15, b the same over 16–31 */
  GLM_SUM_HALVES_32,  /* a = −32 Σq over columns 0–15, b the same over 16–31 */
  GLM_SUM_MIN,        /* a = d Σq as float, to be multiplied by the block's minimum */
  GLM_SUM_MIN_HALVES, /* a = d Σq as float over columns 0–15, b the same over 16–31 */
  GLM_SUM_HALVES_128, /* a = −128 Σq over columns 0–15, b the same over 16–31 */
  GLM_N_SUMS,
} GlmSumKind;

typedef struct
{
  GlmPackedFormat format;
  GlmType type;         /* of the file's blocks */
  int blocks_per_group; /* 1 or 8 */
  int head_bytes;       /* of a group */
  int level_bytes;      /* of a block; then come its scales */
  int block_bytes;
  GlmSumKind sum_kind;
} GlmPackedTraits;

/* Scales (and minima) of 16 columns instead of 32.  Here so that kernels of one format know it when they are compiled. */
static inline bool
glm_packed_has_halves (GlmPackedFormat format)
{
  return format == GLM_PACKED_Q6_K || format == GLM_PACKED_Q3_K || format == GLM_PACKED_Q2_K || format == GLM_PACKED_IQ1_M
         || format == GLM_PACKED_IQ2_XS || format == GLM_PACKED_IQ2_S;
}

const GlmPackedTraits *glm_packed_traits (GlmPackedFormat format);
/* The format of a GLM_PACKED_TYPE(); NULL for any other type. */
const GlmPackedTraits *glm_packed_traits_of_file (GlmType type);
/* NULL if there is no packed format for the type. */
const GlmPackedTraits *glm_packed_traits_for_type (GlmType type);

/* What the levels of a format are indexes of; NULL: they are numbers themselves. */
static inline const int8_t *
glm_packed_values (GlmPackedFormat format)
{
  switch (format)
    {
    case GLM_PACKED_IQ4_NL:
    case GLM_PACKED_IQ4_XS: return glm_iq4_values;
    case GLM_PACKED_MXFP4: return glm_mxfp4_values;
    case GLM_PACKED_IQ1_M: return glm_iq1_values;
    case GLM_PACKED_IQ2_XXS:
    case GLM_PACKED_IQ2_XS:
    case GLM_PACKED_IQ2_S: return glm_iq2_values;
    case GLM_PACKED_IQ3_XXS: return glm_iq3_xxs_values;
    case GLM_PACKED_IQ3_S: return glm_iq3_s_values;
    default: return NULL;
    }
}

size_t glm_packed_panel_bytes (const GlmPackedTraits *traits, int64_t cols);
/* Bytes of a tensor's panels, ne as the file has it: its matrices may have any number of rows.  0: there is no packed format. */
size_t glm_packed_bytes (GlmType type, const int64_t ne[4]);

/* Packs up to 16 rows of `row_bytes` each at `rows` into one panel. */
void glm_packed_pack_panel (const GlmPackedTraits *traits, const uint8_t *rows, size_t row_bytes, int n_rows, int64_t cols,
                            uint8_t *panel);
/* Row `row` < 16 of a panel as float, the same values as the file's blocks have: y [cols]. */
void glm_packed_dequantise_row (const GlmPackedTraits *traits, const uint8_t *panel, int row, int64_t cols, float *y);

#endif
