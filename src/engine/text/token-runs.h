/* token-runs.h: which tokens are runs of any text, and what the others have behind such a run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For one kind of run (grammar-run.h).  A token that is none has a mark: its first byte that no character of the kind begins
 * with, or that begins no whole character.  What is behind the run before the mark, the mark included, is its tail; many
 * tokens share one.
 */
#ifndef GLM_TOKEN_RUNS_H
#define GLM_TOKEN_RUNS_H

#include "text/grammar-run.h"

/* A token's bytes: the sort key. */
typedef struct
{
  const uint8_t *bytes;
  uint32_t n;
  int32_t id;
} GlmTokenBytes;

#define GLM_RUN_NEVER 255

typedef struct
{
  bool ends[256];   /* bytes that no character of the kind has */
  uint8_t *n_chars; /* [n_ids]: of tokens that are a run; 0: of others, and of very long ones */
  uint8_t *from;    /* [n]: where the run begins that the token ends with; GLM_RUN_NEVER: it ends otherwise */
  uint8_t *chars;   /* [n]: of that run */
  /* The tokens that are no run, in their order: */
  uint32_t *others; /* [n_others], of the n tokens */
  uint8_t *mark;    /* [n_others]: where it is */
  uint32_t *tail;   /* [n_others], of the tails */
  size_t n_others;
  GlmTokenBytes *tails; /* [n_tails], in the order of bytes */
  uint16_t *common;     /* [n_tails]: bytes that are the same as of the one before */
  uint8_t *tail_from;   /* [n_tails]: where the run begins that it ends with, or GLM_RUN_NEVER */
  uint32_t first[257];  /* those that begin with byte b are tails[first[b] … first[b + 1]) */
  size_t n_tails;
} GlmTokenRuns;

/* Builds the runs of n sorted tokens, whose bytes must outlive them.  False: no memory; clear it in any case. */
bool glm_token_runs_init (GlmTokenRuns *runs, GlmRunKind kind, const GlmTokenBytes *tokens, size_t n, size_t n_ids);
void glm_token_runs_clear (GlmTokenRuns *runs);

/* By bytes, then by id: for qsort(). */
int glm_token_bytes_compare (const void *a, const void *b);

#endif
