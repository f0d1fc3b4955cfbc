/* fault-child.h: a process that writes, and what must be in the database after it died
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FAULT_CHILD_H
#define FAULT_CHILD_H

#include <glib.h>

#include "fault-vfs.h"

G_BEGIN_DECLS

/* What the children of one database have reported. */
typedef struct
{
  char *path;
  GHashTable *messages; /* id → nonce: acknowledged */
  GHashTable *deleted;  /* id: acknowledged deletions */
  GHashTable *doubtful; /* id: a deletion was asked for and not yet acknowledged */
  guint n_acknowledged;
  guint n_errors;   /* told by a callback or when opening */
  guint n_faults;   /* that the shim made */
  guint n_told;     /* faults during an operation that told of an error */
  guint n_survived; /* … that succeeded */
  guint n_lost;     /* acknowledged, and not there: must be 0 */
} FaultRun;

FaultRun *fault_run_new (const char *path);
void fault_run_free (FaultRun *self);

/* In main(): runs as a child where the arguments say so, and does not return then. */
void fault_child_check_arguments (int argc, char **argv);

/* One child that writes as fast as it can, and is killed after `kill_after_us` (0: ends by itself after n_operations), with
 * a fault armed at the n-th operation for `times` times.  Reads what it reports. */
void fault_run_child (FaultRun *self, guint32 seed, Fault fault, int n, int times, int n_operations, gulong kill_after_us);

/* A child that writes one reply, a piece a millisecond, flushed every 100 ms, and a finished message before it; killed after
 * `kill_after_us`.  Asserts that at most the pieces of the last 300 ms are lost. */
void fault_run_reply (const char *path, gulong kill_after_us);

/* A child writes a reply; this process can only read meanwhile, and write as soon as the child was killed. */
void fault_run_second (const char *path);

/* Opens the database as Myna would and asserts that nothing is damaged; counts what is lost. */
void fault_run_verify (FaultRun *self);

G_END_DECLS

#endif
