/* store-part-file.c: a file that is replaced in one step
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The new contents go to .myna-XXXXXXXX.part in the same folder, which is synced and then renamed.  Its writer holds a lock
 * on it for as long as it lives.  A writer that is killed leaves the file behind, and the next one in that folder deletes it:
 * only what has such a name, is a plain file of this person, was not changed for an hour and is locked by nobody.
 */
#include "part-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gfiledescriptorbased.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage.h"

#define PREFIX           ".myna-"
#define SUFFIX           ".part"
#define N_DIGITS         8
#define LEFTOVER_SECONDS 3600
#define MAX_NAMES        100000 /* that are looked at in a folder */

struct _StorePartFile
{
  GFile *target;
  GFile *part; /* NULL: it has become the target */
  GFileOutputStream *stream;
  int fd; /* the stream's; −1: the folder is not on this computer */
};

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

static gboolean
set_io_error (GError **error, GError *problem)
{
  int code = g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NO_SPACE) ? STORE_ERROR_FULL
             : g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED)
                     || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_READ_ONLY)
                 ? STORE_ERROR_READ_ONLY
                 : STORE_ERROR_FAILED;

  g_set_error (error, STORE_ERROR, code, "The file cannot be written: %s", problem->message);
  g_error_free (problem);
  return FALSE;
}

static gboolean
set_errno (GError **error, int number)
{
  return set_io_error (error, g_error_new_literal (G_IO_ERROR, (int) g_io_error_from_errno (number), g_strerror (number)));
}

/* ---- Leftovers -------------------------------------------------------------------------------------------------- */

static gboolean
is_part_name (const char *name)
{
  const char *digits = name + strlen (PREFIX);

  return g_str_has_prefix (name, PREFIX) && strspn (digits, "0123456789abcdef") == N_DIGITS
         && g_str_equal (digits + N_DIGITS, SUFFIX);
}

static gboolean
is_leftover (int fd)
{
  struct stat status;

  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid () && status.st_nlink == 1
         && g_get_real_time () / G_USEC_PER_SEC - status.st_mtim.tv_sec > LEFTOVER_SECONDS
         && flock (fd, LOCK_EX | LOCK_NB) == 0;
}

static void
delete_leftovers (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  for (guint i = 0; dir && i < MAX_NAMES && (name = g_dir_read_name (dir)); i++)
    {
      g_autofree char *path = NULL;
      int fd;

      if (!is_part_name (name))
        continue;
      path = g_build_filename (folder, name, NULL);
      fd = g_open (path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
      if (fd >= 0 && is_leftover (fd))
        g_unlink (path);
      if (fd >= 0)
        close (fd);
    }
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

StorePartFile *
store_part_file_new (GFile *target, GError **error)
{
  g_autoptr (StorePartFile) self = g_new0 (StorePartFile, 1);
  g_autoptr (GFile) folder = g_file_get_parent (target);
  g_autofree char *name = g_strdup_printf (PREFIX "%08x" SUFFIX, g_random_int ());
  GError *problem = NULL;

  self->target = g_object_ref (target);
  self->fd = -1;
  if (!folder)
    {
      set_errno (error, EISDIR);
      return NULL;
    }
  if (g_file_peek_path (folder))
    delete_leftovers (g_file_peek_path (folder));
  self->part = g_file_get_child (folder, name);
  self->stream = g_file_create (self->part, G_FILE_CREATE_PRIVATE, NULL, &problem);
  if (!self->stream)
    {
      g_clear_object (&self->part);
      set_io_error (error, problem);
      return NULL;
    }
  if (G_IS_FILE_DESCRIPTOR_BASED (self->stream))
    self->fd = g_file_descriptor_based_get_fd (G_FILE_DESCRIPTOR_BASED (self->stream));
  /* Where locks cannot be had, leftovers cannot be told from what is being written, and stay. */
  if (self->fd >= 0)
    flock (self->fd, LOCK_EX | LOCK_NB);
  return g_steal_pointer (&self);
}

gboolean
store_part_file_write (StorePartFile *self, const char *data, gsize n_bytes, GError **error)
{
  GError *problem = NULL;

  return g_output_stream_write_all (G_OUTPUT_STREAM (self->stream), data, n_bytes, NULL, NULL, &problem)
         || set_io_error (error, problem);
}

/* The rename itself has to reach the disk.  The file is whole in any case: there is nothing to tell where this fails. */
static void
sync_folder (StorePartFile *self)
{
  g_autoptr (GFile) folder = g_file_get_parent (self->target);
  const char *path = g_file_peek_path (folder);
  int fd = path ? g_open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;

  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
}

gboolean
store_part_file_keep (StorePartFile *self, GError **error)
{
  GError *problem = NULL;

  /* A disk may say only now that it is full. */
  if (self->fd >= 0 && fsync (self->fd) != 0)
    return set_errno (error, errno);
  if (!g_output_stream_close (G_OUTPUT_STREAM (self->stream), NULL, &problem)
      || !g_file_move (self->part, self->target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &problem))
    return set_io_error (error, problem);
  g_clear_object (&self->part);
  sync_folder (self);
  return TRUE;
}

void
store_part_file_free (StorePartFile *self)
{
  if (!self)
    return;

  /* Deleted before it is closed, and with that unlocked. */
  if (self->part)
    g_file_delete (self->part, NULL, NULL);
  if (self->stream)
    g_output_stream_close (G_OUTPUT_STREAM (self->stream), NULL, NULL);
  g_clear_object (&self->stream);
  g_clear_object (&self->part);
  g_object_unref (self->target);
  g_free (self);
}
