/* myna-chat-settings.h: how the model answers in a conversation: system prompt, sampling and size (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept as a small JSON object in the conversation's row and, for new conversations, in the application's settings.  What
 * is not in it is left to the level above: conversation, application, the model's family.
 */
#pragma once

#include <glib.h>

#include "engine/actor/glm-actor.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_SETTING_TEMPERATURE,
  MYNA_SETTING_TOP_P,
  MYNA_SETTING_TOP_K,
  MYNA_SETTING_MIN_P,
  MYNA_SETTING_REPETITION_PENALTY,
  MYNA_SETTING_SEED,
  MYNA_SETTING_MAX_TOKENS,
  MYNA_SETTING_CONTEXT_LENGTH, /* this one and those after it are no sampling: they say how the model is loaded */
  MYNA_SETTING_THREADS,
  MYNA_N_SETTINGS
} MynaSetting;

typedef struct
{
  const char *key; /* in the JSON */
  double minimum, maximum, step;
  int n_digits; /* after the decimal point */
} MynaSettingSpec;

/* Whether the model thinks before it answers, where it can answer at once. */
typedef enum
{
  MYNA_THINKING_UNSET,
  MYNA_THINKING_OFF,
  MYNA_THINKING_ON,
} MynaThinking;

/* What the model may do beside answering. */
typedef enum
{
  MYNA_MODE_UNSET, /* it may use the tools that are named */
  MYNA_MODE_CHAT,  /* nothing, whatever is named */
  MYNA_MODE_TOOLS,
  MYNA_MODE_PYTHON, /* write programs, which are run in a sandbox */
  MYNA_N_MODES
} MynaMode;

typedef struct
{
  char *system_prompt; /* NULL: not set; "" : none, whatever the level above says */
  char **tools;        /* names of those that the model may call; NULL: not set; empty: none, whatever the level above says */
  MynaThinking thinking;
  MynaMode mode;
  guint set; /* bit (1 << MynaSetting): the value is there */
  double values[MYNA_N_SETTINGS];
} MynaChatSettings;

#define MYNA_CHAT_SETTINGS_MAX_PROMPT 32768 /* bytes of a system prompt */
#define MYNA_CHAT_SETTINGS_MAX_TOOLS  64

const MynaSettingSpec *myna_setting_get_spec (MynaSetting setting);

/* Reads the JSON; NULL, "" and what is not sound give settings with nothing in them.  Values are kept in their ranges. */
void myna_chat_settings_parse (MynaChatSettings *ret_settings, const char *json);
/* NULL if nothing is set; the caller frees. */
char *myna_chat_settings_to_json (const MynaChatSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
void myna_chat_settings_clear (MynaChatSettings *settings);
/* These settings with the tools and the mode of others (NULL: none are set); both as JSON.  NULL if nothing is set; the caller frees. */
char *myna_chat_settings_dup_with_tools (const char *json, const char *others) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MynaChatSettings, myna_chat_settings_clear)

gboolean myna_chat_settings_is_set (const MynaChatSettings *settings, MynaSetting setting);
void myna_chat_settings_set (MynaChatSettings *settings, MynaSetting setting, double value);
void myna_chat_settings_unset (MynaChatSettings *settings, MynaSetting setting);
/* What these hold for this setting. */
double myna_setting_get (MynaSetting setting, const GlmSampling *sampling, const GlmActorLoadOptions *options);
/* Writes what is set over the sampling. */
void myna_chat_settings_apply (const MynaChatSettings *settings, GlmSampling *sampling);

/* What new conversations begin with, as JSON; the application calls this when its setting changes. */
void myna_chat_settings_set_defaults (const char *json);
/* The sampling and the system prompt (NULL: none; the caller frees) of a conversation with these settings: *sampling is
 * the family's and receives what the application and the conversation say. */
void myna_chat_settings_resolve (const char *json, GlmSampling *sampling, char **ret_system_prompt);
/* The tools of a conversation with these settings, NULL where there are none; the caller frees.  In the order of the registry, so
 * that prompts begin alike and the kept state is used again; those that there are not any more are left out.  In the mode for it
 * the interpreter alone. */
char **myna_chat_settings_resolve_tools (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* All tools that are named, in any mode. */
char **myna_chat_settings_resolve_named_tools (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* CHAT, TOOLS or PYTHON. */
MynaMode myna_chat_settings_resolve_mode (const char *json);
/* Whether the model thinks in a conversation with these settings: it does where nothing else is said. */
gboolean myna_chat_settings_resolve_thinking (const char *json);
/* How the model is loaded for a conversation with these settings: *options is the preferences' and receives what the
 * conversation says. */
void myna_chat_settings_resolve_load (const char *json, GlmActorLoadOptions *options);

G_END_DECLS
