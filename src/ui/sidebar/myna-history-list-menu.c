/* myna-history-list-menu.c: shows the menus of conversations and folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-menu.h"
#include "sidebar/myna-history-list-private.h"

/* GTK leaves the keyboard in what was chosen of a submenu, which is gone then, with all of the window's keys. */
static void
menu_closed_cb (MynaHistoryList *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *before = self->focus_before && gtk_widget_get_mapped (self->focus_before) ? self->focus_before : NULL;

  /* The list saw the button go down, but not come up. */
  if (before)
    gtk_widget_unset_state_flags (before, GTK_STATE_FLAG_ACTIVE | GTK_STATE_FLAG_PRELIGHT);
  if (!focus || gtk_widget_is_ancestor (focus, self->menu))
    gtk_widget_grab_focus (before ? before : self->list);
  g_clear_weak_pointer (&self->focus_before);
}

GtkWidget *
myna_history_list_make_menu (MynaHistoryList *self)
{
  GtkWidget *menu = gtk_popover_menu_new_from_model (NULL);

  gtk_popover_set_has_arrow (GTK_POPOVER (menu), FALSE);
  gtk_widget_set_halign (menu, GTK_ALIGN_START);
  g_signal_connect_swapped (menu, "closed", G_CALLBACK (menu_closed_cb), self);

  return menu;
}

void
myna_history_list_popup_menu (MynaHistoryList *self, MynaHistoryRow *row, double x, double y)
{
  MynaHistoryItem *item = myna_history_row_get_item (row);
  g_autoptr (GMenuModel) model = NULL;
  graphene_point_t place;

  model = item && !self->selecting ? myna_history_menu_new (self->model, item) : NULL;
  if (!model)
    return;
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  if (!gtk_widget_compute_point (GTK_WIDGET (row), GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &place))
    return;
  /* The keys mean this row when the menu is gone. */
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (row)));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) place.x, (int) place.y, 1, 1 });
  g_set_weak_pointer (&self->focus_before, gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_popover_popup (GTK_POPOVER (self->menu));
}
