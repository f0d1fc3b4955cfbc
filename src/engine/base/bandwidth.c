/* bandwidth.c: how fast this computer reads its memory, which is what bounds the speed of a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/bandwidth.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static double
now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Read in windows that are timed by themselves, so that one of them is undisturbed; together they exceed every cache. */
#define DEFAULT_BYTES ((size_t) 512 << 20)
#define WINDOW_BYTES  ((size_t) 64 << 20)
#define N_PASSES      2

typedef uint64_t Chunk __attribute__ ((vector_size (16)));

/* Two cache lines. */
static inline void
add_lines (Chunk sums[8], const char *p)
{
  for (int i = 0; i < 8; i++)
    sums[i] += ((const Chunk *) (const void *) p)[i];
}

/* What keeps the compiler from leaving the reading out. */
static inline Chunk
add_up (const Chunk sums[8])
{
  Chunk sum = sums[0];

  for (int i = 1; i < 8; i++)
    sum += sums[i];
  return sum;
}

typedef struct
{
  const char *data; /* WINDOW_BYTES */
  int n_streams;    /* that a thread reads side by side */
  int ahead;        /* bytes to prefetch ahead, or 0 */
  Chunk sums[256];
} Reading;

/* Two cache lines of each stream in turn. */
static void
read_window (int worker, int n_workers, void *data)
{
  Reading *reading = data;
  Chunk sums[8] = { 0 };
  int64_t begin, end, stride;

  glm_pool_share (worker, n_workers, (int64_t) WINDOW_BYTES, 8 * 4096, &begin, &end);
  stride = (end - begin) / reading->n_streams;
  for (int64_t at = 0; at < stride; at += 128)
    for (int stream = 0; stream < reading->n_streams; stream++)
      {
        const char *p = reading->data + begin + stream * stride + at;

        if (reading->ahead > 0)
          {
            __builtin_prefetch (p + reading->ahead);
            __builtin_prefetch (p + reading->ahead + 64);
          }
        add_lines (sums, p);
      }
  reading->sums[worker % 256] = add_up (sums);
}

/* ---- Where something lies ------------------------------------------------------------------------------------------ */

/* As a single token's products take them in turn. */
#define UNIT_BYTES ((size_t) 512 << 10)

typedef struct
{
  const char *data;
  size_t n_bytes;
  atomic_size_t next;
  Chunk sums[256];
} Pass;

static void
read_units (int worker, int n_workers, void *data)
{
  Pass *pass = data;
  Chunk sums[8] = { 0 };
  size_t at;

  (void) n_workers;
  while ((at = atomic_fetch_add (&pass->next, UNIT_BYTES)) < pass->n_bytes)
    for (size_t end = at + UNIT_BYTES < pass->n_bytes ? at + UNIT_BYTES : pass->n_bytes; at + 128 <= end; at += 128)
      add_lines (sums, pass->data + at);
  pass->sums[worker % 256] = add_up (sums);
}

void
glm_read_memory (GlmPool *pool, const void *data, size_t n_bytes)
{
  Pass pass = { .data = data, .n_bytes = n_bytes };

  glm_pool_run (pool, read_units, &pass);
}

/* ---- Anywhere ------------------------------------------------------------------------------------------------------ */

double
glm_cpu_bandwidth (int n_threads, size_t n_bytes, const GlmCancel *cancel)
{
  static const struct
  {
    int n_streams, ahead;
  } ways[] = { { 1, 0 }, { 1, 1024 }, { 1, 4096 }, { 2, 0 }, { 2, 1024 }, { 2, 4096 }, { 4, 0 }, { 4, 2048 } };
  GlmPool *pool = NULL;
  GlmError error;
  char *data;
  double best = 0;

  n_bytes = n_bytes > WINDOW_BYTES ? n_bytes / WINDOW_BYTES * WINDOW_BYTES : n_bytes ? WINDOW_BYTES : DEFAULT_BYTES;
  data = mmap (NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED)
    return 0;
  if (!glm_pool_new (n_threads > 0 ? n_threads : glm_cpu_count (), &pool, &error))
    pool = NULL;                          /* measured on this thread alone */
  madvise (data, n_bytes, MADV_HUGEPAGE); /* only makes it faster */
  memset (data, 1, n_bytes);
  for (int pass = 0; pass < N_PASSES; pass++)
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
      for (size_t at = 0; at < n_bytes && !glm_cancel_is_set (cancel); at += WINDOW_BYTES)
        {
          Reading reading = { .data = data + at, .n_streams = ways[way].n_streams, .ahead = ways[way].ahead };
          double start = now (), speed;

          glm_pool_run (pool, read_window, &reading);
          speed = (double) WINDOW_BYTES / (now () - start);
          best = speed > best ? speed : best;
        }
  glm_pool_free (pool);
  munmap (data, n_bytes);
  return glm_cancel_is_set (cancel) ? 0 : best;
}
