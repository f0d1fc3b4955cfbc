/* myna-core.h: what conversations are held with: history, engine, models, settings, evaluated states, titles
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-cards.h"
#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"
#include "chat/myna-offers.h"
#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CORE (myna_core_get_type ())
G_DECLARE_FINAL_TYPE (MynaCore, myna_core, MYNA, CORE, GObject)

/* Implements MynaGenerator: it makes a recipe a request, loading the model that is asked for.
 *
 * Properties, notified: "store" (StoreDb or NULL: not open yet), "temporary" (the temporary chat or NULL).
 * Signal "conversation-busy" (MynaConversation *, gboolean busy): a reply began or ended, shown or not, or the conversation in
 * which one is written has got its id.  While it is busy the core keeps it.
 * Signal "conversation-asks" (MynaConversation *, gboolean asks): a reply waits for the person's answer, or does not any more. */
MynaCore *myna_core_new (GSettings *settings, const char *sessions_folder) G_GNUC_WARN_UNUSED_RESULT;
GSettings *myna_core_get_settings (MynaCore *self);
GlmActor *myna_core_get_engine (MynaCore *self);
MynaModelLibrary *myna_core_get_models (MynaCore *self);
MynaCards *myna_core_get_cards (MynaCore *self);
MynaRemoteServers *myna_core_get_servers (MynaCore *self);
/* The models that can be had; read when they are asked for first. */
MynaOffers *myna_core_get_offers (MynaCore *self);

/* The history.  error: why it cannot be written or read, or NULL; then the store may be one in memory, and nothing that is
 * made of it is kept.  Both are copied. */
void myna_core_set_store (MynaCore *self, StoreDb *store, const GError *error);
StoreDb *myna_core_get_store (MynaCore *self);
const GError *myna_core_get_store_error (MynaCore *self);
/* Ends what is being written, as interrupted, and closes the store; blocks. */
void myna_core_close (MynaCore *self);

/* A new conversation, or the one with this id; the caller owns the reference.  NULL while the store is not open. */
MynaConversation *myna_core_new_conversation (MynaCore *self) G_GNUC_WARN_UNUSED_RESULT;
MynaConversation *myna_core_open_conversation (MynaCore *self, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* A chat that lives in memory alone, until it is ended or the program is. */
MynaConversation *myna_core_get_temporary (MynaCore *self);
void myna_core_begin_temporary (MynaCore *self);
void myna_core_end_temporary (MynaCore *self);
/* Its id in the history; a temporary chat has none: 0. */
gint64 myna_core_get_history_id (MynaCore *self, MynaConversation *conversation);
/* How many conversations have a reply being written; whether this one of the history has. */
guint myna_core_get_n_busy (MynaCore *self);
gboolean myna_core_is_busy (MynaCore *self, gint64 id);
/* What is written or asked in these is not wanted any more. */
void myna_core_stop_conversations (MynaCore *self, const gint64 *ids, gsize n_ids);
/* What is said of the model of this conversation (NULL: of a new one): its name, or that it is being loaded.  is_remote: it is on a
 * server; is_loaded: it is the engine's now.  The caller frees. */
char *myna_core_describe_model (MynaCore *self, MynaConversation *conversation, gboolean *ret_is_remote,
                                gboolean *ret_is_loaded) G_GNUC_WARN_UNUSED_RESULT;
/* The person allowed it: the reply of this conversation (NULL: of none) that failed for want of that is asked for once more. */
void myna_core_ask_server_again (MynaCore *self, MynaConversation *conversation, MynaRemoteServer *server);

G_END_DECLS
