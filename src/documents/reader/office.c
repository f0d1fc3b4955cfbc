/* office.c: which type of document a zip archive is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/reader/office.h"

#include <string.h>

#include "documents/reader/formats.h"
#include "documents/reader/out.h"

/* "mimetype" begins with these. */
static const struct
{
  const char *mime;
  const char *type;
} open_documents[] = {
  { "application/vnd.oasis.opendocument.text", "odt" },
  { "application/vnd.oasis.opendocument.spreadsheet", "ods" },
  { "application/vnd.oasis.opendocument.presentation", "odp" },
};

static const char *
find_open_document (GBytes *mime)
{
  gsize n;
  const char *text = mime ? g_bytes_get_data (mime, &n) : NULL;

  for (guint i = 0; text && i < G_N_ELEMENTS (open_documents); i++)
    if (n >= strlen (open_documents[i].mime) && memcmp (text, open_documents[i].mime, strlen (open_documents[i].mime)) == 0)
      return open_documents[i].type;
  return NULL;
}

void
read_office (const guint8 *data, gsize n)
{
  ReadBuild *build = read_build_new ();
  ReadZip *zip = read_zip_open (data, n);
  g_autoptr (GHashTable) relations = read_zip_get_relations (zip, "");
  const char *main_part = g_hash_table_lookup (relations, "officeDocument");
  const char *type = find_open_document (read_zip_get (zip, "mimetype"));

  if (type)
    {
      read_out_type (type);
      read_odf (zip, build);
    }
  else if (read_zip_get (zip, "META-INF/container.xml"))
    {
      read_out_type ("epub");
      read_epub (zip, build);
    }
  else if (main_part && g_str_has_prefix (main_part, "word/"))
    {
      read_out_type ("docx");
      read_docx (zip, main_part, build);
    }
  else if (main_part && g_str_has_prefix (main_part, "ppt/"))
    {
      read_out_type ("pptx");
      read_pptx (zip, main_part, build);
    }
  else if (main_part && g_str_has_prefix (main_part, "xl/"))
    {
      read_out_type ("xlsx");
      read_xlsx (zip, main_part, build);
    }
  else
    {
      read_out_type ("zip");
      read_out_fail (DOCUMENT_WORD_UNKNOWN);
    }
  read_build_end (build);
}
