/* markdown-selection.c: pointer, keyboard and clipboard of the markdown view
 *
 * One selection goes through all blocks: from the anchor, where the pointer went down, to the cursor, where it is.  Both are
 * a block and a byte offset in its text, so the selection stays while text is added behind it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>
#include <string.h>

#include "markdown/block-views.h"
#include "markdown/markdown-view-private.h"
#include "base/ui-compat.h"

static int
compare_positions (MynaPosition a, MynaPosition b)
{
  if (a.item != b.item)
    return a.item < b.item ? -1 : 1;
  return a.index < b.index ? -1 : a.index > b.index;
}

static guint
get_length (MynaMarkdownView *self, guint item)
{
  return strlen (myna_block_view_get_text (myna_markdown_view_get_widget (self, item)));
}

/* The part of block `i` that is selected; whether there is any (a rule between selected blocks is, with no text). */
static gboolean
get_item_selection (MynaMarkdownView *self, guint i, guint *ret_start, guint *ret_end)
{
  gboolean forward = compare_positions (self->anchor, self->cursor) <= 0;
  MynaPosition start = forward ? self->anchor : self->cursor;
  MynaPosition end = forward ? self->cursor : self->anchor;

  *ret_start = *ret_end = 0;
  if (!self->has_selection || i < start.item || i > end.item || !MYNA_ITEM (self, i)->is_visible)
    return FALSE;
  *ret_start = i == start.item ? start.index : 0;
  *ret_end = i == end.item ? end.index : get_length (self, i);
  return TRUE;
}

void
myna_markdown_view_selection_show (MynaMarkdownView *self, guint i)
{
  guint start, end;

  get_item_selection (self, i, &start, &end);
  myna_block_view_set_selection (MYNA_ITEM (self, i)->widget, start, end);
}

static void
show_selection (MynaMarkdownView *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (MYNA_ITEM (self, i)->widget)
      myna_markdown_view_selection_show (self, i);
}

static void
set_selection (MynaMarkdownView *self, MynaPosition anchor, MynaPosition cursor)
{
  self->anchor = anchor;
  self->cursor = cursor;
  self->has_selection = compare_positions (anchor, cursor) != 0;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "markdown.copy", self->has_selection);
  show_selection (self);
}

static void
clamp_position (MynaMarkdownView *self, MynaPosition *position)
{
  if (position->item >= self->items->len)
    *position = (MynaPosition){ self->items->len - 1, G_MAXUINT };
  position->index = MIN (position->index, get_length (self, position->item));
}

void
myna_markdown_view_selection_update (MynaMarkdownView *self, guint first)
{
  if (!self->has_selection)
    return;
  if (self->items->len == 0)
    {
      self->has_selection = FALSE;
      return;
    }
  clamp_position (self, &self->anchor);
  clamp_position (self, &self->cursor);
  show_selection (self);
}

/* Appends [start, end) of block `i`, with the markers of the items that it begins. */
static void
append_block (MynaMarkdownView *self, guint i, guint start, guint end, GString *text)
{
  MynaBlock *block = MYNA_ITEM (self, i)->block;

  if (text->len > 0)
    g_string_append (text, block->is_tight ? "\n" : "\n\n");
  for (guint depth = 0; start == 0 && depth < block->n_containers; depth++)
    if (block->containers[depth].is_first && block->containers[depth].marker[0] != '\0')
      g_string_append_printf (text, "%s ", block->containers[depth].marker);
  myna_block_view_copy (myna_markdown_view_get_widget (self, i), start, end, text);
}

char *
myna_markdown_view_get_selected_text (MynaMarkdownView *self)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), NULL);

  for (guint i = 0; i < self->items->len; i++)
    {
      guint start, end;

      if (!get_item_selection (self, i, &start, &end))
        continue;
      if (!text)
        text = g_string_new (NULL);
      append_block (self, i, start, end, text);
    }
  return text ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

char *
myna_markdown_view_get_text (MynaMarkdownView *self)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), NULL);

  for (guint i = 0; i < self->items->len; i++)
    if (MYNA_ITEM (self, i)->is_visible)
      append_block (self, i, 0, get_length (self, i), text);
  return g_string_free (text, FALSE);
}

void
myna_markdown_view_select_all (MynaMarkdownView *self)
{
  guint last;

  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  if (self->items->len == 0)
    return;
  last = self->items->len - 1;
  set_selection (self, (MynaPosition){ 0, 0 }, (MynaPosition){ last, get_length (self, last) });
}

/* Block at height `y`, or the one above the gap; -1 if there is none. */
static int
item_at (MynaMarkdownView *self, double y)
{
  int found = -1;

  for (guint i = 0; i < self->items->len; i++)
    {
      MynaItem *item = MYNA_ITEM (self, i);

      if (item->is_visible && (found < 0 || item->y <= y))
        found = i;
    }
  return found;
}

static gboolean
to_block (MynaMarkdownView *self, guint i, double x, double y, graphene_point_t *ret_point)
{
  GtkWidget *widget = GTK_WIDGET (myna_markdown_view_get_widget (self, i));

  return gtk_widget_compute_point (GTK_WIDGET (self), widget, &GRAPHENE_POINT_INIT (x, y), ret_point);
}

static gboolean
position_at (MynaMarkdownView *self, double x, double y, MynaPosition *ret_position)
{
  int i = item_at (self, y);
  graphene_point_t point;

  if (i < 0 || !to_block (self, i, x, y, &point))
    return FALSE;
  *ret_position = (MynaPosition){ i, myna_block_view_index_at (MYNA_ITEM (self, i)->widget, point.x, point.y) };
  return TRUE;
}

/* Target of the link under a point, or NULL; valid until the text changes. */
const char *
myna_markdown_view_link_at (MynaMarkdownView *self, double x, double y)
{
  int i = item_at (self, y);
  graphene_point_t point;
  const MynaRun *run;

  if (i < 0 || !to_block (self, i, x, y, &point))
    return NULL;
  run = myna_block_view_run_at (MYNA_ITEM (self, i)->widget, point.x, point.y);
  return run && (run->style & MYNA_RUN_LINK) ? run->data : NULL;
}

/* Buttons and scroll bars inside blocks keep their clicks. */
gboolean
myna_markdown_view_is_on_control (MynaMarkdownView *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  for (; widget && widget != GTK_WIDGET (self); widget = gtk_widget_get_parent (widget))
    if (GTK_IS_BUTTON (widget) || GTK_IS_SCROLLBAR (widget))
      return TRUE;
  return FALSE;
}

/* The word around a place, in any language that Pango knows. */
static MynaRange
word_around (const char *text, guint index)
{
  int n_chars = g_utf8_strlen (text, -1), at = g_utf8_pointer_to_offset (text, text + index);
  g_autofree PangoLogAttr *attributes = g_new0 (PangoLogAttr, n_chars + 1);
  int start = at, end = at + 1;

  if (n_chars == 0)
    return (MynaRange){ 0, 0 };
  pango_get_log_attrs (text, -1, -1, pango_language_get_default (), attributes, n_chars + 1);
  while (start > 0 && !attributes[start].is_word_start && !attributes[start].is_word_end)
    start--;
  while (end < n_chars && !attributes[end].is_word_end && !attributes[end].is_word_start)
    end++;
  end = MIN (end, n_chars);
  return (MynaRange){ g_utf8_offset_to_pointer (text, start) - text, g_utf8_offset_to_pointer (text, end) - text };
}

static void
click_pressed (MynaMarkdownView *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  MynaPosition position;
  MynaRange range;

  if (myna_markdown_view_is_on_control (self, x, y) || !position_at (self, x, y, &position))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 1 || (n_press != 2 && n_press != 3))
    return;
  range = (MynaRange){ 0, get_length (self, position.item) };
  if (n_press == 2)
    range = word_around (myna_block_view_get_text (myna_markdown_view_get_widget (self, position.item)), position.index);
  set_selection (self, (MynaPosition){ position.item, range.start }, (MynaPosition){ position.item, range.end });
}

static void
click_released (MynaMarkdownView *self, int n_press, double x, double y)
{
  const char *target = myna_markdown_view_link_at (self, x, y);

  if (n_press == 1 && target && !self->has_selection)
    myna_markdown_view_open_link (self, target);
}

static void
drag_begin (MynaMarkdownView *self, double x, double y, GtkGesture *gesture)
{
  gboolean extend = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)) & GDK_SHIFT_MASK;
  MynaPosition position;

  if (myna_markdown_view_is_on_control (self, x, y) || !position_at (self, x, y, &position))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->is_selecting = TRUE;
  set_selection (self, extend && self->has_selection ? self->anchor : position, position);
}

static void
drag_update (MynaMarkdownView *self, double offset_x, double offset_y, GtkGestureDrag *gesture)
{
  double x, y;
  MynaPosition position;

  if (!self->is_selecting || !gtk_gesture_drag_get_start_point (gesture, &x, &y)
      || !gtk_drag_check_threshold (GTK_WIDGET (self), x, y, x + offset_x, y + offset_y))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (position_at (self, x + offset_x, y + offset_y, &position))
    set_selection (self, self->anchor, position);
}

static void
drag_end (MynaMarkdownView *self)
{
  g_autofree char *text = self->has_selection ? myna_markdown_view_get_selected_text (self) : NULL;

  self->is_selecting = FALSE;
  if (text)
    gdk_clipboard_set_text (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), text);
}

static void
pointer_moved (MynaMarkdownView *self, double x, double y)
{
  const char *cursor = myna_markdown_view_is_on_control (self, x, y) ? NULL
                       : myna_markdown_view_link_at (self, x, y)     ? "pointer"
                                                                     : "text";

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

/* The address as it is on the wire, so that letters of another script cannot pass for Latin ones. */
static char *
display_target (const char *target)
{
  g_autoptr (GUri) uri = g_uri_parse (target, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  g_autofree char *ascii = host && g_hostname_is_non_ascii (host) ? g_hostname_to_ascii (host) : NULL;
  const char *at = ascii ? strstr (target, host) : NULL;

  if (!at)
    return g_strdup (target);
  return g_strdup_printf ("%.*s%s%s", (int) (at - target), target, ascii, at + strlen (host));
}

static gboolean
query_tooltip (MynaMarkdownView *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const char *target = keyboard ? NULL : myna_markdown_view_link_at (self, x, y);
  g_autofree char *text = target ? display_target (target) : NULL;

  if (!text)
    return FALSE;
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = myna_markdown_view_get_selected_text (MYNA_MARKDOWN_VIEW (widget));

  if (text)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_markdown_view_select_all (MYNA_MARKDOWN_VIEW (widget));
}

void
myna_markdown_view_selection_class_init (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "markdown.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "markdown.select-all", NULL, select_all_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "markdown.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_a, GDK_CONTROL_MASK, "markdown.select-all", NULL);
}

static void
add_gesture (MynaMarkdownView *self, GtkGesture *gesture)
{
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_PRIMARY);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (gesture));
}

void
myna_markdown_view_selection_init (MynaMarkdownView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end), self);
  add_gesture (self, drag);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (click_pressed), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (click_released), self);
  add_gesture (self, click);
  gtk_gesture_group (drag, click);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (pointer_moved), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip), NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "markdown.copy", FALSE);
}
