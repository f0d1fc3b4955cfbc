/* myna-message.c: one message as the window sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text is kept apart from the record because it grows piece by piece while a reply is written, and because most
 * messages of a long conversation do not have theirs in memory.
 */
#include "chat/myna-message-private.h"

#include "chat/myna-problem.h"
#include "engine/actor/engine-error.h"

struct _MynaMessage
{
  GObject parent_instance;

  StoreMessage *record;
  GString *text; /* NULL where not loaded */
  char *error;
  char *error_details;
  gboolean too_long;
  gboolean queued;
  gboolean told_result;
  double thought_seconds; /* till thought_since, or in the end; 0: not known */
  gint64 thought_since;   /* monotonic µs: when the thought that is being written began, or went on; 0: none is */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaMessage, myna_message, G_TYPE_OBJECT)

static void
myna_message_finalize (GObject *object)
{
  MynaMessage *self = MYNA_MESSAGE (object);

  store_message_free (self->record);
  if (self->text)
    g_string_free (self->text, TRUE);
  g_free (self->error);
  g_free (self->error_details);

  G_OBJECT_CLASS (myna_message_parent_class)->finalize (object);
}

static void
myna_message_class_init (MynaMessageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_message_finalize;
  changed_signal =
      g_signal_new ("changed", MYNA_TYPE_MESSAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
myna_message_init (MynaMessage *self)
{
}

StoreMessage *
myna_message_new_record (gint64 conversation_id, StoreRole role, const char *text)
{
  StoreMessage *record = store_message_new ();

  record->role = role;
  g_free (record->text);
  record->text = g_strdup (text);
  record->conversation_id = conversation_id;
  record->n_siblings = 1;
  record->created_at = g_get_real_time () / 1000;
  return record;
}

MynaMessage *
myna_message_new_take (StoreMessage *record, gboolean has_text)
{
  MynaMessage *self = g_object_new (MYNA_TYPE_MESSAGE, NULL);

  self->record = record;
  if (has_text)
    self->text = g_string_new (record->text);
  g_clear_pointer (&record->text, g_free);
  return self;
}

MynaMessage *
myna_message_new (gint64 conversation_id, StoreRole role, const char *text)
{
  return myna_message_new_take (myna_message_new_record (conversation_id, role, text), TRUE);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

gint64
myna_message_get_id (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), 0);

  return self->record->id;
}

const char *
myna_message_get_text (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), "");

  return self->text ? self->text->str : "";
}

StoreRole
myna_message_get_role (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), STORE_ROLE_USER);

  return self->record->role;
}

StoreState
myna_message_get_state (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), STORE_STATE_COMPLETE);

  return self->record->state;
}

gboolean
myna_message_get_loaded (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), FALSE);

  return self->text != NULL;
}

gboolean
myna_message_get_queued (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), FALSE);

  return self->queued;
}

const char *
myna_message_get_error (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), NULL);

  return self->error;
}

const char *
myna_message_get_error_details (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), NULL);

  return self->error_details;
}

gboolean
myna_message_get_too_long (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), FALSE);

  return self->too_long;
}

int
myna_message_get_sibling_index (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), 0);

  return self->record->sibling_index;
}

int
myna_message_get_n_siblings (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), 1);

  return MAX (1, self->record->n_siblings);
}

int
myna_message_get_mark (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), 0);

  return self->record->mark;
}

int
myna_message_get_n_bytes (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), -1);

  if (self->text)
    return MIN (self->text->len, G_MAXINT);
  return self->record->n_bytes;
}

/* The thought's share of the time, as if all tokens took equally long. */
static double
estimate_thought (MynaMessage *self)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = self->text ? store_split_parts (self->record->role, self->text->str, self->record->call, parts) : 0;

  if (n_parts == 0 || parts[0].kind != STORE_PART_THOUGHT)
    return 0;
  return self->record->seconds * parts[0].n_bytes / self->text->len;
}

gboolean
myna_message_get_told_result (MynaMessage *self)
{
  return self->told_result;
}

void
myna_message_set_told_result (MynaMessage *self, gboolean told_result)
{
  if (self->told_result == told_result)
    return;
  self->told_result = told_result;
  g_signal_emit (self, changed_signal, 0, FALSE);
}

double
myna_message_get_thought_seconds (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), 0);

  if (self->thought_since)
    return self->thought_seconds + (g_get_monotonic_time () - self->thought_since) / (double) G_USEC_PER_SEC;
  return self->thought_seconds > 0 ? self->thought_seconds : estimate_thought (self);
}

const StoreMessage *
myna_message_get_record (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), NULL);

  return self->record;
}

/* ---- Changing --------------------------------------------------------------------------------------------------- */

static void
tell (MynaMessage *self)
{
  g_signal_emit (self, changed_signal, 0, FALSE);
}

StoreMessage *
myna_message_edit_record (MynaMessage *self)
{
  return self->record;
}

StoreMessage *
myna_message_dup_record (MynaMessage *self)
{
  StoreMessage *copy;

  self->record->text = self->text ? self->text->str : (char *) ""; /* lent for the copy */
  copy = store_message_copy (self->record);
  self->record->text = NULL;
  return copy;
}

void
myna_message_set_id (MynaMessage *self, gint64 id)
{
  if (self->record->id == id)
    return;
  self->record->id = id;
  tell (self);
}

void
myna_message_set_text (MynaMessage *self, const char *text)
{
  gboolean was_loaded = self->text != NULL;

  if (was_loaded && g_str_equal (self->text->str, text))
    return;
  if (!was_loaded)
    self->text = g_string_new (text);
  else
    g_string_assign (self->text, text);
  g_signal_emit (self, changed_signal, 0, was_loaded);
}

void
myna_message_append_text (MynaMessage *self, const char *piece)
{
  if (!*piece)
    return;
  if (!self->text)
    self->text = g_string_new (NULL);
  g_string_append (self->text, piece);
  g_signal_emit (self, changed_signal, 0, TRUE);
}

void
myna_message_unload (MynaMessage *self)
{
  if (!self->text)
    return;
  g_string_free (g_steal_pointer (&self->text), TRUE);
  if (self->record->call)
    g_clear_pointer (&self->record->call->made, g_ptr_array_unref);
  tell (self);
}

void
myna_message_begin_thought (MynaMessage *self)
{
  if (self->thought_since)
    return;
  self->thought_seconds = myna_message_get_thought_seconds (self);
  self->thought_since = g_get_monotonic_time ();
}

void
myna_message_end_thought (MynaMessage *self)
{
  if (!self->thought_since)
    return;
  self->thought_seconds = myna_message_get_thought_seconds (self);
  self->thought_since = 0;
}

void
myna_message_set_state (MynaMessage *self, StoreState state)
{
  if (self->record->state == state)
    return;
  self->record->state = state;
  tell (self);
}

void
myna_message_set_model (MynaMessage *self, const char *model)
{
  if (g_strcmp0 (self->record->model, model) == 0)
    return;
  g_free (self->record->model);
  self->record->model = g_strdup (model);
  tell (self);
}

void
myna_message_set_call (MynaMessage *self, StoreCall *call)
{
  store_call_free (self->record->call);
  self->record->call = call;
  tell (self);
}

void
myna_message_set_queued (MynaMessage *self, gboolean queued)
{
  if (self->queued == queued)
    return;
  self->queued = queued;
  tell (self);
}

void
myna_message_set_error (MynaMessage *self, const GError *error)
{
  if (!error && !self->error)
    return;
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->error_details, g_free);
  self->too_long = myna_problem_is_too_long (error);
  if (error)
    {
      self->error = myna_problem_describe (error);
      self->error_details = g_strdup (error->message);
    }
  tell (self);
}

void
myna_message_set_siblings (MynaMessage *self, int index, int n_siblings)
{
  if (self->record->sibling_index == index && self->record->n_siblings == n_siblings)
    return;
  self->record->sibling_index = index;
  self->record->n_siblings = n_siblings;
  tell (self);
}

void
myna_message_set_mark (MynaMessage *self, int mark)
{
  if (self->record->mark == mark)
    return;
  self->record->mark = mark;
  tell (self);
}
