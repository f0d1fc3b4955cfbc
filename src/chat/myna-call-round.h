/* myna-call-round.h: the calls of one generation, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-call-run.h"
#include "chat/myna-generator.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_ROUND (myna_call_round_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallRound, myna_call_round, MYNA, CALL_ROUND, GObject)

typedef struct
{
  /* The state of the call is another. */
  void (*changed) (MynaCallRound *round, MynaCallRunState state, gpointer owner);
  /* The model is told this; a message of its own. */
  void (*observed) (MynaCallRound *round, MynaMessage *observation, gpointer owner);
  /* No call is left; the last call of these.  is_whole: each has its observation, in the store. */
  void (*ended) (MynaCallRound *round, gboolean is_whole, gpointer owner);
} MynaCallRoundFuncs;

/* What the loaded model was trained with. */
typedef struct
{
  gsize budget;   /* characters of a result that it gets, and no more than a quarter of the context that is free */
  guint n_rounds; /* rounds of calls before the person is asked whether to go on */
} MynaCallLimits;

/* n_used: tokens that the model holds. */
MynaCallLimits myna_call_limits (MynaGenerator *generator, gsize n_used);

/* The tools of these names (NULL: none), of GlmTool with the registry's texts, as a prompt offers them: none where the loaded model
 * cannot call any. */
GArray *myna_call_offer (MynaGenerator *generator, char **names) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the interpreter is among the names, and the loaded model writes programs. */
gboolean myna_call_offers_python (MynaGenerator *generator, char **names);

/* Whether a branch that ends with this message waits for the outcome of a call, or for what the model says to it. */
gboolean myna_call_round_can_resume (MynaMessage *message);
/* Whether the message, with which something went wrong, is a call that is stored or an observation: resuming stores, or
 * runs, what was not. */
gboolean myna_call_round_is_unfinished (MynaMessage *message);
/* Where the calls begin that stand at the end of these messages, with the observations that there are; the number of messages
 * where there are none. */
guint myna_call_round_find (GPtrArray *messages);
/* How many rounds of calls there were since the person's last message. */
guint myna_call_round_count (GPtrArray *messages);

/* spec: message is NULL, messages the whole branch; its calls begin at `start`, and the first ones may have observations.
 * is_allowed is for the first that has none. */
MynaCallRound *myna_call_round_new (const MynaCallSpec *spec, guint start, const MynaCallRoundFuncs *funcs,
                                    gpointer owner) G_GNUC_WARN_UNUSED_RESULT;
void myna_call_round_start (MynaCallRound *self);
/* Starts no more calls.  Stops a running one; one that waits for permission can be asked about again. */
void myna_call_round_stop (MynaCallRound *self);
/* The program ends: calls back no more. */
void myna_call_round_abandon (MynaCallRound *self);
/* The call that is at work; NULL: none. */
MynaCallRun *myna_call_round_get_run (MynaCallRound *self);
/* Whether the model repeats itself, and nothing follows. */
gboolean myna_call_round_ends_turn (MynaCallRound *self);

G_END_DECLS
