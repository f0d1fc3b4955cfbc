/* store-reader.h: what the readers of other programs' files are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader gives one conversation after the other.  The ids in a StoreWhole from a reader are those of the file: any positive
 * numbers, parents before their children.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "exchange/store-whole.h"

G_BEGIN_DECLS

#define STORE_MAX_IMPORT_BYTES  (G_GINT64_CONSTANT (2) << 30)
#define STORE_MAX_ELEMENT_BYTES (64 << 20)

typedef struct _StoreReader StoreReader;

struct _StoreReader
{
  /* *ret_whole is NULL at the end.  A conversation that cannot be read is one with a problem, and the next one follows;
   * FALSE: the whole file is not to be read.  An origin that is NULL is made of the messages. */
  gboolean (*next) (StoreReader *self, StoreWhole **ret_whole, GError **error);
  void (*free) (StoreReader *self);
  gboolean is_known;      /* the file is of a kind that may be without conversations */
  gint64 n_done, n_total; /* bytes, conversations or 0: how much of the file was read */
  GHashTable *folders;    /* id in the file → StoreFolder; NULL: the file has none */
};

G_END_DECLS

#endif
