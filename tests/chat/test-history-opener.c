/* test-history-opener.c: the history is opened, made, or done without; and what is the matter with it is said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "chat/history-opener.h"
#include "chat/notice.h"
#include "store-test.h"

typedef struct
{
  GApplication *application;
  MynaCore *core;
  MynaNewChatDraft *draft;
  MynaHistoryOpener *opener;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, NULL);

  f->application = g_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  f->core = myna_core_new (settings, g_get_user_cache_dir ());
  f->draft = myna_new_chat_draft_new (f->core);
  f->opener = myna_history_opener_new (f->application, f->core, f->draft);
  f->path = g_build_filename (folder, "chats.db", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  myna_core_close (f->core);
  myna_history_opener_free (f->opener);
  g_object_unref (f->draft);
  g_object_unref (f->core);
  g_object_unref (f->application);
  g_free (f->path);
}

/* Who only looks for a history makes none. */
static void
test_kept (Fixture *f, gconstpointer data)
{
  g_assert_false (myna_history_opener_open_kept (f->opener));
  g_assert_false (g_file_test (f->path, G_FILE_TEST_EXISTS));
  myna_history_opener_open (f->opener);
  g_assert_true (myna_history_opener_open_kept (f->opener)); /* on its way */
  wait_for (myna_core_get_store (f->core));
  g_assert_true (g_file_test (f->path, G_FILE_TEST_EXISTS));
  g_assert_null (myna_core_get_store_error (f->core));
  g_assert_null (myna_notice_of_store (f->core));
}

/* Where the file cannot be one, chats live in memory; once it can, it is tried again. */
static void
test_broken (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaNotice) notice = NULL;

  g_assert_cmpint (g_mkdir (f->path, 0700), ==, 0);
  myna_history_opener_open (f->opener);
  wait_for (myna_core_get_store (f->core));
  g_assert_nonnull (myna_core_get_store_error (f->core));
  notice = myna_notice_of_store (f->core);
  g_assert_cmpstr (notice->title, ==, "Your chats could not be opened");
  g_assert_cmpstr (notice->action, ==, "app.reopen-history");
  g_assert_cmpint (g_rmdir (f->path), ==, 0);
  myna_history_opener_try_again (f->opener);
  wait_for (myna_core_get_store (f->core));
  g_assert_null (myna_core_get_store_error (f->core));
}

/* A model that could not be loaded is told of in the chats that want it. */
static void
test_model (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (GLM_ENGINE_ERROR, GLM_ERROR_NOT_FOUND, "gone");
  MynaFailedModel failed = { "/nowhere/model.gguf", error, NULL };
  g_autoptr (MynaNotice) none = NULL, own = NULL;
  g_autoptr (MynaConversation) conversation = NULL;

  none = myna_notice_of_model (f->core, NULL, NULL);
  if (none)
    g_assert_cmpstr (none->title, ==, "No Model Available");
  myna_history_opener_open (f->opener);
  wait_for (myna_core_get_store (f->core));
  conversation = myna_core_new_conversation (f->core);
  myna_conversation_set_model (conversation, failed.path);
  own = myna_notice_of_model (f->core, conversation, &failed);
  g_assert_nonnull (own);
  if (myna_model_library_get_default_path (myna_core_get_models (f->core)))
    g_assert_cmpstr (own->action, ==, "win.choose-model");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/history-opener/open", Fixture, NULL, set_up, test_kept, tear_down);
  g_test_add ("/history-opener/broken", Fixture, NULL, set_up, test_broken, tear_down);
  g_test_add ("/notice/model", Fixture, NULL, set_up, test_model, tear_down);

  return g_test_run ();
}
