/* test-history-list.c: a name that is typed in the history while chats come and move
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "sidebar/myna-history-list.h"
#include "store-test.h"
#include "window-test.h"

#define N_CHATS 200 /* many more than the window shows */

typedef struct
{
  StoreDb *db;
  MynaHistoryModel *model;
  GtkWidget *window;
  GtkWidget *list;
  gint64 ids[N_CHATS]; /* the latest last */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConversation) conversation = store_conversation_new ();
  gint64 now = g_get_real_time () / 1000;

  fixture->db = test_open_memory ();
  for (int i = 0; i < N_CHATS; i++)
    {
      g_free (conversation->title);
      conversation->title = g_strdup_printf ("Chat %d", i);
      conversation->created_at = conversation->updated_at = now - 1000 * N_CHATS + i;
      fixture->ids[i] = test_wait_id (TEST_CALL (fixture->db, store_add_conversation_async, conversation), NULL);
    }
  fixture->model = myna_history_model_new ();
  fixture->list = myna_history_list_new (fixture->model);
  fixture->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 300, 500);
  adw_window_set_content (ADW_WINDOW (fixture->window), fixture->list);
  gtk_window_present (GTK_WINDOW (fixture->window));
  myna_history_model_set_store (fixture->model, fixture->db);
  wait_until (test_has_label (fixture->list, "Chat 199"));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_clear_object (&fixture->model);
  store_close (fixture->db);
  g_clear_object (&fixture->db);
}

/* The entry that has the focus; NULL: none. */
static GtkEditable *
get_entry (Fixture *fixture)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (fixture->window));

  return focus && GTK_IS_TEXT (focus) ? GTK_EDITABLE (gtk_widget_get_ancestor (focus, GTK_TYPE_ENTRY)) : NULL;
}

static gboolean
types (Fixture *fixture, const char *text)
{
  GtkEditable *entry = get_entry (fixture);

  return entry && g_str_equal (gtk_editable_get_text (entry), text);
}

static void
begin (Fixture *fixture, gint64 id, const char *text)
{
  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_CONVERSATION, id);
  wait_until (get_entry (fixture));
  gtk_editable_set_text (get_entry (fixture), text);
}

/* Later than all before: of two chats of the same millisecond the newer one stands first. */
static void
move_to_top (Fixture *fixture, gint64 id)
{
  g_usleep (2000);
  test_add_message (fixture->db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "More");
}

static gboolean
is_first (Fixture *fixture, gint64 id)
{
  /* Below its heading. */
  return myna_history_model_find (fixture->model, MYNA_HISTORY_CONVERSATION, id) == 1;
}

static void
run_frames (Fixture *fixture, int n)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (fixture->window);
  gint64 last = gdk_frame_clock_get_frame_counter (clock) + n;

  while (gdk_frame_clock_get_frame_counter (clock) < last)
    {
      gtk_widget_queue_draw (fixture->window);
      g_main_context_iteration (NULL, TRUE);
    }
}

/* What is written to moves to the top, the chat itself or another, but not under the hands of the person. */
static void
test_moves (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture->ids[N_CHATS - 4], other = fixture->ids[N_CHATS - 2];
  GtkEditable *entry;

  begin (fixture, id, "Sorting in");
  entry = get_entry (fixture);
  move_to_top (fixture, other);
  move_to_top (fixture, id);
  run_frames (fixture, 3);
  g_assert_true (get_entry (fixture) == entry && types (fixture, "Sorting in"));
  g_assert_true (is_first (fixture, fixture->ids[N_CHATS - 1]));

  g_signal_emit_by_name (entry, "activate");
  wait_until (is_first (fixture, id));
  g_assert_null (get_entry (fixture));
}

static void
press_escape (GtkEditable *entry)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (entry));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      gboolean handled;

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", GDK_KEY_Escape, 0, 0, &handled);
    }
}

/* Escape, and another place that takes the keyboard, let the list go, too. */
static void
test_ends (Fixture *fixture, gconstpointer data)
{
  for (int i = 0; i < 2; i++)
    {
      gint64 id = fixture->ids[N_CHATS - 4 - i];

      begin (fixture, id, "Sorting in");
      move_to_top (fixture, id);
      run_frames (fixture, 3);
      g_assert_false (is_first (fixture, id));
      if (i == 0)
        press_escape (get_entry (fixture));
      else
        gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
      wait_until (is_first (fixture, id));
      g_assert_null (get_entry (fixture));
    }
}

/* Where the entry cannot have the keyboard nothing is held: nobody could let it go. */
static void
test_no_keyboard (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture->ids[N_CHATS - 4];

  gtk_widget_set_sensitive (fixture->list, FALSE);
  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_CONVERSATION, id);
  run_frames (fixture, 3);
  g_assert_null (get_entry (fixture));
  move_to_top (fixture, id);
  wait_until (is_first (fixture, id));
}

/* F2 once more, by a hand that is not sure. */
static void
test_again (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture->ids[N_CHATS - 4];

  begin (fixture, id, "Sorting in");
  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_CONVERSATION, id);
  run_frames (fixture, 3);
  g_assert_true (types (fixture, "Sorting in"));
}

/* A chat in folders that are closed; and one that has no row on this list gets no entry when it comes. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  gint64 outer = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "Work", 0), NULL);
  gint64 inner = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "Old", outer), NULL);
  gint64 id = fixture->ids[N_CHATS - 4];

  test_do (fixture->db, store_set_folder_async, id, inner);
  wait_until (test_has_label (fixture->list, "Work") && !test_has_label (fixture->list, "Chat 196"));
  begin (fixture, id, "Sorting in");
  press_escape (get_entry (fixture));
  test_do (fixture->db, store_set_archived_async, id, TRUE);
  wait_until (!test_has_label (fixture->list, "Chat 196"));
  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_CONVERSATION, id);
  myna_history_model_set_kind (fixture->model, STORE_LIST_ARCHIVED);
  wait_until (test_has_label (fixture->list, "Chat 196"));
  run_frames (fixture, 3);
  g_assert_null (get_entry (fixture));
}

/* A chat outside of what the window shows is scrolled to. */
static void
test_out_of_sight (Fixture *fixture, gconstpointer data)
{
  begin (fixture, fixture->ids[10], "Sorting in");
  g_assert_true (test_finds_text (fixture->list, "Sorting in"));
}

/* A folder that is not there yet, as "New Folder" asks for it. */
static void
test_later (Fixture *fixture, gconstpointer data)
{
  gint64 id = test_wait_id (TEST_CALL (fixture->db, store_add_folder_async, "Work", 0), NULL);

  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_FOLDER, id);
  wait_until (types (fixture, "Work"));
}

/* The row that was asked for, although another chat stands there when the keyboard comes. */
static void
test_moves_before (Fixture *fixture, gconstpointer data)
{
  gint64 id = fixture->ids[N_CHATS - 4];

  myna_history_list_begin_rename (MYNA_HISTORY_LIST (fixture->list), MYNA_HISTORY_CONVERSATION, id);
  move_to_top (fixture, id);
  wait_until (get_entry (fixture));
  g_assert_true (types (fixture, "Chat 196"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
#define TEST(path, function) g_test_add ("/history-list/" path, Fixture, NULL, set_up, function, tear_down)
  TEST ("rename/moves", test_moves);
  TEST ("rename/ends", test_ends);
  TEST ("rename/no-keyboard", test_no_keyboard);
  TEST ("rename/again", test_again);
  TEST ("rename/hidden", test_hidden);
  TEST ("rename/out-of-sight", test_out_of_sight);
  TEST ("rename/later", test_later);
  TEST ("rename/moves-before", test_moves_before);

  return g_test_run ();
}
