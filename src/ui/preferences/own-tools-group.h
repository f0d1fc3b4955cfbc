/* own-tools-group.h: the tools that the person describes, on the page of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_OWN_TOOLS_GROUP (myna_own_tools_group_get_type ())
G_DECLARE_FINAL_TYPE (MynaOwnToolsGroup, myna_own_tools_group, MYNA, OWN_TOOLS_GROUP, AdwPreferencesGroup)

/* store: NULL: none.  Signals: as MynaServersGroup. */
GtkWidget *myna_own_tools_group_new (StoreDb *store);
/* The permissions that there are: StoreToolRule. */
void myna_own_tools_group_set_rules (MynaOwnToolsGroup *self, GPtrArray *rules);

G_END_DECLS
