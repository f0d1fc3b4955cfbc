/* fuzz-search.c: what a person types into the search entry, and a text: a query that SQLite takes, and places in the text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The query ends at the first line's end.
 */
#include "fuzz.h"

#include <string.h>

#include <sqlite3.h>

#include "search/store-match.h"

/* Nothing that a person types is syntax of FTS5. */
static void
check_fts (const char *fts)
{
  static sqlite3 *db;
  static sqlite3_stmt *statement;
  int rc;

  if (!db
      && (sqlite3_open (":memory:", &db) != SQLITE_OK
          || sqlite3_exec (db, "CREATE VIRTUAL TABLE t USING fts5 (text); INSERT INTO t VALUES ('a b')", NULL, NULL, NULL) != 0
          || sqlite3_prepare_v2 (db, "SELECT rowid FROM t WHERE t MATCH ?", -1, &statement, NULL) != SQLITE_OK))
    fail ("no FTS5: %s", sqlite3_errmsg (db));
  sqlite3_bind_text (statement, 1, fts, -1, SQLITE_STATIC);
  while ((rc = sqlite3_step (statement)) == SQLITE_ROW)
    ;
  sqlite3_reset (statement);
  if (rc != SQLITE_DONE)
    fail ("%s: %s", fts, sqlite3_errmsg (db));
}

static void
check_mode (StoreMatch *match, const char *text, StoreMatchMode mode)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (StoreRange));
  g_autofree char *snippet = NULL;
  const char *fts = store_match_get_fts (match, mode);
  gsize length = strlen (text), end = 0;

  if (*fts)
    check_fts (fts);
  if (!store_match_text (match, text, length, mode, ranges, 100, NULL))
    return;
  for (guint i = 0; i < ranges->len; i++)
    {
      const StoreRange *range = &g_array_index (ranges, StoreRange, i);

      if (range->start < end || range->end <= range->start || range->end > length)
        fail ("place %u of [%s] is outside of the text", i, text);
      end = range->start;
    }
  snippet = store_match_snippet (text, length, ranges, 80);
  if (!g_utf8_validate (snippet, -1, NULL))
    fail ("the snippet is not UTF-8");
  for (guint i = 0; i < ranges->len; i++)
    if (g_array_index (ranges, StoreRange, i).end > strlen (snippet))
      fail ("a place is outside of the snippet");
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  g_autofree char *raw = g_strndup ((const char *) data, size), *input = g_utf8_make_valid (raw, -1);
  char *text = strchr (input, '\n');
  g_autoptr (StoreMatch) match = NULL;

  if (text)
    *text++ = '\0';
  match = store_match_new (input, NULL);
  if (!match || store_match_is_empty (match))
    return;
  check_mode (match, text ? text : input, STORE_MATCH_WORDS);
  check_mode (match, text ? text : input, STORE_MATCH_ANYWHERE);
}
