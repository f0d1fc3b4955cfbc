/* remote-models.c: the models that a server says it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-models.h"

#include <string.h>

#define MAX_MODELS 500
#define MAX_ID     200 /* bytes */

/* Each server has a word of its own for it; 0: it does not say. */
static gint64
find_context (JsonObject *model)
{
  static const char *const names[] = { "max_model_len",      "context_length", "context_window",
                                       "max_context_length", "n_ctx",          "n_ctx_train" };
  JsonObject *meta = text_json_object (model, "meta");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gint64 n = remote_json_int (model, names[i]);

      if (n == 0)
        n = remote_json_int (meta, names[i]);
      if (n > 0)
        return MIN (n, G_MAXINT);
    }
  return 0;
}

/* Ids are shown, and sent back as they are. */
static gboolean
is_id (const char *id)
{
  if (!id || !*id || strlen (id) > MAX_ID)
    return FALSE;
  for (const char *at = id; *at; at = g_utf8_next_char (at))
    if (!g_unichar_isprint (g_utf8_get_char (at)))
      return FALSE;
  return TRUE;
}

JsonObject *
remote_models_read (const char *text, gsize n_bytes)
{
  g_autoptr (JsonObject) answer = remote_json_parse (text, n_bytes);
  JsonArray *data = text_json_array (answer, "data"), *models;
  JsonObject *event;

  if (!data)
    return NULL;
  models = json_array_new ();
  for (guint i = 0; i < json_array_get_length (data) && json_array_get_length (models) < MAX_MODELS; i++)
    {
      JsonObject *model = text_json_element (data, i), *told;
      const char *id = text_json_string (model, "id");

      if (!is_id (id))
        continue;
      told = json_object_new ();
      json_object_set_string_member (told, "id", id);
      json_object_set_int_member (told, "context", find_context (model));
      json_array_add_object_element (models, told);
    }
  event = json_object_new ();
  json_object_set_array_member (event, "models", models);
  return event;
}
