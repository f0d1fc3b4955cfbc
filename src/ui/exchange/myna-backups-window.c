/* myna-backups-window.c: the copies of the history that are made each day, and the way back to one of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/myna-backups-window.h"

#include <glib/gi18n.h>

#include "chat/exchange-words.h"
#include "chat/myna-problem.h"
#include "chat/pair.h"
#include "base/controls.h"
#include "base/ui-compat.h"

struct _MynaBackupsWindow
{
  MynaTaskWindow parent_instance;

  StoreDb *store;
  GtkWidget *page;
  GtkWidget *group; /* NULL until the backups are known */
};

enum
{
  SIGNAL_RESTORING,
  SIGNAL_RESTORED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaBackupsWindow, myna_backups_window, MYNA_TYPE_TASK_WINDOW)

static void read_backups (MynaBackupsWindow *self);

static void
show_problem (MynaBackupsWindow *self, const char *title, const GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_task_window_show_problem (MYNA_TASK_WINDOW (self), title, body, error);
}

/* ---- Restoring -------------------------------------------------------------------------------------------------- */

/* The history is another one now, whether the window is still there or not. */
static void
restored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) restore = user_data;
  MynaBackupsWindow *self = restore->owner;
  const StoreBackup *backup = restore->subject;
  g_autoptr (GError) error = NULL;
  g_autofree char *time = myna_backup_describe_time (backup->time);
  g_autofree char *text = NULL;

  if (!store_finish (STORE_DB (source), result, &error))
    {
      if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
        return;
      myna_task_window_end (MYNA_TASK_WINDOW (self));
      show_problem (self, _ ("The backup could not be restored; nothing was changed"), error);
      return;
    }
  g_signal_emit (self, signals[SIGNAL_RESTORED], 0);
  /* Translators: %s is the day and time of the backup */
  text = g_strdup_printf (_ ("Chats restored to %s"), time);
  myna_task_window_done (MYNA_TASK_WINDOW (self), text, NULL);
  if (!myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
restore_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) restore = user_data;
  MynaBackupsWindow *self = restore->owner;
  const char *path = ((const StoreBackup *) restore->subject)->path;

  if (!myna_ask_finish (result) || myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  g_signal_emit (self, signals[SIGNAL_RESTORING], 0);
  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Restoring the backup…"), NULL);
  /* Not cancelled with the window: half way through, the end is what the person wants. */
  store_restore_backup_async (self->store, path, NULL, restored_cb, g_steal_pointer (&restore));
}

static void
ask_restore (MynaBackupsWindow *self, const StoreBackup *backup)
{
  g_autofree char *time = myna_backup_describe_time (backup->time);
  g_autofree char *details = myna_backup_describe (backup);
  g_autofree char *body = NULL;

  body = g_strdup_printf (_ ("From %s: %s.\n\nYour chats will return to this state. The current chats are kept as a "
                             "backup, so you can restore them later."),
                          time, details);
  myna_ask_async (GTK_WINDOW (self), MYNA_QUESTION_PLAIN, _ ("Restore This Backup?"), body, _ ("_Restore"), restore_answered_cb,
                  myna_pair_new (self, store_backup_copy (backup), (GDestroyNotify) store_backup_free));
}

static void
restore_clicked_cb (GtkWidget *button, MynaBackupsWindow *self)
{
  ask_restore (self, g_object_get_data (G_OBJECT (button), "backup"));
}

/* ---- The list --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_row (MynaBackupsWindow *self, const StoreBackup *backup)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("Restore…"));
  g_autofree char *time = myna_backup_describe_time (backup->time);
  g_autofree char *details = myna_backup_describe (backup);
  GtkWidget *row = myna_row_new (time, details);

  gtk_widget_set_sensitive (button, !backup->is_damaged && !store_is_read_only (self->store));
  g_object_set_data_full (G_OBJECT (button), "backup", store_backup_copy (backup), (GDestroyNotify) store_backup_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (restore_clicked_cb), self, 0);
  myna_row_add_suffix (row, button);

  return row;
}

static void
show_backups (MynaBackupsWindow *self, GPtrArray *backups)
{
  if (self->group)
    adw_preferences_page_remove (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (self->group));
  self->group = myna_group_new (NULL, _ ("All chats are backed up daily. The last seven backups are kept on this computer."));
  for (guint i = 0; i < backups->len; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), make_row (self, g_ptr_array_index (backups, i)));
  if (backups->len == 0)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->group), myna_row_new (_ ("No Backups Yet"), NULL));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self->page), ADW_PREFERENCES_GROUP (self->group));
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaBackupsWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) backups = store_finish_list (STORE_DB (source), result, &error);

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (backups)
    show_backups (self, backups);
  else
    show_problem (self, _ ("The backups could not be read"), error);
}

static void
read_backups (MynaBackupsWindow *self)
{
  store_list_backups_async (self->store, myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self)), listed_cb,
                            g_object_ref (self));
}

/* ---- A backup now ----------------------------------------------------------------------------------------------- */

static void
backed_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaBackupsWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean done = store_finish (STORE_DB (source), result, &error);

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  if (done)
    {
      read_backups (self);
      return;
    }
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  show_problem (self, _ ("The backup could not be created"), error);
}

static void
myna_backups_window_accept (MynaTaskWindow *window)
{
  MynaBackupsWindow *self = MYNA_BACKUPS_WINDOW (window);

  myna_task_window_begin (window, _ ("Creating a backup…"), NULL);
  store_backup_async (self->store, myna_task_window_get_cancellable (window), backed_up_cb, g_object_ref (self));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_backups_window_finalize (GObject *object)
{
  g_clear_object (&MYNA_BACKUPS_WINDOW (object)->store);

  G_OBJECT_CLASS (myna_backups_window_parent_class)->finalize (object);
}

static void
myna_backups_window_class_init (MynaBackupsWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_backups_window_finalize;
  MYNA_TASK_WINDOW_CLASS (klass)->accept = myna_backups_window_accept;

  signals[SIGNAL_RESTORING] =
      g_signal_new ("restoring", MYNA_TYPE_BACKUPS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RESTORED] =
      g_signal_new ("restored", MYNA_TYPE_BACKUPS_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_backups_window_init (MynaBackupsWindow *self)
{
  self->page = adw_preferences_page_new ();
  myna_task_window_set_content (MYNA_TASK_WINDOW (self), self->page);
  myna_task_window_set_close_label (MYNA_TASK_WINDOW (self), _ ("Close"));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Backups"));
}

GtkWidget *
myna_backups_window_new (GtkWindow *parent, StoreDb *store)
{
  MynaBackupsWindow *self = g_object_new (MYNA_TYPE_BACKUPS_WINDOW, "transient-for", parent, NULL);

  g_return_val_if_fail (STORE_IS_DB (store), NULL);

  self->store = g_object_ref (store);
  myna_task_window_set_accept (MYNA_TASK_WINDOW (self), _ ("Back Up"), !store_is_read_only (store));
  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Looking for backups…"), NULL);
  read_backups (self);

  return GTK_WIDGET (self);
}
