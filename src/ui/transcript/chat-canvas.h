/* chat-canvas.h: a scrollable column of rows of very different heights, thousands of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only rows near the viewport have widgets.  What the person reads stays where it is, whatever grows or shrinks elsewhere;
 * the end is followed only while the person is at the end.  It knows nothing of messages: the owner makes the rows.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_CHAT_CANVAS (myna_chat_canvas_get_type ())
G_DECLARE_FINAL_TYPE (MynaChatCanvas, myna_chat_canvas, MYNA, CHAT_CANVAS, GtkWidget)

/* Rows are recycled among items of the same kind. */
#define MYNA_CHAT_CANVAS_MAX_KINDS 4

typedef struct
{
  /* Which kind of row the item needs, below MYNA_CHAT_CANVAS_MAX_KINDS. */
  guint (*kind) (gpointer item, gpointer user_data);
  GtkWidget *(*create) (guint kind, gpointer user_data);
  void (*bind) (GtkWidget *row, gpointer item, gpointer user_data);
  void (*unbind) (GtkWidget *row, gpointer item, gpointer user_data);
  /* A guess at the height of the item's row at this width. */
  int (*estimate) (gpointer item, int width, gpointer user_data);
  /* Rows [first, last] have widgets now. */
  void (*range) (guint first, guint last, gpointer user_data);
  /* What of the row is in the viewport: from top to bottom, pixels from the row's own top (top may be negative).  NULL or: a
   * high row need not draw what is far from it.  It must draw what is in it: TRUE where that changes its height. */
  gboolean (*viewport) (GtkWidget *row, int top, int bottom, gpointer user_data);
  /* NULL or: whether a person writes in the row, which then stays where it is out of sight. */
  gboolean (*keeps) (GtkWidget *row, gpointer user_data);
} MynaChatCanvasFuncs;

/* Property "at-end": the last row is in view, and followed while it grows. */
GtkWidget *myna_chat_canvas_new (const MynaChatCanvasFuncs *funcs, gpointer user_data);
/* The canvas keeps a reference; NULL for none.  Shows the end. */
void myna_chat_canvas_set_model (MynaChatCanvas *self, GListModel *model);
gboolean myna_chat_canvas_get_at_end (MynaChatCanvas *self);
void myna_chat_canvas_scroll_to_end (MynaChatCanvas *self);
/* Brings a height inside the row of an item into the upper third of the viewport. */
void myna_chat_canvas_scroll_to (MynaChatCanvas *self, guint position, int y);
/* The row of the item at the position, or NULL where it has none now. */
GtkWidget *myna_chat_canvas_get_row (MynaChatCanvas *self, guint position);
/* How many rows have widgets. */
guint myna_chat_canvas_get_n_rows (MynaChatCanvas *self);
/* The item at the top of the viewport and how far its row begins above it; FALSE where the canvas is empty. */
gboolean myna_chat_canvas_get_anchor (MynaChatCanvas *self, guint *ret_position, int *ret_offset);
/* What is above y in the row will be `delta` pixels higher at the next layout: what is being read keeps its place. */
void myna_chat_canvas_shift_row (MynaChatCanvas *self, GtkWidget *row, int y, int delta);
void myna_chat_canvas_set_anchor (MynaChatCanvas *self, guint position, int offset);

G_END_DECLS
