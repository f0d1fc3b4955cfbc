/* summary-block.c: the head of a <details>: what it says, and a button that folds
 *
 * The view folds (markdown.fold); the block says how it stands.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "base/controls.h"
#include "markdown/block-views.h"

struct _MynaSummaryBlock
{
  MynaBlockView parent_instance;
  GtkWidget *button;
  GtkWidget *arrow;
  GtkWidget *label;
};

G_DEFINE_FINAL_TYPE (MynaSummaryBlock, myna_summary_block, MYNA_TYPE_BLOCK_VIEW)

static void
myna_summary_block_update (MynaBlockView *view)
{
  MynaSummaryBlock *self = MYNA_SUMMARY_BLOCK (view);
  const MynaBlock *block = myna_block_view_get_block (view);
  const char *text = *block->string.text ? block->string.text : _ ("Details");

  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow), block->is_open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_STATE_EXPANDED, block->is_open, -1);
}

static void
clicked_cb (MynaSummaryBlock *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "markdown.fold", "u",
                              myna_block_view_get_block (MYNA_BLOCK_VIEW (self))->level);
}

static void
add_background (PangoAttrList *list, const GdkRGBA *color, MynaRange range)
{
  PangoAttribute *attributes[] = {
    pango_attr_background_new (color->red * 65535, color->green * 65535, color->blue * 65535),
    pango_attr_background_alpha_new (MAX (1, color->alpha * 65535)),
  };

  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    {
      attributes[i]->start_index = range.start;
      attributes[i]->end_index = range.end;
      pango_attr_list_insert (list, attributes[i]);
    }
}

static void
myna_summary_block_marks_changed (MynaBlockView *view)
{
  const MynaMarks *marks = myna_block_view_get_marks (view);
  const MynaInk *ink = myna_block_view_get_ink (view);
  g_autoptr (PangoAttrList) list = pango_attr_list_new ();

  for (guint i = 0; marks->matches && i < marks->matches->len; i++)
    add_background (list, (int) i == marks->current ? &ink->current_match : &ink->match,
                    g_array_index (marks->matches, MynaRange, i));
  if (marks->selection.start < marks->selection.end)
    add_background (list, &ink->selection, marks->selection);
  gtk_label_set_attributes (GTK_LABEL (MYNA_SUMMARY_BLOCK (view)->label), list);
}

static void
myna_summary_block_dispose (GObject *object)
{
  g_clear_pointer (&MYNA_SUMMARY_BLOCK (object)->button, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_summary_block_parent_class)->dispose (object);
}

static void
myna_summary_block_class_init (MynaSummaryBlockClass *klass)
{
  MynaBlockViewClass *view_class = MYNA_BLOCK_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_summary_block_dispose;
  view_class->update = myna_summary_block_update;
  view_class->marks_changed = myna_summary_block_marks_changed;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "summaryblock");
}

static void
myna_summary_block_init (MynaSummaryBlock *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->arrow = gtk_image_new ();
  self->label = myna_long_label_new (NULL, NULL);
  gtk_box_append (GTK_BOX (box), self->arrow);
  gtk_box_append (GTK_BOX (box), self->label);
  self->button = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->button), box);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  g_signal_connect_swapped (self->button, "clicked", G_CALLBACK (clicked_cb), self);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
}
