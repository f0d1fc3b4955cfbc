/* mcp-client.c: one server of tools, from its start to its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a server answers decides its era: a result for server/discover, or one of three errors, is the modern one; anything else,
 * or silence, the older ones, which begin with a handshake.  Then its tools are listed, and listed anew whenever it says so.
 *
 * Answers come in any order, or not at all.  An id that nobody waits for is ignored: it was given up.
 */
#include "tools/server-private.h"

#include <string.h>

#include "tools/program-box.h"
#include "tools/program.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define FIRST_MS      60000 /* for the first answer: some load half a minute of JavaScript */
#define SILENCE_MS    10000 /* after which the handshake is tried, too */
#define LIST_MS       60000
#define MAX_NOISE     20 /* lines that are no messages */
#define MAX_LOG       (64 << 10)
#define MAX_RESTARTS  3
#define RESTARTS_SPAN (10 * 60 * G_USEC_PER_SEC)

struct _ToolServer
{
  GObject parent_instance;

  ToolServerConfig *config;
  guint first_ms, silence_ms;
  ToolServerState state;
  ToolServerProblem problem;
  char *detail; /* may be NULL */
  GString *log;
  GPtrArray *listed;  /* ToolMcpTool */
  GPtrArray *offered; /* Tool or NULL, one for each */
  gboolean is_cut;

  ToolProgram *program; /* NULL: none runs */
  ToolMcpEra era;
  gint64 next_id;
  gint64 first_id, handshake_id, list_id, listen_id; /* −1: not asked, or answered */
  GPtrArray *listing;                                /* ToolMcpTool: the pages so far; NULL: nothing is listed */
  GHashTable *cursors;                               /* of those pages */
  gsize n_listed_bytes;
  gboolean list_again;
  gboolean tells; /* when its list changes */
  guint timer, silence;
  guint n_noise;
  GHashTable *calls;  /* id → GTask, owned: those that wait for a result */
  GPtrArray *waiting; /* GTask, owned: calls that wait for the server */
  gint64 restarts[MAX_RESTARTS];
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (ToolServer, tool_server, G_TYPE_OBJECT)

/* What is called. */
typedef struct
{
  char *tool;
  const Tool *allowed; /* what the person allowed; NULL: anything of that name */
  JsonObject *arguments;
  GPtrArray *pictures; /* GBytes: files that came with the result */
  gboolean structured;
  gint64 id;
  gulong cancelled_id;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_free (call->tool);
  json_object_unref (call->arguments);
  g_ptr_array_unref (call->pictures);
  g_free (call);
}

/* Before it is answered: who waits for a cancellation would keep it. */
static void
disconnect (GTask *task)
{
  Call *call = g_task_get_task_data (task);

  if (call->cancelled_id)
    g_cancellable_disconnect (g_task_get_cancellable (task), call->cancelled_id);
  call->cancelled_id = 0;
}

static void
changed (ToolServer *self)
{
  g_signal_emit (self, changed_signal, 0);
}

static void
add_log (ToolServer *self, const char *line)
{
  g_string_append_printf (self->log, "%s\n", line);
  if (self->log->len > MAX_LOG)
    {
      const char *half = self->log->str + self->log->len / 2;
      const char *line_end = strchr (half, '\n');

      g_string_erase (self->log, 0, (line_end ? line_end + 1 : half) - self->log->str);
    }
}

static void
refuse (ToolServer *self, GTask *task, const char *why)
{
  disconnect (task);
  g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_FAILED, "%s %s", self->config->name, why);
}

/* ---- Its end ---------------------------------------------------------------------------------------------------- */

static void
end_calls (ToolServer *self, const char *why)
{
  g_autoptr (GHashTable) calls = g_steal_pointer (&self->calls);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);
  GHashTableIter iter;
  gpointer task;

  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    refuse (self, g_ptr_array_index (waiting, i), why);
  g_hash_table_iter_init (&iter, calls);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    refuse (self, task, why);
}

static void
forget_conversation (ToolServer *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->silence, g_source_remove);
  g_clear_pointer (&self->listing, g_ptr_array_unref);
  g_clear_pointer (&self->cursors, g_hash_table_unref);
  self->first_id = self->handshake_id = self->list_id = self->listen_id = -1;
  self->era = TOOL_MCP_UNKNOWN;
  self->n_noise = 0;
  self->list_again = self->tells = FALSE;
}

static void
fail (ToolServer *self, ToolServerProblem problem, const char *detail)
{
  g_autoptr (ToolServer) kept = g_object_ref (self);

  forget_conversation (self);
  g_clear_pointer (&self->program, tool_program_free);
  self->state = TOOL_SERVER_FAILED;
  self->problem = problem;
  g_free (self->detail);
  self->detail = g_strdup (detail);
  end_calls (self, "has ended");
  changed (self);
}

static char *
dup_last_line (ToolServer *self)
{
  g_autofree char *text = g_strchomp (g_strdup (self->log->str));
  const char *line = strrchr (text, '\n');

  return g_strdup (line ? line + 1 : text);
}

static void
ended_cb (ToolProgramEnd end, int status, gpointer user_data)
{
  ToolServer *self = user_data;
  g_autofree char *line = dup_last_line (self);

  if (end == TOOL_PROGRAM_TOO_LARGE)
    fail (self, TOOL_SERVER_TOO_LARGE, NULL);
  else if (end == TOOL_PROGRAM_DEAF)
    fail (self, TOOL_SERVER_DEAF, NULL);
  else if (self->config->in_box && tool_program_box_is_refused (line))
    fail (self, TOOL_SERVER_NO_BOX, line);
  else
    fail (self, TOOL_SERVER_ENDED, *line ? line : NULL);
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

static gint64
ask (ToolServer *self, const char *method, JsonObject *params)
{
  gint64 id = self->next_id++;
  g_autofree char *line = tool_mcp_request (self->era, id, method, params);

  tool_program_send (self->program, line);
  return id;
}

static gboolean
late_cb (gpointer user_data)
{
  ToolServer *self = user_data;

  self->timer = 0;
  fail (self, TOOL_SERVER_NO_ANSWER, NULL);
  return G_SOURCE_REMOVE;
}

static void
limit (ToolServer *self, guint ms)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (ms)
    self->timer = g_timeout_add (ms, late_cb, self);
}

static void
ask_for_page (ToolServer *self, const char *cursor)
{
  JsonObject *params = json_object_new ();

  if (cursor)
    json_object_set_string_member (params, "cursor", cursor);
  self->list_id = ask (self, "tools/list", params);
  limit (self, LIST_MS);
}

static void
list_tools (ToolServer *self)
{
  if (self->listing)
    {
      self->list_again = TRUE;
      return;
    }
  self->list_again = FALSE;
  self->listing = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_mcp_tool_free);
  self->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_listed_bytes = 0;
  ask_for_page (self, NULL);
}

static void
handshake (ToolServer *self)
{
  g_autofree char *line = NULL;

  g_clear_handle_id (&self->silence, g_source_remove);
  if (self->handshake_id >= 0)
    return;
  self->handshake_id = self->next_id++;
  line = tool_mcp_initialize (self->handshake_id);
  tool_program_send (self->program, line);
}

static gboolean
silence_cb (gpointer user_data)
{
  ToolServer *self = user_data;

  self->silence = 0;
  handshake (self);
  return G_SOURCE_REMOVE;
}

/* It says when its list changes as an answer to this, which has no end. */
static void
listen (ToolServer *self)
{
  JsonObject *params = json_object_new (), *wanted = json_object_new ();

  json_object_set_boolean_member (wanted, "toolsListChanged", TRUE);
  json_object_set_object_member (params, "notifications", wanted);
  self->listen_id = ask (self, "subscriptions/listen", params);
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

static const ToolMcpTool *
find_listed (ToolServer *self, const char *name)
{
  for (guint i = 0; i < self->listed->len; i++)
    if (g_str_equal (((ToolMcpTool *) g_ptr_array_index (self->listed, i))->name, name))
      return g_ptr_array_index (self->listed, i);
  return NULL;
}

static void
send_call (ToolServer *self, GTask *task)
{
  Call *call = g_task_get_task_data (task);
  const ToolMcpTool *tool = find_listed (self, call->tool);
  JsonObject *params;

  /* It may have changed while the server started. */
  if (call->allowed && (!tool || !tool_mcp_is_tool (tool, call->allowed)))
    {
      refuse (self, task, "has changed this tool, which was not run; ask again");
      return;
    }
  params = json_object_new ();
  call->structured = tool && tool->structured;
  json_object_set_string_member (params, "name", call->tool);
  json_object_set_object_member (params, "arguments", json_object_ref (call->arguments));
  call->id = ask (self, "tools/call", params);
  g_hash_table_insert (self->calls, &call->id, g_object_ref (task));
}

static void
send_waiting (ToolServer *self)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    send_call (self, g_ptr_array_index (waiting, i));
}

static void
take_call_answer (ToolServer *self, GTask *task, const ToolMcpMessage *message)
{
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  char *text = NULL;

  disconnect (task);
  if (message->kind == TOOL_MCP_RESULT)
    text = tool_mcp_dup_text (message->body, self->era, call->structured, call->pictures, &error);
  else
    g_set_error (&error, TOOL_ERROR, TOOL_ERROR_FAILED, "%s",
                 message->message && *message->message ? message->message : "The tool refused the call");
  if (text)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, error);
}

/* Given up: the server is told, and what it still says is ignored. */
static gboolean
give_up_cb (gpointer user_data)
{
  GTask *task = user_data;
  ToolServer *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  if (g_task_get_completed (task))
    return G_SOURCE_REMOVE;
  if (g_hash_table_contains (self->calls, &call->id))
    {
      JsonObject *params = json_object_new ();
      g_autofree char *line = NULL;

      json_object_set_int_member (params, "requestId", call->id);
      json_object_set_string_member (params, "reason", "stopped");
      line = tool_mcp_notification ("notifications/cancelled", params);
      if (self->program)
        tool_program_send (self->program, line);
      g_hash_table_remove (self->calls, &call->id);
    }
  else if (!g_ptr_array_remove (self->waiting, task))
    return G_SOURCE_REMOVE;
  disconnect (task);
  g_task_return_error_if_cancelled (task);
  return G_SOURCE_REMOVE;
}

/* Not inside of the cancellation, which may be on its way from anywhere. */
static void
cancelled_cb (GCancellable *cancellable, gpointer task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, give_up_cb, g_object_ref (task), g_object_unref);
  g_source_attach (source, g_task_get_context (task));
}

/* Whether it may be started once more without the person. */
static gboolean
may_restart (ToolServer *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->restarts[0] && now - self->restarts[0] < RESTARTS_SPAN)
    return FALSE;
  memmove (self->restarts, self->restarts + 1, (MAX_RESTARTS - 1) * sizeof *self->restarts);
  self->restarts[MAX_RESTARTS - 1] = now;
  return TRUE;
}

static void run (ToolServer *self);

void
tool_server_call_async (ToolServer *self, const char *tool, const Tool *allowed, const char *arguments,
                        GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonNode) node = tool_json_parse (arguments, strlen (arguments), TOOL_MAX_ARGUMENT_DEPTH);
  Call *call = g_new0 (Call, 1);

  call->tool = g_strdup (tool);
  call->allowed = allowed;
  call->pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  call->arguments = node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : json_object_new ();
  g_task_set_task_data (task, call, call_free);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->state == TOOL_SERVER_OFF)
    {
      refuse (self, task, "is off");
      return;
    }
  if (cancellable)
    call->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (task), g_object_unref);
  if (self->state == TOOL_SERVER_RUNS)
    {
      send_call (self, task);
      return;
    }
  if (self->state == TOOL_SERVER_FAILED && !may_restart (self))
    {
      self->problem = TOOL_SERVER_TOO_OFTEN;
      refuse (self, task, "ended too often");
      changed (self);
      return;
    }
  g_ptr_array_add (self->waiting, g_object_ref (task));
  if (self->state != TOOL_SERVER_STARTING)
    run (self);
}

char *
tool_server_call_finish (ToolServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

GPtrArray *
tool_server_call_get_pictures (GAsyncResult *result)
{
  return ((Call *) g_task_get_task_data (G_TASK (result)))->pictures;
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

static void
take_first_answer (ToolServer *self, const ToolMcpMessage *message)
{
  ToolMcpEra era = tool_mcp_judge (message);

  self->first_id = -1;
  g_clear_handle_id (&self->silence, g_source_remove);
  if (self->era != TOOL_MCP_UNKNOWN)
    return; /* the handshake was quicker */
  if (era == TOOL_MCP_LEGACY)
    {
      handshake (self);
      return;
    }
  self->era = era;
  self->handshake_id = -1;
  self->tells = message->kind == TOOL_MCP_RESULT && tool_mcp_tells_of_changes (message->body);
  list_tools (self);
}

static void
take_handshake (ToolServer *self, const ToolMcpMessage *message)
{
  g_autofree char *line = NULL;

  self->handshake_id = -1;
  if (message->kind == TOOL_MCP_ERROR)
    {
      fail (self, TOOL_SERVER_REFUSED, message->message);
      return;
    }
  if (!tool_mcp_is_version_known (message->body))
    {
      fail (self, TOOL_SERVER_VERSION, NULL);
      return;
    }
  self->era = TOOL_MCP_LEGACY;
  line = tool_mcp_notification ("notifications/initialized", NULL);
  tool_program_send (self->program, line);
  list_tools (self);
}

static void
take_list (ToolServer *self)
{
  g_autoptr (GPtrArray) listed = g_steal_pointer (&self->listing);

  g_clear_pointer (&self->cursors, g_hash_table_unref);
  limit (self, 0);
  tool_server_set_listed (self, listed);
  self->state = TOOL_SERVER_RUNS;
  if (self->tells && self->era == TOOL_MCP_MODERN && self->listen_id < 0)
    listen (self);
  changed (self);
  if (!self->program)
    return;
  send_waiting (self);
  if (self->list_again)
    list_tools (self);
}

static void
take_page (ToolServer *self, const ToolMcpMessage *message)
{
  const char *cursor;

  self->list_id = -1;
  if (message->kind == TOOL_MCP_ERROR && self->state == TOOL_SERVER_RUNS)
    {
      /* What it listed before holds. */
      g_clear_pointer (&self->listing, g_ptr_array_unref);
      g_clear_pointer (&self->cursors, g_hash_table_unref);
      limit (self, 0);
      return;
    }
  if (message->kind == TOOL_MCP_ERROR && self->listing->len == 0 && message->code != TOOL_MCP_METHOD_NOT_FOUND)
    {
      fail (self, TOOL_SERVER_REFUSED, message->message);
      return;
    }
  self->is_cut = message->kind == TOOL_MCP_ERROR || !tool_mcp_read_tools (message->body, self->listing, &self->n_listed_bytes);
  cursor = self->is_cut ? NULL : tool_mcp_get_cursor (message->body);
  /* In a circle, or without end. */
  if (cursor && (g_hash_table_contains (self->cursors, cursor) || g_hash_table_size (self->cursors) + 1 >= TOOL_MCP_MAX_PAGES))
    {
      self->is_cut = TRUE;
      cursor = NULL;
    }
  if (!cursor)
    {
      take_list (self);
      return;
    }
  g_hash_table_add (self->cursors, g_strdup (cursor));
  ask_for_page (self, cursor);
}

static void
take_answer (ToolServer *self, const ToolMcpMessage *message)
{
  GTask *task = g_hash_table_lookup (self->calls, &message->id);

  if (message->id < 0)
    return;
  if (task)
    {
      g_autoptr (GTask) kept = g_object_ref (task);

      g_hash_table_remove (self->calls, &message->id);
      take_call_answer (self, kept, message);
    }
  else if (message->id == self->first_id)
    take_first_answer (self, message);
  else if (message->id == self->handshake_id)
    take_handshake (self, message);
  else if (message->id == self->list_id)
    take_page (self, message);
}

static void
take_noise (ToolServer *self, const char *line, gsize n_bytes)
{
  g_autofree char *text = tool_text_clean (line, MIN (n_bytes, 200));
  g_autofree char *remark = g_strdup_printf ("(no message) %s", text);

  add_log (self, remark);
  if (tool_mcp_is_too_deep (line, n_bytes))
    fail (self, TOOL_SERVER_TOO_LARGE, NULL);
  else if (++self->n_noise >= MAX_NOISE)
    fail (self, TOOL_SERVER_NO_SERVER, text);
  else
    changed (self);
}

static void
line_cb (const char *line, gsize n_bytes, gpointer user_data)
{
  g_autoptr (ToolServer) self = g_object_ref (user_data);
  g_auto (ToolMcpMessage) message = { 0 };
  g_autofree char *answer = NULL;

  if (n_bytes == 0)
    return;
  if (!tool_mcp_read (line, n_bytes, &message))
    {
      take_noise (self, line, n_bytes);
      return;
    }
  switch (message.kind)
    {
    case TOOL_MCP_RESULT:
    case TOOL_MCP_ERROR: take_answer (self, &message); return;
    case TOOL_MCP_REQUEST:
      answer = tool_mcp_refuse (&message);
      tool_program_send (self->program, answer);
      return;
    case TOOL_MCP_NOTIFICATION:
    default:
      /* Before the list was asked for there is nothing to ask anew. */
      if (g_str_equal (message.method, "notifications/tools/list_changed")
          && (self->state == TOOL_SERVER_RUNS || self->listing))
        list_tools (self);
    }
}

static void
log_cb (const char *line, gpointer user_data)
{
  ToolServer *self = user_data;

  add_log (self, line);
  changed (self);
}

/* ---- Starting and stopping -------------------------------------------------------------------------------------- */

static void
begin (ToolServer *self)
{
  g_autofree char *line = NULL;

  self->first_id = self->next_id++;
  line = tool_mcp_discover (self->first_id);
  tool_program_send (self->program, line);
  self->silence = g_timeout_add (self->silence_ms, silence_cb, self);
  limit (self, self->first_ms);
}

/* In the sandbox, where it is to run in one.  NULL: there is none. */
static char **
dup_whole_command (ToolServer *self, char **command, GError **error)
{
  const ToolServerConfig *config = self->config;
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  ToolProgramBox box = { .network = !config->no_network, .may_write_words = TRUE };

  if (!config->in_box)
    return g_strdupv (command);
  for (guint i = 1; command[i]; i++)
    g_ptr_array_add (words, command[i]);
  for (guint i = 0; config->environment && config->environment[i]; i++)
    g_ptr_array_add (words, config->environment[i]);
  g_ptr_array_add (words, NULL);
  box.words = (const char *const *) words->pdata;
  return tool_program_box (&box, (const char *const *) command, config->folder, error);
}

static void
start_program (ToolServer *self)
{
  static const ToolProgramFuncs funcs = { line_cb, log_cb, ended_cb };
  const char *path = tool_program_get_path ();
  g_autofree char *file = tool_program_find (self->config->command[0], path);
  g_auto (GStrv) environment = tool_program_environment (path, (const char *const *) self->config->environment);
  g_auto (GStrv) command = g_strdupv (self->config->command);
  g_auto (GStrv) whole = NULL;
  g_autoptr (GError) error = NULL;

  if (!file)
    {
      fail (self, TOOL_SERVER_NOT_FOUND, strchr (self->config->command[0], '/') ? NULL : path);
      return;
    }
  g_free (command[0]);
  command[0] = g_steal_pointer (&file);
  whole = dup_whole_command (self, command, &error);
  if (!whole)
    {
      fail (self, TOOL_SERVER_NO_BOX, error->message);
      return;
    }
  self->program = tool_program_start ((const char *const *) whole, (const char *const *) environment, self->config->folder,
                                      &funcs, self, &error);
  if (!self->program)
    {
      fail (self, TOOL_SERVER_NOT_STARTED, error->message);
      return;
    }
  begin (self);
}

static void
path_known_cb (gpointer user_data)
{
  g_autoptr (ToolServer) self = user_data;

  /* It may have been stopped meanwhile, or started by another call. */
  if (self->state != TOOL_SERVER_STARTING || self->program)
    return;
  start_program (self);
  changed (self);
}

static void
run (ToolServer *self)
{
  self->state = TOOL_SERVER_STARTING;
  self->problem = TOOL_SERVER_NO_PROBLEM;
  g_string_truncate (self->log, 0);
  changed (self);
  if (g_path_is_absolute (self->config->command[0]))
    path_known_cb (g_object_ref (self));
  else
    tool_program_ask_path (path_known_cb, g_object_ref (self));
}

void
tool_server_start (ToolServer *self)
{
  g_return_if_fail (TOOL_IS_SERVER (self));

  if (self->program || self->state == TOOL_SERVER_STARTING)
    return;
  memset (self->restarts, 0, sizeof self->restarts);
  run (self);
}

/* Its end is not waited for: nobody hears of it, and what is left of it is ended by the guard. */
static void
drop_program (ToolServer *self)
{
  forget_conversation (self);
  g_clear_pointer (&self->program, tool_program_free);
  end_calls (self, "was stopped");
}

void
tool_server_stop (ToolServer *self)
{
  g_return_if_fail (TOOL_IS_SERVER (self));

  drop_program (self);
  self->state = TOOL_SERVER_OFF;
  self->problem = TOOL_SERVER_NO_PROBLEM;
  changed (self);
}

void
tool_server_set_box (ToolServer *self, gboolean in_box, gboolean no_network)
{
  self->config->in_box = in_box;
  self->config->no_network = no_network;
  drop_program (self);
  if (self->state != TOOL_SERVER_OFF)
    self->state = TOOL_SERVER_READY;
  self->problem = TOOL_SERVER_NO_PROBLEM;
  changed (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
tool_server_dispose (GObject *object)
{
  drop_program (TOOL_SERVER (object));
  G_OBJECT_CLASS (tool_server_parent_class)->dispose (object);
}

static void
tool_server_finalize (GObject *object)
{
  ToolServer *self = TOOL_SERVER (object);

  tool_server_config_free (self->config);
  g_free (self->detail);
  g_string_free (self->log, TRUE);
  g_ptr_array_unref (self->listed);
  g_ptr_array_unref (self->offered);
  g_hash_table_unref (self->calls);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (tool_server_parent_class)->finalize (object);
}

static void
tool_server_class_init (ToolServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = tool_server_dispose;
  object_class->finalize = tool_server_finalize;
  changed_signal = g_signal_new ("changed", TOOL_TYPE_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
tool_server_init (ToolServer *self)
{
  self->first_ms = FIRST_MS;
  self->silence_ms = SILENCE_MS;
  self->log = g_string_new (NULL);
  self->listed = g_ptr_array_new ();
  self->offered = g_ptr_array_new ();
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, g_object_unref);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->next_id = 1;
  forget_conversation (self);
}

ToolServer *
tool_server_new (const ToolServerConfig *config)
{
  ToolServer *self = g_object_new (TOOL_TYPE_SERVER, NULL);

  self->config = tool_server_config_copy (config);
  return self;
}

void
tool_server_set_limits (ToolServer *self, guint first_ms, guint silence_ms)
{
  self->first_ms = first_ms ? first_ms : FIRST_MS;
  self->silence_ms = silence_ms ? silence_ms : SILENCE_MS;
}

const ToolServerConfig *
tool_server_get_config (ToolServer *self)
{
  return self->config;
}

ToolServerState
tool_server_get_state (ToolServer *self)
{
  return self->state;
}

ToolServerProblem
tool_server_get_problem (ToolServer *self)
{
  return self->problem;
}

const char *
tool_server_get_detail (ToolServer *self)
{
  return self->detail;
}

const char *
tool_server_get_log (ToolServer *self)
{
  return self->log->str;
}

GPtrArray *
tool_server_get_listed (ToolServer *self)
{
  return self->listed;
}

void
tool_server_set_listed (ToolServer *self, GPtrArray *tools)
{
  g_ptr_array_unref (self->listed);
  self->listed = g_ptr_array_ref (tools);
  g_ptr_array_set_size (self->offered, 0);
  g_ptr_array_set_size (self->offered, (int) tools->len);
  if (self->state == TOOL_SERVER_OFF)
    self->state = TOOL_SERVER_READY;
}

void
tool_server_set_offered (ToolServer *self, guint i, const Tool *tool)
{
  self->offered->pdata[i] = (gpointer) tool;
}

gboolean
tool_server_is_cut (ToolServer *self)
{
  return self->is_cut;
}

guint
tool_server_get_n_tools (ToolServer *self)
{
  return self->listed->len;
}

ToolServerTool
tool_server_get_tool (ToolServer *self, guint i)
{
  const ToolMcpTool *tool = g_ptr_array_index (self->listed, i);
  const Tool *offered = g_ptr_array_index (self->offered, i);

  return (ToolServerTool){ tool->name, offered ? tool_get_name (offered) : NULL, tool->refused, tool->description };
}
