/* tool-words.c: what a person is told of tools and of what became of a call
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/tool-words.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/myna-own-tools.h"
#include "chat/myna-servers.h"
#include "text/text-json.h"

#define MAX_SUMMARY 200 /* characters of the arguments in a line */
#define MAX_OUTCOME 200 /* … and of a result */
#define MAX_CAPTION 80  /* … of what a tool is for, where there are many */

/* The beginning of a long result. */
#define SHOWN_CHARS 2000
#define SHOWN_LINES 20

static const struct
{
  const char *name, *title, *purpose;
} tools[] = {
  { "calculate", N_ ("Calculator"), N_ ("Exact arithmetic") },
  { "convert_units", N_ ("Unit converter"), N_ ("Lengths, weights, temperatures and others") },
  { "date_time", N_ ("Date and time"), N_ ("What day it is, and how many days between") },
  { "search_chats", N_ ("Search chats"), N_ ("Looks for words in your other chats") },
  { "read_document", N_ ("Read documents"), N_ ("Pages of the files attached to the chat") },
  { "read_more", N_ ("Read on"), N_ ("The rest of a long result") },
  { "python", N_ ("Python"), N_ ("Programs in a sandbox") },
  { "interpreter", N_ ("Python"), N_ ("Programs in a sandbox") },
};

static const struct
{
  const char *tool, *argument, *title;
} arguments[] = {
  { "calculate", "expression", N_ ("Expression") },
  { "convert_units", "value", NC_ ("conversion", "Value") },
  { "convert_units", "from", NC_ ("conversion", "From") },
  { "convert_units", "to", NC_ ("conversion", "To") },
  { "date_time", "start", NC_ ("date", "Start") },
  { "date_time", "add", NC_ ("date", "Add") },
  { "date_time", "until", NC_ ("date", "Until") },
  { "date_time", "zone", N_ ("Time zone") },
  { "search_chats", "query", N_ ("Words to find") },
  { "search_chats", "limit", N_ ("Maximum results") },
  { "read_document", "name", N_ ("File") },
  { "read_document", "page", N_ ("Page") },
  { "read_more", "result", N_ ("Number of the result") },
  { "read_more", "from", N_ ("From character") },
  { "python", "code", N_ ("Program") },
  { "interpreter", "code", N_ ("Program") },
};

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

static guint
find (const char *name)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (tools) && !g_str_equal (tools[i].name, name))
    i++;
  return i;
}

/* On one line, and no longer than that. */
static char *
dup_line (const char *text, glong max_chars)
{
  g_autofree char *shown = tool_text_show (text);
  g_autofree char *cut = NULL;

  g_strdelimit (shown, "\n\t", ' ');
  g_strstrip (shown);
  if (g_utf8_strlen (shown, -1) <= max_chars)
    return g_steal_pointer (&shown);
  cut = g_utf8_substring (shown, 0, max_chars);
  return g_strconcat (cut, "…", NULL);
}

char *
myna_tool_dup_title (const char *name)
{
  guint i = find (name);

  if (i < G_N_ELEMENTS (tools))
    return g_strdup (_ (tools[i].title));
  return *name ? dup_line (name, MAX_SUMMARY) : g_strdup (_ ("Unknown tool"));
}

const char *
myna_tool_get_purpose (const char *name)
{
  guint i = find (name);

  const Tool *tool = i < G_N_ELEMENTS (tools) ? NULL : tool_find (name);

  if (i < G_N_ELEMENTS (tools))
    return _ (tools[i].purpose);
  return tool ? tool_get_description (tool) : "";
}

/* The server that it is of, as it may be shown; NULL: none. */
static char *
dup_server (const char *name)
{
  const Tool *tool = tool_find (name);
  const char *server = tool ? tool_get_server (tool) : NULL;

  return server ? dup_line (server, MAX_CAPTION) : NULL;
}

char *
myna_tool_dup_caption (const char *name)
{
  g_autofree char *purpose = dup_line (myna_tool_get_purpose (name), MAX_CAPTION);
  g_autofree char *server = dup_server (name);

  /* Translators: the name of a tool server, and what its tool is for */
  return server ? g_strdup_printf (C_ ("tool server", "%s: %s"), server, purpose) : g_steal_pointer (&purpose);
}

char *
myna_tool_dup_question (const char *name)
{
  g_autofree char *title = myna_tool_dup_title (name);
  g_autofree char *server = dup_server (name);

  if (server)
    /* Translators: the names of a tool and of the tool server that it is of */
    return g_strdup_printf (_ ("The model wants to use “%s” of the tool server “%s”. Allow it?"), title, server);
  return g_strdup_printf (_ ("The model wants to use the tool “%s”. Allow it?"), title);
}

gboolean
myna_tool_is_chosen (const char *name)
{
  return !g_str_equal (name, "read_more");
}

/* Other people's programs, and the person's own. */
static const char *
get_outside_reach (const Tool *tool)
{
  const ToolOwn *own = tool_own_find (tool);
  const char *server = tool_get_server (tool);

  return own ? myna_own_tool_get_reach (own) : myna_server_get_reach (server ? server : "");
}

const char *
myna_tool_get_reach (const char *name)
{
  const Tool *tool = tool_find (name);

  if (g_str_equal (name, "search_chats"))
    return _ (
        "It reads your other chats, and the model sees what it finds. Nothing is changed, and nothing leaves this computer.");
  if (g_str_equal (name, "read_document"))
    return _ ("It reads a file that you attached to this chat. Nothing is changed, and nothing leaves this computer.");
  if (!tool)
    return _ ("This tool no longer exists.");
  switch (tool_get_class (tool))
    {
    case TOOL_CLASS_PURE: return _ ("It uses only what you see here. It reads nothing else and changes nothing.");
    case TOOL_CLASS_READS: return _ ("It reads texts of yours, and the model sees what it finds. Nothing is changed.");
    case TOOL_CLASS_RUNS: return _ ("It runs a program that the model wrote, shut off from your files and the network.");
    case TOOL_CLASS_OUTSIDE:
    default: return get_outside_reach (tool);
    }
}

char *
myna_tool_dup_argument_title (const char *name, const char *argument, const char *title)
{
  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++)
    if (g_str_equal (arguments[i].tool, name) && g_str_equal (arguments[i].argument, argument))
      return g_strdup (g_str_has_prefix (name, "convert") ? g_dpgettext2 (NULL, "conversion", arguments[i].title)
                       : g_str_equal (name, "date_time") && !g_str_equal (argument, "zone")
                           ? g_dpgettext2 (NULL, "date", arguments[i].title)
                           : _ (arguments[i].title));
  return dup_line (title ? title : argument, MAX_SUMMARY);
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

/* NULL: they are no object. */
static JsonObject *
parse (const StoreCall *call)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!call->arguments || !text_json_is_tame (call->arguments, strlen (call->arguments))
      || !json_parser_load_from_data (parser, call->arguments, -1, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_dup_object (root) : NULL;
}

static char *
dup_value (JsonNode *node)
{
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return json_to_string (node, FALSE);
}

/* "10 km/h → m/s", or the values one after the other. */
static char *
dup_values (const char *tool, JsonObject *object)
{
  g_autoptr (GString) values = g_string_new (NULL);
  gboolean converts = g_str_equal (tool, "convert_units");
  JsonObjectIter iter;
  const char *name; /* json-glib 1.6 wants it */
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  for (guint i = 0; json_object_iter_next_ordered (&iter, &name, &node); i++)
    {
      g_autofree char *value = dup_value (node);

      if (i > 0)
        g_string_append (values, !converts ? ", " : i == 1 ? " " : " → ");
      g_string_append (values, value);
    }
  return dup_line (values->str, MAX_SUMMARY);
}

gboolean
myna_call_is_python (const StoreCall *call)
{
  return tool_find (call->tool) == tool_get_python ();
}

gboolean
myna_call_may_have_made (const StoreCall *call)
{
  const Tool *tool = tool_find (call->tool);

  return !tool || tool_get_class (tool) >= TOOL_CLASS_RUNS;
}

/* The program of a call; NULL: there is none to be read. */
static char *
dup_program (JsonObject *object)
{
  JsonNode *node = object ? json_object_get_member (object, "code") : NULL;

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                                                                  : NULL;
}

/* The first line that does something. */
static char *
dup_program_line (const char *program)
{
  g_auto (GStrv) lines = g_strsplit (program, "\n", -1);
  const char *found = NULL;

  for (char **line = lines; *line; line++)
    {
      g_strstrip (*line);
      if (!**line || **line == '#' || **line == '%' || g_str_has_prefix (*line, "import ") || g_str_has_prefix (*line, "from "))
        continue;
      found = *line;
      break;
    }
  return dup_line (found ? found : program, MAX_SUMMARY);
}

char *
myna_call_dup_summary (const StoreCall *call)
{
  g_autofree char *title = myna_tool_dup_title (call->tool);
  g_autoptr (JsonObject) object = parse (call);
  g_autofree char *program = myna_call_is_python (call) ? dup_program (object) : NULL;
  g_autofree char *values = program ? dup_program_line (program) : object ? dup_values (call->tool, object) : NULL;

  if (!values || !*values)
    return g_steal_pointer (&title);
  /* Translators: a tool, and what it is given: "Calculator: 6*7" */
  return g_strdup_printf (C_ ("tool call", "%s: %s"), title, values);
}

char *
myna_call_dup_arguments (const StoreCall *call)
{
  g_autoptr (JsonObject) object = parse (call);
  g_autoptr (GString) lines = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (!object)
    return NULL;
  if (myna_call_is_python (call))
    {
      g_autofree char *program = dup_program (object);

      return program ? tool_text_show (program) : NULL;
    }
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *title = myna_tool_dup_argument_title (call->tool, name, NULL);
      g_autofree char *value = dup_value (node);
      g_autofree char *shown = tool_text_show (value);

      /* Translators: an argument of a tool, and its value: "Expression: 6*7" */
      g_string_append_printf (lines, C_ ("argument", "%s: %s"), title, shown);
      g_string_append_c (lines, '\n');
    }
  if (lines->len == 0)
    return g_strdup (_ ("Nothing is passed on to the tool."));
  g_string_truncate (lines, lines->len - 1);
  return g_string_free (g_steal_pointer (&lines), FALSE);
}

/* Messages of tools that a person may see; others are shown in English. */
static const char *const messages[] = {
  N_ ("Division by zero"),
  N_ ("The result is not a real number"),
  N_ ("The root of a negative number is not a real number"),
  N_ ("Factorials need a whole number that is not negative"),
  N_ ("Logarithms need a positive number"),
  N_ ("The result is too large for a function or root"),
  N_ ("The calculation is too long: it would take over 0.2 s"),
  N_ ("That is below absolute zero"),
  N_ ("The result is not within the years 1 to 9999"),
  N_ ("No document is attached to this conversation"),
};

/* What a tool said of its failure, without the word that a model reads before it. */
static char *
dup_message (const char *result)
{
  static const char prefix[] = "Error: ";
  const char *text = result && g_str_has_prefix (result, prefix) ? result + strlen (prefix) : result ? result : "";

  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    if (g_str_equal (messages[i], text))
      return g_strdup (_ (messages[i]));
  return dup_line (text, MAX_OUTCOME);
}

/* Why it was not run: see StoreCall. */
static char *
describe_not_run (const char *tool, const char *word)
{
  static const struct
  {
    const char *word, *text;
  } words[] = {
    { "repeated", N_ ("Not run again: the model asked for the same before, and was given that result.") },
    { "no-such-tool", N_ ("Not run: this tool is not turned on in this chat.") },
    { "truncated", N_ ("Not run: the reply ended in the middle of the call.") },
    { "not-waited", N_ ("Not run: the model went on without waiting for the result.") },
    { "several", N_ ("Not run: the model asked for several things at once.") },
    { "too-large", N_ ("Not run: the model passed on too much text.") },
  };
  g_autofree char *message = NULL;

  if (g_strcmp0 (word, "no-such-tool") == 0 && !tool_find (tool))
    return g_strdup (_ ("Not run: there is no such tool."));
  for (guint i = 0; word && i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, word))
      return g_strdup (_ (words[i].text));
  if (!word || !g_str_has_prefix (word, "Error: "))
    return g_strdup (_ ("Not run: what the model wrote cannot be read as a call."));
  message = dup_message (word);
  /* Translators: %s says what is wrong, such as “location is missing” */
  return g_strdup_printf (_ ("Not run: the tool cannot be used like this (%s)."), message);
}

static char *
describe_result (const char *result)
{
  g_autofree char *line = dup_line (result ? result : "", MAX_OUTCOME);

  /* Translators: what a tool found: "Result: 42" */
  return *line ? g_strdup_printf (_ ("Result: %s"), line) : g_strdup (_ ("Done, without a result"));
}

/* The error is what a program prints last. */
static char *
dup_last_line (const char *result)
{
  g_autofree char *text = g_strchomp (g_strdup (result ? result : ""));
  const char *last = strrchr (text, '\n');

  return dup_line (last ? last + 1 : text, MAX_OUTCOME);
}

char *
myna_call_dup_outcome (const StoreCall *call)
{
  g_autofree char *message = NULL;

  switch (call->state)
    {
    case STORE_CALL_RUNNING: return g_strdup (_ ("Running…"));
    case STORE_CALL_DONE:
      if (myna_call_is_python (call) && (!call->result || !*call->result))
        return g_strdup (C_ ("program", "Done"));
      return describe_result (call->result);
    case STORE_CALL_FAILED:
      message = myna_call_is_python (call) ? dup_last_line (call->result) : dup_message (call->result);
      /* Translators: %s is what the tool said of it, such as “Division by zero” */
      return g_strdup_printf (_ ("Failed: %s"), message);
    case STORE_CALL_REFUSED: return g_strdup (_ ("Not run: you denied it."));
    case STORE_CALL_STOPPED: return g_strdup (_ ("You stopped it while it ran."));
    case STORE_CALL_LOST: return g_strdup (_ ("Myna quit while this was running. It may or may not have finished."));
    case STORE_CALL_NOT_RUN: return describe_not_run (call->tool, call->result);
    case STORE_CALL_ASKED:
    default: return g_strdup (_ ("Not run yet"));
    }
}

static const char *
describe_allowed (StoreAllowedBy allowed_by)
{
  switch (allowed_by)
    {
    case STORE_ALLOWED_BY_PERSON: return _ ("Allowed by you");
    case STORE_ALLOWED_BY_CHAT_RULE: return _ ("Allowed by you in this chat");
    case STORE_ALLOWED_BY_RULE: return _ ("Always allowed by you");
    case STORE_ALLOWED_BY_CLASS: return _ ("Needs no permission");
    case STORE_ALLOWED_BY_NOBODY:
    default: return NULL;
    }
}

static char *
describe_time (gint64 ms)
{
  if (ms < 1000)
    return g_strdup_printf (_ ("%d ms"), (int) ms);
  return g_strdup_printf (_ ("%.1f s"), (double) ms / 1000);
}

char *
myna_call_dup_details (const StoreCall *call)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  const char *allowed = describe_allowed (call->allowed_by);

  if (call->started_at && allowed)
    g_ptr_array_add (parts, g_strdup (allowed));
  if (call->edited)
    g_ptr_array_add (parts, g_strdup (_ ("Edited by you")));
  if (call->started_at && call->finished_at >= call->started_at)
    g_ptr_array_add (parts, describe_time (call->finished_at - call->started_at));
  g_ptr_array_add (parts, NULL);
  return g_strjoinv (" · ", (char **) parts->pdata);
}

const char *
myna_result_find_cut (const char *result)
{
  guint n_chars = 0, n_lines = 0;

  for (const char *p = result; *p; p = g_utf8_next_char (p))
    {
      if (n_chars++ == SHOWN_CHARS || n_lines == SHOWN_LINES)
        return p;
      n_lines += *p == '\n';
    }
  return NULL;
}

char *
myna_call_dup_entry (const StoreMessage *message)
{
  gint64 ms = message->call->started_at ? message->call->started_at : message->created_at;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (ms / 1000);
  g_autofree char *when = time ? g_date_time_format (time, "%c") : g_strdup ("");
  g_autofree char *outcome = myna_call_dup_outcome (message->call);
  g_autofree char *details = myna_call_dup_details (message->call);

  return g_strdup_printf ("%s\n%s%s%s", outcome, when, *details ? " · " : "", details);
}

const char *
myna_call_get_icon (StoreCallState state)
{
  switch (state)
    {
    case STORE_CALL_DONE: return "object-select-symbolic";
    case STORE_CALL_FAILED:
    case STORE_CALL_LOST: return "dialog-warning-symbolic";
    case STORE_CALL_REFUSED:
    case STORE_CALL_STOPPED:
    case STORE_CALL_NOT_RUN: return "action-unavailable-symbolic";
    case STORE_CALL_ASKED:
    case STORE_CALL_RUNNING:
    default: return "dialog-question-symbolic";
    }
}
