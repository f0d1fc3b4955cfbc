/* myna-remote-server.c: a server whose models the person uses
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-remote-server.h"

#include <string.h>

#include "remote/wire/remote-address.h"

#define MAX_MODELS 500
#define MAX_NAME   100 /* characters */

struct _MynaRemoteServer
{
  GObject parent_instance;

  char *id, *address, *name;
  GPtrArray *models; /* names, and a NULL behind them */
  GArray *contexts;  /* int: of each */
  guint allowed;
  gboolean key_in_file;
};

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaRemoteServer, myna_remote_server, G_TYPE_OBJECT)

const char *
myna_remote_server_get_id (MynaRemoteServer *self)
{
  return self->id;
}

const char *
myna_remote_server_get_address (MynaRemoteServer *self)
{
  return self->address;
}

const char *
myna_remote_server_get_name (MynaRemoteServer *self)
{
  return self->name;
}

/* One line that is seen, or else the host. */
void
myna_remote_server_set_name (MynaRemoteServer *self, const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name ? name : "", -1), *cut = NULL;

  for (char *at = valid; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  g_strstrip (valid);
  cut = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_NAME));
  if (!*cut)
    {
      g_free (cut);
      cut = remote_address_dup_host (self->address);
    }
  if (g_strcmp0 (cut, self->name) == 0)
    return;
  g_free (self->name);
  self->name = g_steal_pointer (&cut);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_NAME]);
}

const char *const *
myna_remote_server_get_models (MynaRemoteServer *self)
{
  return (const char *const *) self->models->pdata;
}

int
myna_remote_server_get_context (MynaRemoteServer *self, const char *model)
{
  for (guint i = 0; i < self->contexts->len; i++)
    if (g_str_equal (g_ptr_array_index (self->models, i), model))
      return g_array_index (self->contexts, int, i);
  return 0;
}

void
myna_remote_server_clear_models (MynaRemoteServer *self)
{
  g_ptr_array_set_size (self->models, 0);
  g_ptr_array_add (self->models, NULL);
  g_array_set_size (self->contexts, 0);
}

void
myna_remote_server_add_model (MynaRemoteServer *self, const char *model, int context)
{
  if (self->contexts->len >= MAX_MODELS || !*model || g_strv_contains (myna_remote_server_get_models (self), model))
    return;
  g_ptr_array_insert (self->models, (int) self->models->len - 1, g_strdup (model));
  g_array_append_val (self->contexts, context);
}

guint
myna_remote_server_get_allowed (MynaRemoteServer *self)
{
  return self->allowed;
}

void
myna_remote_server_allow (MynaRemoteServer *self, guint sends)
{
  self->allowed |= sends;
}

gboolean
myna_remote_server_get_key_in_file (MynaRemoteServer *self)
{
  return self->key_in_file;
}

void
myna_remote_server_set_key_in_file (MynaRemoteServer *self, gboolean in_file)
{
  self->key_in_file = in_file;
}

/* ---- Kept ------------------------------------------------------------------------------------------------------- */

static gboolean
is_id (const char *id)
{
  return id && strlen (id) <= 64 && *id && id[strspn (id, "0123456789abcdef-")] == '\0';
}

MynaRemoteServer *
myna_remote_server_read (JsonObject *object)
{
  const char *id = text_json_string (object, "id"), *address = text_json_string (object, "address");
  JsonArray *models = text_json_array (object, "models");
  RemoteProblem problem;
  g_autofree char *normal = address ? remote_address_normalize (address, &problem) : NULL;
  MynaRemoteServer *self;

  if (!is_id (id) || !normal)
    return NULL;
  self = myna_remote_server_new (normal, text_json_string (object, "name"));
  g_free (self->id);
  self->id = g_strdup (id);
  self->allowed = (guint) (remote_json_int (object, "allowed") & 7);
  self->key_in_file = remote_json_int (object, "key-in-file") != 0;
  for (guint i = 0; models && i < json_array_get_length (models); i++)
    {
      JsonObject *model = text_json_element (models, i);
      const char *name = text_json_string (model, "id");

      if (name)
        myna_remote_server_add_model (self, name, (int) MIN (remote_json_int (model, "context"), G_MAXINT));
    }
  return self;
}

JsonObject *
myna_remote_server_write (MynaRemoteServer *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *models = json_array_new ();

  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "address", self->address);
  json_object_set_string_member (object, "name", self->name);
  json_object_set_int_member (object, "allowed", self->allowed);
  json_object_set_int_member (object, "key-in-file", self->key_in_file);
  for (guint i = 0; i < self->contexts->len; i++)
    {
      JsonObject *model = json_object_new ();

      json_object_set_string_member (model, "id", g_ptr_array_index (self->models, i));
      json_object_set_int_member (model, "context", g_array_index (self->contexts, int, i));
      json_array_add_object_element (models, model);
    }
  json_object_set_array_member (object, "models", models);
  return object;
}

/* ---- Paths ------------------------------------------------------------------------------------------------------ */

gboolean
myna_remote_server_is_path (const char *path)
{
  return path && g_str_has_prefix (path, MYNA_REMOTE_SERVER_PREFIX);
}

char *
myna_remote_server_make_path (MynaRemoteServer *self, const char *model)
{
  return g_strconcat (MYNA_REMOTE_SERVER_PREFIX, self->id, "/", model, NULL);
}

char *
myna_remote_server_split_path (const char *path, const char **ret_model)
{
  const char *id = myna_remote_server_is_path (path) ? path + strlen (MYNA_REMOTE_SERVER_PREFIX) : NULL;
  const char *slash = id ? strchr (id, '/') : NULL;

  if (!slash)
    return NULL;
  *ret_model = slash + 1;
  return g_strndup (id, (gsize) (slash - id));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_remote_server_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, MYNA_REMOTE_SERVER (object)->name);
}

static void
myna_remote_server_finalize (GObject *object)
{
  MynaRemoteServer *self = MYNA_REMOTE_SERVER (object);

  g_free (self->id);
  g_free (self->address);
  g_free (self->name);
  g_ptr_array_unref (self->models);
  g_array_unref (self->contexts);
  G_OBJECT_CLASS (myna_remote_server_parent_class)->finalize (object);
}

static void
myna_remote_server_class_init (MynaRemoteServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_remote_server_finalize;
  G_OBJECT_CLASS (klass)->get_property = myna_remote_server_get_property;
  props[PROP_NAME] =
      g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
myna_remote_server_init (MynaRemoteServer *self)
{
  self->models = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->models, NULL);
  self->contexts = g_array_new (FALSE, FALSE, sizeof (int));
}

MynaRemoteServer *
myna_remote_server_new (const char *address, const char *name)
{
  MynaRemoteServer *self = g_object_new (MYNA_TYPE_REMOTE_SERVER, NULL);

  self->id = g_uuid_string_random ();
  self->address = g_strdup (address);
  myna_remote_server_set_name (self, name);
  return self;
}
