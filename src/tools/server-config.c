/* server-config.c: how a server is started
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "tools/server-private.h"

ToolServerConfig *
tool_server_config_copy (const ToolServerConfig *config)
{
  ToolServerConfig *copy = g_new0 (ToolServerConfig, 1);

  copy->name = g_strdup (config->name);
  copy->command = g_strdupv (config->command);
  copy->environment = g_strdupv (config->environment);
  copy->folder = g_strdup (config->folder);
  return copy;
}

void
tool_server_config_free (ToolServerConfig *config)
{
  if (!config)
    return;
  g_free (config->name);
  g_strfreev (config->command);
  g_strfreev (config->environment);
  g_free (config->folder);
  g_free (config);
}

/* Whether a shell takes the word as it is. */
static gboolean
is_plain (const char *word)
{
  return *word && !word[strspn (word, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_-./:=@%+,")];
}

char *
tool_server_dup_command_line (ToolServer *self)
{
  const ToolServerConfig *config = tool_server_get_config (self);
  GString *line = g_string_new (NULL);

  for (guint i = 0; config->command[i]; i++)
    {
      g_autofree char *quoted = is_plain (config->command[i]) ? NULL : g_shell_quote (config->command[i]);

      g_string_append_printf (line, "%s%s", i ? " " : "", quoted ? quoted : config->command[i]);
    }
  return g_string_free (line, FALSE);
}
