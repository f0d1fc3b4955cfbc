/* random-schema.h: schemas at random, and a checker that shares no code with the engine's
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_RANDOM_SCHEMA_H
#define MYNA_TEST_RANDOM_SCHEMA_H

#include "base/buffer.h"
#include "base/json.h"

typedef struct
{
  uint32_t state;
} Random;

uint32_t random_below (Random *random, uint32_t n);

/* The text of a schema of an object, which the grammar can follow exactly; NUL-terminated. */
void random_schema (Random *random, GlmBuffer *text);
/* A value that fits the schema, as JSON; false: it would nest too deeply. */
bool random_value (Random *random, const GlmJsonValue *root, const GlmJsonValue *schema, int depth, GlmBuffer *text);
/* Whether the value fits, read from the schema's text as the specification has it. */
bool naive_check (const GlmJsonValue *root, const GlmJsonValue *schema, const GlmJsonValue *value);

#endif
