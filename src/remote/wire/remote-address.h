/* remote-address.h: the addresses of servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

/* What a person typed as an address with a path, "https://host:8000/v1": without a scheme it is https, or http where the host is
 * this computer or of a private network; without a path it is /v1; what stands behind the path, a name and a password are refused.
 * NULL: ret_problem says why.  The caller frees. */
char *remote_address_normalize (const char *text, RemoteProblem *ret_problem) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a whole address of a file or list, as Myna makes them, may be asked; else why not. */
RemoteProblem remote_address_check (const char *address);
/* Whether its scheme is the other's, and its host one of these or a part of their domains. */
gboolean remote_address_is_of (const char *address, const char *other, const char *const *hosts);
/* Whether what is sent there can be read on the way. */
gboolean remote_address_is_plain (const char *address);
/* Its host, as it is shown: "gpu.example.org"; with the port, where it is not the usual one.  The caller frees. */
char *remote_address_dup_host (const char *address) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the two are of one scheme, host and port. */
gboolean remote_address_is_same_origin (const char *one, const char *other);
/* Whether a connection without encryption may go there: this computer, and what no router passes on to the internet. */
gboolean remote_address_is_private (GInetAddress *address);

G_END_DECLS
