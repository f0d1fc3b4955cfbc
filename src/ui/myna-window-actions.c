/* myna-window-actions.c: what the window can be told to do, by key, menu or button
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "conversation/myna-problem.h"
#include "myna-window-private.h"
#include "ui-compat.h"

#define TEXT_STEP 10

static StoreDb *
get_store (MynaWindow *self)
{
  return myna_application_get_store (self->application);
}

static MynaHistoryModel *
get_history (MynaWindow *self)
{
  return myna_history_sidebar_get_model (MYNA_HISTORY_SIDEBAR (self->history));
}

static gint64
get_current_id (MynaWindow *self)
{
  return self->conversation ? myna_conversation_get_id (self->conversation) : 0;
}

/* ---- Results of what was asked of the store ----------------------------------------------------------------------- */

static void
show_failure (MynaWindow   *self,
              const char   *title,
              const GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_banner_show (MYNA_BANNER (self->store_banner), title, body, error->message, NULL, NULL, NULL);
}

static void
changed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (MynaWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    show_failure (self, _("The change could not be saved"), error);
}

/* ---- One conversation --------------------------------------------------------------------------------------------- */

static void
rename_chat (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  const char *title;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &title);
  if (get_store (self))
    store_rename_async (get_store (self), id, title, TRUE, self->cancellable, changed_cb, g_object_ref (self));
}

static void
rename_current (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), TRUE);
  myna_history_sidebar_begin_rename (MYNA_HISTORY_SIDEBAR (self->history), get_current_id (self));
}

static void
pin_chat (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (get_store (self))
    store_set_pinned_async (get_store (self), g_variant_get_int64 (parameter), g_str_equal (name, "win.pin-chat"),
                            self->cancellable, changed_cb, g_object_ref (self));
}

static void
restore_chat (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  if (get_store (self))
    store_restore_async (get_store (self), g_variant_get_int64 (parameter), self->cancellable, changed_cb,
                         g_object_ref (self));
}

/* Away from a conversation that is about to go: to the one below it, else above, else to a new one. */
static void
leave_chat (MynaWindow *self,
            gint64      id)
{
  MynaHistoryModel *history = get_history (self);
  gint64 next;

  if (get_current_id (self) != id)
    return;
  if (myna_conversation_get_busy (self->conversation))
    myna_conversation_stop (self->conversation);
  next = myna_history_model_get_neighbour (history, id, 1);
  if (!next)
    next = myna_history_model_get_neighbour (history, id, -1);
  if (next)
    myna_window_open_chat (self, next);
  else
    myna_window_new_chat (self);
}

static void
delete_chat (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  gint64 id = g_variant_get_int64 (parameter);
  const char *title = myna_history_model_get_title (get_history (self), id);
  g_autofree char *escaped = g_markup_escape_text (title && *title ? title : _("Untitled chat"), -1);
  g_autofree char *text = g_strdup_printf (_("“%s” deleted"), escaped);
  AdwToast *toast;

  if (!get_store (self) || id == 0)
    return;
  leave_chat (self, id);
  store_delete_async (get_store (self), id, self->cancellable, changed_cb, g_object_ref (self));

  toast = adw_toast_new (text);
  adw_toast_set_button_label (toast, _("_Undo"));
  adw_toast_set_action_name (toast, "win.restore-chat");
  adw_toast_set_action_target_value (toast, g_variant_new_int64 (id));
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  myna_window_add_toast (self, toast);
}

static void
delete_current (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  gtk_widget_activate_action (widget, "win.delete-chat", "x", get_current_id (MYNA_WINDOW (widget)));
}

/* ---- Moving about ------------------------------------------------------------------------------------------------- */

static void
new_chat (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  myna_window_new_chat (MYNA_WINDOW (widget));
}

static void
step_chat (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
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
toggle_sidebar (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  MynaSplitView *split = MYNA_SPLIT_VIEW (MYNA_WINDOW (widget)->split);

  myna_split_view_set_show_sidebar (split, !myna_split_view_get_show_sidebar (split));
}

static void
find (GtkWidget  *widget,
      const char *name,
      GVariant   *parameter)
{
  gtk_widget_activate_action (MYNA_WINDOW (widget)->view, "conversation.find", NULL);
}

static void
focus_composer (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (MYNA_WINDOW (widget)->view));
}

/* ---- Text size and models ----------------------------------------------------------------------------------------- */

static void
change_text_size (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
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
load_model (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MynaWindow *self = MYNA_WINDOW (widget);
  MynaModelLibrary *models = myna_application_get_models (self->application);

  myna_banner_hide (MYNA_BANNER (self->model_banner));
  myna_model_library_forgive_crash (models);
  myna_model_library_ensure (models, g_variant_get_string (parameter, NULL));
}

void
myna_window_update_actions (MynaWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean kept = get_current_id (self) != 0;

  gtk_widget_action_set_enabled (widget, "win.rename-current", kept);
  gtk_widget_action_set_enabled (widget, "win.delete-current", kept);
}

void
myna_window_class_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new-chat", NULL, new_chat);
  gtk_widget_class_install_action (widget_class, "win.rename-chat", "(xs)", rename_chat);
  gtk_widget_class_install_action (widget_class, "win.rename-current", NULL, rename_current);
  gtk_widget_class_install_action (widget_class, "win.pin-chat", "x", pin_chat);
  gtk_widget_class_install_action (widget_class, "win.unpin-chat", "x", pin_chat);
  gtk_widget_class_install_action (widget_class, "win.delete-chat", "x", delete_chat);
  gtk_widget_class_install_action (widget_class, "win.delete-current", NULL, delete_current);
  gtk_widget_class_install_action (widget_class, "win.restore-chat", "x", restore_chat);
  gtk_widget_class_install_action (widget_class, "win.previous-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.next-chat", NULL, step_chat);
  gtk_widget_class_install_action (widget_class, "win.toggle-sidebar", NULL, toggle_sidebar);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_composer);
  gtk_widget_class_install_action (widget_class, "win.text-larger", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-smaller", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.text-normal", NULL, change_text_size);
  gtk_widget_class_install_action (widget_class, "win.load-model", "s", load_model);
}
