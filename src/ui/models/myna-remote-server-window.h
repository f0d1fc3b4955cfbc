/* myna-remote-server-window.h: adding a server, and changing one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "base/myna-task-window.h"
#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REMOTE_SERVER_WINDOW (myna_remote_server_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaRemoteServerWindow, myna_remote_server_window, MYNA, REMOTE_SERVER_WINDOW, MynaTaskWindow)

/* server: the one to be changed; NULL: a new one. */
GtkWidget *myna_remote_server_window_new (GtkWindow *parent, MynaRemoteServers *servers, MynaRemoteServer *server);

G_END_DECLS
