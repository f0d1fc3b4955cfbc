/* myna-personas.c: all personas: those that come with Myna, and the person's own, each a file (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The prompts of the bundled ones are translated too: a model follows a system prompt best in the language of the
 * conversation.  The own ones are a few hundred bytes each, so that reading and writing them at once is quicker than any
 * frame.  A file that is no persona is left alone and not shown.
 */
#include "chat/myna-personas.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-problem.h"

#define MAX_PERSONAS 500
#define FILE_KEY     "myna-persona-file"

static const struct
{
  const char *name;
  const char *prompt;
  double temperature;
} bundled[] = {
  { N_ ("Teacher"),
    N_ ("You are a patient teacher. Explain step by step, in plain words, with a small example. Say so when you are not sure."),
    0.6 },
  { N_ ("Programmer"),
    N_ ("You are an experienced programmer. Answer with short, correct code and explain only what is not obvious."), 0.3 },
  { N_ ("Translator"),
    N_ ("Translate what the user writes: Chinese into English, any other language into Chinese. Output only the translation."),
    0.3 },
  { N_ ("Proofreader"),
    N_ ("Correct spelling, grammar and style of the text, keep its meaning and tone, and then list what you changed."), 0.2 },
  { N_ ("Storyteller"),
    N_ ("You are a storyteller. Write vividly and with humor, and leave room for the reader's imagination."), 1.0 },
  { N_ ("Concise"), N_ ("Answer in as few words as the question allows. No introduction, no summary."), 0.2 },
};

struct _MynaPersonas
{
  GObject parent_instance;

  char *folder;
  GListStore *list;
  GString *unread; /* a line for each file that could not be */
};

G_DEFINE_FINAL_TYPE (MynaPersonas, myna_personas, G_TYPE_OBJECT)

/* ---- The list --------------------------------------------------------------------------------------------------- */

static const char *
get_file (MynaPersona *persona)
{
  return g_object_get_data (G_OBJECT (persona), FILE_KEY);
}

static void
set_file (MynaPersona *persona, const char *path)
{
  g_object_set_data_full (G_OBJECT (persona), FILE_KEY, g_strdup (path), g_free);
}

static void
insert (MynaPersonas *self, MynaPersona *persona)
{
  guint position = G_N_ELEMENTS (bundled);
  GListModel *list = G_LIST_MODEL (self->list);

  for (; position < g_list_model_get_n_items (list); position++)
    {
      g_autoptr (MynaPersona) other = g_list_model_get_item (list, position);

      if (g_utf8_collate (myna_persona_get_name (persona), myna_persona_get_name (other)) < 0)
        break;
    }
  g_list_store_insert (self->list, position, persona);
}

static void
add_bundled (MynaPersonas *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (bundled); i++)
    {
      g_auto (MynaChatSettings) settings = { 0 };
      g_autofree char *json = NULL;
      g_autoptr (MynaPersona) persona = NULL;

      settings.system_prompt = g_strdup (_ (bundled[i].prompt));
      myna_chat_settings_set (&settings, MYNA_SETTING_TEMPERATURE, bundled[i].temperature);
      json = myna_chat_settings_to_json (&settings);
      persona = myna_persona_new (_ (bundled[i].name), json, NULL);
      g_list_store_append (self->list, persona);
    }
}

/* It stays where it is, but is not on the list. */
static void
leave_out (MynaPersonas *self, const char *name)
{
  g_autofree char *shown = g_filename_display_name (name);

  if (self->unread->len)
    g_string_append_c (self->unread, '\n');
  g_string_append_printf (self->unread, _ ("“%s” is damaged and could not be read."), shown);
}

static void
read_own (MynaPersonas *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) && g_list_model_get_n_items (G_LIST_MODEL (self->list)) < MAX_PERSONAS)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      g_autofree char *json = NULL;
      g_autoptr (MynaPersona) persona = NULL;
      GStatBuf status;
      gsize length;

      if (!g_str_has_suffix (name, ".json"))
        continue;
      if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= MYNA_PERSONA_MAX_FILE
          && g_file_get_contents (path, &json, &length, NULL))
        persona = myna_persona_from_json (json, length, NULL);
      if (persona)
        {
          set_file (persona, path);
          insert (self, persona);
        }
      else
        {
          leave_out (self, name);
        }
    }
}

static MynaPersona *
find_name (MynaPersonas *self, const char *name)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (G_LIST_MODEL (self->list), i);

      if (g_str_equal (myna_persona_get_name (persona), name))
        return persona;
    }

  return NULL;
}

/* ---- Changing --------------------------------------------------------------------------------------------------- */

static gboolean
save (MynaPersonas *self, MynaPersona *persona, const char *path, GError **error)
{
  g_autofree char *json = myna_persona_to_json (persona, MYNA_PERSONA_TO_KEEP);
  int saved_errno;

  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    {
      saved_errno = errno;
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno), g_strerror (saved_errno));
      return FALSE;
    }
  if (!g_file_set_contents (path, json, -1, error))
    return FALSE;
  set_file (persona, path);

  return TRUE;
}

MynaPersona *
myna_personas_add (MynaPersonas *self, MynaPersona *persona, GError **error)
{
  const char *name = myna_persona_get_name (persona);
  g_autofree char *free_name = g_strdup (name);
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *base = g_strconcat (uuid, ".json", NULL);
  g_autofree char *path = g_build_filename (self->folder, base, NULL);
  g_autoptr (MynaPersona) added = NULL;

  g_return_val_if_fail (MYNA_IS_PERSONAS (self), NULL);

  if (g_list_model_get_n_items (G_LIST_MODEL (self->list)) >= MAX_PERSONAS)
    {
      g_set_error_literal (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, _ ("You cannot add more personas."));
      return NULL;
    }
  for (int i = 2; find_name (self, free_name); i++)
    {
      g_free (free_name);
      free_name = g_strdup_printf (
          "%.*s %d", (int) (g_utf8_offset_to_pointer (name, MIN (g_utf8_strlen (name, -1), MYNA_PERSONA_MAX_NAME - 5)) - name),
          name, i);
    }
  added = myna_persona_new (free_name, myna_persona_get_settings (persona), myna_persona_get_model (persona));
  if (!save (self, added, path, error))
    return NULL;
  insert (self, added);

  return added;
}

char *
myna_personas_dup_word (MynaPersonas *self)
{
  g_return_val_if_fail (MYNA_IS_PERSONAS (self), NULL);

  if (self->unread->len)
    return g_strdup (self->unread->str);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->list)) > G_N_ELEMENTS (bundled))
    return NULL;
  return g_strdup (_ ("A persona is a system prompt with its settings. Choose it for a chat in its settings."));
}

gboolean
myna_personas_is_own (MynaPersonas *self, MynaPersona *persona)
{
  g_return_val_if_fail (MYNA_IS_PERSONA (persona), FALSE);

  return get_file (persona) != NULL;
}

gboolean
myna_personas_change (MynaPersonas *self, MynaPersona *persona, MynaPersona *changed, GError **error)
{
  guint position;

  g_return_val_if_fail (MYNA_IS_PERSONAS (self) && get_file (persona), FALSE);

  if (!save (self, changed, get_file (persona), error))
    return FALSE;
  if (g_list_store_find (self->list, persona, &position))
    g_list_store_remove (self->list, position);
  insert (self, changed);

  return TRUE;
}

gboolean
myna_personas_remove (MynaPersonas *self, MynaPersona *persona, GError **error)
{
  guint position;
  int saved_errno;

  g_return_val_if_fail (MYNA_IS_PERSONAS (self) && get_file (persona), FALSE);

  if (g_unlink (get_file (persona)) != 0 && errno != ENOENT)
    {
      saved_errno = errno;
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno), g_strerror (saved_errno));
      return FALSE;
    }
  if (g_list_store_find (self->list, persona, &position))
    g_list_store_remove (self->list, position);

  return TRUE;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_personas_finalize (GObject *object)
{
  MynaPersonas *self = MYNA_PERSONAS (object);

  g_clear_object (&self->list);
  g_free (self->folder);
  g_string_free (self->unread, TRUE);

  G_OBJECT_CLASS (myna_personas_parent_class)->finalize (object);
}

static void
myna_personas_class_init (MynaPersonasClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_personas_finalize;
}

static void
myna_personas_init (MynaPersonas *self)
{
  self->list = g_list_store_new (MYNA_TYPE_PERSONA);
  self->unread = g_string_new (NULL);
}

MynaPersonas *
myna_personas_new (const char *folder)
{
  MynaPersonas *self = g_object_new (MYNA_TYPE_PERSONAS, NULL);

  self->folder = g_strdup (folder);
  add_bundled (self);
  read_own (self);

  return self;
}

MynaPersonas *
myna_personas_get_default (void)
{
  static MynaPersonas *personas;

  if (!personas)
    {
      g_autofree char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "personas", NULL);

      personas = myna_personas_new (folder);
    }

  return personas;
}

GListModel *
myna_personas_get_list (MynaPersonas *self)
{
  g_return_val_if_fail (MYNA_IS_PERSONAS (self), NULL);

  return G_LIST_MODEL (self->list);
}

MynaPersona *
myna_personas_find_named (MynaPersonas *self, const char *name)
{
  guint n;

  g_return_val_if_fail (MYNA_IS_PERSONAS (self), NULL);

  n = g_list_model_get_n_items (myna_personas_get_list (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (myna_personas_get_list (self), i);

      if (g_str_equal (myna_persona_get_name (persona), name))
        return persona;
    }

  return NULL;
}

void
myna_personas_apply (MynaPersona *persona, MynaConversation *conversation, MynaModelLibrary *models)
{
  const char *model = persona ? myna_persona_get_model (persona) : NULL;
  MynaModelEntry *entry = model ? myna_model_library_find_like (models, model) : NULL;
  const char *own = persona ? myna_persona_get_settings (persona) : NULL;
  const char *old = myna_conversation_get_settings (conversation);
  g_auto (MynaChatSettings) settings = { 0 };
  g_auto (MynaChatSettings) before = { 0 };
  g_autofree char *json = NULL;
  g_autofree char *with_tools = NULL;

  /* Whether the model thinks, and the tools that were chosen for the chat, are no matter of who it is, unless the persona says
   * so. */
  myna_chat_settings_parse (&settings, own);
  myna_chat_settings_parse (&before, old);
  if (!settings.thinking)
    settings.thinking = before.thinking;
  json = myna_chat_settings_to_json (&settings);
  with_tools = myna_chat_settings_dup_with_tools (json, before.tools ? old : own);
  myna_conversation_set_settings (conversation, with_tools);
  if (entry)
    myna_conversation_set_model (conversation, myna_model_entry_get_path (entry));
}

static MynaPersona *
find_settings (MynaPersonas *self, const char *settings)
{
  g_autofree char *wanted = myna_chat_settings_dup_with_tools (settings, NULL);

  for (guint i = 0; wanted && i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (G_LIST_MODEL (self->list), i);
      g_autofree char *own = myna_chat_settings_dup_with_tools (myna_persona_get_settings (persona), NULL);

      if (g_strcmp0 (own, wanted) == 0)
        return persona;
    }

  return NULL;
}

MynaPersona *
myna_personas_find (MynaPersonas *self, const char *settings)
{
  MynaPersona *persona;
  g_auto (MynaChatSettings) parsed = { 0 };
  g_autofree char *without = NULL;

  g_return_val_if_fail (MYNA_IS_PERSONAS (self), NULL);

  persona = find_settings (self, settings);
  myna_chat_settings_parse (&parsed, settings);
  if (persona || !parsed.thinking)
    return persona;
  parsed.thinking = MYNA_THINKING_UNSET;
  without = myna_chat_settings_to_json (&parsed);
  return without ? find_settings (self, without) : NULL;
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static void
import_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (MynaPersona) persona = NULL;
  g_autofree char *json = NULL;
  GError *error = NULL;
  gsize length = 0;

  if (g_file_load_partial_contents_finish (G_FILE (source), result, &json, &length, NULL, &error))
    persona = myna_persona_from_json (json, length, &error);
  if (persona && myna_personas_add (g_task_get_source_object (task), persona, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Enough to see that a file is too long. */
static gboolean
read_more (const char *contents, goffset size, gpointer data)
{
  return size <= MYNA_PERSONA_MAX_FILE;
}

void
myna_personas_import_async (MynaPersonas *self, GFile *file, GAsyncReadyCallback callback, gpointer user_data)
{
  g_file_load_partial_contents_async (file, NULL, read_more, import_read_cb, g_task_new (self, NULL, callback, user_data));
}

gboolean
myna_personas_import_finish (MynaPersonas *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
