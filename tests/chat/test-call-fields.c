/* test-call-fields.c: what is passed on to a tool, as fields that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/call-fields.h"

#include "chat/tool-words.h"

static GPtrArray *
fields_of (const char *tool, const char *arguments)
{
  StoreCall call = { .tool = (char *) tool, .arguments = (char *) arguments };

  return myna_call_fields_new (&call);
}

static const MynaCallField *
find (GPtrArray *fields, const char *name, guint *ret_position)
{
  for (guint i = 0; i < fields->len; i++)
    {
      const MynaCallField *field = g_ptr_array_index (fields, i);

      if (g_str_equal (field->name, name))
        {
          *ret_position = i;
          return field;
        }
    }
  g_assert_not_reached ();
}

/* The rows as a form shows them before anything is changed. */
static GPtrArray *
values_of (GPtrArray *fields)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < fields->len; i++)
    {
      const MynaCallField *field = g_ptr_array_index (fields, i);

      g_ptr_array_add (values, field->kind == GLM_FIELD_JSON ? g_strdup (field->given) : myna_call_dup_plain (field->given));
    }
  return values;
}

static void
set (GPtrArray *values, guint position, const char *value)
{
  g_free (values->pdata[position]);
  values->pdata[position] = g_strdup (value);
}

/* What nobody changed is passed on as the model wrote it, digit by digit, with what the schema does not know. */
static void
test_unchanged (void)
{
  static const char arguments[] = "{\"value\":1.5,\"from\":\"km\",\"to\":\"mi\",\"note\":[1,null]}";
  g_autoptr (GPtrArray) fields = fields_of ("convert_units", arguments);
  g_autoptr (GPtrArray) values = values_of (fields);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = myna_call_fields_dup_arguments (fields, values, &error);
  guint at;

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, arguments);
  g_assert_cmpint (find (fields, "value", &at)->kind, ==, GLM_FIELD_NUMBER);
  g_assert_cmpint (find (fields, "note", &at)->kind, ==, GLM_FIELD_JSON);
}

/* What cannot be read says which row it is. */
static void
test_errors (void)
{
  g_autoptr (GPtrArray) fields = fields_of ("convert_units", "{\"value\": 1, \"from\": \"km\", \"to\": \"mi\", \"note\": {}}");
  g_autoptr (GPtrArray) values = values_of (fields);
  g_autofree char *found = NULL;
  GError *error = NULL;
  guint at;

  find (fields, "value", &at);
  set (values, at, "1 000");
  g_assert_null (myna_call_fields_dup_arguments (fields, values, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS);
  g_assert_cmpstr (error->message, ==, "“Value” is not a number.");
  g_clear_error (&error);
  set (values, at, " 1e3 ");
  find (fields, "note", &at);
  set (values, at, "{");
  g_assert_null (myna_call_fields_dup_arguments (fields, values, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS);
  g_clear_error (&error);
  set (values, at, "");
  found = myna_call_fields_dup_arguments (fields, values, &error);
  g_assert_no_error (error);
  /* A row that is emptied takes back what the model gave. */
  g_assert_cmpstr (found, ==, "{\"value\":1000.0,\"from\":\"km\",\"to\":\"mi\"}");
}

/* An optional row that is empty is left out; a text of the model's that is empty stays. */
static void
test_optional (void)
{
  g_autoptr (GPtrArray) fields = fields_of ("date_time", "{\"zone\": \"\"}");
  g_autoptr (GPtrArray) values = values_of (fields);
  g_autofree char *found = NULL;
  guint at;

  g_assert_true (myna_call_field_is_optional (find (fields, "start", &at)));
  g_assert_false (myna_call_field_is_optional (find (fields, "zone", &at)));
  found = myna_call_fields_dup_arguments (fields, values, NULL);
  g_assert_cmpstr (found, ==, "{\"zone\":\"\"}");
}

static void
test_values (void)
{
  g_autofree char *text = myna_call_dup_plain ("\"a\\nb\"");
  g_autofree char *number = myna_call_dup_plain ("12");
  g_autofree char *none = myna_call_dup_plain (NULL);
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *kept = myna_call_dup_plain (deep);

  g_assert_cmpstr (text, ==, "a\nb");
  g_assert_cmpstr (number, ==, "12");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (kept, ==, deep);
  g_assert_true (myna_call_is_same_value ("{\"a\": 1}", "{ \"a\" :1}"));
  g_assert_false (myna_call_is_same_value ("1", "\"1\""));
  g_assert_false (myna_call_is_same_value ("{", "{"));
  g_assert_false (myna_call_is_same_value (NULL, "1"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-fields/unchanged", test_unchanged);
  g_test_add_func ("/call-fields/errors", test_errors);
  g_test_add_func ("/call-fields/optional", test_optional);
  g_test_add_func ("/call-fields/values", test_values);
  return g_test_run ();
}
