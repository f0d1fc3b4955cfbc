/* myna-remote-error.h: what goes wrong with a server, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

#define MYNA_REMOTE_ERROR (myna_remote_error_quark ())
GQuark
myna_remote_error_quark (void); /* codes are RemoteProblem; the message is translated: what happened and what can be done */

/* server: its name, as it is shown. */
GError *myna_remote_error_new (RemoteProblem problem, const char *server) G_GNUC_WARN_UNUSED_RESULT;
/* The same from the event "error", with what the server says of it. */
GError *myna_remote_error_read (JsonObject *event, const char *server) G_GNUC_WARN_UNUSED_RESULT;
/* The same where a server is being added: its address and its key are in the same window. */
GError *myna_remote_error_read_listing (JsonObject *event, const char *server) G_GNUC_WARN_UNUSED_RESULT;
/* In a Flatpak: the command that gives Myna the network, and the one that takes it away; NULL: it runs in none. */
const char *myna_remote_get_permit (gboolean gives);
/* Whether this program may open connections: it is in no sandbox, or that has the network. */
gboolean myna_remote_is_permitted (void);

G_END_DECLS
