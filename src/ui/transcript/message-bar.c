/* message-bar.c: what is below a message: buttons for what can be done with it, and its figures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-bar.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/days.h"
#include "chat/message-words.h"
#include "markdown/copy-button.h"

struct _MynaMessageBar
{
  GtkWidget parent_instance;

  MynaConversation *conversation;
  MynaMessage *message;
  GtkWidget *copy_button;
  GtkWidget *edit_button;       /* of a question */
  GtkWidget *regenerate_button; /* of a reply, as the marks */
  GtkWidget *regenerate_with;   /* a menu, made when there are other models */
  GMenuModel *models;           /* NULL: none */
  GtkWidget *switcher;
  GtkWidget *switcher_label;
  GtkWidget *good_button;
  GtkWidget *bad_button;
  GtkWidget *silence_button; /* made when it is first read aloud */
  GtkWidget *more_button;
  GtkWidget *figures; /* of a reply */
  GtkWidget *time;    /* of a question */
  gboolean setting_marks;
};

G_DEFINE_FINAL_TYPE (MynaMessageBar, myna_message_bar, GTK_TYPE_WIDGET)

/* ---- Buttons ---------------------------------------------------------------------------------------------------- */

void
myna_message_bar_copy (MynaMessageBar *self)
{
  g_autofree char *text = myna_message_dup_copy (self->message);

  myna_copy_button_copy (MYNA_COPY_BUTTON (self->copy_button), text);
}

static void
edit_clicked_cb (MynaMessageBar *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "message.edit", NULL);
}

static void
regenerate_clicked_cb (MynaMessageBar *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "message.regenerate", NULL);
}

static void
previous_clicked_cb (MynaMessageBar *self)
{
  myna_conversation_switch (self->conversation, self->message, -1);
}

static void
next_clicked_cb (MynaMessageBar *self)
{
  myna_conversation_switch (self->conversation, self->message, 1);
}

static void
mark_toggled_cb (MynaMessageBar *self, GtkToggleButton *button)
{
  int mark = GTK_WIDGET (button) == self->good_button ? 1 : -1;

  if (!self->setting_marks)
    myna_conversation_set_mark (self->conversation, self->message, gtk_toggle_button_get_active (button) ? mark : 0);
}

/* ---- State ------------------------------------------------------------------------------------------------------ */

void
myna_message_bar_update_text (MynaMessageBar *self)
{
  g_autofree char *text = NULL;

  gtk_widget_set_sensitive (self->copy_button, *myna_message_get_text (self->message));
  if (!self->figures)
    return;
  text = myna_message_dup_figures (self->message, myna_conversation_get_rate (self->conversation));
  gtk_label_set_label (GTK_LABEL (self->figures), text ? text : "");
  myna_set_tooltip (self->figures, text); /* the whole of it where there is no room */
}

/* When it was asked, beside the question's actions. */
static void
update_time (MynaMessageBar *self)
{
  gint64 created_at = myna_message_get_record (self->message)->created_at;
  g_autoptr (GDateTime) time = created_at ? g_date_time_new_from_unix_local (created_at / 1000) : NULL;
  g_autofree char *date = time ? g_date_time_format (time, "%c") : NULL;
  g_autofree char *clock = myna_clock_describe (created_at);

  if (!self->time)
    return;
  gtk_label_set_label (GTK_LABEL (self->time), clock);
  myna_set_tooltip (self->time, date);
}

static void update_models (MynaMessageBar *self);

void
myna_message_bar_update (MynaMessageBar *self)
{
  gboolean busy = myna_conversation_get_busy (self->conversation);
  gboolean generating = myna_message_get_state (self->message) == STORE_STATE_GENERATING;
  gboolean queued = myna_message_get_queued (self->message);
  int n_siblings = myna_message_get_n_siblings (self->message);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->conversation));
  gboolean newest = myna_conversation_find (self->conversation, self->message) + 1 == n;
  g_autofree char *position = g_strdup_printf ("%d/%d", myna_message_get_sibling_index (self->message) + 1, n_siblings);

  /* What can be done with a call is in its card. */
  if (!self->edit_button)
    gtk_widget_set_visible (GTK_WIDGET (self), !myna_message_get_record (self->message)->call || n_siblings > 1);
  gtk_label_set_label (GTK_LABEL (self->switcher_label), position);
  gtk_widget_set_visible (self->switcher, n_siblings > 1 && !queued);
  gtk_widget_set_sensitive (self->switcher, !busy);
  gtk_widget_set_visible (self->more_button, !queued && !generating);
  if (self->edit_button)
    {
      gtk_widget_set_visible (self->edit_button, !queued);
      gtk_widget_set_sensitive (self->edit_button, !busy);
    }
  else
    {
      int mark = myna_message_get_mark (self->message);

      gtk_widget_set_visible (self->regenerate_button, !generating);
      gtk_widget_set_sensitive (self->regenerate_button, !busy);
      update_models (self);
      self->setting_marks = TRUE;
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->good_button), mark > 0);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->bad_button), mark < 0);
      self->setting_marks = FALSE;
      gtk_widget_set_visible (self->good_button, !generating && myna_message_get_id (self->message));
      gtk_widget_set_visible (self->bad_button, !generating && myna_message_get_id (self->message));
    }
  myna_set_css_class (GTK_WIDGET (self), "newest", newest && self->regenerate_button);
  myna_message_bar_update_text (self);
  update_time (self);
}

void
myna_message_bar_set_read_aloud (MynaMessageBar *self, gboolean is_read)
{
  if (is_read && !self->silence_button)
    {
      self->silence_button =
          myna_action_button_new ("media-playback-stop-symbolic", "message.stop-reading", _ ("Stop Reading Aloud"));
      gtk_widget_add_css_class (self->silence_button, "flat");
      gtk_widget_insert_before (self->silence_button, GTK_WIDGET (self), self->more_button);
    }
  if (self->silence_button)
    gtk_widget_set_visible (self->silence_button, is_read);
}

void
myna_message_bar_bind (MynaMessageBar *self, MynaConversation *conversation, MynaMessage *message)
{
  g_return_if_fail (MYNA_IS_MESSAGE_BAR (self));

  g_set_object (&self->conversation, conversation);
  g_set_object (&self->message, message);
}

GtkWidget *
myna_message_bar_get_menu_button (MynaMessageBar *self)
{
  return self->more_button;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
add_label (GtkWidget *parent)
{
  GtkWidget *label = gtk_label_new (NULL);

  myna_add_css_classes (label, "caption numeric dim-label");
  gtk_widget_insert_before (label, parent, NULL);
  return label;
}

static GtkWidget *
add_button (MynaMessageBar *self, GtkWidget *parent, GtkWidget *button, const char *icon, const char *label, GCallback callback)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_add_css_class (button, "flat");
  myna_set_name (button, label);
  g_signal_connect_swapped (button, GTK_IS_TOGGLE_BUTTON (button) ? "toggled" : "clicked", callback, self);
  gtk_widget_insert_before (button, parent, NULL);
  return button;
}

static void
build_switcher (MynaMessageBar *self)
{
  self->switcher = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->switcher, "versions");
  add_button (self, self->switcher, gtk_button_new (), "go-previous-symbolic", _ ("Previous version"),
              G_CALLBACK (previous_clicked_cb));
  self->switcher_label = add_label (self->switcher);
  add_button (self, self->switcher, gtk_button_new (), "go-next-symbolic", _ ("Next version"), G_CALLBACK (next_clicked_cb));
  gtk_widget_set_parent (self->switcher, GTK_WIDGET (self));
}

/* The popover is made when it is first opened. */
static void
create_menu (GtkMenuButton *button, gpointer menu)
{
  if (!gtk_menu_button_get_menu_model (button))
    gtk_menu_button_set_menu_model (button, menu);
}

static GtkWidget *
add_menu_button (MynaMessageBar *self, const char *icon, const char *label, GMenuModel *menu)
{
  GtkWidget *button = gtk_menu_button_new ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), icon);
  if (menu)
    gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), create_menu, g_object_ref (menu), g_object_unref);
  gtk_widget_add_css_class (button, "flat");
  myna_set_name (button, label);
  gtk_widget_set_parent (button, GTK_WIDGET (self));
  return button;
}

/* Which other models there are has changed, or what the message can do. */
static void
update_models (MynaMessageBar *self)
{
  gboolean shown = self->message && self->models && g_menu_model_get_n_items (self->models) > 0
                   && myna_message_get_state (self->message) != STORE_STATE_GENERATING;

  if (shown && !self->regenerate_with)
    {
      self->regenerate_with = add_menu_button (self, "pan-down-symbolic", _ ("Regenerate with Another Model"), self->models);
      gtk_widget_add_css_class (self->regenerate_with, "narrow");
      gtk_widget_insert_after (self->regenerate_with, GTK_WIDGET (self), self->regenerate_button);
    }
  if (!self->regenerate_with)
    return;
  gtk_widget_set_visible (self->regenerate_with, shown);
  gtk_widget_set_sensitive (self->regenerate_with, shown && !myna_conversation_get_busy (self->conversation));
}

static void
build_regenerate (MynaMessageBar *self, GMenuModel *models)
{
  self->regenerate_button = add_button (self, GTK_WIDGET (self), gtk_button_new (), "view-refresh-symbolic", _ ("Regenerate"),
                                        G_CALLBACK (regenerate_clicked_cb));
  if (models)
    g_signal_connect_object (models, "items-changed", G_CALLBACK (update_models), self, G_CONNECT_SWAPPED);
  g_set_object (&self->models, models);
}

static void
myna_message_bar_dispose (GObject *object)
{
  MynaMessageBar *self = MYNA_MESSAGE_BAR (object);
  g_clear_object (&self->conversation);
  g_clear_object (&self->message);
  g_clear_object (&self->models);
  myna_drop_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (myna_message_bar_parent_class)->dispose (object);
}

static void
myna_message_bar_class_init (MynaMessageBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_message_bar_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
}

static void
myna_message_bar_init (MynaMessageBar *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "message-actions");
}

GtkWidget *
myna_message_bar_new (gboolean is_question, GMenuModel *menu, GMenuModel *models)
{
  MynaMessageBar *self = g_object_new (MYNA_TYPE_MESSAGE_BAR, NULL);
  GtkWidget *widget = GTK_WIDGET (self);

  if (is_question)
    self->time = add_label (widget);
  self->copy_button = myna_copy_button_new (_ ("Copy"));
  g_signal_connect_swapped (self->copy_button, "clicked", G_CALLBACK (myna_message_bar_copy), self);
  gtk_widget_set_parent (self->copy_button, widget);
  if (is_question)
    {
      gtk_widget_set_halign (widget, GTK_ALIGN_END);
      self->edit_button =
          add_button (self, widget, gtk_button_new (), "document-edit-symbolic", _ ("Edit"), G_CALLBACK (edit_clicked_cb));
      build_switcher (self);
    }
  else
    {
      build_regenerate (self, models);
      build_switcher (self);
      self->good_button = add_button (self, widget, gtk_toggle_button_new (), "myna-good-symbolic", _ ("Good answer"),
                                      G_CALLBACK (mark_toggled_cb));
      self->bad_button = add_button (self, widget, gtk_toggle_button_new (), "myna-bad-symbolic", _ ("Bad answer"),
                                     G_CALLBACK (mark_toggled_cb));
    }
  self->more_button = add_menu_button (self, "view-more-horizontal-symbolic", _ ("More"), menu);
  if (is_question)
    return widget;
  self->figures = add_label (widget);
  gtk_widget_set_hexpand (self->figures, TRUE);
  gtk_widget_set_halign (self->figures, GTK_ALIGN_END);
  gtk_label_set_ellipsize (GTK_LABEL (self->figures), PANGO_ELLIPSIZE_END);
  return widget;
}
