/* store-copy.c: a copy of a whole database
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It is written under another name by VACUUM INTO, which reads every row, synced, and then renamed.
 */
#include "care/store-copy.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

static gboolean
set_errno (GError **error, const char *path)
{
  int code = errno == ENOSPC || errno == EDQUOT                    ? STORE_ERROR_FULL
             : errno == EROFS || errno == EACCES || errno == EPERM ? STORE_ERROR_READ_ONLY
                                                                   : STORE_ERROR_FAILED;

  g_set_error (error, STORE_ERROR, code, "The copy %s cannot be made: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
sync_path (const char *path, int flags)
{
  int fd = g_open (path, flags | O_CLOEXEC, 0);
  gboolean success = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return success;
}

gboolean
store_copy_database (StoreConnection *connection, const char *path, GError **error)
{
  g_autofree char *partial = g_strconcat (path, ".part", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  /* VACUUM INTO accepts an empty file, which here has no rights for others. */
  g_unlink (partial);
  fd = g_mkdir_with_parents (folder, 0700) == 0 ? g_open (partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
  if (fd < 0)
    return set_errno (error, path);
  close (fd);

  if (!store_exec (connection, NULL, error, "VACUUM INTO ?1", "t", partial))
    {
      g_unlink (partial);
      return FALSE;
    }
  if (!sync_path (partial, O_RDWR) || g_rename (partial, path) != 0)
    {
      set_errno (error, path);
      g_unlink (partial);
      return FALSE;
    }
  sync_path (folder, O_RDONLY | O_DIRECTORY);
  return TRUE;
}
