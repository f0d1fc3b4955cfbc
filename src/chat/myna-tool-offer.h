/* myna-tool-offer.h: which tools a conversation offers to its model, what they cost, and why it has none (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each tool lengthens every prompt.  One that would take the offer above a quarter of the context is not turned on.
 */
#pragma once

#include "chat/myna-chat-settings.h"
#include "chat/myna-conversation.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TOOL_OFFER (myna_tool_offer_get_type ())
G_DECLARE_FINAL_TYPE (MynaToolOffer, myna_tool_offer, MYNA, TOOL_OFFER, GObject)

/* The largest share of a context that tools may take: one of so many parts. */
#define MYNA_TOOL_OFFER_SHARE 4

/* Signal "changed" (): anything below may be another. */
MynaToolOffer *myna_tool_offer_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* NULL: none. */
void myna_tool_offer_set_conversation (MynaToolOffer *self, MynaConversation *conversation);
MynaConversation *myna_tool_offer_get_conversation (MynaToolOffer *self);
/* Whether the conversation's model calls tools, loaded or not; as if it did where nothing is known of it. */
GlmCalling myna_tool_offer_get_calling (MynaToolOffer *self);

/* CHAT, TOOLS or PYTHON. */
MynaMode myna_tool_offer_get_mode (MynaToolOffer *self);
/* Kept in the conversation's settings; its next reply obeys.  PYTHON starts the interpreter; where that fails, the mode is again
 * what it was. */
void myna_tool_offer_set_mode (MynaToolOffer *self, MynaMode mode);
/* Whether the conversation's model writes programs, loaded or not; as if it did where nothing is known of it. */
gboolean myna_tool_offer_can_python (MynaToolOffer *self);
/* Why programs cannot be run here, for people; NULL: they can, or it was not tried. */
const char *myna_tool_offer_get_problem (MynaToolOffer *self);

/* The switches are those of the mode TOOLS, whatever the mode is. */
gboolean myna_tool_offer_is_on (MynaToolOffer *self, const char *tool);
/* How many of those that a person chooses are on in this mode; the interpreter is none of them. */
guint myna_tool_offer_get_n_on (MynaToolOffer *self);
/* Kept in the conversation's settings; its next reply obeys. */
void myna_tool_offer_set_on (MynaToolOffer *self, const char *tool, gboolean on);
/* What the offer is made of may be another without a signal: the defaults of all conversations, or what is loaded. */
void myna_tool_offer_refresh (MynaToolOffer *self);
/* Tokens that the offer takes in each prompt, and those that the model can hold.  FALSE: not known, as the model is not loaded, or
 * not counted yet. */
gboolean myna_tool_offer_get_cost (MynaToolOffer *self, gsize *ret_n_tokens, int *ret_context_length);
/* Whether that is more than can be turned on here: the defaults of new chats, or another model, may be. */
gboolean myna_tool_offer_is_too_much (MynaToolOffer *self);
/* The tool that was turned off again because the offer would be too long; NULL: none. */
const char *myna_tool_offer_get_refused (MynaToolOffer *self);

/* Settings, as JSON, with one tool more or less among those they name; NULL: nothing is set any more. */
char *myna_tools_dup_settings (const char *settings, const char *tool, gboolean on) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
