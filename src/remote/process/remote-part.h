/* remote-part.h: a file while it comes: NAME.HASH.part, until all of it is there and is what it must be
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part's name carries the beginning of the hash that the whole must have: what lies there is always the beginning of the same
 * file, whoever sent it, and whenever the program was killed.  The file itself appears by a rename, after its hash was found right
 * and the disk has it.  One process at a time writes a part.
 */
#pragma once

#include <gio/gio.h>

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

typedef struct _RemotePart RemotePart;

/* size: bytes of the whole file; sha256: 64 lowercase hexadecimal digits; reserve: bytes that stay free on the disk.  NULL:
 * ret_problem says why; BUSY: another process writes it. */
RemotePart *remote_part_open (const char *path, goffset size, const char *sha256, guint64 reserve,
                              RemoteProblem *ret_problem) G_GNUC_WARN_UNUSED_RESULT;
void remote_part_free (RemotePart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RemotePart, remote_part_free)
/* Reads what lies there already, on another thread; before it is written to.  Nothing else is done with it meanwhile, and the part is
 * not freed.  NONE, also where the whole file is there and right: then all of it has come. */
void remote_part_check_async (RemotePart *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
RemoteProblem remote_part_check_finish (GAsyncResult *result);
/* Bytes received, and, while it is checked or finished, bytes read again of them.  May be called from another thread. */
goffset remote_part_get_length (RemotePart *self);
goffset remote_part_get_checked (RemotePart *self);
/* Appends the bytes.  HASH: they exceed the size. */
RemoteProblem remote_part_write (RemotePart *self, const void *bytes, gsize n_bytes);
/* Starts over: drops what was received. */
RemoteProblem remote_part_restart (RemotePart *self);
/* Verifies the complete part, syncs it and gives it its name, on another thread.  HASH: it was wrong, and is deleted. */
void remote_part_finish_async (RemotePart *self, GAsyncReadyCallback callback, gpointer user_data);
RemoteProblem remote_part_finish_finish (GAsyncResult *result);

G_END_DECLS
