/* store-sqlite.h: the one SQLite connection: statements, transactions, changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All of it belongs to the storage thread.
 */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include <sqlite3.h>

#include "storage.h"

G_BEGIN_DECLS

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
  StoreConversation *row; /* after the commit; StoreKeeper reads it when the change is told */
} StoreChange;

/* Made and closed by care/store-handle.c. */
typedef struct
{
  sqlite3 *db;
  char *path;             /* NULL: in memory */
  GHashTable *statements; /* SQL text → sqlite3_stmt, prepared once */
  GArray *changes;        /* of StoreChange: what to signal when the transaction is committed */
  int synchronous;        /* last value given to PRAGMA synchronous */
  int lock_fd;            /* holds the lock file; −1: not locked */
  gboolean read_only;
  GError *problem;               /* why it is; NULL: the file or its folder cannot be written */
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

/* BEGIN … COMMIT around work that writes.  end() with success = FALSE, or a failed COMMIT, rolls everything back. */
gboolean store_connection_begin (StoreConnection *self, StoreAccess access, GError **error);
gboolean store_connection_end (StoreConnection *self, gboolean success, GError **error);

/* TRUE: nobody wants the result of the running work any more.  Statements stop by themselves. */
gboolean store_connection_is_cancelled (StoreConnection *self);

/* Notes a change that is signalled after the commit. */
void store_connection_changed (StoreConnection *self, StoreChangeKind kind, gint64 id, gint64 message_id);

/* Sets error from SQLite's last failure on `db`, "what" in front.  Returns FALSE. */
gboolean store_error_set_sqlite (GError **error, sqlite3 *db, int code, const char *what);

/* READ_ONLY.  Returns FALSE. */
gboolean store_error_set_read_only (GError **error);

/* Runs SQL that returns nothing and has no parameters; several statements are allowed. */
gboolean store_exec_script (sqlite3 *db, const char *sql, GError **error);

/* A cached statement, reset and bound by `types`, one letter an argument: i int, I gint64, Z gint64 with 0 as NULL,
 * d double, t text, b GBytes (NULL as NULL).  Texts and bytes are not copied: they must live until the statement is released. */
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

/* A column as a new string, made valid UTF-8; NULL where it is NULL. */
char *store_column_text (sqlite3_stmt *statement, int column);
/* The same of a name: see store_tame_name(). */
char *store_column_name (sqlite3_stmt *statement, int column);
/* The same of a path, whose bytes may be anything. */
char *store_column_path (sqlite3_stmt *statement, int column);

/* INVALID where text (may be NULL) is longer than max bytes. */
gboolean store_check_length (const char *text, gsize max, const char *what, GError **error);
gint64 store_now (void);

/* Single numbers about the file itself. */
gboolean store_property_get (StoreConnection *connection, const char *name, gint64 *ret_value, GError **error);
gboolean store_property_set (StoreConnection *connection, StoreAccess access, const char *name, gint64 value, GError **error);

/* Runs PRAGMA quick_check or integrity_check: CORRUPT with what it says unless that is "ok". */
gboolean store_check (StoreConnection *connection, const char *sql, GError **error);

G_END_DECLS

#endif
