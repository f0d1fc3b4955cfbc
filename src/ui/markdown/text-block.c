/* text-block.c: a paragraph, a heading or HTML shown as text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "base/controls.h"
#include "base/accessible-text.h"
#include "markdown/block-views.h"
#include "markdown/link.h"

/* The natural width of longer texts is not worth a layout of its own. */
#define MAX_NATURAL_BYTES 400
#define MAX_NATURAL_WIDTH 720
#define MIN_WIDTH         24

struct _MynaTextBlock
{
  MynaBlockView parent_instance;
  MynaTextLayout *layout; /* made when it is first needed */
  GPtrArray *links;       /* MynaLink, children */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaTextBlock, myna_text_block, MYNA_TYPE_BLOCK_VIEW,
                               myna_accessible_text_add (g_define_type_id))

static MynaTextRole
role_of (const MynaBlock *block)
{
  if (block->kind == MYNA_BLOCK_HEADING)
    return MYNA_TEXT_HEADING_1 + CLAMP (block->level, 1, 6) - 1;
  return block->kind == MYNA_BLOCK_HTML ? MYNA_TEXT_CODE : MYNA_TEXT_BODY;
}

static MynaTextLayout *
get_layout (MynaTextBlock *self)
{
  MynaBlockView *view = MYNA_BLOCK_VIEW (self);
  MynaBlock *block = myna_block_view_get_block (view);
  PangoContext *context;

  if (self->layout)
    return self->layout;
  context = gtk_widget_create_pango_context (GTK_WIDGET (self));
  self->layout = myna_text_layout_new (context, &block->string, role_of (block), &myna_block_view_get_ink (view)->link, NULL);
  g_object_unref (context);
  myna_block_view_set_first_baseline (view, myna_text_layout_get_baseline (self->layout));
  return self->layout;
}

static void
myna_text_block_update (MynaBlockView *view)
{
  MynaTextBlock *self = MYNA_TEXT_BLOCK (view);
  MynaBlock *block = myna_block_view_get_block (view);
  g_autoptr (GString) label = g_string_new (NULL);

  g_clear_pointer (&self->layout, myna_text_layout_free);
  myna_rich_string_copy (&block->string, 0, G_MAXUINT, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label->str, -1);
  myna_accessible_text_set (GTK_WIDGET (self), label->str);
  if (block->kind == MYNA_BLOCK_HEADING)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LEVEL, (int) block->level, -1);
  myna_links_truncate (self->links, myna_links_update (self->links, 0, GTK_WIDGET (self), &block->string, 0));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
myna_text_block_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  MynaTextBlock *self = MYNA_TEXT_BLOCK (widget);
  MynaTextLayout *layout = get_layout (self);

  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      myna_text_layout_set_width (layout, for_size < 0 ? MAX_NATURAL_WIDTH : for_size);
      myna_text_layout_get_size (layout, NULL, natural);
      *minimum = *natural;
      return;
    }

  *minimum = MIN_WIDTH;
  *natural = MAX_NATURAL_WIDTH;
  if (strlen (myna_block_view_get_block (MYNA_BLOCK_VIEW (self))->string.text) <= MAX_NATURAL_BYTES)
    {
      myna_text_layout_set_width (layout, -1);
      myna_text_layout_get_size (layout, natural, NULL);
      *natural = CLAMP (*natural, MIN_WIDTH, MAX_NATURAL_WIDTH);
    }
}

static void
myna_text_block_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaTextBlock *self = MYNA_TEXT_BLOCK (widget);

  myna_text_layout_set_width (get_layout (self), width);
  for (guint i = 0; i < self->links->len; i++)
    {
      MynaRange range = myna_link_get_range (self->links->pdata[i]);
      GArray *rectangles = g_array_new (FALSE, FALSE, sizeof (graphene_rect_t));

      myna_text_layout_get_rectangles (self->layout, range.start, range.end, rectangles);
      myna_link_place (self->links->pdata[i], rectangles);
    }
}

static void
myna_text_block_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaBlockView *view = MYNA_BLOCK_VIEW (widget);
  MynaTextLayout *layout = get_layout (MYNA_TEXT_BLOCK (widget));

  /* After a change of theme the layout is new and has not been allocated again. */
  myna_text_layout_set_width (layout, gtk_widget_get_width (widget));
  myna_ink_draw (myna_block_view_get_ink (view), layout, snapshot, myna_block_view_get_marks (view), 0);
  for (guint i = 0; i < MYNA_TEXT_BLOCK (widget)->links->len; i++)
    gtk_widget_snapshot_child (widget, MYNA_TEXT_BLOCK (widget)->links->pdata[i], snapshot);
}

static guint
myna_text_block_index_at (MynaBlockView *view, double x, double y)
{
  return myna_text_layout_index_at (get_layout (MYNA_TEXT_BLOCK (view)), x, y);
}

static const MynaRun *
myna_text_block_run_at (MynaBlockView *view, double x, double y)
{
  return myna_text_layout_run_at (get_layout (MYNA_TEXT_BLOCK (view)), x, y);
}

static void
myna_text_block_get_bounds (MynaBlockView *view, guint start, guint end, graphene_rect_t *ret_bounds)
{
  myna_text_layout_get_bounds (get_layout (MYNA_TEXT_BLOCK (view)), start, end, ret_bounds);
}

static void
myna_text_block_direction_changed (GtkWidget *widget, GtkTextDirection previous)
{
  g_clear_pointer (&MYNA_TEXT_BLOCK (widget)->layout, myna_text_layout_free);
  gtk_widget_queue_resize (widget);
}

static void
myna_text_block_dispose (GObject *object)
{
  myna_links_truncate (MYNA_TEXT_BLOCK (object)->links, 0);
  G_OBJECT_CLASS (myna_text_block_parent_class)->dispose (object);
}

static void
myna_text_block_finalize (GObject *object)
{
  MynaTextBlock *self = MYNA_TEXT_BLOCK (object);

  g_clear_pointer (&self->layout, myna_text_layout_free);
  g_ptr_array_unref (self->links);
  G_OBJECT_CLASS (myna_text_block_parent_class)->finalize (object);
}

static void
myna_text_block_class_init (MynaTextBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  MynaBlockViewClass *view_class = MYNA_BLOCK_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_text_block_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_text_block_finalize;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_text_block_measure;
  widget_class->size_allocate = myna_text_block_size_allocate;
  widget_class->snapshot = myna_text_block_snapshot;
  widget_class->direction_changed = myna_text_block_direction_changed;
  view_class->update = myna_text_block_update;
  view_class->index_at = myna_text_block_index_at;
  view_class->run_at = myna_text_block_run_at;
  view_class->get_bounds = myna_text_block_get_bounds;
}

static void
myna_text_block_init (MynaTextBlock *self)
{
  self->links = g_ptr_array_new ();
}
