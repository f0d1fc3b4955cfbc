/* server-token.c: see server-token.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-token.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define N_BYTES  32
#define MIN_TEXT 16
#define MAX_TEXT 1024

char *
server_token_get_path (void)
{
  return g_build_filename (g_get_user_config_dir (), "myna", "server-token", NULL);
}

static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s “%s”: %s", what, path, g_strerror (code));
  return FALSE;
}

/* A file of another one who starts at the same time is taken as it is. */
static gboolean
make (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  guint8 bytes[N_BYTES];
  char text[2 * N_BYTES + 2];
  gboolean ok;
  int fd;

  if (getrandom (bytes, sizeof bytes, 0) != (gssize) sizeof bytes)
    return fail (error, "No random bytes for", path);
  for (gsize i = 0; i < N_BYTES; i++)
    g_snprintf (text + 2 * i, 3, "%02x", bytes[i]);
  text[2 * N_BYTES] = '\n';
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, "Cannot make the folder", folder);
  fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return errno == EEXIST || fail (error, "Cannot make", path);
  ok = write (fd, text, 2 * N_BYTES + 1) == 2 * N_BYTES + 1 && fsync (fd) == 0;
  if (!ok)
    {
      fail (error, "Cannot write", path);
      g_unlink (path);
    }
  g_close (fd, NULL);
  return ok;
}

static char *
read_token (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return fail (error, "Cannot read", path) ? NULL : NULL;
  if ((status.st_mode & 077) != 0 || status.st_uid != getuid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                   "Others may read the token in “%s”. Delete the file, and a new one is made.", path);
      return NULL;
    }
  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  g_strstrip (text);
  if (strlen (text) >= MIN_TEXT && strlen (text) <= MAX_TEXT && g_str_is_ascii (text) && !strpbrk (text, " \t\r\n"))
    return g_steal_pointer (&text);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "“%s” has no token. Delete the file, and a new one is made.", path);
  return NULL;
}

char *
server_token_load (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS) && !make (path, error))
    return NULL;
  return read_token (path, error);
}

gboolean
server_token_fits (const char *token, const char *authorization)
{
  gsize n_token = strlen (token), n_given;
  volatile guint8 difference;
  const char *given = authorization;

  if (!given || g_ascii_strncasecmp (given, "Bearer ", 7) != 0)
    return FALSE;
  given += 7;
  while (*given == ' ')
    given++;
  n_given = strlen (given);
  difference = n_given != n_token;
  for (gsize i = 0; i < n_token; i++)
    difference |= (guint8) (token[i] ^ (n_given > 0 ? given[i % n_given] : 0));
  return difference == 0;
}
