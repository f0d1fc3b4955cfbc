/* test-personas.c: bundled personas, and the person's own as files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-personas.h"
#include "chat/myna-problem.h"
#include "chat/persona-choice.h"

#define N_BUNDLED 6

static char *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  char *folder = g_dir_make_tmp ("myna-personas-XXXXXX", &error);

  g_assert_no_error (error);

  return folder;
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
}

static guint
count (MynaPersonas *personas)
{
  return g_list_model_get_n_items (myna_personas_get_list (personas));
}

static MynaPersona *
get (MynaPersonas *personas, guint i)
{
  g_autoptr (MynaPersona) persona = g_list_model_get_item (myna_personas_get_list (personas), i);

  return persona;
}

static void
test_bundled (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (MynaPersonas) personas = myna_personas_new (folder);

  g_assert_cmpuint (count (personas), ==, N_BUNDLED);
  for (guint i = 0; i < N_BUNDLED; i++)
    {
      g_auto (MynaChatSettings) settings = { 0 };
      g_autofree char *summary = myna_persona_summarise (get (personas, i)), *json = NULL, *with_tools = NULL;

      myna_chat_settings_parse (&settings, myna_persona_get_settings (get (personas, i)));
      g_assert_cmpuint (strlen (settings.system_prompt), >, 20);
      g_assert_true (myna_chat_settings_is_set (&settings, MYNA_SETTING_TEMPERATURE));
      g_assert_true (g_str_has_prefix (settings.system_prompt, summary));
      g_assert_false (myna_personas_is_own (personas, get (personas, i)));
      g_assert_true (myna_personas_find (personas, myna_persona_get_settings (get (personas, i))) == get (personas, i));
      /* A chat that uses tools with it uses it all the same. */
      with_tools =
          myna_chat_settings_dup_with_tools (myna_persona_get_settings (get (personas, i)), "{\"tools\":[\"calculate\"]}");
      g_assert_true (myna_personas_find (personas, with_tools) == get (personas, i));
      /* Whether its model thinks is no other persona. */
      settings.thinking = MYNA_THINKING_OFF;
      json = myna_chat_settings_to_json (&settings);
      g_assert_true (myna_personas_find (personas, json) == get (personas, i));
    }
  g_assert_null (myna_personas_find (personas, "{\"tools\":[\"calculate\"]}"));
  g_assert_null (myna_personas_find (personas, "{\"thinking\":false}"));
  remove_folder (folder);
}

static void
test_own (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (MynaPersonas) personas = myna_personas_new (folder);
  g_autoptr (MynaPersona) start = myna_persona_new ("  海盗\n船长 ", "{\"system\":\"啊哈！\",\"top_k\":7}", "/models/a.gguf");
  g_autoptr (MynaPersona) changed = myna_persona_new ("Admiral", NULL, NULL);
  g_autoptr (MynaPersonas) again = NULL;
  g_autoptr (MynaPersonas) after = NULL;
  g_autoptr (GError) error = NULL;
  MynaPersona *copy;

  g_assert_cmpstr (myna_persona_get_name (start), ==, "海盗 船长");
  g_assert_nonnull (myna_personas_add (personas, start, &error));
  copy = myna_personas_add (personas, start, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (myna_persona_get_name (copy), ==, "海盗 船长 2");
  g_assert_true (myna_personas_is_own (personas, copy));

  again = myna_personas_new (folder);
  g_assert_cmpuint (count (again), ==, N_BUNDLED + 2);
  g_assert_cmpstr (myna_persona_get_settings (get (again, N_BUNDLED)), ==, "{\"system\":\"啊哈！\",\"top_k\":7}");
  g_assert_cmpstr (myna_persona_get_model (get (again, N_BUNDLED)), ==, "/models/a.gguf");

  g_assert_true (myna_personas_change (again, get (again, N_BUNDLED), changed, &error));
  g_assert_true (myna_personas_remove (again, get (again, N_BUNDLED + 1), &error));
  g_assert_no_error (error);
  after = myna_personas_new (folder);
  g_assert_cmpuint (count (after), ==, N_BUNDLED + 1);
  g_assert_cmpstr (myna_persona_get_name (get (after, N_BUNDLED)), ==, "Admiral");
  g_assert_null (myna_persona_get_settings (get (after, N_BUNDLED)));
  remove_folder (folder);
}

static void
test_share (void)
{
  g_autoptr (MynaPersona) persona = myna_persona_new ("Teacher", "{\"temperature\":0.5}", "/home/me/a.gguf");
  g_autofree char *json = myna_persona_to_json (persona, MYNA_PERSONA_TO_SHARE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPersona) again = myna_persona_from_json (json, strlen (json), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (myna_persona_get_name (again), ==, "Teacher");
  g_assert_cmpstr (myna_persona_get_settings (again), ==, "{\"temperature\":0.5}");
  /* Where the person's files lie is nobody else's business. */
  g_assert_null (strstr (json, "/home/me"));
  g_assert_cmpstr (myna_persona_get_model (again), ==, "a.gguf");
}

static void
test_bad_files (void)
{
  static const char *const texts[] = {
    "", "[]", "{}", "{\"name\": \"x\"}", "{\"myna-persona\": 1}", "{\"myna-persona\": 1, \"name\": 3}", "%PDF-1.7", "\xff\xfe",
  };
  g_autofree char *folder = make_folder ();
  g_autofree char *loop = g_build_filename (folder, "loop.json", NULL);
  g_autofree char *sub = g_build_filename (folder, "folder.json", NULL);
  g_autoptr (MynaPersonas) personas = NULL;
  g_autofree char *word = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (MynaPersona) odd = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%u.json", folder, i);

      g_assert_null (myna_persona_from_json (texts[i], strlen (texts[i]), &error));
      g_assert_error (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED);
      g_clear_error (&error);
      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    }
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  g_assert_cmpint (g_mkdir (sub, 0700), ==, 0);
  personas = myna_personas_new (folder);
  g_assert_cmpuint (count (personas), ==, N_BUNDLED);
  word = myna_personas_dup_word (personas);
  lines = g_strsplit (word, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, G_N_ELEMENTS (texts) + 2);
  g_assert_true (g_strv_contains ((const char *const *) lines, "“0.json” is damaged and could not be read."));

  for (guint i = 0; i < 2; i++)
    {
      static const char *const levels[] = { "[", "{\"a\":" };
      g_autoptr (GString) deep = g_string_new ("{\"myna-persona\":1,\"name\":\"x\",\"settings\":");

      while (deep->len < MYNA_PERSONA_MAX_FILE - 10)
        g_string_append (deep, levels[i]);
      g_assert_null (myna_persona_from_json (deep->str, deep->len, NULL));
    }

  /* What is of another type is left out, and values are kept in their ranges. */
  odd = myna_persona_from_json (
      "{\"myna-persona\":9,\"name\":\"\",\"settings\":{\"temperature\":99,\"top_k\":\"x\"},\"model\":[]}",
      strlen ("{\"myna-persona\":9,\"name\":\"\",\"settings\":{\"temperature\":99,\"top_k\":\"x\"},\"model\":[]}"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (myna_persona_get_name (odd), ==, "Untitled persona");
  g_assert_cmpstr (myna_persona_get_settings (odd), ==, "{\"temperature\":2.0}");
  g_assert_null (myna_persona_get_model (odd));
  g_clear_object (&odd);
  odd = myna_persona_new ("a\u202eb\033[1m\xff\u2028c", NULL, NULL);
  g_assert_cmpstr (myna_persona_get_name (odd), ==, "ab [1m\ufffd c");
  remove_folder (folder);
}

/* A folder that cannot be made: a file stands in its place. */
static void
test_not_saved (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "personas", NULL);
  g_autoptr (MynaPersonas) personas = NULL;
  g_autoptr (MynaPersona) persona = myna_persona_new ("A", NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "x", -1, NULL));
  personas = myna_personas_new (below);
  g_assert_null (myna_personas_add (personas, persona, &error));
  g_assert_cmpuint (error->domain, ==, G_FILE_ERROR);
  g_assert_cmpuint (count (personas), ==, N_BUNDLED);
  remove_folder (folder);
}

static void
assert_chosen (MynaPersonaChoice *choice, guint entry, const char *json, const char *name)
{
  g_autoptr (MynaPersona) persona = NULL;
  g_autofree char *settings = myna_persona_choice_choose (choice, entry, &persona);

  g_assert_cmpstr (settings, ==, json);
  g_assert_cmpstr (persona ? myna_persona_get_name (persona) : NULL, ==, name);
}

/* None, then the person's own settings once there were any, then the personas. */
static void
test_choice (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (MynaPersonas) personas = myna_personas_new (folder);
  MynaPersonaChoice *choice = myna_persona_choice_new (personas);
  MynaPersona *third = get (personas, 2);
  const char *own = "{\"temperature\":0.25}";
  g_auto (GStrv) few = myna_persona_choice_dup_names (choice), names = NULL;

  g_assert_cmpuint (g_strv_length (few), ==, 1 + N_BUNDLED);
  g_assert_cmpstr (few[0], ==, "None");
  g_assert_cmpstr (few[3], ==, myna_persona_get_name (third));
  g_assert_cmpuint (myna_persona_choice_get_selected (choice), ==, 0);
  assert_chosen (choice, 0, NULL, NULL);
  assert_chosen (choice, 3, myna_persona_get_settings (third), myna_persona_get_name (third));

  myna_persona_choice_set (choice, own);
  g_assert_cmpuint (myna_persona_choice_get_n (choice), ==, 2 + N_BUNDLED);
  g_assert_cmpuint (myna_persona_choice_get_selected (choice), ==, 1);
  names = myna_persona_choice_dup_names (choice);
  g_assert_cmpstr (names[1], ==, "Custom Settings");

  /* They can be chosen again after a persona was. */
  myna_persona_choice_set (choice, myna_persona_get_settings (third));
  g_assert_cmpuint (myna_persona_choice_get_selected (choice), ==, 4);
  assert_chosen (choice, 1, own, NULL);
  myna_persona_choice_set (choice, NULL);
  g_assert_cmpuint (myna_persona_choice_get_selected (choice), ==, 0);
  g_assert_cmpuint (myna_persona_choice_get_n (choice), ==, 2 + N_BUNDLED);

  myna_persona_choice_free (choice);
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/personas/bundled", test_bundled);
  g_test_add_func ("/personas/own", test_own);
  g_test_add_func ("/personas/share", test_share);
  g_test_add_func ("/personas/bad-files", test_bad_files);
  g_test_add_func ("/personas/not-saved", test_not_saved);
  g_test_add_func ("/personas/choice", test_choice);

  return g_test_run ();
}
