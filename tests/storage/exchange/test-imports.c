/* test-imports.c: what files of other programs become: each of imports/ against the .txt beside it, and those of import-cases/
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file of import-cases/ holds many small ones of a program: "## NAME", the file, "=>", what it becomes, and an empty line.
 *
 * With MYNA_WRITE_EXPECTED=1 in the environment what they become is written instead, to be read before it is kept.
 */
#include "exchange-fixture.h"

#include <string.h>

/* clang-format off */
static const char *const states[] = { "new", "grown", "known", "trashed", "repeated", "empty", "refused" };
static const char *const notes[] = { "role", "part", "member", "hidden", "empty", "medium", "mended", "no-parent", "shared-id" };
static const char *const roles[] = { "system", "user", "assistant", "observation" };
/* clang-format on */

static GPtrArray *
import (StoreDb *db, const char *path, gboolean inserts, const guint *indices, gsize n_indices, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return inserts ? test_wait_list (TEST_CALL (db, store_import_async, file, indices, n_indices, NULL), error)
                 : test_wait_list (TEST_CALL (db, store_preview_import_async, file, NULL), error);
}

static GPtrArray *
import_text (TestExchange *fixture, const char *text, gssize n_bytes, GError **error)
{
  g_autofree char *path = g_build_filename (fixture->folder, "import", NULL);

  g_assert_true (g_file_set_contents (path, text, n_bytes, NULL));
  return import (fixture->db, path, TRUE, NULL, 0, error);
}

static StoreImportEntry *
entry (GPtrArray *list, guint i)
{
  g_assert_nonnull (list);
  g_assert_cmpuint (i, <, list->len);
  return list->pdata[i];
}

/* ---- Everything as text ----------------------------------------------------------------------------------------- */

static void
append_entries (GString *out, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const StoreImportEntry *from = entries->pdata[i];

      g_string_append_printf (out, "%s %s \"%s\" %u/%u", states[from->state], from->source, from->title, from->n_new,
                              from->n_messages);
      if (from->problem)
        g_string_append_printf (out, ": %s", from->problem);
      g_string_append_c (out, '\n');
      for (guint j = 0; j < from->notes->len; j++)
        {
          const StoreImportNote *note = from->notes->pdata[j];

          g_string_append_printf (out, "    %s \"%s\" %u\n", notes[note->kind], note->name, note->n);
        }
    }
}

/* The messages below `parent`, the branch shown with stars. */
static void
append_below (GString *out, StoreDb *db, GHashTable *shown, GPtrArray *all, gint64 parent, int depth)
{
  for (guint i = 0; i < all->len; i++)
    {
      const StoreMessage *message = all->pdata[i];
      g_autoptr (GString) line = g_string_new (NULL);

      if (message->parent_id != parent)
        continue;
      for (const char *at = message->text; *at; at++)
        if (*at == '\n')
          g_string_append (line, "\\n");
        else
          g_string_append_c (line, *at);
      g_string_append_printf (out, "%*s%c %s%s%s: %s", 2 * depth, "", g_hash_table_contains (shown, &message->id) ? '*' : '-',
                              roles[message->role], message->model ? " of " : "", message->model ? message->model : "",
                              line->str);
      if (message->attachments)
        g_string_append_printf (out, " + %s", message->attachments);
      if (message->call)
        g_string_append_printf (out, " [call %d of %s, %s: %s]", message->call->state, message->call->tool,
                                message->call->arguments, message->call->result);
      g_string_append_c (out, '\n');
      append_below (out, db, shown, all, message->id, depth + 1);
    }
}

static void
append_history (GString *out, StoreDb *db)
{
  for (gint64 id = 1; id < 1000; id++)
    {
      g_autoptr (GPtrArray) row = test_wait_list (TEST_CALL (db, store_get_conversation_async, id), NULL);
      g_autoptr (GHashTable) shown = g_hash_table_new (g_int64_hash, g_int64_equal);
      g_autoptr (GPtrArray) branch = NULL, all = NULL;
      gint64 ids[1000];

      if (!row)
        return;
      g_string_append_printf (out, "== %s\n", ((StoreConversation *) row->pdata[0])->title);
      branch = test_branch (db, id, 0);
      for (guint i = 0; i < branch->len; i++)
        g_hash_table_add (shown, &((StoreMessage *) branch->pdata[i])->id);
      for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
        ids[i] = i + 1;
      all = test_wait_list (TEST_CALL (db, store_get_messages_async, ids, G_N_ELEMENTS (ids)), NULL);
      for (guint i = all->len; i > 0; i--)
        if (((StoreMessage *) all->pdata[i - 1])->conversation_id != id)
          g_ptr_array_remove_index (all, i - 1);
      append_below (out, db, shown, all, 0, 0);
    }
}

static char *
describe_import (StoreDb *db, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = import (db, path, TRUE, NULL, 0, &error);
  GString *out = g_string_new (NULL);

  if (entries)
    append_entries (out, entries);
  else
    g_string_append_printf (out, "refused: %s\n", error->message);
  append_history (out, db);
  return g_string_free (out, FALSE);
}

/* ---- The files -------------------------------------------------------------------------------------------------- */

/* The preview says what the import does, and a second import does nothing. */
static void
check_previews (const char *path)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  g_autoptr (GPtrArray) preview = import (db, path, FALSE, NULL, 0, NULL);
  g_autoptr (GPtrArray) added = import (db, path, TRUE, NULL, 0, NULL);
  g_autoptr (GPtrArray) again = import (db, path, FALSE, NULL, 0, NULL);
  g_autoptr (GString) before = g_string_new (NULL), after = g_string_new (NULL);

  g_assert_true (!preview == !added && !added == !again);
  if (!added)
    return;
  append_entries (before, preview);
  append_entries (after, added);
  g_assert_cmpstr (before->str, ==, after->str);
  g_assert_cmpuint (again->len, ==, added->len);
  for (guint i = 0; i < again->len; i++)
    {
      g_assert_true (entry (again, i)->state != STORE_IMPORT_NEW && entry (again, i)->state != STORE_IMPORT_GROWN);
      g_assert_cmpuint (entry (again, i)->n_new, ==, 0);
      g_assert_true (entry (again, i)->is_duplicate);
    }
}

static void
test_file (gconstpointer data)
{
  const char *path = data;
  g_autofree char *expected_path = g_strconcat (path, ".txt", NULL), *expected = NULL, *found = NULL;
  g_autoptr (StoreDb) db = test_open_memory ();

  found = describe_import (db, path);
  if (g_getenv ("MYNA_WRITE_EXPECTED"))
    g_assert_true (g_file_set_contents (expected_path, found, -1, NULL));
  g_assert_true (g_file_get_contents (expected_path, &expected, NULL, NULL));
  g_assert_cmpstr (found, ==, expected);
  check_previews (path);
}

static void
add_files (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "imports", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)))
    if (!g_str_has_suffix (name, ".txt"))
      {
        g_autofree char *test = g_strconcat ("/imports/", name, NULL);

        g_test_add_data_func_full (test, g_build_filename (folder, name, NULL), test_file, g_free);
        n++;
      }
  g_assert_cmpuint (n, >, 50);
}

/* ---- Cases ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  char *path; /* of the file that holds it */
  char *name;
} Case;

static void
case_free (gpointer data)
{
  Case *self = data;

  g_free (self->path);
  g_free (self->name);
  g_free (self);
}

/* The case's own file, and what it becomes; *ret_at, *ret_end: where that stands in the text. */
static char *
find_case (const Case *self, const char *text, const char **ret_at, const char **ret_end)
{
  g_autofree char *head = g_strdup_printf ("## %s\n", self->name);
  const char *start = strstr (text, head), *arrow;

  g_assert_nonnull (start);
  start += strlen (head);
  arrow = strstr (start, "\n=>\n");
  g_assert_nonnull (arrow);
  *ret_at = arrow + strlen ("\n=>\n");
  *ret_end = strstr (*ret_at, "\n\n## ");
  if (!*ret_end)
    *ret_end = text + strlen (text) - 1;
  return g_strndup (start, arrow - start);
}

static void
write_expected (const Case *self, const char *text, const char *at, const char *end, const char *found)
{
  g_autofree char *before = g_strndup (text, at - text);
  g_autofree char *all = g_strconcat (before, found, *found && !g_str_has_prefix (end, "\n") ? "\n" : "",
                                      g_str_has_prefix (end, "\n") ? end : "\n", NULL);

  g_assert_true (g_file_set_contents (self->path, all, -1, NULL));
}

static void
test_case (TestExchange *fixture, gconstpointer data)
{
  const Case *self = data;
  g_autofree char *path = g_build_filename (fixture->folder, "import", NULL), *text = NULL, *input = NULL, *found = NULL;
  g_autofree char *expected = NULL;
  const char *at, *end;

  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  input = find_case (self, text, &at, &end);
  g_assert_true (g_file_set_contents (path, input, -1, NULL));
  found = describe_import (fixture->db, path);
  g_strchomp (found);
  if (g_getenv ("MYNA_WRITE_EXPECTED"))
    write_expected (self, text, at, end, found);
  else
    {
      expected = g_strchomp (g_strndup (at, end - at));
      g_assert_cmpstr (found, ==, expected);
    }
  check_previews (path);
}

static GPtrArray *cases; /* all of them, for as long as the tests run */

static guint
add_cases_of (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL), *text = NULL;
  g_autofree char *program = g_strndup (file, strcspn (file, "."));
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  for (const char *at = text; at; at = strstr (at, "\n\n## "), at = at ? at + 2 : NULL, n++)
    {
      Case *self = g_new0 (Case, 1);
      g_autofree char *test = NULL;

      g_assert_true (g_str_has_prefix (at, "## "));
      self->path = g_strdup (path);
      self->name = g_strndup (at + 3, strcspn (at + 3, "\n"));
      test = g_strconcat ("/cases/", program, "/", self->name, NULL);
      g_test_add_vtable (test, sizeof (TestExchange), self, (GTestFixtureFunc) test_exchange_set_up,
                         (GTestFixtureFunc) test_case, (GTestFixtureFunc) test_exchange_tear_down);
      g_ptr_array_add (cases, self);
    }
  return n;
}

static void
add_cases (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "import-cases", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  cases = g_ptr_array_new_with_free_func (case_free);
  while ((name = g_dir_read_name (dir)))
    n += add_cases_of (folder, name);
  g_assert_cmpuint (n, >=, 100);
}

/* ---- Chats that went on ----------------------------------------------------------------------------------------- */

#define CHATGPT(nodes, head) \
  "[{\"conversation_id\":\"c\",\"title\":\"T\",\"current_node\":\"" head "\",\"mapping\":{" nodes "}}]"
#define NODE(id, parent, role, text)                                                                     \
  "\"" id "\":{\"id\":\"" id "\",\"parent\":" parent ",\"message\":{\"author\":{\"role\":\"" role "\"}," \
  "\"content\":{\"content_type\":\"text\",\"parts\":[\"" text "\"]}}}"
#define FIRST  NODE ("u1", "null", "user", "q1") "," NODE ("a1", "\"u1\"", "assistant", "r1")
#define SECOND NODE ("u2", "\"a1\"", "user", "q2") "," NODE ("a2", "\"u2\"", "assistant", "r2")
#define OTHER  NODE ("b1", "\"u1\"", "assistant", "r1 again")

static void
assert_history (StoreDb *db, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  append_history (text, db);
  g_assert_cmpstr (text->str, ==, expected);
}

/* What is new is added at its place, once; the branch that is shown goes on. */
static void
test_grown (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) first = import_text (fixture, CHATGPT (FIRST, "a1"), -1, NULL);
  g_autoptr (GPtrArray) second = import_text (fixture, CHATGPT (FIRST "," OTHER "," SECOND, "a2"), -1, NULL);
  g_autoptr (GPtrArray) third = import_text (fixture, CHATGPT (FIRST, "a1"), -1, NULL);

  g_assert_cmpint (entry (first, 0)->state, ==, STORE_IMPORT_NEW);
  g_assert_cmpint (entry (second, 0)->state, ==, STORE_IMPORT_GROWN);
  g_assert_cmpuint (entry (second, 0)->n_new, ==, 3);
  g_assert_cmpuint (entry (second, 0)->n_messages, ==, 5);
  g_assert_cmpint (entry (third, 0)->state, ==, STORE_IMPORT_KNOWN);
  assert_history (fixture->db, "== T\n* user: q1\n  * assistant: r1\n    * user: q2\n      * assistant: r2\n"
                               "  - assistant: r1 again\n");
}

/* Where the person went on here, too, both are kept and theirs stays in front. */
static void
test_grown_here (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) first = import_text (fixture, CHATGPT (FIRST, "a1"), -1, NULL);
  g_autoptr (GPtrArray) second = NULL;

  test_add_message (fixture->db, 1, 2, STORE_ROLE_USER, STORE_STATE_COMPLETE, "mine");
  second = import_text (fixture, CHATGPT (FIRST "," SECOND, "a2"), -1, NULL);
  g_assert_cmpuint (entry (second, 0)->n_new, ==, 2);
  assert_history (fixture->db, "== T\n* user: q1\n  * assistant: r1\n    * user: mine\n    - user: q2\n"
                               "      - assistant: r2\n");
}

/* Without any id: by its beginning. */
static void
test_grown_turns (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) first = import_text (fixture, "[[\"q1\",\"r1\"]]", -1, NULL);
  g_autoptr (GPtrArray) second = import_text (fixture, "[[\"q1\",\"r1\"],[\"q2\",\"r2\"]]", -1, NULL);
  g_autoptr (GPtrArray) again = import_text (fixture, "[[\"q1\",\"r1\"],[\"q2\",\"r2\"]]", -1, NULL);
  g_autoptr (GPtrArray) other = import_text (fixture, "[[\"q1\",\"r0\"],[\"q2\",\"r2\"]]", -1, NULL);

  g_assert_cmpint (entry (second, 0)->state, ==, STORE_IMPORT_GROWN);
  g_assert_cmpint (entry (again, 0)->state, ==, STORE_IMPORT_KNOWN);
  g_assert_cmpint (entry (other, 0)->state, ==, STORE_IMPORT_NEW);
  assert_history (fixture->db, "== q1\n* user: q1\n  * assistant: r1\n    * user: q2\n      * assistant: r2\n"
                               "== q1\n* user: q1\n  * assistant: r0\n    * user: q2\n      * assistant: r2\n");
}

static void
test_grown_own (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) copy = test_open_memory ();
  g_autofree char *path = g_build_filename (fixture->folder, "export", NULL), *old = NULL, *new = NULL, *merged = NULL;
  g_autoptr (GPtrArray) first = NULL, second = NULL;

  test_make_history (fixture->db);
  old = test_export_text (fixture, fixture->db, STORE_FORMAT_JSON);
  first = import (copy, path, TRUE, NULL, 0, NULL);
  test_add_message (fixture->db, 1, 3, STORE_ROLE_USER, STORE_STATE_COMPLETE, "and then?");
  new = test_export_text (fixture, fixture->db, STORE_FORMAT_JSON);
  second = import (copy, path, TRUE, NULL, 0, NULL);
  g_assert_cmpint (entry (second, 0)->state, ==, STORE_IMPORT_GROWN);
  g_assert_cmpuint (entry (second, 0)->n_new, ==, 1);
  g_assert_cmpint (entry (second, 1)->state, ==, STORE_IMPORT_KNOWN);
  merged = test_export_text (fixture, copy, STORE_FORMAT_JSON);
  g_assert_nonnull (strstr (merged, "and then?"));
  g_assert_cmpuint (strlen (merged), ==, strlen (new));
}

/* What is there, also in the bin, is taken again as a copy when it is chosen, and only then. */
static void
test_copy (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "import", NULL);
  g_autoptr (GPtrArray) first = import_text (fixture, CHATGPT (FIRST, "a1"), -1, NULL);
  g_autoptr (GPtrArray) preview = NULL, copied = NULL, active = NULL;
  guint index = 0;

  test_do (fixture->db, store_delete_async, 1);
  preview = import (fixture->db, path, FALSE, NULL, 0, NULL);
  g_assert_cmpint (entry (preview, 0)->state, ==, STORE_IMPORT_TRASHED);
  g_assert_true (store_import_entry_can_copy (entry (preview, 0)));
  copied = import (fixture->db, path, TRUE, &index, 1, NULL);
  g_assert_cmpint (entry (copied, 0)->state, ==, STORE_IMPORT_NEW);
  g_assert_cmpuint (entry (copied, 0)->n_new, ==, 2);
  active = test_list (fixture->db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (active->len, ==, 1);
}

/* ---- Many with one id ------------------------------------------------------------------------------------------- */

static void
test_one_id (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("[");
  g_autoptr (GPtrArray) added = NULL, sum = NULL, again = NULL;
  guint n_new = 0, n_repeated = 0;

  for (int i = 0; i < 200; i++)
    g_string_append_printf (text,
                            "%s{\"uuid\":\"x\",\"name\":\"n\",\"chat_messages\":[{\"sender\":\"human\",\"text\":\"%d\"}]}",
                            i ? "," : "", i / 2);
  g_string_append_c (text, ']');
  added = import_text (fixture, text->str, -1, NULL);
  g_assert_cmpuint (added->len, ==, 200);
  for (guint i = 0; i < added->len; i++)
    {
      n_new += entry (added, i)->state == STORE_IMPORT_NEW;
      n_repeated += entry (added, i)->state == STORE_IMPORT_REPEATED;
    }
  g_assert_cmpuint (n_new, ==, 100);
  g_assert_cmpuint (n_repeated, ==, 100);
  sum = store_import_sum_notes (added);
  g_assert_cmpuint (sum->len, ==, 1);
  g_assert_cmpint (((StoreImportNote *) sum->pdata[0])->kind, ==, STORE_IMPORT_NOTE_SHARED_ID);
  again = import_text (fixture, text->str, -1, NULL);
  for (guint i = 0; i < again->len; i++)
    g_assert_cmpint (entry (again, i)->state, ==, i % 2 ? STORE_IMPORT_REPEATED : STORE_IMPORT_KNOWN);
}

/* ---- Encodings -------------------------------------------------------------------------------------------------- */

/* UTF-16 of both kinds, with and without a mark, longer than the reader's buffer, with half of a pair in it. */
static void
test_utf16 (TestExchange *fixture, gconstpointer data)
{
  g_autoptr (GString) utf8 = g_string_new ("[{\"role\":\"user\",\"content\":\"");

  for (int i = 0; i < 30000; i++)
    g_string_append (utf8, "潮😀");
  g_string_append (utf8, "x\"}]");
  for (int kind = 0; kind < 4; kind++)
    {
      g_autoptr (StoreDb) db = test_open_memory ();
      g_autofree char *path = g_build_filename (fixture->folder, "import", NULL);
      gsize n = 0;
      g_autofree char *text = g_convert (utf8->str, utf8->len, kind & 1 ? "UTF-16BE" : "UTF-16LE", "UTF-8", NULL, &n, NULL);
      g_autoptr (GString) file = g_string_new_len (kind & 2 ? "" : kind & 1 ? "\376\377" : "\377\376", kind & 2 ? 0 : 2);
      g_autoptr (GPtrArray) added = NULL;
      g_autoptr (StoreMessage) message = NULL;

      /* Without its other half. */
      text[n - 10 + (kind & 1 ? 0 : 1)] = '\xd8';
      text[n - 10 + (kind & 1 ? 1 : 0)] = '\x3d';
      g_string_append_len (file, text, n);
      g_assert_true (g_file_set_contents (path, file->str, file->len, NULL));
      added = import (db, path, TRUE, NULL, 0, NULL);
      g_assert_cmpint (entry (added, 0)->state, ==, STORE_IMPORT_NEW);
      g_assert_cmpuint (entry (added, 0)->notes->len, ==, 1);
      message = test_get_message (db, 1);
      g_assert_true (g_str_has_prefix (message->text, "潮😀潮"));
      g_assert_true (g_str_has_suffix (message->text, "😀\357\277\275x") || g_str_has_suffix (message->text, "\357\277\275x")
                     || g_str_has_suffix (message->text, "\357\277\275"));
      g_assert_true (g_utf8_validate (message->text, -1, NULL));
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);

  add_files ();
  add_cases ();
#define ADD(name, function) g_test_add (name, TestExchange, NULL, test_exchange_set_up, function, test_exchange_tear_down)
  ADD ("/imports/grown", test_grown);
  ADD ("/imports/grown-here", test_grown_here);
  ADD ("/imports/grown-turns", test_grown_turns);
  ADD ("/imports/grown-own", test_grown_own);
  ADD ("/imports/copy", test_copy);
  ADD ("/imports/one-id", test_one_id);
  ADD ("/imports/utf16", test_utf16);
  status = g_test_run ();
  g_ptr_array_unref (cases);

  return status;
}
