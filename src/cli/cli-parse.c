/* cli-parse.c: what a reply consists of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "engine/base/error.h"
#include "engine/base/tame.h"
#include "engine/base/utf8.h"
#include "cli/cli.h"
#include "engine/families/family.h"
#include "engine/text/reply-items.h"

static const char part_token[] = "<|assistant|>";

/* The control token that ends the text, if one does, is cut off. */
static GlmStopReason
take_stop (const char *text, size_t *n)
{
  static const char *const stops[] = { "<|observation|>", "<|user|>", "<|endoftext|>", "</s>", "<eop>" };

  while (*n > 0 && text[*n - 1] == '\n')
    (*n)--;
  for (int i = 0; i < 5; i++)
    if (*n >= strlen (stops[i]) && memcmp (text + *n - strlen (stops[i]), stops[i], strlen (stops[i])) == 0)
      {
        *n -= strlen (stops[i]);
        return i == 0 ? GLM_STOP_CALL : GLM_STOP_END;
      }
  return GLM_STOP_END;
}

static bool
read_reply (GlmReply *reply, const char *text, size_t n, GlmStopReason reason, GlmError *error)
{
  const char *end = text + n, *part;
  bool ok = true;

  while (ok && (part = memmem (text, (size_t) (end - text), part_token, sizeof part_token - 1)))
    {
      ok = glm_reply_push (reply, text, (size_t) (part - text), error) && glm_reply_part (reply, error);
      text = part + sizeof part_token - 1;
    }
  return ok && glm_reply_push (reply, text, (size_t) (end - text), error) && glm_reply_end (reply, reason, error);
}

static void
print_string (const char *before, const GlmBuffer *text)
{
  size_t n = text->n, first = 0;

  while (n > 0 && text->data[n - 1] && strchr (" \t\r\n", text->data[n - 1]))
    n--;
  while (first < n && text->data[first] && strchr (" \t\r\n", text->data[first]))
    first++;
  fputs (before, stdout);
  cli_print_json_string ((const char *) text->data + first, n - first);
}

/* JSON whose strings may hold characters that act on a terminal. */
static void
print_json (const char *text, size_t n_bytes)
{
  size_t width;

  for (size_t i = 0; i < n_bytes; i += width)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) text + i, n_bytes - i, &code);

      width = n > 0 ? (size_t) n : 1;
      if (n > 0 && !glm_is_wild (code))
        fwrite (text + i, 1, width, stdout);
      else
        printf ("\\u%04x", n > 0 ? (unsigned) code : 0xFFFDu);
    }
}

static void
print_item (const GlmReplyItem *item)
{
  switch (item->kind)
    {
    case GLM_REPLY_THOUGHT: print_string ("{\"thought\": ", &item->text); break;
    case GLM_REPLY_CODE:
      fputs ("{\"code\": ", stdout);
      cli_print_json_string ((const char *) item->verdict.data, item->verdict.n);
      break;
    case GLM_REPLY_CALLED:
      print_string ("{\"call\": {\"name\": ", &item->name);
      fputs (", \"arguments\": ", stdout);
      print_json ((const char *) item->verdict.data, item->verdict.n);
      putchar ('}');
      break;
    case GLM_REPLY_BAD:
      print_string ("{\"bad\": {\"name\": ", &item->name);
      printf (", \"why\": \"%s\"}", (const char *) item->verdict.data);
      break;
    default: print_string ("{\"text\": ", &item->text); break;
    }
  putchar ('}');
}

static void
print_items (const GlmReplyItems *items)
{
  putchar ('[');
  for (size_t i = 0; i < items->n; i++)
    {
      fputs (i > 0 ? ",\n " : "", stdout);
      print_item (&items->items[i]);
    }
  puts ("]");
}

int
cli_parse (const CliOptions *options)
{
  const GlmFamily *family = options->family ? glm_family_by_name (options->family) : NULL;
  CliTools tools = { .set.interpreter = !options->tools };
  GlmReplyItems items = { 0 };
  GlmReply *reply = NULL;
  GlmError error = { 0 };
  GlmStopReason reason;
  char *text = NULL;
  size_t n = 0;
  bool ok;

  if (!family)
    return options->family ? cli_usage ("there is no family “%s”", options->family) : cli_usage ("parse needs --family");
  ok = (!options->tools || cli_read_tools (options->tools, &tools, &error)) && cli_read_all (stdin, &text, &n, &error)
       && glm_reply_new (&family->reply, &tools.set, glm_reply_items_add, &items, &reply, &error);
  if (ok)
    {
      reason = take_stop (text, &n);
      ok = read_reply (reply, text, n, reason, &error);
    }
  if (ok && items.no_memory)
    ok = glm_error_set (&error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
  if (ok)
    print_items (&items);
  glm_reply_items_clear (&items);
  glm_reply_free (reply);
  cli_tools_clear (&tools);
  free (text);
  return ok ? CLI_OK : cli_fail (&error);
}
