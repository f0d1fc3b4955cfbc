/* xlsx.c: workbooks of Excel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sheet is a heading and a table, with what its cells show last; days are written as such.  A sheet that is wide and thin, with
 * a cell in its last column, is a list of cells: as a table it would be mostly bars.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "documents/reader/office.h"
#include "documents/reader/out.h"
#include "documents/reader/xml.h"

#define MAX_COLUMNS 64
#define MAX_SHEETS  1000

typedef struct
{
  ReadBuild *build;
  GPtrArray *names;    /* of sheets */
  GPtrArray *ids;      /* … */
  GPtrArray *shared;   /* strings */
  GArray *is_date;     /* gboolean: by cell format */
  GHashTable *formats; /* number of a format of the document's own → it is a day */
  gboolean in_formats;

  GString *value;
  gboolean in_value;
  gboolean phonetic;
  char *reference; /* of the cell: "B3" */
  char *kind;      /* "s": a shared string, … */
  guint format;
  guint column;    /* of the next cell */
  guint n_written; /* cells of the row in the table */
  gboolean in_table;
  gboolean as_list;
} Xlsx;

static void
nothing (ReadXml *xml, const char *name, gpointer user_data)
{
}

/* ---- Beside the sheets ------------------------------------------------------------------------------------------ */

static void
workbook_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;
  char *title, *id;

  if (!g_str_equal (name, "sheet") || self->ids->len >= MAX_SHEETS)
    return;
  title = read_xml_get (xml, "name");
  id = read_xml_get_prefixed (xml, "id");
  g_ptr_array_add (self->names, title ? title : g_strdup (""));
  g_ptr_array_add (self->ids, id ? id : g_strdup (""));
}

/* How a text is read aloud stands beside it in Japanese workbooks. */
static void
string_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  self->phonetic = self->phonetic || g_str_equal (name, "rPh");
  self->in_value = g_str_equal (name, "t") && !self->phonetic;
  if (g_str_equal (name, "si"))
    g_string_truncate (self->value, 0);
}

static void
string_end (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  self->in_value = FALSE;
  self->phonetic = self->phonetic && !g_str_equal (name, "rPh");
  if (g_str_equal (name, "si"))
    g_ptr_array_add (self->shared, g_strdup (self->value->str));
}

static void
take_text (const char *text, gpointer user_data)
{
  Xlsx *self = user_data;

  if (self->in_value)
    g_string_append (self->value, text);
}

/* A format of days has letters of them outside of quotes and brackets. */
static gboolean
is_date_format (const char *format)
{
  char quote = 0;

  for (const char *p = format; *p; p++)
    if (quote)
      quote = *p == quote ? 0 : quote;
    else if (*p == '"' || *p == '[')
      quote = *p == '[' ? ']' : '"';
    else if (*p == '\\' && p[1])
      p++;
    else if (strchr ("ymdhYMDH", *p))
      return TRUE;
  return FALSE;
}

static void
format_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  if (g_str_equal (name, "numFmt"))
    {
      g_autofree char *code = read_xml_get (xml, "formatCode");
      guint id = read_xml_get_number (xml, "numFmtId", 0);

      if (code && is_date_format (code))
        g_hash_table_add (self->formats, GUINT_TO_POINTER (id));
    }
  else if (g_str_equal (name, "cellXfs"))
    {
      self->in_formats = TRUE;
    }
  else if (g_str_equal (name, "xf") && self->in_formats)
    {
      guint id = read_xml_get_number (xml, "numFmtId", 0);
      gboolean is_date =
          (id >= 14 && id <= 22) || (id >= 45 && id <= 47) || g_hash_table_contains (self->formats, GUINT_TO_POINTER (id));

      g_array_append_val (self->is_date, is_date);
    }
}

static void
format_end (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  if (g_str_equal (name, "cellXfs"))
    self->in_formats = FALSE;
}

/* ---- Cells ------------------------------------------------------------------------------------------------------ */

/* Days since 30 December 1899, with the time of day behind the point. */
static char *
format_date (const char *value)
{
  char *end;
  double days = g_ascii_strtod (value, &end);
  g_autoptr (GDateTime) epoch = g_date_time_new_utc (1899, 12, 30, 0, 0, 0), day = NULL, when = NULL;
  gint64 seconds;

  if (*end || end == value || !(days >= 0 && days < 2958466))
    return g_strdup (value);
  seconds = llround (days * 86400);
  day = g_date_time_add_days (epoch, seconds / 86400);
  when = g_date_time_add_seconds (day, seconds % 86400);
  if (seconds < 86400)
    return g_date_time_format (when, "%H:%M:%S");
  return g_date_time_format (when, seconds % 86400 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d");
}

/* The cell's value as Excel displays it. */
static char *
dup_shown (Xlsx *self)
{
  const char *value = self->value->str, *kind = self->kind ? self->kind : "n";
  guint64 index = g_ascii_strtoull (value, NULL, 10);

  if (g_str_equal (kind, "s"))
    return g_strdup (index < self->shared->len ? self->shared->pdata[index] : "");
  if (g_str_equal (kind, "b"))
    return g_strdup (*value == '1' ? "TRUE" : "FALSE");
  if (g_str_equal (kind, "n") && *value && self->format < self->is_date->len
      && g_array_index (self->is_date, gboolean, self->format))
    return format_date (value);
  return g_strdup (value);
}

/* From 0; the letters of a reference are a number of base 26. */
static guint
column_of (const char *reference, guint otherwise)
{
  guint column = 0;

  for (; g_ascii_isalpha (*reference) && column < 1 << 20; reference++)
    column = column * 26 + g_ascii_toupper (*reference) - 'A' + 1;
  return column ? column - 1 : otherwise;
}

static void
write_cell (Xlsx *self)
{
  g_autofree char *text = dup_shown (self);
  guint column = column_of (self->reference ? self->reference : "", self->column);

  self->column = column + 1;
  if (!*text)
    return;
  if (self->as_list)
    {
      g_autofree char *line = g_strdup_printf ("%s: %s", self->reference ? self->reference : "", text);

      read_build_paragraph (self->build);
      read_build_item (self->build, 1, 0);
      read_build_text (self->build, line, -1);
      read_build_end (self->build);
      return;
    }
  for (; self->n_written <= column; self->n_written++)
    read_build_cell (self->build);
  read_build_text (self->build, text, -1);
}

/* ---- Sheets ----------------------------------------------------------------------------------------------------- */

static void
sheet_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  if (g_str_equal (name, "row"))
    {
      self->column = self->n_written = 0;
      if (!self->as_list)
        read_build_row (self->build);
    }
  else if (g_str_equal (name, "c"))
    {
      g_free (self->reference);
      g_free (self->kind);
      self->reference = read_xml_get (xml, "r");
      self->kind = read_xml_get (xml, "t");
      self->format = read_xml_get_number (xml, "s", 0);
      g_string_truncate (self->value, 0);
    }
  self->phonetic = self->phonetic || g_str_equal (name, "rPh");
  self->in_value = (g_str_equal (name, "v") || g_str_equal (name, "t")) && !self->phonetic;
}

static void
sheet_end (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;

  self->in_value = FALSE;
  self->phonetic = self->phonetic && !g_str_equal (name, "rPh");
  if (g_str_equal (name, "c"))
    write_cell (self);
}

static void
width_start (ReadXml *xml, const char *name, gpointer user_data)
{
  Xlsx *self = user_data;
  g_autofree char *reference = g_str_equal (name, "c") ? read_xml_get (xml, "r") : NULL;

  if (reference && column_of (reference, 0) >= MAX_COLUMNS)
    self->as_list = TRUE;
}

static void
read_sheet (Xlsx *self, GBytes *bytes, const char *name)
{
  static const ReadXmlFuncs width = { width_start, nothing, NULL }, funcs = { sheet_start, sheet_end, take_text };

  read_out_heading (1, name);
  self->as_list = FALSE;
  read_xml_parse (bytes, &width, self);
  if (!self->as_list)
    read_build_table (self->build);
  if (!read_xml_parse (bytes, &funcs, self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  if (!self->as_list)
    read_build_end_table (self->build);
  read_build_end (self->build);
}

static void
read_beside (Xlsx *self, ReadZip *zip, GHashTable *relations, const char *kind, const ReadXmlFuncs *funcs)
{
  const char *name = g_hash_table_lookup (relations, kind);
  GBytes *bytes = name ? read_zip_get (zip, name) : NULL;

  if (bytes && !read_xml_parse (bytes, funcs, self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
}

void
read_xlsx (ReadZip *zip, const char *part, ReadBuild *build)
{
  static const ReadXmlFuncs workbook = { workbook_start, nothing, NULL }, strings = { string_start, string_end, take_text },
                            formats = { format_start, format_end, NULL };
  Xlsx self = { .build = build, .value = g_string_new (NULL) };
  g_autoptr (GHashTable) relations = read_zip_get_relations (zip, part);
  GBytes *bytes = read_zip_get (zip, part);

  self.names = g_ptr_array_new_with_free_func (g_free);
  self.ids = g_ptr_array_new_with_free_func (g_free);
  self.shared = g_ptr_array_new_with_free_func (g_free);
  self.is_date = g_array_new (FALSE, FALSE, sizeof (gboolean));
  self.formats = g_hash_table_new (NULL, NULL);
  if (!bytes || !read_xml_parse (bytes, &workbook, &self))
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  read_beside (&self, zip, relations, "sharedStrings", &strings);
  read_beside (&self, zip, relations, "styles", &formats);
  for (guint i = 0; i < self.ids->len; i++)
    {
      const char *name = g_hash_table_lookup (relations, self.ids->pdata[i]);

      bytes = name ? read_zip_get (zip, name) : NULL;
      if (bytes)
        read_sheet (&self, bytes, self.names->pdata[i]);
    }
}
