/* myna-window-transfer.c: conversations out of the history and into it: export, import, backups
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "exchange/myna-backups-window.h"
#include "exchange/myna-chat-import-window.h"
#include "exchange/myna-chat-print.h"
#include "exchange/myna-export-window.h"
#include "window/myna-window-private.h"
#include "base/ui-compat.h"

/* ---- Afterwards ------------------------------------------------------------------------------------------------- */

static void
done_cb (MynaWindow *self, const char *message, GFile *file)
{
  AdwToast *toast = adw_toast_new (message);

  if (file)
    {
      g_autofree char *uri = g_file_get_uri (file);

      adw_toast_set_button_label (toast, _ ("_Show in Folder"));
      adw_toast_set_action_name (toast, "win.show-in-folder");
      adw_toast_set_action_target (toast, "s", uri);
    }
  myna_sidebar_set_selecting (MYNA_SIDEBAR (self->sidebar), FALSE);
  myna_window_add_toast (self, toast);
}

static void
show_in_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  myna_show_in_folder (GTK_WINDOW (widget), file);
}

static void
show_task (MynaWindow *self, GtkWidget *window)
{
  g_signal_connect_object (window, "done", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (window));
}

/* ---- Export ----------------------------------------------------------------------------------------------------- */

static void
export_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  StoreDb *store = myna_core_get_store (self->core);
  MynaHistoryModel *history = myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar));
  gsize n_ids = 0;
  const gint64 *id = ids ? g_variant_get_fixed_array (ids, &n_ids, sizeof (gint64)) : NULL;

  if (store)
    show_task (self, myna_export_window_new (GTK_WINDOW (self), store, id, n_ids,
                                             n_ids == 1 ? myna_history_model_get_title (history, id[0]) : NULL));
}

static void
export_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  gint64 id = myna_conversation_get_id (self->conversation);

  show_task (self, myna_export_window_new (GTK_WINDOW (self), myna_core_get_store (self->core), &id, 1,
                                           myna_conversation_get_title (self->conversation)));
}

/* ---- Printing --------------------------------------------------------------------------------------------------- */

static void
printed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaWindow *self = MYNA_WINDOW (source);
  g_autoptr (GError) error = NULL;

  if (!myna_chat_print_finish (result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    myna_banner_show (MYNA_BANNER (self->store_banner), _ ("The chat could not be printed"),
                      _ ("Try again, or export it as a PDF file."), error->message, _ ("_Export…"), "win.export-current", NULL);
}

static void
print_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_chat_print_async (GTK_WINDOW (self), myna_core_get_store (self->core), myna_conversation_get_id (self->conversation),
                         NULL, self->cancellable, printed_cb, NULL);
}

/* ---- Import ----------------------------------------------------------------------------------------------------- */

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaWindow *self = MYNA_WINDOW (source);
  StoreDb *store = myna_core_get_store (self->core);
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file && store)
    show_task (self, myna_chat_import_window_new (GTK_WINDOW (self), store, file));
}

static void
import_chats (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileFilter) filter = myna_chat_import_make_filter ();

  myna_choose_file_async (GTK_WINDOW (widget), MYNA_FILE_OPEN, _ ("Choose the File to Import"), filter, NULL, import_chosen_cb,
                          NULL);
}

/* ---- Backups ---------------------------------------------------------------------------------------------------- */

static void
restoring_cb (MynaWindow *self)
{
  myna_conversation_finish_all (myna_core_get_store (self->core));
}

static void
show_backups (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  StoreDb *store = myna_core_get_store (self->core);
  GtkWidget *window;

  if (!store)
    return;
  window = myna_backups_window_new (GTK_WINDOW (self), store);
  g_signal_connect_object (window, "restoring", G_CALLBACK (restoring_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "restored", G_CALLBACK (myna_window_start_over), self, G_CONNECT_SWAPPED);
  show_task (self, window);
}

void
myna_window_class_install_transfer_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.export-chats", "ax", export_chats);
  gtk_widget_class_install_action (widget_class, "win.export-all", NULL, export_chats);
  gtk_widget_class_install_action (widget_class, "win.export-current", NULL, export_current);
  gtk_widget_class_install_action (widget_class, "win.print-current", NULL, print_current);
  gtk_widget_class_install_action (widget_class, "win.import-chats", NULL, import_chats);
  gtk_widget_class_install_action (widget_class, "win.show-backups", NULL, show_backups);
  gtk_widget_class_install_action (widget_class, "win.show-in-folder", "s", show_in_folder);
}
