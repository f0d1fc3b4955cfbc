/* store-aside.c: a damaged database makes room for the recovered one, and comes back if that is never finished
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A process that is killed while it recovers a history would leave none under its name, and the next one would begin an empty
 * history.  So the new file is there before the damaged one loses its name, and takes that name as the last step: a new file under
 * its own name means that the damaged one has to come back.
 *
 * The WAL belongs to the damaged file.  It is the last to go and the first to come back: where the database has its name, the WAL
 * has it, too.
 */
#include "care/store-aside.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "storage.h"

#define RECOVERING ".recovering-"
#define TIME       "%Y%m%d-%H%M%S"
#define N_TIME     15 /* letters of it */

static void
init_with (StoreAside *self, const char *path, const char *time)
{
  self->kept = g_strdup_printf ("%s.damaged-%s", path, time);
  self->fresh = g_strconcat (path, RECOVERING, time, NULL);
}

void
store_aside_init (StoreAside *self, const char *path)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, TIME);

  init_with (self, path, time);
}

void
store_aside_clear (StoreAside *self)
{
  g_clear_pointer (&self->kept, g_free);
  g_clear_pointer (&self->fresh, g_free);
}

static void
remove_fresh (const StoreAside *self)
{
  static const char *const suffixes[] = { "-wal", "-shm", "-journal", ".lock", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *name = g_strconcat (self->fresh, suffixes[i], NULL);

      g_unlink (name);
    }
}

/* TRUE also if there is no such file. */
static gboolean
move_wal (const char *from, const char *to)
{
  g_autofree char *source = g_strconcat (from, "-wal", NULL);
  g_autofree char *target = g_strconcat (to, "-wal", NULL);

  return g_rename (source, target) == 0 || errno == ENOENT;
}

gboolean
store_aside_put (const StoreAside *self, const char *path, GError **error)
{
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  int problem = 0;

  if (g_rename (path, self->kept) != 0)
    problem = errno;
  else if (!move_wal (path, self->kept))
    {
      /* One that stayed would be replayed into the new database. */
      problem = errno;
      g_rename (self->kept, path);
    }
  if (problem)
    {
      g_set_error (error, STORE_ERROR, STORE_ERROR_CORRUPT, "The damaged history cannot be put aside: %s",
                   g_strerror (problem));
      return FALSE;
    }
  g_unlink (shm);
  return TRUE;
}

void
store_aside_back (const StoreAside *self, const char *path)
{
  if (g_access (self->kept, F_OK) == 0 && move_wal (self->kept, path))
    g_rename (self->kept, path);
  if (g_access (path, F_OK) == 0)
    remove_fresh (self);
}

void
store_aside_resume (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *prefix = g_strconcat (name, RECOVERING, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;

  while (dir && (entry = g_dir_read_name (dir)))
    {
      StoreAside aside;

      if (!g_str_has_prefix (entry, prefix) || strlen (entry) != strlen (prefix) + N_TIME)
        continue;
      init_with (&aside, path, entry + strlen (prefix));
      if (g_access (path, F_OK) == 0)
        remove_fresh (&aside); /* it had not begun */
      else
        store_aside_back (&aside, path);
      store_aside_clear (&aside);
    }
}
