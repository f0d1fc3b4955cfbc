/* myna-window-actions.c: what the window can be told to do, by key, menu or button
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "chat/myna-problem.h"
#include "window/myna-window-private.h"
#include "chat/myna-chat-settings.h"
#include "preferences/myna-preferences-window.h"
#include "base/ui-compat.h"

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

static gint64
get_current_id (MynaWindow *self)
{
  gboolean kept = self->conversation && self->conversation != myna_core_get_temporary (self->core);

  return kept ? myna_conversation_get_id (self->conversation) : 0;
}

/* ---- Results of what was asked of the store --------------------------------------------------------------------- */

void
myna_window_show_failure (MynaWindow *self, const char *title, const GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_banner_show (MYNA_BANNER (self->store_banner), title, body, error->message, NULL, NULL, NULL);
}

void
myna_window_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    myna_window_show_failure (self, _ ("The change could not be saved"), error);
}

/* ---- One conversation ------------------------------------------------------------------------------------------- */

static void
rename_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  const char *title;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &title);
  if (get_store (self))
    store_rename_async (get_store (self), id, title, TRUE, self->cancellable, myna_window_changed_cb, g_object_ref (self));
}

static void
rename_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  myna_sidebar_begin_rename (MYNA_SIDEBAR (self->sidebar), MYNA_HISTORY_CONVERSATION, get_current_id (self));
}

/* ---- Several conversations -------------------------------------------------------------------------------------- */

typedef void (*StoreFunc) (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);

static void
for_each (MynaWindow *self, GVariant *ids, StoreFunc func)
{
  gsize n_ids;
  const gint64 *id = g_variant_get_fixed_array (ids, &n_ids, sizeof (gint64));

  for (gsize i = 0; get_store (self) && i < n_ids; i++)
    func (get_store (self), id[i], self->cancellable, myna_window_changed_cb, g_object_ref (self));
}

static gboolean
contains (GVariant *ids, gint64 id)
{
  gsize n_ids;
  const gint64 *array = g_variant_get_fixed_array (ids, &n_ids, sizeof (gint64));

  for (gsize i = 0; i < n_ids; i++)
    {
      if (array[i] == id)
        return TRUE;
    }

  return FALSE;
}

/* Away from a conversation that is about to go: to one below it that stays, else above, else to a new one. */
static void
leave_chats (MynaWindow *self, GVariant *ids)
{
  MynaHistoryModel *history = get_history (self);
  gint64 next = get_current_id (self);

  if (next == 0 || !contains (ids, next))
    return;
  if (myna_conversation_get_busy (self->conversation))
    myna_conversation_stop (self->conversation);
  for (int step = 1; step >= -1; step -= 2)
    {
      next = get_current_id (self);
      do
        next = myna_history_model_get_neighbour (history, next, step);
      while (next && contains (ids, next));
      if (next)
        break;
    }
  if (next)
    myna_window_open_chat (self, next);
  else
    myna_window_new_chat (self);
}

/* Tells what was done, with a way back. */
static void
show_undo (MynaWindow *self, GVariant *ids, const char *one, /* with %s for the title */
           const char *many,                                 /* translated, with the number in it */
           const char *undo_action)
{
  gsize n_ids;
  const gint64 *array = g_variant_get_fixed_array (ids, &n_ids, sizeof (gint64));
  const char *title = n_ids == 1 ? myna_history_model_get_title (get_history (self), array[0]) : NULL;
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;
  AdwToast *toast;

  text = n_ids == 1 ? g_strdup_printf (one, title && *title ? title : _ ("Untitled chat")) : g_strdup (many);
  escaped = g_markup_escape_text (text, -1);
  toast = adw_toast_new (escaped);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, undo_action);
  adw_toast_set_action_target_value (toast, ids);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  myna_window_add_toast (self, toast);
}

static void
pin (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_set_pinned_async (store, id, TRUE, cancellable, callback, user_data);
}

static void
unpin (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_set_pinned_async (store, id, FALSE, cancellable, callback, user_data);
}

static void
archive (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_set_archived_async (store, id, TRUE, cancellable, callback, user_data);
}

static void
unarchive (StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  store_set_archived_async (store, id, FALSE, cancellable, callback, user_data);
}

static void
pin_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  for_each (MYNA_WINDOW (widget), ids, g_str_equal (name, "win.pin-chats") ? pin : unpin);
}

static void
archive_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  g_autofree char *many =
      g_strdup_printf (ngettext ("%u chat archived", "%u chats archived", (guint) g_variant_n_children (ids)),
                       (guint) g_variant_n_children (ids));

  leave_chats (self, ids);
  for_each (self, ids, archive);
  show_undo (self, ids, _ ("“%s” archived"), many, "win.unarchive-chats");
}

static void
unarchive_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  for_each (MYNA_WINDOW (widget), ids, unarchive);
}

static void
delete_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  g_autofree char *many = g_strdup_printf (ngettext ("%u chat deleted", "%u chats deleted", (guint) g_variant_n_children (ids)),
                                           (guint) g_variant_n_children (ids));

  leave_chats (self, ids);
  for_each (self, ids, store_delete_async);
  show_undo (self, ids, _ ("“%s” deleted"), many, "win.restore-chats");
}

static void
restore_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  for_each (MYNA_WINDOW (widget), ids, store_restore_async);
}

static void
delete_current (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gint64 id = get_current_id (MYNA_WINDOW (widget));

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
  leave_chats (self, ids);
  for_each (self, ids, store_purge_async);
}

static void
purge_chats (GtkWidget *widget, const char *name, GVariant *ids)
{
  guint n_ids = (guint) g_variant_n_children (ids);
  g_autofree char *heading =
      g_strdup_printf (ngettext ("Delete this chat for good?", "Delete %u chats for good?", n_ids), n_ids);

  myna_ask_async (GTK_WINDOW (widget), MYNA_QUESTION_DESTRUCTIVE, heading, _ ("This cannot be undone."), _ ("_Delete for Good"),
                  purge_answered_cb, g_variant_ref (ids));
}

/* ---- Temporary chat --------------------------------------------------------------------------------------------- */

static void
temporary_chat (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
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
  gint64 id = myna_history_model_get_neighbour (get_history (self), get_current_id (self), step);

  /* A new chat stands above all the others. */
  if (id && (get_current_id (self) || step > 0))
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

void
myna_window_open_message (MynaWindow *self, gint64 id, gint64 message_id)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  myna_window_open_chat (self, id);
  if (!myna_core_get_store (self->core))
    self->pending_message_id = message_id;
  else if (message_id)
    myna_conversation_view_show_message (MYNA_CONVERSATION_VIEW (self->view), message_id,
                                         myna_sidebar_get_search (MYNA_SIDEBAR (self->sidebar)));
}

void
myna_window_search (MynaWindow *self, const char *text)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  myna_sidebar_search (MYNA_SIDEBAR (self->sidebar), text);
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

static void
focus_composer (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (MYNA_WINDOW (widget)->view));
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
  myna_model_library_get_options (models, &options);
  myna_chat_settings_resolve_load (myna_conversation_get_settings (self->conversation), &options);
  myna_model_library_ensure (models, *path ? path : NULL, &options);
}

static void
load_model (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  MynaModelLibrary *models = myna_core_get_models (self->core);

  myna_banner_hide (MYNA_BANNER (self->model_banner));
  myna_model_library_forgive_crash (models);
  myna_model_library_ensure (models, g_variant_get_string (parameter, NULL), NULL);
}

void
myna_window_update_actions (MynaWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean kept = get_current_id (self) != 0;

  gtk_widget_action_set_enabled (widget, "win.rename-current", kept);
  gtk_widget_action_set_enabled (widget, "win.delete-current", kept);
  gtk_widget_action_set_enabled (widget, "win.export-current", kept);
  gtk_widget_action_set_enabled (widget, "win.print-current", kept);
}

void
myna_window_class_install_actions (GtkWidgetClass *widget_class)
{
  myna_window_class_install_folder_actions (widget_class);
  myna_window_class_install_transfer_actions (widget_class);
  gtk_widget_class_install_action (widget_class, "win.new-chat", NULL, new_chat);
  gtk_widget_class_install_action (widget_class, "win.rename-chat", "(xs)", rename_chat);
  gtk_widget_class_install_action (widget_class, "win.rename-current", NULL, rename_current);
  gtk_widget_class_install_action (widget_class, "win.pin-chats", "ax", pin_chats);
  gtk_widget_class_install_action (widget_class, "win.unpin-chats", "ax", pin_chats);
  gtk_widget_class_install_action (widget_class, "win.archive-chats", "ax", archive_chats);
  gtk_widget_class_install_action (widget_class, "win.unarchive-chats", "ax", unarchive_chats);
  gtk_widget_class_install_action (widget_class, "win.delete-chats", "ax", delete_chats);
  gtk_widget_class_install_action (widget_class, "win.restore-chats", "ax", restore_chats);
  gtk_widget_class_install_action (widget_class, "win.purge-chats", "ax", purge_chats);
  gtk_widget_class_install_action (widget_class, "win.delete-current", NULL, delete_current);
  gtk_widget_class_install_action (widget_class, "win.temporary-chat", NULL, temporary_chat);
  gtk_widget_class_install_action (widget_class, "win.end-temporary-chat", NULL, temporary_chat);
  gtk_widget_class_install_action (widget_class, "win.search-history", NULL, search_history);
  gtk_widget_class_install_action (widget_class, "win.show-archive", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.show-bin", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.select-chats", NULL, show_list);
  gtk_widget_class_install_action (widget_class, "win.previous-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.next-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar);
  gtk_widget_class_install_action (widget_class, "win.main-menu", NULL, main_menu);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_composer);
  gtk_widget_class_install_action (widget_class, "win.text-larger", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-smaller", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-normal", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.chat-settings", NULL, chat_settings);
  gtk_widget_class_install_action (widget_class, "win.use-model", "s", use_model);
  gtk_widget_class_install_action (widget_class, "win.load-model", "s", load_model);
}
