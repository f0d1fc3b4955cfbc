/* copy-button.c: a flat button that copies, and shows that it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/copy-button.h"

#include "base/tooltip.h"

#define CONFIRMED_MS 1500

struct _MynaCopyButton
{
  GtkButton parent_instance;
  guint timeout;
};

G_DEFINE_FINAL_TYPE (MynaCopyButton, myna_copy_button, GTK_TYPE_BUTTON)

static gboolean
time_is_up (gpointer user_data)
{
  MynaCopyButton *self = user_data;

  self->timeout = 0;
  gtk_button_set_icon_name (GTK_BUTTON (self), "edit-copy-symbolic");
  return G_SOURCE_REMOVE;
}

void
myna_copy_button_copy (MynaCopyButton *self, const char *text)
{
  g_return_if_fail (MYNA_IS_COPY_BUTTON (self));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  gtk_button_set_icon_name (GTK_BUTTON (self), "object-select-symbolic");
  g_clear_handle_id (&self->timeout, g_source_remove);
  self->timeout = g_timeout_add (CONFIRMED_MS, time_is_up, self);
}

static void
myna_copy_button_dispose (GObject *object)
{
  g_clear_handle_id (&MYNA_COPY_BUTTON (object)->timeout, g_source_remove);
  G_OBJECT_CLASS (myna_copy_button_parent_class)->dispose (object);
}

static void
myna_copy_button_class_init (MynaCopyButtonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_copy_button_dispose;
}

static void
myna_copy_button_init (MynaCopyButton *self)
{
}

GtkWidget *
myna_copy_button_new (const char *label)
{
  GtkWidget *self = g_object_new (MYNA_TYPE_COPY_BUTTON, "icon-name", "edit-copy-symbolic", NULL);

  myna_set_tooltip (self, label);
  gtk_widget_add_css_class (self, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  return self;
}
