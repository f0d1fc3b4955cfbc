/* myna-remote-server-key.h: where the key of a server is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In the keyring of the desktop; where there is none, in a file of the configuration folder that only its owner can read.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MYNA_KEY_NONE,
  MYNA_KEY_IN_KEYRING,
  MYNA_KEY_IN_FILE,
} MynaKeyPlace;

/* key: NULL or "" removes it.  label: what the keyring shows.  finish: where it is now; NONE with an error: it is not kept. */
void myna_remote_server_key_store_async (const char *server, const char *label, const char *key, GAsyncReadyCallback callback,
                                         gpointer user_data);
MynaKeyPlace myna_remote_server_key_store_finish (GAsyncResult *result, GError **error);
/* finish: NULL without an error: there is none.  The caller frees. */
void myna_remote_server_key_read_async (const char *server, GCancellable *cancellable, GAsyncReadyCallback callback,
                                        gpointer user_data);
char *myna_remote_server_key_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
