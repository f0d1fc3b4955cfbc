/* store-slicer.h: a large JSON file in pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_SLICER_H
#define STORE_SLICER_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Pieces of a file of JSON values: a value in a line or wherever it ends (JSON Lines), UTF-8 or UTF-16.  A piece is an element of
 * an outermost array, an outermost object, or what is in ours (whose first member is "format": "myna-conversations"): an element
 * of its arrays, or a value. */
typedef struct _StoreSlicer StoreSlicer;

typedef struct
{
  const char *key;      /* the member of our outermost object; "" otherwise */
  GString *text;        /* JSON text of one value, which may be changed; NULL at the end */
  gboolean is_element;  /* of an outermost array */
  guint document;       /* which outermost value it is of, from 1 */
  gboolean is_too_long; /* the text is only its beginning */
} StoreSlice;

StoreSlicer *store_slicer_new (GInputStream *stream);
void store_slicer_free (StoreSlicer *self);
/* What the slice points to is owned by the slicer until the next call.  FALSE: nothing after this can be read. */
gboolean store_slicer_next (StoreSlicer *self, StoreSlice *ret_slice, GError **error);
/* Halves of characters that were replaced so far, in UTF-16. */
guint store_slicer_count_mended (StoreSlicer *self);
/* Bytes that were read so far. */
gint64 store_slicer_tell (StoreSlicer *self);

G_END_DECLS

#endif
