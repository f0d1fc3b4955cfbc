/* block-view.c: base class of the widgets that show one block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/block-view.h"

typedef struct
{
  MynaBlock *block;
  MynaInk ink;
  MynaMarks marks;
  int first_baseline;
  gboolean has_ink;
} MynaBlockViewPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MynaBlockView, myna_block_view, GTK_TYPE_WIDGET)

#define PRIV(self) ((MynaBlockViewPrivate *) myna_block_view_get_instance_private (self))

static void
myna_block_view_finalize (GObject *object)
{
  MynaBlockViewPrivate *priv = PRIV (MYNA_BLOCK_VIEW (object));

  g_clear_pointer (&priv->block, myna_block_unref);
  g_clear_pointer (&priv->marks.matches, g_array_unref);
  G_OBJECT_CLASS (myna_block_view_parent_class)->finalize (object);
}

/* Kinds that scroll measure what is in their scrolled window, past it: where that has not been placed since, GTK believes that it waits
 * to be measured anyway, and tells nobody above it that its contents have another size. */
static void
update (MynaBlockView *self)
{
  MYNA_BLOCK_VIEW_GET_CLASS (self)->update (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Another theme, text size or font.  The first style comes after the block was set and is read by get_ink(). */
static void
myna_block_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaBlockView *self = MYNA_BLOCK_VIEW (widget);
  MynaBlockViewPrivate *priv = PRIV (self);

  GTK_WIDGET_CLASS (myna_block_view_parent_class)->css_changed (widget, change);
  priv->has_ink = FALSE;
  if (priv->block)
    update (self);
}

static void
myna_block_view_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  MynaBlockView *self = MYNA_BLOCK_VIEW (widget);

  GTK_WIDGET_CLASS (myna_block_view_parent_class)->system_setting_changed (widget, setting);
  if (PRIV (self)->block)
    update (self);
}

static guint
default_index_at (MynaBlockView *self, double x, double y)
{
  return 0;
}

static const MynaRun *
default_run_at (MynaBlockView *self, double x, double y)
{
  return NULL;
}

static void
default_get_bounds (MynaBlockView *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  GtkWidget *widget = GTK_WIDGET (self);

  *ret_bounds = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
}

static void
default_marks_changed (MynaBlockView *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
myna_block_view_class_init (MynaBlockViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_block_view_finalize;
  widget_class->css_changed = myna_block_view_css_changed;
  widget_class->system_setting_changed = myna_block_view_system_setting_changed;
  klass->index_at = default_index_at;
  klass->run_at = default_run_at;
  klass->get_bounds = default_get_bounds;
  klass->marks_changed = default_marks_changed;
}

static void
myna_block_view_init (MynaBlockView *self)
{
  PRIV (self)->marks.current = -1;
  PRIV (self)->first_baseline = -1;
}

MynaBlock *
myna_block_view_get_block (MynaBlockView *self)
{
  return PRIV (self)->block;
}

void
myna_block_view_set_block (MynaBlockView *self, MynaBlock *block)
{
  MynaBlockViewPrivate *priv = PRIV (self);
  MynaBlock *old = priv->block;

  g_return_if_fail (old == NULL || old->kind == block->kind);
  if (old == block)
    return;

  priv->block = myna_block_ref (block);
  if (!old || !myna_block_equal (old, block))
    update (self);
  g_clear_pointer (&old, myna_block_unref);
}

const MynaInk *
myna_block_view_get_ink (MynaBlockView *self)
{
  MynaBlockViewPrivate *priv = PRIV (self);

  if (!priv->has_ink)
    myna_ink_init (&priv->ink, GTK_WIDGET (self));
  priv->has_ink = TRUE;
  return &priv->ink;
}

const MynaMarks *
myna_block_view_get_marks (MynaBlockView *self)
{
  return &PRIV (self)->marks;
}

void
myna_block_view_set_selection (MynaBlockView *self, guint start, guint end)
{
  MynaBlockViewPrivate *priv = PRIV (self);

  if (priv->marks.selection.start == start && priv->marks.selection.end == end)
    return;
  priv->marks.selection = (MynaRange){ start, end };
  MYNA_BLOCK_VIEW_GET_CLASS (self)->marks_changed (self);
}

void
myna_block_view_set_matches (MynaBlockView *self, GArray *matches)
{
  MynaBlockViewPrivate *priv = PRIV (self);

  if (!priv->marks.matches && !matches)
    return;
  g_clear_pointer (&priv->marks.matches, g_array_unref);
  priv->marks.matches = matches;
  priv->marks.current = -1;
  MYNA_BLOCK_VIEW_GET_CLASS (self)->marks_changed (self);
}

void
myna_block_view_set_current_match (MynaBlockView *self, int current)
{
  MynaBlockViewPrivate *priv = PRIV (self);

  if (priv->marks.current == current)
    return;
  priv->marks.current = current;
  MYNA_BLOCK_VIEW_GET_CLASS (self)->marks_changed (self);
}

int
myna_block_view_get_first_baseline (MynaBlockView *self)
{
  return PRIV (self)->first_baseline;
}

void
myna_block_view_set_first_baseline (MynaBlockView *self, int baseline)
{
  PRIV (self)->first_baseline = baseline;
}

gboolean
myna_block_view_to_child (MynaBlockView *self, GtkWidget *child, double *x, double *y)
{
  graphene_point_t point;

  if (!gtk_widget_compute_point (GTK_WIDGET (self), child, &GRAPHENE_POINT_INIT (*x, *y), &point))
    return FALSE;
  *x = point.x;
  *y = point.y;
  return TRUE;
}

void
myna_block_view_from_child (MynaBlockView *self, GtkWidget *child, graphene_rect_t *rect)
{
  graphene_point_t origin;

  if (gtk_widget_compute_point (child, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, 0), &origin))
    graphene_rect_offset (rect, origin.x, origin.y);
}

guint
myna_block_view_index_at (MynaBlockView *self, double x, double y)
{
  return MYNA_BLOCK_VIEW_GET_CLASS (self)->index_at (self, x, y);
}

const MynaRun *
myna_block_view_run_at (MynaBlockView *self, double x, double y)
{
  return MYNA_BLOCK_VIEW_GET_CLASS (self)->run_at (self, x, y);
}

void
myna_block_view_get_bounds (MynaBlockView *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  MYNA_BLOCK_VIEW_GET_CLASS (self)->get_bounds (self, start, end, ret_bounds);
}
