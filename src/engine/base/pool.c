/* pool.c: the engine's own thread pool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One parallel region at a time: callers draw turns, so that each of several gets its own, however short the pauses of the
 * others.  The caller publishes func and data, then sets `next_share` to 0 and raises `generation`.
 * It and each worker that sees the new generation claim shares until none is left; who ends one lowers `n_unfinished`.
 * The caller takes what no worker has begun, so it waits only for shares that are being run: on a busy machine the workers
 * may come late or not at all.  A token has some hundred regions of 20 µs to 2 ms, so both sides first spin for a while and
 * only then sleep on a futex: between tokens, and whenever the window needs the processor, none of them burns it.
 *
 * Ordering.  `next_share` (release/acquire) publishes func and data: a worker that comes so late that it claims a share of
 * the region after the one it was woken for runs that, rightly.  They change only when n_unfinished is 0, when nobody
 * holds a share.  `n_unfinished` (release/acquire) publishes the results.  A sleeper first counts itself in n_sleepers and
 * then lets the kernel compare the generation, the caller first raises the generation and then reads n_sleepers, both
 * sequentially consistent: a wake-up cannot be lost.  The same holds for caller_sleeps and n_unfinished.
 */
#include "base/pool.h"

#include "base/error.h"

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
  int n_workers; /* with the caller */
  int n_started;
  pthread_t *threads; /* [n_workers - 1] */
  GlmPoolFunc func;
  void *data;
  atomic_bool stopping;
  _Alignas(64) atomic_uint next_turn; /* of callers: drawn */
  atomic_uint turn;                   /* whose region may run */
  _Alignas(64) atomic_uint generation;
  _Alignas(64) atomic_int n_sleepers;
  _Alignas(64) atomic_int next_share;
  _Alignas(64) atomic_uint n_unfinished;
  atomic_uint caller_sleeps;
};

static inline void
cpu_pause (void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause ();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void
futex_wait (atomic_uint *word, unsigned expected)
{
  syscall (SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void
futex_wake (atomic_uint *word, int n)
{
  syscall (SYS_futex, word, FUTEX_WAKE_PRIVATE, n, NULL, NULL, 0);
}

/* Waits until the generation differs from `seen` and returns it. */
static unsigned
wait_for_work (GlmPool *pool, unsigned seen)
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

/* Runs shares until all have been claimed. */
static void
run_shares (GlmPool *pool)
{
  int share;

  while ((share = atomic_fetch_add_explicit (&pool->next_share, 1, memory_order_acquire)) < pool->n_workers)
    {
      pool->func (share, pool->n_workers, pool->data);
      if (atomic_fetch_sub (&pool->n_unfinished, 1) == 1 && atomic_load (&pool->caller_sleeps))
        futex_wake (&pool->n_unfinished, 1);
    }
}

static void *
worker_main (void *data)
{
  GlmPool *pool = data;
  unsigned seen = 0;

  for (;;)
    {
      seen = wait_for_work (pool, seen);
      if (pool->stopping)
        return NULL;
      run_shares (pool);
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
      if (atomic_load_explicit (&pool->n_unfinished, memory_order_acquire) == 0)
        return;
      cpu_pause ();
    }
  atomic_store (&pool->caller_sleeps, 1);
  while ((n = atomic_load (&pool->n_unfinished)) != 0)
    futex_wait (&pool->n_unfinished, n);
  atomic_store (&pool->caller_sleeps, 0);
}

static void
wait_for_turn (GlmPool *pool)
{
  unsigned mine = atomic_fetch_add (&pool->next_turn, 1), turn;

  for (int i = 0; i < N_SPINS; i++)
    {
      if (atomic_load_explicit (&pool->turn, memory_order_acquire) == mine)
        return;
      cpu_pause ();
    }
  while ((turn = atomic_load (&pool->turn)) != mine)
    futex_wait (&pool->turn, turn);
}

static void
end_turn (GlmPool *pool)
{
  unsigned next = atomic_fetch_add (&pool->turn, 1) + 1;

  if (atomic_load (&pool->next_turn) != next)
    futex_wake (&pool->turn, INT_MAX);
}

static bool
start_worker (GlmPool *pool, int worker, GlmError *error)
{
  int result = pthread_create (&pool->threads[worker - 1], NULL, worker_main, pool);

  if (result != 0)
    return glm_error_set_errno (error, result, "Cannot start a thread");
  pool->n_started++;
  return true;
}

bool
glm_pool_new (int n_threads, GlmPool **ret_pool, GlmError *error)
{
  GlmPool *pool;

  if (n_threads <= 0)
    n_threads = glm_cpu_count ();
  if (n_threads > MAX_THREADS)
    n_threads = MAX_THREADS;

  pool = aligned_alloc (64, (sizeof *pool + 63) / 64 * 64);
  if (!pool)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the thread pool");
  *pool = (GlmPool){ .n_workers = n_threads, .next_share = n_threads };
  pool->threads = calloc ((size_t) n_threads, sizeof *pool->threads);
  if (!pool->threads)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the thread pool");
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
  if (!pool)
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
glm_pool_run (GlmPool *pool, GlmPoolFunc func, void *data)
{
  if (!pool || pool->n_workers == 1)
    {
      func (0, 1, data);
      return;
    }
  wait_for_turn (pool);
  pool->func = func;
  pool->data = data;
  atomic_store_explicit (&pool->n_unfinished, (unsigned) pool->n_workers, memory_order_relaxed);
  atomic_store_explicit (&pool->next_share, 0, memory_order_release);
  raise_generation (pool);
  run_shares (pool);
  wait_for_workers (pool);
  end_turn (pool);
}

void
glm_pool_share (int worker, int n_workers, int64_t n, int64_t grain, int64_t *ret_begin, int64_t *ret_end)
{
  int64_t n_grains = (n + grain - 1) / grain;
  int64_t begin = n_grains * worker / n_workers * grain;
  int64_t end = n_grains * (worker + 1) / n_workers * grain;

  *ret_begin = begin < n ? begin : n;
  *ret_end = end < n ? end : n;
}
