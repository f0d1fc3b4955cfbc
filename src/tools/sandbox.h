/* sandbox.h: where programs run that a model wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One Python interpreter that keeps its variables from cell to cell, shut off from the network, the person's files and other
 * processes: bubblewrap around it, or, in a Flatpak, the portal; in it the worker (sandbox-worker.py) locks itself with resource
 * limits, Landlock and seccomp, and a guard ends it.  Where one of these cannot be had nothing runs, and the error says which.
 *
 * All that comes back is treated as hostile: sizes and counts are bounded, texts cleaned, and pictures are raw pixels.  Nothing
 * here touches the disk.  Used from one thread, whose main context calls back; it ends with its last reference.
 */
#ifndef TOOL_SANDBOX_H
#define TOOL_SANDBOX_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define TOOL_TYPE_SANDBOX (tool_sandbox_get_type ())
G_DECLARE_FINAL_TYPE (ToolSandbox, tool_sandbox, TOOL, SANDBOX, GObject)

#define TOOL_SANDBOX_ERROR (tool_sandbox_error_quark ())
GQuark tool_sandbox_error_quark (void);

/* Why there is none. */
typedef enum
{
  TOOL_SANDBOX_ERROR_NO_BUBBLEWRAP, /* the package bubblewrap is missing */
  TOOL_SANDBOX_ERROR_NO_PYTHON,     /* … python3 … */
  TOOL_SANDBOX_ERROR_NO_MODULE,     /* Python is there, but not the whole of its library */
  TOOL_SANDBOX_ERROR_NO_NAMESPACES, /* the system lets programs make no user namespaces, or mount nothing in them */
  TOOL_SANDBOX_ERROR_NO_LOCKS,      /* the kernel has no Landlock, or no seccomp */
  TOOL_SANDBOX_ERROR_NO_PORTAL,     /* in a Flatpak: its portal cannot be had */
  TOOL_SANDBOX_ERROR_FAILED,        /* for another reason, which the message says */
} ToolSandboxError;

/* What a cell may use up; 0: as much as people get. */
typedef struct
{
  guint seconds;        /* by the clock */
  guint cpu_seconds;    /* of processor time */
  guint memory_mib;     /* address space */
  guint disk_mib;       /* in each of the two folders */
  guint n_files;        /* … */
  const char *launcher; /* in place of bubblewrap: tests; NULL: none */
} ToolSandboxLimits;

#define TOOL_SANDBOX_SECONDS      60
#define TOOL_SANDBOX_CPU_SECONDS  10
#define TOOL_SANDBOX_MEMORY_MIB   1024
#define TOOL_SANDBOX_DISK_MIB     64
#define TOOL_SANDBOX_MAX_PICTURES 4

/* Something that a cell made. */
typedef struct
{
  char *name;          /* of a file, without folders; of a picture "" */
  guint width, height; /* of a picture, in pixels; 0: a file */
  GBytes *data;        /* the file; the picture as RGBA, 4 bytes a pixel; NULL: too much to hand out */
} ToolMade;

ToolMade *tool_made_new (const char *name, guint width, guint height, GBytes *data) G_GNUC_WARN_UNUSED_RESULT;
void tool_made_free (ToolMade *made);

/* How the interpreter is after a cell. */
typedef enum
{
  TOOL_CELL_ALIVE,
  TOOL_CELL_TOOK_TOO_LONG, /* from here on it has ended, and its variables are lost */
  TOOL_CELL_TOOK_TOO_MUCH_CPU,
  TOOL_CELL_FILES_TOO_LARGE,
  TOOL_CELL_TOO_MUCH_OUTPUT,
  TOOL_CELL_CRASHED, /* or ended itself */
} ToolCellEnd;

/* What came of a cell. */
typedef struct
{
  char *output; /* what it printed, as plain text */
  gsize n_cut;  /* bytes of it that were left out */
  char *error;  /* a line; NULL: none */
  ToolCellEnd end;
  GPtrArray *made; /* ToolMade: at most TOOL_SANDBOX_MAX_PICTURES pictures, then files */
} ToolCell;

void tool_cell_free (ToolCell *cell);
/* The output, the error, and that the interpreter ended; for_model: and "[Image]" for each picture. */
char *tool_cell_dup_text (const ToolCell *cell, gboolean for_model) G_GNUC_WARN_UNUSED_RESULT;

/* limits: NULL: as people get. */
ToolSandbox *tool_sandbox_new (const ToolSandboxLimits *limits) G_GNUC_WARN_UNUSED_RESULT;

/* Starts the interpreter; once.  FALSE: TOOL_SANDBOX_ERROR, or G_IO_ERROR_CANCELLED. */
void tool_sandbox_start_async (ToolSandbox *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
gboolean tool_sandbox_start_finish (ToolSandbox *self, GAsyncResult *result, GError **error);
/* It was started, and has not ended. */
gboolean tool_sandbox_is_alive (ToolSandbox *self);
/* Whether Python has this module: numpy, matplotlib and pandas are known of. */
gboolean tool_sandbox_has_module (ToolSandbox *self, const char *module);

/* Puts a file into the folder of the next cell, for reading, in place of one of that name.  name: without folders. */
void tool_sandbox_give (ToolSandbox *self, const char *name, GBytes *data);

/* What a cell printed so far, as plain text; at most every 100 ms. */
typedef void (*ToolSandboxOutput) (const char *output, gpointer user_data);

/* Runs a cell; one at a time.  output: or NULL; called until the callback is.  NULL: G_IO_ERROR_CANCELLED, which ends the
 * interpreter. */
void tool_sandbox_run_async (ToolSandbox *self, const char *code, ToolSandboxOutput output, gpointer output_data,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
ToolCell *tool_sandbox_run_finish (ToolSandbox *self, GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the interpreter at once; a cell that runs ends as crashed. */
void tool_sandbox_end (ToolSandbox *self);

/* ---- Pictures --------------------------------------------------------------------------------------------------- */

/* RGBA pixels as a PNG file.  NULL: they are not as many as width and height say, or more than 4096 in one direction. */
GBytes *tool_picture_write (guint width, guint height, GBytes *pixels) G_GNUC_WARN_UNUSED_RESULT;
/* The pixels of a file that tool_picture_write() made; NULL for any other. */
GBytes *tool_picture_read (GBytes *png, guint *ret_width, guint *ret_height) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
