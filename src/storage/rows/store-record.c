/* store-record.c: the records that travel between the store and its users
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "storage.h"

G_DEFINE_BOXED_TYPE (StoreConversation, store_conversation, store_conversation_copy, store_conversation_free)
G_DEFINE_BOXED_TYPE (StoreMessage, store_message, store_message_copy, store_message_free)
G_DEFINE_BOXED_TYPE (StorePassage, store_passage, store_passage_copy, store_passage_free)
G_DEFINE_BOXED_TYPE (StoreDocument, store_document, store_document_copy, store_document_free)

StoreConversation *
store_conversation_new (void)
{
  StoreConversation *self = g_new0 (StoreConversation, 1);

  self->title = g_strdup ("");
  return self;
}

StoreConversation *
store_conversation_copy (const StoreConversation *conversation)
{
  StoreConversation *copy = g_memdup2 (conversation, sizeof *conversation);

  copy->title = g_strdup (conversation->title ? conversation->title : "");
  copy->model = g_strdup (conversation->model);
  copy->settings = g_strdup (conversation->settings);
  copy->draft = g_strdup (conversation->draft);
  return copy;
}

void
store_conversation_free (StoreConversation *conversation)
{
  if (!conversation)
    return;

  g_free (conversation->title);
  g_free (conversation->model);
  g_free (conversation->settings);
  g_free (conversation->draft);
  g_free (conversation);
}

StoreMade *
store_made_new (const char *name, int width, int height, GBytes *data)
{
  StoreMade *made = g_new (StoreMade, 1);

  *made = (StoreMade){ g_strdup (name), width, height, data ? g_bytes_ref (data) : NULL };
  return made;
}

void
store_made_free (StoreMade *made)
{
  if (!made)
    return;

  g_free (made->name);
  g_clear_pointer (&made->data, g_bytes_unref);
  g_free (made);
}

GPtrArray *
store_made_list_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) store_made_free);
}

StoreCall *
store_call_new (void)
{
  StoreCall *self = g_new0 (StoreCall, 1);

  self->metadata = g_strdup ("");
  self->tool = g_strdup ("");
  return self;
}

StoreCall *
store_call_copy (const StoreCall *call)
{
  StoreCall *copy;

  if (!call)
    return NULL;
  copy = g_memdup2 (call, sizeof *call);
  copy->metadata = g_strdup (call->metadata ? call->metadata : "");
  copy->tool = g_strdup (call->tool ? call->tool : "");
  copy->arguments = g_strdup (call->arguments);
  copy->result = g_strdup (call->result);
  copy->made = call->made ? g_ptr_array_ref (call->made) : NULL;
  return copy;
}

void
store_call_free (StoreCall *call)
{
  if (!call)
    return;

  g_free (call->metadata);
  g_free (call->tool);
  g_free (call->arguments);
  g_free (call->result);
  g_clear_pointer (&call->made, g_ptr_array_unref);
  g_free (call);
}

StoreMessage *
store_message_new (void)
{
  StoreMessage *self = g_new0 (StoreMessage, 1);

  self->text = g_strdup ("");
  return self;
}

StoreMessage *
store_message_copy (const StoreMessage *message)
{
  StoreMessage *copy = g_memdup2 (message, sizeof *message);

  copy->text = g_strdup (message->text ? message->text : "");
  copy->attachments = g_strdup (message->attachments);
  copy->model = g_strdup (message->model);
  copy->call = store_call_copy (message->call);
  copy->given = message->given ? g_ptr_array_ref (message->given) : NULL;
  return copy;
}

void
store_message_free (StoreMessage *message)
{
  if (!message)
    return;

  g_free (message->text);
  g_free (message->attachments);
  g_free (message->model);
  store_call_free (message->call);
  g_clear_pointer (&message->given, g_ptr_array_unref);
  g_free (message);
}

StorePassage *
store_passage_new (void)
{
  StorePassage *self = g_new0 (StorePassage, 1);

  self->name = g_strdup ("");
  self->heading = g_strdup ("");
  self->text = g_strdup ("");
  return self;
}

StorePassage *
store_passage_copy (const StorePassage *passage)
{
  StorePassage *copy = g_memdup2 (passage, sizeof *passage);

  copy->sha256 = g_strdup (passage->sha256);
  copy->name = g_strdup (passage->name);
  copy->heading = g_strdup (passage->heading);
  copy->text = g_strdup (passage->text);
  return copy;
}

void
store_passage_free (StorePassage *passage)
{
  if (!passage)
    return;

  g_free (passage->sha256);
  g_free (passage->name);
  g_free (passage->heading);
  g_free (passage->text);
  g_free (passage);
}

StoreDocument *
store_document_copy (const StoreDocument *document)
{
  StoreDocument *copy = g_memdup2 (document, sizeof *document);

  copy->type = g_strdup (document->type);
  copy->name = g_strdup (document->name);
  return copy;
}

void
store_document_free (StoreDocument *document)
{
  if (!document)
    return;

  g_free (document->type);
  g_free (document->name);
  g_free (document);
}
