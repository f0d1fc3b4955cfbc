/* rule-switch.h: a switch that lets a tool run without asking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

/* Puts one into a row; store: NULL: none.  owner: a GObject with the signals "rules-changed" () and "problem" (title, GError). */
GtkWidget *myna_rule_switch_new (AdwActionRow *row, StoreDb *store, const char *tool, gpointer owner);
/* rules: StoreToolRule. */
void myna_rule_switch_update (GtkWidget *toggle, GPtrArray *rules);

G_END_DECLS
