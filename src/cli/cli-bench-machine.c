/* cli-bench-machine.c: what the machine gives: its name, a busy desktop beside the engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli-bench.h"
#include "engine/run/session.h"

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
