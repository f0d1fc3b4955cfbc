/* glm-actor.h: the engine as a GObject: one thread that owns the model and the session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Methods are called on the main thread and return at once; the work happens on the actor's thread, one request after
 * the other, and callbacks run in the main context that was the thread default when the actor was made.  Text reaches
 * the main context coalesced: never one source per token.  After glm_actor_stop() or glm_request_cancel() no further
 * piece of that request arrives, only its end.
 */
#ifndef GLM_ACTOR_H
#define GLM_ACTOR_H

#include <gio/gio.h>

#include "engine/actor/engine-error.h"
#include "engine/engine.h"

G_BEGIN_DECLS

#define GLM_TYPE_ACTOR (glm_actor_get_type ())
G_DECLARE_FINAL_TYPE (GlmActor, glm_actor, GLM, ACTOR, GObject)

/**
 * GlmActor:state:
 *
 * What the engine does now.  Notified on the main context.
 */
typedef enum
{
  GLM_ACTOR_EMPTY, /* no model */
  GLM_ACTOR_LOADING,
  GLM_ACTOR_READY,
  GLM_ACTOR_READING, /* evaluating a prompt */
  GLM_ACTOR_GENERATING,
} GlmActorState;

/* Properties: "state" (int), "model-path" (string or NULL), "load-fraction" (double), "device-problem" (string or NULL). */
GlmActor *glm_actor_new (void);
GlmActorState glm_actor_get_state (GlmActor *self);
const char *glm_actor_get_model_path (GlmActor *self);
double glm_actor_get_load_fraction (GlmActor *self);
/* What is loaded, or NULL.  Valid until the next load or unload finishes. */
const GlmModelInfo *glm_actor_get_model_info (GlmActor *self);
/* Why the model that is loaded goes on without its graphics card, which has failed since; NULL: it does not.  That a card could not be
 * used from the beginning is in the model's info. */
const char *glm_actor_get_device_problem (GlmActor *self);

typedef struct
{
  int n_threads;      /* 0: glm_cpu_count () */
  int context_length; /* 0: min (the model's, 8192) */
  char device[128];   /* see GlmModelOptions.device; "": the processor */
} GlmActorLoadOptions;

/* Where it is remembered what graphics cards are like: see GlmModelOptions.device_folder.  The caller frees. */
char *glm_actor_dup_device_folder (void);

/* Loads a model.  On failure the previous model stays in use. */
void glm_actor_load_async (GlmActor *self, const char *path, const GlmActorLoadOptions *options, /* NULL: defaults */
                           GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean glm_actor_load_finish (GlmActor *self, GAsyncResult *result, GError **error);
void glm_actor_unload (GlmActor *self);

/* What a reply is made of.  Copied. */
typedef struct
{
  const GlmTurn *turns;
  gsize n_turns;
  const char *reply; /* its beginning, from which the model goes on; NULL: none.  Not emitted again */
  GlmFit
      fit; /* see glm_model_fit(); context_length 0: the session's.  Its tools may be called, and turn the model's defaults to
               * those of glm_model_tool_sampling() */
  const GlmSampling *sampling; /* NULL, and values below 0: the model's defaults */
  /* The model that the reply is to be of: where it could not be loaded, the request fails for the same reason, and another model
   * that is still there does not answer in its place.  NULL: whichever is loaded. */
  const char *model_path;
  gboolean only_plan; /* `planned` is told, and the request ends: nothing is generated */
  /* The prompt may be asked for soon: it is evaluated while nothing else is to be done, nothing is generated, and nothing is
   * written.  It waits for everything, and stops at once for it; a reply of the window ends it (GLM_STOP_CANCELLED), for
   * whatever else it is put off.  One at a time waits: the next ends it, but not one that is being evaluated. */
  gboolean is_ahead;
  /* The file that keeps the conversation's evaluated state, in a folder that exists; NULL: nothing of it may be written (a
   * temporary chat).  What the file shares with the prompt is not evaluated again, and after the reply what is new is
   * appended.  It is a cache: another model, damage or a full disk are as if it were not there. */
  const char *session_path;
  /* Of another program.  Guests have one session of their own, which is never written to the disk, and answer one after the
   * other.  The window's requests go first: while one of them runs, a guest's token waits for it, at most two seconds.  Turns
   * are never left out: what does not fit is GLM_ERROR_CONTEXT_FULL.  Loading another model cancels guests. */
  gboolean is_guest;
  GlmForm form;       /* see GlmGenerateFuncs; one that asks for a call also makes a model call that was not trained to */
  const char *text;   /* to be continued as it is, in the place of turns, which are none then … */
  const int32_t *ids; /* … or its tokens.  NULL: turns */
  gsize n_ids;
  gboolean wants_chances; /* `chance` is told … */
  gsize n_top;            /* … of so many */
} GlmRequest;

/* Which turns were taken. */
typedef struct
{
  gsize first_turn; /* of the request's turns; GlmFit.first_turn of the next request */
  gsize n_prompt;   /* tokens */
  int context_length;
} GlmPlanned;

/* A generation.  The callbacks run on the main context and never after `ended`. */
typedef struct
{
  /* Before the prompt is evaluated.  May be NULL, as all may. */
  void (*planned) (const GlmPlanned *planned, gpointer user_data);
  /* What is new since the last call, in whole UTF-8 characters: see GlmReplyKind. */
  void (*piece) (GlmReplyKind kind, const char *text, gpointer user_data);
  /* The prompt is being evaluated: n_done of n_total tokens. */
  void (*prompt) (gsize n_done, gsize n_total, gpointer user_data);
  /* Always called exactly once.  error is NULL on success (result->reason says why it stopped). */
  void (*ended) (const GlmResult *result, const GError *error, gpointer user_data);
  /* With each piece: tokens of the reply so far, and the seconds since the first of them. */
  void (*rate) (gsize n_tokens, double seconds, gpointer user_data);
  /* A token, before its pieces: see GlmTokenFunc. */
  void (*chance) (const GlmChance *token, const GlmChance *top, gsize n_top, gpointer user_data);
} GlmRequestFuncs;

/* Starts generating a reply, queued behind what runs now.  Returns the request's id, never 0. */
guint64 glm_actor_generate (GlmActor *self, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data,
                            GDestroyNotify destroy);
/* Stops one request, running or queued: its `ended` comes with GLM_STOP_CANCELLED.  Unknown ids are ignored. */
void glm_actor_cancel (GlmActor *self, guint64 request_id);
/* The thought that a request is writing ends, and the model goes on with its answer; one that has not begun yet ends as it
 * begins.  Without thoughts, and for ids that are not known, nothing happens. */
void glm_actor_answer (GlmActor *self, guint64 request_id);

/* Both are queued, and silent.  Restoring reads the state of a conversation that was opened, so that its next reply begins
 * at once.  Forgetting removes the file, also where a reply that runs now writes it again: the conversation is deleted. */
void glm_actor_restore_session (GlmActor *self, const char *path);
void glm_actor_forget_session (GlmActor *self, const char *path);

/* See glm_model_count_tools(): queued.  A set is copied. */
void glm_actor_count_tools_async (GlmActor *self, const GlmToolSet *tools, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gboolean glm_actor_count_tools_finish (GlmActor *self, GAsyncResult *result, gsize *ret_n_tokens, GError **error);

/* Frees what guests' session holds; the next of them begins anew. */
void glm_actor_forget_guests (GlmActor *self);

/* The context length of the loaded session, or 0. */
int glm_actor_get_context_length (GlmActor *self);

G_END_DECLS

#endif
