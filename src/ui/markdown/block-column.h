/* block-column.h: the widgets of blocks, placed one below the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markdown/block-view.h"

G_BEGIN_DECLS

/* One block in the column. */
typedef struct
{
  MynaBlock *block;
  MynaBlockView *widget; /* a child of the column; NULL: in a long message, nobody needed it so far */
  gboolean is_exact;     /* `height` is measured at the current width; else estimated, or from another width */
  int x, y, width, height;
  int top;                   /* where bars begin that come from the block before */
  GskRenderNode *decoration; /* bars and markers as last drawn; NULL if they have to be drawn anew */
} MynaItem;

typedef struct
{
  GtkWidget parent_instance;

  GArray *items; /* of MynaItem; nobody else changes it */

  /* private */
  gboolean has_caret;
  MynaInk ink;
  double scale;                    /* of the text, 1 in its usual size or smaller */
  GtkTextDirection text_direction; /* of the message; GTK_TEXT_DIR_NONE: it has no letters */
  /* blocks outside [drawn_top, drawn_bottom) are not mapped, nor measured where the text is long */
  int drawn_top, drawn_bottom;
  int viewport_top;
  gboolean is_lazy;   /* some blocks are not exact */
  int measured_width; /* for the last height */
  guint measure_tick; /* measures what came near, in the next frame */
} MynaBlockColumn;

typedef struct
{
  GtkWidgetClass parent_class;

  /* The widget of block `i` is new; may be NULL. */
  void (*shown) (MynaBlockColumn *self, guint i);
} MynaBlockColumnClass;

/* Signal "shifted" (int y, int delta): blocks above y, which is above what is in sight, turn out `delta` pixels higher than
 * estimated, in the layout that follows.  The owner scrolls by that much to keep what is being read in its place. */
#define MYNA_TYPE_BLOCK_COLUMN              (myna_block_column_get_type ())
#define MYNA_BLOCK_COLUMN_CLASS(klass)      (G_TYPE_CHECK_CLASS_CAST ((klass), MYNA_TYPE_BLOCK_COLUMN, MynaBlockColumnClass))
#define MYNA_BLOCK_COLUMN(object)           (G_TYPE_CHECK_INSTANCE_CAST ((object), MYNA_TYPE_BLOCK_COLUMN, MynaBlockColumn))
#define MYNA_IS_BLOCK_COLUMN(object)        (G_TYPE_CHECK_INSTANCE_TYPE ((object), MYNA_TYPE_BLOCK_COLUMN))
#define MYNA_BLOCK_COLUMN_GET_CLASS(object) (G_TYPE_INSTANCE_GET_CLASS ((object), MYNA_TYPE_BLOCK_COLUMN, MynaBlockColumnClass))
GType myna_block_column_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaBlockColumn, g_object_unref)

#define MYNA_ITEM(self, i) (&g_array_index ((self)->items, MynaItem, (i)))

/* Shows the blocks (of MynaBlock). Those before `first` have not changed. */
void myna_block_column_set_blocks (MynaBlockColumn *self, GPtrArray *blocks, guint first);
/* The block's widget, which is made now if there is none. */
MynaBlockView *myna_block_column_get_widget (MynaBlockColumn *self, guint i);
/* A soft caret behind the last block: more is coming. */
void myna_block_column_set_caret (MynaBlockColumn *self, gboolean has_caret);
/* What of the column is in sight, in its own pixels: blocks far from it are not drawn, and those of a long message not laid
 * out, their heights are estimates.  Until it is called all are drawn.  What is in sight is laid out at once: TRUE where that
 * changes the column's height, or what is in sight. */
gboolean myna_block_column_set_viewport (MynaBlockColumn *self, int top, int bottom);

G_END_DECLS
