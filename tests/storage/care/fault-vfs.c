/* fault-vfs.c: a file system for SQLite that fails, and that loses power
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Power: each write notes what was there before it.  A sync forgets the notes of its file: they are on the disk.  When the
 * power goes, the notes are undone from the last to the first, sector by sector; each time a coin decides whether the
 * sector had reached the disk in the state that it has now, and then older notes leave it alone.  So a page can be torn,
 * and writes of different places reach the disk in any order, as with a real cache.
 */
#include "fault-vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512

typedef struct _FaultFile FaultFile;

struct _FaultFile
{
  sqlite3_file base;
  sqlite3_file *real; /* lies behind this struct */
  GQueue notes;       /* of Note: not synced, the newest first */
  sqlite3_int64 synced_size;
  gboolean is_listed;
};

typedef struct
{
  sqlite3_int64 offset;
  int n_bytes;
  guchar before[]; /* zeros beyond the end of the file */
} Note;

static pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static sqlite3_vfs *real_vfs;
static sqlite3_vfs vfs;
static GRand *rng;
static GList *files; /* of FaultFile: open main databases, journals and WALs */
static Fault armed;
static int countdown, times_left, n_happened;

/* ---- When ------------------------------------------------------------------------------------------------------- */

void
fault_vfs_arm (Fault fault, int n, int times)
{
  pthread_mutex_lock (&mutex);
  armed = fault;
  countdown = n;
  times_left = times ? times : G_MAXINT;
  n_happened = 0;
  pthread_mutex_unlock (&mutex);
}

int
fault_vfs_n_happened (void)
{
  int n;

  pthread_mutex_lock (&mutex);
  n = n_happened;
  pthread_mutex_unlock (&mutex);
  return n;
}

/* TRUE: this operation of the kind `fault` fails.  Called with the mutex held. */
static gboolean
happens (Fault fault)
{
  if (armed != fault || times_left == 0 || (countdown > 0 && --countdown > 0))
    return FALSE;
  times_left--;
  n_happened++;
  return TRUE;
}

/* ---- Power ------------------------------------------------------------------------------------------------------ */

static void
note_write (FaultFile *file, sqlite3_int64 offset, int n_bytes)
{
  Note *note = g_malloc0 (sizeof *note + n_bytes);

  note->offset = offset;
  note->n_bytes = n_bytes;
  /* A short read fills the rest with zeros. */
  file->real->pMethods->xRead (file->real, note->before, n_bytes, offset);
  g_queue_push_head (&file->notes, note);
}

static void
undo (FaultFile *file, double chance, sqlite3_int64 *size)
{
  g_autoptr (GHashTable) kept = g_hash_table_new (NULL, NULL);

  for (GList *l = file->notes.head; l; l = l->next)
    {
      Note *note = l->data;

      for (int done = 0, n; done < note->n_bytes; done += n)
        {
          sqlite3_int64 at = note->offset + done;
          gpointer sector = GSIZE_TO_POINTER (at / SECTOR);

          n = MIN (note->n_bytes - done, SECTOR - at % SECTOR);
          if (g_hash_table_contains (kept, sector))
            continue;
          if (g_rand_double (rng) < chance)
            {
              g_hash_table_add (kept, sector);
              *size = MAX (*size, at + n);
            }
          else
            file->real->pMethods->xWrite (file->real, note->before + done, n, at);
        }
    }
}

/* Called with the mutex held; does not return. */
static void
cut_power (void)
{
  static const double chances[] = { 0, 0.1, 0.5, 0.9, 1 };
  double chance = chances[g_rand_int_range (rng, 0, G_N_ELEMENTS (chances))];

  for (GList *l = files; l; l = l->next)
    {
      FaultFile *file = l->data;
      sqlite3_int64 size = file->synced_size, now = 0;

      if (g_queue_is_empty (&file->notes))
        continue;
      undo (file, chance, &size);
      file->real->pMethods->xFileSize (file->real, &now);
      if (size < now)
        file->real->pMethods->xTruncate (file->real, size);
    }
  _exit (9);
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static FaultFile *
as_fault (sqlite3_file *file)
{
  return (FaultFile *) file;
}

#define REAL(file) (as_fault (file)->real)

static int
fault_close (sqlite3_file *file)
{
  FaultFile *self = as_fault (file);

  pthread_mutex_lock (&mutex);
  files = g_list_remove (files, self);
  g_queue_clear_full (&self->notes, g_free);
  pthread_mutex_unlock (&mutex);
  return self->real->pMethods->xClose (self->real);
}

static int
fault_read (sqlite3_file *file, void *buffer, int n_bytes, sqlite3_int64 offset)
{
  gboolean fails;

  pthread_mutex_lock (&mutex);
  fails = happens (FAULT_READ);
  pthread_mutex_unlock (&mutex);
  if (fails)
    return SQLITE_IOERR_READ;
  return REAL (file)->pMethods->xRead (REAL (file), buffer, n_bytes, offset);
}

static int
fault_write (sqlite3_file *file, const void *buffer, int n_bytes, sqlite3_int64 offset)
{
  FaultFile *self = as_fault (file);
  int code;

  pthread_mutex_lock (&mutex);
  if (armed == FAULT_POWER && self->is_listed)
    note_write (self, offset, n_bytes);
  if (happens (FAULT_FULL))
    code = SQLITE_FULL;
  else if (happens (FAULT_WRITE))
    {
      self->real->pMethods->xWrite (self->real, buffer, n_bytes / 2, offset);
      code = SQLITE_IOERR_WRITE;
    }
  else
    code = self->real->pMethods->xWrite (self->real, buffer, n_bytes, offset);
  if (happens (FAULT_POWER))
    cut_power ();
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  FaultFile *self = as_fault (file);
  sqlite3_int64 now = 0;
  int code;

  pthread_mutex_lock (&mutex);
  self->real->pMethods->xFileSize (self->real, &now);
  if (armed == FAULT_POWER && self->is_listed && now > size)
    note_write (self, size, now - size);
  code = happens (FAULT_WRITE) ? SQLITE_IOERR_TRUNCATE : self->real->pMethods->xTruncate (self->real, size);
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_sync (sqlite3_file *file, int flags)
{
  FaultFile *self = as_fault (file);
  int code;

  pthread_mutex_lock (&mutex);
  /* The power may go before or after the sync. */
  if (happens (FAULT_POWER))
    cut_power ();
  code = happens (FAULT_SYNC) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  if (code == SQLITE_OK)
    {
      /* Nothing here survives the machine: a real sync would only cost time. */
      g_queue_clear_full (&self->notes, g_free);
      self->real->pMethods->xFileSize (self->real, &self->synced_size);
    }
  if (happens (FAULT_POWER))
    cut_power ();
  pthread_mutex_unlock (&mutex);
  return code;
}

static int
fault_file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return REAL (file)->pMethods->xFileSize (REAL (file), size);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xLock (REAL (file), level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return REAL (file)->pMethods->xUnlock (REAL (file), level);
}

static int
fault_check_lock (sqlite3_file *file, int *result)
{
  return REAL (file)->pMethods->xCheckReservedLock (REAL (file), result);
}

static int
fault_control (sqlite3_file *file, int op, void *argument)
{
  return REAL (file)->pMethods->xFileControl (REAL (file), op, argument);
}

static int
fault_sector_size (sqlite3_file *file)
{
  return REAL (file)->pMethods->xSectorSize (REAL (file));
}

static int
fault_characteristics (sqlite3_file *file)
{
  return REAL (file)->pMethods->xDeviceCharacteristics (REAL (file));
}

static int
fault_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **result)
{
  return REAL (file)->pMethods->xShmMap (REAL (file), page, size, extend, result);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return REAL (file)->pMethods->xShmLock (REAL (file), offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  REAL (file)->pMethods->xShmBarrier (REAL (file));
}

static int
fault_shm_unmap (sqlite3_file *file, int remove)
{
  return REAL (file)->pMethods->xShmUnmap (REAL (file), remove);
}

static const sqlite3_io_methods methods = {
  2,
  fault_close,
  fault_read,
  fault_write,
  fault_truncate,
  fault_sync,
  fault_file_size,
  fault_lock,
  fault_unlock,
  fault_check_lock,
  fault_control,
  fault_sector_size,
  fault_characteristics,
  fault_shm_map,
  fault_shm_lock,
  fault_shm_barrier,
  fault_shm_unmap,
};

static int
fault_open (sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
  FaultFile *fault = as_fault (file);
  int code;

  memset (fault, 0, sizeof *fault);
  fault->real = (sqlite3_file *) (fault + 1);
  g_queue_init (&fault->notes);

  pthread_mutex_lock (&mutex);
  if (name && (flags & SQLITE_OPEN_READWRITE) && happens (FAULT_READ_ONLY))
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  code = real_vfs->xOpen (real_vfs, name, fault->real, flags, ret_flags);
  if (code == SQLITE_OK)
    {
      fault->base.pMethods = &methods;
      fault->is_listed = (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
      fault->real->pMethods->xFileSize (fault->real, &fault->synced_size);
      if (fault->is_listed)
        files = g_list_prepend (files, fault);
    }
  pthread_mutex_unlock (&mutex);
  return code;
}

/* ---- System calls that do less than they were asked for --------------------------------------------------------- */

static gboolean
is_short (size_t n_bytes)
{
  gboolean result;

  pthread_mutex_lock (&mutex);
  result = n_bytes > 1 && happens (FAULT_SHORT_READ);
  pthread_mutex_unlock (&mutex);
  return result;
}

static ssize_t
short_read (int fd, void *buffer, size_t n_bytes)
{
  return read (fd, buffer, is_short (n_bytes) ? n_bytes / 2 : n_bytes);
}

static ssize_t
short_pread (int fd, void *buffer, size_t n_bytes, off_t offset)
{
  return pread (fd, buffer, is_short (n_bytes) ? n_bytes / 2 : n_bytes, offset);
}

void
fault_vfs_install (guint32 seed)
{
  rng = g_rand_new_with_seed (seed);
  real_vfs = sqlite3_vfs_find (NULL);
  vfs = *real_vfs;
  vfs.zName = "fault";
  vfs.szOsFile = sizeof (FaultFile) + real_vfs->szOsFile;
  vfs.xOpen = fault_open;
  real_vfs->xSetSystemCall (real_vfs, "read", (sqlite3_syscall_ptr) short_read);
  real_vfs->xSetSystemCall (real_vfs, "pread", (sqlite3_syscall_ptr) short_pread);
  real_vfs->xSetSystemCall (real_vfs, "pread64", (sqlite3_syscall_ptr) short_pread);
  sqlite3_vfs_register (&vfs, 1);
}
