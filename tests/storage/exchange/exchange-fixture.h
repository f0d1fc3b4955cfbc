/* exchange-fixture.h: a folder and a history in memory, for tests of export and import
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store-test.h"

typedef struct
{
  char *folder;
  StoreDb *db;
} TestExchange;

void test_exchange_set_up (TestExchange *fixture, gconstpointer data);
void test_exchange_tear_down (TestExchange *fixture, gconstpointer data);

/* Two conversations with whatever a conversation can have: branches, folders, attachments, odd characters. */
void test_make_history (StoreDb *db);
/* All of db in that format; the caller frees. */
char *test_export_text (TestExchange *fixture, StoreDb *db, StoreFormat format);
