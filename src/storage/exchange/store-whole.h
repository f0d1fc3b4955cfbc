/* store-whole.h: a conversation with all that belongs to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_WHOLE_H
#define STORE_WHOLE_H

#include "db/store-sqlite.h"
#include "exchange/store-import-note.h"

G_BEGIN_DECLS

#define STORE_MAX_IMPORT_MESSAGES 100000

/* A conversation with all that belongs to it. */
typedef struct
{
  StoreConversation *row;
  char *origin;
  GPtrArray *messages; /* of StoreMessage, by id: parents first */

  /* Of a file: */
  const char *source; /* the program's name; static */
  GPtrArray *notes;   /* of StoreImportNote: what could not be taken as it was */
  char *problem;      /* why it cannot be taken at all; NULL: it can */
} StoreWhole;

StoreWhole *store_whole_new (void);
void store_whole_free (StoreWhole *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreWhole, store_whole_free)

/* Reads it; NOT_FOUND. */
StoreWhole *store_whole_load (StoreConnection *connection, gint64 id, GError **error);
/* The messages of the branch that is shown, first to last; owned by self. */
GPtrArray *store_whole_list_branch (StoreWhole *self);

/* INVALID.  Returns FALSE. */
gboolean store_import_invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Appends a message after the message `parent_id` of the file; returns it, its id set to the next free one.  NULL and error
 * where there are too many. */
StoreMessage *store_whole_add (StoreWhole *self, gint64 parent_id, StoreRole role, const char *text, GError **error);
/* Appends after the last one, and makes it the head. */
StoreMessage *store_whole_add_last (StoreWhole *self, StoreRole role, const char *text, GError **error);
/* The same with a message that is taken, whose role, text and so on are set.  FALSE and error where there are too many. */
gboolean store_whole_take (StoreWhole *self, gint64 parent_id, StoreMessage *message, GError **error);
/* title: NULL is none. */
void store_whole_set_title (StoreWhole *self, const char *title);

/* Names used in JSON; "" where there is none.  From a name: −1 where it is unknown. */
const char *store_role_name (StoreRole role);
int store_role_from_name (const char *name);
const char *store_state_name (StoreState state);
int store_state_from_name (const char *name);
const char *store_call_state_name (StoreCallState state);
int store_call_state_from_name (const char *name);
const char *store_allowed_by_name (StoreAllowedBy allowed_by);
int store_allowed_by_from_name (const char *name);

G_END_DECLS

#endif
