/* attachment-list.c: the attachments of a message that is being written, as chips in lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The chips are laid out here: a GtkFlowBox that is not given its whole width measures its height for another number of lines
 * than it makes, and covers what is below it.
 */
#include "composer/attachment-list.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/controls.h"
#include "base/tooltip.h"

#define SPACING 6

struct _MynaAttachmentList
{
  GtkWidget parent_instance;

  GPtrArray *attachments; /* MynaAttachment; a child for each, in the same order */
  gboolean warning;
};

enum
{
  SIGNAL_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaAttachmentList, myna_attachment_list, GTK_TYPE_WIDGET)

/* ---- Chips ------------------------------------------------------------------------------------------------------ */

static void
update_chip (MynaAttachmentList *self, GtkWidget *chip)
{
  GtkWidget *icon = gtk_widget_get_first_child (chip);

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), self->warning ? "dialog-warning-symbolic" : "text-x-generic-symbolic");
  if (self->warning)
    gtk_widget_add_css_class (chip, "warning");
  else
    gtk_widget_remove_css_class (chip, "warning");
}

static void
remove_clicked_cb (GtkButton *button, gpointer user_data)
{
  MynaAttachmentList *self = user_data;
  GtkWidget *chip = gtk_widget_get_parent (GTK_WIDGET (button));
  guint i = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != chip;
       child = gtk_widget_get_next_sibling (child))
    i++;
  g_ptr_array_remove_index (self->attachments, i);
  gtk_widget_unparent (chip);
  gtk_widget_set_visible (GTK_WIDGET (self), self->attachments->len > 0);
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0);
}

static void
add_chip (MynaAttachmentList *self, const MynaAttachment *attachment)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *name = gtk_label_new (attachment->name);
  g_autofree char *size_text = myna_attachment_describe (attachment);
  GtkWidget *size = gtk_label_new (size_text);
  g_autofree char *label = g_strdup_printf (_ ("Remove “%s”"), attachment->name);
  GtkWidget *button = gtk_button_new_from_icon_name ("window-close-symbolic");

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (name), 24);
  gtk_widget_add_css_class (size, "dim-label");
  gtk_widget_add_css_class (size, "caption");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  myna_set_name (button, label);
  g_signal_connect (button, "clicked", G_CALLBACK (remove_clicked_cb), self);
  gtk_widget_add_css_class (box, "attachment-chip");
  gtk_box_append (GTK_BOX (box), gtk_image_new ());
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), size);
  gtk_box_append (GTK_BOX (box), button);
  update_chip (self, box);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

/* ---- Contents --------------------------------------------------------------------------------------------------- */

guint
myna_attachment_list_get_n (MynaAttachmentList *self)
{
  g_return_val_if_fail (MYNA_IS_ATTACHMENT_LIST (self), 0);

  return self->attachments->len;
}

gboolean
myna_attachment_list_add (MynaAttachmentList *self, const char *name, const char *text, guint n_pages, const char *type)
{
  MynaAttachment *attachment;
  gsize total = strlen (text);

  g_return_val_if_fail (MYNA_IS_ATTACHMENT_LIST (self), FALSE);

  for (guint i = 0; i < self->attachments->len; i++)
    total += myna_attachment_get_size (g_ptr_array_index (self->attachments, i));
  if (self->attachments->len >= MYNA_ATTACHMENTS_MAX || total > MYNA_ATTACHMENT_MAX_BYTES)
    return FALSE;
  attachment = myna_attachment_new (name, text);
  attachment->n_pages = n_pages;
  attachment->type = g_strdup (type);
  g_ptr_array_add (self->attachments, attachment);
  add_chip (self, attachment);
  return TRUE;
}

char *
myna_attachment_list_to_json (MynaAttachmentList *self)
{
  g_return_val_if_fail (MYNA_IS_ATTACHMENT_LIST (self), NULL);

  return myna_attachments_to_json (self->attachments);
}

char *
myna_attachment_list_to_short_json (MynaAttachmentList *self)
{
  g_return_val_if_fail (MYNA_IS_ATTACHMENT_LIST (self), NULL);

  return myna_attachments_to_short_json (self->attachments);
}

static void
remove_chips (MynaAttachmentList *self)
{
  myna_drop_children (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GPtrArray *
myna_attachment_list_take (MynaAttachmentList *self)
{
  GPtrArray *attachments;

  g_return_val_if_fail (MYNA_IS_ATTACHMENT_LIST (self), NULL);

  if (self->attachments->len == 0)
    return NULL;
  attachments = self->attachments;
  self->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  remove_chips (self);
  return attachments;
}

void
myna_attachment_list_give (MynaAttachmentList *self, GPtrArray *attachments)
{
  g_return_if_fail (MYNA_IS_ATTACHMENT_LIST (self));

  for (guint i = 0; i < attachments->len; i++)
    add_chip (self, g_ptr_array_index (attachments, i));
  g_ptr_array_extend_and_steal (self->attachments, attachments);
}

void
myna_attachment_list_clear (MynaAttachmentList *self)
{
  g_autoptr (GPtrArray) attachments = myna_attachment_list_take (self);
}

void
myna_attachment_list_set_warning (MynaAttachmentList *self, gboolean warning)
{
  g_return_if_fail (MYNA_IS_ATTACHMENT_LIST (self));

  if (self->warning == warning)
    return;
  self->warning = warning;
  for (GtkWidget *chip = gtk_widget_get_first_child (GTK_WIDGET (self)); chip; chip = gtk_widget_get_next_sibling (chip))
    update_chip (self, chip);
}

/* ---- Layout ----------------------------------------------------------------------------------------------------- */

/* Puts the chips into lines of this width, where allocate says so, and returns the height of all lines. */
static int
lay_out (MynaAttachmentList *self, int width, gboolean allocate)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int x = 0, y = 0, line_height = 0;

  for (GtkWidget *chip = gtk_widget_get_first_child (GTK_WIDGET (self)); chip; chip = gtk_widget_get_next_sibling (chip))
    {
      int minimum, natural, height, chip_width;

      gtk_widget_measure (chip, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
      chip_width = MAX (minimum, MIN (natural, width));
      gtk_widget_measure (chip, GTK_ORIENTATION_VERTICAL, chip_width, NULL, &height, NULL, NULL);
      if (x > 0 && x + chip_width > width)
        {
          x = 0;
          y += line_height + SPACING;
          line_height = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (chip, &(GtkAllocation){ rtl ? width - x - chip_width : x, y, chip_width, height }, -1);
      x += chip_width + SPACING;
      line_height = MAX (line_height, height);
    }
  return y + line_height;
}

static void
myna_attachment_list_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                              int *minimum_baseline, int *natural_baseline)
{
  int widest = 0, sum = 0;

  for (GtkWidget *chip = gtk_widget_get_first_child (widget); chip; chip = gtk_widget_get_next_sibling (chip))
    {
      int chip_minimum, chip_natural;

      gtk_widget_measure (chip, GTK_ORIENTATION_HORIZONTAL, -1, &chip_minimum, &chip_natural, NULL, NULL);
      widest = MAX (widest, chip_minimum);
      sum += chip_natural + (sum ? SPACING : 0);
    }
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = widest;
      *natural = MAX (widest, sum);
    }
  else
    {
      *minimum = *natural = lay_out (MYNA_ATTACHMENT_LIST (widget), for_size < 0 ? MAX (widest, sum) : for_size, FALSE);
    }
}

static void
myna_attachment_list_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (MYNA_ATTACHMENT_LIST (widget), width, TRUE);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_attachment_list_dispose (GObject *object)
{
  remove_chips (MYNA_ATTACHMENT_LIST (object));
  G_OBJECT_CLASS (myna_attachment_list_parent_class)->dispose (object);
}

static void
myna_attachment_list_finalize (GObject *object)
{
  g_ptr_array_unref (MYNA_ATTACHMENT_LIST (object)->attachments);
  G_OBJECT_CLASS (myna_attachment_list_parent_class)->finalize (object);
}

static void
myna_attachment_list_class_init (MynaAttachmentListClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_attachment_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_attachment_list_finalize;
  widget_class->measure = myna_attachment_list_measure;
  widget_class->size_allocate = myna_attachment_list_size_allocate;
  myna_class_set_height_for_width (widget_class);
  signals[SIGNAL_REMOVED] =
      g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "attachments");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
myna_attachment_list_init (MynaAttachmentList *self)
{
  self->attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
myna_attachment_list_new (void)
{
  return g_object_new (MYNA_TYPE_ATTACHMENT_LIST, NULL);
}
