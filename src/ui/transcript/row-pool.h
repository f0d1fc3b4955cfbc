/* row-pool.h: the rows of a canvas that have widgets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "transcript/chat-canvas.h"

G_BEGIN_DECLS

typedef struct
{
  guint position;
  guint kind;
  gpointer item; /* owned */
  GtkWidget *widget;
} MynaRow;

typedef struct
{
  GPtrArray *rows; /* MynaRow, by position; to be read only */

  GtkWidget *owner; /* not owned: the parent of the widgets */
  const MynaChatCanvasFuncs *funcs;
  gpointer user_data;
  GListModel *model;                        /* not owned */
  GQueue spare[MYNA_CHAT_CANVAS_MAX_KINDS]; /* GtkWidget without parent, owned */
} MynaRowPool;

MynaRowPool *myna_row_pool_new (GtkWidget *owner, const MynaChatCanvasFuncs *funcs,
                                gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void myna_row_pool_free (MynaRowPool *self);

/* The owner keeps the model; NULL for none.  No row is left. */
void myna_row_pool_set_model (MynaRowPool *self, GListModel *model);
/* The model changed: rows of what was removed go, those behind it get their new positions. */
void myna_row_pool_splice (MynaRowPool *self, guint position, guint n_removed, guint n_added);
/* The row of the item at the position, or NULL. */
MynaRow *myna_row_pool_peek (MynaRowPool *self, guint position);
/* The same, made where it was not there: a child of the owner that is not visible yet. */
MynaRow *myna_row_pool_get (MynaRowPool *self, guint position);
/* Releases the rows outside of [first, last], but for the one that the keyboard is in and those that a person writes in. */
void myna_row_pool_keep (MynaRowPool *self, guint first, guint last);
void myna_row_pool_release_all (MynaRowPool *self);

G_END_DECLS
