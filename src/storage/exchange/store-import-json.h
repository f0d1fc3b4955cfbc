/* store-import-json.h: the reader of JSON files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_JSON_H
#define STORE_IMPORT_JSON_H

#include "exchange/store-reader.h"

G_BEGIN_DECLS

/* n_bytes: of the file, 0 where it is not known. */
StoreReader *store_json_reader_new (GInputStream *stream, gint64 n_bytes);

G_END_DECLS

#endif
