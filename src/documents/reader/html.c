/* html.c: web pages, and the chapters of EPUB books
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "documents/reader/formats.h"
#include "documents/reader/xml.h"

#define MAX_LISTS 16

typedef enum
{
  BLOCK,
  HEADING,
  SKIP,
  BREAK,
  CODE,
  LIST,
  ITEM,
  TABLE,
  ROW,
  CELL,
} Kind;

/* Others are inside of a text. */
static const struct
{
  const char *name;
  Kind kind;
} kinds[] = {
  { "p", BLOCK },       { "div", BLOCK },     { "section", BLOCK },    { "article", BLOCK }, { "main", BLOCK },
  { "header", BLOCK },  { "footer", BLOCK },  { "nav", BLOCK },        { "aside", BLOCK },   { "blockquote", BLOCK },
  { "address", BLOCK }, { "figure", BLOCK },  { "figcaption", BLOCK }, { "dl", BLOCK },      { "dt", BLOCK },
  { "dd", BLOCK },      { "body", BLOCK },    { "form", BLOCK },       { "hr", BLOCK },      { "details", BLOCK },
  { "summary", BLOCK }, { "caption", BLOCK }, { "h1", HEADING },       { "h2", HEADING },    { "h3", HEADING },
  { "h4", HEADING },    { "h5", HEADING },    { "h6", HEADING },       { "script", SKIP },   { "style", SKIP },
  { "head", SKIP },     { "template", SKIP }, { "noscript", SKIP },    { "svg", SKIP },      { "math", SKIP },
  { "object", SKIP },   { "iframe", SKIP },   { "select", SKIP },      { "textarea", SKIP }, { "br", BREAK },
  { "pre", CODE },      { "ul", LIST },       { "ol", LIST },          { "menu", LIST },     { "li", ITEM },
  { "table", TABLE },   { "tr", ROW },        { "td", CELL },          { "th", CELL },
};

typedef struct
{
  ReadBuild *build;
  guint skip; /* how deep in what is left out */
  guint lists;
  guint numbers[MAX_LISTS]; /* of the next item; 0: bullets */
} Html;

static gboolean
find (const char *name, Kind *ret_kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_ascii_strcasecmp (kinds[i].name, name) == 0)
      {
        *ret_kind = kinds[i].kind;
        return TRUE;
      }
  return FALSE;
}

static void
start_item (Html *self)
{
  guint *number = &self->numbers[CLAMP (self->lists, 1, MAX_LISTS) - 1];

  read_build_paragraph (self->build);
  read_build_item (self->build, self->lists, *number);
  *number += *number > 0;
}

static void
start_list (Html *self, ReadXml *xml, const char *name)
{
  read_build_paragraph (self->build);
  if (self->lists < MAX_LISTS)
    self->numbers[self->lists] = g_ascii_strcasecmp (name, "ol") == 0 ? read_xml_get_number (xml, "start", 1) : 0;
  self->lists++;
}

static void
start (ReadXml *xml, const char *name, gpointer user_data)
{
  Html *self = user_data;
  Kind kind;

  if (!find (name, &kind))
    return;
  if (self->skip || kind == SKIP)
    {
      self->skip += kind == SKIP;
      return;
    }
  switch (kind)
    {
    case BREAK: read_build_break (self->build); break;
    case LIST: start_list (self, xml, name); break;
    case ITEM: start_item (self); break;
    case TABLE: read_build_table (self->build); break;
    case ROW: read_build_row (self->build); break;
    case CELL: read_build_cell (self->build); break;
    case HEADING:
      read_build_paragraph (self->build);
      read_build_heading (self->build, name[1] - '0');
      break;
    case CODE:
      read_build_paragraph (self->build);
      read_build_code (self->build);
      break;
    default: read_build_paragraph (self->build); break;
    }
}

static void
end (ReadXml *xml, const char *name, gpointer user_data)
{
  Html *self = user_data;
  Kind kind;

  if (!find (name, &kind))
    return;
  if (kind == SKIP || self->skip)
    {
      self->skip -= kind == SKIP && self->skip;
      return;
    }
  if (kind == TABLE)
    read_build_end_table (self->build);
  else if (kind == BLOCK || kind == HEADING || kind == CODE || kind == ITEM || kind == LIST)
    read_build_end (self->build);
  self->lists -= kind == LIST && self->lists;
}

static void
text (const char *bytes, gpointer user_data)
{
  Html *self = user_data;

  if (!self->skip)
    read_build_text (self->build, bytes, -1);
}

void
read_html (GBytes *bytes, ReadBuild *build)
{
  static const ReadXmlFuncs funcs = { start, end, text };
  Html self = { .build = build };

  read_xml_parse_html (bytes, &funcs, &self);
  while (self.lists-- > 0)
    read_build_end (build);
  read_build_end_table (build);
  read_build_end (build);
}
