/* store-import.h: the reader of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "exchange/store-reader.h"

G_BEGIN_DECLS

/* Finds out what the file is. */
StoreReader *store_reader_open (GFile *file, GError **error);
void store_reader_free (StoreReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreReader, store_reader_free)

G_END_DECLS

#endif
