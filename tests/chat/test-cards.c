/* test-cards.c: which graphics cards can be chosen, against a helper that is a fake; what is said when one does not do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#include "chat/myna-cards.h"
#include "chat/myna-model-need.h"
#include "chat/notice.h"
#include "run/tiny-moe.h"

#define UUID(c) "0123456789abcdef0123456789abcde" c
#define GB      "000000000"

typedef struct
{
  char *folder; /* of the helper */
  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *models;
  MynaCards *cards;
  guint n_changes, n_troubles;
} Fixture;

static void
count_cb (guint *n)
{
  (*n)++;
}

/* The helper prints this; NULL: there is none. */
static void
set_helper (Fixture *f, const char *text)
{
  g_autofree char *program = g_build_filename (f->folder, "myna-cards", NULL);
  g_autofree char *data = g_build_filename (f->folder, "text", NULL);
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\ncat '%s'\n", data);

  g_unlink (program);
  if (!text)
    return;
  g_assert_true (g_file_set_contents (data, text, -1, NULL));
  g_assert_true (g_file_set_contents_full (program, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

static void
look (Fixture *f)
{
  guint before = f->n_changes;

  myna_cards_look (f->cards);
  while (f->n_changes == before)
    g_main_context_iteration (NULL, TRUE);
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("cards-XXXXXX", NULL);
  g_setenv ("MYNA_LIBEXEC_DIR", f->folder, TRUE);
  f->settings = g_settings_new (MYNA_APP_ID);
  g_settings_reset (f->settings, "graphics-card");
  g_settings_reset (f->settings, "graphics-card-offered");
  f->actor = glm_actor_new ();
  f->models = myna_model_library_new (f->actor, f->settings);
  f->cards = myna_cards_new (f->settings, f->models);
  g_signal_connect_swapped (f->cards, "changed", G_CALLBACK (count_cb), &f->n_changes);
  g_signal_connect_swapped (f->cards, "trouble", G_CALLBACK (count_cb), &f->n_troubles);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  set_helper (f, NULL);
  g_object_unref (f->cards);
  g_object_unref (f->models);
  g_object_unref (f->actor);
  g_object_unref (f->settings);
  g_free (f->folder);
}

static void
wait_for_info (Fixture *f)
{
  MynaModelEntry *entry = myna_model_library_find (f->models, myna_model_library_get_default_path (f->models));

  while (!myna_model_entry_get_info (entry))
    g_main_context_iteration (NULL, TRUE);
}

static void
load (Fixture *f)
{
  myna_model_library_ensure (f->models, NULL, NULL);
  while (myna_model_library_get_loading_path (f->models))
    g_main_context_iteration (NULL, TRUE);
}

/* Fails where a choice is not the one that is expected. */
static void
check_choices (Fixture *f, const char *const *expected)
{
  g_auto (GStrv) words = myna_cards_dup_choices (f->cards);

  g_assert_cmpstrv (words, expected);
}

#define SMALL UUID ("1") "\tdiscrete\t6" GB "\t50000000\tdriver 1\t\tSmall Card\n"
#define LARGE UUID ("2") "\tdiscrete\t12" GB "\t11" GB "\tdriver 1\t\tLarge Card\n"
#define IGP   UUID ("3") "\tintegrated\t16" GB "\t8" GB "\tdriver 2\t\tBuilt-in\n"
#define MESA  UUID ("4") "\tprocessor\t16" GB "\t8" GB "\tllvmpipe\t\tllvmpipe\n"
#define OLD   UUID ("5") "\tdiscrete\t2" GB "\t2" GB "\told\tits driver is older than Vulkan 1.2\tOld Card\n"

/* Processors that pose as cards, and cards that cannot be used, are not there. */
static void
test_list (Fixture *f, gconstpointer data)
{
  g_autofree char *before = myna_cards_describe (f->cards), *chosen = NULL, *shared = NULL, *small = NULL;
  const char *uuid;
  g_autoptr (GVariant) setting = NULL;
  GlmActorLoadOptions options;

  g_assert_nonnull (strstr (before, "Looking"));
  check_choices (f, (const char *[]){ "Processor", NULL });
  set_helper (f, OLD SMALL MESA LARGE IGP);
  wait_for_info (f);
  look (f);
  check_choices (f, (const char *[]){ "Processor", "Small Card (6.0\u00a0GB, 50.0\u00a0MB free)",
                                      "Large Card (12.0\u00a0GB, 11.0\u00a0GB free)",
                                      "Built-in (16.0\u00a0GB, 8.0\u00a0GB free)", NULL });
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 0);
  myna_model_library_get_options (f->models, &options);
  g_assert_cmpstr (options.device, ==, "");

  myna_cards_choose (f->cards, 2);
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 2);
  setting = g_settings_get_value (f->settings, "graphics-card");
  g_variant_get (setting, "(&s&s)", &uuid, NULL);
  g_assert_cmpstr (uuid, ==, UUID ("2"));
  myna_model_library_get_options (f->models, &options);
  g_assert_cmpstr (options.device, ==, UUID ("2"));
  chosen = myna_cards_describe (f->cards);
  g_assert_nonnull (strstr (chosen, "Fledgling"));
  g_assert_null (strstr (chosen, "only"));

  myna_cards_choose (f->cards, 1);
  small = myna_cards_describe (f->cards);
  g_assert_nonnull (strstr (small, "only 50.0\u00a0MB is free"));
  myna_cards_choose (f->cards, 3);
  shared = myna_cards_describe (f->cards);
  g_assert_nonnull (strstr (shared, "Not faster for replies"));
  myna_cards_choose (f->cards, 0);
  myna_model_library_get_options (f->models, &options);
  g_assert_cmpstr (options.device, ==, "");
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  MynaModelEntry **entry = user_data;

  *entry = myna_model_library_add_finish (MYNA_MODEL_LIBRARY (source), result, &error);
  g_assert_no_error (error);
}

/* Of a model with experts the card needs room for the rest; none is offered, for nobody has measured what it gains. */
static void
test_experts (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (f->folder, "experts.gguf", NULL), *text = NULL, *needed = NULL;
  g_autoptr (MynaNotice) notice = NULL;
  MynaModelEntry *entry = NULL;
  const GlmModelInfo *info;
  GlmMemoryNeed need;
  guint before;

  tiny_moe_write ("GLM-4.7", path);
  set_helper (f, LARGE);
  myna_model_library_add_async (f->models, path, added_cb, &entry);
  while (!entry)
    g_main_context_iteration (NULL, TRUE);
  myna_model_library_set_default (f->models, entry);
  wait_for_info (f);
  myna_cards_set_offer_bytes (f->cards, 1);
  before = f->n_changes;
  load (f);
  while (f->n_changes == before)
    g_main_context_iteration (NULL, TRUE);
  notice = myna_notice_of_card (f->cards);
  g_assert_null (notice);
  myna_cards_choose (f->cards, 1);
  text = myna_cards_describe (f->cards);
  info = myna_model_entry_get_info (entry);
  glm_model_memory_need (info, myna_model_info_get_context (info, (int) g_settings_get_uint (f->settings, "context-length")),
                         &need);
  g_assert_cmpuint (need.experts, >, 0);
  needed = g_format_size (need.weights + need.cache + need.scratch);
  g_assert_nonnull (strstr (text, needed));
  g_assert_nonnull (strstr (text, "The processor computes its experts."));
  /* The tests that follow have the starter model again. */
  myna_model_library_remove (f->models, entry);
  g_unlink (path);
}

/* A card that was chosen, and is not there the next time. */
static void
test_gone (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  set_helper (f, SMALL LARGE);
  look (f);
  myna_cards_choose (f->cards, 1);
  set_helper (f, LARGE);
  look (f);
  check_choices (f, (const char *[]){ "Processor", "Large Card (12.0\u00a0GB, 11.0\u00a0GB free)", "Small Card (not found)",
                                      NULL });
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 2);
  text = myna_cards_describe (f->cards);
  g_assert_cmpstr (text, ==, "It was not found. Replies are written by the processor.");
  /* It cannot be chosen again, and a choice that is none changes nothing. */
  myna_cards_choose (f->cards, 2);
  myna_cards_choose (f->cards, 7);
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 2);
  myna_cards_choose (f->cards, 0);
  check_choices (f, (const char *[]){ "Processor", "Large Card (12.0\u00a0GB, 11.0\u00a0GB free)", NULL });
}

static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;

  set_helper (f, "no cards today\n" UUID ("6") "\tdiscrete\t-1\t0\td\t\tn\n" UUID (
                     "7") "\tsurprise\t1\t0\td\t\tn\n"
                          "\tdiscrete\t1\t1\td\t\tn\n" UUID ("8") "\tdiscrete\t99999999999999999999999\t1\td\t\tn\n" SMALL SMALL
                              UUID ("9") "\tother\t1" GB "\t1" GB "\td\t\tA\xff\tB\n");
  look (f);
  check_choices (f, (const char *[]){ "Processor", "Small Card (6.0\u00a0GB, 50.0\u00a0MB free)",
                                      "A\ufffd\tB (1.0\u00a0GB, 1.0\u00a0GB free)", NULL });
  /* A computer without a card: it says nothing at all. */
  set_helper (f, "");
  look (f);
  text = myna_cards_describe (f->cards);
  g_assert_nonnull (text);
  g_clear_pointer (&text, g_free);
  set_helper (f, NULL);
  look (f);
  text = myna_cards_describe (f->cards);
  g_assert_nonnull (text);
}

/* Once, and never for the small starter model. */
static void
test_offer (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaNotice) notice = NULL, then = NULL;
  g_autoptr (MynaCards) next = NULL;
  guint before;

  set_helper (f, SMALL MESA IGP LARGE);
  wait_for_info (f);
  load (f);
  notice = myna_notice_of_card (f->cards);
  g_assert_null (notice);
  g_assert_false (g_settings_get_boolean (f->settings, "graphics-card-offered"));

  myna_cards_set_offer_bytes (f->cards, 1);
  glm_actor_unload (f->actor);
  while (glm_actor_get_model_path (f->actor))
    g_main_context_iteration (NULL, TRUE);
  before = f->n_changes;
  load (f);
  while (f->n_changes == before)
    g_main_context_iteration (NULL, TRUE);
  notice = myna_notice_of_card (f->cards);
  g_assert_nonnull (notice);
  g_assert_nonnull (strstr (notice->title, "Large Card"));
  g_assert_true (g_settings_get_boolean (f->settings, "graphics-card-offered"));
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 0);

  myna_cards_act (f->cards, g_variant_get_string (notice->target, NULL));
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 3);
  while (myna_model_library_get_loading_path (f->models))
    g_main_context_iteration (NULL, TRUE);
  /* It was a fake. */
  then = myna_notice_of_card (f->cards);
  g_assert_nonnull (strstr (then->title, "is not used"));
  g_assert_nonnull (strstr (then->body, "processor"));
  myna_cards_act (f->cards, "off");
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 0);
}

/* ---- Mesa's renderer -------------------------------------------------------------------------------------------- */

/* FALSE: skipped. */
static gboolean
find_renderer (char ret_uuid[33])
{
  GlmGpuInfo *infos = NULL;
  size_t n = 0;
  gboolean found = FALSE;
  GlmError error = { 0 };

#ifdef __SANITIZE_THREAD__
  g_test_skip ("ThreadSanitizer sees nothing of how Mesa's threads wait for each other");
  return FALSE;
#endif
  /* Where Vulkan finds its drivers; GLib has its own folders by now. */
  g_setenv ("XDG_DATA_DIRS", "/usr/local/share:/usr/share", TRUE);
  if (glm_gpu_list (&infos, &n, &error))
    for (size_t i = 0; i < n && !found; i++)
      {
        found = strstr (infos[i].name, "llvmpipe") && !infos[i].reason[0];
        g_strlcpy (ret_uuid, infos[i].uuid, 33);
      }
  free (infos);
  if (!found)
    g_test_skip ("Mesa's renderer is not installed");
  return found;
}

/* Where the marker lies while the card that was tested computes its first batch; the caller frees. */
static char *
dup_marker (void)
{
  g_autofree char *folder = glm_actor_dup_device_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "tested-"))
      {
        g_autofree char *marker = g_strconcat ("busy-", name + strlen ("tested-"), NULL);

        return g_build_filename (folder, marker, NULL);
      }
  return NULL;
}

/* The program ended between opening the card and its first batch: it is left alone until the person decides, and the model is not
 * blamed. */
static void
test_crash (Fixture *f, gconstpointer data)
{
  g_autofree char *marker = NULL, *guard = NULL;
  g_autoptr (MynaNotice) notice = NULL, again = NULL;
  char uuid[33];

  if (!find_renderer (uuid))
    return;
  g_settings_set (f->settings, "graphics-card", "(ss)", uuid, "llvmpipe");
  load (f);
  g_assert_cmpstr (glm_actor_get_model_info (f->actor)->device_problem, ==, "");
  marker = dup_marker ();
  g_assert_nonnull (marker);
  glm_actor_unload (f->actor);
  while (glm_actor_get_model_path (f->actor))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));

  /* As a crash would have left it. */
  g_assert_true (g_file_set_contents (marker, "", 0, NULL));
  guard = g_build_filename (g_get_user_state_dir (), MYNA_APP_ID, "loading", NULL);
  g_assert_true (g_file_set_contents (guard, myna_model_library_get_default_path (f->models), -1, NULL));
  g_object_unref (f->cards);
  g_object_unref (f->models);
  f->models = myna_model_library_new (f->actor, f->settings);
  f->cards = myna_cards_new (f->settings, f->models);
  g_assert_null (myna_model_library_get_crashed_path (f->models));
  load (f);
  notice = myna_notice_of_card (f->cards);
  myna_cards_close (f->cards); /* not an answer */
  g_assert_true (g_file_test (marker, G_FILE_TEST_EXISTS));
  g_assert_nonnull (notice);
  g_assert_nonnull (strstr (notice->title, "Myna closed while it used the graphics card"));
  g_assert_cmpstr (notice->refusal, ==, "Keep Off");

  myna_cards_act (f->cards, g_variant_get_string (notice->target, NULL));
  while (myna_model_library_get_loading_path (f->models))
    g_main_context_iteration (NULL, TRUE);
  again = myna_notice_of_card (f->cards);
  g_assert_null (again);
  g_assert_cmpstr (glm_actor_get_model_info (f->actor)->device_problem, ==, "");
  myna_cards_act (f->cards, g_variant_get_string (notice->refused, NULL));
  g_assert_cmpuint (myna_cards_get_chosen (f->cards), ==, 0);
  while (myna_model_library_get_loading_path (f->models))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (glm_actor_get_model_info (f->actor)->device, ==, "");

  /* A program that ends as it should while a card is at work. */
  g_assert_true (g_file_set_contents (marker, "", 0, NULL));
  myna_cards_close (f->cards);
  g_assert_false (g_file_test (marker, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_unsetenv ("MYNA_TEST_GPU");
  g_test_add ("/cards/list", Fixture, NULL, setup, test_list, teardown);
  g_test_add ("/cards/experts", Fixture, NULL, setup, test_experts, teardown);
  g_test_add ("/cards/gone", Fixture, NULL, setup, test_gone, teardown);
  g_test_add ("/cards/damaged", Fixture, NULL, setup, test_damaged, teardown);
  g_test_add ("/cards/offer", Fixture, NULL, setup, test_offer, teardown);
  g_test_add ("/cards/crash", Fixture, NULL, setup, test_crash, teardown);
  return g_test_run ();
}
