/* server-request.h: what a client asks for, read and checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is not known is ignored, for clients add fields of their own.  What is known and wrong is a problem that names it.
 */
#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "engine/engine.h"
#include "server/server-problem.h"

G_BEGIN_DECLS

#define SERVER_MAX_MESSAGES 512
#define SERVER_MAX_TOOLS    128
#define SERVER_MAX_STOPS    4
#define SERVER_MAX_STOP     256 /* bytes */

typedef enum
{
  SERVER_REQUEST_CHAT, /* /v1/chat/completions */
  SERVER_REQUEST_TEXT, /* /v1/completions */
} ServerRequestKind;

/* A chat has turns, a text has text or ids. */
typedef struct
{
  ServerRequestKind kind;
  char *model; /* NULL: whichever is there */
  gboolean stream, wants_usage;
  GArray *turns; /* of GlmTurn */
  char *text;
  GArray *ids;   /* of int32_t; NULL: none */
  GArray *tools; /* of GlmTool, those that may be called; NULL: none */
  GlmForm form;
  GlmSampling sampling; /* below 0: the model's */
  char *stops[SERVER_MAX_STOPS + 1];
  gboolean wants_chances;
  guint n_top;
  GPtrArray *strings; /* owns what the above point to */
} ServerRequest;

/* body: of the kind's endpoint.  NULL: the problem says why. */
ServerRequest *server_request_new (ServerRequestKind kind, const char *body, gsize n_bytes, ServerProblem *problem);
void server_request_free (ServerRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ServerRequest, server_request_free)

G_END_DECLS

#endif
