/* myna-remote-servers.h: the servers that the person added, and what speaks with them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-generator.h"
#include "chat/myna-remote-link.h"
#include "chat/myna-remote-server.h"

G_BEGIN_DECLS

#define MYNA_TYPE_REMOTE_SERVERS (myna_remote_servers_get_type ())
G_DECLARE_FINAL_TYPE (MynaRemoteServers, myna_remote_servers, MYNA, REMOTE_SERVERS, GObject)

/* Implements GListModel of MynaRemoteServer.  They are kept in the key "servers" of the settings.
 * Signal "asks" (MynaRemoteServer *, guint sends): a reply failed with REMOTE_PROBLEM_ASK, for the person was not asked about it yet. */
MynaRemoteServers *myna_remote_servers_new (GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
void myna_remote_servers_add (MynaRemoteServers *self, MynaRemoteServer *server);
/* With its key.  Chats of it say that it was removed. */
void myna_remote_servers_remove (MynaRemoteServers *self, MynaRemoteServer *server);
/* Keeps what was changed of a server, and tells of it. */
void myna_remote_servers_save (MynaRemoteServers *self, MynaRemoteServer *server);
/* NULL: there is none.  Belongs to the list. */
MynaRemoteServer *myna_remote_servers_find (MynaRemoteServers *self, const char *id);
/* The server of such a path as myna_remote_server_make_path() makes; NULL: none, or not any more. */
MynaRemoteServer *myna_remote_servers_find_by_path (MynaRemoteServers *self, const char *path, const char **ret_model);
MynaRemoteLink *myna_remote_servers_get_link (MynaRemoteServers *self);
/* "glm-4.5 · gpu.example.org"; the caller frees.  NULL: the path is none of a server. */
char *myna_remote_servers_describe (MynaRemoteServers *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* What makes replies with the model of this path.  Belongs to the servers. */
MynaGenerator *myna_remote_servers_get_generator (MynaRemoteServers *self, const char *path);
/* Conversations of this store are temporary ones.  NULL: there are none. */
void myna_remote_servers_set_temporary (MynaRemoteServers *self, StoreDb *store);
gboolean myna_remote_servers_is_temporary (MynaRemoteServers *self, StoreDb *store);

G_END_DECLS
