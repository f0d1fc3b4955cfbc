/* reply.h: what a model writes, read as it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reply is text, perhaps with a thought before it, in one or several parts; a part may call a tool.  How that is written
 * differs from family to family: a GlmReplyDialect says it.  The reader takes bytes in any division and passes on what can
 * be shown at once.  It holds back a first line that may still become an offered tool's name (at most 64 bytes), a tag that
 * has begun, and blanks at the end.
 *
 * Nothing a model spells out can divide a reply: a part begins where its control token was drawn.  A call counts only where
 * the turn ends with <|observation|>.  Time is linear in the bytes; memory is bounded, whatever comes.
 */
#ifndef GLM_REPLY_H
#define GLM_REPLY_H

#include "engine.h"

#define GLM_REPLY_MAX_NAME      64
#define GLM_REPLY_MAX_ARGUMENTS ((size_t) 64 << 10) /* bytes of a call after the name */
#define GLM_REPLY_MAX_CALLS     16                  /* in one part; the others are bad: "several" */

typedef enum
{
  GLM_CALLS_NONE,
  GLM_CALLS_PYTHON, /* the name is a part's first line; then tool_call(key=value, …), usually in a fence */
  GLM_CALLS_JSON,   /* the name is a part's first line; then a JSON object */
  GLM_CALLS_TAGS,   /* <tool_call>name, then pairs <arg_key>…</arg_key><arg_value>…</arg_value>, </tool_call> */
} GlmCallForm;

typedef enum
{
  GLM_THOUGHTS_NONE,
  GLM_THOUGHTS_OWN,    /* the model writes <think> itself, if it thinks */
  GLM_THOUGHTS_OPENED, /* the prompt ends with <think> */
} GlmThoughts;

/* How a family writes. */
typedef struct
{
  GlmCallForm calls;
  GlmThoughts thoughts;
  const char *interpreter; /* the name under which programs are called; NULL: it knows none */
  bool has_date;           /* [[训练时间]] stands for the year of the training */
  bool full_width;         /* punctuation beside Chinese characters becomes full-width */
  bool keeps_blanks;       /* text goes on, so that blanks matter */
} GlmReplyDialect;

typedef struct GlmReply GlmReply;

/* See GlmReplyKind for what the pieces mean. */
typedef void (*GlmReplySink) (GlmReplyKind kind, const char *text, size_t n_bytes, void *user_data);

/* tools may be NULL, and must outlive the reader, as the dialect must. */
bool glm_reply_new (const GlmReplyDialect *dialect, const GlmToolSet *tools, GlmReplySink sink, void *user_data,
                    GlmReply **ret_reply, GlmError *error);
void glm_reply_free (GlmReply *reply);

/* The beginning that the caller has already, before anything else, in one or several pieces: nothing of it is passed on. */
bool glm_reply_begin (GlmReply *reply, const char *bytes, size_t n, GlmError *error);
/* What the model wrote.  Errors: no memory. */
bool glm_reply_push (GlmReply *reply, const char *bytes, size_t n, GlmError *error);
/* The control token that begins an assistant's turn was drawn. */
bool glm_reply_part (GlmReply *reply, GlmError *error);
/* Passes on what was held back, and the verdicts.  Nothing may follow. */
bool glm_reply_end (GlmReply *reply, GlmStopReason reason, GlmError *error);

/* Whether a thought is being written, and is neither in the middle of a character nor of what may be its end. */
bool glm_reply_is_thinking (const GlmReply *reply);
/* Whether it is inside a thought. */
bool glm_reply_is_in_thought (const GlmReply *reply);
/* What has come of the name behind <tool_call>; NULL: none is being written. */
const char *glm_reply_name (const GlmReply *reply, size_t *ret_n);
/* Steps taken so far: for the test that they are linear in the bytes. */
size_t glm_reply_n_steps (const GlmReply *reply);

#endif
