/* myna-prompt.h: a conversation as turns for the model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/actor/glm-actor.h"
#include "chat/myna-message.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *turns;     /* GlmTurn: the system's first, then those of the messages */
  GArray *positions; /* guint: of each turn's message; of the system's turn that of the next one */
  GPtrArray *texts;  /* what the turns point to */
  gboolean cut;      /* there are messages before, which could not fit */
  gboolean has_attachments;
  /* Position of the first message that has something of documents; G_MAXUINT: none of those that were read. */
  guint first_given;
} MynaPrompt;

typedef enum
{
  MYNA_PROMPT_AS_FILES = 1 << 0, /* see myna_attachments_prepend() */
  MYNA_PROMPT_ADDS = 1 << 1,     /* what the last question is given was decided for a prompt that begins earlier */
} MynaPromptFlags;

/* Reads the texts of messages [first, end), from the end backwards and only as far as a context of this length (0: not
 * known) could reach.  Which turns are taken is for glm_model_fit() to say.  system: NULL or "": none.  What the
 * last question is given of the documents is decided first, and stored; not so with MYNA_PROMPT_AS_FILES. */
void myna_prompt_read_async (StoreDb *store, GPtrArray *messages, guint first, const char *system, int context_length,
                             MynaPromptFlags flags, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
/* The same, of questions that were answered: nothing is decided, and nothing stored. */
void myna_prompt_peek_async (StoreDb *store, GPtrArray *messages, guint first, const char *system, int context_length,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* For both. */
MynaPrompt *myna_prompt_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the model lacks something of documents, which its last question was not given because it was to stand in the prompt: that begins
 * with the turn, and was read from message `first` on. */
gboolean myna_prompt_lacks (const MynaPrompt *prompt, guint first, gsize first_turn);
/* call: of an assistant's turn that asks for a tool; else NULL. */
void myna_prompt_add_turn (MynaPrompt *prompt, const char *role, const StoreCall *call, const char *text, guint position);
void myna_prompt_free (MynaPrompt *prompt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPrompt, myna_prompt_free)

G_END_DECLS
