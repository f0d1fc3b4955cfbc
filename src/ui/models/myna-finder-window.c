/* myna-finder-window.c: models of other programs, to be added where they are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/myna-finder-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "chat/myna-model-finder.h"

struct _MynaFinderWindow
{
  MynaTaskWindow parent_instance;

  GPtrArray *found;  /* MynaFoundModel; NULL: not yet */
  GPtrArray *checks; /* GtkCheckButton, one for each */
  GtkWidget *group;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (MynaFinderWindow, myna_finder_window, MYNA_TYPE_TASK_WINDOW)

static void
myna_finder_window_accept (MynaTaskWindow *window)
{
  MynaFinderWindow *self = MYNA_FINDER_WINDOW (window);

  for (guint i = 0; self->found && i < self->found->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      g_signal_emit (self, chosen_signal, 0, ((MynaFoundModel *) g_ptr_array_index (self->found, i))->path);
  gtk_window_close (GTK_WINDOW (self));
}

static void
add_row (MynaFinderWindow *self, const MynaFoundModel *model)
{
  GtkWidget *check = gtk_check_button_new (), *row;
  g_autofree char *size = g_format_size (model->bytes), *path = g_filename_display_name (model->path);
  g_autofree char *subtitle = g_strdup_printf ("%s · %s\n%s", model->place, size, path);

  row = myna_row_new (model->name, subtitle);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), row);
  g_ptr_array_add (self->checks, check);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaFinderWindow) self = user_data;
  GPtrArray *found = myna_model_finder_finish (result, NULL);

  if (g_cancellable_is_cancelled (myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self))))
    {
      g_clear_pointer (&found, g_ptr_array_unref);
      return;
    }
  self->found = found;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  for (guint i = 0; found && i < found->len; i++)
    add_row (self, g_ptr_array_index (found, i));
  if (!found || found->len == 0)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->group),
                                           _ ("No GLM model of LM Studio, Jan, GPT4All, llama.cpp, Ollama, Hugging Face or "
                                              "ModelScope was found."));
  myna_task_window_set_accept (MYNA_TASK_WINDOW (self), _ ("Add"), found && found->len > 0);
}

static void
myna_finder_window_finalize (GObject *object)
{
  MynaFinderWindow *self = MYNA_FINDER_WINDOW (object);

  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_ptr_array_unref (self->checks);
  G_OBJECT_CLASS (myna_finder_window_parent_class)->finalize (object);
}

static void
myna_finder_window_class_init (MynaFinderWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_finder_window_finalize;
  MYNA_TASK_WINDOW_CLASS (klass)->accept = myna_finder_window_accept;
  chosen_signal =
      g_signal_new ("chosen", MYNA_TYPE_FINDER_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_finder_window_init (MynaFinderWindow *self)
{
  GtkWidget *page = adw_preferences_page_new ();

  self->checks = g_ptr_array_new ();
  self->group = myna_group_new (NULL, _ ("They are used where they are: nothing is copied or changed."));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (self->group));
  myna_task_window_set_content (MYNA_TASK_WINDOW (self), page);
  myna_task_window_set_accept (MYNA_TASK_WINDOW (self), _ ("Add"), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (self), 520, 480);
  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Looking into the folders of other programs…"), NULL);
  myna_model_finder_async (myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self)), found_cb, g_object_ref (self));
}

GtkWidget *
myna_finder_window_new (GtkWindow *parent)
{
  return g_object_new (MYNA_TYPE_FINDER_WINDOW, "transient-for", parent, "title", _ ("Models of Other Programs"), NULL);
}
