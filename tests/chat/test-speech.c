/* test-speech.c: texts in pieces of a language, read aloud by a speech-dispatcher of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

#include "chat/speaker.h"
#include "chat/speech-parts.h"

/* ---- Pieces ----------------------------------------------------------------------------------------------------- */

static void
assert_split (const char *text, const char *expected)
{
  g_autoptr (GPtrArray) parts = myna_speech_split (text, "en");
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      const MynaSpeechPart *part = g_ptr_array_index (parts, i);

      g_string_append_printf (joined, "%s[%s] %s", i ? "|" : "", part->language, part->text);
    }
  g_assert_cmpstr (joined->str, ==, expected);
}

static void
test_split (void)
{
  assert_split ("Hello, world.", "[en] Hello, world.");
  assert_split ("你好，世界。", "[zh] 你好，世界。");
  /* A word of another script stays in its sentence; a sentence of it does not. */
  assert_split ("请使用 GTK 编程。", "[zh] 请使用 GTK 编程。");
  assert_split ("他说：I have never been to Beijing before. 然后走了。",
                "[zh] 他说：|[en] I have never been to Beijing before.|[zh] 然后走了。");
  assert_split ("English first.\n中文在后。", "[en] English first.|[zh] 中文在后。");
  assert_split ("東京へ行きます。", "[ja] 東京へ行きます。");
  assert_split ("안녕하세요", "[ko] 안녕하세요");
  assert_split ("1, 2, 3", "[en] 1, 2, 3");
  assert_split (" … — !", "");
  assert_split ("", "");
}

/* Nothing of a long text is lost, and no piece is very long. */
static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *unbroken = g_strnfill (20000, 'a');
  gsize n = 0;

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (text, "Sentence %u of many. 第%u句。\n", i, i);
  parts = myna_speech_split (text->str, "en");
  for (guint i = 0; i < parts->len; i++)
    {
      const MynaSpeechPart *part = g_ptr_array_index (parts, i);

      g_assert_cmpuint (strlen (part->text), <, 3000);
      for (const char *p = part->text; (p = strstr (p, "Sentence ")); p++)
        n++;
    }
  g_assert_cmpuint (n, ==, 500);
  g_ptr_array_unref (parts);
  parts = myna_speech_split (unbroken, "en");
  g_assert_cmpuint (parts->len, >, 5);
}

/* ---- The daemon ------------------------------------------------------------------------------------------------- */

#ifdef MYNA_HAS_SPEECH

typedef struct
{
  GMutex mutex;
  GCond cond;
  GString *said; /* "[zh] 你好|[en] Hello" */
  char *language;
  guint n_messages, n_canceled;
  gboolean mute; /* pieces are queued and never end */
} Daemon;

static Daemon fake;

static void
answer (GOutputStream *stream, const char *text)
{
  g_output_stream_write_all (stream, text, strlen (text), NULL, NULL, NULL);
}

static void
receive (GDataInputStream *in, GOutputStream *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char *line;
  gboolean ends;

  answer (out, "230 OK RECEIVING DATA\r\n");
  while ((line = g_data_input_stream_read_line (in, NULL, NULL, NULL)))
    {
      g_strchomp (line);
      if (g_str_equal (line, "."))
        break;
      g_string_append_printf (text, "%s%s", text->len ? " " : "", line);
      g_free (line);
    }
  g_free (line);
  g_mutex_lock (&fake.mutex);
  g_string_append_printf (fake.said, "%s[%s] %s", fake.said->len ? "|" : "", fake.language, text->str);
  g_string_printf (text, "225-%u\r\n225 OK MESSAGE QUEUED\r\n", ++fake.n_messages);
  answer (out, text->str);
  g_string_printf (text, "702-%u\r\n702-1\r\n702 END\r\n", fake.n_messages);
  ends = !fake.mute;
  g_cond_broadcast (&fake.cond);
  g_mutex_unlock (&fake.mutex);
  if (ends)
    answer (out, text->str);
}

static gboolean
run_cb (GThreadedSocketService *service, GSocketConnection *connection, GObject *source, gpointer user_data)
{
  g_autoptr (GDataInputStream) in = g_data_input_stream_new (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  char *line;

  for (; (line = g_data_input_stream_read_line (in, NULL, NULL, NULL)); g_free (line))
    {
      g_strchomp (line);
      if (g_ascii_strncasecmp (line, "SET SELF LANGUAGE ", 18) == 0)
        {
          g_free (fake.language);
          fake.language = g_strdup (line + 18);
          answer (out, "201 OK LANGUAGE SET\r\n");
        }
      else if (g_ascii_strcasecmp (line, "SPEAK") == 0)
        {
          receive (in, out);
        }
      else if (g_ascii_strncasecmp (line, "CANCEL", 6) == 0)
        {
          g_mutex_lock (&fake.mutex);
          fake.n_canceled++;
          g_cond_broadcast (&fake.cond);
          g_mutex_unlock (&fake.mutex);
          answer (out, "213 OK CANCELED\r\n");
        }
      else
        {
          answer (out, "208 OK\r\n");
        }
    }
  return TRUE;
}

static GSocketService *
start_daemon (void)
{
  GSocketService *service = g_threaded_socket_service_new (4);
  g_autofree char *folder = g_dir_make_tmp ("myna-speech-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "speechd.sock", NULL);
  g_autofree char *address = g_strconcat ("unix_socket:", path, NULL);
  g_autoptr (GSocketAddress) socket = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (G_SOCKET_LISTENER (service), socket, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                 NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "run", G_CALLBACK (run_cb), NULL);
  g_setenv ("SPEECHD_ADDRESS", address, TRUE);
  fake.said = g_string_new (NULL);
  g_socket_service_start (service);
  return service;
}

static void
until_silent (MynaSpeaker *speaker)
{
  while (myna_speaker_get_owner (speaker))
    g_main_context_iteration (NULL, TRUE);
}

static void
until (const guint *n, guint wanted)
{
  g_mutex_lock (&fake.mutex);
  while (*n < wanted)
    g_cond_wait (&fake.cond, &fake.mutex);
  g_mutex_unlock (&fake.mutex);
}

static void
test_read (void)
{
  MynaSpeaker *speaker = myna_speaker_get_default ();

  myna_speaker_say (speaker, "a", "你好，世界。\nHello to all of you out there.");
  g_assert_cmpstr (myna_speaker_get_owner (speaker), ==, "a");
  until_silent (speaker);
  g_assert_cmpstr (fake.said->str, ==, "[zh] 你好，世界。|[en] Hello to all of you out there.");
  /* Nothing to read. */
  myna_speaker_say (speaker, "b", " … ");
  g_assert_null (myna_speaker_get_owner (speaker));
}

/* Another text takes the place of the one that is read, and Stop ends it. */
static void
test_stop (void)
{
  MynaSpeaker *speaker = myna_speaker_get_default ();
  guint n = fake.n_messages, n_canceled;

  fake.mute = TRUE;
  myna_speaker_say (speaker, "a", "This is never read to its end.");
  until (&fake.n_messages, n + 1);
  n_canceled = fake.n_canceled;
  myna_speaker_say (speaker, "b", "Nor is this.");
  until (&fake.n_messages, n + 2);
  g_assert_cmpuint (fake.n_canceled, >, n_canceled);
  g_assert_cmpstr (myna_speaker_get_owner (speaker), ==, "b");
  n_canceled = fake.n_canceled;
  myna_speaker_stop (speaker);
  g_assert_null (myna_speaker_get_owner (speaker));
  until (&fake.n_canceled, n_canceled + 1);
  fake.mute = FALSE;
  myna_speaker_say (speaker, "c", "And this is.");
  until_silent (speaker);
}

#else

static void
failed_cb (MynaSpeaker *speaker, const char *why, gpointer user_data)
{
  *(char **) user_data = myna_speaker_describe_failure (why);
}

/* A Flatpak has no way to the daemon: there it is offered all the same, and what is missing is said.  Elsewhere it is not. */
static void
test_flatpak (void)
{
  MynaSpeaker *speaker = myna_speaker_get_default ();
  g_autofree char *info = NULL, *said = NULL;
  int fd = g_file_open_tmp (NULL, &info, NULL);

  g_assert_cmpint (fd, >=, 0);
  close (fd);
  g_setenv ("MYNA_SANDBOX_INFO", info, TRUE);
  g_assert_true (myna_speaker_is_offered ());
  g_assert_cmpint (unlink (info), ==, 0);
  g_assert_false (myna_speaker_is_offered ());
  g_signal_connect (speaker, "failed", G_CALLBACK (failed_cb), &said);
  myna_speaker_say (speaker, "a", "Hello.");
  g_assert_null (myna_speaker_get_owner (speaker));
  g_assert_nonnull (said);
  g_assert_nonnull (strstr (said, "Flatpak"));
}

#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/speech/split", test_split);
  g_test_add_func ("/speech/long", test_long);
#ifdef MYNA_HAS_SPEECH
  GSocketService *service = start_daemon ();
  g_test_add_func ("/speech/read", test_read);
  g_test_add_func ("/speech/stop", test_stop);
#else
  g_test_add_func ("/speech/flatpak", test_flatpak);
#endif
  int status = g_test_run ();
#ifdef MYNA_HAS_SPEECH
  g_socket_service_stop (service);
#endif
  return status;
}
