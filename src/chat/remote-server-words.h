/* remote-server-words.h: how a server of models is described, and the question before something is sent to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-remote-server.h"

G_BEGIN_DECLS

/* Where it is, how many of its models are offered, and what the person should know of it.  The caller frees. */
char *myna_remote_server_describe (MynaRemoteServer *server) G_GNUC_WARN_UNUSED_RESULT;
/* The parts of what a chat would send (see MynaSends) that a person may not expect.  The caller frees. */
char *myna_remote_server_describe_sends (guint sends) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
