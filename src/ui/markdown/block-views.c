/* block-views.c: which widget shows which kind of block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/block-views.h"

static const struct
{
  GType (*get_type) (void);
  GtkAccessibleRole role;
} views[] = {
  [MYNA_BLOCK_PARAGRAPH] = { myna_text_block_get_type, GTK_ACCESSIBLE_ROLE_LABEL },
  [MYNA_BLOCK_HEADING] = { myna_text_block_get_type, GTK_ACCESSIBLE_ROLE_HEADING },
  [MYNA_BLOCK_CODE] = { myna_code_block_get_type, GTK_ACCESSIBLE_ROLE_GROUP },
  [MYNA_BLOCK_TABLE] = { myna_table_block_get_type, GTK_ACCESSIBLE_ROLE_GROUP },
  [MYNA_BLOCK_RULE] = { myna_rule_block_get_type, GTK_ACCESSIBLE_ROLE_SEPARATOR },
  [MYNA_BLOCK_HTML] = { myna_text_block_get_type, GTK_ACCESSIBLE_ROLE_LABEL },
  [MYNA_BLOCK_MATHS] = { myna_maths_block_get_type, GTK_ACCESSIBLE_ROLE_IMG },
  [MYNA_BLOCK_SUMMARY] = { myna_summary_block_get_type, GTK_ACCESSIBLE_ROLE_GROUP },
};

GtkWidget *
myna_block_view_new (MynaBlock *block)
{
  guint kind = block->kind < G_N_ELEMENTS (views) ? block->kind : MYNA_BLOCK_PARAGRAPH;
  MynaBlockView *self = g_object_new (views[kind].get_type (), "accessible-role", views[kind].role, NULL);

  myna_block_view_set_block (self, block);
  return GTK_WIDGET (self);
}
