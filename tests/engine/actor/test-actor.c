/* test-actor.c: the engine's thread as the window uses it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#include "engine/actor/actor-thread.h"
#include "engine/actor/glm-actor.h"
#include "engine/actor/glm-importer.h"
#include "wait-until.h"

#include <string.h>

static char *
starter_path (void)
{
  return g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
}

/* ---- Loading ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean done, ok;
  GError *error;
  gsize n;
} Answer;

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->ok = glm_actor_load_finish (GLM_ACTOR (object), result, &answer->error);
  answer->done = TRUE;
}

static Answer
load_with (GlmActor *actor, const char *path, const GlmActorLoadOptions *options, GCancellable *cancellable)
{
  Answer answer = { 0 };

  glm_actor_load_async (actor, path, options, cancellable, on_loaded, &answer);
  WAIT_UNTIL (answer.done);
  return answer;
}

static Answer
load (GlmActor *actor, const char *path, GCancellable *cancellable)
{
  return load_with (actor, path, NULL, cancellable);
}

static GlmActor *
new_loaded_actor (void)
{
  GlmActor *actor = glm_actor_new ();
  g_autofree char *path = starter_path ();
  Answer answer = load (actor, path, NULL);

  g_assert_no_error (answer.error);
  g_assert_true (answer.ok);
  return actor;
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(int *) user_data)++;
}

static void
test_load (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_autofree char *path = starter_path ();
  Answer answer;
  int n_paths = 0, n_fractions = 0;

  g_assert_cmpint (glm_actor_get_state (actor), ==, GLM_ACTOR_EMPTY);
  g_assert_null (glm_actor_get_model_info (actor));
  g_assert_null (glm_actor_get_model_path (actor));
  g_signal_connect (actor, "notify::model-path", G_CALLBACK (count_notify), &n_paths);
  g_signal_connect (actor, "notify::load-fraction", G_CALLBACK (count_notify), &n_fractions);

  answer = load (actor, path, NULL);
  g_assert_no_error (answer.error);
  g_assert_cmpint (glm_actor_get_state (actor), ==, GLM_ACTOR_READY);
  g_assert_cmpstr (glm_actor_get_model_path (actor), ==, path);
  g_assert_cmpstr (glm_actor_get_model_info (actor)->family, ==, "ChatGLM3");
  g_assert_cmpint (glm_actor_get_context_length (actor), ==, 2048);
  g_assert_cmpint (n_paths, ==, 1);
  g_assert_cmpint (n_fractions, >, 0);

  glm_actor_unload (actor);
  WAIT_UNTIL (glm_actor_get_state (actor) == GLM_ACTOR_EMPTY);
  g_assert_null (glm_actor_get_model_path (actor));
  g_assert_cmpint (glm_actor_get_context_length (actor), ==, 0);
}

static void
note_fraction (GlmActor *actor, GParamSpec *pspec, gpointer user_data)
{
  double *highest = user_data;

  *highest = MAX (*highest, glm_actor_get_load_fraction (actor));
}

/* The same file with another length only gets a new session; a file that was replaced is read. */
static void
test_load_options (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_autofree char *starter = starter_path (), *data = NULL;
  g_autofree char *folder = g_dir_make_tmp ("myna-actor-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "model.gguf", NULL);
  GlmActorLoadOptions options = { .context_length = 256, .n_threads = 1 };
  double highest = 0;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (starter, &data, &n_bytes, NULL));
  g_assert_true (g_file_set_contents (path, data, (gssize) n_bytes, NULL));
  g_signal_connect (actor, "notify::load-fraction", G_CALLBACK (note_fraction), &highest);
  g_assert_true (load_with (actor, path, &options, NULL).ok);
  g_assert_cmpint (glm_actor_get_context_length (actor), ==, 256);
  g_assert_cmpfloat (highest, >, 0.5);

  highest = 0;
  options = (GlmActorLoadOptions){ .context_length = 1 << 20 };
  g_assert_true (load_with (actor, path, &options, NULL).ok);
  g_assert_cmpint (glm_actor_get_context_length (actor), ==, 2048); /* the model's */
  g_assert_cmpfloat (highest, ==, 0);

  g_assert_true (g_file_set_contents (path, data, (gssize) n_bytes, NULL));
  g_assert_true (load_with (actor, path, &options, NULL).ok);
  g_assert_cmpfloat (highest, >, 0.5);
  g_unlink (path);
  g_rmdir (folder);
}

/* What cannot be loaded says why, and the model before it stays in use. */
static void
test_load_failure (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *path = starter_path (), *bad = g_strdup ("/nonexistent/model.gguf");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = load (actor, bad, NULL);

  g_assert_false (answer.ok);
  g_assert_error (answer.error, GLM_ENGINE_ERROR, GLM_ERROR_NOT_FOUND);
  g_clear_error (&answer.error);
  WAIT_UNTIL (glm_actor_get_state (actor) == GLM_ACTOR_READY);
  g_assert_cmpstr (glm_actor_get_model_path (actor), ==, path);

  g_cancellable_cancel (cancellable);
  answer = load (actor, path, cancellable);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&answer.error);
  g_assert_cmpstr (glm_actor_get_model_path (actor), ==, path);
  WAIT_UNTIL (glm_actor_get_state (actor) == GLM_ACTOR_READY);
}

/* Cancelled at some moment of the loading, whichever it is: it either loads or says that it was cancelled. */
static void
test_load_cancel (void)
{
  g_autofree char *path = starter_path ();

  for (int delay = 0; delay < 20; delay++)
    {
      g_autoptr (GlmActor) actor = glm_actor_new ();
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Answer answer = { 0 };

      glm_actor_load_async (actor, path, NULL, cancellable, on_loaded, &answer);
      g_usleep ((gulong) delay * 500);
      g_cancellable_cancel (cancellable);
      WAIT_UNTIL (answer.done);
      if (answer.ok)
        g_assert_cmpstr (glm_actor_get_model_path (actor), ==, path);
      else
        {
          g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_assert_null (glm_actor_get_model_path (actor));
        }
      g_clear_error (&answer.error);
    }
}

/* ---- Generating ------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmActor *actor; /* to cancel from a callback */
  guint64 id;
  GString *text;
  int n_pieces, n_prompts, n_ended, n_destroyed;
  int cancel_at_piece;
  GlmPlanned planned;
  gsize n_tokens;
  GlmResult result;
  GError *error;
} Reply;

static void
on_piece (GlmReplyKind kind, const char *text, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (reply->n_ended, ==, 0);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpint (strlen (text), >, 0);
  g_assert_cmpint (kind, ==, GLM_REPLY_TEXT);
  g_string_append (reply->text, text);
  if (++reply->n_pieces == reply->cancel_at_piece)
    glm_actor_cancel (reply->actor, reply->id);
  if (reply->cancel_at_piece > 0)
    g_assert_cmpint (reply->n_pieces, <=, reply->cancel_at_piece);
}

static void
on_prompt (gsize n_done, gsize n_total, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (n_done, <=, n_total);
  g_assert_cmpint (reply->planned.n_prompt, >=, n_total);
  g_assert_cmpint (reply->n_pieces, ==, 0);
  reply->n_prompts++;
}

static void
on_planned (const GlmPlanned *planned, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (reply->planned.n_prompt, ==, 0);
  g_assert_cmpint (reply->n_prompts, ==, 0);
  reply->planned = *planned;
}

static void
on_ended (const GlmResult *result, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (++reply->n_ended, ==, 1);
  reply->result = *result;
  reply->error = error ? g_error_copy (error) : NULL;
}

static void
on_rate (gsize n_tokens, double seconds, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (n_tokens, >=, reply->n_tokens);
  g_assert_cmpfloat (seconds, >=, 0);
  reply->n_tokens = n_tokens;
}

static void
on_destroyed (gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_cmpint (reply->n_ended, ==, 1);
  reply->n_destroyed++;
}

static const GlmRequestFuncs funcs = {
  .planned = on_planned, .piece = on_piece, .prompt = on_prompt, .ended = on_ended, .rate = on_rate
};
static const GlmSampling greedy = { .temperature = 0, .repetition_penalty = 1 };

static void
ask (Reply *reply, GlmActor *actor, const char *question, const char *continue_text)
{
  const GlmTurn turns[] = { { .role = "user", .content = question } };
  const GlmRequest request = { .turns = turns, .n_turns = 1, .reply = continue_text, .sampling = &greedy };

  reply->actor = actor;
  reply->text = g_string_new (NULL);
  reply->id = glm_actor_generate (actor, &request, &funcs, reply, on_destroyed);
  g_assert_cmpuint (reply->id, !=, 0);
}

static void
reply_clear (Reply *reply)
{
  g_assert_cmpint (reply->n_ended, ==, 1);
  g_assert_cmpint (reply->n_destroyed, ==, 1);
  g_string_free (reply->text, TRUE);
  g_clear_error (&reply->error);
  *reply = (Reply){ 0 };
}

static void
test_generate (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  Reply reply = { 0 };

  ask (&reply, actor, "Hello!", NULL);
  g_assert_cmpint (reply.n_ended, ==, 0);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpstr (reply.text->str, ==, "Hello! Nice to meet you. What can I do for you?");
  g_assert_cmpint (reply.result.reason, ==, GLM_STOP_END);
  g_assert_cmpint (reply.n_prompts, >, 0);
  g_assert_cmpint (reply.n_tokens, >, 5);
  g_assert_cmpint (glm_actor_get_state (actor), ==, GLM_ACTOR_READY);
  reply_clear (&reply);

  /* The prompt is still there. */
  ask (&reply, actor, "Hello!", NULL);
  WAIT_UNTIL (reply.n_ended);
  g_assert_cmpint (reply.result.n_reused, ==, reply.result.n_prompt - 1);
  reply_clear (&reply);
}

/* Another model that is still there does not answer for the one that is meant; the reply says why that one cannot. */
static void
test_other_model (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *path = starter_path ();
  const GlmTurn turns[] = { { .role = "user", .content = "Hello!" } };
  GlmRequest request = { .turns = turns, .n_turns = 1, .sampling = &greedy, .model_path = "/nowhere/model.gguf" };
  Reply reply = { .actor = actor, .text = g_string_new (NULL) };
  Answer answer = { 0 };

  glm_actor_load_async (actor, request.model_path, NULL, NULL, on_loaded, &answer);
  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended && answer.done);
  g_assert_error (reply.error, GLM_ENGINE_ERROR, GLM_ERROR_NOT_FOUND);
  g_assert_cmpstr (reply.text->str, ==, "");
  g_clear_error (&answer.error);
  reply_clear (&reply);

  request.model_path = path;
  reply = (Reply){ .actor = actor, .text = g_string_new (NULL) };
  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpstr (reply.text->str, ==, "Hello! Nice to meet you. What can I do for you?");
  reply_clear (&reply);
}

/* Counts and generates nothing, also where the prompt is too long to be answered. */
static void
test_only_plan (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *text = g_strnfill (20000, '7');
  const GlmTurn turns[] = { { .role = "user", .content = text } };
  const GlmRequest request = { .turns = turns, .n_turns = 1, .only_plan = TRUE };
  Reply reply = { .actor = actor, .text = g_string_new (NULL) };

  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpuint (reply.result.n_prompt, >, 1024);
  g_assert_cmpstr (reply.text->str, ==, "");
  reply_clear (&reply);
}

/* Continue: the reply goes on where it was interrupted, with nothing said twice and no blank lost. */
static void
test_continue (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  Reply reply = { 0 };

  ask (&reply, actor, "Hello!", "Hello! Nice to meet");
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpstr (reply.text->str, ==, " you. What can I do for you?");
  reply_clear (&reply);
}

static void
note_event (const GlmEvent *event, GObject *owner)
{
  g_string_append_printf (g_object_get_data (owner, "seen"), "%d%s ", event->kind, event->text->str);
}

/* Pieces become one only with their neighbours of the same kind, and verdicts never: the order of kinds is kept. */
static void
test_kinds (void)
{
  static const struct
  {
    GlmReplyKind kind;
    const char *text;
  } pieces[] = {
    { GLM_REPLY_TEXT, "a" },      { GLM_REPLY_TEXT, "b" },      { GLM_REPLY_THOUGHT, "c" }, { GLM_REPLY_THOUGHT, "d" },
    { GLM_REPLY_TEXT, "e" },      { GLM_REPLY_PART, "" },       { GLM_REPLY_PART, "" },     { GLM_REPLY_CALL, "f" },
    { GLM_REPLY_ARGUMENTS, "g" }, { GLM_REPLY_ARGUMENTS, "h" }, { GLM_REPLY_BAD, "i" },     { GLM_REPLY_BAD, "j" },
  };
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  GlmActorThread *thread = glm_actor_thread_new (g_main_context_default (), note_event, owner);

  g_object_set_data (owner, "seen", seen);
  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      GlmEvent *event = glm_event_new (GLM_EVENT_PIECE, 1);

      event->kind = pieces[i].kind;
      event->text = g_string_new (pieces[i].text);
      glm_actor_thread_post (thread, event);
    }
  WAIT_UNTIL (strstr (seen->str, "j "));
  g_assert_cmpstr (seen->str, ==, "0ab 1cd 0e 2 2 3f 4gh 7i 7j ");
  glm_actor_thread_free (thread);
}

/* While the main loop is busy pieces gather and arrive as one, and otherwise they come no oftener than frames. */
static void
test_coalescing (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  Reply reply = { 0 };
  gint64 start;

  ask (&reply, actor, "Hello!", NULL);
  g_usleep (G_USEC_PER_SEC);
  start = g_get_monotonic_time ();
  WAIT_UNTIL (reply.n_ended);
  g_assert_cmpint (reply.n_pieces, <=, 2 + (g_get_monotonic_time () - start) / 16000);
  g_assert_cmpstr (reply.text->str, ==, "Hello! Nice to meet you. What can I do for you?");
  reply_clear (&reply);
}

/* From the first piece on, from a callback: nothing comes but the end. */
static void
test_cancel_running (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  Reply reply = { .cancel_at_piece = 1 };

  ask (&reply, actor, "Write a story about a bird.", NULL);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpint (reply.n_pieces, ==, 1);
  reply_clear (&reply);

  /* And at once. */
  ask (&reply, actor, "Write a story about a bird.", NULL);
  glm_actor_cancel (actor, reply.id);
  WAIT_UNTIL (reply.n_ended);
  g_assert_cmpint (reply.n_pieces, ==, 0);
  g_assert_cmpint (reply.result.reason, ==, GLM_STOP_CANCELLED);
  glm_actor_cancel (actor, reply.id);
  glm_actor_cancel (actor, 12345);
  reply_clear (&reply);
}

/* A waiting request ends without waiting for its turn; the others are as they were. */
static void
test_cancel_queued (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  Reply first = { 0 }, second = { 0 }, third = { 0 };

  ask (&first, actor, "Hello!", NULL);
  ask (&second, actor, "你好", NULL);
  ask (&third, actor, "Who are you?", NULL);
  glm_actor_cancel (actor, second.id);
  WAIT_UNTIL (second.n_ended);
  g_assert_cmpint (second.result.reason, ==, GLM_STOP_CANCELLED);
  g_assert_cmpint (second.n_pieces, ==, 0);
  g_assert_cmpint (third.n_ended, ==, 0);
  WAIT_UNTIL (third.n_ended);
  g_assert_cmpint (first.n_ended, ==, 1);
  g_assert_cmpstr (first.text->str, ==, "Hello! Nice to meet you. What can I do for you?");
  g_assert_cmpint (third.text->len, >, 0);
  reply_clear (&first);
  reply_clear (&second);
  reply_clear (&third);
}

static void
test_without_model (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  Reply reply = { 0 };

  ask (&reply, actor, "Hello!", NULL);
  WAIT_UNTIL (reply.n_ended);
  g_assert_error (reply.error, GLM_ENGINE_ERROR, GLM_ERROR_ARGUMENT);
  g_assert_cmpint (glm_actor_get_state (actor), ==, GLM_ACTOR_EMPTY);
  reply_clear (&reply);
}

/* A conversation that does not fit is an error that says so. */
static void
test_context_full (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autoptr (GString) question = g_string_new (NULL);
  Reply reply = { 0 };

  for (int i = 0; i < 2000; i++)
    g_string_append_printf (question, "%d ", i);
  ask (&reply, actor, question->str, NULL);
  WAIT_UNTIL (reply.n_ended);
  g_assert_error (reply.error, GLM_ENGINE_ERROR, GLM_ERROR_CONTEXT_FULL);
  reply_clear (&reply);
  ask (&reply, actor, "Hello!", NULL);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  reply_clear (&reply);
}

#define N_TURNS 401

/* Calls of the tokenizer with the text of each turn, and of the reply; the linker puts the function before the real one. */
static atomic_int n_tokenized[N_TURNS + 1];

bool __real_glm_tokenizer_encode (const void *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error);
bool __wrap_glm_tokenizer_encode (const void *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error);

bool
__wrap_glm_tokenizer_encode (const void *tokenizer, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  const char *mark = g_strstr_len (text, (gssize) n_bytes, "Turn ");

  if (mark)
    atomic_fetch_add (&n_tokenized[g_ascii_strtoll (mark + 5, NULL, 10)], 1);
  return __real_glm_tokenizer_encode (tokenizer, text, n_bytes, tokens, error);
}

/* From the request to the last piece: each turn that is read and the begun reply are tokenized once, older turns never. */
static void
test_long_chat (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *begun = g_strdup_printf ("Turn %d:", N_TURNS);
  const GlmSampling short_reply = { .repetition_penalty = 1, .max_tokens = 2 };
  GlmTurn turns[N_TURNS];
  GlmRequest request = { turns, N_TURNS, begun, { .context_length = 600 }, &short_reply, NULL };
  Reply reply = { .text = g_string_new (NULL) };
  gsize first;

  for (int i = 0; i < N_TURNS; i++)
    turns[i] = (GlmTurn){ .role = i % 2 ? "assistant" : "user", .content = g_strdup_printf ("Turn %d: hello", i) };
  memset (n_tokenized, 0, sizeof n_tokenized);
  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended);
  g_assert_no_error (reply.error);
  g_assert_cmpint (reply.n_prompts, >, 0);
  g_assert_cmpint (reply.planned.context_length, ==, 600);
  g_assert_cmpint (reply.planned.n_prompt, ==, reply.result.n_prompt);
  g_assert_cmpint (reply.result.n_prompt, <=, 360);
  first = reply.planned.first_turn;
  g_assert_true (first > 0 && first % 2 == 0);
  for (gsize i = first; i <= N_TURNS; i++)
    g_assert_cmpint (n_tokenized[i], ==, 1);
  for (gsize i = 0; i < first; i++)
    g_assert_cmpint (n_tokenized[i], <=, 1);
  g_assert_cmpint (n_tokenized[0], ==, 0);
  reply_clear (&reply);
  for (int i = 0; i < N_TURNS; i++)
    g_free ((char *) turns[i].content);
}

/* Dropped in the middle of everything: each request ends, the thread is gone, nothing leaks. */
static void
test_finalise (void)
{
  for (int delay = 0; delay < 30; delay++)
    {
      GlmActor *actor = new_loaded_actor ();
      Reply running = { 0 }, waiting = { 0 };

      ask (&running, actor, "Write a story about a bird.", NULL);
      ask (&waiting, actor, "Hello!", NULL);
      g_usleep ((gulong) delay * 1000);
      if (delay % 2)
        g_main_context_iteration (NULL, FALSE);
      g_assert_finalize_object (actor);
      g_assert_cmpint (waiting.result.reason, ==, GLM_STOP_CANCELLED);
      reply_clear (&running);
      reply_clear (&waiting);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
drop_actor (GlmReplyKind kind, const char *text, gpointer user_data)
{
  Reply *reply = user_data;

  on_piece (kind, text, reply);
  g_clear_object (&reply->actor);
}

/* The last reference goes in a callback. */
static void
test_finalise_in_callback (void)
{
  const GlmTurn turn = { .role = "user", .content = "Hello!" };
  const GlmRequest request = { .turns = &turn, .n_turns = 1, .sampling = &greedy };
  const GlmRequestFuncs dropping = { .piece = drop_actor, .ended = on_ended };
  Reply reply = { .actor = new_loaded_actor (), .text = g_string_new (NULL) };

  reply.id = glm_actor_generate (reply.actor, &request, &dropping, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended);
  g_assert_null (reply.actor);
  reply_clear (&reply);
}

/* ---- Sampling --------------------------------------------------------------------------------------------------- */

static char *
dup_reply (GlmActor *actor, const GlmSampling *sampling)
{
  const GlmTurn turn = { .role = "user", .content = "Hello!" };
  const GlmRequest request = { .turns = &turn, .n_turns = 1, .sampling = sampling };
  Reply reply = { .actor = actor, .text = g_string_new (NULL) };
  char *text;

  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, on_destroyed);
  WAIT_UNTIL (reply.n_ended);
  text = g_strdup (reply.text->str);
  reply_clear (&reply);
  return text;
}

/* What the request does not say is the model's, whatever it holds when its turn comes. */
static void
test_sampling (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  GlmSampling whole, part = GLM_SAMPLING_OWN;
  g_autofree char *expected = NULL, *text = NULL;

  glm_family_default_sampling (glm_actor_get_model_info (actor)->family, &whole);
  whole.seed = part.seed = 7;
  whole.max_tokens = part.max_tokens = 12;
  expected = dup_reply (actor, &whole);
  text = dup_reply (actor, &part);
  g_assert_cmpstr (text, !=, "");
  g_assert_cmpstr (text, ==, expected);
}

/* What a killed import left goes; what another program or a running import is writing stays. */
static void
test_left_overs (void)
{
  static const char *const names[] = { "a.gguf.myna.part", "b.gguf.myna.part", "c.gguf.part", "d.gguf" };
  g_autofree char *folder = g_dir_make_tmp ("myna-parts-XXXXXX", NULL);
  int fds[G_N_ELEMENTS (names)];

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      fds[i] = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
      g_assert_cmpint (fds[i], >=, 0);
    }
  g_assert_cmpint (flock (fds[1], LOCK_EX), ==, 0);
  glm_import_clean_folder (folder);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, i > 0);
      g_unlink (path);
      g_close (fds[i], NULL);
    }
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actor/load", test_load);
  g_test_add_func ("/actor/load-failure", test_load_failure);
  g_test_add_func ("/actor/load-options", test_load_options);
  g_test_add_func ("/actor/load-cancel", test_load_cancel);
  g_test_add_func ("/actor/generate", test_generate);
  g_test_add_func ("/actor/other-model", test_other_model);
  g_test_add_func ("/actor/only-plan", test_only_plan);
  g_test_add_func ("/actor/continue", test_continue);
  g_test_add_func ("/actor/kinds", test_kinds);
  g_test_add_func ("/actor/coalescing", test_coalescing);
  g_test_add_func ("/actor/cancel-running", test_cancel_running);
  g_test_add_func ("/actor/cancel-queued", test_cancel_queued);
  g_test_add_func ("/actor/without-model", test_without_model);
  g_test_add_func ("/actor/context-full", test_context_full);
  g_test_add_func ("/actor/long-chat", test_long_chat);
  g_test_add_func ("/actor/finalise", test_finalise);
  g_test_add_func ("/actor/finalise-in-callback", test_finalise_in_callback);
  g_test_add_func ("/actor/sampling", test_sampling);
  g_test_add_func ("/actor/left-overs", test_left_overs);
  return g_test_run ();
}
