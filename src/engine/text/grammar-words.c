/* grammar-words.c: see grammar-words.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/grammar-words.h"

#include "base/error.h"
#include "base/json-text.h"
#include "text/call-arguments.h"
#include "text/grammar-raw.h"

#define MAX_WORDS 8192
#define MAX_GUARD 8 /* choices in choices */

void
glm_words_clear (GlmWordTable *table)
{
  for (size_t i = 0; i < table->n; i++)
    free (table->words[i].text);
  free (table->words);
  free (table->keys);
  free (table->names);
  free (table->literals);
  free (table->texts);
  free (table->plain_texts);
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
add_word (GlmWordTable *table, GlmBuffer *text, size_t index, bool is_text)
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
  table->words[table->n++] = (GlmWord){ (char *) text->data, (uint32_t) text->n, (uint16_t) index, is_text };
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

/* Tags would end the value that the word stands in. */
static bool
has_tag (GlmSpelling spelling, const GlmBuffer *text)
{
  return spelling >= GLM_SPELLING_TAGS && !glm_grammar_raw_can_be ((const char *) text->data, text->n, true);
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

static bool
is_python (GlmSpelling spelling)
{
  return spelling == GLM_SPELLING_PYTHON;
}

static bool
is_tags (GlmSpelling spelling)
{
  return spelling == GLM_SPELLING_TAGS || spelling == GLM_SPELLING_TAG_LINES;
}

/* The reader takes the blanks around a key away. */
static bool
is_tag_name (const GlmSchemaProperty *property)
{
  const char *key = property->key;
  size_t n = property->key_bytes;

  for (size_t i = 0; i < n; i++)
    if ((uint8_t) key[i] < 0x20 || key[i] == '<')
      return false;
  return n > 0 && key[0] != ' ' && key[n - 1] != ' ';
}

/* What a call itself names. */
static bool
add_names (GlmWordTable *table, const GlmSchema *schema, const GlmSchemaNode *node, GlmSpelling spelling, GlmWords *names)
{
  size_t first = table->n;
  GlmBuffer text = { 0 };
  bool ok = true;

  for (uint32_t i = 0; ok && spelling != GLM_SPELLING_JSON && i < node->n_properties; i++)
    {
      const GlmSchemaProperty *property = &node->properties[i];
      bool is_text = is_tags (spelling) && glm_call_wants_text (schema->json, property->key, property->key_bytes);

      if (is_python (spelling) ? is_name (property) : is_tag_name (property))
        ok = glm_buffer_append (&text, property->key, property->key_bytes) && add_word (table, &text, i, is_text);
    }
  close_list (table, first, names);
  glm_buffer_clear (&text);
  return ok;
}

/* The keys as they stand between quotes; a quote of either kind is escaped in Python. */
static bool
add_keys (GlmWordTable *table, const GlmSchemaNode *node, GlmSpelling spelling, GlmWords *keys)
{
  size_t first = table->n;
  GlmBuffer text = { 0 };
  bool ok = true;

  for (uint32_t i = 0; ok && i < node->n_properties; i++)
    {
      const GlmSchemaProperty *property = &node->properties[i];

      ok = put_string (&text, property->key, property->key_bytes, is_python (spelling) ? '\'' : '"');
      if (ok)
        memmove (text.data, text.data + 1, text.n -= 2);
      if (ok && has_tag (spelling, &text))
        {
          text.n = 0;
          continue;
        }
      ok = ok && add_word (table, &text, i, false);
    }
  close_list (table, first, keys);
  glm_buffer_clear (&text);
  return ok;
}

/* Adds the values that fit the schema; for Python, with both kinds of quotes. */
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
      ok = put_literal (&text, value, spelling, '"');
      if (ok && has_tag (spelling, &text))
        {
          text.n = 0;
          continue;
        }
      ok = ok && add_word (table, &text, 0, false);
      if (has_quotes && spelling == GLM_SPELLING_PYTHON)
        ok = ok && put_literal (&text, value, spelling, '\'') && add_word (table, &text, 0, false);
    }
  close_list (table, first, literals);
  glm_buffer_clear (&text);
  return ok;
}

/* Strings that fit, without quotes. */
static bool
add_texts (GlmWordTable *table, const GlmSchema *schema, int index, bool is_text, GlmWords *texts)
{
  const GlmSchemaNode *node = &schema->nodes[index];
  const GlmJsonValue *value = node->literals ? glm_json_first (node->literals) : node->literal;
  size_t first = table->n;
  GlmBuffer text = { 0 };
  bool ok = true;

  for (; ok && value && table->n < MAX_WORDS; value = node->literals ? glm_json_next (node->literals, value) : NULL)
    if (value->type == GLM_JSON_STRING && value->n > 0 && glm_schema_check_value (schema, index, value, NULL)
        && glm_grammar_raw_can_be (value->string, value->n, is_text))
      ok = glm_buffer_append (&text, value->string, value->n) && add_word (table, &text, 0, false);
  close_list (table, first, texts);
  glm_buffer_clear (&text);
  return ok;
}

/* What the call itself requires must have a name that can be written. */
static bool
check_names (const GlmWordTable *table, const GlmSchema *schema, int index, int guard, GlmError *error)
{
  const GlmSchemaNode *node = index >= 0 ? &schema->nodes[index] : NULL;
  uint64_t named = 0;

  if (!node || guard > MAX_GUARD)
    return true;
  for (uint32_t i = 0; i < table->names[index].n; i++)
    named |= UINT64_C (1) << table->words[table->names[index].first + i].index;
  if (node->required & ~named)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "a required argument has a name that a call cannot have");
  for (uint32_t i = 0; i < node->n_choices; i++)
    if (!check_names (table, schema, node->choices[i], guard + 1, error))
      return false;
  return true;
}

static bool
make_lists (GlmWordTable *table, const GlmSchema *schema, GlmSpelling spelling)
{
  bool ok = true;

  for (int i = 0; ok && i < schema->n_nodes; i++)
    ok = add_keys (table, &schema->nodes[i], spelling, &table->keys[i])
         && add_names (table, schema, &schema->nodes[i], spelling, &table->names[i])
         && add_literals (table, schema, i, spelling, &table->literals[i])
         && (!is_tags (spelling)
             || (add_texts (table, schema, i, true, &table->texts[i])
                 && add_texts (table, schema, i, false, &table->plain_texts[i])));
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
  table->texts = calloc (n, sizeof *table->texts);
  table->plain_texts = calloc (n, sizeof *table->plain_texts);
  ok = table->keys && table->names && table->literals && table->texts && table->plain_texts
       && make_lists (table, schema, spelling);
  if (ok && table->n >= MAX_WORDS)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the schema names more than %d values", MAX_WORDS);
  if (ok)
    return spelling == GLM_SPELLING_JSON || check_names (table, schema, schema->root, 0, error);
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a grammar");
}
