/* server-token.h: the secret that clients of the port must know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_TOKEN_H
#define SERVER_TOKEN_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads the file, or makes it with 32 random bytes in hexadecimal, readable by its owner alone.  A file that others may read is
 * an error: what was in it is known.  The caller frees. */
char *server_token_load (const char *path, GError **error);
/* $XDG_CONFIG_HOME/myna/server-token; the caller frees. */
char *server_token_get_path (void);
/* Whether the value of an Authorization header (or NULL) has the token.  The time does not tell how much of it is right. */
gboolean server_token_fits (const char *token, const char *authorization);

G_END_DECLS

#endif
