/* store-export-text.c: conversations to read: Markdown, plain text, HTML
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * These formats have the branch that is shown.  The words of the models are Markdown already; they are written as they are.
 */
#include "exchange/store-export.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "text/text-cite.h"
#include "text/text-json.h"

const char *
store_message_get_speaker (const StoreMessage *message)
{
  switch (message->role)
    {
    case STORE_ROLE_SYSTEM: return C_ ("export", "Instructions");
    case STORE_ROLE_USER: return C_ ("export", "You");
    case STORE_ROLE_OBSERVATION: return C_ ("export", "Tool");
    default: return message->model && *message->model ? message->model : C_ ("export", "Reply");
    }
}

/* "22 November 2026, 14:03" in the person's language. */
static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time / 1000);

  return date ? g_date_time_format (date, "%-d %B %Y, %H:%M") : g_strdup ("");
}

static const char *
title_of (const StoreWhole *whole)
{
  return *whole->row->title ? whole->row->title : C_ ("export", "Untitled chat");
}

typedef void (*BlockFunc) (GString *out, const char *name, const char *text);

static const char *
member (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                                  : "";
}

/* The attached texts of a message: [{ "name", "text" }, …]; anything else is left out. */
static void
append_attachments (GString *out, const StoreMessage *message, BlockFunc append)
{
  const char *json = message->attachments;
  g_autoptr (JsonNode) root = json && text_json_is_tame (json, strlen (json)) ? json_from_string (json, NULL) : NULL;
  JsonArray *list = root && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;

  for (guint i = 0; list && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        {
          g_autofree char *name = store_tame_name (member (json_node_get_object (node), "name"));

          append (out, name, member (json_node_get_object (node), "text"));
        }
    }
}

/* ---- What replies cite ------------------------------------------------------------------------------------------ */

/* "report.pdf, page 3, Results" */
static char *
describe_passage (const StorePassage *passage)
{
  /* Translators: where something stands in a document; %s is its name, %u a page */
  g_autofree char *place =
      passage->page ? g_strdup_printf (C_ ("export", "%s, page %u"), passage->name, passage->page) : g_strdup (passage->name);

  return *passage->heading ? g_strdup_printf ("%s, %s", place, passage->heading) : g_steal_pointer (&place);
}

/* What was given last under the number to the questions before message `end` of the branch; NULL: nothing. */
static const StorePassage *
find_given (GPtrArray *branch, guint end, guint number)
{
  for (guint i = end; i > 0; i--)
    {
      const StoreMessage *message = branch->pdata[i - 1];

      for (guint j = 0; message->given && j < message->given->len; j++)
        if (((StorePassage *) message->given->pdata[j])->number == number)
          return message->given->pdata[j];
    }
  return NULL;
}

/* A line for each passage that the reply cites, in the order of the numbers' first places. */
static void
append_cited (GString *out, GPtrArray *branch, guint index, void (*append_note) (GString *out, guint number, const char *place))
{
  const StoreMessage *message = branch->pdata[index];
  g_autoptr (GArray) cites = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  if (message->role != STORE_ROLE_ASSISTANT)
    return;
  cites = text_find_cites (message->text, strlen (message->text));
  for (guint i = 0; i < cites->len; i++)
    {
      guint number = g_array_index (cites, TextCite, i).number;
      const StorePassage *passage = find_given (branch, index, number);
      g_autofree char *place = passage ? describe_passage (passage) : NULL;

      if (place && g_hash_table_add (seen, GUINT_TO_POINTER (number)))
        append_note (out, number, place);
    }
}

static void
append_line_end (GString *out)
{
  if (out->len && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

static void
append_escaped (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);

  g_string_append (out, escaped);
}

/* What the model wants to be run: as it was run, or as the model wrote it. */
static void
append_call (GString *out, const StoreMessage *message, const char *text, BlockFunc append)
{
  const StoreCall *call = message->call;
  /* Translators: the name of a tool, such as “calculate”. */
  g_autofree char *name = g_strdup_printf (C_ ("export", "Tool call: %s"), call->tool);

  append (out, name, call->arguments ? call->arguments : text);
}

/* What a call made, in words; append_picture: NULL, or what shows a picture. */
static void
append_made (GString *out, const StoreMessage *message, void (*append_picture) (GString *out, const StoreMade *made),
             void (*append_line) (GString *out, const char *line))
{
  GPtrArray *list = message->call->made;

  for (guint i = 0; list && i < list->len; i++)
    {
      const StoreMade *made = g_ptr_array_index (list, i);
      /* Translators: something that a program made, in an exported chat; %s is a file's name */
      g_autofree char *line = made->width > 0 ? g_strdup_printf (C_ ("export", "Picture, %d × %d"), made->width, made->height)
                                              : g_strdup_printf (C_ ("export", "File: %s"), made->name);

      if (append_picture && made->width > 0 && made->data)
        append_picture (out, made);
      else
        append_line (out, line);
    }
}

static void
append_plain_line (GString *out, const char *line)
{
  append_line_end (out);
  g_string_append_printf (out, "\n[%s]\n", line);
}

static void
append_parts (GString *out, const StoreMessage *message, BlockFunc append_thought, BlockFunc append_code)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (message->role, message->text, message->call, parts);

  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *text = g_strndup (parts[i].text, parts[i].n_bytes);

      if (parts[i].kind == STORE_PART_THOUGHT)
        append_thought (out, _ ("Thoughts"), g_strstrip (text));
      else if (parts[i].kind == STORE_PART_CALL)
        {
          append_call (out, message, text, append_code);
          append_made (out, message, NULL, append_plain_line);
        }
      else
        g_string_append (out, i > 0 ? g_strchug (text) : text);
    }
  append_line_end (out);
}

static void
append_nothing (GString *out, StoreConnection *connection)
{
}

static void
append_no_end (GString *out)
{
}

/* ---- Markdown --------------------------------------------------------------------------------------------------- */

/* A fence that is longer than any in the text. */
static void
append_fence (GString *out, const char *text)
{
  int longest = 2, run = 0;

  for (const char *p = text; *p; p++)
    {
      run = *p == '`' ? run + 1 : 0;
      longest = MAX (longest, run);
    }
  for (int i = 0; i <= longest; i++)
    g_string_append_c (out, '`');
  g_string_append_printf (out, "\n%s", text);
  append_line_end (out);
  for (int i = 0; i <= longest; i++)
    g_string_append_c (out, '`');
  g_string_append (out, "\n\n");
}

static void
append_fenced (GString *out, const char *name, const char *text)
{
  g_string_append_printf (out, "%s:\n\n", name);
  append_fence (out, text);
}

/* Markdown has no form for what is folded; HTML's may stand in it. */
static void
append_folded (GString *out, const char *name, const char *text)
{
  g_string_append (out, "<details><summary>");
  append_escaped (out, name);
  g_string_append_printf (out, "</summary>\n\n%s\n\n</details>\n\n", text);
}

static void
append_folded_code (GString *out, const char *name, const char *text)
{
  g_autoptr (GString) code = g_string_new (NULL);

  append_fence (code, text);
  g_string_truncate (code, code->len - 2);
  append_folded (out, name, code->str);
}

static void
append_markdown_note (GString *out, guint number, const char *place)
{
  append_line_end (out);
  g_string_append_printf (out, "\n\\[%u\\] *%s*\n", number, place);
}

static void
append_markdown (GString *out, StoreWhole *whole, gboolean is_first, StoreRenderFunc render, gpointer render_data)
{
  g_autoptr (GPtrArray) branch = store_whole_list_branch (whole);
  g_autofree char *time = format_time (whole->row->created_at);

  g_string_append_printf (out, "%s# %s\n\n*%s*\n", is_first ? "" : "\n---\n\n", title_of (whole), time);
  for (guint i = 0; i < branch->len; i++)
    {
      const StoreMessage *message = branch->pdata[i];

      g_string_append_printf (out, "\n## %s\n\n", store_message_get_speaker (message));
      append_attachments (out, message, append_fenced);
      append_parts (out, message, append_folded, append_folded_code);
      append_cited (out, branch, i, append_markdown_note);
    }
}

const StoreWriter store_markdown_writer = { append_nothing, append_markdown, append_no_end };

/* ---- Plain text ------------------------------------------------------------------------------------------------- */

static void
append_quoted (GString *out, const char *name, const char *text)
{
  g_string_append_printf (out, "[%s]\n%s", name, text);
  append_line_end (out);
  g_string_append_c (out, '\n');
}

static void
append_text_note (GString *out, guint number, const char *place)
{
  append_line_end (out);
  g_string_append_printf (out, "[%u] %s\n", number, place);
}

static void
append_text (GString *out, StoreWhole *whole, gboolean is_first, StoreRenderFunc render, gpointer render_data)
{
  g_autoptr (GPtrArray) branch = store_whole_list_branch (whole);
  g_autofree char *time = format_time (whole->row->created_at);

  g_string_append_printf (out, "%s%s\n%s\n", is_first ? "" : "\n\n", title_of (whole), time);
  for (guint i = 0; i < branch->len; i++)
    {
      const StoreMessage *message = branch->pdata[i];

      g_string_append_printf (out, "\n%s:\n", store_message_get_speaker (message));
      append_attachments (out, message, append_quoted);
      append_parts (out, message, append_quoted, append_quoted);
      append_cited (out, branch, i, append_text_note);
    }
}

const StoreWriter store_text_writer = { append_nothing, append_text, append_no_end };

/* ---- HTML ------------------------------------------------------------------------------------------------------- */

static const char STYLE[] = ":root{color-scheme:light dark}"
                            "body{font:16px/1.6 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}"
                            "h2{font-size:1em;margin:2em 0 .5em;opacity:.7}"
                            ".user{background:rgba(128,128,128,.15);border-radius:1em;padding:.1em 1em}"
                            ".raw{white-space:pre-wrap}"
                            "pre{overflow-x:auto;padding:.8em 1em;border-radius:.6em;background:rgba(128,128,128,.12)}"
                            "table{border-collapse:collapse}td,th{border:1px solid rgba(128,128,128,.4);padding:.3em .6em}"
                            "time{opacity:.7}.note{opacity:.7;font-size:.9em;margin:.2em 0}img{max-width:100%;height:auto}";

/* The policy lets nothing be loaded and no script run, whatever the words of a model are rendered to. */
static void
begin_html (GString *out, StoreConnection *connection)
{
  g_string_append (
      out,
      "<!DOCTYPE html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
  append_escaped (out, C_ ("export", "Chats"));
  g_string_append_printf (out, "</title>\n<style>%s</style>\n</head>\n<body>\n", STYLE);
}

static void
append_details (GString *out, const char *name, const char *text)
{
  g_string_append (out, "<details><summary>");
  append_escaped (out, name);
  g_string_append (out, "</summary><pre>");
  append_escaped (out, text);
  g_string_append (out, "</pre></details>\n");
}

static void
append_image (GString *out, const StoreMade *made)
{
  gsize n;
  const guchar *data = g_bytes_get_data (made->data, &n);
  g_autofree char *text = g_base64_encode (data, n);

  g_string_append_printf (out, "<img width=\"%d\" height=\"%d\" alt=\"\" src=\"data:image/png;base64,%s\">\n", made->width,
                          made->height, text);
}

static void
append_html_line (GString *out, const char *line)
{
  g_string_append (out, "<p>");
  append_escaped (out, line);
  g_string_append (out, "</p>\n");
}

/* The words of a model as HTML, all others as they are. */
static void
append_rendered (GString *out, const StoreMessage *message, const char *text, StoreRenderFunc render, gpointer render_data)
{
  g_autofree char *html = render && message->role == STORE_ROLE_ASSISTANT ? render (text, render_data) : NULL;

  if (html)
    g_string_append (out, html);
  else
    append_escaped (out, text);
}

static void
append_html_note (GString *out, guint number, const char *place)
{
  g_string_append_printf (out, "<p class=\"note\">[%u] ", number);
  append_escaped (out, place);
  g_string_append (out, "</p>\n");
}

static void
append_html_message (GString *out, GPtrArray *branch, guint index, StoreRenderFunc render, gpointer render_data)
{
  const StoreMessage *message = branch->pdata[index];
  gboolean is_raw = !render || message->role != STORE_ROLE_ASSISTANT;
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (message->role, message->text, message->call, parts);

  g_string_append (out, "<h2>");
  append_escaped (out, store_message_get_speaker (message));
  g_string_append_printf (out, "</h2>\n<div class=\"%s%s\">\n", store_role_name (message->role), is_raw ? " raw" : "");
  append_attachments (out, message, append_details);
  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *text = g_strndup (parts[i].text, parts[i].n_bytes);

      if (parts[i].kind == STORE_PART_CALL)
        {
          append_call (out, message, text, append_details);
          append_made (out, message, append_image, append_html_line);
        }
      else if (parts[i].kind != STORE_PART_THOUGHT)
        append_rendered (out, message, text, render, render_data);
      else
        {
          g_string_append (out, "<details><summary>");
          append_escaped (out, _ ("Thoughts"));
          g_string_append (out, "</summary>\n");
          append_rendered (out, message, text, render, render_data);
          g_string_append (out, "</details>\n");
        }
    }
  append_cited (out, branch, index, append_html_note);
  g_string_append (out, "\n</div>\n");
}

static void
append_html (GString *out, StoreWhole *whole, gboolean is_first, StoreRenderFunc render, gpointer render_data)
{
  g_autoptr (GPtrArray) branch = store_whole_list_branch (whole);
  g_autofree char *time = format_time (whole->row->created_at);

  g_string_append (out, "<article>\n<h1>");
  append_escaped (out, title_of (whole));
  g_string_append_printf (out, "</h1>\n<time>%s</time>\n", time);
  for (guint i = 0; i < branch->len; i++)
    append_html_message (out, branch, i, render, render_data);
  g_string_append (out, "</article>\n");
}

static void
end_html (GString *out)
{
  g_string_append (out, "</body>\n</html>\n");
}

const StoreWriter store_html_writer = { begin_html, append_html, end_html };
