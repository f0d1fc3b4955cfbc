/* myna-core.c: what conversations are held with: history, engine, models, settings, evaluated states, titles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-core.h"

#include <glib/gi18n.h>

#include "chat/core-dump.h"
#include "chat/message-parts.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-session-cache.h"
#include "chat/myna-titler.h"

#define TITLE_DELAY_MS 800 /* the person may ask on at once */

struct _MynaCore
{
  GObject parent_instance;

  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *models;
  MynaCards *cards;
  MynaRemoteServers *servers;
  MynaOffers *offers; /* NULL: nobody has asked for them yet */
  MynaSessionCache *sessions;
  MynaTitler *titler;
  StoreDb *store;
  GError *store_error;
  StoreDb *temporary_store;
  MynaConversation *temporary;
  GPtrArray *busy;    /* MynaConversation in which a reply is being written */
  GPtrArray *asking;  /* those of them that ask the person something; not owned */
  int context_length; /* as it was told */
};

enum
{
  PROP_0,
  PROP_STORE,
  PROP_TEMPORARY,
  N_PROPS
};

static GParamSpec *props[N_PROPS];
static guint busy_signal, asks_signal;

static void generator_init (MynaGeneratorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaCore, myna_core, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (MYNA_TYPE_GENERATOR, generator_init))

/* ---- The generator ---------------------------------------------------------------------------------------------- */

/* The engine may hold another conversation's model, or none after some time without use: loading it is asked for before the
 * reply is.  What the settings do not say of the sampling is the model's, once it is there. */
static guint64
generate (MynaGenerator *generator, const MynaRecipe *recipe, const GlmRequest *request, const GlmRequestFuncs *funcs,
          gpointer user_data, GDestroyNotify destroy)
{
  MynaCore *self = MYNA_CORE (generator);
  GlmSampling sampling = GLM_SAMPLING_OWN;
  GlmActorLoadOptions options;
  GlmRequest made = *request;
  g_autofree char *system_prompt = NULL, *path = NULL;

  if (recipe)
    {
      myna_model_library_get_options (self->models, &options);
      myna_chat_settings_resolve_load (recipe->settings, &options);
      made.model_path = myna_model_library_ensure (self->models, recipe->model, &options);
      myna_chat_settings_resolve (recipe->settings, &sampling, &system_prompt);
      path = myna_session_cache_dup_path (self->sessions, recipe->store, recipe->id, recipe->created_at);
      made.sampling = &sampling;
      made.session_path = path;
    }
  return glm_actor_generate (self->actor, &made, funcs, user_data, destroy);
}

/* Nothing is loaded for it. */
static guint64
read_ahead (MynaGenerator *generator, const MynaRecipe *recipe, const GlmRequest *request, const GlmRequestFuncs *funcs,
            gpointer user_data, GDestroyNotify destroy)
{
  MynaCore *self = MYNA_CORE (generator);
  GlmActorLoadOptions options;
  GlmRequest made = *request;
  g_autofree char *path = NULL;

  myna_model_library_get_options (self->models, &options);
  myna_chat_settings_resolve_load (recipe->settings, &options);
  made.model_path = myna_model_library_find_loaded (self->models, recipe->model, &options);
  if (!made.model_path)
    return 0;
  path = myna_session_cache_dup_path (self->sessions, recipe->store, recipe->id, recipe->created_at);
  made.session_path = path;
  made.is_ahead = TRUE;
  return glm_actor_generate (self->actor, &made, funcs, user_data, destroy);
}

static void
cancel (MynaGenerator *generator, guint64 request_id)
{
  glm_actor_cancel (MYNA_CORE (generator)->actor, request_id);
}

static void
answer (MynaGenerator *generator, guint64 request_id)
{
  glm_actor_answer (MYNA_CORE (generator)->actor, request_id);
}

static int
get_context_length (MynaGenerator *generator)
{
  return glm_actor_get_context_length (MYNA_CORE (generator)->actor);
}

static const char *
get_model_name (MynaGenerator *generator)
{
  const GlmModelInfo *info = glm_actor_get_model_info (MYNA_CORE (generator)->actor);

  return info ? info->name : NULL;
}

static const GlmModelInfo *
get_model_info (MynaGenerator *generator)
{
  return glm_actor_get_model_info (MYNA_CORE (generator)->actor);
}

static const char *
get_path (MynaCore *self, const char *path)
{
  return path ? path : myna_model_library_get_default_path (self->models);
}

static const GlmModelInfo *
find_model_info (MynaGenerator *generator, const char *path)
{
  MynaCore *self = MYNA_CORE (generator);
  const char *meant = get_path (self, path);
  MynaModelEntry *entry = meant ? myna_model_library_find (self->models, meant) : NULL;

  return entry ? myna_model_entry_get_info (entry) : NULL;
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  gsize n_tokens = 0;

  if (glm_actor_count_tools_finish (GLM_ACTOR (source), result, &n_tokens, &error))
    g_task_return_int (task, (gssize) n_tokens);
  else
    g_task_return_error (task, error);
}

static void
count_tools_async (MynaGenerator *generator, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  MynaCore *self = MYNA_CORE (generator);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  if (g_strcmp0 (glm_actor_get_model_path (self->actor), get_path (self, path)) == 0)
    {
      glm_actor_count_tools_async (self->actor, tools, cancellable, counted_cb, task);
      return;
    }
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The model is not loaded");
  g_object_unref (task);
}

/* The engine's are its own. */
static MynaGenerator *
find_generator (MynaGenerator *generator, const char *path)
{
  return myna_remote_server_is_path (path) ? myna_remote_servers_get_generator (MYNA_CORE (generator)->servers, path)
                                           : generator;
}

static void
generator_init (MynaGeneratorInterface *iface)
{
  iface->generate = generate;
  iface->cancel = cancel;
  iface->answer = answer;
  iface->get_context_length = get_context_length;
  iface->get_model_name = get_model_name;
  iface->get_model_info = get_model_info;
  iface->find_model_info = find_model_info;
  iface->count_tools_async = count_tools_async;
  iface->find = find_generator;
  iface->read_ahead = read_ahead;
}

static void
engine_state_cb (MynaCore *self)
{
  int length = glm_actor_get_context_length (self->actor);

  if (length == self->context_length)
    return;
  self->context_length = length;
  g_signal_emit_by_name (self, "context-length-changed");
}

/* The starter model is too small to find titles: the first line of a question is better. */
static void
engine_model_cb (MynaCore *self)
{
  const char *starter = myna_model_library_get_starter_path (self->models);

  myna_titler_set_able (self->titler, g_strcmp0 (glm_actor_get_model_path (self->actor), starter) != 0);
}

/* ---- Conversations ---------------------------------------------------------------------------------------------- */

gint64
myna_core_get_history_id (MynaCore *self, MynaConversation *conversation)
{
  return conversation == self->temporary ? 0 : myna_conversation_get_id (conversation);
}

guint
myna_core_get_n_busy (MynaCore *self)
{
  return self->busy->len;
}

gboolean
myna_core_is_busy (MynaCore *self, gint64 id)
{
  for (guint i = 0; i < self->busy->len; i++)
    if (myna_core_get_history_id (self, g_ptr_array_index (self->busy, i)) == id)
      return TRUE;
  return FALSE;
}

void
myna_core_stop_conversations (MynaCore *self, const gint64 *ids, gsize n_ids)
{
  g_return_if_fail (MYNA_IS_CORE (self));

  for (gsize i = 0; i < n_ids; i++)
    if (myna_core_is_busy (self, ids[i]))
      {
        g_autoptr (MynaConversation) conversation = myna_core_open_conversation (self, ids[i]);

        if (conversation)
          myna_conversation_stop (conversation);
      }
}

static void
busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaCore *self)
{
  g_autoptr (MynaConversation) kept = g_object_ref (conversation);
  gboolean busy = myna_conversation_get_busy (conversation);

  if (busy && !g_ptr_array_find (self->busy, conversation, NULL))
    g_ptr_array_add (self->busy, g_object_ref (conversation));
  else if (!busy && g_ptr_array_remove (self->busy, conversation))
    myna_session_cache_trim (self->sessions);
  g_signal_emit (self, busy_signal, 0, conversation, busy);
}

/* A question is over, too, when the reply is. */
static void
activity_cb (MynaConversation *conversation, GParamSpec *pspec, MynaCore *self)
{
  gboolean asks = myna_conversation_get_activity (conversation) == MYNA_ACTIVITY_ASKING;

  if (asks == g_ptr_array_find (self->asking, conversation, NULL))
    return;
  if (asks)
    g_ptr_array_add (self->asking, conversation);
  else
    g_ptr_array_remove (self->asking, conversation);
  g_signal_emit (self, asks_signal, 0, conversation, asks);
}

/* Listens to the conversation, which is returned, once: a live one may come here again. */
static MynaConversation *
follow (MynaCore *self, MynaConversation *conversation, gboolean titled)
{
  if (g_signal_handler_find (conversation, G_SIGNAL_MATCH_FUNC | G_SIGNAL_MATCH_DATA, 0, 0, NULL, busy_cb, self) == 0)
    {
      g_signal_connect_object (conversation, "notify::busy", G_CALLBACK (busy_cb), self, 0);
      g_signal_connect_object (conversation, "notify::id", G_CALLBACK (busy_cb), self, 0);
      g_signal_connect_object (conversation, "notify::activity", G_CALLBACK (activity_cb), self, 0);
      myna_titler_watch (self->titler, conversation, titled);
    }
  return conversation;
}

MynaConversation *
myna_core_new_conversation (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->store ? follow (self, myna_conversation_new (self->store, MYNA_GENERATOR (self), 0), TRUE) : NULL;
}

MynaConversation *
myna_core_open_conversation (MynaCore *self, gint64 id)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  if (!self->store)
    return NULL;
  myna_session_cache_restore (self->sessions, self->store, id);
  return follow (self, myna_conversation_new (self->store, MYNA_GENERATOR (self), id), TRUE);
}

void
myna_core_ask_server_again (MynaCore *self, MynaConversation *conversation, MynaRemoteServer *server)
{
  guint n = conversation ? g_list_model_get_n_items (G_LIST_MODEL (conversation)) : 0;
  g_autoptr (MynaMessage) last = n > 0 ? g_list_model_get_item (G_LIST_MODEL (conversation), n - 1) : NULL;
  const char *model;

  if (last && myna_message_get_state (last) == STORE_STATE_FAILED
      && myna_remote_servers_find_by_path (self->servers, myna_conversation_get_model (conversation), &model) == server)
    myna_conversation_retry (conversation, last);
}

/* ---- The temporary chat ----------------------------------------------------------------------------------------- */

static void
temporary_store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCore) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) store = store_open_finish (result, &error);

  if (!store)
    {
      g_warning ("No temporary chat: %s", error->message);
      return;
    }
  if (self->temporary)
    return;
  self->temporary_store = g_steal_pointer (&store);
  myna_remote_servers_set_temporary (self->servers, self->temporary_store);
  self->temporary = follow (self, myna_conversation_new (self->temporary_store, MYNA_GENERATOR (self), 0), FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEMPORARY]);
}

MynaConversation *
myna_core_get_temporary (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->temporary;
}

void
myna_core_begin_temporary (MynaCore *self)
{
  g_return_if_fail (MYNA_IS_CORE (self));

  if (!myna_core_dump_forbid ())
    g_warning ("A crash of this temporary chat may leave a core dump");
  if (self->temporary)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEMPORARY]);
  else
    store_open_memory_async (NULL, temporary_store_cb, g_object_ref (self));
}

void
myna_core_end_temporary (MynaCore *self)
{
  g_autoptr (MynaConversation) conversation = NULL;
  g_autoptr (StoreDb) store = NULL;

  g_return_if_fail (MYNA_IS_CORE (self));

  if (!self->temporary)
    return;
  conversation = g_object_ref (self->temporary);
  myna_conversation_stop (conversation);
  if (g_ptr_array_remove (self->busy, conversation))
    g_signal_emit (self, busy_signal, 0, conversation, FALSE);
  g_ptr_array_remove (self->asking, conversation);
  g_signal_handlers_disconnect_by_data (conversation, self);
  g_clear_object (&self->temporary);
  store = g_steal_pointer (&self->temporary_store);
  myna_remote_servers_set_temporary (self->servers, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEMPORARY]);
}

/* ---- The history ------------------------------------------------------------------------------------------------ */

void
myna_core_set_store (MynaCore *self, StoreDb *store, const GError *error)
{
  GError *copy = error ? g_error_copy (error) : NULL;

  g_return_if_fail (MYNA_IS_CORE (self));

  g_clear_error (&self->store_error);
  self->store_error = copy;
  g_set_object (&self->store, store);
  /* Where the history is not kept, neither is anything that is made of it. */
  myna_session_cache_set_store (self->sessions, error ? NULL : store);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STORE]);
}

StoreDb *
myna_core_get_store (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->store;
}

const GError *
myna_core_get_store_error (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->store_error;
}

void
myna_core_close (MynaCore *self)
{
  g_return_if_fail (MYNA_IS_CORE (self));

  myna_model_library_close (self->models);
  myna_core_end_temporary (self);
  if (self->store)
    {
      myna_conversation_finish_all (self->store);
      store_close (self->store);
    }
  myna_cards_close (self->cards);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

GSettings *
myna_core_get_settings (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->settings;
}

GlmActor *
myna_core_get_engine (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->actor;
}

MynaModelLibrary *
myna_core_get_models (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->models;
}

MynaCards *
myna_core_get_cards (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->cards;
}

MynaRemoteServers *
myna_core_get_servers (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  return self->servers;
}

MynaOffers *
myna_core_get_offers (MynaCore *self)
{
  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  if (!self->offers)
    self->offers = myna_offers_new (self->models, self->settings);
  return self->offers;
}

static void
apply_chat_settings (MynaCore *self)
{
  g_autofree char *json = g_settings_get_string (self->settings, "chat-settings");

  myna_chat_settings_set_defaults (json);
}

static void
apply_search_thoughts (MynaCore *self)
{
  myna_parts_set_search_thoughts (g_settings_get_boolean (self->settings, "search-thoughts"));
}

static void
myna_core_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaCore *self = MYNA_CORE (object);

  switch (prop_id)
    {
    case PROP_STORE: g_value_set_object (value, self->store); break;
    case PROP_TEMPORARY: g_value_set_object (value, self->temporary); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_core_finalize (GObject *object)
{
  MynaCore *self = MYNA_CORE (object);

  g_ptr_array_unref (self->busy);
  g_ptr_array_unref (self->asking);
  g_clear_object (&self->temporary);
  g_clear_object (&self->temporary_store);
  g_clear_object (&self->store);
  g_clear_error (&self->store_error);
  g_clear_object (&self->titler);
  g_clear_object (&self->sessions);
  if (self->offers)
    g_object_run_dispose (G_OBJECT (self->offers)); /* what is under way keeps it */
  g_clear_object (&self->offers);
  g_clear_object (&self->cards);
  g_clear_object (&self->models);
  g_clear_object (&self->servers);
  g_clear_object (&self->actor);
  g_clear_object (&self->settings);

  G_OBJECT_CLASS (myna_core_parent_class)->finalize (object);
}

static void
myna_core_class_init (MynaCoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_core_get_property;
  object_class->finalize = myna_core_finalize;

  props[PROP_STORE] = g_param_spec_object ("store", NULL, NULL, STORE_TYPE_DB, flags);
  props[PROP_TEMPORARY] = g_param_spec_object ("temporary", NULL, NULL, MYNA_TYPE_CONVERSATION, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  busy_signal = g_signal_new ("conversation-busy", MYNA_TYPE_CORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                              MYNA_TYPE_CONVERSATION, G_TYPE_BOOLEAN);
  asks_signal = g_signal_new ("conversation-asks", MYNA_TYPE_CORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                              MYNA_TYPE_CONVERSATION, G_TYPE_BOOLEAN);
}

static void
myna_core_init (MynaCore *self)
{
  self->busy = g_ptr_array_new_with_free_func (g_object_unref);
  self->asking = g_ptr_array_new ();
}

MynaCore *
myna_core_new (GSettings *settings, const char *sessions_folder)
{
  MynaCore *self = g_object_new (MYNA_TYPE_CORE, NULL);

  self->settings = g_object_ref (settings);
  self->actor = glm_actor_new ();
  self->models = myna_model_library_new (self->actor, settings);
  self->cards = myna_cards_new (settings, self->models);
  self->servers = myna_remote_servers_new (settings);
  self->sessions = myna_session_cache_new (self->actor, sessions_folder);
  self->titler = myna_titler_new (TITLE_DELAY_MS);
  g_signal_connect_object (self->actor, "notify::state", G_CALLBACK (engine_state_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->actor, "notify::model-path", G_CALLBACK (engine_model_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::chat-settings", G_CALLBACK (apply_chat_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::search-thoughts", G_CALLBACK (apply_search_thoughts), self, G_CONNECT_SWAPPED);
  apply_chat_settings (self);
  apply_search_thoughts (self);
  return self;
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

char *
myna_core_describe_model (MynaCore *self, MynaConversation *conversation, gboolean *ret_is_remote, gboolean *ret_is_loaded)
{
  const char *chosen = conversation ? myna_conversation_get_model (conversation) : NULL;
  const char *loading, *loaded;
  g_autofree char *name = NULL;
  char *remote;

  g_return_val_if_fail (MYNA_IS_CORE (self), NULL);

  remote = chosen ? myna_remote_servers_describe (self->servers, chosen) : NULL;
  *ret_is_remote = remote != NULL;
  *ret_is_loaded = FALSE;
  if (remote)
    return remote;
  loading = myna_model_library_get_loading_path (self->models);
  if (loading)
    {
      name = myna_model_library_describe (self->models, loading);
      /* Translators: the name of a model, and how much of it is read already */
      return g_strdup_printf (_ ("Loading %s (%d%%)"), name, (int) (100 * glm_actor_get_load_fraction (self->actor)));
    }
  loaded = glm_actor_get_model_path (self->actor);
  if (!chosen)
    chosen = myna_model_library_get_default_path (self->models);
  *ret_is_loaded = g_strcmp0 (chosen, loaded) == 0;
  /* Another one answers in its place. */
  if (loaded && g_strcmp0 (chosen, myna_model_library_get_crashed_path (self->models)) == 0)
    chosen = loaded;
  return myna_model_library_describe (self->models, chosen ? chosen : loaded);
}
