/* remote-part.c: a file while it comes: NAME.HASH.part, until all of it is there and is what it must be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define HASH_LENGTH 64
#define CHUNK       ((gsize) 1 << 20)
#define LOOK_AFTER  ((goffset) 16 << 20) /* bytes between two looks at the room on the disk */

struct _RemotePart
{
  char *path, *part_path, *sha256;
  int fd;
  gboolean is_open;  /* it is this process that may write */
  gboolean is_whole; /* the file itself is there: nothing is written */
  goffset size, length, looked_at;
  goffset checked; /* atomic */
  guint64 reserve;
  GChecksum *checksum; /* of the first length bytes */
};

/* ---- The disk --------------------------------------------------------------------------------------------------- */

static RemoteProblem
translate (int error)
{
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? REMOTE_PROBLEM_DISK_FULL : REMOTE_PROBLEM_DISK;
}

/* Whether so many more bytes find room, and leave what others need. */
static gboolean
has_room (RemotePart *self, goffset more)
{
  struct statvfs status;

  if (fstatvfs (self->fd, &status) != 0 || status.f_blocks == 0)
    return TRUE; /* unknown: writing will tell */
  return (guint64) status.f_bavail * status.f_frsize >= (guint64) MAX (more, 0) + self->reserve;
}

/* The caller frees. */
static char *
make_part_path (const char *path, const char *sha256)
{
  return g_strdup_printf ("%s.%.12s.part", path, sha256);
}

/* Whether another process did not just give it its name. */
static gboolean
is_named (RemotePart *self, const struct stat *status)
{
  struct stat now;

  return stat (self->part_path, &now) == 0 && now.st_ino == status->st_ino && now.st_dev == status->st_dev;
}

static RemoteProblem
open_part (RemotePart *self)
{
  struct stat status;

  self->fd = open (self->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  self->is_whole = self->fd >= 0;
  if (self->fd < 0 && errno != ENOENT)
    return errno == ELOOP ? REMOTE_PROBLEM_TAKEN : translate (errno);
  if (!self->is_whole)
    self->fd = open (self->part_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0 || fstat (self->fd, &status) != 0)
    return translate (errno);
  if (!S_ISREG (status.st_mode) || (self->is_whole && status.st_size != self->size))
    return REMOTE_PROBLEM_TAKEN;
  if (!self->is_whole && (flock (self->fd, LOCK_EX | LOCK_NB) != 0 || !is_named (self, &status)))
    return REMOTE_PROBLEM_BUSY;
  /* The previous owner may have finished between the two checks: then this new part is not needed. */
  if (!self->is_whole && access (self->path, F_OK) == 0)
    {
      if (status.st_size == 0)
        unlink (self->part_path);
      return REMOTE_PROBLEM_BUSY;
    }
  self->is_open = TRUE;
  self->length = status.st_size;
  if (self->length > self->size && ftruncate (self->fd, self->length = 0) != 0)
    return translate (errno);
  return self->is_whole || has_room (self, self->size - self->length) ? REMOTE_PROBLEM_NONE : REMOTE_PROBLEM_DISK_FULL;
}

static gboolean
is_hash (const char *text)
{
  return strlen (text) == HASH_LENGTH && strspn (text, "0123456789abcdef") == HASH_LENGTH;
}

RemotePart *
remote_part_open (const char *path, goffset size, const char *sha256, guint64 reserve, RemoteProblem *ret_problem)
{
  g_autoptr (RemotePart) self = NULL;

  *ret_problem = REMOTE_PROBLEM_REQUEST;
  if (!g_path_is_absolute (path) || size <= 0 || !is_hash (sha256))
    return NULL;
  self = g_new0 (RemotePart, 1);
  self->path = g_strdup (path);
  self->part_path = make_part_path (path, sha256);
  self->sha256 = g_strdup (sha256);
  self->size = size;
  self->reserve = reserve;
  self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  *ret_problem = open_part (self);
  return *ret_problem ? NULL : g_steal_pointer (&self);
}

void
remote_part_free (RemotePart *self)
{
  /* What nothing has come of is not worth a file. */
  if (self->is_open && !self->is_whole && self->length == 0)
    unlink (self->part_path);
  if (self->fd >= 0)
    close (self->fd);
  g_checksum_free (self->checksum);
  g_free (self->path);
  g_free (self->part_path);
  g_free (self->sha256);
  g_free (self);
}

/* ---- What lies there already ------------------------------------------------------------------------------------ */

static RemoteProblem
read_all (RemotePart *self, GCancellable *cancellable)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK);
  goffset at = 0;

  g_checksum_reset (self->checksum);
  while (at < self->length)
    {
      ssize_t n = pread (self->fd, buffer, (gsize) MIN ((goffset) CHUNK, self->length - at), at);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return REMOTE_PROBLEM_DISK;
      if (g_cancellable_is_cancelled (cancellable))
        return REMOTE_PROBLEM_CANCELLED;
      g_checksum_update (self->checksum, buffer, n);
      at += n;
      __atomic_store_n (&self->checked, at, __ATOMIC_RELAXED);
    }
  return REMOTE_PROBLEM_NONE;
}

/* Checks what the checksum has read so far; it can still be updated. */
static gboolean
is_right (RemotePart *self)
{
  g_autoptr (GChecksum) copy = g_checksum_copy (self->checksum);

  return self->length == self->size && g_str_equal (g_checksum_get_string (copy), self->sha256);
}

static void
check_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  RemotePart *self = task_data;
  RemoteProblem problem = read_all (self, cancellable);

  if (!problem && self->is_whole && !is_right (self))
    problem = REMOTE_PROBLEM_TAKEN;
  g_task_return_int (task, problem);
}

void
remote_part_check_async (RemotePart *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, check_thread);
}

RemoteProblem
remote_part_check_finish (GAsyncResult *result)
{
  return (RemoteProblem) g_task_propagate_int (G_TASK (result), NULL);
}

goffset
remote_part_get_length (RemotePart *self)
{
  return self->length;
}

goffset
remote_part_get_checked (RemotePart *self)
{
  return __atomic_load_n (&self->checked, __ATOMIC_RELAXED);
}

/* ---- What comes ------------------------------------------------------------------------------------------------- */

RemoteProblem
remote_part_write (RemotePart *self, const void *bytes, gsize n_bytes)
{
  const guint8 *at = bytes;

  if (self->is_whole || (goffset) n_bytes > self->size - self->length)
    return REMOTE_PROBLEM_HASH;
  while (n_bytes > 0)
    {
      ssize_t n = pwrite (self->fd, at, n_bytes, self->length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return translate (n < 0 ? errno : ENOSPC);
      g_checksum_update (self->checksum, at, n);
      self->length += n;
      at += n;
      n_bytes -= (gsize) n;
    }
  if (self->length - self->looked_at < LOOK_AFTER)
    return REMOTE_PROBLEM_NONE;
  /* The disk begins to write: the end need not wait for all of it. */
  sync_file_range (self->fd, self->looked_at, self->length - self->looked_at, SYNC_FILE_RANGE_WRITE);
  self->looked_at = self->length;
  return has_room (self, 0) ? REMOTE_PROBLEM_NONE : REMOTE_PROBLEM_DISK_FULL;
}

RemoteProblem
remote_part_restart (RemotePart *self)
{
  if (ftruncate (self->fd, 0) != 0)
    return translate (errno);
  self->length = self->looked_at = 0;
  g_checksum_reset (self->checksum);
  return REMOTE_PROBLEM_NONE;
}

/* ---- The end ---------------------------------------------------------------------------------------------------- */

/* So that the name, too, is there after the power has failed. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

/* Never over another file. */
static int
give_name (RemotePart *self)
{
  if (renameat2 (AT_FDCWD, self->part_path, AT_FDCWD, self->path, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return errno;
  /* A file system that does not know how. */
  if (access (self->path, F_OK) == 0)
    return EEXIST;
  return rename (self->part_path, self->path) == 0 ? 0 : errno;
}

static RemoteProblem
finish (RemotePart *self)
{
  int error;

  if (!is_right (self))
    {
      unlink (self->part_path);
      self->length = 0;
      return REMOTE_PROBLEM_HASH;
    }
  if (self->is_whole)
    return REMOTE_PROBLEM_NONE;
  if (fsync (self->fd) != 0)
    return translate (errno);
  error = give_name (self);
  if (error)
    return error == EEXIST ? REMOTE_PROBLEM_TAKEN : translate (error);
  self->is_whole = TRUE;
  sync_folder (self->path);
  return REMOTE_PROBLEM_NONE;
}

static void
finish_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_task_return_int (task, finish (task_data));
}

void
remote_part_finish_async (RemotePart *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, finish_thread);
}

RemoteProblem
remote_part_finish_finish (GAsyncResult *result)
{
  return (RemoteProblem) g_task_propagate_int (G_TASK (result), NULL);
}
