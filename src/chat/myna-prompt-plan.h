/* myna-prompt-plan.h: which turns of a conversation the model is given
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-generator.h"
#include "chat/myna-message.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *turns; /* GlmTurn, pointing into texts */
  GPtrArray *texts;
  guint first; /* index of the first message that was taken */
} MynaPromptPlan;

void myna_prompt_plan_free (MynaPromptPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPromptPlan, myna_prompt_plan_free)

/* Chooses from the messages (first to last; copied) those that fit the model's context with room for a reply, reading texts
 * that are not loaded.  The oldest are left out, always so that the prompt begins with a question; messages before
 * min_first were left out earlier and stay so.  system: text put before all, never left out, or NULL.  continue_text: the
 * beginning of the reply, or NULL. */
void myna_prompt_plan_async (MynaGenerator *generator, StoreDb *store, GPtrArray *messages, guint min_first, const char *system,
                             const char *continue_text, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
MynaPromptPlan *myna_prompt_plan_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
