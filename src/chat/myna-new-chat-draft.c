/* myna-new-chat-draft.c: what was written in a new chat and not sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A chat comes into the history with its first question; until then there is nothing that its draft could belong to.  So it
 * is kept here and given to the next new chat, in this run of the program or a later one: the history has it as a note.
 * Earlier versions kept it in new-chat.txt beside the history.
 */
#include "chat/myna-new-chat-draft.h"

#include <glib/gstdio.h>

#define NOTE          "new-chat"
#define SAVE_DELAY_MS 400
#define MAX_BYTES     (4 << 20) /* of new-chat.txt: more than anybody writes */

struct _MynaNewChatDraft
{
  GObject parent_instance;

  MynaCore *core; /* not owned */
  char *text;     /* NULL: nothing */
  gboolean is_read;
  guint save_source;
  MynaConversation *conversation; /* weak: the new chat that has the text */
};

G_DEFINE_FINAL_TYPE (MynaNewChatDraft, myna_new_chat_draft, G_TYPE_OBJECT)

static gboolean
save_timeout_cb (gpointer user_data)
{
  MynaNewChatDraft *self = user_data;
  StoreDb *store = myna_core_get_store (self->core);

  self->save_source = 0;
  /* One that cannot be written has been told of. */
  if (store && !store_is_read_only (store))
    store_set_note_async (store, NOTE, self->text, NULL, NULL, NULL);

  return G_SOURCE_REMOVE;
}

void
myna_new_chat_draft_save (MynaNewChatDraft *self)
{
  if (!self->save_source)
    return;
  g_clear_handle_id (&self->save_source, g_source_remove);
  save_timeout_cb (self);
}

static void
save_later (MynaNewChatDraft *self)
{
  if (!self->save_source)
    self->save_source = g_timeout_add (SAVE_DELAY_MS, save_timeout_cb, self);
}

static void
keep_draft (MynaNewChatDraft *self, const char *text)
{
  if (text && !*text)
    text = NULL;
  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  save_later (self);
}

/* Once the chat is in the history, its draft is there, too. */
static void
changed_cb (MynaConversation *conversation, GParamSpec *pspec, MynaNewChatDraft *self)
{
  if (conversation == self->conversation)
    keep_draft (self, myna_conversation_get_id (conversation) ? NULL : myna_conversation_get_draft (conversation));
  if (conversation == self->conversation && myna_conversation_get_id (conversation))
    g_clear_weak_pointer (&self->conversation);
}

/* Appends the text as a paragraph of its own. */
static void
add_text (MynaNewChatDraft *self, const char *text)
{
  g_autofree char *before = g_steal_pointer (&self->text);

  if (!before || g_strcmp0 (before, text) == 0)
    self->text = g_strdup (text);
  else
    self->text = g_strjoin ("\n\n", before, text, NULL);
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
take_over_file (MynaNewChatDraft *self, StoreDb *store)
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
    store_set_note_async (store, NOTE, self->text, NULL, taken_over_cb, g_steal_pointer (&path));
}

void
myna_new_chat_draft_read (StoreDb *store, GAsyncReadyCallback callback, gpointer user_data)
{
  store_get_note_async (store, NOTE, NULL, callback, user_data);
}

void
myna_new_chat_draft_take (MynaNewChatDraft *self, StoreDb *store, gboolean is_kept, GAsyncResult *result)
{
  g_autoptr (GPtrArray) notes = store_finish_list (store, result, NULL);

  /* What was written or erased while nothing could be kept. */
  if (self->text || self->is_read)
    save_later (self);
  if (!notes || !is_kept || self->is_read)
    return;
  self->is_read = TRUE;
  if (notes->len > 0)
    add_text (self, g_ptr_array_index (notes, 0));
  take_over_file (self, store);
}

void
myna_new_chat_draft_give (MynaNewChatDraft *self, MynaConversation *conversation)
{
  myna_conversation_set_draft (conversation, self->text);
  g_set_weak_pointer (&self->conversation, conversation);
  g_signal_connect_object (conversation, "notify::draft", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (conversation, "notify::id", G_CALLBACK (changed_cb), self, 0);
}

static void
myna_new_chat_draft_finalize (GObject *object)
{
  MynaNewChatDraft *self = MYNA_NEW_CHAT_DRAFT (object);

  g_clear_handle_id (&self->save_source, g_source_remove);
  g_clear_weak_pointer (&self->conversation);
  g_free (self->text);

  G_OBJECT_CLASS (myna_new_chat_draft_parent_class)->finalize (object);
}

static void
myna_new_chat_draft_class_init (MynaNewChatDraftClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_new_chat_draft_finalize;
}

static void
myna_new_chat_draft_init (MynaNewChatDraft *self)
{
}

MynaNewChatDraft *
myna_new_chat_draft_new (MynaCore *core)
{
  MynaNewChatDraft *self = g_object_new (MYNA_TYPE_NEW_CHAT_DRAFT, NULL);

  self->core = core;
  return self;
}
