/* store-import-gpt4all.h: the reader of GPT4All's .chat files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_GPT4ALL_H
#define STORE_IMPORT_GPT4ALL_H

#include "exchange/store-reader.h"

G_BEGIN_DECLS

StoreReader *store_gpt4all_reader_new (GInputStream *stream, GError **error);

G_END_DECLS

#endif
