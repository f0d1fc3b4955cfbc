/* fake-engine.h: an engine that says what the last message of its prompt tells it to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each line is a step: "text …", "thought …", "call NAME", "arguments …", "called JSON", "bad REASON", "not …",
 * "chance TOKEN LOGPROB", "prompt DONE TOTAL", "planned N", "count N" (a token each, as fast as the main loop goes), "hold" (until
 * it is canceled), "fail CODE MESSAGE", "stop REASON" (of GlmStopReason).  "\n" in a text is a line's end.
 */
#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

#include "server/server-engine.h"

typedef struct
{
  ServerModel model;
  GList *replies;                        /* FakeReply* */
  guint n_started, n_ended, n_cancelled; /* requests */
  guint n_late;                          /* tokens after a request was canceled */
  GlmRequest last;                       /* its pointers are not valid */
  guint64 last_id;
} FakeEngine;

extern const ServerEngineFuncs fake_engine_funcs;

void fake_engine_init (FakeEngine *engine);

#endif
