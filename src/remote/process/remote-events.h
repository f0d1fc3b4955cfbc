/* remote-events.h: server-sent events out of the bytes of a stream
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RemoteEvents RemoteEvents;

/* The data of an event: n_bytes of UTF-8; what was none is U+FFFD. */
typedef void (*RemoteEventFunc) (const char *data, gsize n_bytes, gpointer user_data);

/* max: bytes of an event. */
RemoteEvents *remote_events_new (gsize max, RemoteEventFunc func, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void remote_events_free (RemoteEvents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RemoteEvents, remote_events_free)
/* The next bytes.  FALSE: an event is larger than it may be, and nothing more can be fed. */
gboolean remote_events_feed (RemoteEvents *self, const char *bytes, gsize n_bytes);
/* The stream has ended: so has its last event. */
void remote_events_end (RemoteEvents *self);

G_END_DECLS
