/* folder-question.c: whether all files of a folder are to be attached
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/folder-question.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/ui-compat.h"
#include "chat/myna-attachment.h"
#include "chat/myna-folder.h"

typedef struct
{
  GtkWidget *owner;
  GFile *folder;
  MynaFolderFunc answer;
  GPtrArray *files; /* GFile */
} Question;

static void
question_free (Question *question)
{
  g_object_unref (question->owner);
  g_object_unref (question->folder);
  g_clear_pointer (&question->files, g_ptr_array_unref);
  g_free (question);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;
  GSList *files = NULL;

  if (myna_ask_finish (result))
    {
      for (guint i = question->files->len; i > 0; i--)
        files = g_slist_prepend (files, question->files->pdata[i - 1]);
      question->answer (question->owner, files, NULL);
      g_slist_free (files);
    }
  question_free (question);
}

static void
ask (Question *question, GtkWindow *window, const char *name)
{
  guint n = question->files->len;
  /* Translators: a question; %s is the name of a folder */
  g_autofree char *heading = g_strdup_printf (_ ("Attach All Files of “%s”?"), name);
  g_autofree char *body = g_strdup_printf (ngettext ("This folder and its subfolders contain %u file.",
                                                     "This folder and its subfolders contain %u files.", n),
                                           n);

  myna_ask_async (window, MYNA_QUESTION_PLAIN, heading, body, _ ("_Attach"), answered_cb, question);
}

static void
tell (Question *question, const char *format, const char *name)
{
  g_autofree char *text = g_strdup_printf (format, name, MYNA_ATTACHMENTS_MAX);

  question->answer (question->owner, NULL, text);
  question_free (question);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;
  g_autofree char *base = g_file_get_basename (question->folder), *name = g_filename_display_name (base ? base : "");
  GtkWindow *window = myna_get_window (question->owner);

  question->files = myna_folder_list_finish (result, NULL);
  if (!question->files)
    tell (question, _ ("“%s” could not be read."), name);
  else if (question->files->len == 0)
    tell (question, _ ("There are no files in “%s”."), name);
  else if (question->files->len > MYNA_ATTACHMENTS_MAX)
    /* Translators: %s is the name of a folder, %d a number */
    tell (question, _ ("“%s” has too many files: one message can have %d."), name);
  else if (window)
    ask (question, window, name);
  else
    question_free (question);
}

void
myna_folder_question_ask (GtkWidget *owner, GFile *folder, MynaFolderFunc answer)
{
  Question *question = g_new0 (Question, 1);

  question->owner = g_object_ref (owner);
  question->answer = answer;
  question->folder = g_object_ref (folder);
  myna_folder_list_async (folder, NULL, listed_cb, question);
}
