/* tool.h: one tool, from the inside
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include <json-glib/json-glib.h>

#include "tools/tools.h"

G_BEGIN_DECLS

struct _Tool
{
  const char *name;
  const char *description;
  const char *schema;
  ToolClass class;
  const char *origin; /* where it is not of this program: the command that runs it; NULL: it is */
  gboolean needs_host;
  guint seconds; /* time limit */
  /* Either: computes on a thread of its own, and looks at the cancellable between its steps.  The result is owned by the
   * caller. */
  char *(*compute) (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error);
  /* Or: returns the task with a text or an error later. */
  void (*start) (GTask *task, JsonObject *arguments, const ToolCallOptions *options);
};

extern const Tool tool_calculate;
extern const Tool tool_convert_units;
extern const Tool tool_date_time;
extern const Tool tool_search_chats;
extern const Tool tool_read_document;
extern const Tool tool_read_more;

#define TOOL_MAX_NAME 64

/* Whether a model may call a tool so: ASCII letters, digits and "_.-", TOOL_MAX_NAME of them at most. */
gboolean tool_is_name (const char *name);
/* The tool of the task that was passed to `start`. */
const Tool *tool_call_get_tool (GTask *task);
/* What comes with the text: ToolMade. */
void tool_call_set_made (GTask *task, GPtrArray *made);
/* ARGUMENTS with "NAME …" where the member is missing or of another type.  Optional ones give the fallback. */
gboolean tool_argument_string (JsonObject *arguments, const char *name, gboolean required, const char **ret_value,
                               GError **error);
gboolean tool_argument_int (JsonObject *arguments, const char *name, gboolean required, gint64 min, gint64 max,
                            gint64 *ret_value, /* holds the fallback */
                            GError **error);
/* A number as it would be written in decimal digits; owned by the caller. */
gboolean tool_argument_number (JsonObject *arguments, const char *name, char **ret_value, GError **error);

G_END_DECLS

#endif
