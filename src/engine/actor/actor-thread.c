/* actor-thread.c: the queues between the main context and the engine's thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/actor/actor-thread.h"

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>

#include "engine/actor/actor-jobs.h"

/* The window redraws at most this often; pieces need not come oftener. */
#define DELIVERY_INTERVAL_US 16000

/* The window's thread goes first. */
#define THREAD_NICENESS 10

struct GlmActorThread
{
  GMainContext *context;
  GlmEventFunc func;
  GObject *owner; /* not counted, but while events are delivered */
  GThread *thread;
  GlmEngine engine; /* the thread's own */

  pthread_mutex_t mutex;
  pthread_cond_t wake;
  GQueue jobs;          /* guarded by mutex: waiting, GlmJob* */
  GlmJob *running;      /* guarded */
  gboolean quit;        /* guarded */
  GQueue events;        /* guarded: GlmEvent* */
  GSource *source;      /* guarded: attached while events wait */
  gint64 last_delivery; /* guarded */
};

/* ---- Jobs and events -------------------------------------------------------------------------------------------- */

GlmJob *
glm_job_new (GlmJobType type, guint64 id)
{
  GlmJob *job = g_new0 (GlmJob, 1);

  job->type = type;
  job->id = id;
  atomic_init (&job->cancel.cancelled, false);
  atomic_init (&job->answer, false);
  return job;
}

void
glm_job_set_turns (GlmJob *job, const GlmTurn *turns, gsize n_turns)
{
  job->turns = g_new0 (GlmTurn, n_turns);
  job->n_turns = n_turns;
  for (gsize i = 0; i < n_turns; i++)
    job->turns[i] = (GlmTurn){
      .role = g_strdup (turns[i].role),
      .content = g_strdup (turns[i].content),
      .metadata = g_strdup (turns[i].metadata),
      .arguments = g_strdup (turns[i].arguments),
      .ids = g_memdup2 (turns[i].ids, turns[i].n_ids * sizeof *turns[i].ids),
      .n_ids = turns[i].n_ids,
    };
}

void
glm_job_set_tools (GlmJob *job, const GlmToolSet *tools)
{
  GlmToolSet *set;
  GlmTool *copies;

  job->fit.tools = NULL;
  if (!tools)
    return;
  set = g_new0 (GlmToolSet, 1);
  copies = g_new0 (GlmTool, tools->n_tools);
  for (gsize i = 0; i < tools->n_tools; i++)
    copies[i] = (GlmTool){
      .name = g_strdup (tools->tools[i].name),
      .description = g_strdup (tools->tools[i].description),
      .schema = g_strdup (tools->tools[i].schema),
    };
  *set = (GlmToolSet){ copies, tools->n_tools, tools->interpreter };
  job->fit.tools = set;
}

static void
free_tools (const GlmToolSet *set)
{
  if (!set)
    return;
  for (gsize i = 0; i < set->n_tools; i++)
    {
      g_free ((char *) set->tools[i].name);
      g_free ((char *) set->tools[i].description);
      g_free ((char *) set->tools[i].schema);
    }
  g_free ((GlmTool *) set->tools);
  g_free ((GlmToolSet *) set);
}

static void
job_free (GlmJob *job)
{
  free_tools (job->fit.tools);
  for (gsize i = 0; i < job->n_turns; i++)
    {
      g_free ((char *) job->turns[i].role);
      g_free ((char *) job->turns[i].content);
      g_free ((char *) job->turns[i].metadata);
      g_free ((char *) job->turns[i].arguments);
      g_free ((int32_t *) job->turns[i].ids);
    }
  g_free (job->turns);
  g_free (job->path);
  g_free (job->model_path);
  g_free (job->reply);
  g_free (job);
}

GlmEvent *
glm_event_new (GlmEventType type, guint64 id)
{
  GlmEvent *event = g_new0 (GlmEvent, 1);

  event->type = type;
  event->id = id;
  return event;
}

static void
event_free (GlmEvent *event)
{
  if (event->text)
    g_string_free (event->text, TRUE);
  if (event->loaded)
    g_free (event->loaded->path);
  g_free (event->loaded);
  g_free (event);
}

/* ---- Delivering events ------------------------------------------------------------------------------------------ */

static gboolean
deliver (gpointer user_data)
{
  GlmActorThread *self = user_data;
  /* A callback may drop the last reference to the owner, which frees us. */
  g_autoptr (GObject) owner = g_object_ref (self->owner);
  GlmEventFunc func = self->func;
  GQueue events;
  GlmEvent *event;

  pthread_mutex_lock (&self->mutex);
  events = self->events;
  g_queue_init (&self->events);
  g_clear_pointer (&self->source, g_source_unref);
  self->last_delivery = g_get_monotonic_time ();
  pthread_mutex_unlock (&self->mutex);

  while ((event = g_queue_pop_head (&events)))
    {
      func (event, owner);
      event_free (event);
    }
  return G_SOURCE_REMOVE;
}

/* Whether pieces of this kind may become one. */
static gboolean
is_running_text (GlmReplyKind kind)
{
  return kind == GLM_REPLY_TEXT || kind == GLM_REPLY_THOUGHT || kind == GLM_REPLY_ARGUMENTS;
}

/* Appends to the last waiting event, or replaces it, where that says the same. */
static gboolean
merge (GlmEvent *last, GlmEvent *event)
{
  if (!last || last->type != event->type || last->id != event->id)
    return FALSE;
  switch (event->type)
    {
    case GLM_EVENT_PIECE:
      if (last->kind != event->kind || !is_running_text (event->kind))
        return FALSE;
      g_string_append_len (last->text, event->text->str, (gssize) event->text->len);
      last->n_done = event->n_done;
      last->seconds = event->seconds;
      return TRUE;
    case GLM_EVENT_PROMPT:
      last->n_done = event->n_done;
      last->n_total = event->n_total;
      return TRUE;
    case GLM_EVENT_FRACTION: last->fraction = event->fraction; return TRUE;
    default: return FALSE;
    }
}

void
glm_actor_thread_post (GlmActorThread *self, GlmEvent *event)
{
  pthread_mutex_lock (&self->mutex);
  if (merge (g_queue_peek_tail (&self->events), event))
    event_free (event);
  else
    g_queue_push_tail (&self->events, event);
  if (!self->source)
    {
      gint64 wait = self->last_delivery + DELIVERY_INTERVAL_US - g_get_monotonic_time ();

      self->source = wait > 0 ? g_timeout_source_new ((guint) (wait / 1000) + 1) : g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->source, deliver, self, NULL);
      g_source_set_static_name (self->source, "[myna] engine events");
      g_source_attach (self->source, self->context);
    }
  pthread_mutex_unlock (&self->mutex);
}

gboolean
glm_actor_thread_is_ending (GlmActorThread *self)
{
  gboolean ending;

  pthread_mutex_lock (&self->mutex);
  ending = self->quit;
  pthread_mutex_unlock (&self->mutex);
  return ending;
}

/* ---- The thread ------------------------------------------------------------------------------------------------- */

static gpointer
thread_main (gpointer user_data)
{
  GlmActorThread *self = user_data;

  /* On Linux this is the thread's own, and the engine's workers, which it starts, inherit it. */
  setpriority (PRIO_PROCESS, 0, THREAD_NICENESS);

  pthread_mutex_lock (&self->mutex);
  for (;;)
    {
      GlmJob *job;

      while (!self->quit && g_queue_is_empty (&self->jobs))
        pthread_cond_wait (&self->wake, &self->mutex);
      if (self->quit)
        break;
      job = self->running = g_queue_pop_head (&self->jobs);
      pthread_mutex_unlock (&self->mutex);

      glm_engine_run (&self->engine, job);

      pthread_mutex_lock (&self->mutex);
      self->running = NULL;
      job_free (job);
    }
  pthread_mutex_unlock (&self->mutex);
  glm_engine_clear (&self->engine);
  return NULL;
}

GlmActorThread *
glm_actor_thread_new (GMainContext *context, GlmEventFunc func, GObject *owner)
{
  GlmActorThread *self = g_new0 (GlmActorThread, 1);

  self->context = g_main_context_ref (context);
  self->func = func;
  self->owner = owner;
  self->engine.thread = self;
  self->last_delivery = G_MININT64 / 2;
  pthread_mutex_init (&self->mutex, NULL);
  pthread_cond_init (&self->wake, NULL);
  g_queue_init (&self->jobs);
  g_queue_init (&self->events);
  self->thread = g_thread_new ("myna-engine", thread_main, self);
  return self;
}

void
glm_actor_thread_free (GlmActorThread *self)
{
  pthread_mutex_lock (&self->mutex);
  self->quit = TRUE;
  if (self->running)
    glm_cancel_set (&self->running->cancel);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);

  if (self->source)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_queue_clear_full (&self->events, (GDestroyNotify) event_free);
  g_queue_clear_full (&self->jobs, (GDestroyNotify) job_free);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

void
glm_actor_thread_push (GlmActorThread *self, GlmJob *job)
{
  pthread_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->jobs, job);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->mutex);
}

void
glm_actor_thread_cancel (GlmActorThread *self, guint64 id)
{
  GlmJob *waiting = NULL;

  pthread_mutex_lock (&self->mutex);
  if (self->running && self->running->id == id)
    glm_cancel_set (&self->running->cancel);
  for (GList *link = self->jobs.head; link; link = link->next)
    if (((GlmJob *) link->data)->id == id)
      {
        waiting = link->data;
        g_queue_delete_link (&self->jobs, link);
        break;
      }
  pthread_mutex_unlock (&self->mutex);

  if (waiting)
    {
      glm_engine_refuse (&self->engine, waiting);
      job_free (waiting);
    }
}

void
glm_actor_thread_answer (GlmActorThread *self, guint64 id)
{
  pthread_mutex_lock (&self->mutex);
  if (self->running && self->running->id == id)
    atomic_store (&self->running->answer, true);
  for (GList *link = self->jobs.head; link; link = link->next)
    if (((GlmJob *) link->data)->id == id)
      atomic_store (&((GlmJob *) link->data)->answer, true);
  pthread_mutex_unlock (&self->mutex);
}
