/* myna-read-ahead.h: a conversation's texts are evaluated before anything is asked about them (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_READ_AHEAD (myna_read_ahead_get_type ())
G_DECLARE_FINAL_TYPE (MynaReadAhead, myna_read_ahead, MYNA, READ_AHEAD, GObject)

/* Signal "changed" (): it has got further, or ended. */

/* The conversation's own: what its model has read is kept with its state, so that the next question begins at once. */
MynaReadAhead *myna_read_ahead_get (MynaConversation *conversation);
/* Begins, or begins anew: what the next question will begin with is evaluated.  A question that is asked meanwhile goes first, and
 * what was evaluated till then serves it. */
void myna_read_ahead_start (MynaReadAhead *self);
void myna_read_ahead_stop (MynaReadAhead *self);
gboolean myna_read_ahead_is_running (MynaReadAhead *self);
/* From 0 to 1. */
double myna_read_ahead_get_fraction (MynaReadAhead *self);
/* "Reading page 12 of 40, about 3 minutes"; n_pages 0: "Reading, 30 %, …". */
char *myna_read_ahead_describe (MynaReadAhead *self, guint n_pages) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
