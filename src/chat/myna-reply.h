/* myna-reply.h: one reply on its way from the prompt to the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   IDLE → PLANNING → WAITING → READING → WRITING → STORING → ENDED
 *              ↑   └──────┴─ STOPPING ───────┴─────────┘ │└──→ FAILED
 *              └──── RUNNING ←─ ASKING ←─ CALLING ←──────┘
 *
 * A reply that calls tools is a chain: each part that calls, each observation and the answer are messages of their own.  When
 * its parts are stored, each call is checked, the person is asked where that is needed, the tool runs, and the observation is
 * stored with the result; then the model goes on.  So it goes till the model answers, or
 *   - the person stops it: a call that runs is stopped, one that was not begun stays to be asked for again;
 *   - the person has something else to say: after the call that runs;
 *   - the model makes the same call a third time, or calls again though it was told that no tool is on;
 *   - there were 5 rounds (ChatGLM3) or 10, and the person does not want more.
 */
#pragma once

#include "chat/myna-call-round.h"
#include "chat/myna-generator.h"
#include "chat/myna-message.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REPLY (myna_reply_get_type ())
G_DECLARE_FINAL_TYPE (MynaReply, myna_reply, MYNA, REPLY, GObject)

typedef enum
{
  MYNA_REPLY_IDLE,     /* not begun */
  MYNA_REPLY_PLANNING, /* the texts of the prompt are read */
  MYNA_REPLY_WAITING,  /* the engine was asked; it loads its model or writes another reply */
  MYNA_REPLY_READING,  /* the engine evaluates the prompt */
  MYNA_REPLY_WRITING,
  MYNA_REPLY_CALLING,  /* a call is checked, or its outcome stored */
  MYNA_REPLY_ASKING,   /* the person is asked: see the question */
  MYNA_REPLY_RUNNING,  /* a tool runs */
  MYNA_REPLY_STOPPING, /* the person wants no more */
  MYNA_REPLY_STORING,  /* nothing more comes; the rows are on their way into the store */
  MYNA_REPLY_ENDED,    /* to the end, to a limit or stopped: the message's state says it */
  MYNA_REPLY_FAILED,   /* the message's error says why */
} MynaReplyState;

/* What the person is asked. */
typedef enum
{
  MYNA_QUESTION_NONE,
  MYNA_QUESTION_CALL,  /* may this call be run?  See the message, and the reason */
  MYNA_QUESTION_GO_ON, /* there were many rounds: more? */
} MynaQuestion;

typedef struct
{
  gsize n_done, n_total; /* tokens */
  double seconds_left;   /* estimate; negative: not known yet */
} MynaPromptProgress;

/* What the owner is told. */
typedef struct
{
  /* The state is another, or in READING the progress. */
  void (*changed) (MynaReply *reply, gpointer owner);
  /* The engine took the messages from this one on (NULL: all of them); its prompt has n_prompt tokens. */
  void (*planned) (MynaReply *reply, MynaMessage *first, int n_prompt, gpointer owner);
  /* A further message of the same reply has begun. */
  void (*part) (MynaReply *reply, MynaMessage *message, gpointer owner);
  /* Whether the person has something else to say, so that the reply ends after the call that runs.  NULL: never. */
  gboolean (*is_urgent) (MynaReply *reply, gpointer owner);
} MynaReplyFuncs;

/* message: what is written into; one that has text is continued.  owner, a GObject, is kept from the beginning of the work to
 * its end, so that a reply goes on when nobody else holds its conversation. */
MynaReply *myna_reply_new (MynaGenerator *generator, const MynaRecipe *recipe, MynaMessage *message,
                           const MynaReplyFuncs *funcs, gpointer owner) G_GNUC_WARN_UNUSED_RESULT;
/* Answers these messages. An earlier prompt left out those before `first`. */
void myna_reply_start (MynaReply *self, GPtrArray *messages, guint first);
/* Goes on where a reply ended after a call: the last messages of these are calls, and the observations that there are.  message:
 * the last of them. */
void myna_reply_resume (MynaReply *self, GPtrArray *messages, guint first);
/* Stores a call that has no row yet, runs it, as the person wants, and goes on. */
void myna_reply_run (MynaReply *self, GPtrArray *messages, guint first);
/* Stores once more what was written, after that had failed. */
void myna_reply_store (MynaReply *self);
/* While it thinks: the thought ends, and the model answers. */
void myna_reply_answer_now (MynaReply *self);
/* What was written till now is kept. */
void myna_reply_stop (MynaReply *self);
/* The program ends: the store is given what there is, as interrupted, and nothing is waited for. */
void myna_reply_abandon (MynaReply *self);

/* In ASKING; NONE otherwise. */
MynaQuestion myna_reply_get_question (MynaReply *self);
/* The call that is checked, asked for or run now, and why it asks; NULL: none. */
MynaCallRun *myna_reply_get_run (MynaReply *self);
/* The answer to the question: yes.  arguments: as the person changed those of the call, JSON; NULL: as they are.  FALSE and an
 * error where they cannot be run; it still asks. */
gboolean myna_reply_allow (MynaReply *self, MynaAllowScope scope, const char *arguments, GError **error);
/* The answer: no.  words: for the model to read; NULL: none. */
void myna_reply_deny (MynaReply *self, const char *words);

MynaReplyState myna_reply_get_state (MynaReply *self);
/* Whether a thought is being written.  Also a property, "thinking", that notifies. */
gboolean myna_reply_is_thinking (MynaReply *self);
/* Whether there is work under way. */
gboolean myna_reply_is_busy (MynaReply *self);
/* The message that is being written, or was last. */
MynaMessage *myna_reply_get_message (MynaReply *self);
/* The path of its model; NULL: the default. */
const char *myna_reply_get_model (MynaReply *self);
/* Meaningful in READING. */
void myna_reply_get_progress (MynaReply *self, MynaPromptProgress *ret_progress);
/* Tokens a second; 0: not known yet. */
double myna_reply_get_rate (MynaReply *self);

G_END_DECLS
