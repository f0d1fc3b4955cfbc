/* store-import.h: readers of other programs' files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader gives one conversation after the other.  The ids in a StoreWhole from a reader are those of the file: any positive
 * numbers, parents before their children.
 */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include "store-export.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define STORE_MAX_IMPORT_BYTES    (G_GINT64_CONSTANT (2) << 30)
#define STORE_MAX_ELEMENT_BYTES   (64 << 20)
#define STORE_MAX_IMPORT_MESSAGES 100000

typedef struct _StoreReader StoreReader;

struct _StoreReader
{
  /* *ret_whole is NULL at the end.  *ret_source: a static name. */
  gboolean (*next) (StoreReader *self, StoreWhole **ret_whole, const char **ret_source, GError **error);
  void (*free) (StoreReader *self);
  gint64 n_done, n_total; /* bytes, conversations or 0: how much of the file was read */
  GHashTable *folders;    /* id in the file → StoreFolder; NULL: the file has none */
};

/* Finds out what the file is. */
StoreReader *store_reader_open (GFile *file, GError **error);
void store_reader_free (StoreReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreReader, store_reader_free)

StoreReader *store_json_reader_new (GInputStream *stream, gint64 n_bytes);
StoreReader *store_gpt4all_reader_new (GInputStream *stream, GError **error);
StoreReader *store_alpaca_reader_new (const char *path, GError **error);

/* ---- For the readers -------------------------------------------------------------------------------------------- */

gboolean store_import_invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Appends a message after the message `parent_id` of the file; returns it, its id set to the next free one.  NULL and error
 * where there are too many. */
StoreMessage *store_whole_add (StoreWhole *self, gint64 parent_id, StoreRole role, const char *text, GError **error);
/* Appends after the last one, and makes it the head. */
StoreMessage *store_whole_add_last (StoreWhole *self, StoreRole role, const char *text, GError **error);

/* The role that other programs' names mean: "human", "gpt", "tool" …; −1: unknown. */
int store_import_role (const char *name);

/* Pieces of a JSON file: the elements of the outermost array, or of the arrays and the values of the outermost object. */
typedef struct _StoreSlicer StoreSlicer;

StoreSlicer *store_slicer_new (GInputStream *stream);
void store_slicer_free (StoreSlicer *self);
/* *ret_key: the member of the outermost object, "" in an array; *ret_text: JSON text of one value, NULL at the end; both are
 * owned by the slicer until the next call. */
gboolean store_slicer_next (StoreSlicer *self, const char **ret_key, const char **ret_text, GError **error);
/* Bytes that were read so far. */
gint64 store_slicer_tell (StoreSlicer *self);

/* Members of an object where they have the type; NULL or 0 otherwise. */
const char *store_json_string (JsonObject *object, const char *name);
gint64 store_json_int (JsonObject *object, const char *name);
double store_json_double (JsonObject *object, const char *name);
gboolean store_json_boolean (JsonObject *object, const char *name);
JsonObject *store_json_object (JsonObject *object, const char *name);
JsonArray *store_json_array (JsonObject *object, const char *name);

/* One element of a JSON file: fill `whole`.  FALSE with error: it is of this kind and wrong. */
gboolean store_read_myna (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_chatgpt (StoreWhole *whole, JsonObject *object, GError **error);
gboolean store_read_claude (StoreWhole *whole, JsonObject *object, GError **error);
/* A list of { from, value } or { role, content }, or of pairs [ question, answer ], added to what is there. */
gboolean store_read_turns (StoreWhole *whole, JsonArray *turns, GError **error);
gboolean store_read_turn (StoreWhole *whole, JsonObject *turn, GError **error);
gboolean store_read_pair (StoreWhole *whole, JsonArray *pair, GError **error);

G_END_DECLS

#endif
