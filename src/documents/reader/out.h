/* out.h: what is read goes to standard output; limits and failures end the process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nobody but this process depends on what it holds: a failure is written, and the process ends.
 */
#ifndef READ_OUT_H
#define READ_OUT_H

#include <glib.h>

#include "documents/wire.h"

/* What the document is; the first record. */
void read_out_type (const char *type);
/* The next page begins; more than there may be is a failure. */
void read_out_page (void);
/* level: limited to what there is.  Texts may hold anything: what is no text is left out, and nothing is written of an empty one.
 * n: in bytes; -1: up to NUL. */
void read_out_heading (guint level, const char *text);
void read_out_text (const char *text, gssize n);
void read_out_raw (const char *text, gssize n);
/* Ends the process well, or because there was no text. */
G_NORETURN void read_out_end (void);
/* word: DOCUMENT_WORD_*. */
G_NORETURN void read_out_fail (const char *word);

#endif
