/* pptx.c: presentations of PowerPoint
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A slide is a page: its title a heading, its paragraphs in the order of the file, its tables, and what the speaker noted.
 */
#include "documents/reader/office.h"
#include "documents/reader/out.h"
#include "documents/reader/xml.h"

typedef struct
{
  ReadBuild *build;
  GPtrArray *ids; /* of the slides, in order */
  gboolean in_title;
  gboolean in_body;  /* of a list of points */
  gboolean left_out; /* page numbers and dates */
  gboolean in_text;
  guint skip;
} Pptx;

static void
slides_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Pptx *self = user_data;
  char *id;

  /* Two attributes are named so: "id", which is a number, and "r:id", which names the relation. */
  if (!g_str_equal (name, "sldId"))
    return;
  id = read_xml_get_prefixed (xml, "id");
  if (id)
    g_ptr_array_add (self->ids, id);
}

static void
nothing (ReadXml *xml, const char *name, gpointer user_data)
{
}

static void
start_placeholder (Pptx *self, ReadXml *xml)
{
  g_autofree char *type = read_xml_get (xml, "type");
  static const char *const others[] = { "sldNum", "dt", "ftr", "hdr", "sldImg" };

  self->in_title = type && (g_str_equal (type, "title") || g_str_equal (type, "ctrTitle"));
  self->in_body = !type || g_str_equal (type, "body") || g_str_equal (type, "obj");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    self->left_out = self->left_out || (type && g_str_equal (type, others[i]));
}

static void
start (ReadXml *xml, const char *name, gpointer user_data)
{
  Pptx *self = user_data;

  if (self->skip || g_str_equal (name, "Fallback"))
    self->skip++;
  else if (g_str_equal (name, "sp"))
    self->in_title = self->in_body = self->left_out = FALSE;
  else if (g_str_equal (name, "ph"))
    start_placeholder (self, xml);
  else if (g_str_equal (name, "tbl"))
    read_build_table (self->build);
  else if (g_str_equal (name, "tr"))
    read_build_row (self->build);
  else if (g_str_equal (name, "tc"))
    read_build_cell (self->build);
  else if (g_str_equal (name, "p"))
    {
      read_build_paragraph (self->build);
      if (self->in_title)
        read_build_heading (self->build, 1);
      else if (self->in_body)
        read_build_item (self->build, 1, 0);
    }
  else if (g_str_equal (name, "pPr") && self->in_body)
    read_build_item (self->build, read_xml_get_number (xml, "lvl", 0) + 1, 0);
  else if (g_str_equal (name, "br"))
    read_build_break (self->build);
  self->in_text = g_str_equal (name, "t") && !self->left_out && !self->skip;
}

static void
end (ReadXml *xml, const char *name, gpointer user_data)
{
  Pptx *self = user_data;

  self->in_text = FALSE;
  if (self->skip)
    self->skip--;
  else if (g_str_equal (name, "p"))
    read_build_end (self->build);
  else if (g_str_equal (name, "tbl"))
    read_build_end_table (self->build);
  else if (g_str_equal (name, "sp"))
    self->in_title = self->in_body = self->left_out = FALSE;
}

static void
text (const char *bytes, gpointer user_data)
{
  Pptx *self = user_data;

  if (self->in_text)
    read_build_text (self->build, bytes, -1);
}

static void
read_slide (Pptx *self, ReadZip *zip, const char *part)
{
  static const ReadXmlFuncs funcs = { start, end, text };
  g_autoptr (GHashTable) relations = read_zip_get_relations (zip, part);
  const char *notes = g_hash_table_lookup (relations, "notesSlide");
  GBytes *bytes = read_zip_get (zip, part);

  read_build_end (self->build);
  read_build_page (self->build);
  if (!bytes || !read_xml_parse (bytes, &funcs, self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  bytes = notes ? read_zip_get (zip, notes) : NULL;
  if (bytes)
    read_xml_parse (bytes, &funcs, self);
  read_build_end (self->build);
}

void
read_pptx (ReadZip *zip, const char *part, ReadBuild *build)
{
  static const ReadXmlFuncs slides = { slides_start, nothing, NULL };
  Pptx self = { .build = build, .ids = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (GHashTable) relations = read_zip_get_relations (zip, part);
  GBytes *bytes = read_zip_get (zip, part);

  if (!bytes || !read_xml_parse (bytes, &slides, &self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  for (guint i = 0; i < self.ids->len; i++)
    {
      const char *name = g_hash_table_lookup (relations, self.ids->pdata[i]);

      if (name)
        read_slide (&self, zip, name);
    }
}
