/* docx.c: documents of Word
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * word/document.xml in its order; styles.xml says which paragraphs are headings, numbering.xml which lists are numbered.  Pages
 * are where Word last broke them, if it says so.
 */
#include <stdlib.h>
#include <string.h>

#include "documents/reader/office.h"
#include "documents/reader/out.h"
#include "documents/reader/xml.h"

#define MAX_LEVELS 9

typedef struct
{
  ReadBuild *build;
  GHashTable *levels;  /* id of a style → level of a heading */
  GHashTable *parents; /* id of a style → id of the one that it is based on */
  GHashTable *bullets; /* "abstract/level" → itself: not numbered */
  GHashTable *lists;   /* id of a list → its abstract one */
  GHashTable *counts;  /* "list/level" → number of the last item */
  GHashTable *notes;   /* "footnote/id" → text */
  char *id;            /* of the style, list or note that is being read */
  const char *prefix;  /* of notes: "footnote" or "endnote" */
  char *level;         /* of the list */
  GString *note;

  gboolean saved_pages; /* Word says where pages end */
  guint skip;
  guint properties;
  gboolean in_text;
  char *list;
  guint list_level;
  gboolean has_level;
} Docx;

static const char *
lookup (GHashTable *table, const char *key)
{
  return key ? g_hash_table_lookup (table, key) : NULL;
}

static void
nothing (ReadXml *xml, const char *name, gpointer user_data)
{
}

/* ---- Styles ----------------------------------------------------------------------------------------------------- */

/* "heading 2" and "Title" are the same in every language of Word. */
static guint
level_of_name (const char *name)
{
  if (g_ascii_strncasecmp (name, "heading ", 8) == 0)
    return atoi (name + 8);
  return g_ascii_strcasecmp (name, "title") == 0 ? 1 : 0;
}

static void
style_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;
  g_autofree char *value = NULL;
  guint level = 0;

  if (g_str_equal (name, "style"))
    {
      g_free (self->id);
      self->id = read_xml_get (xml, "styleId");
      return;
    }
  if (!self->id)
    return;
  value = read_xml_get (xml, "val");
  if (g_str_equal (name, "name") && value)
    level = level_of_name (value);
  else if (g_str_equal (name, "outlineLvl"))
    level = read_xml_get_number (xml, "val", 9) + 1;
  else if (g_str_equal (name, "basedOn") && value)
    g_hash_table_insert (self->parents, g_strdup (self->id), g_strdup (value));
  if (level >= 1 && level <= MAX_LEVELS)
    g_hash_table_insert (self->levels, g_strdup (self->id), g_strdup_printf ("%u", level));
}

/* The level of a style or of what it is based on; 0: none. */
static guint
level_of_style (Docx *self, const char *id)
{
  for (guint i = 0; i < 16 && id; i++)
    {
      const char *level = lookup (self->levels, id);

      if (level)
        return atoi (level);
      id = lookup (self->parents, id);
    }
  return 0;
}

/* ---- Lists ------------------------------------------------------------------------------------------------------ */

static void
numbering_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;
  g_autofree char *value = read_xml_get (xml, "val");

  if (g_str_equal (name, "abstractNum") || g_str_equal (name, "num"))
    {
      g_free (self->id);
      self->id = read_xml_get (xml, g_str_equal (name, "num") ? "numId" : "abstractNumId");
    }
  else if (g_str_equal (name, "lvl"))
    {
      g_free (self->level);
      self->level = read_xml_get (xml, "ilvl");
    }
  else if (g_str_equal (name, "numFmt") && self->id && self->level && value
           && (g_str_equal (value, "bullet") || g_str_equal (value, "none")))
    {
      g_hash_table_add (self->bullets, g_strdup_printf ("%s/%s", self->id, self->level));
    }
  else if (g_str_equal (name, "abstractNumId") && self->id && value)
    {
      g_hash_table_insert (self->lists, g_strdup (self->id), g_strdup (value));
    }
}

/* The number of the next item; deeper ones begin anew. */
static guint
count_item (Docx *self)
{
  const char *abstract = lookup (self->lists, self->list);
  g_autofree char *kind = g_strdup_printf ("%s/%u", abstract ? abstract : "", self->list_level);
  g_autofree char *key = g_strdup_printf ("%s/%u", self->list, self->list_level);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key)) + 1;

  if (!abstract || g_hash_table_contains (self->bullets, kind))
    return 0;
  g_hash_table_insert (self->counts, g_strdup (key), GUINT_TO_POINTER (number));
  for (guint deeper = self->list_level + 1; deeper < MAX_LEVELS; deeper++)
    {
      g_autofree char *other = g_strdup_printf ("%s/%u", self->list, deeper);

      g_hash_table_remove (self->counts, other);
    }
  return number;
}

/* ---- Notes ------------------------------------------------------------------------------------------------------ */

static void
note_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;

  if (g_str_equal (name, self->prefix))
    {
      g_free (self->id);
      self->id = read_xml_get (xml, "id");
      g_string_truncate (self->note, 0);
    }
  else if (g_str_equal (name, "p") || g_str_equal (name, "tab") || g_str_equal (name, "br"))
    {
      g_string_append_c (self->note, ' ');
    }
  self->in_text = g_str_equal (name, "t");
}

static void
note_end (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;

  self->in_text = FALSE;
  if (g_str_equal (name, self->prefix) && self->id)
    g_hash_table_insert (self->notes, g_strdup_printf ("%s/%s", self->prefix, self->id), g_strdup (self->note->str));
}

static void
note_text (const char *text, gpointer user_data)
{
  Docx *self = user_data;

  if (self->in_text)
    g_string_append (self->note, text);
}

static void
write_note (Docx *self, ReadXml *xml, const char *kind)
{
  g_autofree char *id = read_xml_get (xml, "id");
  g_autofree char *key = g_strdup_printf ("%s/%s", kind, id ? id : "");
  g_autofree char *label = g_strdup_printf ("%s%s", kind[0] == 'e' ? "e" : "", id ? id : "");
  const char *text = lookup (self->notes, key);

  if (!text)
    return;
  read_build_note (self->build, label);
  read_build_text (self->build, text, -1);
  read_build_end_note (self->build);
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
start_property (Docx *self, ReadXml *xml, const char *name)
{
  g_autofree char *value = read_xml_get (xml, "val");
  guint level = 0;

  if (g_str_equal (name, "pStyle"))
    level = level_of_style (self, value);
  else if (g_str_equal (name, "outlineLvl"))
    level = read_xml_get_number (xml, "val", 9) + 1;
  else if (g_str_equal (name, "ilvl"))
    self->list_level = MIN (read_xml_get_number (xml, "val", 0), MAX_LEVELS - 1);
  else if (g_str_equal (name, "numId") && value && !g_str_equal (value, "0"))
    g_free (self->list), self->list = g_strdup (value);
  if (level >= 1 && level <= MAX_LEVELS)
    {
      read_build_heading (self->build, level);
      self->has_level = TRUE;
    }
}

static void
start_paragraph (Docx *self)
{
  read_build_paragraph (self->build);
  g_clear_pointer (&self->list, g_free);
  self->list_level = 0;
  self->has_level = FALSE;
}

static void
start_break (Docx *self, ReadXml *xml)
{
  g_autofree char *type = read_xml_get (xml, "type");

  if (type && g_str_equal (type, "page") && !self->saved_pages)
    read_build_page (self->build);
  else
    read_build_break (self->build);
}

/* What was deleted, what stands twice, and what is no text. */
static gboolean
is_skipped (const char *name)
{
  static const char *const names[] = { "del", "moveFrom", "Fallback", "instrText", "delText", "sectPr", "rPr", "pPrChange" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      return TRUE;
  return FALSE;
}

static void
start (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;

  if (self->skip || is_skipped (name))
    {
      self->skip++;
      return;
    }
  if (self->properties || g_str_equal (name, "pPr"))
    {
      self->properties++;
      start_property (self, xml, name);
    }
  else if (g_str_equal (name, "p"))
    start_paragraph (self);
  else if (g_str_equal (name, "tbl"))
    read_build_table (self->build);
  else if (g_str_equal (name, "tr"))
    read_build_row (self->build);
  else if (g_str_equal (name, "tc"))
    read_build_cell (self->build);
  else if (g_str_equal (name, "tab"))
    read_build_text (self->build, " ", 1);
  else if (g_str_equal (name, "br") || g_str_equal (name, "cr"))
    start_break (self, xml);
  else if (g_str_equal (name, "noBreakHyphen"))
    read_build_text (self->build, "-", 1);
  else if (g_str_equal (name, "lastRenderedPageBreak"))
    read_build_page (self->build);
  else if (g_str_equal (name, "footnoteReference"))
    write_note (self, xml, "footnote");
  else if (g_str_equal (name, "endnoteReference"))
    write_note (self, xml, "endnote");
  self->in_text = g_str_equal (name, "t");
}

static void
end (ReadXml *xml, const char *name, gpointer user_data)
{
  Docx *self = user_data;

  if (self->skip)
    {
      self->skip--;
      return;
    }
  self->in_text = FALSE;
  if (self->properties)
    {
      self->properties--;
      if (self->properties == 0 && self->list && !self->has_level)
        read_build_item (self->build, self->list_level + 1, count_item (self));
    }
  else if (g_str_equal (name, "p"))
    read_build_end (self->build);
  else if (g_str_equal (name, "tbl"))
    read_build_end_table (self->build);
}

static void
text (const char *bytes, gpointer user_data)
{
  Docx *self = user_data;

  if (self->in_text && !self->skip)
    read_build_text (self->build, bytes, -1);
}

/* ---- Document --------------------------------------------------------------------------------------------------- */

static void
parse_beside (Docx *self, ReadZip *zip, GHashTable *relations, const char *kind, const ReadXmlFuncs *funcs)
{
  const char *name = g_hash_table_lookup (relations, kind);
  GBytes *bytes = name ? read_zip_get (zip, name) : NULL;

  if (bytes)
    read_xml_parse (bytes, funcs, self);
  g_clear_pointer (&self->id, g_free);
}

static gboolean
has_words (GBytes *bytes, const char *words)
{
  return memmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), words, strlen (words)) != NULL;
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

void
read_docx (ReadZip *zip, const char *part, ReadBuild *build)
{
  static const ReadXmlFuncs styles = { style_start, nothing, NULL }, numbering = { numbering_start, nothing, NULL },
                            notes = { note_start, note_end, note_text }, body = { start, end, text };
  GBytes *bytes = read_zip_get (zip, part);
  g_autoptr (GHashTable) relations = read_zip_get_relations (zip, part);
  Docx self = { .build = build, .levels = new_table (), .parents = new_table (), .lists = new_table (), .notes = new_table () };

  self.bullets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.note = g_string_new (NULL);
  if (!bytes)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  self.saved_pages = has_words (bytes, "lastRenderedPageBreak");
  parse_beside (&self, zip, relations, "styles", &styles);
  parse_beside (&self, zip, relations, "numbering", &numbering);
  self.prefix = "footnote";
  parse_beside (&self, zip, relations, "footnotes", &notes);
  self.prefix = "endnote";
  parse_beside (&self, zip, relations, "endnotes", &notes);
  if (self.saved_pages || has_words (bytes, "w:type=\"page\""))
    read_out_page ();
  if (!read_xml_parse (bytes, &body, &self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
}
