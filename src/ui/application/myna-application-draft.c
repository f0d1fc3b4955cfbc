/* myna-application-draft.c: what was written in a new chat and not sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chat comes into the history with its first question; until then there is nothing that its draft could belong to.  So it
 * is kept here and given to the next new chat, in this run of the program or a later one: the history has it as a note.
 * Earlier versions kept it in new-chat.txt beside the history.
 */
#include "application/myna-application-private.h"

#include <glib/gstdio.h>

#define NOTE          "new-chat"
#define SAVE_DELAY_MS 400
#define MAX_BYTES     (4 << 20) /* of new-chat.txt: more than anybody writes */

static gboolean
save_timeout_cb (gpointer user_data)
{
  MynaApplication *self = user_data;

  self->draft_source = 0;
  /* One that cannot be written has been told of. */
  if (self->store && !store_is_read_only (self->store))
    store_set_note_async (self->store, NOTE, self->draft, NULL, NULL, NULL);

  return G_SOURCE_REMOVE;
}

void
myna_application_save_draft (MynaApplication *self)
{
  if (!self->draft_source)
    return;
  g_clear_handle_id (&self->draft_source, g_source_remove);
  save_timeout_cb (self);
}

static void
save_later (MynaApplication *self)
{
  if (!self->draft_source)
    self->draft_source = g_timeout_add (SAVE_DELAY_MS, save_timeout_cb, self);
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
  save_later (self);
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

/* Behind what is there, as a paragraph of its own. */
static void
add_text (MynaApplication *self, const char *text)
{
  g_autofree char *before = g_steal_pointer (&self->draft);

  if (!before || g_strcmp0 (before, text) == 0)
    self->draft = g_strdup (text);
  else
    self->draft = g_strjoin ("\n\n", before, text, NULL);
}

static void
taken_over_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *path = user_data;

  if (store_finish (STORE_DB (source), result, NULL))
    g_unlink (path);
}

/* The file of an earlier version: it goes when the history has its text. */
static void
take_over_file (MynaApplication *self, StoreDb *store)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "new-chat.txt", NULL);
  g_autofree char *text = NULL;
  GStatBuf status;
  gsize n_bytes;

  if (g_stat (path, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size > MAX_BYTES
      || !g_file_get_contents (path, &text, &n_bytes, NULL) || !g_utf8_validate (text, (gssize) n_bytes, NULL))
    return;
  if (*text)
    add_text (self, text);
  if (!store_is_read_only (store))
    store_set_note_async (store, NOTE, self->draft, NULL, taken_over_cb, g_steal_pointer (&path));
}

void
myna_application_read_draft (MynaApplication *self, StoreDb *store, GAsyncReadyCallback callback)
{
  store_get_note_async (store, NOTE, NULL, callback, self);
}

void
myna_application_take_draft (MynaApplication *self, StoreDb *store, GAsyncResult *result)
{
  g_autoptr (GPtrArray) notes = store_finish_list (store, result, NULL);
  /* In memory there is none, and what is written meanwhile waits for the history. */
  gboolean is_kept = !self->store_error || store_is_read_only (store);

  /* What was written or erased while nothing could be kept. */
  if (self->draft || self->draft_read)
    save_later (self);
  if (!notes || !is_kept || self->draft_read)
    return;
  self->draft_read = TRUE;
  if (notes->len > 0)
    add_text (self, g_ptr_array_index (notes, 0));
  take_over_file (self, store);
}

void
myna_application_give_draft (MynaApplication *self, MynaConversation *conversation)
{
  myna_conversation_set_draft (conversation, self->draft);
  g_set_weak_pointer (&self->new_conversation, conversation);
  g_signal_connect_object (conversation, "notify::draft", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (conversation, "notify::id", G_CALLBACK (changed_cb), self, 0);
}
