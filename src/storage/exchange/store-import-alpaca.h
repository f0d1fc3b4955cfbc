/* store-import-alpaca.h: the reader of Alpaca's database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_ALPACA_H
#define STORE_IMPORT_ALPACA_H

#include "exchange/store-reader.h"

G_BEGIN_DECLS

StoreReader *store_alpaca_reader_new (const char *path, GError **error);

G_END_DECLS

#endif
