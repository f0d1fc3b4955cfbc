/* myna-remote-server.h: a server whose models the person uses, and where its key is kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define MYNA_TYPE_REMOTE_SERVER (myna_remote_server_get_type ())
G_DECLARE_FINAL_TYPE (MynaRemoteServer, myna_remote_server, MYNA, REMOTE_SERVER, GObject)

/* What is sent only after the person was asked about it, once for each server. */
typedef enum
{
  MYNA_SENDS_TEMPORARY = 1 << 0,   /* a temporary chat */
  MYNA_SENDS_ATTACHMENTS = 1 << 1, /* files */
  MYNA_SENDS_RESULTS = 1 << 2,     /* what tools found out on this computer */
} MynaSends;

/* Property, notified: "name".  address: see remote_address_normalize(). */
MynaRemoteServer *myna_remote_server_new (const char *address, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* From what is kept; NULL: it is not sound. */
MynaRemoteServer *myna_remote_server_read (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *myna_remote_server_write (MynaRemoteServer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Letters and digits, which never change. */
const char *myna_remote_server_get_id (MynaRemoteServer *self);
const char *myna_remote_server_get_address (MynaRemoteServer *self);
const char *myna_remote_server_get_name (MynaRemoteServer *self);
void myna_remote_server_set_name (MynaRemoteServer *self, const char *name);
/* Names of the models that the person chose to see.  Belongs to the server. */
const char *const *myna_remote_server_get_models (MynaRemoteServer *self);
/* Tokens of its context; 0: the server does not say. */
int myna_remote_server_get_context (MynaRemoteServer *self, const char *model);
void myna_remote_server_clear_models (MynaRemoteServer *self);
void myna_remote_server_add_model (MynaRemoteServer *self, const char *model, int context);
/* What may be sent: MynaSends. */
guint myna_remote_server_get_allowed (MynaRemoteServer *self);
void myna_remote_server_allow (MynaRemoteServer *self, guint sends);
/* Whether its key lies in a file, for want of a keyring. */
gboolean myna_remote_server_get_key_in_file (MynaRemoteServer *self);
void myna_remote_server_set_key_in_file (MynaRemoteServer *self, gboolean in_file);

/* What stands in the place of a model's path: "remote:ID/MODEL". */
#define MYNA_REMOTE_SERVER_PREFIX "remote:"
gboolean myna_remote_server_is_path (const char *path);
char *myna_remote_server_make_path (MynaRemoteServer *self, const char *model) G_GNUC_WARN_UNUSED_RESULT;
/* The server's id, which the caller frees, and the model, which is a part of the path; NULL: it is no such path. */
char *myna_remote_server_split_path (const char *path, const char **ret_model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
