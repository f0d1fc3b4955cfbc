/* server-list.h: the servers on the page of the models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

/* A group with a row for each server, and one to add another. */
GtkWidget *myna_remote_server_list_new (MynaRemoteServers *servers);

G_END_DECLS
