/* store-import-entry.c: what is told of one conversation in a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "storage.h"

G_DEFINE_BOXED_TYPE (StoreImportEntry, store_import_entry, store_import_entry_copy, store_import_entry_free)

StoreImportEntry *
store_import_entry_copy (const StoreImportEntry *entry)
{
  StoreImportEntry *copy = g_memdup2 (entry, sizeof *entry);

  copy->title = g_strdup (entry->title);
  copy->problem = g_strdup (entry->problem);
  copy->notes = g_ptr_array_ref (entry->notes); /* nobody changes them any more */
  return copy;
}

void
store_import_entry_free (StoreImportEntry *entry)
{
  if (!entry)
    return;

  g_free (entry->title);
  g_free (entry->problem);
  g_clear_pointer (&entry->notes, g_ptr_array_unref);
  g_free (entry);
}

gboolean
store_import_entry_can_copy (const StoreImportEntry *entry)
{
  return entry->state == STORE_IMPORT_KNOWN || entry->state == STORE_IMPORT_TRASHED || entry->state == STORE_IMPORT_REPEATED;
}
