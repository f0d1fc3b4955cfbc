/* myna-log-window.h: what a server of tools writes for people to read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "tools/servers.h"

G_BEGIN_DECLS

/* Follows the server's log. */
GtkWidget *myna_log_window_new (GtkWindow *parent, ToolServer *server);

G_END_DECLS
