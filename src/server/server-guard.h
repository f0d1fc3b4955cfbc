/* server-guard.h: who is let in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages in a browser reach ports of this computer.  They always send an Origin where they read an answer, and a name that is
 * not ours where their server's name was made to lead here: both are refused before a byte of the body is read.
 */
#ifndef SERVER_GUARD_H
#define SERVER_GUARD_H

#include <libsoup/soup.h>

#include "server/server-problem.h"

G_BEGIN_DECLS

/* port 0: a UNIX socket, where any Host will do.  token NULL: none is asked for; needs_token: not for this path. */
gboolean server_guard_check (SoupMessageHeaders *headers, guint port, const char *token, gboolean needs_token,
                             ServerProblem *problem);

G_END_DECLS

#endif
