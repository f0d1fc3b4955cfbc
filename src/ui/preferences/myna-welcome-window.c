/* myna-welcome-window.c: the first start: what Myna is, and what this computer can run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-welcome-window.h"

#include <glib/gi18n.h>

#include "chat/myna-bandwidth.h"
#include "chat/myna-memory.h"
#include "chat/myna-model-need.h"
#include "base/controls.h"
#include "base/myna-secondary-window.h"

/* Sizes of the families as they are published, quantised to four bits: weights, and all that is needed to run. */
static const struct
{
  const char *name;
  double weight_gb;
  double needed_gb;
} sizes[] = {
  { "GLM-Edge 1.5B", 0.9, 1.4 }, { "GLM-Edge 4B", 2.5, 3.3 }, { "ChatGLM 6B", 3.6, 4.5 },
  { "GLM-4 9B", 6.2, 7.2 },      { "GLM-4 32B", 19.5, 21.5 },
};

struct _MynaWelcomeWindow
{
  AdwWindow parent_instance;

  GCancellable *cancellable;
  GtkWidget *rows[G_N_ELEMENTS (sizes)];
};

G_DEFINE_FINAL_TYPE (MynaWelcomeWindow, myna_welcome_window, ADW_TYPE_WINDOW)

static void
show_verdict (GtkWidget *row, double needed_gb, double tokens_per_second)
{
  GtkWidget *label = g_object_get_data (G_OBJECT (row), "verdict");
  MynaModelVerdict verdict = myna_memory_get_verdict ((guint64) (needed_gb * 1e9), myna_memory_available ());
  g_autofree char *text = myna_computer_describe_speed (verdict, needed_gb, tokens_per_second);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_label_set_label (GTK_LABEL (label), verdict == MYNA_VERDICT_TOO_LARGE ? _ ("Too large")
                                          : tokens_per_second <= 0          ? ""
                                          : tokens_per_second >= 4          ? _ ("Runs well")
                                                                            : _ ("Slow"));
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaWelcomeWindow) self = user_data;
  double bandwidth = myna_bandwidth_measure_finish (result);

  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    show_verdict (self->rows[i], sizes[i].needed_gb, myna_bandwidth_to_rate (bandwidth, (guint64) (sizes[i].weight_gb * 1e9)));
}

static GtkWidget *
make_computer_group (MynaWelcomeWindow *self)
{
  g_autofree char *computer = myna_computer_describe ();
  GtkWidget *group = myna_group_new (_ ("Models for This Computer"), computer);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GtkWidget *verdict = gtk_label_new (NULL);

      self->rows[i] = myna_row_new (sizes[i].name, _ ("Measuring…"));
      gtk_widget_add_css_class (verdict, "dim-label");
      adw_action_row_add_suffix (ADW_ACTION_ROW (self->rows[i]), verdict);
      g_object_set_data (G_OBJECT (self->rows[i]), "verdict", verdict);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->rows[i]);
    }

  return group;
}

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
  gtk_widget_add_css_class (start, "pill");
  gtk_widget_add_css_class (start, "suggested-action");
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

  gtk_image_set_pixel_size (GTK_IMAGE (icon), 96);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), make_label (_ ("Welcome to Myna"), "title-1"));
  gtk_box_append (
      GTK_BOX (box),
      make_label (_ ("Chat with open GLM models on your own computer. Nothing you write leaves it. A small starter model "
                     "is included; larger models know more."),
                  "body"));
  gtk_box_append (GTK_BOX (box), make_buttons (self));
  gtk_box_append (GTK_BOX (box), make_computer_group (self));
  gtk_widget_add_css_class (box, "welcome");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 480);
  adw_clamp_set_child (ADW_CLAMP (clamp), box);

  return clamp;
}

static void
myna_welcome_window_dispose (GObject *object)
{
  MynaWelcomeWindow *self = MYNA_WELCOME_WINDOW (object);

  g_cancellable_cancel (self->cancellable);

  G_OBJECT_CLASS (myna_welcome_window_parent_class)->dispose (object);
}

static void
myna_welcome_window_finalize (GObject *object)
{
  MynaWelcomeWindow *self = MYNA_WELCOME_WINDOW (object);

  g_object_unref (self->cancellable);

  G_OBJECT_CLASS (myna_welcome_window_parent_class)->finalize (object);
}

static void
myna_welcome_window_class_init (MynaWelcomeWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_welcome_window_dispose;
  object_class->finalize = myna_welcome_window_finalize;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
myna_welcome_window_init (MynaWelcomeWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *scroller = myna_scroller_new (make_content (self), -1);

  self->cancellable = g_cancellable_new ();
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Welcome"));
  gtk_window_set_default_size (GTK_WINDOW (self), 560, 680);
  gtk_widget_add_css_class (header, "flat");
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), adw_window_title_new (NULL, NULL));
  gtk_box_append (GTK_BOX (box), header);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
  myna_bandwidth_measure_async (self->cancellable, measured_cb, g_object_ref (self));
}

GtkWidget *
myna_welcome_window_new (GtkWindow *parent)
{
  return g_object_new (MYNA_TYPE_WELCOME_WINDOW, "transient-for", parent, "modal", TRUE, NULL);
}
