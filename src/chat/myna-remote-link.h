/* myna-remote-link.h: the process that opens network connections for the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * myna-remote is started by the first question, and again where it has ended.  See remote-wire.h for what is said.
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REMOTE_LINK (myna_remote_link_get_type ())
G_DECLARE_FINAL_TYPE (MynaRemoteLink, myna_remote_link, MYNA, REMOTE_LINK, GObject)

/* An event, on the main thread; the last is "end", "models", "files" or "error", and none comes before the call that asks has returned. */
typedef void (*MynaRemoteFunc) (JsonObject *event, const char *name, gpointer user_data);

MynaRemoteLink *myna_remote_link_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Asks; the object gets an id, which is returned and never 0.  destroy: called behind the last event; may be NULL. */
guint64 myna_remote_link_ask (MynaRemoteLink *self, JsonObject *asked, MynaRemoteFunc func, gpointer user_data,
                              GDestroyNotify destroy);
/* Its last event comes soon.  Unknown ids are ignored. */
void myna_remote_link_cancel (MynaRemoteLink *self, guint64 id);
/* Whether there is such a program: it may have been left out when Myna was built. */
gboolean myna_remote_link_is_there (void);

G_END_DECLS
