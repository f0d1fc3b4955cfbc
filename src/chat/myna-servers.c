/* myna-servers.c: the person's servers of tools, and what is said of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-servers.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/flatpak-info.h"
#include "chat/myna-problem.h"
#include "engine/engine.h"

/* ---- The servers ------------------------------------------------------------------------------------------------ */

gboolean
myna_servers_are_possible (void)
{
  return !myna_flatpak_get_info ();
}

char *
myna_tool_check_schema (const char *schema)
{
  GlmError problem = { 0 };
  GlmSchema *compiled = NULL;
  gboolean ok = glm_schema_new (schema, &compiled, &problem);

  glm_schema_free (compiled);
  return ok ? NULL : g_strdup (problem.message);
}

ToolServers *
myna_servers_new (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "servers.json", NULL);

  return myna_servers_are_possible () ? tool_servers_new (path, myna_tool_check_schema) : NULL;
}

const char *
myna_servers_get_word (ToolServers *servers)
{
  /* The first one that is added puts the file aside. */
  if (tool_servers_are_unreadable (servers) && g_list_model_get_n_items (tool_servers_get_list (servers)) == 0)
    return _ (
        "Your tool servers cannot be read: the file “servers.json” is damaged. It is kept as “servers.json.damaged” when you add "
        "a server.");
  return _ ("Programs that offer tools to models (MCP). They stay off until you start them, and their tools ask each time.");
}

/* ---- Importing -------------------------------------------------------------------------------------------------- */

static guint
count (ToolServers *servers)
{
  return g_list_model_get_n_items (tool_servers_get_list (servers));
}

static gboolean
is_taken (ToolServers *servers, const char *name)
{
  GListModel *list = tool_servers_get_list (servers);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (list, i);

      if (g_str_equal (tool_server_get_config (server)->name, name))
        return TRUE;
    }
  return FALSE;
}

/* Adds what there is not yet; returns the names of the others, with commas between, or NULL. */
static char *
add_all (ToolServers *servers, GPtrArray *configs, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < configs->len; i++)
    {
      const ToolServerConfig *config = g_ptr_array_index (configs, i);

      if (is_taken (servers, config->name))
        g_string_append_printf (names, "%s%s", names->len ? ", " : "", config->name);
      else if (!tool_servers_add (servers, config, error))
        return NULL;
    }
  return names->len ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

/* Why nothing was read. */
static GError *
make_file_problem (const GError *problem, guint line)
{
  g_autofree char *words = NULL;

  if (problem->domain != TOOL_ERROR)
    return g_error_copy (problem);
  if (problem->code == TOOL_ERROR_FAILED)
    words = g_strdup (_ ("The file lists no tool servers."));
  else if (problem->code == TOOL_ERROR_TOO_LARGE)
    words = g_strdup (_ ("The file is too large for a list of servers."));
  else if (line > 0)
    /* Translators: %u is the number of a line */
    words = g_strdup_printf (_ ("The file is not valid JSON: there is a mistake in line %u."), line);
  else
    words = g_strdup (_ ("The file is not valid JSON."));
  return myna_problem_new (words, problem->message);
}

gboolean
myna_servers_import (ToolServers *servers, const char *path, const char **ret_title, GError **error)
{
  g_autofree char *no_command = NULL, *taken = NULL;
  g_autoptr (GString) left_out = g_string_new (NULL);
  g_autoptr (GError) problem = NULL;
  guint line = 0, n_before = count (servers);
  g_autoptr (GPtrArray) configs = tool_servers_read_file (path, &no_command, &line, &problem);

  if (configs)
    taken = add_all (servers, configs, &problem);
  *ret_title = count (servers) > n_before ? _ ("Not all servers were imported") : _ ("The tool servers could not be imported");
  if (problem)
    {
      g_propagate_error (error, configs ? g_error_copy (problem) : make_file_problem (problem, line));
      return FALSE;
    }
  if (no_command)
    /* Translators: %s are names of servers */
    g_string_append_printf (left_out, _ ("Skipped because they have no command: %s"), no_command);
  if (taken)
    /* Translators: %s are names of servers */
    g_string_append_printf (left_out->len ? g_string_append_c (left_out, '\n') : left_out,
                            _ ("Skipped because servers with these names exist: %s"), taken);
  if (!left_out->len)
    return TRUE;
  g_propagate_error (error, myna_problem_new (left_out->str, NULL));
  return FALSE;
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static char *
dup_with_detail (const char *format, const char *detail)
{
  g_autofree char *shown = tool_text_show (detail ? detail : "");

  return g_strdup_printf (format, shown);
}

static char *
dup_problem (ToolServer *server)
{
  const char *detail = tool_server_get_detail (server), *command = tool_server_get_config (server)->command[0];
  g_autofree char *shown = tool_text_show (command);

  switch (tool_server_get_problem (server))
    {
    case TOOL_SERVER_NOT_FOUND:
      /* Translators: a command */
      if (!detail)
        return g_strdup_printf (_ ("“%s” was not found"), shown);
      /* Translators: a command, and the folders where it was looked for */
      return g_strdup_printf (_ ("“%s” was not found in %s"), shown, detail);
    case TOOL_SERVER_NOT_STARTED: return dup_with_detail (_ ("It could not be started: %s"), detail);
    case TOOL_SERVER_ENDED:
      return detail ? dup_with_detail (_ ("It quit unexpectedly. Its last message: %s"), detail)
                    : g_strdup (_ ("It ended by itself"));
    case TOOL_SERVER_NO_ANSWER: return g_strdup (_ ("It did not answer in time"));
    case TOOL_SERVER_NO_SERVER: return g_strdup (_ ("This program is not a tool server"));
    case TOOL_SERVER_TOO_LARGE: return g_strdup (_ ("Stopped because its answers are too large"));
    case TOOL_SERVER_DEAF: return g_strdup (_ ("Stopped because it does not read its input"));
    case TOOL_SERVER_VERSION: return g_strdup (_ ("It speaks another version of the protocol"));
    case TOOL_SERVER_REFUSED: return dup_with_detail (_ ("It refused: %s"), detail);
    case TOOL_SERVER_TOO_OFTEN: return g_strdup (_ ("It quit too often. Start it to try again."));
    case TOOL_SERVER_NO_BOX:
      return dup_with_detail (
          _ ("It runs in a sandbox only, and there is none (%s). Install “bubblewrap”, or turn off “Hide My Files”."), detail);
    case TOOL_SERVER_NO_PROBLEM:
    default: return g_strdup ("");
    }
}

char *
myna_server_dup_state (ToolServer *server)
{
  guint n = tool_server_get_n_tools (server);

  switch (tool_server_get_state (server))
    {
    case TOOL_SERVER_READY: return g_strdup (_ ("On. Starts when one of its tools is used."));
    case TOOL_SERVER_STARTING: return g_strdup (_ ("Starting…"));
    case TOOL_SERVER_RUNS:
      if (tool_server_is_cut (server))
        return g_strdup_printf (_ ("Running. It has too many tools: only the first %u are used."), n);
      return g_strdup_printf (ngettext ("Running, with %u tool", "Running, with %u tools", n), n);
    case TOOL_SERVER_FAILED: return dup_problem (server);
    case TOOL_SERVER_OFF:
    default: return g_strdup (_ ("Off"));
    }
}

const char *
myna_server_get_box (const ToolServerConfig *config)
{
  return config->in_box ? _ (
             "It sees no files of yours but those that its command, variables and folder name. What it puts into your home folder is gone when it ends.")
                        : _ ("It can read, change and send everything that you can.");
}

const char *
myna_server_get_reach (const char *name)
{
  ToolServers *servers = tool_servers_get_default ();
  GListModel *list = servers ? tool_servers_get_list (servers) : NULL;

  for (guint i = 0; list && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (ToolServer) server = g_list_model_get_item (list, i);
      const ToolServerConfig *config = tool_server_get_config (server);

      if (!g_str_equal (config->name, name) || !config->in_box)
        continue;
      return config->no_network
                 ? _ (
                     "What you see here is passed to another program, in a sandbox without network. It sees only those files of yours that its command names.")
                 : _ (
                     "What you see here is passed to another program, which may send it on. It runs in a sandbox and sees only those files of yours that its command names.");
    }
  return _ ("What you see here is passed to another program, which may read, change or send things.");
}

char *
myna_server_dup_refused (const ToolServerTool *tool)
{
  /* Translators: a tool of a server; %s says in English what is wrong with it */
  return tool->refused ? g_strdup_printf (_ ("Not offered to models: %s"), tool->refused) : NULL;
}

char *
myna_server_dup_tools (ToolServer *server, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      ToolServerTool tool = tool_server_get_tool (server, i);

      g_string_append_printf (text, "%s\n%s\n%s\n%s\n", tool.name, tool.offered ? tool.offered : "",
                              tool.refused ? tool.refused : "", tool.description);
    }
  return g_string_free (text, FALSE);
}

/* ---- What was typed --------------------------------------------------------------------------------------------- */

char **
myna_server_parse_command (const char *text)
{
  g_auto (GStrv) words = NULL;
  g_autofree char *line = g_strstrip (g_strdup (text));

  g_strdelimit (line, "\n\r\t", ' ');
  if (!*line)
    return g_new0 (char *, 1);
  if (!g_shell_parse_argv (line, NULL, &words, NULL))
    return NULL;
  for (char **word = words; *word; word++)
    {
      char *whole = tool_expand_home (*word);

      g_free (*word);
      *word = whole;
    }
  return g_steal_pointer (&words);
}

char **
myna_server_parse_variables (const char *text, char **ret_wrong)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *variables = g_ptr_array_new ();

  *ret_wrong = NULL;
  for (char **line = lines; *line; line++)
    {
      const char *value = strchr (g_strstrip (*line), '=');

      if (value && value > *line)
        {
          g_autofree char *whole = tool_expand_home (value + 1);

          g_ptr_array_add (variables, g_strdup_printf ("%.*s=%s", (int) (value - *line), *line, whole));
        }
      else if (**line && !*ret_wrong)
        *ret_wrong = g_strdup (*line);
    }
  g_ptr_array_add (variables, NULL);
  return (char **) g_ptr_array_free (variables, FALSE);
}

static char *
find_problem (ToolServers *servers, const ToolServerConfig *config, const char *wrong_variable)
{
  if (wrong_variable)
    /* Translators: %s is a line that the person typed */
    return g_strdup_printf (_ ("“%s” is not a variable. Write NAME=VALUE."), wrong_variable);
  if (is_taken (servers, config->name))
    return g_strdup (_ ("There is already a server with this name."));
  if (config->folder && !g_file_test (config->folder, G_FILE_TEST_IS_DIR))
    return g_strdup_printf (_ ("“%s” is not a folder."), config->folder);
  return NULL;
}

gboolean
myna_servers_add_typed (ToolServers *servers, const MynaServerTyped *typed, char **ret_problem)
{
  g_autoptr (ToolServerConfig) config = g_new0 (ToolServerConfig, 1);
  g_autofree char *folder = g_strstrip (g_strdup (typed->folder));
  g_autofree char *wrong = NULL;
  g_autoptr (GError) error = NULL;

  config->name = g_strstrip (g_strdup (typed->name));
  config->folder = *folder ? tool_expand_home (folder) : NULL;
  config->command = myna_server_parse_command (typed->command);
  config->environment = myna_server_parse_variables (typed->variables, &wrong);
  config->in_box = typed->in_box;
  config->no_network = typed->no_network;
  *ret_problem = find_problem (servers, config, wrong);
  if (*ret_problem || tool_servers_add (servers, config, &error))
    return !*ret_problem;
  *ret_problem = myna_problem_describe (error);
  return FALSE;
}

char *
myna_server_show_command (const char *command)
{
  g_auto (GStrv) words = myna_server_parse_command (command);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!words)
    return g_strdup (_ ("A quotation mark is missing."));
  for (guint i = 0; words[i]; i++)
    {
      g_autofree char *shown = tool_text_show (words[i]);

      g_string_append_printf (text, "%s⟨%s⟩", i ? "\n" : "", shown);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* ---- Versions --------------------------------------------------------------------------------------------------- */

char *
myna_server_dup_versions (const char *tool, const char *allowed_fingerprint)
{
  ToolServers *servers = tool_servers_get_default ();
  const Tool *known = tool_find (tool);
  g_autofree char *before = servers && allowed_fingerprint ? tool_servers_dup_version (servers, allowed_fingerprint) : NULL;
  g_autofree char *now = known ? tool_servers_dup_current (known) : NULL;
  g_autofree char *before_shown = NULL, *now_shown = NULL;

  if (!before || !now)
    return NULL;
  before_shown = tool_text_show (before);
  now_shown = tool_text_show (now);
  /* Translators: a tool's command, description and arguments, when the person allowed it and now */
  return g_strdup_printf (_ ("When you allowed it:\n%s\n\nNow:\n%s"), before_shown, now_shown);
}
