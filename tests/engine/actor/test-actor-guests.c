/* test-actor-guests.c: requests of other programs beside the window's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "engine/actor/glm-actor.h"
#include "wait-until.h"

typedef struct
{
  GString *text;
  gsize n_tokens, n_prompt;
  gint64 end;
  double best;
  guint stop_after; /* tokens; 0: never */
  GlmActor *actor;
  guint64 id;
  gboolean ended;
  GlmResult result;
  int error; /* GlmErrorCode; −1: another domain's */
  char *message;
} Reply;

static void
on_planned (const GlmPlanned *planned, gpointer user_data)
{
  ((Reply *) user_data)->n_prompt = planned->n_prompt;
}

static void
on_piece (GlmReplyKind kind, const char *text, gpointer user_data)
{
  if (kind == GLM_REPLY_TEXT || kind == GLM_REPLY_CALLED)
    g_string_append (((Reply *) user_data)->text, text);
}

static void
on_chance (const GlmChance *token, const GlmChance *top, gsize n_top, gpointer user_data)
{
  Reply *reply = user_data;

  reply->n_tokens++;
  g_assert_cmpuint (n_top, ==, 2);
  g_assert_cmpfloat (top[0].logprob, >=, top[1].logprob);
  g_assert_cmpfloat (token->logprob, <=, 0);
  if (reply->stop_after > 0 && reply->n_tokens == reply->stop_after)
    glm_actor_cancel (reply->actor, reply->id);
}

static void
on_ended (const GlmResult *result, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_false (reply->ended);
  reply->ended = TRUE;
  reply->end = g_get_monotonic_time ();
  reply->error = !error ? 0 : error->domain == GLM_ENGINE_ERROR ? error->code : -1;
  reply->message = error ? g_strdup (error->message) : NULL;
  if (!error)
    reply->result = *result;
}

static const GlmRequestFuncs funcs = { .planned = on_planned, .piece = on_piece, .ended = on_ended, .chance = on_chance };

static void
reply_clear (Reply *reply)
{
  if (reply->text)
    g_string_free (reply->text, TRUE);
  g_free (reply->message);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reply, reply_clear)

static void
ask (GlmActor *actor, gboolean is_guest, const char *question, int max_tokens, const GlmRequest *more, Reply *reply)
{
  const GlmTurn turn = { .role = "user", .content = question };
  const GlmSampling sampling = { .top_p = 1, .repetition_penalty = 1, .max_tokens = max_tokens };
  GlmRequest request = more ? *more : (GlmRequest){ 0 };

  request.is_guest = is_guest;
  request.turns = &turn;
  request.n_turns = 1;
  request.sampling = &sampling;
  request.wants_chances = is_guest;
  request.n_top = 2;
  reply->actor = actor;
  reply->text = g_string_new (NULL);
  reply->id = glm_actor_generate (actor, &request, &funcs, reply, NULL);
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_assert_true (glm_actor_load_finish (GLM_ACTOR (object), result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
load (GlmActor *actor, int context_length)
{
  g_autofree char *path = g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
  const GlmActorLoadOptions options = { .context_length = context_length };
  gboolean done = FALSE;

  glm_actor_load_async (actor, path, &options, NULL, on_loaded, &done);
  WAIT_UNTIL (done);
}

/* Each keeps what it has evaluated, however the two alternate, and the state is the window's alone. */
static void
test_sessions (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_auto (Reply) first = { 0 }, window = { 0 }, again = { 0 }, last = { 0 };

  load (actor, 0);
  ask (actor, TRUE, "Tell me a story about a bird.", 8, NULL, &first);
  WAIT_UNTIL (first.ended);
  g_assert_cmpint (glm_actor_get_state (actor), ==, GLM_ACTOR_READY);
  ask (actor, FALSE, "What is the capital of France?", 8, NULL, &window);
  WAIT_UNTIL (window.ended);
  g_assert_cmpuint (window.result.n_reused, <, first.n_prompt / 2);
  ask (actor, TRUE, "Tell me a story about a bird.", 8, NULL, &again);
  WAIT_UNTIL (again.ended);
  g_assert_cmpuint (again.result.n_reused, >=, first.n_prompt - 1);
  g_assert_cmpstr (again.text->str, ==, first.text->str);
  g_assert_cmpuint (again.n_tokens, ==, again.result.n_generated);

  glm_actor_forget_guests (actor);
  ask (actor, TRUE, "Tell me a story about a bird.", 8, NULL, &last);
  WAIT_UNTIL (last.ended);
  g_assert_cmpuint (last.result.n_reused, ==, 0);
}

/* While the person waits, a guest takes a step every two seconds, and both come to their end. */
static void
test_window_first (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_auto (Reply) guest = { 0 }, window = { 0 };
  gint64 begin;
  gsize n_before, n_between;

  load (actor, 0);
  ask (actor, TRUE, "Tell me a long story about a bird.", 120, NULL, &guest);
  WAIT_UNTIL (guest.n_tokens > 0);
  begin = g_get_monotonic_time ();
  n_before = guest.n_tokens;
  ask (actor, FALSE, "Tell me a long story about a cat.", 60, NULL, &window);
  WAIT_UNTIL (window.ended);
  n_between = guest.n_tokens - n_before;
  /* What it had begun, and what was on its way. */
  g_assert_cmpuint (n_between, <=, 12 + 10 * (guint) ((window.end - begin) / (2 * G_USEC_PER_SEC)));
  WAIT_UNTIL (guest.ended);
  g_assert_cmpint (guest.error, ==, 0);
  g_assert_cmpint (guest.result.reason, !=, GLM_STOP_CANCELLED);
}

static void
test_cancel (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_auto (Reply) guest = { .stop_after = 3 }, waiting = { 0 };

  load (actor, 0);
  ask (actor, TRUE, "Tell me a long story.", 1000, NULL, &guest);
  ask (actor, TRUE, "Another.", 1000, NULL, &waiting);
  glm_actor_cancel (actor, waiting.id);
  WAIT_UNTIL (guest.ended && waiting.ended);
  g_assert_cmpint (guest.result.reason, ==, GLM_STOP_CANCELLED);
  g_assert_cmpuint (guest.n_tokens, ==, 3);
  g_assert_cmpint (waiting.result.reason, ==, GLM_STOP_CANCELLED);
  g_assert_cmpuint (waiting.result.n_generated, ==, 0);
}

/* The model goes away under a guest, in the middle of a word. */
static void
test_model_leaves (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_auto (Reply) guest = { 0 }, later = { 0 }, none = { 0 };

  load (actor, 0);
  ask (actor, TRUE, "Tell me a long story.", 1000, NULL, &guest);
  WAIT_UNTIL (guest.n_tokens > 0);
  load (actor, 512); /* another session of the same model */
  WAIT_UNTIL (guest.ended);
  g_assert_cmpint (guest.result.reason, ==, GLM_STOP_CANCELLED);
  ask (actor, TRUE, "Tell me a long story.", 1000, NULL, &later);
  WAIT_UNTIL (later.n_tokens > 0);
  glm_actor_unload (actor);
  ask (actor, TRUE, "And now?", 4, NULL, &none);
  WAIT_UNTIL (later.ended && none.ended);
  g_assert_true (later.result.reason == GLM_STOP_CANCELLED || later.result.n_prompt + later.result.n_generated >= 511);
  g_assert_cmpint (none.error, ==, GLM_ERROR_ARGUMENT);
}

/* The actor goes away with guests that run and wait: each gets its end. */
static void
test_actor_leaves (void)
{
  GlmActor *actor = glm_actor_new ();
  g_auto (Reply) guest = { 0 }, waiting = { 0 };

  load (actor, 0);
  ask (actor, TRUE, "Tell me a long story.", 1000, NULL, &guest);
  ask (actor, TRUE, "Another.", 1000, NULL, &waiting);
  WAIT_UNTIL (guest.n_tokens > 0);
  g_object_unref (actor);
  g_assert_true (guest.ended && waiting.ended);
}

static void
test_forms (void)
{
  g_autoptr (GlmActor) actor = glm_actor_new ();
  const GlmRequest object = {
    .form = { GLM_FORM_JSON, "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\",\"minimum\":3,\"maximum\":7}},"
                             "\"required\":[\"n\"],\"additionalProperties\":false}" }
  };
  const GlmTool tool = { "pick", "Picks a number", object.form.schema };
  const GlmToolSet tools = { &tool, 1, false };
  const GlmRequest call = { .form = { GLM_FORM_CALL }, .fit = { .tools = &tools } }, text = { .text = "Once upon a" };
  g_auto (Reply) with_object = { 0 }, with_call = { 0 }, with_text = { 0 };
  g_autofree char *long_text = g_strnfill (40000, 'x');
  g_auto (Reply) too_long = { 0 };

  load (actor, 0);
  ask (actor, TRUE, "Pick a number.", 100, &object, &with_object);
  ask (actor, TRUE, "Pick a number.", 100, &call, &with_call);
  ask (actor, TRUE, "", 4, &text, &with_text);
  ask (actor, TRUE, long_text, 4, NULL, &too_long);
  WAIT_UNTIL (too_long.ended);
  g_assert_true (g_regex_match_simple ("^\\s*{\\s*\"n\"\\s*:\\s*[3-7]\\s*}$", with_object.text->str, 0, 0));
  g_assert_cmpint (with_object.result.reason, ==, GLM_STOP_END);
  g_assert_true (g_regex_match_simple ("^{\\s*\"n\"\\s*:\\s*[3-7]\\s*}$", with_call.text->str, 0, 0));
  g_assert_cmpint (with_call.result.reason, ==, GLM_STOP_CALL);
  g_assert_cmpuint (with_text.n_prompt, <, 8);
  g_assert_cmpuint (with_text.result.n_generated, ==, 4);
  g_assert_cmpint (too_long.error, ==, GLM_ERROR_CONTEXT_FULL);
  g_assert_nonnull (strstr (too_long.message, "2048"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/actor-guests/sessions", test_sessions);
  g_test_add_func ("/actor-guests/window-first", test_window_first);
  g_test_add_func ("/actor-guests/cancel", test_cancel);
  g_test_add_func ("/actor-guests/model-leaves", test_model_leaves);
  g_test_add_func ("/actor-guests/actor-leaves", test_actor_leaves);
  g_test_add_func ("/actor-guests/forms", test_forms);
  return g_test_run ();
}
