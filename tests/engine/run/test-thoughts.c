/* test-thoughts.c: ending a thought from outside, and chats whose replies keep their tokens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <unistd.h>

#include "check.h"
#include "run/rehearsal.h"
#include "run/session.h"
#include "run/tiny-moe.h"

typedef struct
{
  GlmModel *model;
  GlmSession *session;
  int32_t think_end;
} Chat;

/* What a reply is told as. */
typedef struct
{
  char text[4096];
  size_t n;
  GlmReplyKind kind;
  size_t n_thoughts, answer_at; /* pieces of a thought; at which of them the answer is wanted, 0: never */
  atomic_bool answer;
} Told;

static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Told *told = user_data;
  bool thinks = kind == GLM_REPLY_THOUGHT, thought = told->n > 0 && told->kind == GLM_REPLY_THOUGHT;

  REQUIRE (told->n + n_bytes + 32 < sizeof told->text, "a long reply");
  told->n += (size_t) sprintf (told->text + told->n, "%s%.*s",
                               thinks == thought ? ""
                               : thinks          ? "<think>"
                                                 : "</think>",
                               (int) n_bytes, text);
  told->kind = kind;
  told->n_thoughts += thinks;
  if (told->n_thoughts == told->answer_at && thinks)
    atomic_store (&told->answer, true);
  return true;
}

static Chat
open_chat (const char *family)
{
  const char *path = test_temp_path ("tiny-moe.gguf");
  Chat chat;
  GlmError error = { 0 };

  tiny_moe_write (family, path);
  REQUIRE (glm_model_open (path, NULL, &chat.model, &error) && glm_session_new (chat.model, NULL, &chat.session, &error), "%s",
           error.message);
  CHECK (strcmp (glm_model_info (chat.model)->family, family) == 0, "%s", glm_model_info (chat.model)->family);
  CHECK (glm_model_info (chat.model)->can_answer_at_once, "%s thinks or not", family);
  chat.think_end = glm_tokenizer_control_id (chat.model->tokenizer, "</think>");
  return chat;
}

static void
close_chat (Chat *chat)
{
  glm_session_free (chat->session);
  glm_model_free (chat->model);
}

static const GlmSampling greedy = { .temperature = 0, .top_p = 1, .repetition_penalty = 1.3f, .max_tokens = 40 };

static GlmResult
generate (Chat *chat, const GlmPrompt *prompt, const GlmRehearsal *rehearsal, Told *told, GlmTokens *ids)
{
  GlmGenerateFuncs funcs = { .piece = on_piece, .user_data = told, .answer = &told->answer };
  GlmResult result;
  GlmError error = { 0 };

  REQUIRE (glm_rehearse (chat->session, prompt, &greedy, &funcs, rehearsal, ids, &result, &error), "%s", error.message);
  return result;
}

static void
tokenize (const Chat *chat, const char *text, GlmTokens *ids)
{
  REQUIRE (glm_model_tokenize (chat->model, text, strlen (text), ids, NULL), "%s", text);
}

/* ---- Answer now ------------------------------------------------------------------------------------------------- */

/* The thought ends with the token that ends thoughts; what the model writes then is what it writes behind that, from what is
 * evaluated: nothing is read again. */
static void
test_answer (const char *family, const char *opening)
{
  static const char thought[] = "hm, 这样 so";
  const GlmTurn turn = { .role = "user", .content = "Why?" };
  Chat chat = open_chat (family), other = open_chat (family);
  GlmPrompt prompt = { 0 };
  GlmTokens script = { 0 }, ids = { 0 }, rest = { 0 };
  Told told = { .answer_at = 4 }, again = { 0 };
  GlmResult result;
  GlmError error = { 0 };
  size_t n_thought, n_prompt;

  REQUIRE (glm_model_fit (chat.model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  n_prompt = prompt.ids.n;
  tokenize (&chat, opening, &script);
  if (*opening)
    REQUIRE (glm_tokens_append (&script, glm_tokenizer_control_id (chat.model->tokenizer, "<think>")), "memory");
  tokenize (&chat, thought, &script);
  /* What the model would think on is known, so that its thought does not end by itself. */
  for (int i = 0; i < 14; i++)
    tokenize (&chat, "x", &script);
  result = generate (&chat, &prompt, &(GlmRehearsal){ .reply = script.ids, .n_reply = script.n }, &told, &ids);
  for (n_thought = 0; n_thought < ids.n && ids.ids[n_thought] != chat.think_end; n_thought++)
    ;
  REQUIRE (n_thought < ids.n, "%s: the thought does not end: %s", family, told.text);
  CHECK (n_thought < script.n - 8 && memcmp (ids.ids, script.ids, n_thought * sizeof *ids.ids) == 0,
         "%s: it ends after %zu tokens of %zu", family, n_thought, script.n);
  CHECK (strncmp (told.text, "<think>hm, </think>", 19) == 0, "%s: %s", family, told.text);
  CHECK (result.n_prompt == n_prompt && result.n_generated == ids.n, "%zu of %zu tokens", result.n_generated, ids.n);

  /* The script has the rest of the thought behind the end: the model of the other chat reads it as its answer, too. */
  for (size_t i = 0; i <= n_thought; i++)
    REQUIRE (glm_tokens_append (&prompt.ids, ids.ids[i]), "memory");
  prompt.n_reply = n_thought + 1;
  generate (&other, &prompt,
            &(GlmRehearsal){ .reply = script.ids + n_thought + 1,
                             .n_reply = script.n > n_thought + 1 ? script.n - n_thought - 1 : 0 },
            &again, &rest);
  CHECK (ids.n >= script.n + 3, "%s: %zu tokens are the model's own", family, ids.n - script.n);
  CHECK (rest.n >= ids.n - n_thought - 1
             && memcmp (ids.ids + n_thought + 1, rest.ids, (ids.n - n_thought - 1) * sizeof *ids.ids) == 0,
         "%s: another answer than behind a thought that ended by itself: %zu and %zu tokens", family, ids.n, rest.n);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&script);
  glm_tokens_clear (&ids);
  glm_tokens_clear (&rest);
  close_chat (&chat);
  close_chat (&other);
}

/* Between the tokens of one character a thought does not end, and where none is written nothing happens. */
static void
test_answer_edges (void)
{
  const GlmTurn turn = { .role = "user", .content = "Why?" };
  const GlmFit at_once = { .no_thoughts = true };
  Chat chat = open_chat ("GLM-4.7");
  GlmPrompt prompt = { 0 };
  GlmTokens script = { 0 }, ids = { 0 };
  Told told = { 0 };
  GlmError error = { 0 };

  /* Wanted before anything is written. */
  REQUIRE (glm_model_fit (chat.model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  tokenize (&chat, "never thought", &script);
  atomic_store (&told.answer, true);
  generate (&chat, &prompt, &(GlmRehearsal){ .reply = script.ids, .n_reply = script.n }, &told, &ids);
  CHECK (ids.n > 0 && ids.ids[0] == chat.think_end && !strstr (told.text, "<think>"), "%s", told.text);
  glm_prompt_clear (&prompt);

  /* Where the model answers at once, and in the middle of an answer. */
  told = (Told){ 0 };
  atomic_store (&told.answer, true);
  ids.n = 0;
  REQUIRE (glm_model_fit (chat.model, &turn, 1, NULL, &at_once, &prompt, &error), "%s", error.message);
  generate (&chat, &prompt, &(GlmRehearsal){ .reply = script.ids, .n_reply = script.n }, &told, &ids);
  CHECK (strncmp (told.text, "never thought", 13) == 0, "%s", told.text);
  CHECK (memcmp (ids.ids, script.ids, script.n * sizeof *ids.ids) == 0, "an answer was disturbed");
  glm_prompt_clear (&prompt);

  /* The reply so far ends with the first token of a character. */
  script.n = ids.n = 0;
  told = (Told){ 0 };
  atomic_store (&told.answer, true);
  tokenize (&chat, "a好z", &script);
  REQUIRE (script.n == 5, "%zu tokens", script.n);
  REQUIRE (glm_model_fit (chat.model, &turn, 1, NULL, NULL, &prompt, &error), "%s", error.message);
  for (size_t i = 0; i < 2; i++)
    REQUIRE (glm_tokens_append (&prompt.ids, script.ids[i]), "memory");
  prompt.n_reply = 2;
  generate (&chat, &prompt, &(GlmRehearsal){ .reply = script.ids + 2, .n_reply = 3 }, &told, &ids);
  CHECK (ids.n > 3 && ids.ids[2] == chat.think_end, "%zu tokens: %s", ids.n, told.text);
  CHECK (strncmp (told.text, "<think>好</think>", strlen ("<think>好</think>")) == 0, "%s", told.text);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&script);
  glm_tokens_clear (&ids);
  close_chat (&chat);
}

/* ---- The second turn -------------------------------------------------------------------------------------------- */

/* What of the next prompt need not be evaluated. */
static size_t
count_left (Chat *chat, const GlmTurn *turns, size_t n, const GlmFit *fit, size_t *ret_n_prompt)
{
  GlmPrompt prompt = { 0 };
  GlmError error = { 0 };
  size_t n_left;

  REQUIRE (glm_session_fit (chat->session, turns, n, NULL, fit, &prompt, &error), "%s", error.message);
  n_left = prompt.ids.n - glm_session_count_common (chat->session, prompt.ids.ids, prompt.ids.n);
  *ret_n_prompt = prompt.ids.n;
  glm_prompt_clear (&prompt);
  return n_left;
}

/* A reply as a model may write it: with blanks that the text does not keep. */
static void
say (Chat *chat, const GlmTurn *turns, size_t n, const GlmFit *fit, const char *const *pieces, Told *told)
{
  GlmPrompt prompt = { 0 };
  GlmTokens script = { 0 };
  GlmSampling sampling = greedy;
  GlmGenerateFuncs funcs = { .piece = on_piece, .user_data = told, .answer = &told->answer, .tools = fit->tools };
  GlmRehearsal rehearsal;
  GlmResult result;
  GlmError error = { 0 };

  REQUIRE (glm_session_fit (chat->session, turns, n, NULL, fit, &prompt, &error), "%s", error.message);
  for (; *pieces; pieces++)
    {
      int32_t id = glm_tokenizer_control_id (chat->model->tokenizer, *pieces);

      if (id < 0)
        tokenize (chat, *pieces, &script);
      else
        REQUIRE (glm_tokens_append (&script, id), "memory");
    }
  rehearsal = (GlmRehearsal){ .reply = script.ids, .n_reply = script.n };
  sampling.max_tokens = (int) script.n + 1;
  REQUIRE (glm_rehearse (chat->session, &prompt, &sampling, &funcs, &rehearsal, NULL, &result, &error), "%s", error.message);
  CHECK (result.reason == GLM_STOP_END || result.reason == GLM_STOP_CALL, "reason %d", result.reason);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&script);
}

/* Answering at once, and with thoughts that are kept: of the second question's prompt nothing but that question is evaluated,
 * in the same session and in one that was restored.  Where thoughts are left out, no more than what follows the first
 * <|assistant|>. */
static void
test_second_turn (const char *family, bool lines)
{
  static const char *const quick[] = { "\n\n Because.  \n", "<|user|>", NULL };
  static const char *const tight[] = { "hm \n", "</think>", "\n Because.  \n", "<|user|>", NULL };
  static const char *const spaced[] = { "\n", "<think>", "\nhm \n", "</think>", "\n\n Because.  \n", "<|user|>", NULL };
  const GlmTurn questions[] = { { .role = "user", .content = "Why is it so?" }, { .role = "user", .content = "And then?" } };
  const GlmFit fits[] = { { .no_thoughts = true }, { .keeps_thoughts = true }, { 0 } };

  for (size_t i = 0; i < 3; i++)
    {
      Chat chat = open_chat (family), later = open_chat (family);
      const char *path = test_temp_path ("state.kv");
      GlmTurn turns[3] = { questions[0], { .role = "assistant" }, questions[1] };
      Told told = { 0 };
      GlmTokens question = { 0 };
      GlmError error = { 0 };
      size_t n_left, n_prompt, n_question, n_answer = strlen ("\n\n Because.  \n") + 2;

      tokenize (&chat, questions[1].content, &question);
      n_question = question.n + 8; /* roles and tags around it */
      say (&chat, turns, 1, &fits[i], i == 0 ? quick : lines ? spaced : tight, &told);
      turns[1].content = told.text;
      n_left = count_left (&chat, turns, 3, &fits[i], &n_prompt);
      if (i == 0 || (i == 1 && !lines))
        CHECK (n_left <= n_question, "%s, way %zu: %zu of %zu tokens must be read again", family, i, n_left, n_prompt);
      else
        CHECK (n_left <= n_question + n_answer && n_left > n_question, "%s, way %zu: %zu of %zu tokens", family, i, n_left,
               n_prompt);

      unlink (path);
      REQUIRE (glm_session_save (chat.session, path, &error) && glm_session_restore (later.session, path, NULL, 0, &error),
               "%s", error.message);
      CHECK (count_left (&later, turns, 3, &fits[i], &n_prompt) == n_left, "%s, way %zu: not so after a restart", family, i);
      /* A reply that says something else keeps nothing. */
      turns[1].content = "Because?";
      CHECK (count_left (&later, turns, 3, &fits[i], &n_prompt) > n_question, "%s, way %zu: another reply", family, i);
      unlink (path);
      glm_tokens_clear (&question);
      close_chat (&chat);
      close_chat (&later);
    }
}

/* A third question, where the thought of the first reply was left out for the second. */
static void
test_third_turn (const char *family, bool lines)
{
  static const char *const tight[] = { "hm \n", "</think>", "\n Because.  \n", "<|user|>", NULL };
  static const char *const spaced[] = { "\n", "<think>", "\nhm \n", "</think>", "\n\n Because.  \n", "<|user|>", NULL };
  const GlmFit fit = { 0 };
  Chat chat = open_chat (family);
  Told first = { 0 }, second = { 0 };
  GlmTurn turns[5] = { { .role = "user", .content = "Why is it so?" },
                       { .role = "assistant" },
                       { .role = "user", .content = "And then?" },
                       { .role = "assistant" },
                       { .role = "user", .content = "Why?" } };
  size_t n_left, n_prompt;

  say (&chat, turns, 1, &fit, lines ? spaced : tight, &first);
  turns[1].content = first.text;
  say (&chat, turns, 3, &fit, lines ? spaced : tight, &second);
  turns[3].content = second.text;
  n_left = count_left (&chat, turns, 5, &fit, &n_prompt);
  CHECK (n_left <= strlen ("\n\n Because.  \n") + 2 + strlen ("Why?") + 8, "%s: %zu of %zu tokens must be read again", family,
         n_left, n_prompt);
  close_chat (&chat);
}

/* A round of calls: the thought stays, and so do the calls as the model wrote them.  Arguments that a person changed are not
 * what it wrote. */
static void
test_calls (const char *family, bool lines)
{
  static const GlmTool tool = { "sum", NULL, NULL };
  static const GlmToolSet tools = { &tool, 1, false };
  static const char *const tight[] = {
    "hm ",        "</think>",    " so ",    "<tool_call>",  "sum ",         "<arg_key>",       "a",
    "</arg_key>", "<arg_value>", " 1  < 2", "</arg_value>", "</tool_call>", "<|observation|>", NULL
  };
  static const char *const spaced[] = {
    "\n",         "<think>", "hm ",         "</think>", "\n so \n",     "<tool_call>", "sum\n",        "<arg_key>",       "a",
    "</arg_key>", "\n",      "<arg_value>", " 1  < 2",  "</arg_value>", "\n \n",       "</tool_call>", "<|observation|>", NULL
  };
  const GlmFit fit = { .tools = &tools };
  Chat chat = open_chat (family);
  Told told = { 0 };
  GlmTurn turns[4] = { { .role = "user", .content = "1 < 2?" },
                       { .role = "assistant", .content = "<think>hm </think>so" },
                       { .role = "assistant", .content = "raw", .metadata = "sum", .arguments = "{\"a\": \" 1  < 2\"}" },
                       { .role = "observation", .content = "yes" } };
  size_t n_left, n_prompt;

  say (&chat, turns, 1, &fit, lines ? spaced : tight, &told);
  CHECK (strstr (told.text, "{\"a\": \" 1  < 2\"}"), "%s: %s", family, told.text);
  n_left = count_left (&chat, turns, 4, &fit, &n_prompt);
  CHECK (n_left <= strlen ("yes") + 10, "%s: %zu of %zu tokens must be read again", family, n_left, n_prompt);
  turns[2].arguments = "{\"a\": \"2 < 1\"}";
  CHECK (count_left (&chat, turns, 4, &fit, &n_prompt) > n_left, "%s: changed arguments", family);
  turns[2].arguments = NULL;
  CHECK (count_left (&chat, turns, 4, &fit, &n_prompt) > n_left, "%s: arguments that are not known", family);
  close_chat (&chat);
}

int
main (void)
{
  test_answer ("GLM-4.7", "");
  test_answer ("GLM-4.5", "\n");
  test_answer_edges ();
  test_second_turn ("GLM-4.7", false);
  test_second_turn ("GLM-4.5", true);
  test_third_turn ("GLM-4.7", false);
  test_third_turn ("GLM-4.5", true);
  test_calls ("GLM-4.7", false);
  test_calls ("GLM-4.5", true);
  return check_exit ();
}
