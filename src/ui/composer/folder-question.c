/* folder-question.c: whether all files of a folder are to be attached
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/folder-question.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/ui-compat.h"
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
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;
  GtkWindow *window = myna_get_window (question->owner);
  g_autofree char *problem = NULL, *heading = NULL, *body = NULL;

  question->files = myna_folder_list_finish (result, NULL);
  problem = myna_folder_dup_problem (question->folder, question->files);
  if (problem)
    question->answer (question->owner, NULL, problem);
  if (problem || !window)
    {
      question_free (question);
      return;
    }
  heading = myna_folder_dup_question (question->folder, question->files, &body);
  myna_ask_async (window, MYNA_QUESTION_PLAIN, heading, body, _ ("_Attach"), answered_cb, question);
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
