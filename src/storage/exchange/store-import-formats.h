/* store-import-formats.h: the JSON of other programs, a reader each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each fills a whole from an object that is of its kind.  FALSE with error: the conversation cannot be read.  Where the file
 * has no identity, the origin stays NULL.
 */
#ifndef STORE_IMPORT_FORMATS_H
#define STORE_IMPORT_FORMATS_H

#include <json-glib/json-glib.h>

#include "exchange/store-whole.h"

G_BEGIN_DECLS

typedef gboolean (*StoreReadFunc) (StoreWhole *whole, JsonObject *object, GError **error);

gboolean store_read_myna (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_chatgpt (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_deepseek (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_claude (StoreWhole *whole, JsonObject *object, GError **error);
/* { "conv", "messages" }; a session of the JSON Lines is put into that shape by who collects it. */
gboolean store_read_llama (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_open_webui (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_lm_studio (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_text_generation (StoreWhole *whole, JsonObject *object, GError **error);

/* Cherry Studio's backup: all conversations of it, to `list` of StoreWhole. */
void store_read_cherry (GPtrArray *list, JsonObject *object);

/* The lines of one chat. */
gboolean store_read_sillytavern (StoreWhole *whole, JsonArray *lines, GError **error);
gboolean store_read_jan (StoreWhole *whole, JsonArray *lines, GError **error);

/* An object around turns: { "messages" | "conversations", "system", "title" … }. */
gboolean store_read_turns_object (StoreWhole *whole, JsonObject *object, GError **error);
/* A list of { from, value } or { role, content }, or of pairs [ question, answer ], added to what is there. */
gboolean store_read_turns (StoreWhole *whole, JsonArray *turns, GError **error);
/* A question with its answer in one object, as data sets have them; FALSE without error: it is none. */
gboolean store_read_instruction (StoreWhole *whole, JsonObject *object, GError **error);

G_END_DECLS

#endif
