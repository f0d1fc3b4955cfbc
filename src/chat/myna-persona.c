/* myna-persona.c: named presets of how the model answers: system prompt, parameters and model (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file: { "myna-persona": 1, "name": "Teacher", "settings": { "system": "…", "temperature": 0.6 }, "model": "…" }.
 */
#include "chat/myna-persona.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-problem.h"
#include "storage/storage.h"
#include "text/text-json.h"

#define VERSION_KEY    "myna-persona"
#define VERSION        1
#define SUMMARY_LENGTH 400 /* characters */

struct _MynaPersona
{
  GObject parent_instance;

  char *name;
  char *settings;
  char *model;
};

G_DEFINE_FINAL_TYPE (MynaPersona, myna_persona, G_TYPE_OBJECT)

static void
myna_persona_finalize (GObject *object)
{
  MynaPersona *self = MYNA_PERSONA (object);

  g_free (self->name);
  g_free (self->settings);
  g_free (self->model);

  G_OBJECT_CLASS (myna_persona_parent_class)->finalize (object);
}

static void
myna_persona_class_init (MynaPersonaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_persona_finalize;
}

static void
myna_persona_init (MynaPersona *self)
{
}

/* On one line and not too long; "" becomes "Untitled". */
static char *
clean_name (const char *name)
{
  g_autofree char *line = store_tame_name (name);

  g_strstrip (line);
  if (!*line)
    return g_strdup (_ ("Untitled persona"));

  return g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), MYNA_PERSONA_MAX_NAME));
}

MynaPersona *
myna_persona_new (const char *name, const char *settings, const char *model)
{
  MynaPersona *self = g_object_new (MYNA_TYPE_PERSONA, NULL);
  g_auto (MynaChatSettings) parsed = { 0 };

  self->name = clean_name (name);
  myna_chat_settings_parse (&parsed, settings);
  self->settings = myna_chat_settings_to_json (&parsed);
  self->model = model && *model ? g_strdup (model) : NULL;

  return self;
}

const char *
myna_persona_get_name (MynaPersona *self)
{
  g_return_val_if_fail (MYNA_IS_PERSONA (self), NULL);

  return self->name;
}

const char *
myna_persona_get_settings (MynaPersona *self)
{
  g_return_val_if_fail (MYNA_IS_PERSONA (self), NULL);

  return self->settings;
}

const char *
myna_persona_get_model (MynaPersona *self)
{
  g_return_val_if_fail (MYNA_IS_PERSONA (self), NULL);

  return self->model;
}

char *
myna_persona_summarise (MynaPersona *self)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_autofree char *line = NULL;

  g_return_val_if_fail (MYNA_IS_PERSONA (self), NULL);

  myna_chat_settings_parse (&settings, self->settings);
  if (!settings.system_prompt)
    return g_strdup ("");
  line = g_strdelimit (g_strdup (settings.system_prompt), "\r\n\t", ' ');
  if (g_utf8_strlen (line, -1) > SUMMARY_LENGTH)
    *g_utf8_offset_to_pointer (line, SUMMARY_LENGTH) = '\0';

  return g_steal_pointer (&line);
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

char *
myna_persona_to_json (MynaPersona *self, MynaPersonaPurpose purpose)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *base = self->model ? g_path_get_basename (self->model) : NULL;
  g_autofree char *text = NULL;

  g_return_val_if_fail (MYNA_IS_PERSONA (self), NULL);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, VERSION_KEY);
  json_builder_add_int_value (builder, VERSION);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, self->name);
  if (self->settings)
    {
      json_builder_set_member_name (builder, "settings");
      json_builder_add_value (builder, json_from_string (self->settings, NULL));
    }
  if (self->model)
    {
      json_builder_set_member_name (builder, "model");
      json_builder_add_string_value (builder, purpose == MYNA_PERSONA_TO_SHARE ? base : self->model);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);

  return g_strconcat (text, "\n", NULL);
}

/* NULL where the member is not there or no string. */
static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                                  : NULL;
}

MynaPersona *
myna_persona_from_json (const char *json, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *settings = NULL;
  JsonObject *object = NULL;
  JsonNode *node;

  if (length <= MYNA_PERSONA_MAX_FILE && text_json_is_tame (json, length)
      && json_parser_load_from_data (parser, json, (gssize) length, NULL) && json_parser_get_root (parser)
      && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    object = json_node_get_object (json_parser_get_root (parser));
  if (!object || !json_object_has_member (object, VERSION_KEY) || !get_string (object, "name"))
    {
      g_set_error_literal (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, _ ("This file does not contain a persona."));
      return NULL;
    }
  node = json_object_get_member (object, "settings");
  if (node && JSON_NODE_HOLDS_OBJECT (node))
    settings = json_to_string (node, FALSE);

  return myna_persona_new (get_string (object, "name"), settings, get_string (object, "model"));
}

/* ---- Sharing ---------------------------------------------------------------------------------------------------- */

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
myna_persona_export_async (MynaPersona *self, GFile *file, GAsyncReadyCallback callback, gpointer user_data)
{
  char *json = myna_persona_to_json (self, MYNA_PERSONA_TO_SHARE);
  g_autoptr (GBytes) bytes = g_bytes_new_take (json, strlen (json));

  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION, NULL, exported_cb,
                                       g_task_new (self, NULL, callback, user_data));
}

gboolean
myna_persona_export_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
