/* speech-parts.h: a text in pieces of one language, for the voices that read it aloud (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *text;
  const char *language; /* "zh", "ja", "ko", or the one for all other scripts; static, or the caller's */
} MynaSpeechPart;

/* Array of MynaSpeechPart, in their order: split where the script changes, and at ends of lines and sentences where a piece becomes
 * long.  A word or two of another script inside of a sentence belong to it.  other: the language of all scripts that tell of
 * none. */
GPtrArray *myna_speech_split (const char *text, const char *other) G_GNUC_WARN_UNUSED_RESULT;
/* The language of the person, if it is not one of those that have a script of their own; else "en".  Static. */
const char *myna_speech_get_other_language (void);

G_END_DECLS
