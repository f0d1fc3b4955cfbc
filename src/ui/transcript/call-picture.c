/* call-picture.c: a picture that a program made, no larger than there is room for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Unlike a GtkPicture it never gets less height than its width asks for: rows of the transcript are as high as they must be.
 */
#include "transcript/call-picture.h"
#include "base/controls.h"

#include <glib/gi18n.h>

struct _MynaCallPicture
{
  GtkWidget parent_instance;

  GdkTexture *texture;
};

G_DEFINE_FINAL_TYPE (MynaCallPicture, myna_call_picture, GTK_TYPE_WIDGET)

static void
myna_call_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                           int *minimum_baseline, int *natural_baseline)
{
  GdkTexture *texture = MYNA_CALL_PICTURE (widget)->texture;
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 0;
      *natural = width;
    }
  else
    *minimum = *natural = for_size < 0 || for_size >= width ? height : (height * for_size + width - 1) / width;
}

/* At the side where text begins. */
static void
myna_call_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  GdkTexture *texture = MYNA_CALL_PICTURE (widget)->texture;
  int width = MIN (gdk_texture_get_width (texture), gtk_widget_get_width (widget));
  double height = (double) gdk_texture_get_height (texture) * width / gdk_texture_get_width (texture);
  int x = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL ? gtk_widget_get_width (widget) - width : 0;

  gtk_snapshot_append_texture (snapshot, texture, &GRAPHENE_RECT_INIT (x, 0, width, (float) height));
}

static void
myna_call_picture_finalize (GObject *object)
{
  g_clear_object (&MYNA_CALL_PICTURE (object)->texture);
  G_OBJECT_CLASS (myna_call_picture_parent_class)->finalize (object);
}

static void
myna_call_picture_class_init (MynaCallPictureClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_call_picture_finalize;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_call_picture_measure;
  widget_class->snapshot = myna_call_picture_snapshot;
  gtk_widget_class_set_css_name (widget_class, "callpicture");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
myna_call_picture_init (MynaCallPicture *self)
{
}

GtkWidget *
myna_call_picture_new (GdkTexture *texture)
{
  MynaCallPicture *self = g_object_new (MYNA_TYPE_CALL_PICTURE, NULL);
  /* Translators: what a screen reader says of a picture that a program drew: its size in pixels */
  g_autofree char *name =
      g_strdup_printf (_ ("Picture, %d × %d"), gdk_texture_get_width (texture), gdk_texture_get_height (texture));

  self->texture = g_object_ref (texture);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return GTK_WIDGET (self);
}
