/* bench-passages.c: whether the passages that a question is given have the words that answer it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-passages TEXT NAME PAGES < questions; a line has a question, a tab and the words.  Prints a line for each: whether they were
 * given, the bytes that were given, and the question.  Then the same in one chat, where each question follows the one before, and what
 * those two before were given counts too: the model still has it.  bench-passages.py runs it.
 */
#include <stdio.h>
#include <string.h>

#include <json-glib/json-glib.h>

#include "store-test.h"

/* What a context of 8,192 tokens leaves: myna-attachment.c. */
#define PASSAGE_BYTES 7168

static char *
make_json (const char *name, const char *text, const char *pages)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  const char *const members[][2] = {
    { "name", name }, { "text", text }, { "type", "pdf" }, { "use", "passages" }, { "pages", pages }
  };

  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  for (guint i = 0; i < (*pages == '0' ? 4 : 5); i++)
    {
      json_builder_set_member_name (builder, members[i][0]);
      json_builder_add_string_value (builder, members[i][1]);
    }
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static char *
without_blanks (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
  return g_string_free (out, FALSE);
}

/* Asks behind the parent; parent 0: as the document is attached. */
static StoreMessage *
ask (StoreDb *db, gint64 chat, gint64 parent, const char *json, const char *question)
{
  g_autoptr (StoreMessage) message = store_message_new ();
  StoreGive give = { .passage_bytes = PASSAGE_BYTES, .prompt_from = 1 };

  message->conversation_id = chat;
  message->parent_id = parent;
  message->role = STORE_ROLE_USER;
  message->attachments = parent ? NULL : g_strdup (json);
  g_free (message->text);
  message->text = g_strdup (question);
  give.message_id = test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
  test_wait_id (TEST_CALL (db, store_give_async, &give), NULL);
  return test_get_message (db, give.message_id);
}

static void
print (const char *kind, GPtrArray *asked, const char *question, const char *words)
{
  g_autoptr (GString) given = g_string_new (NULL);
  g_autofree char *all = NULL, *wanted = without_blanks (words);
  gsize n_last = 0;

  for (guint i = 0; i < asked->len; i++)
    {
      const StoreMessage *message = asked->pdata[i];

      n_last = given->len;
      for (guint k = 0; message->given && k < message->given->len; k++)
        g_string_append (given, ((StorePassage *) message->given->pdata[k])->text);
    }
  all = without_blanks (given->str);
  printf ("%s %s %6" G_GSIZE_FORMAT " %s\n", kind, strstr (all, wanted) ? "given" : "NOT  ", given->len - n_last, question);
}

/* A chat of its own for each question, or one for all. */
static void
ask_all (StoreDb *db, const char *json, GPtrArray *questions, gboolean follows)
{
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);
  gint64 chat = 0, parent = 0;

  for (guint i = 0; i < questions->len; i++)
    {
      char **parts = questions->pdata[i];

      if (!follows || i == 0)
        {
          chat = test_add_conversation (db, "");
          parent = 0;
          g_ptr_array_set_size (asked, 0);
        }
      g_ptr_array_add (asked, ask (db, chat, parent, json, parts[0]));
      parent = ((StoreMessage *) asked->pdata[asked->len - 1])->id;
      if (!follows || i > 0)
        print (follows ? "next " : "first", asked, parts[0], parts[1]);
    }
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) questions = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  g_autofree char *text = NULL, *json = NULL;
  g_autoptr (StoreDb) db = NULL;
  char line[1000];

  if (argc != 4 || !g_file_get_contents (argv[1], &text, NULL, NULL))
    return 2;
  json = make_json (argv[2], text, argv[3]);
  db = test_open_memory ();
  while (fgets (line, sizeof line, stdin))
    {
      g_auto (GStrv) parts = g_strsplit (g_strchomp (line), "\t", 2);

      if (parts[0] && parts[1])
        g_ptr_array_add (questions, g_steal_pointer (&parts));
    }
  ask_all (db, json, questions, FALSE);
  ask_all (db, json, questions, TRUE);
  return 0;
}
