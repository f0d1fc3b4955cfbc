/* myna-chat-settings-page.h: rows that change how the model answers: system prompt and sampling
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-chat-settings.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CHAT_SETTINGS_PAGE (myna_chat_settings_page_get_type ())
G_DECLARE_FINAL_TYPE (MynaChatSettingsPage, myna_chat_settings_page, MYNA, CHAT_SETTINGS_PAGE, AdwPreferencesPage)

typedef enum
{
  MYNA_CHAT_SETTINGS_OF_ALL, /* what new chats begin with; how models are loaded stands among the preferences */
  MYNA_CHAT_SETTINGS_OF_CHAT,
  MYNA_CHAT_SETTINGS_OF_PERSONA, /* offers no personas itself */
} MynaChatSettingsScope;

/* Signals: changed: the person set something; persona-chosen (MynaPersona *): after its settings were taken over; save-as-persona: the
 * button for that. */
GtkWidget *myna_chat_settings_page_new (MynaChatSettingsScope scope, GtkWidget *first_group); /* above the others, or NULL */
/* NULL: nothing is set. */
const char *myna_chat_settings_page_get_json (MynaChatSettingsPage *self);
void myna_chat_settings_page_set_json (MynaChatSettingsPage *self, const char *json);
/* What the level above gives where nothing is set: shown, dimmed.  system_prompt may be NULL. */
void myna_chat_settings_page_set_fallback (MynaChatSettingsPage *self, const GlmSampling *sampling,
                                           const GlmActorLoadOptions *options, const char *system_prompt);

G_END_DECLS
