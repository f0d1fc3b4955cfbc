/* myna-persona.c: presets of system prompt and sampling (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The prompts are translated too: a model follows a system prompt best in the language of the conversation.
 */
#include "preferences/myna-persona.h"

#include <glib/gi18n.h>

static const struct
{
  const char *name;
  const char *prompt;
  double temperature;
} personas[] = {
  { N_("Teacher"),
    N_("You are a patient teacher. Explain step by step, in plain words, with a small example. Say so when you are not sure."),
    0.6 },
  { N_("Programmer"),
    N_("You are an experienced programmer. Answer with short, correct code and explain only what is not obvious."),
    0.3 },
  { N_("Translator"),
    N_("Translate what the person writes: Chinese into English, any other language into Chinese. Answer with the "
       "translation alone."),
    0.3 },
  { N_("Proofreader"),
    N_("Correct spelling, grammar and style of the text, keep its meaning and tone, and then list what you changed."),
    0.2 },
  { N_("Storyteller"),
    N_("You are a storyteller. Write vividly and with humour, and leave room for the reader's imagination."),
    1.0 },
  { N_("Exact and brief"),
    N_("Answer in as few words as the question allows. No introduction, no summary."),
    0.2 },
};

guint
myna_persona_get_n (void)
{
  return G_N_ELEMENTS (personas);
}

const char *
myna_persona_get_name (guint index)
{
  g_return_val_if_fail (index < G_N_ELEMENTS (personas), NULL);

  return _(personas[index].name);
}

void
myna_persona_apply (guint             index,
                    MynaChatSettings *settings)
{
  g_return_if_fail (index < G_N_ELEMENTS (personas));

  myna_chat_settings_clear (settings);
  settings->system_prompt = g_strdup (_(personas[index].prompt));
  myna_chat_settings_set (settings, MYNA_SETTING_TEMPERATURE, personas[index].temperature);
}
