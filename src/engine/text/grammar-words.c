/* grammar-words.c: see grammar-words.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/grammar-words.h"

#include "base/error.h"
#include "base/json-text.h"

#define MAX_WORDS 8192

void
glm_words_clear (GlmWordTable *table)
{
  for (size_t i = 0; i < table->n; i++)
    free (table->words[i].text);
  free (table->words);
  free (table->keys);
  free (table->names);
  free (table->literals);
}

/* ---- Spelling --------------------------------------------------------------------------------------------------- */

static bool
put (GlmBuffer *out, const char *text)
{
  return glm_buffer_append (out, text, strlen (text));
}

/* With the quotes: JSON's escapes are Python's too, but for the solidus, which is not escaped. */
static bool
put_string (GlmBuffer *out, const char *text, size_t n, char quote)
{
  GlmBuffer json = { 0 };
  bool ok = glm_json_write_value (&json, &(GlmJsonValue){ .type = GLM_JSON_STRING, .n = (uint32_t) n, .string = text })
            && glm_buffer_append (out, &quote, 1);

  for (size_t i = 1; ok && i + 1 < json.n; i++)
    ok = (json.data[i] != '\'' || quote != '\'' || put (out, "\\")) && glm_buffer_append (out, &json.data[i], 1);
  glm_buffer_clear (&json);
  return ok && glm_buffer_append (out, &quote, 1);
}

static bool
put_literal (GlmBuffer *out, const GlmJsonValue *value, GlmSpelling spelling, char quote)
{
  bool is_object = value->type == GLM_JSON_OBJECT, ok;
  const char *separator = "";

  if (value->type == GLM_JSON_STRING)
    return put_string (out, value->string, value->n, quote);
  if (spelling == GLM_SPELLING_PYTHON && value->type == GLM_JSON_NULL)
    return put (out, "None");
  if (spelling == GLM_SPELLING_PYTHON && value->type == GLM_JSON_BOOL)
    return put (out, value->boolean ? "True" : "False");
  if (value->type != GLM_JSON_ARRAY && !is_object)
    return glm_json_write_value (out, value);
  ok = put (out, is_object ? "{" : "[");
  for (const GlmJsonValue *v = glm_json_first (value); ok && v; v = glm_json_next (value, v))
    {
      ok = put (out, separator) && (!is_object || (put_string (out, v->key, v->key_bytes, quote) && put (out, ": ")))
           && put_literal (out, v, spelling, quote);
      separator = ", ";
    }
  return ok && put (out, is_object ? "}" : "]");
}

/* ---- The table -------------------------------------------------------------------------------------------------- */

static bool
add_word (GlmWordTable *table, GlmBuffer *text, size_t index)
{
  if (table->n == table->capacity)
    {
      size_t capacity = table->capacity ? table->capacity * 2 : 64;
      GlmWord *words = realloc (table->words, capacity * sizeof *words);

      if (!words)
        return false;
      table->words = words;
      table->capacity = capacity;
    }
  table->words[table->n++] = (GlmWord){ (char *) text->data, (uint32_t) text->n, (uint16_t) index };
  *text = (GlmBuffer){ 0 };
  return true;
}

static int
compare (const void *a, const void *b)
{
  const GlmWord *x = a, *y = b;
  int order = memcmp (x->text, y->text, x->n < y->n ? x->n : y->n);

  return order ? order : x->n < y->n ? -1 : x->n > y->n;
}

static void
close_list (GlmWordTable *table, size_t first, GlmWords *list)
{
  *list = (GlmWords){ (uint16_t) first, (uint16_t) (table->n - first) };
  if (list->n > 0)
    qsort (table->words + first, list->n, sizeof *table->words, compare);
}

static bool
is_name (const GlmSchemaProperty *property)
{
  for (uint32_t i = 0; i < property->key_bytes; i++)
    {
      char c = property->key[i];

      if (!(c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (i > 0 && c >= '0' && c <= '9')))
        return false;
    }
  return property->key_bytes > 0;
}

/* The keys as they stand between quotes; a quote of either kind is escaped in Python. */
static bool
add_keys (GlmWordTable *table, const GlmSchemaNode *node, GlmSpelling spelling, GlmWords *keys, GlmWords *names)
{
  size_t first = table->n;
  GlmBuffer text = { 0 };
  bool ok = true;

  for (uint32_t i = 0; ok && i < node->n_properties; i++)
    {
      const GlmSchemaProperty *property = &node->properties[i];

      ok = put_string (&text, property->key, property->key_bytes, spelling == GLM_SPELLING_PYTHON ? '\'' : '"');
      if (ok)
        memmove (text.data, text.data + 1, text.n -= 2);
      ok = ok && add_word (table, &text, i);
    }
  close_list (table, first, keys);
  first = table->n;
  for (uint32_t i = 0; ok && spelling == GLM_SPELLING_PYTHON && i < node->n_properties; i++)
    if (is_name (&node->properties[i]))
      ok = glm_buffer_append (&text, node->properties[i].key, node->properties[i].key_bytes) && add_word (table, &text, i);
  close_list (table, first, names);
  glm_buffer_clear (&text);
  return ok;
}

/* Those of the values that fit, in Python in both kinds of quotes. */
static bool
add_literals (GlmWordTable *table, const GlmSchema *schema, int index, GlmSpelling spelling, GlmWords *literals)
{
  const GlmSchemaNode *node = &schema->nodes[index];
  const GlmJsonValue *value = node->literals ? glm_json_first (node->literals) : node->literal;
  size_t first = table->n;
  GlmBuffer text = { 0 };
  bool ok = true;

  for (; ok && value && table->n < MAX_WORDS; value = node->literals ? glm_json_next (node->literals, value) : NULL)
    {
      bool has_quotes = value->type == GLM_JSON_STRING || value->type >= GLM_JSON_ARRAY;

      if (!glm_schema_check_value (schema, index, value, NULL))
        continue;
      ok = put_literal (&text, value, spelling, '"') && add_word (table, &text, 0);
      if (has_quotes && spelling == GLM_SPELLING_PYTHON)
        ok = ok && put_literal (&text, value, spelling, '\'') && add_word (table, &text, 0);
    }
  close_list (table, first, literals);
  glm_buffer_clear (&text);
  return ok;
}

bool
glm_words_make (const GlmSchema *schema, GlmSpelling spelling, GlmWordTable *table, GlmError *error)
{
  size_t n = (size_t) schema->n_nodes + 1;
  bool ok;

  table->keys = calloc (n, sizeof *table->keys);
  table->names = calloc (n, sizeof *table->names);
  table->literals = calloc (n, sizeof *table->literals);
  ok = table->keys && table->names && table->literals;
  for (int i = 0; ok && i < schema->n_nodes; i++)
    ok = add_keys (table, &schema->nodes[i], spelling, &table->keys[i], &table->names[i])
         && add_literals (table, schema, i, spelling, &table->literals[i]);
  if (ok && table->n >= MAX_WORDS)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the schema names more than %d values", MAX_WORDS);
  return ok || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a grammar");
}
