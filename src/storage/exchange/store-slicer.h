/* store-slicer.h: a large JSON file in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_SLICER_H
#define STORE_SLICER_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Pieces of a JSON file: the elements of the outermost array, or of the arrays and the values of the outermost object. */
typedef struct _StoreSlicer StoreSlicer;

StoreSlicer *store_slicer_new (GInputStream *stream);
void store_slicer_free (StoreSlicer *self);
/* *ret_key: the member of the outermost object, "" in an array; *ret_text: JSON text of one value, NULL at the end; both are
 * owned by the slicer until the next call. */
gboolean store_slicer_next (StoreSlicer *self, const char **ret_key, const char **ret_text, GError **error);
/* Bytes that were read so far. */
gint64 store_slicer_tell (StoreSlicer *self);

G_END_DECLS

#endif
