/* fault-vfs.h: a file system for SQLite that fails, and that loses power
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A shim over the system's VFS which becomes the default one of the process.  All state is the process's: a test makes one
 * child per fault.
 */
#ifndef FAULT_VFS_H
#define FAULT_VFS_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAULT_NONE,
  FAULT_FULL,       /* writes: no space left */
  FAULT_WRITE,      /* writes: I/O error, half of the bytes are written */
  FAULT_SYNC,       /* syncs: I/O error */
  FAULT_READ,       /* reads: I/O error */
  FAULT_SHORT_READ, /* read(2) gives half of the bytes: no error, SQLite has to ask again */
  FAULT_READ_ONLY,  /* opening for writing gives a file that can only be read, creating fails */
  FAULT_POWER,      /* the process ends, unsynced sectors are lost, kept or kept in an older state at random */
  N_FAULTS,
} Fault;

void fault_vfs_install (guint32 seed);

/* From the n-th operation of its kind from now on (1: the next), the fault happens `times` times (0: always). */
void fault_vfs_arm (Fault fault, int n, int times);

/* How often the armed fault has happened. */
int fault_vfs_n_happened (void);

G_END_DECLS

#endif
