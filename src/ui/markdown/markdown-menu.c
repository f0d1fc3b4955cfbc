/* markdown-menu.c: the menu of the markdown view, and what is done with links
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "markdown/markdown-view-private.h"
#include "base/ui-compat.h"

void
myna_markdown_view_open_link (MynaMarkdownView *self, const char *target)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  myna_open_uri (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, target);
}

static void
open_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaMarkdownView *self = MYNA_MARKDOWN_VIEW (widget);

  if (self->menu_link)
    myna_markdown_view_open_link (self, self->menu_link);
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
  gtk_widget_action_set_enabled (widget, "markdown.copy-link", link != NULL);
  gtk_widget_action_set_enabled (widget, "markdown.copy", self->has_selection);
  if (!self->menu)
    make_menu (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), place);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
menu_pressed (MynaMarkdownView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  if (myna_markdown_view_is_on_control (self, x, y))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, myna_markdown_view_link_at (self, x, y), &(GdkRectangle){ x, y, 1, 1 });
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

void
myna_markdown_view_menu_class_init (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "markdown.open-link", NULL, open_link_action);
  gtk_widget_class_install_action (widget_class, "markdown.copy-link", NULL, copy_link_action);
  gtk_widget_class_install_action (widget_class, "markdown.link-menu", "s", link_menu_action);
}

void
myna_markdown_view_menu_init (MynaMarkdownView *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (menu_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

void
myna_markdown_view_menu_dispose (MynaMarkdownView *self)
{
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->menu_link, g_free);
  g_clear_object (&self->extra_menu);
}
