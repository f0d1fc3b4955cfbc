/* find.c: where a text occurs in the messages of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Case is folded character by character, so that the places found are places of the text itself; that leaves out only the
 * few characters whose folding is longer than one (ß).
 */
#include "conversation/find.h"

#include <string.h>

#include "conversation/myna-conversation-private.h"

#define PAGE 200

static gunichar
fold (gunichar c)
{
  return g_unichar_tolower (g_unichar_toupper (c));
}

/* The length in bytes of the match at p, or 0. */
static gsize
match_at (const char *p,
          const char *needle)
{
  const char *start = p;

  while (*needle)
    {
      if (!*p || fold (g_utf8_get_char (p)) != fold (g_utf8_get_char (needle)))
        return 0;
      p = g_utf8_next_char (p);
      needle = g_utf8_next_char (needle);
    }
  return p - start;
}

GArray *
myna_find_matches (const char *text,
                   const char *needle)
{
  GArray *found = g_array_new (FALSE, FALSE, sizeof (MynaFindMatch));
  const char *p = text;

  if (!needle || !*needle)
    return found;
  while (*p)
    {
      gsize n = match_at (p, needle);

      if (n)
        {
          MynaFindMatch match = { p - text, p - text + n };

          g_array_append_val (found, match);
          p += n;
        }
      else
        p = g_utf8_next_char (p);
    }
  return found;
}

typedef struct
{
  char *needle;
  GPtrArray *messages;          /* as they were when asked for */
  GArray *counts;
  guint next;                   /* first message not counted yet */
  guint page_end;
} Search;

static void
search_free (Search *search)
{
  g_free (search->needle);
  g_ptr_array_unref (search->messages);
  g_clear_pointer (&search->counts, g_array_unref);
  g_free (search);
}

static void count_page (GTask *task);

static void
set_count (Search     *search,
           guint       i,
           const char *text)
{
  g_autoptr (GArray) found = myna_find_matches (text, search->needle);

  g_array_index (search->counts, guint, i) = found->len;
}

static void
page_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = user_data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);

  if (!records)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  for (guint j = 0; j < records->len && search->next < search->page_end; search->next++)
    {
      StoreMessage *record = g_ptr_array_index (records, j);

      if (record->id != myna_message_get_id (g_ptr_array_index (search->messages, search->next)))
        continue;
      set_count (search, search->next, record->text);
      j++;
    }
  search->next = search->page_end;
  count_page (task);
}

/* Counts what is loaded; then reads a page of what is not. */
static void
count_page (GTask *task)
{
  MynaConversation *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  gint64 ids[PAGE];
  guint n = 0;

  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  while (search->next < search->messages->len
         && myna_message_get_loaded (g_ptr_array_index (search->messages, search->next)))
    {
      set_count (search, search->next, myna_message_get_text (g_ptr_array_index (search->messages, search->next)));
      search->next++;
    }
  if (search->next == search->messages->len)
    {
      g_task_return_pointer (task, g_steal_pointer (&search->counts), (GDestroyNotify) g_array_unref);
      g_object_unref (task);
      return;
    }
  for (search->page_end = search->next; search->page_end < search->messages->len && n < PAGE; search->page_end++)
    {
      MynaMessage *message = g_ptr_array_index (search->messages, search->page_end);

      if (myna_message_get_loaded (message))
        break;
      ids[n++] = myna_message_get_id (message);
    }
  store_get_messages_async (self->store, ids, n, g_task_get_cancellable (task), page_read_cb, task);
}

void
myna_conversation_find_async (MynaConversation    *conversation,
                              const char          *needle,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task = g_task_new (conversation, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (task, myna_conversation_find_async);
  search->needle = g_strdup (needle);
  search->messages = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < conversation->items->len; i++)
    g_ptr_array_add (search->messages, g_object_ref (g_ptr_array_index (conversation->items, i)));
  search->counts = g_array_new (FALSE, TRUE, sizeof (guint));
  g_array_set_size (search->counts, search->messages->len);
  g_task_set_task_data (task, search, (GDestroyNotify) search_free);
  count_page (task);
}

GArray *
myna_conversation_find_finish (MynaConversation *conversation,
                               GAsyncResult     *result,
                               GError          **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
