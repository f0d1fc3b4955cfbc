/* token-table-private.h: the table of token-table.h, for token-table.c and token-mask.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_TOKEN_TABLE_PRIVATE_H
#define GLM_TOKEN_TABLE_PRIVATE_H

#include "text/token-runs.h"
#include "text/token-table.h"

#define GLM_TOKEN_NOWHERE UINT32_MAX

struct GlmTokenTable
{
  size_t n_ids;
  size_t n;         /* tokens with bytes, sorted by them: */
  int32_t *ids;     /* [n] */
  uint8_t *pool;    /* their bytes, one behind the other … */
  uint32_t *offset; /* … [n + 1] */
  uint32_t first[257];
  uint32_t *place;           /* [n_ids]: where it is in ids; GLM_TOKEN_NOWHERE: it has no bytes */
  uint8_t *last;             /* [n]: first byte of the last character, counted from 1; 255: that or more */
  uint8_t *last_of_id;       /* [n_ids] */
  uint8_t *first_of_id;      /* [n_ids]: its first byte */
  bool has_runs[GLM_N_RUNS]; /* those that the spelling has */
  GlmTokenRuns runs[GLM_N_RUNS];
};

static inline const uint8_t *
glm_token_table_at (const GlmTokenTable *table, size_t i, size_t *ret_n)
{
  *ret_n = table->offset[i + 1] - table->offset[i];
  return table->pool + table->offset[i];
}

#endif
