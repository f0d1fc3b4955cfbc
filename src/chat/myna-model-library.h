/* myna-model-library.h: the models that Myna knows, and which of them the engine holds (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "engine/actor/glm-actor.h"
#include "chat/myna-model-entry.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODEL_LIBRARY (myna_model_library_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelLibrary, myna_model_library, MYNA, MODEL_LIBRARY, GObject)

/* Properties: "loading-path" (string or NULL: what is being loaded or waits for it), "default-path" (string or NULL).
 * Signals: load-failed (const char *path, GError *), load-cancelled (const char *path): the engine kept what it had. */
MynaModelLibrary *myna_model_library_new (GlmActor *actor, GSettings *settings);
GlmActor *myna_model_library_get_actor (MynaModelLibrary *self);
/* All that is known, the starter model first: a GListModel of MynaModelEntry, owned by the library. */
GListModel *myna_model_library_get_entries (MynaModelLibrary *self);
/* NULL if this file is not in the list. */
MynaModelEntry *myna_model_library_find (MynaModelLibrary *self, const char *path);
/* Adds the file to the saved list if it can be run, which is found out on another thread.  finish: its entry, which it may have had
 * already, owned by the library; or NULL and an error of GLM_ENGINE_ERROR: the list is as it was. */
void myna_model_library_add_async (MynaModelLibrary *self, const char *path, GAsyncReadyCallback callback, gpointer user_data);
MynaModelEntry *myna_model_library_add_finish (MynaModelLibrary *self, GAsyncResult *result, GError **error);
/* Takes it off the list; the file stays.  The starter model cannot be taken off. */
void myna_model_library_remove (MynaModelLibrary *self, MynaModelEntry *entry);
void myna_model_library_rename (MynaModelLibrary *self, MynaModelEntry *entry, const char *name);
void myna_model_library_set_default (MynaModelLibrary *self, MynaModelEntry *entry);
/* The model that comes with Myna, or NULL where it is not installed. */
const char *myna_model_library_get_starter_path (MynaModelLibrary *self);
/* Whether what is meant by this path (NULL: the default) is the starter model. */
gboolean myna_model_library_is_starter (MynaModelLibrary *self, const char *path);
/* What new conversations use: the person's choice, else the starter model; NULL if there is none. */
const char *myna_model_library_get_default_path (MynaModelLibrary *self);
const char *myna_model_library_get_loading_path (MynaModelLibrary *self);
/* A name to show, with what kind of model it is: "Fledgling · small starter model".  path may be NULL (no model). */
char *myna_model_library_describe (MynaModelLibrary *self, const char *path);
/* Makes the engine hold this model (NULL: the default) with these options (NULL: the preferences') before it does what is asked next.  Returns at once; a failure is
 * told by load-failed.  Which model that is (one that ended the program before is replaced by the starter model), or NULL: there is
 * none; valid until the library changes. */
const char *myna_model_library_ensure (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options);
/* Which model that is, where the engine holds it with these options now; NULL: it does not.  Nothing is loaded. */
const char *myna_model_library_find_loaded (MynaModelLibrary *self, const char *path, const GlmActorLoadOptions *options);
/* At the start: makes the engine hold the default model, so that the first question need not wait for it.  Not one that is larger than
 * the memory that is free, where the person wants to be warned: that is loaded when it is asked something. */
void myna_model_library_preload (MynaModelLibrary *self);
/* Loads what the engine holds, or is to hold, once more with the preferences' options, after what it does now. */
void myna_model_library_reload (MynaModelLibrary *self);
/* The preferences' context length, threads and graphics card. */
void myna_model_library_get_options (MynaModelLibrary *self, GlmActorLoadOptions *ret_options);
/* What a chat with this model (NULL: the default) is given where nothing else is set: its family's official sampling, and the
 * preferences' options. */
void myna_model_library_get_fallback (MynaModelLibrary *self, const char *path, GlmSampling *ret_sampling,
                                      GlmActorLoadOptions *ret_options);
/* The model with this path, or else with a file of this name; NULL if there is none. */
MynaModelEntry *myna_model_library_find_like (MynaModelLibrary *self, const char *path);
/* Whether something beside conversations uses the model: it is not unloaded then. */
void myna_model_library_set_in_use (MynaModelLibrary *self, gboolean in_use);
/* Stops loading; the engine keeps the model it had. */
void myna_model_library_cancel_load (MynaModelLibrary *self);
/* The program ends: what still loads did not crash it. */
void myna_model_library_close (MynaModelLibrary *self);

/* The model whose loading ended the program the last time, or NULL.  It is not loaded again before it is forgiven: the
 * starter model answers in its place. */
const char *myna_model_library_get_crashed_path (MynaModelLibrary *self);
void myna_model_library_forgive_crash (MynaModelLibrary *self);

G_END_DECLS
