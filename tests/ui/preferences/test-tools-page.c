/* test-tools-page.c: the preferences of tools: defaults, permissions, what was run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>
#include <unistd.h>

#include "chat/myna-message-private.h"
#include "preferences/myna-tools-page.h"
#include "store-test.h"
#include "tools/tools.h"

typedef struct
{
  StoreDb *db;
  GSettings *settings;
  GtkWidget *window;
  GtkWidget *page;
  gint64 chat;
  gint64 opened; /* the message that the person wants to see */
} Fixture;

/* ---- The history ------------------------------------------------------------------------------------------------ */

static gint64
add_call (Fixture *f, const char *expression, StoreCallState state, const char *result)
{
  g_autoptr (StoreMessage) record = myna_message_new_record (f->chat, STORE_ROLE_ASSISTANT, "raw");
  g_autoptr (GError) error = NULL;
  gint64 id;

  record->state = STORE_STATE_COMPLETE;
  record->call = store_call_new ();
  g_free (record->call->tool);
  record->call->tool = g_strdup ("calculate");
  record->call->arguments = g_strdup_printf ("{\"expression\":\"%s\"}", expression);
  record->call->state = state;
  record->call->started_at = record->created_at;
  record->call->result = g_strdup (result);
  id = test_wait_id (TEST_CALL (f->db, store_add_message_async, record), &error);
  g_assert_no_error (error);
  return id;
}

static void
set_rule (Fixture *f, const char *tool, gint64 chat, StoreRule value)
{
  g_autofree char *fingerprint = tool_dup_fingerprint (tool_find (tool));
  const StoreToolRule rule = { .tool = (char *) tool, .conversation_id = chat, .fingerprint = fingerprint, .rule = value };

  test_do (f->db, store_set_tool_rule_async, &rule);
}

static guint
count_rules (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rules = test_wait_list (TEST_CALL (f->db, store_list_tool_rules_async, -1), &error);

  g_assert_no_error (error);
  return rules->len;
}

/* ---- The page --------------------------------------------------------------------------------------------------- */

static void
set_up (Fixture *f, gconstpointer data)
{
  f->db = test_open_memory ();
  f->chat = test_add_conversation (f->db, "Soup");
  f->settings = g_settings_new (MYNA_APP_ID);
  f->window = gtk_window_new ();
}

static void
open_cb (Fixture *f, gint64 conversation_id, gint64 message_id)
{
  g_assert_cmpint (conversation_id, ==, f->chat);
  f->opened = message_id;
}

static void
show (Fixture *f)
{
  f->page = myna_tools_page_new (f->settings, f->db);
  g_signal_connect_swapped (f->page, "open", G_CALLBACK (open_cb), f);
  gtk_window_set_child (GTK_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_settings_reset (f->settings, "chat-settings");
  g_clear_object (&f->settings);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  store_close (f->db);
  g_assert_finalize_object (f->db);
}

static GtkWidget *
find_label (GtkWidget *widget, const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);
  return found;
}

static GtkWidget *
find_type (GtkWidget *widget, GType type, const char *label)
{
  GtkWidget *found = NULL;

  if (G_OBJECT_TYPE (widget) == type && gtk_widget_get_mapped (widget)
      && (!label || g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type, label);
  return found;
}

/* The row that says this. */
static GtkWidget *
find_row (Fixture *f, const char *text)
{
  GtkWidget *label;

  wait_for ((label = find_label (f->page, text)));
  return gtk_widget_get_ancestor (label, ADW_TYPE_ACTION_ROW);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

static void
test_defaults (Fixture *f, gconstpointer data)
{
  GtkWidget *toggle;
  g_autofree char *on = NULL;
  g_autofree char *off = NULL;

  g_settings_set_string (f->settings, "chat-settings", "{\"temperature\":0.5}");
  show (f);
  toggle = find_type (find_row (f, "Exact arithmetic"), GTK_TYPE_SWITCH, NULL);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (toggle)));
  gtk_switch_set_active (GTK_SWITCH (toggle), TRUE);
  on = g_settings_get_string (f->settings, "chat-settings");
  g_assert_cmpstr (on, ==, "{\"tools\":[\"calculate\"],\"temperature\":0.5}");
  gtk_switch_set_active (GTK_SWITCH (toggle), FALSE);
  off = g_settings_get_string (f->settings, "chat-settings");
  g_assert_cmpstr (off, ==, "{\"tools\":[],\"temperature\":0.5}");
}

/* What was allowed is on the list with its chat, and can be taken back. */
static void
test_rules (Fixture *f, gconstpointer data)
{
  set_rule (f, "search_chats", f->chat, STORE_RULE_ALLOW);
  show (f);
  g_signal_emit_by_name (find_type (find_row (f, "Allowed in “Soup”"), GTK_TYPE_BUTTON, "Remove"), "clicked");
  wait_for (find_label (f->page, "None. Tools that read"));
  g_assert_null (find_label (f->page, "Allowed in “Soup”"));
  g_assert_cmpuint (count_rules (f), ==, 0);
}

/* A tool that needs no permission can ask all the same; that is its switch, and no entry of the list. */
static void
test_ask (Fixture *f, gconstpointer data)
{
  GtkWidget *group, *toggle;

  set_rule (f, "date_time", 0, STORE_RULE_ASK);
  show (f);
  wait_for (find_label (f->page, "None. Tools that read"));
  /* Two rows have this name. */
  group = gtk_widget_get_ancestor (find_label (f->page, "Ask Each Time"), ADW_TYPE_PREFERENCES_GROUP);
  toggle =
      find_type (gtk_widget_get_ancestor (find_label (group, "Date and time"), ADW_TYPE_ACTION_ROW), GTK_TYPE_SWITCH, NULL);
  wait_for (gtk_switch_get_active (GTK_SWITCH (toggle)));
  gtk_switch_set_active (GTK_SWITCH (toggle), FALSE);
  wait_for (count_rules (f) == 0);
  toggle = find_type (gtk_widget_get_ancestor (find_label (group, "Calculator"), ADW_TYPE_ACTION_ROW), GTK_TYPE_SWITCH, NULL);
  gtk_switch_set_active (GTK_SWITCH (toggle), TRUE);
  wait_for (count_rules (f) == 1);
}

static void
test_calls (Fixture *f, gconstpointer data)
{
  gint64 id = add_call (f, "6*7", STORE_CALL_DONE, "42");
  GtkWidget *row, *search;

  add_call (f, "1/0", STORE_CALL_FAILED, "Error: Division by zero");
  add_call (f, "2+2", STORE_CALL_REFUSED, NULL);
  show (f);
  find_row (f, "Failed: Division by zero");
  find_row (f, "Not run: you denied it.");
  row = find_row (f, "Result: 42");
  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  g_assert_cmpint (f->opened, ==, id);

  search = find_type (f->page, GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (search), "6*7");
  wait_for (!find_label (f->page, "Division by zero"));
  g_assert_nonnull (find_label (f->page, "Result: 42"));
  gtk_editable_set_text (GTK_EDITABLE (search), "no such");
  wait_for (find_label (f->page, "No matching runs."));
}

/* So many that they are shown piece by piece. */
static void
test_many (Fixture *f, gconstpointer data)
{
  for (int i = 0; i < 25; i++)
    {
      g_autofree char *expression = g_strdup_printf ("%d+1000", i);

      add_call (f, expression, STORE_CALL_DONE, "1");
    }
  show (f);
  find_row (f, "Calculator: 24+1000");
  g_assert_null (find_label (f->page, "Calculator: 2+1000"));
  g_signal_emit_by_name (find_type (f->page, GTK_TYPE_BUTTON, "Show More"), "clicked");
  find_row (f, "Calculator: 2+1000");
  g_assert_null (find_type (f->page, GTK_TYPE_BUTTON, "Show More"));
}

/* The history is not open yet: what is not kept in it can be chosen all the same. */
static void
test_no_store (Fixture *f, gconstpointer data)
{
  f->page = myna_tools_page_new (f->settings, NULL);
  gtk_window_set_child (GTK_WINDOW (f->window), f->page);
  gtk_window_present (GTK_WINDOW (f->window));
  g_assert_true (gtk_widget_is_sensitive (find_type (find_row (f, "Exact arithmetic"), GTK_TYPE_SWITCH, NULL)));
}

/* A Flatpak runs no programs of the system: that is said in the place of the buttons. */
static void
test_flatpak (Fixture *f, gconstpointer data)
{
  g_autofree char *info = NULL;
  int fd = g_file_open_tmp (NULL, &info, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_setenv ("MYNA_SANDBOX_INFO", info, TRUE);
  show (f);
  g_unsetenv ("MYNA_SANDBOX_INFO");
  g_assert_cmpint (unlink (info), ==, 0);
  g_assert_nonnull (find_label (f->page, "They and tools of your own are not available here"));
  g_assert_null (find_label (f->page, "Your Own Tools"));
}

#define ADD(path, func) g_test_add ("/tools-page/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("defaults", test_defaults);
  ADD ("rules", test_rules);
  ADD ("ask", test_ask);
  ADD ("calls", test_calls);
  ADD ("many", test_many);
  ADD ("no-store", test_no_store);
  ADD ("flatpak", test_flatpak);
  return g_test_run ();
}
