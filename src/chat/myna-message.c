/* myna-message.c: one message as the window sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text is kept apart from the record because it grows piece by piece while a reply is written, and because most
 * messages of a long conversation do not have theirs in memory.
 */
#include "chat/myna-message-private.h"

#include "chat/myna-problem.h"

struct _MynaMessage
{
  GObject parent_instance;

  StoreMessage *record;
  GString *text; /* NULL where not loaded */
  char *error;
  char *error_details;
  gboolean queued;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_ROLE,
  PROP_STATE,
  PROP_TEXT,
  PROP_LOADED,
  PROP_QUEUED,
  PROP_ERROR,
  PROP_SIBLING_INDEX,
  PROP_N_SIBLINGS,
  PROP_MARK,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaMessage, myna_message, G_TYPE_OBJECT)

static void
myna_message_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaMessage *self = MYNA_MESSAGE (object);

  switch (prop_id)
    {
    case PROP_ID: g_value_set_int64 (value, self->record->id); break;
    case PROP_ROLE: g_value_set_int (value, self->record->role); break;
    case PROP_STATE: g_value_set_int (value, self->record->state); break;
    case PROP_TEXT: g_value_set_string (value, myna_message_get_text (self)); break;
    case PROP_LOADED: g_value_set_boolean (value, self->text != NULL); break;
    case PROP_QUEUED: g_value_set_boolean (value, self->queued); break;
    case PROP_ERROR: g_value_set_string (value, self->error); break;
    case PROP_SIBLING_INDEX: g_value_set_int (value, self->record->sibling_index); break;
    case PROP_N_SIBLINGS: g_value_set_int (value, self->record->n_siblings); break;
    case PROP_MARK: g_value_set_int (value, self->record->mark); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

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
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_message_get_property;
  object_class->finalize = myna_message_finalize;

  props[PROP_ID] = g_param_spec_int64 ("id", NULL, NULL, 0, G_MAXINT64, 0, flags);
  props[PROP_ROLE] = g_param_spec_int ("role", NULL, NULL, 0, STORE_ROLE_OBSERVATION, 0, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, STORE_STATE_FAILED, 0, flags);
  props[PROP_TEXT] = g_param_spec_string ("text", NULL, NULL, "", flags);
  props[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  props[PROP_QUEUED] = g_param_spec_boolean ("queued", NULL, NULL, FALSE, flags);
  props[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  props[PROP_SIBLING_INDEX] = g_param_spec_int ("sibling-index", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_N_SIBLINGS] = g_param_spec_int ("n-siblings", NULL, NULL, 0, G_MAXINT, 1, flags);
  props[PROP_MARK] = g_param_spec_int ("mark", NULL, NULL, -1, 1, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
myna_message_init (MynaMessage *self)
{
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

const StoreMessage *
myna_message_get_record (MynaMessage *self)
{
  g_return_val_if_fail (MYNA_IS_MESSAGE (self), NULL);

  return self->record;
}

/* ---- Changing --------------------------------------------------------------------------------------------------- */

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
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ID]);
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
  if (!was_loaded)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADED]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
}

void
myna_message_append_text (MynaMessage *self, const char *piece)
{
  if (!*piece)
    return;
  if (!self->text)
    self->text = g_string_new (NULL);
  g_string_append (self->text, piece);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TEXT]);
}

void
myna_message_unload (MynaMessage *self)
{
  if (!self->text)
    return;
  g_string_free (g_steal_pointer (&self->text), TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LOADED]);
}

void
myna_message_set_state (MynaMessage *self, StoreState state)
{
  if (self->record->state == state)
    return;
  self->record->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
myna_message_set_queued (MynaMessage *self, gboolean queued)
{
  if (self->queued == queued)
    return;
  self->queued = queued;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_QUEUED]);
}

void
myna_message_set_error (MynaMessage *self, const GError *error)
{
  if (!error && !self->error)
    return;
  g_clear_pointer (&self->error, g_free);
  g_clear_pointer (&self->error_details, g_free);
  if (error)
    {
      self->error = myna_problem_describe (error);
      self->error_details = g_strdup (error->message);
    }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ERROR]);
}

void
myna_message_set_siblings (MynaMessage *self, int index, int n_siblings)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (self->record->sibling_index != index)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_SIBLING_INDEX]);
  if (self->record->n_siblings != n_siblings)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_SIBLINGS]);
  self->record->sibling_index = index;
  self->record->n_siblings = n_siblings;
  g_object_thaw_notify (G_OBJECT (self));
}

void
myna_message_set_mark (MynaMessage *self, int mark)
{
  if (self->record->mark == mark)
    return;
  self->record->mark = mark;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MARK]);
}
