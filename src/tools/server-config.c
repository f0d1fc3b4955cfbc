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
  copy->in_box = config->in_box;
  copy->no_network = config->no_network;
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
