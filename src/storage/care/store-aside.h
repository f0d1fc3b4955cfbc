/* store-aside.h: a damaged database makes room for the recovered one, and comes back if that is never finished
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_ASIDE_H
#define STORE_ASIDE_H

#include <glib.h>

G_BEGIN_DECLS

/* The files of one recovery of PATH. */
typedef struct
{
  char *kept; /* PATH.damaged-TIME: the damaged database from then on */
  char
      *fresh; /* PATH.recovering-TIME: the new one while it is filled.  As long as it is there, the recovery is not finished. */
} StoreAside;

void store_aside_init (StoreAside *self, const char *path);
void store_aside_clear (StoreAside *self);
/* PATH and its WAL get the other name; self->fresh must be there.  FALSE: all is as before. */
gboolean store_aside_put (const StoreAside *self, const char *path, GError **error);
/* They get their name back, and what was recovered is removed. */
void store_aside_back (const StoreAside *self, const char *path);
/* The same for a recovery that a process did not finish, whenever it ended.  The caller holds the lock. */
void store_aside_resume (const char *path);

G_END_DECLS

#endif
