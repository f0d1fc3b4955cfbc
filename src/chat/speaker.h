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
/* Whether it is offered: where it is built, and in a Flatpak, which has no way to the daemon.  There say() fails, and that is said. */
gboolean myna_speaker_is_offered (void);
/* What a person is told of "failed" (full): what can be done, and below it why, where that is not empty. */
char *myna_speaker_describe_failure (const char *why);
/* Reads plain text, in the place of what is read now.  owner: whose text it is, only to be compared. */
void myna_speaker_say (MynaSpeaker *self, gconstpointer owner, const char *text);
void myna_speaker_stop (MynaSpeaker *self);
/* NULL: nothing is read. */
gconstpointer myna_speaker_get_owner (MynaSpeaker *self);

G_END_DECLS
