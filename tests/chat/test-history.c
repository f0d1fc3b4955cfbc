/* test-history.c: the list of conversations: order, groups, folders, changes, and its model over a store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-history-model.h"
#include "store-test.h"

#define HOUR G_GINT64_CONSTANT (3600000)
#define DAY  (24 * HOUR)

/* ---- Entries ---------------------------------------------------------------------------------------------------- */

static GPtrArray *records;
static GPtrArray *folders;

static void
add_record (gint64 id, gint64 updated_at, gboolean pinned, gint64 folder_id)
{
  MynaHistoryRecord *record = g_new0 (MynaHistoryRecord, 1);

  record->id = id;
  record->updated_at = updated_at;
  record->pinned = pinned;
  record->folder_id = folder_id;
  record->title = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  g_ptr_array_add (records, record);
}

static void
add_folder (gint64 id, gint64 parent_id, gboolean expanded)
{
  MynaHistoryFolder *folder = g_new0 (MynaHistoryFolder, 1);

  folder->id = id;
  folder->parent_id = parent_id;
  folder->name = g_strdup ("folder");
  folder->expanded = expanded;
  g_ptr_array_add (folders, folder);
}

/* "H0" heading of group 0, "H2026-02" of a month, "F1" folder, "7" conversation, with one dot a level. */
static char *
print_entries (GArray *entries)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    {
      const MynaHistoryEntry *entry = &g_array_index (entries, MynaHistoryEntry, i);

      if (i > 0)
        g_string_append_c (text, ' ');
      for (guint j = 0; j < entry->depth; j++)
        g_string_append_c (text, '.');
      if (entry->kind == MYNA_HISTORY_HEADING && entry->id)
        g_string_append_printf (text, "H%d-%02d", (int) (entry->id / 12), (int) (entry->id % 12 + 1));
      else if (entry->kind == MYNA_HISTORY_HEADING)
        g_string_append_printf (text, "H%u", entry->group);
      else
        g_string_append_printf (text, "%s%" G_GINT64_FORMAT, entry->kind == MYNA_HISTORY_FOLDER ? "F" : "", entry->id);
    }

  return g_string_free (text, FALSE);
}

static void
assert_entries (GDateTime *now, const char *expected)
{
  g_autoptr (GArray) entries = NULL;
  g_autofree char *text = NULL;

  g_ptr_array_sort (records, myna_history_record_compare);
  entries = myna_history_entries_make (records, folders, now);
  text = print_entries (entries);
  g_assert_cmpstr (text, ==, expected);
  g_ptr_array_set_size (records, 0);
  g_ptr_array_set_size (folders, 0);
}

static void
test_dates (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 15, 0, 30, 0);
  gint64 time = g_date_time_to_unix (now) * 1000;

  add_record (1, time, FALSE, 0);
  add_record (2, time - HOUR / 2, FALSE, 0); /* midnight itself is today */
  add_record (3, time - HOUR / 2 - 1, FALSE, 0);
  add_record (4, time - DAY - HOUR / 2, FALSE, 0);
  add_record (5, time - 2 * DAY, FALSE, 0);
  add_record (6, time - 7 * DAY, FALSE, 0);
  add_record (7, time - 40 * DAY, FALSE, 0);
  add_record (8, time + DAY, FALSE, 0); /* a clock that was wrong */
  assert_entries (now, "H2 8 1 2 H3 3 4 H4 5 H5 6 H2026-02 7");
  assert_entries (now, "");
}

static gint64
at (int year, int month, int day, int hour)
{
  g_autoptr (GDateTime) time = g_date_time_new_local (year, month, day, hour, 0, 0);

  return g_date_time_to_unix (time) * 1000;
}

/* What is older than 30 days stands under its month, of the person's own calendar. */
static void
test_months (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 15, 12, 0, 0);

  add_record (1, at (2026, 2, 20, 12), FALSE, 0); /* in the last 30 days */
  add_record (2, at (2026, 2, 13, 23), FALSE, 0);
  add_record (3, at (2026, 2, 1, 0), FALSE, 0);
  add_record (4, at (2026, 1, 31, 23), FALSE, 0);
  add_record (5, at (2025, 12, 31, 23), FALSE, 0);
  add_record (6, at (2025, 2, 13, 12), FALSE, 0); /* the same month of another year */
  add_record (7, G_MAXINT64 / 4 * -3, FALSE, 0);  /* of no calendar */
  assert_entries (now, "H5 1 H2026-02 2 3 H2026-01 4 H2025-12 5 H2025-02 6 H6 7");
}

static void
test_pinned_and_folders (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_local (2026, 3, 15, 12, 0, 0);
  gint64 time = g_date_time_to_unix (now) * 1000;

  add_folder (1, 0, TRUE);
  add_folder (2, 1, TRUE);
  add_folder (3, 0, FALSE);
  add_record (1, time - DAY, TRUE, 1); /* pinned wins over its folder */
  add_record (2, time, FALSE, 1);
  add_record (3, time - DAY, FALSE, 1);
  add_record (4, time, FALSE, 2);
  add_record (5, time, FALSE, 3);  /* the folder is closed */
  add_record (6, time, FALSE, 99); /* a folder that is not there */
  assert_entries (now, "H0 1 H1 F1 .F2 ..4 .2 .3 F3 H2 6");
}

static void
test_diff (void)
{
  static const struct
  {
    const char *before, *after;
    guint position, n_removed, n_added;
    /* clang-format off */
  } cases[] = {
    { "abc", "abc", 3, 0, 0 }, { "", "abc", 0, 0, 3 },  { "abc", "", 0, 3, 0 },  { "abc", "axbc", 1, 0, 1 },
    { "abc", "ac", 1, 1, 0 },  { "aab", "ab", 1, 1, 0 }, { "ab", "aab", 1, 0, 1 }, { "abcd", "axyd", 1, 2, 2 },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      GArray *arrays[2];
      const char *texts[2] = { cases[i].before, cases[i].after };
      guint position, n_removed, n_added;

      for (int side = 0; side < 2; side++)
        {
          arrays[side] = g_array_new (FALSE, FALSE, sizeof (MynaHistoryEntry));
          for (const char *c = texts[side]; *c; c++)
            {
              MynaHistoryEntry entry = { .id = *c, .kind = MYNA_HISTORY_CONVERSATION };

              g_array_append_val (arrays[side], entry);
            }
        }
      g_assert_cmpint (myna_history_entries_diff (arrays[0], arrays[1], &position, &n_removed, &n_added), ==,
                       cases[i].n_removed || cases[i].n_added);
      g_assert_cmpuint (position, ==, cases[i].position);
      g_assert_cmpuint (n_removed, ==, cases[i].n_removed);
      g_assert_cmpuint (n_added, ==, cases[i].n_added);
      g_array_unref (arrays[0]);
      g_array_unref (arrays[1]);
    }
}

/* ---- The model over a store ------------------------------------------------------------------------------------- */

typedef struct
{
  StoreDb *db;
  MynaHistoryModel *model;
  GPtrArray *mirror; /* what a list that follows items-changed believes */
} Fixture;

static void
items_changed_cb (GListModel *model, guint position, guint n_removed, guint n_added, Fixture *fixture)
{
  if (n_removed)
    g_ptr_array_remove_range (fixture->mirror, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (fixture->mirror, (int) (position + i), g_list_model_get_item (model, position + i));
}

/* Runs the main loop until the store has answered everything asked so far, twice: an answer may ask again. */
static void
settle (Fixture *fixture)
{
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) list = test_list (fixture->db, STORE_LIST_ACTIVE);

      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static char *
print_model (Fixture *fixture)
{
  GString *text = g_string_new (NULL);
  guint n_items = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));

  settle (fixture);
  n_items = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
  g_assert_cmpuint (n_items, ==, fixture->mirror->len);
  for (guint i = 0; i < n_items; i++)
    {
      g_autoptr (MynaHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (fixture->model), i);

      g_assert_true (item == g_ptr_array_index (fixture->mirror, i));
      if (i > 0)
        g_string_append_c (text, ' ');
      if (myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING)
        g_string_append_printf (text, "H%u", myna_history_item_get_group (item));
      else
        g_string_append (text, myna_history_item_get_title (item));
    }

  return g_string_free (text, FALSE);
}

#define assert_model(fixture, expected)             \
  G_STMT_START                                      \
  {                                                 \
    g_autofree char *text_ = print_model (fixture); \
    g_assert_cmpstr (text_, ==, expected);          \
  }                                                 \
  G_STMT_END

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->db = test_open_memory ();
  fixture->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->model = myna_history_model_new ();
  g_signal_connect (fixture->model, "items-changed", G_CALLBACK (items_changed_cb), fixture);
  myna_history_model_set_store (fixture->model, fixture->db);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->mirror);
  g_assert_finalize_object (fixture->model);
  store_close (fixture->db);
  g_assert_finalize_object (fixture->db);
}

static void
test_follow (Fixture *fixture, gconstpointer data)
{
  gint64 a, b, c;

  a = test_add_conversation (fixture->db, "a");
  g_usleep (2000);
  b = test_add_conversation (fixture->db, "b");
  g_usleep (2000);
  c = test_add_conversation (fixture->db, "c");
  assert_model (fixture, "H2 c b a");

  test_do (fixture->db, store_set_pinned_async, a, TRUE);
  assert_model (fixture, "H0 a H2 c b");
  test_do (fixture->db, store_rename_async, b, "renamed", TRUE);
  g_assert_cmpstr (myna_history_model_get_title (fixture->model, c), ==, "c");
  settle (fixture);
  g_assert_cmpstr (myna_history_model_get_title (fixture->model, b), ==, "renamed");
  test_do (fixture->db, store_set_archived_async, c, TRUE);
  assert_model (fixture, "H0 a H2 renamed");
  test_do (fixture->db, store_delete_async, a);
  assert_model (fixture, "H2 renamed");
  myna_history_model_set_kind (fixture->model, STORE_LIST_DELETED);
  assert_model (fixture, "H2 a");
  test_do (fixture->db, store_purge_async, a);
  assert_model (fixture, "");
  myna_history_model_set_kind (fixture->model, STORE_LIST_ARCHIVED);
  assert_model (fixture, "H2 c");
}

static void
test_follow_folders (Fixture *fixture, gconstpointer data)
{
  gint64 chat = test_add_conversation (fixture->db, "chat");
  g_autoptr (GError) error = NULL;
  gint64 outer = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "outer", (gint64) 0), &error);
  gint64 inner;

  g_assert_no_error (error);
  inner = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "inner", outer), &error);
  g_assert_no_error (error);
  assert_model (fixture, "H1 outer H2 chat");
  test_do (fixture->db, store_set_folder_async, chat, inner);
  assert_model (fixture, "H1 outer");
  myna_history_model_set_expanded (fixture->model, outer, TRUE);
  assert_model (fixture, "H1 outer inner");
  myna_history_model_set_expanded (fixture->model, inner, TRUE);
  assert_model (fixture, "H1 outer inner chat");
  test_do (fixture->db, store_rename_folder_async, inner, "drawer");
  assert_model (fixture, "H1 outer drawer chat");
  g_assert_cmpstr (myna_history_model_get_folder_name (fixture->model, inner), ==, "drawer");
  g_assert_cmpstr (myna_history_model_get_folder_name (fixture->model, inner + 1), ==, "");
  test_do (fixture->db, store_delete_folder_async, outer);
  assert_model (fixture, "H1 drawer chat");
}

static void
test_neighbours (Fixture *fixture, gconstpointer data)
{
  gint64 a = test_add_conversation (fixture->db, "a");
  gint64 b;

  g_usleep (2000);
  b = test_add_conversation (fixture->db, "b");
  settle (fixture);
  test_do (fixture->db, store_set_pinned_async, a, TRUE);
  assert_model (fixture, "H0 a H2 b");
  g_assert_cmpint (myna_history_model_get_neighbour (fixture->model, a, 1), ==, b);
  g_assert_cmpint (myna_history_model_get_neighbour (fixture->model, b, -1), ==, a);
  g_assert_cmpint (myna_history_model_get_neighbour (fixture->model, a, -1), ==, 0);
  g_assert_cmpint (myna_history_model_get_neighbour (fixture->model, b, 1), ==, 0);
  g_assert_cmpint (myna_history_model_get_neighbour (fixture->model, 0, 1), ==, a);
}

static void
test_checked (Fixture *fixture, gconstpointer data)
{
  gint64 a = test_add_conversation (fixture->db, "a");
  gint64 b = test_add_conversation (fixture->db, "b");
  g_autoptr (GArray) ids = NULL;

  settle (fixture);
  myna_history_model_check_all (fixture->model);
  g_assert_cmpuint (myna_history_model_get_n_checked (fixture->model), ==, 2);
  /* What goes away is selected no longer; what moves stays selected. */
  test_do (fixture->db, store_delete_async, a);
  test_do (fixture->db, store_set_pinned_async, b, TRUE);
  settle (fixture);
  ids = myna_history_model_dup_checked (fixture->model);
  g_assert_cmpuint (ids->len, ==, 1);
  g_assert_cmpint (g_array_index (ids, gint64, 0), ==, b);
  myna_history_model_uncheck_all (fixture->model);
  g_assert_cmpuint (myna_history_model_get_n_checked (fixture->model), ==, 0);
}

/* From the one that was checked last to this one, in either direction. */
static void
test_range (Fixture *fixture, gconstpointer data)
{
  gint64 a = test_add_conversation (fixture->db, "a");
  gint64 b = test_add_conversation (fixture->db, "b");
  gint64 c = test_add_conversation (fixture->db, "c");
  g_autofree char *title = NULL, *selected = NULL;

  settle (fixture);
  title = myna_history_model_dup_title (fixture->model, FALSE);
  g_assert_cmpstr (title, ==, "Chats");
  g_assert_false (myna_history_model_check_range (fixture->model, 0, b));
  g_assert_cmpuint (myna_history_model_get_n_checked (fixture->model), ==, 0);
  g_assert_true (myna_history_model_check_range (fixture->model, a, b));
  g_assert_cmpuint (myna_history_model_get_n_checked (fixture->model), ==, 2);
  g_assert_false (myna_history_model_get_checked (fixture->model, c));
  g_assert_true (myna_history_model_check_range (fixture->model, c, a));
  g_assert_cmpuint (myna_history_model_get_n_checked (fixture->model), ==, 3);
  selected = myna_history_model_dup_title (fixture->model, TRUE);
  g_assert_cmpstr (selected, ==, "3 selected");
}

/* While a name is typed nothing moves; afterwards all has. */
static void
test_held (Fixture *fixture, gconstpointer data)
{
  gint64 a = test_add_conversation (fixture->db, "a"), b;

  g_usleep (2000);
  b = test_add_conversation (fixture->db, "b");
  assert_model (fixture, "H2 b a");
  myna_history_model_set_held (fixture->model, TRUE);
  test_add_conversation (fixture->db, "c");
  test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "folder", (gint64) 0), NULL);
  test_do (fixture->db, store_set_archived_async, b, TRUE);
  test_do (fixture->db, store_rename_async, a, "renamed", TRUE);
  assert_model (fixture, "H2 b a");
  myna_history_model_set_held (fixture->model, FALSE);
  assert_model (fixture, "H1 folder H2 c renamed");
  /* Another list is there at once. */
  myna_history_model_set_held (fixture->model, TRUE);
  myna_history_model_set_kind (fixture->model, STORE_LIST_ARCHIVED);
  assert_model (fixture, "H2 b");
  test_do (fixture->db, store_set_archived_async, a, TRUE);
  assert_model (fixture, "H2 b renamed");
}

static void
hold_cb (MynaHistoryModel *model)
{
  myna_history_model_set_held (model, TRUE);
}

/* Held between two answers of the store, it has the names that it had. */
static void
test_held_while_read (Fixture *fixture, gconstpointer data)
{
  gint64 a = test_add_conversation (fixture->db, "a");
  gulong handler;

  test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "folder", (gint64) 0), NULL);
  assert_model (fixture, "H1 folder H2 a");
  myna_history_model_set_held (fixture->model, TRUE);
  test_do (fixture->db, store_rename_async, a, "b", TRUE);
  settle (fixture);
  handler = g_signal_connect (fixture->model, "notify::folders", G_CALLBACK (hold_cb), NULL);
  myna_history_model_set_held (fixture->model, FALSE);
  assert_model (fixture, "H1 folder H2 a");
  g_signal_handler_disconnect (fixture->model, handler);
  myna_history_model_set_held (fixture->model, FALSE);
  assert_model (fixture, "H1 folder H2 b");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  records = g_ptr_array_new_with_free_func (myna_history_record_free);
  folders = g_ptr_array_new_with_free_func (myna_history_folder_free);
  g_test_add_func ("/history/dates", test_dates);
  g_test_add_func ("/history/months", test_months);
  g_test_add_func ("/history/pinned-and-folders", test_pinned_and_folders);
  g_test_add_func ("/history/diff", test_diff);
  g_test_add ("/history/follow", Fixture, NULL, set_up, test_follow, tear_down);
  g_test_add ("/history/folders", Fixture, NULL, set_up, test_follow_folders, tear_down);
  g_test_add ("/history/neighbours", Fixture, NULL, set_up, test_neighbours, tear_down);
  g_test_add ("/history/range", Fixture, NULL, set_up, test_range, tear_down);
  g_test_add ("/history/checked", Fixture, NULL, set_up, test_checked, tear_down);
  g_test_add ("/history/held", Fixture, NULL, set_up, test_held, tear_down);
  g_test_add ("/history/held-while-read", Fixture, NULL, set_up, test_held_while_read, tear_down);

  return g_test_run ();
}
