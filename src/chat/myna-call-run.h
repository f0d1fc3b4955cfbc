/* myna-call-run.h: one call of a tool on its way from the model's words to the observation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   CHECKING → ASKING → RUNNING → STORING → ENDED
 *       └─────────┴────────────────┘
 *
 * The call's row is RUNNING on the disk before the tool begins, and has its result together with the observation: a crash at
 * any moment leaves a call that was not run, one that is lost, or both.
 */
#pragma once

#include "chat/myna-message.h"
#include "chat/myna-permission.h"
#include "chat/myna-python.h"
#include "engine/engine.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_RUN (myna_call_run_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallRun, myna_call_run, MYNA, CALL_RUN, GObject)

typedef enum
{
  MYNA_CALL_RUN_CHECKING, /* is there such a tool, was it called before, may it be run? */
  MYNA_CALL_RUN_ASKING,   /* the person is asked */
  MYNA_CALL_RUN_RUNNING,
  MYNA_CALL_RUN_STORING,
  MYNA_CALL_RUN_ENDED,
} MynaCallRunState;

typedef struct
{
  StoreDb *store;
  gint64 conversation_id;
  MynaMessage *message;     /* what asks: an assistant's message with a call and a row */
  GPtrArray *messages;      /* MynaMessage: the branch, up to the last message that is there */
  const char *const *tools; /* names of those that were offered */
  MynaPython *python;       /* where programs run; NULL: nowhere */
  gsize budget;             /* characters of the result that the model gets */
  gboolean is_allowed;      /* the person has said so already */
  MynaMessage *unsaved;     /* its observation, which could not be stored: it is stored again, and nothing run; or NULL */
} MynaCallSpec;

typedef struct
{
  /* The state is another. */
  void (*changed) (MynaCallRun *run, gpointer owner);
  /* It is over.  The last call of these. */
  void (*ended) (MynaCallRun *run, gpointer owner);
} MynaCallRunFuncs;

/* The call to be made again: nothing was run yet.  arguments: JSON, or NULL for those of the call. */
StoreCall *myna_call_dup_again (const StoreCall *call, const char *arguments) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the tool takes these arguments, JSON; the error is a sentence in English. */
gboolean myna_call_check_arguments (const char *tool, const char *arguments, GError **error);

/* owner, a GObject, is kept until the run has ended. */
MynaCallRun *myna_call_run_new (const MynaCallSpec *spec, const MynaCallRunFuncs *funcs,
                                gpointer owner) G_GNUC_WARN_UNUSED_RESULT;
void myna_call_run_start (MynaCallRun *self);
/* In ASKING.  arguments: as the person changed them, JSON, or NULL; FALSE and an error where these cannot be run, and it still
 * asks. */
gboolean myna_call_run_allow (MynaCallRun *self, MynaAllowScope scope, const char *arguments, GError **error);
/* In ASKING.  words: what the person has to say to the model; NULL: nothing. */
void myna_call_run_deny (MynaCallRun *self, const char *words);
/* A call that was not begun stays as it is, to be asked for again; one that runs is stopped. */
void myna_call_run_stop (MynaCallRun *self);
/* The program ends: calls back no more. */
void myna_call_run_abandon (MynaCallRun *self);

MynaCallRunState myna_call_run_get_state (MynaCallRun *self);
MynaMessage *myna_call_run_get_message (MynaCallRun *self);
/* In ASKING. */
MynaAskReason myna_call_run_get_reason (MynaCallRun *self);
/* Where the tool has changed since the person allowed it: the fingerprint that it had; else "". */
const char *myna_call_run_get_allowed (MynaCallRun *self);
/* In ENDED: what the model is told, stored, or with its error where it could not be.  NULL: nothing came of the call. */
MynaMessage *myna_call_run_get_observation (MynaCallRun *self);
/* In ENDED: the model repeats itself, and nothing follows. */
gboolean myna_call_run_ends_turn (MynaCallRun *self);

G_END_DECLS
