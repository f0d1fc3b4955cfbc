/* store-import-note.h: what an import could not take as it was, counted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_IMPORT_NOTE_H
#define STORE_IMPORT_NOTE_H

#include <json-glib/json-glib.h>

#include "storage.h"

G_BEGIN_DECLS

/* Notes with a free function. */
GPtrArray *store_import_notes_new (void);
/* Adds n to the note of that kind and name; name may be NULL.  Names come from files: they are made valid, short and free of
 * control characters. */
void store_import_notes_add (GPtrArray *notes, StoreImportNoteKind kind, const char *name, guint n);
/* Notes the members of an object that say something and are not among `known` (NULL-terminated).  Numbers, truth values, null
 * and what is empty say nothing that a conversation needs. */
void store_import_notes_add_members (GPtrArray *notes, JsonObject *object, const char *const *known);

G_END_DECLS

#endif
