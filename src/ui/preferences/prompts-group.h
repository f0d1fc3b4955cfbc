/* prompts-group.h: the prompts that "/" offers: making, changing and deleting them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* AdwPreferencesGroup. */
GtkWidget *myna_prompts_group_new (void);

G_END_DECLS
