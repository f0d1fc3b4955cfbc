/* tool-prompt.h: what a prompt says about the tools that may be called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A system's turn at the beginning: the tools' descriptions as JSON, in words that differ from family to family.
 */
#ifndef GLM_TOOL_PROMPT_H
#define GLM_TOOL_PROMPT_H

#include "base/buffer.h"
#include "engine.h"

#define GLM_MAX_TOOLS      512
#define GLM_TOOL_MAX_NAME  64
#define GLM_TOOL_MAX_BYTES ((size_t) 64 << 10) /* of a description, and of a schema */

/* In this order: before, for each tool before_name name after_name before_tool JSON after_tool, between two `between`,
 * program, after. */
typedef struct
{
  const char *before, *after;
  const char *before_name, *after_name; /* NULL: no name */
  const char *before_tool, *after_tool;
  const char *between;
  int indent, depth;   /* of the JSON: see glm_json_rewrite() */
  const char *program; /* how it speaks of the interpreter; NULL: it knows none */
  bool program_alone;  /* … and of nothing else: there are tools or programs */
  bool with_system;    /* the person's own system prompt stands before it in the same turn; else in a turn of its own */
} GlmToolFormat;

/* Checks names, number and sizes; errors name the tool. */
bool glm_tool_set_check (const GlmToolSet *tools, GlmError *error);
/* Appends the turn's text.  system: with_system, or NULL. */
bool glm_tool_prompt_write (const GlmToolFormat *format, const GlmToolSet *tools, const char *system, GlmBuffer *out,
                            GlmError *error);

#endif
