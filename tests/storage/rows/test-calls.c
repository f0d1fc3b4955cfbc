/* test-calls.c: what tools were asked, what they gave, and what they may do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  gint64 conversation, question, call;
} Fixture;

static StoreCall *
make_call (StoreCallState state, const char *result)
{
  StoreCall *call = store_call_new ();

  call->state = state;
  g_free (call->tool);
  call->tool = g_strdup ("calculate");
  call->arguments = g_strdup ("{\"expression\":\"6*7\"}");
  call->result = g_strdup (result);
  return call;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) message = store_message_new ();

  f->db = test_open_memory ();
  f->conversation = test_add_conversation (f->db, "c");
  f->question = test_add_message (f->db, f->conversation, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "q");
  message->conversation_id = f->conversation;
  message->parent_id = f->question;
  message->role = STORE_ROLE_ASSISTANT;
  message->call = make_call (STORE_CALL_ASKED, NULL);
  f->call = test_wait_id (TEST_CALL (f->db, store_add_message_async, message), NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  store_close (f->db);
  g_object_unref (f->db);
}

static StoreMessage *
make_observation (Fixture *f, gint64 parent)
{
  StoreMessage *message = store_message_new ();

  message->conversation_id = f->conversation;
  message->parent_id = parent;
  message->role = STORE_ROLE_OBSERVATION;
  g_free (message->text);
  message->text = g_strdup ("forty-two");
  return message;
}

static void
changed_cb (StoreDb *db, gint64 conversation, gint64 message, GString *told)
{
  g_string_append_printf (told, "%" G_GINT64_FORMAT " ", message);
}

static void
test_result (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreCall) call = make_call (STORE_CALL_DONE, "42");
  g_autoptr (StoreMessage) observation = make_observation (f, f->call);
  g_autoptr (StoreMessage) row = NULL;
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (GPtrArray) branch = NULL;
  StoreSearch search = STORE_SEARCH_INIT;
  g_autoptr (GPtrArray) hits = NULL;
  gint64 id;

  g_signal_connect (f->db, "message-changed", G_CALLBACK (changed_cb), told);
  id = test_wait_id (TEST_CALL (f->db, store_add_result_async, f->call, call, observation), NULL);
  g_assert_cmpint (id, >, f->call);
  row = test_get_message (f->db, f->call);
  g_assert_cmpint (row->call->state, ==, STORE_CALL_DONE);
  g_assert_cmpstr (row->call->result, ==, "42");
  branch = test_branch (f->db, f->conversation, 0);
  g_assert_cmpuint (branch->len, ==, 3);
  g_assert_cmpint (((StoreMessage *) branch->pdata[2])->role, ==, STORE_ROLE_OBSERVATION);
  search.text = "forty-two";
  hits = test_wait_list (TEST_CALL (f->db, store_search_async, &search), NULL);
  g_assert_cmpuint (hits->len, ==, 1);
  g_assert_cmpint (((StoreHit *) hits->pdata[0])->message_id, ==, id);
  g_assert_cmpstr (told->str, !=, "");
  g_signal_handlers_disconnect_by_data (f->db, told);
}

/* What it made is there with its result, in place of what it made before, and goes with it. */
static void
test_made (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreCall) call = make_call (STORE_CALL_DONE, "42");
  g_autoptr (StoreMessage) observation = make_observation (f, f->call);
  g_autoptr (GBytes) picture = g_bytes_new_static ("PNG", 3);
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GPtrArray) list = NULL;
  const StoreMade *made;

  call->made = store_made_list_new ();
  g_ptr_array_add (call->made, store_made_new ("", 640, 480, picture));
  g_ptr_array_add (call->made, store_made_new ("empty.txt", 0, 0, empty));
  g_ptr_array_add (call->made, store_made_new ("large.bin", 0, 0, NULL));
  test_wait_id (TEST_CALL (f->db, store_add_result_async, f->call, call, observation), NULL);
  list = test_wait_list (TEST_CALL (f->db, store_list_made_async, f->call), NULL);
  g_assert_cmpuint (list->len, ==, 3);
  made = list->pdata[0];
  g_assert_cmpint (made->width, ==, 640);
  g_assert_cmpint (made->height, ==, 480);
  g_assert_true (g_bytes_equal (made->data, picture));
  made = list->pdata[1];
  g_assert_cmpstr (made->name, ==, "empty.txt");
  g_assert_true (made->data && g_bytes_get_size (made->data) == 0);
  g_assert_null (((StoreMade *) list->pdata[2])->data);
  g_clear_pointer (&list, g_ptr_array_unref);
  /* Unsaid, it stays; none, it goes. */
  g_clear_pointer (&call->made, g_ptr_array_unref);
  test_wait (TEST_CALL (f->db, store_set_call_async, f->call, call), NULL);
  list = test_wait_list (TEST_CALL (f->db, store_list_made_async, f->call), NULL);
  g_assert_cmpuint (list->len, ==, 3);
  g_clear_pointer (&list, g_ptr_array_unref);
  test_wait (TEST_CALL (f->db, store_delete_message_async, f->call), NULL);
  list = test_wait_list (TEST_CALL (f->db, store_list_made_async, f->call), NULL);
  g_assert_cmpuint (list->len, ==, 0);
}

/* One cannot be there without the other. */
static void
test_result_fails (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreCall) call = make_call (STORE_CALL_DONE, "42");
  g_autoptr (StoreMessage) observation = make_observation (f, 9999);
  g_autoptr (StoreMessage) row = NULL;
  g_autoptr (GPtrArray) branch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) missing = NULL;
  g_autoptr (GError) person = NULL;

  g_assert_cmpint (test_wait_id (TEST_CALL (f->db, store_add_result_async, f->call, call, observation), &error), ==, 0);
  g_assert_nonnull (error);
  row = test_get_message (f->db, f->call);
  g_assert_cmpint (row->call->state, ==, STORE_CALL_ASKED);
  g_assert_null (row->call->result);
  branch = test_branch (f->db, f->conversation, 0);
  g_assert_cmpuint (branch->len, ==, 2);
  test_wait (TEST_CALL (f->db, store_set_call_async, 9999, call), &missing);
  g_assert_error (missing, STORE_ERROR, STORE_ERROR_NOT_FOUND);
  test_wait (TEST_CALL (f->db, store_set_call_async, f->question, call), &person);
  g_assert_error (person, STORE_ERROR, STORE_ERROR_INVALID);
}

static guint
count_calls (Fixture *f, const char *text)
{
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (f->db, store_list_calls_async, text, 10), NULL);

  return list->len;
}

/* What was run, in one list. */
static void
test_list_calls (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreCall) running = make_call (STORE_CALL_RUNNING, NULL);
  g_autoptr (StoreCall) done = make_call (STORE_CALL_DONE, "Forty");
  g_autoptr (GPtrArray) list = NULL;

  g_assert_cmpuint (count_calls (f, NULL), ==, 0); /* it was only asked for */
  test_do (f->db, store_set_call_async, f->call, running);
  g_assert_cmpuint (count_calls (f, NULL), ==, 1);
  test_do (f->db, store_set_call_async, f->call, done);
  g_assert_cmpuint (count_calls (f, "forty"), ==, 1);
  g_assert_cmpuint (count_calls (f, "6*7"), ==, 1);
  g_assert_cmpuint (count_calls (f, "CALC"), ==, 1);
  g_assert_cmpuint (count_calls (f, "%"), ==, 0);
  list = test_wait_list (TEST_CALL (f->db, store_list_calls_async, NULL, 10), NULL);
  g_assert_cmpstr (((StoreMessage *) list->pdata[0])->call->result, ==, "Forty");
  test_do (f->db, store_delete_async, f->conversation);
  g_assert_cmpuint (count_calls (f, NULL), ==, 0);
}

/* "tool:conversation:fingerprint:rule …" */
static char *
rules (Fixture *f, gint64 conversation)
{
  g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (f->db, store_list_tool_rules_async, conversation), NULL);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      const StoreToolRule *rule = list->pdata[i];

      g_assert_cmpint (rule->created_at, >, 0);
      g_string_append_printf (out, "%s%s:%" G_GINT64_FORMAT ":%s:%d", i ? " " : "", rule->tool, rule->conversation_id,
                              rule->fingerprint, rule->rule);
    }
  return g_string_free (out, FALSE);
}

#define assert_rules(f, conversation, expected)          \
  G_STMT_START                                           \
  {                                                      \
    g_autofree char *rules_ = rules (f, (conversation)); \
    g_assert_cmpstr (rules_, ==, expected);              \
  }                                                      \
  G_STMT_END

static void
set_rule (Fixture *f, const char *tool, gint64 conversation, const char *fingerprint, StoreRule rule)
{
  const StoreToolRule record = { (char *) tool, conversation, (char *) fingerprint, rule, 0 };

  test_do (f->db, store_set_tool_rule_async, &record);
}

static void
test_rules (Fixture *f, gconstpointer data)
{
  gint64 other = test_add_conversation (f->db, "other");

  assert_rules (f, f->conversation, "");
  set_rule (f, "b", 0, "f1", STORE_RULE_ALLOW);
  set_rule (f, "a", f->conversation, "f2", STORE_RULE_ASK);
  set_rule (f, "a", other, "f3", STORE_RULE_ALLOW);
  assert_rules (f, f->conversation, "a:1:f2:2 b:0:f1:1");
  assert_rules (f, 0, "b:0:f1:1");
  assert_rules (f, -1, "a:1:f2:2 a:2:f3:1 b:0:f1:1");
  set_rule (f, "a", f->conversation, "f4", STORE_RULE_ALLOW);
  assert_rules (f, f->conversation, "a:1:f4:1 b:0:f1:1");
  set_rule (f, "b", 0, "", STORE_RULE_NONE);
  assert_rules (f, f->conversation, "a:1:f4:1");
  /* They go with their conversation. */
  test_do (f->db, store_purge_async, other);
  assert_rules (f, -1, "a:1:f4:1");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, function) g_test_add ("/calls/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("result", test_result);
  ADD ("made", test_made);
  ADD ("result-fails", test_result_fails);
  ADD ("list", test_list_calls);
  ADD ("rules", test_rules);
  return g_test_run ();
}
