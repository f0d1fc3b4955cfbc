/* test-remote-server-words.c: what is said of a server of models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/remote-server-words.h"

static void
assert_described (MynaRemoteServer *server, const char *words)
{
  g_autofree char *found = myna_remote_server_describe (server);

  g_assert_cmpstr (found, ==, words);
}

static void
test_describe (void)
{
  g_autoptr (MynaRemoteServer) server = myna_remote_server_new ("https://gpu.example.org/v1", "Institute");
  g_autoptr (MynaRemoteServer) plain = myna_remote_server_new ("http://127.0.0.1:8000/v1", "Here");

  myna_remote_server_add_model (server, "glm-4.5", 0);
  assert_described (server, "gpu.example.org · 1 model");
  myna_remote_server_add_model (server, "glm-4", 8192);
  assert_described (server, "gpu.example.org · 2 models");
  myna_remote_server_set_key_in_file (server, TRUE);
  assert_described (server, "gpu.example.org · 2 models\n"
                            "There is no keyring: the API key is in a file that only you can read");
  assert_described (plain, "127.0.0.1:8000 · 0 models · not encrypted");
}

/* Each thing that goes there has a sentence, and no other. */
static void
test_sends (void)
{
  g_autofree char *files = myna_remote_server_describe_sends (MYNA_SENDS_ATTACHMENTS);
  g_autofree char *all = myna_remote_server_describe_sends (MYNA_SENDS_TEMPORARY | MYNA_SENDS_ATTACHMENTS | MYNA_SENDS_RESULTS);
  g_auto (GStrv) parts = g_strsplit (all, "\n\n", -1);

  g_assert_cmpstr (files, ==,
                   "The chat contains attached files, which are sent, too.\n\n"
                   "You will not be asked about this again for this server.");
  g_assert_cmpuint (g_strv_length (parts), ==, 4);
  g_assert_true (g_str_has_prefix (parts[0], "This is a temporary chat."));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remote-server-words/describe", test_describe);
  g_test_add_func ("/remote-server-words/sends", test_sends);
  return g_test_run ();
}
