/* documents.h: the contents of a document: PDF, ODT, DOCX, EPUB, web pages, plain text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Documents come from anywhere.  They are read by a process of its own, myna-read, which can do nothing but read them; what it
 * says is bounded and checked here.
 */
#ifndef DOCUMENTS_H
#define DOCUMENTS_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define DOCUMENT_ERROR (document_error_quark ())
GQuark document_error_quark (void);

/* Why there is no text.  The message is English and names the reason alone. */
typedef enum
{
  DOCUMENT_ERROR_PASSWORD,  /* it asks for a password, or for another one than was given */
  DOCUMENT_ERROR_ENCRYPTED, /* in a way that is not read, or for one device */
  DOCUMENT_ERROR_NO_TEXT,   /* pictures of pages, or nothing but white space */
  DOCUMENT_ERROR_EMPTY,     /* a file of no bytes */
  DOCUMENT_ERROR_DAMAGED,
  DOCUMENT_ERROR_PAGES,     /* more than DOCUMENT_MAX_PAGES */
  DOCUMENT_ERROR_LONG,      /* more text than DOCUMENT_MAX_TEXT */
  DOCUMENT_ERROR_LARGE,     /* more than the memory of the process can hold */
  DOCUMENT_ERROR_TIME,      /* more work than it may do */
  DOCUMENT_ERROR_UNKNOWN,   /* of a type that is not read */
  DOCUMENT_ERROR_OLD,       /* … which office programs of before wrote: RTF, DOC, XLS, PPT */
  DOCUMENT_ERROR_LEFT_OUT,  /* of a type that this build does not read */
  DOCUMENT_ERROR_NO_READER, /* myna-read is not there, or cannot lock itself */
  DOCUMENT_ERROR_FILE,      /* the file itself: the message says why */
} DocumentError;

typedef struct
{
  guint page;  /* from 1; 0: the document has no pages */
  guint level; /* of a heading, 1 to 6; 0: text, as Markdown */
  char *text;  /* UTF-8, not empty */
} DocumentBlock;

typedef struct
{
  char *type; /* "pdf", "odt", "docx", "text", … */
  guint n_pages;
  GArray *blocks; /* DocumentBlock, in the order of the document */
  gsize n_bytes;  /* of all texts */
  char *text;     /* as document_dup_text(), made on document_read_async()'s thread; else NULL */
} Document;

void document_free (Document *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Document, document_free)

/* Reads a file.  password: of a document that asks for one; NULL: none.  It goes to the reader through a pipe, and nowhere else.  Takes
 * as long as it takes: for a thread.  NULL: DOCUMENT_ERROR, or G_IO_ERROR_CANCELLED. */
Document *document_read (GFile *file, const char *password, GCancellable *cancellable,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same beside the main loop; it has its text as well. */
void document_read_async (GFile *file, const char *password, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data);
Document *document_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets a password; NULL: nothing. */
void document_free_password (char *password);

/* The whole as Markdown, each page below a line "[Page 3]"; a plain text as it is. */
char *document_dup_text (const Document *document) G_GNUC_WARN_UNUSED_RESULT;

/* A document as a model is given it: its name, then the text between fences that it cannot end, then an empty line. */
char *document_quote (const char *name, const char *text) G_GNUC_WARN_UNUSED_RESULT;

/* How much of documents a question to a model with this context (tokens; 0: not known) is given: whole, else of passages. */
void document_plan (int context_length, gsize *ret_whole_bytes, gsize *ret_passage_bytes);

/* A piece of a document that is given for a question. */
typedef struct
{
  guint number; /* it is cited as [number] */
  guint page;   /* 0: there are none */
  const char *name, *heading, *text;
} DocumentPassage;

/* Appends a note that only passages of the document follow. */
void document_append_long (GString *out, const char *name);
void document_append_passage (GString *out, const DocumentPassage *passage);
/* How to answer from the passages, in the language of the question, for models follow that. */
void document_append_citing (GString *out, const char *question);

G_END_DECLS

#endif
