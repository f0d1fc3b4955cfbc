/* pair.h: who asked, and what about: what an answer that comes later needs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The user data of a question, a file chooser or a store's request. Both live as long as the pair. */
typedef struct
{
  gpointer owner;   /* GObject */
  gpointer subject; /* GObject, boxed value or text; NULL: none */
  GDestroyNotify destroy;
} MynaPair;

/* Refers to the owner, and takes the subject, which is ended by `destroy`. */
MynaPair *myna_pair_new (gpointer owner, gpointer subject, GDestroyNotify destroy);
void myna_pair_free (MynaPair *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPair, myna_pair_free)

G_END_DECLS
