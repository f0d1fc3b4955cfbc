/* remote-server-words.h: what is said of a server of models, and asked before something is sent there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-remote-server.h"

G_BEGIN_DECLS

/* Where it is, how many of its models are offered, and what the person should know of it.  The caller frees. */
char *myna_remote_server_describe (MynaRemoteServer *server) G_GNUC_WARN_UNUSED_RESULT;
/* Of what a chat would send there (see MynaSends): what the person may not have thought of.  The caller frees. */
char *myna_remote_server_describe_sends (guint sends) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
