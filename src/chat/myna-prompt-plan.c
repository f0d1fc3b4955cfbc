/* myna-prompt-plan.c: which turns of a conversation the model is given
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The policy when a conversation outgrows the model's context: the oldest turns are left out, and the window says from
 * where on.  Dropping one turn at a time would change the start of the prompt with each question, and the session could
 * keep nothing of what it has evaluated; so, when the limit is reached, enough is left out to fill only KEEP of the context,
 * and that start is kept (min_first) until the limit is reached again.
 *
 * Texts are read backwards from the end, in pages, only as far as the context could possibly reach.
 */
#include "chat/myna-prompt-plan.h"

#include <string.h>

#include "chat/myna-attachment.h"

#define PAGE 50
/* Share of the context that prompts may fill, and that is filled after turns were left out. */
#define FILL 0.875
#define KEEP 0.6
/* More bytes a token than this are not worth reading: spaces and long words come to about 8. */
#define BYTES_PER_TOKEN 10
/* Tokens that the prompt format puts around a turn, at most. */
#define TURN_OVERHEAD 16
/* Read where the model's limit is not known yet. */
#define BYTES_UNLIMITED (1 << 20)

typedef struct
{
  MynaGenerator *generator;
  StoreDb *store;
  GPtrArray *messages;
  char **texts; /* [messages->len], NULL: not read */
  char *system;
  char *continue_text;
  guint min_first;
  guint low;     /* texts are read from here on */
  gsize n_bytes; /* of texts [low, end) */
  gsize max_bytes;
  GArray *starts; /* guint: questions in [low, end) where the prompt may begin */
  guint lo, hi;   /* search: the answer lies in starts[lo..hi] */
  guint probe;
} Plan;

static void read_page (GTask *task);
static void count (GTask *task, guint probe, GAsyncReadyCallback callback);

static void
plan_free (Plan *plan)
{
  g_object_unref (plan->generator);
  g_object_unref (plan->store);
  for (guint i = 0; i < plan->messages->len; i++)
    g_free (plan->texts[i]);
  g_free (plan->texts);
  g_free (plan->system);
  g_free (plan->continue_text);
  g_ptr_array_unref (plan->messages);
  g_array_unref (plan->starts);
  g_free (plan);
}

void
myna_prompt_plan_free (MynaPromptPlan *plan)
{
  if (!plan)
    return;
  g_clear_pointer (&plan->turns, g_array_unref);
  g_clear_pointer (&plan->texts, g_ptr_array_unref);
  g_free (plan);
}

static const char *
role_name (StoreRole role)
{
  switch (role)
    {
    case STORE_ROLE_SYSTEM: return "system";
    case STORE_ROLE_ASSISTANT: return "assistant";
    case STORE_ROLE_OBSERVATION: return "observation";
    case STORE_ROLE_USER:
    default: return "user";
    }
}

static void
append_turn (MynaPromptPlan *out, const char *role, const char *text)
{
  char *copy = g_strdup (text);
  GlmTurn turn = { .role = role, .content = copy };

  g_ptr_array_add (out->texts, copy);
  g_array_append_val (out->turns, turn);
}

/* The turns from message `first` on.  Replies without a word say nothing and are left out. */
static MynaPromptPlan *
build (Plan *plan, guint first)
{
  MynaPromptPlan *out = g_new0 (MynaPromptPlan, 1);

  out->turns = g_array_new (FALSE, TRUE, sizeof (GlmTurn));
  out->texts = g_ptr_array_new_with_free_func (g_free);
  out->first = first;
  if (plan->system && *plan->system)
    append_turn (out, "system", plan->system);
  for (guint i = first; i < plan->messages->len; i++)
    {
      StoreRole role = myna_message_get_role (g_ptr_array_index (plan->messages, i));

      if (plan->texts[i] && (*plan->texts[i] || role == STORE_ROLE_USER))
        append_turn (out, role_name (role), plan->texts[i]);
    }
  return out;
}

static guint
start_at (Plan *plan, guint i)
{
  return g_array_index (plan->starts, guint, i);
}

static void
finish_at (GTask *task, guint i)
{
  Plan *plan = g_task_get_task_data (task);

  g_task_return_pointer (task, build (plan, start_at (plan, i)), (GDestroyNotify) myna_prompt_plan_free);
  g_object_unref (task);
}

/* ---- Counting --------------------------------------------------------------------------------------------------- */

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Plan *plan = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n;

  if (!myna_generator_count_tokens_finish (plan->generator, result, &n, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  if (n <= KEEP * myna_generator_get_context_length (plan->generator))
    plan->hi = plan->probe;
  else
    plan->lo = plan->probe + 1;
  if (plan->lo >= plan->hi)
    finish_at (task, plan->hi);
  else
    count (task, plan->lo + (plan->hi - plan->lo) / 2, searched_cb);
}

/* Looks for the earliest start that fills at most KEEP of the context; the last question is taken in any case. */
static void
search (GTask *task)
{
  Plan *plan = g_task_get_task_data (task);

  plan->lo = 0;
  plan->hi = plan->starts->len - 1;
  if (plan->lo == plan->hi)
    finish_at (task, plan->hi);
  else
    count (task, (plan->lo + plan->hi) / 2, searched_cb);
}

static void
counted_all_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Plan *plan = g_task_get_task_data (task);
  GError *error = NULL;
  gsize n;
  int length;

  if (!myna_generator_count_tokens_finish (plan->generator, result, &n, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  length = myna_generator_get_context_length (plan->generator);
  if (length <= 0 || n <= FILL * length)
    finish_at (task, 0);
  else
    search (task);
}

static void
count (GTask *task, guint probe, GAsyncReadyCallback callback)
{
  Plan *plan = g_task_get_task_data (task);
  g_autoptr (MynaPromptPlan) trial = build (plan, start_at (plan, probe));

  plan->probe = probe;
  if (plan->continue_text)
    append_turn (trial, "assistant", plan->continue_text);
  myna_generator_count_tokens_async (plan->generator, (const GlmTurn *) trial->turns->data, trial->turns->len,
                                     g_task_get_cancellable (task), callback, task);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
set_text (Plan *plan, guint i, const char *text, const StoreMessage *record)
{
  plan->texts[i] = myna_attachments_prepend (record->attachments, text);
  plan->n_bytes += strlen (plan->texts[i]);
}

static void
all_read (GTask *task)
{
  Plan *plan = g_task_get_task_data (task);
  int length = myna_generator_get_context_length (plan->generator);
  gsize most = plan->n_bytes + (plan->continue_text ? strlen (plan->continue_text) : 0)
               + (plan->system ? strlen (plan->system) + TURN_OVERHEAD : 0);

  for (guint i = plan->low; i < plan->messages->len; i++)
    {
      most += TURN_OVERHEAD;
      if (myna_message_get_role (g_ptr_array_index (plan->messages, i)) == STORE_ROLE_USER)
        g_array_append_val (plan->starts, i);
    }
  if (plan->starts->len == 0)
    g_array_append_val (plan->starts, plan->low);

  /* A token is a byte at least: most conversations are known to fit without being counted.  Where the model is still being
   * loaded, the count is answered when it is there, and its limit known. */
  if (length > 0 && most <= FILL * length)
    finish_at (task, 0);
  else if (length > 0 && plan->low > plan->min_first)
    search (task);
  else
    count (task, 0, counted_all_cb);
}

static void
page_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Plan *plan = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) records = store_finish_list (STORE_DB (source), result, &error);
  g_autoptr (GHashTable) by_id = NULL;

  if (!records)
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }
  by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  for (guint i = 0; i < records->len; i++)
    {
      StoreMessage *record = g_ptr_array_index (records, i);

      g_hash_table_insert (by_id, &record->id, record);
    }
  for (guint i = plan->low; i < plan->messages->len && !plan->texts[i]; i++)
    {
      gint64 id = myna_message_get_id (g_ptr_array_index (plan->messages, i));
      StoreMessage *record = g_hash_table_lookup (by_id, &id);

      if (record)
        set_text (plan, i, record->text, record);
      else
        plan->texts[i] = g_strdup ("");
    }
  read_page (task);
}

/* Takes loaded texts as far as they go, then asks for a page of those before. */
static void
read_page (GTask *task)
{
  Plan *plan = g_task_get_task_data (task);
  gint64 ids[PAGE];
  guint n = 0;

  while (plan->low > plan->min_first && plan->n_bytes < plan->max_bytes)
    {
      MynaMessage *message = g_ptr_array_index (plan->messages, plan->low - 1);

      if (!myna_message_get_loaded (message))
        break;
      plan->low--;
      set_text (plan, plan->low, myna_message_get_text (message), myna_message_get_record (message));
    }
  if (plan->low == plan->min_first || plan->n_bytes >= plan->max_bytes)
    {
      all_read (task);
      return;
    }
  while (n < PAGE && plan->low > plan->min_first
         && !myna_message_get_loaded (g_ptr_array_index (plan->messages, plan->low - 1)))
    {
      plan->low--;
      ids[n++] = myna_message_get_id (g_ptr_array_index (plan->messages, plan->low));
    }
  store_get_messages_async (plan->store, ids, n, g_task_get_cancellable (task), page_read_cb, task);
}

void
myna_prompt_plan_async (MynaGenerator *generator, StoreDb *store, GPtrArray *messages, guint min_first, const char *system,
                        const char *continue_text, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  int length = myna_generator_get_context_length (generator);
  Plan *plan = g_new0 (Plan, 1);

  g_task_set_source_tag (task, myna_prompt_plan_async);
  plan->generator = g_object_ref (generator);
  plan->store = g_object_ref (store);
  plan->messages = g_ptr_array_copy (messages, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);
  g_ptr_array_set_free_func (plan->messages, g_object_unref);
  plan->texts = g_new0 (char *, messages->len + 1);
  plan->system = g_strdup (system);
  plan->continue_text = g_strdup (continue_text);
  plan->min_first = MIN (min_first, messages->len);
  plan->low = messages->len;
  plan->max_bytes = length > 0 ? (gsize) length * BYTES_PER_TOKEN : BYTES_UNLIMITED;
  plan->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  g_task_set_task_data (task, plan, (GDestroyNotify) plan_free);

  read_page (task);
}

MynaPromptPlan *
myna_prompt_plan_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
