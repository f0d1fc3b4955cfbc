/* maths-block.c: a displayed formula, centred; one that is too wide scrolls by itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "markdown/block-views.h"
#include "typeset/maths-text.h"
#include "markdown/side-scroller.h"

#define PADDING_X         3
#define PADDING_Y         2

#define MYNA_TYPE_FORMULA (myna_formula_get_type ())
G_DECLARE_FINAL_TYPE (MynaFormula, myna_formula, MYNA, FORMULA, GtkWidget)

/* What is scrolled: the formula itself. */
struct _MynaFormula
{
  GtkWidget parent_instance;
  MynaBlockView *block; /* the parent, not owned */
  PangoContext *context;
  MynaMaths *maths;
};

G_DEFINE_FINAL_TYPE (MynaFormula, myna_formula, GTK_TYPE_WIDGET)

struct _MynaMathsBlock
{
  MynaBlockView parent_instance;
  GtkWidget *scroller;
  GtkWidget *formula;
};

G_DEFINE_FINAL_TYPE (MynaMathsBlock, myna_maths_block, MYNA_TYPE_BLOCK_VIEW)

static void
clear_formula (MynaFormula *self)
{
  g_clear_pointer (&self->maths, myna_maths_free);
  g_clear_object (&self->context);
}

static MynaMaths *
get_maths (MynaFormula *self)
{
  double width, ascent, descent;

  if (self->maths)
    return self->maths;
  self->context = gtk_widget_create_pango_context (GTK_WIDGET (self));
  self->maths = myna_maths_new_with_pango (myna_block_view_get_block (self->block)->string.text, MYNA_MATHS_DISPLAY,
                                           myna_text_context_get_font_size (self->context), self->context);
  myna_maths_get_size (self->maths, &width, &ascent, &descent);
  myna_block_view_set_first_baseline (self->block, PADDING_Y + (int) ceil (ascent));
  return self->maths;
}

static void
myna_formula_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                      int *minimum_baseline, int *natural_baseline)
{
  double width, ascent, descent;

  myna_maths_get_size (get_maths (MYNA_FORMULA (widget)), &width, &ascent, &descent);
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? (int) ceil (width) + 2 * PADDING_X
                                                                  : (int) (ceil (ascent) + ceil (descent)) + 2 * PADDING_Y;
}

static void
myna_formula_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaFormula *self = MYNA_FORMULA (widget);
  const MynaInk *ink = myna_block_view_get_ink (self->block);
  const MynaMarks *marks = myna_block_view_get_marks (self->block);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  double width, ascent, descent;
  cairo_t *cr;

  myna_maths_get_size (get_maths (self), &width, &ascent, &descent);
  if (marks->matches && marks->matches->len > 0)
    gtk_snapshot_append_color (snapshot, marks->current >= 0 ? &ink->current_match : &ink->match, &bounds);
  if (marks->selection.start != marks->selection.end)
    gtk_snapshot_append_color (snapshot, &ink->selection, &bounds);
  cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  gdk_cairo_set_source_rgba (cr, &ink->text);
  myna_maths_draw (self->maths, cr, MAX (PADDING_X, floor ((bounds.size.width - width) / 2)), PADDING_Y + ceil (ascent));
  cairo_destroy (cr);
}

static void
myna_formula_finalize (GObject *object)
{
  clear_formula (MYNA_FORMULA (object));
  G_OBJECT_CLASS (myna_formula_parent_class)->finalize (object);
}

static void
myna_formula_class_init (MynaFormulaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_formula_finalize;
  GTK_WIDGET_CLASS (klass)->measure = myna_formula_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = myna_formula_snapshot;
}

static void
myna_formula_init (MynaFormula *self)
{
}

/* A screen reader reads the source. */
static void
myna_maths_block_update (MynaBlockView *view)
{
  MynaMathsBlock *self = MYNA_MATHS_BLOCK (view);

  clear_formula (MYNA_FORMULA (self->formula));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  myna_block_view_get_block (view)->string.text, -1);
  gtk_widget_queue_resize (self->formula);
}

/* A formula is selected as a whole: its caret positions are before and behind it. */
static guint
myna_maths_block_index_at (MynaBlockView *view, double x, double y)
{
  return x < gtk_widget_get_width (GTK_WIDGET (view)) / 2.0 ? 0 : strlen (myna_block_view_get_block (view)->string.text);
}

static void
myna_maths_block_marks_changed (MynaBlockView *view)
{
  gtk_widget_queue_draw (MYNA_MATHS_BLOCK (view)->formula);
}

static void
myna_maths_block_dispose (GObject *object)
{
  g_clear_pointer (&MYNA_MATHS_BLOCK (object)->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_maths_block_parent_class)->dispose (object);
}

static void
myna_maths_block_class_init (MynaMathsBlockClass *klass)
{
  MynaBlockViewClass *view_class = MYNA_BLOCK_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_maths_block_dispose;
  view_class->update = myna_maths_block_update;
  view_class->index_at = myna_maths_block_index_at;
  view_class->marks_changed = myna_maths_block_marks_changed;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
myna_maths_block_init (MynaMathsBlock *self)
{
  self->formula = g_object_new (MYNA_TYPE_FORMULA, NULL);
  MYNA_FORMULA (self->formula)->block = MYNA_BLOCK_VIEW (self);
  self->scroller = myna_side_scroller_new (self->formula);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}
