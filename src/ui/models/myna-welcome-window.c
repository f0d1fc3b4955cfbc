/* myna-welcome-window.c: the first start: what Myna is, and what this computer can run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/myna-welcome-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-secondary-window.h"
#include "chat/myna-model-need.h"
#include "models/offer-list.h"

struct _MynaWelcomeWindow
{
  AdwWindow parent_instance;

  MynaCore *core;
};

G_DEFINE_FINAL_TYPE (MynaWelcomeWindow, myna_welcome_window, ADW_TYPE_WINDOW)

static void
add_model_cb (MynaWelcomeWindow *self)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  gtk_window_close (GTK_WINDOW (self));
  g_action_group_activate_action (G_ACTION_GROUP (gtk_window_get_application (parent)), "models", NULL);
}

static GtkWidget *
make_buttons (MynaWelcomeWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *start = gtk_button_new_with_label (_ ("Start Chatting"));
  GtkWidget *add = gtk_button_new_with_label (_ ("Add a Model"));

  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  myna_add_css_classes (start, "pill suggested-action");
  g_signal_connect_swapped (start, "clicked", G_CALLBACK (gtk_window_close), self);
  gtk_widget_add_css_class (add, "pill");
  g_signal_connect_swapped (add, "clicked", G_CALLBACK (add_model_cb), self);
  gtk_box_append (GTK_BOX (box), start);
  gtk_box_append (GTK_BOX (box), add);
  gtk_window_set_default_widget (GTK_WINDOW (self), start);

  return box;
}

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, css_class);

  return label;
}

static GtkWidget *
make_content (MynaWelcomeWindow *self)
{
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name (MYNA_APP_ID);
  g_autofree char *computer = myna_computer_describe ();

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 96);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), make_label (_ ("Welcome to Myna"), "title-1"));
  gtk_box_append (
      GTK_BOX (box),
      make_label (_ ("Chat with open GLM models on your own computer. Nothing you write leaves it. A small starter model "
                     "is included; larger models know more."),
                  "body"));
  gtk_box_append (GTK_BOX (box), make_buttons (self));
  gtk_box_append (GTK_BOX (box), myna_offer_list_new (myna_core_get_offers (self->core), myna_core_get_settings (self->core)));
  gtk_box_append (GTK_BOX (box), make_label (computer, "dim-label"));
  gtk_widget_add_css_class (box, "welcome");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 560);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);

  return clamp;
}

static void
myna_welcome_window_finalize (GObject *object)
{
  g_clear_object (&MYNA_WELCOME_WINDOW (object)->core);

  G_OBJECT_CLASS (myna_welcome_window_parent_class)->finalize (object);
}

static void
myna_welcome_window_class_init (MynaWelcomeWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = myna_welcome_window_finalize;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
myna_welcome_window_init (MynaWelcomeWindow *self)
{
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Welcome"));
  gtk_window_set_default_size (GTK_WINDOW (self), 560, 680);
}

static void
build (MynaWelcomeWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *scroller = myna_scroller_new (make_content (self), -1);

  gtk_widget_add_css_class (header, "flat");
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new (NULL, NULL));
  gtk_box_append (GTK_BOX (box), header);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
}

GtkWidget *
myna_welcome_window_new (GtkWindow *parent, MynaCore *core)
{
  MynaWelcomeWindow *self = g_object_new (MYNA_TYPE_WELCOME_WINDOW, "transient-for", parent, "modal", TRUE, NULL);

  self->core = g_object_ref (core);
  build (self);
  return GTK_WIDGET (self);
}
