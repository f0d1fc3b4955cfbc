/* text-fold.h: how text is compared when people search: classes and folding of characters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One definition, used by the index (store-tokenizer.c), by the queries and by the check of each hit (store-match.c).  A
 * change of it needs another TEXT_FOLD_VERSION, which rebuilds the index of a database.
 */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <glib.h>

G_BEGIN_DECLS

#define TEXT_FOLD_VERSION 1 /* a bare number: it is part of SQL */

typedef enum
{
  TEXT_CHAR_SEPARATOR, /* spaces, punctuation, symbols */
  TEXT_CHAR_WORD,      /* letters and digits that make words */
  TEXT_CHAR_SINGLE,    /* a word by itself: scripts written without spaces */
  TEXT_CHAR_MARK,      /* diacritics: belong to the character before, are not compared */
} TextCharClass;

/* Reads one character at *text (before end), moves *text behind it, and sets *ret_folded to what it is compared as: lower
 * case without diacritics, full-width forms as ASCII.  A byte that is not UTF-8 is a separator of its own. */
TextCharClass text_fold_next (const char **text, const char *end, gunichar *ret_folded);

G_END_DECLS

#endif
