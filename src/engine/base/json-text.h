/* json-text.h: JSON as text: written in Python's layout
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The models were trained on what json.dumps (value, ensure_ascii=False) writes, so prompts are written so too.  Keys keep
 * their order and numbers their digits.
 */
#ifndef GLM_JSON_TEXT_H
#define GLM_JSON_TEXT_H

#include "base/buffer.h"
#include "base/json.h"

/* A string in quotes.  False: no memory. */
bool glm_json_write_string (GlmBuffer *out, const char *text, size_t n_bytes);

/* A JSON text that glm_json_parse() has accepted, again.  indent 0: on one line, blanks behind commas and colons; else
 * blanks for each level, where the text itself stands at `depth`.  False: no memory. */
bool glm_json_rewrite (GlmBuffer *out, const char *text, size_t n_bytes, int indent, int depth);

/* A value on one line.  Numbers that are no integers get as few digits as read as the same. */
bool glm_json_write_value (GlmBuffer *out, const GlmJsonValue *value);

#endif
