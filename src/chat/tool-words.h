/* tool-words.h: how tools, and the results of calls, are described to people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tool's own texts are English and for a model.  These are for people, in their language.  What a model or a tool wrote is
 * shown as it is, on one line where it stands in one, with marks for what cannot be seen.
 */
#pragma once

#include "storage/storage.h"
#include "tools/tools.h"

G_BEGIN_DECLS

/* What a person calls it: "Calculator"; its own name where it has no other.  The caller frees. */
char *myna_tool_dup_title (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* What it is for, in a few words; "": nothing is known of it.  Static. */
const char *myna_tool_get_purpose (const char *name);
/* The same and whose it is, in a line or two.  The caller frees. */
char *myna_tool_dup_caption (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a model may use it, asked of the person.  The caller frees. */
char *myna_tool_dup_question (const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a person chooses it; read_more is offered together with those that read, whose results may be long. */
gboolean myna_tool_is_chosen (const char *name);
/* What a call of such a tool may touch, in a sentence.  Static. */
const char *myna_tool_get_reach (const char *name);
/* What a person calls an argument: "Expression".  title: the schema's; NULL: none.  The caller frees. */
char *myna_tool_dup_argument_title (const char *name, const char *argument, const char *title) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the call is one of the interpreter. */
gboolean myna_call_is_python (const StoreCall *call);
/* Whether pictures or files may have come of it. */
gboolean myna_call_may_have_made (const StoreCall *call);
/* The call in a line: "Calculator: 6*7".  The caller frees. */
char *myna_call_dup_summary (const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* What is passed on to the tool, "Expression: 6*7" a line each, or a program; NULL: that cannot be read.  The caller frees. */
char *myna_call_dup_arguments (const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* What became of it, in a line: "Result: 42", or why there is none, in a sentence.  The caller frees. */
char *myna_call_dup_outcome (const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Who allowed it, and how long it took: "Allowed by you · 3 ms"; "": it was not run.  The caller frees. */
char *myna_call_dup_details (const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Where the beginning of a long result ends, which is shown first; NULL: it is short. */
const char *myna_result_find_cut (const char *result);
/* The same of a message's call, when it was run, and what became of it, in two lines.  The caller frees. */
char *myna_call_dup_entry (const StoreMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* The name of the icon of how a call ended; while it has not, of one that asks.  Static. */
const char *myna_call_get_icon (StoreCallState state);

G_END_DECLS
