/* glm-actor.c: GlmActor, the main thread's side of the engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything here runs on the main thread.  The table of requests holds the callers' callbacks, which the engine's thread
 * never sees: it knows jobs by their ids alone.  So a cancelled request can be made silent at once, whatever is still on
 * its way.
 */
#include "engine/actor/glm-actor.h"

#include "engine/actor/actor-thread.h"

struct _GlmActor
{
  GObject parent_instance;
  GlmActorThread *thread;
  GHashTable *requests; /* guint64* → Request* */
  guint64 last_id;

  GlmActorState state;
  double load_fraction;
  GlmLoaded *loaded; /* NULL: no model */
  char *device_problem;
};

/* What awaits an answer: a generation has funcs, a load or a count has a task. */
typedef struct
{
  guint64 id; /* the table's key */
  GlmRequestFuncs funcs;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean silent; /* cancelled: only its end arrives */
  GTask *task;
  gulong cancel_handler;
} Request;

typedef enum
{
  PROP_STATE = 1,
  PROP_MODEL_PATH,
  PROP_LOAD_FRACTION,
  PROP_DEVICE_PROBLEM,
  N_PROPS,
} Property;

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (GlmActor, glm_actor, G_TYPE_OBJECT)

/* ---- Requests --------------------------------------------------------------------------------------------------- */

static Request *
add_request (GlmActor *self)
{
  Request *request = g_new0 (Request, 1);

  request->id = ++self->last_id;
  g_hash_table_insert (self->requests, &request->id, request);
  return request;
}

/* Removes it from the table; the caller owns it. */
static Request *
take_request (GlmActor *self, guint64 id)
{
  Request *request = g_hash_table_lookup (self->requests, &id);

  if (request)
    g_hash_table_steal (self->requests, &id);
  return request;
}

static void
request_free (Request *request)
{
  if (request->destroy)
    request->destroy (request->user_data);
  g_clear_object (&request->task);
  g_free (request);
}

static void
end_generation (Request *request, const GlmResult *result, const GError *error)
{
  if (request->funcs.ended)
    request->funcs.ended (result, error, request->user_data);
  request_free (request);
}

/* ---- Events from the thread ------------------------------------------------------------------------------------- */

static void
set_state (GlmActor *self, GlmActorState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

static void
set_device_problem (GlmActor *self, const char *problem)
{
  if (g_strcmp0 (self->device_problem, problem) == 0)
    return;
  g_free (self->device_problem);
  self->device_problem = problem ? g_utf8_make_valid (problem, -1) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DEVICE_PROBLEM]);
}

static void
set_loaded (GlmActor *self, const GlmLoaded *loaded)
{
  set_device_problem (self, NULL);
  if (self->loaded)
    g_free (self->loaded->path);
  g_clear_pointer (&self->loaded, g_free);
  if (loaded)
    {
      self->loaded = g_memdup2 (loaded, sizeof *loaded);
      self->loaded->path = g_strdup (loaded->path);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL_PATH]);
}

static void
on_task_event (GlmActor *self, const GlmEvent *event)
{
  Request *request = take_request (self, event->id);

  if (!request)
    return;
  if (request->cancel_handler)
    g_cancellable_disconnect (g_task_get_cancellable (request->task), request->cancel_handler);
  if (event->has_error)
    g_task_return_error (request->task, glm_engine_error_new (&event->error));
  else if (event->type == GLM_EVENT_COUNTED)
    g_task_return_int (request->task, (gssize) event->n_tools);
  else
    g_task_return_boolean (request->task, TRUE);
  request_free (request);
}

static void
on_generation_event (GlmActor *self, const GlmEvent *event)
{
  Request *request = g_hash_table_lookup (self->requests, &event->id);

  if (!request || request->silent)
    return;
  if (event->type == GLM_EVENT_PLANNED)
    {
      if (request->funcs.planned)
        request->funcs.planned (&event->planned, request->user_data);
      return;
    }
  if (event->type == GLM_EVENT_CHANCE)
    {
      if (request->funcs.chance)
        request->funcs.chance (event->chances, event->chances + 1, event->n_done - 1, request->user_data);
      return;
    }
  if (event->type == GLM_EVENT_PROMPT)
    {
      if (request->funcs.prompt)
        request->funcs.prompt (event->n_done, event->n_total, request->user_data);
      return;
    }
  if (request->funcs.piece)
    request->funcs.piece (event->kind, event->text->str, request->user_data);
  /* The piece may have cancelled it. */
  request = g_hash_table_lookup (self->requests, &event->id);
  if (request && !request->silent && request->funcs.rate)
    request->funcs.rate (event->n_done, event->seconds, request->user_data);
}

static void
on_ended (GlmActor *self, const GlmEvent *event)
{
  Request *request = take_request (self, event->id);
  g_autoptr (GError) error = event->has_error ? glm_engine_error_new (&event->error) : NULL;

  if (request)
    end_generation (request, &event->result, error);
}

static void
on_event (const GlmEvent *event, GObject *owner)
{
  GlmActor *self = GLM_ACTOR (owner);

  switch (event->type)
    {
    case GLM_EVENT_STATE: set_state (self, event->state); break;
    case GLM_EVENT_FRACTION:
      self->load_fraction = event->fraction;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOAD_FRACTION]);
      break;
    case GLM_EVENT_LOADED:
      if (event->loaded)
        {
          set_loaded (self, event->loaded);
          set_state (self, GLM_ACTOR_READY);
        }
      on_task_event (self, event);
      break;
    case GLM_EVENT_UNLOADED: set_loaded (self, NULL); break;
    case GLM_EVENT_DEVICE: set_device_problem (self, event->text->str); break;
    case GLM_EVENT_COUNTED: on_task_event (self, event); break;
    case GLM_EVENT_PLANNED:
    case GLM_EVENT_PROMPT:
    case GLM_EVENT_CHANCE:
    case GLM_EVENT_PIECE: on_generation_event (self, event); break;
    case GLM_EVENT_ENDED: on_ended (self, event); break;
    }
}

/* ---- Public methods --------------------------------------------------------------------------------------------- */

GlmActor *
glm_actor_new (void)
{
  return g_object_new (GLM_TYPE_ACTOR, NULL);
}

GlmActorState
glm_actor_get_state (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), GLM_ACTOR_EMPTY);
  return self->state;
}

const char *
glm_actor_get_model_path (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), NULL);
  return self->loaded ? self->loaded->path : NULL;
}

double
glm_actor_get_load_fraction (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), 0);
  return self->load_fraction;
}

const GlmModelInfo *
glm_actor_get_model_info (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), NULL);
  return self->loaded ? &self->loaded->info : NULL;
}

const char *
glm_actor_get_device_problem (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), NULL);
  return self->device_problem;
}

int
glm_actor_get_context_length (GlmActor *self)
{
  g_return_val_if_fail (GLM_IS_ACTOR (self), 0);
  return self->loaded ? self->loaded->context_length : 0;
}

/* A cancellable's handler, on any thread: the id travels by itself, because the request belongs to the main thread. */
typedef struct
{
  GlmActorThread *thread;
  guint64 id;
} CancelData;

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  const CancelData *data = user_data;

  glm_actor_thread_cancel (data->thread, data->id);
}

/* Queues a job that answers a task.  The task keeps the actor alive until then. */
static void
push_task (GlmActor *self, GlmJob *job, Request *request, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  request->task = task;
  if (g_cancellable_is_cancelled (cancellable)) /* the job could be done before the handler is connected */
    glm_cancel_set (&job->cancel);
  glm_actor_thread_push (self->thread, job);
  if (cancellable)
    {
      CancelData *data = g_new (CancelData, 1);

      *data = (CancelData){ self->thread, request->id };
      request->cancel_handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), data, g_free);
    }
}

void
glm_actor_load_async (GlmActor *self, const char *path, const GlmActorLoadOptions *options, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  Request *request;
  GlmJob *job;
  GTask *task;

  g_return_if_fail (GLM_IS_ACTOR (self));
  g_return_if_fail (path != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, glm_actor_load_async);
  /* What the engine says about a cancelled load is truer: it may have finished first. */
  g_task_set_check_cancellable (task, FALSE);
  request = add_request (self);
  job = glm_job_new (GLM_JOB_LOAD, request->id);
  job->path = g_strdup (path);
  if (options)
    job->options = *options;
  push_task (self, job, request, task);
}

gboolean
glm_actor_load_finish (GlmActor *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
glm_actor_count_tools_async (GlmActor *self, const GlmToolSet *tools, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data)
{
  Request *request;
  GlmJob *job;
  GTask *task;

  g_return_if_fail (GLM_IS_ACTOR (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, glm_actor_count_tools_async);
  request = add_request (self);
  job = glm_job_new (GLM_JOB_COUNT, request->id);
  glm_job_set_tools (job, tools);
  push_task (self, job, request, task);
}

gboolean
glm_actor_count_tools_finish (GlmActor *self, GAsyncResult *result, gsize *ret_n_tokens, GError **error)
{
  gssize n;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  n = g_task_propagate_int (G_TASK (result), error);
  if (n >= 0)
    *ret_n_tokens = (gsize) n;
  return n >= 0;
}

void
glm_actor_unload (GlmActor *self)
{
  g_return_if_fail (GLM_IS_ACTOR (self));
  glm_actor_thread_push (self->thread, glm_job_new (GLM_JOB_UNLOAD, ++self->last_id));
}

static void
push_session_job (GlmActor *self, GlmJobType type, const char *path)
{
  GlmJob *job = glm_job_new (type, ++self->last_id);

  job->path = g_strdup (path);
  glm_actor_thread_push (self->thread, job);
}

void
glm_actor_restore_session (GlmActor *self, const char *path)
{
  g_return_if_fail (GLM_IS_ACTOR (self));
  g_return_if_fail (path != NULL);
  push_session_job (self, GLM_JOB_RESTORE, path);
}

void
glm_actor_forget_session (GlmActor *self, const char *path)
{
  g_return_if_fail (GLM_IS_ACTOR (self));
  g_return_if_fail (path != NULL);
  push_session_job (self, GLM_JOB_FORGET, path);
}

void
glm_actor_forget_guests (GlmActor *self)
{
  g_return_if_fail (GLM_IS_ACTOR (self));
  glm_actor_thread_push (self->thread, glm_job_new (GLM_JOB_FORGET_GUESTS, ++self->last_id));
}

/* What only guests ask for. */
static void
fill_guest_job (GlmJob *job, const GlmRequest *request)
{
  job->is_guest = request->is_guest;
  job->form = request->form;
  job->form.schema = g_strdup (request->form.schema);
  job->text = g_strdup (request->text);
  job->ids.ids = g_memdup2 (request->ids, request->n_ids * sizeof *request->ids);
  job->ids.n = request->n_ids;
  job->wants_chances = request->wants_chances;
  job->n_top = request->n_top;
}

guint64
glm_actor_generate (GlmActor *self, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data,
                    GDestroyNotify destroy)
{
  Request *waiting;
  GlmJob *job;

  g_return_val_if_fail (GLM_IS_ACTOR (self), 0);

  waiting = add_request (self);
  waiting->funcs = *funcs;
  waiting->user_data = user_data;
  waiting->destroy = destroy;

  job = glm_job_new (GLM_JOB_GENERATE, waiting->id);
  glm_job_set_turns (job, request->turns, request->n_turns);
  job->reply = g_strdup (request->reply);
  job->fit = request->fit;
  glm_job_set_tools (job, request->fit.tools);
  job->path = g_strdup (request->session_path);
  job->model_path = g_strdup (request->model_path);
  job->only_plan = request->only_plan;
  job->is_ahead = request->is_ahead;
  job->sampling = request->sampling ? *request->sampling : (GlmSampling) GLM_SAMPLING_OWN;
  fill_guest_job (job, request);
  glm_actor_thread_push (self->thread, job);
  return waiting->id;
}

void
glm_actor_cancel (GlmActor *self, guint64 request_id)
{
  Request *request;

  g_return_if_fail (GLM_IS_ACTOR (self));

  request = g_hash_table_lookup (self->requests, &request_id);
  if (!request || request->task)
    return;
  request->silent = TRUE;
  glm_actor_thread_cancel (self->thread, request_id);
}

void
glm_actor_answer (GlmActor *self, guint64 request_id)
{
  g_return_if_fail (GLM_IS_ACTOR (self));

  glm_actor_thread_answer (self->thread, request_id);
}

/* ---- The object ------------------------------------------------------------------------------------------------- */

/* The last reference is gone, so no task waits.  Only generations are left, and each gets its end. */
static void
glm_actor_dispose (GObject *object)
{
  GlmActor *self = GLM_ACTOR (object);
  g_autoptr (GList) ids = NULL;

  g_clear_pointer (&self->thread, glm_actor_thread_free);
  ids = g_hash_table_get_values (self->requests);
  for (GList *link = ids; link; link = link->next)
    {
      static const GlmResult cancelled = { .reason = GLM_STOP_CANCELLED, .stop_id = -1 };
      Request *request = link->data;

      g_hash_table_steal (self->requests, &request->id);
      end_generation (request, &cancelled, NULL);
    }
  G_OBJECT_CLASS (glm_actor_parent_class)->dispose (object);
}

static void
glm_actor_finalize (GObject *object)
{
  GlmActor *self = GLM_ACTOR (object);

  g_hash_table_unref (self->requests);
  if (self->loaded)
    g_free (self->loaded->path);
  g_free (self->loaded);
  g_free (self->device_problem);
  G_OBJECT_CLASS (glm_actor_parent_class)->finalize (object);
}

static void
glm_actor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GlmActor *self = GLM_ACTOR (object);

  switch ((Property) prop_id)
    {
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_MODEL_PATH: g_value_set_string (value, glm_actor_get_model_path (self)); break;
    case PROP_LOAD_FRACTION: g_value_set_double (value, self->load_fraction); break;
    case PROP_DEVICE_PROBLEM: g_value_set_string (value, self->device_problem); break;
    case N_PROPS:
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
glm_actor_class_init (GlmActorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = glm_actor_dispose;
  object_class->finalize = glm_actor_finalize;
  object_class->get_property = glm_actor_get_property;

  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, GLM_ACTOR_EMPTY, GLM_ACTOR_GENERATING, GLM_ACTOR_EMPTY,
                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_MODEL_PATH] = g_param_spec_string ("model-path", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_LOAD_FRACTION] =
      g_param_spec_double ("load-fraction", NULL, NULL, 0, 1, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  props[PROP_DEVICE_PROBLEM] =
      g_param_spec_string ("device-problem", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
glm_actor_init (GlmActor *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->requests = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->thread = glm_actor_thread_new (context, on_event, G_OBJECT (self));
}
