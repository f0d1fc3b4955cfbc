/* model-adding.h: files that a person adds to the models, one after the other or several at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODEL_ADDING (myna_model_adding_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelAdding, myna_model_adding, MYNA, MODEL_ADDING, GObject)

/* Signals: added (MynaModelEntry *): the library has it; refused: one more could not be added. */
MynaModelAdding *myna_model_adding_new (MynaModelLibrary *library);
/* Adds the file if it can be run, or the files of a folder that has GGUF files alone.  Those that are added while others are being looked at belong together. */
void myna_model_adding_add (MynaModelAdding *self, const char *path);
/* Whether one that belongs to those that are added last was refused. */
gboolean myna_model_adding_has_refused (MynaModelAdding *self);
/* Which those were and why, in words and (ret_details) in the engine's; the caller frees all three. */
char *myna_model_adding_dup_title (MynaModelAdding *self) G_GNUC_WARN_UNUSED_RESULT;
char *myna_model_adding_dup_reasons (MynaModelAdding *self, char **ret_details) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it has to be imported first: another folder, or a file of chatglm.cpp. */
gboolean myna_model_needs_import (const char *path);

G_END_DECLS
