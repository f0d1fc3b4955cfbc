/* persona-choice.h: the list from which it is chosen how replies are written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No persona, then the person's own settings where there were any, then the personas.
 */
#pragma once

#include "chat/myna-personas.h"

G_BEGIN_DECLS

typedef struct MynaPersonaChoice MynaPersonaChoice;

/* The personas must live as long. */
MynaPersonaChoice *myna_persona_choice_new (MynaPersonas *personas) G_GNUC_WARN_UNUSED_RESULT;
void myna_persona_choice_free (MynaPersonaChoice *self);
/* What holds now, as JSON; NULL: nothing is set.  The last settings that were no persona's can be chosen again. */
void myna_persona_choice_set (MynaPersonaChoice *self, const char *json);
/* The entries' names.  The caller frees. */
char **myna_persona_choice_dup_names (MynaPersonaChoice *self) G_GNUC_WARN_UNUSED_RESULT;
guint myna_persona_choice_get_n (MynaPersonaChoice *self);
/* The entry that holds now. */
guint myna_persona_choice_get_selected (MynaPersonaChoice *self);
/* The settings of an entry (NULL: none), and its persona (NULL: it is none); the caller owns both. */
char *myna_persona_choice_choose (MynaPersonaChoice *self, guint entry, MynaPersona **ret_persona) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
