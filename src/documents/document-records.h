/* document-records.h: what the process that reads documents says, piece by piece
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It may be in the hands of the document: everything is bounded, and what is not as wire.h says is an error.
 */
#ifndef DOCUMENT_RECORDS_H
#define DOCUMENT_RECORDS_H

#include "documents/documents.h"

typedef struct DocumentRecords DocumentRecords;

DocumentRecords *document_records_new (void);
void document_records_free (DocumentRecords *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DocumentRecords, document_records_free)

/* The next bytes.  FALSE: DOCUMENT_ERROR; nothing more may be added. */
gboolean document_records_add (DocumentRecords *self, const char *bytes, gsize n, GError **error);
/* After the last byte.  NULL: DOCUMENT_ERROR: they were not all. */
Document *document_records_finish (DocumentRecords *self, GError **error);

#endif
