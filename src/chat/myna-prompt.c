/* myna-prompt.c: a conversation as turns for the model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-prompt.h"

#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/texts.h"

#define PAGE 50
/* More bytes a token than this are not worth reading: spaces and long words come to about 8. */
#define BYTES_PER_TOKEN 10
/* Read where the model's limit is not known yet. */
#define BYTES_UNLIMITED (1 << 20)

typedef struct
{
  StoreDb *store;
  GPtrArray *messages;
  MynaPromptFlags flags;
  StoreMessage **records; /* [messages->len]: text with attachments; NULL: not read, or not there any more */
  char *system;
  guint first;
  guint low;     /* texts are read from here on */
  gsize n_bytes; /* of texts [low, end) */
  gsize max_bytes;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_object_unref (reading->store);
  for (guint i = 0; i < reading->messages->len; i++)
    if (reading->records[i])
      store_message_free (reading->records[i]);
  g_free (reading->records);
  g_free (reading->system);
  g_ptr_array_unref (reading->messages);
  g_free (reading);
}

void
myna_prompt_free (MynaPrompt *prompt)
{
  if (!prompt)
    return;
  g_array_unref (prompt->turns);
  g_array_unref (prompt->positions);
  g_ptr_array_unref (prompt->texts);
  g_free (prompt);
}

void
myna_prompt_add_turn (MynaPrompt *prompt, const char *role, const StoreCall *call, const char *text, guint position)
{
  GlmTurn turn = {
    .role = role,
    .content = g_strdup (text),
    .metadata = call ? g_strdup (call->metadata) : NULL,
    .arguments = call ? g_strdup (call->arguments) : NULL,
  };

  g_ptr_array_add (prompt->texts, (gpointer) turn.content);
  g_ptr_array_add (prompt->texts, (gpointer) turn.metadata);
  g_ptr_array_add (prompt->texts, (gpointer) turn.arguments);
  g_array_append_val (prompt->turns, turn);
  g_array_append_val (prompt->positions, position);
}

static const char *
role_name (StoreRole role)
{
  switch (role)
    {
    case STORE_ROLE_SYSTEM: return "system";
    case STORE_ROLE_ASSISTANT: return "assistant";
    case STORE_ROLE_OBSERVATION: return "observation";
    case STORE_ROLE_USER:
    default: return "user";
    }
}

/* A call whose arguments a person changed is written anew from these. */
static const char *
text_of (const StoreMessage *record)
{
  return record->call && record->call->edited && record->call->arguments ? "" : record->text;
}

/* Replies without a word say nothing and are left out, unless they call a tool: its name stands beside the role. */
static MynaPrompt *
make_turns (const Reading *reading)
{
  MynaPrompt *prompt = g_new0 (MynaPrompt, 1);

  prompt->turns = g_array_new (FALSE, TRUE, sizeof (GlmTurn));
  prompt->positions = g_array_new (FALSE, FALSE, sizeof (guint));
  prompt->texts = g_ptr_array_new_with_free_func (g_free);
  prompt->cut = reading->low > reading->first;
  prompt->first_given = G_MAXUINT;
  if (reading->system && *reading->system)
    myna_prompt_add_turn (prompt, "system", NULL, reading->system, reading->low);
  for (guint i = reading->low; i < reading->messages->len; i++)
    {
      const StoreMessage *record = reading->records[i];

      if (record && (*record->text || record->call || record->role == STORE_ROLE_USER))
        {
          myna_prompt_add_turn (prompt, role_name (record->role), record->call, text_of (record), i);
          prompt->has_attachments = prompt->has_attachments || (record->attachments && *record->attachments);
          if (record->given || (record->attachments && *record->attachments))
            prompt->first_given = MIN (prompt->first_given, i);
        }
    }
  return prompt;
}

gboolean
myna_prompt_lacks (const MynaPrompt *prompt, guint first, gsize first_turn)
{
  guint position = first_turn < prompt->positions->len ? g_array_index (prompt->positions, guint, first_turn) : 0;

  return position > first && (prompt->cut || prompt->first_given < position);
}

static void read_page (GTask *task);

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) texts = myna_texts_read_finish (result, &error);

  if (!texts)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  for (guint i = 0; i < texts->len; i++)
    {
      StoreMessage *record = g_steal_pointer (&g_ptr_array_index (texts, i));
      char *text;

      if (!record)
        continue;
      text = myna_attachments_prepend (record->attachments, record->given, record->text, reading->flags & MYNA_PROMPT_AS_FILES);
      g_free (record->text);
      record->text = text;
      reading->records[reading->low + i] = record;
      reading->n_bytes += strlen (text);
    }
  read_page (task);
}

static void
read_page (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);
  guint n = MIN (PAGE, reading->low - reading->first);

  if (n == 0 || reading->n_bytes >= reading->max_bytes)
    {
      g_task_return_pointer (task, make_turns (reading), (GDestroyNotify) myna_prompt_free);
      g_object_unref (task);
      return;
    }
  reading->low -= n;
  myna_texts_read_given_async (reading->store, reading->messages, reading->low, n, g_task_get_cancellable (task), page_read_cb,
                               task);
}

/* ---- Documents -------------------------------------------------------------------------------------------------- */

static void
given_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GError *error = NULL;

  store_finish_id (STORE_DB (source), result, &error);
  /* A question that is gone, or in a history that is only read, has what it has. */
  if (error && error->domain == STORE_ERROR && store_is_read_only (STORE_DB (source)))
    g_clear_error (&error);
  if (!error)
    {
      read_page (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* The question that is answered; 0: none that is stored. */
static gint64
find_question (const Reading *reading)
{
  for (guint i = reading->messages->len; i > 0; i--)
    if (myna_message_get_role (g_ptr_array_index (reading->messages, i - 1)) == STORE_ROLE_USER)
      return myna_message_get_id (g_ptr_array_index (reading->messages, i - 1));
  return 0;
}

static GTask *
reading_new (StoreDb *store, GPtrArray *messages, guint first, const char *system, int context_length, MynaPromptFlags flags,
             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Reading *reading = g_new0 (Reading, 1);

  reading->store = g_object_ref (store);
  reading->messages = g_ptr_array_copy (messages, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_ptr_array_set_free_func (reading->messages, g_object_unref);
  reading->records = g_new0 (StoreMessage *, messages->len + 1);
  reading->system = g_strdup (system);
  reading->flags = flags;
  reading->first = MIN (first, messages->len);
  reading->low = messages->len;
  reading->max_bytes = context_length > 0 ? (gsize) context_length * BYTES_PER_TOKEN : BYTES_UNLIMITED;
  g_task_set_task_data (task, reading, reading_free);
  return task;
}

void
myna_prompt_read_async (StoreDb *store, GPtrArray *messages, guint first, const char *system, int context_length,
                        MynaPromptFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = reading_new (store, messages, first, system, context_length, flags, cancellable, callback, user_data);
  const Reading *reading = g_task_get_task_data (task);
  gint64 question = flags & MYNA_PROMPT_AS_FILES ? 0 : find_question (reading);
  StoreGive give;

  g_task_set_source_tag (task, myna_prompt_read_async);
  give = myna_attachments_plan (context_length, question,
                                first < messages->len ? myna_message_get_id (messages->pdata[first]) : 0);
  give.adds = flags & MYNA_PROMPT_ADDS;
  if (give.message_id)
    store_give_async (store, &give, cancellable, given_cb, task);
  else
    read_page (task);
}

void
myna_prompt_peek_async (StoreDb *store, GPtrArray *messages, guint first, const char *system, int context_length,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = reading_new (store, messages, first, system, context_length, 0, cancellable, callback, user_data);

  g_task_set_source_tag (task, myna_prompt_peek_async);
  read_page (task);
}

MynaPrompt *
myna_prompt_read_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
