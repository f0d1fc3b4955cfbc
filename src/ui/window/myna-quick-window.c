/* myna-quick-window.c: a small window for one question, from anywhere on the desktop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window is made once and hidden in between, so that it stands at once the next time.  While it is hidden it is not the
 * application's: else the program would never end.
 */
#include "window/myna-quick-window.h"

#include <glib/gi18n.h>

#include "base/tooltip.h"
#include "transcript/myna-conversation-view.h"

#define WIDTH      560
#define HEIGHT     520 /* with a reply */
#define MAX_QUOTED (256 * 1024)

struct _MynaQuickWindow
{
  AdwWindow parent_instance;

  MynaCore *core;
  MynaConversation *conversation; /* NULL: the store is not open yet */
  GtkWidget *view;
  GtkWidget *open_button;
  GCancellable *cancellable;  /* of reading the selection */
  gboolean takes_selection;   /* as soon as the window has the keyboard */
  gboolean waits_for_private; /* the temporary chat was asked for and is not there */
  gboolean began_private;     /* … and nobody else has it: it ends with this window */
};

G_DEFINE_FINAL_TYPE (MynaQuickWindow, myna_quick_window, ADW_TYPE_WINDOW)

/* ---- Its chat --------------------------------------------------------------------------------------------------- */

/* Whether nothing was asked in it. */
static gboolean
is_unasked (MynaQuickWindow *self)
{
  return !self->conversation
         || (myna_conversation_get_id (self->conversation) == 0
             && g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) == 0);
}

/* Room for the reply, once there is something to show. */
static void
update_size (MynaQuickWindow *self)
{
  int width, height;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (!is_unasked (self) && height < HEIGHT)
    gtk_window_set_default_size (GTK_WINDOW (self), MAX (width, 360), HEIGHT);
  else if (is_unasked (self) && height != -1)
    gtk_window_set_default_size (GTK_WINDOW (self), MAX (width, 360), -1);
}

static void
set_conversation (MynaQuickWindow *self, MynaConversation *conversation)
{
  if (self->conversation)
    g_signal_handlers_disconnect_by_data (self->conversation, self);
  g_set_object (&self->conversation, conversation);
  if (conversation)
    g_signal_connect_object (conversation, "items-changed", G_CALLBACK (update_size), self,
                             G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (self->view), conversation);
  gtk_widget_set_sensitive (self->open_button, conversation != NULL);
  update_size (self);
}

static void
temporary_cb (MynaQuickWindow *self)
{
  MynaConversation *temporary = myna_core_get_temporary (self->core);

  if (self->waits_for_private && temporary)
    {
      self->waits_for_private = FALSE;
      set_conversation (self, temporary);
    }
}

/* A chat, unless there is one.  Where the store is not open yet, what is written or asked waits for it. */
static void
begin (MynaQuickWindow *self)
{
  g_autoptr (MynaConversation) conversation = NULL;

  if (self->conversation || self->waits_for_private || !gtk_widget_get_visible (GTK_WIDGET (self)))
    return;
  if (g_settings_get_boolean (myna_core_get_settings (self->core), "ask-temporary"))
    {
      self->waits_for_private = TRUE;
      self->began_private = !myna_core_get_temporary (self->core);
      if (!self->began_private)
        temporary_cb (self);
      else
        myna_core_begin_temporary (self->core);
      return;
    }
  conversation = myna_core_new_conversation (self->core);
  if (conversation)
    set_conversation (self, conversation);
}

/* The history is another one. */
static void
store_cb (MynaQuickWindow *self)
{
  if (self->conversation && self->conversation != myna_core_get_temporary (self->core))
    set_conversation (self, NULL);
  begin (self);
}

gboolean
myna_quick_window_shows (MynaQuickWindow *self, MynaConversation *conversation)
{
  g_return_val_if_fail (MYNA_IS_QUICK_WINDOW (self), FALSE);

  return gtk_widget_get_visible (GTK_WIDGET (self)) && gtk_window_is_active (GTK_WINDOW (self))
         && (!conversation || conversation == self->conversation);
}

/* ---- What is selected ------------------------------------------------------------------------------------------- */

static void
quote (MynaQuickWindow *self, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, MIN (strlen (text), MAX_QUOTED));

  myna_conversation_view_quote (MYNA_CONVERSATION_VIEW (self->view), g_strchomp (valid));
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaQuickWindow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, &error);
  GdkClipboard *copied;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  copied = gtk_widget_get_clipboard (GTK_WIDGET (self));
  if (text && *g_strchug (text))
    quote (self, text);
  else if (GDK_CLIPBOARD (source) != copied)
    gdk_clipboard_read_text_async (copied, self->cancellable, read_cb, self);
}

/* Wayland gives the selection to the window that has the keyboard alone. */
static void
active_cb (MynaQuickWindow *self)
{
  if (!self->takes_selection || !gtk_window_is_active (GTK_WINDOW (self)))
    return;
  self->takes_selection = FALSE;
  gdk_clipboard_read_text_async (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), self->cancellable, read_cb, self);
}

void
myna_quick_window_take_selection (MynaQuickWindow *self)
{
  g_return_if_fail (MYNA_IS_QUICK_WINDOW (self));

  self->takes_selection = TRUE;
  active_cb (self);
}

/* ---- Opening and closing ---------------------------------------------------------------------------------------- */

static void
open_cb (MynaQuickWindow *self)
{
  g_autoptr (MynaConversation) conversation = self->conversation ? g_object_ref (self->conversation) : NULL;

  if (!conversation)
    return;
  self->began_private = FALSE;
  set_conversation (self, NULL);
  gtk_window_close (GTK_WINDOW (self));
  g_signal_emit_by_name (self, "open", conversation);
}

static gboolean
myna_quick_window_close_request (GtkWindow *window)
{
  MynaQuickWindow *self = MYNA_QUICK_WINDOW (window);

  self->takes_selection = FALSE;
  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  if (!is_unasked (self))
    {
      gboolean forget = self->began_private && self->conversation == myna_core_get_temporary (self->core);

      set_conversation (self, NULL);
      if (forget)
        myna_core_end_temporary (self->core);
      self->began_private = FALSE;
    }
  gtk_window_set_application (window, NULL);
  return GDK_EVENT_STOP;
}

void
myna_quick_window_show (MynaQuickWindow *self, GtkApplication *application)
{
  g_return_if_fail (MYNA_IS_QUICK_WINDOW (self));

  gtk_window_set_application (GTK_WINDOW (self), application);
  gtk_window_present (GTK_WINDOW (self));
  begin (self);
  myna_conversation_view_focus_composer (MYNA_CONVERSATION_VIEW (self->view));
}

void
myna_quick_window_ask (MynaQuickWindow *self, const char *question)
{
  g_return_if_fail (MYNA_IS_QUICK_WINDOW (self));

  if (*question)
    myna_conversation_view_ask (MYNA_CONVERSATION_VIEW (self->view), question);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_quick_window_dispose (GObject *object)
{
  MynaQuickWindow *self = MYNA_QUICK_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->conversation);
  g_clear_object (&self->core);
  G_OBJECT_CLASS (myna_quick_window_parent_class)->dispose (object);
}

/* The window grows with what is written. */
static void
myna_quick_window_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  GTK_WIDGET_CLASS (myna_quick_window_parent_class)
      ->measure (widget, orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
  if (orientation == GTK_ORIENTATION_VERTICAL && is_unasked (MYNA_QUICK_WINDOW (widget)))
    *minimum = *natural;
}

static void
myna_quick_window_class_init (MynaQuickWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_quick_window_dispose;
  GTK_WIDGET_CLASS (klass)->measure = myna_quick_window_measure;
  GTK_WINDOW_CLASS (klass)->close_request = myna_quick_window_close_request;
  g_signal_new ("open", MYNA_TYPE_QUICK_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_CONVERSATION);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
myna_quick_window_init (MynaQuickWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *title = gtk_label_new (_ ("Quick Question"));

  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (title, "title");
  myna_set_tooltip (title, _ ("Quick Question"));
  self->cancellable = g_cancellable_new ();
  self->open_button = gtk_button_new_with_label (_ ("Open in Myna"));
  gtk_widget_set_sensitive (self->open_button, FALSE);
  g_signal_connect_swapped (self->open_button, "clicked", G_CALLBACK (open_cb), self);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->open_button);
  adw_header_bar_set_decoration_layout (ADW_HEADER_BAR (header), ":close");
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), title);
  gtk_widget_add_css_class (header, "flat");
  self->view = myna_conversation_view_new ();
  myna_conversation_view_set_compact (MYNA_CONVERSATION_VIEW (self->view));
  gtk_widget_add_css_class (self->view, "conversation");
  gtk_widget_set_vexpand (self->view, TRUE);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), self->view);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Quick Question"));
  gtk_window_set_default_size (GTK_WINDOW (self), WIDTH, -1);
  gtk_widget_set_size_request (GTK_WIDGET (self), 360, -1);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
}

GtkWidget *
myna_quick_window_new (GtkApplication *application, MynaCore *core)
{
  MynaQuickWindow *self = g_object_new (MYNA_TYPE_QUICK_WINDOW, "application", application, NULL);

  self->core = g_object_ref (core);
  myna_conversation_view_set_library (MYNA_CONVERSATION_VIEW (self->view), myna_core_get_models (core));
  g_signal_connect_object (core, "notify::store", G_CALLBACK (store_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (core, "notify::temporary", G_CALLBACK (temporary_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
