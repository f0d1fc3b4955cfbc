/* myna-remote-model.c: a model of a server as what makes replies
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   generate → is it allowed? → its key → the question → events → the pieces that an engine would write → ended
 *
 * Nothing is sent before the person has allowed what the question contains.
 */
#include "chat/myna-remote-model.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-remote-body.h"
#include "chat/myna-remote-error.h"
#include "chat/myna-remote-server-key.h"

struct _MynaRemoteModel
{
  GObject parent_instance;

  MynaRemoteServers *servers; /* not owned; NULL: gone */
  char *path;
  char *title; /* as it was described last */
  GlmModelInfo info;
  GHashTable *requests; /* id → Request, those that run */
  guint64 last_id;
};

/* A request on its way.  Owned by the table until it has ended. */
typedef struct
{
  MynaRemoteModel *model; /* a reference */
  guint64 id, asked_id;
  GlmRequestFuncs funcs;
  gpointer user_data;
  GDestroyNotify destroy;
  char *server_name;
  JsonObject *asked;
  GCancellable *cancellable; /* of reading the key */
  GlmPlanned planned;
  gboolean only_plan, in_call;
  GPtrArray *arguments; /* GString: of each call */
  gint64 began, first;  /* monotonic µs; first: of the first piece, 0: none yet */
  gsize n_pieces;
  GError *error; /* to be told from the main loop */
} Request;

static void generator_init (MynaGeneratorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaRemoteModel, myna_remote_model, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MYNA_TYPE_GENERATOR, generator_init))

/* NULL: it was removed. */
static MynaRemoteServer *
find_server (MynaRemoteModel *self, const char **ret_model)
{
  return self->servers ? myna_remote_servers_find_by_path (self->servers, self->path, ret_model) : NULL;
}

/* ---- A request -------------------------------------------------------------------------------------------------- */

static void
string_free (gpointer data)
{
  g_string_free (data, TRUE);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->destroy)
    request->destroy (request->user_data);
  g_cancellable_cancel (request->cancellable);
  g_object_unref (request->cancellable);
  g_clear_pointer (&request->asked, json_object_unref);
  g_ptr_array_unref (request->arguments);
  g_clear_error (&request->error);
  g_free (request->server_name);
  g_object_unref (request->model);
  g_free (request);
}

/* NULL: it has ended. */
static Request *
find (MynaRemoteModel *self, guint64 id)
{
  return g_hash_table_lookup (self->requests, &id);
}

/* Ends it, with an error (which is taken) or a result. */
static void
finish (Request *request, const GlmResult *result, GError *error)
{
  MynaRemoteModel *self = request->model;

  g_hash_table_steal (self->requests, &request->id);
  if (request->funcs.ended)
    request->funcs.ended (result, error, request->user_data);
  g_clear_error (&error);
  request_free (request);
}

static void
finish_cancelled (Request *request)
{
  const GlmResult result = {
    .reason = GLM_STOP_CANCELLED, .stop_id = -1, .n_prompt = request->planned.n_prompt, .n_generated = request->n_pieces
  };

  finish (request, &result, NULL);
}

static void
write_piece (Request *request, GlmReplyKind kind, const char *text)
{
  gint64 now = g_get_monotonic_time ();

  if (!request->first)
    request->first = now;
  if (request->funcs.piece)
    request->funcs.piece (kind, text, request->user_data);
  request->n_pieces++;
  if (request->funcs.rate)
    request->funcs.rate (request->n_pieces, (now - request->first) / (double) G_USEC_PER_SEC, request->user_data);
}

/* ---- Events ----------------------------------------------------------------------------------------------------- */

static void
take_text (Request *request, GlmReplyKind kind, const char *text)
{
  if (!text)
    return;
  if (request->in_call)
    write_piece (request, GLM_REPLY_PART, "");
  request->in_call = FALSE;
  write_piece (request, kind, text);
}

static void
take_call (Request *request, const char *name)
{
  if (!name)
    return;
  request->in_call = TRUE;
  g_ptr_array_add (request->arguments, g_string_new (NULL));
  write_piece (request, GLM_REPLY_CALL, name);
}

static void
take_arguments (Request *request, const char *text)
{
  if (!text || request->arguments->len == 0)
    return;
  g_string_append (g_ptr_array_index (request->arguments, request->arguments->len - 1), text);
  if (request->in_call)
    write_piece (request, GLM_REPLY_ARGUMENTS, text);
}

/* A verdict on each call, as the engine gives them. */
static void
judge_calls (Request *request)
{
  for (guint i = 0; i < request->arguments->len; i++)
    {
      const GString *arguments = g_ptr_array_index (request->arguments, i);
      const char *text = arguments->len > 0 ? arguments->str : "{}";
      g_autoptr (JsonObject) object = remote_json_parse (text, strlen (text));

      if (request->funcs.piece)
        request->funcs.piece (object ? GLM_REPLY_CALLED : GLM_REPLY_BAD, object ? text : "syntax", request->user_data);
    }
}

static void
take_end (Request *request, JsonObject *event)
{
  const char *reason = text_json_string (event, "reason");
  gint64 now = g_get_monotonic_time (), first = request->first ? request->first : now;
  gsize n_prompt = (gsize) remote_json_int (event, "prompt_tokens"), n_tokens = (gsize) remote_json_int (event, "tokens");
  const GlmResult result = {
    .reason = g_strcmp0 (reason, "calls") == 0    ? GLM_STOP_CALL
              : g_strcmp0 (reason, "length") == 0 ? GLM_STOP_LENGTH
                                                  : GLM_STOP_END,
    .stop_id = -1,
    .n_prompt = n_prompt ? n_prompt : request->planned.n_prompt,
    .n_reused = (gsize) remote_json_int (event, "cached"),
    .n_generated = n_tokens ? n_tokens : request->n_pieces,
    .first_token_seconds = (first - request->began) / (double) G_USEC_PER_SEC,
    /* What came at once says nothing of the speed. */
    .generate_seconds = now - first < G_USEC_PER_SEC / 10 ? 0 : (now - first) / (double) G_USEC_PER_SEC,
  };

  if (result.reason == GLM_STOP_CALL)
    judge_calls (request);
  if (g_strcmp0 (reason, "filter") == 0)
    finish (request, NULL, myna_remote_error_new (REMOTE_PROBLEM_FILTERED, request->server_name));
  else
    finish (request, &result, NULL);
}

/* Which request is meant: it may have ended meanwhile. */
typedef struct
{
  MynaRemoteModel *model; /* a reference */
  guint64 id;
} Meant;

static Meant *
meant_new (Request *request)
{
  Meant *meant = g_new (Meant, 1);

  *meant = (Meant){ g_object_ref (request->model), request->id };
  return meant;
}

static void
meant_free (gpointer data)
{
  g_object_unref (((Meant *) data)->model);
  g_free (data);
}

static void
event_cb (JsonObject *event, const char *name, gpointer user_data)
{
  Meant *meant = user_data;
  Request *request = find (meant->model, meant->id);

  if (!request)
    return;
  if (g_str_equal (name, "text"))
    take_text (request, GLM_REPLY_TEXT, text_json_string (event, "text"));
  else if (g_str_equal (name, "thought"))
    take_text (request, GLM_REPLY_THOUGHT, text_json_string (event, "text"));
  else if (g_str_equal (name, "call"))
    take_call (request, text_json_string (event, "name"));
  else if (g_str_equal (name, "arguments"))
    take_arguments (request, text_json_string (event, "text"));
  else if (g_str_equal (name, "end"))
    take_end (request, event);
  else if (g_str_equal (name, "error"))
    finish (request, NULL, myna_remote_error_read (event, request->server_name));
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

static void
key_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Meant *meant = user_data;
  Request *request = find (meant->model, meant->id);
  g_autofree char *key = myna_remote_server_key_read_finish (result, NULL);

  if (!request || !meant->model->servers)
    {
      meant_free (meant);
      return;
    }
  /* A keyring that stays locked is as if there were no key: the server says so. */
  if (key && *key)
    json_object_set_string_member (request->asked, "key", key);
  request->began = g_get_monotonic_time ();
  request->asked_id =
      myna_remote_link_ask (myna_remote_servers_get_link (meant->model->servers), request->asked, event_cb, meant, meant_free);
  g_clear_pointer (&request->asked, json_object_unref);
}

/* A request that nothing is sent for. */
static gboolean
settle_cb (gpointer user_data)
{
  Meant *meant = user_data;
  Request *request = find (meant->model, meant->id);
  const GlmResult result = { .stop_id = -1, .n_prompt = request ? request->planned.n_prompt : 0 };

  if (!request)
    return G_SOURCE_REMOVE;
  if (request->error)
    {
      finish (request, NULL, g_steal_pointer (&request->error));
      return G_SOURCE_REMOVE;
    }
  if (request->funcs.planned)
    request->funcs.planned (&request->planned, request->user_data);
  if (request->only_plan)
    finish (request, &result, NULL);
  return G_SOURCE_REMOVE;
}

/* What the person was not asked about yet. */
static guint
find_unasked (MynaRemoteModel *self, MynaRemoteServer *server, const MynaRecipe *recipe, const GlmRequest *made)
{
  guint sends = 0;

  if (recipe && recipe->has_attachments)
    sends |= MYNA_SENDS_ATTACHMENTS;
  if (recipe && myna_remote_servers_is_temporary (self->servers, recipe->store))
    sends |= MYNA_SENDS_TEMPORARY;
  for (gsize i = 0; i < made->n_turns; i++)
    if (g_str_equal (made->turns[i].role, "observation"))
      sends |= MYNA_SENDS_RESULTS;
  return sends & ~myna_remote_server_get_allowed (server);
}

static Request *
request_new (MynaRemoteModel *self, const GlmRequest *made, const GlmRequestFuncs *funcs, gpointer user_data,
             GDestroyNotify destroy)
{
  Request *request = g_new0 (Request, 1);

  request->model = g_object_ref (self);
  request->id = ++self->last_id;
  request->funcs = *funcs;
  request->user_data = user_data;
  request->destroy = destroy;
  request->cancellable = g_cancellable_new ();
  request->arguments = g_ptr_array_new_with_free_func (string_free);
  request->only_plan = made->only_plan;
  request->began = g_get_monotonic_time ();
  g_hash_table_insert (self->requests, &request->id, request);
  return request;
}

static guint64
generate (MynaGenerator *generator, const MynaRecipe *recipe, const GlmRequest *made, const GlmRequestFuncs *funcs,
          gpointer user_data, GDestroyNotify destroy)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);
  Request *request = request_new (self, made, funcs, user_data, destroy);
  guint64 id = request->id;
  const char *name = "";
  MynaRemoteServer *server = find_server (self, &name);
  guint unasked = server ? find_unasked (self, server, recipe, made) : 0;
  int context = server ? myna_remote_server_get_context (server, name) : 0;
  gsize first = myna_remote_body_fit (made, context);

  request->server_name = g_strdup (server ? myna_remote_server_get_name (server) : "");
  request->planned = (GlmPlanned){ first, myna_remote_body_guess (made), context };
  if (!server)
    request->error = myna_remote_error_new (REMOTE_PROBLEM_FORGOTTEN, "");
  else if (unasked && !made->only_plan)
    request->error = myna_remote_error_new (REMOTE_PROBLEM_ASK, request->server_name);
  g_idle_add_full (G_PRIORITY_DEFAULT, settle_cb, meant_new (request), meant_free);
  if (request->error && unasked)
    g_signal_emit_by_name (self->servers, "asks", server, unasked);
  else if (!request->error && !made->only_plan)
    {
      request->asked = json_object_new ();
      json_object_set_string_member (request->asked, "op", "chat");
      json_object_set_string_member (request->asked, "address", myna_remote_server_get_address (server));
      json_object_set_object_member (request->asked, "body",
                                     myna_remote_body_new (name, made, first, recipe ? recipe->settings : NULL));
      myna_remote_server_key_read_async (myna_remote_server_get_id (server), request->cancellable, key_read_cb,
                                         meant_new (request));
    }
  return id;
}

static gboolean
cancelled_cb (gpointer user_data)
{
  Meant *meant = user_data;
  Request *request = find (meant->model, meant->id);

  if (request)
    finish_cancelled (request);
  return G_SOURCE_REMOVE;
}

static void
cancel (MynaGenerator *generator, guint64 request_id)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);
  Request *request = find (self, request_id);

  if (!request)
    return;
  if (request->asked_id && self->servers)
    myna_remote_link_cancel (myna_remote_servers_get_link (self->servers), request->asked_id);
  g_idle_add_full (G_PRIORITY_DEFAULT, cancelled_cb, meant_new (request), meant_free);
}

/* No server can be told to. */
static void
answer (MynaGenerator *generator, guint64 request_id)
{
}

/* ---- What it is ------------------------------------------------------------------------------------------------- */

static int
get_context_length (MynaGenerator *generator)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);
  const char *name;
  MynaRemoteServer *server = find_server (self, &name);

  return server ? myna_remote_server_get_context (server, name) : 0;
}

static const char *
get_model_name (MynaGenerator *generator)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);

  if (self->servers)
    {
      g_free (self->title);
      self->title = myna_remote_servers_describe (self->servers, self->path);
    }
  return self->title;
}

static const GlmModelInfo *
get_model_info (MynaGenerator *generator)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);

  self->info.context_length = get_context_length (generator);
  return &self->info;
}

static const GlmModelInfo *
find_model_info (MynaGenerator *generator, const char *path)
{
  return get_model_info (generator);
}

static void
count_tools_async (MynaGenerator *generator, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (generator, cancellable, callback, user_data);
  const GlmRequest request = { .fit.tools = tools };

  if (get_context_length (generator) > 0)
    g_task_return_int (task, (gssize) myna_remote_body_guess (&request));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The server does not say how much its model can read");
}

static MynaGenerator *
find_generator (MynaGenerator *generator, const char *path)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (generator);

  return myna_remote_server_is_path (path) && self->servers ? myna_remote_servers_get_generator (self->servers, path)
                                                            : generator;
}

static void
generator_init (MynaGeneratorInterface *iface)
{
  iface->generate = generate;
  iface->cancel = cancel;
  iface->answer = answer;
  iface->get_context_length = get_context_length;
  iface->get_model_name = get_model_name;
  iface->get_model_info = get_model_info;
  iface->find_model_info = find_model_info;
  iface->count_tools_async = count_tools_async;
  iface->find = find_generator;
}

static void
myna_remote_model_finalize (GObject *object)
{
  MynaRemoteModel *self = MYNA_REMOTE_MODEL (object);

  g_clear_weak_pointer (&self->servers);
  g_free (self->path);
  g_free (self->title);
  g_hash_table_unref (self->requests);
  G_OBJECT_CLASS (myna_remote_model_parent_class)->finalize (object);
}

static void
myna_remote_model_class_init (MynaRemoteModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_remote_model_finalize;
}

static void
myna_remote_model_init (MynaRemoteModel *self)
{
  self->requests = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, request_free);
}

MynaGenerator *
myna_remote_model_new (MynaRemoteServers *servers, const char *path)
{
  MynaRemoteModel *self = g_object_new (MYNA_TYPE_REMOTE_MODEL, NULL);
  const char *name = "";
  g_autofree char *id = myna_remote_server_split_path (path, &name);

  g_set_weak_pointer (&self->servers, servers);
  self->path = g_strdup (path);
  g_strlcpy (self->info.name, name, sizeof self->info.name);
  self->info.calling = GLM_CALLING_TRAINED;
  self->info.can_answer_at_once = TRUE;
  return MYNA_GENERATOR (self);
}
