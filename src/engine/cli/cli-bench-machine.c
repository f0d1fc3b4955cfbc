/* cli-bench-machine.c: what the machine gives: its name, the memory's speed, a busy desktop beside the engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "cli/cli-bench.h"
#include "run/session.h"

double
cli_bench_now (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

const char *
cli_bench_instructions (void)
{
  static const struct
  {
    unsigned flag;
    const char *name;
    /* clang-format off */
  } names[] = {
    { GLM_CPU_VNNI512, "AVX-512 VNNI" }, { GLM_CPU_AVX512, "AVX-512" }, { GLM_CPU_AVXVNNI, "AVX-VNNI" },
    { GLM_CPU_AVX2, "AVX2" },            { GLM_CPU_I8MM, "i8mm" },      { GLM_CPU_DOTPROD, "dotprod" },
    { GLM_CPU_NEON, "NEON" },            { GLM_CPU_SSE, "SSE4.1" },
  };
  /* clang-format on */

  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (glm_cpu_flags () & names[i].flag)
      return names[i].name;
  return "plain C";
}

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

/* Read in windows that are timed by themselves, so that one of them is undisturbed; together they exceed every cache. */
#define BUFFER_BYTES ((size_t) 512 << 20)
#define WINDOW_BYTES ((size_t) 64 << 20)
#define N_PASSES     2

typedef uint64_t Chunk __attribute__ ((vector_size (16)));

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
        for (int i = 0; i < 8; i++)
          sums[i] += ((const Chunk *) (const void *) p)[i];
      }
  for (int i = 1; i < 8; i++)
    sums[0] += sums[i];
  reading->sums[worker % 256] = sums[0];
}

double
cli_bench_bandwidth (GlmPool *pool)
{
  static const struct
  {
    int n_streams, ahead;
  } ways[] = { { 1, 0 }, { 1, 1024 }, { 1, 4096 }, { 2, 0 }, { 2, 1024 }, { 2, 4096 }, { 4, 0 }, { 4, 2048 } };
  char *data = mmap (NULL, BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  double best = 0;

  if (data == MAP_FAILED)
    return 0;
  madvise (data, BUFFER_BYTES, MADV_HUGEPAGE); /* only makes it faster */
  memset (data, 1, BUFFER_BYTES);
  for (int pass = 0; pass < N_PASSES; pass++)
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
      for (size_t at = 0; at < BUFFER_BYTES; at += WINDOW_BYTES)
        {
          Reading reading = { .data = data + at, .n_streams = ways[way].n_streams, .ahead = ways[way].ahead };
          double start = cli_bench_now (), speed;

          glm_pool_run (pool, read_window, &reading);
          speed = (double) WINDOW_BYTES / (cli_bench_now () - start);
          best = speed > best ? speed : best;
        }
  munmap (data, BUFFER_BYTES);
  return best;
}

/* ---- A busy window ---------------------------------------------------------------------------------------------- */

#define FRAME_SECONDS      (1 / 60.0)
#define FRAME_WORK_SECONDS 4e-3
#define MAX_FRAMES         4096

struct CliBenchWindow
{
  pthread_t thread;
  _Atomic bool stopping;
  double late[MAX_FRAMES]; /* seconds from a frame's due time until its work was done, without the work itself */
  int n_frames;
};

/* What a window does that scrolls: 4 ms of work, sixty times a second. */
static void *
draw_frames (void *data)
{
  CliBenchWindow *window = data;
  double due = cli_bench_now ();

  while (!window->stopping && window->n_frames < MAX_FRAMES)
    {
      double left = (due += FRAME_SECONDS) - cli_bench_now (), used = 0;
      struct timespec pause = { 0, (long) (left > 0 ? left * 1e9 : 0) }, cpu;

      nanosleep (&pause, NULL);
      clock_gettime (CLOCK_THREAD_CPUTIME_ID, &cpu);
      while (used < FRAME_WORK_SECONDS)
        {
          struct timespec now;

          clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
          used = (double) (now.tv_sec - cpu.tv_sec) + 1e-9 * (double) (now.tv_nsec - cpu.tv_nsec);
        }
      window->late[window->n_frames++] = cli_bench_now () - due - FRAME_WORK_SECONDS;
      if (cli_bench_now () > due + FRAME_SECONDS) /* a missed frame is not made up for */
        due = cli_bench_now ();
    }
  return NULL;
}

CliBenchWindow *
cli_bench_window_start (void)
{
  CliBenchWindow *window = calloc (1, sizeof *window);

  if (window && pthread_create (&window->thread, NULL, draw_frames, window) != 0)
    {
      free (window);
      window = NULL;
    }
  return window;
}

static int
compare_doubles (const void *a, const void *b)
{
  const double *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

double
cli_bench_window_stop (CliBenchWindow *window)
{
  double late;

  window->stopping = true;
  pthread_join (window->thread, NULL);
  qsort (window->late, (size_t) window->n_frames, sizeof window->late[0], compare_doubles);
  late = window->n_frames > 0 ? window->late[window->n_frames * 99 / 100] : 0;
  free (window);
  return late;
}

void
cli_bench_fill (const GlmSession *session)
{
  const GlmKvCache *cache = &session->cache;
  size_t n = session->tokens.n;

  for (int layer = 0; layer < cache->shape.n_layers; layer++)
    for (int i = 0; i < cache->shape.n_streams; i++)
      for (int head = 0; head < cache->shape.streams[i].n_heads; head++)
        {
          const GlmKvStream *stream = &cache->shape.streams[i];
          float *scales = glm_kv_cache_scales (cache, layer, i, head);

          memset (glm_kv_cache_rows (cache, layer, i, head), 0x2A, n * (size_t) stream->width * (size_t) stream->element_bytes);
          for (size_t j = 0; scales && j < n * (size_t) glm_kv_blocks (stream); j++)
            scales[j] = 1e-3f;
        }
}
