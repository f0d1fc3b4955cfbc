/* pool.c: the engine's own thread pool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One parallel region at a time.  The caller publishes func and data, then raises `generation`; each worker that sees a
 * new generation runs its share and lowers `n_running`.  A token has some hundred regions of a few dozen microseconds,
 * so both sides first spin for about as long as a region lasts and only then sleep on a futex: between tokens, and
 * whenever the window needs the processor, nobody burns it.
 *
 * Ordering.  `generation` (release/acquire) publishes func and data; `n_running` (release/acquire) publishes the
 * workers' results.  A sleeper first counts itself in n_sleepers and then lets the kernel compare the generation, the
 * caller first raises the generation and then reads n_sleepers, both sequentially consistent: a wake-up cannot be lost.
 */
#include "pool.h"

#include "error.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_THREADS 256

/* Pauses before sleeping: some 50 µs on current processors (a pause takes 10 to 40 ns). */
#define N_SPINS 2000

struct GlmPool
{
  int n_workers;                 /* with the caller */
  int n_started;
  pthread_t *threads;            /* [n_workers - 1] */
  GlmPoolFunc func;
  void *data;
  bool stopping;
  _Alignas (64) atomic_uint generation;
  _Alignas (64) atomic_int n_sleepers;
  _Alignas (64) atomic_uint n_running;
  atomic_uint caller_sleeps;
};

typedef struct
{
  GlmPool *pool;
  int worker;
} WorkerStart;

static inline void
cpu_pause (void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile ("yield");
#endif
}

static void
futex_wait (atomic_uint *word,
            unsigned     expected)
{
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void
futex_wake (atomic_uint *word,
            int          n)
{
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

/* Waits until the generation differs from `seen` and returns it. */
static unsigned
wait_for_work (GlmPool *pool,
               unsigned seen)
{
  unsigned generation;

  for (int i = 0; i < N_SPINS; i++)
    {
      generation = atomic_load_explicit (&pool->generation, memory_order_acquire);
      if (generation != seen)
        return generation;
      cpu_pause ();
    }
  atomic_fetch_add (&pool->n_sleepers, 1);
  while ((generation = atomic_load (&pool->generation)) == seen)
    futex_wait (&pool->generation, seen);
  atomic_fetch_sub (&pool->n_sleepers, 1);
  return generation;
}

static void
finish_share (GlmPool *pool)
{
  if (atomic_fetch_sub (&pool->n_running, 1) == 1 && atomic_load (&pool->caller_sleeps))
    futex_wake (&pool->n_running, 1);
}

static void *
worker_main (void *data)
{
  WorkerStart start = *(WorkerStart *) data;
  GlmPool *pool = start.pool;
  unsigned seen = 0;

  free (data);
  for (;;)
    {
      seen = wait_for_work (pool, seen);
      if (pool->stopping)
        return NULL;
      pool->func (start.worker, pool->n_workers, pool->data);
      finish_share (pool);
    }
}

static void
raise_generation (GlmPool *pool)
{
  atomic_fetch_add (&pool->generation, 1);
  if (atomic_load (&pool->n_sleepers) > 0)
    futex_wake (&pool->generation, INT_MAX);
}

static void
wait_for_workers (GlmPool *pool)
{
  unsigned n;

  for (int i = 0; i < N_SPINS; i++)
    {
      if (atomic_load_explicit (&pool->n_running, memory_order_acquire) == 0)
        return;
      cpu_pause ();
    }
  atomic_store (&pool->caller_sleeps, 1);
  while ((n = atomic_load (&pool->n_running)) != 0)
    futex_wait (&pool->n_running, n);
  atomic_store (&pool->caller_sleeps, 0);
}

static bool
start_worker (GlmPool  *pool,
              int       worker,
              GlmError *error)
{
  WorkerStart *start = malloc (sizeof *start);
  int result;

  if (start == NULL)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for a thread");
  *start = (WorkerStart) { pool, worker };
  result = pthread_create (&pool->threads[worker - 1], NULL, worker_main, start);
  if (result != 0)
    {
      free (start);
      return glm_error_set_errno (error, result, "Cannot start a thread");
    }
  pool->n_started++;
  return true;
}

bool
glm_pool_new (int       n_threads,
              GlmPool **ret_pool,
              GlmError *error)
{
  GlmPool *pool;

  if (n_threads <= 0)
    n_threads = glm_cpu_count ();
  if (n_threads > MAX_THREADS)
    n_threads = MAX_THREADS;

  pool = aligned_alloc (64, (sizeof *pool + 63) / 64 * 64);
  if (pool == NULL)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for the thread pool");
  *pool = (GlmPool) { .n_workers = n_threads };
  pool->threads = calloc ((size_t) n_threads, sizeof *pool->threads);
  if (pool->threads == NULL)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "Not enough memory for the thread pool");
      goto fail;
    }
  for (int worker = 1; worker < n_threads; worker++)
    if (!start_worker (pool, worker, error))
      goto fail;

  *ret_pool = pool;
  return true;

fail:
  glm_pool_free (pool);
  return false;
}

void
glm_pool_free (GlmPool *pool)
{
  if (pool == NULL)
    return;
  pool->stopping = true;
  raise_generation (pool);
  for (int i = 0; i < pool->n_started; i++)
    pthread_join (pool->threads[i], NULL);
  free (pool->threads);
  free (pool);
}

int
glm_pool_n_threads (const GlmPool *pool)
{
  return pool == NULL ? 1 : pool->n_workers;
}

void
glm_pool_run (GlmPool    *pool,
              GlmPoolFunc func,
              void       *data)
{
  if (pool == NULL || pool->n_workers == 1)
    {
      func (0, 1, data);
      return;
    }
  pool->func = func;
  pool->data = data;
  atomic_store_explicit (&pool->n_running, (unsigned) pool->n_workers - 1, memory_order_relaxed);
  raise_generation (pool);
  func (0, pool->n_workers, data);
  wait_for_workers (pool);
}

void
glm_pool_share (int      worker,
                int      n_workers,
                int64_t  n,
                int64_t  grain,
                int64_t *ret_begin,
                int64_t *ret_end)
{
  int64_t n_grains = (n + grain - 1) / grain;
  int64_t begin = n_grains * worker / n_workers * grain;
  int64_t end = n_grains * (worker + 1) / n_workers * grain;

  *ret_begin = begin < n ? begin : n;
  *ret_end = end < n ? end : n;
}
