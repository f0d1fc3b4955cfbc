/* screen-reader.h: whether a screen reader runs, as the desktop says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What goes by itself after some seconds is gone before somebody gets to it who works by ear: with a screen reader it stays.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MynaScreenReader MynaScreenReader;

/* Calls `changed` when the desktop has answered, where one runs, and whenever that changes.  Never blocks, and starts no service. */
MynaScreenReader *myna_screen_reader_new (GDBusConnection *session, void (*changed) (gboolean is_on, gpointer user_data),
                                          gpointer user_data);
void myna_screen_reader_free (MynaScreenReader *self);
/* Whether one runs, as far as the desktop has said. */
gboolean myna_screen_reader_is_on (void);

G_END_DECLS
