/* cli-bench-speculation.c: what guessing tokens gains and costs (bench --speculation)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two sorts of work.  Editing: the prompt holds a text, and the reply is that text with a word changed here and there.
 * The reply is given, so that models which cannot edit, and random weights, can be measured: evaluating, sampling,
 * guessing and verifying are done as ever, only what was drawn is replaced (GlmRehearsal).  Chat: short questions, and the
 * model's own greedy replies, where little can be guessed and guessing must cost next to nothing.
 *
 * Each reply is written with and without guesses in turn, several times, and the fastest of each counts.  Replies are
 * printed one by one where they are long enough to be timed, and added up.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli-bench.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/run/rehearsal.h"
#include "engine/run/session.h"

#define N_REPEATS   5
#define MIN_SECONDS 1 /* of repeating one reply */
#define MAX_REPLY   160
#define MIN_TIMED   32
#define N_RANDOM    200 /* tokens of a text for a model without a vocabulary */

static const char *const edits[][2] = {
  { "The old bridge over the river was built of stone in 1864. Every spring the water rises, and the people of the village watch "
    "it from the bank. Last year a part of the wall fell into the river, and the bridge was closed for two months. Now it is "
    "open again, and the children cross it on their way to school. The mayor says that it will stand for a hundred years more.",
    "The old bridge over the river was built of wood in 1864. Every spring the water rises, and the people of the village watch "
    "it from the bank. Last year a part of the wall fell into the river, and the bridge was closed for six weeks. Now it is "
    "open again, and the children cross it on their way to school. The mayor hopes that it will stand for a hundred years more." },
  { "这座城市有三百万人口，位于两条河流的交汇处。每年春天，很多游客来这里看樱花。市中心有一个很大的图书馆，里面有五十万本书。"
    "学生们喜欢在图书馆里读书，老人们喜欢在公园里散步。晚上，人们在河边的小饭馆吃饭、聊天。",
    "这座城市有四百万人口，位于两条河流的交汇处。每年春天，很多游客来这里看樱花。市中心有一个很新的图书馆，里面有五十万本书。"
    "学生们喜欢在图书馆里读书，老人们喜欢在公园里散步。晚上，人们在湖边的小饭馆吃饭、聊天。" },
};

static const char *const questions[] = {
  "Hello!",
  "What can you do?",
  "Tell me a story about a small bird.",
  "Write a poem about the sea.",
  "What is 7 times 8?",
  "What is the capital of France?",
  "Explain how to use Myna.",
  "Show me a table of three animals.",
  "你好",
  "讲一个小故事。",
  "中国的首都是哪里？",
  "Write hello world in Python.",
};

typedef struct
{
  const CliOptions *options;
  GlmModel *model;
  GlmSession *session;
  int n_rows;
  GlmError error;
} Bench;

/* One sort of work, added up. */
typedef struct
{
  double plain, guessed; /* seconds */
  size_t n_tokens, n_drafted, n_accepted;
  double worst; /* the lowest ratio of one reply that is long enough to be timed */
  int n_replies;
} Sum;

/* Seconds of writing one reply; the prompt is at hand. */
static bool
write_reply (Bench *bench, const GlmPrompt *prompt, const GlmTokens *reply, bool no_guesses, double *best,
             GlmResult *ret_result)
{
  GlmRehearsal rehearsal = { reply ? reply->ids : NULL, reply ? reply->n : 0, no_guesses };
  GlmSampling sampling = { .repetition_penalty = 1, .max_tokens = reply ? (int) reply->n : MAX_REPLY };
  bool ok;

  ok = glm_rehearse (bench->session, prompt, &sampling, NULL, &rehearsal, NULL, ret_result, &bench->error);
  if (ok && ret_result->generate_seconds < *best)
    *best = ret_result->generate_seconds;
  return ok;
}

/* number: of a single reply; 0: all of this sort. */
static void
add_row (Bench *bench, const char *what, int number, const Sum *sum)
{
  double plain = (double) sum->n_tokens / sum->plain, guessed = (double) sum->n_tokens / sum->guessed;
  char name[16];

  snprintf (name, sizeof name, "%d", number);
  if (bench->options->json)
    printf (
        "%s\n  {\"what\": \"%s\", \"reply\": %d, \"tokens\": %zu, \"plain\": %.6g, \"guessed\": %.6g, \"ratio\": %.4f, \"worst\": %.4f, "
        "\"drafted\": %zu, \"accepted\": %zu}",
        bench->n_rows++ ? "," : "", what, number, sum->n_tokens, plain, guessed, guessed / plain, sum->worst, sum->n_drafted,
        sum->n_accepted);
  else
    printf ("%-8s %5s %7zu %11.2f %11.2f %8.2f × %8.2f × %9zu %9zu\n", what, number ? name : "all", sum->n_tokens, plain,
            guessed, guessed / plain, sum->worst, sum->n_drafted, sum->n_accepted);
  fflush (stdout);
}

/* Adds a reply to the sum, and prints it if it is long enough to be timed. */
static void
add_reply (Bench *bench, const char *what, const Sum *reply, Sum *sum)
{
  double ratio = reply->plain / reply->guessed;

  sum->plain += reply->plain;
  sum->guessed += reply->guessed;
  sum->n_tokens += reply->n_tokens;
  sum->n_drafted += reply->n_drafted;
  sum->n_accepted += reply->n_accepted;
  sum->n_replies++;
  if (reply->n_tokens < MIN_TIMED)
    return;
  if (sum->worst == 0 || ratio < sum->worst)
    sum->worst = ratio;
  add_row (bench, what, sum->n_replies, reply);
}

static bool
measure (Bench *bench, const char *what, const GlmPrompt *prompt, const GlmTokens *reply, Sum *sum)
{
  Sum one = { .plain = 1e300, .guessed = 1e300 };
  double start = cli_bench_now ();
  GlmResult result = { 0 };

  for (int i = 0; i < N_REPEATS || cli_bench_now () - start < MIN_SECONDS; i++)
    if (!write_reply (bench, prompt, reply, true, &one.plain, &result)
        || !write_reply (bench, prompt, reply, false, &one.guessed, &result))
      return false;
  one.n_tokens = result.n_generated;
  one.n_drafted = result.n_drafted;
  one.n_accepted = result.n_accepted;
  one.worst = one.plain / one.guessed;
  add_reply (bench, what, &one, sum);
  return true;
}

static bool
measure_text_edits (Bench *bench, Sum *sum)
{
  bool ok = true;

  for (size_t i = 0; ok && i < sizeof edits / sizeof edits[0]; i++)
    {
      const GlmTurn turn = { .role = "user", .content = edits[i][0] };
      GlmPrompt prompt = { 0 };
      GlmTokens reply = { 0 };

      ok = glm_model_fit (bench->model, &turn, 1, NULL, NULL, &prompt, &bench->error)
           && glm_model_tokenize (bench->model, edits[i][1], strlen (edits[i][1]), &reply, &bench->error)
           && measure (bench, "editing", &prompt, &reply, sum);
      glm_prompt_clear (&prompt);
      glm_tokens_clear (&reply);
    }
  return ok;
}

/* Without a vocabulary: random tokens, and every 25th of them another one in the reply. */
static bool
measure_random_edit (Bench *bench, Sum *sum)
{
  int n_vocab = glm_model_info (bench->model)->n_vocab;
  GlmPrompt prompt = { 0 };
  GlmTokens reply = { 0 };
  bool ok = true;

  for (int i = 0; ok && i < N_RANDOM; i++)
    {
      int32_t id = (int32_t) ((uint32_t) (i + 1) * 2654435761u % (uint32_t) (n_vocab / 2));

      ok = (glm_tokens_append (&prompt.ids, id) && glm_tokens_append (&reply, i % 25 == 12 ? id + 1 : id))
           || glm_error_set (&bench->error, GLM_ERROR_NO_MEMORY, "no memory for the text");
    }
  ok = ok && measure (bench, "editing", &prompt, &reply, sum);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&reply);
  return ok;
}

static bool
measure_chats (Bench *bench, Sum *sum)
{
  bool ok = true;

  for (size_t i = 0; ok && i < sizeof questions / sizeof questions[0]; i++)
    {
      const GlmTurn turn = { .role = "user", .content = questions[i] };
      GlmPrompt prompt = { 0 };

      ok = glm_model_fit (bench->model, &turn, 1, NULL, NULL, &prompt, &bench->error)
           && measure (bench, "chat", &prompt, NULL, sum);
      glm_prompt_clear (&prompt);
    }
  return ok;
}

static bool
run (Bench *bench)
{
  Sum edit = { 0 }, chat = { 0 };

  if (bench->options->json)
    fputs ("{\"rows\": [", stdout);
  else
    puts ("what     reply  tokens  plain tok/s  with guesses      ratio      worst   guessed     right");
  if (!(bench->model->tokenizer ? measure_text_edits (bench, &edit) : measure_random_edit (bench, &edit)))
    return false;
  add_row (bench, "editing", 0, &edit);
  if (bench->model->tokenizer)
    {
      if (!measure_chats (bench, &chat))
        return false;
      add_row (bench, "chat", 0, &chat);
    }
  fputs (bench->options->json ? "\n]}\n" : "", stdout);
  return true;
}

int
cli_bench_speculation (const CliOptions *options)
{
  Bench bench = { .options = options };
  bool ok = cli_open_session (options, &bench.model, &bench.session, &bench.error) && run (&bench);

  if (!ok)
    cli_fail (&bench.error);
  glm_session_free (bench.session);
  glm_model_free (bench.model);
  return ok ? CLI_OK : CLI_FAILED;
}
