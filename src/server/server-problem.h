/* server-problem.h: why a request is refused, in the form that OpenAI's clients read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* status 0: there is none.  Strings but the message are constants, or the program's. */
typedef struct
{
  guint status; /* of HTTP */
  const char *code;
  char *param; /* what in the request is wrong; NULL: nothing single */
  char *message;
} ServerProblem;

/* Always FALSE.  A problem that is set already stays. */
gboolean server_problem_set (ServerProblem *problem, guint status, const char *code, const char *param, const char *format, ...)
    G_GNUC_PRINTF (5, 6);
void server_problem_clear (ServerProblem *problem);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ServerProblem, server_problem_clear)

/* {"error":{"message","type","param","code"}}; the caller frees. */
char *server_problem_to_json (const ServerProblem *problem);

G_END_DECLS

#endif
