/* message-menu.c: the menu of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/message-menu.h"

#include <glib/gi18n.h>

static void
append_item (GMenu *menu, const char *label, const char *action, const char *accel)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, action);

  g_menu_item_set_attribute (item, "hidden-when", "s", "action-disabled");
  if (accel)
    g_menu_item_set_attribute (item, "accel", "s", accel);
  g_menu_append_item (menu, item);
}

GMenuModel *
myna_message_menu_new (gboolean beside_text)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) first = g_menu_new ();
  g_autoptr (GMenu) last = g_menu_new ();

  append_item (first, _ ("_Copy Message"), "message.copy", "<Control>c");
  append_item (first, _ ("Copy as Plain _Text"), "message.copy-text", NULL);
  append_item (first, _ ("_Edit"), "message.edit", "<Control>e");
  append_item (first, _ ("_Regenerate"), "message.regenerate", "<Control>r");
  append_item (first, _ ("R_un Again…"), "message.run-again", NULL);
  append_item (first, _ ("_Quote"), "message.quote", NULL);
  append_item (first, _ ("Read Al_oud"), "message.read-aloud", NULL);
  append_item (first, _ ("_Stop Reading"), "message.stop-reading", NULL);
  if (!beside_text)
    append_item (first, _ ("Select _All"), "message.select-all", "<Control>a");
  append_item (last, _ ("Deta_ils"), "message.details", NULL);
  append_item (last, _ ("_Delete From Here"), "message.delete", "Delete");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (first));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (last));
  return G_MENU_MODEL (menu);
}
