/* chat-pages.c: a conversation on pages of paper (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "print/chat-pages.h"

#include <glib/gi18n.h>

#define FOOTER 24.0 /* points below the text, for the page's number */
#define GREY   0.4

struct _MynaChatPages
{
  PangoContext *context;
  double width;
  double height;
  GPtrArray *strips; /* of MynaStrip */
  GArray *starts;    /* of guint: the first strip of each page */
};

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

static const MynaStrip *
get_strip (MynaChatPages *self, guint i)
{
  return g_ptr_array_index (self->strips, i);
}

static guint
get_start (MynaChatPages *self, guint page)
{
  return page < self->starts->len ? g_array_index (self->starts, guint, page) : self->strips->len;
}

/* Where the page that begins with this strip ends: a heading stays with what follows it, unless it fills the page. */
static guint
find_end (MynaChatPages *self, guint start)
{
  double room = self->height - FOOTER;
  double used = get_strip (self, start)->height;
  guint end = start + 1;

  while (end < self->strips->len)
    {
      used += get_strip (self, end)->before + get_strip (self, end)->height;
      if (used > room)
        break;
      end++;
    }
  if (end == self->strips->len)
    return end;
  for (guint kept = end; kept > start + 1; kept--)
    {
      if (!get_strip (self, kept - 1)->keep_with_next)
        return kept;
    }

  return end;
}

static void
paginate (MynaChatPages *self)
{
  guint start = 0;

  do
    {
      g_array_append_val (self->starts, start);
      start = find_end (self, start);
    }
  while (start < self->strips->len);
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

static void
draw_paper (MynaChatPages *self, const MynaStrip *strip, double y, cairo_t *cr)
{
  if (strip->paper != MYNA_PAPER_PLAIN)
    {
      if (strip->paper == MYNA_PAPER_QUESTION)
        cairo_set_source_rgb (cr, 0.91, 0.94, 0.98);
      else
        cairo_set_source_rgb (cr, 0.95, 0.95, 0.95);
      /* A little higher: no white hairline between two strips. */
      cairo_rectangle (cr, strip->left, y, self->width - strip->left, strip->height + 0.2);
      cairo_fill (cr);
    }
  cairo_set_source_rgb (cr, 0.75, 0.75, 0.75);
  for (guint i = 0; i < strip->n_bars; i++)
    {
      cairo_rectangle (cr, strip->bars[i], y, 2, strip->height + 0.2);
      cairo_fill (cr);
    }
  if (strip->has_rule)
    {
      double right = strip->right > 0 ? strip->right : self->width;

      cairo_rectangle (cr, strip->left, y + strip->height - 0.5, right - strip->left, 0.5);
      cairo_fill (cr);
    }
}

static void
draw_strip (MynaChatPages *self, const MynaStrip *strip, double y, cairo_t *cr)
{
  draw_paper (self, strip, y, cr);
  if (strip->is_grey)
    cairo_set_source_rgb (cr, GREY, GREY, GREY);
  else
    cairo_set_source_rgb (cr, 0, 0, 0);
  for (guint i = 0; i < strip->texts->len; i++)
    {
      const MynaStripText *text = &g_array_index (strip->texts, MynaStripText, i);

      cairo_move_to (cr, text->x, y + text->y);
      if (text->line)
        pango_cairo_show_layout_line (cr, text->line);
      else
        pango_cairo_show_layout (cr, text->layout);
    }
}

static void
draw_footer (MynaChatPages *self, guint page, cairo_t *cr)
{
  g_autoptr (PangoLayout) layout = pango_layout_new (self->context);
  PangoFontDescription *font = pango_font_description_from_string ("Sans 8");
  /* Translators: number of the page, and how many there are */
  g_autofree char *text = g_strdup_printf (_ ("%u / %u"), page + 1, self->starts->len);

  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_set_width (layout, (int) (self->width * PANGO_SCALE));
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  cairo_set_source_rgb (cr, GREY, GREY, GREY);
  cairo_move_to (cr, 0, self->height - FOOTER / 2);
  pango_cairo_show_layout (cr, layout);
}

void
myna_chat_pages_draw (MynaChatPages *self, guint page, cairo_t *cr)
{
  double y = 0;

  g_return_if_fail (page < self->starts->len);

  for (guint i = get_start (self, page); i < get_start (self, page + 1); i++)
    {
      const MynaStrip *strip = get_strip (self, i);

      if (i > get_start (self, page))
        y += strip->before;
      draw_strip (self, strip, y, cr);
      y += strip->height;
    }
  draw_footer (self, page, cr);
}

/* ---- Life ------------------------------------------------------------------------------------------------------- */

MynaChatPages *
myna_chat_pages_new (PangoContext *context, double width, double height, const StoreConversation *conversation,
                     GPtrArray *messages)
{
  MynaChatPages *self = g_new0 (MynaChatPages, 1);

  self->context = g_object_ref (context);
  self->width = width;
  self->height = height;
  self->strips = myna_chat_strips_new (context, width, conversation, messages);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint));
  paginate (self);

  return self;
}

void
myna_chat_pages_free (MynaChatPages *self)
{
  g_object_unref (self->context);
  g_ptr_array_unref (self->strips);
  g_array_unref (self->starts);
  g_free (self);
}

guint
myna_chat_pages_get_n (MynaChatPages *self)
{
  return self->starts->len;
}
