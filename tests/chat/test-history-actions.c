/* test-history-actions.c: what actions do with chats and folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-actions.h"

#include "store-test.h"

typedef struct
{
  StoreDb *db;
  MynaHistoryModel *history;
  MynaHistoryActions *actions;
  GSimpleActionGroup *group;
  gint64 chat, folder;
  guint n_failed;
} Fixture;

static void
failed_cb (MynaHistoryActions *actions, const GError *error, Fixture *fixture)
{
  g_assert_nonnull (error);
  fixture->n_failed++;
}

static gint64
add_folder (Fixture *fixture, const char *name)
{
  g_autoptr (GError) error = NULL;
  gint64 id = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, name, 0), &error);

  g_assert_no_error (error);
  return id;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->db = test_open_memory ();
  fixture->history = myna_history_model_new ();
  fixture->actions = myna_history_actions_new (fixture->history);
  fixture->group = g_simple_action_group_new ();
  fixture->chat = test_add_conversation (fixture->db, "Old");
  fixture->folder = add_folder (fixture, "Folder");
  myna_history_actions_add (fixture->actions, G_ACTION_MAP (fixture->group));
  myna_history_actions_set_store (fixture->actions, fixture->db);
  g_signal_connect (fixture->actions, "failed", G_CALLBACK (failed_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->group);
  g_object_unref (fixture->actions);
  g_object_unref (fixture->history);
  store_close (fixture->db);
  g_object_unref (fixture->db);
}

static void
activate (Fixture *fixture, const char *name, GVariant *parameter)
{
  g_action_group_activate_action (G_ACTION_GROUP (fixture->group), name, parameter);
}

static GVariant *
ids (Fixture *fixture)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &fixture->chat, 1, sizeof fixture->chat);
}

/* The store answers in order: what is read is what the action did. */
static void
test_chats (Fixture *fixture, gconstpointer data)
{
  StoreConversation *chat;

  activate (fixture, "rename-chat", g_variant_new ("(xs)", fixture->chat, "New"));
  activate (fixture, "pin-chats", ids (fixture));
  activate (fixture, "move-chats", g_variant_new ("(@axx)", ids (fixture), fixture->folder));
  chat = test_get_conversation (fixture->db, fixture->chat);
  g_assert_cmpstr (chat->title, ==, "New");
  g_assert_true (chat->pinned);
  g_assert_cmpint (chat->folder_id, ==, fixture->folder);
  store_conversation_free (chat);

  activate (fixture, "unpin-chats", ids (fixture));
  test_do (fixture->db, store_set_archived_async, fixture->chat, TRUE);
  activate (fixture, "unarchive-chats", ids (fixture));
  test_do (fixture->db, store_delete_async, fixture->chat);
  activate (fixture, "restore-chats", ids (fixture));
  chat = test_get_conversation (fixture->db, fixture->chat);
  g_assert_false (chat->pinned);
  g_assert_false (chat->archived);
  g_assert_cmpint (chat->deleted_at, ==, 0);
  store_conversation_free (chat);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
}

static GPtrArray *
list_folders (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *folders = test_wait_list (TEST_CALL0 (fixture->db, store_list_folders_async), &error);

  g_assert_no_error (error);
  return folders;
}

static void
test_folders (Fixture *fixture, gconstpointer data)
{
  gint64 above = add_folder (fixture, "Above");
  g_autoptr (GPtrArray) folders = NULL, left = NULL;

  activate (fixture, "rename-folder", g_variant_new ("(xs)", fixture->folder, "Below"));
  activate (fixture, "move-folder", g_variant_new ("(xx)", fixture->folder, above));
  activate (fixture, "move-folder", g_variant_new ("(xx)", above, above)); /* into itself: nothing */
  folders = list_folders (fixture);
  g_assert_cmpuint (folders->len, ==, 2);
  for (guint i = 0; i < folders->len; i++)
    {
      const StoreFolder *folder = g_ptr_array_index (folders, i);

      g_assert_cmpstr (folder->name, ==, folder->id == above ? "Above" : "Below");
      g_assert_cmpint (folder->parent_id, ==, folder->id == above ? 0 : above);
    }
  activate (fixture, "delete-folder", g_variant_new_int64 (fixture->folder));
  left = list_folders (fixture);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_cmpuint (fixture->n_failed, ==, 0);
}

/* What cannot be changed is told; where there is no history nothing happens. */
static void
test_failure (Fixture *fixture, gconstpointer data)
{
  activate (fixture, "rename-folder", g_variant_new ("(xs)", fixture->folder, ""));
  wait_for (fixture->n_failed == 1);
  myna_history_actions_set_store (fixture->actions, NULL);
  for (guint i = 0; i < 2; i++)
    activate (fixture, i ? "pin-chats" : "restore-chats", ids (fixture));
  activate (fixture, "rename-chat", g_variant_new ("(xs)", fixture->chat, "x"));
  activate (fixture, "move-chats", g_variant_new ("(@axx)", ids (fixture), fixture->folder));
  activate (fixture, "rename-folder", g_variant_new ("(xs)", fixture->folder, "x"));
  activate (fixture, "move-folder", g_variant_new ("(xx)", fixture->folder, (gint64) 0));
  activate (fixture, "delete-folder", g_variant_new_int64 (fixture->folder));
  g_assert_cmpuint (fixture->n_failed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/history-actions/chats", Fixture, NULL, set_up, test_chats, tear_down);
  g_test_add ("/history-actions/folders", Fixture, NULL, set_up, test_folders, tear_down);
  g_test_add ("/history-actions/failure", Fixture, NULL, set_up, test_failure, tear_down);
  return g_test_run ();
}
