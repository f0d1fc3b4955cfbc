/* store-import-foreign.h: the JSON of other programs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_FOREIGN_H
#define STORE_IMPORT_FOREIGN_H

#include <json-glib/json-glib.h>

#include "exchange/store-whole.h"

G_BEGIN_DECLS

/* The role that other programs' names mean: "human", "gpt", "tool" …; −1: unknown. */
int store_import_role (const char *name);

/* One element of a JSON file: fill `whole`.  FALSE with error: it is of this kind and wrong. */
gboolean store_read_chatgpt (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_claude (StoreWhole *whole, JsonObject *object, GError **error);
/* A list of { from, value } or { role, content }, or of pairs [ question, answer ], added to what is there. */
gboolean store_read_turns (StoreWhole *whole, JsonArray *turns, GError **error);
gboolean store_read_turn (StoreWhole *whole, JsonObject *turn, GError **error);
gboolean store_read_pair (StoreWhole *whole, JsonArray *pair, GError **error);

G_END_DECLS

#endif
