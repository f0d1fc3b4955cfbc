/* actor-thread.h: the thread behind GlmActor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The thread owns the model and the session.  Guests' jobs have a queue and a thread of their own, which begins with the first
 * of them and uses the same model; it stands still where that is replaced.  Either thread takes jobs from its queue, one after the
 * other, and answers with events, which it delivers to the main context in order.  A job that reads ahead is in neither queue: it
 * is begun when both are empty, and put off by whatever comes.  Nothing else is shared, and the queues are guarded by one mutex (a
 * pthread one: ThreadSanitizer does not see through GMutex).
 *
 * Events are coalesced: text that follows text of the same kind and job is appended to it, progress replaces older progress, and
 * however many events wait there is one source for all of them, at most every 16 ms.
 */
#ifndef GLM_ACTOR_THREAD_H
#define GLM_ACTOR_THREAD_H

#include <glib.h>

#include "engine/actor/glm-actor.h"
#include "engine/engine.h"

G_BEGIN_DECLS

typedef enum
{
  GLM_JOB_LOAD,
  GLM_JOB_UNLOAD,
  GLM_JOB_GENERATE,
  GLM_JOB_RESTORE,
  GLM_JOB_FORGET,
  GLM_JOB_COUNT,
  GLM_JOB_FORGET_GUESTS,
} GlmJobType;

typedef struct
{
  GlmJobType type;
  guint64 id;
  GlmCancel cancel;
  atomic_bool answer; /* GENERATE: the thought is to end */
  char *path;         /* LOAD: the model; GENERATE (or NULL), RESTORE, FORGET: the conversation's state */
  char *model_path;   /* GENERATE: the model that is meant, or NULL: any */
  gboolean only_plan;
  GlmActorLoadOptions options;
  GlmTurn *turns; /* GENERATE: a deep copy */
  gsize n_turns;
  char *reply;
  GlmFit fit; /* its tools: a deep copy */
  GlmSampling sampling;
  gboolean is_guest; /* of the guests' queue */
  gboolean is_ahead; /* see GlmRequest.is_ahead */
  gboolean yields;   /* … and it is canceled only for now.  Guarded by the thread's mutex */
  gboolean is_open;  /* … its run is over without its end */
  GlmForm form;      /* a deep copy */
  char *text;        /* or NULL */
  GlmTokens ids;     /* a copy; none: turns or text */
  gboolean wants_chances;
  gsize n_top;
} GlmJob;

typedef enum
{
  GLM_EVENT_STATE,
  GLM_EVENT_FRACTION,
  GLM_EVENT_LOADED, /* or not: has_error */
  GLM_EVENT_UNLOADED,
  GLM_EVENT_DEVICE,  /* the graphics card failed, and text says why */
  GLM_EVENT_COUNTED, /* or not: has_error */
  GLM_EVENT_PLANNED,
  GLM_EVENT_PROMPT,
  GLM_EVENT_PIECE,
  GLM_EVENT_CHANCE,
  GLM_EVENT_ENDED,
} GlmEventType;

/* What LOADED says about the model. */
typedef struct
{
  char *path;
  GlmModelInfo info;
  int context_length;
} GlmLoaded;

typedef struct
{
  GlmEventType type;
  guint64 id; /* of the job */
  GlmActorState state;
  double fraction;
  GlmLoaded *loaded;
  GlmPlanned planned;
  gsize n_tools;         /* COUNTED: tokens */
  GlmReplyKind kind;     /* PIECE */
  GString *text;         /* PIECE, DEVICE */
  GlmChance *chances;    /* CHANCE: [n_done], the first is the token's */
  gboolean at_once;      /* somebody waits for it at the other end of a connection */
  gsize n_done, n_total; /* PROMPT; PIECE: tokens so far */
  double seconds;        /* PIECE: since the first token */
  GlmResult result;      /* ENDED */
  gboolean has_error;
  GlmError error;
} GlmEvent;

typedef struct GlmActorThread GlmActorThread;

/* Called on the main context for each event, in order. */
typedef void (*GlmEventFunc) (const GlmEvent *event, GObject *owner);

/* The owner outlives the thread, and is not referenced by it. */
GlmActorThread *glm_actor_thread_new (GMainContext *context, GlmEventFunc func, GObject *owner);
/* Cancels everything, waits for the thread and frees it.  No event is delivered any more. */
void glm_actor_thread_free (GlmActorThread *thread);

GlmJob *glm_job_new (GlmJobType type, guint64 id);
void glm_job_set_turns (GlmJob *job, const GlmTurn *turns, gsize n_turns);
void glm_job_set_tools (GlmJob *job, const GlmToolSet *tools);
/* Takes the job. */
void glm_actor_thread_push (GlmActorThread *thread, GlmJob *job);
/* Cancels a job, running or waiting; may be called from any thread.  Unknown ids are ignored. */
void glm_actor_thread_cancel (GlmActorThread *thread, guint64 id);
/* Ends the thought of a generation, running or waiting.  Unknown ids are ignored. */
void glm_actor_thread_answer (GlmActorThread *thread, guint64 id);

/* The jobs' side, for what guests use: waits until no guest runs, after canceling the one that does, and lets none begin until
 * that is undone. */
void glm_actor_thread_stop_guests (GlmActorThread *thread);
void glm_actor_thread_let_guests (GlmActorThread *thread);
/* A guest's job, between two steps: waits while others run or want to, but not for ever. */
void glm_actor_thread_let_others_first (GlmActorThread *thread, const GlmJob *job);

/* Whether the thread is to end, so that nothing that can be left out should begin. */
gboolean glm_actor_thread_is_ending (GlmActorThread *thread);

/* For the jobs' side: delivers an event, which is taken. */
GlmEvent *glm_event_new (GlmEventType type, guint64 id);
void glm_actor_thread_post (GlmActorThread *thread, GlmEvent *event);

G_END_DECLS

#endif
