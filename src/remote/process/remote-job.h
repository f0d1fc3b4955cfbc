/* remote-job.h: what the window has asked for, from the request to its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "remote/process/remote-exchange.h"
#include "remote/process/remote-outbox.h"

G_BEGIN_DECLS

#define REMOTE_TYPE_JOB (remote_job_get_type ())
G_DECLARE_FINAL_TYPE (RemoteJob, remote_job, REMOTE, JOB, GObject)

/* Called once, when the last event of the job was told. */
typedef void (*RemoteJobFunc) (RemoteJob *job, gpointer user_data);

/* Starts what is asked; see remote-wire.h.  The outbox outlives it. */
RemoteJob *remote_job_new (SoupSession *session, RemoteOutbox *outbox, JsonObject *asked, RemoteJobFunc ended,
                           gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void remote_job_start (RemoteJob *self);
/* It ends soon, and its connection at once. */
void remote_job_cancel (RemoteJob *self);
gint64 remote_job_get_id (RemoteJob *self);

G_END_DECLS
