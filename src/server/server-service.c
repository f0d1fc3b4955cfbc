/* server-service.c: see server-service.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-service.h"

#include <string.h>

#include "server/server-exchange.h"
#include "server/server-gate.h"
#include "server/server-json.h"

struct _ServerService
{
  GObject parent_instance;
  const ServerEngineFuncs *funcs;
  gpointer engine;
  ServerGate *gate;
  GHashTable *exchanges; /* set of ServerExchange* */
};

enum
{
  PROP_N_REQUESTS = 1,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (ServerService, server_service, G_TYPE_OBJECT)

/* ---- Models ----------------------------------------------------------------------------------------------------- */

static ServerModel
describe (ServerService *self)
{
  ServerModel model = { 0 };

  self->funcs->describe (self->engine, &model);
  return model;
}

static void
build_model (JsonBuilder *builder, const ServerModel *model)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "id");
  json_builder_add_string_value (builder, model->name);
  json_builder_set_member_name (builder, "object");
  json_builder_add_string_value (builder, "model");
  json_builder_set_member_name (builder, "created");
  json_builder_add_int_value (builder, model->created);
  json_builder_set_member_name (builder, "owned_by");
  json_builder_add_string_value (builder, "local");
  json_builder_set_member_name (builder, "meta");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "context_length");
  json_builder_add_int_value (builder, model->context_length);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

static void
answer_health (ServerService *self, SoupServerMessage *message)
{
  gboolean ready = describe (self).state == SERVER_MODEL_READY;

  server_answer_json (message, ready ? 200 : 503, g_strdup (ready ? "{\"status\":\"ok\"}" : "{\"status\":\"loading\"}"));
}

static void
answer_models (ServerService *self, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  ServerModel model = describe (self);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "object");
  json_builder_add_string_value (builder, "list");
  json_builder_set_member_name (builder, "data");
  json_builder_begin_array (builder);
  if (model.state == SERVER_MODEL_READY)
    build_model (builder, &model);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  server_answer_json (message, 200, server_json_write (builder));
}

/* Whether the name, or none, means the model that is there. */
static gboolean
check_model (const ServerModel *model, const char *name, ServerProblem *problem)
{
  if (model->state == SERVER_MODEL_LOADING)
    return server_problem_set (problem, 503, "loading", NULL, "The model is being loaded.");
  if (model->state == SERVER_MODEL_NONE)
    return server_problem_set (problem, 503, "no_model", NULL, "No model is loaded.");
  if (name && strcmp (name, model->name) != 0)
    return server_problem_set (problem, 404, "model_not_found", "model", "There is no model “%s” here; “%s” is.", name,
                               model->name);
  return TRUE;
}

static void
answer_model (ServerService *self, SoupServerMessage *message, const char *name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_auto (ServerProblem) problem = { 0 };
  ServerModel model = describe (self);

  if (!check_model (&model, name, &problem))
    {
      server_answer_problem (message, &problem);
      return;
    }
  build_model (builder, &model);
  server_answer_json (message, 200, server_json_write (builder));
}

/* ---- Completions ------------------------------------------------------------------------------------------------ */

static void
on_exchange_ended (ServerExchange *exchange, gpointer user_data)
{
  ServerService *self = user_data;
  ServerConnection *connection = server_gate_find (self->gate, server_exchange_get_message (exchange));

  /* From now on the client has to take what is left. */
  if (connection)
    server_connection_end (connection);
  g_hash_table_remove (self->exchanges, exchange);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_REQUESTS]);
}

static void
on_left (gpointer exchange)
{
  server_exchange_leave (exchange);
}

static gboolean
check_request (ServerService *self, const ServerRequest *request, const ServerModel *model, ServerProblem *problem)
{
  if (!check_model (model, request->model, problem))
    return FALSE;
  if (request->tools && model->calling == GLM_CALLING_NEVER)
    return server_problem_set (problem, 400, "unsupported_value", "tools", "This model has no way to call tools.");
  if (request->tools && model->calling == GLM_CALLING_UNTRAINED && request->form.kind != GLM_FORM_CALL)
    return server_problem_set (problem, 400, "unsupported_value", "tools",
                               "This model was not trained to call tools by itself; “tool_choice” can make it.");
  if (g_hash_table_size (self->exchanges) > SERVER_MAX_QUEUE)
    return server_problem_set (problem, 429, "queue_full", NULL, "%d requests wait already.", SERVER_MAX_QUEUE);
  return TRUE;
}

static void
answer_completion (ServerService *self, SoupServerMessage *message, ServerConnection *connection, ServerRequestKind kind)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_auto (ServerProblem) problem = { 0 };
  g_autoptr (ServerRequest) request = NULL;
  ServerModel model = describe (self);
  ServerExchange *exchange;
  gsize n_bytes;
  const char *text = g_bytes_get_data (body, &n_bytes);

  request = server_request_new (kind, text, n_bytes, &problem);
  if (!request || !check_request (self, request, &model, &problem))
    {
      server_answer_problem (message, &problem);
      return;
    }
  exchange =
      server_exchange_start (message, g_steal_pointer (&request), &model, self->funcs, self->engine, on_exchange_ended, self);
  g_hash_table_add (self->exchanges, exchange);
  server_connection_begin (connection, on_left, exchange);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_REQUESTS]);
}

/* ---- Paths ------------------------------------------------------------------------------------------------------ */

static gboolean
is_method (SoupServerMessage *message, const char *method, const char *path)
{
  g_auto (ServerProblem) problem = { 0 };
  const char *given = soup_server_message_get_method (message);

  if (strcmp (given, method) == 0 || (strcmp (given, "HEAD") == 0 && strcmp (method, "GET") == 0))
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow", method);
  server_problem_set (&problem, 405, "method_not_allowed", NULL, "%s is for %s.", path, method);
  server_answer_problem (message, &problem);
  return FALSE;
}

static void
answer_unknown (SoupServerMessage *message, const char *path)
{
  g_auto (ServerProblem) problem = { 0 };

  server_problem_set (&problem, 404, "unknown_url", NULL, "There is nothing at %s.", path);
  server_answer_problem (message, &problem);
}

static void
on_request (SoupServerMessage *message, ServerConnection *connection, const char *path, gpointer user_data)
{
  ServerService *self = user_data;

  if (strcmp (path, "/health") == 0 && is_method (message, "GET", path))
    answer_health (self, message);
  else if (strcmp (path, "/v1/models") == 0 && is_method (message, "GET", path))
    answer_models (self, message);
  else if (g_str_has_prefix (path, "/v1/models/") && is_method (message, "GET", path))
    answer_model (self, message, path + strlen ("/v1/models/"));
  else if (strcmp (path, "/v1/chat/completions") == 0 && is_method (message, "POST", path))
    answer_completion (self, message, connection, SERVER_REQUEST_CHAT);
  else if (strcmp (path, "/v1/completions") == 0 && is_method (message, "POST", path))
    answer_completion (self, message, connection, SERVER_REQUEST_TEXT);
  else if (soup_server_message_get_status (message) == 0)
    answer_unknown (message, path);
}

/* ---- The object ------------------------------------------------------------------------------------------------- */

ServerService *
server_service_new (const ServerEngineFuncs *funcs, gpointer engine, const char *token)
{
  ServerService *self = g_object_new (SERVER_TYPE_SERVICE, NULL);

  self->funcs = funcs;
  self->engine = engine;
  self->gate = server_gate_new (token, on_request, self);
  return self;
}

guint
server_service_listen_port (ServerService *self, guint port, GError **error)
{
  g_return_val_if_fail (SERVER_IS_SERVICE (self), 0);

  return server_gate_listen_port (self->gate, port, error);
}

gboolean
server_service_listen_socket (ServerService *self, const char *path, GError **error)
{
  g_return_val_if_fail (SERVER_IS_SERVICE (self), FALSE);
  return server_gate_listen_socket (self->gate, path, error);
}

guint
server_service_get_n_requests (ServerService *self)
{
  g_return_val_if_fail (SERVER_IS_SERVICE (self), 0);
  return g_hash_table_size (self->exchanges);
}

void
server_service_stop_requests (ServerService *self)
{
  g_autoptr (GList) exchanges = NULL;

  g_return_if_fail (SERVER_IS_SERVICE (self));
  exchanges = g_hash_table_get_keys (self->exchanges);
  for (GList *link = exchanges; link; link = link->next)
    server_exchange_stop (link->data);
}

/* Exchanges end by the engine's word, which may come after us. */
static void
server_service_dispose (GObject *object)
{
  ServerService *self = SERVER_SERVICE (object);
  g_autoptr (GList) exchanges = g_hash_table_get_keys (self->exchanges);

  for (GList *link = exchanges; link; link = link->next)
    server_exchange_abandon (link->data);
  g_hash_table_remove_all (self->exchanges);
  g_clear_pointer (&self->gate, server_gate_free);
  G_OBJECT_CLASS (server_service_parent_class)->dispose (object);
}

static void
server_service_finalize (GObject *object)
{
  ServerService *self = SERVER_SERVICE (object);

  g_hash_table_unref (self->exchanges);
  G_OBJECT_CLASS (server_service_parent_class)->finalize (object);
}

static void
server_service_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_N_REQUESTS)
    g_value_set_uint (value, server_service_get_n_requests (SERVER_SERVICE (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
server_service_class_init (ServerServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = server_service_dispose;
  object_class->finalize = server_service_finalize;
  object_class->get_property = server_service_get_property;
  props[PROP_N_REQUESTS] =
      g_param_spec_uint ("n-requests", NULL, NULL, 0, G_MAXUINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
server_service_init (ServerService *self)
{
  self->exchanges = g_hash_table_new (NULL, NULL);
}
