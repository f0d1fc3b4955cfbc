/* test-import-words.c: what an import did and could not do, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-import-item.h"
#include "chat/myna-import-words.h"

/* An entry of an import that has these notes; the test owns them. */
static StoreImportEntry
entry_with (StoreImportState state, GPtrArray *notes)
{
  return (StoreImportEntry){ .source = "", .title = (char *) "Chat", .n_new = 2, .state = state, .notes = notes };
}

static void
test_states (void)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  GHashTable *seen = g_hash_table_new (g_str_hash, g_str_equal);

  /* What is simply new says nothing; each other state has words of its own. */
  for (StoreImportState state = STORE_IMPORT_NEW; state <= STORE_IMPORT_REFUSED; state++)
    {
      StoreImportEntry entry = entry_with (state, notes);
      const char *words = myna_import_describe_state (&entry);

      g_assert_true ((words == NULL) == (state == STORE_IMPORT_NEW));
      if (words)
        g_assert_true (g_hash_table_add (seen, (gpointer) words));
    }
  g_hash_table_unref (seen);
}

static void
test_notes (void)
{
  StoreImportNote role = { STORE_IMPORT_NOTE_ROLE, (char *) "critic", 2 };
  StoreImportNote hidden = { STORE_IMPORT_NOTE_HIDDEN, (char *) "", 1 };
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  g_autofree char *none = myna_import_describe_notes (notes);
  g_autofree char *both = NULL;

  g_assert_null (none);
  g_ptr_array_add (notes, &role);
  g_ptr_array_add (notes, &hidden);
  both = myna_import_describe_notes (notes);
  g_assert_cmpstr (both, ==, "2 messages of unknown speakers left out (critic)\n1 hidden message left out");
}

/* Whatever is not as it was is counted, with what could not be chosen; a chat that adds nothing is not. */
static void
test_result (void)
{
  StoreImportNote medium = { STORE_IMPORT_NOTE_MEDIUM, (char *) "picture", 3 };
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  g_autoptr (GPtrArray) no_notes = g_ptr_array_new ();
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();
  StoreImportEntry first = entry_with (STORE_IMPORT_NEW, notes), refused = entry_with (STORE_IMPORT_REFUSED, no_notes);
  g_autofree char *plain = NULL;
  g_autofree char *all = NULL;

  refused.n_new = 0;
  refused.is_duplicate = TRUE;
  g_ptr_array_add (entries, &first);
  plain = myna_import_describe_result (entries, 0);
  g_assert_cmpstr (plain, ==, "1 chat imported · 2 messages");
  g_ptr_array_add (notes, &medium);
  g_ptr_array_add (entries, &refused);
  all = myna_import_describe_result (entries, 2);
  g_assert_cmpstr (all, ==, "1 chat imported · 3 refused · 3 items not as they were · 2 messages");
}

/* Why nothing is chosen, or what cannot be. */
static void
test_remarks (void)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new (), entries = g_ptr_array_new ();
  StoreImportEntry first = entry_with (STORE_IMPORT_NEW, notes), refused = entry_with (STORE_IMPORT_REFUSED, notes);
  g_autofree char *fine = NULL, *some = NULL, *nothing = NULL;
  guint n_refused;

  g_ptr_array_add (entries, &first);
  fine = myna_import_describe_remarks (entries, 1, &n_refused);
  g_assert_null (fine);
  g_assert_cmpuint (n_refused, ==, 0);
  g_ptr_array_add (entries, &refused);
  some = myna_import_describe_remarks (entries, 1, &n_refused);
  g_assert_cmpstr (some, ==, "1 chat or part of the file cannot be read.");
  g_assert_cmpuint (n_refused, ==, 1);
  nothing = myna_import_describe_remarks (entries, 0, &n_refused);
  g_assert_nonnull (nothing);
}

/* "All" means what is new: a copy is only made of what the person checks. */
static void
test_items (void)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new ();
  g_autoptr (GListStore) items = g_list_store_new (MYNA_TYPE_IMPORT_ITEM);
  g_autoptr (GArray) first = NULL, none = NULL, all = NULL;

  for (guint i = 0; i < 3; i++)
    {
      StoreImportEntry entry = entry_with (STORE_IMPORT_NEW, notes);
      g_autoptr (MynaImportItem) item = NULL;

      entry.is_duplicate = i == 1;
      item = myna_import_item_new (&entry, i + 10);
      g_list_store_append (items, item);
    }
  g_assert_cmpuint (myna_import_items_count_new (G_LIST_MODEL (items)), ==, 2);
  first = myna_import_items_dup_checked (G_LIST_MODEL (items));
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpuint (g_array_index (first, guint, 0), ==, 10);
  g_assert_cmpuint (g_array_index (first, guint, 1), ==, 12);
  myna_import_items_check_new (G_LIST_MODEL (items), FALSE);
  none = myna_import_items_dup_checked (G_LIST_MODEL (items));
  g_assert_cmpuint (none->len, ==, 0);
  myna_import_items_check_new (G_LIST_MODEL (items), TRUE);
  all = myna_import_items_dup_checked (G_LIST_MODEL (items));
  g_assert_cmpuint (all->len, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import-words/states", test_states);
  g_test_add_func ("/import-words/notes", test_notes);
  g_test_add_func ("/import-words/result", test_result);
  g_test_add_func ("/import-words/remarks", test_remarks);
  g_test_add_func ("/import-words/items", test_items);
  return g_test_run ();
}
