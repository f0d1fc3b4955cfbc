/* reply-items.h: the pieces of a reply put together: what it consists of in the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_REPLY_ITEMS_H
#define GLM_REPLY_ITEMS_H

#include "base/buffer.h"
#include "engine.h"

typedef struct
{
  GlmReplyKind kind; /* TEXT, THOUGHT, CALLED, CODE or BAD; until its verdict comes a call is CALL */
  size_t part;       /* from 0 */
  GlmBuffer name;    /* of what is called; "" where it is text */
  GlmBuffer text;    /* as the model wrote it; of a call what follows the name */
  GlmBuffer verdict; /* CALLED: the arguments; CODE: the program; BAD: the reason */
} GlmReplyItem;

typedef struct
{
  GlmReplyItem *items; /* owned; all strings end with NUL */
  size_t n;
  size_t capacity;
  size_t part;
  size_t n_judged; /* items before this one need no verdict */
  bool no_memory;
} GlmReplyItems;

/* A GlmReplySink whose user data is a GlmReplyItems, which begins as zeros. */
void glm_reply_items_add (GlmReplyKind kind, const char *text, size_t n_bytes, void *user_data);
void glm_reply_items_clear (GlmReplyItems *items);

#endif
