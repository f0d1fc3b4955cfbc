/* myna-remote-error.c: what goes wrong with a server, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-remote-error.h"

#include <glib/gi18n.h>

#include "chat/flatpak-info.h"

G_DEFINE_QUARK (myna - remote - error - quark, myna_remote_error)

/* %s, where there is one, is the server's name. */
static const char *const words[REMOTE_N_PROBLEMS] = {
  [REMOTE_PROBLEM_ADDRESS] = N_ ("This is not the address of a server. It looks like https://example.org/v1."),
  [REMOTE_PROBLEM_INSECURE] =
      N_ ("Nothing was sent: without encryption, anybody on the way could read it. Use an address that begins "
          "with https."),
  [REMOTE_PROBLEM_NAME] = N_ ("“%s” was not found. Check the address, and whether this computer is online."),
  [REMOTE_PROBLEM_UNREACHABLE] = N_ ("“%s” cannot be reached. Check whether it runs, and whether this computer is online."),
  [REMOTE_PROBLEM_TIMEOUT] = N_ ("“%s” did not answer. Try again later."),
  [REMOTE_PROBLEM_CERTIFICATE] =
      N_ ("Nothing was sent: the certificate of “%s” is not valid, so it may be another server. Ask those who "
          "run it."),
  [REMOTE_PROBLEM_TLS] = N_ ("Could not make a secure connection to “%s”. Check the address and its port."),
  [REMOTE_PROBLEM_PROXY] = N_ ("The proxy did not let the connection through. Check the proxy in the settings of the system."),
  [REMOTE_PROBLEM_REQUEST] = N_ ("“%s” did not accept the question. Another model or other settings of the chat may help."),
  [REMOTE_PROBLEM_CONTEXT] =
      N_ ("The chat is longer than the model at “%s” can read. Shorten your message or begin a new chat."),
  [REMOTE_PROBLEM_UNAUTHORIZED] = N_ ("“%s” does not accept the API key. Correct it in Models."),
  [REMOTE_PROBLEM_FORBIDDEN] = N_ ("“%s” does not let you use this model. Choose another one, or ask those who run it."),
  [REMOTE_PROBLEM_NOT_FOUND] =
      N_ ("“%s” does not have this model, or its address is wrong. Choose another model or correct the address."),
  [REMOTE_PROBLEM_TOO_LARGE] = N_ ("The message is too large for “%s”. Shorten it or remove an attachment."),
  [REMOTE_PROBLEM_BUSY] = N_ ("“%s” is too busy now. Try again later."),
  [REMOTE_PROBLEM_SERVER] = N_ ("“%s” has an internal error. Try again later."),
  [REMOTE_PROBLEM_STATUS] = N_ ("“%s” answered with an unknown error. Try again later."),
  [REMOTE_PROBLEM_REDIRECT] =
      N_ ("Nothing more was sent: “%s” refers to another server. If it has moved, add it with its new address."),
  [REMOTE_PROBLEM_WEB_PAGE] = N_ ("A web page answered instead of “%s”. Perhaps you must sign in to the network first."),
  [REMOTE_PROBLEM_FORM] =
      N_ ("The answer of “%s” cannot be understood. Check whether the address is the one of an OpenAI-compatible "
          "server."),
  [REMOTE_PROBLEM_ENDLESS] = N_ ("The reply from “%s” was too long, and was stopped."),
  [REMOTE_PROBLEM_CUT_OFF] = N_ ("The connection to “%s” was lost. The part of the reply that arrived is kept."),
  [REMOTE_PROBLEM_STALLED] = N_ ("“%s” stopped responding. The part of the reply that arrived is kept."),
  [REMOTE_PROBLEM_CANCELLED] = N_ ("Stopped."),
  [REMOTE_PROBLEM_PROCESS] = N_ ("The part of Myna that connects to servers is not running. Try again, or reinstall Myna."),
  [REMOTE_PROBLEM_ASK] = N_ ("Nothing was sent to “%s” yet: you have not allowed this for it."),
  [REMOTE_PROBLEM_FORGOTTEN] = N_ ("The server of this chat was removed. Choose another model."),
  [REMOTE_PROBLEM_FILTERED] = N_ ("A filter of “%s” ended the reply."),
};

/* What is other where a server is being added. */
static const char *const listing_words[REMOTE_N_PROBLEMS] = {
  [REMOTE_PROBLEM_UNAUTHORIZED] = N_ ("“%s” does not accept the API key. Check it above."),
  [REMOTE_PROBLEM_FORBIDDEN] = N_ ("“%s” does not let you in. Check the API key above, or ask those who run it."),
  [REMOTE_PROBLEM_NOT_FOUND] = N_ ("“%s” has no list of models at this address. Check the address above: most end in /v1."),
};

GError *
myna_remote_error_new (RemoteProblem problem, const char *server)
{
  const char *text = words[problem] ? words[problem] : words[REMOTE_PROBLEM_STATUS];
  g_autofree char *message = g_strdup_printf (_ (text), server);

  return g_error_new_literal (MYNA_REMOTE_ERROR, problem, message);
}

/* Translators: %s is a sentence */
static char *
add_wait (const char *message, guint seconds)
{
  guint minutes = (seconds + 59) / 60;

  if (seconds < 120)
    return g_strdup_printf (ngettext ("%s It asks to wait %u second.", "%s It asks to wait %u seconds.", seconds), message,
                            seconds);
  return g_strdup_printf (ngettext ("%s It asks to wait %u minute.", "%s It asks to wait %u minutes.", minutes), message,
                          minutes);
}

/* Adds what the server says to what is said of it. */
static GError *
add_details (GError *error, JsonObject *event)
{
  guint seconds = (guint) MIN (remote_json_int (event, "retry_after"), G_MAXINT);
  const char *detail = text_json_string (event, "detail");

  if (seconds > 0)
    {
      char *message = add_wait (error->message, seconds);

      g_free (error->message);
      error->message = message;
    }
  if (detail && *detail)
    {
      /* Translators: the first %s is a sentence, and the second one what the server says */
      char *message = g_strdup_printf (_ ("%s The server says: “%s”"), error->message, detail);

      g_free (error->message);
      error->message = message;
    }
  return error;
}

GError *
myna_remote_error_read (JsonObject *event, const char *server)
{
  return add_details (myna_remote_error_new (remote_problem_from_name (text_json_string (event, "code")), server), event);
}

GError *
myna_remote_error_read_listing (JsonObject *event, const char *server)
{
  RemoteProblem problem = remote_problem_from_name (text_json_string (event, "code"));
  GError *error = myna_remote_error_new (problem, server);

  if (listing_words[problem])
    {
      g_free (error->message);
      error->message = g_strdup_printf (_ (listing_words[problem]), server);
    }
  return add_details (error, event);
}

const char *
myna_remote_get_permit (gboolean gives)
{
  if (!myna_flatpak_get_info ())
    return NULL;
  return gives ? "flatpak override --user --share=network " MYNA_APP_ID
               : "flatpak override --user --unshare=network " MYNA_APP_ID;
}

gboolean
myna_remote_is_permitted (void)
{
  g_autoptr (GKeyFile) sandbox = g_key_file_new ();
  g_auto (GStrv) shared = NULL;
  const char *info = myna_flatpak_get_info ();

  if (!info)
    return TRUE;
  if (g_key_file_load_from_file (sandbox, info, G_KEY_FILE_NONE, NULL))
    shared = g_key_file_get_string_list (sandbox, "Context", "shared", NULL, NULL);
  return shared && g_strv_contains ((const char *const *) shared, "network");
}
