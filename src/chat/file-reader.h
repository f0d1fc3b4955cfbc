/* file-reader.h: files that were chosen are read, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_FILE_READER (myna_file_reader_get_type ())
G_DECLARE_FINAL_TYPE (MynaFileReader, myna_file_reader, MYNA, FILE_READER, GObject)

/* Signals:
 *   read (const char *name, const char *text, guint n_pages, const char *type)   n_pages 0: it has none; type: as myna-read says
 *   problem (const char *text)                                  what could not be read, and why
 *   password (const char *name, gboolean was_wrong)              the file that is being read asks for one: see
 *                                                               myna_file_reader_unlock()
 *   changed ()                                                  it is reading now, or another file, or not any more */
MynaFileReader *myna_file_reader_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Behind those that wait. */
void myna_file_reader_add (MynaFileReader *self, GFile *file);
gboolean myna_file_reader_is_reading (MynaFileReader *self);
/* "Reading “report.pdf”…", or what else is done with a file; NULL: nothing.  ret_is_busy: not where the person's word is waited for. */
char *myna_file_reader_describe (MynaFileReader *self, gboolean *ret_is_busy) G_GNUC_WARN_UNUSED_RESULT;
/* What the person said; NULL: the file is left out.  Not kept. */
void myna_file_reader_unlock (MynaFileReader *self, const char *password);
/* Cancels the files that are not read yet and returns them: an array of GFile, or NULL if there are none. */
GPtrArray *myna_file_reader_take (MynaFileReader *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
