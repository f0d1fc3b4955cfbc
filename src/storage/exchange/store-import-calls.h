/* store-import-calls.h: calls of tools as OpenAI's interface writes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_CALLS_H
#define STORE_IMPORT_CALLS_H

#include "exchange/store-turn.h"

G_BEGIN_DECLS

/* [ { "function": { "name", "arguments" } } ], also without "function" around it. */
void store_import_add_calls (StoreTurn *turn, StoreWhole *whole, JsonArray *calls);
/* The same as JSON in a string; NULL or empty: none.  What cannot be read becomes the text of one call. */
void store_import_add_calls_text (StoreTurn *turn, StoreWhole *whole, const char *text);
/* { "name", "arguments" }. */
void store_import_add_call (StoreTurn *turn, StoreWhole *whole, JsonObject *call);

G_END_DECLS

#endif
