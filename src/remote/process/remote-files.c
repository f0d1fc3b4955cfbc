/* remote-files.c: the files that a site says a model has, with their sizes and hashes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hugging Face and its mirror: an array of {type, path, size, lfs: {oid, size}}.  ModelScope: {Data: {Files: [{Type, Path, Size,
 * Sha256}]}}.
 */
#include "remote/process/remote-files.h"

#include <string.h>

#define MAX_FILES 5000

/* 64 digits in small letters, or "". */
static char *
dup_hash (const char *text)
{
  g_autofree char *hash = g_ascii_strdown (text ? text : "", -1);

  if (g_str_has_prefix (hash, "sha256:"))
    memmove (hash, hash + 7, strlen (hash) - 6);
  return strlen (hash) == 64 && strspn (hash, "0123456789abcdef") == 64 ? g_steal_pointer (&hash) : g_strdup ("");
}

static void
add (JsonArray *files, const char *path, gint64 size, const char *hash)
{
  g_autofree char *digits = dup_hash (hash);
  JsonObject *file;

  if (!path || !*path || size <= 0)
    return;
  file = json_object_new ();
  json_object_set_string_member (file, "path", path);
  json_object_set_int_member (file, "size", size);
  json_object_set_string_member (file, "sha256", digits);
  json_array_add_object_element (files, file);
}

static void
add_of_hugging_face (JsonArray *files, JsonObject *file)
{
  JsonObject *lfs = text_json_object (file, "lfs");

  if (g_strcmp0 (text_json_string (file, "type"), "file") == 0)
    add (files, text_json_string (file, "path"), remote_json_int (lfs ? lfs : file, "size"), text_json_string (lfs, "oid"));
}

static void
add_of_model_scope (JsonArray *files, JsonObject *file)
{
  if (g_strcmp0 (text_json_string (file, "Type"), "tree") != 0)
    add (files, text_json_string (file, "Path"), remote_json_int (file, "Size"), text_json_string (file, "Sha256"));
}

JsonObject *
remote_files_read (const char *form, const char *text, gsize n_bytes)
{
  const gboolean is_array = g_strcmp0 (form, "huggingface") == 0;
  /* What is read is an object. */
  g_autofree char *wrapped = is_array ? g_strdup_printf ("{\"list\":%.*s}", (int) n_bytes, text) : NULL;
  g_autoptr (JsonObject) answer = wrapped ? remote_json_parse (wrapped, strlen (wrapped)) : remote_json_parse (text, n_bytes);
  JsonArray *list = is_array ? text_json_array (answer, "list") : text_json_array (text_json_object (answer, "Data"), "Files");
  JsonArray *files;
  JsonObject *event;

  if (!list || (!is_array && g_strcmp0 (form, "modelscope") != 0))
    return NULL;
  files = json_array_new ();
  for (guint i = 0; i < json_array_get_length (list) && json_array_get_length (files) < MAX_FILES; i++)
    {
      JsonObject *file = text_json_element (list, i);

      if (file && is_array)
        add_of_hugging_face (files, file);
      else if (file)
        add_of_model_scope (files, file);
    }
  event = json_object_new ();
  json_object_set_array_member (event, "files", files);
  return event;
}
