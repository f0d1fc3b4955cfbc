/* myna-servers-group.h: the servers of tools on the page of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_SERVERS_GROUP (myna_servers_group_get_type ())
G_DECLARE_FINAL_TYPE (MynaServersGroup, myna_servers_group, MYNA, SERVERS_GROUP, AdwPreferencesGroup)

/* Signals "rules-changed": the person allowed a tool, or does not any more; "problem" (char *title, GError *): something could not
 * be done.  store: where permissions are kept; may be NULL.  Where there can be no servers the group says why. */
GtkWidget *myna_servers_group_new (StoreDb *store);
/* The permissions of all chats, of StoreToolRule. */
void myna_servers_group_set_rules (MynaServersGroup *self, GPtrArray *rules);

G_END_DECLS
