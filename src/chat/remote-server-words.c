/* remote-server-words.c: what is said of a server of models, and asked before something is sent there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/remote-server-words.h"

#include <glib/gi18n.h>

#include "remote/wire/remote-address.h"

char *
myna_remote_server_describe (MynaRemoteServer *server)
{
  const guint n = g_strv_length ((GStrv) myna_remote_server_get_models (server));
  g_autofree char *host = remote_address_dup_host (myna_remote_server_get_address (server));
  g_autofree char *number = g_strdup_printf (ngettext ("%u model", "%u models", n), n);
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "%s · %s", host, number);
  if (remote_address_is_plain (myna_remote_server_get_address (server)))
    g_string_append_printf (text, " · %s", _ ("not encrypted"));
  if (myna_remote_server_get_key_in_file (server))
    g_string_append_printf (text, "\n%s", _ ("There is no keyring: the API key is in a file that only you can read"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
myna_remote_server_describe_sends (guint sends)
{
  const char *parts[5], **part = parts;

  if (sends & MYNA_SENDS_TEMPORARY)
    *part++ = _ ("This is a temporary chat. Myna does not keep it, but the server may.");
  if (sends & MYNA_SENDS_ATTACHMENTS)
    *part++ = _ ("The chat contains attached files, which are sent, too.");
  if (sends & MYNA_SENDS_RESULTS)
    *part++ = _ ("What tools have found out on this computer is sent, too.");
  *part++ = _ ("You will not be asked about this again for this server.");
  *part = NULL;
  return g_strjoinv ("\n\n", (char **) parts);
}
