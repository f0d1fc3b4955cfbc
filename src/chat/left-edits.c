/* left-edits.c: questions that are being edited and were not asked yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/left-edits.h"

#define KEY "myna-left-edits"

struct _MynaLeftEdits
{
  GObject parent_instance;

  GPtrArray *edits; /* MynaLeftEdit, in the order in which they were begun */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaLeftEdits, myna_left_edits, G_TYPE_OBJECT)

static void
edit_free (gpointer data)
{
  MynaLeftEdit *edit = data;

  g_clear_pointer (&edit->attachments, g_ptr_array_unref);
  g_free (edit->text);
  g_free (edit);
}

MynaLeftEdit *
myna_left_edits_find (MynaLeftEdits *self, gint64 message_id)
{
  for (guint i = 0; i < self->edits->len; i++)
    {
      MynaLeftEdit *edit = g_ptr_array_index (self->edits, i);

      if (edit->message_id == message_id)
        return edit;
    }
  return NULL;
}

void
myna_left_edits_put (MynaLeftEdits *self, const StoreMessage *message, const char *text)
{
  MynaLeftEdit *edit = myna_left_edits_find (self, message->id);

  if (message->id == 0)
    return;
  if (!edit)
    {
      edit = g_new0 (MynaLeftEdit, 1);
      edit->chat_id = message->conversation_id;
      edit->message_id = message->id;
      g_ptr_array_add (self->edits, edit);
    }
  g_free (edit->text);
  edit->text = g_strdup (text);
  g_signal_emit (self, changed_signal, 0, edit->chat_id);
}

void
myna_left_edits_drop (MynaLeftEdits *self, gint64 message_id)
{
  MynaLeftEdit *edit = myna_left_edits_find (self, message_id);
  gint64 chat_id;

  if (!edit)
    return;
  chat_id = edit->chat_id;
  g_ptr_array_remove (self->edits, edit);
  g_signal_emit (self, changed_signal, 0, chat_id);
}

char *
myna_left_edits_dup_text (MynaLeftEdits *self, gint64 chat_id)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < self->edits->len; i++)
    {
      const MynaLeftEdit *edit = g_ptr_array_index (self->edits, i);

      if (edit->chat_id == chat_id && *edit->text)
        g_string_append_printf (all, "%s%s", all->len > 0 ? "\n\n" : "", edit->text);
    }
  return all->len > 0 ? g_string_free (g_steal_pointer (&all), FALSE) : NULL;
}

MynaLeftEdits *
myna_left_edits_of (StoreDb *store)
{
  MynaLeftEdits *self = g_object_get_data (G_OBJECT (store), KEY);

  if (!self)
    {
      self = g_object_new (MYNA_TYPE_LEFT_EDITS, NULL);
      g_object_set_data_full (G_OBJECT (store), KEY, self, g_object_unref);
    }
  return self;
}

void
myna_left_edits_move (gpointer from, gpointer to)
{
  g_object_set_data_full (to, KEY, g_object_steal_data (from, KEY), g_object_unref);
}

static void
myna_left_edits_finalize (GObject *object)
{
  g_ptr_array_unref (MYNA_LEFT_EDITS (object)->edits);
  G_OBJECT_CLASS (myna_left_edits_parent_class)->finalize (object);
}

static void
myna_left_edits_class_init (MynaLeftEditsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_left_edits_finalize;
  changed_signal =
      g_signal_new ("changed", MYNA_TYPE_LEFT_EDITS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
myna_left_edits_init (MynaLeftEdits *self)
{
  self->edits = g_ptr_array_new_with_free_func (edit_free);
}
