/* message-menu.h: the menu of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Entries for the actions message.* of the row around the text; those that are not enabled are not shown.  beside_text: below
 * the entries of a text's own menu. */
GMenuModel *myna_message_menu_new (gboolean beside_text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
