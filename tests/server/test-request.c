/* test-request.c: what clients ask for, and what is wrong with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "server/server-request.h"
#include "server/server-stops.h"
#include "server/server-token.h"

#define MESSAGES   "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"
#define TOOL(more) "{\"type\":\"function\",\"function\":{\"name\":\"look\"" more "}}"
#define FORMAT(schema, more) \
  "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"x\",\"schema\":" schema more "}}"

static ServerRequest *
read_kind (ServerRequestKind kind, const char *body, ServerProblem *problem)
{
  return server_request_new (kind, body, strlen (body), problem);
}

static ServerRequest *
read_sound (const char *more)
{
  g_autofree char *body = g_strdup_printf ("{" MESSAGES "%s%s}", *more ? "," : "", more);
  g_auto (ServerProblem) problem = { 0 };
  ServerRequest *request = read_kind (SERVER_REQUEST_CHAT, body, &problem);

  g_assert_cmpstr (problem.message, ==, NULL);
  g_assert_nonnull (request);
  return request;
}

static void
assert_wrong (ServerRequestKind kind, const char *body, const char *param)
{
  g_auto (ServerProblem) problem = { 0 };

  g_assert_null (read_kind (kind, body, &problem));
  g_test_message ("%s", problem.message);
  g_assert_cmpuint (problem.status, ==, 400);
  g_assert_nonnull (problem.code);
  g_assert_cmpstr (problem.param, ==, param);
  g_assert_true (g_utf8_validate (problem.message, -1, NULL));
}

static void
test_wrong (void)
{
  static const struct
  {
    const char *more, *param;
  } wrongs[] = {
    { "\"temperature\":\"hot\"", "temperature" },
    { "\"temperature\":3", "temperature" },
    { "\"top_p\":-0.1", "top_p" },
    { "\"min_p\":true", "min_p" },
    { "\"top_k\":1.5", "top_k" },
    { "\"n\":2", "n" },
    { "\"seed\":\"x\"", "seed" },
    { "\"max_tokens\":0", "max_tokens" },
    { "\"max_completion_tokens\":-1", "max_completion_tokens" },
    { "\"stream\":1", "stream" },
    { "\"stream_options\":[]", "stream_options" },
    { "\"stream_options\":{\"include_usage\":\"yes\"}", "include_usage" },
    { "\"stop\":7", "stop" },
    { "\"stop\":[\"a\",\"b\",\"c\",\"d\",\"e\"]", "stop" },
    { "\"stop\":[null]", "stop" },
    { "\"model\":[]", "model" },
    { "\"logprobs\":3", "logprobs" },
    { "\"top_logprobs\":21,\"logprobs\":true", "top_logprobs" },
    { "\"top_logprobs\":2", "top_logprobs" },
    { "\"tools\":{}", "tools" },
    { "\"tools\":[7]", "tools.0" },
    { "\"tools\":[{\"type\":\"web_search\"}]", "tools.0" },
    { "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a b\"}}]", "tools.0" },
    { "\"tools\":[" TOOL ("") "," TOOL ("") "]", "tools.1" },
    { "\"tools\":[" TOOL (",\"parameters\":[]") "]", "parameters" },
    { "\"tools\":[" TOOL (",\"strict\":true,\"parameters\":{\"type\":\"object\",\"not\":{}}") "]", "tools" },
    { "\"tools\":[" TOOL ("") "],\"tool_choice\":\"perhaps\"", "tool_choice" },
    { "\"tools\":[" TOOL ("") "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"other\"}}", "tool_choice" },
    { "\"tool_choice\":\"required\"", "tool_choice" },
    { "\"parallel_tool_calls\":\"no\"", "parallel_tool_calls" },
    { "\"response_format\":\"json\"", "response_format" },
    { "\"response_format\":{\"type\":\"xml\"}", "response_format" },
    { "\"response_format\":{\"type\":\"json_schema\"}", "response_format" },
    { FORMAT ("{\"type\":\"object\",\"not\":{}}", ""), "response_format" },
    { FORMAT ("{\"type\":\"object\",\"minProperties\":2}", ",\"strict\":true"), "response_format" },
    { "\"tools\":[" TOOL ("") "],\"response_format\":{\"type\":\"json_object\"}", "response_format" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *body = g_strdup_printf ("{" MESSAGES ",%s}", wrongs[i].more);

      g_test_message ("%s", wrongs[i].more);
      assert_wrong (SERVER_REQUEST_CHAT, body, wrongs[i].param);
    }
}

static void
test_wrong_bodies (void)
{
  g_autofree char *deep = g_strnfill (33, '['), *closing = g_strnfill (33, ']');
  g_autofree char *too_deep = g_strdup_printf ("{" MESSAGES ",\"x\":%s%s}", deep, closing);
  g_autoptr (GString) many = g_string_new ("{\"messages\":[");
  static const char *const bodies[] = {
    "",
    "{",
    "[]",
    "7",
    "null",
    "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0000b\"}]}",
    "{'messages':[]}",
    "\xff",
    "{\"messages\":[]} x",
    "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}",
  };
  static const char *const messages[] = {
    "[7]",
    "[{\"role\":\"narrator\",\"content\":\"x\"}]",
    "[{\"content\":\"x\"}]",
    "[{\"role\":\"user\",\"content\":{}}]",
    "[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:\"}}]}]",
    "[{\"role\":\"user\",\"content\":[{\"type\":\"text\"}]}]",
    "[{\"role\":\"assistant\",\"tool_calls\":{}}]",
    "[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}]",
    "[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"a\\nb\"}}]}]",
    "[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{\"name\":\"a\",\"arguments\":\"[1\"}}]}]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_wrong (SERVER_REQUEST_CHAT, bodies[i], NULL);
  assert_wrong (SERVER_REQUEST_CHAT, too_deep, NULL);
  assert_wrong (SERVER_REQUEST_CHAT, "{}", "messages");
  assert_wrong (SERVER_REQUEST_CHAT, "{\"messages\":[{\"role\":\"assistant\",\"content\":null}]}", "messages");
  for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"messages\":%s}", messages[i]);

      g_test_message ("%s", body);
      assert_wrong (SERVER_REQUEST_CHAT, body, "messages.0");
    }
  for (guint i = 0; i < SERVER_MAX_MESSAGES + 1; i++)
    g_string_append_printf (many, "%s{\"role\":\"user\",\"content\":\"x\"}", i ? "," : "");
  g_string_append (many, "]}");
  assert_wrong (SERVER_REQUEST_CHAT, many->str, "messages");
}

/* Nulls for what is optional, fields that nobody knows, and the oddities of real clients. */
static void
test_accepted (void)
{
  g_autoptr (ServerRequest) nulls = read_sound (
      "\"temperature\":null,\"stop\":null,\"tools\":null,\"tool_choice\":null,\"stream\":null,\"seed\":null,"
      "\"response_format\":null,\"logprobs\":null,\"n\":null,\"max_tokens\":null,\"stream_options\":null,\"model\":null");
  g_autoptr (ServerRequest) unknown =
      read_sound ("\"user\":\"me\",\"store\":false,\"metadata\":{\"a\":[1]},\"service_tier\":\"auto\"");
  g_autoptr (ServerRequest) set = read_sound (
      "\"temperature\":0,\"top_p\":0.5,\"top_k\":-1,\"min_p\":0.25,\"seed\":0,\"max_tokens\":7,"
      "\"max_completion_tokens\":9.0,\"stop\":[\"a\",\"\",\"bc\"],\"stream\":true,\"stream_options\":{\"include_usage\":true},"
      "\"logprobs\":true,\"top_logprobs\":20,\"model\":\"m\"");

  g_assert_cmpfloat (nulls->sampling.temperature, ==, -1);
  g_assert_cmpint (nulls->sampling.max_tokens, ==, -1);
  g_assert_false (nulls->stream);
  g_assert_null (nulls->tools);
  g_assert_cmpuint (unknown->turns->len, ==, 1);
  g_assert_cmpfloat (set->sampling.temperature, ==, 0);
  g_assert_cmpint (set->sampling.top_k, ==, 0);
  g_assert_cmpint (set->sampling.max_tokens, ==, 9);
  g_assert_cmpuint (set->sampling.seed, !=, 0);
  g_assert_cmpstr (set->stops[0], ==, "a");
  g_assert_cmpstr (set->stops[1], ==, "bc");
  g_assert_null (set->stops[2]);
  g_assert_true (set->stream && set->wants_usage && set->wants_chances);
  g_assert_cmpuint (set->n_top, ==, 20);
  g_assert_cmpstr (set->model, ==, "m");
}

static const GlmTurn *
turn_at (const ServerRequest *request, guint i)
{
  g_assert_cmpuint (i, <, request->turns->len);
  return &g_array_index (request->turns, GlmTurn, i);
}

static void
test_messages (void)
{
  g_auto (ServerProblem) problem = { 0 };
  g_autoptr (ServerRequest) request = read_kind (
      SERVER_REQUEST_CHAT,
      "{\"messages\":[{\"role\":\"developer\",\"content\":\"Be brief.\"},"
      "{\"role\":\"user\",\"name\":\"me\",\"content\":[{\"type\":\"text\",\"text\":\"One\"},{\"type\":\"text\",\"text\":\"Two\"}]},"
      "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":null,\"type\":\"function\",\"function\":"
      "{\"name\":\"look\",\"arguments\":\"{\\\"a\\\":1}\"}},{\"function\":{\"name\":\"see\",\"arguments\":{\"b\":2}}},"
      "{\"function\":{\"name\":\"nap\",\"arguments\":\"\"}}]},"
      "{\"role\":\"tool\",\"tool_call_id\":\"nobody\",\"content\":\"seen\"},{\"role\":\"assistant\",\"content\":\"\"}]}",
      &problem);

  g_assert_cmpstr (problem.message, ==, NULL);
  g_assert_cmpuint (request->turns->len, ==, 6);
  g_assert_cmpstr (turn_at (request, 0)->role, ==, "system");
  g_assert_cmpstr (turn_at (request, 1)->content, ==, "One\nTwo");
  g_assert_cmpstr (turn_at (request, 2)->metadata, ==, "look");
  g_assert_cmpstr (turn_at (request, 2)->arguments, ==, "{\"a\":1}");
  g_assert_cmpstr (turn_at (request, 3)->arguments, ==, "{\"b\":2}");
  g_assert_cmpstr (turn_at (request, 4)->arguments, ==, "{}");
  g_assert_cmpstr (turn_at (request, 5)->role, ==, "observation");
}

static void
test_forms (void)
{
  g_autoptr (ServerRequest) offered =
      read_sound ("\"tools\":[" TOOL (",\"parameters\":{\"type\":\"object\"}") "],"
                                                                               "\"parallel_tool_calls\":false");
  g_autoptr (ServerRequest) none = read_sound ("\"tools\":[" TOOL ("") "],\"tool_choice\":\"none\"");
  g_autoptr (ServerRequest) required = read_sound ("\"tools\":[" TOOL ("") "],\"tool_choice\":\"required\"");
  g_autoptr (ServerRequest) named = read_sound ("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"other\"}}," TOOL (
      "") "],"
          "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}");
  g_autoptr (ServerRequest) object = read_sound ("\"response_format\":{\"type\":\"json_object\"}");
  g_autoptr (ServerRequest) schema = read_sound (FORMAT ("{\"type\":\"object\"}", ",\"strict\":true"));
  g_autoptr (ServerRequest) text = read_sound ("\"response_format\":{\"type\":\"text\"}");

  g_assert_cmpint (offered->form.kind, ==, GLM_FORM_FREE);
  g_assert_true (offered->form.one_call);
  g_assert_cmpstr (g_array_index (offered->tools, GlmTool, 0).schema, ==, "{\"type\":\"object\"}");
  g_assert_null (none->tools);
  g_assert_cmpint (required->form.kind, ==, GLM_FORM_CALL);
  g_assert_cmpint (named->form.kind, ==, GLM_FORM_CALL);
  g_assert_cmpuint (named->tools->len, ==, 1);
  g_assert_cmpstr (g_array_index (named->tools, GlmTool, 0).name, ==, "look");
  g_assert_cmpint (object->form.kind, ==, GLM_FORM_JSON);
  g_assert_null (object->form.schema);
  g_assert_cmpstr (schema->form.schema, ==, "{\"type\":\"object\"}");
  /* The model is told, too. */
  g_assert_nonnull (strstr (turn_at (schema, 0)->content, schema->form.schema));
  g_assert_cmpint (text->form.kind, ==, GLM_FORM_FREE);
}

static void
test_texts (void)
{
  g_auto (ServerProblem) problem = { 0 };
  g_autoptr (ServerRequest) text = read_kind (SERVER_REQUEST_TEXT, "{\"prompt\":\"Once\",\"logprobs\":2}", &problem);
  g_autoptr (ServerRequest) list = read_kind (SERVER_REQUEST_TEXT, "{\"prompt\":[\"Once\"]}", &problem);
  g_autoptr (ServerRequest) ids = read_kind (SERVER_REQUEST_TEXT, "{\"prompt\":[1,2,3]}", &problem);

  g_assert_cmpstr (text->text, ==, "Once");
  g_assert_cmpuint (text->n_top, ==, 2);
  g_assert_cmpint (text->form.kind, ==, GLM_FORM_PLAIN);
  g_assert_cmpstr (list->text, ==, "Once");
  g_assert_cmpuint (ids->ids->len, ==, 3);
  assert_wrong (SERVER_REQUEST_TEXT, "{}", "prompt");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":[]}", "prompt");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":[\"a\",\"b\"]}", "prompt");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":[1,-2]}", "prompt");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":\"a\",\"echo\":true}", "echo");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":\"a\",\"suffix\":\"b\"}", "suffix");
  assert_wrong (SERVER_REQUEST_TEXT, "{\"prompt\":\"a\",\"best_of\":3}", "best_of");
}

/* However the text is divided, it ends before the first of the strings, and nothing of one is shown. */
static void
test_stops (void)
{
  static const char *const strings[] = { "END", "ENOUGH", "好的", NULL };
  static const char *const texts[][2] = {
    { "one END two", "one " }, { "EEND", "E" },   { "ENOUGENOUGH!", "ENOUG" },
    { "你好好的", "你好" },    { "no EN", NULL }, { "E", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (gsize size = 1; size < 12; size++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        ServerStops stops;
        gboolean found = FALSE;

        server_stops_init (&stops, strings);
        for (gsize at = 0; !found && at < strlen (texts[i][0]); at += size)
          {
            g_autofree char *piece = g_strndup (texts[i][0] + at, size);

            found = server_stops_push (&stops, piece, out);
            g_assert_false (!found && g_str_has_suffix (out->str, "EN"));
          }
        if (!found)
          server_stops_end (&stops, out);
        g_assert_cmpint (found, ==, texts[i][1] != NULL);
        g_assert_cmpstr (out->str, ==, texts[i][1] ? texts[i][1] : texts[i][0]);
        server_stops_clear (&stops);
      }
}

static void
test_token (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-token-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "deeper", "token", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = server_token_load (path, &error), *second = server_token_load (path, &error);
  g_autofree char *right = g_strconcat ("Bearer ", first, NULL), *cut = g_strndup (right, strlen (right) - 1);
  g_autofree char *longer = g_strconcat (right, "0", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file, "unix::mode", 0, NULL, NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (first), ==, 64);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (g_file_info_get_attribute_uint32 (info, "unix::mode") & 0777, ==, 0600);
  g_assert_true (server_token_fits (first, right));
  g_assert_false (server_token_fits (first, cut) || server_token_fits (first, longer) || server_token_fits (first, "Bearer "));
  g_assert_false (server_token_fits (first, NULL) || server_token_fits (first, first)
                  || server_token_fits (first, "Basic eDp5"));

  g_assert_true (g_file_set_attribute_uint32 (file, "unix::mode", 0644, 0, NULL, NULL));
  g_assert_null (server_token_load (path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/request/wrong", test_wrong);
  g_test_add_func ("/server/request/wrong-bodies", test_wrong_bodies);
  g_test_add_func ("/server/request/accepted", test_accepted);
  g_test_add_func ("/server/request/messages", test_messages);
  g_test_add_func ("/server/request/forms", test_forms);
  g_test_add_func ("/server/request/texts", test_texts);
  g_test_add_func ("/server/stops", test_stops);
  g_test_add_func ("/server/token", test_token);
  return g_test_run ();
}
