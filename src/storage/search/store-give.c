/* store-give.c: which passages a model is given for a question
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decided once for each question and stored with it, so that a prompt only ever grows at its end: what was given to the questions
 * before stays as it was, and so does the model's state of it.  What is attached to the question is given whole if there is room;
 * of the rest, and of what was attached before, the passages that score best by BM25 over the question and, less, the questions
 * before it; then what stands beside the best; all in the order of the documents.  What the prompt contains already is not given
 * again, however many questions ago it was given; where the prompt turns out to begin later than was thought, what went is added.
 *
 * A question that comes with no document is given less, the best alone: the model has read of them what the questions before were
 * given.  While it is written, store_foresee_async() says what it would be given so far, one passage more each time, for the model to
 * evaluate them one after the other.  What was foreseen is kept in the connection's temporary tables, and given to the question that is
 * asked then, as far as its words have to do with it: only what it still needs is new to the model.
 */
#include <string.h>

#include "db/store-db.h"
#include "rows/store-attachment.h"
#include "search/store-terms.h"

#define MAX_CANDIDATES "40"
#define N_QUESTIONS    3    /* the question itself and those before it */
#define OLDER_WEIGHT   0.25 /* of each question before */
#define HEADING_WEIGHT "2.0"
#define NEAR_BEST      0.4 /* of the best one's score: the 40 questions of bench-passages.py want 0.4, and 0.6 loses two of them */
#define N_NEIGHBORED   3  /* the best, whose neighbors are given too */
#define EXTRA_BYTES    80 /* name, page and heading of each */
#define FORESEEN       "CREATE TEMP TABLE IF NOT EXISTS foreseen (place INTEGER PRIMARY KEY, parent_id INTEGER, passage_id INTEGER);"

typedef struct
{
  gint64 id, document_id;
  guint ordinal;
  gsize n_bytes;
  double score; /* larger is better */
  guint number; /* of an earlier question's; 0: a new one */
  gboolean is_taken;
  gboolean is_needed; /* among the best, and not given yet */
  gboolean is_own;    /* has words of the question, not only of those before */
} Candidate;

typedef struct
{
  StoreConnection *connection;
  const StoreGive *request;
  const char *draft;    /* a question that is not asked yet, behind the message; NULL: the message is it */
  GArray *branch;       /* gint64: the question, and the messages before it */
  GPtrArray *questions; /* char *: the question and those before it, newest first */
  GArray *candidates;   /* Candidate */
  GHashTable *indices;  /* gint64 passage → its index + 1 in candidates */
  gsize room;
  guint next_number;
  gboolean has_new; /* documents that came with the question */
} Choice;

/* ---- The branch ------------------------------------------------------------------------------------------------- */

static gboolean
end_rows (GError *local_error, GError **error)
{
  if (local_error)
    g_propagate_error (error, local_error);
  return !local_error;
}

static gboolean
read_branch (Choice *self, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (self->connection, error,
                     "WITH RECURSIVE branch (id, parent_id, role) AS ("
                     "  SELECT id, parent_id, role FROM message WHERE id = ?1"
                     "  UNION ALL"
                     "  SELECT p.id, p.parent_id, p.role FROM branch JOIN message p ON p.id = branch.parent_id)"
                     " SELECT id FROM branch WHERE role = 1 ORDER BY id DESC",
                     "I", self->request->message_id);
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  if (self->draft)
    g_array_set_size (self->branch, 1); /* a message that is not there */
  while (store_step (row, &local_error))
    {
      gint64 id = sqlite3_column_int64 (row, 0);

      g_array_append_val (self->branch, id);
    }
  return end_rows (local_error, error);
}

static gboolean
read_questions (Choice *self, GError **error)
{
  if (self->draft)
    g_ptr_array_add (self->questions, g_strdup (self->draft));
  for (guint i = self->draft ? 1 : 0; i < MIN (self->branch->len, N_QUESTIONS); i++)
    {
      g_autoptr (sqlite3_stmt) row = store_prepare (self->connection, error, "SELECT text FROM message WHERE id = ?1", "I",
                                                    g_array_index (self->branch, gint64, i));

      if (!row)
        return FALSE;
      if (store_step (row, error))
        g_ptr_array_add (self->questions, store_column_text (row, 0));
    }
  return TRUE;
}

/* The temporary table of the questions of this branch: their place, 0 for the newest. */
static gboolean
write_branch (Choice *self, GError **error)
{
  if (!store_exec_script (self->connection->db,
                          "CREATE TEMP TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY, place INTEGER NOT NULL);"
                          "DELETE FROM temp.asked",
                          error))
    return FALSE;
  for (guint i = 0; i < self->branch->len; i++)
    if (!store_exec (self->connection, NULL, error, "INSERT INTO temp.asked VALUES (?1, ?2)", "Ii",
                     g_array_index (self->branch, gint64, i), (int) i))
      return FALSE;
  return TRUE;
}

/* ---- Whole ------------------------------------------------------------------------------------------------------ */

/* The shortest first, as many as there is room for. */
static gboolean
decide_uses (Choice *self, GError **error)
{
  gint64 total = 0;
  gboolean success = TRUE;
  g_autoptr (GArray) decided = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (sqlite3_stmt) row =
      store_prepare (self->connection, error,
                     "SELECT a.id, d.n_bytes FROM attachment a JOIN document d ON d.id = a.document_id"
                     " WHERE a.message_id = ?1 AND a.use = 0 ORDER BY d.n_bytes, a.id",
                     "I", self->request->message_id);
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      gint64 id = sqlite3_column_int64 (row, 0);

      total += sqlite3_column_int64 (row, 1) + EXTRA_BYTES;
      id = total <= (gint64) self->request->whole_bytes ? id : -id;
      g_array_append_val (decided, id);
    }
  if (!end_rows (local_error, error))
    return FALSE;
  for (guint i = 0; i < decided->len && success; i++)
    {
      gint64 id = g_array_index (decided, gint64, i);

      success = store_exec (self->connection, NULL, error, "UPDATE attachment SET use = ?1 WHERE id = ?2", "iI",
                            id > 0 ? STORE_USE_WHOLE : STORE_USE_PASSAGES, ABS (id));
    }
  return success;
}

/* All passages of what is given whole, so that a reply can say where it found something.  What is plain text is left as it is. */
static gboolean
give_whole (Choice *self, GError **error)
{
  int n_changed = 0;

  if (!store_exec (self->connection, &n_changed, error,
                   "INSERT INTO given (message_id, passage_id, number)"
                   " SELECT ?1, p.id, ?2 + row_number () OVER (ORDER BY a.ordinal, a.id, p.id) - 1 FROM attachment a"
                   " JOIN document d ON d.id = a.document_id JOIN passage p ON p.document_id = d.id"
                   " WHERE a.message_id = ?1 AND a.use = 1 AND d.type NOT IN ('', 'text')",
                   "Ii", self->request->message_id, (int) self->next_number))
    return FALSE;
  self->next_number += n_changed;
  return TRUE;
}

/* ---- Candidates ------------------------------------------------------------------------------------------------- */

static Candidate *
find_candidate (Choice *self, gint64 id)
{
  guint index = GPOINTER_TO_UINT (g_hash_table_lookup (self->indices, &id));

  return index ? &g_array_index (self->candidates, Candidate, index - 1) : NULL;
}

/* Passages of documents that are not given whole, or were to a question that the prompt, which begins with ?2, has no more; a row begins
 * with id, document, ordinal, bytes. */
#define CANDIDATE_COLUMNS "p.id, p.document_id, p.ordinal, length (CAST (p.text AS BLOB))"
#define IS_IN_PASSAGES                                                                                \
  "p.document_id IN (SELECT a.document_id FROM temp.asked q JOIN attachment a ON a.message_id = q.id" \
  " WHERE a.use = 2 OR q.id < ?2 EXCEPT SELECT a.document_id FROM temp.asked q"                       \
  " JOIN attachment a ON a.message_id = q.id WHERE a.use = 1 AND q.id >= ?2)"

static Candidate *
add_candidate (Choice *self, sqlite3_stmt *row)
{
  gint64 id = sqlite3_column_int64 (row, 0);
  Candidate *found = find_candidate (self, id);
  Candidate candidate = { id, sqlite3_column_int64 (row, 1), sqlite3_column_int (row, 2), sqlite3_column_int64 (row, 3) };

  if (found)
    return found;
  g_array_append_val (self->candidates, candidate);
  g_hash_table_insert (self->indices, g_memdup2 (&id, sizeof id), GUINT_TO_POINTER (self->candidates->len));
  return &g_array_index (self->candidates, Candidate, self->candidates->len - 1);
}

static gboolean
score (Choice *self, const char *question, double weight, gboolean is_own, GError **error)
{
  g_autofree char *query = store_terms_query (question);
  g_autoptr (sqlite3_stmt) row = NULL;
  GError *local_error = NULL;

  if (!*query)
    return TRUE;
  row = store_prepare (self->connection, error,
                       "SELECT " CANDIDATE_COLUMNS ", bm25 (passage_fts, " HEADING_WEIGHT ", 1.0) AS score FROM passage_fts f"
                       " JOIN passage p ON p.id = f.rowid WHERE passage_fts MATCH ?1 AND " IS_IN_PASSAGES
                       " ORDER BY score LIMIT " MAX_CANDIDATES,
                       "tI", query, self->request->prompt_from);
  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      Candidate *candidate = add_candidate (self, row);

      candidate->score -= weight * sqlite3_column_double (row, 4);
      candidate->is_own = candidate->is_own || is_own;
    }
  return end_rows (local_error, error);
}

/* Nothing has the words: the beginning of what is attached to the question. */
static gboolean
add_beginning (Choice *self, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (self->connection, error,
                     "SELECT " CANDIDATE_COLUMNS " FROM attachment a JOIN passage p ON p.document_id = a.document_id"
                     " WHERE a.message_id = ?1 AND a.use = 2 ORDER BY p.ordinal, a.ordinal LIMIT " MAX_CANDIDATES,
                     "I", self->request->message_id);
  GError *local_error = NULL;
  double points = 1;

  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    add_candidate (self, row)->score = points /= 2;
  return end_rows (local_error, error);
}

/* What the questions before were given: not again what stands in the prompt.  The question's own stays, where more is added. */
static gboolean
mark_given (Choice *self, GError **error)
{
  g_autoptr (sqlite3_stmt) row =
      store_prepare (self->connection, error,
                     "SELECT g.passage_id, g.number, q.id, q.place FROM temp.asked q JOIN given g ON g.message_id = q.id"
                     " ORDER BY q.place DESC",
                     "");
  gint64 from = self->request->prompt_from;
  GError *local_error = NULL;

  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      Candidate *candidate = find_candidate (self, sqlite3_column_int64 (row, 0));

      if (!candidate)
        continue;
      candidate->number = sqlite3_column_int (row, 1);
      if (sqlite3_column_int (row, 3) == 0)
        self->room -= MIN (self->room, candidate->n_bytes + EXTRA_BYTES);
      else if (!from || sqlite3_column_int64 (row, 2) < from)
        continue;
      candidate->is_taken = TRUE;
    }
  return end_rows (local_error, error);
}

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

static int
compare_scores (gconstpointer a, gconstpointer b)
{
  const Candidate *one = *(const Candidate *const *) a, *other = *(const Candidate *const *) b;

  return one->score != other->score ? (one->score < other->score ? 1 : -1) : (one->id > other->id) - (one->id < other->id);
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Candidate *one = *(const Candidate *const *) a, *other = *(const Candidate *const *) b;

  return (one->id > other->id) - (one->id < other->id);
}

static void
take (Choice *self, Candidate *candidate, GPtrArray *taken)
{
  gsize n = candidate->n_bytes + EXTRA_BYTES;

  if (candidate->is_taken || n > self->room)
    return;
  candidate->is_taken = TRUE;
  self->room -= n;
  g_ptr_array_add (taken, candidate);
}

/* The passages before and after the best. */
static gboolean
add_neighbors (Choice *self, GArray *best, GError **error)
{
  for (guint i = 0; i < best->len; i++)
    {
      g_autoptr (sqlite3_stmt) row =
          store_prepare (self->connection, error,
                         "SELECT " CANDIDATE_COLUMNS " FROM passage b JOIN passage p ON p.document_id = b.document_id"
                         " WHERE b.id = ?1 AND p.ordinal IN (b.ordinal + 1, b.ordinal - 1) ORDER BY p.ordinal DESC",
                         "I", g_array_index (best, gint64, i));
      GError *local_error = NULL;

      if (!row)
        return FALSE;
      while (store_step (row, &local_error))
        add_candidate (self, row);
      if (!end_rows (local_error, error))
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
sort_candidates (Choice *self)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; i < self->candidates->len; i++)
    g_ptr_array_add (sorted, &g_array_index (self->candidates, Candidate, i));
  g_ptr_array_sort (sorted, compare_scores);
  return sorted;
}

/* What stands beside the very best. */
static void
take_neighbors (Choice *self, GArray *best, GPtrArray *sorted, GPtrArray *taken)
{
  for (guint i = 0; i < best->len; i++)
    {
      const Candidate *middle = find_candidate (self, g_array_index (best, gint64, i));

      for (guint j = 0; j < sorted->len; j++)
        {
          Candidate *other = sorted->pdata[j];

          if (other->document_id == middle->document_id && ABS ((int) other->ordinal - (int) middle->ordinal) == 1)
            take (self, other, taken);
        }
    }
}

/* The best half of the room by their score, then the neighbors of the very best, then by the score again. */
static GPtrArray *
choose (Choice *self, GError **error)
{
  g_autoptr (GPtrArray) sorted = sort_candidates (self);
  g_autoptr (GArray) best = g_array_new (FALSE, FALSE, sizeof (gint64));
  GPtrArray *taken;
  gsize half = self->room / 2;

  for (guint i = 0; i < MIN (sorted->len, N_NEIGHBORED); i++)
    g_array_append_val (best, ((Candidate *) sorted->pdata[i])->id);
  if (!add_neighbors (self, best, error) || !mark_given (self, error))
    return NULL;
  taken = g_ptr_array_new ();
  g_ptr_array_unref (g_steal_pointer (&sorted));
  sorted = sort_candidates (self);
  for (guint i = 0; i < sorted->len && self->room > half; i++)
    if (((Candidate *) sorted->pdata[i])->score > 0)
      take (self, sorted->pdata[i], taken);
  take_neighbors (self, best, sorted, taken);
  for (guint i = 0; i < sorted->len; i++)
    if (((Candidate *) sorted->pdata[i])->score > 0)
      take (self, sorted->pdata[i], taken);
  g_ptr_array_sort (taken, compare_places);
  return taken;
}

/* ---- A question that follows ------------------------------------------------------------------------------------ */

/* What was foreseen, as far as the question has to do with it. */
static gboolean
take_foreseen (Choice *self, GPtrArray *taken, GError **error)
{
  g_autoptr (sqlite3_stmt) row = NULL;
  GError *local_error = NULL;

  if (!store_exec_script (self->connection->db, FORESEEN, error))
    return FALSE;
  row = store_prepare (self->connection, error,
                       self->draft ? "SELECT passage_id FROM temp.foreseen WHERE parent_id = ?1 ORDER BY place"
                                   : "SELECT f.passage_id FROM message m JOIN temp.foreseen f ON f.parent_id = m.parent_id"
                                     " WHERE m.id = ?1 ORDER BY f.place",
                       "I", self->request->message_id);
  if (!row)
    return FALSE;
  while (store_step (row, &local_error))
    {
      Candidate *candidate = find_candidate (self, sqlite3_column_int64 (row, 0));

      /* What comes behind is new to the model where this goes. */
      if (!candidate || candidate->score <= 0 || candidate->is_taken)
        break;
      take (self, candidate, taken);
    }
  return end_rows (local_error, error);
}

/* Makes room at the end, where that costs the model least; FALSE: nothing there may go. */
static gboolean
give_up_last (Choice *self, GPtrArray *taken)
{
  for (guint i = taken->len; i > 0; i--)
    {
      Candidate *candidate = taken->pdata[i - 1];

      if (candidate->is_needed)
        continue;
      candidate->is_taken = FALSE;
      self->room += candidate->n_bytes + EXTRA_BYTES;
      g_ptr_array_remove_index (taken, i - 1);
      return TRUE;
    }
  return FALSE;
}

/* The best, and what comes near it, in three quarters of the room.  Of these every token is waited for. */
static GPtrArray *
find_needed (Choice *self)
{
  g_autoptr (GPtrArray) sorted = sort_candidates (self);
  GPtrArray *needed = g_ptr_array_new ();
  gsize room = self->room / 4 * 3;
  double least = sorted->len > 0 ? NEAR_BEST * ((Candidate *) sorted->pdata[0])->score : 0;

  for (guint i = 0; i < sorted->len; i++)
    {
      Candidate *candidate = sorted->pdata[i];
      gsize n = candidate->n_bytes + EXTRA_BYTES;

      if (candidate->score <= 0 || candidate->score < least || candidate->is_taken || n > room)
        continue;
      /* The first words of a draft say less than the questions before. */
      if (self->draft && !candidate->is_own)
        continue;
      room -= n;
      candidate->is_needed = TRUE;
      g_ptr_array_add (needed, candidate);
    }
  return needed;
}

static gboolean
are_taken (GPtrArray *needed)
{
  for (guint i = 0; i < needed->len; i++)
    if (!((Candidate *) needed->pdata[i])->is_taken)
      return FALSE;
  return TRUE;
}

/* What stands at the end and is not needed goes where something is to come there: that costs the model nothing. */
static void
trim (Choice *self, GPtrArray *taken, GPtrArray *needed)
{
  while (taken->len > 0 && !are_taken (needed) && !((Candidate *) taken->pdata[taken->len - 1])->is_needed)
    give_up_last (self, taken);
}

/* What was foreseen, then what is needed beside it; of a draft one passage more. */
static GPtrArray *
choose_following (Choice *self, GError **error)
{
  g_autoptr (GPtrArray) needed = NULL, taken = g_ptr_array_new ();

  if (!mark_given (self, error))
    return NULL;
  needed = find_needed (self);
  if (!take_foreseen (self, taken, error))
    return NULL;
  trim (self, taken, needed);
  for (guint i = 0, n_new = 0; i < needed->len && (!self->draft || n_new == 0); i++)
    {
      Candidate *candidate = needed->pdata[i];

      if (candidate->is_taken)
        continue;
      while (self->room < candidate->n_bytes + EXTRA_BYTES && give_up_last (self, taken))
        ;
      take (self, candidate, taken);
      n_new++;
    }
  return g_steal_pointer (&taken);
}

/* In the order in which they are given; the numbers of new ones grow. */
static GPtrArray *
choose_passages (Choice *self, GError **error)
{
  GPtrArray *taken;

  for (guint i = 0; i < self->questions->len; i++)
    if (!score (self, self->questions->pdata[i], i ? OLDER_WEIGHT : 1, i == 0, error))
      return NULL;
  if (self->candidates->len == 0 && !add_beginning (self, error))
    return NULL;
  taken = self->has_new ? choose (self, error) : choose_following (self, error);
  for (guint i = 0; taken && i < taken->len; i++)
    {
      Candidate *candidate = taken->pdata[i];

      if (!candidate->number)
        candidate->number = self->next_number++;
    }
  return taken;
}

static gboolean
give_passages (Choice *self, GError **error)
{
  g_autoptr (GPtrArray) taken = choose_passages (self, error);

  if (!taken)
    return FALSE;
  for (guint i = 0; i < taken->len; i++)
    {
      const Candidate *candidate = taken->pdata[i];

      if (!store_exec (self->connection, NULL, error, "INSERT INTO given (message_id, passage_id, number) VALUES (?1, ?2, ?3)",
                       "IIi", self->request->message_id, candidate->id, (int) candidate->number))
        return FALSE;
    }
  return store_exec_script (self->connection->db, FORESEEN "DELETE FROM temp.foreseen", error);
}

static gboolean
count_given (Choice *self, gint64 *ret_n, GError **error)
{
  return store_query_int (self->connection, 0, ret_n, error, "SELECT count (*) FROM given WHERE message_id = ?1", "I",
                          self->request->message_id);
}

/* Whether there is anything to choose from. */
static gboolean
prepare (Choice *self, gboolean *ret_is_any, GError **error)
{
  gint64 next = 0, n_attached = 0, n_new = 0, is_any = 0;

  *ret_is_any = FALSE;
  /* Most histories have no documents at all. */
  if (!store_query_int (self->connection, 0, &is_any, error, "SELECT 1 FROM attachment LIMIT 1", ""))
    return FALSE;
  if (!is_any)
    return TRUE;
  if (!read_branch (self, error) || !write_branch (self, error)
      || !store_query_int (self->connection, 0, &n_attached, error,
                           "SELECT count (*) FROM temp.asked q JOIN attachment a ON a.message_id = q.id", "")
      || !store_query_int (self->connection, 0, &n_new, error,
                           "SELECT count (*) FROM temp.asked q JOIN attachment a ON a.message_id = q.id WHERE q.place = 0", ""))
    return FALSE;
  if (n_attached == 0)
    return TRUE;
  if (!store_query_int (self->connection, 0, &next, error,
                        "SELECT max (g.number) FROM temp.asked q JOIN given g ON g.message_id = q.id", ""))
    return FALSE;
  self->next_number = next + 1;
  self->has_new = n_new > 0;
  *ret_is_any = TRUE;
  return read_questions (self, error);
}

static gboolean
decide (Choice *self, gint64 *ret_n, GError **error)
{
  gboolean is_any;

  if (!prepare (self, &is_any, error))
    return FALSE;
  return !is_any
         || (decide_uses (self, error) && (self->request->adds || give_whole (self, error)) && give_passages (self, error)
             && count_given (self, ret_n, error));
}

static void
choice_init (Choice *self, StoreConnection *connection, const StoreGive *request, const char *draft)
{
  *self = (Choice){
    .connection = connection,
    .request = request,
    .draft = draft,
    .branch = g_array_new (FALSE, TRUE, sizeof (gint64)),
    .questions = g_ptr_array_new_with_free_func (g_free),
    .candidates = g_array_new (FALSE, FALSE, sizeof (Candidate)),
    .indices = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL),
    .room = request->passage_bytes,
  };
}

static void
choice_clear (Choice *self)
{
  g_array_unref (self->branch);
  g_ptr_array_unref (self->questions);
  g_array_unref (self->candidates);
  g_hash_table_unref (self->indices);
}

static gboolean
give_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const StoreGive *give = request;
  Choice self;
  gboolean success;

  choice_init (&self, connection, give, NULL);
  success = count_given (&self, &result->id, error);
  if (success && (result->id == 0 || give->adds))
    success = decide (&self, &result->id, error);
  choice_clear (&self);
  return success;
}

void
store_give_async (StoreDb *self, const StoreGive *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                  gpointer user_data)
{
  g_return_if_fail (request != NULL);

  store_db_request (self, STORE_ACCESS_SYNCED, give_work, g_memdup2 (request, sizeof *request), g_free, cancellable, callback,
                    user_data);
}

/* ---- A draft ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  StoreGive give;
  char *text;
} Draft;

static void
draft_free (gpointer data)
{
  Draft *draft = data;

  g_free (draft->text);
  g_free (draft);
}

static gboolean
add_passage (Choice *self, const Candidate *candidate, GPtrArray *list, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (StorePassage) passage =
      store_passage_read (self->connection, candidate->id, self->request->message_id, &local_error);

  if (!passage)
    return end_rows (local_error, error);
  passage->number = candidate->number;
  g_ptr_array_add (list, g_steal_pointer (&passage));
  return TRUE;
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const Candidate *one = *(const Candidate *const *) a, *other = *(const Candidate *const *) b;

  return (one->number > other->number) - (one->number < other->number);
}

static gboolean
foresee (Choice *self, GPtrArray *list, GError **error)
{
  g_autoptr (GPtrArray) taken = choose_passages (self, error);
  gboolean success = taken && store_exec_script (self->connection->db, FORESEEN "DELETE FROM temp.foreseen", error);

  for (guint i = 0; success && i < taken->len; i++)
    success = store_exec (self->connection, NULL, error, "INSERT INTO temp.foreseen VALUES (?1, ?2, ?3)", "iII", (int) i,
                          self->request->message_id, ((Candidate *) taken->pdata[i])->id);
  if (success)
    g_ptr_array_sort (taken, compare_numbers);
  for (guint i = 0; success && i < taken->len; i++)
    success = add_passage (self, taken->pdata[i], list, error);
  return success;
}

/* Without a word that may go on. */
static char *
dup_whole_words (const char *text)
{
  gsize n = strlen (text);

  while (n > 0 && g_ascii_isalnum (text[n - 1]))
    n--;
  return g_strndup (text, n);
}

static gboolean
foresee_work (StoreConnection *connection, gpointer request, StoreResult *result, GError **error)
{
  const Draft *draft = request;
  Choice self;
  gboolean is_any, success;

  result->list = store_passage_list_new ();
  choice_init (&self, connection, &draft->give, draft->text);
  success = prepare (&self, &is_any, error) && (!is_any || foresee (&self, result->list, error));
  choice_clear (&self);
  return success;
}

void
store_foresee_async (StoreDb *self, const StoreGive *request, const char *text, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  Draft *draft;

  g_return_if_fail (request != NULL && text != NULL);

  draft = g_new (Draft, 1);
  *draft = (Draft){ *request, dup_whole_words (text) };
  store_db_request (self, STORE_ACCESS_READ, foresee_work, draft, draft_free, cancellable, callback, user_data);
}
