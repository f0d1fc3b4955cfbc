/* cli-bench.c: how fast a model loads, reads and answers, beside what the machine could do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each measurement is the best of several: other programs only ever make it slower.  Prompts are random tokens, and a
 * depth is a cache filled with anything: the work does not depend on the values.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli-bench.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/file/json-file.h"
#include "engine/run/session.h"

#define MAX_ROWS   256
#define MAX_LIST   16
#define N_REPEATS  3
#define N_DECODE   16
#define N_READINGS 4

typedef enum
{
  KIND_LOAD,      /* seconds until ready */
  KIND_MEMORY,    /* MiB, the process's peak */
  KIND_BANDWIDTH, /* GB/s of reading the weights */
  KIND_PROMPT,    /* tokens a second; size: tokens of the prompt */
  KIND_DECODE,    /* tokens a second; size: tokens before */
  KIND_VERIFY,    /* cost in single steps; size: tokens in the batch */
  KIND_BUSY,      /* tokens a second while a window scrolls, 4 ms of work 60 times a second */
  KIND_FRAME,     /* ms by which the latest hundredth of that window's frames is late */
} Kind;

static const struct
{
  const char *name;
  const char *unit;
} kinds[] = {
  [KIND_LOAD] = { "load", "s" },
  [KIND_MEMORY] = { "memory", "MiB" },
  [KIND_BANDWIDTH] = { "bandwidth", "GB/s" },
  [KIND_PROMPT] = { "prompt", "tokens/s" },
  [KIND_DECODE] = { "decode", "tokens/s" },
  [KIND_VERIFY] = { "verify", "steps" },
  [KIND_BUSY] = { "busy", "tokens/s" },
  [KIND_FRAME] = { "frame", "ms late" },
};

typedef struct
{
  Kind kind;
  int threads;
  int size;
  double value;
  double share; /* of what the memory's bandwidth allows, or of the speed beside nothing; 0: does not apply */
} Row;

typedef struct
{
  const CliOptions *options;
  GlmModel *model;
  GlmSession *session;
  int threads;
  double bandwidth; /* bytes a second */
  double peak;      /* resident MiB, without what measuring takes */
  Row rows[MAX_ROWS];
  int n_rows;
  const GlmJsonValue *old; /* rows of a saved run, or NULL */
  GlmError error;
} Bench;

/* ---- Reporting -------------------------------------------------------------------------------------------------- */

/* The same measurement in the saved run, or 0. */
static double
old_value (const Bench *bench, const Row *row)
{
  for (const GlmJsonValue *v = bench->old ? glm_json_first (bench->old) : NULL; v; v = glm_json_next (bench->old, v))
    {
      const char *name;
      int64_t threads, size;
      double value;

      if (glm_json_get_string (v, "what", &name) && glm_json_get_int (v, "threads", &threads)
          && glm_json_get_int (v, "size", &size) && glm_json_get_number (v, "value", &value)
          && strcmp (name, kinds[row->kind].name) == 0 && threads == row->threads && size == row->size)
        return value;
    }
  return 0;
}

static void
add_row (Bench *bench, Kind kind, int size, double value, double share)
{
  Row *row;
  double old;

  if (bench->n_rows == MAX_ROWS)
    return;
  row = &bench->rows[bench->n_rows++];
  *row = (Row){ kind, bench->threads, size, value, share };
  if (bench->options->json)
    return;
  printf ("%-10s %8d %8d %10.3f %-9s", kinds[kind].name, row->threads, size, value, kinds[kind].unit);
  if (share > 0)
    printf ("%6.0f %%", 100 * share);
  else
    printf ("%8s", "");
  old = old_value (bench, row);
  if (old > 0)
    printf ("%9.2f ×", value / old);
  putchar ('\n');
  fflush (stdout);
}

/* The value of a "Key: value" line of a file of /proc; the empty string where there is none. */
static void
read_proc (const char *path, const char *key, char *value, size_t size)
{
  FILE *file = fopen (path, "r");
  char line[512];

  value[0] = '\0';
  while (file && fgets (line, sizeof line, file))
    if (strncmp (line, key, strlen (key)) == 0)
      {
        const char *text = strchr (line, ':');

        text = text ? text + 1 : line;
        text += strspn (text, " \t");
        snprintf (value, size, "%.*s", (int) strcspn (text, "\n"), text);
        break;
      }
  if (file)
    fclose (file);
}

static void
print_machine (const Bench *bench)
{
  char processor[256], load[256];
  const GlmModelInfo *info = glm_model_info (bench->model);

  read_proc ("/proc/cpuinfo", "model name", processor, sizeof processor);
  read_proc ("/proc/loadavg", "", load, sizeof load);
  if (bench->options->json)
    {
      fputs ("{\"model\": ", stdout);
      cli_print_json_string (info->name, strlen (info->name));
      printf (", \"quantisation\": \"%s\", \"processor\": ", info->quantisation);
      cli_print_json_string (processor, strlen (processor));
      printf (", \"instructions\": \"%s\", \"cpu_flags\": %u, \"cores\": %d, \"load_average\": \"%.4s\", \"rows\": [",
              cli_bench_instructions (), glm_cpu_flags (), glm_cpu_count (), load);
    }
  else
    {
      printf ("%s, %s, %.2f billion parameters\n", info->name, info->quantisation, (double) info->n_params * 1e-9);
      printf ("%s, %d cores, %s, load average %s\n\n", processor, glm_cpu_count (), cli_bench_instructions (), load);
      puts ("what        threads     size      value unit       of limit   of saved run");
    }
}

static void
print_rows_json (const Bench *bench)
{
  for (int i = 0; i < bench->n_rows; i++)
    {
      const Row *row = &bench->rows[i];

      printf ("%s\n  {\"what\": \"%s\", \"threads\": %d, \"size\": %d, \"value\": %.6g, \"unit\": \"%s\", \"share\": %.4f}",
              i ? "," : "", kinds[row->kind].name, row->threads, row->size, row->value, kinds[row->kind].unit, row->share);
    }
  puts ("\n]}");
}

/* ---- Measuring -------------------------------------------------------------------------------------------------- */

static void
note_peak (Bench *bench)
{
  char peak[64];

  read_proc ("/proc/self/status", "VmHWM", peak, sizeof peak);
  if (strtod (peak, NULL) / 1024 > bench->peak)
    bench->peak = strtod (peak, NULL) / 1024;
}

/* The process's peak from now on. */
static void
forget_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  if (!file)
    return;
  fputs ("5", file);
  fclose (file);
}

/* The memory's speed may change from one minute to the next where others share it, and from one allocation to the next: what
 * decoding reads is read where it lies, between tokens, and the best counts.  Experts that are packed by use do not lie in
 * one piece: then any memory is read. */
static void
measure_bandwidth (Bench *bench)
{
  double start = cli_bench_now (), bandwidth;
  bool is_whole = glm_plan_read_weights (bench->model->plan, bench->session->pool);

  for (int i = 1; is_whole && i < N_READINGS; i++)
    glm_plan_read_weights (bench->model->plan, bench->session->pool);
  bandwidth = N_READINGS * (double) glm_plan_weight_bytes (bench->model->plan) / (cli_bench_now () - start);
  if (!is_whole && bench->bandwidth == 0)
    {
      note_peak (bench);
      bandwidth = glm_cpu_bandwidth (glm_pool_n_threads (bench->session->pool), 0, NULL);
      forget_peak ();
    }
  if (is_whole || bench->bandwidth == 0)
    bench->bandwidth = bandwidth > bench->bandwidth ? bandwidth : bench->bandwidth;
}

static int32_t
some_token (const Bench *bench, int i)
{
  return (int32_t) ((uint32_t) i * 2654435761u % (uint32_t) glm_model_info (bench->model)->n_vocab);
}

static bool
fill_cache (Bench *bench, int depth)
{
  glm_session_truncate (bench->session, 0);
  for (int i = 0; i < depth; i++)
    if (!glm_tokens_append (&bench->session->tokens, some_token (bench, i)))
      return glm_error_set (&bench->error, GLM_ERROR_NO_MEMORY, "no memory for %d tokens", depth);
  cli_bench_fill (bench->session);
  return true;
}

/* Seconds to evaluate n tokens behind `depth`, the best of several. */
static bool
time_batch (Bench *bench, int depth, int n, int n_times, double *ret_seconds)
{
  double best = 1e300;
  int32_t *ids = calloc ((size_t) n, sizeof *ids);
  bool ok = ids != NULL || glm_error_set (&bench->error, GLM_ERROR_NO_MEMORY, "no memory for %d tokens", n);

  for (int i = 0; ok && i < n; i++)
    ids[i] = some_token (bench, i + 17);
  for (int i = 0; ok && i < n_times; i++)
    {
      double start = cli_bench_now (), seconds;

      glm_session_truncate (bench->session, (size_t) depth);
      for (int done = 0, chunk; ok && done < n; done += chunk)
        {
          chunk = (int) glm_plan_chunk (bench->model->plan, n - done);
          ok = glm_session_eval (bench->session, ids + done, (size_t) chunk, 1, NULL, NULL, &bench->error);
        }
      seconds = cli_bench_now () - start;
      best = seconds < best ? seconds : best;
    }
  free (ids);
  *ret_seconds = best;
  return ok;
}

static bool
measure_prompt (Bench *bench, int size)
{
  double seconds;

  if (!fill_cache (bench, 0) || !time_batch (bench, 0, size, N_REPEATS, &seconds))
    return false;
  add_row (bench, KIND_PROMPT, size, size / seconds, 0);
  return true;
}

static int
n_decode (const Bench *bench)
{
  return bench->options->n ? bench->options->n : N_DECODE;
}

/* Seconds of a token behind `depth`: a mean of many, the best of several such means. */
static bool
time_decode (Bench *bench, int depth, double *ret_seconds)
{
  double best = 1e300;

  for (int i = 0; i < N_REPEATS; i++)
    {
      double sum = 0, seconds = 0;

      for (int j = 0; j < n_decode (bench); j++)
        {
          if (!time_batch (bench, depth, 1, 1, &seconds))
            return false;
          sum += seconds;
        }
      best = sum / n_decode (bench) < best ? sum / n_decode (bench) : best;
      measure_bandwidth (bench);
    }
  *ret_seconds = best;
  return true;
}

static bool
measure_decode (Bench *bench, int depth)
{
  double seconds, limit;

  if (!fill_cache (bench, depth) || !time_decode (bench, depth, &seconds))
    return false;
  /* A card's memory is not the computer's. */
  limit = glm_model_info (bench->model)->device[0] ? 0 : bench->bandwidth / (double) glm_plan_weight_bytes (bench->model->plan);
  add_row (bench, KIND_DECODE, depth, 1 / seconds, limit > 0 ? 1 / seconds / limit : 0);
  return true;
}

/* Mean speed of decoding for at least a second, alone and beside a busy window. */
static bool
decode_for_a_while (Bench *bench, double *ret_speed)
{
  double start = cli_bench_now (), seconds = 0;
  int n = 0;

  for (; n < n_decode (bench) || cli_bench_now () - start < 1; n++)
    if (!time_batch (bench, 64, 1, 1, &seconds))
      return false;
  *ret_speed = n / (cli_bench_now () - start);
  return true;
}

static bool
measure_busy (Bench *bench)
{
  CliBenchWindow *window;
  double alone, busy, late;
  bool ok;

  if (!fill_cache (bench, 64) || !decode_for_a_while (bench, &alone))
    return false;
  window = cli_bench_window_start ();
  if (!window)
    return true;
  ok = decode_for_a_while (bench, &busy);
  late = cli_bench_window_stop (window);
  if (ok)
    {
      add_row (bench, KIND_BUSY, 64, busy, busy / alone);
      add_row (bench, KIND_FRAME, 64, late * 1e3, 0);
    }
  return ok;
}

static bool
measure_verify (Bench *bench)
{
  double one, many;

  if (!fill_cache (bench, 64) || !time_batch (bench, 64, 1, N_DECODE, &one))
    return false;
  for (int n = 2; n <= 8; n *= 2)
    {
      if (!time_batch (bench, 64, n, N_DECODE, &many))
        return false;
      add_row (bench, KIND_VERIFY, n, many / one, 0);
    }
  return true;
}

/* ---- The run ---------------------------------------------------------------------------------------------------- */

static bool
measure_threads (Bench *bench, int threads)
{
  static const int prompts[] = { 16, 64, 128, 512 }, depths[] = { 0, 1024, 4096, 8192 };
  CliOptions options = *bench->options;
  double start = cli_bench_now ();
  bool ok = true;

  options.n_threads = threads;
  if (options.context == 0)
    options.context = depths[2] + 64;
  if (!cli_open_session (&options, &bench->model, &bench->session, &bench->error))
    return false;
  bench->threads = bench->model->n_threads;
  bench->bandwidth = bench->peak = 0;
  start = cli_bench_now () - start;
  if (bench->n_rows == 0)
    print_machine (bench);
  add_row (bench, KIND_LOAD, 0, start, 0);
  for (size_t i = 0; ok && i < sizeof prompts / sizeof prompts[0]; i++)
    if (prompts[i] < options.context)
      ok = measure_prompt (bench, prompts[i]);
  for (size_t i = 0; ok && i < sizeof depths / sizeof depths[0]; i++)
    if (depths[i] < options.context)
      ok = measure_decode (bench, depths[i]);
  if (ok)
    add_row (bench, KIND_BANDWIDTH, 0, bench->bandwidth * 1e-9, 0);
  ok = ok && measure_verify (bench) && measure_busy (bench);
  note_peak (bench);
  if (ok)
    add_row (bench, KIND_MEMORY, 0, bench->peak, 0);
  return ok;
}

int
cli_bench (const CliOptions *options)
{
  Bench *bench;
  GlmJson *old = NULL;
  int n_cores = glm_cpu_count ();
  int threads[2] = { options->n_threads ? options->n_threads : 1, options->n_threads || n_cores == 1 ? 0 : n_cores };
  bool ok;

  if (options->turns)
    return cli_bench_turns (options);
  if (options->speculation)
    return cli_bench_speculation (options);
  if (options->plan)
    return cli_bench_plan (options);
  bench = calloc (1, sizeof *bench);
  ok = bench != NULL;
  if (!ok)
    return CLI_FAILED;
  bench->options = options;
  if (options->compare)
    {
      ok = glm_json_open (options->compare, &old, &bench->error);
      bench->old = ok ? glm_json_get (glm_json_root (old), "rows") : NULL;
      if (ok && (!bench->old || bench->old->type != GLM_JSON_ARRAY))
        ok = glm_error_set (&bench->error, GLM_ERROR_BAD_FILE, "%s: not what bench --json writes", options->compare);
    }
  for (int i = 0; ok && i < 2 && threads[i] > 0; i++)
    {
      ok = measure_threads (bench, threads[i]);
      glm_session_free (bench->session);
      glm_model_free (bench->model);
      bench->session = NULL;
      bench->model = NULL;
    }
  if (ok && options->json)
    print_rows_json (bench);
  if (!ok)
    cli_fail (&bench->error);
  glm_json_free (old);
  free (bench);
  return ok ? CLI_OK : CLI_FAILED;
}
