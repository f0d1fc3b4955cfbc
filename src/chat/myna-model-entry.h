/* myna-model-entry.h: one model file and what its header says (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODEL_ENTRY (myna_model_entry_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelEntry, myna_model_entry, MYNA, MODEL_ENTRY, GObject)

typedef enum
{
  MYNA_MODEL_READING, /* the header */
  MYNA_MODEL_READABLE,
  MYNA_MODEL_MISSING, /* the file is not there (a disk that is not plugged in …) */
  MYNA_MODEL_BROKEN,  /* not a model that Myna can run */
} MynaModelStatus;

/* Properties: "title", "status" (int), "disk-speed" (double).  Reads the header by itself, on another thread. */
MynaModelEntry *myna_model_entry_new (const char *path, const char *name, /* the person's, or NULL */
                                      const char *own_name);              /* NULL: as its header says */
/* The same for a file that is added: reads it before there is an entry.  finish: a reference, or NULL and the error. */
void myna_model_entry_open_async (const char *path, GAsyncReadyCallback callback, gpointer user_data);
MynaModelEntry *myna_model_entry_open_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *myna_model_entry_get_path (MynaModelEntry *self);
/* The person's name for it, or NULL. */
const char *myna_model_entry_get_name (MynaModelEntry *self);
void myna_model_entry_set_name (MynaModelEntry *self, const char *name);
/* Never NULL: the person's name, else the model's, else the file's. */
const char *myna_model_entry_get_title (MynaModelEntry *self);
MynaModelStatus myna_model_entry_get_status (MynaModelEntry *self);
/* What is wrong with the file (GLM_ENGINE_ERROR; see myna_problem_describe_file()); NULL if nothing. */
const GError *myna_model_entry_get_error (MynaModelEntry *self);
/* NULL unless READABLE. */
const GlmModelInfo *myna_model_entry_get_info (MynaModelEntry *self);
/* Reads the header again. */
void myna_model_entry_refresh (MynaModelEntry *self);

/* Bytes a second that can be read of the file; 0: not known.  Measuring takes a second on another thread, and is done once. */
double myna_model_entry_get_disk_speed (MynaModelEntry *self);
void myna_model_entry_measure_disk (MynaModelEntry *self);

/* "GLM-4 · 9.4 billion parameters · Q4_K_M · 6.2 GB"; the caller frees. */
char *myna_model_info_describe (const GlmModelInfo *info) G_GNUC_WARN_UNUSED_RESULT;
/* "9.4 billion parameters"; the caller frees. */
char *myna_model_describe_size (guint64 n_params) G_GNUC_WARN_UNUSED_RESULT;
/* The same, and of a model with experts how many of them a token takes: "29.9 billion parameters, 3.6 billion active". */
char *myna_model_info_describe_size (const GlmModelInfo *info) G_GNUC_WARN_UNUSED_RESULT;
/* What the file says of its license, or what is usual for the family, and which of the two it is; the caller frees. */
char *myna_model_info_describe_license (const GlmModelInfo *info) G_GNUC_WARN_UNUSED_RESULT;
/* The tokens that a conversation gets with this model if `wanted` are wished for (0: what suits it). */
int myna_model_info_get_context (const GlmModelInfo *info, int wanted);
/* The same with the number in words; the caller frees. */
char *myna_model_info_describe_context (const GlmModelInfo *info, int wanted) G_GNUC_WARN_UNUSED_RESULT;
/* The model in a line, or what is the matter with its file; the caller frees. */
char *myna_model_entry_describe (MynaModelEntry *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
