/* test-branch.c: the list of a conversation's messages, and what the store keeps beside them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-alternative.h"
#include "chat/myna-branch.h"
#include "chat/myna-message-private.h"
#include "chat/myna-record.h"
#include "chat/texts.h"
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  gint64 id;
  gint64 messages[6]; /* a question and an answer, three times; each answers the one before */
  MynaBranch *branch;
} Fixture;

static void
show (Fixture *f)
{
  g_autoptr (GPtrArray) records = test_branch (f->db, f->id, 0);

  myna_branch_replace (f->branch, records);
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->db = test_open_memory ();
  f->id = test_add_conversation (f->db, "c");
  for (int i = 0; i < 6; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %d", i);

      f->messages[i] = test_add_message (f->db, f->id, i ? f->messages[i - 1] : 0,
                                         i % 2 ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
    }
  f->branch = myna_branch_new (f->db);
  show (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->branch);
  store_close (f->db);
  g_object_unref (f->db);
}

static MynaMessage *
new_message (const char *text)
{
  StoreMessage *record = store_message_new ();

  record->role = STORE_ROLE_USER;
  g_free (record->text);
  record->text = g_strdup (text);
  return myna_message_new_take (record, TRUE);
}

/* The same messages stay the same objects; what waits stays behind them. */
static void
test_replace (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) second = g_object_ref (myna_branch_peek (f->branch, 1));
  g_autoptr (MynaMessage) waiting = new_message ("later");
  gint64 other;

  myna_branch_queue (f->branch, waiting);
  other = test_add_message (f->db, f->id, f->messages[1], STORE_ROLE_USER, STORE_STATE_COMPLETE, "other");
  show (f);
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 3);
  g_assert_true (myna_branch_peek (f->branch, 1) == second);
  g_assert_cmpint (myna_message_get_id (myna_branch_peek_last (f->branch)), ==, other);
  g_assert_cmpint (myna_message_get_n_siblings (myna_branch_peek_last (f->branch)), ==, 2);
  g_assert_true (myna_branch_peek (f->branch, 3) == waiting);
  g_assert_cmpuint (myna_branch_find_id (f->branch, f->messages[5]), ==, G_MAXUINT);
}

static void
test_queue (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) first = new_message ("one"), second = new_message ("two");
  g_autofree char *none = myna_branch_dup_queued_text (f->branch), *both = NULL, *rest = NULL;

  g_assert_null (none);
  myna_branch_queue (f->branch, first);
  myna_branch_queue (f->branch, second);
  both = myna_branch_dup_queued_text (f->branch);
  g_assert_cmpstr (both, ==, "one\n\ntwo");
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 6);
  g_assert_true (myna_branch_unqueue (f->branch) == first);
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 7);
  g_assert_cmpint (myna_branch_get_last_id (f->branch), ==, f->messages[5]); /* the first has no row yet */
  myna_branch_remove (f->branch, 7, 1);
  g_assert_cmpuint (myna_branch_get_n_queued (f->branch), ==, 0);
  rest = myna_branch_dup_queued_text (f->branch);
  g_assert_null (rest);
}

static void
test_before (Fixture *f, gconstpointer data)
{
  guint first;
  g_autoptr (GPtrArray) before = myna_branch_dup_before (f->branch, myna_branch_peek (f->branch, 5), f->messages[2], &first);
  g_autoptr (GPtrArray) all = NULL;

  g_assert_cmpuint (before->len, ==, 5);
  g_assert_cmpuint (first, ==, 2);
  all = myna_branch_dup_before (f->branch, NULL, 0, &first);
  g_assert_cmpuint (all->len, ==, 6);
  g_assert_cmpuint (first, ==, 0);
}

static void
test_delete (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) rows = NULL;

  g_assert_false (myna_branch_undo_delete (f->branch));
  myna_branch_delete (f->branch, 4);
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 4);
  g_assert_true (myna_branch_undo_delete (f->branch));
  show (f);
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 6);

  /* A second one makes the first final. */
  myna_branch_delete (f->branch, 4);
  myna_branch_delete (f->branch, 2);
  rows = test_branch (f->db, f->id, 0);
  g_assert_cmpuint (rows->len, ==, 4);
  myna_branch_commit_delete (f->branch);
  g_clear_pointer (&rows, g_ptr_array_unref);
  rows = test_branch (f->db, f->id, 0);
  g_assert_cmpuint (rows->len, ==, 2);
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* In the order of the messages; what is in memory is not read, and what is gone leaves a hole. */
static void
test_texts (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) texts = NULL, messages = NULL;
  g_autoptr (GError) error = NULL;
  guint first;

  messages = myna_branch_dup_before (f->branch, NULL, 0, &first);
  myna_message_set_text (g_ptr_array_index (messages, 2), "in memory");
  test_do (f->db, store_delete_message_async, f->messages[4]);
  myna_texts_read_async (f->db, messages, 1, 5, NULL, result_cb, &result);
  wait_for (result);
  texts = myna_texts_read_finish (result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (texts->len, ==, 5);
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (texts, 0))->text, ==, "text 1");
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (texts, 1))->text, ==, "in memory");
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (texts, 2))->text, ==, "text 3");
  g_assert_null (g_ptr_array_index (texts, 3));
  g_assert_null (g_ptr_array_index (texts, 4));
}

static gint64
alternative (Fixture *f, gint64 id, int step)
{
  g_autoptr (GAsyncResult) result = NULL;

  myna_alternative_find_async (f->db, id, step, NULL, result_cb, &result);
  wait_for (result);
  return myna_alternative_find_finish (result, NULL);
}

static void
test_alternative (Fixture *f, gconstpointer data)
{
  gint64 other = test_add_message (f->db, f->id, f->messages[1], STORE_ROLE_USER, STORE_STATE_COMPLETE, "other");

  g_assert_cmpint (alternative (f, f->messages[2], 1), ==, other);
  g_assert_cmpint (alternative (f, other, -1), ==, f->messages[5]);
  g_assert_cmpint (alternative (f, other, 1), ==, 0);
  g_assert_cmpint (alternative (f, f->messages[0], -1), ==, 0);
  g_assert_cmpint (alternative (f, f->messages[2], 0), ==, f->messages[5]);
  g_assert_cmpint (alternative (f, 12345, 1), ==, 0);
}

/* ---- The record ------------------------------------------------------------------------------------------------- */

static char *
stored_draft (Fixture *f)
{
  g_autoptr (StoreConversation) row = test_get_conversation (f->db, f->id);

  return g_strdup (row->draft);
}

#define assert_draft(f, expected)               \
  G_STMT_START                                  \
  {                                             \
    g_autofree char *draft_ = stored_draft (f); \
    g_assert_cmpstr (draft_, ==, expected);     \
  }                                             \
  G_STMT_END

/* What is written before the row was read stands behind what it says, and nothing of either is lost. */
static void
test_draft (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaRecord) record = NULL;

  test_do (f->db, store_set_draft_async, f->id, "kept");
  record = myna_record_new (f->db, f->id);
  myna_record_set_draft (record, "hasty");
  wait_for (g_strcmp0 (myna_record_get_draft (record), "hasty") != 0);
  g_assert_cmpstr (myna_record_get_draft (record), ==, "kept\n\nhasty");
  myna_record_leave (record);
  assert_draft (f, "kept\n\nhasty");

  myna_record_set_queued (record, "waits");
  assert_draft (f, "waits\n\nkept\n\nhasty");
  myna_record_set_queued (record, NULL);
  myna_record_set_draft (record, NULL);
  myna_record_add_to_draft (record, "more");
  myna_record_add_to_draft (record, "");
  g_assert_cmpstr (myna_record_get_draft (record), ==, "more");
  g_clear_object (&record);
  assert_draft (f, "more");

  /* Left before the row was read: it is added to. */
  record = myna_record_new (f->db, f->id);
  myna_record_set_draft (record, "and more");
  myna_record_leave (record);
  assert_draft (f, "more\n\nand more");
}

/* Another alternative in its place, which is not stored yet: with what the caller says, and nothing below it. */
static void
test_fork (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaMessage) waiting = new_message ("later");
  MynaMessage *old = myna_branch_peek (f->branch, 3), *fork;
  StoreCall *call = store_call_new ();
  const StoreMessage *record;

  call->arguments = g_strdup ("{}");
  myna_message_set_call (old, call);
  myna_message_set_model (old, "Parrot");
  myna_branch_queue (f->branch, waiting);
  fork = myna_branch_fork (f->branch, old, "text", "[]");
  record = myna_message_get_record (fork);
  g_assert_cmpuint (myna_branch_get_n (f->branch), ==, 4);
  g_assert_true (myna_branch_peek_last (f->branch) == fork);
  g_assert_true (myna_branch_peek (f->branch, 4) == waiting);
  g_assert_cmpint (myna_message_get_id (fork), ==, 0);
  g_assert_cmpstr (myna_message_get_text (fork), ==, "text");
  g_assert_cmpint (record->role, ==, STORE_ROLE_ASSISTANT);
  g_assert_cmpint (record->conversation_id, ==, f->id);
  g_assert_cmpint (record->parent_id, ==, f->messages[2]);
  g_assert_cmpstr (record->attachments, ==, "[]");
  g_assert_cmpstr (record->model, ==, "Parrot");
  g_assert_cmpstr (record->call->arguments, ==, "{}");
  g_assert_cmpint (myna_message_get_n_siblings (fork), ==, 2);
  g_assert_cmpint (myna_message_get_sibling_index (fork), ==, 1);
  /* One that is not stored is no alternative to it. */
  fork = myna_branch_fork (f->branch, fork, "other", NULL);
  g_assert_cmpint (myna_message_get_n_siblings (fork), ==, 1);
  g_assert_null (myna_message_get_record (fork)->attachments);
}

/* The first message makes the row, with title, model and settings; others write into it and it follows. */
static void
test_record (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaRecord) record = myna_record_new (f->db, 0);
  g_autoptr (MynaMessage) message = new_message ("# Why?"), same = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (StoreConversation) row = NULL;
  MynaRecipe recipe;

  myna_record_set_model (record, "m.gguf");
  myna_record_set_settings (record, "{}");
  myna_record_set_draft (record, "unsent");
  myna_record_add_message_async (record, message, result_cb, &result);
  wait_for (result);
  same = myna_record_add_message_finish (result);
  g_assert_true (same == message);
  g_assert_cmpint (myna_message_get_id (message), >, 0);
  row = test_get_conversation (f->db, myna_record_get_id (record));
  g_assert_cmpstr (row->title, ==, "Why?");
  g_assert_cmpstr (row->model, ==, "m.gguf");
  g_assert_cmpstr (row->settings, ==, "{}");
  g_assert_cmpstr (row->draft, ==, "unsent");
  myna_record_get_recipe (record, &recipe);
  g_assert_cmpstr (recipe.model, ==, "m.gguf");
  g_assert_cmpstr (recipe.settings, ==, "{}");
  g_assert_true (recipe.store == f->db);
  g_assert_cmpint (recipe.id, ==, row->id);
  g_assert_cmpint (recipe.created_at, ==, row->created_at);

  test_do (f->db, store_rename_async, row->id, "Because", TRUE);
  wait_for (g_str_equal (myna_record_get_title (record), "Because"));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/branch/replace", test_replace);
  ADD ("/branch/queue", test_queue);
  ADD ("/branch/before", test_before);
  ADD ("/branch/delete", test_delete);
  ADD ("/branch/texts", test_texts);
  ADD ("/branch/alternative", test_alternative);
  ADD ("/branch/fork", test_fork);
  ADD ("/record/draft", test_draft);
  ADD ("/record/record", test_record);
  return g_test_run ();
}
