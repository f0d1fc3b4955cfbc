/* prompts.h: texts that a person sends again and again, with gaps for what is copied, selected and so on (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_PROMPTS_MAX     500
#define MYNA_PROMPT_MAX_NAME 80          /* characters */
#define MYNA_PROMPT_MAX_TEXT (64 * 1024) /* bytes */

typedef struct
{
  char *name;
  char *text;
  gboolean is_own; /* else it comes with Myna, and cannot be changed */
} MynaPrompt;

typedef struct _MynaPrompts MynaPrompts;

/* The prompts of the current user.  Main thread. */
MynaPrompts *myna_prompts_get_default (void);
/* Reads the user's own prompts from this file. */
MynaPrompts *myna_prompts_new (const char *path) G_GNUC_WARN_UNUSED_RESULT;
void myna_prompts_free (MynaPrompts *self);
/* What is said above their list: how to come to one, or that their file cannot be read.  Static. */
const char *myna_prompts_get_word (const MynaPrompts *self);
/* MynaPrompt, the own ones first; both are the object's, until the next change. */
GPtrArray *myna_prompts_get_list (MynaPrompts *self);
/* Adds a prompt, or (index: of an own one) changes it, and saves all.  FALSE, with the list as it was: G_FILE_ERROR where it cannot be
 * saved, G_IO_ERROR where a name or text is empty or too long, or there are too many. */
gboolean myna_prompts_add (MynaPrompts *self, const char *name, const char *text, GError **error);
gboolean myna_prompts_change (MynaPrompts *self, guint index, const char *name, const char *text, GError **error);
gboolean myna_prompts_remove (MynaPrompts *self, guint index, GError **error);

/* The gaps of a prompt: {clipboard}, {selection}, {date} and {text}. */
gboolean myna_prompt_has_gap (const char *text, const char *name);
/* The text with its gaps filled (NULL: with nothing).  {text} is where the person writes: ret_cursor, in characters; where there is none,
 * at the end.  The caller frees. */
char *myna_prompt_fill (const char *text, const char *clipboard, const char *selection,
                        guint *ret_cursor) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
