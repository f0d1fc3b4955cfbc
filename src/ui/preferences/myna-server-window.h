/* myna-server-window.h: a new server of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "tools/servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SERVER_WINDOW (myna_server_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaServerWindow, myna_server_window, MYNA, SERVER_WINDOW, AdwWindow)

/* Adds a server to the list, which is off: nothing runs. */
GtkWidget *myna_server_window_new (GtkWindow *parent, ToolServers *servers);

/* What a server is in, also of one that is in the list.  ret_toggle: GtkSwitch. */
GtkWidget *myna_server_box_row_new (gboolean active, GtkWidget **ret_toggle);
GtkWidget *myna_server_network_row_new (gboolean active, GtkWidget **ret_toggle);

G_END_DECLS
