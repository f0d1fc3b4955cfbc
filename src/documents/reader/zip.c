/* zip.c: the files of a zip archive, unpacked into memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/reader/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "documents/reader/out.h"
#include "documents/reader/xml.h"

#define MAX_ENTRIES 100000
/* Bytes unpacked in all; the rest of the memory is for parsing them. */
#define MAX_UNPACKED (200 << 20)

struct ReadZip
{
  GHashTable *files; /* folded name → GBytes */
  gsize n_unpacked;
};

static gboolean
is_wanted (const char *name)
{
  static const char *const ends[] = { ".xml", ".rels", ".opf", ".xhtml", ".html", ".htm", "mimetype" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (name, ends[i]))
      return TRUE;
  return FALSE;
}

/* Names may begin with "/" or "./" in archives of bad writers. */
static char *
fold (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  const char *p = valid;

  while (*p == '/' || (p[0] == '.' && p[1] == '/'))
    p++;
  return g_ascii_strdown (p, -1);
}

static GBytes *
unpack (ReadZip *self, struct archive *archive)
{
  GByteArray *array = g_byte_array_new ();
  char buffer[1 << 16];
  la_ssize_t n;

  while ((n = archive_read_data (archive, buffer, sizeof buffer)) > 0)
    {
      self->n_unpacked += n;
      if (self->n_unpacked > MAX_UNPACKED)
        read_out_fail (DOCUMENT_WORD_LARGE);
      g_byte_array_append (array, (const guint8 *) buffer, n);
    }
  if (n < 0)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  return g_byte_array_free_to_bytes (array);
}

static void
read_entry (ReadZip *self, struct archive *archive, struct archive_entry *entry)
{
  const char *path = archive_entry_pathname_utf8 (entry);
  g_autofree char *name = NULL;

  if (!path)
    path = archive_entry_pathname (entry);
  if (!path || archive_entry_filetype (entry) != AE_IFREG)
    return;
  name = fold (path);
  if (!is_wanted (name) || g_hash_table_contains (self->files, name))
    return;
  if (archive_entry_is_data_encrypted (entry))
    read_out_fail (DOCUMENT_WORD_ENCRYPTED);
  g_hash_table_insert (self->files, g_steal_pointer (&name), unpack (self, archive));
}

ReadZip *
read_zip_open (const guint8 *data, gsize n)
{
  ReadZip *self = g_new0 (ReadZip, 1);
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  guint n_entries = 0;
  int result;

  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  if (!archive || archive_read_support_format_zip_seekable (archive) != ARCHIVE_OK
      || archive_read_open_memory (archive, data, n) != ARCHIVE_OK)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  while ((result = archive_read_next_header (archive, &entry)) == ARCHIVE_OK || result == ARCHIVE_WARN)
    {
      if (++n_entries > MAX_ENTRIES)
        read_out_fail (DOCUMENT_WORD_LARGE);
      read_entry (self, archive, entry);
    }
  if (result != ARCHIVE_EOF)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  archive_read_free (archive);
  return self;
}

GBytes *
read_zip_get (ReadZip *self, const char *name)
{
  g_autofree char *folded = fold (name);

  return g_hash_table_lookup (self->files, folded);
}

static char *
resolve (const char *base, const char *path)
{
  g_autofree char *plain = g_uri_unescape_string (path, NULL);
  const char *from = plain ? plain : path;
  const char *slash = strrchr (base, '/');
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  g_autofree char *whole =
      *from == '/' || !slash ? g_strdup (from) : g_strdup_printf ("%.*s/%s", (int) (slash - base), base, from);
  g_auto (GStrv) split = g_strsplit (whole, "/", -1);

  for (char **part = split; *part; part++)
    if (g_str_equal (*part, ".."))
      g_ptr_array_set_size (parts, MAX (parts->len, 1) - 1);
    else if (**part && !g_str_equal (*part, "."))
      g_ptr_array_add (parts, *part);
  g_ptr_array_add (parts, NULL);
  return g_strjoinv ("/", (char **) parts->pdata);
}

GBytes *
read_zip_get_relative (ReadZip *self, const char *base, const char *path)
{
  g_autofree char *name = resolve (base, path);

  return read_zip_get (self, name);
}

/* ---- Relations -------------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *part;
  GHashTable *found;
} Relations;

/* By its id, and by the last word of its type: "notesSlide". */
static void
relation_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Relations *relations = user_data;
  g_autofree char *id = NULL, *type = NULL, *target = NULL;
  const char *word;

  if (!g_str_equal (name, "Relationship"))
    return;
  id = read_xml_get (xml, "Id");
  type = read_xml_get (xml, "Type");
  target = read_xml_get (xml, "Target");
  if (!id || !target)
    return;
  word = type ? strrchr (type, '/') : NULL;
  if (word)
    g_hash_table_insert (relations->found, g_strdup (word + 1), resolve (relations->part, target));
  g_hash_table_insert (relations->found, g_steal_pointer (&id), resolve (relations->part, target));
}

static void
relation_end (ReadXml *xml, const char *name, gpointer user_data)
{
}

GHashTable *
read_zip_get_relations (ReadZip *self, const char *part)
{
  static const ReadXmlFuncs funcs = { relation_start, relation_end, NULL };
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *slash = strrchr (part, '/');
  g_autofree char *name = slash ? g_strdup_printf ("%.*s/_rels/%s.rels", (int) (slash - part), part, slash + 1)
                                : g_strdup_printf ("_rels/%s.rels", part);
  GBytes *bytes = read_zip_get (self, name);

  if (bytes)
    read_xml_parse (bytes, &funcs, &(Relations){ part, found });
  return found;
}
