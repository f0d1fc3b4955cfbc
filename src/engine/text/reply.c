/* reply.c: what a model writes, read as it comes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes become characters; a state machine divides these into thought, text and calls; text goes through three stages: the
 * date's placeholder, the punctuation beside Chinese characters, the blanks.  Each holds back a little.
 */
#include "text/reply.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "text/call-arguments.h"

#define MAX_OUT      4096
#define MAX_BLANKS   4000 /* more are no end of a text */
#define MAX_HEAD     128  /* a name with blanks around it */

#define NO_CHARACTER UINT32_MAX /* a byte that belongs to none */

static const char think_open[] = "<think>", think_close[] = "</think>";
static const char call_open[] = "<tool_call>", call_close[] = "</tool_call>";

typedef enum
{
  STATE_HEAD, /* a part's beginning: a thought, a tool's name or text */
  STATE_THOUGHT,
  STATE_TEXT,
  STATE_NAME, /* behind <tool_call> */
  STATE_CALL,
} State;

typedef enum
{
  CLOSE_PART,   /* another part follows */
  CLOSE_WAITED, /* the turn ends and waits for a result */
  CLOSE_ENDED,  /* … does not wait */
  CLOSE_CUT,
} Close;

/* What a whole call of <tool_call> is, if the turn waits for its result. */
typedef struct
{
  GlmBuffer arguments;
  const char *bad;
} Call;

struct GlmReply
{
  const GlmReplyDialect *dialect;
  const GlmToolSet *tools;
  GlmReplySink sink;
  void *user_data;
  bool muted; /* what comes is the caller's already */
  bool no_memory;
  size_t n_steps;

  GlmReplyKind out_kind;
  size_t n_out;
  char out[MAX_OUT];

  uint8_t bytes[4]; /* a character that has begun */
  int n_bytes;

  State state;
  bool may_think;   /* <think> would open a thought */
  bool may_call;    /* the first line may be a tool's name */
  bool had_thought; /* in this part */
  size_t n_tag;     /* characters of a tag that has begun, which are not passed on */
  char head[MAX_HEAD];
  size_t n_head;
  char line[GLM_REPLY_MAX_NAME + 1]; /* the part's first line, as far as a name could reach */
  size_t n_line;
  bool line_ended;

  /* Text. */
  size_t n_date; /* characters of the placeholder */
  uint32_t previous;
  uint32_t mark;       /* a mark whose width the next character decides; 0: none */
  bool at_start;       /* blanks go away */
  GlmBuffer blanks;    /* those that go away if nothing follows */
  const GlmTool *tool; /* of the call; NULL: the interpreter, or none of that name */
  bool is_code;
  char name[GLM_REPLY_MAX_NAME];
  size_t n_name;
  GlmBuffer call; /* what follows the name */
  Call calls[GLM_REPLY_MAX_CALLS];
  size_t n_calls; /* whole ones of this part; all are counted */
};

static const GlmToolSet no_tools;

/* ---- What goes out ---------------------------------------------------------------------------------------------- */

static void
flush_out (GlmReply *reply)
{
  if (reply->n_out > 0)
    reply->sink (reply->out_kind, reply->out, reply->n_out, reply->user_data);
  reply->n_out = 0;
}

static void
emit (GlmReply *reply, GlmReplyKind kind, const void *bytes, size_t n)
{
  if (reply->muted || n == 0)
    return;
  if (kind != reply->out_kind || n > MAX_OUT - reply->n_out)
    flush_out (reply);
  reply->out_kind = kind;
  memcpy (reply->out + reply->n_out, bytes, n);
  reply->n_out += n;
}

/* What is passed on by itself, perhaps longer than a piece. */
static void
emit_whole (GlmReply *reply, GlmReplyKind kind, const char *text, size_t n)
{
  flush_out (reply);
  reply->sink (kind, text, n, reply->user_data);
}

static bool
keep (GlmReply *reply, GlmBuffer *buffer, const void *bytes, size_t n)
{
  if (!glm_buffer_append (buffer, bytes, n))
    reply->no_memory = true;
  return !reply->no_memory;
}

/* ---- Text: blanks, marks, date ---------------------------------------------------------------------------------- */

static void
put_text (GlmReply *reply, const void *bytes, size_t n, uint32_t code)
{
  bool is_blank = code != NO_CHARACTER && glm_unicode_is_space (code) && !reply->dialect->keeps_blanks;

  if (is_blank && reply->at_start)
    return;
  if (is_blank && keep (reply, &reply->blanks, bytes, n) && reply->blanks.n < MAX_BLANKS)
    return;
  emit (reply, GLM_REPLY_TEXT, reply->blanks.data, reply->blanks.n);
  reply->n_steps += reply->blanks.n;
  reply->blanks.n = 0;
  reply->at_start = false;
  if (!is_blank)
    emit (reply, GLM_REPLY_TEXT, bytes, n);
}

static bool
is_cjk (uint32_t code)
{
  return code >= 0x4E00 && code <= 0x9FFF;
}

static void
put_mark (GlmReply *reply, uint32_t mark, bool wide)
{
  static const char marks[] = ",!:;?";
  static const char *const wide_marks[] = { "，", "！", "：", "；", "？" };
  char narrow = (char) mark;

  if (wide)
    put_text (reply, wide_marks[strchr (marks, narrow) - marks], 3, NO_CHARACTER);
  else
    put_text (reply, &narrow, 1, mark);
}

/* The mark that waits, now that the character behind it is known (0: none). */
static void
settle_mark (GlmReply *reply, uint32_t next)
{
  if (reply->mark)
    put_mark (reply, reply->mark, is_cjk (next));
  reply->mark = 0;
}

static void
punctuate (GlmReply *reply, const void *bytes, size_t n, uint32_t code)
{
  settle_mark (reply, code);
  if (!reply->dialect->full_width || code == 0 || code > 0x7F || !strchr (",!:;?", (int) code))
    put_text (reply, bytes, n, code);
  else if (is_cjk (reply->previous))
    put_mark (reply, code, true);
  else
    reply->mark = code;
  reply->previous = code;
}

static const uint32_t placeholder[] = { '[', '[', 0x8BAD, 0x7EC3, 0x65F6, 0x95F4, ']', ']' };

/* The first n characters of the placeholder are text. */
static void
release_date (GlmReply *reply, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      uint8_t bytes[4];

      punctuate (reply, bytes, (size_t) glm_utf8_write (placeholder[i], bytes), placeholder[i]);
    }
  reply->n_steps += n;
}

static void
clean (GlmReply *reply, const void *bytes, size_t n, uint32_t code)
{
  static const char year[] = "2023年";
  size_t n_before = reply->n_date;

  if (reply->dialect->has_date && code == placeholder[n_before])
    {
      if (++reply->n_date < sizeof placeholder / sizeof *placeholder)
        return;
      settle_mark (reply, '2');
      put_text (reply, year, sizeof year - 1, NO_CHARACTER);
      reply->previous = 0x5E74;
      reply->n_date = 0;
      return;
    }
  reply->n_date = code == '[' && n_before > 0 ? (n_before == 2 ? 2 : 1) : 0;
  release_date (reply, n_before - (n_before == 2 && reply->n_date == 2 ? 1 : 0));
  if (reply->n_date == 0)
    punctuate (reply, bytes, n, code);
}

/* The text ends: its last blanks go away. */
static void
settle_text (GlmReply *reply)
{
  release_date (reply, reply->n_date);
  reply->n_date = 0;
  settle_mark (reply, 0);
  reply->blanks.n = 0;
  reply->previous = 0;
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

/* The name without the blanks around it. */
static const char *
trim (const char *text, size_t *n)
{
  while (*n > 0 && strchr (" \t\r", *text) && *text)
    text++, (*n)--;
  while (*n > 0 && strchr (" \t\r", text[*n - 1]) && text[*n - 1])
    (*n)--;
  return text;
}

/* The n-th thing that is offered, tools and interpreter; NULL: there are no more. */
static const char *
offered_name (const GlmReply *reply, size_t i)
{
  if (i < reply->tools->n_tools)
    return reply->tools->tools[i].name;
  return i == reply->tools->n_tools && reply->tools->interpreter ? reply->dialect->interpreter : NULL;
}

static bool
has_tools (const GlmReply *reply)
{
  return reply->dialect->calls != GLM_CALLS_NONE && offered_name (reply, 0);
}

/* Sets the call's name, and the tool of that name. */
static bool
find_tool (GlmReply *reply, const char *name, size_t n)
{
  const char *offered;

  reply->n_name = n < GLM_REPLY_MAX_NAME ? n : GLM_REPLY_MAX_NAME;
  memcpy (reply->name, name, reply->n_name);
  reply->tool = NULL;
  reply->is_code = false;
  for (size_t i = 0; (offered = offered_name (reply, i)); i++)
    if (strlen (offered) == n && memcmp (offered, name, n) == 0)
      {
        reply->is_code = i == reply->tools->n_tools;
        reply->tool = reply->is_code ? NULL : &reply->tools->tools[i];
        return true;
      }
  return false;
}

/* Whether the head may still become an offered name and the end of its line. */
static bool
may_be_name (GlmReply *reply)
{
  size_t n = reply->n_head;
  const char *head = trim (reply->head, &n), *name;
  bool has_blank = head + n < reply->head + reply->n_head;

  for (size_t i = 0; reply->may_call && (name = offered_name (reply, i)); i++)
    {
      reply->n_steps++;
      if (strlen (name) >= n && memcmp (name, head, n) == 0 && (!has_blank || name[n] == '\0'))
        return true;
    }
  return false;
}

static void
open_call (GlmReply *reply)
{
  settle_text (reply);
  emit_whole (reply, GLM_REPLY_CALL, reply->name, reply->n_name);
  reply->state = STATE_CALL;
  reply->call.n = 0;
  reply->n_tag = 0;
}

/* Why the call must not be run, or NULL: what it calls is in *arguments. */
static const char *
judge (GlmReply *reply, GlmBuffer *arguments)
{
  const char *text = (const char *) reply->call.data, *code, *bad;
  size_t n = reply->call.n, n_code;

  if (!reply->tool && !reply->is_code)
    return "no-such-tool";
  if (n > GLM_REPLY_MAX_ARGUMENTS)
    return "too-large";
  reply->n_steps += n;
  if (!reply->is_code)
    bad = glm_call_arguments (reply->dialect->calls, reply->tool, n ? text : "", n, arguments, &reply->n_steps);
  else if (!(bad = glm_call_code (n ? text : "", n, &code, &n_code)) && !glm_buffer_append (arguments, code, n_code))
    bad = "no memory";
  if (bad && strcmp (bad, "no memory") == 0)
    reply->no_memory = true;
  return bad;
}

/* A whole call: its verdict waits for the end of the part. */
static void
close_call (GlmReply *reply)
{
  if (reply->n_calls < GLM_REPLY_MAX_CALLS)
    {
      Call *call = &reply->calls[reply->n_calls];

      call->arguments.n = 0;
      call->bad = judge (reply, &call->arguments);
      if (reply->is_code && !call->bad)
        call->bad = "no-such-tool"; /* the families with tags have no interpreter */
    }
  reply->n_calls++;
  reply->call.n = 0;
  reply->state = STATE_TEXT;
  reply->at_start = true;
}

static void
put_verdict (GlmReply *reply, Close how, const char *bad, const GlmBuffer *arguments, bool is_code)
{
  const char *text = how == CLOSE_PART ? "not-waited" : how == CLOSE_CUT ? "truncated" : bad;
  GlmReplyKind kind = is_code ? GLM_REPLY_CODE : GLM_REPLY_CALLED;

  if (how == CLOSE_ENDED)
    {
      text = reply->dialect->calls == GLM_CALLS_TAGS ? call_open : "";
      emit_whole (reply, GLM_REPLY_NOT_CALLED, text, strlen (text));
    }
  else if (text)
    emit_whole (reply, GLM_REPLY_BAD, text, strlen (text));
  else
    emit_whole (reply, kind, (const char *) arguments->data, arguments->n);
}

static void
put_verdicts (GlmReply *reply, Close how)
{
  GlmBuffer arguments = { 0 };
  const char *bad;

  for (size_t i = 0; i < reply->n_calls; i++)
    if (i < GLM_REPLY_MAX_CALLS)
      put_verdict (reply, how, reply->calls[i].bad, &reply->calls[i].arguments, false);
    else
      put_verdict (reply, how, "several", NULL, false);
  reply->n_calls = 0;
  if (reply->state != STATE_CALL)
    return;
  bad = how == CLOSE_WAITED ? judge (reply, &arguments) : NULL;
  put_verdict (reply, how, bad, &arguments, reply->is_code);
  glm_buffer_clear (&arguments);
}

/* ---- Characters ------------------------------------------------------------------------------------------------- */

static void feed (GlmReply *reply, const char *bytes, size_t n, uint32_t code);

/* Counts the characters of a tag that come one after another.  What had begun but is none is handed back. */
static bool
match_tag (GlmReply *reply, const char *tag, uint32_t code, size_t *ret_n_text)
{
  *ret_n_text = 0;
  if (code == (uint32_t) tag[reply->n_tag])
    {
      reply->n_tag++;
      return true;
    }
  *ret_n_text = reply->n_tag;
  reply->n_tag = code == (uint32_t) tag[0];
  return reply->n_tag > 0;
}

static void
feed_thought (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  size_t n_text;

  /* A model repeats the tag that the prompt ends with, now and then. */
  if (reply->may_think && (reply->n_tag > 0 || !glm_unicode_is_space (code)))
    {
      if (code == (uint32_t) think_open[reply->n_tag])
        {
          if (think_open[++reply->n_tag] == '\0')
            reply->may_think = false, reply->n_tag = 0;
          return;
        }
      reply->may_think = false;
      if (reply->n_tag > 1)
        {
          emit (reply, GLM_REPLY_THOUGHT, think_open, reply->n_tag);
          reply->n_tag = 0;
        }
    }
  if (!match_tag (reply, think_close, code, &n_text))
    {
      emit (reply, GLM_REPLY_THOUGHT, think_close, n_text);
      emit (reply, GLM_REPLY_THOUGHT, bytes, n);
      return;
    }
  emit (reply, GLM_REPLY_THOUGHT, think_close, n_text);
  if (think_close[reply->n_tag] != '\0')
    return;
  reply->n_tag = 0;
  reply->state = STATE_HEAD;
  reply->had_thought = true;
  reply->may_think = reply->at_start = false;
}

static void
feed_line (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  if (reply->line_ended || reply->n_line == sizeof reply->line)
    return;
  if (reply->n_line == 0 && code != '\n' && glm_unicode_is_space (code))
    return;
  if (code == '\n')
    reply->line_ended = reply->n_line > 0 || !reply->had_thought;
  else if (n <= sizeof reply->line - reply->n_line)
    {
      memcpy (reply->line + reply->n_line, bytes, n);
      reply->n_line += n;
    }
  else
    reply->n_line = sizeof reply->line;
}

static void
feed_text (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  size_t n_text = 0;

  feed_line (reply, bytes, n, code);
  if (reply->dialect->calls == GLM_CALLS_TAGS && has_tools (reply) && !reply->muted)
    {
      bool in_tag = match_tag (reply, call_open, code, &n_text);

      for (size_t i = 0; i < n_text; i++)
        clean (reply, &call_open[i], 1, (uint32_t) call_open[i]);
      if (in_tag)
        {
          if (call_open[reply->n_tag] == '\0')
            {
              settle_text (reply);
              reply->state = STATE_NAME;
              reply->n_head = reply->n_tag = 0;
            }
          return;
        }
    }
  clean (reply, bytes, n, code);
}

/* What was held back at the beginning is text. */
static void
release_head (GlmReply *reply)
{
  char head[MAX_HEAD];
  size_t n = reply->n_head;

  memcpy (head, reply->head, n);
  reply->n_head = 0;
  reply->state = STATE_TEXT;
  for (size_t i = 0; i < n;)
    {
      uint32_t code;
      int length = glm_utf8_char ((const uint8_t *) head + i, n - i, &code);

      feed (reply, head + i, length > 0 ? (size_t) length : 1, length > 0 ? code : NO_CHARACTER);
      i += length > 0 ? (size_t) length : 1;
    }
}

static void
feed_head (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  size_t n_name = reply->n_head;
  const char *name = trim (reply->head, &n_name);
  bool may_think;

  if (reply->n_head == 0 && code != NO_CHARACTER && glm_unicode_is_space (code))
    {
      if (code == '\n' && !reply->had_thought)
        reply->may_call = false;
      feed_text (reply, bytes, n, code);
      return;
    }
  if (code == '\n' && reply->may_call && find_tool (reply, name, n_name))
    {
      reply->n_head = 0;
      open_call (reply);
      feed (reply, bytes, n, code);
      return;
    }
  memcpy (reply->head + reply->n_head, bytes, n);
  reply->n_head += n;
  may_think = reply->may_think && reply->n_head < sizeof think_open && memcmp (reply->head, think_open, reply->n_head) == 0;
  if (may_think && reply->n_head == sizeof think_open - 1)
    {
      settle_text (reply);
      reply->n_head = 0;
      reply->may_think = false;
      reply->state = STATE_THOUGHT;
    }
  else if (!may_think && (reply->n_head > MAX_HEAD - 4 || !may_be_name (reply)))
    release_head (reply);
}

/* The name behind <tool_call> ends with the line, or where a tag begins. */
static void
feed_name (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  size_t n_name = reply->n_head;
  const char *name = trim (reply->head, &n_name);

  if (code != '\n' && code != '<' && reply->n_head + n <= GLM_REPLY_MAX_NAME)
    {
      memcpy (reply->head + reply->n_head, bytes, n);
      reply->n_head += n;
      return;
    }
  find_tool (reply, name, n_name);
  reply->n_head = 0;
  open_call (reply);
  feed (reply, bytes, n, code);
}

static void
feed_call (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  size_t n_text;

  emit (reply, GLM_REPLY_ARGUMENTS, bytes, n);
  if (reply->call.n <= GLM_REPLY_MAX_ARGUMENTS)
    keep (reply, &reply->call, bytes, n);
  if (reply->dialect->calls == GLM_CALLS_TAGS && match_tag (reply, call_close, code, &n_text)
      && call_close[reply->n_tag] == '\0')
    {
      reply->n_tag = 0;
      close_call (reply);
    }
}

static void
feed (GlmReply *reply, const char *bytes, size_t n, uint32_t code)
{
  reply->n_steps++;
  switch (reply->state)
    {
    case STATE_HEAD: feed_head (reply, bytes, n, code); break;
    case STATE_THOUGHT: feed_thought (reply, bytes, n, code); break;
    case STATE_TEXT: feed_text (reply, bytes, n, code); break;
    case STATE_NAME: feed_name (reply, bytes, n, code); break;
    case STATE_CALL: feed_call (reply, bytes, n, code); break;
    }
}

/* The characters that are whole; all bytes if nothing follows. */
static void
drain (GlmReply *reply, bool final)
{
  while (reply->n_bytes > 0)
    {
      uint32_t code;
      int n = glm_utf8_char (reply->bytes, (size_t) reply->n_bytes, &code);
      char bytes[4];

      if (n == 0 && !final && glm_utf8_is_unfinished (reply->bytes, (size_t) reply->n_bytes))
        return;
      if (n == 0)
        n = 1, code = NO_CHARACTER;
      memcpy (bytes, reply->bytes, (size_t) n);
      reply->n_bytes -= n;
      memmove (reply->bytes, reply->bytes + n, (size_t) reply->n_bytes);
      feed (reply, bytes, (size_t) n, code);
    }
}

/* ---- Parts ------------------------------------------------------------------------------------------------------ */

static void
begin_part (GlmReply *reply)
{
  reply->state = STATE_HEAD;
  reply->may_think = reply->dialect->thoughts != GLM_THOUGHTS_NONE;
  reply->may_call = has_tools (reply) && reply->dialect->calls != GLM_CALLS_TAGS;
  reply->had_thought = reply->line_ended = false;
  reply->n_tag = reply->n_head = reply->n_line = 0;
  reply->at_start = true;
}

static bool
is_name (const char *text, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isalnum ((unsigned char) text[i]) && !strchr ("_.-", text[i]))
      return false;
  return n > 0 && n <= GLM_REPLY_MAX_NAME;
}

/* A tool that is not offered was called: its name stands on the first line, and the turn waits for a result. */
static bool
calls_unknown (const GlmReply *reply)
{
  size_t n = reply->n_line;
  const char *line = trim (reply->line, &n);

  return has_tools (reply) && reply->dialect->calls != GLM_CALLS_TAGS && reply->line_ended && is_name (line, n);
}

static void
close_part (GlmReply *reply, Close how)
{
  static const char *const tags[] = { [STATE_THOUGHT] = think_close, [STATE_TEXT] = call_open };
  size_t n_name, n_tag = reply->n_tag;
  const char *name;

  drain (reply, true);
  n_name = reply->n_head;
  name = trim (reply->head, &n_name);
  if (reply->state == STATE_HEAD && how == CLOSE_WAITED && reply->may_call && find_tool (reply, name, n_name))
    open_call (reply);
  else if (reply->state == STATE_HEAD)
    release_head (reply);
  else if (reply->state == STATE_NAME)
    {
      find_tool (reply, name, n_name);
      open_call (reply);
    }
  n_tag = reply->n_tag;
  reply->n_tag = 0;
  /* The beginning of a tag that was cut off is no text. */
  if (reply->state == STATE_THOUGHT && (how != CLOSE_CUT || n_tag == 1))
    emit (reply, GLM_REPLY_THOUGHT, reply->may_think ? think_open : tags[STATE_THOUGHT], n_tag);
  for (size_t i = 0; reply->state == STATE_TEXT && i < n_tag && (how != CLOSE_CUT || n_tag == 1); i++)
    clean (reply, &call_open[i], 1, (uint32_t) call_open[i]);
  if (reply->state != STATE_CALL)
    settle_text (reply);
  if (how == CLOSE_WAITED && reply->state == STATE_TEXT && calls_unknown (reply))
    emit_whole (reply, GLM_REPLY_BAD, "no-such-tool", strlen ("no-such-tool"));
  put_verdicts (reply, how);
  flush_out (reply);
}

/* After the beginning that the caller has: what was held back is not passed on either, and calls no tool. */
static void
begin_rest (GlmReply *reply)
{
  if (!reply->muted)
    return;
  if (reply->n_head > 0)
    release_head (reply);
  release_date (reply, reply->n_date);
  settle_mark (reply, 0);
  reply->n_date = reply->n_tag = reply->blanks.n = 0;
  reply->may_call = reply->muted = false;
  reply->n_line = sizeof reply->line;
}

static bool
check (const GlmReply *reply, GlmError *error)
{
  return !reply->no_memory || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
}

static bool
push (GlmReply *reply, const char *bytes, size_t n, GlmError *error)
{
  for (size_t i = 0; i < n && !reply->no_memory; i++)
    {
      reply->bytes[reply->n_bytes++] = (uint8_t) bytes[i];
      drain (reply, false);
    }
  flush_out (reply);
  return check (reply, error);
}

/* ---- ---------------------------------------------------------------------------------------------------------------- */

bool
glm_reply_new (const GlmReplyDialect *dialect, const GlmToolSet *tools, GlmReplySink sink, void *user_data,
               GlmReply **ret_reply, GlmError *error)
{
  GlmReply *reply = calloc (1, sizeof *reply);

  if (!reply)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
  reply->dialect = dialect;
  reply->tools = tools ? tools : &no_tools;
  reply->sink = sink;
  reply->user_data = user_data;
  begin_part (reply);
  if (dialect->thoughts == GLM_THOUGHTS_OPENED)
    reply->state = STATE_THOUGHT;
  *ret_reply = reply;
  return true;
}

void
glm_reply_free (GlmReply *reply)
{
  if (!reply)
    return;
  for (size_t i = 0; i < GLM_REPLY_MAX_CALLS; i++)
    glm_buffer_clear (&reply->calls[i].arguments);
  glm_buffer_clear (&reply->call);
  glm_buffer_clear (&reply->blanks);
  free (reply);
}

bool
glm_reply_begin (GlmReply *reply, const char *bytes, size_t n, GlmError *error)
{
  if (n > 0)
    {
      reply->muted = true;
      reply->may_call = false;
    }
  return push (reply, bytes, n, error);
}

bool
glm_reply_push (GlmReply *reply, const char *bytes, size_t n, GlmError *error)
{
  begin_rest (reply);
  return push (reply, bytes, n, error);
}

bool
glm_reply_part (GlmReply *reply, GlmError *error)
{
  begin_rest (reply);
  close_part (reply, CLOSE_PART);
  emit_whole (reply, GLM_REPLY_PART, "", 0);
  begin_part (reply);
  return check (reply, error);
}

bool
glm_reply_end (GlmReply *reply, GlmStopReason reason, GlmError *error)
{
  begin_rest (reply);
  close_part (reply, reason == GLM_STOP_CALL ? CLOSE_WAITED : reason == GLM_STOP_END ? CLOSE_ENDED : CLOSE_CUT);
  return check (reply, error);
}

bool
glm_reply_is_thinking (const GlmReply *reply)
{
  return reply->state == STATE_THOUGHT && reply->n_bytes == 0 && reply->n_tag == 0;
}

bool
glm_reply_is_in_thought (const GlmReply *reply)
{
  return reply->state == STATE_THOUGHT;
}

size_t
glm_reply_n_steps (const GlmReply *reply)
{
  return reply->n_steps;
}

const char *
glm_reply_name (const GlmReply *reply, size_t *ret_n)
{
  *ret_n = reply->n_head;
  return reply->state == STATE_NAME ? reply->head : NULL;
}
