/* myna-persona.h: presets of system prompt and sampling (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "preferences/myna-chat-settings.h"

G_BEGIN_DECLS

guint       myna_persona_get_n    (void);
/* In the person's language. */
const char *myna_persona_get_name (guint             index);
/* Writes the preset over the settings; what it says nothing about is unset. */
void        myna_persona_apply    (guint             index,
                                   MynaChatSettings *settings);

G_END_DECLS
