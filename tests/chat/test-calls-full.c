/* test-calls-full.c: calls of tools while the disk is full
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file system that fails is the whole process's: see fault-vfs.h.
 */
#include "care/fault-vfs.h"
#include "conversation-fixture.h"
#include "tools/tool.h"

static guint n_runs;
static gboolean waits;

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  g_atomic_int_inc (&n_runs);
  g_main_context_wakeup (NULL);
  while (g_atomic_int_get (&waits))
    g_usleep (1000);
  return g_strdup ("done");
}

static Tool echo = {
  .name = "echo", .description = "Echoes", .schema = "{}", .class = TOOL_CLASS_PURE, .seconds = 60, .compute = compute
};
static Tool send = {
  .name = "send", .description = "Sends", .schema = "{}", .class = TOOL_CLASS_OUTSIDE, .seconds = 60, .compute = compute
};

typedef struct
{
  TestHistory history;
  Fixture f;
} Full;

static void
setup (Full *full, gconstpointer data)
{
  Fixture *f = &full->f;

  n_runs = 0;
  test_history_set_up (&full->history, data);
  f->db = test_open (full->history.path, NULL);
  f->engine = fake_generator_new ();
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), 0);
  myna_conversation_set_settings (f->conversation, "{\"tools\":[\"echo\",\"send\"]}");
}

static void
teardown (Full *full, gconstpointer data)
{
  fixture_teardown (&full->f, data);
  test_history_tear_down (&full->history, data);
}

static void
call (Fixture *f, const char *tool)
{
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_CALL, tool);
  fake_generator_write (f->engine, GLM_REPLY_ARGUMENTS, "{}");
  fake_generator_write (f->engine, GLM_REPLY_CALLED, "{}");
  fake_generator_end (f->engine, GLM_STOP_CALL);
}

static void
answer (Fixture *f)
{
  fixture_requested (f);
  fake_generator_say (f->engine, "a");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

static void
allow (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  wait_for (myna_conversation_get_activity (f->conversation) == MYNA_ACTIVITY_ASKING);
  myna_reply_allow (myna_conversation_get_reply (f->conversation), MYNA_ALLOW_ONCE, NULL, &error);
  g_assert_no_error (error);
}

/* The call's state on the disk, and the messages there. */
static void
assert_disk (Fixture *f, StoreCallState state, guint n_messages)
{
  g_autoptr (GPtrArray) branch = test_branch (f->db, myna_conversation_get_id (f->conversation), 0);
  g_autoptr (StoreMessage) row = test_get_message (f->db, ((StoreMessage *) g_ptr_array_index (branch, 1))->id);

  g_assert_cmpint (row->call->state, ==, state);
  g_assert_cmpuint (branch->len, ==, n_messages);
}

/* The tool has run, and its result has no room: it is there to be seen, and is stored when there is room, not run again. */
static void
test_result (Full *full, gconstpointer data)
{
  Fixture *f = &full->f;
  MynaMessage *observation;

  g_atomic_int_set (&waits, TRUE);
  call (f, "echo");
  wait_for (g_atomic_int_get (&n_runs) == 1);
  fault_vfs_arm (FAULT_FULL, 0, 0);
  g_atomic_int_set (&waits, FALSE);
  fixture_idle (f);
  g_assert_cmpuint (fixture_n_items (f), ==, 3);
  observation = fixture_item (f, 2);
  g_assert_nonnull (myna_message_get_error (observation));
  g_assert_cmpstr (myna_message_get_text (observation), ==, "done");
  g_assert_cmpint (myna_message_get_record (fixture_item (f, 1))->call->state, ==, STORE_CALL_DONE);
  assert_disk (f, STORE_CALL_RUNNING, 2);

  /* Still full. */
  myna_conversation_retry (f->conversation, observation);
  fixture_idle (f);
  g_assert_nonnull (myna_message_get_error (observation));

  fault_vfs_arm (FAULT_NONE, 0, 0);
  myna_conversation_retry (f->conversation, observation);
  answer (f);
  assert_disk (f, STORE_CALL_DONE, 4);
  assert_shown (f, "u:q|a:{}|a:done|a:a");
  g_assert_null (myna_message_get_error (observation));
  g_assert_cmpuint (n_runs, ==, 1);
}

/* Nothing runs without a trace on the disk; it can be asked for again. */
static void
test_begin (Full *full, gconstpointer data)
{
  Fixture *f = &full->f;
  MynaMessage *message;

  call (f, "send");
  wait_for (myna_conversation_get_activity (f->conversation) == MYNA_ACTIVITY_ASKING);
  fault_vfs_arm (FAULT_FULL, 0, 0);
  allow (f);
  fixture_idle (f);
  message = fixture_item (f, 1);
  g_assert_nonnull (myna_message_get_error (message));
  g_assert_cmpuint (n_runs, ==, 0);
  assert_disk (f, STORE_CALL_ASKED, 2);

  fault_vfs_arm (FAULT_NONE, 0, 0);
  myna_conversation_retry (f->conversation, message);
  allow (f);
  answer (f);
  assert_disk (f, STORE_CALL_DONE, 4);
  g_assert_null (myna_message_get_error (message));
  g_assert_cmpuint (n_runs, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  fault_vfs_install (1);
  g_assert_true (tool_add (&echo) && tool_add (&send));
  g_test_add ("/calls-full/result", Full, NULL, setup, test_result, teardown);
  g_test_add ("/calls-full/begin", Full, NULL, setup, test_begin, teardown);
  return g_test_run ();
}
