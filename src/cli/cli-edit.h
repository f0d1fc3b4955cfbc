/* cli-edit.h: a text that the person changes in an editor of theirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CLI_EDIT_H
#define GLM_CLI_EDIT_H

#include <glib.h>

/* Opens the text as a file of this name, in a folder that nobody else can read and that is gone afterwards, with $VISUAL, $EDITOR or
 * an editor that is usual.  Returns what was saved, for g_free(); NULL where there is none, or it ended with an error. */
char *cli_edit (const char *text, const char *name, GError **error);

#endif
