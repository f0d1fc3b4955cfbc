/* myna-chat-settings.c: how the model answers in a conversation: system prompt, sampling and size (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-chat-settings.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "storage/storage.h"
#include "text/text-json.h"
#include "tools/tools.h"

#define SYSTEM_KEY   "system"
#define TOOLS_KEY    "tools"
#define MODE_KEY     "mode"
#define THINKING_KEY "thinking"

static const MynaSettingSpec specs[MYNA_N_SETTINGS] = {
  [MYNA_SETTING_TEMPERATURE] = { "temperature", 0, 2, 0.05, 2 },
  [MYNA_SETTING_TOP_P] = { "top_p", 0.01, 1, 0.01, 2 },
  [MYNA_SETTING_TOP_K] = { "top_k", 0, 1000, 1, 0 },
  [MYNA_SETTING_MIN_P] = { "min_p", 0, 1, 0.01, 2 },
  [MYNA_SETTING_REPETITION_PENALTY] = { "repetition_penalty", 0.5, 2, 0.01, 2 },
  /* Whole numbers up to here are exact in a double. */
  [MYNA_SETTING_SEED] = { "seed", 0, 9007199254740992.0, 1, 0 },
  [MYNA_SETTING_MAX_TOKENS] = { "max_tokens", 0, 131072, 16, 0 },
  [MYNA_SETTING_CONTEXT_LENGTH] = { "context_length", 0, 1048576, 1024, 0 },
  [MYNA_SETTING_THREADS] = { "threads", 0, 256, 1, 0 },
};

static char *defaults; /* of the application; main thread */

const MynaSettingSpec *
myna_setting_get_spec (MynaSetting setting)
{
  g_return_val_if_fail (setting < MYNA_N_SETTINGS, NULL);

  return &specs[setting];
}

gboolean
myna_chat_settings_is_set (const MynaChatSettings *settings, MynaSetting setting)
{
  return (settings->set & (1u << setting)) != 0;
}

void
myna_chat_settings_set (MynaChatSettings *settings, MynaSetting setting, double value)
{
  const MynaSettingSpec *spec = &specs[setting];

  if (!isfinite (value))
    return;
  settings->values[setting] = CLAMP (value, spec->minimum, spec->maximum);
  if (spec->n_digits == 0)
    settings->values[setting] = floor (settings->values[setting]);
  settings->set |= 1u << setting;
}

void
myna_chat_settings_unset (MynaChatSettings *settings, MynaSetting setting)
{
  settings->set &= ~(1u << setting);
}

/* What is no name is left out. */
static char **
parse_tools (JsonArray *array)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < json_array_get_length (array) && names->len < MYNA_CHAT_SETTINGS_MAX_TOOLS; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_ptr_array_add (names, json_node_dup_string (node));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static const char *const modes[MYNA_N_MODES] = { NULL, "chat", "tools", "python" };

static MynaMode
parse_mode (JsonNode *node)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return MYNA_MODE_UNSET;
  for (MynaMode mode = MYNA_MODE_CHAT; mode < MYNA_N_MODES; mode++)
    if (g_str_equal (modes[mode], json_node_get_string (node)))
      return mode;
  return MYNA_MODE_UNSET;
}

static void
parse_object (MynaChatSettings *settings, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, TOOLS_KEY);

  if (node && JSON_NODE_HOLDS_ARRAY (node))
    settings->tools = parse_tools (json_node_get_array (node));
  settings->mode = parse_mode (json_object_get_member (object, MODE_KEY));
  node = json_object_get_member (object, THINKING_KEY);
  if (node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    settings->thinking = json_node_get_boolean (node) ? MYNA_THINKING_ON : MYNA_THINKING_OFF;
  node = json_object_get_member (object, SYSTEM_KEY);

  if (node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
      && strlen (json_node_get_string (node)) <= MYNA_CHAT_SETTINGS_MAX_PROMPT)
    settings->system_prompt = json_node_dup_string (node);
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      node = json_object_get_member (object, specs[i].key);
      if (node && JSON_NODE_HOLDS_VALUE (node)
          && (json_node_get_value_type (node) == G_TYPE_INT64 || json_node_get_value_type (node) == G_TYPE_DOUBLE))
        myna_chat_settings_set (settings, i, json_node_get_double (node));
    }
}

void
myna_chat_settings_parse (MynaChatSettings *ret_settings, const char *json)
{
  g_autoptr (JsonParser) parser = NULL;
  JsonNode *root;

  memset (ret_settings, 0, sizeof *ret_settings);
  if (!json || !*json)
    return;
  parser = json_parser_new ();
  if (!text_json_is_tame (json, strlen (json)) || !json_parser_load_from_data (parser, json, -1, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    parse_object (ret_settings, json_node_get_object (root));
}

char *
myna_chat_settings_to_json (const MynaChatSettings *settings)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autoptr (JsonNode) root = NULL;

  if (!settings->system_prompt && !settings->tools && !settings->thinking && !settings->mode && !settings->set)
    return NULL;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  if (settings->system_prompt)
    {
      json_builder_set_member_name (builder, SYSTEM_KEY);
      json_builder_add_string_value (builder, settings->system_prompt);
    }
  if (settings->tools)
    {
      json_builder_set_member_name (builder, TOOLS_KEY);
      json_builder_begin_array (builder);
      for (char **name = settings->tools; *name; name++)
        json_builder_add_string_value (builder, *name);
      json_builder_end_array (builder);
    }
  if (settings->mode)
    {
      json_builder_set_member_name (builder, MODE_KEY);
      json_builder_add_string_value (builder, modes[settings->mode]);
    }
  if (settings->thinking)
    {
      json_builder_set_member_name (builder, THINKING_KEY);
      json_builder_add_boolean_value (builder, settings->thinking == MYNA_THINKING_ON);
    }
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      if (!myna_chat_settings_is_set (settings, i))
        continue;
      json_builder_set_member_name (builder, specs[i].key);
      if (specs[i].n_digits == 0)
        json_builder_add_int_value (builder, (gint64) settings->values[i]);
      else
        json_builder_add_double_value (builder, settings->values[i]);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);

  return json_to_string (root, FALSE);
}

void
myna_chat_settings_clear (MynaChatSettings *settings)
{
  g_clear_pointer (&settings->system_prompt, g_free);
  g_clear_pointer (&settings->tools, g_strfreev);
  settings->thinking = MYNA_THINKING_UNSET;
  settings->mode = MYNA_MODE_UNSET;
  settings->set = 0;
}

char *
myna_chat_settings_dup_with_tools (const char *json, const char *others)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_auto (MynaChatSettings) from = { 0 };

  myna_chat_settings_parse (&settings, json);
  myna_chat_settings_parse (&from, others);
  g_strfreev (settings.tools);
  settings.tools = g_steal_pointer (&from.tools);
  settings.mode = from.mode;
  return myna_chat_settings_to_json (&settings);
}

double
myna_setting_get (MynaSetting setting, const GlmSampling *sampling, const GlmActorLoadOptions *options)
{
  switch (setting)
    {
    case MYNA_SETTING_TEMPERATURE: return (double) sampling->temperature;
    case MYNA_SETTING_TOP_P: return (double) sampling->top_p;
    case MYNA_SETTING_TOP_K: return sampling->top_k;
    case MYNA_SETTING_MIN_P: return (double) sampling->min_p;
    case MYNA_SETTING_REPETITION_PENALTY: return (double) sampling->repetition_penalty;
    case MYNA_SETTING_SEED: return (double) sampling->seed;
    case MYNA_SETTING_MAX_TOKENS: return sampling->max_tokens;
    case MYNA_SETTING_CONTEXT_LENGTH: return options->context_length;
    case MYNA_SETTING_THREADS: return options->n_threads;
    case MYNA_N_SETTINGS:
    default: return 0;
    }
}

static void
apply_one (GlmSampling *sampling, MynaSetting setting, double value)
{
  switch (setting)
    {
    case MYNA_SETTING_TEMPERATURE: sampling->temperature = (float) value; break;
    case MYNA_SETTING_TOP_P: sampling->top_p = (float) value; break;
    case MYNA_SETTING_TOP_K: sampling->top_k = (int) value; break;
    case MYNA_SETTING_MIN_P: sampling->min_p = (float) value; break;
    case MYNA_SETTING_REPETITION_PENALTY: sampling->repetition_penalty = (float) value; break;
    case MYNA_SETTING_SEED: sampling->seed = (guint64) value; break;
    case MYNA_SETTING_MAX_TOKENS: sampling->max_tokens = (int) value; break;
    case MYNA_SETTING_CONTEXT_LENGTH:
    case MYNA_SETTING_THREADS:
    case MYNA_N_SETTINGS:
    default: break;
    }
}

void
myna_chat_settings_apply (const MynaChatSettings *settings, GlmSampling *sampling)
{
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      if (myna_chat_settings_is_set (settings, i))
        apply_one (sampling, i, settings->values[i]);
    }
}

void
myna_chat_settings_set_defaults (const char *json)
{
  g_free (defaults);
  defaults = g_strdup (json);
}

void
myna_chat_settings_resolve (const char *json, GlmSampling *sampling, char **ret_system_prompt)
{
  g_auto (MynaChatSettings) application = { 0 };
  g_auto (MynaChatSettings) conversation = { 0 };
  const char *system_prompt;

  myna_chat_settings_parse (&application, defaults);
  myna_chat_settings_parse (&conversation, json);
  myna_chat_settings_apply (&application, sampling);
  myna_chat_settings_apply (&conversation, sampling);
  system_prompt = conversation.system_prompt ? conversation.system_prompt : application.system_prompt;
  *ret_system_prompt = system_prompt && *system_prompt ? g_strdup (system_prompt) : NULL;
}

static MynaMode
find_mode (const char *json)
{
  g_auto (MynaChatSettings) application = { 0 };
  g_auto (MynaChatSettings) conversation = { 0 };

  myna_chat_settings_parse (&application, defaults);
  myna_chat_settings_parse (&conversation, json);
  return conversation.mode ? conversation.mode : application.mode;
}

MynaMode
myna_chat_settings_resolve_mode (const char *json)
{
  MynaMode mode = find_mode (json);
  g_auto (GStrv) tools = NULL;

  if (mode != MYNA_MODE_UNSET)
    return mode;
  tools = myna_chat_settings_resolve_named_tools (json);
  return tools ? MYNA_MODE_TOOLS : MYNA_MODE_CHAT;
}

char **
myna_chat_settings_resolve_tools (const char *json)
{
  static const char *const python[] = { "python", NULL };
  MynaMode mode = find_mode (json);

  return mode == MYNA_MODE_PYTHON ? g_strdupv ((GStrv) python)
         : mode == MYNA_MODE_CHAT ? NULL
                                  : myna_chat_settings_resolve_named_tools (json);
}

char **
myna_chat_settings_resolve_named_tools (const char *json)
{
  g_auto (MynaChatSettings) application = { 0 };
  g_auto (MynaChatSettings) conversation = { 0 };
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  char **tools;

  myna_chat_settings_parse (&application, defaults);
  myna_chat_settings_parse (&conversation, json);
  tools = conversation.tools ? conversation.tools : application.tools;
  for (guint i = 0; tools && i < tool_get_n_tools (); i++)
    if (g_strv_contains ((const char *const *) tools, tool_get_name (tool_get (i))))
      g_ptr_array_add (names, g_strdup (tool_get_name (tool_get (i))));
  if (names->len == 0)
    return NULL;
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

gboolean
myna_chat_settings_resolve_thinking (const char *json)
{
  g_auto (MynaChatSettings) application = { 0 };
  g_auto (MynaChatSettings) conversation = { 0 };

  myna_chat_settings_parse (&application, defaults);
  myna_chat_settings_parse (&conversation, json);
  return (conversation.thinking ? conversation.thinking : application.thinking) != MYNA_THINKING_OFF;
}

void
myna_chat_settings_resolve_load (const char *json, GlmActorLoadOptions *options)
{
  g_auto (MynaChatSettings) conversation = { 0 };

  myna_chat_settings_parse (&conversation, json);
  if (myna_chat_settings_is_set (&conversation, MYNA_SETTING_CONTEXT_LENGTH))
    options->context_length = (int) conversation.values[MYNA_SETTING_CONTEXT_LENGTH];
  if (myna_chat_settings_is_set (&conversation, MYNA_SETTING_THREADS))
    options->n_threads = (int) conversation.values[MYNA_SETTING_THREADS];
}
