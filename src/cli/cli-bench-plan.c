/* cli-bench-plan.c: how long it takes to choose the turns of a chat that outgrows the context (bench --plan)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Beside it: what a caller pays that counts the tokens of whole prompts, searches the first turn by halves and then makes the
 * prompt, as the window once did.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli-bench.h"
#include "cli/cli.h"

#define N_REPEATS 7
#define MAX_TURNS 4096

static const char *const texts[] = {
  "How do I keep my bicycle from rusting when it stands outside all winter?",
  "Clean it, dry it, and oil the chain; then cover it, but leave room for air below the cover, or water will gather there.",
  "天气冷的时候，自行车链条多久要上一次油？",
  "冬天最好每两周上一次油。先用布擦干净，再在每一节上滴一滴，转几圈之后把多余的油擦掉。",
};

typedef struct
{
  const GlmModel *model;
  GlmTurn turns[MAX_TURNS];
  size_t n_turns;
  GlmFit fit;
  GlmError error;
} Bench;

static bool
count (Bench *bench, size_t first, size_t *ret_n)
{
  GlmPrompt prompt = { 0 };
  bool ok = glm_model_fit (bench->model, bench->turns + first, bench->n_turns - first, NULL, NULL, &prompt, &bench->error);

  *ret_n = prompt.ids.n;
  glm_prompt_clear (&prompt);
  return ok;
}

static bool
plan_by_counting (Bench *bench, size_t *ret_first)
{
  size_t low = 0, high = (bench->n_turns - 1) / 2, n = 0; /* in questions */
  bool ok = count (bench, 0, &n);

  while (ok && low < high)
    {
      size_t middle = (low + high) / 2;

      ok = count (bench, 2 * middle, &n);
      if ((double) n <= 0.6 * bench->fit.context_length)
        high = middle;
      else
        low = middle + 1;
    }
  *ret_first = 2 * high;
  return ok && count (bench, *ret_first, &n);
}

static bool
plan_at_once (Bench *bench, size_t *ret_first)
{
  GlmPrompt prompt = { 0 };
  bool ok = glm_model_fit (bench->model, bench->turns, bench->n_turns, NULL, &bench->fit, &prompt, &bench->error);

  *ret_first = prompt.first_turn;
  glm_prompt_clear (&prompt);
  return ok;
}

/* A chat that has just passed the share of the context that prompts may fill. */
static bool
make_chat (Bench *bench)
{
  size_t n = 0;

  for (size_t i = 0; i < MAX_TURNS; i++)
    bench->turns[i] = (GlmTurn){ i % 2 ? "assistant" : "user", texts[i % 4], NULL };
  for (bench->n_turns = 1; bench->n_turns + 2 <= MAX_TURNS && (double) n <= 0.875 * bench->fit.context_length;
       bench->n_turns += 2)
    if (!count (bench, 0, &n))
      return false;
  return true;
}

static double
best_of (Bench *bench, bool (*plan) (Bench *, size_t *), size_t *ret_first)
{
  double best = 1e300;

  for (int i = 0; i < N_REPEATS; i++)
    {
      double start = cli_bench_now ();

      if (!plan (bench, ret_first))
        return -1;
      start = cli_bench_now () - start;
      best = start < best ? start : best;
    }
  return best;
}

int
cli_bench_plan (const CliOptions *options)
{
  Bench *bench = calloc (1, sizeof *bench);
  GlmModel *model = NULL;
  size_t first = 0, counted = 0;
  double once = -1, counting = -1;
  bool ok;

  if (!bench)
    return CLI_FAILED;
  bench->fit.context_length = options->context ? options->context : 8192;
  ok = cli_open_text_model (options, &model, &bench->error);
  bench->model = model;
  ok = ok && make_chat (bench);
  if (ok)
    {
      counting = best_of (bench, plan_by_counting, &counted);
      once = best_of (bench, plan_at_once, &first);
      ok = once >= 0 && counting >= 0;
    }
  if (ok)
    printf (options->json ? "{\"turns\": %zu, \"first\": %zu, \"counting\": %.6g, \"once\": %.6g, \"ratio\": %.3f}\n"
                          : "%zu turns, from turn %zu on: by counting %.6f s, at once %.6f s (%.3f)\n",
            bench->n_turns, first, counting, once, once / counting);
  else
    cli_fail (&bench->error);
  glm_model_free (model);
  free (bench);
  return ok ? CLI_OK : CLI_FAILED;
}
