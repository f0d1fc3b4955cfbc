/* schema-form.h: a schema's arguments as the fields of a form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_SCHEMA_FORM_H
#define GLM_SCHEMA_FORM_H

#include "text/schema.h"

bool glm_schema_make_fields (GlmSchema *schema, GlmError *error);
void glm_schema_free_fields (GlmSchema *schema);

#endif
