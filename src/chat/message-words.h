/* message-words.h: what a person is told of messages, and of a reply that is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* What is the matter with a message, and in ret_button the word on the button that helps (NULL: none does).  NULL: nothing is the
 * matter.  Static, or the message's. */
const char *myna_message_describe_status (MynaConversation *conversation, MynaMessage *message, const char **ret_button);
/* How much of a context is used, in tokens, and whether older messages are soon left out.  The caller frees. */
char *myna_context_describe (int used, int length, gboolean *ret_is_nearly_full) G_GNUC_WARN_UNUSED_RESULT;
/* How long a reply is and how fast it was written, or is written now (`rate`: tokens a second), with the model's name where versions
 * may be of several.  NULL: not known.  The caller frees. */
char *myna_message_dup_figures (MynaMessage *message, double rate) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a text that is pasted or quoted is better attached than put among what is being written. */
gboolean myna_text_is_long (const char *text);
/* Why a reply ended.  Static. */
const char *myna_message_describe_end (StoreState state);
/* What happens before a reply has any text.  The caller frees. */
char *myna_reply_describe_progress (MynaConversation *conversation) G_GNUC_WARN_UNUSED_RESULT;

/* What copying the message, or reading it aloud, gives: see myna_message_parts_dup_copy().  The caller frees. */
char *myna_message_dup_copy (MynaMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* How a screen reader names the message: who wrote it, then its text or as much of it as is useful.  The caller frees. */
char *myna_message_dup_name (MynaMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* The text as a quotation of Markdown, "> " before each line.  The caller frees. */
char *myna_quote (const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* The words: "Thinking… 12 s", "Thought for 12 seconds", or "Thoughts" where the time is not known.  The caller frees. */
char *myna_thought_describe (double seconds, gboolean is_open) G_GNUC_WARN_UNUSED_RESULT;
/* The last line that is not blank, without the marks of markdown; "": there is none.  The caller frees. */
char *myna_thought_last_line (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
