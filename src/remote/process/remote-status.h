/* remote-status.h: what the ways in which a server fails mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

/* Why there is no answer at all. */
RemoteProblem remote_status_of_error (const GError *error);
/* A status other than 200, with the body that came with it. */
RemoteProblem remote_status_get_problem (guint status, const char *body, gsize n_bytes);
/* What the server says in such a body: one line, without control characters, at most some hundred characters; "": nothing that is
 * meant for people.  The caller frees. */
char *remote_status_dup_detail (const char *body, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;
/* The same of an object that holds "error". */
char *remote_status_dup_words (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
