/* myna-digest.h: the SHA-256 of a large file, computed once (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* fraction in [0, 1]; called a few times a second, never after the callback. */
typedef void (*MynaDigestProgressFunc) (double fraction, gpointer user_data);

/* Reads the file on another thread.  What was computed before is remembered for as long as the file has the same size and
 * time, so that asking again costs nothing. */
void myna_digest_async (const char *path, GCancellable *cancellable, MynaDigestProgressFunc progress, /* may be NULL */
                        GAsyncReadyCallback callback, gpointer user_data);                            /* for both functions */
/* In hexadecimal; the caller frees. */
char *myna_digest_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
