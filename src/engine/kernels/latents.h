/* latents.h: latents as bytes, and the queries that meet them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key of latent attention is a latent, which is the value as well, and some turned components behind it.  All query heads
 * share it, so that it is made into integers once and multiplied many times.  A latent becomes bytes with a scale for each
 * segment of 128 components, as a query does; the turned components, which are few and may be large, get 13 bits.  Keys come
 * in groups of 16, one in each lane: what is missing of the last group is zeros.
 */
#ifndef GLM_LATENTS_H
#define GLM_LATENTS_H

#include <stdbool.h>
#include <stdint.h>

#define GLM_LATENT_SEGMENT     128
#define GLM_LATENT_KEYS        128 /* at most in a block */
#define GLM_LATENT_GROUP       16
#define GLM_LATENT_QUERIES     64 /* at most */
#define GLM_LATENT_MAX_RANK    1024
#define GLM_LATENT_MAX_TURNED  128
#define GLM_LATENT_MAX_LEVEL   127
#define GLM_LATENT_TURNED_MOST 4095 /* … of the turned components: products of 128 fit 32 bits */
#define GLM_LATENT_MAX_WEIGHT  255

/* Groups that follow each other, all of one in a run: scales [rank / 128 + 1][16], the last of the turned components; levels
 * + 128 of the latents, [rank / 4][16][4] bytes; levels of the turned components, [turned / 2][16][2] of 16 bits. */
typedef struct
{
  int64_t rank, turned; /* components */
  int n;                /* keys, a multiple of 16 */
  int64_t group_bytes;
  uint8_t *groups;
} GlmLatentBlock;

typedef struct
{
  int64_t rank, turned;
  int8_t *levels;         /* [rank / 128][GLM_LATENT_QUERIES][128] */
  int32_t *offsets;       /* [rank / 128][GLM_LATENT_QUERIES]: −128 · Σ levels */
  int16_t *turned_levels; /* [GLM_LATENT_QUERIES][turned] */
  float *scales;          /* [rank / 128, and the turned][GLM_LATENT_QUERIES] */
} GlmLatentQueries;

/* Whether latents of these sizes can be made bytes. */
static inline bool
glm_latents_fit (int64_t rank, int64_t turned)
{
  return rank > 0 && rank % GLM_LATENT_SEGMENT == 0 && rank <= GLM_LATENT_MAX_RANK && turned > 0 && turned % 2 == 0
         && turned <= GLM_LATENT_MAX_TURNED;
}

static inline int64_t
glm_latent_n_scales (int64_t rank)
{
  return rank / GLM_LATENT_SEGMENT + 1;
}

static inline float *
glm_latent_scales (const GlmLatentBlock *block, int64_t group)
{
  return (float *) (void *) (block->groups + group * block->group_bytes);
}

static inline uint8_t *
glm_latent_levels (const GlmLatentBlock *block, int64_t group)
{
  return (uint8_t *) (glm_latent_scales (block, group) + glm_latent_n_scales (block->rank) * GLM_LATENT_GROUP);
}

static inline int16_t *
glm_latent_turned (const GlmLatentBlock *block, int64_t group)
{
  return (int16_t *) (void *) (glm_latent_levels (block, group) + block->rank * GLM_LATENT_GROUP);
}

/* Bytes of a group, and of queries; the others divide so much memory, aligned to 64, into their parts. */
static inline int64_t
glm_latent_group_bytes (int64_t rank, int64_t turned)
{
  return GLM_LATENT_GROUP * (rank + 2 * turned + glm_latent_n_scales (rank) * (int64_t) sizeof (float));
}

static inline int64_t
glm_latent_queries_bytes (int64_t rank, int64_t turned)
{
  return GLM_LATENT_QUERIES * (rank + 2 * turned + (2 * (rank / GLM_LATENT_SEGMENT) + 1) * (int64_t) sizeof (float));
}

/* Keys [first, first + n) of memory; first is a multiple of 16, n is rounded up to one. */
static inline GlmLatentBlock
glm_latent_block_in (int64_t rank, int64_t turned, int64_t first, int64_t n, void *memory)
{
  int64_t group_bytes = glm_latent_group_bytes (rank, turned);

  return (GlmLatentBlock){ rank, turned, (int) ((n + GLM_LATENT_GROUP - 1) / GLM_LATENT_GROUP * GLM_LATENT_GROUP), group_bytes,
                           (uint8_t *) memory + first / GLM_LATENT_GROUP * group_bytes };
}

static inline GlmLatentQueries
glm_latent_queries_in (int64_t rank, int64_t turned, void *memory)
{
  int8_t *levels = memory;
  int32_t *offsets = (int32_t *) (void *) (levels + GLM_LATENT_QUERIES * rank);
  int16_t *turned_levels = (int16_t *) (offsets + GLM_LATENT_QUERIES * (rank / GLM_LATENT_SEGMENT));

  return (GlmLatentQueries){ rank,    turned,        levels,
                             offsets, turned_levels, (float *) (void *) (turned_levels + GLM_LATENT_QUERIES * turned) };
}

/* Makes q [rank + turned] query number `place`. */
void glm_latent_query (const GlmLatentQueries *queries, int place, const float *q);

#endif
