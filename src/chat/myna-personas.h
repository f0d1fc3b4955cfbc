/* myna-personas.h: all personas: those that come with Myna, and the person's own, each a file (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"
#include "chat/myna-persona.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PERSONAS (myna_personas_get_type ())
G_DECLARE_FINAL_TYPE (MynaPersonas, myna_personas, MYNA, PERSONAS, GObject)

/* The personas of the current user.  Main thread. */
MynaPersonas *myna_personas_get_default (void);
/* The person's own lie in this folder, which is made when the first is added. */
MynaPersonas *myna_personas_new (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
/* A GListModel of MynaPersona, owned by the object: the bundled ones in the person's language, then the own ones by name. */
GListModel *myna_personas_get_list (MynaPersonas *self);
/* What is said below the person's own: which files are left out, or what personas are; NULL: nothing.  The caller frees. */
char *myna_personas_dup_word (MynaPersonas *self) G_GNUC_WARN_UNUSED_RESULT;
/* Bundled ones cannot be changed; a copy can. */
gboolean myna_personas_is_own (MynaPersonas *self, MynaPersona *persona);
/* Adds and saves it, under another name if its own is taken ("Teacher 2").  Returns what is on the list then, owned by it;
 * NULL with an error of G_FILE_ERROR where it cannot be saved, or of G_IO_ERROR where there are too many. */
MynaPersona *myna_personas_add (MynaPersonas *self, MynaPersona *persona, GError **error);
/* Puts `changed` in the place of one of the person's own. */
gboolean myna_personas_change (MynaPersonas *self, MynaPersona *persona, MynaPersona *changed, GError **error);
gboolean myna_personas_remove (MynaPersonas *self, MynaPersona *persona, GError **error);
/* The one of this name, or NULL. */
MynaPersona *myna_personas_find_named (MynaPersonas *self, const char *name);
/* The conversation is held with this persona from now on (NULL: with none), and with its model where this computer has it.
 * Whether it thinks stays as it was, unless the persona says it. */
void myna_personas_apply (MynaPersona *persona, MynaConversation *conversation, MynaModelLibrary *models);
/* The one with exactly these settings (NULL for none), or NULL.  Whether the model is to think and its tools are not compared:
 * they are chosen for a chat. */
MynaPersona *myna_personas_find (MynaPersonas *self, const char *settings);

/* Adds the persona of an exported file. */
void myna_personas_import_async (MynaPersonas *self, GFile *file, GAsyncReadyCallback callback, gpointer user_data);
gboolean myna_personas_import_finish (MynaPersonas *self, GAsyncResult *result, GError **error);

G_END_DECLS
