/* myna-application-temporary.c: the chat that is kept in memory alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "application/myna-application-private.h"

static void
temporary_store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) store = store_open_finish (result, &error);

  if (!store)
    {
      g_warning ("No temporary chat: %s", error->message);
      return;
    }
  if (self->temporary)
    return;
  self->temporary_store = g_steal_pointer (&store);
  self->temporary = myna_application_follow (self, myna_conversation_new (self->temporary_store, self->actor), NULL);
  g_object_notify (G_OBJECT (self), "temporary");
}

MynaConversation *
myna_application_get_temporary (MynaApplication *self)
{
  g_return_val_if_fail (MYNA_IS_APPLICATION (self), NULL);

  return self->temporary;
}

void
myna_application_begin_temporary (MynaApplication *self)
{
  g_return_if_fail (MYNA_IS_APPLICATION (self));

  if (self->temporary)
    g_object_notify (G_OBJECT (self), "temporary");
  else
    store_open_memory_async (NULL, temporary_store_cb, g_object_ref (self));
}

void
myna_application_end_temporary (MynaApplication *self)
{
  g_autoptr (MynaConversation) conversation = NULL;
  g_autoptr (StoreDb) store = NULL;

  g_return_if_fail (MYNA_IS_APPLICATION (self));

  if (!self->temporary)
    return;
  myna_conversation_stop (self->temporary);
  g_ptr_array_remove (self->busy, self->temporary);
  myna_application_update_hold (self);
  conversation = g_steal_pointer (&self->temporary);
  store = g_steal_pointer (&self->temporary_store);
  g_signal_handlers_disconnect_by_data (conversation, self);
  g_object_notify (G_OBJECT (self), "temporary");
}
