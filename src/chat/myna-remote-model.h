/* myna-remote-model.h: a model of a server as what makes replies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REMOTE_MODEL (myna_remote_model_get_type ())
G_DECLARE_FINAL_TYPE (MynaRemoteModel, myna_remote_model, MYNA, REMOTE_MODEL, GObject)

/* servers: outlives it.  Errors of its requests are of MYNA_REMOTE_ERROR. */
MynaGenerator *myna_remote_model_new (MynaRemoteServers *servers, const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
