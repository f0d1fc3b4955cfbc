/* myna-sources.h: the passages of documents that a conversation's replies may cite (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SOURCES (myna_sources_get_type ())
G_DECLARE_FINAL_TYPE (MynaSources, myna_sources, MYNA, SOURCES, GObject)

/* Signal "changed" (): what was given is another. */

/* The conversation's own, which reads what was given by itself, and again when a reply has ended. */
MynaSources *myna_sources_get (MynaConversation *conversation);
/* After documents were taken away, or are read otherwise. */
void myna_sources_reload (MynaSources *self);

/* Array of StorePassage, without texts, by number: what a reply may cite, of all questions before it; of a number that was given
 * twice, the last.  ret_first_own (may be NULL): those from this index on were given to its own question.  NULL: nothing. */
GPtrArray *myna_sources_list (MynaSources *self, MynaMessage *reply, guint *ret_first_own) G_GNUC_WARN_UNUSED_RESULT;

/* Markdown with its [1], 【2】 as links (MYNA_SOURCE_TARGET) where they name one of the sources; what is code stays as it is. */
char *myna_sources_link (GPtrArray *sources, const char *markdown) G_GNUC_WARN_UNUSED_RESULT;
/* The source of this number; NULL: none. */
const StorePassage *myna_sources_find (GPtrArray *sources, guint number);

/* What is highlighted in a passage: the words of a question, a line each. */
char *myna_sources_dup_needle (const char *question) G_GNUC_WARN_UNUSED_RESULT;
/* The text of the question that a reply answers; NULL: it is not read, or there is none. */
const char *myna_sources_get_question (MynaSources *self, MynaMessage *reply);

G_END_DECLS
