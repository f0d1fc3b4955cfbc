/* message-parts.h: what is shown, found and copied of the parts of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* One part as markdown: what a tool was asked and what it gave is a block of code.  call: the message's, or NULL.  The caller
 * frees. */
char *myna_part_dup_markdown (const StorePart *part, const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* What copying or reading aloud gives: the question, or the reply without its thoughts; where nothing else was written, all
 * there is.  The caller frees. */
char *myna_message_parts_dup_copy (StoreRole role, const char *text, const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Hides the last bytes of a running reply if they may be the beginning of a tag. */
void myna_part_hide_unfinished (StorePart *part);
/* Whether Find looks into parts of this kind: into thoughts only after the application has said so. */
gboolean myna_part_is_searched (StorePartKind kind);
void myna_parts_set_search_thoughts (gboolean search_thoughts);
/* How often the needle occurs in what Find looks into (see myna_markdown_count_matches()). */
guint myna_message_parts_count_matches (StoreRole role, const char *text, const StoreCall *call, const char *needle);

G_END_DECLS
