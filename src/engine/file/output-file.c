/* output-file.c: writing a large file that appears under its name only when it is whole
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes go to PATH.myna.part, which a lock keeps to one writer; after an fsync it is renamed.  What a killed program left
 * behind is overwritten by the next try, so that nothing piles up.
 */
#include "file/output-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "file/mapped-file.h"

#define BUFFER_BYTES ((size_t) 1 << 20)
/* Left free on the disk: a full disk is trouble for other programs too. */
#define SPARE_BYTES ((uint64_t) 64 << 20)

struct GlmOutputFile
{
  char *path;
  char *part; /* path of the unfinished file */
  int fd;
  bool created;
  GlmOutputMode mode;
  uint8_t *buffer;
  size_t n_buffered;
  uint64_t position;
};

/* The folder that holds the path, malloc'ed. */
static char *
folder_of (const char *path)
{
  const char *slash = strrchr (path, '/');

  if (!slash)
    return strdup (".");
  return slash == path ? strdup ("/") : strndup (path, (size_t) (slash - path));
}

static bool
check_space (const char *path, uint64_t n_bytes, GlmError *error)
{
  char *folder = folder_of (path);
  struct statvfs status;
  uint64_t available;
  bool known = folder && statvfs (folder, &status) == 0;

  free (folder);
  if (!known)
    return glm_error_set_errno (error, errno, "cannot write to the folder of %s", glm_path_name (path));
  available = (uint64_t) status.f_bavail * status.f_frsize;
  if (available < n_bytes || available - n_bytes < SPARE_BYTES)
    return glm_error_set (error, GLM_ERROR_NO_SPACE, "%s needs %" PRIu64 " MiB, and only %" PRIu64 " MiB are free",
                          glm_path_name (path), (n_bytes + SPARE_BYTES) >> 20, available >> 20);
  return true;
}

static bool
check_target (const char *path, GlmOutputMode mode, GlmError *error)
{
  struct stat status;

  if (stat (path, &status) != 0)
    return true;
  if (!S_ISREG (status.st_mode))
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s is not a regular file", glm_path_name (path));
  return mode == GLM_OUTPUT_REPLACE_EXISTING
         || glm_error_set (error, GLM_ERROR_ARGUMENT, "%s exists already", glm_path_name (path));
}

static bool
open_part (GlmOutputFile *file, GlmError *error)
{
  const char *name = glm_path_name (file->path);

  file->fd = open (file->part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file->fd < 0)
    return glm_error_set_errno (error, errno, "cannot create %s", name);
  if (flock (file->fd, LOCK_EX | LOCK_NB) != 0)
    return glm_error_set (error, GLM_ERROR_IO, "%s is being written by another program", name);
  file->created = true;
  if (ftruncate (file->fd, 0) != 0)
    return glm_error_set_errno (error, errno, "cannot create %s", name);
  return true;
}

bool
glm_output_file_open (const char *path, uint64_t n_bytes, GlmOutputMode mode, GlmOutputFile **ret_file, GlmError *error)
{
  GlmOutputFile *file;

  if (!check_target (path, mode, error) || !check_space (path, n_bytes, error))
    return false;
  file = calloc (1, sizeof *file);
  if (file)
    {
      file->fd = -1;
      file->mode = mode;
      file->path = strdup (path);
      file->buffer = malloc (BUFFER_BYTES);
      file->part = malloc (strlen (path) + sizeof GLM_PART_SUFFIX);
    }
  if (!file || !file->path || !file->buffer || !file->part)
    {
      glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to write %s", glm_path_name (path));
      goto fail;
    }
  sprintf (file->part, "%s" GLM_PART_SUFFIX, path);
  if (!open_part (file, error))
    goto fail;
  *ret_file = file;
  return true;

fail:
  glm_output_file_free (file);
  return false;
}

static bool
write_fully (GlmOutputFile *file, const uint8_t *data, size_t n, GlmError *error)
{
  while (n > 0)
    {
      ssize_t written = write (file->fd, data, n);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return glm_error_set_errno (error, written < 0 ? errno : ENOSPC, "cannot write %s", glm_path_name (file->path));
      data += written;
      n -= (size_t) written;
    }
  return true;
}

static bool
flush_buffer (GlmOutputFile *file, GlmError *error)
{
  size_t n = file->n_buffered;

  file->n_buffered = 0;
  return write_fully (file, file->buffer, n, error);
}

bool
glm_output_file_write (GlmOutputFile *file, const void *data, size_t n_bytes, GlmError *error)
{
  file->position += n_bytes;
  if (n_bytes > BUFFER_BYTES - file->n_buffered && !flush_buffer (file, error))
    return false;
  if (n_bytes >= BUFFER_BYTES)
    return write_fully (file, data, n_bytes, error);
  if (n_bytes > 0)
    memcpy (file->buffer + file->n_buffered, data, n_bytes);
  file->n_buffered += n_bytes;
  return true;
}

const char *
glm_output_file_flush (GlmOutputFile *file, GlmError *error)
{
  return flush_buffer (file, error) ? file->part : NULL;
}

uint64_t
glm_output_file_position (const GlmOutputFile *file)
{
  return file->position;
}

/* The rename itself has to reach the disk. */
static void
sync_folder (const char *path)
{
  char *folder = folder_of (path);
  int fd = folder ? open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
  free (folder);
}

bool
glm_output_file_commit (GlmOutputFile *file, GlmError *error)
{
  if (!flush_buffer (file, error))
    return false;
  if (fsync (file->fd) != 0)
    return glm_error_set_errno (error, errno, "cannot write %s", glm_path_name (file->path));
  /* Looked at again: the file may have appeared meanwhile. */
  if (!check_target (file->path, file->mode, error))
    return false;
  if (rename (file->part, file->path) != 0)
    return glm_error_set_errno (error, errno, "cannot rename %s", glm_path_name (file->part));
  file->created = false;
  sync_folder (file->path);
  return true;
}

void
glm_output_file_free (GlmOutputFile *file)
{
  if (!file)
    return;
  if (file->created)
    unlink (file->part);
  if (file->fd >= 0)
    close (file->fd);
  free (file->buffer);
  free (file->part);
  free (file->path);
  free (file);
}
