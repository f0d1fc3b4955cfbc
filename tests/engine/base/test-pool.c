/* test-pool.c: the thread pool and the processor flags
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int n_failed;

static void
check (bool condition, const char *what)
{
  if (condition)
    return;
  n_failed++;
  printf ("FAILED: %s\n", what);
}

enum
{
  N = 1009
};

/* Plain, unlocked memory: a missing barrier shows as a wrong number here and as a race under ThreadSanitizer. */
typedef struct
{
  int value[N];
  int n_calls[64];
  int step;
  pthread_t caller;
  atomic_int n_by_caller;
} Work;

static void
add_step (int worker, int n_workers, void *data)
{
  Work *work = data;
  int64_t begin, end;

  work->n_calls[worker]++;
  if (pthread_equal (pthread_self (), work->caller))
    work->n_by_caller++;
  glm_pool_share (worker, n_workers, N, 16, &begin, &end);
  for (int64_t i = begin; i < end; i++)
    work->value[i] += work->step;
}

static void
test_regions (int n_threads)
{
  enum
  {
    N_REGIONS = 3000
  };
  static Work work;
  GlmPool *pool = NULL;
  int expected = 0, most_by_caller = 0;
  bool good = true;

  memset (&work, 0, sizeof work);
  work.caller = pthread_self ();
  check (glm_pool_new (n_threads, &pool, NULL), "glm_pool_new");
  check (glm_pool_n_threads (pool) == n_threads, "glm_pool_n_threads");
  for (int r = 0; r < N_REGIONS; r++)
    {
      work.step = r % 7;
      expected += work.step;
      work.n_by_caller = 0;
      glm_pool_run (pool, add_step, &work);
      most_by_caller = work.n_by_caller > most_by_caller ? work.n_by_caller : most_by_caller;
      if (r % 500 == 499) /* long enough for every worker to sleep */
        usleep (20000);
    }
  for (int i = 0; i < N; i++)
    good = good && work.value[i] == expected;
  for (int w = 0; w < n_threads; w++)
    good = good && work.n_calls[w] == N_REGIONS;
  check (good, "each share of each region runs once");
  /* Now and then the workers sleep longer than so small a region lasts. */
  check (n_threads == 1 || most_by_caller > 1, "the caller runs shares that no worker has begun");
  glm_pool_free (pool);
}

typedef struct
{
  GlmPool *pool;
  int n_calls; /* in which each share ran once */
} Caller;

static void
count_share (int worker, int n_workers, void *data)
{
  atomic_fetch_add ((atomic_int *) data, 1);
}

static void *
call_often (void *data)
{
  Caller *caller = data;

  for (int i = 0; i < 2000; i++)
    {
      atomic_int n_shares = 0;

      glm_pool_run (caller->pool, count_share, &n_shares);
      caller->n_calls += n_shares == glm_pool_n_threads (caller->pool);
    }
  return NULL;
}

/* Callers on different threads each get whole regions of their own. */
static void
test_callers (void)
{
  Caller callers[3] = { 0 };
  pthread_t threads[3];
  GlmPool *pool = NULL;

  check (glm_pool_new (3, &pool, NULL), "glm_pool_new");
  for (int i = 0; i < 3; i++)
    {
      callers[i].pool = pool;
      check (pthread_create (&threads[i], NULL, call_often, &callers[i]) == 0, "a thread");
    }
  for (int i = 0; i < 3; i++)
    {
      pthread_join (threads[i], NULL);
      check (callers[i].n_calls == 2000, "a region of one caller among others has all its shares");
    }
  glm_pool_free (pool);
}

static double
process_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static void
test_idle_pool_costs_nothing (void)
{
  static Work work;
  GlmPool *pool = NULL;
  double used;

  check (glm_pool_new (4, &pool, NULL), "glm_pool_new");
  glm_pool_run (pool, add_step, &work);
  used = process_seconds ();
  usleep (200 * 1000);
  used = process_seconds () - used;
  check (used < 0.1, "an idle pool sleeps");
  glm_pool_free (pool);
}

static void
test_shares (void)
{
  for (int n_workers = 1; n_workers <= 9; n_workers++)
    for (int64_t n = 0; n <= 200; n += 7)
      {
        int64_t next = 0;

        for (int worker = 0; worker < n_workers; worker++)
          {
            int64_t begin, end;

            glm_pool_share (worker, n_workers, n, 16, &begin, &end);
            check (begin == next && end >= begin && (begin % 16 == 0 || begin == n), "shares are contiguous and aligned");
            next = end;
          }
        check (next == n, "shares cover everything");
      }
}

static void
test_flags (void)
{
  static const char *const names[] = { "c", "sse", "avx2", "avxvnni", "avx512", "vnni512", "all" };
  unsigned previous = 0, mask;

  for (int i = 0; i < 7; i++)
    {
      check (glm_cpu_mask_parse (names[i], &mask), "known masks parse");
      check ((mask & previous) == previous, "each mask includes those before it");
      previous = mask;
    }
  check (glm_cpu_mask_parse ("neon", &mask) && (mask & GLM_CPU_NEON) && !(mask & GLM_CPU_DOTPROD), "neon");
  check (glm_cpu_mask_parse ("dotprod", &mask) && (mask & GLM_CPU_DOTPROD) && !(mask & GLM_CPU_I8MM), "dotprod");
  check (glm_cpu_mask_parse ("i8mm", &mask) && (mask & GLM_CPU_I8MM), "i8mm");
  check (!glm_cpu_mask_parse ("mmx", &mask), "unknown masks do not");
  glm_cpu_set_mask (0);
  check (glm_cpu_flags () == 0, "a mask takes effect");
  glm_cpu_set_mask (UINT32_MAX);
  check (glm_cpu_count () >= 1 && glm_cpu_count () <= sysconf (_SC_NPROCESSORS_ONLN), "cores");
  printf ("flags 0x%x, %d cores\n", glm_cpu_flags (), glm_cpu_count ());
}

int
main (void)
{
  test_flags ();
  test_shares ();
  for (int n_threads = 1; n_threads <= 5; n_threads++)
    test_regions (n_threads);
  test_callers ();
  test_idle_pool_costs_nothing ();
  glm_pool_free (NULL);
  printf ("%s\n", n_failed == 0 ? "ok" : "failed");
  return n_failed == 0 ? 0 : 1;
}
