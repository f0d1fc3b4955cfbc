/* test-before.c: settings, models, personas and a web page of version 0.1.0, before the folders of the tree were sorted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/data/before/README.md says how they were made.
 */
#include <gio/gio.h>
#include <string.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-model-library.h"
#include "chat/myna-personas.h"
#include "markup/myna-chat-html.h"
#include "store-test.h"

#define MODEL "/models/glm-4-9b-chat-q4_k.gguf"
#define GROUP "io/github/myna_chat/Myna"

static char *
path_before (const char *folder, const char *name)
{
  return g_build_filename (g_getenv ("MYNA_BEFORE"), folder, name, NULL);
}

static char *
read_before (const char *folder, const char *name)
{
  g_autofree char *path = path_before (folder, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

/* ---- Settings --------------------------------------------------------------------------------------------------- */

/* Where the keyfile backend looks. */
static void
put_settings (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "glib-2.0", "settings", NULL);
  g_autofree char *path = g_build_filename (folder, "keyfile", NULL);
  g_autofree char *text = read_before ("config", "keyfile");

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Each key has the value that the file says, which is none of the defaults then: replies are finished in the background since. */
static void
test_keys (void)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = path_before ("config", "keyfile");
  g_auto (GStrv) keys = NULL;
  gsize n_keys;

  g_assert_true (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL));
  keys = g_key_file_get_keys (file, GROUP, &n_keys, NULL);
  g_assert_cmpuint (n_keys, ==, 22);
  for (gsize i = 0; i < n_keys; i++)
    {
      g_autoptr (GVariant) value = g_settings_get_value (settings, keys[i]);
      g_autoptr (GVariant) initial = g_settings_get_default_value (settings, keys[i]);
      g_autofree char *text = g_variant_print (value, FALSE);
      g_autofree char *expected = g_key_file_get_value (file, GROUP, keys[i], NULL);

      g_assert_cmpstr (text, ==, expected);
      g_assert_cmpint (g_variant_equal (value, initial), ==, g_str_equal (keys[i], "run-in-background"));
    }
}

static void
test_chat_settings (void)
{
  static const double expected[] = { 0.6, 0.85, 40, 0.05, 1.1, 7, 256 };
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *json = g_settings_get_string (settings, "chat-settings");
  g_auto (MynaChatSettings) parsed = { 0 };

  myna_chat_settings_parse (&parsed, json);
  g_assert_cmpstr (parsed.system_prompt, ==, "Answer briefly. 请简短。");
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_assert_true (myna_chat_settings_is_set (&parsed, i));
      g_assert_cmpfloat (parsed.values[i], ==, expected[i]);
    }
}

static void
test_models (void)
{
  static const char *const titles[] = { "Nestling", "Big one", "chatglm3-6b" };
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autoptr (GlmActor) actor = glm_actor_new ();
  g_autoptr (MynaModelLibrary) library = myna_model_library_new (actor, settings);
  GListModel *entries = myna_model_library_get_entries (library);

  g_assert_cmpuint (g_list_model_get_n_items (entries), ==, G_N_ELEMENTS (titles));
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      while (myna_model_entry_get_status (entry) == MYNA_MODEL_READING)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpstr (myna_model_entry_get_title (entry), ==, titles[i]);
    }
  g_assert_nonnull (myna_model_library_find (library, MODEL));
  g_assert_cmpstr (myna_model_library_get_default_path (library), ==, MODEL);
}

/* ---- Personas --------------------------------------------------------------------------------------------------- */

static void
assert_pirate (MynaPersona *persona)
{
  g_assert_cmpstr (myna_persona_get_name (persona), ==, "海盗船长");
  g_assert_cmpstr (myna_persona_get_settings (persona), ==,
                   "{\"system\":\"Answer as a pirate. 啊哈！\",\"temperature\":0.90000000000000002,\"top_k\":7}");
  g_assert_cmpstr (myna_persona_get_model (persona), ==, "glm-4-9b-chat-q4_k.gguf");
}

static void
test_personas (void)
{
  g_autofree char *folder = path_before ("data", "personas");
  g_autoptr (MynaPersonas) personas = myna_personas_new (folder);
  g_autofree char *shared = read_before ("exports", "persona.json");
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaPersona) imported = myna_persona_from_json (shared, strlen (shared), &error);
  GListModel *list = myna_personas_get_list (personas);
  g_autoptr (MynaPersona) own = g_list_model_get_item (list, g_list_model_get_n_items (list) - 1);

  g_assert_no_error (error);
  assert_pirate (imported);
  g_assert_true (myna_personas_is_own (personas, own));
  assert_pirate (own);
}

/* ---- A web page ------------------------------------------------------------------------------------------------- */

/* What a browser shows of the page, with single spaces. */
static char *
shown_text (const char *html)
{
  g_autoptr (GRegex) tags = g_regex_new ("<style>.*?</style>|<[^>]*>", G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GRegex) spaces = g_regex_new ("\\s+", 0, 0, NULL);
  g_autofree char *text = g_regex_replace_literal (tags, html, -1, 0, " ", 0, NULL);

  return g_regex_replace_literal (spaces, text, -1, 0, " ", 0, NULL);
}

/* A page of the same chat says the same today. */
static void
test_web_page (void)
{
  static const gint64 pancakes = 1;
  g_autofree char *folder = test_folder_new ();
  g_autofree char *from = path_before ("data", "chats.db");
  g_autofree char *history = g_build_filename (folder, "chats.db", NULL);
  g_autofree char *page = g_build_filename (folder, "page.html", NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) copy = g_file_new_for_path (history);
  g_autoptr (GFile) file = g_file_new_for_path (page);
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  StoreExport request = { file, STORE_FORMAT_HTML, &pancakes, 1, myna_chat_html_render };
  g_autofree char *before = read_before ("exports", "pancakes.html");
  g_autofree char *now = NULL, *text_before = NULL, *text_now = NULL;

  g_assert_true (g_file_copy (source, copy, G_FILE_COPY_NONE, NULL, NULL, NULL, NULL));
  db = test_open (history, &error);
  g_assert_no_error (error);
  myna_chat_html_init ();
  test_wait_id (TEST_CALL (db, store_export_async, &request), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (page, &now, NULL, NULL));
  text_before = shown_text (before);
  text_now = shown_text (now);
  g_assert_nonnull (strstr (text_before, "Take 250 g of flour, as in a café."));
  g_assert_cmpstr (text_now, ==, text_before);
  store_close (db);
  test_folder_remove (g_steal_pointer (&folder));
}

int
main (int argc, char *argv[])
{
  char *folder = test_folder_new ();
  int status;

  /* Exports for reading tell the time of day. */
  g_setenv ("TZ", "UTC", TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_test_init (&argc, &argv, NULL);
  put_settings ();
  g_test_add_func ("/before/keys", test_keys);
  g_test_add_func ("/before/chat-settings", test_chat_settings);
  g_test_add_func ("/before/models", test_models);
  g_test_add_func ("/before/personas", test_personas);
  g_test_add_func ("/before/web-page", test_web_page);
  status = g_test_run ();
  test_folder_remove (folder);

  return status;
}
