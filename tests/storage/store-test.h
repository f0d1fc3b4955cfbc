/* store-test.h: the store's calls without callbacks, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_TEST_H
#define STORE_TEST_H

#include "care/store-open.h"

/* A new folder under the system's temporary one; remove_tree() deletes it. */
char *test_folder_new (void);
void test_folder_remove (char *folder);

/* The fixture of most tests: a folder, and the path of a database in it that is not there yet. */
typedef struct
{
  char *folder;
  char *path;
} TestHistory;

void test_history_set_up (TestHistory *fixture, gconstpointer data);
void test_history_tear_down (TestHistory *fixture, gconstpointer data);

/* Runs the main loop until the condition holds; the test's own time limit is the time limit. */
#define wait_for(condition)                  \
  G_STMT_START                               \
  {                                          \
    while (!(condition))                     \
      g_main_context_iteration (NULL, TRUE); \
  }                                          \
  G_STMT_END

/* Runs the default context until a request has called test_ready(), then gives its result. */
typedef struct
{
  GAsyncResult *result;
  StoreDb *db;
} TestWait;

void test_ready (GObject *object, GAsyncResult *result, gpointer wait);
gboolean test_wait (TestWait *wait, GError **error);
gint64 test_wait_id (TestWait *wait, GError **error);
GPtrArray *test_wait_list (TestWait *wait, GError **error);

StoreDb *test_open (const char *path, GError **error);
StoreDb *test_open_memory (void);

/* Conveniences that assert success. */
gint64 test_add_conversation (StoreDb *db, const char *title);
gint64 test_add_message (StoreDb *db, gint64 conversation_id, gint64 parent_id, StoreRole role, StoreState state,
                         const char *text);
StoreConversation *test_get_conversation (StoreDb *db, gint64 id);
StoreMessage *test_get_message (StoreDb *db, gint64 id);
GPtrArray *test_list (StoreDb *db, StoreListKind kind);
GPtrArray *test_branch (StoreDb *db, gint64 conversation_id, gint64 leaf_id);

/* Adds n conversations of 10 messages each, "message I of C" with some filling. */
void test_fill (const char *path, int n);

/* Below the store: SQL on a file, the connection without a thread, the rows of a table. */
void test_exec_sql (const char *path, const char *sql);
StoreConnection *test_open_connection (const char *path);
gint64 test_count (StoreConnection *connection, const char *table);

/* A call with its last three arguments: TEST_CALL (db, store_rename_async, id, "x", TRUE) → TestWait */
#define TEST_CALL(db_, function, ...)                        \
  ({                                                         \
    TestWait wait_ = { NULL, db_ };                          \
    TestWait *pointer_ = g_memdup2 (&wait_, sizeof wait_);   \
    function (db_, __VA_ARGS__, NULL, test_ready, pointer_); \
    pointer_;                                                \
  })
#define TEST_CALL0(db_, function)                          \
  ({                                                       \
    TestWait wait_ = { NULL, db_ };                        \
    TestWait *pointer_ = g_memdup2 (&wait_, sizeof wait_); \
    function (db_, NULL, test_ready, pointer_);            \
    pointer_;                                              \
  })
#define test_do(db_, function, ...)                              \
  G_STMT_START                                                   \
  {                                                              \
    GError *error_ = NULL;                                       \
    test_wait (TEST_CALL (db_, function, __VA_ARGS__), &error_); \
    g_assert_no_error (error_);                                  \
  }                                                              \
  G_STMT_END

#endif
