/* bench-passages.c: whether the passages that a question is given have the words that answer it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench-passages TEXT NAME PAGES < questions; a line has a question, a tab and the words.  Prints a line for each: whether they were
 * given, the bytes that were given, and the question.  bench-passages.py runs it.
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

/* A chat of its own for each question, as after the document was attached. */
static void
ask (StoreDb *db, const char *json, const char *question, const char *words)
{
  g_autoptr (StoreMessage) message = store_message_new (), asked = NULL;
  g_autoptr (GString) given = g_string_new (NULL);
  g_autofree char *all = NULL, *wanted = without_blanks (words);
  StoreGive give = { 0, 0, PASSAGE_BYTES };

  message->conversation_id = test_add_conversation (db, "");
  message->role = STORE_ROLE_USER;
  message->attachments = g_strdup (json);
  g_free (message->text);
  message->text = g_strdup (question);
  give.message_id = test_wait_id (TEST_CALL (db, store_add_message_async, message), NULL);
  test_wait_id (TEST_CALL (db, store_give_async, &give), NULL);
  asked = test_get_message (db, give.message_id);
  for (guint i = 0; asked->given && i < asked->given->len; i++)
    g_string_append (given, ((StorePassage *) asked->given->pdata[i])->text);
  all = without_blanks (given->str);
  printf ("%s %6" G_GSIZE_FORMAT " %s\n", strstr (all, wanted) ? "given" : "NOT  ", given->len, question);
}

int
main (int argc, char **argv)
{
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
        ask (db, json, parts[0], parts[1]);
    }
  return 0;
}
