/* global-shortcut.h: a key of the whole desktop, by its portal, where it has one for this
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_GLOBAL_SHORTCUT (myna_global_shortcut_get_type ())
G_DECLARE_FINAL_TYPE (MynaGlobalShortcut, myna_global_shortcut, MYNA, GLOBAL_SHORTCUT, GObject)

/* Asks at once whether the desktop has the portal, without waiting for the answer.
 *
 * Property "available", notified: it has.
 * Signals: "activated" (const char *token): the key was pressed; token: lets a window come to the front, or "".
 *          "refused": the desktop, or the person when it asked, wants no such key. */
MynaGlobalShortcut *myna_global_shortcut_new (GDBusConnection *session, const char *id,
                                              const char *description) G_GNUC_WARN_UNUSED_RESULT;
gboolean myna_global_shortcut_get_available (MynaGlobalShortcut *self);
/* Whether the key is wanted.  The desktop asks which one it is to be. */
void myna_global_shortcut_set_wanted (MynaGlobalShortcut *self, gboolean wanted);

G_END_DECLS
