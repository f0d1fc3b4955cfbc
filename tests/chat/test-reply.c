/* test-reply.c: a reply's states, from the prompt to the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-reply.h"

#include "chat/myna-message-private.h"
#include "fake-generator.h"
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  FakeGenerator *engine;
  GObject *owner;
  MynaReply *reply;
  MynaMessage *message;
  GPtrArray *messages;
  GString *states; /* as they came, a letter each */
  GPtrArray *parts;
  int n_prompt; /* −1: not told */
} Fixture;

static Fixture *fixture; /* the owner's */

static void
changed_cb (MynaReply *reply, gpointer owner)
{
  g_assert_true (owner == fixture->owner);
  g_string_append_c (fixture->states, "ipwrWcarsSef"[myna_reply_get_state (reply)]);
}

static void
planned_cb (MynaReply *reply, MynaMessage *first, int n_prompt, gpointer owner)
{
  g_assert_null (first);
  fixture->n_prompt = n_prompt;
}

static void
part_cb (MynaReply *reply, MynaMessage *message, gpointer owner)
{
  g_ptr_array_add (fixture->parts, g_object_ref (message));
}

static MynaMessage *
new_message (Fixture *f, StoreRole role, const char *text, gint64 conversation_id, gint64 parent_id)
{
  StoreMessage *record = store_message_new ();

  record->role = role;
  record->conversation_id = conversation_id;
  record->parent_id = parent_id;
  record->state = role == STORE_ROLE_ASSISTANT ? STORE_STATE_GENERATING : STORE_STATE_COMPLETE;
  g_free (record->text);
  record->text = g_strdup (text);
  return myna_message_new_take (record, TRUE);
}

static void
make_reply (Fixture *f)
{
  static const MynaReplyFuncs funcs = { changed_cb, planned_cb, part_cb };
  const MynaRecipe recipe = { .store = f->db };

  g_clear_object (&f->reply);
  f->reply = myna_reply_new (MYNA_GENERATOR (f->engine), &recipe, f->message, &funcs, f->owner);
}

static void
setup (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) question = NULL;
  gint64 id, question_id;

  fixture = f;
  f->db = test_open_memory ();
  f->engine = fake_generator_new ();
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  f->states = g_string_new (NULL);
  f->parts = g_ptr_array_new_with_free_func (g_object_unref);
  f->n_prompt = -1;
  id = test_add_conversation (f->db, "c");
  question_id = test_add_message (f->db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "q");
  question = new_message (f, STORE_ROLE_USER, "q", id, 0);
  myna_message_set_id (question, question_id);
  f->messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (f->messages, g_steal_pointer (&question));
  f->message = new_message (f, STORE_ROLE_ASSISTANT, "", id, question_id);
  make_reply (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  fake_generator_forget (f->engine);
  /* Whatever became of it, the owner is kept by nobody any more. */
  g_assert_finalize_object (f->owner);
  g_clear_object (&f->reply);
  g_object_unref (f->message);
  g_object_unref (f->engine);
  g_ptr_array_unref (f->messages);
  g_ptr_array_unref (f->parts);
  g_string_free (f->states, TRUE);
  store_close (f->db);
  g_object_unref (f->db);
}

static void
start (Fixture *f)
{
  myna_reply_start (f->reply, f->messages, 0);
  wait_for (fake_generator_n_requests (f->engine) > 0);
}

static void
test_states (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) row = NULL;

  g_assert_false (myna_reply_is_busy (f->reply));
  start (f);
  g_assert_true (myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "pw");
  fake_generator_read (f->engine, 1, 2);
  g_assert_cmpint (f->n_prompt, ==, 1);
  fake_generator_read (f->engine, 2, 2);
  fake_generator_say (f->engine, "a");
  fake_generator_say (f->engine, "b");
  fake_generator_end (f->engine, GLM_STOP_END);
  g_assert_cmpint (myna_reply_get_state (f->reply), ==, MYNA_REPLY_STORING);
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "pwrrWSe");
  row = test_get_message (f->db, myna_message_get_id (f->message));
  g_assert_cmpstr (row->text, ==, "ab");
  g_assert_cmpint (row->state, ==, STORE_STATE_COMPLETE);
  g_assert_cmpstr (row->model, ==, "Parrot");
}

/* The owner goes on living, and no longer than the work lasts. */
static void
test_owner (Fixture *f, gconstpointer data)
{
  GObject *owner = f->owner;

  start (f);
  g_object_add_weak_pointer (owner, (gpointer *) &owner);
  g_object_unref (owner);
  g_assert_nonnull (owner);
  fake_generator_say (f->engine, "a");
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (!owner);
  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  /* While the prompt is read. */
  myna_reply_start (f->reply, f->messages, 0);
  myna_reply_stop (f->reply);
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "psSe");
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
  g_assert_cmpint (myna_message_get_state (f->message), ==, STORE_STATE_STOPPED);
  g_assert_cmpint (myna_message_get_id (f->message), ==, 0);

  /* While it is written: what comes till the engine has stopped is kept. */
  g_string_truncate (f->states, 0);
  myna_message_set_state (f->message, STORE_STATE_GENERATING);
  make_reply (f);
  start (f);
  fake_generator_say (f->engine, "a");
  myna_reply_stop (f->reply);
  myna_reply_stop (f->reply);
  fake_generator_say (f->engine, "b");
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "pwWsSe");
  g_assert_cmpstr (myna_message_get_text (f->message), ==, "ab");
  g_assert_cmpint (myna_message_get_state (f->message), ==, STORE_STATE_STOPPED);
}

static void
test_fail (Fixture *f, gconstpointer data)
{
  start (f);
  fake_generator_fail (f->engine, GLM_ERROR_NO_MEMORY);
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "pwSf");
  g_assert_nonnull (myna_message_get_error (f->message));
  g_assert_cmpint (myna_message_get_id (f->message), ==, 0);
}

static void
test_abandon (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) row = NULL;

  start (f);
  fake_generator_say (f->engine, "half");
  wait_for (myna_message_get_id (f->message));
  myna_reply_abandon (f->reply);
  g_assert_false (myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "pwW"); /* nobody is told */
  row = test_get_message (f->db, myna_message_get_id (f->message));
  g_assert_cmpstr (row->text, ==, "half");
  g_assert_cmpint (row->state, ==, STORE_STATE_INTERRUPTED);
  wait_for (fake_generator_n_requests (f->engine) == 0);
}

/* What could not be stored can be, later. */
static void
test_store (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new (STORE_ERROR, STORE_ERROR_FULL, "full");
  g_autoptr (StoreMessage) row = NULL;

  myna_message_set_text (f->message, "written");
  myna_message_set_state (f->message, STORE_STATE_COMPLETE);
  myna_message_set_error (f->message, error);
  myna_reply_store (f->reply);
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpstr (f->states->str, ==, "Se");
  g_assert_null (myna_message_get_error (f->message));
  row = test_get_message (f->db, myna_message_get_id (f->message));
  g_assert_cmpstr (row->text, ==, "written");
}

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

/* What is stored of the reply: "text", "tool(arguments)=text" or "tool!reason=text", one message after the other. */
static char *
stored (Fixture *f, gboolean running)
{
  gint64 id = myna_message_get_record (f->message)->conversation_id;
  g_autoptr (GPtrArray) branch = test_branch (f->db, id, 0);
  GString *out = g_string_new (NULL);

  for (guint i = 1; i < branch->len; i++)
    {
      g_autoptr (StoreMessage) row = test_get_message (f->db, ((StoreMessage *) g_ptr_array_index (branch, i))->id);

      g_assert_true (running || row->state != STORE_STATE_GENERATING);
      if (i > 1)
        g_string_append_c (out, '|');
      if (row->call && row->call->state == STORE_CALL_NOT_RUN)
        g_string_append_printf (out, "%s!%s=", row->call->tool, row->call->result);
      else if (row->call)
        g_string_append_printf (out, "%s(%s)=", row->call->tool, row->call->arguments);
      g_string_append (out, row->text);
    }
  return g_string_free (out, FALSE);
}

typedef struct
{
  struct
  {
    GlmReplyKind kind;
    const char *text;
  } pieces[8];
  GlmStopReason reason;
  const char *stored;
} Case;

static void
test_parts (Fixture *f, gconstpointer data)
{
  static const Case cases[] = {
    { { { GLM_REPLY_TEXT, "a" }, { GLM_REPLY_TEXT, "b" } }, GLM_STOP_END, "ab" },
    /* Byte for byte, between its tags. */
    { { { GLM_REPLY_THOUGHT, "\nHm" }, { GLM_REPLY_THOUGHT, ".\n" }, { GLM_REPLY_TEXT, "\n\nYes" }, { GLM_REPLY_TEXT, "." } },
      GLM_STOP_END,
      "<think>\nHm.\n</think>\n\nYes." },
    { { { GLM_REPLY_THOUGHT, "Hm" } }, GLM_STOP_LENGTH, "<think>Hm" },
    /* A part is a message; one that never began leaves nothing. */
    { { { GLM_REPLY_TEXT, "a" }, { GLM_REPLY_PART, "" }, { GLM_REPLY_TEXT, "b" }, { GLM_REPLY_PART, "" } },
      GLM_STOP_END,
      "a|b" },
    { { { GLM_REPLY_THOUGHT, "t" }, { GLM_REPLY_PART, "" }, { GLM_REPLY_THOUGHT, "u" }, { GLM_REPLY_TEXT, "b" } },
      GLM_STOP_END,
      "<think>t</think>|<think>u</think>b" },
    { { { GLM_REPLY_TEXT, "Let me see." },
        { GLM_REPLY_PART, "" },
        { GLM_REPLY_CALL, "calculate" },
        { GLM_REPLY_ARGUMENTS, "{\"x\":" },
        { GLM_REPLY_ARGUMENTS, " 1}" },
        { GLM_REPLY_CALLED, "{\"x\":1}" } },
      GLM_STOP_CALL,
      "Let me see.|calculate({\"x\":1})={\"x\": 1}" },
    /* Two in one part, behind text. */
    { { { GLM_REPLY_TEXT, "So:" },
        { GLM_REPLY_CALL, "one" },
        { GLM_REPLY_ARGUMENTS, "{}" },
        { GLM_REPLY_CALL, "two" },
        { GLM_REPLY_ARGUMENTS, "?" },
        { GLM_REPLY_CALLED, "{}" },
        { GLM_REPLY_BAD, "syntax" } },
      GLM_STOP_CALL,
      "So:|one({})={}|two!syntax=?" },
    { { { GLM_REPLY_CALL, "interpreter" }, { GLM_REPLY_ARGUMENTS, "```" }, { GLM_REPLY_CODE, "print (\"x\")" } },
      GLM_STOP_CALL,
      "interpreter({\"code\":\"print (\\\"x\\\")\"})=```" },
    { { { GLM_REPLY_CALL, "calculate" }, { GLM_REPLY_ARGUMENTS, "is fun" }, { GLM_REPLY_NOT_CALLED, "not-waited" } },
      GLM_STOP_END,
      "calculate\nis fun" },
    { { { GLM_REPLY_TEXT, "fly\n{}" }, { GLM_REPLY_BAD, "no-such-tool" } }, GLM_STOP_CALL, "!no-such-tool=fly\n{}" },
    { { { GLM_REPLY_CALL, "calculate" }, { GLM_REPLY_ARGUMENTS, "{\"x" } }, GLM_STOP_LENGTH, "calculate!truncated={\"x" },
  };

  /* 0: all rows come at the end; 1: as they do; 2: a row comes when its part was closed and the next has not begun. */
  for (guint i = 0; i < 3 * G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i / 3];
      g_autofree char *text = NULL;

      if (i > 0)
        {
          teardown (f, data);
          setup (f, data);
        }
      start (f);
      for (guint j = 0; j < G_N_ELEMENTS (c->pieces) && c->pieces[j].text; j++)
        {
          fake_generator_write (f->engine, c->pieces[j].kind, c->pieces[j].text);
          for (guint k = 0; i % 3 == 1 && k < 50; k++)
            g_main_context_iteration (NULL, FALSE);
          if (i % 3 == 2 && c->pieces[j].kind == GLM_REPLY_PART)
            g_free (stored (f, TRUE));
        }
      /* What becomes of the calls is test-reply-calls.c's. */
      if (c->reason == GLM_STOP_CALL)
        myna_reply_stop (f->reply);
      fake_generator_end (f->engine, c->reason);
      wait_for (!myna_reply_is_busy (f->reply));
      text = stored (f, FALSE);
      g_assert_cmpstr (text, ==, c->stored);
    }
}

/* ---- Thoughts --------------------------------------------------------------------------------------------------- */

static void
count_cb (GObject *object, GParamSpec *pspec, gpointer user_data)
{
  g_assert_cmpint (myna_reply_is_thinking (MYNA_REPLY (object)), ==, ++*(int *) user_data % 2);
}

/* It can be told to answer while it thinks, and at no other time. */
static void
test_thinking (Fixture *f, gconstpointer data)
{
  int n = 0;

  g_signal_connect (f->reply, "notify::thinking", G_CALLBACK (count_cb), &n);
  start (f);
  g_assert_false (fake_generator_get_no_thoughts (f->engine));
  myna_reply_answer_now (f->reply);
  g_assert_cmpuint (fake_generator_n_answers (f->engine), ==, 0);
  g_assert_cmpfloat (myna_message_get_thought_seconds (f->message), ==, 0);
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "Hm, ");
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "well");
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpfloat (myna_message_get_thought_seconds (f->message), >, 0);
  myna_reply_answer_now (f->reply);
  g_assert_cmpuint (fake_generator_n_answers (f->engine), ==, 1);
  fake_generator_say (f->engine, "So");
  g_assert_cmpint (n, ==, 2);
  myna_reply_answer_now (f->reply);
  g_assert_cmpuint (fake_generator_n_answers (f->engine), ==, 1);
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (!myna_reply_is_busy (f->reply));
  g_assert_cmpint (n, ==, 2);
  g_assert_cmpstr (myna_message_get_text (f->message), ==, "<think>Hm, well</think>So");
}

/* One that is stopped does not think any more, and its time stands still. */
static void
test_thinking_stopped (Fixture *f, gconstpointer data)
{
  double seconds;
  int n = 0;

  g_signal_connect (f->reply, "notify::thinking", G_CALLBACK (count_cb), &n);
  start (f);
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "Hm, ");
  myna_reply_stop (f->reply);
  g_assert_cmpint (n, ==, 2);
  wait_for (!myna_reply_is_busy (f->reply));
  seconds = myna_message_get_thought_seconds (f->message);
  g_assert_cmpfloat (seconds, >, 0);
  g_usleep (2000);
  g_assert_cmpfloat (myna_message_get_thought_seconds (f->message), ==, seconds);
}

/* Of a reply that was read from the store the figures say about how long it thought. */
static void
test_thought_seconds (void)
{
  static const struct
  {
    const char *text;
    double seconds, expected;
  } cases[] = {
    { "<think>0123456789</think>0123456789", 70, 20 }, /* the tags are bytes, too */
    { "<think>0123456789", 17, 10 },
    { "Just an answer", 70, 0 },
    { "<think>0123456789</think>0123456789", 0, 0 },
    { "", 70, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MynaMessage) message = myna_message_new (1, STORE_ROLE_ASSISTANT, cases[i].text);

      myna_message_edit_record (message)->seconds = cases[i].seconds;
      g_assert_cmpfloat_with_epsilon (myna_message_get_thought_seconds (message), cases[i].expected, 1e-9);
      myna_message_unload (message);
      g_assert_cmpfloat (myna_message_get_thought_seconds (message), ==, 0);
    }
}

#define ADD(path, function) g_test_add ("/reply/" path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("states", test_states);
  ADD ("owner", test_owner);
  ADD ("parts", test_parts);
  ADD ("stop", test_stop);
  ADD ("fail", test_fail);
  ADD ("abandon", test_abandon);
  ADD ("store", test_store);
  ADD ("thinking", test_thinking);
  ADD ("thinking-stopped", test_thinking_stopped);
  g_test_add_func ("/reply/thought-seconds", test_thought_seconds);
  return g_test_run ();
}
