/* fuzz-reply.c: any bytes as a reply of every kind of family: the same in any division, in linear time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte chooses how the reply ends and where it is divided; 0x1E stands for the token that begins a part.
 */
#include "fuzz.h"

#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "families/family.h"
#include "text/reply-items.h"

typedef struct
{
  GlmReplyItems items;
  GlmBuffer log;
  int kind;
  size_t n_calls, n_verdicts;
} Record;

static void
require (bool condition)
{
  if (!condition)
    abort ();
}

static void
record (GlmReplyKind kind, const char *text, size_t n, void *user_data)
{
  Record *r = user_data;
  bool runs = kind == GLM_REPLY_TEXT || kind == GLM_REPLY_THOUGHT || kind == GLM_REPLY_ARGUMENTS;
  GlmJson *json = NULL;

  require (!runs || n > 0);
  require (kind != GLM_REPLY_ARGUMENTS || r->n_calls > 0);
  r->n_calls += kind == GLM_REPLY_CALL;
  r->n_verdicts += kind >= GLM_REPLY_CALLED;
  if (kind == GLM_REPLY_CALLED)
    {
      require (glm_json_parse (text, n, &json, NULL) && glm_json_root (json)->type == GLM_JSON_OBJECT);
      glm_json_free (json);
    }
  if ((int) kind != r->kind || !runs)
    require (glm_buffer_append (&r->log, &(char){ (char) kind }, 1));
  r->kind = (int) kind;
  require (glm_buffer_append (&r->log, text, n));
  glm_reply_items_add (kind, text, n, &r->items);
}

/* In pieces of `step` bytes. */
static void
read_reply (const GlmReplyDialect *dialect, const GlmToolSet *set, const char *text, size_t n, size_t step,
            GlmStopReason reason, Record *r)
{
  GlmReply *reply;

  require (glm_reply_new (dialect, set, record, r, &reply, NULL));
  for (size_t i = 0, length; i < n; i += length)
    {
      const char *part = memchr (text + i, 0x1e, n - i);
      size_t left = part ? (size_t) (part - text) - i : n - i;

      length = left == 0 ? 1 : left < step ? left : step;
      require (left == 0 ? glm_reply_part (reply, NULL) : glm_reply_push (reply, text + i, length, NULL));
    }
  require (glm_reply_end (reply, reason, NULL) && !r->items.no_memory);
  /* A verdict without a call is that of a text. */
  require (r->n_verdicts >= r->n_calls && r->n_verdicts <= r->n_calls + 1);
  require (glm_reply_n_steps (reply) <= 8 * n + 64);
  glm_reply_free (reply);
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  static const GlmTool tools[] = { { "note", NULL, "{\"properties\": {\"a\": {\"type\": \"string\"}}}" },
                                   { "no", NULL, NULL } };
  static const GlmReplyDialect tags = { GLM_CALLS_TAGS, GLM_THOUGHTS_OWN, NULL, false, false, false };
  static const GlmFamily *const families[] = { &glm_family_chatglm1, &glm_family_chatglm3, &glm_family_glm4_9b,
                                               &glm_family_glm_z1, &glm_family_codegeex2 };
  static const GlmStopReason reasons[] = { GLM_STOP_CALL, GLM_STOP_END, GLM_STOP_LENGTH, GLM_STOP_CALL };
  GlmToolSet set = { tools, 2, true };
  GlmStopReason reason;
  size_t step;

  if (size == 0)
    return;
  reason = reasons[data[0] & 3];
  step = 1 + (data[0] >> 2);
  data++;
  size--;
  for (size_t i = 0; i <= sizeof families / sizeof *families; i++)
    {
      const GlmReplyDialect *dialect = i < 5 ? &families[i]->reply : &tags;
      Record whole = { .kind = -1 }, divided = { .kind = -1 };

      read_reply (dialect, &set, (const char *) data, size, size, reason, &whole);
      read_reply (dialect, &set, (const char *) data, size, step, reason, &divided);
      require (whole.log.n == divided.log.n
               && (whole.log.n == 0 || memcmp (whole.log.data, divided.log.data, whole.log.n) == 0));
      glm_reply_items_clear (&whole.items);
      glm_reply_items_clear (&divided.items);
      glm_buffer_clear (&whole.log);
      glm_buffer_clear (&divided.log);
    }
}
