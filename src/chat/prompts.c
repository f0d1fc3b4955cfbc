/* prompts.c: texts that a person sends again and again, with gaps for what is copied, selected and so on (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file: { "myna-prompts": 1, "prompts": [ { "name": "Summarize", "text": "…" } ] }.  One that cannot be read is put aside
 * before the next is written, not over-written.
 */
#include "chat/prompts.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/myna-problem.h"
#include "storage/storage.h"
#include "text/text-aside.h"
#include "text/text-json.h"

#define VERSION_KEY "myna-prompts"
#define VERSION     1
#define MAX_FILE    (16 * 1024 * 1024)

static const struct
{
  const char *name;
  const char *text;
} bundled[] = {
  { N_ ("Summarize"), N_ ("Summarize this in a few sentences:\n\n{clipboard}") },
  { N_ ("Explain"), N_ ("Explain this in plain words, with an example:\n\n{selection}{text}") },
  { N_ ("Improve"), N_ ("Improve the wording of this text, and keep its meaning:\n\n{clipboard}") },
  { N_ ("Plan the Day"), N_ ("Today is {date}. Make a plan for the day from these tasks: {text}") },
};

struct _MynaPrompts
{
  char *path;
  GPtrArray *list;
  guint n_own;
  gboolean unreadable; /* the file is there and holds something else */
};

static void
prompt_free (gpointer data)
{
  MynaPrompt *prompt = data;

  g_free (prompt->name);
  g_free (prompt->text);
  g_free (prompt);
}

static MynaPrompt *
prompt_new (const char *name, const char *text, gboolean is_own)
{
  MynaPrompt *prompt = g_new (MynaPrompt, 1);

  *prompt = (MynaPrompt){ g_strdup (name), g_strdup (text), is_own };
  return prompt;
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

static const char *
get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                                  : NULL;
}

/* On one line; NULL: nothing is left of it, or it is too long. */
static char *
clean_name (const char *name)
{
  g_autofree char *line = store_tame_name (name);

  g_strstrip (line);
  return *line && g_utf8_strlen (line, -1) <= MYNA_PROMPT_MAX_NAME ? g_steal_pointer (&line) : NULL;
}

static JsonArray *
find_array (JsonParser *parser)
{
  JsonNode *root = json_parser_get_root (parser);
  JsonObject *object = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  JsonNode *node = object && json_object_has_member (object, VERSION_KEY) ? json_object_get_member (object, "prompts") : NULL;

  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static void
read_file (MynaPrompts *self)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *json = NULL;
  JsonArray *array = NULL;
  GStatBuf status;
  gsize length;

  if (g_stat (self->path, &status) != 0)
    return;
  if (S_ISREG (status.st_mode) && status.st_size <= MAX_FILE && g_file_get_contents (self->path, &json, &length, NULL)
      && text_json_is_tame (json, length) && json_parser_load_from_data (parser, json, (gssize) length, NULL))
    array = find_array (parser);
  self->unreadable = !array;
  for (guint i = 0; array && i < json_array_get_length (array) && self->n_own < MYNA_PROMPTS_MAX; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = object ? get_string (object, "name") : NULL;
      const char *text = object ? get_string (object, "text") : NULL;
      g_autofree char *clean = name ? clean_name (name) : NULL;

      if (!clean || !text || strlen (text) > MYNA_PROMPT_MAX_TEXT)
        continue;
      g_ptr_array_insert (self->list, (int) self->n_own++, prompt_new (clean, text, TRUE));
    }
}

static char *
to_json (MynaPrompts *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, VERSION_KEY);
  json_builder_add_int_value (builder, VERSION);
  json_builder_set_member_name (builder, "prompts");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->n_own; i++)
    {
      const MynaPrompt *prompt = g_ptr_array_index (self->list, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "name");
      json_builder_add_string_value (builder, prompt->name);
      json_builder_set_member_name (builder, "text");
      json_builder_add_string_value (builder, prompt->text);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}

static gboolean
set_file_error (GError **error)
{
  int saved_errno = errno;

  g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno), g_strerror (saved_errno));
  return FALSE;
}

static gboolean
save (MynaPrompts *self, GError **error)
{
  g_autofree char *json = to_json (self);
  g_autofree char *folder = g_path_get_dirname (self->path);

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return set_file_error (error);
  if (self->unreadable && !text_put_aside (self->path, error))
    return FALSE;
  self->unreadable = FALSE;
  return g_file_set_contents_full (self->path, json, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                   error);
}

const char *
myna_prompts_get_word (const MynaPrompts *self)
{
  return self->unreadable
             ? _ ("Your prompts cannot be read: the file “prompts.json” is damaged. It is kept as “prompts.json.damaged” "
                  "when you make a new one.")
             : _ ("Type “/” in an empty message to choose one");
}

/* ---- Changing --------------------------------------------------------------------------------------------------- */

static MynaPrompt *
check (const char *name, const char *text, GError **error)
{
  g_autofree char *clean = clean_name (name);

  if (clean && *text && strlen (text) <= MYNA_PROMPT_MAX_TEXT)
    return prompt_new (clean, text, TRUE);
  g_set_error_literal (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED,
                       _ ("A prompt needs a name and a text, and neither may be too long."));
  return NULL;
}

gboolean
myna_prompts_add (MynaPrompts *self, const char *name, const char *text, GError **error)
{
  MynaPrompt *prompt = check (name, text, error);

  if (!prompt)
    return FALSE;
  g_ptr_array_insert (self->list, (int) self->n_own++, prompt);
  if (self->n_own > MYNA_PROMPTS_MAX)
    g_set_error_literal (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, _ ("You cannot add more prompts."));
  else if (save (self, error))
    return TRUE;
  g_ptr_array_remove_index (self->list, --self->n_own);
  return FALSE;
}

gboolean
myna_prompts_change (MynaPrompts *self, guint index, const char *name, const char *text, GError **error)
{
  MynaPrompt *prompt = check (name, text, error);
  MynaPrompt *before;

  g_return_val_if_fail (index < self->n_own, FALSE);

  if (!prompt)
    return FALSE;
  before = g_ptr_array_index (self->list, index);
  self->list->pdata[index] = prompt;
  if (save (self, error))
    {
      prompt_free (before);
      return TRUE;
    }
  self->list->pdata[index] = before;
  prompt_free (prompt);
  return FALSE;
}

gboolean
myna_prompts_remove (MynaPrompts *self, guint index, GError **error)
{
  MynaPrompt *before;

  g_return_val_if_fail (index < self->n_own, FALSE);

  before = g_ptr_array_steal_index (self->list, index);
  self->n_own--;
  if (save (self, error))
    {
      prompt_free (before);
      return TRUE;
    }
  g_ptr_array_insert (self->list, (int) index, before);
  self->n_own++;
  return FALSE;
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

GPtrArray *
myna_prompts_get_list (MynaPrompts *self)
{
  return self->list;
}

MynaPrompts *
myna_prompts_new (const char *path)
{
  MynaPrompts *self = g_new0 (MynaPrompts, 1);

  self->path = g_strdup (path);
  self->list = g_ptr_array_new_with_free_func (prompt_free);
  read_file (self);
  for (guint i = 0; i < G_N_ELEMENTS (bundled); i++)
    g_ptr_array_add (self->list, prompt_new (_ (bundled[i].name), _ (bundled[i].text), FALSE));
  return self;
}

void
myna_prompts_free (MynaPrompts *self)
{
  g_ptr_array_unref (self->list);
  g_free (self->path);
  g_free (self);
}

MynaPrompts *
myna_prompts_get_default (void)
{
  static MynaPrompts *prompts;

  if (!prompts)
    {
      g_autofree char *path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "prompts.json", NULL);

      prompts = myna_prompts_new (path);
    }
  return prompts;
}

/* ---- Gaps ------------------------------------------------------------------------------------------------------- */

gboolean
myna_prompt_has_gap (const char *text, const char *name)
{
  g_autofree char *gap = g_strdup_printf ("{%s}", name);

  return strstr (text, gap) != NULL;
}

/* What is filled in is not looked through again: a text that was copied may have braces of its own. */
char *
myna_prompt_fill (const char *text, const char *clipboard, const char *selection, guint *ret_cursor)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  /* Translators: the date in a prompt, as strftime writes it: "Monday, 30 November 2026" */
  g_autofree char *date = g_date_time_format (now, _ ("%A, %-d %B %Y"));
  const struct
  {
    const char *gap;
    const char *value; /* NULL: where the person writes */
  } gaps[] = { { "{clipboard}", clipboard ? clipboard : "" },
               { "{selection}", selection ? selection : "" },
               { "{date}", date },
               { "{text}", NULL } };
  GString *filled = g_string_new (NULL);
  gssize cursor = -1;

  while (*text)
    {
      guint i = 0;

      while (i < G_N_ELEMENTS (gaps) && !g_str_has_prefix (text, gaps[i].gap))
        i++;
      if (i == G_N_ELEMENTS (gaps))
        {
          g_string_append_c (filled, *text++);
          continue;
        }
      if (gaps[i].value)
        g_string_append (filled, gaps[i].value);
      else if (cursor < 0)
        cursor = (gssize) filled->len;
      text += strlen (gaps[i].gap);
    }
  *ret_cursor = (guint) g_utf8_strlen (filled->str, cursor < 0 ? -1 : cursor);
  return g_string_free (filled, FALSE);
}
