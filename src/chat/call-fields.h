/* call-fields.h: what is passed on to a tool, as fields that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/engine.h"
#include "storage/storage.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  char *title; /* what a person calls it */
  GlmFieldKind kind;
  gboolean required;
  gboolean is_program; /* a text in Python */
  gboolean was_given;  /* by the model */
  char *given;         /* … as JSON; NULL: it was not */
  GStrv choices;       /* JSON texts; NULL: none */
} MynaCallField;

/* JSON of a call; NULL: it is none, or nested too deep.  The caller frees. */
JsonNode *myna_call_parse (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* The arguments of the tool's schema in its order, then what else was given, which is edited as JSON.  Of MynaCallField. */
GPtrArray *myna_call_fields_new (const StoreCall *call) G_GNUC_WARN_UNUSED_RESULT;
/* Whether it may be left out, so that a choice has a row for nothing. */
gboolean myna_call_field_is_optional (const MynaCallField *field);
/* What a person reads and writes of a JSON value: a text without its quotes; "" for NULL.  The caller frees. */
char *myna_call_dup_plain (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* Whether both are JSON, and the same value. */
gboolean myna_call_is_same_value (const char *json, const char *other);
/* The arguments as a JSON object.  values: for each field what stands in its row: a text as it was written, "true" or "false" of a
 * switch, the JSON text of a choice, or NULL for its row for nothing.  TOOL_ERROR_ARGUMENTS: one cannot be read.  The caller
 * frees. */
char *myna_call_fields_dup_arguments (GPtrArray *fields, GPtrArray *values, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
