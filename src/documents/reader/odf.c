/* odf.c: OpenDocument: texts, tables and presentations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * content.xml in its order.  Pages of a text are where they were broken last, if that is saved; those of a presentation are its
 * slides.
 */
#include <string.h>

#include "documents/reader/office.h"
#include "documents/reader/out.h"
#include "documents/reader/xml.h"

#define MAX_LISTS   16
#define MAX_REPEATS 256

typedef struct
{
  char *style; /* of a list: its own, or the outer one's */
  guint number;
} List;

typedef struct
{
  ReadBuild *build;
  GHashTable *numbered; /* "style/level" → itself */
  char *style;          /* of a list, while styles are read */
  List lists[MAX_LISTS];
  guint n_lists;
  gboolean item_begins;
  guint skip;
  guint paragraphs;  /* how deep: text outside of them is none */
  guint empty_cells; /* repeated ones that wait for one with text */
  gboolean is_sheets;
  gboolean in_note;
  gboolean in_label;
  GString *label;
} Odf;

/* ---- Lists ------------------------------------------------------------------------------------------------------ */

static gboolean
is_numbered (Odf *self)
{
  const List *list = &self->lists[MIN (self->n_lists, MAX_LISTS) - 1];
  g_autofree char *key = g_strdup_printf ("%s/%u", list->style ? list->style : "", self->n_lists);

  return g_hash_table_contains (self->numbered, key);
}

static void
start_list (Odf *self, ReadXml *xml)
{
  List *list;

  if (self->n_lists++ >= MAX_LISTS)
    return;
  list = &self->lists[self->n_lists - 1];
  list->style = read_xml_get (xml, "style-name");
  if (!list->style && self->n_lists > 1)
    list->style = g_strdup (self->lists[self->n_lists - 2].style);
  list->number = 0;
}

static void
end_list (Odf *self)
{
  if (self->n_lists > 0 && self->n_lists-- <= MAX_LISTS)
    g_clear_pointer (&self->lists[self->n_lists].style, g_free);
}

/* Only the first paragraph of an item has its mark. */
static void
mark_item (Odf *self)
{
  List *list;

  if (!self->item_begins || self->n_lists == 0 || self->in_note)
    return;
  self->item_begins = FALSE;
  list = &self->lists[MIN (self->n_lists, MAX_LISTS) - 1];
  list->number++;
  read_build_item (self->build, self->n_lists, is_numbered (self) ? list->number : 0);
}

/* ---- Tables ----------------------------------------------------------------------------------------------------- */

/* Empty cells at the end of a row stand for the rest of the sheet: they are handed out when one with text follows. */
static void
start_cell (Odf *self, ReadXml *xml)
{
  guint repeats = MIN (read_xml_get_number (xml, "number-columns-repeated", 1), MAX_REPEATS);

  self->empty_cells += repeats;
}

static void
begin_cells (Odf *self)
{
  for (; self->empty_cells > 0; self->empty_cells--)
    read_build_cell (self->build);
}

/* ---- Elements --------------------------------------------------------------------------------------------------- */

static void
start_note (Odf *self)
{
  self->in_label = TRUE;
  g_string_truncate (self->label, 0);
}

static void
start_page (Odf *self)
{
  read_build_end (self->build);
  read_build_page (self->build);
}

/* The name of a sheet; the tables of a text have names that nobody sees. */
static void
start_table (Odf *self, ReadXml *xml)
{
  g_autofree char *name = self->is_sheets ? read_xml_get (xml, "name") : NULL;

  if (name)
    read_out_heading (1, name);
  read_build_table (self->build);
}

static void
start_block (Odf *self, ReadXml *xml, const char *name)
{
  begin_cells (self);
  self->paragraphs++;
  read_build_paragraph (self->build);
  if (name[0] == 'h')
    read_build_heading (self->build, read_xml_get_number (xml, "outline-level", 1));
  else
    mark_item (self);
}

static void
start_spaces (Odf *self)
{
  if (self->paragraphs)
    read_build_text (self->build, " ", 1);
}

static gboolean
is_skipped (const char *name)
{
  static const char *const names[] = { "tracked-changes",  "annotation",      "title",   "desc",     "forms",
                                       "automatic-styles", "font-face-decls", "scripts", "settings", "notes-configuration" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return TRUE;
  return FALSE;
}

static void
start (ReadXml *xml, const char *name, gpointer user_data)
{
  Odf *self = user_data;

  if (self->skip || is_skipped (name))
    self->skip++;
  else if (g_str_equal (name, "p") || g_str_equal (name, "h"))
    start_block (self, xml, name);
  else if (g_str_equal (name, "list"))
    start_list (self, xml);
  else if (g_str_equal (name, "list-item") || g_str_equal (name, "list-header"))
    self->item_begins = TRUE;
  else if (g_str_equal (name, "table"))
    start_table (self, xml);
  else if (g_str_equal (name, "table-row"))
    {
      self->empty_cells = 0;
      read_build_row (self->build);
    }
  else if (g_str_equal (name, "table-cell") || g_str_equal (name, "covered-table-cell"))
    start_cell (self, xml);
  else if (g_str_equal (name, "s") || g_str_equal (name, "tab"))
    start_spaces (self);
  else if (g_str_equal (name, "line-break"))
    read_build_break (self->build);
  else if (g_str_equal (name, "soft-page-break"))
    read_build_page (self->build);
  else if (g_str_equal (name, "page"))
    start_page (self);
  else if (g_str_equal (name, "spreadsheet"))
    self->is_sheets = TRUE;
  else if (g_str_equal (name, "note-citation"))
    start_note (self);
  else if (g_str_equal (name, "note-body"))
    {
      self->in_note = TRUE;
      read_build_note (self->build, self->label->str);
    }
}

static void
end (ReadXml *xml, const char *name, gpointer user_data)
{
  Odf *self = user_data;

  if (self->skip)
    self->skip--;
  else if (g_str_equal (name, "p") || g_str_equal (name, "h"))
    {
      self->paragraphs -= self->paragraphs > 0;
      read_build_end (self->build);
    }
  else if (g_str_equal (name, "list"))
    end_list (self);
  else if (g_str_equal (name, "table"))
    read_build_end_table (self->build);
  else if (g_str_equal (name, "note-citation"))
    self->in_label = FALSE;
  else if (g_str_equal (name, "note-body"))
    {
      self->in_note = FALSE;
      read_build_end_note (self->build);
    }
}

static void
text (const char *bytes, gpointer user_data)
{
  Odf *self = user_data;

  if (self->skip)
    return;
  if (self->in_label)
    g_string_append (self->label, bytes);
  else if (self->paragraphs)
    read_build_text (self->build, bytes, -1);
}

/* ---- Document --------------------------------------------------------------------------------------------------- */

static void
style_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Odf *self = user_data;

  if (g_str_equal (name, "list-style"))
    {
      g_free (self->style);
      self->style = read_xml_get (xml, "name");
    }
  else if (g_str_equal (name, "list-level-style-number") && self->style)
    {
      g_autofree char *format = read_xml_get (xml, "num-format");

      if (format && *format)
        g_hash_table_add (self->numbered, g_strdup_printf ("%s/%u", self->style, read_xml_get_number (xml, "level", 1)));
    }
}

static void
style_end (ReadXml *xml, const char *name, gpointer user_data)
{
}

static gboolean
has_words (GBytes *bytes, const char *words)
{
  return bytes && memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), words, strlen (words)) != NULL;
}

void
read_odf (ReadZip *zip, ReadBuild *build)
{
  static const ReadXmlFuncs styles = { style_start, style_end, NULL }, body = { start, end, text };
  GBytes *content = read_zip_get (zip, "content.xml"), *more = read_zip_get (zip, "styles.xml");
  Odf self = { .build = build, .label = g_string_new (NULL) };

  if (has_words (read_zip_get (zip, "META-INF/manifest.xml"), "encryption-data"))
    read_out_fail (DOCUMENT_WORD_ENCRYPTED);
  if (!content)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  self.numbered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (more)
    read_xml_parse (more, &styles, &self);
  read_xml_parse (content, &styles, &self);
  if (has_words (content, "soft-page-break"))
    read_out_page ();
  if (!read_xml_parse (content, &body, &self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
}
