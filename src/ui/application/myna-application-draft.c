/* myna-application-draft.c: what was written in a new chat and not sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chat comes into the history with its first question; until then there is nothing that its draft could belong to.  So it
 * is kept here and given to the next new chat, in this run of the program or a later one: in a file beside the history that
 * only its owner can read, and that goes with the last character.
 *
 * The file is written in a thread, for a disk may be slow, and once more when the program ends; the newest text wins.
 */
#include <errno.h>

#include <glib/gstdio.h>

#include "application/myna-application-private.h"

#define SAVE_DELAY_MS 400
#define MAX_BYTES     (4 << 20) /* more than anybody writes; a file that is larger is not ours */

typedef struct
{
  char *path;
  char *text; /* NULL: there is none */
  guint64 serial;
} Writing;

static GMutex write_lock;
static guint64 written_serial; /* guarded by write_lock */

static void
writing_free (gpointer data)
{
  Writing *writing = data;

  g_free (writing->path);
  g_free (writing->text);
  g_free (writing);
}

static gboolean
write_text (const Writing *writing, GError **error)
{
  g_autofree char *folder = NULL;

  if (!writing->text)
    {
      if (g_unlink (writing->path) == 0 || errno == ENOENT)
        return TRUE;
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));
      return FALSE;
    }
  folder = g_path_get_dirname (writing->path);
  g_mkdir_with_parents (folder, 0700);

  return g_file_set_contents_full (writing->path, writing->text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
write_work (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Writing *writing = task_data;
  g_autoptr (GError) error = NULL;
  gboolean success = TRUE;

  g_mutex_lock (&write_lock);
  if (writing->serial > written_serial)
    {
      written_serial = writing->serial;
      success = write_text (writing, &error);
    }
  g_mutex_unlock (&write_lock);
  /* The text is in the window still, and the history tells of a disk that is full or cannot be written. */
  if (!success)
    g_message ("The draft of the new chat is not on the disk: %s", error->message);
  if (task)
    g_task_return_boolean (task, success);
}

static Writing *
new_writing (MynaApplication *self)
{
  Writing *writing = g_new (Writing, 1);

  *writing = (Writing){
    .path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "new-chat.txt", NULL),
    .text = g_strdup (self->draft),
    .serial = ++self->draft_serial,
  };

  return writing;
}

static gboolean
save_timeout_cb (gpointer user_data)
{
  MynaApplication *self = user_data;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  self->draft_source = 0;
  g_task_set_task_data (task, new_writing (self), writing_free);
  g_task_run_in_thread (task, write_work);

  return G_SOURCE_REMOVE;
}

void
myna_application_save_draft (MynaApplication *self)
{
  Writing *writing;

  if (!self->draft_source)
    return;
  g_clear_handle_id (&self->draft_source, g_source_remove);
  writing = new_writing (self);
  write_work (NULL, NULL, writing, NULL);
  writing_free (writing);
}

static void
keep_draft (MynaApplication *self, const char *text)
{
  if (text && !*text)
    text = NULL;
  if (g_strcmp0 (self->draft, text) == 0)
    return;
  g_free (self->draft);
  self->draft = g_strdup (text);
  if (!self->draft_source)
    self->draft_source = g_timeout_add (SAVE_DELAY_MS, save_timeout_cb, self);
}

/* Once the chat is in the history, its draft is there, too. */
static void
changed_cb (MynaConversation *conversation, GParamSpec *pspec, MynaApplication *self)
{
  if (conversation == self->new_conversation)
    keep_draft (self, myna_conversation_get_id (conversation) ? NULL : myna_conversation_get_draft (conversation));
  if (conversation == self->new_conversation && myna_conversation_get_id (conversation))
    g_clear_weak_pointer (&self->new_conversation);
}

static void
read_draft (MynaApplication *self)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "new-chat.txt", NULL);
  g_autofree char *text = NULL;
  GStatBuf status;
  gsize n_bytes;

  self->draft_read = TRUE;
  if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= MAX_BYTES
      && g_file_get_contents (path, &text, &n_bytes, NULL) && g_utf8_validate (text, (gssize) n_bytes, NULL))
    self->draft = g_steal_pointer (&text);
}

void
myna_application_give_draft (MynaApplication *self, MynaConversation *conversation)
{
  if (!self->draft_read)
    read_draft (self);
  myna_conversation_set_draft (conversation, self->draft);
  g_set_weak_pointer (&self->new_conversation, conversation);
  g_signal_connect_object (conversation, "notify::draft", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (conversation, "notify::id", G_CALLBACK (changed_cb), self, 0);
}
