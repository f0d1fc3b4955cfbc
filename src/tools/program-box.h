/* program-box.h: a sandbox for programs of other people's, which see what they were given and no more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bubblewrap shows them the system to read, an empty home folder that is gone when they end, and those files and folders that the
 * person named.  They see no other process, no bus, no display, and the network only where the person lets them.
 */
#ifndef TOOL_PROGRAM_BOX_H
#define TOOL_PROGRAM_BOX_H

#include <gio/gio.h>

G_BEGIN_DECLS

/* Paths of what is not there are left out; NULL: none. */
typedef struct
{
  gboolean network;
  const char *const *readable;
  const char *const *writable;
  /* What the person typed: "/some/path", or "NAME=/some/path".  Those that are absolute paths are shown; of a file also the folder
   * around it, for reading. */
  const char *const *words;
  gboolean may_write_words;
} ToolProgramBox;

/* The command inside of the sandbox.  command: its program is an absolute path.  folder: where it works; NULL: the empty home.
 * NULL and an error, in English: there is no bubblewrap. */
char **tool_program_box (const ToolProgramBox *box, const char *const *command, const char *folder,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a line on its standard error says that the sandbox itself could not be had. */
gboolean tool_program_box_is_refused (const char *line);

G_END_DECLS

#endif
