/* server-test.h: servers of tools in tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_TEST_H
#define SERVER_TEST_H

#include "tools/servers.h"

#define PYTHON "/usr/bin/python3"

ToolServer *test_server_new (const char *const *command);
/* Our own server, with a fault or two; fault: NULL: a good one. */
ToolServer *test_server_fake (const char *fault, const char *more);
/* Starts it, and waits till it runs, or does not. */
void test_server_start (ToolServer *server);
/* … and it must run. */
void test_server_runs (ToolServer *server);
/* A callback that leaves its result in a GAsyncResult *. */
void test_server_ended_cb (GObject *source, GAsyncResult *result, gpointer user_data);
/* The text of a call's result, or "! " and the error. */
char *test_server_call (ToolServer *server, const char *tool, const char *arguments, GCancellable *cancellable);

#define assert_call(server, tool, arguments, expected)                         \
  G_STMT_START                                                                 \
  {                                                                            \
    g_autofree char *text_ = test_server_call (server, tool, arguments, NULL); \
    g_assert_cmpstr (text_, ==, expected);                                     \
  }                                                                            \
  G_STMT_END

#endif
