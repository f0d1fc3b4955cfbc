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

/* So long a guest waits for the window's reply before it takes a step: its client must not give up. */
#define GUEST_WAIT_US (2 * G_USEC_PER_SEC)

/* A graphics card's memory is given back when it was not used for so long, which is looked at now and then. */
#define REST_SECONDS     600
#define REST_INTERVAL_US (30 * G_USEC_PER_SEC)

/* A queue and who takes from it. */
typedef struct
{
  GlmActorThread *owner;
  GThread *thread; /* NULL: has not begun */
  pthread_cond_t wake;
  GQueue jobs;     /* guarded by the owner's mutex: waiting, GlmJob* */
  GlmJob *running; /* guarded */
} Lane;

struct GlmActorThread
{
  GMainContext *context;
  GlmEventFunc func;
  GObject *owner;   /* not counted, but while events are delivered */
  GlmEngine engine; /* the threads' own */

  pthread_mutex_t mutex;
  Lane own, guests;
  pthread_cond_t changed; /* a lane has nothing to do, or a guest's job is not wanted any more */
  gboolean no_guests;     /* guarded: none may begin */
  GlmJob *ahead;          /* guarded: waits until nothing else is to be done; NULL: none does */
  gboolean quit;          /* guarded */
  GQueue events;          /* guarded: GlmEvent* */
  GSource *source;        /* guarded: attached while events wait */
  gint64 last_delivery;   /* guarded */
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
  g_free ((char *) job->form.schema);
  g_free (job->text);
  g_free (job->ids.ids);
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
  g_free (event->chances);
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
  gboolean at_once = event->at_once;

  pthread_mutex_lock (&self->mutex);
  if (merge (g_queue_peek_tail (&self->events), event))
    event_free (event);
  else
    g_queue_push_tail (&self->events, event);
  if (!self->source)
    {
      gint64 wait = at_once ? 0 : self->last_delivery + DELIVERY_INTERVAL_US - g_get_monotonic_time ();

      self->source = wait > 0 ? g_timeout_source_new ((guint) (wait / 1000) + 1) : g_idle_source_new ();
      g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->source, deliver, self, NULL);
      g_source_set_static_name (self->source, "[myna] engine events");
      g_source_attach (self->source, self->context);
    }
  else if (at_once)
    g_source_set_ready_time (self->source, 0);
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

/* What the lane is to do next; NULL: nothing now. */
static GlmJob *
next_job (GlmActorThread *self, Lane *lane)
{
  if (lane == &self->guests && self->no_guests)
    return NULL;
  if (!g_queue_is_empty (&lane->jobs))
    return g_queue_pop_head (&lane->jobs);
  if (lane == &self->guests || self->guests.running || !g_queue_is_empty (&self->guests.jobs))
    return NULL;
  return g_steal_pointer (&self->ahead);
}

static struct timespec
time_in (gint64 us)
{
  gint64 end = g_get_monotonic_time () + us;

  return (struct timespec){ .tv_sec = end / G_USEC_PER_SEC, .tv_nsec = (end % G_USEC_PER_SEC) * 1000 };
}

/* Waits with the mutex for something to do.  The engine's own thread looks after the graphics card meanwhile: guests, who may use
 * it, cannot replace the model. */
static void
wait_idle (GlmActorThread *self, Lane *lane)
{
  struct timespec until = time_in (REST_INTERVAL_US);

  if (lane != &self->own || !glm_engine_is_on_card (&self->engine))
    pthread_cond_wait (&lane->wake, &self->mutex);
  else if (pthread_cond_timedwait (&lane->wake, &self->mutex, &until) != 0)
    {
      pthread_mutex_unlock (&self->mutex);
      glm_engine_rest (&self->engine, REST_SECONDS);
      pthread_mutex_lock (&self->mutex);
    }
}

/* Takes the lane's next job, or NULL: it is to end. */
static GlmJob *
wait_for_job (GlmActorThread *self, Lane *lane)
{
  lane->running = NULL;
  while (!self->quit && !(lane->running = next_job (self, lane)))
    wait_idle (self, lane);
  return lane->running;
}

/* What reads ahead gave way: it is put off, to be run again when nothing else is to be done.  FALSE: it is not wanted any more. */
static gboolean
put_off (GlmActorThread *self, GlmJob *job)
{
  if (!job->is_open || !job->yields || self->ahead || self->quit)
    return FALSE;
  job->is_open = job->yields = FALSE;
  atomic_store (&job->cancel.cancelled, false);
  self->ahead = job;
  return TRUE;
}

static void
refuse (GlmActorThread *self, GlmJob *job)
{
  if (!job)
    return;
  glm_engine_refuse (&self->engine, job);
  job_free (job);
}

static gpointer
lane_main (gpointer user_data)
{
  Lane *lane = user_data;
  GlmActorThread *self = lane->owner;
  GlmJob *job;

  /* On Linux this is the thread's own, and the engine's workers, which it starts, inherit it. */
  setpriority (PRIO_PROCESS, 0, THREAD_NICENESS);

  pthread_mutex_lock (&self->mutex);
  while ((job = wait_for_job (self, lane)))
    {
      pthread_mutex_unlock (&self->mutex);

      glm_engine_run (&self->engine, job);

      pthread_mutex_lock (&self->mutex);
      lane->running = NULL;
      pthread_cond_broadcast (&self->changed);
      pthread_cond_signal (&self->own.wake);
      if (put_off (self, job))
        continue;
      pthread_mutex_unlock (&self->mutex);
      if (job->is_open)
        refuse (self, job);
      else
        job_free (job);
      pthread_mutex_lock (&self->mutex);
    }
  pthread_mutex_unlock (&self->mutex);
  return NULL;
}

void
glm_actor_thread_stop_guests (GlmActorThread *self)
{
  pthread_mutex_lock (&self->mutex);
  self->no_guests = TRUE;
  if (self->guests.running)
    glm_cancel_set (&self->guests.running->cancel);
  pthread_cond_broadcast (&self->changed);
  while (self->guests.running)
    pthread_cond_wait (&self->changed, &self->mutex);
  pthread_mutex_unlock (&self->mutex);
}

void
glm_actor_thread_let_guests (GlmActorThread *self)
{
  pthread_mutex_lock (&self->mutex);
  self->no_guests = FALSE;
  pthread_cond_signal (&self->guests.wake);
  pthread_mutex_unlock (&self->mutex);
}

void
glm_actor_thread_let_others_first (GlmActorThread *self, const GlmJob *job)
{
  struct timespec until = time_in (GUEST_WAIT_US);

  pthread_mutex_lock (&self->mutex);
  while (!self->quit && !glm_cancel_is_set (&job->cancel) && (self->own.running || !g_queue_is_empty (&self->own.jobs)))
    if (pthread_cond_timedwait (&self->changed, &self->mutex, &until) != 0)
      break;
  pthread_mutex_unlock (&self->mutex);
}

static void
lane_init (Lane *lane, GlmActorThread *owner, const pthread_condattr_t *monotonic)
{
  lane->owner = owner;
  pthread_cond_init (&lane->wake, monotonic);
  g_queue_init (&lane->jobs);
}

/* The queue has no reader left. */
static void
lane_clear (Lane *lane)
{
  g_queue_clear_full (&lane->jobs, (GDestroyNotify) job_free);
  pthread_cond_destroy (&lane->wake);
}

GlmActorThread *
glm_actor_thread_new (GMainContext *context, GlmEventFunc func, GObject *owner)
{
  GlmActorThread *self = g_new0 (GlmActorThread, 1);
  pthread_condattr_t monotonic;

  self->context = g_main_context_ref (context);
  self->func = func;
  self->owner = owner;
  self->engine.thread = self;
  self->last_delivery = G_MININT64 / 2;
  pthread_mutex_init (&self->mutex, NULL);
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &monotonic);
  g_queue_init (&self->events);
  lane_init (&self->own, self, &monotonic);
  lane_init (&self->guests, self, &monotonic);
  pthread_condattr_destroy (&monotonic);
  self->own.thread = g_thread_new ("myna-engine", lane_main, &self->own);
  return self;
}

void
glm_actor_thread_free (GlmActorThread *self)
{
  pthread_mutex_lock (&self->mutex);
  self->quit = TRUE;
  for (Lane *lane = &self->own; lane; lane = lane == &self->own ? &self->guests : NULL)
    {
      if (lane->running)
        glm_cancel_set (&lane->running->cancel);
      pthread_cond_signal (&lane->wake);
    }
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->mutex);
  g_thread_join (self->own.thread);
  if (self->guests.thread)
    g_thread_join (self->guests.thread);
  glm_engine_clear (&self->engine);

  if (self->source)
    {
      g_source_destroy (self->source);
      g_source_unref (self->source);
    }
  g_queue_clear_full (&self->events, (GDestroyNotify) event_free);
  g_clear_pointer (&self->ahead, job_free);
  lane_clear (&self->own);
  lane_clear (&self->guests);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

/* A reply of the window ends what reads ahead: that was for the prompt of this one, or of a conversation that is not shown any
 * more.  Whatever else comes puts it off.  Returns one that waited and is over. */
static GlmJob *
yield_to (GlmActorThread *self, const GlmJob *job)
{
  GlmJob *running = self->own.running;
  gboolean is_reply = job->type == GLM_JOB_GENERATE && !job->is_guest && !job->only_plan;

  if (running && running->is_ahead)
    {
      running->yields = !is_reply;
      glm_cancel_set (&running->cancel);
    }
  return is_reply ? g_steal_pointer (&self->ahead) : NULL;
}

/* What is being read goes on: the new text begins with the same words, most likely. */
static GlmJob *
take_ahead (GlmActorThread *self, GlmJob *job)
{
  GlmJob *before = self->ahead;

  self->ahead = job;
  pthread_cond_signal (&self->own.wake);
  return before;
}

void
glm_actor_thread_push (GlmActorThread *self, GlmJob *job)
{
  Lane *lane = job->is_guest ? &self->guests : &self->own;
  GlmJob *over;

  pthread_mutex_lock (&self->mutex);
  if (job->is_ahead)
    over = take_ahead (self, job);
  else
    {
      over = yield_to (self, job);
      g_queue_push_tail (&lane->jobs, job);
      pthread_cond_signal (&lane->wake);
    }
  pthread_mutex_unlock (&self->mutex);
  refuse (self, over);
  if (!lane->thread) /* only this thread pushes */
    lane->thread = g_thread_new ("myna-guests", lane_main, lane);
}

/* Takes it out of the queue where it waits; cancels it where it runs. */
static GlmJob *
cancel_in (Lane *lane, guint64 id)
{
  if (lane->running && lane->running->id == id)
    {
      lane->running->yields = FALSE;
      glm_cancel_set (&lane->running->cancel);
    }
  for (GList *link = lane->jobs.head; link; link = link->next)
    if (((GlmJob *) link->data)->id == id)
      {
        GlmJob *waiting = link->data;

        g_queue_delete_link (&lane->jobs, link);
        return waiting;
      }
  return NULL;
}

void
glm_actor_thread_cancel (GlmActorThread *self, guint64 id)
{
  GlmJob *waiting;

  pthread_mutex_lock (&self->mutex);
  waiting = cancel_in (&self->own, id);
  if (!waiting)
    waiting = cancel_in (&self->guests, id);
  if (!waiting && self->ahead && self->ahead->id == id)
    waiting = g_steal_pointer (&self->ahead);
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->mutex);
  refuse (self, waiting);
}

static void
answer_in (Lane *lane, guint64 id)
{
  if (lane->running && lane->running->id == id)
    atomic_store (&lane->running->answer, true);
  for (GList *link = lane->jobs.head; link; link = link->next)
    if (((GlmJob *) link->data)->id == id)
      atomic_store (&((GlmJob *) link->data)->answer, true);
}

void
glm_actor_thread_answer (GlmActorThread *self, guint64 id)
{
  pthread_mutex_lock (&self->mutex);
  answer_in (&self->own, id);
  answer_in (&self->guests, id);
  pthread_mutex_unlock (&self->mutex);
}
