/* myna-window.c: the window: conversations on one side, the one that is open on the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window arranges; what it can be told to do stands in myna-window-actions.c.
 */
#include "window/myna-window.h"

#include <glib/gi18n.h>

#include "window/myna-window-private.h"
#include "preferences/myna-welcome-window.h"
#include "base/ui-compat.h"

/* 15 px; points, because these follow the size that the person has chosen for all text. */
#define TEXT_PT 11.25

G_DEFINE_FINAL_TYPE (MynaWindow, myna_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- The conversation that is shown ----------------------------------------------------------------------------- */

static void
id_changed_cb (MynaWindow *self)
{
  /* A temporary chat has an id of a store that nobody else knows. */
  gint64 id = myna_window_is_temporary (self) ? 0 : myna_conversation_get_id (self->conversation);

  myna_sidebar_set_current (MYNA_SIDEBAR (self->sidebar), id);
  g_settings_set_int64 (self->settings, "last-conversation", id);
  myna_window_update_actions (self);
}

void
myna_window_set_conversation (MynaWindow *self, MynaConversation *conversation)
{
  if (!g_set_object (&self->conversation, conversation))
    return;
  g_clear_pointer (&self->replaced_model, g_free);
  g_signal_group_set_target (self->conversation_signals, conversation);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (self->view), conversation);
  myna_window_update_title (self);
  myna_window_update_model (self);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->temporary_bar), myna_window_is_temporary (self));
  if (conversation)
    id_changed_cb (self);
}

void
myna_window_new_chat (MynaWindow *self)
{
  g_autoptr (MynaConversation) conversation = NULL;

  g_return_if_fail (MYNA_IS_WINDOW (self));

  self->pending_id = 0;
  if (!self->conversation || myna_window_is_temporary (self) || myna_conversation_get_id (self->conversation) != 0
      || myna_conversation_get_busy (self->conversation))
    {
      conversation = myna_core_new_conversation (self->core);
      if (conversation)
        {
          myna_new_chat_draft_give (self->draft, conversation);
          myna_window_set_conversation (self, conversation);
        }
    }
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
}

void
myna_window_open_chat (MynaWindow *self, gint64 id)
{
  g_autoptr (MynaConversation) conversation = NULL;

  g_return_if_fail (MYNA_IS_WINDOW (self));

  if (!myna_core_get_store (self->core))
    {
      self->pending_id = id;
      self->pending_message_id = 0;
      return;
    }
  if (!self->conversation || myna_window_is_temporary (self) || myna_conversation_get_id (self->conversation) != id)
    {
      conversation = myna_core_open_conversation (self->core, id);
      myna_window_set_conversation (self, conversation);
    }
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    {
      myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
      myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
    }
}

void
myna_window_ask (MynaWindow *self, const char *question)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  if (!myna_core_get_store (self->core))
    {
      g_free (self->pending_question);
      self->pending_question = g_strdup (question);
      return;
    }
  myna_window_new_chat (self);
  myna_conversation_send (self->conversation, question);
}

void
myna_window_add_toast (MynaWindow *self, AdwToast *toast)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

/* ---- The store -------------------------------------------------------------------------------------------------- */

static void
last_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaWindow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);
  const StoreConversation *conversation;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  /* The person may have begun something else meanwhile. */
  if (self->conversation)
    return;
  if (myna_conversation_view_has_begun (MYNA_CONVERSATION_VIEW (self->view)))
    {
      myna_window_new_chat (self);
      return;
    }
  conversation = list && list->len > 0 ? g_ptr_array_index (list, 0) : NULL;
  if (conversation && !conversation->deleted_at)
    {
      myna_window_open_chat (self, conversation->id);
      myna_window_restore_position (self);
      myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
    }
  else
    {
      myna_window_new_chat (self);
    }
}

static void
open_first (MynaWindow *self)
{
  gint64 last = self->pending_id ? self->pending_id : g_settings_get_int64 (self->settings, "last-conversation");
  StoreDb *store = myna_core_get_store (self->core);

  if (self->pending_question)
    {
      g_autofree char *question = g_steal_pointer (&self->pending_question);

      myna_window_ask (self, question);
    }
  else if (self->pending_id)
    {
      myna_window_open_message (self, self->pending_id, self->pending_message_id);
      self->pending_id = self->pending_message_id = 0;
    }
  else if (last && !myna_conversation_view_has_begun (MYNA_CONVERSATION_VIEW (self->view)))
    {
      store_get_conversation_async (store, last, self->cancellable, last_read_cb, self);
    }
  else
    {
      myna_window_new_chat (self);
    }
}

/* Something is asked before the last chat is there. */
static void
begin_cb (MynaWindow *self)
{
  if (myna_core_get_store (self->core))
    myna_window_new_chat (self);
}

void
myna_window_start_over (MynaWindow *self)
{
  myna_window_set_conversation (self, NULL);
  open_first (self);
  myna_window_update_actions (self);
}

static void
store_changed_cb (MynaWindow *self)
{
  StoreDb *store = myna_core_get_store (self->core);

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  myna_window_set_conversation (self, NULL);
  myna_sidebar_set_store (MYNA_SIDEBAR (self->sidebar), store);
  myna_window_update_store_banner (self);
  if (!store)
    return;
  g_signal_connect_object (store, "failed", G_CALLBACK (myna_window_show_store_failure), self, G_CONNECT_SWAPPED);
  myna_window_start_over (self);
}

static void
temporary_changed_cb (MynaWindow *self)
{
  MynaConversation *temporary = myna_core_get_temporary (self->core);

  if (temporary)
    {
      myna_window_set_conversation (self, temporary);
      myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
    }
  else
    {
      myna_window_new_chat (self);
    }
}

static void
busy_changed_cb (MynaWindow *self, MynaConversation *conversation, gboolean busy)
{
  gint64 id = myna_core_get_history_id (self->core, conversation);
  MynaHistoryModel *model = myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar));

  if (id)
    myna_history_model_set_busy (model, id, busy);
}

/* ---- Appearance ------------------------------------------------------------------------------------------------- */

static void
update_text_size (MynaWindow *self)
{
  char size[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *css = NULL;

  /* A comma would not be CSS. */
  g_ascii_formatd (size, sizeof size, "%.2f", TEXT_PT * g_settings_get_uint (self->settings, "text-size") / 100.0);
  css = g_strdup_printf (".conversation { font-size: %spt; }", size);

  myna_css_provider_load_string (self->text_css, css);
}

/* Window buttons stand where the window ends: on the sidebar's header if that is at the edge. */
static void
update_header_buttons (MynaWindow *self)
{
  gboolean collapsed = myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split));
  gboolean beside = !collapsed && myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split));

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (self->content_header), !beside);
}

static GtkWidget *
make_button (const char *icon, const char *action, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return button;
}

static GtkWidget *
make_menu_button (const char *icon, const char *menu_path, const char *label)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/myna_chat/Myna/menus.ui");
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), icon);
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (gtk_builder_get_object (builder, menu_path)));
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return button;
}

/* Says in which chats nothing is kept. */
static GtkWidget *
make_temporary_bar (MynaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ ("Temporary chat: nothing of it is saved"));
  GtkWidget *end = gtk_button_new_with_label (_ ("End and Forget"));

  gtk_widget_add_css_class (box, "temporary-bar");
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("view-conceal-symbolic"));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_label_set_wrap (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (end))), TRUE);
  gtk_label_set_justify (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (end))), GTK_JUSTIFY_CENTER);
  gtk_widget_set_valign (end, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (end), "win.end-temporary-chat");
  gtk_box_append (GTK_BOX (box), end);
  self->temporary_bar = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->temporary_bar), box);

  return self->temporary_bar;
}

static GtkWidget *
make_content (MynaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *toggle = gtk_toggle_button_new ();

  gtk_widget_add_css_class (box, "content-pane");
  self->content_header = adw_header_bar_new ();
  gtk_widget_add_css_class (self->content_header, "flat");
  gtk_button_set_icon_name (GTK_BUTTON (toggle), "sidebar-show-symbolic");
  gtk_widget_set_tooltip_text (toggle, _ ("Show or hide the chats"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Sidebar"), -1);
  g_object_bind_property (self->split, "show-sidebar", toggle, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  adw_header_bar_pack_start (ADW_HEADER_BAR (self->content_header), toggle);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (self->content_header), myna_window_make_title (self));
  adw_header_bar_pack_end (ADW_HEADER_BAR (self->content_header),
                           make_menu_button ("view-more-symbolic", "chat-menu", _ ("Chat Menu")));
  adw_header_bar_pack_end (ADW_HEADER_BAR (self->content_header),
                           make_button ("edit-find-symbolic", "win.find", _ ("Find in This Chat")));
  gtk_box_append (GTK_BOX (box), self->content_header);

  self->store_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->store_banner);
  self->model_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->model_banner);
  gtk_box_append (GTK_BOX (box), make_temporary_bar (self));
  self->view = myna_conversation_view_new ();
  g_signal_connect_swapped (self->view, "begin", G_CALLBACK (begin_cb), self);
  gtk_widget_add_css_class (self->view, "conversation");
  gtk_widget_set_vexpand (self->view, TRUE);
  gtk_box_append (GTK_BOX (box), self->view);

  return box;
}

/* Once the window is there: on the first start it says what Myna is. */
static void
myna_window_map (GtkWidget *widget)
{
  MynaWindow *self = MYNA_WINDOW (widget);

  GTK_WIDGET_CLASS (myna_window_parent_class)->map (widget);
  if (g_settings_get_boolean (self->settings, "first-start-done"))
    return;
  g_settings_set_boolean (self->settings, "first-start-done", TRUE);
  gtk_window_present (GTK_WINDOW (myna_welcome_window_new (GTK_WINDOW (self))));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static gboolean
myna_window_close_request (GtkWindow *window)
{
  myna_window_save_state (MYNA_WINDOW (window));

  return GTK_WINDOW_CLASS (myna_window_parent_class)->close_request (window);
}

static void
myna_window_dispose (GObject *object)
{
  MynaWindow *self = MYNA_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->conversation_signals);
  if (self->text_css)
    gtk_style_context_remove_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->text_css));
  g_clear_object (&self->text_css);
  g_clear_object (&self->conversation);

  G_OBJECT_CLASS (myna_window_parent_class)->dispose (object);
}

static void
myna_window_finalize (GObject *object)
{
  MynaWindow *self = MYNA_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->settings);
  g_clear_object (&self->draft);
  g_clear_object (&self->core);
  g_free (self->pending_question);
  g_free (self->replaced_model);

  G_OBJECT_CLASS (myna_window_parent_class)->finalize (object);
}

static void
myna_window_class_init (MynaWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_window_dispose;
  object_class->finalize = myna_window_finalize;
  GTK_WIDGET_CLASS (klass)->map = myna_window_map;
  GTK_WINDOW_CLASS (klass)->close_request = myna_window_close_request;
  myna_window_class_install_actions (GTK_WIDGET_CLASS (klass));
}

static void
myna_window_init (MynaWindow *self)
{
  self->cancellable = g_cancellable_new ();
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::title", G_CALLBACK (myna_window_update_title), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::id", G_CALLBACK (id_changed_cb), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::model", G_CALLBACK (myna_window_update_model), self);

  self->text_css = gtk_css_provider_new ();
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->text_css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
}

static void
follow_core (MynaWindow *self)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  GlmActor *actor = myna_model_library_get_actor (models);

  g_signal_connect_object (self->core, "notify::store", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->core, "conversation-busy", G_CALLBACK (busy_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::loading-path", G_CALLBACK (myna_window_update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::default-path", G_CALLBACK (myna_window_update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "load-failed", G_CALLBACK (myna_window_show_load_failure), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "load-cancelled", G_CALLBACK (myna_window_restore_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_model_library_get_entries (models), "items-changed", G_CALLBACK (myna_window_update_model),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::model-path", G_CALLBACK (myna_window_update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::load-fraction", G_CALLBACK (myna_window_update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->core, "notify::temporary", G_CALLBACK (temporary_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::text-size", G_CALLBACK (update_text_size), self, G_CONNECT_SWAPPED);
  update_text_size (self);
  myna_window_update_model (self);
  myna_window_check_model (self);
  store_changed_cb (self);
}

GtkWidget *
myna_window_new (GtkApplication *application, MynaCore *core, MynaNewChatDraft *draft)
{
  MynaWindow *self = g_object_new (MYNA_TYPE_WINDOW, "application", application, NULL);
  GtkWidget *split = myna_split_view_new ();

  self->core = g_object_ref (core);
  self->draft = g_object_ref (draft);
  self->settings = g_object_ref (myna_core_get_settings (core));
  self->split = split;
  self->toasts = adw_toast_overlay_new ();
  self->sidebar = myna_sidebar_new ();
  myna_window_restore_folders (self);
  g_signal_connect_swapped (self->sidebar, "open", G_CALLBACK (myna_window_open_chat), self);
  g_signal_connect_swapped (self->sidebar, "open-hit", G_CALLBACK (myna_window_open_message), self);
  myna_split_view_set_sidebar (MYNA_SPLIT_VIEW (split), self->sidebar);
  myna_split_view_set_content (MYNA_SPLIT_VIEW (split), make_content (self));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), split);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), self->toasts);

  g_signal_connect_object (split, "notify::collapsed", G_CALLBACK (update_header_buttons), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (split, "notify::show-sidebar", G_CALLBACK (update_header_buttons), self, G_CONNECT_SWAPPED);
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (split), g_settings_get_boolean (self->settings, "show-sidebar"));
  update_header_buttons (self);
  myna_window_update_title (self);
  follow_core (self);

  return GTK_WIDGET (self);
}
