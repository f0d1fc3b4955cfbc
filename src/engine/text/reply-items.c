/* reply-items.c: the pieces of a reply put together: what it consists of in the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/reply-items.h"

static void
append (GlmReplyItems *items, GlmBuffer *buffer, const char *text, size_t n)
{
  if (!glm_buffer_append (buffer, text, n))
    items->no_memory = true;
  else
    buffer->data[buffer->n] = '\0';
}

static GlmReplyItem *
add_item (GlmReplyItems *items, GlmReplyKind kind)
{
  GlmReplyItem *item;

  if (items->n == items->capacity)
    {
      size_t capacity = items->capacity ? items->capacity * 2 : 8;
      GlmReplyItem *all = realloc (items->items, capacity * sizeof *all);

      if (!all)
        {
          items->no_memory = true;
          return NULL;
        }
      items->items = all;
      items->capacity = capacity;
    }
  item = &items->items[items->n++];
  *item = (GlmReplyItem){ .kind = kind, .part = items->part };
  append (items, &item->name, "", 0);
  append (items, &item->text, "", 0);
  append (items, &item->verdict, "", 0);
  return item;
}

/* The item that goes on, or a new one. */
static GlmReplyItem *
last_item (GlmReplyItems *items, GlmReplyKind kind)
{
  GlmReplyItem *last = items->n > 0 ? &items->items[items->n - 1] : NULL;

  return last && last->kind == kind && last->part == items->part ? last : add_item (items, kind);
}

/* The first call that waits for its verdict; where there is none, the text of this part. */
static GlmReplyItem *
find_judged (GlmReplyItems *items)
{
  for (; items->n_judged < items->n; items->n_judged++)
    if (items->items[items->n_judged].kind == GLM_REPLY_CALL)
      return &items->items[items->n_judged];
  return items->n > 0 ? &items->items[items->n - 1] : NULL;
}

/* Text after all. */
static void
withdraw_call (GlmReplyItems *items, GlmReplyItem *item, const char *before, size_t n)
{
  GlmBuffer text = { 0 };

  append (items, &text, before, n);
  append (items, &text, (const char *) item->name.data, item->name.n);
  append (items, &text, (const char *) item->text.data, item->text.n);
  while (text.n > 0 && text.data[text.n - 1] && strchr (" \t\r\n", text.data[text.n - 1]))
    text.data[--text.n] = '\0';
  glm_buffer_clear (&item->text);
  item->text = text;
  item->name.n = 0;
  append (items, &item->name, "", 0);
}

/* The first line is the name of a tool that is not offered. */
static void
split_name (GlmReplyItems *items, GlmReplyItem *item)
{
  const uint8_t *end = memchr (item->text.data, '\n', item->text.n);
  size_t n = end ? (size_t) (end - item->text.data) : item->text.n, n_name = n;

  while (n_name > 0 && strchr (" \t\r", item->text.data[n_name - 1]))
    n_name--;
  append (items, &item->name, (const char *) item->text.data, n_name);
  memmove (item->text.data, item->text.data + n, item->text.n - n + 1);
  item->text.n -= n;
}

static void
judge (GlmReplyItems *items, GlmReplyKind kind, const char *text, size_t n)
{
  GlmReplyItem *item = find_judged (items);

  if (!item)
    return;
  if (kind == GLM_REPLY_NOT_CALLED)
    {
      withdraw_call (items, item, text, n);
      item->kind = GLM_REPLY_TEXT;
      return;
    }
  if (item->kind == GLM_REPLY_TEXT)
    split_name (items, item);
  item->kind = kind;
  append (items, &item->verdict, text, n);
}

void
glm_reply_items_add (GlmReplyKind kind, const char *text, size_t n_bytes, void *user_data)
{
  GlmReplyItems *items = user_data;
  GlmReplyItem *item;

  if (items->no_memory)
    return;
  switch (kind)
    {
    case GLM_REPLY_PART: items->part++; return;
    case GLM_REPLY_TEXT:
    case GLM_REPLY_THOUGHT:
      if ((item = last_item (items, kind)))
        append (items, &item->text, text, n_bytes);
      return;
    case GLM_REPLY_CALL:
      if ((item = add_item (items, kind)))
        append (items, &item->name, text, n_bytes);
      return;
    case GLM_REPLY_ARGUMENTS: append (items, &items->items[items->n - 1].text, text, n_bytes); return;
    default: judge (items, kind, text, n_bytes);
    }
}

void
glm_reply_items_clear (GlmReplyItems *items)
{
  for (size_t i = 0; i < items->n; i++)
    {
      glm_buffer_clear (&items->items[i].name);
      glm_buffer_clear (&items->items[i].text);
      glm_buffer_clear (&items->items[i].verdict);
    }
  free (items->items);
  *items = (GlmReplyItems){ 0 };
}
