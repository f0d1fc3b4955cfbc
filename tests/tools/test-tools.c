/* test-tools.c: the registry, units, dates, tools that ask the host; time limits, cancelling, hostile arguments
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <json-glib/json-glib.h>

#include "tool-test.h"
#include "tools/tool.h"

typedef struct
{
  const char *arguments, *result; /* of an error: how it begins */
} Case;

static void
check (const char *tool, const Case *cases, gsize n, const ToolCallOptions *options)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autofree char *result = test_call_full (tool, cases[i].arguments, options, NULL);

      g_test_message ("%s", cases[i].arguments);
      if (*cases[i].result != '!' || !g_str_has_prefix (result, cases[i].result))
        g_assert_cmpstr (result, ==, cases[i].result);
    }
}

/* ---- Registry --------------------------------------------------------------------------------------------------- */

/* Names, descriptions and schemas are those that the tokens were counted with. */
static void
test_published (void)
{
  const char *shared = g_getenv ("MYNA_SHARED");
  g_autofree char *path = g_build_filename (shared ? shared : ".", "glm", "vectors", "builtin_tools.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *list;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the shared vectors are not there");
      return;
    }
  g_assert_true (json_parser_load_from_file (parser, path, NULL));
  list = json_node_get_array (json_parser_get_root (parser));
  g_assert_cmpuint (json_array_get_length (list), ==, tool_get_n_tools ());
  for (guint i = 0; i < tool_get_n_tools (); i++)
    {
      JsonObject *published = json_array_get_object_element (list, i);
      const Tool *tool = tool_get (i);
      g_autoptr (JsonParser) schema = json_parser_new ();
      g_autofree char *ours = NULL;
      g_autofree char *theirs = json_to_string (json_object_get_member (published, "parameters"), FALSE);

      g_assert_true (json_parser_load_from_data (schema, tool_get_schema (tool), -1, NULL));
      ours = json_to_string (json_parser_get_root (schema), FALSE);
      g_assert_cmpstr (tool_get_name (tool), ==, json_object_get_string_member (published, "name"));
      g_assert_cmpstr (tool_get_description (tool), ==, json_object_get_string_member (published, "description"));
      g_assert_cmpstr (ours, ==, theirs);
    }
}

static void
test_registry (void)
{
  const Tool *calculate = tool_find ("calculate"), *search = tool_find ("search_chats");
  g_autofree char *one = tool_dup_fingerprint (calculate);
  g_autofree char *two = tool_dup_fingerprint (search);
  Tool changed = *calculate;
  g_autofree char *three = NULL;

  g_assert_null (tool_find ("Calculate"));
  g_assert_null (tool_find (NULL));
  g_assert_null (tool_get (tool_get_n_tools ()));
  g_assert_cmpint (tool_get_class (calculate), ==, TOOL_CLASS_PURE);
  g_assert_cmpint (tool_get_class (search), ==, TOOL_CLASS_READS);
  g_assert_cmpuint (strlen (one), ==, 64);
  g_assert_cmpstr (one, !=, two);
  changed.description = "Another";
  three = tool_dup_fingerprint (&changed);
  g_assert_cmpstr (one, !=, three);
}

/* ---- Units ------------------------------------------------------------------------------------------------------ */

static void
test_units (void)
{
  static const Case cases[] = {
    { "{\"value\": 100, \"from\": \"km/h\", \"to\": \"m/s\"}", "100 km/h ≈ 27.777777777777777778 m/s" },
    { "{\"value\": 36, \"from\": \"km/h\", \"to\": \"m/s\"}", "36 km/h = 10 m/s" },
    { "{\"value\": 1, \"from\": \"inch\", \"to\": \"cm\"}", "1 inch = 2.54 cm" },
    { "{\"value\": 0.1, \"from\": \"m\", \"to\": \"mm\"}", "0.1 m = 100 mm" },
    { "{\"value\": 1e300, \"from\": \"m\", \"to\": \"km\"}", NULL },
    { "{\"value\": -40, \"from\": \"°C\", \"to\": \"°F\"}", "-40 °C = -40 °F" },
    { "{\"value\": 100, \"from\": \"celsius\", \"to\": \"Fahrenheit\"}", "100 celsius = 212 Fahrenheit" },
    { "{\"value\": 0, \"from\": \"K\", \"to\": \"°C\"}", "0 K = -273.15 °C" },
    { "{\"value\": 1, \"from\": \"J/K\", \"to\": \"J/°C\"}", "1 J/K = 1 J/°C" },
    { "{\"value\": 180, \"from\": \"degrees\", \"to\": \"rad\"}", "180 degrees ≈ 3.14159265358979 rad" },
    { "{\"value\": 1, \"from\": \"turn\", \"to\": \"degrees\"}", "1 turn = 360 degrees" },
    { "{\"value\": 1, \"from\": \"GiB\", \"to\": \"MB\"}", "1 GiB = 1073.741824 MB" },
    { "{\"value\": 8, \"from\": \"Mbit\", \"to\": \"KB\"}", "8 Mbit = 1000 KB" },
    { "{\"value\": 100, \"from\": \"Mb/s\", \"to\": \"MB/s\"}", "100 Mb/s = 12.5 MB/s" },
    { "{\"value\": 1, \"from\": \"kWh\", \"to\": \"MJ\"}", "1 kWh = 3.6 MJ" },
    { "{\"value\": 1, \"from\": \"N\", \"to\": \"kg m/s^2\"}", "1 N = 1 kg m/s^2" },
    { "{\"value\": 1, \"from\": \"acre\", \"to\": \"square meters\"}", "1 acre = 4046.8564224 square meters" },
    { "{\"value\": 2, \"from\": \"m²\", \"to\": \"cm^2\"}", "2 m² = 20000 cm^2" },
    { "{\"value\": 3, \"from\": \"亩\", \"to\": \"平方米\"}", "3 亩 = 2000 平方米" },
    { "{\"value\": 2, \"from\": \"斤\", \"to\": \"公斤\"}", "2 斤 = 1 公斤" },
    { "{\"value\": 1, \"from\": \"nautical miles\", \"to\": \"KM\"}", "1 nautical miles = 1.852 KM" },
    { "{\"value\": 60, \"from\": \"miles per hour\", \"to\": \"mph\"}", "60 miles per hour = 60 mph" },
    { "{\"value\": 1, \"from\": \"year\", \"to\": \"days\"}", "1 year = 365.25 days (a year of 365.25 days)" },
    { "{\"value\": 1, \"from\": \"gallon\", \"to\": \"liters\"}", "1 gallon = 3.785411784 liters (the US gallon)" },
    { "{\"value\": 14.5, \"from\": \"psi\", \"to\": \"kPa\"}", "14.5 psi ≈ 99.973980750941239382 kPa" },
    { "{\"value\": 1, \"from\": \"atm\", \"to\": \"Torr\"}", "1 atm = 760 Torr" },
    { "{\"value\": 3000, \"from\": \"rpm\", \"to\": \"Hz\"}", "!A rpm is another quantity, and Hz is a frequency" },
    { "{\"value\": 1, \"from\": \"kg\", \"to\": \"m\"}", "!A kg is a mass, and m is a length" },
    { "{\"value\": 1, \"from\": \"dollar\", \"to\": \"yuan\"}", "!A There is no unit “dollar” here" },
    { "{\"value\": 1, \"from\": \"ton\", \"to\": \"kg\"}", "!A “ton” is not clear: tonne, short_ton, long_ton" },
    { "{\"value\": -300, \"from\": \"°C\", \"to\": \"K\"}", "!F That is below absolute zero" },
    { "{\"value\": \"1\", \"from\": \"m\", \"to\": \"km\"}", "!A value must be a number" },
    { "{\"from\": \"m\", \"to\": \"km\"}", "!A value is missing" },
    { "{\"value\": 1, \"from\": \"\", \"to\": \"km\"}", "!A “” is not a unit" },
    { "{\"value\": 1, \"from\": \"m^99999999999\", \"to\": \"km\"}", "!A “m^99999999999” is not a unit" },
    { "{\"value\": 1, \"from\": \"m|g\", \"to\": \"km\"}", "!A There is no unit" },
    { "{\"value\": 1, \"from\": \"m/\", \"to\": \"km\"}", "!A “m/” is not a unit" },
    { "{\"value\": 1, \"from\": \"m*m*m*m*m*m*m*m*m*m*m*m*m*m*m*m*m*m\", \"to\": \"km\"}", "!A " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    if (cases[i].result)
      check ("convert_units", &cases[i], 1, NULL);
}

/* ---- Dates ------------------------------------------------------------------------------------------------------ */

static void
test_dates (void)
{
  static const Case cases[] = {
    { "{}", "Sunday, 2026-11-29 18:07:09 UTC (UTC+00:00), week 48 of 2026, day 333 of the year" },
    { "{\"zone\": \"Asia/Shanghai\"}",
      "Monday, 2026-11-30 02:07:09 Asia/Shanghai (UTC+08:00), week 49 of 2026, day 334 of the year" },
    { "{\"start\": \"2024-02-29\"}", "Thursday, 2024-02-29, week 9 of 2024, day 60 of the year" },
    { "{\"start\": \"2024-02-29\", \"add\": \"P1Y\"}", "Friday, 2025-02-28, week 9 of 2025, day 59 of the year" },
    { "{\"start\": \"2024-01-31\", \"add\": \"P1M\"}", "Thursday, 2024-02-29, week 9 of 2024, day 60 of the year" },
    { "{\"start\": \"2024-03-31\", \"add\": \"-P1M2D\"}", "Tuesday, 2024-02-27, week 9 of 2024, day 58 of the year" },
    { "{\"start\": \"2024-02-28\", \"add\": \"P2W\"}", "Wednesday, 2024-03-13, week 11 of 2024, day 73 of the year" },
    { "{\"start\": \"2024-12-31T23:00\", \"add\": \"PT90M\"}",
      "Wednesday, 2025-01-01 00:30:00 UTC+00:00, week 1 of 2025, day 1 of the year" },
    { "{\"start\": \"2024-12-31\", \"add\": \"-PT90M\"}",
      "Monday, 2024-12-30 22:30:00 UTC+00:00, week 1 of 2025, day 365 of the year" },
    { "{\"start\": \"2024-05-01T10:00+08:00\", \"zone\": \"UTC\"}",
      "Wednesday, 2024-05-01 02:00:00 UTC (UTC+00:00), week 18 of 2024, day 122 of the year" },
    { "{\"start\": \"2000-01-01\", \"until\": \"2024-02-29\"}",
      "From Saturday, 2000-01-01 to Thursday, 2024-02-29: 8825 days = 24 years 1 month 28 days = 1260 weeks and 5 days" },
    { "{\"until\": \"2026-12-25\"}", "From Sunday, 2026-11-29 to Friday, 2026-12-25: 26 days = 3 weeks and 5 days" },
    { "{\"start\": \"2024-03-01\", \"until\": \"2024-02-01\"}",
      "From Friday, 2024-03-01 to Thursday, 2024-02-01: minus 29 days = 1 month = 4 weeks and 1 days" },
    { "{\"start\": \"2024-03-01\", \"until\": \"2024-03-01\"}", "From Friday, 2024-03-01 to Friday, 2024-03-01: 0 days" },
    { "{\"start\": \"2024-03-01T08:00\", \"until\": \"2024-03-02T09:30:05\"}",
      "From Friday, 2024-03-01 08:00:00 UTC+00:00 to Saturday, 2024-03-02 09:30:05 UTC+00:00: 1 day 1 hour 30 minutes 5 seconds" },
    { "{\"start\": \"0001-01-01\", \"until\": \"9999-12-31\"}",
      "From Monday, 0001-01-01 to Friday, 9999-12-31: 3652058 days = 9998 years 11 months 30 days = 521722 weeks and 4 days" },
    { "{\"start\": \"2023-02-29\"}", "!A “2023-02-29” is not in the calendar" },
    { "{\"start\": \"yesterday\"}", "!A “yesterday” is not a date such as 2024-02-29" },
    { "{\"start\": \"2024-02-29T25:00\"}", "!A " },
    { "{\"start\": \"10000-01-01\"}", "!A " },
    { "{\"start\": \"0000-01-01\"}", "!A " },
    { "{\"start\": \"9999-12-31\", \"add\": \"P1D\"}", "!L The result is not within the years 1 to 9999" },
    { "{\"start\": \"2024-01-01\", \"add\": \"P9999999Y\"}", "!L " },
    { "{\"start\": \"2024-01-01\", \"add\": \"P99999999999999999999Y\"}", "!A " },
    { "{\"start\": \"2024-01-01\", \"add\": \"1 month\"}", "!A “1 month” is not a duration such as P1M2D" },
    { "{\"start\": \"2024-01-01\", \"add\": \"P\"}", "!A " },
    { "{\"start\": \"2024-01-01\", \"add\": \"P1.5Y\"}", "!A " },
    { "{\"start\": \"2024-01-01\", \"add\": \"P-1D\"}", "!A " },
    { "{\"start\": \"2024-01-01\", \"add\": \"PT1D\"}", "!A " },
    { "{\"zone\": \"Mars/Olympus\"}", "!A “Mars/Olympus” is not a time zone" },
    { "{\"zone\": \"../../etc/passwd\"}", "!A " },
    { "{\"zone\": \"/etc/passwd\"}", "!A " },
    { "{\"zone\": \"\"}", "!A " },
    { "{\"start\": 20240101}", "!A start must be a string" },
    { "{\"start\": null}", "Sunday, 2026-11-29 18:07:09 UTC (UTC+00:00), week 48 of 2026, day 333 of the year" },
  };
  ToolCallOptions options = { 0 };

  options.now = g_date_time_new_utc (2026, 11, 29, 18, 7, 9);
  check ("date_time", cases, G_N_ELEMENTS (cases), &options);
  g_date_time_unref (options.now);
}

/* A clock that is not set: what it says is no date. */
static void
test_clock (void)
{
  g_autoptr (JsonObject) arguments = json_object_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (tool_date_time.compute (arguments, NULL, NULL, &error));
  g_assert_error (error, TOOL_ERROR, TOOL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "clock"));
}

/* ---- The host --------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *query;
  guint limit;
  gboolean hangs; /* until cancelled */
} World;

static World world;

static void
return_later (gpointer owner, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (owner, cancellable, callback, user_data);

  if (world.hangs)
    {
      g_object_set_data_full (owner, "hanging", task, g_object_unref);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
search_async (gpointer owner, const char *query, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback,
              gpointer user_data)
{
  g_free (world.query);
  world.query = g_strdup (query);
  world.limit = limit;
  return_later (owner, cancellable, callback, user_data);
}

static GPtrArray *
search_finish (gpointer owner, GAsyncResult *result, GError **error)
{
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_place_free);
  g_autofree char *long_text = g_strnfill (400, 'x');

  if (!g_task_propagate_boolean (G_TASK (result), error))
    {
      g_ptr_array_unref (places);
      return NULL;
    }
  if (g_str_equal (world.query, "nothing"))
    return places;
  g_ptr_array_add (places, tool_place_new (7, 1700000000000, "Trip", "a\nplace"));
  g_ptr_array_add (places, tool_place_new (8, 1700000000000, "Title", ""));
  g_ptr_array_add (places, tool_place_new (9, 1700000000000, "Long", long_text));
  return places;
}

static void
documents_async (gpointer owner, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  return_later (owner, cancellable, callback, user_data);
}

static GPtrArray *
documents_finish (gpointer owner, GAsyncResult *result, GError **error)
{
  GPtrArray *documents = g_ptr_array_new_with_free_func ((GDestroyNotify) tool_document_free);
  g_autoptr (GString) text = g_string_new (NULL);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    {
      g_ptr_array_unref (documents);
      return NULL;
    }
  for (guint i = 0; i < 2001; i++)
    g_string_append (text, "语");
  g_ptr_array_add (documents, tool_document_new ("a.txt", "old"));
  g_ptr_array_add (documents, tool_document_new ("a.txt", text->str));
  g_ptr_array_add (documents, tool_document_new ("Empty.md", ""));
  g_ptr_array_add (documents,
                   tool_document_new ("Report.pdf", "[Page 1]\n\nOne, see\n[Page 1] there\n\n[Page 3]\n\nThree\n[Page x]"));
  return documents;
}

static void
result_async (gpointer owner, guint number, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  world.limit = number;
  return_later (owner, cancellable, callback, user_data);
}

static char *
result_finish (gpointer owner, GAsyncResult *result, GError **error)
{
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  if (world.limit == 3)
    return g_strnfill (5000, 'r');
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is no result %u", world.limit);
  return NULL;
}

static const ToolHostFuncs host_funcs = {
  search_async, search_finish, documents_async, documents_finish, result_async, result_finish,
};

static void
test_host (void)
{
  static const Case searches[] = {
    { "{\"query\": \"nothing\"}", "No earlier conversation has all these words." },
    { "{\"query\": \"  \"}", "!A query must be some words" },
    { "{\"query\": \"a\", \"limit\": 0}", "!A limit must be from 1 to 10" },
    { "{\"query\": \"a\", \"limit\": 2.5}", "!A limit must be an integer" },
    { "{\"limit\": 3}", "!A query is missing" },
  };
  static const Case documents[] = {
    { "{\"name\": \"a.txt\", \"page\": 2}", "“a.txt”, page 2 of 2:\n语" },
    { "{\"name\": \"empty.MD\"}", "“Empty.md”, page 1 of 1:\n" },
    { "{\"name\": \"report.pdf\"}", "“Report.pdf”, page 1 of 3:\nOne, see\n[Page 1] there\n\n" },
    { "{\"name\": \"Report.pdf\", \"page\": 3}", "“Report.pdf”, page 3 of 3:\nThree\n[Page x]" },
    { "{\"name\": \"Report.pdf\", \"page\": 2}", "!A Page 2 of “Report.pdf” has no text" },
    { "{\"name\": \"Report.pdf\", \"page\": 4}", "!A “Report.pdf” has 3 pages" },
    { "{\"name\": \"a.txt\", \"page\": 3}", "!A “a.txt” has 2 pages" },
    { "{\"name\": \"/etc/passwd\"}", "!A There is no document “/etc/passwd”. There are: “Report.pdf”, “Empty.md”, “a.txt”" },
  };
  static const Case results[] = {
    { "{\"result\": 1, \"from\": 0}", "!A There is no result 1" },
    { "{\"result\": 3, \"from\": 5000}", "!A Result 3 has 5000 characters" },
    { "{\"result\": -1, \"from\": 0}", "!A result must be from 1" },
    { "{\"result\": 3, \"from\": 4998}", "rr" },
  };
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  const ToolCallOptions options = { .host = { &host_funcs, owner }, .budget = 1000 };
  g_autofree char *found = test_call_full ("search_chats", "{\"query\": \"trip\", \"limit\": 3}", &options, NULL);
  g_autofree char *more = test_call_full ("read_more", "{\"result\": 3, \"from\": 1024}", &options, NULL);

  g_assert_true (g_str_has_prefix (found, "1. “Trip”, 2023-11-1"));
  g_assert_nonnull (strstr (found, ", id 7: a place\n2. “Title”, 2023-11-1"));
  g_assert_true (g_str_has_suffix (found, "xxx…"));
  g_assert_cmpuint (world.limit, ==, 3);
  g_assert_true (g_str_has_suffix (more, "r\n[… 3,056 characters more: read_more(result=3, from=1944)]"));
  g_assert_cmpint (g_utf8_strlen (more, -1), <=, 1000);
  check ("search_chats", searches, G_N_ELEMENTS (searches), &options);
  check ("read_document", documents, G_N_ELEMENTS (documents), &options);
  check ("read_more", results, G_N_ELEMENTS (results), &options);
  /* Without a host. */
  check ("read_more", &(Case){ "{\"result\": 1, \"from\": 0}", "!F read_more cannot be used here" }, 1, NULL);
  g_clear_pointer (&world.query, g_free);
}

/* ---- Ending ----------------------------------------------------------------------------------------------------- */

static char *
compute_forever (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_usleep (1000);
  return NULL;
}

static const Tool forever = { .name = "forever", .description = "", .schema = "{}", .seconds = 1, .compute = compute_forever };

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static gboolean
release_cb (gpointer owner)
{
  GTask *task = g_object_steal_data (owner, "hanging");

  g_task_return_error_if_cancelled (task);
  g_object_unref (task);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer owner)
{
  g_idle_add (release_cb, owner);
}

/* Every tool ends at once when it is told to. */
static void
test_cancel (void)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);
  const ToolCallOptions options = { .host = { &host_funcs, owner } };
  static const Case calls[] = {
    { "calculate", "{\"expression\": \"1\"}" },
    { "convert_units", "{\"value\": 1, \"from\": \"m\", \"to\": \"m\"}" },
    { "date_time", "{}" },
    { "search_chats", "{\"query\": \"a\"}" },
    { "read_document", "{\"name\": \"a.txt\"}" },
    { "read_more", "{\"result\": 3, \"from\": 0}" },
  };

  /* Before it begins. */
  for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autofree char *text = NULL;

      g_cancellable_cancel (cancellable);
      text = test_call_full (calls[i].arguments, calls[i].result, &options, cancellable);
      g_assert_cmpstr (text, ==, "!C");
    }
  /* While it computes. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      char *text = NULL;

      g_idle_add (cancel_cb, cancellable);
      tool_call_async (&forever, "{}", NULL, cancellable, test_called_cb, &text);
      while (!text)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpstr (text, ==, "!C");
      g_free (text);
    }
  /* While the host is asked. */
  world.hangs = TRUE;
  for (gsize i = 3; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autofree char *text = NULL;

      g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), owner);
      g_idle_add (cancel_cb, cancellable);
      text = test_call_full (calls[i].arguments, calls[i].result, &options, cancellable);
      g_assert_cmpstr (text, ==, "!C");
    }
  world.hangs = FALSE;
  g_clear_pointer (&world.query, g_free);
}

static void
test_timeout (void)
{
  char *text = NULL;

  tool_call_async (&forever, "{}", NULL, NULL, test_called_cb, &text);
  while (!text)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (text, ==, "!T forever took longer than 1 s");
  g_free (text);
}

/* ---- Arguments and results -------------------------------------------------------------------------------------- */

static void
test_hostile (void)
{
  static const char *const bad[] = {
    "",
    "[]",
    "1",
    "null",
    "{",
    "{\"expression\": \"1\"",
    "{'expression': '1'}",
    "{\"expression\": 1}",
    "{\"expression\": [\"1\"]}",
    "{\"expression\": {\"a\": \"1\"}}",
    "{\"expression\": null}",
    "{/* \" */\"expression\": \"1\"}",
    "{\"expression\": \"\\ud800\"}",
    "{\"expression\": \"\\udc00\"}",
    "{\"expression\": \"\\377\"}",
    "{\"expression\": \"1\xff\"}",
    "{\"expression\": NaN}",
  };
  g_autoptr (GString) deep = g_string_new ("{\"expression\": ");
  g_autoptr (GString) large = g_string_new ("{\"expression\": \"");
  g_autoptr (GString) hidden = g_string_new ("{/* \" */\"a\":");
  g_autofree char *deep_text = NULL;
  g_autofree char *large_text = NULL;
  g_autofree char *hidden_text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *text = test_call_full ("calculate", bad[i], NULL, NULL);

      g_test_message ("%" G_GSIZE_FORMAT, i);
      g_assert_true (g_str_has_prefix (text, "!A "));
    }
  for (guint i = 0; i < 60000; i++)
    {
      g_string_append_c (deep, '[');
      g_string_append_c (hidden, '[');
      g_string_append_c (large, '1');
    }
  deep_text = test_call_full ("calculate", deep->str, NULL, NULL);
  g_assert_cmpstr (deep_text, ==, "!A The arguments are no JSON, or nested more than 32 levels deep");
  hidden_text = test_call_full ("calculate", hidden->str, NULL, NULL);
  g_assert_true (g_str_has_prefix (hidden_text, "!A The arguments are no JSON"));
  for (guint i = 0; i < 6000; i++)
    g_string_append_c (large, '1');
  g_string_append (large, "\"}");
  large_text = test_call_full ("calculate", large->str, NULL, NULL);
  g_assert_cmpstr (large_text, ==, "!A The arguments are longer than 64 KiB");
}

static void
clean_is (const char *dirty, gsize n, const char *clean)
{
  g_autofree char *text = tool_text_clean (dirty, n);

  g_assert_cmpstr (text, ==, clean);
}

#define assert_clean(dirty, clean) clean_is (dirty, sizeof dirty - 1, clean)

static void
test_clean (void)
{
  g_autofree char *huge = g_strnfill (3 << 20, 'a');
  g_autofree char *cut = tool_text_clean (huge, 3 << 20);

  assert_clean ("plain\ttext\n", "plain\ttext\n");
  assert_clean ("a\0b", "a\357\277\275b");
  assert_clean ("\033[31mred\033[0m", "red");
  assert_clean ("\033]0;title\acontent", "content");
  assert_clean ("\033]8;;http://x\033\\link", "link");
  assert_clean ("a\033", "a");
  assert_clean ("a\033[", "a");
  assert_clean ("a\xff", "a\357\277\275");
  assert_clean ("a\r\nb\rc", "a\nb\nc");
  assert_clean ("a\b\x7f\xc2\x9bz", "az");
  g_assert_cmpuint (strlen (cut), ==, TOOL_MAX_RESULT_BYTES);
}

static void
test_cut (void)
{
  g_autofree char *whole = tool_text_cut ("语言", 0, 2, 1);
  g_autofree char *cut = tool_text_cut ("语言模型", 0, 3, 4);
  g_autofree char *rest = tool_text_cut ("语言模型", 3, 3, 4);
  g_autofree char *beyond = tool_text_cut ("语言", 9, 3, 4);
  g_autofree char *shown = tool_text_show ("a\u202eb\u200bc\a");
  g_autoptr (GError) error = g_error_new_literal (TOOL_ERROR, TOOL_ERROR_FAILED, "two\nlines");
  g_autofree char *line = tool_text_of_error (error);

  g_assert_cmpstr (whole, ==, "语言");
  g_assert_cmpstr (cut, ==, "语言模\n[… 1 characters more: read_more(result=4, from=3)]");
  g_assert_cmpstr (rest, ==, "型");
  g_assert_cmpstr (beyond, ==, "");
  g_assert_cmpstr (shown, ==, "a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩");
  g_assert_cmpstr (line, ==, "Error: two lines");
}

/* A log that goes on, one that has lost its beginning, and another one. */
static void
test_gone (void)
{
  g_assert_cmpuint (tool_text_find_gone ("", "a\n"), ==, 0);
  g_assert_cmpuint (tool_text_find_gone ("a\nb\n", "a\nb\nc\n"), ==, 0);
  g_assert_cmpuint (tool_text_find_gone ("a\nb\n", "b\nc\n"), ==, 2);
  g_assert_cmpuint (tool_text_find_gone ("a\na\nb\n", "a\nb\nc\n"), ==, 2);
  g_assert_cmpuint (tool_text_find_gone ("a\nb\nb", "b\nc\n"), ==, 4);
  g_assert_cmpuint (tool_text_find_gone ("a\nb\n", "c\n"), ==, 4);
  g_assert_cmpuint (tool_text_find_gone ("a\nb", ""), ==, 3);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tools/published", test_published);
  g_test_add_func ("/tools/registry", test_registry);
  g_test_add_func ("/tools/units", test_units);
  g_test_add_func ("/tools/dates", test_dates);
  g_test_add_func ("/tools/clock", test_clock);
  g_test_add_func ("/tools/host", test_host);
  g_test_add_func ("/tools/cancel", test_cancel);
  g_test_add_func ("/tools/timeout", test_timeout);
  g_test_add_func ("/tools/hostile", test_hostile);
  g_test_add_func ("/tools/clean", test_clean);
  g_test_add_func ("/tools/cut", test_cut);
  g_test_add_func ("/tools/gone", test_gone);
  return g_test_run ();
}
