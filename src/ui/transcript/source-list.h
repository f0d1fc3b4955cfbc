/* source-list.h: what a reply was given of documents, below it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* sources: StorePassages, of which those from `first` on are shown.  Each is a button that activates "message.show-source". */
GtkWidget *myna_source_list_new (GPtrArray *sources, guint first);
/* Whether it shows just these. */
gboolean myna_source_list_shows (GtkWidget *list, GPtrArray *sources, guint first);

G_END_DECLS
