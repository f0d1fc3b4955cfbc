/* myna-folder.h: the files of a folder that somebody wants to ask about (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* So many are counted; what is behind them is not looked at. */
#define MYNA_FOLDER_MAX_FILES 1000

/* Whether a file or folder can only be a model's: nothing to be asked about. */
gboolean myna_file_is_model (GFile *file);
/* The models of a folder that has GGUF files and nothing else, by name: GFile; NULL: it has something else, or none. */
GPtrArray *myna_folder_dup_models (GFile *folder) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a word of the command line means a file: it is written as nothing but a path is, or with a slash or a dot, and the file is
 * there.  "models" is a word, too, and "and/or" no path. */
gboolean myna_word_is_file (const char *word, GFile *file);

/* → finish: array of GFile, by name: the files in the folder and the folders in it.  Hidden ones and links are left out. */
void myna_folder_list_async (GFile *folder, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *myna_folder_list_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Why the files of a folder cannot be attached, in words; NULL: they can.  files: NULL where they could not be listed.  The caller
 * frees. */
char *myna_folder_dup_problem (GFile *folder, GPtrArray *files) G_GNUC_WARN_UNUSED_RESULT;
/* Whether all of them are meant: a heading, and how many they are.  The caller frees both. */
char *myna_folder_dup_question (GFile *folder, GPtrArray *files, char **ret_body) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
