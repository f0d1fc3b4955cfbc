/* myna-draft-ahead.h: a question is evaluated while it is being written (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_DRAFT_AHEAD (myna_draft_ahead_get_type ())
G_DECLARE_FINAL_TYPE (MynaDraftAhead, myna_draft_ahead, MYNA, DRAFT_AHEAD, GObject)

/* power: whether the computer saves power; NULL: as the desktop says. */
MynaDraftAhead *myna_draft_ahead_new (GPowerProfileMonitor *power) G_GNUC_WARN_UNUSED_RESULT;
/* The person changed what they write; has_attachments: to something else.  When the text has rested for a moment and the engine has
 * nothing to do, the prompt that it would be asked with is evaluated, so that Send need only evaluate what was written since.  Where
 * what the model is given depends on the whole question, only what comes before it.  Nothing is stored, and a server is sent nothing.
 * text "": it was sent, or is gone; conversation NULL: nothing is shown any more. */
void myna_draft_ahead_write (MynaDraftAhead *self, MynaConversation *conversation, const char *text, gboolean has_attachments);
/* Whether it waits for the text to rest, or for the engine. */
gboolean myna_draft_ahead_is_reading (MynaDraftAhead *self);

G_END_DECLS
