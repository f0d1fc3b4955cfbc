/* tool-offer-words.c: what is said of the tools that a conversation offers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/tool-offer-words.h"

#include <glib/gi18n.h>

#include "chat/tool-words.h"

const char *
myna_tool_offer_get_reason (MynaToolOffer *self)
{
  const char *problem = myna_tool_offer_get_problem (self);

  if (problem)
    return problem;
  switch (myna_tool_offer_get_calling (self))
    {
    case GLM_CALLING_NEVER: return _ ("The model of this chat cannot use tools. Choose another one to use them.");
    case GLM_CALLING_UNTRAINED:
      return _ (
          "The model of this chat was not trained to use tools, so none are offered to it. Choose another one to use them.");
    case GLM_CALLING_TRAINED:
    default:
      return myna_tool_offer_can_python (self)
                 ? NULL
                 : _ ("The model of this chat was not trained to run programs: it cannot use Python.");
    }
}

const char *
myna_mode_describe (MynaMode mode)
{
  switch (mode)
    {
    case MYNA_MODE_TOOLS: return _ ("The model may use what is on. Each use is shown in the chat.");
    case MYNA_MODE_PYTHON:
      return _ (
          "The model may write programs. You see each before it runs, shut off from your files and the network. Files that "
          "you attach are in /mnt/data.");
    case MYNA_MODE_CHAT:
    default: return _ ("The model only answers.");
    }
}

char *
myna_tool_offer_dup_cost (MynaToolOffer *self)
{
  const char *refused = myna_tool_offer_get_refused (self);
  g_autofree char *title = refused ? myna_tool_dup_title (refused) : NULL;
  int context_length;
  gsize n_tokens;

  if (refused)
    /* Translators: %s is the name of a tool */
    return g_strdup_printf (_ ("“%s” does not fit: tools may take up to a quarter of what the model can hold."), title);
  if (myna_tool_offer_get_mode (self) == MYNA_MODE_CHAT)
    return NULL;
  if (myna_tool_offer_get_mode (self) == MYNA_MODE_TOOLS && myna_tool_offer_get_n_on (self) == 0)
    return g_strdup (_ ("No tools are on. The model only answers."));
  if (!myna_tool_offer_get_cost (self, &n_tokens, &context_length))
    return g_strdup (
        myna_tool_offer_get_mode (self) == MYNA_MODE_PYTHON ? "" : _ ("Load the model to see how much room they take."));
  if (myna_tool_offer_get_mode (self) == MYNA_MODE_PYTHON)
    /* Translators: how much room what the model is told about Python takes in each question */
    return g_strdup_printf (_ ("It takes %'d of the %'d tokens that the model can hold."), (int) n_tokens, context_length);
  return g_strdup_printf (
      myna_tool_offer_is_too_much (self)
          /* Translators: how much room the tools take in each question */
          ? _ ("They take %'d of the %'d tokens that the model can hold. That leaves little for the chat: turn some off.")
          : _ ("They take %'d of the %'d tokens that the model can hold."),
      (int) n_tokens, context_length);
}

char *
myna_tool_offer_dup_label (MynaToolOffer *self, gboolean *ret_is_used)
{
  gboolean can_call = myna_tool_offer_get_calling (self) == GLM_CALLING_TRAINED;
  gboolean is_python = can_call && myna_tool_offer_get_mode (self) == MYNA_MODE_PYTHON && myna_tool_offer_can_python (self);
  guint n = can_call && !is_python ? myna_tool_offer_get_n_on (self) : 0;

  *ret_is_used = n > 0 || is_python;
  if (is_python)
    return g_strdup (_ ("Tools: Python is on"));
  return n > 0 ? g_strdup_printf (ngettext ("Tools: %u is on", "Tools: %u are on", n), n) : g_strdup (_ ("Tools"));
}
