/* pool.h: the engine's own thread pool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A fixed set of pthreads that runs one parallel region at a time, the calling thread among them.  Several threads may call:
 * their regions take turns.  A region has as many shares as the pool has threads, and free threads take the next one, so a
 * thread that the system does not let run delays nothing.  Threads spin briefly, then sleep on a futex: an idle engine costs
 * nothing, and the window keeps its processor.
 */
#ifndef GLM_POOL_H
#define GLM_POOL_H

#include "engine.h"

typedef struct GlmPool GlmPool;

/* One share: 0 ≤ worker < n_workers.  No two run with the same number at once, but one thread may run several. */
typedef void (*GlmPoolFunc) (int worker, int n_workers, void *data);

bool glm_pool_new (int n_threads, GlmPool **ret_pool, GlmError *error);
void glm_pool_free (GlmPool *pool);
int glm_pool_n_threads (const GlmPool *pool);

/* Runs func for each share and returns when all are done.  A NULL pool runs it on the caller alone. */
void glm_pool_run (GlmPool *pool, GlmPoolFunc func, void *data);

/* Worker's half-open share of [0, n), in multiples of `grain` (the last one may be short). */
void glm_pool_share (int worker, int n_workers, int64_t n, int64_t grain, int64_t *ret_begin, int64_t *ret_end);

#endif
