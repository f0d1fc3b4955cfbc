/* store-private.h: what the files of src/storage share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Three parts, one in each direction of a request:
 *
 *   StoreDb (store-db.c)                  the caller's side: a queue of requests, GTask, signals
 *   StoreConnection (store-connection.c)  the storage thread's side: the one SQLite connection
 *   subject files (store-message.c …)     a public store_x_async() that makes a request, and a static work function that
 *                                         the storage thread runs with the connection
 *
 * A work function runs inside a transaction when its access says so, and never touches the StoreDb.
 */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include <sqlite3.h>

#include "storage.h"

G_BEGIN_DECLS

/* ---- The connection (storage thread only) ----------------------------------------------------------------------- */

typedef enum
{
  STORE_ACCESS_READ,
  STORE_ACCESS_CHEAP,  /* one transaction, not synced: may be lost with the power, never by a crash of Myna */
  STORE_ACCESS_SYNCED, /* one transaction, on the disk when the work is done */
  STORE_ACCESS_RAW,    /* the work function makes its own transactions */
} StoreAccess;

typedef enum
{
  STORE_CHANGE_CONVERSATION,
  STORE_CHANGE_CONVERSATION_REMOVED,
  STORE_CHANGE_MESSAGE,
  STORE_CHANGE_FOLDERS,
} StoreChangeKind;

typedef struct
{
  StoreChangeKind kind;
  gint64 id; /* conversation, or 0 */
  gint64 message_id;
} StoreChange;

typedef struct
{
  sqlite3 *db;
  char *path;             /* NULL: in memory */
  GHashTable *statements; /* SQL text → sqlite3_stmt, prepared once */
  GArray *changes;        /* of StoreChange: what to signal when the transaction is committed */
  int synchronous;        /* last value given to PRAGMA synchronous */
  int lock_fd;            /* holds the lock file; −1: not locked */
  gboolean read_only;
  GCancellable *cancellables[2]; /* of the work that runs, where it may be stopped in the middle; may be NULL */
  char *copy_dir;                /* folder of a private copy that is read instead of the original; NULL: none */
  StoreRecovery recovery;        /* path NULL: nothing had to be recovered */
  gboolean is_not_ours;          /* the file belongs to another program */
  gboolean is_suspect;           /* damage was seen: the next start looks at the whole file */

  /* Maintenance: gives way when *n_waiting (atomic; may be NULL) is not 0. */
  gboolean gives_way;
  int *n_waiting;
  guint tasks_done; /* bits */
  gint64 retry_at;
} StoreConnection;

/* Opens `path` (NULL: in memory) and brings it up to date.  On NEWER_VERSION, READ_ONLY and BUSY returns a connection that
 * only reads and sets *ret_warning; on any other problem NULL and error. */
StoreConnection *store_connection_open (const char *path, GError **ret_warning, GError **error);
void store_connection_close (StoreConnection *self);
/* An empty database in memory, without a schema. */
StoreConnection *store_connection_new_memory (GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreConnection, store_connection_close)

/* The same for a path, without a fall back to reading. */
StoreConnection *store_connection_open_file (const char *path, GError **error);
/* A database that is only read and not trusted: a backup, a damaged or an imported file.  Nothing is written beside it. */
StoreConnection *store_connection_open_foreign (const char *path, GError **error);
/* Migrates from `version`, makes sure of the schema, settles replies: the steps of opening after the file itself. */
gboolean store_connection_prepare_file (StoreConnection *self, int version, GError **error);

/* BEGIN … COMMIT around work that writes.  end() with success = FALSE, or a failed COMMIT, rolls everything back. */
gboolean store_connection_begin (StoreConnection *self, StoreAccess access, GError **error);
gboolean store_connection_end (StoreConnection *self, gboolean success, GError **error);

/* TRUE: nobody wants the result of the running work any more.  Statements stop by themselves. */
gboolean store_connection_is_cancelled (StoreConnection *self);

/* Notes a change that is signalled after the commit. */
void store_connection_changed (StoreConnection *self, StoreChangeKind kind, gint64 id, gint64 message_id);

/* Sets error from SQLite's last failure on `db`, "what" in front.  Returns FALSE. */
gboolean store_error_set_sqlite (GError **error, sqlite3 *db, int code, const char *what);

/* Runs SQL that returns nothing and has no parameters; several statements are allowed. */
gboolean store_exec_script (sqlite3 *db, const char *sql, GError **error);

/* A cached statement, reset and bound by `types`, one letter an argument: i int, I gint64, Z gint64 with 0 as NULL,
 * d double, t text (NULL as NULL).  Texts are not copied: they must live until the statement is released. */
sqlite3_stmt *store_prepare (StoreConnection *self, GError **error, const char *sql, const char *types, ...);
void store_release (sqlite3_stmt *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, store_release)

/* TRUE: a row is there.  FALSE without error: no more rows. */
gboolean store_step (sqlite3_stmt *statement, GError **error);
/* prepare + step + release of a statement without rows.  n_changed (may be NULL): rows it changed. */
gboolean store_exec (StoreConnection *self, int *n_changed, GError **error, const char *sql, const char *types, ...);
/* The first column of the first row; *ret_value is `fallback` when there is no row or it is NULL. */
gboolean store_query_int (StoreConnection *self, gint64 fallback, gint64 *ret_value, GError **error, const char *sql,
                          const char *types, ...);

/* A column as a new string; NULL where it is NULL. */
char *store_column_text (sqlite3_stmt *statement, int column);

/* INVALID where text (may be NULL) is longer than max bytes. */
gboolean store_check_length (const char *text, gsize max, const char *what, GError **error);
gint64 store_now (void);

/* ---- The schema (store-schema.c) -------------------------------------------------------------------------------- */

#define STORE_APPLICATION_ID 0x4d796e61 /* "Myna" */

int store_schema_version (void);
gboolean store_schema_read_version (sqlite3 *db, int *ret_version, int *ret_application_id, GError **error);
/* Runs the migrations from `version` on, each in one transaction, after a copy of the file where it holds anything. */
gboolean store_schema_migrate (StoreConnection *connection, int version, GError **error);

/* FTS5 tables can be used in triggers only when the schema is trusted (before SQLite 3.41 at least).  Ours is, once all
 * triggers and views are known to be ours: others are replaced.  They hold no data. */
gboolean store_schema_trust (StoreConnection *connection, GError **error);

/* ---- Care (store-maintenance.c, store-backup.c, store-recover.c, store-scrub.c) --------------------------------- */

gboolean store_property_get (StoreConnection *connection, const char *name, gint64 *ret_value, GError **error);
gboolean store_property_set (StoreConnection *connection, StoreAccess access, const char *name, gint64 value, GError **error);

/* Does one task that is due at `now`.  TRUE: there may be more to do. */
gboolean store_maintain (StoreConnection *connection, gint64 now, GError **error);

/* Runs PRAGMA quick_check or integrity_check: CORRUPT with what it says unless that is "ok". */
gboolean store_check (StoreConnection *connection, const char *sql, GError **error);

/* Deletes for good what was moved to the bin before `time`; inside of a transaction. */
gboolean store_purge_deleted (StoreConnection *connection, gint64 time, GError **error);

/* Overwrites what rows that are deleted left in the file.  CANCELLED where this is not the time. */
gboolean store_scrub (StoreConnection *connection, GError **error);

/* A copy of the whole file, complete and synced or not there. */
gboolean store_copy_database (StoreConnection *connection, const char *path, GError **error);
gboolean store_backup_today (StoreConnection *connection, gint64 now, GError **error);
/* The newest daily backup of the database `path`; NULL: none. */
char *store_find_backup (const char *path);

/* Renames the damaged database to ret_recovery->path, which the caller frees, and makes a new one of what can be read.  FALSE:
 * all is as before.  The caller holds the lock. */
gboolean store_recover (const char *path, StoreRecovery *ret_recovery, GError **error);

/* ---- Progress (store-progress.c) -------------------------------------------------------------------------------- */

/* self may be NULL; total 0: not known. */
void store_progress_set (StoreProgress *self, gint64 done, gint64 total);

/* ---- Whole rows, for export and import -------------------------------------------------------------------------- */

/* NULL and NOT_FOUND where it does not exist. */
StoreConversation *store_conversation_load (StoreConnection *connection, gint64 id, char **ret_origin, GError **error);
/* All messages of a conversation with their texts, by id. */
GPtrArray *store_message_load_all (StoreConnection *connection, gint64 conversation_id, GError **error);
/* Inserts the row; its id is not looked at.  FALSE and error; *ret_id. */
gboolean store_conversation_insert (StoreConnection *connection, const StoreConversation *conversation, const char *origin,
                                    gint64 *ret_id, GError **error);
gboolean store_message_insert (StoreConnection *connection, const StoreMessage *message, gint64 *ret_id, GError **error);

/* ---- Requests (store-db.c) -------------------------------------------------------------------------------------- */

typedef struct
{
  gint64 id;
  GPtrArray *list;
  gboolean again; /* in: FALSE.  TRUE: not finished; run the work again after what is waiting */
} StoreResult;

typedef gboolean (*StoreWork) (StoreConnection *connection, gpointer request, StoreResult *result, GError **error);

/* Queues work for the storage thread.  Takes over `request`, which free_request (may be NULL) frees on the caller's side.
 * Without a callback, failures are told by the signal "failed". */
void store_db_request (StoreDb *self, StoreAccess access, StoreWork work, gpointer request, GDestroyNotify free_request,
                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* Work that is cancelled by the next work of the same kind (search as you type); reads only. */
void store_db_request_latest (StoreDb *self, StoreWork work, gpointer request, GDestroyNotify free_request,
                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* The request of the many calls that need an id, a number and a text. */
typedef struct
{
  gint64 id;
  gint64 number;
  char *text;
} StoreArgs;

StoreArgs *store_args_new (gint64 id, gint64 number, const char *text);
void store_args_free (gpointer args);

/* ---- Limits ----------------------------------------------------------------------------------------------------- */

#define STORE_MAX_TITLE_BYTES       4096
#define STORE_MAX_SETTINGS_BYTES    (1 << 20)
#define STORE_MAX_TEXT_BYTES        (64 << 20)
#define STORE_MAX_ATTACHMENTS_BYTES (64 << 20)

G_END_DECLS

#endif
