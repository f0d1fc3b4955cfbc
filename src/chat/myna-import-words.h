/* myna-import-words.h: what an import finds, did and could not do, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* Why nothing of it is added, or what is; NULL: it is simply new.  Static. */
const char *myna_import_describe_state (const StoreImportEntry *entry);
/* What could not be taken as it was, a line each; NULL: nothing.  Owned by the caller, as below. */
char *myna_import_describe_notes (GPtrArray *notes);
/* What an import came to: chats and messages, and how much could not be taken as it was.  entries: those that were chosen;
 * n_refused: how many of the file's could not be. */
char *myna_import_describe_result (GPtrArray *entries, guint n_refused);
/* When it was, how long it is, and what is new of it. */
char *myna_import_describe_entry (const StoreImportEntry *entry);
/* What the file does not give as it was, and why nothing is checked where nothing is; NULL: nothing to say.  *ret_n_refused: how many
 * of the entries cannot be read. */
char *myna_import_describe_remarks (GPtrArray *entries, guint n_checked, guint *ret_n_refused);
/* Why a file could not be read or imported; the reader's own words are exact and English.  Static. */
const char *myna_import_describe_problem (const GError *error);

G_END_DECLS
