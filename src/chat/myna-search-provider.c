/* myna-search-provider.c: the conversations in the desktop's own search (org.gnome.Shell.SearchProvider2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * GNOME Shell asks for results as the person types, then for what to show of some of them.  It starts Myna for that, by
 * D-Bus: without a window, without a model, and for LINGER_SECONDS after the last call.  The search is the sidebar's: the
 * archive is part of it; the bin is not, and temporary chats are in no history at all.  A conversation is one result, at the
 * best place in it: "conversation:message", message 0 where its title was found.  The interface is described in
 * data/dbus-interfaces/org.gnome.ShellSearchProvider2.xml of GNOME Shell.
 */
#include "chat/myna-search-provider.h"

#include <glib/gi18n.h>

#define LINGER_SECONDS  10
#define MAX_RESULTS     20
#define MAX_METAS       100
#define MAX_KEPT        1000
#define MAX_QUERY_BYTES 1000

struct _MynaSearchProvider
{
  GApplication *application; /* not owned: it owns this; NULL once it has ended */
  MynaCore *core;            /* not owned: the application's */
  MynaOpenHistoryFunc open_history;
  GDBusConnection *connection;
  guint registration_id;
  GHashTable *hits;   /* result → StoreHit: what was found lately */
  GPtrArray *waiting; /* calls (GDBusMethodInvocation) that came before the history was open */
  guint n_calls;      /* not answered yet: the application is held */
  guint linger_id;
};

static const char introspection[] = "<node>"
                                    "  <interface name='org.gnome.Shell.SearchProvider2'>"
                                    "    <method name='GetInitialResultSet'>"
                                    "      <arg type='as' name='terms' direction='in'/>"
                                    "      <arg type='as' name='results' direction='out'/>"
                                    "    </method>"
                                    "    <method name='GetSubsearchResultSet'>"
                                    "      <arg type='as' name='previous_results' direction='in'/>"
                                    "      <arg type='as' name='terms' direction='in'/>"
                                    "      <arg type='as' name='results' direction='out'/>"
                                    "    </method>"
                                    "    <method name='GetResultMetas'>"
                                    "      <arg type='as' name='identifiers' direction='in'/>"
                                    "      <arg type='aa{sv}' name='metas' direction='out'/>"
                                    "    </method>"
                                    "    <method name='ActivateResult'>"
                                    "      <arg type='s' name='identifier' direction='in'/>"
                                    "      <arg type='as' name='terms' direction='in'/>"
                                    "      <arg type='u' name='timestamp' direction='in'/>"
                                    "    </method>"
                                    "    <method name='LaunchSearch'>"
                                    "      <arg type='as' name='terms' direction='in'/>"
                                    "      <arg type='u' name='timestamp' direction='in'/>"
                                    "    </method>"
                                    "  </interface>"
                                    "</node>";

/* ---- Staying alive ---------------------------------------------------------------------------------------------- */

static void
begin_call (MynaSearchProvider *self)
{
  if (self->n_calls++ > 0)
    return;
  if (self->linger_id)
    g_source_remove (self->linger_id);
  else
    g_application_hold (self->application);
  self->linger_id = 0;
}

static gboolean
linger_cb (gpointer user_data)
{
  MynaSearchProvider *self = user_data;

  self->linger_id = 0;
  g_application_release (self->application);

  return G_SOURCE_REMOVE;
}

/* Answers the call.  Takes over the invocation; value NULL: nothing. */
static void
end_call (MynaSearchProvider *self, GDBusMethodInvocation *invocation, GVariant *value)
{
  g_dbus_method_invocation_return_value (invocation, value);
  if (--self->n_calls == 0 && self->application)
    self->linger_id = g_timeout_add_seconds (LINGER_SECONDS, linger_cb, self);
}

static void
clear (gpointer data)
{
  MynaSearchProvider *self = data;

  g_object_unref (self->connection);
  g_hash_table_unref (self->hits);
  g_ptr_array_unref (self->waiting);
}

/* What is asked of the store outlives the provider's owner. */
static void
provider_unref (MynaSearchProvider *self)
{
  g_rc_box_release_full (self, clear);
}

/* ---- Results ---------------------------------------------------------------------------------------------------- */

static char *
make_result (const StoreHit *hit)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, hit->conversation_id, hit->message_id);
}

static gboolean
read_result (const char *result, gint64 *ret_conversation_id, gint64 *ret_message_id)
{
  g_auto (GStrv) parts = g_strsplit (result, ":", 3);

  return g_strv_length (parts) == 2 && g_ascii_string_to_signed (parts[0], 10, 1, G_MAXINT64, ret_conversation_id, NULL)
         && g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, ret_message_id, NULL);
}

/* One hit of each conversation, in the order in which the conversations come: the best message, or the title alone. */
static GPtrArray *
choose_hits (GPtrArray *hits)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_int64_hash, g_int64_equal);
  GPtrArray *chosen = g_ptr_array_new ();

  for (guint i = 0; i < hits->len; i++)
    {
      StoreHit *hit = g_ptr_array_index (hits, i);
      gpointer place;

      if (!g_hash_table_lookup_extended (places, &hit->conversation_id, NULL, &place))
        {
          g_hash_table_insert (places, &hit->conversation_id, GUINT_TO_POINTER (chosen->len));
          g_ptr_array_add (chosen, hit);
        }
      else if (((StoreHit *) g_ptr_array_index (chosen, GPOINTER_TO_UINT (place)))->message_id == 0)
        {
          g_ptr_array_index (chosen, GPOINTER_TO_UINT (place)) = hit;
        }
    }

  return chosen;
}

/* hits may be NULL: nothing was found. */
static GVariant *
make_results (MynaSearchProvider *self, GPtrArray *hits)
{
  g_autoptr (GPtrArray) chosen = hits ? choose_hits (hits) : g_ptr_array_new ();
  GVariantBuilder results;

  g_variant_builder_init (&results, G_VARIANT_TYPE ("as"));
  if (g_hash_table_size (self->hits) > MAX_KEPT)
    g_hash_table_remove_all (self->hits);
  for (guint i = 0; i < MIN (chosen->len, MAX_RESULTS); i++)
    {
      const StoreHit *hit = g_ptr_array_index (chosen, i);
      char *result = make_result (hit);

      g_variant_builder_add (&results, "s", result);
      g_hash_table_replace (self->hits, result, store_hit_copy (hit));
    }

  return g_variant_new ("(as)", &results);
}

/* Without those whose title is NULL: they are gone. */
static GVariant *
make_metas (GPtrArray *hits)
{
  g_autoptr (GIcon) icon = g_themed_icon_new (MYNA_APP_ID);
  g_autoptr (GVariant) icon_value = g_icon_serialize (icon);
  GVariantBuilder metas;

  g_variant_builder_init (&metas, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < hits->len; i++)
    {
      const StoreHit *hit = g_ptr_array_index (hits, i);

      if (!hit->title)
        continue;
      g_variant_builder_open (&metas, G_VARIANT_TYPE ("a{sv}"));
      g_variant_builder_add (&metas, "{sv}", "id", g_variant_new_take_string (make_result (hit)));
      g_variant_builder_add (&metas, "{sv}", "name", g_variant_new_string (*hit->title ? hit->title : _ ("Untitled chat")));
      g_variant_builder_add (&metas, "{sv}", "icon", icon_value);
      if (hit->snippet && *hit->snippet)
        g_variant_builder_add (&metas, "{sv}", "description", g_variant_new_string (hit->snippet));
      g_variant_builder_close (&metas);
    }

  return g_variant_new ("(aa{sv})", &metas);
}

/* ---- Asking the store ------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaSearchProvider *self;
  GDBusMethodInvocation *invocation;
  GPtrArray *hits; /* of GetResultMetas */
  guint n_pending;
} Call;

static Call *
call_new (MynaSearchProvider *self, GDBusMethodInvocation *invocation)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_rc_box_acquire (self);
  call->invocation = invocation;
  call->hits = g_ptr_array_new_with_free_func ((GDestroyNotify) store_hit_free);

  return call;
}

static void
call_return (Call *call, GVariant *value)
{
  end_call (call->self, call->invocation, value);
  provider_unref (call->self);
  g_ptr_array_unref (call->hits);
  g_free (call);
}

/* A search that a newer one ended finds nothing; nobody waits for it. */
static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GPtrArray) hits = store_finish_list (STORE_DB (source), result, NULL);

  call_return (call, make_results (call->self, hits));
}

/* What the person typed, which the Shell took apart at white space. */
static char *
join_terms (GVariant *terms)
{
  g_autofree const char **words = g_variant_get_strv (terms, NULL);
  g_autofree char *text = g_strjoinv (" ", (char **) words);

  if (strlen (text) > MAX_QUERY_BYTES)
    *g_utf8_find_prev_char (text, text + MAX_QUERY_BYTES + 1) = '\0';

  return g_steal_pointer (&text);
}

static void
search (MynaSearchProvider *self, StoreDb *store, GDBusMethodInvocation *invocation)
{
  GVariant *parameters = g_dbus_method_invocation_get_parameters (invocation);
  /* The terms come last: a narrower search is one of its own, since its best places may be others. */
  g_autoptr (GVariant) terms = g_variant_get_child_value (parameters, g_variant_n_children (parameters) - 1);
  g_autofree char *text = join_terms (terms);
  StoreSearch query = STORE_SEARCH_INIT;

  query.text = text;
  store_search_async (store, &query, NULL, found_cb, call_new (self, invocation));
}

static void
title_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);
  const StoreConversation *conversation = list && list->len > 0 ? g_ptr_array_index (list, 0) : NULL;

  for (guint i = 0; conversation && i < call->hits->len; i++)
    {
      StoreHit *hit = g_ptr_array_index (call->hits, i);

      if (!hit->title && hit->conversation_id == conversation->id && !conversation->deleted_at)
        hit->title = g_strdup (conversation->title);
    }
  if (--call->n_pending == 0)
    call_return (call, make_metas (call->hits));
}

/* Results of this process are known; of those that an earlier one found, there is the title.  It is read for all: what was
 * deleted since the search is not told. */
static void
describe (MynaSearchProvider *self, StoreDb *store, GDBusMethodInvocation *invocation)
{
  Call *call = call_new (self, invocation);
  g_autofree const char **results = NULL;

  g_variant_get (g_dbus_method_invocation_get_parameters (invocation), "(^a&s)", &results);
  call->n_pending = 1;
  for (guint i = 0; results[i] && i < MAX_METAS; i++)
    {
      const StoreHit *known = g_hash_table_lookup (self->hits, results[i]);
      StoreHit found = { 0 };
      StoreHit *hit;

      if (!known && !read_result (results[i], &found.conversation_id, &found.message_id))
        continue;
      hit = store_hit_copy (known ? known : &found);
      g_clear_pointer (&hit->title, g_free);
      g_ptr_array_add (call->hits, hit);
      call->n_pending++;
      store_get_conversation_async (store, hit->conversation_id, NULL, title_read_cb, call);
    }
  if (--call->n_pending == 0)
    call_return (call, make_metas (call->hits));
}

static gboolean
is_describing (GDBusMethodInvocation *invocation)
{
  return g_str_equal (g_dbus_method_invocation_get_method_name (invocation), "GetResultMetas");
}

/* Where there is no history, there is nothing to find. */
static void
answer (MynaSearchProvider *self, StoreDb *store, GDBusMethodInvocation *invocation)
{
  if (!store)
    end_call (self, invocation, g_variant_new (is_describing (invocation) ? "(aa{sv})" : "(as)", NULL));
  else if (is_describing (invocation))
    describe (self, store, invocation);
  else
    search (self, store, invocation);
}

static void
store_changed_cb (MynaSearchProvider *self)
{
  StoreDb *store = myna_core_get_store (self->core);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new ();
  g_hash_table_remove_all (self->hits);
  for (guint i = 0; i < waiting->len; i++)
    answer (self, store, g_ptr_array_index (waiting, i));
}

/* ---- The interface ---------------------------------------------------------------------------------------------- */

static void
activate_result (MynaSearchProvider *self, GVariant *parameters)
{
  const char *result;
  gint64 conversation_id, message_id;

  g_variant_get_child (parameters, 0, "&s", &result);
  if (read_result (result, &conversation_id, &message_id))
    g_action_group_activate_action (G_ACTION_GROUP (self->application), "open-message",
                                    g_variant_new ("(xx)", conversation_id, message_id));
  else
    g_application_activate (self->application);
}

static void
launch_search (MynaSearchProvider *self, GVariant *parameters)
{
  g_autoptr (GVariant) terms = g_variant_get_child_value (parameters, 0);
  g_autofree char *text = join_terms (terms);

  g_action_group_activate_action (G_ACTION_GROUP (self->application), "search", g_variant_new_string (text));
}

static void
method_call_cb (GDBusConnection *connection, const char *sender, const char *object_path, const char *interface_name,
                const char *method_name, GVariant *parameters, GDBusMethodInvocation *invocation, gpointer user_data)
{
  MynaSearchProvider *self = user_data;

  begin_call (self);
  if (g_str_equal (method_name, "ActivateResult"))
    {
      activate_result (self, parameters);
      end_call (self, invocation, NULL);
    }
  else if (g_str_equal (method_name, "LaunchSearch"))
    {
      launch_search (self, parameters);
      end_call (self, invocation, NULL);
    }
  else
    {
      StoreDb *store = myna_core_get_store (self->core);

      if (!store && self->open_history (self->application))
        g_ptr_array_add (self->waiting, invocation);
      else
        answer (self, store, invocation);
    }
}

MynaSearchProvider *
myna_search_provider_new (GApplication *application, MynaOpenHistoryFunc open_history, GDBusConnection *connection,
                          const char *object_path, GError **error)
{
  static const GDBusInterfaceVTable vtable = { .method_call = method_call_cb };
  MynaSearchProvider *self = g_rc_box_new0 (MynaSearchProvider);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (introspection, NULL);

  self->application = application;
  self->open_history = open_history;
  self->connection = g_object_ref (connection);
  self->hits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) store_hit_free);
  self->waiting = g_ptr_array_new ();
  self->registration_id =
      g_dbus_connection_register_object (connection, object_path, info->interfaces[0], &vtable, self, NULL, error);
  if (!self->registration_id)
    {
      provider_unref (self);
      return NULL;
    }

  return self;
}

void
myna_search_provider_set_core (MynaSearchProvider *self, MynaCore *core)
{
  self->core = core;
  g_signal_connect_swapped (core, "notify::store", G_CALLBACK (store_changed_cb), self);
}

void
myna_search_provider_free (MynaSearchProvider *self)
{
  if (!self)
    return;
  g_dbus_connection_unregister_object (self->connection, self->registration_id);
  if (self->core)
    g_signal_handlers_disconnect_by_data (self->core, self);
  for (guint i = 0; i < self->waiting->len; i++)
    g_dbus_method_invocation_return_dbus_error (g_ptr_array_index (self->waiting, i), "org.freedesktop.DBus.Error.NoReply",
                                                "Myna has ended");
  g_clear_handle_id (&self->linger_id, g_source_remove);
  self->application = NULL;
  provider_unref (self);
}
