/* test-fit.c: which turns a prompt contains, and that nothing is tokenized twice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The linker puts __wrap_glm_tokenizer_encode() before every call of the tokenizer.  Each text carries a mark of its own, so
 * that the calls that contain it can be counted.
 */
#include "check.h"
#include "families/template.h"

#define MAX_TURNS 24
#define LONG_CHAT 1000

/* ---- Counting --------------------------------------------------------------------------------------------------- */

static int counts[LONG_CHAT + 1]; /* calls by mark */

bool __real_glm_tokenizer_encode (const GlmTokenizer *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens,
                                  GlmError *error);
bool __wrap_glm_tokenizer_encode (const GlmTokenizer *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens,
                                  GlmError *error);

bool
__wrap_glm_tokenizer_encode (const GlmTokenizer *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens,
                             GlmError *error)
{
  for (size_t i = 0; i + 6 <= n_bytes; i++)
    if (text[i] == '{' && text[i + 5] == '}')
      counts[atoi (text + i + 1)]++;
  return __real_glm_tokenizer_encode (tokenizer, text, n_bytes, tokens, error);
}

/* ---- Chats ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  GlmTurn turns[MAX_TURNS];
  size_t n;
  char texts[MAX_TURNS][128];
  char reply[128]; /* "": none */
} Chat;

static uint32_t random_state;

static uint32_t
random_below (uint32_t n)
{
  random_state = random_state * 1664525u + 1013904223u;
  return (random_state >> 8) % n;
}

static const char *
random_text (void)
{
  static const char *const texts[] = {
    "",
    "Hello, is there anybody?",
    "\n\nTwo lines\n and a third",
    "你好，世界。晚上睡不着怎么办？",
    "  spaces before and behind  ",
    "<|user|> is no control token",
    "<think>\nHm.\n</think>\n\nYes.",
    "[Round 1]\n\n问：",
    "0123456789 0.5 2024",
    "🐦 café\u3000",
  };

  return texts[random_below (sizeof texts / sizeof *texts)];
}

static void
add_turn (Chat *chat, const char *role)
{
  size_t i = chat->n++;

  snprintf (chat->texts[i], sizeof chat->texts[i], "%s%s{%04zu}%s", random_text (), random_text (), i,
            random_below (2) ? "" : " \n");
  chat->turns[i] = (GlmTurn){ role, chat->texts[i], NULL };
}

/* Any order that a stored conversation can have; with_tools: also calls and what they gave. */
static void
make_chat (Chat *chat, uint32_t seed, bool with_tools)
{
  size_t n;

  *chat = (Chat){ 0 };
  random_state = seed;
  n = 1 + random_below (MAX_TURNS - 4);
  if (random_below (2))
    add_turn (chat, "system");
  if (random_below (4) == 0)
    add_turn (chat, "assistant");
  while (chat->n < n)
    {
      uint32_t kind = random_below (10);

      add_turn (chat, kind < 5 ? "user" : kind < 9 ? "assistant" : with_tools && random_below (2) ? "observation" : "system");
      if (with_tools && kind == 8)
        chat->turns[chat->n - 1].metadata = "get_weather";
    }
  if (random_below (8))
    add_turn (chat, "user");
  if (random_below (2))
    snprintf (chat->reply, sizeof chat->reply, "%s{%04d}%s", random_text (), LONG_CHAT, random_text ());
}

static bool
has_role (const Chat *chat, size_t i, const char *role)
{
  return strcmp (chat->turns[i].role, role) == 0;
}

/* The prompt of exactly these turns. */
static void
prompt_from (const GlmTemplate *tmpl, const Chat *chat, size_t first, GlmPrompt *prompt)
{
  GlmTurn turns[MAX_TURNS];
  GlmError error = { 0 };
  size_t n = 0;

  for (size_t i = 0; i < chat->n; i++)
    if (i >= first || has_role (chat, i, "system"))
      turns[n++] = chat->turns[i];
  REQUIRE (glm_template_fit (tmpl, turns, n, chat->reply, NULL, prompt, &error), "%s", error.message);
}

static size_t
next_question (const Chat *chat, size_t i)
{
  while (i < chat->n && !has_role (chat, i, "user"))
    i++;
  return i;
}

/* The policy, as engine.h has it. */
static size_t
expected_first (const Chat *chat, const size_t *n_tokens, const GlmFit *fit)
{
  size_t last = 0, low, i;

  for (i = 0; i < chat->n; i++)
    if (has_role (chat, i, "user"))
      last = i;
  if (next_question (chat, 0) == chat->n)
    return fit->first_turn < chat->n ? fit->first_turn : chat->n - 1;
  low = fit->first_turn < last ? fit->first_turn : last;
  if (low > 0 || fit->cut)
    low = next_question (chat, low);
  if (fit->context_length == 0 || (!fit->cut && 8 * n_tokens[low] <= 7 * (size_t) fit->context_length))
    return low;
  for (i = next_question (chat, low); i < last; i = next_question (chat, i + 1))
    if (5 * n_tokens[i] <= 3 * (size_t) fit->context_length)
      break;
  return i;
}

static void
check_fit (const GlmTemplate *tmpl, const Chat *chat, const GlmFit *fit, const GlmPrompt *froms, const size_t *n_tokens,
           bool once)
{
  const char *name = glm_template_family (tmpl)->name;
  GlmPrompt prompt = { 0 };
  const GlmPrompt *from;
  GlmError error = { 0 };
  size_t first = expected_first (chat, n_tokens, fit);

  memset (counts, 0, sizeof counts);
  REQUIRE (glm_template_fit (tmpl, chat->turns, chat->n, chat->reply, fit, &prompt, &error), "%s", error.message);
  CHECK (prompt.first_turn == first, "%s: the prompt begins at %zu, expected %zu", name, prompt.first_turn, first);
  from = &froms[first];
  CHECK (prompt.ids.n == from->ids.n && memcmp (prompt.ids.ids, from->ids.ids, from->ids.n * sizeof *from->ids.ids) == 0,
         "%s: other ids than those of the turns from %zu on", name, first);
  CHECK (prompt.n_reply == from->n_reply && !prompt.n_reply == !*chat->reply, "%s: %zu ids of the reply, expected %zu", name,
         prompt.n_reply, from->n_reply);
  for (size_t i = 0; once && i < chat->n; i++)
    CHECK (counts[i] == 1 || (counts[i] == 0 && i < first && !has_role (chat, i, "system")), "%s: turn %zu tokenized %d times",
           name, i, counts[i]);
  CHECK (!once || counts[LONG_CHAT] == !!*chat->reply, "%s: the reply was tokenized %d times", name, counts[LONG_CHAT]);
  glm_prompt_clear (&prompt);
}

static void
check_chat (const GlmTemplate *tmpl, const Chat *chat, bool once)
{
  GlmPrompt froms[MAX_TURNS] = { 0 };
  size_t n_tokens[MAX_TURNS];

  for (size_t i = 0; i < chat->n; i++)
    {
      prompt_from (tmpl, chat, i, &froms[i]);
      n_tokens[i] = froms[i].ids.n;
    }
  for (size_t i = 0; i <= chat->n + 1; i++)
    for (int cut = 0; cut < 2; cut++)
      {
        int n = (int) n_tokens[0];
        /* Around both bounds of the policy, for this chat or a part of it. */
        const int contexts[] = { 0, 1, n, (n * 8 + 6) / 7, (n * 8 - 1) / 7, n * 5 / 3, n / 2, n / 4, 10 * n };

        for (size_t c = 0; c < sizeof contexts / sizeof *contexts; c++)
          check_fit (tmpl, chat, &(GlmFit){ contexts[c], i, cut }, froms, n_tokens, once);
      }
  for (size_t i = 0; i < chat->n; i++)
    glm_prompt_clear (&froms[i]);
}

/* ---- A long chat ------------------------------------------------------------------------------------------------ */

/* Nothing is tokenized that lies before what fits; where texts must be tokenized again, not often. */
static void
check_long_chat (const GlmTemplate *tmpl, bool once)
{
  static GlmTurn turns[LONG_CHAT];
  static char texts[LONG_CHAT][32];
  const char *name = glm_template_family (tmpl)->name;
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };
  GlmFit fit = { .context_length = 400 };

  for (size_t i = 0; i < LONG_CHAT; i++)
    {
      snprintf (texts[i], sizeof texts[i], "How are you? {%04zu}", i);
      turns[i] = (GlmTurn){ i % 2 ? "assistant" : "user", texts[i], NULL };
    }
  memset (counts, 0, sizeof counts);
  REQUIRE (glm_template_fit (tmpl, turns, LONG_CHAT - 1, NULL, &fit, &prompt, &error), "%s", error.message);
  CHECK (prompt.ids.n <= 240 && prompt.ids.n > 200, "%s: %zu ids", name, prompt.ids.n);
  CHECK (counts[LONG_CHAT - 2] <= (once ? 1 : 12), "%s: tokenized %d times", name, counts[LONG_CHAT - 2]);
  CHECK (!once || counts[LONG_CHAT - 80] == 0, "%s: a turn far before the prompt was tokenized", name);
  glm_prompt_clear (&prompt);
}

int
main (void)
{
  static const struct
  {
    const GlmFamily *family;
    const char *file;
    bool roles; /* each turn is tokenized by itself */
  } cases[] = {
    { &glm_family_chatglm1, "glm/tokenizers/chatglm1/ice_text.model", false },
    { &glm_family_chatglm2, "glm/tokenizers/chatglm2-3/tokenizer.model", false },
    { &glm_family_codegeex2, "glm/tokenizers/chatglm2-3/tokenizer.model", false },
    { &glm_family_chatglm3, "glm/tokenizers/chatglm2-3/tokenizer.model", true },
    { &glm_family_glm4_9b, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm4_0414, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm_z1, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm_edge, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm45, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm46, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm47, "glm/tokenizers/glm4/tokenizer.model", true },
    { &glm_family_glm47_flash, "glm/tokenizers/glm4/tokenizer.model", true },
  };

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      GlmTokenizer *tokenizer = NULL;
      GlmTemplate *tmpl = NULL;
      GlmError error = { 0 };
      Chat chat;

      REQUIRE (glm_tokenizer_open (shared_path (cases[i].file), &tokenizer, &error), "%s", error.message);
      REQUIRE (glm_template_new (cases[i].family, tokenizer, &tmpl, &error), "%s", error.message);
      for (uint32_t seed = 0; seed < 30; seed++)
        {
          make_chat (&chat, seed, true);
          check_chat (tmpl, &chat, cases[i].roles);
        }
      check_long_chat (tmpl, cases[i].roles);
      CHECK (!glm_template_fit (tmpl, NULL, 0, NULL, NULL, NULL, &error) && error.code == GLM_ERROR_ARGUMENT, "no turns");
      glm_template_free (tmpl);
      glm_tokenizer_free (tokenizer);
    }
  return check_exit ();
}
