/* conversation-fixture.h: a conversation over a store in memory and a fake engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"
#include "fake-generator.h"
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  FakeGenerator *engine;
  MynaConversation *conversation;
  gboolean closed;
} Fixture;

void fixture_setup (Fixture *f, gconstpointer data);
void fixture_teardown (Fixture *f, gconstpointer data);
guint fixture_n_items (Fixture *f);
/* Borrowed: the list keeps it. */
MynaMessage *fixture_item (Fixture *f, guint position);
/* Waits until nothing is written or read. */
void fixture_idle (Fixture *f);
/* Waits till the store has done all that was asked of it, and what its signals led to. */
void fixture_settle (Fixture *f);
/* Waits until the engine was asked for something. */
void fixture_requested (Fixture *f);
/* A question and its whole answer. */
void fixture_exchange (Fixture *f, const char *question, const char *answer);
void fixture_load_all (Fixture *f);
/* The branch as "role:text|role:text", as the store would show it after a restart, and as the conversation has it. */
char *fixture_stored (Fixture *f) G_GNUC_WARN_UNUSED_RESULT;
char *fixture_shown (Fixture *f) G_GNUC_WARN_UNUSED_RESULT;

#define assert_shown(f, expected)                \
  G_STMT_START                                   \
  {                                              \
    g_autofree char *shown_ = fixture_shown (f); \
    g_assert_cmpstr (shown_, ==, expected);      \
  }                                              \
  G_STMT_END
#define assert_stored(f, expected)                 \
  G_STMT_START                                     \
  {                                                \
    g_autofree char *stored_ = fixture_stored (f); \
    g_assert_cmpstr (stored_, ==, expected);       \
  }                                                \
  G_STMT_END
