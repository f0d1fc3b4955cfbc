/* cli-bench-turns.c: how long a person waits for the first token of a turn (bench --turns)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The conversation's tokens are random and its cache is filled with anything where only its size matters: neither
 * evaluating nor reading a file depends on the values.  Each figure is the best of several.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli-bench.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/run/session.h"

#define N_REPEATS  3
#define N_NEW      40 /* tokens of the new question */
#define N_HISTORY  1000
#define N_REOPENED 4096

typedef struct
{
  const CliOptions *options;
  GlmModel *model;
  GlmSession *session;
  int32_t ids[N_REOPENED + N_NEW];
  char path[64]; /* of the state on disk; "" before it exists */
  int n_rows;
  GlmError error;
} Bench;

static void
add_row (Bench *bench, const char *what, int size, double value, const char *unit)
{
  if (bench->options->json)
    printf ("%s\n  {\"what\": \"%s\", \"size\": %d, \"value\": %.6g, \"unit\": \"%s\"}", bench->n_rows++ ? "," : "", what, size,
            value, unit);
  else
    printf ("%-44s %6d tokens %10.3f %s\n", what, size, value, unit);
  fflush (stdout);
}

/* Makes the session hold the first n tokens without evaluating them. */
static bool
fill (Bench *bench, size_t n)
{
  GlmSession *session = bench->session;

  glm_session_truncate (session, 0);
  for (size_t i = 0; i < n; i++)
    if (!glm_tokens_append (&session->tokens, bench->ids[i]))
      return glm_error_set (&bench->error, GLM_ERROR_NO_MEMORY, "no memory for %zu tokens", n);
  cli_bench_fill (session);
  return true;
}

/* The first token of a turn whose history the session holds already. */
static bool
first_token (Bench *bench, size_t n_history, double *ret_seconds)
{
  GlmSampling sampling = { .repetition_penalty = 1, .max_tokens = 1 };
  GlmPrompt prompt = { .ids = { .ids = bench->ids, .n = n_history + N_NEW } };
  GlmResult result;

  if (!glm_generate (bench->session, &prompt, &sampling, NULL, NULL, &result, &bench->error))
    return false;
  if (result.n_reused != n_history)
    return glm_error_set (&bench->error, GLM_ERROR_ARGUMENT, "%zu of %zu tokens were reused", result.n_reused, n_history);
  *ret_seconds = result.first_token_seconds;
  return true;
}

static bool
measure_turn (Bench *bench, size_t n_history)
{
  double best = 1e300, seconds = 0;

  for (int i = 0; i < N_REPEATS; i++)
    {
      if (!fill (bench, n_history) || !first_token (bench, n_history, &seconds))
        return false;
      best = seconds < best ? seconds : best;
    }
  add_row (bench, "history, and 40 new: first token", (int) n_history, best, "s");
  return true;
}

/* Written pages of the file leave memory, so that the next reading comes from the disk. */
static void
forget_pages (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
}

static bool
measure_restore (Bench *bench, size_t n, bool from_disk)
{
  double best = 1e300, best_first = 1e300, start, seconds, first = 0;

  for (int i = 0; i < N_REPEATS; i++)
    {
      if (from_disk)
        forget_pages (bench->path);
      glm_session_truncate (bench->session, 0);
      start = cli_bench_now ();
      if (!glm_session_restore (bench->session, bench->path, bench->ids, n + N_NEW, &bench->error))
        return false;
      seconds = cli_bench_now () - start;
      if (!first_token (bench, n, &first))
        return false;
      best = seconds < best ? seconds : best;
      best_first = seconds + first < best_first ? seconds + first : best_first;
    }
  add_row (bench, from_disk ? "reopened from the disk" : "reopened from the page cache", (int) n, best, "s");
  add_row (bench, from_disk ? "… and 40 new: first token, from the disk" : "… and 40 new: first token", (int) n, best_first,
           "s");
  return true;
}

static bool
measure_saving (Bench *bench, size_t n)
{
  struct stat status;
  double start;

  if (!fill (bench, n))
    return false;
  start = cli_bench_now ();
  if (!glm_session_save (bench->session, bench->path, &bench->error))
    return false;
  add_row (bench, "saved", (int) n, cli_bench_now () - start, "s");
  if (stat (bench->path, &status) == 0)
    add_row (bench, "size of the state", (int) n, (double) status.st_size / (1 << 20), "MiB");

  /* A turn later: what is new is appended. */
  if (!fill (bench, n + N_NEW))
    return false;
  start = cli_bench_now ();
  if (!glm_session_save (bench->session, bench->path, &bench->error))
    return false;
  add_row (bench, "saved, 40 tokens more", (int) n + N_NEW, cli_bench_now () - start, "s");
  return fill (bench, n) && glm_session_save (bench->session, bench->path, &bench->error);
}

static bool
measure (Bench *bench)
{
  const char *folder = getenv ("TMPDIR");
  size_t n = (size_t) bench->session->context_length - N_NEW - 1;
  int fd;

  if (n > N_REOPENED)
    n = N_REOPENED;
  if (n > N_HISTORY && !measure_turn (bench, N_HISTORY))
    return false;
  snprintf (bench->path, sizeof bench->path, "%.40s/myna-bench-XXXXXX", folder ? folder : "/var/tmp");
  fd = mkstemp (bench->path);
  if (fd < 0)
    {
      bench->path[0] = '\0';
      return glm_error_set (&bench->error, GLM_ERROR_IO, "no temporary file can be made; set TMPDIR");
    }
  close (fd);
  return measure_turn (bench, n) && measure_saving (bench, n) && measure_restore (bench, n, false)
         && measure_restore (bench, n, true);
}

int
cli_bench_turns (const CliOptions *options)
{
  Bench *bench = calloc (1, sizeof *bench);
  CliOptions longer = *options;
  bool ok = bench != NULL;

  if (!ok)
    return CLI_FAILED;
  if (longer.context == 0)
    longer.context = N_REOPENED + N_NEW + 64;
  bench->options = options;
  ok = cli_open_session (&longer, &bench->model, &bench->session, &bench->error);
  if (ok && bench->session->context_length < 4 * N_NEW)
    ok = glm_error_set (&bench->error, GLM_ERROR_ARGUMENT, "a context of %d tokens is too short", longer.context);
  if (ok)
    {
      /* Below the control tokens, which may mean a bidirectional context. */
      for (int i = 0; i < N_REOPENED + N_NEW; i++)
        bench->ids[i] = (int32_t) ((uint32_t) i * 2654435761u % (uint32_t) (glm_model_info (bench->model)->n_vocab / 2));
      fputs (options->json ? "{\"rows\": [" : "", stdout);
      ok = measure (bench);
      fputs (options->json ? "\n]}\n" : "", stdout);
    }
  if (!ok)
    cli_fail (&bench->error);
  if (bench->path[0])
    unlink (bench->path);
  glm_session_free (bench->session);
  glm_model_free (bench->model);
  free (bench);
  return ok ? CLI_OK : CLI_FAILED;
}
