/* code-text.c: the text of a code block, highlighted
 *
 * GtkSourceView's buffer finds the colors; the text is drawn by this widget and not by a GtkSourceView, because a text
 * view knows its height only some time after its text, so that everything below it would jump, and has a selection of its
 * own.  (GtkSourceView prints in the same way.)
 *
 * The text is laid out in chunks of some lines.  When it grows, only the last chunk is laid out again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/code-text.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "markdown/code-language.h"
#include "markdown/code-theme.h"

#define CHUNK_LINES 64
#define CHUNK_BYTES (16 * 1024) /* of lines longer than usual */

/* Bytes [start, end) of the text; the newline behind it belongs to no chunk. */
typedef struct
{
  MynaTextLayout *layout;
  guint start, end;
  guint first_char; /* characters before `start` */
  int y, height;
} Chunk;

struct _MynaCodeText
{
  GtkWidget parent_instance;
  char *text;
  char *info;
  GtkSourceBuffer *buffer; /* NULL: no colors */
  GPtrArray *chunks;
  MynaInk ink;
  const MynaMarks *marks; /* of the block, which lives longer */
  gboolean wrap;
  int laid_out_width; /* that the chunks' y and height hold for; -2 for none */
  int natural_width;
};

G_DEFINE_FINAL_TYPE (MynaCodeText, myna_code_text, GTK_TYPE_WIDGET)

static void
free_chunk (gpointer data)
{
  Chunk *chunk = data;

  myna_text_layout_free (chunk->layout);
  g_free (chunk);
}

static void
apply_scheme (MynaCodeText *self)
{
  if (self->buffer)
    gtk_source_buffer_set_style_scheme (self->buffer, myna_code_theme_get_scheme (myna_code_theme_get_default ()));
}

/* Adds what a tag of the highlighter means. */
static void
add_tag (PangoAttrList *list, GtkTextTag *tag, guint start, guint end)
{
  gboolean foreground_set, weight_set, style_set, underline_set;
  g_autoptr (GdkRGBA) color = NULL;
  PangoAttribute *attributes[4] = {
    NULL,
  };
  PangoUnderline underline;
  PangoStyle style;
  int weight;

  g_object_get (tag, "foreground-set", &foreground_set, "foreground-rgba", &color, "weight-set", &weight_set, "weight", &weight,
                "style-set", &style_set, "style", &style, "underline-set", &underline_set, "underline", &underline, NULL);
  if (foreground_set && color)
    attributes[0] = pango_attr_foreground_new (color->red * 65535, color->green * 65535, color->blue * 65535);
  if (weight_set)
    attributes[1] = pango_attr_weight_new (weight);
  if (style_set)
    attributes[2] = pango_attr_style_new (style);
  if (underline_set)
    attributes[3] = pango_attr_underline_new (underline);
  for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
    if (attributes[i])
      {
        attributes[i]->start_index = start;
        attributes[i]->end_index = end;
        pango_attr_list_change (list, attributes[i]);
      }
}

/* The colors of a chunk, with offsets counted from its start; NULL if there are none. */
static PangoAttrList *
highlight (MynaCodeText *self, const Chunk *chunk, const char *text)
{
  PangoAttrList *list;
  GtkTextIter at, end;
  guint n_chars = g_utf8_strlen (text, -1), byte = 0;

  if (!self->buffer)
    return NULL;

  list = pango_attr_list_new ();
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &at, chunk->first_char);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &end, chunk->first_char + n_chars);
  gtk_source_buffer_ensure_highlight (self->buffer, &at, &end);
  while (gtk_text_iter_compare (&at, &end) < 0)
    {
      GtkTextIter next = at;
      g_autoptr (GSList) tags = gtk_text_iter_get_tags (&at);
      guint next_byte;

      if (!gtk_text_iter_forward_to_tag_toggle (&next, NULL) || gtk_text_iter_compare (&next, &end) > 0)
        next = end;
      next_byte =
          g_utf8_offset_to_pointer (text + byte, gtk_text_iter_get_offset (&next) - gtk_text_iter_get_offset (&at)) - text;
      for (GSList *l = tags; l; l = l->next)
        add_tag (list, l->data, byte, next_byte);
      byte = next_byte;
      at = next;
    }
  return list;
}

static void
lay_out_chunk (MynaCodeText *self, Chunk *chunk)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));
  g_autofree char *text = g_strndup (self->text + chunk->start, chunk->end - chunk->start);
  PangoAttrList *colors = highlight (self, chunk, text);

  pango_context_set_base_dir (context, PANGO_DIRECTION_LTR);
  g_clear_pointer (&chunk->layout, myna_text_layout_free);
  chunk->layout = myna_text_layout_new (context, &(MynaRichString){ .text = text }, MYNA_TEXT_CODE, &self->ink.link, colors);
  g_clear_pointer (&colors, pango_attr_list_unref);
  g_object_unref (context);
}

/* End of the chunk that begins at `start`. */
static guint
find_chunk_end (const char *text, guint start)
{
  const char *at = text + start;

  for (guint lines = 0; lines < CHUNK_LINES && (guint) (at - text) - start < CHUNK_BYTES; lines++)
    {
      const char *newline = strchr (at, '\n');

      if (!newline)
        return start + strlen (text + start);
      at = newline + 1;
    }
  return at - text - 1;
}

/* Makes the chunks from the one that begins at byte `start` on. */
static void
make_chunks (MynaCodeText *self, guint start, guint first_char)
{
  guint length = strlen (self->text);

  for (;;)
    {
      Chunk *chunk = g_new0 (Chunk, 1);

      chunk->start = start;
      chunk->end = find_chunk_end (self->text, start);
      chunk->first_char = first_char;
      g_ptr_array_add (self->chunks, chunk);
      if (chunk->end >= length)
        break;
      first_char += g_utf8_strlen (self->text + start, chunk->end + 1 - start);
      start = chunk->end + 1;
    }
  self->laid_out_width = -2;
  self->natural_width = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/* Lays out what is new and places the chunks under each other at `width` (-1: not wrapped). */
static void
lay_out (MynaCodeText *self, int width)
{
  int y = 0;

  if (self->laid_out_width == width)
    return;

  self->natural_width = 0;
  for (guint i = 0; i < self->chunks->len; i++)
    {
      Chunk *chunk = self->chunks->pdata[i];
      int chunk_width;

      if (!chunk->layout)
        lay_out_chunk (self, chunk);
      myna_text_layout_set_width (chunk->layout, width);
      myna_text_layout_get_size (chunk->layout, &chunk_width, &chunk->height);
      self->natural_width = MAX (self->natural_width, chunk_width);
      chunk->y = y;
      y += chunk->height;
    }
  self->laid_out_width = width;
}

static int
get_height (MynaCodeText *self)
{
  Chunk *last = self->chunks->pdata[self->chunks->len - 1];

  return last->y + last->height;
}

static void
set_buffer_text (MynaCodeText *self, const char *old_text, const char *text)
{
  gsize old_length = strlen (old_text);

  if (strncmp (text, old_text, old_length) == 0)
    {
      GtkTextIter end;

      gtk_text_buffer_get_end_iter (GTK_TEXT_BUFFER (self->buffer), &end);
      gtk_text_buffer_insert (GTK_TEXT_BUFFER (self->buffer), &end, text + old_length, -1);
    }
  else
    {
      gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text, -1);
    }
}

static void
set_language (MynaCodeText *self, const char *info)
{
  GtkSourceLanguage *language = myna_code_language_find (info);

  g_free (self->info);
  self->info = g_strdup (info);
  g_clear_object (&self->buffer);
  if (!language)
    return;
  self->buffer = gtk_source_buffer_new_with_language (language);
  gtk_source_buffer_set_highlight_matching_brackets (self->buffer, FALSE);
  gtk_text_buffer_set_enable_undo (GTK_TEXT_BUFFER (self->buffer), FALSE);
  apply_scheme (self);
  g_ptr_array_set_size (self->chunks, 0);
  g_clear_pointer (&self->text, g_free);
  self->text = g_strdup ("");
}

void
myna_code_text_set_text (MynaCodeText *self, const char *text, const char *info)
{
  g_autofree char *old_text = NULL;
  guint start = 0, first_char = 0;

  if (g_strcmp0 (info, self->info) != 0)
    set_language (self, info);
  if (self->buffer && strlen (text) > MYNA_CODE_MAX_HIGHLIGHT)
    g_clear_object (&self->buffer);
  if (self->buffer)
    set_buffer_text (self, self->text, text);

  old_text = g_steal_pointer (&self->text);
  self->text = g_strdup (text);
  if (self->chunks->len > 0 && g_str_has_prefix (text, old_text))
    {
      Chunk *last = self->chunks->pdata[self->chunks->len - 1];

      start = last->start;
      first_char = last->first_char;
      g_ptr_array_set_size (self->chunks, self->chunks->len - 1);
    }
  else
    {
      g_ptr_array_set_size (self->chunks, 0);
    }
  make_chunks (self, start, first_char);
}

void
myna_code_text_reset (MynaCodeText *self, const MynaInk *ink)
{
  self->ink = *ink;
  apply_scheme (self);
  g_ptr_array_set_size (self->chunks, 0);
  make_chunks (self, 0, 0);
}

void
myna_code_text_set_wrap (MynaCodeText *self, gboolean wrap)
{
  self->wrap = wrap;
  self->laid_out_width = -2;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_code_text_set_marks (MynaCodeText *self, const MynaMarks *marks)
{
  self->marks = marks;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

guint
myna_code_text_index_at (MynaCodeText *self, double x, double y)
{
  Chunk *chunk = self->chunks->pdata[0];

  for (guint i = 1; i < self->chunks->len && ((Chunk *) self->chunks->pdata[i])->y <= y; i++)
    chunk = self->chunks->pdata[i];
  return chunk->layout ? chunk->start + myna_text_layout_index_at (chunk->layout, x, y - chunk->y) : chunk->start;
}

void
myna_code_text_get_bounds (MynaCodeText *self, guint start, guint end, graphene_rect_t *ret_bounds)
{
  Chunk *chunk = self->chunks->pdata[0];

  for (guint i = 1; i < self->chunks->len && ((Chunk *) self->chunks->pdata[i])->start <= start; i++)
    chunk = self->chunks->pdata[i];
  *ret_bounds = *graphene_rect_zero ();
  if (!chunk->layout)
    return;
  myna_text_layout_get_bounds (chunk->layout, start - chunk->start, MIN (end, chunk->end) - chunk->start, ret_bounds);
  ret_bounds->origin.y += chunk->y;
}

static GtkSizeRequestMode
myna_code_text_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
myna_code_text_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  MynaCodeText *self = MYNA_CODE_TEXT (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      if (!self->wrap || self->natural_width < 0)
        lay_out (self, -1);
      *natural = self->natural_width;
      *minimum = self->wrap ? 0 : self->natural_width;
      return;
    }
  lay_out (self, self->wrap && for_size >= 0 ? for_size : -1);
  *minimum = *natural = get_height (self);
}

static void
myna_code_text_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaCodeText *self = MYNA_CODE_TEXT (widget);

  lay_out (self, self->wrap ? width : -1);
}

static void
myna_code_text_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaCodeText *self = MYNA_CODE_TEXT (widget);

  lay_out (self, self->wrap ? gtk_widget_get_width (widget) : -1);
  for (guint i = 0; i < self->chunks->len; i++)
    {
      Chunk *chunk = self->chunks->pdata[i];

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, chunk->y));
      myna_ink_draw (&self->ink, chunk->layout, snapshot, self->marks, chunk->start);
      gtk_snapshot_restore (snapshot);
    }
}

static void
myna_code_text_finalize (GObject *object)
{
  MynaCodeText *self = MYNA_CODE_TEXT (object);

  g_ptr_array_unref (self->chunks);
  g_clear_object (&self->buffer);
  g_free (self->text);
  g_free (self->info);
  G_OBJECT_CLASS (myna_code_text_parent_class)->finalize (object);
}

static void
myna_code_text_class_init (MynaCodeTextClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_code_text_finalize;
  widget_class->get_request_mode = myna_code_text_get_request_mode;
  widget_class->measure = myna_code_text_measure;
  widget_class->size_allocate = myna_code_text_size_allocate;
  widget_class->snapshot = myna_code_text_snapshot;
  gtk_widget_class_set_css_name (widget_class, "codetext");
}

static void
myna_code_text_init (MynaCodeText *self)
{
  static const MynaMarks no_marks = { .current = -1 };

  self->text = g_strdup ("");
  self->chunks = g_ptr_array_new_with_free_func (free_chunk);
  self->marks = &no_marks;
  myna_ink_init (&self->ink, GTK_WIDGET (self));
  make_chunks (self, 0, 0);
}

GtkWidget *
myna_code_text_new (void)
{
  return g_object_new (MYNA_TYPE_CODE_TEXT, NULL);
}
