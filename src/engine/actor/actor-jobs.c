/* actor-jobs.c: loading, generating and counting on the engine's thread
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A generation names the file of its conversation's state.  It is read before the prompt is evaluated, if that saves
 * something, and written in the same job after the reply: between two jobs another conversation could have taken the
 * session, perhaps one that must leave nothing on disk.
 */
#include "engine/actor/actor-jobs.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/statvfs.h>

/* Evaluating fewer again takes no longer than reading them. */
#define MIN_SAVED_TOKENS 64

/* Larger states are not extended; what is already on disk stays. */
#define MAX_SAVED_BYTES (G_GUINT64_CONSTANT (1) << 30)

/* Reading ahead stops between so many tokens; what is given up is at most these. */
#define AHEAD_STEP 16

/* What a cache must leave free on the disk for things that matter. */
#define MIN_FREE_BYTES (G_GUINT64_CONSTANT (1) << 30)

static const GlmError cancelled_error = { .code = GLM_ERROR_CANCELLED, .message = "cancelled" };

/* Guests do not show: the window's state is its own. */
static GlmSession *
session_of (const GlmEngine *engine, const GlmJob *job)
{
  return job->is_guest ? engine->guest : engine->session;
}

static GlmEvent *
new_event (GlmEventType type, const GlmJob *job)
{
  GlmEvent *event = glm_event_new (type, job->id);

  event->at_once = job->is_guest;
  return event;
}

static void
post_state (const GlmEngine *engine, GlmActorState state)
{
  GlmEvent *event = glm_event_new (GLM_EVENT_STATE, 0);

  event->state = state;
  glm_actor_thread_post (engine->thread, event);
}

static void
post_idle_state (const GlmEngine *engine)
{
  post_state (engine, engine->model ? GLM_ACTOR_READY : GLM_ACTOR_EMPTY);
}

static void
set_error (GlmEvent *event, const GlmError *error)
{
  event->has_error = TRUE;
  event->error = *error;
}

/* ---- Loading ---------------------------------------------------------------------------------------------------- */

static void
load_progress (double fraction, void *user_data)
{
  GlmEngine *engine = user_data;
  GlmEvent *event = glm_event_new (GLM_EVENT_FRACTION, 0);

  event->fraction = fraction;
  glm_actor_thread_post (engine->thread, event);
}

/* A window needs text: a model without a tokenizer, which the command line can run, is refused. */
static gboolean
check_tokenizer (const GlmModel *model, GlmError *error)
{
  GlmTokens tokens = { 0 };
  gboolean ok = glm_model_tokenize (model, "a", 1, &tokens, error);

  glm_tokens_clear (&tokens);
  return ok;
}

/* Whether the engine holds this very file: one that was replaced meanwhile is another model under the same name. */
static gboolean
holds (const GlmEngine *engine, const char *path, const GStatBuf *status)
{
  const GStatBuf *held = &engine->status;

  return engine->model && g_str_equal (engine->path, path) && held->st_dev == status->st_dev && held->st_ino == status->st_ino
         && held->st_size == status->st_size && held->st_mtim.tv_sec == status->st_mtim.tv_sec
         && held->st_mtim.tv_nsec == status->st_mtim.tv_nsec;
}

/* More than the model was made for is never meant: it only would take memory. */
static gboolean
new_session (GlmModel *model, const GlmActorLoadOptions *wanted, GlmSession **ret_session, GlmError *error)
{
  GlmSessionOptions options = {
    .context_length = MIN (wanted->context_length, MAX (glm_model_info (model)->context_length, 0)),
    .n_threads = wanted->n_threads,
  };

  return glm_session_new (model, &options, ret_session, error);
}

/* Another length or number of threads for the same weights. */
static gboolean
replace_session (GlmEngine *engine, const GlmActorLoadOptions *options, GlmError *error)
{
  GlmSession *session = NULL;

  if (!new_session (engine->model, options, &session, error))
    return FALSE;
  glm_actor_thread_stop_guests (engine->thread);
  glm_session_free (engine->session);
  g_clear_pointer (&engine->guest, glm_session_free);
  engine->session = session;
  engine->told_device = FALSE;
  engine->options = *options;
  g_clear_pointer (&engine->saved_path, g_free);
  glm_actor_thread_let_guests (engine->thread);
  return TRUE;
}

/* A card is wanted that failed, or could not be used: it is tried anew. */
static gboolean
needs_card (const GlmEngine *engine, const GlmActorLoadOptions *wanted)
{
  return *wanted->device && (!*glm_model_info (engine->model)->device || *glm_session_device_problem (engine->session));
}

char *
glm_actor_dup_device_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "gpu", NULL);
}

static gboolean
open_model (GlmEngine *engine, GlmJob *job, GlmError *error)
{
  g_autofree char *folder = glm_actor_dup_device_folder ();
  GlmModelOptions options = {
    .device = job->options.device[0] ? job->options.device : NULL,
    .device_folder = folder,
    .progress = load_progress,
    .progress_data = engine,
    .cancel = &job->cancel,
  };
  GStatBuf status = { 0 };
  gboolean found = g_stat (job->path, &status) == 0;
  GlmModel *model = NULL;
  GlmSession *session = NULL;

  if (glm_cancel_is_set (&job->cancel))
    {
      *error = cancelled_error;
      return FALSE;
    }
  if (found && holds (engine, job->path, &status) && strcmp (engine->options.device, job->options.device) == 0
      && !needs_card (engine, &job->options))
    return replace_session (engine, &job->options, error);
  if (options.device)
    g_mkdir_with_parents (folder, 0700);
  if (!glm_model_open (job->path, &options, &model, error))
    return FALSE;
  if (!check_tokenizer (model, error) || !new_session (model, &job->options, &session, error))
    {
      glm_model_free (model);
      return FALSE;
    }
  glm_actor_thread_stop_guests (engine->thread);
  glm_engine_clear (engine);
  engine->model = model;
  engine->path = g_strdup (job->path);
  engine->status = status;
  engine->session = session;
  engine->told_device = FALSE;
  engine->options = job->options;
  glm_actor_thread_let_guests (engine->thread);
  return TRUE;
}

static void
run_load (GlmEngine *engine, GlmJob *job)
{
  GlmEvent *event = glm_event_new (GLM_EVENT_LOADED, job->id);
  GlmError error = { 0 };

  g_debug ("load: %s, context %d, %d threads", job->path, job->options.context_length, job->options.n_threads);
  post_state (engine, GLM_ACTOR_LOADING);
  load_progress (0, engine);
  g_clear_pointer (&engine->failed_path, g_free);
  if (open_model (engine, job, &error))
    {
      event->loaded = g_new0 (GlmLoaded, 1);
      event->loaded->path = g_strdup (job->path);
      event->loaded->info = *glm_model_info (engine->model);
      event->loaded->context_length = glm_session_context_length (engine->session);
    }
  else
    {
      engine->failed_path = g_strdup (job->path);
      engine->failure = error;
      set_error (event, &error);
    }
  glm_actor_thread_post (engine->thread, event);
  post_idle_state (engine);
}

static void
run_unload (GlmEngine *engine)
{
  glm_actor_thread_stop_guests (engine->thread);
  glm_engine_clear (engine);
  glm_actor_thread_let_guests (engine->thread);
  glm_actor_thread_post (engine->thread, glm_event_new (GLM_EVENT_UNLOADED, 0));
  post_idle_state (engine);
}

/* ---- Generating ------------------------------------------------------------------------------------------------- */

typedef struct
{
  GlmEngine *engine;
  GlmJob *job;
  gboolean generating; /* the prompt is done */
  gsize n_tokens;
  gint64 first_token; /* time */
} Generation;

/* Once a session. */
static void
tell_device (GlmEngine *engine, const GlmJob *job)
{
  const char *problem = job->is_guest || !engine->session ? "" : glm_session_device_problem (engine->session);
  GlmEvent *event;

  if (!*problem || engine->told_device)
    return;
  engine->told_device = TRUE;
  event = glm_event_new (GLM_EVENT_DEVICE, 0);
  event->text = g_string_new (problem);
  glm_actor_thread_post (engine->thread, event);
}

static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Generation *generation = user_data;
  gint64 now = g_get_monotonic_time ();
  GlmEvent *event;

  if (!generation->generating)
    {
      generation->generating = TRUE;
      generation->first_token = now;
      if (!generation->job->is_guest)
        post_state (generation->engine, GLM_ACTOR_GENERATING);
    }
  tell_device (generation->engine, generation->job);
  event = new_event (GLM_EVENT_PIECE, generation->job);
  event->kind = kind;
  event->text = g_string_new_len (text, (gssize) n_bytes);
  event->n_done = ++generation->n_tokens;
  event->seconds = (double) (now - generation->first_token) / G_USEC_PER_SEC;
  glm_actor_thread_post (generation->engine->thread, event);
  return true;
}

static void
on_between (void *user_data)
{
  const Generation *generation = user_data;

  if (generation->job->is_guest)
    glm_actor_thread_let_others_first (generation->engine->thread, generation->job);
}

static void
on_prompt (size_t n_done, size_t n_total, void *user_data)
{
  Generation *generation = user_data;
  GlmEvent *event = new_event (GLM_EVENT_PROMPT, generation->job);

  event->n_done = n_done;
  event->n_total = n_total;
  glm_actor_thread_post (generation->engine->thread, event);
  tell_device (generation->engine, generation->job);
  on_between (generation);
}

/* The bytes lie behind the chances, in the same memory. */
static void
on_token (const GlmChance *token, const GlmChance *top, size_t n_top, void *user_data)
{
  Generation *generation = user_data;
  GlmEvent *event = new_event (GLM_EVENT_CHANCE, generation->job);
  gsize n_bytes = token->n_bytes;
  uint8_t *bytes;

  for (gsize i = 0; i < n_top; i++)
    n_bytes += top[i].n_bytes;
  event->n_done = 1 + n_top;
  event->chances = g_malloc (event->n_done * sizeof *event->chances + n_bytes);
  event->chances[0] = *token;
  if (n_top > 0)
    memcpy (event->chances + 1, top, n_top * sizeof *top);
  bytes = (uint8_t *) (event->chances + event->n_done);
  for (gsize i = 0; i < event->n_done; i++)
    {
      GlmChance *chance = &event->chances[i];

      if (chance->n_bytes > 0)
        memcpy (bytes, chance->bytes, chance->n_bytes);
      chance->bytes = bytes;
      bytes += chance->n_bytes;
    }
  glm_actor_thread_post (generation->engine->thread, event);
}

/* ---- The state on disk ------------------------------------------------------------------------------------------ */

static void
set_saved_path (GlmEngine *engine, const char *path)
{
  g_autofree char *copy = g_strdup (path); /* it may be the old one */

  g_free (engine->saved_path);
  engine->saved_path = g_steal_pointer (&copy);
}

/* ids NULL: whatever the file holds. */
static void
restore_session (GlmEngine *engine, const char *path, const int32_t *ids, gsize n_ids)
{
  GlmError error = { 0 };

  if (!glm_session_restore (engine->session, path, ids, n_ids, &error))
    {
      if (error.code == GLM_ERROR_BAD_FILE)
        g_unlink (path);
      return;
    }
  if (!ids)
    set_saved_path (engine, path);
}

static gboolean
has_room (const char *path, guint64 n_bytes)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct statvfs disk;

  return n_bytes <= MAX_SAVED_BYTES && statvfs (folder, &disk) == 0
         && (guint64) disk.f_bavail * disk.f_frsize >= n_bytes + MIN_FREE_BYTES;
}

static void
save_session (GlmEngine *engine, const char *path)
{
  const GlmModelInfo *info = glm_model_info (engine->model);
  gsize n_tokens = glm_session_n_tokens (engine->session);

  if (info->keeps_prompt && n_tokens >= MIN_SAVED_TOKENS && has_room (path, (guint64) n_tokens * info->kv_bytes_per_token)
      && glm_session_save (engine->session, path, NULL))
    set_saved_path (engine, path);
}

/* A conversation was opened.  What no file holds (a temporary chat) is not given up for one that may only be looked at. */
static void
run_restore (GlmEngine *engine, const GlmJob *job)
{
  if (engine->session && g_strcmp0 (engine->saved_path, job->path) != 0
      && (engine->saved_path || glm_session_n_tokens (engine->session) < MIN_SAVED_TOKENS))
    restore_session (engine, job->path, NULL, 0);
}

static void
run_forget (GlmEngine *engine, const GlmJob *job)
{
  g_unlink (job->path);
  if (g_strcmp0 (engine->saved_path, job->path) != 0)
    return;
  set_saved_path (engine, NULL);
  glm_session_sync (engine->session, NULL, 0, NULL, NULL, NULL, NULL);
}

/* ---- A reply ---------------------------------------------------------------------------------------------------- */

static int
get_context (const GlmEngine *engine, const GlmJob *job)
{
  return job->fit.context_length > 0 ? job->fit.context_length : glm_session_context_length (session_of (engine, job));
}

/* A text, as it is, behind what the family begins every prompt with. */
static gboolean
make_text_prompt (GlmEngine *engine, const GlmJob *job, GlmPrompt *ret_prompt, GlmError *error)
{
  GlmPrompt prompt = { 0 };
  gboolean ok;

  if (job->text)
    ok = glm_model_fit_text (engine->model, job->text, strlen (job->text), &prompt.ids, error);
  else
    {
      ok = TRUE;
      for (gsize i = 0; ok && i < job->ids.n; i++)
        ok = glm_tokens_append (&prompt.ids, job->ids.ids[i]);
      if (!ok)
        *error = (GlmError){ .code = GLM_ERROR_NO_MEMORY, .message = "no memory for the prompt" };
    }
  if (ok)
    *ret_prompt = prompt;
  else
    glm_prompt_clear (&prompt);
  return ok;
}

/* Chooses the turns.  Replies get the tokens that the session has of them; what the file has may be more. */
static gboolean
make_prompt (GlmEngine *engine, const GlmJob *job, GlmPrompt *ret_prompt, GlmError *error)
{
  GlmFit fit = job->fit;
  gsize n_held;

  if (job->text || job->ids.n > 0)
    return make_text_prompt (engine, job, ret_prompt, error);
  fit.context_length = job->is_guest ? 0 : get_context (engine, job);
  for (;;)
    {
      if (!glm_session_fit (session_of (engine, job), job->turns, job->n_turns, job->reply, &fit, ret_prompt, error))
        return FALSE;
      if (!job->path || job->only_plan)
        return TRUE;
      n_held = glm_session_count_common (engine->session, ret_prompt->ids.ids, ret_prompt->ids.n);
      restore_session (engine, job->path, ret_prompt->ids.ids, ret_prompt->ids.n);
      /* Each time the session holds more of the conversation than before, or nothing has come. */
      if (glm_session_count_common (engine->session, ret_prompt->ids.ids, ret_prompt->ids.n) <= n_held)
        return TRUE;
      glm_prompt_clear (ret_prompt);
    }
}

/* The same, and says which. */
static gboolean
plan (GlmEngine *engine, const GlmJob *job, GlmPrompt *ret_prompt, GlmError *error)
{
  GlmEvent *event;

  if (!make_prompt (engine, job, ret_prompt, error))
    return FALSE;
  event = new_event (GLM_EVENT_PLANNED, job);
  event->planned = (GlmPlanned){ ret_prompt->first_turn, ret_prompt->ids.n, get_context (engine, job) };
  glm_actor_thread_post (engine->thread, event);
  return TRUE;
}

/* With G_MESSAGES_DEBUG: how replies are really made. */
static void
log_request (const GlmEngine *engine, const GlmJob *job)
{
  const GlmSampling s = job->sampling;

  g_debug ("generate: temperature %.3g, top-p %.3g, top-k %d, min-p %.3g, repetition penalty %.3g, seed %" G_GUINT64_FORMAT
           ", at most %d tokens, context %d",
           (double) s.temperature, (double) s.top_p, s.top_k, (double) s.min_p, (double) s.repetition_penalty, s.seed,
           s.max_tokens, glm_session_context_length (session_of (engine, job)));
}

/* Whether the model that the request means is there. */
static gboolean
check_model (const GlmEngine *engine, const GlmJob *job, GlmError *error)
{
  if (engine->model && (!job->model_path || g_str_equal (engine->path, job->model_path)))
    return TRUE;
  if (job->model_path && g_strcmp0 (engine->failed_path, job->model_path) == 0)
    *error = engine->failure;
  else if (engine->model)
    *error = cancelled_error; /* its loading was, before it began */
  else
    *error = (GlmError){ .code = GLM_ERROR_ARGUMENT, .message = "no model is loaded" };
  return FALSE;
}

/* The guests' session begins with their first request: it is memory. */
static gboolean
open_guest (GlmEngine *engine, const GlmJob *job, GlmError *error)
{
  return !job->is_guest || engine->guest || new_session (engine->model, &engine->options, &engine->guest, error);
}

static gboolean
generate (GlmEngine *engine, GlmJob *job, GlmResult *ret_result, GlmError *error)
{
  Generation generation = { .engine = engine, .job = job };
  GlmGenerateFuncs funcs = {
    .piece = on_piece,
    .prompt = on_prompt,
    .user_data = &generation,
    .cancel = &job->cancel,
    .tools = job->fit.tools,
    .answer = &job->answer,
    .form = &job->form,
    .token = job->wants_chances ? on_token : NULL,
    .n_top = job->n_top,
    .between = job->is_guest ? on_between : NULL,
  };
  GlmPrompt prompt = { 0 };
  gboolean ok;

  if (!check_model (engine, job, error) || !open_guest (engine, job, error) || !plan (engine, job, &prompt, error))
    return FALSE;
  if (job->only_plan)
    {
      ret_result->n_prompt = prompt.ids.n;
      glm_prompt_clear (&prompt);
      return TRUE;
    }
  glm_model_complete_sampling (engine->model, job->fit.tools != NULL, &job->sampling);
  if (!job->is_guest)
    set_saved_path (engine, NULL);
  log_request (engine, job);
  ok = glm_generate (session_of (engine, job), &prompt, &job->sampling, &funcs, NULL, ret_result, error);
  glm_prompt_clear (&prompt);
  return ok;
}

/* Whether the model may be offered tools.  When it was asked, it may not have been known. */
static gboolean
may_call (const GlmEngine *engine, const GlmJob *job)
{
  GlmCalling calling = engine->model ? glm_model_info (engine->model)->calling : GLM_CALLING_NEVER;

  return calling == GLM_CALLING_TRAINED || (calling == GLM_CALLING_UNTRAINED && job->form.kind == GLM_FORM_CALL);
}

static void
run_generate (GlmEngine *engine, GlmJob *job)
{
  GlmEvent *event = new_event (GLM_EVENT_ENDED, job);
  const GlmToolSet *offered = job->fit.tools;
  GlmError error = { 0 };
  gboolean ok, shows = engine->model && !job->only_plan && !job->is_guest;

  if (shows)
    post_state (engine, GLM_ACTOR_READING);
  if (!may_call (engine, job))
    job->fit.tools = NULL;
  if (job->is_guest)
    glm_actor_thread_let_others_first (engine->thread, job);
  ok = generate (engine, job, &event->result, &error);
  job->fit.tools = offered;
  if (error.code == GLM_ERROR_CANCELLED)
    event->result = (GlmResult){ .reason = GLM_STOP_CANCELLED, .stop_id = -1 };
  else if (!ok)
    set_error (event, &error);
  tell_device (engine, job);
  if (!job->is_guest)
    post_idle_state (engine);
  glm_actor_thread_post (engine->thread, event);
  if (!ok || job->only_plan || glm_actor_thread_is_ending (engine->thread))
    return;
  /* The next prompt begins with all of it. */
  glm_session_settle (session_of (engine, job), NULL);
  if (job->path && !job->is_guest)
    save_session (engine, job->path);
}

/* The state in the session stays one that the file has, but for what the next reply begins with. */
static gboolean
read_ahead (GlmEngine *engine, GlmJob *job, GlmResult *ret_result, GlmError *error)
{
  GlmPrompt prompt = { 0 };
  gboolean ok = check_model (engine, job, error) && plan (engine, job, &prompt, error);
  gsize n_held = ok ? glm_session_count_common (engine->session, prompt.ids.ids, prompt.ids.n) : 0;

  if (!ok)
    return FALSE;
  *ret_result = (GlmResult){ .reason = GLM_STOP_END, .stop_id = -1, .n_prompt = prompt.ids.n, .n_reused = n_held };
  if (g_strcmp0 (engine->saved_path, job->path) != 0)
    set_saved_path (engine, NULL);
  for (gsize n = n_held; ok && n < prompt.ids.n && glm_model_info (engine->model)->keeps_prompt;)
    {
      n = MIN (n + AHEAD_STEP, prompt.ids.n);
      ok = glm_session_sync (engine->session, prompt.ids.ids, n, NULL, NULL, &job->cancel, error);
    }
  glm_prompt_clear (&prompt);
  return ok;
}

static void
run_ahead (GlmEngine *engine, GlmJob *job)
{
  const GlmToolSet *offered = job->fit.tools;
  GlmResult result = { 0 };
  GlmError error = { 0 };
  GlmEvent *event;
  gboolean ok;

  if (!may_call (engine, job))
    job->fit.tools = NULL;
  ok = read_ahead (engine, job, &result, &error);
  job->fit.tools = offered;
  job->is_open = !ok && error.code == GLM_ERROR_CANCELLED;
  if (job->is_open)
    return;
  event = new_event (GLM_EVENT_ENDED, job);
  event->result = result;
  if (!ok)
    set_error (event, &error);
  glm_actor_thread_post (engine->thread, event);
}

static void
run_forget_guests (GlmEngine *engine)
{
  glm_actor_thread_stop_guests (engine->thread);
  g_clear_pointer (&engine->guest, glm_session_free);
  glm_actor_thread_let_guests (engine->thread);
}

static void
run_count (GlmEngine *engine, const GlmJob *job)
{
  static const GlmError no_model = { GLM_ERROR_ARGUMENT, "no model is loaded" };
  GlmEvent *event = glm_event_new (GLM_EVENT_COUNTED, job->id);
  GlmError error = { 0 };

  if (!engine->model)
    set_error (event, &no_model);
  else if (!glm_model_count_tools (engine->model, job->fit.tools, &event->n_tools, &error))
    set_error (event, &error);
  glm_actor_thread_post (engine->thread, event);
}

/* ---- ---------------------------------------------------------------------------------------------------------------- */

void
glm_engine_run (GlmEngine *engine, GlmJob *job)
{
  switch (job->type)
    {
    case GLM_JOB_LOAD: run_load (engine, job); break;
    case GLM_JOB_UNLOAD: run_unload (engine); break;
    case GLM_JOB_GENERATE: (job->is_ahead ? run_ahead : run_generate) (engine, job); break;
    case GLM_JOB_RESTORE: run_restore (engine, job); break;
    case GLM_JOB_FORGET: run_forget (engine, job); break;
    case GLM_JOB_COUNT: run_count (engine, job); break;
    case GLM_JOB_FORGET_GUESTS: run_forget_guests (engine); break;
    }
}

void
glm_engine_refuse (const GlmEngine *engine, const GlmJob *job)
{
  GlmEvent *event;

  switch (job->type)
    {
    case GLM_JOB_GENERATE:
      event = new_event (GLM_EVENT_ENDED, job);
      event->result = (GlmResult){ .reason = GLM_STOP_CANCELLED, .stop_id = -1 };
      break;
    case GLM_JOB_LOAD:
      event = glm_event_new (GLM_EVENT_LOADED, job->id);
      set_error (event, &cancelled_error);
      break;
    case GLM_JOB_COUNT:
      event = glm_event_new (GLM_EVENT_COUNTED, job->id);
      set_error (event, &cancelled_error);
      break;
    case GLM_JOB_UNLOAD:
    case GLM_JOB_RESTORE:
    case GLM_JOB_FORGET:
    case GLM_JOB_FORGET_GUESTS:
    default: return;
    }
  glm_actor_thread_post (engine->thread, event);
}

gboolean
glm_engine_is_on_card (const GlmEngine *engine)
{
  return engine->model && *glm_model_info (engine->model)->device;
}

void
glm_engine_rest (GlmEngine *engine, double seconds)
{
  if (engine->model)
    glm_model_rest (engine->model, seconds);
}

void
glm_engine_clear (GlmEngine *engine)
{
  g_clear_pointer (&engine->session, glm_session_free);
  g_clear_pointer (&engine->guest, glm_session_free);
  g_clear_pointer (&engine->model, glm_model_free);
  g_clear_pointer (&engine->path, g_free);
  g_clear_pointer (&engine->saved_path, g_free);
  g_clear_pointer (&engine->failed_path, g_free);
}
