/* code-text.c: the text of a code block, highlighted
 *
 * GtkSourceView's buffer finds the colors; the text is drawn by this widget and not by a GtkSourceView, because a text
 * view knows its height only some time after its text, so that everything below it would jump, and has a selection of its
 * own.  (GtkSourceView prints in the same way.)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/code-text.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "base/controls.h"
#include "base/accessible-text.h"
#include "markdown/code-theme.h"
#include "markup/code-language.h"

struct _MynaCodeText
{
  GtkWidget parent_instance;
  MynaCodeLayout *layout;
  char *info;
  GtkSourceBuffer *buffer; /* NULL: no colors */
  MynaInk ink;
  const MynaMarks *marks; /* of the block, which lives longer */
  gboolean wrap;
  int wrap_width; /* the last that there was to wrap at; -1: none yet */
};

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaCodeText, myna_code_text, GTK_TYPE_WIDGET, myna_accessible_text_add (g_define_type_id))

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

/* The colors of a piece of the text, with offsets counted from its start; NULL if there are none. */
static PangoAttrList *
highlight (const char *text, guint first_char, gpointer user_data)
{
  MynaCodeText *self = user_data;
  PangoAttrList *list;
  GtkTextIter at, end;
  guint n_chars = g_utf8_strlen (text, -1), byte = 0;

  if (!self->buffer)
    return NULL;

  list = pango_attr_list_new ();
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &at, first_char);
  gtk_text_buffer_get_iter_at_offset (GTK_TEXT_BUFFER (self->buffer), &end, first_char + n_chars);
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

/* width: -1 where it is not known.  Returns the height. */
static int
place (MynaCodeText *self, int width, int *ret_natural)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));
  int height;

  if (width >= 0)
    self->wrap_width = width;
  height = myna_code_layout_place (self->layout, context, &self->ink.link, self->wrap ? self->wrap_width : -1, ret_natural);
  g_object_unref (context);
  return height;
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
  g_autofree char *id = info ? myna_code_language_dup_id (info) : NULL;
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  GtkSourceLanguage *language = id ? gtk_source_language_manager_get_language (manager, id) : NULL;

  g_free (self->info);
  self->info = g_strdup (info);
  g_clear_object (&self->buffer);
  if (!language)
    return;
  self->buffer = gtk_source_buffer_new_with_language (language);
  gtk_source_buffer_set_highlight_matching_brackets (self->buffer, FALSE);
  gtk_text_buffer_set_enable_undo (GTK_TEXT_BUFFER (self->buffer), FALSE);
  apply_scheme (self);
  myna_code_layout_set_text (self->layout, "");
}

void
myna_code_text_set_text (MynaCodeText *self, const char *text, const char *info)
{
  if (g_strcmp0 (info, self->info) != 0)
    set_language (self, info);
  if (self->buffer && strlen (text) > MYNA_CODE_MAX_HIGHLIGHT)
    g_clear_object (&self->buffer);
  if (self->buffer)
    set_buffer_text (self, myna_code_layout_get_text (self->layout), text);
  myna_code_layout_set_text (self->layout, text);
  myna_accessible_text_set (GTK_WIDGET (self), text);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_code_text_reset (MynaCodeText *self, const MynaInk *ink)
{
  self->ink = *ink;
  apply_scheme (self);
  myna_code_layout_reset (self->layout);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_code_text_set_wrap (MynaCodeText *self, gboolean wrap)
{
  self->wrap = wrap;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
myna_code_text_set_marks (MynaCodeText *self, const MynaMarks *marks)
{
  self->marks = marks;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

MynaCodeLayout *
myna_code_text_get_layout (MynaCodeText *self)
{
  return self->layout;
}

static void
myna_code_text_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                        int *minimum_baseline, int *natural_baseline)
{
  MynaCodeText *self = MYNA_CODE_TEXT (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      place (self, -1, natural);
      *minimum = self->wrap ? 0 : *natural;
      return;
    }
  *minimum = *natural = place (self, for_size, NULL);
}

static void
myna_code_text_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  place (MYNA_CODE_TEXT (widget), width, NULL);
}

static void
myna_code_text_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaCodeText *self = MYNA_CODE_TEXT (widget);

  place (self, gtk_widget_get_width (widget), NULL);
  for (guint i = 0; i < myna_code_layout_get_n_pieces (self->layout); i++)
    {
      MynaCodePiece piece = myna_code_layout_get_piece (self->layout, i);

      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, piece.y));
      myna_ink_draw (&self->ink, piece.layout, snapshot, self->marks, piece.start);
      gtk_snapshot_restore (snapshot);
    }
}

static void
myna_code_text_finalize (GObject *object)
{
  MynaCodeText *self = MYNA_CODE_TEXT (object);

  myna_code_layout_free (self->layout);
  g_clear_object (&self->buffer);
  g_free (self->info);
  G_OBJECT_CLASS (myna_code_text_parent_class)->finalize (object);
}

static void
myna_code_text_class_init (MynaCodeTextClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_code_text_finalize;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_code_text_measure;
  widget_class->size_allocate = myna_code_text_size_allocate;
  widget_class->snapshot = myna_code_text_snapshot;
  gtk_widget_class_set_css_name (widget_class, "codetext");
}

static void
myna_code_text_init (MynaCodeText *self)
{
  static const MynaMarks no_marks = { .current = -1 };

  self->layout = myna_code_layout_new (highlight, self);
  self->wrap_width = -1;
  self->marks = &no_marks;
  myna_ink_init (&self->ink, GTK_WIDGET (self));
}

GtkWidget *
myna_code_text_new (void)
{
  return g_object_new (MYNA_TYPE_CODE_TEXT, NULL);
}
