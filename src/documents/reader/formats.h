/* formats.h: the types of documents
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each writes what it read and returns; a failure ends the process.
 */
#ifndef READ_FORMATS_H
#define READ_FORMATS_H

#include <glib.h>

#include "documents/reader/build.h"

/* Loads the tables of the character sets, while files can still be opened. */
void read_text_prepare (void);
/* As UTF-8; NULL: it is no text.  Without a byte-order mark. */
char *read_text_decode (const guint8 *data, gsize n, gsize *ret_n) G_GNUC_WARN_UNUSED_RESULT;
void read_text (const guint8 *data, gsize n);

/* password: NULL: none is known. */
void read_pdf (const guint8 *data, gsize n, const char *password);
/* bytes: UTF-8. */
void read_html (GBytes *bytes, ReadBuild *build);
/* Any of those that are zip archives; the type is found and written. */
void read_office (const guint8 *data, gsize n);
/* PNG or JPEG: see picture.c.  Nothing else is written. */
void read_picture (const guint8 *data, gsize n);

#endif
