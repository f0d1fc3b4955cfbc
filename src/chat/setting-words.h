/* setting-words.h: what a person is told of the settings of a chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-chat-settings.h"

G_BEGIN_DECLS

/* All static and translated. */
typedef struct
{
  const char *title;
  const char *subtitle;
  const char *zero; /* the word for 0; NULL: a number like others */
} MynaSettingWords;

MynaSettingWords myna_setting_get_words (MynaSetting setting);

G_END_DECLS
