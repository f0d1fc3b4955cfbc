/* python.c: the interpreter, as what may be called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It is no tool among others: a model is told of it in words of its family and calls it by the family's name, and the chat
 * runs its cells in one sandbox.  What it has in common with tools is what a person decides of it.
 */
#include "tools/tool.h"

static void
start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  g_task_return_new_error (task, TOOL_ERROR, TOOL_ERROR_FAILED, "The interpreter is turned off in this chat");
  g_object_unref (task);
}

static const Tool python = {
  .name = "python",
  .description = "Runs a Python program in a sandbox.",
  .schema = "{\"type\": \"object\", \"properties\": {\"code\": {\"type\": \"string\"}}, \"required\": [\"code\"]}",
  .class = TOOL_CLASS_RUNS,
  .seconds = 90,
  .start = start,
};

const Tool *
tool_get_python (void)
{
  return &python;
}
