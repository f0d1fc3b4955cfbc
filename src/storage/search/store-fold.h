/* store-fold.h: how text is compared when people search: classes and folding of characters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One definition, used by the index (store-tokenizer.c), by the queries and by the check of each hit (store-match.c).  A
 * change of it needs another STORE_FOLD_VERSION, which rebuilds the index of a database.
 */
#ifndef STORE_FOLD_H
#define STORE_FOLD_H

#include <glib.h>

G_BEGIN_DECLS

#define STORE_FOLD_VERSION 1 /* a bare number: it is part of SQL */

typedef enum
{
  STORE_CHAR_SEPARATOR, /* spaces, punctuation, symbols */
  STORE_CHAR_WORD,      /* letters and digits that make words */
  STORE_CHAR_SINGLE,    /* a word by itself: scripts written without spaces */
  STORE_CHAR_MARK,      /* diacritics: belong to the character before, are not compared */
} StoreCharClass;

/* Reads one character at *text (before end), moves *text behind it, and sets *ret_folded to what it is compared as: lower
 * case without diacritics, full-width forms as ASCII.  A byte that is not UTF-8 is a separator of its own. */
StoreCharClass store_fold_next (const char **text, const char *end, gunichar *ret_folded);

G_END_DECLS

#endif
