/* myna-persona.h: named presets of how the model answers: system prompt, parameters and model (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define MYNA_TYPE_PERSONA (myna_persona_get_type ())
G_DECLARE_FINAL_TYPE (MynaPersona, myna_persona, MYNA, PERSONA, GObject)

#define MYNA_PERSONA_MAX_NAME 80           /* characters */
#define MYNA_PERSONA_MAX_FILE (256 * 1024) /* bytes */

/* settings: JSON as in myna-chat-settings.h; model: a path, a file's name, or NULL for whichever is in use. */
MynaPersona *myna_persona_new (const char *name, const char *settings, const char *model);
const char *myna_persona_get_name (MynaPersona *self);
/* NULL: nothing is set. */
const char *myna_persona_get_settings (MynaPersona *self);
const char *myna_persona_get_model (MynaPersona *self);
/* The beginning of the system prompt, on one line, for lists; "" if there is none.  The caller frees. */
char *myna_persona_summarise (MynaPersona *self) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  MYNA_PERSONA_TO_KEEP,  /* the model with its path */
  MYNA_PERSONA_TO_SHARE, /* the model by its file's name: on another computer it lies elsewhere */
} MynaPersonaPurpose;

/* As a file of its own, with a newline at the end; the caller frees. */
char *myna_persona_to_json (MynaPersona *self, MynaPersonaPurpose purpose) G_GNUC_WARN_UNUSED_RESULT;
/* NULL with G_IO_ERROR_INVALID_DATA for what is no persona. */
MynaPersona *myna_persona_from_json (const char *json, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes it to a file, to be given to others. */
void myna_persona_export_async (MynaPersona *self, GFile *file, GAsyncReadyCallback callback, gpointer user_data);
gboolean myna_persona_export_finish (GAsyncResult *result, GError **error);

G_END_DECLS
