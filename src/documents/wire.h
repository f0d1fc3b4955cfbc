/* wire.h: what the helper process that reads documents writes, and the window's process reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records, each a line "KIND NUMBER LENGTH\n" with decimal numbers, followed by LENGTH bytes of UTF-8 without NUL:
 *
 *   type 0 n      what the document is: "pdf", "docx", …; first
 *   page n 0      page n begins; those of a document count up from 1; without one there are no pages
 *   heading l n   a heading of level l, 1 to 6
 *   text 0 n      a block, a paragraph or a table, as Markdown
 *   raw 0 n       goes on where the record before ended: plain texts, and the rows of long tables
 *   end 0 0       that was all; without it, what came is not the whole document
 *   error 0 n     in place of "end": why it could not be read, a word of DOCUMENT_WORD_*, a space, and the type
 *
 * A password comes to its end on DOCUMENT_PASSWORD_FD, a pipe, where the program is told "--password".
 *
 * Of a picture: see reader/picture.c.
 */
#ifndef DOCUMENT_WIRE_H
#define DOCUMENT_WIRE_H

enum
{
  DOCUMENT_MAX_PAGES = 2000,
  DOCUMENT_MAX_TEXT = 50 << 20,  /* bytes */
  DOCUMENT_MAX_FILE = 256 << 20, /* … */
  DOCUMENT_MAX_RECORD = 1 << 20, /* … */
  DOCUMENT_MAX_LEVEL = 6,
  DOCUMENT_CPU_SECONDS = 20,
  DOCUMENT_MEMORY_MIB = 512,
  DOCUMENT_PICTURE_SIDE = 4096,      /* pixels, before it is made smaller */
  DOCUMENT_PICTURE_PIXELS = 1000000, /* … and after that: as a file of RGBA it is no larger than 4 MiB, whatever it shows */
  DOCUMENT_PASSWORD_FD = 3,
  DOCUMENT_MAX_PASSWORD = 1024, /* bytes */
  /* Exit statuses where there are no pixels. */
  DOCUMENT_PICTURE_BROKEN = 20,
  DOCUMENT_PICTURE_NO_READER = 21,
};

#define DOCUMENT_WORD_ENCRYPTED "encrypted"
#define DOCUMENT_WORD_PASSWORD  "password"
#define DOCUMENT_WORD_NO_TEXT   "no-text"
#define DOCUMENT_WORD_DAMAGED   "damaged"
#define DOCUMENT_WORD_PAGES     "pages"
#define DOCUMENT_WORD_LONG      "long"
#define DOCUMENT_WORD_LARGE     "large"
#define DOCUMENT_WORD_UNKNOWN   "unknown"
#define DOCUMENT_WORD_OLD       "old"
#define DOCUMENT_WORD_LEFT_OUT  "left-out"
#define DOCUMENT_WORD_LOCK      "lock"

#endif
