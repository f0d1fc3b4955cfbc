/* test-before-window.c: the real application finds what version 0.1.0 left in its folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tests/data/before/README.md says how it was made.  The home is a new one (with-display.sh).
 */
#include <glib/gstdio.h>

#include "application/myna-application.h"
#include "composer/composer.h"
#include "window-test.h"

/* The state of a chat that is in the history, and of one that is not any more. */
#define KEPT_SESSION  "2-1764086400000.kv"
#define STRAY_SESSION "99-1764086400000.kv"

static GtkWindow *window;
static char *sessions;

/* A file of the version before, to its place. */
static void
put (const char *folder, const char *name, const char *to, const char *to_name)
{
  g_autofree char *from = g_build_filename (g_getenv ("MYNA_BEFORE"), folder, name, NULL);
  g_autofree char *path = g_build_filename (to, to_name, NULL);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  g_file_copy (source, target, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
put_all (void)
{
  g_autofree char *data = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, NULL);
  g_autofree char *config = g_build_filename (g_get_user_config_dir (), "glib-2.0", "settings", NULL);

  sessions = g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "sessions", NULL);
  put ("config", "keyfile", config, "keyfile");
  put ("data", "chats.db", data, "chats.db");
  put ("data", "new-chat.txt", data, "new-chat.txt");
  put ("engine", "single.kv", sessions, KEPT_SESSION);
  put ("engine", "single.kv", sessions, STRAY_SESSION);
}

static GtkWidget *
find_widget (GtkWidget *widget, GType type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_widget (child, type);

  return found;
}

static gboolean
composer_holds (const char *text)
{
  GtkWidget *composer = find_widget (GTK_WIDGET (window), MYNA_TYPE_COMPOSER);
  g_autofree char *held = composer ? myna_composer_get_text (MYNA_COMPOSER (composer)) : NULL;

  return g_strcmp0 (held, text) == 0;
}

/* The list of chats, and the chat that was open with its draft. */
static void
test_chats (void)
{
  static const char *const titles[] = { "Pancakes", "Recipes & more", "工作", "GLM", "周末计划", "Tell me a story", "Weather" };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    wait_until (test_has_label (GTK_WIDGET (window), titles[i]));
  g_assert_false (test_has_label (GTK_WIDGET (window), "Xanthippe"));
  wait_until (composer_holds ("And with buckwheat?\n"));
}

/* What was written in a new chat and not sent is in the new chat. */
static void
test_unsent (void)
{
  gtk_widget_activate_action (GTK_WIDGET (window), "win.new-chat", NULL);
  wait_until (composer_holds ("One day I shall ask this:\n为什么天是蓝的?"));
}

/* The state of a chat that is still there is kept; that of another is not. */
static void
test_sessions (void)
{
  g_autofree char *kept = g_build_filename (sessions, KEPT_SESSION, NULL);
  g_autofree char *stray = g_build_filename (sessions, STRAY_SESSION, NULL);

  wait_until (!g_file_test (stray, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
}

int
main (int argc, char *argv[])
{
  MynaApplication *application;
  int status;

  gtk_test_init (&argc, &argv, NULL);
  put_all ();
  application = myna_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_application_activate (G_APPLICATION (application));
  wait_until (gtk_application_get_windows (GTK_APPLICATION (application)));
  window = gtk_application_get_windows (GTK_APPLICATION (application))->data;
  g_test_add_func ("/before-window/chats", test_chats);
  g_test_add_func ("/before-window/unsent", test_unsent);
  g_test_add_func ("/before-window/sessions", test_sessions);
  status = g_test_run ();
  g_free (sessions);

  return status;
}
