/* remote-download.h: one file that the window has asked for, from the request to its place on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Goes on where a part of it lies, and tries again where the connection fails: a network that changes and a lid that is closed end
 * nothing.  No key is ever sent; what the file's host sends us to is one of the hosts that were named, by the same scheme.
 */
#pragma once

#include "remote/process/remote-exchange.h"
#include "remote/process/remote-outbox.h"

G_BEGIN_DECLS

#define REMOTE_TYPE_DOWNLOAD (remote_download_get_type ())
G_DECLARE_FINAL_TYPE (RemoteDownload, remote_download, REMOTE, DOWNLOAD, GObject)

/* Called once, when the last event was told. */
typedef void (*RemoteDownloadFunc) (RemoteDownload *download, gpointer user_data);

/* See remote-wire.h.  The outbox outlives it. */
RemoteDownload *remote_download_new (SoupSession *session, RemoteOutbox *outbox, JsonObject *asked, RemoteDownloadFunc ended,
                                     gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void remote_download_start (RemoteDownload *self);
/* What has come stays. */
void remote_download_cancel (RemoteDownload *self);
gint64 remote_download_get_id (RemoteDownload *self);

G_END_DECLS
