/* store-pages.c: the rows that stand in a database file, whatever has become of its trees
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SQLite finds a row from the root of its table downwards; one damaged page near the root hides all that lies below it.
 * Here each page is looked at by itself: a leaf has its rows, or the keys of an index, whether a tree leads to it or not.
 * Long rows go on in a chain of overflow pages; where that breaks, the beginning of the row is still there.
 *
 * A page is taken from the WAL where that has a newer, committed image of it.  Stale rows are not found: with secure_delete
 * SQLite overwrites what it frees.  Everything is as described in https://www.sqlite.org/fileformat2.html; sections are
 * given in parentheses.
 */
#include "care/store-pages.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/store-sqlite.h"

#define DEFAULT_PAGE_SIZE  4096 /* of every database that Myna makes */
#define MAX_PAYLOAD        (256 << 20)
#define FOLLOW_FACTOR      4
#define LOCK_BYTE          (G_GINT64_CONSTANT (1) << 30) /* its page is never used (1.3.1) */
#define WAL_HEADER_BYTES   32
#define FRAME_HEADER_BYTES 24

/* First byte of a page of a tree (1.6). */
enum
{
  INDEX_INTERIOR = 0x02,
  TABLE_INTERIOR = 0x05,
  INDEX_LEAF = 0x0a,
  TABLE_LEAF = 0x0d,
};

typedef struct
{
  int fd;
  int wal_fd; /* −1: none */
  guint32 page_size;
  guint32 usable; /* without the bytes that are reserved at the end of each page */
  guint32 n_pages;
  GHashTable *frames;  /* page → offset in the WAL of its newest committed image */
  guint64 n_to_follow; /* pages of chains that may still be read: damage can make many of one, or a circle */
  guint8 *followed;    /* a bit a page: it is part of a chain */
  guint8 *strange;     /* a bit a page: it is no page of a tree, and not free */
} Pages;

/* ---- Bytes ------------------------------------------------------------------------------------------------------ */

static guint32
get16 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 8 | bytes[1];
}

static guint32
get32 (const guint8 *bytes)
{
  return get16 (bytes) << 16 | get16 (bytes + 2);
}

/* A big-endian number of 1 to 9 bytes, 7 bits each, 8 in the ninth.  FALSE: it does not end before `end`. */
static gboolean
read_varint (const guint8 **at, const guint8 *end, guint64 *ret_value)
{
  guint64 value = 0;

  for (int i = 0; i < 9 && *at < end; i++)
    {
      guint8 byte = *(*at)++;

      value = i == 8 ? value << 8 | byte : value << 7 | (byte & 0x7f);
      if (i == 8 || byte < 0x80)
        {
          *ret_value = value;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
has_bit (const guint8 *bits, guint32 i)
{
  return bits[i / 8] >> i % 8 & 1;
}

static void
set_bit (guint8 *bits, guint32 i)
{
  bits[i / 8] |= 1 << i % 8;
}

static gboolean
is_page_size (guint32 size)
{
  return size >= 512 && size <= 65536 && (size & (size - 1)) == 0;
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

/* The number of bytes that are there; −1 and error. */
static gssize
read_at (int fd, void *buffer, gsize n_bytes, gint64 offset, GError **error)
{
  gsize done = 0;

  while (done < n_bytes)
    {
      gssize n = pread (fd, (char *) buffer + done, n_bytes - done, offset + done);

      if (n == 0)
        break;
      if (n > 0)
        done += n;
      else if (errno != EINTR)
        {
          g_set_error (error, STORE_ERROR, STORE_ERROR_FAILED, "The damaged history cannot be read: %s", g_strerror (errno));
          return -1;
        }
    }
  return done;
}

/* The checksum of the WAL (4.2): `sum` goes on over n_bytes, a multiple of 8. */
static void
add_checksum (guint32 sum[2], const guint8 *bytes, gsize n_bytes, gboolean is_big_endian)
{
  for (gsize i = 0; i < n_bytes; i += 8)
    {
      guint32 a = get32 (bytes + i), b = get32 (bytes + i + 4);

      sum[0] += (is_big_endian ? a : GUINT32_SWAP_LE_BE (a)) + sum[1];
      sum[1] += (is_big_endian ? b : GUINT32_SWAP_LE_BE (b)) + sum[0];
    }
}

/* The frames of whole transactions; what comes behind the first one that is not sound does not count (4.1). */
static gboolean
read_frames (Pages *self, const guint8 *header, GError **error)
{
  g_autoptr (GHashTable) transaction = g_hash_table_new (NULL, NULL);
  gsize frame_bytes = FRAME_HEADER_BYTES + self->page_size;
  g_autofree guint8 *frame = g_malloc (frame_bytes);
  gboolean is_big_endian = header[3] & 1;
  guint32 sum[2] = { 0, 0 };
  gssize n;

  add_checksum (sum, header, 24, is_big_endian);
  if (sum[0] != get32 (header + 24) || sum[1] != get32 (header + 28))
    return TRUE;
  for (gint64 offset = WAL_HEADER_BYTES;
       (n = read_at (self->wal_fd, frame, frame_bytes, offset, error)) == (gssize) frame_bytes; offset += frame_bytes)
    {
      guint32 n_pages = get32 (frame + 4);
      GHashTableIter iter;
      gpointer page, at;

      add_checksum (sum, frame, 8, is_big_endian);
      add_checksum (sum, frame + FRAME_HEADER_BYTES, self->page_size, is_big_endian);
      if (memcmp (frame + 8, header + 16, 8) != 0 || sum[0] != get32 (frame + 16) || sum[1] != get32 (frame + 20))
        return TRUE;
      g_hash_table_insert (transaction, GUINT_TO_POINTER (get32 (frame)), GSIZE_TO_POINTER (offset + FRAME_HEADER_BYTES));
      if (n_pages == 0)
        continue;
      g_hash_table_iter_init (&iter, transaction);
      while (g_hash_table_iter_next (&iter, &page, &at))
        g_hash_table_insert (self->frames, page, at);
      g_hash_table_remove_all (transaction);
      self->n_pages = n_pages;
    }
  return n >= 0;
}

static gboolean
open_pages (Pages *self, const char *path, GError **error)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  guint8 header[100] = { 0 }, wal_header[WAL_HEADER_BYTES] = { 0 };
  struct stat status, wal_status = { 0 };

  self->fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (self->fd < 0 || fstat (self->fd, &status) != 0)
    {
      g_set_error (error, STORE_ERROR, STORE_ERROR_FAILED, "The damaged history cannot be read: %s", g_strerror (errno));
      return FALSE;
    }
  self->wal_fd = g_open (wal, O_RDONLY | O_CLOEXEC, 0);
  if (self->wal_fd >= 0)
    fstat (self->wal_fd, &wal_status);
  if (read_at (self->fd, header, sizeof header, 0, error) < 0
      || (self->wal_fd >= 0 && read_at (self->wal_fd, wal_header, sizeof wal_header, 0, error) < 0))
    return FALSE;

  /* A size of 65,536 is written as 1 (1.3.2). */
  self->page_size = get16 (header + 16) == 1 ? 65536 : get16 (header + 16);
  if (memcmp (header, "SQLite format 3", 16) != 0 || !is_page_size (self->page_size) || header[20] > 32)
    {
      self->page_size = is_page_size (get32 (wal_header + 8)) ? get32 (wal_header + 8) : DEFAULT_PAGE_SIZE;
      header[20] = 0;
    }
  self->usable = self->page_size - header[20];
  self->n_pages = MIN (status.st_size / self->page_size, G_MAXINT32);
  if ((get32 (wal_header) | 1) == 0x377f0683 && get32 (wal_header + 8) == self->page_size
      && !read_frames (self, wal_header, error))
    return FALSE;
  /* No more than there can be, whatever the WAL says. */
  self->n_pages = MIN (self->n_pages, (status.st_size + wal_status.st_size) / self->page_size);
  self->n_to_follow = FOLLOW_FACTOR * (guint64) self->n_pages;
  self->followed = g_malloc0 (self->n_pages / 8 + 1);
  self->strange = g_malloc0 (self->n_pages / 8 + 1);
  return TRUE;
}

static void
close_pages (Pages *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->wal_fd >= 0)
    close (self->wal_fd);
  g_hash_table_unref (self->frames);
  g_free (self->followed);
  g_free (self->strange);
}

/* Zeros where the file is too short. */
static gboolean
read_page (Pages *self, guint32 page, guint8 *buffer, GError **error)
{
  gpointer at;
  gssize n;

  if (g_hash_table_lookup_extended (self->frames, GUINT_TO_POINTER (page), NULL, &at))
    n = read_at (self->wal_fd, buffer, self->page_size, GPOINTER_TO_SIZE (at), error);
  else
    n = read_at (self->fd, buffer, self->page_size, (gint64) (page - 1) * self->page_size, error);
  if (n >= 0)
    memset (buffer + n, 0, self->page_size - n);
  return n >= 0;
}

/* ---- Records ---------------------------------------------------------------------------------------------------- */

/* How many of the payload's bytes stand in the page itself (1.6). */
static gsize
get_local_bytes (Pages *self, guint64 n_bytes, gboolean is_index)
{
  gsize u = self->usable;
  gsize most = is_index ? (u - 12) * 64 / 255 - 23 : u - 35;
  gsize least = (u - 12) * 32 / 255 - 23;
  gsize n;

  if (n_bytes <= most)
    return n_bytes;
  n = least + (n_bytes - least) % (u - 4);
  return n <= most ? n : least;
}

/* Adds what lies in the chain of overflow pages that begins with `page` until `payload` has n_bytes. */
static gboolean
follow_chain (Pages *self, guint32 page, gsize n_bytes, GByteArray *payload, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (self->page_size);

  while (payload->len < n_bytes && page >= 2 && page <= self->n_pages && self->n_to_follow > 0)
    {
      self->n_to_follow--;
      set_bit (self->followed, page);
      if (!read_page (self, page, buffer, error))
        return FALSE;
      g_byte_array_append (payload, buffer + 4, MIN (self->usable - 4, n_bytes - payload->len));
      page = get32 (buffer);
    }
  return TRUE;
}

/* The value of a serial type (2.1), which takes `n_left` bytes at most.  Returns the bytes that it takes. */
static guint64
read_value (guint64 type, const guint8 *bytes, gsize n_left, StorePagesValue *value)
{
  static const guint8 sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };
  guint64 size = type < 10 ? sizes[type] : (type - 12) / 2;

  *value = (StorePagesValue){ .type = SQLITE_NULL };
  if (type >= 12)
    {
      value->type = type & 1 ? SQLITE_TEXT : SQLITE_BLOB;
      value->bytes = (const char *) bytes;
      value->n_bytes = MIN (size, n_left);
      value->is_cut = size > n_left;
    }
  else if (size > n_left)
    value->is_cut = TRUE;
  else if (type == 8 || type == 9)
    *value = (StorePagesValue){ .type = SQLITE_INTEGER, .integer = type - 8 };
  else if (type > 0)
    {
      guint64 bits = bytes[0] & 0x80 ? G_MAXUINT64 : 0;

      for (gsize i = 0; i < size; i++)
        bits = bits << 8 | bytes[i];
      value->type = type == 7 ? SQLITE_FLOAT : SQLITE_INTEGER;
      memcpy (type == 7 ? (void *) &value->real : (void *) &value->integer, &bits, sizeof bits);
    }
  return size;
}

/* FALSE: this is no record, or has too many columns. */
static gboolean
read_record (const GByteArray *payload, gsize n_bytes, StorePagesRow *row)
{
  const guint8 *at = payload->data, *end = at + payload->len, *value;
  guint64 header_bytes, type, used = 0;

  row->n_values = 0;
  if (!read_varint (&at, end, &header_bytes) || header_bytes > payload->len)
    return FALSE;
  value = payload->data + header_bytes;
  while (at < payload->data + header_bytes)
    {
      if (row->n_values == STORE_PAGES_MAX_COLUMNS || !read_varint (&at, payload->data + header_bytes, &type) || type == 10
          || type == 11)
        return FALSE;
      used += read_value (type, value, end - value, &row->values[row->n_values]);
      value = payload->data + MIN (header_bytes + used, payload->len);
      row->n_values++;
    }
  return header_bytes + used == n_bytes;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  Pages *pages;
  StorePagesFunc func;
  gpointer user_data;
  GByteArray *payload; /* of the cell that is read */
  const guint8 *bytes; /* of the page */
  guint8 kind;
  gboolean is_sound;       /* all of the page is as it should be */
  guint32 n_free;          /* pages so far that hold nothing */
  guint32 n_free_expected; /* what page 1 says (1.3) */
  guint32 n_pages_expected;
} Scan;

/* FALSE: reading or func failed. */
static gboolean
read_cell (Scan *self, gsize offset, GError **error)
{
  const guint8 *at = self->bytes + offset, *end = self->bytes + self->pages->usable;
  StorePagesRow row = { .is_index = self->kind != TABLE_LEAF };
  guint64 n_bytes, rowid = 0;
  gsize n_local;

  if (self->kind == INDEX_INTERIOR)
    at += 4; /* the child on the left */
  if (at >= end || !read_varint (&at, end, &n_bytes) || n_bytes == 0 || n_bytes > MAX_PAYLOAD
      || (!row.is_index && !read_varint (&at, end, &rowid)))
    {
      self->is_sound = FALSE;
      return TRUE;
    }
  n_local = get_local_bytes (self->pages, n_bytes, row.is_index);
  if (n_local + (n_local < n_bytes ? 4 : 0) > (gsize) (end - at))
    {
      self->is_sound = FALSE;
      return TRUE;
    }
  g_byte_array_set_size (self->payload, 0);
  g_byte_array_append (self->payload, at, n_local);
  if (n_local < n_bytes && !follow_chain (self->pages, get32 (at + n_local), n_bytes, self->payload, error))
    return FALSE;
  row.rowid = rowid;
  if (read_record (self->payload, n_bytes, &row))
    return self->func (&row, self->user_data, error);
  self->is_sound = FALSE;
  return TRUE;
}

/* Nothing but zeros from `start` to `end`. */
static gboolean
is_empty (const guint8 *bytes, gsize start, gsize end)
{
  while (start < end && bytes[start] == 0)
    start++;
  return start == end;
}

/* A page of the list of free pages (1.5), which secure_delete has cleared before. */
static gboolean
is_free (Pages *self, const guint8 *bytes)
{
  guint32 n = get32 (bytes + 4);

  if (get32 (bytes) > self->n_pages || n > self->usable / 4 - 2)
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    if (get32 (bytes + 8 + 4 * i) > self->n_pages)
      return FALSE;
  return is_empty (bytes, 8 + 4 * (gsize) n, self->usable);
}

static gboolean
scan_page (Scan *self, guint32 page, GError **error)
{
  gsize start = page == 1 ? 100 : 0, pointers;
  guint32 n_cells = get16 (self->bytes + start + 3);

  self->kind = self->bytes[start];
  pointers = start + (self->kind == INDEX_INTERIOR ? 12 : 8);
  self->is_sound = TRUE;
  if (self->kind == TABLE_LEAF || self->kind == INDEX_LEAF || self->kind == INDEX_INTERIOR)
    {
      self->is_sound = pointers + 2 * n_cells <= self->pages->usable;
      for (guint32 i = 0; i < n_cells && pointers + 2 * i + 2 <= self->pages->usable; i++)
        if (!read_cell (self, get16 (self->bytes + pointers + 2 * i), error))
          return FALSE;
    }
  else if (self->kind != TABLE_INTERIOR)
    {
      self->is_sound = is_free (self->pages, self->bytes);
      self->n_free += self->is_sound;
    }
  if (page == 1)
    {
      self->n_pages_expected = get32 (self->bytes + 28);
      self->n_free_expected = get32 (self->bytes + 36);
    }
  if (!self->is_sound)
    set_bit (self->pages->strange, page);
  return TRUE;
}

gboolean
store_pages_scan (const char *path, StorePagesFunc func, gpointer user_data, guint *ret_n_damaged, GError **error)
{
  Pages pages = { .fd = -1, .wal_fd = -1, .frames = g_hash_table_new (NULL, NULL) };
  Scan scan = { .pages = &pages, .func = func, .user_data = user_data, .payload = g_byte_array_new () };
  g_autofree guint8 *buffer = NULL;
  gboolean success = open_pages (&pages, path, error);
  guint n_damaged = 0;

  buffer = g_malloc (pages.page_size);
  scan.bytes = buffer;
  for (guint32 page = 1; success && page <= pages.n_pages; page++)
    if (page - 1 != LOCK_BYTE / pages.page_size)
      success = read_page (&pages, page, buffer, error) && scan_page (&scan, page, error);
  for (guint32 page = 1; success && page <= pages.n_pages; page++)
    n_damaged += has_bit (pages.strange, page) && !has_bit (pages.followed, page);
  /* Pages that became zeros look as if they were free; those that were cut off are not there at all. */
  if (success)
    *ret_n_damaged = n_damaged + (scan.n_free > scan.n_free_expected) + (scan.n_pages_expected > pages.n_pages);
  g_byte_array_unref (scan.payload);
  close_pages (&pages);
  return success;
}
