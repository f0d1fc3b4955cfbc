/* build.h: paragraphs, lists, tables and footnotes become blocks of Markdown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reader says what it meets, in the order of the document; whatever was not ended ends with what follows.  White space
 * collapses, as in all these formats.
 */
#ifndef READ_BUILD_H
#define READ_BUILD_H

#include <glib.h>

typedef struct ReadBuild ReadBuild;

ReadBuild *read_build_new (void);

/* Begins a paragraph, ending the one before. */
void read_build_paragraph (ReadBuild *self);
/* The paragraph is a heading, 1 to 6, or an item of a list: depth 1 is the outermost; number 0: a bullet. */
void read_build_heading (ReadBuild *self, guint level);
void read_build_item (ReadBuild *self, guint depth, guint number);
/* It is code, whose white space stays. */
void read_build_code (ReadBuild *self);
/* n: in bytes; -1: up to NUL. */
void read_build_text (ReadBuild *self, const char *text, gssize n);
void read_build_break (ReadBuild *self);
/* Ends the paragraph. */
void read_build_end (ReadBuild *self);
/* A page begins; inside of a table it waits for its end. */
void read_build_page (ReadBuild *self);

/* Tables; one in a cell of another becomes text of that cell. */
void read_build_table (ReadBuild *self);
void read_build_row (ReadBuild *self);
void read_build_cell (ReadBuild *self);
void read_build_end_table (ReadBuild *self);

/* A note: what is between belongs to it; it stands below the paragraph or table that it was begun in. */
void read_build_note (ReadBuild *self, const char *label);
void read_build_end_note (ReadBuild *self);

#endif
