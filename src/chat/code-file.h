/* code-file.h: a block of code as a file: one that a person saves, or a page for the browser (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The name that a block of this language ("py", "C++", NULL: none) is suggested to be saved under: "code.py".  Static. */
const char *myna_code_get_file_name (const char *language);
/* Writes the text, whole or not at all, with an end to its last line.  finish: FALSE with an error of
 * STORE_ERROR, for myna_problem_describe(). */
void myna_code_save_async (const char *text, GFile *file, GAsyncReadyCallback callback, gpointer user_data);
gboolean myna_code_save_finish (GAsyncResult *result, GError **error);

/* Whether a browser can show it: HTML and SVG. */
gboolean myna_code_is_page (const char *language);
/* Puts it into the cache folder, as a page that only this person can read, and returns its file; the caller owns it.  NULL with
 * G_FILE_ERROR. */
GFile *myna_code_write_page (const char *language, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Deletes the pages of earlier runs, on a thread. */
void myna_code_clear_pages (void);

G_END_DECLS
