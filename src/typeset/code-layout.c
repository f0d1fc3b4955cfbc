/* code-layout.c: the text of a code block, laid out and hit
 *
 * The text is laid out in pieces of some lines.  When it grows, only the last piece is laid out again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "typeset/code-layout.h"

#include <string.h>

#define PIECE_LINES 64
#define PIECE_BYTES (16 * 1024) /* of lines longer than usual */

/* Bytes [start, end) of the text; the newline behind it belongs to no piece. */
typedef struct
{
  MynaTextLayout *layout; /* NULL: not laid out yet */
  guint start, end;
  guint first_char; /* characters before `start` */
  int y, height;
} Piece;

struct _MynaCodeLayout
{
  char *text;
  GArray *pieces; /* of Piece; at least one */
  MynaCodeColorsFunc colors;
  gpointer user_data;
  int placed_width; /* that the pieces' y and height hold for; -2: none */
  int natural_width;
};

static Piece *
get_piece (MynaCodeLayout *self, guint i)
{
  return &g_array_index (self->pieces, Piece, i);
}

static void
clear_piece (gpointer data)
{
  g_clear_pointer (&((Piece *) data)->layout, myna_text_layout_free);
}

/* End of the piece that begins at `start`. */
static guint
find_end (const char *text, guint start)
{
  const char *at = text + start;

  for (guint lines = 0; lines < PIECE_LINES && (guint) (at - text) - start < PIECE_BYTES; lines++)
    {
      const char *newline = strchr (at, '\n');

      if (!newline)
        return start + strlen (text + start);
      at = newline + 1;
    }
  return at - text - 1;
}

/* Makes the pieces from number `first` on, which begins at byte `start`. */
static void
make_pieces (MynaCodeLayout *self, guint first, guint start, guint first_char)
{
  guint length = strlen (self->text);

  g_array_set_size (self->pieces, first);
  for (;;)
    {
      Piece piece = { .start = start, .end = find_end (self->text, start), .first_char = first_char };

      g_array_append_val (self->pieces, piece);
      if (piece.end >= length)
        break;
      first_char += g_utf8_strlen (self->text + start, piece.end + 1 - start);
      start = piece.end + 1;
    }
  self->placed_width = -2;
}

MynaCodeLayout *
myna_code_layout_new (MynaCodeColorsFunc colors, gpointer user_data)
{
  MynaCodeLayout *self = g_new0 (MynaCodeLayout, 1);

  self->colors = colors;
  self->user_data = user_data;
  self->text = g_strdup ("");
  self->pieces = g_array_new (FALSE, TRUE, sizeof (Piece));
  g_array_set_clear_func (self->pieces, clear_piece);
  make_pieces (self, 0, 0, 0);
  return self;
}

void
myna_code_layout_free (MynaCodeLayout *self)
{
  if (!self)
    return;
  g_array_unref (self->pieces);
  g_free (self->text);
  g_free (self);
}

void
myna_code_layout_set_text (MynaCodeLayout *self, const char *text)
{
  g_autofree char *old = self->text;
  const Piece *last = get_piece (self, self->pieces->len - 1);

  self->text = g_strdup (text);
  if (g_str_has_prefix (text, old))
    make_pieces (self, self->pieces->len - 1, last->start, last->first_char);
  else
    make_pieces (self, 0, 0, 0);
}

const char *
myna_code_layout_get_text (MynaCodeLayout *self)
{
  return self->text;
}

void
myna_code_layout_reset (MynaCodeLayout *self)
{
  make_pieces (self, 0, 0, 0);
}

static void
lay_out (MynaCodeLayout *self, Piece *piece, PangoContext *context, const PangoColor *link)
{
  g_autofree char *text = g_strndup (self->text + piece->start, piece->end - piece->start);
  PangoAttrList *colors = self->colors ? self->colors (text, piece->first_char, self->user_data) : NULL;

  pango_context_set_base_dir (context, PANGO_DIRECTION_LTR);
  piece->layout = myna_text_layout_new (context, &(MynaRichString){ .text = text }, MYNA_TEXT_CODE, link, colors);
  g_clear_pointer (&colors, pango_attr_list_unref);
}

int
myna_code_layout_place (MynaCodeLayout *self, PangoContext *context, const PangoColor *link, int width, int *ret_natural)
{
  const Piece *last = get_piece (self, self->pieces->len - 1);

  if (self->placed_width != width)
    {
      int y = 0;

      self->natural_width = 0;
      for (guint i = 0; i < self->pieces->len; i++)
        {
          Piece *piece = get_piece (self, i);
          int piece_width;

          if (!piece->layout)
            lay_out (self, piece, context, link);
          myna_text_layout_set_width (piece->layout, width);
          myna_text_layout_get_size (piece->layout, &piece_width, &piece->height);
          self->natural_width = MAX (self->natural_width, piece_width);
          piece->y = y;
          y += piece->height;
        }
      self->placed_width = width;
    }
  if (ret_natural)
    *ret_natural = self->natural_width;
  return last->y + last->height;
}

guint
myna_code_layout_get_n_pieces (MynaCodeLayout *self)
{
  return self->pieces->len;
}

MynaCodePiece
myna_code_layout_get_piece (MynaCodeLayout *self, guint i)
{
  const Piece *piece = get_piece (self, i);

  return (MynaCodePiece){ .layout = piece->layout, .start = piece->start, .y = piece->y };
}

guint
myna_code_layout_index_at (MynaCodeLayout *self, double x, double y)
{
  const Piece *piece = get_piece (self, 0);

  for (guint i = 1; i < self->pieces->len && get_piece (self, i)->y <= y; i++)
    piece = get_piece (self, i);
  return piece->layout ? piece->start + myna_text_layout_index_at (piece->layout, x, y - piece->y) : piece->start;
}

void
myna_code_layout_get_bounds (MynaCodeLayout *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  const Piece *piece = get_piece (self, 0);

  for (guint i = 1; i < self->pieces->len && get_piece (self, i)->start <= start; i++)
    piece = get_piece (self, i);
  *ret_bounds = *graphene_rect_zero ();
  if (!piece->layout)
    return;
  myna_text_layout_get_bounds (piece->layout, start - piece->start, MIN (end, piece->end) - piece->start, ret_bounds);
  ret_bounds->origin.y += piece->y;
}
