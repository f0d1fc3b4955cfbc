/* tex-parser.h: between the parser of lists and that of commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "maths/tex.h"

G_BEGIN_DECLS

typedef struct
{
  const char *at;
  guint depth, n_nodes;
  guint n_cells, n_fences; /* environments and fences that are open: their separators end a list */
  MynaAlphabet alphabet;
  gboolean failed; /* a limit was passed */
} MynaTexParser;

MynaTex *myna_tex_node (MynaTexParser *parser, MynaTexKind kind, MynaAtom atom);
MynaTex *myna_tex_text (MynaTexParser *parser, MynaTexKind kind, const char *text, gssize length);
MynaTex *myna_tex_symbol (MynaTexParser *parser, gunichar c, MynaAtom atom);
/* Adds a child (taken; may be NULL). */
void myna_tex_add (MynaTex *self, MynaTex *child);

/* Atoms up to the end of the group, cell or fence that the parser is in; that end is not consumed. */
MynaTex *myna_tex_parse_list (MynaTexParser *parser);
/* What a command or a script applies to: a group or one atom; an empty list where there is none yet. */
MynaTex *myna_tex_parse_argument (MynaTexParser *parser);
/* Text of a group as written, or of one character; the caller frees. */
char *myna_tex_read_group (MynaTexParser *parser);
/* Skips blanks; whether `c` follows, which is then consumed. */
gboolean myna_tex_accept (MynaTexParser *parser, char c);
/* The command at the parser ("\name", "\,"): its name, without consuming it; NULL if there is none. */
char *myna_tex_peek_command (MynaTexParser *parser);
/* Consumes a command whose name has just been peeked. */
void myna_tex_skip_command (MynaTexParser *parser, const char *name);

/* tex-commands.c: the command `name`, already consumed; never NULL. */
MynaTex *myna_tex_parse_command (MynaTexParser *parser, const char *name);
/* tex-environments.c: \begin … \end. \begin is consumed. */
MynaTex *myna_tex_parse_environment (MynaTexParser *parser);
/* The rest of a formula as lines, if `first` is followed by \\ or &; `first` otherwise.  Takes `first`. */
MynaTex *myna_tex_parse_lines (MynaTexParser *parser, MynaTex *first);

G_END_DECLS
