/* test-long-strings.c: with strings 40 % longer than the English ones, 360 pixels cut no text of ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Run by with-long-strings.py, in whose language every translated string has accented vowels.  The real application is opened
 * in this process, so that its labels can be asked what they could not show.
 */
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>

#include "base/tooltip.h"
#include "exchange/myna-chat-import-window.h"
#include "models/myna-import-window.h"
#include "application/myna-application.h"
#include "window-test.h"

#define WIDTH  360
#define HEIGHT 640

static MynaApplication *application;

static gboolean
set_flag_cb (gpointer flag)
{
  *(gboolean *) flag = TRUE;

  return G_SOURCE_REMOVE;
}

/* Until sizes that follow from other sizes are settled: what is idle has run, and then some frames. */
static void
let_settle (void)
{
  gboolean done = FALSE;

  g_timeout_add (300, set_flag_cb, &done);
  wait_until (done);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

G_GNUC_PRINTF (2, 3) static void fail (const char *scene, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("%s: %s", scene, text);
  g_test_fail ();
}

/* ---- What is cut ------------------------------------------------------------------------------------------------ */

/* Whether the text is from the catalogue. */
static gboolean
is_ours (const char *text)
{
  static const char *const vowels[] = { "á", "é", "í", "ó", "ú", "Á", "É", "Í", "Ó", "Ú" };

  for (guint i = 0; i < G_N_ELEMENTS (vowels); i++)
    if (strstr (text, vowels[i]))
      return TRUE;
  return FALSE;
}

static gboolean
scrolls_sideways (GtkWidget *widget)
{
  for (; widget; widget = gtk_widget_get_parent (widget))
    if (GTK_IS_SCROLLED_WINDOW (widget))
      {
        GtkPolicyType policy;

        gtk_scrolled_window_get_policy (GTK_SCROLLED_WINDOW (widget), &policy, NULL);
        if (policy != GTK_POLICY_NEVER)
          return TRUE;
      }
  return FALSE;
}

/* Whether the whole text can be read by pointing at it. */
static gboolean
has_tooltip (GtkWidget *widget, const char *text)
{
  for (; widget; widget = gtk_widget_get_parent (widget))
    if (myna_get_tooltip (widget) && strstr (myna_get_tooltip (widget), text))
      return TRUE;
  return FALSE;
}

/* What is wrong with a label, or NULL.  The pages of the preferences are left out: below their icons, in a quarter of the width,
 * libadwaita shortens them itself. */
static const char *
problem_of (GtkLabel *label, GtkWidget *window)
{
  PangoLayout *layout = gtk_label_get_layout (label);
  graphene_rect_t bounds;
  int width, height;

  if (gtk_widget_get_ancestor (GTK_WIDGET (label), ADW_TYPE_VIEW_SWITCHER))
    return NULL;
  if (pango_layout_is_ellipsized (layout) && !has_tooltip (GTK_WIDGET (label), gtk_label_get_text (label)))
    return "is shortened, and no tooltip says it";
  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > gtk_widget_get_width (GTK_WIDGET (label)) + 1)
    return "is wider than its place";
  if (height > gtk_widget_get_height (GTK_WIDGET (label)) + 1)
    return "is higher than its place";
  if (gtk_widget_get_native (GTK_WIDGET (label)) == GTK_NATIVE (window) && !scrolls_sideways (GTK_WIDGET (label))
      && gtk_widget_compute_bounds (GTK_WIDGET (label), window, &bounds)
      && (bounds.origin.x < -1 || bounds.origin.x + bounds.size.width > (float) gtk_widget_get_width (window) + 1))
    return "is outside the window";
  return NULL;
}

static guint
check_labels (GtkWidget *widget, GtkWidget *window, const char *scene)
{
  guint n = 0;

  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (GTK_IS_LABEL (widget) && is_ours (gtk_label_get_text (GTK_LABEL (widget))))
    {
      const char *problem = problem_of (GTK_LABEL (widget), window);

      n++;
      if (problem)
        fail (scene, "“%s” %s", gtk_label_get_text (GTK_LABEL (widget)), problem);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    n += check_labels (child, window, scene);
  return n;
}

/* Opens every row that can be. */
static void
unfold (GtkWidget *widget)
{
  if (ADW_IS_EXPANDER_ROW (widget) && adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (widget)))
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (widget), TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    unfold (child);
}

static void
collect_menu_buttons (GtkWidget *widget, GPtrArray *buttons)
{
  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_MENU_BUTTON (widget) && gtk_widget_is_sensitive (widget))
    g_ptr_array_add (buttons, g_object_ref (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    collect_menu_buttons (child, buttons);
}

/* Opens the menus of the window one after the other. */
static void
check_menus (GtkWidget *window, const char *scene)
{
  g_autoptr (GPtrArray) buttons = g_ptr_array_new_with_free_func (g_object_unref);

  collect_menu_buttons (window, buttons);
  for (guint i = 0; i < buttons->len; i++)
    {
      GtkMenuButton *button = buttons->pdata[i];
      GtkPopover *popover;

      /* As a person does it: one that is far down is scrolled to. */
      gtk_widget_grab_focus (GTK_WIDGET (button));
      let_settle ();
      gtk_menu_button_popup (button);
      popover = gtk_menu_button_get_popover (button);
      if (popover && gtk_widget_get_mapped (GTK_WIDGET (popover)))
        {
          let_settle ();
          check_labels (GTK_WIDGET (popover), window, scene);
          if (gtk_widget_get_width (GTK_WIDGET (popover)) > WIDTH)
            fail (scene, "the menu is %d pixels wide", gtk_widget_get_width (GTK_WIDGET (popover)));
        }
      gtk_menu_button_popdown (button);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

/* Which part of the window makes it so wide. */
static char *
describe_widest (GtkWidget *window)
{
  GString *text = g_string_new (NULL);

  for (GtkWidget *widget = window, *widest; widget; widget = widest)
    {
      int most = -1;

      g_string_append_printf (text, " %s", G_OBJECT_TYPE_NAME (widget));
      widest = NULL;
      for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
        {
          int least;

          gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
          if (least > most && gtk_widget_get_mapped (child))
            {
              most = least;
              widest = child;
            }
        }
      if (most >= 0)
        g_string_append_printf (text, " > %d", most);
    }
  return g_string_free (text, FALSE);
}

/* Makes the window narrow and looks at all that is in it; `n_least` labels of ours must be there. */
static void
check (GtkWidget *window, const char *scene, guint n_least)
{
  int least;

  gtk_window_set_default_size (GTK_WINDOW (window), WIDTH, HEIGHT);
  wait_until (gtk_widget_get_mapped (window));
  unfold (window);
  let_settle ();
  gtk_widget_measure (window, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
  if (least > WIDTH)
    {
      g_autofree char *widest = describe_widest (window);

      fail (scene, "the window needs %d pixels:%s", least, widest);
    }
  wait_until (gtk_widget_get_width (window) <= MAX (least, WIDTH));
  g_assert_cmpuint (check_labels (window, window, scene), >=, n_least);
}

/* ---- Scenes ----------------------------------------------------------------------------------------------------- */

static GtkWidget *
main_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_str_equal (G_OBJECT_TYPE_NAME (window), "MynaWindow"))
        return window;
    }
  g_assert_not_reached ();
}

/* The window that is shown and is not the main one, or NULL. */
static GtkWidget *
other_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (window != main_window () && gtk_widget_get_mapped (window))
        return window;
    }
  return NULL;
}

static void
close_others (void)
{
  while (other_window ())
    {
      gtk_window_destroy (GTK_WINDOW (other_window ()));
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static void
activate (const char *action)
{
  if (g_str_has_prefix (action, "app."))
    g_action_group_activate_action (G_ACTION_GROUP (application), action + strlen ("app."), NULL);
  else
    g_assert_true (gtk_widget_activate_action_variant (main_window (), action, NULL));
}

static void
test_first_start (void)
{
  wait_until (other_window ());
  check (other_window (), "first start", 6);
  close_others ();
}

static void
test_main_window (void)
{
  GtkWidget *window = main_window ();

  wait_until (myna_core_get_store (myna_application_get_core (application)) != NULL);
  check (window, "empty chat", 2);
  check_menus (window, "menus");
  activate ("win.find");
  check (window, "find", 2);
  activate ("win.toggle-sidebar");
  check (window, "sidebar", 3);
  check_menus (window, "menus of the sidebar");
}

static void
test_sidebar (void)
{
  static const char *const actions[] = { "win.show-archive", "win.show-bin", "win.search-history", "win.select-chats" };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      activate (actions[i]);
      check (main_window (), actions[i], 1);
      check_menus (main_window (), actions[i]);
    }
}

static void
reply_ended_cb (MynaCore *core, MynaConversation *conversation, gboolean busy, gpointer n_ended)
{
  *(guint *) n_ended += !busy;
}

static void
test_reply (void)
{
  guint n_ended = 0;
  gulong handler =
      g_signal_connect (myna_application_get_core (application), "conversation-busy", G_CALLBACK (reply_ended_cb), &n_ended);

  g_action_group_activate_action (G_ACTION_GROUP (application), "ask", g_variant_new_string ("What is 2 + 3?"));
  wait_until (n_ended > 0);
  g_signal_handler_disconnect (myna_application_get_core (application), handler);
  check (main_window (), "reply", 1);
  check_menus (main_window (), "menus of the chat");
}

static void
take_cb (GObject *source, GAsyncResult *result, gpointer ret_id)
{
  *(gint64 *) ret_id = store_finish_id (STORE_DB (source), result, NULL);
}

/* A chat that ended while a tool asked. */
static gint64
add_asking_chat (StoreDb *store)
{
  g_autoptr (StoreConversation) chat = store_conversation_new ();
  g_autoptr (StoreMessage) message = store_message_new ();
  gint64 id = 0, message_id = 0;

  chat->settings = g_strdup ("{\"tools\":[\"search_chats\"]}");
  store_add_conversation_async (store, chat, NULL, take_cb, &id);
  wait_until (id);
  message->conversation_id = id;
  message->role = STORE_ROLE_ASSISTANT;
  message->state = STORE_STATE_COMPLETE;
  message->call = store_call_new ();
  g_free (message->call->tool);
  message->call->tool = g_strdup ("search_chats");
  message->call->arguments = g_strdup ("{\"query\":\"soup\"}");
  store_add_message_async (store, message, NULL, take_cb, &message_id);
  wait_until (message_id);
  return id;
}

static void
test_call (void)
{
  MynaCore *core = myna_application_get_core (application);
  gint64 id = add_asking_chat (myna_core_get_store (core));
  g_autoptr (MynaConversation) conversation = myna_core_open_conversation (core, id);
  g_autoptr (MynaMessage) message = NULL;

  g_action_group_activate_action (G_ACTION_GROUP (application), "open-chat", g_variant_new_int64 (id));
  wait_until (!myna_conversation_get_loading (conversation));
  message = g_list_model_get_item (G_LIST_MODEL (conversation), 0);
  wait_until (myna_message_get_loaded (message));
  check (main_window (), "call that waits", 2);
  myna_conversation_continue (conversation, message);
  wait_until (myna_conversation_get_activity (conversation) == MYNA_ACTIVITY_ASKING);
  check (main_window (), "call that asks", 5);
  check_menus (main_window (), "menus of a call");
  myna_conversation_stop (conversation);
  wait_until (!myna_conversation_get_busy (conversation));
}

static void
collect_pages (GtkWidget *widget, GPtrArray *pages)
{
  if (ADW_IS_PREFERENCES_PAGE (widget))
    g_ptr_array_add (pages, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    collect_pages (child, pages);
}

static void
check_pages (GtkWidget *window, const char *scene)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new ();

  if (ADW_IS_PREFERENCES_WINDOW (window))
    collect_pages (window, pages);
  if (pages->len == 0)
    check (window, scene, 1);
  for (guint i = 0; i < pages->len; i++)
    {
      adw_preferences_window_set_visible_page (ADW_PREFERENCES_WINDOW (window), pages->pdata[i]);
      check (window, scene, 1);
    }
}

/* Windows of one action each, and all pages of those that have several. */
static void
test_window (gconstpointer action)
{
  GtkWidget *window;

  close_others ();
  activate (action);
  wait_until (other_window ());
  window = other_window ();
  check_pages (window, action);
  check_menus (window, action);
  close_others ();
}

/* The preview of an import of conversations. */
static void
test_chat_import (void)
{
  static const char history[] = "[{\"title\":\"Sums\",\"conversations\":[{\"from\":\"human\",\"value\":\"1 + 1?\"},"
                                "{\"from\":\"gpt\",\"value\":\"2\"}]}]";
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "myna-long-strings.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_assert_true (g_file_set_contents (path, history, -1, NULL));
  gtk_window_present (
      GTK_WINDOW (myna_chat_import_window_new (GTK_WINDOW (main_window ()),
                                               myna_core_get_store (myna_application_get_core (application)), file)));
  check (other_window (), "import of chats", 2);
  close_others ();
  g_unlink (path);
}

static void
test_import (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "config.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  gtk_window_present (GTK_WINDOW (myna_import_window_new (GTK_WINDOW (main_window ()), file)));
  check (other_window (), "import", 3);
  close_others ();
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  /* Not the keyboard shortcuts and not About, which are GTK's and libadwaita's. */
  static const char *const windows[] = { "app.preferences",   "app.models",         "app.help",
                                         "win.chat-settings", "win.export-current", "win.export-all",
                                         "win.show-backups",  "win.palette",        "app.quick-question" };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("MYNA_LOCALEDIR"));
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  gtk_test_init (&argc, &argv, NULL);
  setlocale (LC_ALL, "");
  g_test_set_nonfatal_assertions ();
  g_assert (is_ours (_ ("New Chat"))); /* run by with-long-strings.py, or nothing would be looked at */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  application = myna_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, &error));
  g_application_activate (G_APPLICATION (application));

  g_test_add_func ("/long-strings/first-start", test_first_start);
  g_test_add_func ("/long-strings/main-window", test_main_window);
  g_test_add_func ("/long-strings/sidebar", test_sidebar);
  g_test_add_func ("/long-strings/reply", test_reply);
  g_test_add_func ("/long-strings/call", test_call);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      g_autofree char *path = g_strconcat ("/long-strings/", strchr (windows[i], '.') + 1, NULL);

      g_test_add_data_func (path, windows[i], test_window);
    }
  g_test_add_func ("/long-strings/chat-import", test_chat_import);
  g_test_add_func ("/long-strings/import", test_import);

  return g_test_run ();
}
