/* myna-bandwidth.c: how fast this computer reads its memory, which is what bounds the speed of a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each thread reads a block of its own again and again until the time is up.  Together the blocks are far larger than the
 * caches: with a fifth of that memory an EPYC with 32 MiB of third-level cache seems 20 % faster than it is.  What counts is
 * the piece in the middle: where other programs keep the processor busy, a thread often waits for its turn.
 */
#include "chat/myna-bandwidth.h"

#include "engine/engine.h"
#include "chat/myna-memory.h"

#define TOTAL_BYTES  (G_GUINT64_CONSTANT (512) << 20) /* of all threads, where that is no more than … */
#define MEMORY_SHARE 8                                /* … this part of what is free */
#define CHUNK_BYTES  (4u << 20)                       /* between two looks at the clock */
#define DURATION_US  1800000
#define MAX_PIECES   65536
/* Of this speed is what decoding reaches: 14.1 tokens a second of 3.58 GB each where this reads 64 GB/s (two cores of Zen 5,
 * Q4_0; myna-cli bench). */
#define EFFICIENCY 0.78

typedef struct
{
  gint64 end;        /* monotonic time */
  gsize block_bytes; /* a whole number of chunks */
  GCancellable *cancellable;
  double rate; /* result: bytes a second */
  guint64 sum; /* so that the reading is not optimised away */
} Share;

static guint64
read_chunk (const guint64 *words, gsize n_words)
{
  guint64 a = 0, b = 0, c = 0, d = 0;

  for (gsize i = 0; i + 8 <= n_words; i += 8)
    {
      a += words[i] + words[i + 4];
      b += words[i + 1] + words[i + 5];
      c += words[i + 2] + words[i + 6];
      d += words[i + 3] + words[i + 7];
    }

  return a + b + c + d;
}

static int
compare_times (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gpointer
share_thread (gpointer data)
{
  Share *share = data;
  guint8 *block = g_try_malloc (share->block_bytes);
  g_autofree gint64 *times = g_new (gint64, MAX_PIECES);
  guint n_pieces = 0;
  gint64 before;

  if (!block)
    return NULL;
  /* Written once: pages that were never written are all the same one. */
  memset (block, 1, share->block_bytes);
  before = g_get_monotonic_time ();
  for (gsize offset = 0; n_pieces == 0 || (before < share->end && n_pieces < MAX_PIECES);
       offset = (offset + CHUNK_BYTES) % share->block_bytes)
    {
      gint64 after;

      if (g_cancellable_is_cancelled (share->cancellable))
        break;
      share->sum += read_chunk ((const guint64 *) (block + offset), CHUNK_BYTES / sizeof (guint64));
      after = g_get_monotonic_time ();
      times[n_pieces++] = after - before;
      before = after;
    }
  if (n_pieces > 0)
    {
      qsort (times, n_pieces, sizeof *times, compare_times);
      share->rate = CHUNK_BYTES * 1e6 / (double) MAX (times[n_pieces / 2], 1);
    }
  g_free (block);

  return NULL;
}

/* For each thread. */
static gsize
choose_block (int n_threads)
{
  guint64 available = myna_memory_available ();
  guint64 total = available > 0 ? MIN (TOTAL_BYTES, available / MEMORY_SHARE) : TOTAL_BYTES;

  return MAX (total / (guint64) n_threads / CHUNK_BYTES, 1) * CHUNK_BYTES;
}

static void
measure_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  int n_threads = glm_cpu_count ();
  g_autofree Share *shares = g_new0 (Share, n_threads);
  g_autofree GThread **threads = g_new0 (GThread *, n_threads);
  gsize block_bytes = choose_block (n_threads);
  gint64 end = g_get_monotonic_time () + DURATION_US;
  double *rate = g_new0 (double, 1);

  for (int i = 0; i < n_threads; i++)
    {
      shares[i] = (Share){ .end = end, .block_bytes = block_bytes, .cancellable = cancellable };
      threads[i] = g_thread_try_new ("bandwidth", share_thread, &shares[i], NULL);
    }
  for (int i = 0; i < n_threads; i++)
    {
      if (threads[i])
        g_thread_join (threads[i]);
      *rate += shares[i].rate;
    }
  if (g_cancellable_is_cancelled (cancellable))
    *rate = 0;
  g_task_return_pointer (task, rate, g_free);
}

void
myna_bandwidth_measure_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_run_in_thread (task, measure_thread);
}

double
myna_bandwidth_measure_finish (GAsyncResult *result)
{
  g_autofree double *rate = g_task_propagate_pointer (G_TASK (result), NULL);

  return rate ? *rate : 0;
}

double
myna_bandwidth_to_rate (double bytes_per_second, guint64 weight_bytes)
{
  return weight_bytes ? EFFICIENCY * bytes_per_second / (double) weight_bytes : 0;
}
