/* test-greedy.c: the starter model's greedy replies, the same on every processor as by the reference
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * For each prompt the fastest kernels write 500 tokens, one at a time, over ends of replies.  The reference kernels then read
 * that text and say at each place which token they would have chosen: where they agree everywhere, they would have written
 * the same, and they read many times faster than they write.  So do the kernels of the other processors, in batches of 8,
 * which are equal to single tokens to the bit (test-forward).
 *
 * The packed kernels round activations to 8 bits, and sums are added in another order.  Where two tokens are as good as
 * equally likely that may decide; so a difference is allowed where the reference's own choice leads by less than MARGIN,
 * and their number is bounded.
 */
#include <math.h>

#include "check.h"
#include "kernels/kernels.h"
#include "run/session.h"

#define N_REPLY 500
#define MAX_IDS (N_REPLY + 64)
#define BATCH   8

/* Of a logit: test-precision's bound of what 8 bits of activations add to this model's logits (measured here: 0.53). */
#define MARGIN 0.54f
/* … and so often in all 10,000 places at most.  Measured: 116 with AVX-512, 132 with AVX2.  Most of the places are behind the
 * end of a reply, where this model drifts and many tokens are nearly as likely. */
#define MAX_CLOSE 160

static const char *const masks[] = { "avx2", "avxvnni", "avx512", "all" };

static const char *const prompts[] = {
  "Hello!",
  "Who are you?",
  "What can you do?",
  "Tell me a story about a small bird.",
  "Write a poem about the sea.",
  "What is 7 times 8?",
  "What is the capital of France?",
  "Write hello world in Python.",
  "Show me a table of three animals.",
  "My name is Anna. What is my name?",
  "你好",
  "你是谁？",
  "讲一个小故事。",
  "中国的首都是哪里？",
  "三加五等于多少？",
  "写一首关于月亮的诗。",
  "用 C 写一个 hello world。",
  "怎么添加一个模型？",
  "The cat sat on the mat. Where is the cat?",
  "Count from one to ten.",
};

#define N_PROMPTS (sizeof prompts / sizeof prompts[0])

typedef struct
{
  int32_t ids[MAX_IDS]; /* the prompt and what was written */
  size_t n_prompt;
  int32_t chosen[N_REPLY]; /* by the reference */
  float lead[N_REPLY];     /* of that choice over the next */
} Text;

static GlmSession *
open_starter (const char *mask)
{
  GlmModel *model;
  GlmSession *session;
  GlmError error = { 0 };
  unsigned flags;
  char path[1024];

  REQUIRE (glm_cpu_mask_parse (mask, &flags), "%s", mask);
  glm_cpu_set_mask (flags);
  snprintf (path, sizeof path, "%s/models/myna-fledgling-q8_0.gguf", getenv ("MYNA_DATA_DIR"));
  REQUIRE (glm_model_open (path, NULL, &model, &error), "%s", error.message);
  REQUIRE (glm_session_new (model, NULL, &session, &error), "%s", error.message);
  return session;
}

static void
close_starter (GlmSession *session)
{
  GlmModel *model = session->model;

  glm_session_free (session);
  glm_model_free (model);
}

static int32_t
choose (const float *logits, int n, float *ret_lead)
{
  int best = 0;
  float second = -INFINITY;

  for (int i = 1; i < n; i++)
    if (logits[i] > logits[best])
      {
        second = logits[best];
        best = i;
      }
    else if (logits[i] > second)
      second = logits[i];
  *ret_lead = logits[best] - second;
  return best;
}

static void
write_text (GlmSession *session, const char *question, Text *text)
{
  const GlmTurn turn = { .role = "user", .content = question };
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };
  float lead;

  REQUIRE (glm_model_fit (session->model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  REQUIRE (prompt.ids.n + N_REPLY <= MAX_IDS, "%zu tokens: %s", prompt.ids.n, question);
  text->n_prompt = prompt.ids.n;
  memcpy (text->ids, prompt.ids.ids, prompt.ids.n * sizeof *prompt.ids.ids);
  glm_prompt_clear (&prompt);
  glm_session_truncate (session, 0);
  REQUIRE (glm_session_sync (session, text->ids, text->n_prompt, NULL, NULL, NULL, &error), "%s", error.message);
  for (size_t i = 0; i < N_REPLY; i++)
    {
      int32_t *id = &text->ids[text->n_prompt + i];

      *id = choose (glm_session_logits (session), glm_model_info (session->model)->n_vocab, &lead);
      REQUIRE (glm_session_eval (session, id, 1, 1, NULL, NULL, &error), "%s", error.message);
    }
}

/* What this session would have chosen at each place of the reply, the places evaluated `batch` at a time. */
static void
read_text (GlmSession *session, const Text *text, size_t batch, int32_t *chosen, float *lead)
{
  const int32_t *reply = text->ids + text->n_prompt;
  GlmError error = { 0 };
  int n_vocab = glm_model_info (session->model)->n_vocab;

  glm_session_truncate (session, 0);
  REQUIRE (glm_session_sync (session, text->ids, text->n_prompt, NULL, NULL, NULL, &error), "%s", error.message);
  chosen[0] = choose (glm_session_logits (session), n_vocab, &lead[0]);
  for (size_t at = 0; at + 1 < N_REPLY; at += batch)
    {
      size_t n = N_REPLY - 1 - at < batch ? N_REPLY - 1 - at : batch;

      REQUIRE (glm_session_eval (session, reply + at, n, (int64_t) n, NULL, NULL, &error), "%s", error.message);
      for (size_t i = 0; i < n; i++)
        chosen[at + 1 + i] = choose (glm_session_logits_row (session, (int64_t) i), n_vocab, &lead[at + 1 + i]);
    }
}

/* Places where these choices are not the reference's; *widest becomes the largest lead there. */
static int
compare (const Text *text, const int32_t *chosen, const char *what, const char *prompt, float *widest)
{
  int n_close = 0;

  for (int i = 0; i < N_REPLY; i++)
    if (chosen[i] != text->chosen[i])
      {
        CHECK (text->lead[i] < MARGIN, "%s, “%s”: token %d is %d, the reference's %d leads by %g", what, prompt, i, chosen[i],
               text->chosen[i], text->lead[i]);
        *widest = fmaxf (*widest, text->lead[i]);
        n_close++;
      }
  return n_close;
}

int
main (void)
{
  Text *texts = calloc (N_PROMPTS, sizeof *texts);
  GlmSession *session = open_starter ("all");
  float widest = 0;
  int n_close = 0;

  REQUIRE (texts, "no memory");
  for (size_t i = 0; i < N_PROMPTS; i++)
    write_text (session, prompts[i], &texts[i]);
  close_starter (session);

  session = open_starter ("c");
  for (size_t i = 0; i < N_PROMPTS; i++)
    {
      read_text (session, &texts[i], GLM_SESSION_CHUNK, texts[i].chosen, texts[i].lead);
      n_close += compare (&texts[i], texts[i].ids + texts[i].n_prompt, "written", prompts[i], &widest);
    }
  close_starter (session);
  printf ("written: %d of %d places differ from the reference, whose choice led by at most %g\n", n_close,
          (int) N_PROMPTS * N_REPLY, widest);
  CHECK (n_close <= MAX_CLOSE, "%d places", n_close);

  for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
    {
      int32_t chosen[N_REPLY];
      float lead[N_REPLY];

      n_close = 0;
      widest = 0;
      session = open_starter (masks[m]);
      for (size_t i = 0; i < N_PROMPTS; i++)
        {
          read_text (session, &texts[i], BATCH, chosen, lead);
          n_close += compare (&texts[i], chosen, masks[m], prompts[i], &widest);
        }
      close_starter (session);
      printf ("%s: %d of %d places differ from the reference, whose choice led by at most %g\n", masks[m], n_close,
              (int) N_PROMPTS * N_REPLY, widest);
      CHECK (n_close <= MAX_CLOSE, "%d places", n_close);
    }
  free (texts);
  return check_exit ();
}
