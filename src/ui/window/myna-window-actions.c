/* myna-window-actions.c: what the window can be told to do, by key, menu or button
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "window/myna-window-private.h"

#include <glib/gi18n.h>

#include "base/ui-compat.h"
#include "base/undo-toast.h"
#include "chat/chats-change.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-model-need.h"
#include "chat/pair.h"
#include "exchange/myna-backups-window.h"
#include "exchange/myna-chat-import-window.h"
#include "exchange/myna-chat-print.h"
#include "exchange/myna-export-window.h"
#include "preferences/myna-preferences-window.h"
#include "window/myna-palette-window.h"

#define TEXT_STEP 10

static StoreDb *
get_store (MynaWindow *self)
{
  return myna_core_get_store (self->core);
}

static MynaHistoryModel *
get_history (MynaWindow *self)
{
  return myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar));
}

/* ---- Results of what was asked of the store --------------------------------------------------------------------- */

static void
show_failure (MynaWindow *self, const char *title, const GError *error)
{
  myna_banner_show_error (MYNA_BANNER (self->store_banner), title, error);
}

/* For what was asked of the store without waiting for a value; user_data: a reference to the window. */
static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_failure (self, _ ("The change could not be saved"), error);
}

/* ---- One conversation ------------------------------------------------------------------------------------------- */

static void
rename_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (myna_sidebar_rename_focused (MYNA_SIDEBAR (self->sidebar)))
    return;
  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  myna_sidebar_begin_rename (MYNA_SIDEBAR (self->sidebar), MYNA_HISTORY_CONVERSATION, myna_window_get_current_id (self));
}

/* ---- Several conversations -------------------------------------------------------------------------------------- */

static void
change (MynaWindow *self, GVariant *ids, MynaChatsChange what)
{
  if (get_store (self))
    myna_chats_change (get_store (self), ids, what, self->cancellable, changed_cb, G_OBJECT (self));
}

static void
stop_chats (MynaWindow *self, GVariant *ids)
{
  gsize n_ids;
  const gint64 *array = g_variant_get_fixed_array (ids, &n_ids, sizeof *array);

  myna_core_stop_conversations (self->core, array, n_ids);
}

/* Away from a conversation that is about to go: to one beside it that stays, else to a new one. */
static void
leave_chats (MynaWindow *self, GVariant *ids)
{
  gint64 current = myna_window_get_current_id (self);
  gint64 next;

  if (current == 0 || !myna_chats_contain (ids, current))
    return;
  if (myna_conversation_get_busy (self->conversation))
    myna_conversation_stop (self->conversation);
  next = myna_chats_find_beside (get_history (self), current, ids);
  if (next)
    myna_window_open_chat (self, next);
  else
    myna_window_new_chat (self);
}

/* Tells what was done, with a way back. */
static void
show_undo (MynaWindow *self, GVariant *ids, MynaChatsChange what, const char *undo_action)
{
  g_autofree char *text = myna_chats_describe (get_history (self), ids, what);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  myna_window_add_toast (self, myna_undo_toast_new (escaped, undo_action, ids));
}

static void
archive_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  leave_chats (self, ids);
  change (self, ids, MYNA_CHATS_ARCHIVE);
  show_undo (self, ids, MYNA_CHATS_ARCHIVE, "win.unarchive-chats");
}

static void
delete_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  stop_chats (self, ids);
  leave_chats (self, ids);
  change (self, ids, MYNA_CHATS_DELETE);
  show_undo (self, ids, MYNA_CHATS_DELETE, "win.restore-chats");
}

static void
delete_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gint64 id = myna_window_get_current_id (MYNA_WINDOW (widget));

  gtk_widget_activate_action (widget, "win.delete-chats", "@ax",
                              g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &id, 1, sizeof id));
}

static void
purge_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaWindow *self = MYNA_WINDOW (source);
  g_autoptr (GVariant) ids = user_data;

  if (!myna_ask_finish (result))
    return;
  stop_chats (self, ids);
  leave_chats (self, ids);
  change (self, ids, MYNA_CHATS_PURGE);
}

static void
purge_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  guint n_ids = (guint) g_variant_n_children (ids);
  g_autofree char *heading =
      g_strdup_printf (ngettext ("Delete This Chat Permanently?", "Delete %u Chats Permanently?", n_ids), n_ids);

  myna_ask_async (GTK_WINDOW (widget), MYNA_QUESTION_DESTRUCTIVE, heading, _ ("This cannot be undone."),
                  _ ("_Delete Permanently"), purge_answered_cb, g_variant_ref (ids));
}

/* ---- Temporary chat --------------------------------------------------------------------------------------------- */

static void
temporary_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
  self->wants_temporary = TRUE;
  if (g_str_equal (name, "win.temporary-chat"))
    myna_core_begin_temporary (self->core);
  else
    myna_core_end_temporary (self->core);
}

/* ---- Moving about ----------------------------------------------------------------------------------------------- */

static void
new_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_window_new_chat (MYNA_WINDOW (widget));
}

static void
step_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  int step = g_str_equal (name, "win.next-chat") ? 1 : -1;
  gint64 id = myna_history_model_get_neighbour (get_history (self), myna_window_get_current_id (self), step);

  /* A new chat stands above all the others. */
  if (id && (myna_window_get_current_id (self) || step > 0))
    myna_window_open_chat (self, id);
  else
    gtk_widget_error_bell (widget);
}

static void
toggle_sidebar (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaSplitView *split = MYNA_SPLIT_VIEW (MYNA_WINDOW (widget)->split);

  myna_split_view_set_show_sidebar (split, !myna_split_view_get_show_sidebar (split));
}

/* GTK's own F10 finds the menu only where it is seen. */
static void
main_menu (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  if (!myna_sidebar_open_menu (MYNA_SIDEBAR (self->sidebar)))
    gtk_widget_error_bell (widget);
}

static void
find (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (MYNA_WINDOW (widget)->view, "conversation.find", NULL);
}

static void
palette (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_palette_window_show (GTK_WINDOW (widget), MYNA_WINDOW (widget)->core);
}

static void
use_persona (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action_variant (MYNA_WINDOW (widget)->view, "conversation.use-persona", parameter);
}

static void
search_history (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  myna_sidebar_begin_search (MYNA_SIDEBAR (self->sidebar));
}

/* The sidebar's actions, for the menu and the keys of the window. */
static void
show_list (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaSidebar *sidebar = MYNA_SIDEBAR (MYNA_WINDOW (widget)->sidebar);

  if (g_str_equal (name, "win.show-archive"))
    myna_sidebar_show_list (sidebar, STORE_LIST_ARCHIVED);
  else if (g_str_equal (name, "win.show-bin"))
    myna_sidebar_show_list (sidebar, STORE_LIST_DELETED);
  else
    myna_sidebar_set_selecting (sidebar, TRUE);
}

gboolean
myna_window_shows (MynaWindow *self, MynaConversation *conversation)
{
  g_return_val_if_fail (MYNA_IS_WINDOW (self), FALSE);

  return self->conversation == conversation;
}

/* The parts of the window, in the order in which F6 goes through them. */
enum
{
  PANE_SIDEBAR,
  PANE_COMPOSER,
  PANE_MESSAGES,
  N_PANES
};

static int
get_pane (MynaWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (focus && gtk_widget_is_ancestor (focus, self->sidebar))
    return PANE_SIDEBAR;
  if (focus && gtk_widget_is_ancestor (focus, self->view)
      && !myna_conversation_view_is_writing (MYNA_CONVERSATION_VIEW (self->view)))
    return PANE_MESSAGES;
  return PANE_COMPOSER;
}

static gboolean
focus_pane (MynaWindow *self, int pane)
{
  switch (pane)
    {
    case PANE_SIDEBAR:
      return myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split)) && gtk_widget_grab_focus (self->sidebar);
    case PANE_MESSAGES: return myna_conversation_view_focus_messages (MYNA_CONVERSATION_VIEW (self->view));
    case PANE_COMPOSER:
    default: myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view)); return TRUE;
    }
}

static void
step_pane (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  int step = g_str_equal (name, "win.next-pane") ? 1 : -1;
  int pane = get_pane (self);

  do
    pane = (pane + step + N_PANES) % N_PANES;
  while (!focus_pane (self, pane));
  if (pane != PANE_SIDEBAR)
    myna_window_leave_sidebar (self);
}

static void
focus_composer (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
  myna_window_leave_sidebar (self);
}

/* ---- Text size and models --------------------------------------------------------------------------------------- */

static void
change_text_size (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  int size = (int) g_settings_get_uint (self->settings, "text-size");

  if (g_str_equal (name, "win.text-larger"))
    size += TEXT_STEP;
  else if (g_str_equal (name, "win.text-smaller"))
    size -= TEXT_STEP;
  else
    size = 100;
  g_settings_set_uint (self->settings, "text-size", (guint) CLAMP (size, 60, 300));
}

static void
chat_settings (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  GtkWidget *window;

  if (!self->conversation)
    return;
  window = myna_chat_settings_window_new (GTK_WINDOW (self), self->conversation, myna_core_get_models (self->core));
  gtk_window_present (GTK_WINDOW (window));
}

/* The model for this chat, from now on; '' for the default. */
static void
use_model (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  const char *path = g_variant_get_string (parameter, NULL);
  MynaModelLibrary *models = myna_core_get_models (self->core);
  GlmActorLoadOptions options;
  const char *before;

  if (!self->conversation)
    return;
  before = myna_conversation_get_model (self->conversation);
  if (g_strcmp0 (before ? before : "", path) != 0)
    {
      g_free (self->replaced_model);
      self->replaced_model = g_strdup (before ? before : "");
    }
  myna_conversation_set_model (self->conversation, *path ? path : NULL);
  if (myna_remote_server_is_path (path))
    {
      g_clear_pointer (&self->replaced_model, g_free);
      return;
    }
  myna_model_library_get_options (models, &options);
  myna_chat_settings_resolve_load (myna_conversation_get_settings (self->conversation), &options);
  myna_model_library_ensure (models, *path ? path : NULL, &options);
}

static void
try_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *path = user_data;

  if (myna_ask_finish (result))
    gtk_widget_activate_action (GTK_WIDGET (source), "win.use-model", "s", path);
}

/* The same, after a question where it is larger than the memory that is free. */
static void
try_model (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  MynaModelLibrary *models = myna_core_get_models (self->core);
  const char *path = g_variant_get_string (parameter, NULL);
  const char *wanted = *path ? path : myna_model_library_get_default_path (models);
  g_autofree char *warning = NULL;

  if (g_strcmp0 (wanted, glm_actor_get_model_path (myna_model_library_get_actor (models))) != 0)
    warning = myna_model_need_dup_warning (myna_model_library_find (models, wanted), self->settings);
  if (warning)
    myna_ask_async (GTK_WINDOW (self), MYNA_QUESTION_DESTRUCTIVE, _ ("Load Anyway?"), warning, _ ("_Load Anyway"),
                    try_answered_cb, g_strdup (path));
  else
    use_model (widget, name, parameter);
}

static void
cancel_load (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_model_library_cancel_load (myna_core_get_models (MYNA_WINDOW (widget)->core));
}

static void
choose_model (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_menu_button_popup (GTK_MENU_BUTTON (MYNA_WINDOW (widget)->model_button));
}

/* What of the chat could not be saved: its unsaved messages and its draft. */
static void
save_again (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (self->conversation)
    myna_conversation_save_again (self->conversation);
}

static void
load_model (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  MynaModelLibrary *models = myna_core_get_models (self->core);

  g_clear_pointer (&self->failed_model, g_free);
  myna_banner_hide (MYNA_BANNER (self->model_banner));
  myna_model_library_forgive_crash (models);
  myna_model_library_ensure (models, g_variant_get_string (parameter, NULL), NULL);
}

/* ---- Folders ---------------------------------------------------------------------------------------------------- */

static void
folder_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) pair = user_data;
  MynaWindow *self = pair->owner;
  GVariant *place = pair->subject;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (id)
    {
      if (!g_variant_is_of_type (place, G_VARIANT_TYPE_INT64))
        gtk_widget_activate_action (GTK_WIDGET (self), "win.move-chats", "(@axx)", place, id);
      else if (g_variant_get_int64 (place))
        myna_history_model_set_expanded (get_history (self), g_variant_get_int64 (place), TRUE);
      myna_sidebar_begin_rename (MYNA_SIDEBAR (self->sidebar), MYNA_HISTORY_FOLDER, id);
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      show_failure (self, _ ("The folder could not be created"), error);
    }
}

/* place: the folder that it is made in, or 0; or the chats that come into it. */
static void
new_folder (GtkWidget *widget, const char *name, GVariant *place)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  gint64 parent_id = g_variant_is_of_type (place, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (place) : 0;

  if (get_store (self))
    store_add_folder_async (get_store (self), _ ("New folder"), parent_id, self->cancellable, folder_added_cb,
                            myna_pair_new (self, g_variant_ref (place), (GDestroyNotify) g_variant_unref));
}

static void
folder_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) id = user_data;

  if (myna_ask_finish (result))
    gtk_widget_activate_action_variant (GTK_WIDGET (source), "win.delete-folder", id);
}

/* A key is pressed sooner than an item of a menu is chosen, and there is no way back. */
static void
ask_delete_folder (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *title = myna_history_model_get_folder_name (get_history (MYNA_WINDOW (widget)), g_variant_get_int64 (parameter));
  g_autofree char *heading = g_strdup_printf (_ ("Delete the Folder “%s”?"), title);

  myna_ask_async (GTK_WINDOW (widget), MYNA_QUESTION_DESTRUCTIVE, heading, _ ("The chats in it are kept."),
                  _ ("_Delete Folder"), folder_answered_cb, g_variant_ref (parameter));
}

static void
class_install_folder_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.move-to-new-folder", "ax", new_folder);
  gtk_widget_class_install_action (widget_class, "win.new-folder", "x", new_folder);
  gtk_widget_class_install_action (widget_class, "win.ask-delete-folder", "x", ask_delete_folder);
}

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
  StoreDb *store = get_store (self);
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

  show_task (self, myna_export_window_new (GTK_WINDOW (self), get_store (self), &id, 1,
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

  myna_chat_print_async (GTK_WINDOW (self), get_store (self), myna_conversation_get_id (self->conversation), self->cancellable,
                         printed_cb, NULL);
}

/* ---- Import ----------------------------------------------------------------------------------------------------- */

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaWindow *self = MYNA_WINDOW (source);
  StoreDb *store = get_store (self);
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file && store)
    show_task (self, myna_chat_import_window_new (GTK_WINDOW (self), store, file));
}

static void
import_chats (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileFilter) filter = myna_chat_import_make_filter ();

  myna_choose_file_async (GTK_WINDOW (widget), MYNA_FILE_OPEN, _ ("Choose a File to Import"), filter, NULL, import_chosen_cb,
                          NULL);
}

/* ---- Backups ---------------------------------------------------------------------------------------------------- */

static void
restoring_cb (MynaWindow *self)
{
  myna_conversation_finish_all (get_store (self));
}

static void
show_backups (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  StoreDb *store = get_store (self);
  GtkWidget *window;

  if (!store)
    return;
  window = myna_backups_window_new (GTK_WINDOW (self), store);
  g_signal_connect_object (window, "restoring", G_CALLBACK (restoring_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (window, "restored", G_CALLBACK (myna_window_start_over), self, G_CONNECT_SWAPPED);
  show_task (self, window);
}

static void
class_install_transfer_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.export-chats", "ax", export_chats);
  gtk_widget_class_install_action (widget_class, "win.export-all", NULL, export_chats);
  gtk_widget_class_install_action (widget_class, "win.export-current", NULL, export_current);
  gtk_widget_class_install_action (widget_class, "win.print-current", NULL, print_current);
  gtk_widget_class_install_action (widget_class, "win.import-chats", NULL, import_chats);
  gtk_widget_class_install_action (widget_class, "win.show-backups", NULL, show_backups);
  gtk_widget_class_install_action (widget_class, "win.show-in-folder", "s", show_in_folder);
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

void
myna_window_install_actions (void)
{
  GtkWidgetClass *widget_class = g_type_class_ref (MYNA_TYPE_WINDOW); /* for good */

  class_install_folder_actions (widget_class);
  class_install_transfer_actions (widget_class);
  gtk_widget_class_install_action (widget_class, "win.new-chat", NULL, new_chat);
  gtk_widget_class_install_action (widget_class, "win.rename-current", NULL, rename_current);
  gtk_widget_class_install_action (widget_class, "win.archive-chats", "ax", archive_chats);
  gtk_widget_class_install_action (widget_class, "win.delete-chats", "ax", delete_chats);
  gtk_widget_class_install_action (widget_class, "win.purge-chats", "ax", purge_chats);
  gtk_widget_class_install_action (widget_class, "win.delete-current", NULL, delete_current);
  gtk_widget_class_install_action (widget_class, "win.temporary-chat", NULL, temporary_chat);
  gtk_widget_class_install_action (widget_class, "win.end-temporary-chat", NULL, temporary_chat);
  gtk_widget_class_install_action (widget_class, "win.search-history", NULL, search_history);
  gtk_widget_class_install_action (widget_class, "win.palette", NULL, palette);
  gtk_widget_class_install_action (widget_class, "win.use-persona", "s", use_persona);
  gtk_widget_class_install_action (widget_class, "win.show-archive", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.show-bin", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.select-chats", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.previous-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.next-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar);
  gtk_widget_class_install_action (widget_class, "win.main-menu", NULL, main_menu);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_composer);
  gtk_widget_class_install_action (widget_class, "win.next-pane", NULL, step_pane);
  gtk_widget_class_install_action (widget_class, "win.previous-pane", NULL, step_pane);
  gtk_widget_class_install_action (widget_class, "win.text-larger", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-smaller", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-normal", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.chat-settings", NULL, chat_settings);
  gtk_widget_class_install_action (widget_class, "win.use-model", "s", use_model);
  gtk_widget_class_install_action (widget_class, "win.try-model", "s", try_model);
  gtk_widget_class_install_action (widget_class, "win.cancel-load", NULL, cancel_load);
  gtk_widget_class_install_action (widget_class, "win.choose-model", NULL, choose_model);
  gtk_widget_class_install_action (widget_class, "win.load-model", "s", load_model);
  gtk_widget_class_install_action (widget_class, "win.save-again", NULL, save_again);
}
