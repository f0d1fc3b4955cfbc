/* tools.h: what a model can have done: the public interface of the tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Tool is one file and one row of tool-registry.c: what the model is told about it, and a function.  Tools know neither
 * engine, history nor widgets: those that need the history or the documents of a chat ask a ToolHost.
 *
 * The caller of a tool has asked whether it may be run.  Nothing that stands in the arguments can do harm: they are a
 * model's, and have limits.  All texts of this layer are English, because a model reads them.
 */
#ifndef TOOL_TOOLS_H
#define TOOL_TOOLS_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define TOOL_ERROR (tool_error_quark ())
GQuark tool_error_quark (void);

/* The message is one line that says what to change: it goes to the model. */
typedef enum
{
  TOOL_ERROR_ARGUMENTS, /* not what the tool takes */
  TOOL_ERROR_FAILED,    /* no result, such as a division by zero */
  TOOL_ERROR_TOO_LARGE, /* beyond a limit of numbers or texts */
  TOOL_ERROR_TIMED_OUT,
} ToolErrorCode;

/* ---- The registry ----------------------------------------------------------------------------------------------- */

/* What a tool may touch decides whether the person is asked. */
typedef enum
{
  TOOL_CLASS_PURE,    /* computes from its arguments */
  TOOL_CLASS_READS,   /* reads the person's texts */
  TOOL_CLASS_RUNS,    /* runs programs that the model wrote */
  TOOL_CLASS_OUTSIDE, /* leaves this program */
} ToolClass;

typedef struct _Tool Tool;

/* In the order in which they are offered to a model. */
guint tool_get_n_tools (void);
const Tool *tool_get (guint i);
/* NULL: there is none of this name. */
const Tool *tool_find (const char *name);

/* The interpreter, which is not offered as tools are: see python.c.  tool_find() knows it by the names that families have for it. */
const Tool *tool_get_python (void);

/* Tools that are made while the program runs follow those of the registry.  They must live as long as the program; names of
 * others and more than 512 are refused.  Not from several threads. */
gboolean tool_add (const Tool *tool);
/* It is not found any more, but lives on. */
void tool_remove (const Tool *tool);

const char *tool_get_name (const Tool *self);
const char *tool_get_description (const Tool *self); /* for the model */
const char *tool_get_schema (const Tool *self);      /* of the arguments: JSON Schema */
ToolClass tool_get_class (const Tool *self);
/* Whether it asks a ToolHost, without which it fails. */
gboolean tool_needs_host (const Tool *self);
/* SHA-256, in hexadecimal digits, of all that a permission was given for: another tool of the same name needs a new one. */
char *tool_dup_fingerprint (const Tool *self) G_GNUC_WARN_UNUSED_RESULT;

/* ---- The host --------------------------------------------------------------------------------------------------- */

/* A place in an earlier conversation. */
typedef struct
{
  gint64 id;   /* of the message, or of the conversation where its title matches */
  gint64 time; /* milliseconds since 1970 */
  char *title;
  char *text; /* the words around the place; "" where the title matches */
} ToolPlace;

ToolPlace *tool_place_new (gint64 id, gint64 time, const char *title, const char *text) G_GNUC_WARN_UNUSED_RESULT;
void tool_place_free (ToolPlace *place);

typedef struct
{
  char *name;
  char *text;
} ToolDocument;

ToolDocument *tool_document_new (const char *name, const char *text) G_GNUC_WARN_UNUSED_RESULT;
void tool_document_free (ToolDocument *document);

/* What tools ask for.  A finish function returns NULL and an error where it cannot be had. */
typedef struct
{
  /* Places in earlier conversations where all these words occur, best first → GPtrArray of ToolPlace. */
  void (*search_async) (gpointer owner, const char *query, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
  GPtrArray *(*search_finish) (gpointer owner, GAsyncResult *result, GError **error);
  /* The documents that the person attached to this conversation → GPtrArray of ToolDocument. */
  void (*documents_async) (gpointer owner, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
  GPtrArray *(*documents_finish) (gpointer owner, GAsyncResult *result, GError **error);
  /* The whole result with this number in this conversation, from 1. */
  void (*result_async) (gpointer owner, guint number, GCancellable *cancellable, GAsyncReadyCallback callback,
                        gpointer user_data);
  char *(*result_finish) (gpointer owner, GAsyncResult *result, GError **error);
} ToolHostFuncs;

typedef struct
{
  const ToolHostFuncs *funcs;
  gpointer owner; /* a GObject, kept while a tool runs */
} ToolHost;

/* ---- Running ---------------------------------------------------------------------------------------------------- */

#define TOOL_MAX_ARGUMENT_BYTES (64 << 10)
#define TOOL_MAX_ARGUMENT_DEPTH 32
#define TOOL_MAX_RESULT_BYTES   (1 << 20)

typedef struct
{
  ToolHost host;  /* funcs NULL: there is none */
  gsize budget;   /* characters that the model gets of a result; 0: all */
  guint seconds;  /* 0: the tool's own limit */
  GDateTime *now; /* what time it is; NULL: the clock says */
} ToolCallOptions;

/* Runs a tool.  arguments: a JSON object as text.  The time limit and a cancellation end it at once. */
void tool_call_async (const Tool *self, const char *arguments, const ToolCallOptions *options, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);
/* The result as people may see it: plain text, at most TOOL_MAX_RESULT_BYTES.  NULL: TOOL_ERROR, or G_IO_ERROR_CANCELLED. */
char *tool_call_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pictures and files that came with it: ToolMade (sandbox.h); NULL: none. */
GPtrArray *tool_call_get_made (GAsyncResult *result);

/* ---- Results ---------------------------------------------------------------------------------------------------- */

/* Foreign text as plain text: valid UTF-8 without control characters and escape sequences, and no longer than
 * TOOL_MAX_RESULT_BYTES. */
char *tool_text_clean (const char *text, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;
/* What a model gets of a result: no more than `budget` characters of it from character `from` (0: the first) on, and how it
 * reads the rest under the number. */
char *tool_text_cut (const char *text, gsize from, gsize budget, guint number) G_GNUC_WARN_UNUSED_RESULT;
/* An error as a model gets it: "Error: …" in one line. */
char *tool_text_of_error (const GError *error) G_GNUC_WARN_UNUSED_RESULT;
/* For the eyes of a person: what is written from right to left or has no width becomes a mark such as ⟨U+202E⟩. */
char *tool_text_show (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* How many bytes of `before`, whole lines, are gone where `now` begins with the rest of it: all of them at most. */
gsize tool_text_find_gone (const char *before, const char *now);
/* "~" and "~/papers" as people write them: in the home folder.  Anything else as it is. */
char *tool_expand_home (const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
