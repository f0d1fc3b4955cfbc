/* test-actor-thoughts.c: a thinking model behind the actor: ending its thought, and what of a chat need not be read again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "engine/actor/glm-actor.h"
#include "run/tiny-moe.h"
#include "wait-until.h"

static char *model_path; /* of GLM-4.7's family: the prompt opens the thought */

typedef struct
{
  GlmActor *actor;
  guint64 id;
  gboolean answers; /* the first piece of a thought is enough */
  GString *thought, *text;
  GlmResult result;
  gboolean ended;
} Reply;

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  glm_actor_load_finish (GLM_ACTOR (object), result, &error);
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static GlmActor *
new_loaded_actor (void)
{
  GlmActor *actor = glm_actor_new ();
  gboolean loaded = FALSE;

  glm_actor_load_async (actor, model_path, NULL, NULL, on_loaded, &loaded);
  WAIT_UNTIL (loaded);
  return actor;
}

static void
on_piece (GlmReplyKind kind, const char *text, gpointer user_data)
{
  Reply *reply = user_data;

  g_string_append (kind == GLM_REPLY_THOUGHT ? reply->thought : reply->text, text);
  if (kind == GLM_REPLY_THOUGHT && reply->answers)
    glm_actor_answer (reply->actor, reply->id);
}

static void
on_ended (const GlmResult *result, const GError *error, gpointer user_data)
{
  Reply *reply = user_data;

  g_assert_no_error (error);
  reply->result = *result;
  reply->ended = TRUE;
}

static Reply
ask (GlmActor *actor, const GlmTurn *turns, gsize n_turns, gboolean at_once, gboolean answers, const char *session_path)
{
  static const GlmRequestFuncs funcs = { .piece = on_piece, .ended = on_ended };
  static const GlmSampling sampling = { .temperature = 0, .top_p = 1, .repetition_penalty = 1, .max_tokens = 400 };
  GlmRequest request = {
    .turns = turns, .n_turns = n_turns, .sampling = &sampling, .session_path = session_path, .fit.no_thoughts = at_once
  };
  Reply reply = { .actor = actor, .answers = answers, .thought = g_string_new (NULL), .text = g_string_new (NULL) };

  reply.id = glm_actor_generate (actor, &request, &funcs, &reply, NULL);
  WAIT_UNTIL (reply.ended);
  return reply;
}

static void
reply_clear (Reply *reply)
{
  g_string_free (reply->thought, TRUE);
  g_string_free (reply->text, TRUE);
}

/* Left alone, this model thinks as long as it may; told to answer it does, in the same request, with the thought so far. */
static void
test_answer (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  const GlmTurn turn = { .role = "user", .content = "Why?" };
  Reply alone = ask (actor, &turn, 1, FALSE, FALSE, NULL), told = ask (actor, &turn, 1, FALSE, TRUE, NULL);

  /* On a busy machine this thread may come too late: all is written before it sees the first piece. */
  while (told.thought->len == alone.thought->len)
    {
      reply_clear (&told);
      told = ask (actor, &turn, 1, FALSE, TRUE, NULL);
    }
  g_assert_true (glm_actor_get_model_info (actor)->can_answer_at_once);
  g_assert_cmpint (alone.result.reason, ==, GLM_STOP_LENGTH);
  g_assert_cmpstr (alone.text->str, ==, "");
  g_assert_cmpstr (told.thought->str, !=, "");
  g_assert_true (g_str_has_prefix (alone.thought->str, told.thought->str));
  g_assert_cmpuint (told.thought->len, <, alone.thought->len);
  g_assert_cmpstr (told.text->str, !=, "");
  /* Of an id that is not known any more nothing is wanted. */
  glm_actor_answer (actor, told.id);
  glm_actor_answer (actor, 12345);
  reply_clear (&alone);
  reply_clear (&told);
}

/* While the request waits for another to end: its thought ends as it begins. */
static void
test_answer_queued (void)
{
  static const GlmRequestFuncs funcs = { .piece = on_piece, .ended = on_ended };
  static const GlmSampling sampling = { .temperature = 0, .top_p = 1, .repetition_penalty = 1, .max_tokens = 100 };
  g_autoptr (GlmActor) actor = new_loaded_actor ();
  const GlmTurn turn = { .role = "user", .content = "Why?" };
  const GlmRequest request = { .turns = &turn, .n_turns = 1, .sampling = &sampling };
  Reply replies[2] = { 0 };

  for (int i = 0; i < 2; i++)
    {
      replies[i] = (Reply){ .actor = actor, .thought = g_string_new (NULL), .text = g_string_new (NULL) };
      replies[i].id = glm_actor_generate (actor, &request, &funcs, &replies[i], NULL);
    }
  glm_actor_answer (actor, replies[1].id);
  WAIT_UNTIL (replies[0].ended && replies[1].ended);
  g_assert_cmpstr (replies[0].text->str, ==, "");
  g_assert_cmpstr (replies[1].thought->str, ==, "");
  g_assert_cmpstr (replies[1].text->str, !=, "");
  reply_clear (&replies[0]);
  reply_clear (&replies[1]);
}

/* Of the second question's prompt nothing need be read but that question: in the same process, and after a restart from the
 * file.  An edited first question keeps what stands before it. */
static void
test_second_turn (void)
{
  g_autoptr (GlmActor) actor = new_loaded_actor (), later = new_loaded_actor ();
  g_autofree char *folder = g_dir_make_tmp ("myna-thoughts-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "chat.kv", NULL);
  const GlmTurn question = { .role = "user",
                             .content = "Why is it so?  And why not otherwise, one may ask, since it could be?" };
  Reply first = ask (actor, &question, 1, TRUE, FALSE, path), second, again, edited;
  GlmTurn turns[] = { question, { .role = "assistant", .content = first.text->str }, { .role = "user", .content = "So?" } };

  g_assert_cmpstr (first.text->str, !=, "");
  second = ask (actor, turns, 3, TRUE, FALSE, path);
  g_test_message ("%zu of %zu tokens were at hand", second.result.n_reused, second.result.n_prompt);
  /* The last token that was drawn is not evaluated yet. */
  g_assert_cmpuint (second.result.n_prompt - second.result.n_reused, <=, strlen ("So?") + 6);

  /* What is asked next is done when the file is written. */
  glm_actor_unload (actor);
  WAIT_UNTIL (glm_actor_get_state (actor) == GLM_ACTOR_EMPTY);
  again = ask (later, turns, 3, TRUE, FALSE, path);
  g_assert_cmpuint (again.result.n_prompt, ==, second.result.n_prompt);
  g_assert_cmpuint (again.result.n_reused + 1, >=, second.result.n_reused);
  g_assert_cmpstr (again.text->str, ==, second.text->str);

  turns[2].content = "So what?";
  edited = ask (later, turns, 3, TRUE, FALSE, path);
  g_assert_cmpuint (edited.result.n_prompt - edited.result.n_reused, <=, strlen ("So what?") + 6);
  reply_clear (&first);
  reply_clear (&second);
  reply_clear (&again);
  reply_clear (&edited);
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  model_path = g_strdup (test_temp_path ("tiny-moe.gguf"));
  tiny_moe_write ("GLM-4.7", model_path);
  g_test_add_func ("/actor-thoughts/answer", test_answer);
  g_test_add_func ("/actor-thoughts/answer-queued", test_answer_queued);
  g_test_add_func ("/actor-thoughts/second-turn", test_second_turn);
  status = g_test_run ();
  g_free (model_path);
  return status;
}
