/* message-row.h: one message of the transcript
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"
#include "chat/row-estimate.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE_ROW (myna_message_row_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessageRow, myna_message_row, MYNA, MESSAGE_ROW, GtkWidget)

/* Signals: quote (const char *text), delete (MynaMessage *message), edited (): the keyboard's focus is free again */
/* models: see message-bar.h. */
GtkWidget *myna_message_row_new (MynaMessageRowKind kind, GMenuModel *models);
/* Which message is shown; NULL for none.  newest: it is the last of the branch, its actions are always visible. */
void myna_message_row_bind (MynaMessageRow *self, MynaConversation *conversation, MynaMessage *message);
MynaMessage *myna_message_row_get_message (MynaMessageRow *self);
/* Whether it has fields that a person may have written in: a question that is edited, or what asks about a tool. */
gboolean myna_message_row_is_written_in (MynaMessageRow *self);
/* Whether the markdown of a question is drawn, or shown as it was written. */
void myna_message_row_set_formatted (MynaMessageRow *self, gboolean formatted);
/* The list around the message changed: whether it is the newest, whether the context begins with it. */
void myna_message_row_update (MynaMessageRow *self);

/* Find: occurrences in the text as it is shown. */
guint myna_message_row_set_search (MynaMessageRow *self, const char *needle);
/* See message-body.h. */
gboolean myna_message_row_show_match (MynaMessageRow *self, const char *needle, guint index, int *ret_y);
/* What of the row is in view, in pixels from its top: the rest need not be drawn. */
gboolean myna_message_row_set_viewport (MynaMessageRow *self, int top, int bottom);

G_END_DECLS
