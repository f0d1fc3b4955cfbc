/* myna-documents.c: changes to the documents of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * After each, the message that has the document is read again, and what its replies may cite.
 */
#include "chat/myna-documents.h"

#include <glib/gi18n.h>

#include "chat/myna-message-private.h"
#include "chat/myna-sources.h"

#define BYTES_PER_TOKEN 3.5
#define FILL            0.75 /* of the context */

guint
myna_document_estimate_tokens (const StoreDocument *document)
{
  return (guint) (document->n_bytes / BYTES_PER_TOKEN);
}

char *
myna_document_describe (const StoreDocument *document)
{
  guint n_tokens = myna_document_estimate_tokens (document);
  /* Translators: how long a text is for a model */
  g_autofree char *tokens = g_strdup_printf (ngettext ("about %'u token", "about %'u tokens", n_tokens), n_tokens);
  const char *use = document->use == STORE_USE_PASSAGES ? C_ ("document", "passages") : C_ ("document", "whole text");
  g_autofree char *pages = NULL;

  if (document->n_pages == 0)
    return g_strdup_printf ("%s · %s", tokens, use);
  pages = g_strdup_printf (ngettext ("%u page", "%u pages", document->n_pages), document->n_pages);
  return g_strdup_printf ("%s · %s · %s", pages, tokens, use);
}

gboolean
myna_document_fits (const StoreDocument *document, int context_length)
{
  return context_length <= 0 || myna_document_estimate_tokens (document) <= context_length * FILL;
}

typedef struct
{
  MynaConversation *conversation;
  gint64 message_id;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->conversation);
  g_free (change);
}

static void
take_attachments (Change *change, const StoreMessage *record)
{
  guint position = myna_conversation_find_id (change->conversation, change->message_id);
  g_autoptr (MynaMessage) message =
      position == G_MAXUINT ? NULL : g_list_model_get_item (G_LIST_MODEL (change->conversation), position);
  StoreMessage *kept = message ? myna_message_edit_record (message) : NULL;

  if (!kept)
    return;
  g_free (kept->attachments);
  kept->attachments = g_strdup (record->attachments);
  g_signal_emit_by_name (message, "changed", FALSE);
}

static void
message_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Change *change = g_task_get_task_data (task);
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);

  if (list && list->len > 0)
    take_attachments (change, list->pdata[0]);
  myna_sources_reload (myna_sources_get (change->conversation));
  g_task_return_boolean (task, TRUE);
}

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Change *change = g_task_get_task_data (task);
  GError *error = NULL;

  if (store_finish (STORE_DB (source), result, &error))
    {
      store_get_messages_async (STORE_DB (source), &change->message_id, 1, NULL, message_read_cb, task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static GTask *
change_new (MynaConversation *conversation, const StoreDocument *document, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (conversation, NULL, callback, user_data);
  Change *change = g_new (Change, 1);

  *change = (Change){ g_object_ref (conversation), document->message_id };
  g_task_set_task_data (task, change, change_free);
  return task;
}

void
myna_document_set_use_async (MynaConversation *conversation, const StoreDocument *document, StoreUse use,
                             GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (conversation));

  store_set_use_async (myna_conversation_get_store (conversation), document->id, use, NULL, changed_cb,
                       change_new (conversation, document, callback, user_data));
}

void
myna_document_remove_async (MynaConversation *conversation, const StoreDocument *document, GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (MYNA_IS_CONVERSATION (conversation));

  store_remove_document_async (myna_conversation_get_store (conversation), document->id, NULL, changed_cb,
                               change_new (conversation, document, callback, user_data));
}

gboolean
myna_document_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
