/* late-services.h: services of the desktop that do not answer when the program starts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A toolkit asks two services on the session bus while it starts, and waits for the answers without a window: the portal of
 * settings for ever, the bus of accessibility for 25 seconds.  So both are asked before, for a moment; the application leaves one
 * that keeps still out of this run.  Colors come from the portal alone in a sandbox and on some desktops: they are taken when it
 * answers later.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _MynaLateServices MynaLateServices;

/* Asks both: on the main thread, before the toolkit starts.  Blocks for a moment, or for the patience that late-services.c has.
 * `changed` is called with user_data when prefers_dark changes. */
MynaLateServices *myna_late_services_new (GDBusConnection *session, void (*changed) (gpointer user_data), gpointer user_data);
void myna_late_services_free (MynaLateServices *self);

/* Whether it did not answer in time.  FALSE where it was not asked. */
gboolean myna_late_services_portal_is_late (MynaLateServices *self);
gboolean myna_late_services_accessibility_is_late (MynaLateServices *self);

/* Whether the desktop is dark, as the portal said too late for libadwaita.  FALSE where libadwaita knows it by itself. */
gboolean myna_late_services_prefers_dark (MynaLateServices *self);

G_END_DECLS
