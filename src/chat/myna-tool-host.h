/* myna-tool-host.h: what tools may ask of a conversation and the history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-message.h"
#include "tools/tools.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TOOL_HOST (myna_tool_host_get_type ())
G_DECLARE_FINAL_TYPE (MynaToolHost, myna_tool_host, MYNA, TOOL_HOST, GObject)

/* messages: MynaMessage, the branch up to the call.  What is searched is the rest of the store: neither this conversation, of
 * which the model knows, nor the bin. */
MynaToolHost *myna_tool_host_new (StoreDb *store, gint64 conversation_id, GPtrArray *messages) G_GNUC_WARN_UNUSED_RESULT;
/* For ToolCallOptions; valid as long as the host. */
ToolHost myna_tool_host_get (MynaToolHost *self);

G_END_DECLS
