/* session-file.c: the KV state of a session on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   offset  bytes
 *        0      8  "MYNAKV1\n"
 *        8      8  identity of the model (glm_model_identity)
 *       16      8  bytes of keys and values a token
 *       24      8  tokens of a bidirectional context, else 0
 *       32      8  its origin
 *       40      8  checksum of bytes 0 to 39
 *       48         chunks, each:
 *                  8  number of tokens, 1 to 256
 *                  8  checksum of what follows
 *                     ids, 4 bytes each, padded to 8
 *                     for each layer, stream (K, V) and head: rows [token][width]; in 8 bits, scales [token][block]
 *
 * Little-endian, as the machines are that this engine runs on; a file of another kind has another identity.  Saving keeps
 * the chunks whose tokens the session still holds (it reads their ids alone) and appends the rest, so that a long
 * conversation costs a write of what is new.  Restoring stops at the first chunk that is cut off or damaged: what comes
 * before it is good, and the rest is cut off, so that nothing is ever appended behind damage.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "run/session.h"

#define MAGIC "MYNAKV1\n"
#define CHUNK 256

typedef struct
{
  char magic[8];
  uint64_t identity;
  uint64_t bytes_per_token;
  uint64_t n_context;
  uint64_t origin;
  uint64_t checksum;
} Header;

typedef struct
{
  uint64_t n;
  uint64_t checksum;
} ChunkHeader;

typedef struct
{
  GlmSession *session;
  const char *path;
  int fd;
  size_t bytes_per_token;
  unsigned char *buffer; /* ids and rows of one chunk */
  GlmError *error;
} File;

/* Four lanes of multiply and rotate over 8-byte words: as fast as memory.  Finds damage, not malice. */
static uint64_t
checksum (const void *data, size_t n_bytes)
{
  const unsigned char *bytes = data;
  uint64_t lanes[4] = { 1, 2, 3, 4 }, word;
  size_t i = 0;

  for (; i + 32 <= n_bytes; i += 32)
    for (int lane = 0; lane < 4; lane++)
      {
        memcpy (&word, bytes + i + (size_t) lane * 8, 8);
        lanes[lane] = (lanes[lane] ^ word) * UINT64_C (0x9e3779b97f4a7c15);
        lanes[lane] ^= lanes[lane] >> 29;
      }
  for (; i < n_bytes; i++)
    lanes[i % 4] = (lanes[i % 4] ^ bytes[i]) * UINT64_C (0x9e3779b97f4a7c15);
  for (int lane = 1; lane < 4; lane++)
    lanes[0] = ((lanes[0] << 23 | lanes[0] >> 41) ^ lanes[lane]) * UINT64_C (0xbf58476d1ce4e5b9);
  return lanes[0] ^ lanes[0] >> 32;
}

static size_t
ids_bytes (size_t n)
{
  return (n * sizeof (int32_t) + 7) & ~(size_t) 7;
}

static size_t
chunk_bytes (const File *file, size_t n)
{
  return ids_bytes (n) + n * file->bytes_per_token;
}

static Header
make_header (const File *file)
{
  Header header = {
    .magic = { 'M', 'Y', 'N', 'A', 'K', 'V', '1', '\n' },
    .identity = glm_model_identity (file->session->model),
    .bytes_per_token = file->bytes_per_token,
    .n_context = (uint64_t) file->session->n_context,
    .origin = (uint64_t) file->session->origin,
  };

  header.checksum = checksum (&header, offsetof (Header, checksum));
  return header;
}

/* Reads as much as there is. */
static size_t
read_some (const File *file, void *data, size_t n_bytes)
{
  size_t n = 0;

  while (n < n_bytes)
    {
      ssize_t n_read = read (file->fd, (char *) data + n, n_bytes - n);

      if (n_read < 0 && errno == EINTR)
        continue;
      if (n_read <= 0)
        break;
      n += (size_t) n_read;
    }
  return n;
}

static bool
write_all (const File *file, const void *data, size_t n_bytes)
{
  size_t n = 0;

  while (n < n_bytes)
    {
      ssize_t n_written = write (file->fd, (const char *) data + n, n_bytes - n);

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written <= 0)
        return glm_error_set_errno (file->error, n_written < 0 ? errno : ENOSPC, "%s", file->path);
      n += (size_t) n_written;
    }
  return true;
}

/* Reads the next chunk into the buffer; false at the end or where it is damaged. */
static bool
read_chunk (const File *file, size_t *ret_n)
{
  ChunkHeader chunk;

  if (read_some (file, &chunk, sizeof chunk) != sizeof chunk || chunk.n < 1 || chunk.n > CHUNK
      || read_some (file, file->buffer, chunk_bytes (file, chunk.n)) != chunk_bytes (file, chunk.n)
      || checksum (file->buffer, chunk_bytes (file, chunk.n)) != chunk.checksum)
    return false;
  *ret_n = chunk.n;
  return true;
}

static bool
write_chunk (const File *file, size_t first, size_t n)
{
  ChunkHeader chunk = { .n = n };

  memset (file->buffer, 0, ids_bytes (n));
  memcpy (file->buffer, file->session->tokens.ids + first, n * sizeof (int32_t));
  file->session->forward->backend->rows_read (file->session->forward, (int64_t) first, (int64_t) n,
                                              file->buffer + ids_bytes (n));
  chunk.checksum = checksum (file->buffer, chunk_bytes (file, n));
  return write_all (file, &chunk, sizeof chunk) && write_all (file, file->buffer, chunk_bytes (file, n));
}

static bool
file_open (File *file, GlmSession *session, const char *path, int flags, GlmError *error)
{
  *file = (File){ .session = session, .path = path, .fd = -1, .error = error };
  file->bytes_per_token = glm_kv_bytes_per_token (&session->cache.shape);
  file->buffer = malloc (chunk_bytes (file, CHUNK));
  if (!file->buffer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the state of a conversation");
  file->fd = open (path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  return file->fd >= 0 || glm_error_set_errno (error, errno, "%s", path);
}

static void
file_close (File *file)
{
  if (file->fd >= 0)
    close (file->fd);
  free (file->buffer);
}

/* Reads the next chunk's number of tokens and ids alone, which stay in the buffer, and goes behind its rows; false at the
 * end.  A file that ends within the rows shows at the next chunk, or in its size. */
static bool
skip_chunk (const File *file, size_t *ret_n)
{
  ChunkHeader chunk;

  if (read_some (file, &chunk, sizeof chunk) != sizeof chunk || chunk.n < 1 || chunk.n > CHUNK
      || read_some (file, file->buffer, ids_bytes (chunk.n)) != ids_bytes (chunk.n)
      || lseek (file->fd, (off_t) (chunk.n * file->bytes_per_token), SEEK_CUR) < 0)
    return false;
  *ret_n = chunk.n;
  return true;
}

/* How many tokens of the session lie in the file already, in whole chunks, and where the last of them ends. */
static size_t
count_saved (const File *file, off_t *ret_end)
{
  const GlmTokens *tokens = &file->session->tokens;
  off_t end = sizeof (Header), size = lseek (file->fd, 0, SEEK_END);
  size_t n_saved = 0, n;

  lseek (file->fd, end, SEEK_SET);
  *ret_end = end;
  /* A chunk shorter than the largest is written again once there is more to put into it. */
  while (skip_chunk (file, &n) && n_saved + n <= tokens->n && (n == CHUNK || n_saved + n == tokens->n)
         && memcmp (file->buffer, tokens->ids + n_saved, n * sizeof (int32_t)) == 0)
    {
      end += (off_t) (sizeof (ChunkHeader) + chunk_bytes (file, n));
      if (end > size)
        break;
      n_saved += n;
      *ret_end = end;
    }
  return n_saved;
}

/* Cuts the file behind what it has in common with the session, *ret_n tokens; where it is another one's, it becomes a
 * fresh header. */
static bool
find_common (File *file, size_t *ret_n)
{
  Header header, wanted = make_header (file);
  size_t n = 0;
  off_t end = 0;

  if (read_some (file, &header, sizeof header) == sizeof header && memcmp (&header, &wanted, sizeof header) == 0)
    n = count_saved (file, &end);
  if (ftruncate (file->fd, end) != 0 || lseek (file->fd, end, SEEK_SET) < 0)
    return glm_error_set_errno (file->error, errno, "%s", file->path);
  if (end == 0 && !write_all (file, &wanted, sizeof wanted))
    return false;
  *ret_n = n;
  return true;
}

bool
glm_session_save (GlmSession *session, const char *path, GlmError *error)
{
  File file;
  size_t first = 0;
  bool ok = file_open (&file, session, path, O_RDWR | O_CREAT, error) && find_common (&file, &first);

  while (ok && first < session->tokens.n)
    {
      size_t left = session->tokens.n - first, n = left < CHUNK ? left : CHUNK;
      off_t end = lseek (file.fd, 0, SEEK_CUR);

      ok = write_chunk (&file, first, n);
      /* What did not fit leaves no half chunk behind. */
      if (!ok && end >= 0 && ftruncate (file.fd, end) != 0)
        unlink (path);
      first += n;
    }
  file_close (&file);
  return ok;
}

static bool
append_chunk (const File *file, size_t n)
{
  GlmSession *session = file->session;
  const int32_t *ids = (const int32_t *) (const void *) file->buffer;
  size_t first = session->tokens.n;

  for (size_t i = 0; i < n; i++)
    if (ids[i] < 0 || ids[i] >= session->model->params.n_vocab)
      return glm_error_set (file->error, GLM_ERROR_BAD_FILE, "%s: token id %d", file->path, (int) ids[i]);
  for (size_t i = 0; i < n; i++)
    if (!glm_tokens_append (&session->tokens, ids[i]))
      {
        session->tokens.n = first;
        return glm_error_set (file->error, GLM_ERROR_NO_MEMORY, "no memory for the state of a conversation");
      }
  session->forward->backend->rows_write (session->forward, (int64_t) first, (int64_t) n, file->buffer + ids_bytes (n));
  return true;
}

static bool
check_header (const File *file, Header *ret_header)
{
  Header wanted = make_header (file);

  if (read_some (file, ret_header, sizeof *ret_header) != sizeof *ret_header
      || ret_header->checksum != checksum (ret_header, offsetof (Header, checksum))
      || memcmp (ret_header->magic, MAGIC, sizeof ret_header->magic) != 0)
    return glm_error_set (file->error, GLM_ERROR_BAD_FILE, "%s: not the saved state of a conversation, or damaged", file->path);
  if (ret_header->identity != wanted.identity || ret_header->bytes_per_token != wanted.bytes_per_token)
    return glm_error_set (file->error, GLM_ERROR_ARGUMENT, "%s: the state belongs to another model", file->path);
  if (ret_header->n_context > INT32_MAX)
    return glm_error_set (file->error, GLM_ERROR_CONTEXT_FULL, "%s: the saved state is longer than the context", file->path);
  return true;
}

static size_t
count_equal (const int32_t *a, const int32_t *b, size_t n)
{
  size_t i = 0;

  while (i < n && a[i] == b[i])
    i++;
  return i;
}

/* How many of these ids the file begins with. */
static size_t
count_file_common (const File *file, const int32_t *ids, size_t n_ids)
{
  size_t n_common = 0, n, equal;

  while (n_common < n_ids && skip_chunk (file, &n))
    {
      n = n < n_ids - n_common ? n : n_ids - n_common;
      equal = count_equal ((const int32_t *) (const void *) file->buffer, ids + n_common, n);
      n_common += equal;
      if (equal < n)
        break;
    }
  lseek (file->fd, sizeof (Header), SEEK_SET);
  return n_common;
}

/* Whether the file is worth more than what the session holds: with a prompt at hand, whichever shares more tokens. */
static bool
is_worth_it (const File *file, const int32_t *ids, size_t n_ids)
{
  const GlmTokens *tokens = &file->session->tokens;

  return !ids || count_file_common (file, ids, n_ids) > count_equal (tokens->ids, ids, tokens->n < n_ids ? tokens->n : n_ids);
}

/* Chunk after chunk into the session, for as long as they begin with what is wanted.  ids NULL: all. */
static bool
read_chunks (const File *file, const int32_t *ids, size_t n_ids)
{
  GlmSession *session = file->session;
  off_t end = sizeof (Header);
  size_t n;

  while (read_chunk (file, &n))
    {
      size_t at = session->tokens.n;

      if (at + n > (size_t) session->context_length)
        return true;
      if (!append_chunk (file, n))
        return false;
      end += (off_t) (sizeof (ChunkHeader) + chunk_bytes (file, n));
      if (ids && (session->tokens.n > n_ids || memcmp (session->tokens.ids + at, ids + at, n * sizeof *ids) != 0))
        return true;
    }
  if (ftruncate (file->fd, end) != 0)
    return glm_error_set_errno (file->error, errno, "%s", file->path);
  if (session->tokens.n == 0)
    return glm_error_set (file->error, GLM_ERROR_BAD_FILE, "%s: the saved state is damaged", file->path);
  return true;
}

bool
glm_session_restore (GlmSession *session, const char *path, const int32_t *ids, size_t n_ids, GlmError *error)
{
  File file;
  Header header;
  bool ok = file_open (&file, session, path, O_RDWR, error) && check_header (&file, &header);

  if (ok && is_worth_it (&file, ids, n_ids))
    {
      glm_session_truncate (session, 0);
      session->n_context = (int64_t) header.n_context;
      session->origin = (int64_t) header.origin;
      /* What a prompt wants may be found in the file alone. */
      ok = read_chunks (&file, glm_model_recalls (session->model) ? NULL : ids, n_ids);
      /* A context that was cut short cannot be used. */
      if ((int64_t) session->tokens.n <= session->n_context && session->n_context > 0)
        glm_session_truncate (session, 0);
      /* What was used last is kept longest. */
      futimens (file.fd, NULL);
    }
  file_close (&file);
  return ok;
}
