/* rule-block.c: a thematic break
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/block-views.h"

#define RULE_HEIGHT 13

struct _MynaRuleBlock
{
  MynaBlockView parent_instance;
};

G_DEFINE_FINAL_TYPE (MynaRuleBlock, myna_rule_block, MYNA_TYPE_BLOCK_VIEW)

static void
myna_rule_block_update (MynaBlockView *view)
{
  gtk_widget_queue_draw (GTK_WIDGET (view));
}

static void
myna_rule_block_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? RULE_HEIGHT : 0;
}

static void
myna_rule_block_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  const MynaInk *ink = myna_block_view_get_ink (MYNA_BLOCK_VIEW (widget));

  gtk_snapshot_append_color (snapshot, &ink->line, &GRAPHENE_RECT_INIT (0, RULE_HEIGHT / 2, gtk_widget_get_width (widget), 1));
}

static void
myna_rule_block_class_init (MynaRuleBlockClass *klass)
{
  GTK_WIDGET_CLASS (klass)->measure = myna_rule_block_measure;
  GTK_WIDGET_CLASS (klass)->snapshot = myna_rule_block_snapshot;
  MYNA_BLOCK_VIEW_CLASS (klass)->update = myna_rule_block_update;
}

static void
myna_rule_block_init (MynaRuleBlock *self)
{
}
