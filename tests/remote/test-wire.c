/* test-wire.c: frames, addresses and JSON of unknown origin
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "remote/wire/remote-address.h"
#include "remote/wire/remote-wire.h"

static void
check_address (const char *text, const char *expected, RemoteProblem problem)
{
  RemoteProblem found;
  g_autofree char *address = remote_address_normalize (text, &found);

  g_assert_cmpstr (address, ==, expected);
  g_assert_cmpint (found, ==, problem);
}

static void
test_normalize (void)
{
  check_address ("gpu.example.org", "https://gpu.example.org/v1", REMOTE_PROBLEM_NONE);
  check_address ("  https://gpu.example.org/  ", "https://gpu.example.org/v1", REMOTE_PROBLEM_NONE);
  check_address ("https://gpu.example.org/api/v1/", "https://gpu.example.org/api/v1", REMOTE_PROBLEM_NONE);
  check_address ("https://gpu.example.org/v1/chat/completions", "https://gpu.example.org/v1", REMOTE_PROBLEM_NONE);
  check_address ("HTTPS://gpu.example.org:8443", "https://gpu.example.org:8443/v1", REMOTE_PROBLEM_NONE);
  check_address ("localhost:8000", "http://localhost:8000/v1", REMOTE_PROBLEM_NONE);
  check_address ("192.168.1.20:8000/v1", "http://192.168.1.20:8000/v1", REMOTE_PROBLEM_NONE);
  check_address ("[fd00::1]:8000", "http://[fd00::1]:8000/v1", REMOTE_PROBLEM_NONE);
  check_address ("https://[2001:db8::1]/v1", "https://[2001:db8::1]/v1", REMOTE_PROBLEM_NONE);
  check_address ("8.8.8.8", "https://8.8.8.8/v1", REMOTE_PROBLEM_NONE);
  /* Where it leads is seen when it is connected. */
  check_address ("http://gpu:8000", "http://gpu:8000/v1", REMOTE_PROBLEM_NONE);
  check_address ("http://8.8.8.8", NULL, REMOTE_PROBLEM_INSECURE);
  check_address ("http://[::ffff:8.8.8.8]/", NULL, REMOTE_PROBLEM_INSECURE);
  check_address ("", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("https://", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("ftp://host/", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("https://me:secret@host/v1", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("https://host/v1?key=1", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("https://host:99999/v1", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("https://b\303\274cher.example", "https://xn--bcher-kva.example/v1", REMOTE_PROBLEM_NONE);
  check_address ("https://a%2fb/v1", NULL, REMOTE_PROBLEM_ADDRESS);
  check_address ("two words", NULL, REMOTE_PROBLEM_ADDRESS);
}

static void
test_private (void)
{
  static const char *const near[] = { "127.0.0.1",  "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.0.1",    "169.254.1.1",
                                      "100.64.0.1", "::1",       "fe80::1",  "fd12::1",    "::ffff:10.0.0.1" };
  static const char *const far[] = { "8.8.8.8", "172.32.0.1", "100.128.0.1", "11.0.0.1", "2001:db8::1", "::ffff:8.8.8.8" };

  for (guint i = 0; i < G_N_ELEMENTS (near); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (near[i]);

      g_assert_true (remote_address_is_private (address));
    }
  for (guint i = 0; i < G_N_ELEMENTS (far); i++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (far[i]);

      g_assert_false (remote_address_is_private (address));
    }
}

static void
test_origin (void)
{
  g_assert_true (remote_address_is_same_origin ("https://host/v1", "https://HOST:443/other"));
  g_assert_false (remote_address_is_same_origin ("https://host/v1", "http://host/v1"));
  g_assert_false (remote_address_is_same_origin ("https://host/v1", "https://host:444/v1"));
  g_assert_false (remote_address_is_same_origin ("https://host/v1", "https://host.evil/v1"));
  g_assert_false (remote_address_is_same_origin ("https://host/v1", "https://host@evil/v1"));
}

static void
check_host (const char *address, const char *expected)
{
  g_autofree char *host = remote_address_dup_host (address);

  g_assert_cmpstr (host, ==, expected);
}

static void
test_host (void)
{
  check_host ("https://gpu.example.org/v1", "gpu.example.org");
  check_host ("http://localhost:8000/v1", "localhost:8000");
  check_host ("http://[::1]:8000/v1", "[::1]:8000");
}

/* ---- Frames ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  JsonObject *object;
  GError *error;
  gboolean is_over;
} Reading;

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reading *reading = user_data;

  reading->object = remote_wire_read_finish (result, &reading->error);
  reading->is_over = TRUE;
}

static JsonObject *
read_frame (GBytes *bytes, gsize max, GError **error)
{
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_bytes (bytes);
  Reading reading = { 0 };

  remote_wire_read_async (stream, max, NULL, read_cb, &reading);
  while (!reading.is_over)
    g_main_context_iteration (NULL, TRUE);
  if (reading.error)
    g_propagate_error (error, reading.error);
  return reading.object;
}

static void
test_frames (void)
{
  g_autoptr (JsonObject) object = json_object_new (), same = NULL;
  g_autoptr (GBytes) frame = NULL, torn = NULL, none = g_bytes_new (NULL, 0);
  GError *error = NULL;

  json_object_set_string_member (object, "text", "字 \" \\ \n");
  frame = remote_wire_pack (object, 1000);
  same = read_frame (frame, 1000, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text_json_string (same, "text"), ==, "字 \" \\ \n");
  g_assert_null (remote_wire_pack (object, 10));

  g_assert_null (read_frame (frame, 10, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  for (gsize n = 1; n < g_bytes_get_size (frame); n++)
    {
      g_clear_pointer (&torn, g_bytes_unref);
      torn = g_bytes_new_from_bytes (frame, 0, n);
      g_assert_null (read_frame (torn, 1000, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
      g_clear_error (&error);
    }
  g_assert_null (read_frame (none, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
}

static void
test_json (void)
{
  static const char text[] =
      "{\"a\": \"x\\u0000y\\\\u0000\", \"n\": 5, \"l\": [{\"b\": 1}, 2], \"o\": {}, \"z\": null, \"f\": 1.5, \"m\": -3}";
  g_autoptr (JsonObject) object = remote_json_parse (text, strlen (text));

  g_assert_cmpstr (text_json_string (object, "a"), ==, "x\357\277\275y\\u0000");
  g_assert_cmpint (remote_json_int (object, "n"), ==, 5);
  g_assert_cmpint (remote_json_int (object, "m"), ==, 0);
  g_assert_cmpint (remote_json_int (object, "f"), ==, 0);
  g_assert_null (text_json_string (object, "n"));
  g_assert_null (text_json_string (object, "z"));
  g_assert_null (text_json_string (NULL, "a"));
  g_assert_nonnull (text_json_object (object, "o"));
  g_assert_null (text_json_object (object, "l"));
  g_assert_nonnull (text_json_element (text_json_array (object, "l"), 0));
  g_assert_null (text_json_element (text_json_array (object, "l"), 1));
  g_assert_null (text_json_element (text_json_array (object, "l"), 2));
  g_assert_null (remote_json_parse ("[]", 2));
  g_assert_null (remote_json_parse ("", 0));
  g_assert_null (remote_json_parse ("{\"a\": \"\xff\"}", 10));
}

static void
test_names (void)
{
  for (int i = 0; i < REMOTE_N_PROBLEMS; i++)
    g_assert_cmpint (remote_problem_from_name (remote_problem_get_name (i)), ==, i);
  g_assert_cmpint (remote_problem_from_name ("something new"), ==, REMOTE_PROBLEM_FORM);
  g_assert_cmpint (remote_problem_from_name (NULL), ==, REMOTE_PROBLEM_FORM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/remote/normalize", test_normalize);
  g_test_add_func ("/remote/private", test_private);
  g_test_add_func ("/remote/origin", test_origin);
  g_test_add_func ("/remote/host", test_host);
  g_test_add_func ("/remote/frames", test_frames);
  g_test_add_func ("/remote/json", test_json);
  g_test_add_func ("/remote/names", test_names);
  return g_test_run ();
}
