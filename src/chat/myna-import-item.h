/* myna-import-item.h: one conversation of a file to import, checked or not (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_IMPORT_ITEM (myna_import_item_get_type ())
G_DECLARE_FINAL_TYPE (MynaImportItem, myna_import_item, MYNA, IMPORT_ITEM, GObject)

/* Property: "checked".  index: the entry's place in the preview.  Those that are in the history already begin unchecked:
 * checking one asks for a copy.  What cannot be imported stays unchecked. */
MynaImportItem *myna_import_item_new (const StoreImportEntry *entry, guint index);
const StoreImportEntry *myna_import_item_get_entry (MynaImportItem *self);
gboolean myna_import_item_get_checked (MynaImportItem *self);
void myna_import_item_set_checked (MynaImportItem *self, gboolean checked);

/* How many of the list are new. */
guint myna_import_items_count_new (GListModel *items);
/* Checks those that are new, or none. */
void myna_import_items_check_new (GListModel *items, gboolean checked);
/* The places in the preview (guint) of those that are checked. */
GArray *myna_import_items_dup_checked (GListModel *items) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
