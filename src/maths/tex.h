/* tex.h: TeX mathematics as a tree
 *
 * A subset of TeX and amsmath, as models write it: no macros are expanded, nothing is executed.  What is not known stays in
 * the tree as source and is shown so.  The parser accepts everything, so that a formula can be shown while it is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define MYNA_TEX_MAX_SOURCE (16 * 1024)
#define MYNA_TEX_MAX_DEPTH  48
#define MYNA_TEX_MAX_NODES  8000

/* Classes of atoms, in the order of TeX's spacing table (The TeXbook, chapter 18). */
typedef enum
{
  MYNA_ATOM_ORDINARY,
  MYNA_ATOM_OPERATOR,
  MYNA_ATOM_BINARY,
  MYNA_ATOM_RELATION,
  MYNA_ATOM_OPEN,
  MYNA_ATOM_CLOSE,
  MYNA_ATOM_PUNCTUATION,
  MYNA_ATOM_INNER,
} MynaAtom;

typedef enum
{
  MYNA_TEX_LIST,      /* children */
  MYNA_TEX_SYMBOL,    /* c */
  MYNA_TEX_TEXT,      /* text, upright: \text, names of functions */
  MYNA_TEX_SOURCE,    /* text: what is not understood, as written */
  MYNA_TEX_SPACE,     /* amount: em */
  MYNA_TEX_STYLE,     /* style: for the rest of the list */
  MYNA_TEX_FRACTION,  /* children: numerator, denominator; c, right: delimiters; style; amount: 0 for no bar */
  MYNA_TEX_RADICAL,   /* children: radicand, degree or NULL */
  MYNA_TEX_SCRIPTS,   /* children: base or NULL, subscript or NULL, superscript or NULL */
  MYNA_TEX_ACCENT,    /* children: base; c: accent */
  MYNA_TEX_STACK,     /* children: base, above or NULL, below or NULL (\overset, \stackrel …) */
  MYNA_TEX_STRETCH,   /* children: base; c: brace or arrow as wide as it; amount: 1 above, -1 below */
  MYNA_TEX_LINE,      /* children: base; amount: 1 above, -1 below */
  MYNA_TEX_ARROW,     /* children: above, below or NULL; c: an arrow as long as they are */
  MYNA_TEX_FENCED,    /* children: list; c, right: delimiters, 0 for none */
  MYNA_TEX_MIDDLE,    /* c: a delimiter as high as the fence around it */
  MYNA_TEX_DELIMITER, /* c; amount: height in em (\big …) */
  MYNA_TEX_MATRIX,    /* children: cells row by row; n_columns; columns; c, right: delimiters; style of cells */
  MYNA_TEX_PHANTOM,   /* children: base, not drawn */
  MYNA_TEX_BOXED,     /* children: base */
} MynaTexKind;

/* clang-format off */
typedef enum { MYNA_LIMITS_NONE, MYNA_LIMITS_IN_DISPLAY, MYNA_LIMITS_ALWAYS } MynaLimits;
/* clang-format on */

/* TeX's styles; INHERIT: that of the place. */
typedef enum
{
  MYNA_STYLE_INHERIT,
  MYNA_STYLE_DISPLAY,
  MYNA_STYLE_TEXT,
  MYNA_STYLE_SCRIPT,
  MYNA_STYLE_SCRIPT_SCRIPT,
} MynaStyle;

typedef struct _MynaTex MynaTex;
struct _MynaTex
{
  MynaTexKind kind;
  MynaAtom atom;
  MynaLimits limits;
  MynaStyle style;
  gunichar c, right;
  double amount;
  char *text;
  GPtrArray *children; /* of MynaTex or NULL; owned */
  guint n_columns;
  char *columns; /* [n_columns] 'l', 'c', 'r'; upper case where no gap precedes the column */
};

/* Parses a formula without its delimiters.  NULL if it is longer or deeper than what is shown (show the source then). */
MynaTex *myna_tex_parse (const char *source);
void myna_tex_free (MynaTex *self);

/* Symbol for a command's name (without backslash): 0 if there is none. */
gunichar myna_tex_symbol_find (const char *name, MynaAtom *ret_atom, MynaLimits *ret_limits);
/* What is set for the name of a function (\sin, \lim …), or NULL. */
const char *myna_tex_function_find (const char *name, MynaLimits *ret_limits);
/* Accent for a command, 0 if there is none. */
gunichar myna_tex_accent_find (const char *name);

/* Alphabets of letters and digits. */
typedef enum
{
  MYNA_ALPHABET_ITALIC, /* the usual one: letters slanted, digits upright */
  MYNA_ALPHABET_ROMAN,
  MYNA_ALPHABET_BOLD,
  MYNA_ALPHABET_BOLD_ITALIC,
  MYNA_ALPHABET_BLACKBOARD,
  MYNA_ALPHABET_CALLIGRAPHIC,
  MYNA_ALPHABET_FRAKTUR,
  MYNA_ALPHABET_SANS,
  MYNA_ALPHABET_MONOSPACE,
} MynaAlphabet;

/* Unicode's mathematical letter for a plain one; `c` itself where there is none. */
gunichar myna_tex_letter (gunichar c, MynaAlphabet alphabet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaTex, myna_tex_free)

G_END_DECLS
