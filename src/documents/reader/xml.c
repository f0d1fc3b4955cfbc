/* xml.c: XML as a row of events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "documents/reader/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/xmlreader.h>
#include <stdlib.h>
#include <string.h>

struct ReadXml
{
  xmlTextReaderPtr reader;    /* of XML */
  const xmlChar **attributes; /* of HTML: names and values in turn, then NULL */
  const ReadXmlFuncs *funcs;
  gpointer user_data;
};

static void
be_silent (void *context, const char *format, ...)
{
}

static const char *
local_name (const char *name)
{
  const char *colon = strchr (name, ':');

  return colon ? colon + 1 : name;
}

/* ---- XML -------------------------------------------------------------------------------------------------------- */

/* One that HTML names; others are defined by the document itself, which is not believed. */
static void
hand_out_entity (ReadXml *self)
{
  const htmlEntityDesc *entity = htmlEntityLookup (xmlTextReaderConstName (self->reader));
  char text[8] = "";

  if (!entity || !self->funcs->text)
    return;
  g_unichar_to_utf8 (entity->value, text);
  self->funcs->text (text, self->user_data);
}

static void
hand_out (ReadXml *self)
{
  const char *name, *value;
  gboolean is_empty;

  switch (xmlTextReaderNodeType (self->reader))
    {
    case XML_READER_TYPE_ELEMENT:
      name = (const char *) xmlTextReaderConstLocalName (self->reader);
      is_empty = xmlTextReaderIsEmptyElement (self->reader) == 1;
      self->funcs->start (self, name, self->user_data);
      if (is_empty)
        self->funcs->end (self, name, self->user_data);
      break;
    case XML_READER_TYPE_END_ELEMENT:
      self->funcs->end (self, (const char *) xmlTextReaderConstLocalName (self->reader), self->user_data);
      break;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      value = (const char *) xmlTextReaderConstValue (self->reader);
      if (value && self->funcs->text)
        self->funcs->text (value, self->user_data);
      break;
    case XML_READER_TYPE_ENTITY_REFERENCE: hand_out_entity (self); break;
    default: break;
    }
}

gboolean
read_xml_parse (GBytes *bytes, const ReadXmlFuncs *funcs, gpointer user_data)
{
  ReadXml self = { .funcs = funcs, .user_data = user_data };
  gsize n;
  const char *data = g_bytes_get_data (bytes, &n);
  int result;

  if (n == 0 || n > G_MAXINT)
    return FALSE;
  xmlSetGenericErrorFunc (NULL, be_silent);
  self.reader = xmlReaderForMemory (data, n, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (!self.reader)
    return FALSE;
  while ((result = xmlTextReaderRead (self.reader)) == 1)
    hand_out (&self);
  xmlFreeTextReader (self.reader);
  return result == 0;
}

/* ---- HTML ------------------------------------------------------------------------------------------------------- */

static void
html_start (void *context, const xmlChar *name, const xmlChar **attributes)
{
  ReadXml *self = context;

  self->attributes = attributes;
  self->funcs->start (self, (const char *) name, self->user_data);
  self->attributes = NULL;
}

static void
html_end (void *context, const xmlChar *name)
{
  ReadXml *self = context;

  self->funcs->end (self, (const char *) name, self->user_data);
}

static void
html_text (void *context, const xmlChar *text, int n)
{
  ReadXml *self = context;
  g_autofree char *copy = g_strndup ((const char *) text, n);

  if (self->funcs->text)
    self->funcs->text (copy, self->user_data);
}

void
read_xml_parse_html (GBytes *bytes, const ReadXmlFuncs *funcs, gpointer user_data)
{
  ReadXml self = { .funcs = funcs, .user_data = user_data };
  htmlSAXHandler handler = { .startElement = html_start, .endElement = html_end, .characters = html_text };
  gsize n, done = 0;
  const char *data = g_bytes_get_data (bytes, &n);
  htmlParserCtxtPtr parser;

  xmlSetGenericErrorFunc (NULL, be_silent);
  parser = htmlCreatePushParserCtxt (&handler, &self, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
  if (!parser)
    return;
  htmlCtxtUseOptions (parser, HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_IGNORE_ENC);
  while (done < n)
    {
      int piece = MIN (n - done, 1 << 16);

      htmlParseChunk (parser, data + done, piece, 0);
      done += piece;
    }
  htmlParseChunk (parser, "", 0, 1);
  htmlFreeParserCtxt (parser);
}

/* ---- Attributes ------------------------------------------------------------------------------------------------- */

static char *
get (ReadXml *self, const char *name, gboolean prefixed)
{
  char *value = NULL;

  if (!self->reader)
    {
      for (const xmlChar **a = self->attributes; a && *a; a += 2)
        if (g_str_equal (local_name ((const char *) a[0]), name))
          return g_strdup ((const char *) a[1]);
      return NULL;
    }
  while (!value && xmlTextReaderMoveToNextAttribute (self->reader) == 1)
    if (g_str_equal ((const char *) xmlTextReaderConstLocalName (self->reader), name)
        && (!prefixed || xmlTextReaderConstPrefix (self->reader)))
      value = g_strdup ((const char *) xmlTextReaderConstValue (self->reader));
  xmlTextReaderMoveToElement (self->reader);
  return value;
}

char *
read_xml_get (ReadXml *self, const char *name)
{
  return get (self, name, FALSE);
}

char *
read_xml_get_prefixed (ReadXml *self, const char *name)
{
  return get (self, name, TRUE);
}

guint
read_xml_get_number (ReadXml *self, const char *name, guint otherwise)
{
  g_autofree char *value = read_xml_get (self, name);
  char *end;
  long number;

  if (!value)
    return otherwise;
  number = strtol (value, &end, 10);
  return end == value || *end || number < 0 || number > G_MAXINT ? otherwise : (guint) number;
}
