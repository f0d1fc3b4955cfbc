/* chat-canvas-private.h: shared by chat-canvas.c (layout, scrolling, model) and chat-canvas-rows.c (which rows have widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "transcript/chat-canvas.h"
#include "transcript/height-index.h"

G_BEGIN_DECLS

#define MYNA_CHAT_CANVAS_COLUMN_WIDTH   760 /* of the text, at most */
#define MYNA_CHAT_CANVAS_MARGIN         18
#define MYNA_CHAT_CANVAS_PADDING_TOP    24
#define MYNA_CHAT_CANVAS_PADDING_BOTTOM 24

typedef struct
{
  guint position;
  guint kind;
  gpointer item; /* owned */
  GtkWidget *widget;
} MynaChatCanvasRow;

struct _MynaChatCanvas
{
  GtkWidget parent_instance;

  const MynaChatCanvasFuncs *funcs;
  gpointer user_data;
  GListModel *model;
  MynaHeightIndex *heights;
  GPtrArray *rows;                          /* MynaChatCanvasRow, by position */
  GQueue spare[MYNA_CHAT_CANVAS_MAX_KINDS]; /* GtkWidget without parent, owned */

  GtkAdjustment *adjustments[2]; /* by GtkOrientation */
  guint scroll_policy[2];
  gboolean configuring; /* the adjustment is being set by us */
  double last_value;
  double origin;   /* what the adjustment counts the top of the content as */
  gboolean jumped; /* the place was set, not scrolled to: the origin is 0 again */

  int width, height; /* of the viewport; 0: not yet known */
  guint anchor;
  int anchor_offset;
  gboolean follow_end;
  gboolean lower_by_third; /* scroll_to() came before the height was known */
  gboolean at_end;
  guint tick;
};

guint myna_chat_canvas_n_items (MynaChatCanvas *self);
/* Of the rows, at the viewport's width. */
int myna_chat_canvas_column_width (MynaChatCanvas *self);
gint64 myna_chat_canvas_content_height (MynaChatCanvas *self);
/* Gives n rows from first on their estimated heights. */
void myna_chat_canvas_estimate (MynaChatCanvas *self, guint first, guint n);
/* The row of the item at the position, or NULL. */
MynaChatCanvasRow *myna_chat_canvas_peek_row (MynaChatCanvas *self, guint position);
int myna_chat_canvas_measure_row (MynaChatCanvas *self, MynaChatCanvasRow *row);
/* The widget goes to the spare ones, or for good. */
void myna_chat_canvas_release_row (MynaChatCanvas *self, MynaChatCanvasRow *row);
void myna_chat_canvas_release_all (MynaChatCanvas *self);
/* The row of the item at the position, made and measured where it was not there. */
MynaChatCanvasRow *myna_chat_canvas_ensure_row (MynaChatCanvas *self, guint position);
/* chat-canvas-focus.c */
void myna_chat_canvas_focus_class_init (GtkWidgetClass *widget_class);
void myna_chat_canvas_focus_init (MynaChatCanvas *self);
/* Makes and releases rows in the next frame's update phase. */
void myna_chat_canvas_queue_update (MynaChatCanvas *self);

G_END_DECLS
