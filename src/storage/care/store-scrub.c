/* store-scrub.c: what deleted rows leave behind in the pages of the file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With secure_delete SQLite overwrites the rows that it deletes.  But when it rebalances neighboring pages
 * (rebuildPage() in its btree.c), rows that move leave a copy in the page's unallocated space, between the array of cell
 * pointers and the first cell.  When such a row is deleted later, the copy stays.  So each deletion for good is followed by
 * zeros over that space in every page.
 *
 * This writes past SQLite, into bytes that mean nothing to it, through its own file handle: another one would take its locks
 * away when it is closed.  It is done with an empty WAL and the write lock held, so nobody changes the file meanwhile; and at
 * whichever byte the power goes, the database is the same.  The format: https://www.sqlite.org/fileformat2.html, 1.6.
 */
#include "care/store-scrub.h"

#include <string.h>

/* From here on the first byte of an overflow page, a page number's highest, could be that of a page of a tree. */
#define MAX_PAGES 0x02000000
#define LOCK_BYTE (G_GINT64_CONSTANT (1) << 30) /* its page is never used */

typedef struct
{
  sqlite3_file *file;
  guint page_size;
  guint usable; /* without the bytes that are reserved at the end of each page */
  guint8 *page;
  guint8 *zeros; /* a page of them */
} Scrub;

static guint
get16 (const guint8 *bytes)
{
  return (guint) bytes[0] << 8 | bytes[1];
}

/* The unallocated space of the page; FALSE: it has none, or is no page of a tree. */
static gboolean
find_gap (const Scrub *self, gint64 offset, guint *ret_start, guint *ret_end)
{
  guint header = offset == 0 ? 100 : 0;
  guint8 kind = self->page[header];
  guint start = header + (kind == 0x02 || kind == 0x05 ? 12 : 8) + 2 * get16 (self->page + header + 3);
  guint end = get16 (self->page + header + 5);

  if (kind != 0x02 && kind != 0x05 && kind != 0x0a && kind != 0x0d)
    return FALSE;
  if (end == 0)
    end = 65536;
  *ret_start = start;
  *ret_end = end;
  return start < end && end <= self->usable;
}

static int
scrub_page (Scrub *self, gint64 offset)
{
  const sqlite3_io_methods *methods = self->file->pMethods;
  int code = methods->xRead (self->file, self->page, self->page_size, offset);
  guint start, end;

  if (code != SQLITE_OK || !find_gap (self, offset, &start, &end) || memcmp (self->page + start, self->zeros, end - start) == 0)
    return code;
  return methods->xWrite (self->file, self->zeros, end - start, offset + start);
}

static gboolean
scrub_pages (StoreConnection *connection, Scrub *self, GError **error)
{
  const sqlite3_io_methods *methods = self->file->pMethods;
  sqlite3_int64 size = 0;
  guint8 header[24];
  int code = methods->xFileSize (self->file, &size);

  if (code == SQLITE_OK && size > 0)
    code = methods->xRead (self->file, header, sizeof header, 0);
  if (code == SQLITE_OK && size > 0)
    {
      self->page_size = get16 (header + 16) == 1 ? 65536 : get16 (header + 16);
      self->usable = self->page_size - header[20];
      self->page = g_malloc (self->page_size);
      self->zeros = g_malloc0 (self->page_size);
      for (gint64 at = 0; code == SQLITE_OK && at + self->page_size <= size && at / self->page_size < MAX_PAGES;
           at += self->page_size)
        {
          if (store_connection_is_cancelled (connection))
            {
              g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Another request came");
              return FALSE;
            }
          if (at / self->page_size != LOCK_BYTE / self->page_size)
            code = scrub_page (self, at);
        }
    }
  if (code == SQLITE_OK)
    code = methods->xSync (self->file, SQLITE_SYNC_NORMAL);
  return code == SQLITE_OK || store_error_set_sqlite (error, NULL, code, "What was deleted cannot be overwritten");
}

/* TRUE: everything is in the file itself.  Inside of a transaction. */
static gboolean
is_wal_empty (StoreConnection *connection)
{
  sqlite3_file *wal = NULL;
  sqlite3_int64 size = 0;

  return sqlite3_file_control (connection->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) == SQLITE_OK
         && (!wal || !wal->pMethods || (wal->pMethods->xFileSize (wal, &size) == SQLITE_OK && size == 0));
}

gboolean
store_scrub (StoreConnection *connection, GError **error)
{
  Scrub self = { NULL };
  gboolean success = TRUE;

  if (!connection->path)
    return TRUE;
  if (!store_exec_script (connection->db, "PRAGMA wal_checkpoint (TRUNCATE)", error)
      || !store_connection_begin (connection, STORE_ACCESS_SYNCED, error))
    return FALSE;
  if (!is_wal_empty (connection))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Another program reads the history");
      success = FALSE;
    }
  else if (sqlite3_file_control (connection->db, "main", SQLITE_FCNTL_FILE_POINTER, &self.file) == SQLITE_OK)
    success = scrub_pages (connection, &self, error);
  store_connection_end (connection, FALSE, NULL);
  /* Pages in memory still have what was overwritten, and would bring it back. */
  sqlite3_db_release_memory (connection->db);
  g_free (self.page);
  g_free (self.zeros);
  return success;
}
