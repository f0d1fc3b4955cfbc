/* lazy-digest.h: a file's digest, computed while somebody looks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MynaLazyDigest MynaLazyDigest;

/* What is known of it has changed. */
typedef void (*MynaLazyDigestFunc) (gpointer user_data);

MynaLazyDigest *myna_lazy_digest_new (const char *path, MynaLazyDigestFunc changed,
                                      gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Calls nothing any more. */
void myna_lazy_digest_free (MynaLazyDigest *self);
/* Computes it, or stops that: reading a large file takes the disk's time. */
void myna_lazy_digest_set_wanted (MynaLazyDigest *self, gboolean wanted);
/* NULL: not known. */
const char *myna_lazy_digest_get (MynaLazyDigest *self);
/* The digest, the progress, or the error; "": not requested yet. */
const char *myna_lazy_digest_describe (MynaLazyDigest *self);

G_END_DECLS
