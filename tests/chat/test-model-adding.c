/* test-model-adding.c: files that a person adds to the models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/model-adding.h"
#include "chat/persona-models.h"

#include <glib/gstdio.h>

#include "store-test.h"

typedef struct
{
  char *folder;
  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *library;
  MynaModelAdding *adding;
  guint n_added, n_refused;
} Fixture;

static void
added_cb (MynaModelAdding *adding, MynaModelEntry *entry, Fixture *fixture)
{
  g_assert_true (MYNA_IS_MODEL_ENTRY (entry));
  fixture->n_added++;
}

static void
refused_cb (MynaModelAdding *adding, Fixture *fixture)
{
  fixture->n_refused++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  fixture->settings = g_settings_new (MYNA_APP_ID);
  fixture->actor = glm_actor_new ();
  fixture->library = myna_model_library_new (fixture->actor, fixture->settings);
  fixture->adding = myna_model_adding_new (fixture->library);
  g_signal_connect (fixture->adding, "added", G_CALLBACK (added_cb), fixture);
  g_signal_connect (fixture->adding, "refused", G_CALLBACK (refused_cb), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_object_unref (fixture->adding);
  g_object_unref (fixture->library);
  g_object_unref (fixture->actor);
  g_object_unref (fixture->settings);
  test_folder_remove (fixture->folder);
}

static void
add_text (Fixture *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "this is no model", -1, NULL));
  myna_model_adding_add (fixture->adding, path);
}

/* One that cannot be run says why; two of them are told together, each by its name; the next begins anew. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *title = NULL, *reasons = NULL, *details = NULL, *one = NULL, *reason = NULL, *detail = NULL;

  add_text (fixture, "a.gguf");
  add_text (fixture, "b.gguf");
  wait_for (fixture->n_refused == 2);
  title = myna_model_adding_dup_title (fixture->adding);
  reasons = myna_model_adding_dup_reasons (fixture->adding, &details);
  g_assert_cmpstr (title, ==, "2 files were not added");
  g_assert_nonnull (strstr (reasons, "a.gguf: "));
  g_assert_nonnull (strstr (reasons, "\nb.gguf: "));
  g_assert_nonnull (strchr (details, '\n'));

  add_text (fixture, "c.gguf");
  g_assert_false (myna_model_adding_has_refused (fixture->adding));
  wait_for (fixture->n_refused == 3);
  one = myna_model_adding_dup_title (fixture->adding);
  reason = myna_model_adding_dup_reasons (fixture->adding, &detail);
  g_assert_cmpstr (one, ==, "“c.gguf” was not added");
  g_assert_null (strstr (reason, "c.gguf: "));
  g_assert_cmpuint (fixture->n_added, ==, 0);
}

/* A sound one among bad ones is added. */
static void
test_added (Fixture *fixture, gconstpointer data)
{
  const char *starter = myna_model_library_get_starter_path (fixture->library);

  if (!starter)
    {
      g_test_skip ("there is no starter model");
      return;
    }
  add_text (fixture, "a.gguf");
  myna_model_adding_add (fixture->adding, starter);
  wait_for (fixture->n_refused == 1 && fixture->n_added == 1);
}

/* A folder of them: each is added, and told of. */
static void
test_folder (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "models", NULL), *title = NULL;

  g_mkdir (folder, 0700);
  g_assert_true (myna_model_needs_import (folder));
  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d.gguf", folder, i);

      g_assert_true (g_file_set_contents (path, "this is no model", -1, NULL));
    }
  g_assert_false (myna_model_needs_import (folder));
  myna_model_adding_add (fixture->adding, folder);
  wait_for (fixture->n_refused == 2);
  title = myna_model_adding_dup_title (fixture->adding);
  g_assert_cmpstr (title, ==, "2 files were not added");
}

static void
test_import (Fixture *fixture, gconstpointer data)
{
  g_assert_true (myna_model_needs_import (fixture->folder));
  g_assert_true (myna_model_needs_import ("chatglm-ggml.bin"));
  g_assert_false (myna_model_needs_import ("model.gguf"));
}

/* A persona's model that this computer does not have stays its own until another is chosen. */
static void
test_persona_models (Fixture *fixture, gconstpointer data)
{
  GListModel *entries = myna_model_library_get_entries (fixture->library);
  const guint n = g_list_model_get_n_items (entries);
  g_auto (GStrv) titles = NULL, paths = NULL, titles_of_gone = NULL, paths_of_gone = NULL, titles_of_first = NULL,
                 paths_of_first = NULL;

  g_assert_cmpuint (n, >, 0);
  g_assert_cmpuint (myna_persona_models_list (fixture->library, NULL, &titles, &paths), ==, 0);
  g_assert_cmpuint (g_strv_length (titles), ==, n);
  g_assert_cmpuint (g_strv_length (paths), ==, n);
  g_assert_cmpuint (myna_persona_models_list (fixture->library, "/gone/other.gguf", &titles_of_gone, &paths_of_gone), ==,
                    n + 1);
  g_assert_cmpstr (titles_of_gone[n], ==, "other.gguf");
  g_assert_cmpstr (paths_of_gone[n], ==, "/gone/other.gguf");
  g_assert_cmpuint (myna_persona_models_list (fixture->library, paths[0], &titles_of_first, &paths_of_first), ==, 1);
  g_assert_cmpuint (g_strv_length (paths_of_first), ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/model-adding/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/model-adding/added", Fixture, NULL, set_up, test_added, tear_down);
  g_test_add ("/model-adding/folder", Fixture, NULL, set_up, test_folder, tear_down);
  g_test_add ("/model-adding/import", Fixture, NULL, set_up, test_import, tear_down);
  g_test_add ("/model-adding/persona-models", Fixture, NULL, set_up, test_persona_models, tear_down);
  return g_test_run ();
}
