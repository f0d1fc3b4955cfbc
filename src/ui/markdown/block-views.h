/* block-views.h: the widgets that show one block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markdown/block-view.h"

G_BEGIN_DECLS

/* Paragraph, heading, HTML shown as text. */
#define MYNA_TYPE_TEXT_BLOCK (myna_text_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaTextBlock, myna_text_block, MYNA, TEXT_BLOCK, MynaBlockView)

/* Highlighted code with a header: language, wrap, copy. */
#define MYNA_TYPE_CODE_BLOCK (myna_code_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaCodeBlock, myna_code_block, MYNA, CODE_BLOCK, MynaBlockView)

/* Table that scrolls by itself where it is too wide. */
#define MYNA_TYPE_TABLE_BLOCK (myna_table_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaTableBlock, myna_table_block, MYNA, TABLE_BLOCK, MynaBlockView)

/* Displayed formula, centred; scrolls by itself where it is too wide. */
#define MYNA_TYPE_MATHS_BLOCK (myna_maths_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaMathsBlock, myna_maths_block, MYNA, MATHS_BLOCK, MynaBlockView)

#define MYNA_TYPE_RULE_BLOCK (myna_rule_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaRuleBlock, myna_rule_block, MYNA, RULE_BLOCK, MynaBlockView)

/* Head of what is folded away. */
#define MYNA_TYPE_SUMMARY_BLOCK (myna_summary_block_get_type ())
G_DECLARE_FINAL_TYPE (MynaSummaryBlock, myna_summary_block, MYNA, SUMMARY_BLOCK, MynaBlockView)

/* A widget of the right class for the block. */
GtkWidget *myna_block_view_new (MynaBlock *block);

G_END_DECLS
