/* starter-hint.c: that the starter model is too small for documents, said once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/starter-hint.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "composer/send-key.h"

#define DONE_KEY "starter-hint-done"

struct _MynaStarterHint
{
  GtkBox parent_instance;

  GSettings *settings; /* NULL: the defaults */
};

G_DEFINE_FINAL_TYPE (MynaStarterHint, myna_starter_hint, GTK_TYPE_BOX)

void
myna_starter_hint_update (MynaStarterHint *self, MynaModelLibrary *library, MynaConversation *conversation,
                          gboolean has_documents)
{
  const char *path = conversation ? myna_conversation_get_model (conversation) : NULL;
  gboolean wanted = has_documents && library && myna_model_library_is_starter (library, path);

  g_return_if_fail (MYNA_IS_STARTER_HINT (self));

  if (wanted == gtk_widget_get_visible (GTK_WIDGET (self))
      || (wanted && self->settings && g_settings_get_boolean (self->settings, DONE_KEY)))
    return;
  if (wanted && self->settings)
    g_settings_set_boolean (self->settings, DONE_KEY, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self), wanted);
}

static void
close_cb (GtkWidget *self)
{
  gtk_widget_set_visible (self, FALSE);
  gtk_widget_child_focus (gtk_widget_get_parent (gtk_widget_get_parent (self)), GTK_DIR_TAB_FORWARD);
}

static void
models_cb (GtkWidget *self)
{
  gtk_widget_set_visible (self, FALSE);
  gtk_widget_activate_action (self, "app.models", NULL);
}

static void
myna_starter_hint_dispose (GObject *object)
{
  g_clear_object (&MYNA_STARTER_HINT (object)->settings);
  G_OBJECT_CLASS (myna_starter_hint_parent_class)->dispose (object);
}

static void
myna_starter_hint_class_init (MynaStarterHintClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_starter_hint_dispose;
}

static void
myna_starter_hint_init (MynaStarterHint *self)
{
  GtkWidget *label = gtk_label_new (_ ("This small model can’t answer questions about documents. Choose a larger model."));
  GtkWidget *models = gtk_button_new_with_label (_ ("Models")),
            *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->settings = myna_send_key_open_settings ();
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_set_valign (models, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (close, GTK_ALIGN_CENTER);
  myna_add_css_classes (close, "flat circular");
  myna_set_name (close, _ ("Close Hint"));
  g_signal_connect_swapped (models, "clicked", G_CALLBACK (models_cb), self);
  g_signal_connect_swapped (close, "clicked", G_CALLBACK (close_cb), self);
  gtk_box_set_spacing (GTK_BOX (self), 6);
  gtk_box_append (GTK_BOX (self), label);
  gtk_box_append (GTK_BOX (self), models);
  gtk_box_append (GTK_BOX (self), close);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
myna_starter_hint_new (void)
{
  return g_object_new (MYNA_TYPE_STARTER_HINT, NULL);
}
