/* test-catalogue.c: the list of models that can be had, and what three computers would make of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "chat/myna-catalogue.h"
#include "chat/myna-problem.h"

#define GB 1000000000ull

static MynaCatalogue *
load (void)
{
  MynaCatalogue *catalogue = myna_catalogue_load ();

  g_assert_cmpuint (myna_catalogue_get_n_models (catalogue), >=, 11);
  return catalogue;
}

static void
test_list (void)
{
  g_autoptr (MynaCatalogue) catalogue = load ();
  const MynaCatalogueModel *edge = myna_catalogue_find (catalogue, "glm-edge-1.5b");
  const MynaCatalogueModel *air = myna_catalogue_find (catalogue, "glm-4.5-air");
  const MynaCatalogueSite *scope = myna_catalogue_choose_site (catalogue, edge, "modelscope");
  g_autofree char *file = myna_catalogue_make_file (catalogue, edge, scope, edge->files[0]);
  g_autofree char *page = NULL;

  g_assert_cmpstr (file, ==,
                   "https://modelscope.cn/models/ZhipuAI/glm-edge-1.5b-chat-gguf/resolve/master/ggml-model-Q4_K_M.gguf");
  /* Where a site does not have it, another does. */
  scope = myna_catalogue_choose_site (catalogue, air, "modelscope");
  g_assert_cmpstr (scope->id, ==, "huggingface");
  page = myna_catalogue_make_page (catalogue, air, scope);
  g_assert_cmpstr (page, ==, "https://huggingface.co/unsloth/GLM-4.5-Air-GGUF");
  g_assert_cmpuint (g_strv_length (air->files), ==, 2);
  g_assert_null (myna_catalogue_find (catalogue, "qwen"));
}

/* ---- Computers -------------------------------------------------------------------------------------------------- */

static const MynaComputer old_laptop = { .memory = 3 * GB, .bandwidth = 12e9, .disk_speed = 0.4e9 };
static const MynaComputer laptop = { .memory = 13 * GB, .bandwidth = 50e9, .disk_speed = 2e9 };
static const MynaComputer workstation = { .memory = 120 * GB, .bandwidth = 180e9, .disk_speed = 5e9 };

static void
assert_fit (MynaCatalogue *catalogue, const MynaComputer *computer, const char *id, MynaRuns runs, const char *words)
{
  MynaFit fit;
  g_autofree char *text = NULL;

  myna_catalogue_judge (myna_catalogue_find (catalogue, id), computer, &fit);
  text = myna_fit_describe (&fit);
  g_test_message ("%s: %s", id, text);
  g_assert_cmpint (fit.runs, ==, runs);
  g_assert_nonnull (strstr (text, words));
}

static void
assert_recommended (MynaCatalogue *catalogue, const MynaComputer *computer, const char *id)
{
  const MynaCatalogueModel *best = myna_catalogue_recommend (catalogue, computer);

  g_assert_cmpstr (best ? best->id : NULL, ==, id);
}

static void
test_old_laptop (void)
{
  g_autoptr (MynaCatalogue) catalogue = load ();

  assert_fit (catalogue, &old_laptop, "glm-edge-1.5b", MYNA_RUNS_WELL, "Fits, about 7 tokens a second");
  assert_fit (catalogue, &old_laptop, "glm-4-9b-0414", MYNA_RUNS_NOT, "more memory");
  assert_fit (catalogue, &old_laptop, "glm-4.7-flash", MYNA_RUNS_FROM_DISK, "Slow: lacks 1");
  assert_recommended (catalogue, &old_laptop, "glm-edge-1.5b");
}

static void
test_laptop (void)
{
  g_autoptr (MynaCatalogue) catalogue = load ();

  assert_fit (catalogue, &laptop, "glm-edge-4b", MYNA_RUNS_WELL, "Fits, about 12 tokens a second");
  assert_fit (catalogue, &laptop, "glm-4-9b-0414", MYNA_RUNS_WELL, "Fits, about 5 tokens a second");
  assert_fit (catalogue, &laptop, "glm-4.7-flash", MYNA_RUNS_FROM_DISK, "lacks");
  assert_fit (catalogue, &laptop, "glm-4-32b-0414", MYNA_RUNS_NOT, "Needs 7.3");
  assert_recommended (catalogue, &laptop, "glm-4.6v-flash");
}

static void
test_workstation (void)
{
  g_autoptr (MynaCatalogue) catalogue = load ();

  assert_fit (catalogue, &workstation, "glm-4-32b-0414", MYNA_RUNS_WELL, "about 5 tokens");
  assert_fit (catalogue, &workstation, "glm-4.5-air", MYNA_RUNS_WELL, "about 13 tokens");
  assert_recommended (catalogue, &workstation, "glm-4.5-air");
}

/* Before anything is measured, and where nothing fits. */
static void
test_unknown (void)
{
  g_autoptr (MynaCatalogue) catalogue = load ();
  const MynaComputer unknown = { 0 }, tiny = { .memory = GB / 4, .bandwidth = 5e9 },
                     slow = { .memory = 40 * GB, .bandwidth = 4e9 };

  assert_fit (catalogue, &unknown, "glm-4-9b-0414", MYNA_RUNS_UNKNOWN, "of memory");
  assert_fit (catalogue, &slow, "glm-4-9b-0414", MYNA_RUNS_SLOWLY, "Slow: about 1 token a second");
  assert_recommended (catalogue, &tiny, NULL);
  assert_recommended (catalogue, &slow, "glm-edge-1.5b");
}

/* ---- Lists of others -------------------------------------------------------------------------------------------- */

static char *
read_list (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "catalogue.json", NULL);
  char *json;

  g_assert_true (g_file_get_contents (path, &json, NULL, NULL));
  return json;
}

/* The list with something else in the place of a part of it. */
static char *
change (const char *part, const char *other)
{
  g_autofree char *json = read_list ();
  g_autoptr (GString) text = g_string_new (json);

  g_assert_cmpuint (g_string_replace (text, part, other, 1), ==, 1);
  return g_strdup (text->str);
}

static void
test_unsound (void)
{
  static const struct
  {
    const char *part, *other;
  } cases[] = {
    { "\"myna-catalogue\"", "\"other\"" },
    { "\"version\": 1", "\"version\": 2" },
    { "\"models\": [", "\"models\": [7, " },
    { "\"ggml-model-Q4_K_M.gguf\"", "\"../../.bashrc\"" },
    { "\"ggml-model-Q4_K_M.gguf\"", "\"/etc/passwd\"" },
    { "\"ggml-model-Q4_K_M.gguf\"", "\"a\\u0000b\"" },
    { "\"ggml-model-Q4_K_M.gguf\"", "" },
    { "\"id\": \"glm-edge-1.5b\"", "\"id\": \"../x\"" },
    { "https://huggingface.co/{repository}/resolve", "http://huggingface.example/x/{repository}@8.8.8.8/resolve" },
    { "https://huggingface.co/{repository}/resolve", "file:///{repository}/resolve" },
    { "https://huggingface.co/{repository}/resolve/main/{path}", "https://huggingface.co/" },
    { "\"bytes\": 980470144", "\"bytes\": -5" },
    { "\"bytes\": 980470144", "\"bytes\": 9223372036854775807" },
    { "\"context\": 8192", "\"context\": 0" },
    { "\"layers\": 28", "\"layers\": 99999999999" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *json = change (cases[i].part, cases[i].other);
      g_autoptr (GError) error = NULL;
      g_autoptr (MynaCatalogue) catalogue = myna_catalogue_parse (json, strlen (json), &error);

      if (i == 8 && catalogue)
        continue; /* without encryption it is refused when it is asked, and by where the name leads */
      g_test_message ("%u", i);
      g_assert_null (catalogue);
      g_assert_error (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED);
    }
}

static void
assert_replace (const char *json, gboolean works)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "list.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, json, -1, NULL));
  g_assert_cmpint (myna_catalogue_replace (file, &error), ==, works);
  if (!works)
    g_assert_error (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED);
}

static void
test_newer (void)
{
  g_autofree char *same = read_list (), *older = change ("2026-11-30", "2020-01-01"),
                  *newer = change ("2026-11-30", "2031-05-06");
  g_autoptr (MynaCatalogue) catalogue = NULL;

  assert_replace ("{}", FALSE);
  assert_replace (same, FALSE);
  assert_replace (older, FALSE);
  assert_replace (newer, TRUE);
  catalogue = load ();
  g_assert_cmpstr (myna_catalogue_get_date (catalogue), ==, "2031-05-06");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/catalogue/list", test_list);
  g_test_add_func ("/catalogue/old-laptop", test_old_laptop);
  g_test_add_func ("/catalogue/laptop", test_laptop);
  g_test_add_func ("/catalogue/workstation", test_workstation);
  g_test_add_func ("/catalogue/unknown", test_unknown);
  g_test_add_func ("/catalogue/unsound", test_unsound);
  g_test_add_func ("/catalogue/newer", test_newer);
  return g_test_run ();
}
