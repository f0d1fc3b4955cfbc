/* find.c: how often a text occurs in the messages of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown is counted, not what is stored: a reply's markdown is parsed.  That takes the main thread some 30 µs a
 * message, so it is done in slices.
 */
#include "chat/find.h"

#include "chat/myna-conversation-private.h"
#include "markup/markdown.h"

#define PAGE     200  /* messages read at once */
#define SLICE_US 4000 /* of main-thread time */

typedef struct
{
  char *needle;
  GPtrArray *messages; /* as they were when asked for */
  GArray *counts;
  guint next;         /* first message not counted yet */
  GPtrArray *records; /* read, for the messages before page_end that are not loaded; NULL: none */
  guint next_record;
  guint page_end;
} Search;

static void
search_free (Search *search)
{
  g_free (search->needle);
  g_ptr_array_unref (search->messages);
  g_clear_pointer (&search->records, g_ptr_array_unref);
  g_clear_pointer (&search->counts, g_array_unref);
  g_free (search);
}

static guint
count (const char *text, StoreRole role, const char *needle)
{
  g_autoptr (GArray) found = NULL;

  if (role != STORE_ROLE_USER)
    return myna_markdown_count_matches (text, needle);
  found = myna_text_find (text, needle);
  return found->len;
}

static void count_some (GTask *task);

static gboolean
go_on_cb (gpointer user_data)
{
  count_some (user_data);
  return G_SOURCE_REMOVE;
}

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Search *search = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&search->records, g_ptr_array_unref);
  search->records = store_finish_list (STORE_DB (source), result, &error);
  search->next_record = 0;
  if (search->records)
    {
      count_some (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
read_page (GTask *task)
{
  MynaConversation *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  gint64 ids[PAGE];
  guint n = 0;

  for (search->page_end = search->next; search->page_end < search->messages->len && n < PAGE; search->page_end++)
    {
      MynaMessage *message = g_ptr_array_index (search->messages, search->page_end);

      if (!myna_message_get_loaded (message))
        ids[n++] = myna_message_get_id (message);
    }
  store_get_messages_async (self->store, ids, n, g_task_get_cancellable (task), page_read_cb, task);
}

/* The text of the next message; NULL where it was deleted meanwhile. */
static const char *
get_text (Search *search, MynaMessage *message)
{
  StoreMessage *record = search->records && search->next_record < search->records->len
                             ? g_ptr_array_index (search->records, search->next_record)
                             : NULL;
  gboolean is_it = record && record->id == myna_message_get_id (message);

  if (is_it)
    search->next_record++;
  if (myna_message_get_loaded (message))
    return myna_message_get_text (message);
  return is_it ? record->text : NULL;
}

static void
count_some (GTask *task)
{
  Search *search = g_task_get_task_data (task);
  gint64 start = g_get_monotonic_time ();

  if (g_task_return_error_if_cancelled (task))
    {
      g_object_unref (task);
      return;
    }
  for (; search->next < search->messages->len; search->next++)
    {
      MynaMessage *message = g_ptr_array_index (search->messages, search->next);
      const char *text;

      if (search->next >= search->page_end && !myna_message_get_loaded (message))
        {
          read_page (task);
          return;
        }
      if (g_get_monotonic_time () - start > SLICE_US)
        {
          g_idle_add (go_on_cb, task);
          return;
        }
      text = get_text (search, message);
      if (text)
        g_array_index (search->counts, guint, search->next) = count (text, myna_message_get_role (message), search->needle);
    }
  g_task_return_pointer (task, g_steal_pointer (&search->counts), (GDestroyNotify) g_array_unref);
  g_object_unref (task);
}

void
myna_conversation_find_async (MynaConversation *conversation, const char *needle, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data)
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
  count_some (task);
}

GArray *
myna_conversation_find_finish (MynaConversation *conversation, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
