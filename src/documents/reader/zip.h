/* zip.h: the files of a zip archive, unpacked into memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No name is ever a path of the system: names are only compared.
 */
#ifndef READ_ZIP_H
#define READ_ZIP_H

#include <glib.h>

typedef struct ReadZip ReadZip;

/* Unpacks what can be text: names that end in .xml, .rels, .opf, .xhtml, .html, .htm, and "mimetype".  What is damaged or
 * unpacks to more than there may be ends the process. */
ReadZip *read_zip_open (const guint8 *data, gsize n) G_GNUC_WARN_UNUSED_RESULT;
/* A file by its name; the case does not matter.  NULL: there is none. */
GBytes *read_zip_get (ReadZip *self, const char *name);
/* The same by a path that is relative to that of another file: "../media/x.xml" of "ppt/slides/slide1.xml". */
GBytes *read_zip_get_relative (ReadZip *self, const char *base, const char *path);

/* Relations of an OOXML part: id, and last word of its type, → name of the file; empty where there are none. */
GHashTable *read_zip_get_relations (ReadZip *self, const char *part) G_GNUC_WARN_UNUSED_RESULT;

#endif
