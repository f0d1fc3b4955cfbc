/* store-search.c: search over titles and messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Of what matches the newest MAX_CANDIDATES are ranked, by their own time.  The index gives messages in the order in which
 * they came into the history, the last first, and gives them as they are needed: a word that is in half of all messages costs
 * no more than a rare one.  Where it has given enough, what came earlier may still be newer, because imported messages come
 * late: the conversations that are newer than the oldest candidate are looked through for it, the newest first, until they
 * are older than that.
 *
 * Where the index cannot help (an emoji, part of a word) the rows themselves are scanned in the same order.  So are they where
 * the filters leave few: the index would give a frequent word's places in all the others, too.
 *
 * A search works in turns of TURN_MS, so that writes never wait for it, and goes on after the last row that it has seen.
 */
#include <math.h>
#include <string.h>

#include "db/store-db.h"
#include "search/store-match.h"

#define MAX_CANDIDATES      1000
#define DEFAULT_LIMIT       100
#define MAX_LIMIT           1000
#define MAX_RANGES          64
#define SNIPPET_CHARS       160
#define TURN_MS             25
#define MAX_NARROW_MESSAGES 10000 /* scanning so many takes as long as a frequent word's candidates in a large history */
#define HALF_LIFE_MS        (60 * 24 * 3600 * 1000.0) /* of recency: a hit of today counts up to twice one of long ago */

/* clang-format off */
typedef enum { TITLES, MESSAGES, NEWER, DONE } Stage;
typedef enum { BY_INDEX, BY_SCAN, BY_CONVERSATION, N_WAYS } Way;
/* clang-format on */

typedef struct
{
  char *model;
  int role;
  gint64 after, before, folder_id, conversation_id;
  guint limit;
  gboolean thoughts;
  StoreMatch *match;
  StoreMatchMode mode;
  char *problem; /* the text cannot be searched for */

  gboolean has_way;
  Way way;
  Stage stage;
  gint64 next_id;                  /* rows before this one are still to be seen */
  gint64 next_time, next_newer_id; /* in NEWER so are conversations before this one, by their time */
  GArray *ranges;
  GPtrArray *hits; /* the stages' before, then this one's */
  guint first;     /* of this stage */
  guint oldest;    /* of this stage where it has MAX_CANDIDATES */
} Search;

/* ---- Hits ------------------------------------------------------------------------------------------------------- */

G_DEFINE_BOXED_TYPE (StoreHit, store_hit, store_hit_copy, store_hit_free)

StoreHit *
store_hit_copy (const StoreHit *hit)
{
  StoreHit *copy = g_memdup2 (hit, sizeof *hit);

  copy->title = g_strdup (hit->title);
  copy->snippet = g_strdup (hit->snippet);
  copy->ranges = g_memdup2 (hit->ranges, hit->n_ranges * sizeof *hit->ranges);
  return copy;
}

void
store_hit_free (StoreHit *hit)
{
  if (!hit)
    return;

  g_free (hit->title);
  g_free (hit->snippet);
  g_free (hit->ranges);
  g_free (hit);
}

static double
recency (gint64 time)
{
  return 1 + exp2 (-MAX (0, store_now () - time) / HALF_LIFE_MS);
}

static int
compare_hits (gconstpointer a, gconstpointer b)
{
  const StoreHit *x = *(const StoreHit *const *) a, *y = *(const StoreHit *const *) b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  if (x->time != y->time)
    return x->time > y->time ? -1 : 1;
  return x->message_id > y->message_id ? -1 : x->message_id < y->message_id;
}

/* ---- Candidates ------------------------------------------------------------------------------------------------- */

/* ?1 the FTS5 query, ?2 next id, ?3 role or −1, ?4 model, ?5 after, ?6 before, ?7 folder, ?8 conversation.  By index and by scan.
 * CROSS JOIN keeps the order of the joins: the index first, its rows from the last to the first.
 * Columns: id, conversation, role, time, title, text. */
#define FILTER                                                                          \
  " AND (?7 = 0 OR c.folder_id IN (SELECT id FROM folder WHERE ?7 IN (id, parent_id)))" \
  " AND (?8 = 0 OR c.id = ?8) AND c.deleted_at IS NULL"
#define TITLE_FILTER " AND ?3 = -1 AND ?4 IS NULL AND c.updated_at BETWEEN ?5 AND ?6" FILTER
#define MESSAGE_FILTER \
  " AND (?3 = -1 OR m.role = ?3) AND (?4 IS NULL OR m.model = ?4) AND m.created_at BETWEEN ?5 AND ?6" FILTER

/* The messages that the filters leave, from the last; a conversation is never older than its messages.  LIMIT also keeps
 * SQLite from merging this into the outer query, and so the order. */
#define NARROW_MESSAGES                                                                    \
  "SELECT k.id AS id FROM conversation c CROSS JOIN message k ON k.conversation_id = c.id" \
  " WHERE c.updated_at >= ?5 AND k.id < ?2" FILTER

static const char *const queries[][N_WAYS] = {
  [TITLES] = {
    "SELECT c.id, c.id, 0, c.updated_at, c.title, c.title FROM title_fts f CROSS JOIN conversation c ON c.id = f.rowid"
    " WHERE title_fts MATCH ?1 AND f.rowid < ?2" TITLE_FILTER " ORDER BY f.rowid DESC",
    "SELECT c.id, c.id, 0, c.updated_at, c.title, c.title FROM conversation c"
    " WHERE ?1 = '' AND c.id < ?2" TITLE_FILTER " ORDER BY c.id DESC",
    "SELECT c.id, c.id, 0, c.updated_at, c.title, c.title FROM conversation c"
    " WHERE c.id < ?2" TITLE_FILTER " ORDER BY c.id DESC",
  },
  [MESSAGES] = {
    "SELECT m.id, c.id, m.role, m.created_at, c.title, m.text FROM message_fts f"
    " CROSS JOIN message m ON m.id = f.rowid CROSS JOIN conversation c ON c.id = m.conversation_id"
    " WHERE message_fts MATCH ?1 AND f.rowid < ?2" MESSAGE_FILTER " ORDER BY f.rowid DESC",
    "SELECT m.id, c.id, m.role, m.created_at, c.title, m.text FROM message m"
    " CROSS JOIN conversation c ON c.id = m.conversation_id"
    " WHERE ?1 = '' AND m.id < ?2 AND m.state <> 1" MESSAGE_FILTER " ORDER BY m.id DESC",
    "SELECT m.id, c.id, m.role, m.created_at, c.title, m.text FROM"
    " (" NARROW_MESSAGES " ORDER BY k.id DESC LIMIT 1 + " G_STRINGIFY (MAX_NARROW_MESSAGES) ") n"
    " CROSS JOIN message m ON m.id = n.id CROSS JOIN conversation c ON c.id = m.conversation_id"
    " WHERE m.state <> 1" MESSAGE_FILTER,
  },
};

/* ?9, ?10 the time and id of the conversation before which to go on.  Further columns: the conversation's time. */
static const char NEWER_QUERY[] =
    "SELECT m.id, c.id, m.role, m.created_at, c.title, m.text, c.updated_at FROM"
    " (SELECT c.id AS id, c.title AS title, c.updated_at AS updated_at FROM conversation c"
    " WHERE c.updated_at > ?5 AND (c.updated_at < ?9 OR (c.updated_at = ?9 AND c.id < ?10))" FILTER
    " ORDER BY c.updated_at DESC, c.id DESC LIMIT -1) c"
    " CROSS JOIN message m ON m.conversation_id = c.id"
    " WHERE m.id < ?2 AND m.state <> 1 AND (?3 = -1 OR m.role = ?3) AND (?4 IS NULL OR m.model = ?4)"
    " AND m.created_at > ?5 AND m.created_at <= ?6";

static gboolean
is_full (Search *search)
{
  return search->hits->len - search->first >= MAX_CANDIDATES;
}

/* What a row must be newer than to be a candidate. */
static gint64
get_oldest_time (Search *search)
{
  return is_full (search) ? ((StoreHit *) g_ptr_array_index (search->hits, search->oldest))->time : G_MININT64;
}

static void
find_oldest (Search *search)
{
  search->oldest = search->first;
  for (guint i = search->first + 1; i < search->hits->len; i++)
    if (((StoreHit *) g_ptr_array_index (search->hits, i))->time
        < ((StoreHit *) g_ptr_array_index (search->hits, search->oldest))->time)
      search->oldest = i;
}

/* In the place of the oldest where there are enough. */
static void
take_hit (Search *search, StoreHit *hit)
{
  if (is_full (search))
    {
      store_hit_free (g_ptr_array_index (search->hits, search->oldest));
      g_ptr_array_index (search->hits, search->oldest) = hit;
    }
  else
    {
      g_ptr_array_add (search->hits, hit);
    }
  if (is_full (search))
    find_oldest (search);
}

static void
add_hit (Search *search, sqlite3_stmt *row, const char *text, gsize n_bytes, double score)
{
  gboolean in_title = search->stage == TITLES;
  StoreHit *hit = g_new0 (StoreHit, 1);

  hit->conversation_id = sqlite3_column_int64 (row, 1);
  hit->message_id = in_title ? 0 : sqlite3_column_int64 (row, 0);
  hit->role = sqlite3_column_int (row, 2);
  hit->time = sqlite3_column_int64 (row, 3);
  hit->title = store_column_name (row, 4);
  hit->snippet = in_title ? g_strdup ("") : store_match_snippet (text, n_bytes, search->ranges, SNIPPET_CHARS);
  hit->n_ranges = search->ranges->len;
  hit->ranges = g_memdup2 (search->ranges->data, search->ranges->len * sizeof (StoreRange));
  hit->score = (in_title ? 1 + score : score) * recency (hit->time);
  take_hit (search, hit);
}

/* Once a search: counts the messages that the filters leave, up to the limit. */
static gboolean
find_way (StoreConnection *connection, Search *search, GError **error)
{
  gint64 n = 0;

  search->has_way = TRUE;
  if (*store_match_get_fts (search->match, search->mode) == '\0')
    search->way = BY_SCAN;
  if (!search->after && !search->folder_id && !search->conversation_id)
    return TRUE;
  if (!store_query_int (connection, 0, &n, error,
                        "SELECT count (*) FROM (" NARROW_MESSAGES " LIMIT 1 + " G_STRINGIFY (MAX_NARROW_MESSAGES) ")",
                        "tIitIIII", "", G_MAXINT64, 0, NULL, search->after, search->before, search->folder_id,
                        search->conversation_id))
    return FALSE;
  if (n <= MAX_NARROW_MESSAGES)
    search->way = BY_CONVERSATION;
  return TRUE;
}

/* The answer alone; where there is none yet, nothing. */
static void
leave_out_thought (const char **text, gsize *n_bytes)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (STORE_ROLE_ASSISTANT, *text, NULL, parts);

  if (n_parts == 0 || parts[0].kind != STORE_PART_THOUGHT)
    return;
  *text = n_parts > 1 ? parts[1].text : "";
  *n_bytes = n_parts > 1 ? parts[1].n_bytes : 0;
}

static void
look_at (Search *search, sqlite3_stmt *row)
{
  const char *text;
  gsize n_bytes;
  double score;

  if (sqlite3_column_int64 (row, 3) <= get_oldest_time (search))
    return;
  text = (const char *) sqlite3_column_text (row, 5);
  n_bytes = sqlite3_column_bytes (row, 5);
  if (search->stage != TITLES && !search->thoughts && sqlite3_column_int (row, 2) == STORE_ROLE_ASSISTANT)
    leave_out_thought (&text, &n_bytes);
  if (store_match_text (search->match, text, n_bytes, search->mode, search->ranges, MAX_RANGES, &score))
    add_hit (search, row, text, n_bytes, score);
}

/* The index and the scan may be left where there are enough; the filters have left few, and all of them are looked at. */
static gboolean
has_enough (Search *search)
{
  return search->stage == MESSAGES && search->way != BY_CONVERSATION && is_full (search);
}

/* Looks at rows until the turn is over (TRUE, more to see) or the stage is done. */
static gboolean
run_turn (StoreConnection *connection, Search *search, gboolean *ret_more, GError **error)
{
  const char *fts = store_match_get_fts (search->match, search->mode);
  gint64 deadline = g_get_monotonic_time () + TURN_MS * 1000;
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error, queries[search->stage][search->way], "tIitIIII", fts, search->next_id, search->role,
                     search->model, search->after, search->before, search->folder_id, search->conversation_id);
  GError *local_error = NULL;

  if (!row)
    return FALSE;

  *ret_more = FALSE;
  for (guint n = 1; !has_enough (search) && store_step (row, &local_error); n++)
    {
      search->next_id = sqlite3_column_int64 (row, 0);
      look_at (search, row);
      if (n % 16 == 0 && g_get_monotonic_time () > deadline)
        {
          *ret_more = TRUE;
          break;
        }
    }
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

/* The same for conversations that are newer than the oldest candidate.  A turn ends between two of them. */
static gboolean
run_newer_turn (StoreConnection *connection, Search *search, gboolean *ret_more, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + TURN_MS * 1000;
  gint64 after = MAX (search->after - 1, get_oldest_time (search));
  g_autoptr (sqlite3_stmt) row =
      store_prepare (connection, error, NEWER_QUERY, "tIitIIIIII", "", search->next_id, search->role, search->model, after,
                     search->before, search->folder_id, search->conversation_id, search->next_time, search->next_newer_id);
  gint64 conversation = 0;
  GError *local_error = NULL;

  if (!row)
    return FALSE;

  *ret_more = FALSE;
  while (store_step (row, &local_error))
    {
      if (sqlite3_column_int64 (row, 6) <= get_oldest_time (search))
        break;
      if (sqlite3_column_int64 (row, 1) != conversation && conversation && g_get_monotonic_time () > deadline)
        {
          *ret_more = TRUE;
          break;
        }
      conversation = search->next_newer_id = sqlite3_column_int64 (row, 1);
      search->next_time = sqlite3_column_int64 (row, 6);
      look_at (search, row);
    }
  if (!local_error)
    return TRUE;

  g_propagate_error (error, local_error);
  return FALSE;
}

static void
begin_stage (Search *search, Stage stage)
{
  search->stage = stage;
  if (stage == NEWER)
    {
      search->next_time = search->next_newer_id = G_MAXINT64;
      return;
    }
  search->next_id = G_MAXINT64;
  search->first = search->hits->len;
}

/* The stage after one that is done. */
static void
go_on (Search *search)
{
  if (search->stage == TITLES)
    begin_stage (search, MESSAGES);
  else
    begin_stage (search, has_enough (search) ? NEWER : DONE);
}

static gboolean
search_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  Search *search = request;
  gboolean more = FALSE;

  if (search->problem)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_INVALID, search->problem);
      return FALSE;
    }
  if (store_match_is_empty (search->match))
    search->stage = DONE;
  if (!search->has_way && !find_way (connection, search, error))
    return FALSE;

  while (search->stage != DONE && !more)
    {
      if (!(search->stage == NEWER ? run_newer_turn : run_turn) (connection, search, &more, error))
        return FALSE;
      if (!more)
        go_on (search);
    }
  if (search->stage != DONE)
    {
      result->again = TRUE;
      return TRUE;
    }

  g_ptr_array_sort (search->hits, compare_hits);
  if (search->hits->len > search->limit)
    g_ptr_array_set_size (search->hits, search->limit);
  result->list = g_steal_pointer (&search->hits);
  return TRUE;
}

/* ---- The request ------------------------------------------------------------------------------------------------ */

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->model);
  g_free (search->problem);
  store_match_free (search->match);
  g_array_unref (search->ranges);
  g_clear_pointer (&search->hits, g_ptr_array_unref);
  g_free (search);
}

void
store_search_async (StoreDb *self, const StoreSearch *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Search *search = g_new0 (Search, 1);
  g_autoptr (GError) error = NULL;

  g_return_if_fail (request != NULL && request->text != NULL);

  search->match = store_match_new (request->text, &error);
  if (error)
    search->problem = g_strdup (error->message);
  search->model = g_strdup (request->model);
  search->mode = request->anywhere ? STORE_MATCH_ANYWHERE : STORE_MATCH_WORDS;
  search->role = request->role;
  search->after = request->after;
  search->before = request->before ? request->before : G_MAXINT64;
  search->folder_id = request->folder_id;
  search->conversation_id = request->conversation_id;
  search->thoughts = request->thoughts;
  search->limit = request->limit > 0 ? MIN (request->limit, MAX_LIMIT) : DEFAULT_LIMIT;
  search->next_id = G_MAXINT64;
  search->ranges = g_array_new (FALSE, FALSE, sizeof (StoreRange));
  search->hits = g_ptr_array_new_with_free_func ((GDestroyNotify) store_hit_free);
  store_db_request_latest (self, search_work, search, search_free, cancellable, callback, user_data);
}
