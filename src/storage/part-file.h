/* part-file.h: a file that a person gets, whole or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The new contents of a file: written under a hidden name beside it, synced, and put in its place in one step.  Until then the
 * old file is there, or none, whatever happens.  Used by one thread at a time. */
typedef struct _StorePartFile StorePartFile;

/* Deletes what a writer that was killed left in the folder.  FULL, READ_ONLY or FAILED, as the functions below. */
StorePartFile *store_part_file_new (GFile *target, GError **error);
/* Deletes what was written, unless it was kept. */
void store_part_file_free (StorePartFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StorePartFile, store_part_file_free)
gboolean store_part_file_write (StorePartFile *self, const char *data, gsize n_bytes, GError **error);
/* Once, when all is written. */
gboolean store_part_file_keep (StorePartFile *self, GError **error);

G_END_DECLS
