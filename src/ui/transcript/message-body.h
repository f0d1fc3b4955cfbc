/* message-body.h: what a message says: a question's text, or the column of a reply's parts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE_BODY (myna_message_body_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessageBody, myna_message_body, MYNA, MESSAGE_BODY, GtkWidget)

/* extra_menu: entries below those of the text's own menu.  Signal "shifted" (int y, int delta): see block-column.h. */
GtkWidget *myna_message_body_new (gboolean is_question, GMenuModel *extra_menu);
/* Shows the message as it is now, with what it cites of the conversation's documents (NULL: of none).  What was unfolded stays so
 * for as long as it is the same message. */
void myna_message_body_update (MynaMessageBody *self, MynaConversation *conversation, MynaMessage *message);

/* As it is shown, without the marks of markdown and what is folded.  The caller frees. */
char *myna_message_body_get_text (MynaMessageBody *self) G_GNUC_WARN_UNUSED_RESULT;
/* What "Copy as Plain Text" gives: the same without thoughts, where anything else is shown.  The caller frees. */
char *myna_message_body_dup_copy (MynaMessageBody *self) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: nothing is selected.  The caller frees. */
char *myna_message_body_get_selected_text (MynaMessageBody *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_message_body_select_all (MynaMessageBody *self);
/* Find: occurrences in the text as it is shown; how many there are. */
guint myna_message_body_set_search (MynaMessageBody *self, const char *needle);
/* Where the occurrence is, from the top of the body; FALSE: there is none, or what was folded is not
 * laid out before the next frame. */
gboolean myna_message_body_show_match (MynaMessageBody *self, const char *needle, guint index, int *ret_y);
gboolean myna_message_body_set_viewport (MynaMessageBody *self, int top, int bottom);

/* Whether the markdown of a question is drawn.  TRUE: that is new, and the body needs an update. */
gboolean myna_message_body_set_formatted (MynaMessageBody *self, gboolean formatted);

G_END_DECLS
