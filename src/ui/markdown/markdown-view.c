/* markdown-view.c: a widget that shows one markdown message and grows while it streams
 *
 * The column (block-column.h) places the blocks; this is what a person does with them: pointer, keyboard and clipboard, the
 * menu, links, and finding text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/markdown-view.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/controls.h"
#include "markdown/block-column.h"
#include "markdown/link.h"
#include "markup/markdown-link.h"
#include "markup/markdown-matches.h"
#include "markup/markdown-reader.h"
#include "markup/markdown-selection.h"

struct _MynaMarkdownView
{
  MynaBlockColumn parent_instance;

  MynaMarkdownReader *reader;
  MynaSelection selection;
  gboolean is_selecting;
  char *menu_link; /* target under the pointer when the menu opened */
  GtkWidget *menu;
  GMenuModel *extra_menu; /* of the owner, below what the view has itself; NULL for none */

  MynaMatches *matches;
};

G_DEFINE_FINAL_TYPE (MynaMarkdownView, myna_markdown_view, MYNA_TYPE_BLOCK_COLUMN)

static MynaBlockView *
get_widget (MynaMarkdownView *self, guint i)
{
  return myna_block_column_get_widget (&self->parent_instance, i);
}

/* The blocks that the column shows. */
static GPtrArray *
get_blocks (MynaMarkdownView *self)
{
  return myna_markdown_reader_get_shown (self->reader);
}

/* ---- Selection -------------------------------------------------------------------------------------------------- */

static void
show_selection (MynaMarkdownView *self, guint i)
{
  MynaRange range;

  myna_selection_get (&self->selection, get_blocks (self), i, &range);
  myna_block_view_set_selection (MYNA_ITEM (&self->parent_instance, i)->widget, range.start, range.end);
}

static void
show_matches (MynaMarkdownView *self, guint i)
{
  GArray *found = myna_matches_get (self->matches, i);

  myna_block_view_set_matches (MYNA_ITEM (&self->parent_instance, i)->widget, found ? g_array_ref (found) : NULL);
}

static void
myna_markdown_view_shown (MynaBlockColumn *column, guint i)
{
  show_selection (MYNA_MARKDOWN_VIEW (column), i);
  show_matches (MYNA_MARKDOWN_VIEW (column), i);
}

/* Calls `show` for the blocks from `first` on that have widgets. */
static void
show_in_blocks (MynaMarkdownView *self, guint first, void (*show) (MynaMarkdownView *self, guint i))
{
  for (guint i = first; i < self->parent_instance.items->len; i++)
    if (MYNA_ITEM (&self->parent_instance, i)->widget)
      show (self, i);
}

static void
set_selection (MynaMarkdownView *self, MynaSelection selection)
{
  self->selection = selection;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "markdown.copy", !myna_selection_is_empty (&selection));
  show_in_blocks (self, 0, show_selection);
}

char *
myna_markdown_view_get_selected_text (MynaMarkdownView *self)
{
  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), NULL);

  return myna_selection_dup_text (&self->selection, get_blocks (self));
}

char *
myna_markdown_view_get_text (MynaMarkdownView *self)
{
  GPtrArray *blocks = myna_markdown_reader_get_blocks (self->reader); /* what is folded away is text, too */
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), NULL);

  for (guint i = 0; i < blocks->len; i++)
    myna_block_append_plain (blocks->pdata[i], 0, G_MAXUINT, text);
  return g_string_free (text, FALSE);
}

void
myna_markdown_view_select_all (MynaMarkdownView *self)
{
  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  set_selection (self, myna_selection_all (get_blocks (self)));
}

/* Block at height `y`, or the one above the gap; -1 if there is none. */
static int
item_at (MynaMarkdownView *self, double y)
{
  int found = -1;

  for (guint i = 0; i < self->parent_instance.items->len; i++)
    {
      if (found < 0 || MYNA_ITEM (&self->parent_instance, i)->y <= y)
        found = i;
    }
  return found;
}

static gboolean
to_block (MynaMarkdownView *self, guint i, double x, double y, graphene_point_t *ret_point)
{
  GtkWidget *widget = GTK_WIDGET (get_widget (self, i));

  return gtk_widget_compute_point (GTK_WIDGET (self), widget, &GRAPHENE_POINT_INIT (x, y), ret_point);
}

static gboolean
place_at (MynaMarkdownView *self, double x, double y, MynaPlace *ret_place)
{
  int i = item_at (self, y);
  graphene_point_t point;

  if (i < 0 || !to_block (self, i, x, y, &point))
    return FALSE;
  *ret_place = (MynaPlace){ i, myna_block_view_index_at (MYNA_ITEM (&self->parent_instance, i)->widget, point.x, point.y) };
  return TRUE;
}

/* Target of the link under a point, or NULL; valid until the text changes. */
static const char *
link_at (MynaMarkdownView *self, double x, double y)
{
  int i = item_at (self, y);
  graphene_point_t point;
  const MynaRun *run;

  if (i < 0 || !to_block (self, i, x, y, &point))
    return NULL;
  run = myna_block_view_run_at (MYNA_ITEM (&self->parent_instance, i)->widget, point.x, point.y);
  return run && (run->style & MYNA_RUN_LINK) ? run->data : NULL;
}

/* Buttons and scroll bars inside blocks keep their clicks. */
static gboolean
is_on_control (MynaMarkdownView *self, double x, double y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  for (; widget && widget != GTK_WIDGET (self); widget = gtk_widget_get_parent (widget))
    if (GTK_IS_BUTTON (widget) || GTK_IS_SCROLLBAR (widget))
      return TRUE;
  return FALSE;
}

static void
click_pressed (MynaMarkdownView *self, int n_press, double x, double y, GtkGestureClick *gesture)
{
  MynaPlace place;
  const char *text;
  MynaRange range;

  if (is_on_control (self, x, y) || !place_at (self, x, y, &place))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press == 1 || (n_press != 2 && n_press != 3))
    return;
  text = ((MynaBlock *) get_blocks (self)->pdata[place.block])->string.text;
  range = n_press == 2 ? myna_text_find_word (text, place.index) : (MynaRange){ 0, strlen (text) };
  set_selection (self, (MynaSelection){ { place.block, range.start }, { place.block, range.end } });
}

static void
click_released (MynaMarkdownView *self, int n_press, double x, double y)
{
  const char *target = link_at (self, x, y);

  if (n_press == 1 && target && myna_selection_is_empty (&self->selection))
    myna_link_open (GTK_WIDGET (self), target);
}

static void
drag_begin (MynaMarkdownView *self, double x, double y, GtkGesture *gesture)
{
  gboolean extend = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture)) & GDK_SHIFT_MASK;
  MynaPlace place;

  if (is_on_control (self, x, y) || !place_at (self, x, y, &place))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->is_selecting = TRUE;
  extend &= !myna_selection_is_empty (&self->selection);
  set_selection (self, (MynaSelection){ extend ? self->selection.anchor : place, place });
}

static void
drag_update (MynaMarkdownView *self, double offset_x, double offset_y, GtkGestureDrag *gesture)
{
  double x, y;
  MynaPlace place;

  if (!self->is_selecting || !gtk_gesture_drag_get_start_point (gesture, &x, &y)
      || !gtk_drag_check_threshold (GTK_WIDGET (self), x, y, x + offset_x, y + offset_y))
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (place_at (self, x + offset_x, y + offset_y, &place))
    set_selection (self, (MynaSelection){ self->selection.anchor, place });
}

static void
drag_end (MynaMarkdownView *self)
{
  g_autofree char *text = myna_markdown_view_get_selected_text (self);

  self->is_selecting = FALSE;
  if (text)
    gdk_clipboard_set_text (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), text);
}

static void
pointer_moved (MynaMarkdownView *self, double x, double y)
{
  const char *cursor = is_on_control (self, x, y) ? NULL : link_at (self, x, y) ? "pointer" : "text";

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), cursor);
}

static gboolean
query_tooltip (MynaMarkdownView *self, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
  const char *target = keyboard ? NULL : link_at (self, x, y);
  g_autofree char *text = target ? myna_link_dup_wire (target) : NULL;

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

static void
add_gesture (MynaMarkdownView *self, GtkGesture *gesture)
{
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (gesture), GDK_BUTTON_PRIMARY);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (gesture));
}

/* ---- The menu --------------------------------------------------------------------------------------------------- */

static void
open_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  if (self->menu_link)
    myna_link_open (GTK_WIDGET (self), self->menu_link);
}

static void
copy_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  if (self->menu_link)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), self->menu_link);
}

static void
append_item (GMenu *menu, const char *label, const char *action)
{
  GMenuItem *item = g_menu_item_new (label, action);

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  g_menu_append_item (menu, item);
  g_object_unref (item);
}

static void
make_menu (MynaMarkdownView *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();

  append_item (menu, _ ("_Open Link"), "markdown.open-link");
  append_item (menu, _ ("Copy _Link Address"), "markdown.copy-link");
  append_item (menu, _ ("_Copy"), "markdown.copy");
  append_item (menu, _ ("Select _All"), "markdown.select-all");
  if (self->extra_menu)
    g_menu_append_section (menu, NULL, self->extra_menu);
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->menu), GTK_POS_BOTTOM);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

/* link: what is under the place, or NULL. */
static void
popup_menu (MynaMarkdownView *self, const char *link, const GdkRectangle *place)
{
  GtkWidget *widget = GTK_WIDGET (self);

  g_free (self->menu_link);
  self->menu_link = g_strdup (link);
  gtk_widget_action_set_enabled (widget, "markdown.open-link", link != NULL);
  gtk_widget_action_set_enabled (widget, "markdown.copy-link", link && myna_link_describe (link) == link);
  gtk_widget_action_set_enabled (widget, "markdown.copy", !myna_selection_is_empty (&self->selection));
  if (!self->menu)
    make_menu (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
open_menu (GtkWidget *widget, GtkGesture *gesture, double x, double y)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  if (is_on_control (self, x, y))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, link_at (self, x, y), &(GdkRectangle){ x, y, 1, 1 });
}

/* Asked for by a link that has the keyboard's focus. */
static void
link_menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *link = root ? gtk_root_get_focus (root) : NULL;
  graphene_rect_t bounds;

  if (link && gtk_widget_compute_bounds (link, widget, &bounds))
    popup_menu (MYNA_MARKDOWN_VIEW (widget), g_variant_get_string (parameter, NULL),
                &(GdkRectangle){ bounds.origin.x, bounds.origin.y, bounds.size.width, bounds.size.height });
}

void
myna_markdown_view_set_extra_menu (MynaMarkdownView *self, GMenuModel *menu)
{
  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  g_set_object (&self->extra_menu, menu);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
}

/* ---- <details> -------------------------------------------------------------------------------------------------- */

static void
blocks_changed (guint first, gpointer user_data)
{
  MynaMarkdownView *self = user_data;

  myna_block_column_set_blocks (&self->parent_instance, get_blocks (self), first);
  myna_matches_update (self->matches, get_blocks (self), first);
  show_in_blocks (self, first, show_matches);
  myna_selection_clamp (&self->selection, get_blocks (self));
  set_selection (self, self->selection);
}

/* Places are counted in the blocks that are shown, so that a selection does not outlive this. */
static void
fold_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  set_selection (self, (MynaSelection){ 0 });
  myna_markdown_reader_toggle (self->reader, g_variant_get_uint32 (parameter));
}

/* ---- What was found --------------------------------------------------------------------------------------------- */

guint
myna_markdown_view_set_search (MynaMarkdownView *self, const char *needle)
{
  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), 0);

  if (myna_matches_set_needle (self->matches, needle))
    {
      myna_matches_update (self->matches, get_blocks (self), 0);
      show_in_blocks (self, 0, show_matches);
      if (myna_matches_get_needle (self->matches))
        myna_markdown_reader_unfold_matches (self->reader, needle);
    }
  return myna_matches_count (self->matches);
}

/* About where a block will be that is not laid out yet. */
static graphene_rect_t
estimate_bounds (const MynaItem *item, guint index)
{
  double share = index / (double) MAX (1, strlen (item->block->string.text));

  return GRAPHENE_RECT_INIT (item->x, item->y + item->height * MIN (1, share), item->width, 0);
}

gboolean
myna_markdown_view_show_match (MynaMarkdownView *self, guint index, graphene_rect_t *ret_bounds)
{
  guint block = 0, local = 0;
  gboolean found;
  const MynaItem *item;
  MynaRange range;
  graphene_point_t origin = GRAPHENE_POINT_INIT (0, 0);

  g_return_val_if_fail (MYNA_IS_MARKDOWN_VIEW (self), FALSE);

  found = myna_matches_locate (self->matches, index, &block, &local);
  for (guint i = 0; i < self->parent_instance.items->len; i++)
    if ((found && i == block) || MYNA_ITEM (&self->parent_instance, i)->widget)
      myna_block_view_set_current_match (get_widget (self, i), found && i == block ? (int) local : -1);
  if (!found || !ret_bounds)
    return found;
  item = MYNA_ITEM (&self->parent_instance, block);
  range = g_array_index (myna_matches_get (self->matches, block), MynaRange, local);
  if (!item->is_exact)
    {
      *ret_bounds = estimate_bounds (item, range.start);
      return TRUE;
    }
  myna_block_view_get_bounds (item->widget, range.start, range.end, ret_bounds);
  if (gtk_widget_compute_point (GTK_WIDGET (item->widget), GTK_WIDGET (self), &origin, &origin))
    graphene_rect_offset (ret_bounds, origin.x, origin.y);
  return TRUE;
}

/* ---- Text ------------------------------------------------------------------------------------------------------- */

void
myna_markdown_view_set_text (MynaMarkdownView *self, const char *text)
{
  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  myna_markdown_reader_set_text (self->reader, text ? text : "");
}

void
myna_markdown_view_set_plain_text (MynaMarkdownView *self, const char *text)
{
  g_return_if_fail (MYNA_IS_MARKDOWN_VIEW (self));

  myna_markdown_reader_set_plain_text (self->reader, text);
}

void
myna_markdown_view_set_streaming (MynaMarkdownView *self, gboolean streaming)
{
  myna_block_column_set_caret (MYNA_BLOCK_COLUMN (self), streaming);
}

gboolean
myna_markdown_view_set_viewport (MynaMarkdownView *self, int top, int bottom)
{
  return myna_block_column_set_viewport (MYNA_BLOCK_COLUMN (self), top, bottom);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_markdown_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  GTK_WIDGET_CLASS (myna_markdown_view_parent_class)->size_allocate (widget, width, height, baseline);
  if (self->menu)
    gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
myna_markdown_view_dispose (GObject *object)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (object);

  myna_markdown_reader_stop (self->reader);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->menu_link, g_free);
  g_clear_object (&self->extra_menu);
  G_OBJECT_CLASS (myna_markdown_view_parent_class)->dispose (object);
}

static void
myna_markdown_view_finalize (GObject *object)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (object);

  myna_markdown_reader_free (self->reader);
  myna_matches_free (self->matches);
  G_OBJECT_CLASS (myna_markdown_view_parent_class)->finalize (object);
}

static void
myna_markdown_view_class_init (MynaMarkdownViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_markdown_view_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_markdown_view_finalize;
  MYNA_BLOCK_COLUMN_CLASS (klass)->shown = myna_markdown_view_shown;
  widget_class->size_allocate = myna_markdown_view_size_allocate;
  gtk_widget_class_set_css_name (widget_class, "markdown");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget_class, "markdown.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "markdown.select-all", NULL, select_all_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "markdown.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_a, GDK_CONTROL_MASK, "markdown.select-all", NULL);
  gtk_widget_class_install_action (widget_class, "markdown.open-link", NULL, open_link_action);
  gtk_widget_class_install_action (widget_class, "markdown.copy-link", NULL, copy_link_action);
  gtk_widget_class_install_action (widget_class, "markdown.link-menu", "s", link_menu_action);
  gtk_widget_class_install_action (widget_class, "markdown.fold", "u", fold_action);
}

static void
myna_markdown_view_init (MynaMarkdownView *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  self->reader = myna_markdown_reader_new (blocks_changed, self);
  self->matches = myna_matches_new ();
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
  myna_add_context_menu (GTK_WIDGET (self), open_menu);
}

GtkWidget *
myna_markdown_view_new (void)
{
  return g_object_new (MYNA_TYPE_MARKDOWN_VIEW, NULL);
}
