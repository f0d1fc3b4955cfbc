/* test-actor-ahead.c: prompts that are evaluated before they are asked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "engine/actor/glm-actor.h"
#include "wait-until.h"

#define QUESTION "Tell me a story about a small bird that could not fly."

typedef struct
{
  GString *text;
  guint64 id;
  gboolean ended;
  int order; /* of the ends */
  GlmResult result;
  int error; /* GlmErrorCode */
} Reply;

static int n_ended;

static void
on_piece (GlmReplyKind kind, const char *text, gpointer user_data)
{
  g_string_append (((Reply *) user_data)->text, text);
}

static void
on_ended (const GlmResult *result, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_false (reply->ended);
  reply->ended = TRUE;
  reply->order = ++n_ended;
  reply->error = error ? error->code : 0;
  if (!error)
    reply->result = *result;
}

static const GlmRequestFuncs funcs = { .piece = on_piece, .ended = on_ended };

static void
reply_clear (Reply *reply)
{
  if (reply->text)
    g_string_free (reply->text, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)

static void
request (GlmActor *actor, const GlmRequest *more, const char *question, Reply *reply)
{
  const GlmTurn turn = { .role = "user", .content = question };
  const GlmSampling sampling = { .temperature = 1, .top_p = 1, .repetition_penalty = 1, .max_tokens = 24, .seed = 7 };
  GlmRequest request = more ? *more : (GlmRequest){ 0 };

  request.turns = &turn;
  request.n_turns = 1;
  request.sampling = &sampling;
  reply->text = g_string_new (NULL);
  reply->id = glm_actor_generate (actor, &request, &funcs, reply, NULL);
}

static void
ask (GlmActor *actor, const char *question, Reply *reply)
{
  request (actor, NULL, question, reply);
}

static void
read_ahead (GlmActor *actor, const char *question, Reply *reply)
{
  request (actor, &(GlmRequest){ .is_ahead = TRUE }, question, reply);
}

static void
ask_as_guest (GlmActor *actor, const char *question, Reply *reply)
{
  request (actor, &(GlmRequest){ .is_guest = TRUE }, question, reply);
}

static char *
model_path (void)
{
  return g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (glm_actor_load_finish (GLM_ACTOR (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static GlmActor *
new_loaded_actor (void)
{
  GlmActor *actor = glm_actor_new ();
  g_autofree char *path = model_path ();
  gboolean done = FALSE;

  glm_actor_load_async (actor, path, NULL, NULL, on_loaded, &done);
  WAIT_UNTIL (done);
  return actor;
}

/* One that takes its time. */
static char *
long_question (void)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < 300; i++)
    g_string_append_printf (text, "%d birds ", i);
  return g_string_free (text, FALSE);
}

static char *
dup_reply (const char *question, gsize *ret_n_prompt)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_auto (Reply) reply = { 0 };

  ask (actor, question, &reply);
  WAIT_UNTIL (reply.ended);
  *ret_n_prompt = reply.result.n_prompt;
  return g_strdup (reply.text->str);
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  (*(int *) user_data)++;
}

/* A question that was read whole has nothing left to be evaluated, and the reply is the one that it would have been. */
static void
test_whole (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_auto (Reply) ahead = { 0 }, reply = { 0 };
  gsize n_prompt;
  g_autofree char *expected = dup_reply (QUESTION, &n_prompt);
  int n_states = 0;

  g_signal_connect (actor, "notify::state", G_CALLBACK (count_notify), &n_states);
  read_ahead (actor, QUESTION, &ahead);
  WAIT_UNTIL (ahead.ended);
  g_assert_cmpint (ahead.error, ==, 0);
  g_assert_cmpint (ahead.result.reason, ==, GLM_STOP_END);
  g_assert_cmpuint (ahead.result.n_prompt, ==, n_prompt);
  g_assert_cmpstr (ahead.text->str, ==, "");
  g_assert_cmpint (n_states, ==, 0);

  ask (actor, QUESTION, &reply);
  WAIT_UNTIL (reply.ended);
  g_assert_cmpuint (reply.result.n_reused, ==, n_prompt);
  g_assert_cmpstr (reply.text->str, ==, expected);
}

/* Of one that went on, what was written since is. */
static void
test_part (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_auto (Reply) first = { 0 }, second = { 0 }, reply = { 0 };
  gsize n_prompt;
  g_autofree char *expected = dup_reply (QUESTION, &n_prompt);

  read_ahead (actor, "Tell me a story about a sm", &first);
  WAIT_UNTIL (first.ended);
  read_ahead (actor, "Tell me a story about a small bird that", &second);
  WAIT_UNTIL (second.ended);
  g_assert_cmpuint (second.result.n_reused, >, 5);
  g_assert_cmpuint (second.result.n_reused, <, first.result.n_prompt);
  ask (actor, QUESTION, &reply);
  WAIT_UNTIL (reply.ended);
  g_assert_cmpuint (reply.result.n_reused, >, first.result.n_prompt);
  g_assert_cmpuint (reply.result.n_reused, <, n_prompt);
  g_assert_cmpstr (reply.text->str, ==, expected);
}

/* A reply ends it at once, and is what it would have been. */
static void
test_reply (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *text = long_question ();
  g_auto (Reply) running = { 0 }, waiting = { 0 }, reply = { 0 };
  gsize n_prompt;
  g_autofree char *expected = dup_reply (QUESTION, &n_prompt);

  read_ahead (actor, text, &running);
  read_ahead (actor, text, &waiting);
  ask (actor, QUESTION, &reply);
  WAIT_UNTIL (reply.ended && running.ended && waiting.ended);
  g_assert_cmpint (running.result.reason, ==, GLM_STOP_CANCELLED);
  g_assert_cmpint (waiting.result.reason, ==, GLM_STOP_CANCELLED);
  g_assert_cmpint (running.order, <, reply.order);
  g_assert_cmpstr (reply.text->str, ==, expected);
}

/* Whatever else is asked goes first; then it goes on. */
static void
test_put_off (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_autofree char *text = long_question ();
  g_auto (Reply) ahead = { 0 }, guest = { 0 };
  Reply plans[20] = { 0 };

  read_ahead (actor, text, &ahead);
  ask_as_guest (actor, QUESTION, &guest);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    request (actor, &(GlmRequest){ .only_plan = TRUE }, text, &plans[i]);
  WAIT_UNTIL (ahead.ended);
  g_assert_cmpint (ahead.result.reason, ==, GLM_STOP_END);
  g_assert_true (guest.ended);
  g_assert_cmpint (guest.order, <, ahead.order);
  g_assert_cmpint (guest.result.reason, !=, GLM_STOP_CANCELLED);
  for (gsize i = 0; i < G_N_ELEMENTS (plans); i++)
    {
      g_assert_true (plans[i].ended);
      g_assert_cmpint (plans[i].order, <, ahead.order);
      reply_clear (&plans[i]);
    }
}

/* One waits at a time, and can be taken back. */
static void
test_waiting (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  g_auto (Reply) guest = { 0 }, first = { 0 }, second = { 0 }, third = { 0 };

  ask_as_guest (actor, QUESTION, &guest);
  read_ahead (actor, "One", &first);
  read_ahead (actor, "Two", &second);
  WAIT_UNTIL (first.ended);
  g_assert_cmpint (first.result.reason, ==, GLM_STOP_CANCELLED);
  glm_actor_cancel (actor, second.id);
  WAIT_UNTIL (second.ended);
  g_assert_cmpint (second.result.reason, ==, GLM_STOP_CANCELLED);
  read_ahead (actor, "Three", &third);
  WAIT_UNTIL (third.ended);
  g_assert_true (guest.ended);
  g_assert_cmpint (third.result.reason, ==, GLM_STOP_END);
}

/* Nothing of it is on the disk; what is there is used, also by an engine that has just begun. */
static void
test_file (void)
{
  GlmActor *actor = new_loaded_actor ();
  g_autofree char *folder = g_dir_make_tmp ("myna-ahead-XXXXXX", NULL), *path = g_build_filename (folder, "chat.kv", NULL);
  g_autofree char *text = long_question (), *longer = g_strconcat (text, "and what else?", NULL), *before = NULL, *after = NULL;
  g_auto (Reply) none = { 0 }, reply = { 0 }, ahead = { 0 }, again = { 0 };
  gsize n_before, n_after;

  request (actor, &(GlmRequest){ .is_ahead = TRUE, .session_path = path }, text, &none);
  WAIT_UNTIL (none.ended);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  request (actor, &(GlmRequest){ .session_path = path }, text, &reply);
  WAIT_UNTIL (reply.ended);
  g_assert_finalize_object (actor);
  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));

  actor = new_loaded_actor ();
  request (actor, &(GlmRequest){ .is_ahead = TRUE, .session_path = path }, longer, &ahead);
  WAIT_UNTIL (ahead.ended);
  g_assert_cmpuint (ahead.result.n_reused, >, 500);
  request (actor, &(GlmRequest){ .is_ahead = TRUE, .session_path = path }, longer, &again);
  WAIT_UNTIL (again.ended);
  g_assert_cmpuint (again.result.n_reused, ==, again.result.n_prompt);
  g_assert_finalize_object (actor);
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_without_model (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_auto (Reply) ahead = { 0 };

  read_ahead (actor, QUESTION, &ahead);
  WAIT_UNTIL (ahead.ended);
  g_assert_cmpint (ahead.error, ==, GLM_ERROR_ARGUMENT);
}

/* Dropped in the middle of everything, each request ends. */
static void
test_finalise (void)
{
  g_autofree char *text = long_question ();

  for (int delay = 0; delay < 12; delay++)
    {
      GlmActor *actor = new_loaded_actor ();
      g_auto (Reply) running = { 0 }, waiting = { 0 }, plan = { 0 };

      read_ahead (actor, text, &running);
      g_usleep ((gulong) delay * 700);
      if (delay % 3 > 0)
        request (actor, &(GlmRequest){ .only_plan = TRUE }, text, &plan);
      if (delay % 3 > 1)
        read_ahead (actor, text, &waiting);
      if (delay % 2)
        glm_actor_cancel (actor, running.id);
      g_usleep ((gulong) delay * 300);
      g_assert_finalize_object (actor);
      g_assert_true (running.ended);
      g_assert_true (plan.ended || delay % 3 == 0);
      g_assert_true (waiting.ended || delay % 3 < 2);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/actor-ahead/whole", test_whole);
  g_test_add_func ("/actor-ahead/part", test_part);
  g_test_add_func ("/actor-ahead/reply", test_reply);
  g_test_add_func ("/actor-ahead/put-off", test_put_off);
  g_test_add_func ("/actor-ahead/waiting", test_waiting);
  g_test_add_func ("/actor-ahead/file", test_file);
  g_test_add_func ("/actor-ahead/without-model", test_without_model);
  g_test_add_func ("/actor-ahead/finalise", test_finalise);

  return g_test_run ();
}
