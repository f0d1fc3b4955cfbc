/* setting-words.c: what a person is told of the settings of a chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/setting-words.h"

#include <glib/gi18n.h>

MynaSettingWords
myna_setting_get_words (MynaSetting setting)
{
  static const MynaSettingWords texts[MYNA_N_SETTINGS] = {
    [MYNA_SETTING_TEMPERATURE] = { N_ ("Temperature"), N_ ("Lower values are more predictable, higher values more varied") },
    [MYNA_SETTING_TOP_P] = { N_ ("Top-p"),
                             N_ ("Choose from the most likely words that add up to this probability. 1 turns it off") },
    [MYNA_SETTING_TOP_K] = { N_ ("Top-k"), N_ ("Choose from this many of the most likely words"), N_ ("Off") },
    [MYNA_SETTING_MIN_P] = { N_ ("Min-p"), N_ ("Leave out words much less likely than the most likely one"), N_ ("Off") },
    [MYNA_SETTING_REPETITION_PENALTY] = { N_ ("Repetition Penalty"), N_ ("Values above 1 avoid repetition. 1 turns it off") },
    [MYNA_SETTING_SEED] = { N_ ("Seed"), N_ ("The same seed gives the same reply"), N_ ("Automatic") },
    [MYNA_SETTING_MAX_TOKENS] = { N_ ("Maximum Reply Length"), N_ ("In tokens"), N_ ("Automatic") },
    [MYNA_SETTING_CONTEXT_LENGTH] = { N_ ("Context Length"), N_ ("In tokens. Longer contexts need more memory"),
                                      N_ ("Automatic") },
    [MYNA_SETTING_THREADS] = { N_ ("Cores"), N_ ("Automatic uses all physical cores"), N_ ("Automatic") },
  };
  MynaSettingWords words = texts[setting];

  return (MynaSettingWords){ _ (words.title), _ (words.subtitle), words.zero ? _ (words.zero) : NULL };
}
