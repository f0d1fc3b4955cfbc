/* test-drop.c: files that are dropped on the windows of the real application
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A drag from another program cannot be made here: what a drop target is given at its end is.
 */
#include <glib/gstdio.h>

#include "conversation/myna-conversation-view.h"
#include "models/myna-models-window.h"
#include "myna-application.h"
#include "window-test.h"

static MynaApplication *application;
static char *folder;

static GtkWindow *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

    if (G_TYPE_CHECK_INSTANCE_TYPE (window, type))
      return window;
  }

  return NULL;
}

static GtkWidget *
find_widget (GtkWidget *widget,
             GType      type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
}

static gboolean
has_label (GtkWidget  *widget,
           const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child)) {
    if (has_label (child, text))
      return TRUE;
  }

  return FALSE;
}

/* Lets a file go over the widget.  Its drop target must take files. */
static void
drop (GtkWidget *widget,
      GFile     *file)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  GSList files = { file, NULL };
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (&files));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
    const GdkContentFormats *formats =
      GTK_IS_DROP_TARGET (controller) ? gtk_drop_target_get_formats (GTK_DROP_TARGET (controller)) : NULL;

    if (formats && gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
      g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
  }
  g_assert_true (taken);
  g_value_unset (&value);
}

static GFile *
make_file (const char *name,
           const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return g_file_new_for_path (path);
}

/* A model is added to the list, and its row says what it is. */
static void
test_model (void)
{
  g_autoptr (GFile) file = make_file ("dropped.gguf", "GGUF, but not a whole one");
  GtkWindow *window;

  g_action_group_activate_action (G_ACTION_GROUP (application), "models", NULL);
  wait_until ((window = find_window (MYNA_TYPE_MODELS_WINDOW)));
  g_assert_false (has_label (GTK_WIDGET (window), g_file_peek_path (file)));
  drop (GTK_WIDGET (window), file);
  wait_until (has_label (GTK_WIDGET (window), g_file_peek_path (file)));
  gtk_window_destroy (window);
  g_file_delete (file, NULL, NULL);
}

/* On a chat, too, it is a model. */
static void
test_model_on_chat (void)
{
  g_autoptr (GFile) file = make_file ("other.gguf", "GGUF, but not a whole one");
  GtkWindow *window;
  GtkWidget *view;

  wait_until ((window = find_window (ADW_TYPE_APPLICATION_WINDOW)));
  view = find_widget (GTK_WIDGET (window), MYNA_TYPE_CONVERSATION_VIEW);
  drop (view, file);
  wait_until ((window = find_window (MYNA_TYPE_MODELS_WINDOW)));
  wait_until (has_label (GTK_WIDGET (window), g_file_peek_path (file)));
  g_assert_false (has_label (view, "other.gguf"));
  gtk_window_destroy (window);
  g_file_delete (file, NULL, NULL);
}

/* A text goes with the next question. */
static void
test_text (void)
{
  g_autoptr (GFile) file = make_file ("notes.txt", "Three lines");
  GtkWindow *window;
  GtkWidget *view;

  wait_until ((window = find_window (ADW_TYPE_APPLICATION_WINDOW)));
  view = find_widget (GTK_WIDGET (window), MYNA_TYPE_CONVERSATION_VIEW);
  drop (view, file);
  wait_until (has_label (view, "notes.txt"));
  g_file_delete (file, NULL, NULL);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("myna-drop-XXXXXX", NULL);
  application = myna_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_application_activate (G_APPLICATION (application));
  g_test_add_func ("/drop/model", test_model);
  g_test_add_func ("/drop/model-on-chat", test_model_on_chat);
  g_test_add_func ("/drop/text", test_text);
  status = g_test_run ();
  g_rmdir (folder);
  g_free (folder);

  return status;
}
