/* speaker.h: reads a text aloud, by the desktop's speech-dispatcher (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_SPEAKER (myna_speaker_get_type ())
G_DECLARE_FINAL_TYPE (MynaSpeaker, myna_speaker, MYNA, SPEAKER, GObject)

/* One for the program; main thread.  Nothing here waits: its own thread talks to the daemon, and starts it.
 *
 * Property "owner", notified: what is read aloud now, see say().
 * Signal "failed" (const char *why): it could not be. */
MynaSpeaker *myna_speaker_get_default (void);
/* Whether Myna was built with it. */
gboolean myna_speaker_is_built (void);
/* Reads plain text, in the place of what is read now.  owner: whose text it is, only to be compared. */
void myna_speaker_say (MynaSpeaker *self, gconstpointer owner, const char *text);
void myna_speaker_stop (MynaSpeaker *self);
/* NULL: nothing is read. */
gconstpointer myna_speaker_get_owner (MynaSpeaker *self);

G_END_DECLS
