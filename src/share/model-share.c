/* model-share.c: see model-share.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "share/model-share.h"

#ifdef MYNA_HAS_SERVER

#include <glib/gi18n.h>

#include "chat/myna-problem.h"
#include "server/server-service.h"

/* A reply that is shorter need not be told: a banner that comes and goes is worse than none. */
#define SHOW_MS 1000

struct MynaModelShare
{
  GApplication *application;
  MynaCore *core;
  GSettings *settings;
  GSimpleAction *stop;
  GSimpleAction *word;    /* its state: what is said where sharing is switched on */
  ServerService *service; /* NULL: not shared now */
  gboolean has_window;
  guint show; /* source */
};

/* ---- The engine ------------------------------------------------------------------------------------------------- */

/* A model that was unloaded is loaded again, as a question of the person's would have it. */
static void
describe (gpointer engine, ServerModel *ret_model)
{
  MynaModelShare *self = engine;
  MynaModelLibrary *models = myna_core_get_models (self->core);

  server_actor_funcs.describe (myna_core_get_engine (self->core), ret_model);
  if (ret_model->state != SERVER_MODEL_NONE)
    return;
  myna_model_library_preload (models);
  if (myna_model_library_get_loading_path (models))
    ret_model->state = SERVER_MODEL_LOADING;
}

static guint64
generate (gpointer engine, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data)
{
  return server_actor_funcs.generate (myna_core_get_engine (((MynaModelShare *) engine)->core), request, funcs, user_data);
}

static void
cancel (gpointer engine, guint64 id)
{
  server_actor_funcs.cancel (myna_core_get_engine (((MynaModelShare *) engine)->core), id);
}

static const ServerEngineFuncs engine_funcs = { describe, generate, cancel };

/* ---- What the person sees --------------------------------------------------------------------------------------- */

static gboolean
show_cb (gpointer user_data)
{
  MynaModelShare *self = user_data;

  self->show = 0;
  g_simple_action_set_enabled (self->stop, TRUE);
  return G_SOURCE_REMOVE;
}

static void
update_use (MynaModelShare *self)
{
  gboolean in_use = self->service && server_service_get_n_requests (self->service) > 0;

  myna_model_library_set_in_use (myna_core_get_models (self->core), in_use);
  if (in_use && !self->show && !g_action_get_enabled (G_ACTION (self->stop)))
    self->show = g_timeout_add (SHOW_MS, show_cb, self);
  if (in_use)
    return;
  g_clear_handle_id (&self->show, g_source_remove);
  g_simple_action_set_enabled (self->stop, FALSE);
}

static void
stop_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaModelShare *self = user_data;

  if (self->service)
    server_service_stop_requests (self->service);
}

static GVariant *
get_word (void)
{
  return g_variant_new_string (_ ("Through a socket that only you can open, while Myna is open"));
}

/* Where the switch is, too: a notification is gone, or was never shown, when the person wonders. */
static void
tell_failure (MynaModelShare *self, const GError *error)
{
  g_autoptr (GNotification) notification = g_notification_new (_ ("Other programs cannot use the model"));
  g_autofree char *words = myna_problem_describe (error);

  g_notification_set_body (notification, words);
  g_application_send_notification (self->application, "share-model", notification);
  /* Translators: %s is a sentence that says why */
  g_simple_action_set_state (self->word, g_variant_new_take_string (
                                             g_strdup_printf (_ ("Other programs cannot use the model. %s"), words)));
}

/* ---- Opening and closing ---------------------------------------------------------------------------------------- */

static void
open_socket (MynaModelShare *self)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "app", MYNA_APP_ID, "api.sock", NULL);
  g_autoptr (GError) error = NULL;

  self->service = server_service_new (&engine_funcs, self, NULL);
  g_signal_connect_swapped (self->service, "notify::n-requests", G_CALLBACK (update_use), self);
  if (server_service_listen_socket (self->service, path, &error))
    return;
  tell_failure (self, error);
  g_clear_object (&self->service);
}

static void
close_socket (MynaModelShare *self)
{
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_clear_object (&self->service);
  update_use (self);
  glm_actor_forget_guests (myna_core_get_engine (self->core));
}

static void
update (MynaModelShare *self)
{
  gboolean wanted = self->has_window && g_settings_get_boolean (self->settings, "share-model");

  g_simple_action_set_state (self->word, get_word ());
  if (wanted && !self->service)
    open_socket (self);
  else if (!wanted && self->service)
    close_socket (self);
}

MynaModelShare *
myna_model_share_new (GApplication *application, MynaCore *core)
{
  MynaModelShare *self = g_new0 (MynaModelShare, 1);

  self->application = application;
  self->core = core;
  self->settings = myna_core_get_settings (core);
  self->stop = g_simple_action_new ("stop-guests", NULL);
  g_simple_action_set_enabled (self->stop, FALSE);
  g_signal_connect (self->stop, "activate", G_CALLBACK (stop_cb), self);
  g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (self->stop));
  self->word = g_simple_action_new_stateful ("share-word", NULL, get_word ());
  g_simple_action_set_enabled (self->word, FALSE);
  g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (self->word));
  g_signal_connect_swapped (self->settings, "changed::share-model", G_CALLBACK (update), self);
  return self;
}

void
myna_model_share_set_has_window (MynaModelShare *self, gboolean has_window)
{
  if (!self || self->has_window == has_window)
    return;
  self->has_window = has_window;
  update (self);
}

void
myna_model_share_free (MynaModelShare *self)
{
  if (!self)
    return;
  g_signal_handlers_disconnect_by_data (self->settings, self);
  if (self->service)
    close_socket (self);
  g_signal_handlers_disconnect_by_data (self->stop, self);
  g_object_unref (self->stop);
  g_object_unref (self->word);
  g_free (self);
}

#else /* built without libsoup */

MynaModelShare *
myna_model_share_new (GApplication *application, MynaCore *core)
{
  return NULL;
}

void
myna_model_share_set_has_window (MynaModelShare *self, gboolean has_window)
{
}

void
myna_model_share_free (MynaModelShare *self)
{
}

#endif
