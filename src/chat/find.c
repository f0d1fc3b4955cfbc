/* find.c: how often a text occurs in the messages of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is shown is counted, not what is stored: a reply's markdown is parsed.  That takes the main thread some 30 µs a
 * message, so it is done in slices.
 */
#include "chat/find.h"

#include "chat/message-parts.h"
#include "chat/texts.h"
#include "markup/markdown.h"

#define PAGE     200  /* messages read at once */
#define SLICE_US 4000 /* of main-thread time */

typedef struct
{
  StoreDb *store;
  char *needle;
  GPtrArray *messages; /* as they were when asked for */
  GArray *counts;
  guint next;       /* first message not counted yet */
  GPtrArray *texts; /* of the last messages before page_end; NULL: none yet */
  guint page_end;
} Search;

static void
search_free (Search *search)
{
  g_object_unref (search->store);
  g_free (search->needle);
  g_ptr_array_unref (search->messages);
  g_clear_pointer (&search->texts, g_ptr_array_unref);
  g_clear_pointer (&search->counts, g_array_unref);
  g_free (search);
}

static guint
count (const StoreMessage *record, const char *needle)
{
  g_autoptr (GArray) found = NULL;

  if (record->role != STORE_ROLE_USER)
    return myna_message_parts_count_matches (record->role, record->text, record->call, needle);
  found = myna_text_find (record->text, needle);
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

  search->texts = myna_texts_read_finish (result, &error);
  if (search->texts)
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
  Search *search = g_task_get_task_data (task);
  guint n = MIN (PAGE, search->messages->len - search->next);

  g_clear_pointer (&search->texts, g_ptr_array_unref);
  search->page_end = search->next + n;
  myna_texts_read_async (search->store, search->messages, search->next, n, g_task_get_cancellable (task), page_read_cb, task);
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
      const StoreMessage *record;

      if (search->next >= search->page_end)
        {
          read_page (task);
          return;
        }
      if (g_get_monotonic_time () - start > SLICE_US)
        {
          g_idle_add (go_on_cb, task);
          return;
        }
      record = g_ptr_array_index (search->texts, search->texts->len - (search->page_end - search->next));
      if (record)
        g_array_index (search->counts, guint, search->next) = count (record, search->needle);
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
  search->store = g_object_ref (myna_conversation_get_store (conversation));
  search->needle = g_strdup (needle);
  search->messages = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation)); i++)
    g_ptr_array_add (search->messages, g_list_model_get_item (G_LIST_MODEL (conversation), i));
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
