/* test-drop.c: files that are dropped on the windows of the real application
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A drag from another program cannot be made here: what a drop target is given at its end is.
 */
#include <glib/gstdio.h>

#include "transcript/myna-conversation-view.h"
#include "models/myna-models-window.h"
#include "application/myna-application.h"
#include "window-test.h"

static MynaApplication *application;
static char *folder;

static GtkWindow *
find_window (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (window, type))
        return window;
    }

  return NULL;
}

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
}

/* Lets a file go over the widget.  Its drop target must take files. */
static void
drop (GtkWidget *widget, GFile *file)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  GSList files = { file, NULL };
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (&files));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
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
make_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));

  return g_file_new_for_path (path);
}

/* A model small enough to be dropped again and again. */
static GFile *
make_model (const char *name)
{
  g_autofree char *source = g_test_build_filename (G_TEST_DIST, "fuzz", "corpus", "model", "chatglm.gguf", NULL);
  g_autofree char *bytes = NULL, *path = g_build_filename (folder, name, NULL);
  gsize n;

  g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, NULL));

  return g_file_new_for_path (path);
}

/* Waits for the file's row among the models, and closes them. */
static void
wait_for_model (GFile *file)
{
  GtkWindow *window;

  wait_until ((window = find_window (MYNA_TYPE_MODELS_WINDOW)));
  wait_until (test_has_label (GTK_WIDGET (window), g_file_peek_path (file)));
  gtk_window_destroy (window);
  g_file_delete (file, NULL, NULL);
}

static GtkWidget *
find_chat (void)
{
  GtkWindow *window;

  wait_until ((window = find_window (ADW_TYPE_APPLICATION_WINDOW)));

  return find_widget (GTK_WIDGET (window), MYNA_TYPE_CONVERSATION_VIEW);
}

/* A model is added to the list, and its row says what it is. */
static void
test_model (void)
{
  g_autoptr (GFile) file = make_model ("dropped.gguf");
  GtkWindow *window;

  g_action_group_activate_action (G_ACTION_GROUP (application), "models", NULL);
  wait_until ((window = find_window (MYNA_TYPE_MODELS_WINDOW)));
  g_assert_false (test_has_label (GTK_WIDGET (window), g_file_peek_path (file)));
  drop (GTK_WIDGET (window), file);
  wait_for_model (file);
}

/* On a chat, too, it is a model. */
static void
test_model_on_chat (void)
{
  g_autoptr (GFile) file = make_model ("other.gguf");

  drop (find_chat (), file);
  wait_for_model (file);
  g_assert_false (test_has_label (find_chat (), "other.gguf"));
}

/* A text goes with the next question. */
static void
test_text (void)
{
  g_autoptr (GFile) file = make_file ("notes.txt", "Three lines");

  drop (find_chat (), file);
  wait_until (test_has_label (find_chat (), "notes.txt"));
  g_file_delete (file, NULL, NULL);
}

int
main (int argc, char *argv[])
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
