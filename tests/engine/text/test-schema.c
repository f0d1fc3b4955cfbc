/* test-schema.c: what a JSON Schema accepts, in the words that a model gets, and as a form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With an argument the schemas of the tools that come with the program, which lie outside of the tree.
 */
#include <math.h>

#include "base/json-text.h"
#include "check.h"
#include "file/json-file.h"

typedef struct
{
  const char *schema, *value;
  const char *reason; /* part of it; NULL: the value fits */
} Case;

#define P(properties) "{\"type\":\"object\",\"properties\":{" properties "}}"
#define P1(properties) \
  "{\"type\":\"object\",\"required\":[\"a\"],\"additionalProperties\":false,\"properties\":{" properties "}}"

/* clang-format off */
static const Case cases[] = {
  { NULL, "{\"x\": [1, null]}", NULL },
  { NULL, "[1]", "The arguments must be an object" },
  { NULL, "{\"x\": 1", "The arguments cannot be read: JSON line 1" },
  { NULL, "{\"x\": 1, \"x\": 2}", "twice" },
  { P1 ("\"a\":{\"type\":\"string\"}"), "{}", "a is missing" },
  { P1 ("\"a\":{\"type\":\"string\"}"), "{\"a\": 1}", "a must be a string" },
  { P1 ("\"a\":{\"type\":\"string\"}"), "{\"a\": \"\", \"b\": 1}", "b is no argument of this tool" },
  { P1 ("\"a\":{\"type\":[\"string\",\"null\"]}"), "{\"a\": null}", NULL },
  { P1 ("\"a\":{\"type\":[\"string\",\"null\"]}"), "{\"a\": 1}", "a must be a string or null" },
  { P1 ("\"a\":{\"type\":\"string\",\"nullable\":true}"), "{\"a\": null}", NULL },
  { P1 ("\"a\":{\"type\":\"integer\"}"), "{\"a\": 1.0}", NULL },
  { P1 ("\"a\":{\"type\":\"integer\"}"), "{\"a\": 1.5}", "a must be an integer" },
  { P1 ("\"a\":{\"type\":\"integer\"}"), "{\"a\": 1e400}", "a must be an integer" },
  { P1 ("\"a\":{\"type\":\"number\"}"), "{\"a\": true}", "a must be a number" },
  { P1 ("\"a\":{\"enum\":[\"x\",1,[2,{\"k\":null}]]}"), "{\"a\": [2.0, {\"k\": null}]}", NULL },
  { P1 ("\"a\":{\"enum\":[\"x\",1,null]}"), "{\"a\": \"y\"}", "a must be one of \"x\", 1, null" },
  { P1 ("\"a\":{\"enum\":[\"x\",1],\"type\":\"string\"}"), "{\"a\": 1}", "a must be a string" },
  { P1 ("\"a\":{\"const\":\"x\"}"), "{\"a\": \"z\"}", "a must be \"x\"" },
  { P1 ("\"a\":{\"minimum\":1,\"maximum\":3}"), "{\"a\": 3}", NULL },
  { P1 ("\"a\":{\"minimum\":1,\"maximum\":3}"), "{\"a\": 3.01}", "a must be at most 3" },
  { P1 ("\"a\":{\"minimum\":1,\"maximum\":3}"), "{\"a\": 0}", "a must be at least 1" },
  { P1 ("\"a\":{\"minimum\":1,\"maximum\":3}"), "{\"a\": \"long\"}", NULL },
  { P1 ("\"a\":{\"exclusiveMinimum\":1}"), "{\"a\": 1}", "a must be greater than 1" },
  { P1 ("\"a\":{\"minimum\":1,\"exclusiveMinimum\":true}"), "{\"a\": 1}", "a must be greater than 1" },
  { P1 ("\"a\":{\"exclusiveMaximum\":5}"), "{\"a\": 5}", "a must be less than 5" },
  { P1 ("\"a\":{\"multipleOf\":0.1}"), "{\"a\": 0.3}", NULL },
  { P1 ("\"a\":{\"multipleOf\":5}"), "{\"a\": 7}", "a must be a multiple of 5" },
  { P1 ("\"a\":{\"minLength\":2,\"maxLength\":3}"), "{\"a\": \"中文字\"}", NULL },
  { P1 ("\"a\":{\"minLength\":2,\"maxLength\":3}"), "{\"a\": \"中\"}", "its least length is 2" },
  { P1 ("\"a\":{\"minLength\":2,\"maxLength\":3}"), "{\"a\": \"abcd\"}", "its greatest length is 3" },
  { P1 ("\"a\":{\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":2}"), "{\"a\": [0, 100]}", NULL },
  { P1 ("\"a\":{\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":2}"), "{\"a\": [0, \"x\"]}", "a[1] must be an integer" },
  { P1 ("\"a\":{\"items\":{\"type\":\"integer\"},\"minItems\":2,\"maxItems\":2}"), "{\"a\": [0]}", "too few elements: the least is 2" },
  { P1 ("\"a\":{\"uniqueItems\":true}"), "{\"a\": [1, 1.0]}", "same element twice" },
  { P ("\"a\":" P1 ("\"a\":{\"type\":\"boolean\"}")), "{\"a\": {\"a\": 1}}", "a.a must be true or false" },
  { P ("\"a\":" P1 ("\"a\":{\"type\":\"boolean\"}")), "{\"a\": {}}", "a.a is missing" },
  { "{\"additionalProperties\":{\"type\":\"integer\"},\"maxProperties\":2}", "{\"x\": 1, \"y\": 2}", NULL },
  { "{\"additionalProperties\":{\"type\":\"integer\"},\"maxProperties\":2}", "{\"x\": 1, \"y\": \"\"}", "y must be an integer" },
  { "{\"additionalProperties\":{\"type\":\"integer\"},\"maxProperties\":2}", "{\"x\":1,\"y\":2,\"z\":3}", "the most is 2" },
  { P ("\"a\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\",\"minimum\":3}]}"), "{\"a\": 3}", NULL },
  { P ("\"a\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\",\"minimum\":3}]}"), "{\"a\": 2}", "a fits none" },
  { P ("\"a\":{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}"), "{\"a\": 1}", NULL },
  { P ("\"a\":{\"oneOf\":[{\"type\":\"integer\"},{\"minimum\":2}]}"), "{\"a\": 3}", "a fits several" },
  { P ("\"a\":{\"allOf\":[{\"type\":\"integer\"}],\"minimum\":2}"), "{\"a\": 1}", "a must be at least 2" },
  { "{\"$defs\":{\"x/y\":{\"type\":\"integer\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/x~1y\"}}}", "{\"a\": \"\"}", "a must be an integer" },
  { "{\"$defs\":{\"t\":{\"type\":\"object\",\"properties\":{\"c\":{\"items\":{\"$ref\":\"#/$defs/t\"}}},\"additionalProperties\":false}},\"$ref\":\"#/$defs/t\"}",
    "{\"c\": [{\"c\": []}, {\"d\": 1}]}", "c[1].d is no argument" },
  { P ("\"a\":{\"type\":\"string\",\"format\":\"date\",\"pattern\":\"^x$\"}"), "{\"a\": \"no date\"}", NULL },
  { "{\"required\":[\"z\"]}", "{}", "z is missing" },
};

/* What is refused when it is read. */
static const struct { const char *schema, *reason; } refused[] = {
  { "{", "schema: JSON line 1" },
  { "5", "neither an object nor true or false" },
  { "false", "no value" },
  { "{\"type\":\"string\"}", "the arguments of a tool are an object" },
  { "{\"type\":\"text\"}", "\"type\": no type of JSON" },
  { "{\"properties\":[]}", "\"properties\": no object" },
  { "{\"not\":{}}", "\"not\": cannot be read" },
  { "{\"if\":{}}", "\"if\": cannot be read" },
  { "{\"patternProperties\":{}}", "\"patternProperties\": cannot be read" },
  { "{\"allOf\":[{},{}]}", "\"allOf\": only one schema" },
  { "{\"anyOf\":[{}],\"$ref\":\"#\"}", "only one of" },
  { "{\"anyOf\":[]}", "\"anyOf\": no list of schemas" },
  { P ("\"a\":{\"items\":[{}]}"), "\"items\": a list of schemas" },
  { P ("\"a\":{\"$ref\":\"http://example.org/x\"}"), "\"$ref\": nothing in this document" },
  { P ("\"a\":{\"$ref\":\"#/$defs/x\"}"), "\"$ref\": nothing in this document" },
  { P ("\"a\":{\"minimum\":\"1\"}"), "\"minimum\": no number" },
  { P ("\"a\":{\"minLength\":-1}"), "\"minLength\": no count" },
  { P ("\"a\":{\"minimum\":3,\"maximum\":2}"), "\"a\": its limits exclude each other" },
  { P ("\"a\":{\"enum\":[]}"), "\"enum\": no list of values" },
  { P ("\"a\":{\"multipleOf\":0}"), "\"multipleOf\": no number above 0" },
  { P1 ("\"a\":false"), "no value" },
  { "{\"$ref\":\"#\"}", "no value" },
  { "{\"$defs\":{\"t\":{\"type\":\"object\",\"required\":[\"t\"],\"properties\":{\"t\":{\"$ref\":\"#/$defs/t\"}}}},\"$ref\":\"#/$defs/t\"}", "no value" },
  { "{\"required\":\"a\"}", "\"required\": no list of names" },
  { "{\"required\":[\"b\"],\"properties\":{\"a\":{}},\"additionalProperties\":false}", "no value" },
};
/* clang-format on */

static void
test_cases (void)
{
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      const Case *c = &cases[i];
      GlmSchema *schema = NULL;
      GlmError error = { 0 };
      bool ok;

      REQUIRE (glm_schema_new (c->schema, &schema, &error), "%s: %s", c->schema, error.message);
      ok = glm_schema_check (schema, c->value, strlen (c->value), &error);
      CHECK (ok == !c->reason && (ok || (strstr (error.message, c->reason) && error.code == GLM_ERROR_ARGUMENT)),
             "%s and %s: \"%s\", expected \"%s\"", c->schema, c->value, error.message, c->reason ? c->reason : "nothing");
      glm_schema_free (schema);
    }
}

static void
test_refused (void)
{
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    {
      GlmSchema *schema = NULL;
      GlmError error = { 0 };

      CHECK (!glm_schema_new (refused[i].schema, &schema, &error) && !schema && error.code == GLM_ERROR_ARGUMENT
                 && strstr (error.message, refused[i].reason),
             "%s: \"%s\", expected \"%s\"", refused[i].schema, error.message, refused[i].reason);
    }
}

/* {"a": {"a": …}}, n deep, of this word. */
static char *
nest (const char *open, const char *close, const char *core, int n)
{
  GlmBuffer text = { 0 };

  for (int i = 0; i < n; i++)
    REQUIRE (glm_buffer_append (&text, open, strlen (open)), "memory");
  REQUIRE (glm_buffer_append (&text, core, strlen (core)), "memory");
  for (int i = 0; i < n; i++)
    REQUIRE (glm_buffer_append (&text, close, strlen (close)), "memory");
  REQUIRE (glm_buffer_append (&text, "", 1), "memory");
  return (char *) text.data;
}

static void
check_limit (char *text, const char *reason)
{
  GlmSchema *schema = NULL;
  GlmError error = { 0 };
  bool ok = glm_schema_new (text, &schema, &error);

  CHECK (ok == !reason && (ok || strstr (error.message, reason)), "%.80s…: \"%s\"", text, error.message);
  glm_schema_free (schema);
  free (text);
}

static void
test_limits (void)
{
  char *many = malloc (600 * 40), *names = malloc (600 * 40);
  size_t n = 0;

  check_limit (nest ("{\"properties\":{\"a\":", "}}", "{}", 16), NULL);
  check_limit (nest ("{\"properties\":{\"a\":", "}}", "{}", 17), "16 deep");
  check_limit (nest ("{\"properties\":{\"a\":", "}}", "{}", 1000), "nested too deeply");
  check_limit (nest (" ", "", "{}", 65536), "longer than 64 KiB");
  n = (size_t) sprintf (many, "{\"anyOf\":[");
  for (int i = 0; i < 512; i++)
    n += (size_t) sprintf (many + n, "%s{\"type\":\"object\"}", i > 0 ? "," : "");
  strcpy (many + n, "]}");
  check_limit (many, "more than 512");
  n = (size_t) sprintf (names, "{\"properties\":{");
  for (int i = 0; i < 65; i++)
    n += (size_t) sprintf (names + n, "%s\"p%d\":true", i > 0 ? "," : "", i);
  strcpy (names + n, "}}");
  check_limit (names, "more properties than 64");
}

static void
test_form (void)
{
  static const char text[] =
      "{\"$defs\":{\"u\":{\"enum\":[\"c\",\"f\",3],\"type\":\"string\"}},\"type\":\"object\",\"required\":[\"z\",\"u\"],\"properties\":{"
      "\"z\":{\"type\":\"string\",\"title\":\"Place\",\"description\":\"Where\",\"minLength\":1,\"maxLength\":20,\"default\":\"Oslo\"},"
      "\"u\":{\"$ref\":\"#/$defs/u\"},\"d\":{\"type\":\"integer\",\"minimum\":1,\"exclusiveMaximum\":8,\"default\":1},"
      "\"n\":{\"anyOf\":[{\"type\":\"number\",\"maximum\":0.1},{\"type\":\"null\"}]},\"b\":{\"type\":\"boolean\"},"
      "\"o\":{\"type\":\"object\",\"default\":{\"x\": [1, 0.1]}},\"any\":true}}";
  static const GlmFieldKind kinds[] = { GLM_FIELD_TEXT,   GLM_FIELD_CHOICE, GLM_FIELD_INTEGER, GLM_FIELD_NUMBER,
                                        GLM_FIELD_SWITCH, GLM_FIELD_JSON,   GLM_FIELD_JSON };
  static const char *const names[] = { "z", "u", "d", "n", "b", "o", "any" };
  GlmSchema *schema = NULL;
  GlmError error = { 0 };
  const GlmField *f;

  REQUIRE (glm_schema_new (text, &schema, &error), "%s", error.message);
  REQUIRE (glm_schema_n_fields (schema) == 7 && !glm_schema_field (schema, 7), "%zu fields", glm_schema_n_fields (schema));
  for (size_t i = 0; i < 7; i++)
    {
      f = glm_schema_field (schema, i);
      CHECK (strcmp (f->name, names[i]) == 0 && f->kind == kinds[i] && f->required == (i < 2), "field %zu: %s, kind %d", i,
             f->name, f->kind);
    }
  f = glm_schema_field (schema, 0);
  CHECK (strcmp (f->title, "Place") == 0 && strcmp (f->description, "Where") == 0 && strcmp (f->default_json, "\"Oslo\"") == 0
             && f->min_length == 1 && f->max_length == 20 && !f->nullable,
         "z");
  f = glm_schema_field (schema, 1);
  CHECK (f->n_choices == 2 && strcmp (f->choices[0], "\"c\"") == 0 && strcmp (f->choices[1], "\"f\"") == 0, "u: %zu",
         f->n_choices);
  f = glm_schema_field (schema, 2);
  CHECK (f->minimum == 1 && !f->excludes_minimum && f->maximum == 8 && f->excludes_maximum && f->max_length == SIZE_MAX, "d");
  f = glm_schema_field (schema, 3);
  CHECK (f->nullable && f->minimum == -INFINITY && f->maximum == 0.1 && !f->title, "n");
  f = glm_schema_field (schema, 5);
  CHECK (strcmp (f->default_json, "{\"x\": [1, 0.1]}") == 0, "o: %s", f->default_json);
  glm_schema_free (schema);
}

static void
test_built_in (void)
{
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;
  int n = 0;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/builtin_tools.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v), n++)
    {
      GlmBuffer text = { 0 };
      GlmSchema *schema = NULL;

      REQUIRE (glm_json_write_value (&text, glm_json_get (v, "parameters")) && glm_buffer_append (&text, "", 1), "memory");
      CHECK (glm_schema_new ((const char *) text.data, &schema, &error), "tool %d: %s", n, error.message);
      glm_schema_free (schema);
      glm_buffer_clear (&text);
    }
  CHECK (n >= 6, "only %d tools", n);
  glm_json_free (json);
}

int
main (int argc, char **argv)
{
  if (argc > 1)
    test_built_in ();
  else
    {
      test_cases ();
      test_refused ();
      test_limits ();
      test_form ();
    }
  return check_exit ();
}
