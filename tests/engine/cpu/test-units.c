/* test-units.c: how well products are divided among many workers, of which some are slow or stop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A discrete simulation: workers take the units of the real cut, one by one, and each lasts as long as its bytes take at the
 * worker's speed, and a little more.  A layer's regions run one after the other.  The best there can be is to give each
 * worker from the beginning as many panels (pairs of panels for several tokens) as it can do until all are done.
 */
#include <math.h>

#include "check.h"
#include "cpu/matrix-private.h"

#define MAX_WORKERS  32
#define MAX_PRODUCTS 5
#define TAKING       6e-8 /* seconds to take a unit from a counter that others write, and to begin it */
#define SPEED        8e9  /* bytes a second of a worker with one token; measured: 8 to 25 */

typedef struct
{
  int n_products; /* of one size */
  int64_t rows, cols;
} Part;

typedef struct
{
  const char *name;
  Part parts[8];
} Layer;

static const Layer layers[] = {
  { "ChatGLM3-6B", { { 1, 4608, 4096 }, { 1, 4096, 4096 }, { 1, 27392, 4096 }, { 1, 4096, 13696 } } },
  { "GLM-4.7-Flash", { { 1, 1344, 2048 }, { 1, 5120, 768 }, { 1, 2048, 5120 }, { 5, 3072, 2048 }, { 5, 2048, 1536 } } },
};

typedef struct
{
  double speed[MAX_WORKERS], free_at[MAX_WORKERS];
  double stops_at, stops_for; /* the last worker */
  int n;
} Workers;

/* When the worker has done the bytes that it begins now. */
static double
end_of (const Workers *workers, int worker, double bytes)
{
  double begin = workers->free_at[worker], end = begin + TAKING + bytes / workers->speed[worker];
  bool is_stopped = worker == workers->n - 1 && workers->stops_for > 0 && begin <= workers->stops_at && end > workers->stops_at;

  return is_stopped ? end + workers->stops_for : end;
}

/* Seconds for n pieces of so many bytes, each of one worker. */
static double
best_seconds (const Workers *workers, int64_t n, double bytes)
{
  double low = 0, high = (double) n * bytes / workers->speed[0];

  for (int k = 0; k < 60; k++)
    {
      double middle = (low + high) / 2;
      int64_t n_done = 0;

      for (int i = 0; i < workers->n; i++)
        n_done += (int64_t) (middle * workers->speed[i] / bytes);
      if (n_done < n)
        low = middle;
      else
        high = middle;
    }
  return high;
}

/* Runs a region from `begin` on; *longest becomes the longest that a unit takes. */
static double
run_region (Workers *workers, const Part *part, int64_t n_tokens, double begin, double *best, double *longest)
{
  GlmMatrix matrix = { .rows = part->rows, .cols = part->cols, .panel_bytes = (size_t) (part->cols / 32) * 288 };
  int64_t step = glm_packed_unit_rows (&matrix, n_tokens, workers->n, part->n_products), piece = n_tokens > 1 ? 2 : 1;
  double end = begin, panel = (double) matrix.panel_bytes;

  for (int i = 0; i < workers->n; i++)
    workers->free_at[i] = fmax (workers->free_at[i], begin);
  for (int product = 0; product < part->n_products; product++)
    for (int64_t row = 0; row < part->rows; row += step)
      {
        int64_t n_panels = (row + step < part->rows ? step : part->rows - row) / GLM_PANEL_ROWS;
        int first = 0;

        for (int i = 1; i < workers->n; i++)
          if (workers->free_at[i] < workers->free_at[first])
            first = i;
        workers->free_at[first] = end_of (workers, first, (double) n_panels * panel);
        end = fmax (end, workers->free_at[first]);
        *longest = fmax (*longest, (double) n_panels * panel / workers->speed[workers->n - 1]);
      }
  *best += best_seconds (workers, part->n_products * part->rows / GLM_PANEL_ROWS / piece, (double) piece * panel);
  return end;
}

static double
run_layer (const Layer *layer, Workers *workers, int64_t n_tokens, double *ret_best, double *ret_longest)
{
  double now = 0;

  *ret_best = *ret_longest = 0;
  memset (workers->free_at, 0, sizeof workers->free_at);
  for (const Part *part = layer->parts; part->n_products > 0; part++)
    now = run_region (workers, part, n_tokens, now, ret_best, ret_longest);
  return now;
}

static void
test_layer (const Layer *layer, int n_workers, bool hybrid, int64_t n_tokens)
{
  Workers workers = { .n = n_workers };
  double best, longest, plain, stopped;

  /* Many tokens take longer, as the product they are in does. */
  for (int i = 0; i < n_workers; i++)
    workers.speed[i] = SPEED / (n_tokens > 1 ? (double) n_tokens / 8 : 1) * (hybrid && i >= n_workers / 2 ? 0.5 : 1);
  plain = run_layer (layer, &workers, n_tokens, &best, &longest);
  /* Flash's smallest regions have five pieces for each of 32 workers. */
  CHECK (plain <= (n_workers > 16 ? 1.08 : 1.05) * best, "%s, %d tokens, %d workers%s: %.0f µs, the best are %.0f", layer->name,
         (int) n_tokens, n_workers, hybrid ? ", half of them slow" : "", 1e6 * plain, 1e6 * best);
  /* A worker that loses its processor in the middle is waited for with the unit that it has, and the others do the rest. */
  workers.stops_at = plain / 2;
  workers.stops_for = plain / 20;
  stopped = run_layer (layer, &workers, n_tokens, &best, &longest);
  CHECK (stopped <= plain + workers.stops_for + longest, "%s, %d tokens, %d workers%s: %.0f µs become %.0f by a stop of %.0f",
         layer->name, (int) n_tokens, n_workers, hybrid ? ", half of them slow" : "", 1e6 * plain, 1e6 * stopped,
         1e6 * workers.stops_for);
}

int
main (void)
{
  for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
    for (int n_workers = 2; n_workers <= MAX_WORKERS; n_workers *= 2)
      for (int hybrid = 0; hybrid <= 1; hybrid++)
        {
          test_layer (&layers[i], n_workers, hybrid, 1);
          test_layer (&layers[i], n_workers, hybrid, 128);
        }
  return check_exit ();
}
