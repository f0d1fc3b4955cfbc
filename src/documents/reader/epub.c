/* epub.c: books of the EPUB form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * META-INF/container.xml names the package; its spine has the chapters in their order, each a web page.  There are no pages.
 */
#include <string.h>

#include "documents/reader/formats.h"
#include "documents/reader/office.h"
#include "documents/reader/out.h"
#include "documents/reader/xml.h"

#define MAX_CHAPTERS 10000

typedef struct
{
  char *package;
  GHashTable *items; /* id → path */
  GPtrArray *spine;  /* ids */
} Epub;

static void
container_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Epub *self = user_data;

  if (g_str_equal (name, "rootfile") && !self->package)
    self->package = read_xml_get (xml, "full-path");
}

static void
package_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Epub *self = user_data;

  if (g_str_equal (name, "item"))
    {
      char *id = read_xml_get (xml, "id"), *href = read_xml_get (xml, "href");

      if (id && href)
        g_hash_table_insert (self->items, id, href);
    }
  else if (g_str_equal (name, "itemref") && self->spine->len < MAX_CHAPTERS)
    {
      char *id = read_xml_get (xml, "idref");

      if (id)
        g_ptr_array_add (self->spine, id);
    }
}

static void
nothing (ReadXml *xml, const char *name, gpointer user_data)
{
}

static void
check_encryption (ReadZip *zip)
{
  GBytes *bytes = read_zip_get (zip, "META-INF/encryption.xml");
  static const char chapters[] = "xmlenc#aes";

  /* Fonts are hidden in many books, which is another method. */
  if (bytes && memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), chapters, sizeof chapters - 1))
    read_out_fail (DOCUMENT_WORD_ENCRYPTED);
}

/* As a web page, which is never damaged: many books use names of characters that XML does not know. */
static void
read_chapter (GBytes *chapter, ReadBuild *build)
{
  gsize n, n_text = 0;
  const guint8 *data = g_bytes_get_data (chapter, &n);
  char *text = read_text_decode (data, n, &n_text);
  g_autoptr (GBytes) decoded = text ? g_bytes_new_take (text, n_text) : NULL;

  if (!decoded)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  read_html (decoded, build);
}

void
read_epub (ReadZip *zip, ReadBuild *build)
{
  static const ReadXmlFuncs container = { container_start, nothing, NULL }, package = { package_start, nothing, NULL };
  Epub self = { .items = g_hash_table_new (g_str_hash, g_str_equal), .spine = g_ptr_array_new () };
  g_autoptr (GHashTable) done = g_hash_table_new (NULL, NULL);
  GBytes *bytes = read_zip_get (zip, "META-INF/container.xml");

  check_encryption (zip);
  if (bytes)
    read_xml_parse (bytes, &container, &self);
  bytes = self.package ? read_zip_get (zip, self.package) : NULL;
  if (!bytes || !read_xml_parse (bytes, &package, &self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  for (guint i = 0; i < self.spine->len; i++)
    {
      const char *href = g_hash_table_lookup (self.items, self.spine->pdata[i]);
      GBytes *chapter = href ? read_zip_get_relative (zip, self.package, href) : NULL;

      /* A chapter stands once in a book: a spine that goes in circles is no longer than its files. */
      if (chapter && g_hash_table_add (done, chapter))
        read_chapter (chapter, build);
    }
}
