/* store-pages.h: the rows that stand in a database file, whatever has become of its trees
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <glib.h>

G_BEGIN_DECLS

#define STORE_PAGES_MAX_COLUMNS 20

typedef struct
{
  int type; /* SQLITE_INTEGER, _FLOAT, _TEXT, _BLOB or _NULL */
  gint64 integer;
  double real;
  const char *bytes; /* of a text or blob; not terminated */
  gsize n_bytes;
  gboolean is_cut; /* there should be more bytes */
} StorePagesValue;

typedef struct
{
  gboolean is_index; /* an entry of an index, not a row of a table */
  gint64 rowid;      /* of a row of a table */
  guint n_values;
  StorePagesValue values[STORE_PAGES_MAX_COLUMNS];
} StorePagesRow;

/* FALSE and error ends the scan. */
typedef gboolean (*StorePagesFunc) (const StorePagesRow *row, gpointer user_data, GError **error);

/* Calls func for everything in the file that looks like a row or an index entry of at most STORE_PAGES_MAX_COLUMNS columns,
 * in the order of the pages.  Nothing that it gets is to be trusted.  *ret_n_damaged: 0 where no page is damaged, as
 * far as that can be seen.  FALSE and FAILED where the file cannot be read. */
gboolean store_pages_scan (const char *path, StorePagesFunc func, gpointer user_data, guint *ret_n_damaged, GError **error);

G_END_DECLS

#endif
