/* xml.h: XML as a row of events
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nothing outside of the bytes is read, no entity is expanded, and depth and lengths have the limits of libxml2.
 */
#ifndef READ_XML_H
#define READ_XML_H

#include <glib.h>

typedef struct ReadXml ReadXml;

typedef struct
{
  /* name: without its prefix. */
  void (*start) (ReadXml *xml, const char *name, gpointer user_data);
  void (*end) (ReadXml *xml, const char *name, gpointer user_data); /* also of an empty element */
  void (*text) (const char *text, gpointer user_data);              /* may be NULL */
} ReadXmlFuncs;

/* FALSE: it is not XML, or damaged; what came before was handed out. */
gboolean read_xml_parse (GBytes *bytes, const ReadXmlFuncs *funcs, gpointer user_data);
/* The same of HTML, which is never damaged.  bytes: UTF-8. */
void read_xml_parse_html (GBytes *bytes, const ReadXmlFuncs *funcs, gpointer user_data);

/* In start(): the value of the attribute of this name without its prefix; NULL: none. */
char *read_xml_get (ReadXml *xml, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* The same, only of one that has a prefix, any: "r:id". */
char *read_xml_get_prefixed (ReadXml *xml, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Its value as a number; otherwise, and where it is none: the other value. */
guint read_xml_get_number (ReadXml *xml, const char *name, guint otherwise);

#endif
