/* myna-window.c: the window: conversations on one side, the one that is open on the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window arranges; what it can be told to do stands in myna-window-actions.c.
 */
#include "window/myna-window-private.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/myna-problem.h"
#include "models/myna-welcome-window.h"

G_DEFINE_FINAL_TYPE (MynaWindow, myna_window, ADW_TYPE_APPLICATION_WINDOW)

/* ---- Title and model -------------------------------------------------------------------------------------------- */

/* Whether nothing of what is shown is kept. */
static gboolean
is_temporary (MynaWindow *self)
{
  return self->conversation && self->conversation == myna_core_get_temporary (self->core);
}

static void
update_title (MynaWindow *self)
{
  const char *title = self->conversation ? myna_conversation_get_title (self->conversation) : NULL;
  g_autofree char *window_title = NULL;

  if (!title || !*title)
    title = is_temporary (self) ? _ ("Temporary chat") : _ ("New chat");
  gtk_label_set_label (GTK_LABEL (self->title), title);
  myna_set_tooltip (self->title, title);
  window_title = g_strdup_printf ("%s — Myna", title);
  gtk_window_set_title (GTK_WINDOW (self), window_title);
}

/* What the header says of the model and where it is. */
static void
update_model (MynaWindow *self)
{
  gboolean is_remote, is_loaded;
  g_autofree char *text = myna_core_describe_model (self->core, self->conversation, &is_remote, &is_loaded);

  if (is_loaded)
    g_clear_pointer (&self->replaced_model, g_free);
  gtk_widget_set_visible (self->server_icon, is_remote);
  myna_set_tooltip (self->subtitle, text); /* the whole of it where there is no room */
  gtk_label_set_label (GTK_LABEL (self->subtitle), text);
  if (self->view)
    myna_conversation_view_set_model (MYNA_CONVERSATION_VIEW (self->view), text);
  myna_window_update_model_banner (self);
}

static GtkWidget *
make_model_button (MynaWindow *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  self->subtitle = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->subtitle), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (self->subtitle), TRUE);
  self->server_icon = gtk_image_new_from_icon_name ("network-server-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->server_icon), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("On a server"), -1);
  gtk_widget_set_visible (self->server_icon, FALSE);
  gtk_box_append (GTK_BOX (box), self->server_icon);
  gtk_box_append (GTK_BOX (box), self->subtitle);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), myna_window_fill_model_menu_cb, self, NULL);
  self->model_button = button;
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  myna_add_css_classes (button, "flat model-button");
  myna_set_tooltip (button, _ ("Choose the Model for This Chat"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Model"), -1);

  return button;
}

static GtkWidget *
make_title (MynaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  self->title = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (self->title), TRUE);
  gtk_widget_add_css_class (self->title, "title");
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), make_model_button (self));

  return box;
}

/* ---- What cannot be used ---------------------------------------------------------------------------------------- */

/* The application's action to stop other programs is there while one uses the model. */
static void
update_guest_banner (MynaWindow *self)
{
  GtkApplication *application = gtk_window_get_application (GTK_WINDOW (self));

  if (application && g_action_group_get_action_enabled (G_ACTION_GROUP (application), "stop-guests"))
    myna_banner_show (MYNA_BANNER (self->guest_banner), _ ("In Use by Another Program"), _ ("Your own questions go first."),
                      NULL, _ ("Stop"), "app.stop-guests", NULL);
  else
    myna_banner_hide (MYNA_BANNER (self->guest_banner));
}

static void
show_store_failure (MynaWindow *self, GError *error)
{
  g_autofree char *body = myna_problem_describe (error);
  StoreDb *store = myna_core_get_store (self->core);

  /* One that can only be read must be opened again. */
  if (store && store_is_read_only (store))
    {
      myna_window_update_store_banner (self);
      return;
    }
  self->store_failed = TRUE;
  myna_banner_show (MYNA_BANNER (self->store_banner), _ ("Something could not be saved"), body, error->message, _ ("Try Again"),
                    "win.save-again", NULL);
}

/* Writing works again: what the banner said is over. */
static void
store_recovered_cb (MynaWindow *self)
{
  if (self->store_failed)
    myna_window_update_store_banner (self);
  self->store_failed = FALSE;
}

/* ---- What is found again the next time -------------------------------------------------------------------------- */

static void
save_state (MynaWindow *self)
{
  GtkWindow *window = GTK_WINDOW (self);
  gboolean maximized = gtk_window_is_maximized (window);
  gint64 message_id;
  int width, height, offset;

  g_settings_set_boolean (self->settings, "window-maximized", maximized);
  if (!maximized)
    {
      gtk_window_get_default_size (window, &width, &height);
      g_settings_set_int (self->settings, "window-width", CLAMP (width, 320, 16384));
      g_settings_set_int (self->settings, "window-height", CLAMP (height, 240, 16384));
    }
  if (!myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    g_settings_set_boolean (self->settings, "show-sidebar", myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split)));

  myna_conversation_view_get_position (MYNA_CONVERSATION_VIEW (self->view), &message_id, &offset);
  g_settings_set (self->settings, "last-position", "(xi)", message_id, offset);
  g_settings_set_value (self->settings, "expanded-folders",
                        myna_history_model_dup_expanded (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar))));
}

static void
restore_position (MynaWindow *self)
{
  gint64 message_id;
  int offset;

  g_settings_get (self->settings, "last-position", "(xi)", &message_id, &offset);
  myna_conversation_view_set_position (MYNA_CONVERSATION_VIEW (self->view), message_id, offset);
}

static void
restore_folders (MynaWindow *self)
{
  g_autoptr (GVariant) expanded = g_settings_get_value (self->settings, "expanded-folders");
  gsize n_ids;
  const gint64 *ids = g_variant_get_fixed_array (expanded, &n_ids, sizeof (gint64));

  for (gsize i = 0; i < n_ids; i++)
    myna_history_model_set_expanded (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar)), ids[i], TRUE);
}

/* ---- The conversation that is shown ----------------------------------------------------------------------------- */

/* A temporary chat has an id of a store that nobody else knows. */
gint64
myna_window_get_current_id (MynaWindow *self)
{
  return self->conversation && !is_temporary (self) ? myna_conversation_get_id (self->conversation) : 0;
}

static void
update_actions (MynaWindow *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean kept = myna_window_get_current_id (self) != 0;

  gtk_widget_action_set_enabled (widget, "win.rename-current", kept);
  gtk_widget_action_set_enabled (widget, "win.delete-current", kept);
  gtk_widget_action_set_enabled (widget, "win.export-current", kept);
  gtk_widget_action_set_enabled (widget, "win.print-current", kept);
}

static void
id_changed_cb (MynaWindow *self)
{
  gint64 id = myna_window_get_current_id (self);

  myna_sidebar_set_current (MYNA_SIDEBAR (self->sidebar), id);
  g_settings_set_int64 (self->settings, "last-conversation", id);
  update_actions (self);
}

static void
set_conversation (MynaWindow *self, MynaConversation *conversation)
{
  if (!g_set_object (&self->conversation, conversation))
    return;
  g_clear_pointer (&self->replaced_model, g_free);
  g_signal_group_set_target (self->conversation_signals, conversation);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (self->view), conversation);
  update_title (self);
  update_model (self);
  gtk_revealer_set_reveal_child (GTK_REVEALER (self->temporary_bar), is_temporary (self));
  if (conversation)
    id_changed_cb (self);
}

void
myna_window_new_chat (MynaWindow *self)
{
  g_autoptr (MynaConversation) conversation = NULL;

  g_return_if_fail (MYNA_IS_WINDOW (self));

  self->pending_id = 0;
  if (!self->conversation || is_temporary (self) || myna_conversation_get_id (self->conversation) != 0
      || myna_conversation_get_busy (self->conversation))
    {
      conversation = myna_core_new_conversation (self->core);
      if (conversation)
        {
          myna_new_chat_draft_give (self->draft, conversation);
          set_conversation (self, conversation);
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
  if (!self->conversation || is_temporary (self) || myna_conversation_get_id (self->conversation) != id)
    {
      conversation = myna_core_open_conversation (self->core, id);
      set_conversation (self, conversation);
    }
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    {
      myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
      myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
    }
}

void
myna_window_show_conversation (MynaWindow *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_WINDOW (self) && MYNA_IS_CONVERSATION (conversation));

  self->wants_temporary |= conversation == myna_core_get_temporary (self->core);
  if (myna_conversation_get_id (conversation) == 0 && conversation != myna_core_get_temporary (self->core))
    {
      g_autofree char *written = g_strdup (myna_conversation_get_draft (conversation));

      myna_new_chat_draft_give (self->draft, conversation);
      myna_conversation_add_to_draft (conversation, written);
    }
  set_conversation (self, conversation);
  myna_window_leave_sidebar (self);
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
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

void
myna_window_ask (MynaWindow *self, const char *question, GSList *files)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  if (!myna_core_get_store (self->core))
    {
      g_free (self->pending_question);
      self->pending_question = g_strdup (question);
      for (GSList *l = files; l; l = l->next)
        self->pending_files = g_slist_append (self->pending_files, g_object_ref (l->data));
      return;
    }
  myna_window_new_chat (self);
  if (files)
    myna_conversation_view_begin (MYNA_CONVERSATION_VIEW (self->view), question, files);
  else
    myna_conversation_send (self->conversation, question);
}

void
myna_window_add_toast (MynaWindow *self, AdwToast *toast)
{
  g_return_if_fail (MYNA_IS_WINDOW (self));

  /* Where the sidebar covers the chat, it would cover the toast, too. */
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split))
      && myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split)))
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
  else
    myna_conversation_view_add_toast (MYNA_CONVERSATION_VIEW (self->view), toast);
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
      restore_position (self);
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
      g_autoslist (GFile) files = g_steal_pointer (&self->pending_files);

      myna_window_ask (self, question, files);
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
  set_conversation (self, NULL);
  open_first (self);
  update_actions (self);
}

static void
store_changed_cb (MynaWindow *self)
{
  StoreDb *store = myna_core_get_store (self->core);

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
  set_conversation (self, NULL);
  myna_sidebar_set_store (MYNA_SIDEBAR (self->sidebar), store);
  myna_history_actions_set_store (self->history_actions, store);
  myna_window_update_store_banner (self);
  if (!store)
    return;
  g_signal_connect_object (store, "failed", G_CALLBACK (show_store_failure), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (store, "recovered", G_CALLBACK (store_recovered_cb), self, G_CONNECT_SWAPPED);
  myna_window_start_over (self);
}

static void
temporary_changed_cb (MynaWindow *self)
{
  MynaConversation *temporary = myna_core_get_temporary (self->core);

  /* The window for quick questions may have begun it for itself. */
  if (!self->wants_temporary)
    return;
  self->wants_temporary = temporary != NULL;
  if (temporary)
    {
      set_conversation (self, temporary);
      myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
    }
  else
    {
      myna_window_new_chat (self);
    }
}

static void
busy_changed_cb (MynaWindow *self, MynaConversation *conversation)
{
  gint64 id = myna_core_get_history_id (self->core, conversation);
  MynaHistoryModel *model = myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar));

  if (!id)
    return;
  myna_history_model_set_busy (model, id, myna_conversation_get_busy (conversation));
  myna_history_model_set_asking (model, id, myna_conversation_get_activity (conversation) == MYNA_ACTIVITY_ASKING);
}

/* ---- Appearance ------------------------------------------------------------------------------------------------- */

/* Window buttons stand where the window ends: on the sidebar's header if that is at the edge. */
static void
update_header_buttons (MynaWindow *self)
{
  gboolean collapsed = myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split));
  gboolean beside = !collapsed && myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split));

  adw_header_bar_set_show_start_title_buttons (ADW_HEADER_BAR (self->content_header), !beside);
}

/* Says in which chats nothing is kept. */
static GtkWidget *
make_temporary_bar (MynaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (_ ("Temporary chat – nothing is saved"));
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
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/io/github/myna_chat/Myna/menus.ui");
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *toggle = gtk_toggle_button_new ();

  gtk_widget_add_css_class (box, "content-pane");
  self->content_header = adw_header_bar_new ();
  gtk_widget_add_css_class (self->content_header, "flat");
  gtk_button_set_icon_name (GTK_BUTTON (toggle), "sidebar-show-symbolic");
  myna_set_tooltip (toggle, _ ("Show or hide the chats"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Sidebar"), -1);
  g_object_bind_property (self->split, "show-sidebar", toggle, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  adw_header_bar_pack_start (ADW_HEADER_BAR (self->content_header), toggle);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (self->content_header), make_title (self));
  adw_header_bar_pack_end (ADW_HEADER_BAR (self->content_header),
                           myna_menu_button_new ("view-more-symbolic", _ ("Chat Menu"),
                                                 G_MENU_MODEL (gtk_builder_get_object (builder, "chat-menu"))));
  adw_header_bar_pack_end (ADW_HEADER_BAR (self->content_header),
                           myna_action_button_new ("edit-find-symbolic", "win.find", _ ("Find in This Chat")));
  gtk_box_append (GTK_BOX (box), self->content_header);

  self->store_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->store_banner);
  self->model_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->model_banner);
  self->card_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->card_banner);
  self->guest_banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->guest_banner);
  gtk_box_append (GTK_BOX (box), make_temporary_bar (self));
  self->view = myna_conversation_view_new ();
  myna_conversation_view_set_library (MYNA_CONVERSATION_VIEW (self->view), myna_core_get_models (self->core));
  g_signal_connect_swapped (self->view, "begin", G_CALLBACK (begin_cb), self);
  gtk_widget_add_css_class (self->view, "conversation");
  gtk_widget_set_vexpand (self->view, TRUE);
  gtk_box_append (GTK_BOX (box), self->view);

  return box;
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

static gboolean
enter_cb (GtkWidget *sidebar, GdkFrameClock *clock, gpointer user_data)
{
  /* What the sidebar was opened for may have the keyboard by now; and a history without chats cannot have it. */
  if (!gtk_widget_get_focus_child (sidebar) && !gtk_widget_grab_focus (sidebar))
    gtk_widget_child_focus (sidebar, GTK_DIR_TAB_FORWARD);
  return G_SOURCE_REMOVE;
}

/* Above the chat: what is typed must not go where nobody sees it.  What is in it is mapped after it. */
static void
sidebar_mapped_cb (MynaWindow *self)
{
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)) && !gtk_widget_get_focus_child (self->sidebar))
    gtk_widget_add_tick_callback (self->sidebar, enter_cb, NULL, NULL);
}

void
myna_window_leave_sidebar (MynaWindow *self)
{
  if (myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    myna_split_view_set_show_sidebar (MYNA_SPLIT_VIEW (self->split), FALSE);
}

/* A key that nobody wanted.  Menus have letters of their own. */
static gboolean
key_pressed_cb (MynaWindow *self, guint keyval, guint keycode, GdkModifierType state, GtkEventControllerKey *controller)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (focus
      && (GTK_IS_EDITABLE (focus) || GTK_IS_TEXT_VIEW (focus) || gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) != NULL))
    return GDK_EVENT_PROPAGATE;
  if (!myna_conversation_view_write_key (MYNA_CONVERSATION_VIEW (self->view), keyval, state, controller))
    return GDK_EVENT_PROPAGATE;
  myna_window_leave_sidebar (self);
  return GDK_EVENT_STOP;
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
  gtk_window_present (GTK_WINDOW (myna_welcome_window_new (GTK_WINDOW (self), self->core)));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static gboolean
myna_window_close_request (GtkWindow *window)
{
  save_state (MYNA_WINDOW (window));

  return GTK_WINDOW_CLASS (myna_window_parent_class)->close_request (window);
}

static void
myna_window_dispose (GObject *object)
{
  MynaWindow *self = MYNA_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->conversation_signals);
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
  g_clear_object (&self->history_actions);
  g_clear_object (&self->core);
  g_free (self->pending_question);
  g_slist_free_full (self->pending_files, g_object_unref);
  g_free (self->replaced_model);
  g_free (self->failed_model);
  g_clear_error (&self->load_error);

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
}

static void
myna_window_init (MynaWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::title", G_CALLBACK (update_title), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::id", G_CALLBACK (id_changed_cb), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::model", G_CALLBACK (update_model), self);

  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
ask_server_cb (MynaRemoteServers *servers, MynaRemoteServer *server, guint sends, MynaWindow *self)
{
  myna_window_ask_server (self, server, sends);
}

/* Their headers are read by and by, and how fast their disks are. */
static void
entries_changed_cb (MynaWindow *self, guint position, guint n_removed, guint n_added, GListModel *entries)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      g_signal_connect_object (entry, "notify", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
    }
  update_model (self);
}

static void
follow_core (MynaWindow *self)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  GlmActor *actor = myna_model_library_get_actor (models);

  g_signal_connect_object (self->core, "notify::store", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->core, "conversation-busy", G_CALLBACK (busy_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->core, "conversation-asks", G_CALLBACK (busy_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_core_get_cards (self->core), "trouble", G_CALLBACK (myna_window_update_card_banner), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::loading-path", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::default-path", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "load-failed", G_CALLBACK (myna_window_show_load_failure), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "load-cancelled", G_CALLBACK (myna_window_restore_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_model_library_get_entries (models), "items-changed", G_CALLBACK (entries_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::model-path", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::load-fraction", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_window_get_application (GTK_WINDOW (self)), "action-enabled-changed::stop-guests",
                           G_CALLBACK (update_guest_banner), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_core_get_servers (self->core), "asks", G_CALLBACK (ask_server_cb), self, 0);
  g_signal_connect_object (myna_core_get_servers (self->core), "items-changed", G_CALLBACK (update_model), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->core, "notify::temporary", G_CALLBACK (temporary_changed_cb), self, G_CONNECT_SWAPPED);
  myna_window_update_card_banner (self);
  entries_changed_cb (self, 0, 0, g_list_model_get_n_items (myna_model_library_get_entries (models)),
                      myna_model_library_get_entries (models));
  store_changed_cb (self);
}

static void
change_failed_cb (MynaWindow *self, const GError *error)
{
  myna_banner_show_error (MYNA_BANNER (self->store_banner), _ ("The change could not be saved"), error);
}

/* Actions on chats and folders that need nothing of the window. */
static void
add_history_actions (MynaWindow *self)
{
  self->history_actions = myna_history_actions_new (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar)));
  myna_history_actions_add (self->history_actions, G_ACTION_MAP (self));
  g_signal_connect_object (self->history_actions, "failed", G_CALLBACK (change_failed_cb), self, G_CONNECT_SWAPPED);
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
  myna_history_model_set_servers (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar)), myna_core_get_servers (core));
  add_history_actions (self);
  restore_folders (self);
  g_signal_connect_swapped (self->sidebar, "open", G_CALLBACK (myna_window_open_chat), self);
  g_signal_connect_swapped (self->sidebar, "map", G_CALLBACK (sidebar_mapped_cb), self);
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
  update_title (self);
  follow_core (self);

  return GTK_WIDGET (self);
}
