/* pair.c: who asked, and what about: what an answer that comes later needs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/pair.h"

MynaPair *
myna_pair_new (gpointer owner, gpointer subject, GDestroyNotify destroy)
{
  MynaPair *self = g_new (MynaPair, 1);

  *self = (MynaPair){ g_object_ref (owner), subject, destroy };
  return self;
}

void
myna_pair_free (MynaPair *self)
{
  if (!self)
    return;
  /* The subject may be a part of the owner. */
  if (self->subject)
    self->destroy (self->subject);
  g_object_unref (self->owner);
  g_free (self);
}
