/* own-tools.c: tools that the person describes: a JSON file for each, in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A conversation keeps pointers to tools, so each is kept as long as the program; the same description is the same tool again.
 */
#include "tools/own-tools.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tools/own-run.h"
#include "tools/program.h"
#include "tools/tool-json.h"
#include "tools/tool.h"

#define MAX_FILE        (256 << 10)
#define MAX_FILES       100
#define MAX_KEPT        1000
#define MAX_DESCRIPTION 1024 /* characters */
#define MAX_SECONDS     3600
#define DEFAULT_SECONDS 60

static GPtrArray *all;    /* ToolOwn */
static GPtrArray *owners; /* ToolOwnTool or NULL, one for each of them */
static GHashTable *kept;  /* its whole description → ToolOwnTool; all that there ever were */

static void
own_free (gpointer data)
{
  ToolOwn *own = data;

  g_free (own->file);
  g_free (own->name);
  g_free (own->description);
  g_free (own->command);
  g_free (own->paths);
  g_free (own->detail);
  g_free (own);
}

/* ---- Members ---------------------------------------------------------------------------------------------------- */

static gboolean
refuse (ToolOwn *own, ToolOwnProblem problem, const char *detail)
{
  own->problem = problem;
  own->detail = g_strdup (detail);
  return FALSE;
}

static JsonNode *
get (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_value_type (node) == type ? node : NULL;
}

/* The strings of an array; NULL: there are others, or it is no array. */
static char **
dup_strings (JsonObject *object, const char *name)
{
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (node && !array)
    return NULL;
  for (guint i = 0; array && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        return NULL;
      g_ptr_array_add (strings, g_strdup (json_node_get_string (element)));
    }
  g_ptr_array_add (strings, NULL);
  return (char **) g_ptr_array_steal (strings, NULL);
}

/* "~/Documents" is in the home folder. */
static char **
dup_paths (JsonObject *object, const char *name)
{
  char **paths = dup_strings (object, name);

  for (char **path = paths; path && *path; path++)
    {
      char *whole = tool_expand_home (*path);

      g_free (*path);
      *path = whole;
    }
  return paths;
}

static gboolean
check_members (ToolOwn *own, JsonObject *object)
{
  static const char *const known[] = { "name",  "description", "parameters", "command", "stdin",
                                       "reads", "writes",      "network",    "seconds", NULL };
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l; l = l->next)
    if (!g_strv_contains (known, l->data))
      return refuse (own, TOOL_OWN_UNKNOWN, l->data);
  for (guint i = 0; i < 2; i++)
    if (!text_json_string (object, known[i]) || !*text_json_string (object, known[i]))
      return refuse (own, TOOL_OWN_MISSING, known[i]);
  if (json_object_has_member (object, "stdin") && !text_json_string (object, "stdin"))
    return refuse (own, TOOL_OWN_MISSING, "stdin");
  if (json_object_has_member (object, "network") && !get (object, "network", G_TYPE_BOOLEAN))
    return refuse (own, TOOL_OWN_MISSING, "network");
  if (json_object_has_member (object, "seconds") && !get (object, "seconds", G_TYPE_INT64))
    return refuse (own, TOOL_OWN_MISSING, "seconds");
  if (json_object_has_member (object, "parameters") && !JSON_NODE_HOLDS_OBJECT (json_object_get_member (object, "parameters")))
    return refuse (own, TOOL_OWN_MISSING, "parameters");
  return TRUE;
}

/* ---- A file ----------------------------------------------------------------------------------------------------- */

static char *
dup_schema (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "parameters");

  return node ? json_to_string (node, FALSE) : g_strdup ("{\"type\":\"object\",\"properties\":{}}");
}

static char *
dup_description (const char *text)
{
  g_autofree char *plain = tool_text_clean (text, strlen (text));
  g_autofree char *clean = tool_text_show (plain);

  return g_utf8_substring (clean, 0, MIN (g_utf8_strlen (clean, -1), MAX_DESCRIPTION));
}

/* What stands in braces in the command must be a parameter. */
static gboolean
check_words (ToolOwn *own, JsonObject *object, char **words, const char *input)
{
  JsonNode *node = json_object_get_member (object, "parameters");
  JsonNode *properties = node ? json_object_get_member (json_node_get_object (node), "properties") : NULL;
  JsonObject *known = properties && JSON_NODE_HOLDS_OBJECT (properties) ? json_node_get_object (properties) : NULL;

  for (guint i = 0; words[i] || input; i++)
    {
      const char *word = words[i] ? words[i] : input;
      g_autofree char *unknown = tool_own_find_unknown (word, known);

      if (unknown)
        return refuse (own, TOOL_OWN_PLACEHOLDER, unknown);
      if (!words[i])
        break;
    }
  return TRUE;
}

static char *
dup_command_line (char **words)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; words[i]; i++)
    {
      gboolean is_plain = *words[i] && !words[i][strspn (words[i], G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./:=@%+,{}")];
      g_autofree char *quoted = is_plain ? NULL : g_shell_quote (words[i]);

      g_string_append_printf (line, "%s%s", i ? " " : "", quoted ? quoted : words[i]);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

/* All of it as text: another text is another tool, and needs another permission. */
static char *
dup_origin (const ToolOwnTool *tool)
{
  g_autofree char *command = dup_command_line (tool->command);
  g_autofree char *reads = g_strjoinv (", ", tool->reads);
  g_autofree char *writes = g_strjoinv (", ", tool->writes);

  return g_strdup_printf ("%s%s%s%s%s%s%s%s", command, tool->input ? "\nstdin: " : "", tool->input ? tool->input : "",
                          *reads ? "\nreads: " : "", reads, *writes ? "\nwrites: " : "", writes,
                          tool->network ? "\nnetwork" : "");
}

/* Keeps the tool, or finds the same one again; takes it. */
static ToolOwnTool *
keep (ToolOwnTool *tool)
{
  g_autofree char *key = g_strdup_printf ("%s\n%s\n%s\n%u\n%s", tool->tool.name, tool->tool.description, tool->tool.schema,
                                          tool->tool.seconds, tool->tool.origin);
  ToolOwnTool *found = g_hash_table_lookup (kept, key);

  if (found || g_hash_table_size (kept) >= MAX_KEPT)
    {
      tool_own_tool_free (tool);
      return found;
    }
  g_hash_table_insert (kept, g_steal_pointer (&key), tool);
  return tool;
}

static ToolOwnTool *
make_tool (JsonObject *object)
{
  ToolOwnTool *tool = g_new0 (ToolOwnTool, 1);
  JsonNode *seconds = get (object, "seconds", G_TYPE_INT64), *network = get (object, "network", G_TYPE_BOOLEAN);

  tool->command = dup_strings (object, "command");
  tool->input = g_strdup (text_json_string (object, "stdin"));
  tool->reads = dup_paths (object, "reads");
  tool->writes = dup_paths (object, "writes");
  tool->network = network && json_node_get_boolean (network);
  tool->tool = (Tool){
    .name = g_strdup (text_json_string (object, "name")),
    .description = dup_description (text_json_string (object, "description")),
    .schema = dup_schema (object),
    .class = TOOL_CLASS_OUTSIDE,
    .seconds = seconds ? (guint) CLAMP (json_node_get_int (seconds), 1, MAX_SECONDS) : DEFAULT_SECONDS,
    .start = tool_own_start,
  };
  return tool;
}

static void
describe (ToolOwn *own, const ToolOwnTool *tool)
{
  g_autofree char *reads = g_strjoinv (", ", tool->reads);
  g_autofree char *writes = g_strjoinv (", ", tool->writes);

  own->name = g_strdup (tool->tool.name);
  own->description = g_strdup (tool->tool.description);
  own->command = dup_command_line (tool->command);
  own->network = tool->network;
  if (*reads || *writes)
    own->paths = g_strconcat (reads, *reads && *writes ? ", " : "", writes, NULL);
}

/* NULL: *own says why. */
static ToolOwnTool *
read_tool (ToolOwn *own, JsonObject *object, ToolSchemaCheck check)
{
  ToolOwnTool *tool;
  g_autofree char *problem = NULL;
  g_autofree char *program = NULL;

  if (!check_members (own, object))
    return NULL;
  tool = make_tool (object);
  if (!tool->command || !tool->command[0] || !*tool->command[0])
    refuse (own, TOOL_OWN_MISSING, "command");
  else if (!tool->reads || !tool->writes)
    refuse (own, TOOL_OWN_MISSING, tool->reads ? "writes" : "reads");
  if (own->problem)
    {
      tool_own_tool_free (tool);
      return NULL;
    }
  describe (own, tool);
  tool->tool.origin = dup_origin (tool);
  problem = check ? check (tool->tool.schema) : NULL;
  program = tool_program_find (tool->command[0], tool_program_get_path ());
  if (!tool_is_name (own->name))
    refuse (own, TOOL_OWN_NAME, own->name);
  else if (problem)
    refuse (own, TOOL_OWN_SCHEMA, problem);
  else if (!program)
    refuse (own, TOOL_OWN_NOT_FOUND, tool->command[0]);
  else
    check_words (own, object, tool->command + 1, tool->input);
  if (!own->problem)
    return keep (tool);
  tool_own_tool_free (tool);
  return NULL;
}

static JsonNode *
read_json (ToolOwn *own, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GStatBuf status;
  JsonNode *node;
  gsize n = 0;

  /* Neither a pipe, which would wait, nor something without an end. */
  if (g_stat (path, &status) == 0 && (!S_ISREG (status.st_mode) || status.st_size > MAX_FILE))
    {
      refuse (own, TOOL_OWN_NO_JSON, NULL);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, &n, &error))
    {
      refuse (own, TOOL_OWN_UNREADABLE, error->message);
      return NULL;
    }
  node = tool_json_parse (text, n, TOOL_MAX_ARGUMENT_DEPTH);
  if (node && JSON_NODE_HOLDS_OBJECT (node))
    return node;
  g_clear_pointer (&node, json_node_unref);
  refuse (own, TOOL_OWN_NO_JSON, NULL);
  return NULL;
}

static void
read_file (const char *folder, const char *name, ToolSchemaCheck check)
{
  ToolOwn *own = g_new0 (ToolOwn, 1);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (JsonNode) node = NULL;
  ToolOwnTool *tool = NULL;
  const Tool *other;

  own->file = g_filename_display_name (name);
  node = read_json (own, path);
  if (node)
    tool = read_tool (own, json_node_get_object (node), check);
  other = tool ? tool_find (tool->tool.name) : NULL;
  /* One of a server gives way, and gets another name. */
  if (other && tool_get_server (other))
    {
      tool_remove (other);
      other = NULL;
    }
  if (other)
    refuse (own, TOOL_OWN_TAKEN, tool->tool.name);
  else if (tool ? !tool_add (&tool->tool) : !own->problem)
    refuse (own, TOOL_OWN_TOO_MANY, NULL);
  g_ptr_array_add (all, own);
  g_ptr_array_add (owners, own->problem ? NULL : tool);
}

/* ---- The folder ------------------------------------------------------------------------------------------------- */

static void
prepare (void)
{
  if (all)
    return;
  all = g_ptr_array_new_with_free_func (own_free);
  owners = g_ptr_array_new ();
  kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
tool_own_read (const char *folder, ToolSchemaCheck check)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  prepare ();
  for (guint i = 0; i < owners->len; i++)
    if (g_ptr_array_index (owners, i))
      tool_remove (&((ToolOwnTool *) g_ptr_array_index (owners, i))->tool);
  g_ptr_array_set_size (all, 0);
  g_ptr_array_set_size (owners, 0);
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".json") && *name != '.')
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare);
  for (guint i = 0; i < MIN (names->len, MAX_FILES); i++)
    read_file (folder, g_ptr_array_index (names, i), check);
}

GPtrArray *
tool_own_get_all (void)
{
  prepare ();
  return all;
}

const ToolOwn *
tool_own_find (const Tool *tool)
{
  for (guint i = 0; owners && i < owners->len; i++)
    if (g_ptr_array_index (owners, i) && &((ToolOwnTool *) g_ptr_array_index (owners, i))->tool == tool)
      return g_ptr_array_index (all, i);
  return NULL;
}
