/* myna-banner.c: a lasting problem, in words, with what the person can do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AdwBanner is of libadwaita 1.3 and has one line; this one tells the problem, the way out and, folded, the exact error.
 */
#include "base/myna-banner.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/myna-problem.h"

struct _MynaBanner
{
  AdwBin parent_instance;

  GtkWidget *revealer;
  GtkWidget *title;
  GtkWidget *body;
  GtkWidget *details_button;
  GtkWidget *details;
  GtkWidget *button, *second;
};

G_DEFINE_FINAL_TYPE (MynaBanner, myna_banner, ADW_TYPE_BIN)

static void
close_cb (MynaBanner *self)
{
  myna_banner_hide (self);
}

static void
myna_banner_class_init (MynaBannerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_css_name (widget_class, "problem");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
}

static GtkWidget *
make_label (const char *css_class)
{
  return g_object_new (GTK_TYPE_LABEL, "xalign", 0.0f, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD_CHAR, "css-classes",
                       (const char *[]){ css_class, NULL }, NULL);
}

/* Below the text, that it has the width of a narrow window. */
static GtkWidget *
make_buttons (MynaBanner *self)
{
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->button = gtk_button_new ();
  gtk_widget_add_css_class (self->button, "action");
  gtk_box_append (GTK_BOX (buttons), self->button);
  self->second = gtk_button_new ();
  gtk_widget_add_css_class (self->second, "action");
  gtk_box_append (GTK_BOX (buttons), self->second);
  self->details_button = gtk_toggle_button_new_with_label (_ ("Details"));
  myna_add_css_classes (self->details_button, "flat details");
  gtk_widget_set_valign (self->details_button, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (buttons), self->details_button);
  return buttons;
}

static GtkWidget *
make_texts (MynaBanner *self)
{
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->title = make_label ("heading");
  gtk_box_append (GTK_BOX (texts), self->title);
  self->body = make_label ("body");
  gtk_box_append (GTK_BOX (texts), self->body);
  gtk_box_append (GTK_BOX (texts), make_buttons (self));
  self->details = make_label ("caption");
  gtk_label_set_selectable (GTK_LABEL (self->details), TRUE);
  g_object_bind_property (self->details_button, "active", self->details, "visible", G_BINDING_SYNC_CREATE);
  gtk_box_append (GTK_BOX (texts), self->details);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);

  return texts;
}

static void
myna_banner_init (MynaBanner *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name ("dialog-warning-symbolic");
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_widget_add_css_class (box, "problem-box");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), make_texts (self));
  gtk_widget_add_css_class (close, "flat");
  gtk_widget_set_valign (close, GTK_ALIGN_START);
  myna_set_name (close, _ ("Dismiss"));
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (close_cb), self);
  gtk_box_append (GTK_BOX (box), close);

  self->revealer = gtk_revealer_new ();
  gtk_revealer_set_child (GTK_REVEALER (self->revealer), box);
  adw_bin_set_child (ADW_BIN (self), self->revealer);
}

GtkWidget *
myna_banner_new (void)
{
  return g_object_new (MYNA_TYPE_BANNER, NULL);
}

/* A page that scrolls may have been left far below: it moves so far that the banner is seen, once it has its place. */
static gboolean
come_into_view_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaBanner *self = MYNA_BANNER (widget);
  GtkWidget *viewport = gtk_widget_get_ancestor (widget, GTK_TYPE_VIEWPORT);
  GtkWidget *page = viewport ? gtk_viewport_get_child (GTK_VIEWPORT (viewport)) : NULL;
  graphene_rect_t bounds;
  int *n_frames = user_data;

  if (!page || !gtk_revealer_get_reveal_child (GTK_REVEALER (self->revealer)))
    return G_SOURCE_REMOVE;
  /* Frames call this before they lay out. */
  if (!gtk_revealer_get_child_revealed (GTK_REVEALER (self->revealer)) || ++*n_frames < 2)
    return G_SOURCE_CONTINUE;
  if (gtk_widget_compute_bounds (widget, page, &bounds))
    gtk_adjustment_clamp_page (gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (viewport)), bounds.origin.y,
                               bounds.origin.y + bounds.size.height);
  return G_SOURCE_REMOVE;
}

void
myna_banner_show (MynaBanner *self, const char *title, const char *body, const char *details, const char *button_label,
                  const char *action_name, GVariant *target)
{
  g_return_if_fail (MYNA_IS_BANNER (self));

  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_label_set_label (GTK_LABEL (self->body), body ? body : "");
  gtk_widget_set_visible (self->body, body != NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->details_button), FALSE);
  gtk_widget_set_visible (self->details_button, details != NULL);
  gtk_label_set_label (GTK_LABEL (self->details), details ? details : "");
  gtk_widget_set_visible (self->button, button_label != NULL);
  gtk_widget_set_visible (self->second, FALSE);
  gtk_button_set_label (GTK_BUTTON (self->button), button_label ? button_label : "");
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->button), target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), action_name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), TRUE);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), come_into_view_cb, g_new0 (int, 1), g_free);
}

void
myna_banner_show_error (MynaBanner *self, const char *title, const GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_banner_show (self, title, body, myna_problem_get_details (error), NULL, NULL, NULL);
}

void
myna_banner_add_button (MynaBanner *self, const char *label, GVariant *target)
{
  g_return_if_fail (MYNA_IS_BANNER (self));

  gtk_button_set_label (GTK_BUTTON (self->second), label);
  gtk_actionable_set_action_target_value (GTK_ACTIONABLE (self->second), target);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->second),
                                  gtk_actionable_get_action_name (GTK_ACTIONABLE (self->button)));
  gtk_widget_set_visible (self->second, TRUE);
}

void
myna_banner_hide (MynaBanner *self)
{
  g_return_if_fail (MYNA_IS_BANNER (self));

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->revealer), FALSE);
}
