/* cli-passages.c: the documents of a conversation in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli/cli-passages.h"

#include <json-glib/json-glib.h>
#include <stdlib.h>
#include <string.h>

#include "documents/documents.h"
#include "engine/base/error.h"
#include "storage/storage.h"

typedef struct
{
  char *name, *type, *text;
  guint n_pages;
} File;

/* A question that was asked. */
typedef struct
{
  gint64 id;
  bool has_documents; /* it was given something of them */
} Asked;

struct CliPassages
{
  StoreDb *store;
  GPtrArray *files; /* File */
  StoreGive give;
  GArray *asked;          /* Asked */
  gint64 conversation_id; /* 0: nothing was asked yet */
};

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->name);
  g_free (file->type);
  g_free (file->text);
  g_free (file);
}

/* ---- The history ------------------------------------------------------------------------------------------------ */

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **answer)
{
  while (!*answer)
    g_main_context_iteration (NULL, TRUE);
  return *answer;
}

static bool
fail (GError *problem, GlmError *error)
{
  glm_error_set (error, GLM_ERROR_IO, "passages of the documents cannot be chosen: %s", problem->message);
  g_error_free (problem);
  return false;
}

static StoreDb *
open_store (GError **problem)
{
  g_autoptr (GAsyncResult) answer = NULL;

  store_open_memory_async (NULL, answered_cb, &answer);
  return store_open_finish (wait_for (&answer), problem);
}

static char *
files_to_json (GPtrArray *files)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = g_ptr_array_index (files, i);
      const char *const members[][2] = { { "name", file->name }, { "text", file->text }, { "type", file->type } };

      json_builder_begin_object (builder);
      for (gsize j = 0; j < G_N_ELEMENTS (members); j++)
        {
          json_builder_set_member_name (builder, members[j][0]);
          json_builder_add_string_value (builder, members[j][1]);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static gint64
last_id (const CliPassages *self)
{
  return self->asked->len > 0 ? g_array_index (self->asked, Asked, self->asked->len - 1).id : 0;
}

/* The question's row; the first of a conversation has the files. */
static gint64
add_question (CliPassages *self, const char *question, GError **problem)
{
  g_autoptr (GAsyncResult) begun = NULL, answer = NULL;
  g_autofree char *attachments = self->conversation_id ? NULL : files_to_json (self->files);
  StoreConversation conversation = { .title = (char *) "" };
  StoreMessage message = { .role = STORE_ROLE_USER, .text = (char *) question, .attachments = attachments };

  if (!self->conversation_id)
    {
      store_add_conversation_async (self->store, &conversation, NULL, answered_cb, &begun);
      self->conversation_id = store_finish_id (self->store, wait_for (&begun), problem);
      if (!self->conversation_id)
        return 0;
    }
  message.conversation_id = self->conversation_id;
  message.parent_id = last_id (self);
  store_add_message_async (self->store, &message, NULL, answered_cb, &answer);
  return store_finish_id (self->store, wait_for (&answer), problem);
}

/* How each file is read: whole, or passages of it.  GPtrArray of StoreDocument. */
static GPtrArray *
list_documents (CliPassages *self, GError **problem)
{
  g_autoptr (GAsyncResult) answer = NULL;

  store_list_documents_async (self->store, self->conversation_id, NULL, answered_cb, &answer);
  return store_finish_list (self->store, wait_for (&answer), problem);
}

/* ---- What a question is given ----------------------------------------------------------------------------------- */

static bool
is_given (const char *name, GPtrArray *given)
{
  for (guint i = 0; given && i < given->len; i++)
    if (g_str_equal (((StorePassage *) given->pdata[i])->name, name))
      return true;
  return false;
}

/* A text that is given whole stands as it is; of what has pages or headings the passages that are given are all there are. */
static void
append_file (GString *out, const File *file, StoreUse use, GPtrArray *given)
{
  g_autofree char *quoted = NULL;

  if (use == STORE_USE_PASSAGES)
    document_append_long (out, file->name);
  else if (g_str_equal (file->type, "text") || !is_given (file->name, given))
    {
      quoted = document_quote (file->name, file->text);
      g_string_append (out, quoted);
    }
}

/* documents: of the first question; NULL: it is a later one. */
static char *
write_given (CliPassages *self, GPtrArray *documents, GPtrArray *given, const char *question)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; documents && i < MIN (documents->len, self->files->len); i++)
    append_file (out, self->files->pdata[i], ((StoreDocument *) documents->pdata[i])->use, given);
  for (guint i = 0; given && i < given->len; i++)
    {
      const StorePassage *passage = g_ptr_array_index (given, i);

      document_append_passage (out, &(DocumentPassage){ passage->number, passage->page, passage->name, passage->heading,
                                                        passage->text });
    }
  if (given)
    document_append_citing (out, question);
  return g_string_free (out, FALSE);
}

/* Decides what the last question is given, and writes it. */
static bool
give (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error)
{
  g_autoptr (GAsyncResult) decided = NULL, read = NULL;
  g_autoptr (GPtrArray) messages = NULL, documents = NULL;
  Asked *asked = &g_array_index (self->asked, Asked, self->asked->len - 1);
  GError *problem = NULL;

  self->give.message_id = asked->id;
  self->give.prompt_from = g_array_index (self->asked, Asked, MIN (n_left_out, self->asked->len - 1)).id;
  store_give_async (self->store, &self->give, NULL, answered_cb, &decided);
  store_finish_id (self->store, wait_for (&decided), &problem);
  if (problem)
    return fail (problem, error);
  store_get_messages_async (self->store, &self->give.message_id, 1, NULL, answered_cb, &read);
  messages = store_finish_list (self->store, wait_for (&read), &problem);
  if (!problem && self->asked->len == 1)
    documents = list_documents (self, &problem);
  if (problem)
    return fail (problem, error);
  asked->has_documents = documents || ((StoreMessage *) messages->pdata[0])->given;
  *ret_text = write_given (self, documents, ((StoreMessage *) messages->pdata[0])->given, question);
  return true;
}

bool
cli_passages_ask (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error)
{
  GError *problem = NULL;
  Asked asked = { add_question (self, question, &problem), false };

  if (problem)
    return fail (problem, error);
  g_array_append_val (self->asked, asked);
  self->give.adds = FALSE;
  if (give (self, question, n_left_out, ret_text, error))
    return true;
  cli_passages_take_back (self, self->asked->len - 1);
  return false;
}

bool
cli_passages_lack (const CliPassages *self, size_t n_before, size_t n_left_out)
{
  for (size_t i = n_before; i < n_left_out && i + 1 < self->asked->len; i++)
    if (g_array_index (self->asked, Asked, i).has_documents)
      return true;
  return false;
}

bool
cli_passages_add (CliPassages *self, const char *question, size_t n_left_out, char **ret_text, GlmError *error)
{
  self->give.adds = TRUE;
  return give (self, question, n_left_out, ret_text, error);
}

void
cli_passages_take_back (CliPassages *self, size_t n)
{
  g_array_set_size (self->asked, (guint) MIN (n, self->asked->len));
  /* Only the first question of a conversation has the files. */
  if (self->asked->len == 0)
    self->conversation_id = 0;
}

void
cli_passages_restart (CliPassages *self)
{
  cli_passages_take_back (self, 0);
}

void
cli_passages_free (CliPassages *self)
{
  if (!self)
    return;
  g_clear_object (&self->store);
  g_ptr_array_unref (self->files);
  g_array_unref (self->asked);
  g_free (self);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static bool
read_files (const CliOptions *options, GPtrArray *files, GlmError *error)
{
  for (int i = 0; i < options->n_attached; i++)
    {
      g_autoptr (Document) document = NULL;
      File *file;

      if (!cli_read_document (options->attached[i], &document, error))
        return false;
      file = g_new (File, 1);
      *file = (File){ g_path_get_basename (options->attached[i]), g_strdup (document->type), document_dup_text (document),
                      document->n_pages };
      g_ptr_array_add (files, file);
    }
  return true;
}

bool
cli_attach (const CliOptions *options, int context_length, CliPassages **ret_passages, GlmError *error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  GError *problem = NULL;
  StoreGive plan = { 0 };
  StoreDb *store;

  document_plan (context_length, &plan.whole_bytes, &plan.passage_bytes);
  if (!read_files (options, files, error))
    return false;
  *ret_passages = NULL;
  if (files->len == 0)
    return true;
  store = open_store (&problem);
  if (!store)
    return fail (problem, error);
  *ret_passages = g_new (CliPassages, 1);
  **ret_passages = (CliPassages){ store, g_steal_pointer (&files), plan, g_array_new (FALSE, FALSE, sizeof (Asked)), 0 };
  return true;
}
