/* myna-python.h: the interpreter of a chat (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One sandbox, which keeps its variables from cell to cell, and into which the chat's documents are put.  One that ended is
 * started again by the next cell.
 */
#pragma once

#include "chat/myna-tool-host.h"
#include "storage/storage.h"
#include "tools/sandbox.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PYTHON (myna_python_get_type ())
G_DECLARE_FINAL_TYPE (MynaPython, myna_python, MYNA, PYTHON, GObject)

/* Signal "changed" (): it started, or cannot be started. */
MynaPython *myna_python_new (void) G_GNUC_WARN_UNUSED_RESULT;
/* Starts it, so that the first cell need not wait; nothing where it is there. */
void myna_python_start (MynaPython *self);
/* Starts it, and takes a reference; NULL: NULL. */
MynaPython *myna_python_hold (MynaPython *self) G_GNUC_WARN_UNUSED_RESULT;
/* Why it could not be started; NULL: it could, or was not yet. */
const GError *myna_python_get_error (MynaPython *self);
/* Adds to a system prompt that Python has no numpy or matplotlib, where that is so.  self: or NULL.  *prompt: or NULL; owned. */
void myna_python_add_hint (MynaPython *self, char **prompt);

/* Why there is none, and what to install, for people.  The caller frees. */
char *myna_python_describe_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

/* What came of a cell. */
typedef struct
{
  char *text;      /* for people */
  char *observed;  /* for the model */
  gboolean failed; /* with an error, or the interpreter has ended */
  GPtrArray *made; /* StoreMade */
} MynaCell;

void myna_cell_free (MynaCell *cell);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCell, myna_cell_free)

/* One at a time.  host: gives the chat's documents.  output: see sandbox.h.  NULL: TOOL_SANDBOX_ERROR, or CANCELLED, which ends the
 * interpreter. */
void myna_python_run_async (MynaPython *self, const char *code, MynaToolHost *host, ToolSandboxOutput output,
                            gpointer output_data, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
MynaCell *myna_python_run_finish (MynaPython *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
