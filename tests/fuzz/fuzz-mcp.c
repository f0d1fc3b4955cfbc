/* fuzz-mcp.c: lines that a server of tools could write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "tools/mcp-result.h"

static void
use (const ToolMcpMessage *message)
{
  g_autoptr (GPtrArray) tools = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_mcp_tool_free);
  gsize n_bytes = 0;

  tool_mcp_judge (message);
  if (!message->body)
    return;
  tool_mcp_is_version_known (message->body);
  tool_mcp_tells_of_changes (message->body);
  tool_mcp_read_tools (message->body, tools, &n_bytes);
  if (tools->len > TOOL_MCP_MAX_TOOLS)
    fail ("%u tools", tools->len);
  tool_mcp_get_cursor (message->body);
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) pictures = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
      g_autofree char *text =
          tool_mcp_dup_text (message->body, i & 1 ? TOOL_MCP_MODERN : TOOL_MCP_LEGACY, i & 2, pictures, &error);

      /* One or the other. */
      if (!text == !error)
        fail ("text and error");
      if (text && !g_utf8_validate (text, -1, NULL))
        fail ("no UTF-8");
    }
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  g_autofree char *line = g_malloc (size + 1);
  g_autofree char *answer = NULL;
  ToolMcpMessage message;

  memcpy (line, data, size);
  line[size] = '\0';
  if (!tool_mcp_read (line, size, &message))
    {
      tool_mcp_is_too_deep (line, size);
      return;
    }
  if (tool_mcp_is_too_deep (line, size))
    fail ("read, though it is too deep");
  if (message.kind == TOOL_MCP_REQUEST)
    answer = tool_mcp_refuse (&message);
  else if (message.kind == TOOL_MCP_RESULT || message.kind == TOOL_MCP_ERROR)
    use (&message);
  if (answer)
    fuzz_touch (answer, strlen (answer) + 1);
  tool_mcp_message_clear (&message);
}
