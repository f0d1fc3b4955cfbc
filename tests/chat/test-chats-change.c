/* test-chats-change.c: several conversations are changed at once, and files that are made of them have names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/chats-change.h"
#include "chat/exchange-words.h"
#include "store-test.h"

static guint n_changed;

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GObject) owner = user_data;

  g_assert_true (store_finish (STORE_DB (source), result, NULL));
  n_changed++;
}

static void
test_change (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  const gint64 ids[] = { test_add_conversation (db, "a"), test_add_conversation (db, "b") };
  g_autoptr (GVariant) both = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids, 2, sizeof *ids));
  static const StoreListKind kinds[] = { STORE_LIST_ACTIVE, STORE_LIST_ARCHIVED, STORE_LIST_ACTIVE, STORE_LIST_DELETED,
                                         STORE_LIST_ACTIVE };
  static const MynaChatsChange changes[] = { MYNA_CHATS_PIN, MYNA_CHATS_ARCHIVE, MYNA_CHATS_UNARCHIVE, MYNA_CHATS_DELETE,
                                             MYNA_CHATS_RESTORE };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (GPtrArray) list = NULL;

      n_changed = 0;
      myna_chats_change (db, both, changes[i], NULL, changed_cb, owner);
      wait_for (n_changed == 2);
      list = test_list (db, kinds[i]);
      g_assert_cmpuint (list->len, ==, 2);
    }
  g_assert_true (myna_chats_contain (both, ids[1]));
  g_assert_false (myna_chats_contain (both, ids[1] + 1));
  g_assert_cmpuint (owner->ref_count, ==, 1);
  store_close (db);
}

static void
assert_described (MynaHistoryModel *model, GVariant *ids, MynaChatsChange change, const char *words)
{
  g_autofree char *found = myna_chats_describe (model, ids, change);

  g_assert_cmpstr (found, ==, words);
}

/* Below what goes, else above, else nowhere. */
static void
test_beside (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (MynaHistoryModel) model = myna_history_model_new ();
  gint64 ids[3];
  g_autoptr (GVariant) last_two = NULL, all = NULL, one = NULL;

  for (guint i = 0; i < 3; i++)
    {
      ids[i] = test_add_conversation (db, "chat");
      g_usleep (2000);
    }
  myna_history_model_set_store (model, db);
  wait_for (myna_history_model_get_title (model, ids[0]));
  last_two = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids, 2, sizeof *ids));
  all = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids, 3, sizeof *ids));
  g_assert_cmpint (myna_chats_find_beside (model, ids[1], last_two), ==, ids[2]);
  g_assert_cmpint (myna_chats_find_beside (model, ids[1], all), ==, 0);
  assert_described (model, all, MYNA_CHATS_ARCHIVE, "3 chats archived");
  assert_described (model, last_two, MYNA_CHATS_DELETE, "2 chats deleted");
  one = g_variant_ref_sink (g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, ids, 1, sizeof *ids));
  assert_described (model, one, MYNA_CHATS_DELETE, "“chat” deleted");
  store_close (db);
}

static void
test_names (void)
{
  g_autofree char *plain = myna_export_make_name ("Pancakes", "md");
  g_autofree char *bad = myna_export_make_name ("..a/b: \"c\"?", "md");
  g_autofree char *none = myna_export_make_name (NULL, "md");
  g_autofree char *dots = myna_export_make_name ("...", "md");
  g_autofree char *letters = g_strnfill (300, 'x');
  g_autofree char *long_name = myna_export_make_name (letters, "md");

  g_assert_cmpstr (plain, ==, "Pancakes.md");
  g_assert_null (strpbrk (bad, "/:\"?"));
  g_assert_true (*bad != '.');
  g_assert_true (g_str_has_prefix (none, "Chats 2"));
  g_assert_true (*dots != '.');
  g_assert_cmpuint (strlen (long_name), <, 130);
}

static void
test_backup (void)
{
  StoreBackup backup = { .n_bytes = 3000, .n_conversations = 2 };
  g_autofree char *sound = myna_backup_describe (&backup);
  g_autofree char *damaged = NULL;

  backup.is_damaged = TRUE;
  damaged = myna_backup_describe (&backup);
  g_assert_nonnull (strstr (sound, "2 chats"));
  g_assert_nonnull (strstr (damaged, "damaged"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chats-change/change", test_change);
  g_test_add_func ("/chats-change/beside", test_beside);
  g_test_add_func ("/exchange-words/names", test_names);
  g_test_add_func ("/exchange-words/backup", test_backup);

  return g_test_run ();
}
