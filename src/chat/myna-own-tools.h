/* myna-own-tools.h: the tools that the person describes, and what is said of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "tools/own-tools.h"

G_BEGIN_DECLS

/* The folder of their descriptions, which need not be there. */
char *myna_own_tools_dup_folder (void) G_GNUC_WARN_UNUSED_RESULT;
/* Opens the folder, made where there is none, with the program that the person chose for folders. */
gboolean myna_own_tools_open_folder (GError **error);
/* Reads the descriptions anew; nothing where programs cannot be run. */
void myna_own_tools_read (void);
/* What it runs and may touch; or what is wrong with its description. */
char *myna_own_tool_dup_about (const ToolOwn *own) G_GNUC_WARN_UNUSED_RESULT;
/* What a call of it may touch, in a sentence.  Static. */
const char *myna_own_tool_get_reach (const ToolOwn *own);

G_END_DECLS
