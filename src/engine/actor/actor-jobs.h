/* actor-jobs.h: what the engine's thread does
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ACTOR_JOBS_H
#define GLM_ACTOR_JOBS_H

#include <glib/gstdio.h>

#include "engine/actor/actor-thread.h"

/* Used by the thread alone, but for `thread`. */
typedef struct
{
  GlmActorThread *thread; /* where events go */
  GlmModel *model;
  char *path;                  /* of the model's file … */
  GStatBuf status;             /* … and what it was when it was opened */
  GlmActorLoadOptions options; /* of its sessions */
  char *failed_path;           /* the model that was asked for last, where it could not be loaded … */
  GlmError failure;            /* … and why; GLM_ERROR_CANCELLED: it was not wanted any more */
  GlmSession *session;
  GlmSession *guest;    /* of the guests' thread, and of this one where guests are stopped */
  gboolean told_device; /* that the session goes on without the graphics card */
  char *saved_path;     /* the file that holds all of what the session holds; NULL: none does */
} GlmEngine;

/* Runs a job of either queue to its end and posts its events. */
void glm_engine_run (GlmEngine *engine, GlmJob *job);
/* Posts the end of a job that was cancelled before it ran.  Any thread. */
void glm_engine_refuse (const GlmEngine *engine, const GlmJob *job);
void glm_engine_clear (GlmEngine *engine);
/* Whether the model computes on a graphics card; gives the card's memory back if it was not used for so many seconds.  Both on the
 * jobs' own thread. */
gboolean glm_engine_is_on_card (const GlmEngine *engine);
void glm_engine_rest (GlmEngine *engine, double seconds);

#endif
