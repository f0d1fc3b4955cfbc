/* finder.h: which occurrence of a text in a conversation is shown, and how many there are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_FINDER (myna_finder_get_type ())
G_DECLARE_FINAL_TYPE (MynaFinder, myna_finder, MYNA, FINDER, GObject)

/* The message that is being read, from where on the first occurrence is shown; G_MAXUINT: none. */
typedef guint (*MynaFinderStartFunc) (gpointer user_data);

/* Signal "changed" (gboolean moved): needle, counts or place are others; moved: the place is to be shown, which may be none. */
MynaFinder *myna_finder_new (MynaFinderStartFunc start, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Clears the search. */
void myna_finder_set_conversation (MynaFinder *self, MynaConversation *conversation);
/* Finds the text as it was typed, or, where that is nowhere or by_words, its words; NULL or "": nothing.  wanted_id: a message whose
 * first occurrence is to be shown, or 0. */
void myna_finder_begin (MynaFinder *self, const char *query, gboolean by_words, gint64 wanted_id);
/* What is being looked for, as it was given to begin(); NULL: nothing. */
const char *myna_finder_get_query (MynaFinder *self);
/* What is to be highlighted (see markdown.h); NULL: nothing. */
const char *myna_finder_get_needle (MynaFinder *self);
/* Whether it is still counting. */
gboolean myna_finder_is_counting (MynaFinder *self);
/* To the next occurrence (1) or the one before (-1). */
void myna_finder_move (MynaFinder *self, int step);
/* The occurrence that is shown: its message, and its index in that.  FALSE: none. */
gboolean myna_finder_get_place (MynaFinder *self, guint *ret_position, guint *ret_index);
guint myna_finder_get_n (MynaFinder *self);
/* How many there are, and which of them is shown; "" while that is not known. */
char *myna_finder_describe (MynaFinder *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
