/* test-offers.c: downloads as the window knows them: two at a time, in parts, paused, deleted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The site is tests/remote/site.py.  What it has are no models: they are said to be of another program's form.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "chat/myna-offers.h"

#define MODEL                                                                                                                   \
  "{\"id\": \"%s\", \"name\": \"%s\", \"rank\": 1, \"context\": 8192, \"bytes\": 300000, \"imported\": true, \"files\": [%s], " \
  "\"places\": {\"here\": \"x/y\"}, \"shape\": {\"layers\": 2, \"kv_heads\": 2, \"head_dim\": 64}}"
#define LIST                                                                                                               \
  "{\"format\": \"myna-catalogue\", \"version\": 1, \"date\": \"2099-01-01\", \"sites\": [{\"id\": \"here\", \"name\": "   \
  "\"Here\", \"form\": \"huggingface\", \"hosts\": [], \"page\": \"%s/{repository}\", \"list\": \"%s/api/{repository}\", " \
  "\"file\": \"%s/{repository}/{path}\"}], \"models\": [%s]}"

typedef struct
{
  GSubprocess *python;
  GSettings *settings;
  GlmActor *actor;
  MynaModelLibrary *models;
  MynaOffers *offers;
  guint n_imports;
} Fixture;

static char *
start_site (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  char *address;

  f->python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                g_getenv ("MYNA_PYTHON"), g_getenv ("MYNA_SITE"), NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (f->python));
  address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  return address;
}

static void
write_list (const char *address)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, NULL);
  g_autofree char *path = g_build_filename (folder, "catalogue.json", NULL), *json = NULL;
  g_autoptr (GString) models = g_string_new (NULL);
  static const char *const ids[] = { "one", "two", "three", "four" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_string_append_printf (models, MODEL ", ", ids[i], ids[i], "\"a.bin\"");
  g_string_append_printf (models, MODEL, "split", "split", "\"b-00001-of-00002.bin\", \"b-00002-of-00002.bin\"");
  json = g_strdup_printf (LIST, address, address, address, models->str);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, json, -1, NULL));
}

static void
imports_cb (MynaOffers *offers, const char *path, Fixture *f)
{
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
  f->n_imports++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *address = start_site (f);

  write_list (address);
  f->settings = g_settings_new (MYNA_APP_ID);
  f->actor = glm_actor_new ();
  f->models = myna_model_library_new (f->actor, f->settings);
  f->offers = myna_offers_new (f->models, f->settings);
  g_signal_connect (f->offers, "needs-import", G_CALLBACK (imports_cb), f);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_object_run_dispose (G_OBJECT (f->offers));
  g_clear_object (&f->offers);
  g_clear_object (&f->models);
  g_clear_object (&f->actor);
  g_clear_object (&f->settings);
  g_subprocess_force_exit (f->python);
  g_clear_object (&f->python);
}

/* Owned by the list. */
static MynaOffer *
find (Fixture *f, const char *id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (f->offers)); i++)
    {
      g_autoptr (MynaOffer) offer = g_list_model_get_item (G_LIST_MODEL (f->offers), i);

      if (g_str_equal (myna_offer_get_model (offer)->id, id))
        return offer;
    }
  g_assert_not_reached ();
}

static void
wait_for (MynaOffer *offer, MynaOfferState state)
{
  while (myna_offer_get_state (offer) != state)
    {
      const GError *error = myna_offer_get_error (offer);

      g_assert_no_error (error);
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
test_two_at_a_time (Fixture *f, gconstpointer data)
{
  static const char *const ids[] = { "one", "two", "three", "four" };
  guint n_done = 0, most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    myna_offers_begin (f->offers, find (f, ids[i]));
  while (n_done < G_N_ELEMENTS (ids))
    {
      guint n_running = 0;

      g_main_context_iteration (NULL, TRUE);
      n_done = 0;
      for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
        {
          const MynaOfferState state = myna_offer_get_state (find (f, ids[i]));

          n_done += state == MYNA_OFFER_DONE;
          n_running += state != MYNA_OFFER_DONE && state != MYNA_OFFER_QUEUED;
        }
      most = MAX (most, n_running);
    }
  g_assert_cmpuint (most, ==, 2);
  g_assert_cmpuint (f->n_imports, ==, 4);
}

static void
test_split (Fixture *f, gconstpointer data)
{
  MynaOffer *offer = find (f, "split");
  g_autofree char *folder = g_path_get_dirname (myna_offer_get_path (offer));
  g_autofree char *second = g_build_filename (folder, "b-00002-of-00002.bin", NULL);

  myna_offers_begin (f->offers, offer);
  wait_for (offer, MYNA_OFFER_DONE);
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpfloat (myna_offer_get_progress (offer), ==, 1);
  /* What is here is not fetched again. */
  myna_offer_discard (offer);
  g_assert_true (g_file_test (second, G_FILE_TEST_IS_REGULAR));
}

static void
test_pause (Fixture *f, gconstpointer data)
{
  MynaOffer *offer = find (f, "split");
  g_autofree char *folder = g_path_get_dirname (myna_offer_get_path (offer));

  myna_offers_begin (f->offers, offer);
  while (myna_offer_get_progress (offer) <= 0)
    g_main_context_iteration (NULL, TRUE);
  myna_offer_pause (offer);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_PAUSED);
  myna_offers_begin (f->offers, offer);
  wait_for (offer, MYNA_OFFER_DONE);
  /* It waits its turn, and is given up before. */
  for (guint i = 0; i < 2; i++)
    myna_offers_begin (f->offers, find (f, i ? "one" : "two"));
  offer = find (f, "three");
  myna_offers_begin (f->offers, offer);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_QUEUED);
  myna_offer_pause (offer);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_NONE);
  wait_for (find (f, "one"), MYNA_OFFER_DONE);
  wait_for (find (f, "two"), MYNA_OFFER_DONE);
}

static void
test_discard (Fixture *f, gconstpointer data)
{
  MynaOffer *offer = find (f, "split");
  g_autofree char *folder = g_path_get_dirname (myna_offer_get_path (offer));

  myna_offers_begin (f->offers, offer);
  while (myna_offer_get_progress (offer) <= 0.6)
    g_main_context_iteration (NULL, TRUE);
  myna_offer_discard (offer);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_NONE);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

/* The program is not there: it is told, and nothing waits. */
static void
test_no_program (Fixture *f, gconstpointer data)
{
  const GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_autofree char *folders = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR"));
  MynaOffer *offer = find (f, "one");

  g_setenv ("MYNA_LIBEXEC_DIR", "/nonexistent", TRUE);
  myna_offers_begin (f->offers, offer);
  while (!myna_offer_get_error (offer))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_NONE);
  g_setenv ("MYNA_LIBEXEC_DIR", folders, TRUE);
  g_log_set_always_fatal (fatal);
}

static void
test_nobody_there (Fixture *f, gconstpointer data)
{
  MynaOffer *offer = find (f, "one");
  g_autofree char *words = NULL, *folder = g_build_filename (g_get_user_data_dir (), "bin", NULL);
  g_autofree char *program = g_build_filename (folder, "myna-remote", NULL);

  /* A program that ends at once. */
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink ("/bin/false", program), ==, 0);
  g_setenv ("MYNA_LIBEXEC_DIR", folder, TRUE);
  myna_offers_begin (f->offers, offer);
  while (!myna_offer_get_error (offer))
    g_main_context_iteration (NULL, TRUE);
  words = myna_offer_describe (offer);
  g_assert_cmpint (myna_offer_get_state (offer), ==, MYNA_OFFER_NONE);
  g_assert_nonnull (strstr (words, "is not running"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/offers/two-at-a-time", test_two_at_a_time);
  ADD ("/offers/split", test_split);
  ADD ("/offers/pause", test_pause);
  ADD ("/offers/discard", test_discard);
  ADD ("/offers/no-program", test_no_program);
  ADD ("/offers/nobody-there", test_nobody_there);
  return g_test_run ();
}
