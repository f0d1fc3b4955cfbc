/* server-tools.c: the tools of servers in the registry
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation keeps pointers to tools, so each is kept as long as the program; the same description is the same tool again.
 */
#include "tools/server-tools.h"

#include <string.h>

#include "tools/picture-decode.h"
#include "tools/tool.h"

#define MAX_NAME     64
#define MAX_KEPT     4096 /* tools: a server that changes its list without end gets no further */
#define CALL_SECONDS 60

typedef struct
{
  Tool tool;
  char *remote; /* as the server calls it */
  char *server; /* its name */
} ServerTool;

static GHashTable *kept;      /* fingerprint, remote name and server → ServerTool; all that there ever were */
static GPtrArray *registered; /* ServerTool: those in the registry */
static GListModel *offering;  /* ToolServer: a weak pointer */

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static ToolServer *
find_server (const char *name)
{
  guint n = offering ? g_list_model_get_n_items (offering) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (offering, i);

      if (g_str_equal (tool_server_get_config (server)->name, name))
        return g_steal_pointer (&server);
    }
  return NULL;
}

/* A result whose pictures are being read. */
typedef struct
{
  GTask *task;
  char *text;
} Result;

static void
decoded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Result *whole = user_data;
  g_autoptr (GTask) task = whole->task;
  g_autofree char *text = whole->text;
  g_autoptr (GString) told = g_string_new (text);
  g_autoptr (GPtrArray) made = NULL;
  GError *error = NULL;

  made = tool_pictures_decode_finish (result, &error);
  if (!made)
    {
      g_task_return_error (task, error);
      return;
    }
  for (guint i = 0; i < made->len; i++)
    if (!g_ptr_array_index (made, i))
      g_string_append_printf (told, "\n[Image %u is broken, and not shown]", i + 1);
  while (g_ptr_array_remove (made, NULL))
    continue;
  tool_call_set_made (task, made);
  g_task_return_pointer (task, g_string_free (g_steal_pointer (&told), FALSE), g_free);
}

static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  GPtrArray *pictures = tool_server_call_get_pictures (result);
  GError *error = NULL;
  char *text = tool_server_call_finish (TOOL_SERVER (source), result, &error);
  Result *whole;

  if (text && pictures->len > 0)
    {
      whole = g_new (Result, 1);
      *whole = (Result){ task, text };
      tool_pictures_decode_async (pictures, g_task_get_cancellable (task), decoded_cb, whole);
      return;
    }
  if (text)
    g_task_return_pointer (task, text, g_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  const ServerTool *self = (const ServerTool *) tool_call_get_tool (task);
  g_autoptr (ToolServer) server = find_server (self->server);
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  json_node_set_object (node, arguments);
  json = json_to_string (node, FALSE);
  if (server)
    tool_server_call_async (server, self->remote, &self->tool, json, g_task_get_cancellable (task), called_cb, task);
  else
    {
      g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_FAILED, "There is no server %s any more", self->server);
      g_object_unref (task);
    }
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static gboolean
is_on (ToolServer *server)
{
  return tool_server_get_state (server) != TOOL_SERVER_OFF;
}

/* How many servers that are on have a tool of this name. */
static guint
count_name (GListModel *servers, const char *name)
{
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (servers, i);
      GPtrArray *listed = tool_server_get_listed (server);

      for (guint k = 0; is_on (server) && k < listed->len; k++)
        count += g_str_equal (((ToolMcpTool *) g_ptr_array_index (listed, k))->name, name);
    }
  return count;
}

/* NULL: it can have none. */
static char *
dup_name (GListModel *servers, ToolServer *server, const char *name)
{
  g_autofree char *prefix = NULL;
  g_autofree char *both = NULL;

  if (count_name (servers, name) == 1 && !tool_find (name))
    return g_strdup (name);
  prefix = g_strcanon (g_strdup (tool_server_get_config (server)->name), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_.-", '_');
  both = g_strdup_printf ("%s_%s", prefix, name);
  return strlen (both) > MAX_NAME || tool_find (both) ? NULL : g_steal_pointer (&both);
}

/* ---- The registry ----------------------------------------------------------------------------------------------- */

/* Outside of a sandbox the command line alone, as it always was. */
static char *
dup_origin (ToolServer *server)
{
  const ToolServerConfig *config = tool_server_get_config (server);
  g_autofree char *command = tool_server_dup_command_line (server);

  return g_strconcat (command, !config->in_box ? "" : config->no_network ? " (sandbox, no network)" : " (sandbox)", NULL);
}

static const ServerTool *
get_kept (ToolServer *server, const ToolMcpTool *tool, const char *name)
{
  g_autofree char *command = dup_origin (server);
  const char *server_name = tool_server_get_config (server)->name;
  const Tool like = { .name = name, .description = tool->description, .schema = tool->schema, .origin = command };
  g_autofree char *fingerprint = tool_dup_fingerprint (&like);
  g_autofree char *key = g_strdup_printf ("%s\n%s\n%s", fingerprint, tool->name, server_name);
  ServerTool *found = g_hash_table_lookup (kept, key);

  if (found || g_hash_table_size (kept) >= MAX_KEPT)
    return found;
  found = g_new0 (ServerTool, 1);
  found->remote = g_strdup (tool->name);
  found->server = g_strdup (server_name);
  found->tool = (Tool){
    .name = g_strdup (name),
    .description = g_strdup (tool->description),
    .schema = g_strdup (tool->schema),
    .class = TOOL_CLASS_OUTSIDE,
    .seconds = CALL_SECONDS,
    .origin = g_steal_pointer (&command),
    .start = start,
  };
  g_hash_table_insert (kept, g_steal_pointer (&key), found);
  return found;
}

static void
offer_tool (GListModel *servers, ToolServer *server, guint i, ToolSchemaCheck check)
{
  ToolMcpTool *tool = g_ptr_array_index (tool_server_get_listed (server), i);
  g_autofree char *name = NULL;
  const ServerTool *made;

  /* What spoke against it may be gone, such as another tool. */
  g_free (tool->refused);
  tool->refused = tool->unusable ? g_strdup (tool->unusable) : check ? check (tool->schema) : NULL;
  if (tool->refused)
    return;
  name = dup_name (servers, server, tool->name);
  made = name ? get_kept (server, tool, name) : NULL;
  if (!made || !tool_add (&made->tool))
    {
      tool->refused = g_strdup (name ? "There are too many tools" : "Other tools have its name");
      return;
    }
  g_ptr_array_add (registered, (gpointer) made);
  tool_server_set_offered (server, i, &made->tool);
}

void
tool_server_tools_offer (GListModel *servers, ToolSchemaCheck check)
{
  if (!kept)
    {
      kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      registered = g_ptr_array_new ();
    }
  g_set_weak_pointer (&offering, servers);
  for (guint i = 0; i < registered->len; i++)
    tool_remove (&((ServerTool *) g_ptr_array_index (registered, i))->tool);
  g_ptr_array_set_size (registered, 0);
  for (guint i = 0; servers && i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (servers, i);

      for (guint k = 0; k < tool_server_get_n_tools (server); k++)
        {
          tool_server_set_offered (server, k, NULL);
          if (is_on (server))
            offer_tool (servers, server, k, check);
        }
    }
}

const char *
tool_get_server (const Tool *tool)
{
  return tool->start == start ? ((const ServerTool *) tool)->server : NULL;
}

/* Whether a shell takes the word as it is. */
static gboolean
is_plain (const char *word)
{
  return *word && !word[strspn (word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./:=@%+,")];
}

char *
tool_server_dup_command_line (ToolServer *self)
{
  const ToolServerConfig *config = tool_server_get_config (self);
  GString *line = g_string_new (NULL);

  for (guint i = 0; config->command[i]; i++)
    {
      g_autofree char *quoted = is_plain (config->command[i]) ? NULL : g_shell_quote (config->command[i]);

      g_string_append_printf (line, "%s%s", i ? " " : "", quoted ? quoted : config->command[i]);
    }
  return g_string_free (line, FALSE);
}
