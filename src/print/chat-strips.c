/* chat-strips.c: a conversation as strips of paper: what may be parted between two pages, and what not (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "print/chat-strips.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/message-parts.h"
#include "chat/myna-attachment.h"
#include "markup/markdown.h"
#include "typeset/maths-text.h"

#define BODY        "Sans 10"
#define SMALL       "Sans 8"
#define HEAD        "Sans Bold 9"
#define TITLE       "Sans Bold 16"
#define CODE        "Monospace 8.5"
#define INDENT      16.0 /* of a list or quote */
#define PADDING     8.0  /* inside of tinted paper */
#define CELL_GAP    10.0
#define MIN_COLUMN  36.0
#define BLOCK_SPACE 7.0
#define TURN_SPACE  18.0

typedef struct
{
  PangoContext *context;
  double width;
  GPtrArray *strips;
} Builder;

static void
strip_text_clear (gpointer data)
{
  MynaStripText *text = data;

  if (text->line)
    pango_layout_line_unref (text->line);
  g_object_unref (text->layout);
}

static void
strip_free (gpointer data)
{
  MynaStrip *strip = data;

  g_array_unref (strip->texts);
  g_free (strip);
}

static MynaStrip *
add_strip (Builder *self, double before, double height)
{
  MynaStrip *strip = g_new0 (MynaStrip, 1);

  strip->before = before;
  strip->height = height;
  strip->texts = g_array_new (FALSE, FALSE, sizeof (MynaStripText));
  g_array_set_clear_func (strip->texts, strip_text_clear);
  g_ptr_array_add (self->strips, strip);

  return strip;
}

/* Takes the layout. */
static void
add_text (MynaStrip *strip, PangoLayout *layout, PangoLayoutLine *line, double x, double y)
{
  MynaStripText text = { layout, line ? pango_layout_line_ref (line) : NULL, x, y };

  g_array_append_val (strip->texts, text);
}

static PangoLayout *
make_layout (Builder *self, const char *font, const char *text, PangoAttrList *attributes, double width)
{
  PangoLayout *layout = pango_layout_new (self->context);
  PangoFontDescription *description = pango_font_description_from_string (font);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
  pango_layout_set_text (layout, valid, -1);
  pango_layout_set_attributes (layout, attributes);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_line_spacing (layout, 1.3f);
  if (width > 0)
    pango_layout_set_width (layout, (int) (width * PANGO_SCALE));

  return layout;
}

/* A strip a line.  The first one is set apart by `before`; returns its index. */
static guint
add_lines (Builder *self, PangoLayout *layout, double x, double before)
{
  PangoLayoutIter *iter = pango_layout_get_iter (layout);
  guint first = self->strips->len;

  do
    {
      PangoRectangle logical;
      int top, bottom;
      MynaStrip *strip;

      pango_layout_iter_get_line_yrange (iter, &top, &bottom);
      pango_layout_iter_get_line_extents (iter, NULL, &logical);
      strip = add_strip (self, self->strips->len == first ? before : 0, (double) (bottom - top) / PANGO_SCALE);
      strip->left = x;
      add_text (strip, g_object_ref (layout), pango_layout_iter_get_line_readonly (iter), x + (double) logical.x / PANGO_SCALE,
                (double) (pango_layout_iter_get_baseline (iter) - top) / PANGO_SCALE);
    }
  while (pango_layout_iter_next_line (iter));
  pango_layout_iter_free (iter);
  /* No line of a paragraph stands alone at the end or the beginning of a page. */
  if (self->strips->len - first >= 2)
    {
      ((MynaStrip *) g_ptr_array_index (self->strips, first))->keep_with_next = TRUE;
      ((MynaStrip *) g_ptr_array_index (self->strips, self->strips->len - 2))->keep_with_next = TRUE;
    }
  g_object_unref (layout);

  return first;
}

static MynaStrip *
get_strip (Builder *self, guint i)
{
  return g_ptr_array_index (self->strips, i);
}

static void
set_paper (Builder *self, guint first, MynaPaper paper, double left)
{
  MynaStrip *top = get_strip (self, first);
  MynaStrip *bottom = get_strip (self, self->strips->len - 1);

  for (guint i = first; i < self->strips->len; i++)
    {
      get_strip (self, i)->paper = paper;
      get_strip (self, i)->left = left;
    }
  top->height += PADDING / 2;
  for (guint i = 0; i < top->texts->len; i++)
    g_array_index (top->texts, MynaStripText, i).y += PADDING / 2;
  bottom->height += PADDING / 2;
}

/* ---- Text with styles ------------------------------------------------------------------------------------------- */

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, gsize start, gsize end)
{
  attribute->start_index = (guint) start;
  attribute->end_index = (guint) end;
  pango_attr_list_insert (list, attribute);
}

static void
add_style (PangoAttrList *list, MynaRunStyle style, gsize start, gsize end)
{
  if (style & MYNA_RUN_STRONG)
    add_attribute (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), start, end);
  if (style & MYNA_RUN_EMPHASIS)
    add_attribute (list, pango_attr_style_new (PANGO_STYLE_ITALIC), start, end);
  if (style & MYNA_RUN_STRIKETHROUGH)
    add_attribute (list, pango_attr_strikethrough_new (TRUE), start, end);
  if (style & (MYNA_RUN_CODE | MYNA_RUN_MATHS | MYNA_RUN_HTML))
    {
      add_attribute (list, pango_attr_family_new ("Monospace"), start, end);
      add_attribute (list, pango_attr_scale_new (0.9), start, end);
    }
  if (style & MYNA_RUN_LINK)
    add_attribute (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), start, end);
  if (style & (MYNA_RUN_SUPERSCRIPT | MYNA_RUN_SUBSCRIPT))
    {
      add_attribute (list, pango_attr_rise_new ((style & MYNA_RUN_SUPERSCRIPT ? 3 : -2) * PANGO_SCALE), start, end);
      add_attribute (list, pango_attr_scale_new (0.7), start, end);
    }
}

/* What stands in the place of one character; Pango copies it with the attribute. */
typedef struct
{
  MynaMaths *maths;
} Formula;

static void
formula_clear (gpointer formula)
{
  myna_maths_free (((Formula *) formula)->maths);
}

static gpointer
formula_copy (gconstpointer formula)
{
  return g_rc_box_acquire ((gpointer) formula);
}

static void
formula_free (gpointer formula)
{
  g_rc_box_release_full (formula, formula_clear);
}

static void
draw_formula (cairo_t *cr, PangoAttrShape *shape, gboolean do_path, gpointer user_data)
{
  double x, y;

  cairo_get_current_point (cr, &x, &y);
  if (!do_path)
    myna_maths_draw (((Formula *) shape->data)->maths, cr, x, y);
}

/* NULL: it has no room, and its source is printed, which can be broken. */
static PangoAttribute *
make_formula (Builder *self, const char *font, const char *source, MynaMathsStyle style, double width)
{
  PangoFontDescription *description = pango_font_description_from_string (font);
  double size = pango_font_description_get_size (description) / (double) PANGO_SCALE, formula_width, ascent, descent;
  Formula *formula = g_rc_box_new0 (Formula);
  PangoRectangle room;

  pango_font_description_free (description);
  formula->maths = myna_maths_new_with_pango (source, style, size, self->context);
  myna_maths_get_size (formula->maths, &formula_width, &ascent, &descent);
  if (formula_width > width)
    {
      formula_free (formula);
      return NULL;
    }
  room = (PangoRectangle){ 0, (int) (-ascent * PANGO_SCALE), (int) (formula_width * PANGO_SCALE),
                           (int) ((ascent + descent) * PANGO_SCALE) };
  return pango_attr_shape_new_with_data (&room, &room, formula, formula_copy, formula_free);
}

static PangoLayout *
make_rich (Builder *self, const char *font, const MynaRichString *string, double width)
{
  const double most = width > 0 ? width : self->width;
  g_autoptr (GString) text = g_string_new (NULL);
  PangoAttrList *list = pango_attr_list_new ();
  PangoLayout *layout;
  guint at = 0;

  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);
      gboolean is_formula = (run->style & MYNA_RUN_MATHS) && run->data;
      PangoAttribute *formula = is_formula ? make_formula (self, font, run->data, MYNA_MATHS_INLINE, most) : NULL;
      gsize start;

      g_string_append_len (text, string->text + at, run->start - at);
      start = text->len;
      if (is_formula && !formula)
        g_string_append (text, run->data);
      else
        g_string_append_len (text, string->text + run->start, run->end - run->start);
      if (formula)
        add_attribute (list, formula, start, text->len);
      else
        add_style (list, run->style, start, text->len);
      at = run->end;
    }
  g_string_append (text, string->text + at);
  layout = make_layout (self, font, text->str, list, width);
  pango_attr_list_unref (list);

  return layout;
}

/* ---- Tables ----------------------------------------------------------------------------------------------------- */

/* As wide as the text wants, and where that is too much, less in proportion. */
static double *
measure_columns (Builder *self, const MynaBlock *block, double width)
{
  double *widths = g_new0 (double, block->n_columns);
  double gaps = CELL_GAP * (block->n_columns - 1), sum = 0;

  for (guint i = 0; i < block->cells->len; i++)
    {
      g_autoptr (PangoLayout) layout = make_rich (self, BODY, g_ptr_array_index (block->cells, i), 0);
      PangoRectangle logical;

      pango_layout_get_extents (layout, NULL, &logical);
      widths[i % block->n_columns] = MAX (widths[i % block->n_columns], (double) logical.width / PANGO_SCALE + 1);
    }
  for (guint i = 0; i < block->n_columns; i++)
    sum += widths[i];
  for (guint i = 0; sum + gaps > width && i < block->n_columns; i++)
    widths[i] = MAX (widths[i] * (width - gaps) / sum, MIN (MIN_COLUMN, (width - gaps) / block->n_columns));

  return widths;
}

static void
add_table (Builder *self, const MynaBlock *block, double x)
{
  static const PangoAlignment alignments[] = {
    [MYNA_ALIGN_START] = PANGO_ALIGN_LEFT, [MYNA_ALIGN_CENTER] = PANGO_ALIGN_CENTER, [MYNA_ALIGN_END] = PANGO_ALIGN_RIGHT
  };
  g_autofree double *widths = measure_columns (self, block, self->width - x);

  for (guint row = 0; row * block->n_columns < block->cells->len; row++)
    {
      MynaStrip *strip = add_strip (self, row == 0 ? BLOCK_SPACE : 0, 0);
      double at = x;

      strip->left = x;
      strip->has_rule = TRUE;
      strip->keep_with_next = row == 0;
      for (guint column = 0; column < block->n_columns; column++)
        {
          PangoLayout *layout = make_rich (self, row == 0 ? "Sans Bold 10" : BODY,
                                           g_ptr_array_index (block->cells, row * block->n_columns + column), widths[column]);
          PangoRectangle logical;

          pango_layout_set_alignment (layout, alignments[block->alignments[column]]);
          pango_layout_get_extents (layout, NULL, &logical);
          strip->height = MAX (strip->height, (double) logical.height / PANGO_SCALE + 6);
          add_text (strip, layout, NULL, at, 3);
          at += widths[column] + CELL_GAP;
        }
      strip->right = at - CELL_GAP;
    }
}

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

/* The bars of the quotes that the block is in, and the marker of the list item that it begins. */
static void
decorate (Builder *self, const MynaBlock *block, guint first)
{
  for (guint depth = 0; depth < block->n_containers; depth++)
    {
      const MynaContainer *container = &block->containers[depth];
      double x = INDENT * depth;

      if (container->kind == MYNA_CONTAINER_QUOTE)
        {
          for (guint i = first; i < self->strips->len; i++)
            {
              MynaStrip *strip = get_strip (self, i);

              if (strip->n_bars < MYNA_STRIP_MAX_BARS)
                strip->bars[strip->n_bars++] = x;
            }
        }
      else if (container->is_first)
        {
          const char *marker = container->task == MYNA_TASK_DONE   ? "☑"
                               : container->task == MYNA_TASK_OPEN ? "☐"
                                                                   : container->marker;
          PangoLayout *layout = make_layout (self, BODY, marker, NULL, 0);

          add_text (get_strip (self, first), layout, NULL, x,
                    get_strip (self, first)->paper == MYNA_PAPER_CODE ? PADDING / 2 : 0);
        }
    }
}

static guint
add_heading (Builder *self, const MynaBlock *block, double x)
{
  g_autofree char *font = g_strdup_printf ("Sans Bold %d", (int) MAX (15 - (int) block->level, 10));
  guint first = add_lines (self, make_rich (self, font, &block->string, self->width - x), x, BLOCK_SPACE + 3);

  for (guint i = first; i < self->strips->len; i++)
    get_strip (self, i)->keep_with_next = TRUE;

  return first;
}

/* Paper cannot be unfolded: what is below the head is printed, too. */
static void
add_summary (Builder *self, const MynaBlock *block, double x)
{
  const char *text = *block->string.text ? block->string.text : _ ("Details");
  guint first = add_lines (self, make_layout (self, HEAD, text, NULL, self->width - x), x, BLOCK_SPACE);

  for (guint i = first; i < self->strips->len; i++)
    get_strip (self, i)->keep_with_next = TRUE;
}

static guint
add_code (Builder *self, const char *source, double x)
{
  PangoLayout *layout = make_layout (self, CODE, source, NULL, self->width - x - 2 * PADDING);
  guint first = add_lines (self, layout, x + PADDING, BLOCK_SPACE);

  set_paper (self, first, MYNA_PAPER_CODE, x);

  return first;
}

/* In the middle, on a line of its own. */
static void
add_formula (Builder *self, const char *source, double x)
{
  PangoAttribute *formula = make_formula (self, BODY, source, MYNA_MATHS_DISPLAY, self->width - x);
  PangoAttrList *list = pango_attr_list_new ();
  PangoLayout *layout;

  if (formula)
    add_attribute (list, formula, 0, strlen ("\uFFFC"));
  layout = make_layout (self, formula ? BODY : CODE, formula ? "\uFFFC" : source, list, self->width - x);
  if (formula)
    pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_attr_list_unref (list);
  add_lines (self, layout, x, BLOCK_SPACE);
}

static void
add_block (Builder *self, const MynaBlock *block)
{
  double x = MIN (INDENT * block->n_containers, self->width / 2);
  guint first = self->strips->len;

  switch (block->kind)
    {
    case MYNA_BLOCK_CODE: add_code (self, myna_block_get_source (block), x); break;
    case MYNA_BLOCK_MATHS: add_formula (self, block->string.text, x); break;
    case MYNA_BLOCK_HTML:
      add_lines (self, make_layout (self, CODE, block->string.text, NULL, self->width - x), x, BLOCK_SPACE);
      break;
    case MYNA_BLOCK_TABLE: add_table (self, block, x); break;
    case MYNA_BLOCK_RULE: add_strip (self, BLOCK_SPACE, 4)->has_rule = TRUE; break;
    case MYNA_BLOCK_HEADING: add_heading (self, block, x); break;
    case MYNA_BLOCK_SUMMARY: add_summary (self, block, x); break;
    case MYNA_BLOCK_PARAGRAPH:
    default: add_lines (self, make_rich (self, BODY, &block->string, self->width - x), x, block->is_tight ? 1 : BLOCK_SPACE);
    }
  if (self->strips->len > first)
    decorate (self, block, first);
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

static void
add_small (Builder *self, const char *text, double before)
{
  guint first = add_lines (self, make_layout (self, SMALL, text, NULL, self->width), 0, before);

  for (guint i = first; i < self->strips->len; i++)
    {
      get_strip (self, i)->is_grey = TRUE;
      get_strip (self, i)->keep_with_next = TRUE;
    }
}

static void
add_attachments (Builder *self, const char *json)
{
  g_autoptr (GPtrArray) attachments = myna_attachments_from_json (json);

  for (guint i = 0; attachments && i < attachments->len; i++)
    {
      MynaAttachment *attachment = g_ptr_array_index (attachments, i);
      /* Translators: %s is the name of a file */
      g_autofree char *text = g_strdup_printf (_ ("Attached: %s"), attachment->name);

      add_small (self, text, 2);
    }
}

static void
add_markdown (Builder *self, const char *text)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks;

  myna_markdown_set_whole_text (document, text, NULL, NULL);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    add_block (self, g_ptr_array_index (blocks, i));
}

/* Grey, with a bar. */
static void
add_thought (Builder *self, const char *text)
{
  guint first = self->strips->len;
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\n> ", lines);
  g_autofree char *quote = g_strconcat ("> ", joined, NULL);

  add_markdown (self, quote);
  for (guint i = first; i < self->strips->len; i++)
    get_strip (self, i)->is_grey = TRUE;
}

static void
add_parts (Builder *self, const StoreMessage *message)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (message->role, message->text, message->call, parts);

  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *text = myna_part_dup_markdown (&parts[i], message->call);
      g_autofree char *head = NULL;

      if (parts[i].kind == STORE_PART_CALL)
        {
          head = g_strdup_printf (C_ ("export", "Tool call: %s"), message->call->tool);
          add_small (self, head, BLOCK_SPACE);
        }
      if (parts[i].kind == STORE_PART_THOUGHT)
        add_thought (self, g_strstrip (text));
      else
        add_markdown (self, text);
    }
}

static void
add_message (Builder *self, const StoreMessage *message)
{
  guint first =
      add_lines (self, make_layout (self, HEAD, store_message_get_speaker (message), NULL, self->width), 0, TURN_SPACE);

  for (guint i = first; i < self->strips->len; i++)
    get_strip (self, i)->keep_with_next = TRUE;
  if (message->attachments)
    add_attachments (self, message->attachments);
  if (message->role == STORE_ROLE_ASSISTANT || message->role == STORE_ROLE_OBSERVATION)
    {
      add_parts (self, message);
    }
  else
    {
      first = add_lines (self, make_layout (self, BODY, message->text, NULL, self->width - 2 * PADDING), PADDING, 4);
      set_paper (self, first, MYNA_PAPER_QUESTION, 0);
    }
}

GPtrArray *
myna_chat_strips_new (PangoContext *context, double width, const StoreConversation *conversation, GPtrArray *messages)
{
  Builder self = { context, width, g_ptr_array_new_with_free_func (strip_free) };
  const char *title = *conversation->title ? conversation->title : C_ ("export", "Untitled chat");
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (conversation->created_at / 1000);
  g_autofree char *date = time ? g_date_time_format (time, _ ("%B %-e, %Y, %H:%M")) : NULL;

  pango_cairo_context_set_shape_renderer (context, draw_formula, NULL, NULL);
  add_lines (&self, make_layout (&self, TITLE, title, NULL, width), 0, 0);
  if (date)
    add_small (&self, date, 2);
  for (guint i = 0; i < messages->len; i++)
    add_message (&self, g_ptr_array_index (messages, i));

  return self.strips;
}
