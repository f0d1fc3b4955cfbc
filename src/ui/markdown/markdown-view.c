/* markdown-view.c: a widget that shows one markdown message and grows while it streams
 *
 * The view owns one child a block and places the children itself: no nested boxes, because those measure everything many
 * times.  A child's height for a width is remembered by GTK until the child asks for another size, so that while a reply
 * streams only the block that changed is measured.
 *
 * What surrounds blocks (bars of quotes, markers of lists) is drawn here, in the margins that the layout leaves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "markdown/block-views.h"
#include "markdown/markdown-view-private.h"
#include "markdown/text-direction.h"

#define BLOCK_SPACING   12
#define TIGHT_SPACING   4
#define HEADING_SPACING 18 /* above a heading */
#define QUOTE_INDENT    15
#define ITEM_INDENT     24
#define DIGIT_WIDTH     9
#define MARKER_GAP      8
#define USUAL_SIZE      15.0 /* px of text, for which the indents hold */
#define SAFE_WIDTH      240  /* that no kind of block needs more than */

G_DEFINE_FINAL_TYPE (MynaMarkdownView, myna_markdown_view, GTK_TYPE_WIDGET)

int
myna_container_get_indent (MynaMarkdownView *self, const MynaContainer *container)
{
  int digits = (int) strlen (container->marker) * DIGIT_WIDTH;

  if (container->kind == MYNA_CONTAINER_QUOTE || container->kind == MYNA_CONTAINER_THINKING)
    return QUOTE_INDENT;
  return MAX (ITEM_INDENT, digits + MARKER_GAP) * self->scale;
}

int
myna_markdown_view_get_indent (MynaMarkdownView *self, const MynaBlock *block)
{
  int indent = 0;

  for (guint i = 0; i < block->n_containers; i++)
    indent += myna_container_get_indent (self, &block->containers[i]);
  return indent;
}

static int
get_spacing (MynaMarkdownView *self, guint i)
{
  MynaBlock *block = MYNA_ITEM (self, i)->block;

  if (i == 0)
    return 0;
  if (block->kind == MYNA_BLOCK_HEADING)
    return HEADING_SPACING;
  return block->is_tight ? TIGHT_SPACING : BLOCK_SPACING;
}

static gboolean
is_folded (MynaMarkdownView *self, const MynaBlock *block)
{
  return !self->thinking_unfolded && block->n_containers > 0 && block->containers[0].kind == MYNA_CONTAINER_THINKING;
}

static void
update_visibility (MynaMarkdownView *self, guint first)
{
  for (guint i = first; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);

      gboolean was_visible = item->is_visible;

      item->is_visible = !is_folded (self, MYNA_ITEM (self, i)->block);
      if (item->is_visible != was_visible && item->widget)
        gtk_widget_set_child_visible (GTK_WIDGET (item->widget), item->is_visible && item->is_exact);
    }
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
thinking_toggled (MynaMarkdownView *self, MynaThinkingBlock *block)
{
  self->thinking_unfolded = myna_thinking_block_get_unfolded (block);
  update_visibility (self, 0);
}

void
myna_markdown_view_unfold (MynaMarkdownView *self)
{
  self->thinking_unfolded = TRUE;
  update_visibility (self, 0);
}

static void
clear_item (gpointer data)
{
  MynaItem *item = data;

  myna_item_clear_decoration (item);
  if (item->widget)
    gtk_widget_unparent (GTK_WIDGET (item->widget));
  g_clear_pointer (&item->matches, g_array_unref);
  g_clear_pointer (&item->block, myna_block_unref);
}

/* The children stand in the order of the blocks: Tab goes along them. */
static GtkWidget *
get_next_widget (MynaMarkdownView *self, guint i)
{
  while (++i < self->items->len)
    if (MYNA_ITEM (self, i)->widget)
      return GTK_WIDGET (MYNA_ITEM (self, i)->widget);
  return NULL;
}

MynaBlockView *
myna_markdown_view_get_widget (MynaMarkdownView *self, guint i)
{
  MynaItem *item = MYNA_ITEM (self, i);

  if (item->widget)
    return item->widget;
  item->widget = MYNA_BLOCK_VIEW (myna_block_view_new (item->block));
  gtk_widget_set_direction (GTK_WIDGET (item->widget), self->text_direction);
  gtk_widget_set_child_visible (GTK_WIDGET (item->widget), item->is_visible && item->is_exact);
  gtk_widget_insert_before (GTK_WIDGET (item->widget), GTK_WIDGET (self), get_next_widget (self, i));
  if (item->block->kind == MYNA_BLOCK_THINKING)
    g_signal_connect_object (item->widget, "toggled", G_CALLBACK (thinking_toggled), self, G_CONNECT_SWAPPED);
  if (item->matches)
    myna_block_view_set_matches (item->widget, g_array_ref (item->matches));
  myna_markdown_view_selection_show (self, i);
  return item->widget;
}

/* The direction of the message is that of its first words; without any it is the program's. */
static void
update_direction (MynaMarkdownView *self, GPtrArray *blocks)
{
  PangoDirection found = PANGO_DIRECTION_NEUTRAL;
  GtkTextDirection direction;

  for (guint i = 0; i < blocks->len && found == PANGO_DIRECTION_NEUTRAL; i++)
    {
      const MynaBlock *block = blocks->pdata[i];

      if (block->kind == MYNA_BLOCK_PARAGRAPH || block->kind == MYNA_BLOCK_HEADING)
        found = myna_text_direction (block->string.text);
    }
  direction = found == PANGO_DIRECTION_RTL   ? GTK_TEXT_DIR_RTL
              : found == PANGO_DIRECTION_LTR ? GTK_TEXT_DIR_LTR
                                             : GTK_TEXT_DIR_NONE;
  if (direction == self->text_direction)
    return;
  self->text_direction = direction;
  gtk_widget_set_direction (GTK_WIDGET (self), direction);
  for (guint i = 0; i < self->items->len; i++)
    {
      if (MYNA_ITEM (self, i)->widget)
        gtk_widget_set_direction (GTK_WIDGET (MYNA_ITEM (self, i)->widget), direction);
      myna_item_clear_decoration (MYNA_ITEM (self, i));
    }
}

static void
show_block (MynaMarkdownView *self, guint i, MynaBlock *block)
{
  MynaItem item = { .block = myna_block_ref (block), .is_visible = TRUE };

  if (i >= self->items->len)
    {
      g_array_append_val (self->items, item);
    }
  else if (MYNA_ITEM (self, i)->block->kind != block->kind)
    {
      clear_item (MYNA_ITEM (self, i));
      *MYNA_ITEM (self, i) = item;
    }
  else
    {
      MynaItem *old = MYNA_ITEM (self, i);

      myna_item_clear_decoration (old);
      myna_block_unref (old->block);
      old->block = item.block;
      if (old->widget)
        myna_block_view_set_block (old->widget, block);
    }
}

void
myna_markdown_view_set_text (MynaMarkdownView *self, const char *text)
{
  GPtrArray *blocks;
  guint first;

  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  first = myna_markdown_set_text (self->document, text ? text : "");
  blocks = myna_markdown_get_blocks (self->document);
  update_direction (self, blocks);
  for (guint i = first; i < blocks->len; i++)
    show_block (self, i, blocks->pdata[i]);
  if (blocks->len < self->items->len)
    g_array_set_size (self->items, blocks->len);
  myna_markdown_view_estimate (self, first);
  update_visibility (self, first);
  myna_markdown_view_search_update (self, first);
  myna_markdown_view_selection_update (self, first);
}

void
myna_markdown_view_set_streaming (MynaMarkdownView *self, gboolean streaming)
{
  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  if (self->is_streaming == streaming)
    return;
  self->is_streaming = streaming;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
myna_item_get_width (MynaItem *item, int width, int indent)
{
  int minimum;

  if (width - indent >= SAFE_WIDTH)
    return width - indent;
  gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return MAX (width - indent, minimum);
}

static GtkSizeRequestMode
myna_markdown_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
myna_markdown_view_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                            int *minimum_baseline, int *natural_baseline)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_VERTICAL)
    myna_markdown_view_width_asked (self, for_size);
  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      int indent = myna_markdown_view_get_indent (self, MYNA_ITEM (self, i)->block);
      int child_minimum, child_natural, child_for_size = -1;

      if (!item->is_visible)
        continue;
      if (!item->is_exact)
        {
          /* A row's width is given, never asked for: what is not laid out has no say in it. */
          if (orientation == GTK_ORIENTATION_VERTICAL)
            *minimum = *natural += get_spacing (self, i) + item->height;
          continue;
        }
      if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
        child_for_size = myna_item_get_width (item, for_size, indent);
      gtk_widget_measure (GTK_WIDGET (item->widget), orientation, child_for_size, &child_minimum, &child_natural, NULL, NULL);
      if (orientation == GTK_ORIENTATION_VERTICAL)
        {
          *natural += get_spacing (self, i) + child_natural;
          *minimum = *natural;
        }
      else
        {
          *minimum = MAX (*minimum, indent + child_minimum);
          *natural = MAX (*natural, indent + child_natural);
        }
    }
}

static void
myna_markdown_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int y = 0;

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);
      MynaItem old = *item;
      int indent = myna_markdown_view_get_indent (self, MYNA_ITEM (self, i)->block);

      if (!item->is_visible)
        continue;
      if (item->is_exact)
        {
          item->width = myna_item_get_width (item, width, indent);
          gtk_widget_measure (GTK_WIDGET (item->widget), GTK_ORIENTATION_VERTICAL, item->width, NULL, &item->height, NULL,
                              NULL);
        }
      item->top = y;
      y += get_spacing (self, i);
      item->x = rtl ? width - indent - item->width : indent;
      item->y = y;
      if (item->x != old.x || item->y != old.y || item->width != old.width || item->height != old.height
          || item->top != old.top)
        myna_item_clear_decoration (item);
      if (item->is_exact)
        gtk_widget_size_allocate (GTK_WIDGET (item->widget), &(GtkAllocation){ item->x, item->y, item->width, item->height },
                                  -1);
      y += item->height;
    }
  myna_markdown_view_update_drawn (self);
  if (self->menu)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
myna_markdown_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  myna_markdown_view_snapshot_containers (self, snapshot);
  for (guint i = 0; i < self->items->len; i++)
    if (MYNA_ITEM (self, i)->widget && gtk_widget_get_child_visible (GTK_WIDGET (MYNA_ITEM (self, i)->widget)))
      gtk_widget_snapshot_child (widget, GTK_WIDGET (MYNA_ITEM (self, i)->widget), snapshot);
  if (self->is_streaming)
    myna_markdown_view_snapshot_caret (self, snapshot);
}

/* Whether there may be something in the block that the keyboard can get to. */
static gboolean
has_stops (const MynaBlock *block)
{
  switch (block->kind)
    {
    case MYNA_BLOCK_RULE: return FALSE;
    case MYNA_BLOCK_PARAGRAPH:
    case MYNA_BLOCK_HEADING:
      for (guint i = 0; block->string.runs && i < block->string.runs->len; i++)
        if (g_array_index (block->string.runs, MynaRun, i).style & MYNA_RUN_LINK)
          return TRUE;
      return FALSE;
    default: return TRUE;
    }
}

/* What is far away has no place yet. */
static gboolean
focus_block (MynaMarkdownView *self, guint i, GtkDirectionType direction)
{
  MynaItem *item = MYNA_ITEM (self, i);
  GtkWidget *child;
  gboolean was_mapped;

  if (is_folded (self, item->block) || (!item->widget && !has_stops (item->block)))
    return FALSE;
  child = GTK_WIDGET (myna_markdown_view_get_widget (self, i));
  was_mapped = gtk_widget_get_child_visible (child);
  gtk_widget_set_child_visible (child, TRUE);
  if (gtk_widget_child_focus (child, direction))
    {
      if (!item->is_exact)
        gtk_widget_queue_resize (GTK_WIDGET (self));
      item->is_exact = TRUE;
      return TRUE;
    }
  gtk_widget_set_child_visible (child, was_mapped);
  return FALSE;
}

/* Tab goes through what is in the blocks (links, buttons); the view as a whole is no stop on its way. */
static gboolean
myna_markdown_view_focus (GtkWidget *widget, GtkDirectionType direction)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);
  gboolean backward = direction == GTK_DIR_TAB_BACKWARD || direction == GTK_DIR_UP || direction == GTK_DIR_LEFT;
  GtkWidget *child = gtk_widget_get_focus_child (widget);
  guint n = self->items->len, i = backward ? n : G_MAXUINT;

  if (child && gtk_widget_child_focus (child, direction))
    return TRUE;
  if (!child && gtk_widget_has_focus (widget) && backward)
    return FALSE;
  for (guint j = 0; child && j < n; j++)
    if (GTK_WIDGET (MYNA_ITEM (self, j)->widget) == child)
      i = j;
  /* From the block before or behind it; G_MAXUINT + 1 is the first. */
  for (i = backward ? i - 1 : i + 1; i < n; i = backward ? i - 1 : i + 1)
    if (focus_block (self, i, direction))
      return TRUE;
  return FALSE;
}

/* Markers are indented by the size of the text. */
static void
style_changed (MynaMarkdownView *self)
{
  PangoContext *context = gtk_widget_create_pango_context (GTK_WIDGET (self));

  self->scale = MAX (1, myna_text_context_get_font_size (context) / USUAL_SIZE);
  g_object_unref (context);
  for (guint i = 0; i < self->items->len; i++)
    myna_item_clear_decoration (MYNA_ITEM (self, i));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
myna_markdown_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  GTK_WIDGET_CLASS (myna_markdown_view_parent_class)->css_changed (widget, change);
  myna_ink_init (&self->ink, widget);
  style_changed (self);
}

static void
myna_markdown_view_system_setting_changed (GtkWidget *widget, GtkSystemSetting setting)
{
  GTK_WIDGET_CLASS (myna_markdown_view_parent_class)->system_setting_changed (widget, setting);
  style_changed (MYNA_MARKDOWN_VIEW (widget));
}

static void
myna_markdown_view_dispose (GObject *object)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (object);

  myna_markdown_view_lazy_dispose (self);
  myna_markdown_view_menu_dispose (self);
  g_array_set_size (self->items, 0);
  G_OBJECT_CLASS (myna_markdown_view_parent_class)->dispose (object);
}

static void
myna_markdown_view_finalize (GObject *object)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (object);

  g_array_unref (self->items);
  myna_markdown_free (self->document);
  g_free (self->needle);
  G_OBJECT_CLASS (myna_markdown_view_parent_class)->finalize (object);
}

static void
myna_markdown_view_class_init (MynaMarkdownViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_markdown_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_markdown_view_finalize;
  widget_class->get_request_mode = myna_markdown_view_get_request_mode;
  widget_class->measure = myna_markdown_view_measure;
  widget_class->size_allocate = myna_markdown_view_size_allocate;
  widget_class->snapshot = myna_markdown_view_snapshot;
  widget_class->css_changed = myna_markdown_view_css_changed;
  widget_class->system_setting_changed = myna_markdown_view_system_setting_changed;
  widget_class->focus = myna_markdown_view_focus;
  gtk_widget_class_set_css_name (widget_class, "markdown");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  myna_markdown_view_selection_class_init (widget_class);
  myna_markdown_view_menu_class_init (widget_class);
  myna_markdown_view_lazy_class_init (widget_class);
}

static void
myna_markdown_view_init (MynaMarkdownView *self)
{
  self->document = myna_markdown_new ();
  self->scale = 1;
  self->items = g_array_new (FALSE, TRUE, sizeof (MynaItem));
  g_array_set_clear_func (self->items, clear_item);
  myna_ink_init (&self->ink, GTK_WIDGET (self));
  self->drawn_top = G_MININT;
  self->drawn_bottom = G_MAXINT;
  myna_markdown_view_selection_init (self);
  myna_markdown_view_menu_init (self);
}

GtkWidget *
myna_markdown_view_new (void)
{
  return g_object_new (MYNA_TYPE_MARKDOWN_VIEW, NULL);
}
