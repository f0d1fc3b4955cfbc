/* store-turn.h: one message of another program, which becomes one or several of ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Others keep a reply with its calls of tools as one message; here each part is a message: text, call, result, text.
 */
#ifndef STORE_TURN_H
#define STORE_TURN_H

#include <json-glib/json-glib.h>

#include "exchange/store-whole.h"

G_BEGIN_DECLS

typedef struct _StoreTurn StoreTurn;

/* The role that other programs' names mean: "human", "gpt", "tool" …; −1: unknown. */
int store_import_role (const char *name);

/* whole: where notes go.  model (may be NULL) is kept for what the assistant says. */
StoreTurn *store_turn_new (StoreWhole *whole, StoreRole role, gint64 time, const char *model);
void store_turn_free (StoreTurn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreTurn, store_turn_free)

/* Texts may be NULL or empty: then nothing is added. */
void store_turn_add_text (StoreTurn *self, const char *text);
void store_turn_add_thought (StoreTurn *self, const char *text);
/* As fenced code. */
void store_turn_add_code (StoreTurn *self, const char *language, const char *text);
/* A tool that the assistant asked for, and what it gave; arguments: JSON text as a rule. */
void store_turn_add_call (StoreTurn *self, const char *tool, const char *arguments);
void store_turn_add_result (StoreTurn *self, const char *text);
/* The same where it is content as store_turn_add_content() takes it, perhaps in an object's "content"; else as JSON. */
void store_turn_add_result_content (StoreTurn *self, JsonNode *content);
/* What is not in the file: "[image]", or "[file: name]".  Noted. */
void store_turn_add_medium (StoreTurn *self, const char *kind, const char *name);
/* A text beside the message. */
void store_turn_add_file (StoreTurn *self, const char *name, const char *text);
/* What most programs have as content: null, a text, or a list of parts by "type".  What is unknown is noted. */
void store_turn_add_content (StoreTurn *self, JsonNode *content);

/* The messages, without ids, and frees the turn. */
GPtrArray *store_turn_end (StoreTurn *self);
/* Puts them after the last one of the whole, and frees the turn.  A turn without anything is noted. */
gboolean store_turn_append (StoreTurn *self, GError **error);

G_END_DECLS

#endif
