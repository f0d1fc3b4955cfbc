/* myna-remote-listing.c: which models a server has, asked before it is added
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-remote-listing.h"

#include "chat/myna-remote-error.h"
#include "remote/wire/remote-address.h"

/* A question on its way, which outlives who asked until its last event. */
typedef struct
{
  MynaRemoteListing *listing; /* NULL: nobody waits for it */
  guint64 id;
  char *host;
} Asked;

struct MynaRemoteListing
{
  MynaRemoteServers *servers;
  MynaRemoteListingFunc func;
  gpointer user_data;
  Asked *asked; /* NULL: nothing is */
};

MynaRemoteListing *
myna_remote_listing_new (MynaRemoteServers *servers, MynaRemoteListingFunc func, gpointer user_data)
{
  MynaRemoteListing *self = g_new0 (MynaRemoteListing, 1);

  self->servers = g_object_ref (servers);
  self->func = func;
  self->user_data = user_data;
  return self;
}

static void
stop (MynaRemoteListing *self)
{
  Asked *asked = g_steal_pointer (&self->asked);

  if (!asked)
    return;
  asked->listing = NULL;
  myna_remote_link_cancel (myna_remote_servers_get_link (self->servers), asked->id);
}

void
myna_remote_listing_free (MynaRemoteListing *self)
{
  if (!self)
    return;
  stop (self);
  g_object_unref (self->servers);
  g_free (self);
}

static void
asked_free (gpointer data)
{
  g_free (((Asked *) data)->host);
  g_free (data);
}

static void
listed_free (gpointer data)
{
  g_free (((MynaRemoteListed *) data)->id);
  g_free (data);
}

static GPtrArray *
read_models (JsonArray *array)
{
  GPtrArray *models = g_ptr_array_new_with_free_func (listed_free);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *model = text_json_element (array, i);
      const char *id = text_json_string (model, "id");
      MynaRemoteListed *listed;

      if (!id)
        continue;
      listed = g_new (MynaRemoteListed, 1);
      *listed = (MynaRemoteListed){ g_strdup (id), (int) MIN (remote_json_int (model, "context"), G_MAXINT) };
      g_ptr_array_add (models, listed);
    }
  return models;
}

static void
event_cb (JsonObject *event, const char *name, gpointer user_data)
{
  Asked *asked = user_data;
  MynaRemoteListing *self = asked->listing;
  JsonArray *array = text_json_array (event, "models");
  g_autoptr (GPtrArray) models = array ? read_models (array) : NULL;
  g_autoptr (GError) error = NULL;

  if (!self || g_str_equal (name, "waiting"))
    return;
  self->asked = NULL;
  asked->listing = NULL;
  if (!models)
    error = myna_remote_error_read_listing (event, asked->host);
  self->func (models, error, self->user_data);
}

char *
myna_remote_listing_ask (MynaRemoteListing *self, const char *typed, const char *key, GError **error)
{
  RemoteProblem problem;
  g_autofree char *address = remote_address_normalize (typed, &problem);
  g_autoptr (JsonObject) object = json_object_new ();

  if (!address)
    {
      g_propagate_error (error, myna_remote_error_new (problem, ""));
      return NULL;
    }
  stop (self);
  json_object_set_string_member (object, "op", "models");
  json_object_set_string_member (object, "address", address);
  if (*key)
    json_object_set_string_member (object, "key", key);
  self->asked = g_new (Asked, 1);
  *self->asked = (Asked){ self, 0, remote_address_dup_host (address) };
  self->asked->id =
      myna_remote_link_ask (myna_remote_servers_get_link (self->servers), object, event_cb, self->asked, asked_free);
  return g_steal_pointer (&address);
}
