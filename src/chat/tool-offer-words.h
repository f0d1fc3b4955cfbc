/* tool-offer-words.h: how the tools that a conversation offers are described
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-tool-offer.h"

G_BEGIN_DECLS

/* Why not all that there is can be used; NULL: it can, or nothing is known of the model. */
const char *myna_tool_offer_get_reason (MynaToolOffer *self);
/* How much room it takes, or why there is none for a tool; NULL or "": there is nothing to say.  The caller frees. */
char *myna_tool_offer_dup_cost (MynaToolOffer *self) G_GNUC_WARN_UNUSED_RESULT;
/* What is on, and whether anything is that the model can use; the caller frees. */
char *myna_tool_offer_dup_label (MynaToolOffer *self, gboolean *ret_is_used) G_GNUC_WARN_UNUSED_RESULT;
/* What the model may do in this mode. */
const char *myna_mode_describe (MynaMode mode);

G_END_DECLS
