/* test-reply.c: the bodies and events that clients read, byte for byte
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "server/server-reply.h"

#define HEAD(object)                                                                                                   \
  "{\"id\":\"chatcmpl-1\",\"object\":\"" object "\",\"created\":1700000000,\"model\":\"fake\",\"system_fingerprint\":" \
  "\"myna-" MYNA_VERSION "\","
#define CHUNK "data: " HEAD ("chat.completion.chunk")
#define DELTA(delta, rest) \
  CHUNK "\"choices\":[{\"index\":0,\"delta\":{" delta "},\"logprobs\":null,\"finish_reason\":null}]" rest "}\n\n"
#define FIRST(rest) DELTA ("\"role\":\"assistant\",\"content\":\"\",\"refusal\":null", rest)
#define LAST(finish, rest) \
  CHUNK "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"" finish "\"}]" rest "}\n\n"
#define DONE "data: [DONE]\n\n"
#define USAGE \
  "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":5,\"total_tokens\":17,\"prompt_tokens_details\":{\"cached_tokens\":8}}"

typedef struct
{
  GlmReplyKind kind;
  const char *text;
} Piece;

static const GlmResult ended = { .reason = GLM_STOP_END, .stop_id = -1, .n_prompt = 12, .n_reused = 8, .n_generated = 5 };

/* Calls have random ids. */
static char *
without_ids (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("call_[0-9a-f]{16}", 0, 0, NULL);

  return g_regex_replace_literal (regex, text, -1, 0, "call_X", 0, NULL);
}

/* What a body with these members is answered with, by the stream and whole. */
static void
assert_answers (ServerRequestKind kind, const char *members, const Piece *pieces, const GlmResult *result, const char *events,
                const char *whole)
{
  for (int stream = 0; stream < 2; stream++)
    {
      g_autofree char *body =
          g_strdup_printf ("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"prompt\":\"x\",\"stream\":%s%s}",
                           stream ? "true" : "false", members);
      g_auto (ServerProblem) problem = { 0 };
      g_autoptr (ServerRequest) request = server_request_new (kind, body, strlen (body), &problem);
      g_autoptr (ServerReply) reply = NULL;
      g_autoptr (GString) written = g_string_new (NULL);
      g_autofree char *answer = NULL, *plain = NULL;

      g_assert_cmpstr (problem.message, ==, NULL);
      reply = server_reply_new (request, "chatcmpl-1", "fake", 1700000000);
      for (const Piece *piece = pieces; piece->text && !server_reply_is_stopped (reply); piece++)
        {
          if (request->wants_chances)
            server_reply_add_chance (reply, &(GlmChance){ 1, -0.5f, (const guint8 *) piece->text, strlen (piece->text) },
                                     (GlmChance[]){ { 2, -0.25f, (const guint8 *) "\xe4", 1 } }, 1);
          server_reply_add_piece (reply, piece->kind, piece->text, written);
        }
      server_reply_end (reply, result, written);
      answer = stream ? g_strdup (written->str) : server_reply_to_json (reply);
      plain = without_ids (answer);
      g_assert_cmpstr (plain, ==, stream ? events : whole);
    }
}

static void
test_text (void)
{
  assert_answers (SERVER_REQUEST_CHAT, "", (Piece[]){ { GLM_REPLY_TEXT, "Hel" }, { GLM_REPLY_TEXT, "lo" }, { 0, NULL } },
                  &ended, FIRST ("") DELTA ("\"content\":\"Hel\"", "") DELTA ("\"content\":\"lo\"", "") LAST ("stop", "") DONE,
                  HEAD (
                      "chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\","
                                         "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]," USAGE "}");
}

static void
test_usage_and_thought (void)
{
  assert_answers (SERVER_REQUEST_CHAT, ",\"stream_options\":{\"include_usage\":true}",
                  (Piece[]){ { GLM_REPLY_THOUGHT, "Hm." }, { GLM_REPLY_TEXT, "Yes" }, { 0, NULL } },
                  &(GlmResult){ .reason = GLM_STOP_LENGTH, .n_prompt = 12, .n_reused = 8, .n_generated = 5 },
                  FIRST (",\"usage\":null") DELTA ("\"reasoning_content\":\"Hm.\"", ",\"usage\":null")
                      DELTA ("\"content\":\"Yes\"", ",\"usage\":null") LAST ("length", ",\"usage\":null") CHUNK
                  "\"choices\":[]," USAGE "}\n\n" DONE,
                  HEAD ("chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Yes\","
                                           "\"reasoning_content\":\"Hm.\",\"refusal\":null},\"logprobs\":null,"
                                           "\"finish_reason\":\"length\"}]," USAGE "}");
}

/* Never a name twice, ids on the first event only, arguments in JSON whatever the model wrote. */
static void
test_calls (void)
{
  static const char tools[] = ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]";
  static const Piece pieces[] = { { GLM_REPLY_CALL, "look" },
                                  { GLM_REPLY_ARGUMENTS, "tool_call(a=1)" },
                                  { GLM_REPLY_CALL, "look" },
                                  { GLM_REPLY_ARGUMENTS, "tool_call(a=2)" },
                                  { GLM_REPLY_CALLED, "{\"a\":1}" },
                                  { GLM_REPLY_CALLED, "{\"a\":2}" },
                                  { 0, NULL } };
  const GlmResult waits = { .reason = GLM_STOP_CALL, .n_prompt = 12, .n_reused = 8, .n_generated = 5 };

#define CALL(index, n)                                                                                     \
  DELTA ("\"tool_calls\":[{\"index\":" index                                                               \
         ",\"id\":\"call_X\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"\"}}]", \
         "")                                                                                               \
  DELTA ("\"tool_calls\":[{\"index\":" index ",\"function\":{\"arguments\":\"{\\\"a\\\":" n "}\"}}]", "")
#define WHOLE(n) \
  "{\"id\":\"call_X\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{\\\"a\\\":" n "}\"}}"

  assert_answers (SERVER_REQUEST_CHAT, tools, pieces, &waits,
                  FIRST ("") CALL ("0", "1") CALL ("1", "2") LAST ("tool_calls", "") DONE,
                  HEAD ("chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null,"
                                           "\"refusal\":null,\"tool_calls\":[" WHOLE ("1") "," WHOLE (
                                               "2") "]},\"logprobs\":null,"
                                                    "\"finish_reason\":\"tool_calls\"}]," USAGE "}");
}

/* A call that is cut, or none, is the text that was written. */
static void
test_bad_call (void)
{
  static const Piece pieces[] = {
    { GLM_REPLY_CALL, "look" }, { GLM_REPLY_ARGUMENTS, "\ntool_call(a=" }, { GLM_REPLY_BAD, "truncated" }, { 0, NULL }
  };

  assert_answers (SERVER_REQUEST_CHAT, ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]", pieces,
                  &(GlmResult){ .reason = GLM_STOP_LENGTH, .n_prompt = 12, .n_reused = 8, .n_generated = 5 },
                  FIRST ("") DELTA ("\"content\":\"look\\ntool_call(a=\"", "") LAST ("length", "") DONE,
                  HEAD ("chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
                                           "\"look\\ntool_call(a=\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":"
                                           "\"length\"}]," USAGE "}");
}

static void
test_stop (void)
{
  static const Piece pieces[] = {
    { GLM_REPLY_TEXT, "one E" }, { GLM_REPLY_TEXT, "ND two" }, { GLM_REPLY_TEXT, "never" }, { 0, NULL }
  };

  assert_answers (SERVER_REQUEST_CHAT, ",\"stop\":\"END\"", pieces,
                  &(GlmResult){ .reason = GLM_STOP_CANCELLED, .n_prompt = 12, .n_reused = 8, .n_generated = 5 },
                  FIRST ("") DELTA ("\"content\":\"one \"", "") LAST ("stop", "") DONE,
                  HEAD ("chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"one \","
                                           "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}]," USAGE "}");
}

#define CHANCE                                                                                                                     \
  "{\"content\":[{\"token\":\"Hi\",\"logprob\":-0.5,\"bytes\":[72,105],\"top_logprobs\":[{\"token\":\"\xef\xbf\xbd\",\"logprob\":" \
  "-0.25,\"bytes\":[228]}]}],\"refusal\":null}"

static void
test_chances (void)
{
  assert_answers (SERVER_REQUEST_CHAT, ",\"logprobs\":true,\"top_logprobs\":1",
                  (Piece[]){ { GLM_REPLY_TEXT, "Hi" }, { 0, NULL } }, &ended,
                  FIRST ("") CHUNK "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"logprobs\":" CHANCE
                                   ",\"finish_reason\":null}]}\n\n" LAST ("stop", "") DONE,
                  HEAD ("chat.completion") "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\","
                                           "\"refusal\":null},\"logprobs\":" CHANCE ",\"finish_reason\":\"stop\"}]," USAGE "}");
}

static void
test_completion (void)
{
#define TEXT_EVENT(text, finish)                                                 \
  "data: " HEAD ("text_completion") "\"choices\":[{\"index\":0,\"text\":\"" text \
                                    "\",\"logprobs\":null,\"finish_reason\":" finish "}]}\n\n"
  assert_answers (
      SERVER_REQUEST_TEXT, "", (Piece[]){ { GLM_REPLY_TEXT, " upon" }, { 0, NULL } }, &ended,
      TEXT_EVENT (" upon", "null") TEXT_EVENT ("", "\"stop\"") DONE,
      HEAD (
          "text_completion") "\"choices\":[{\"index\":0,\"text\":\" upon\",\"logprobs\":null,\"finish_reason\":\"stop\"}]," USAGE
                             "}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/reply/text", test_text);
  g_test_add_func ("/server/reply/usage-and-thought", test_usage_and_thought);
  g_test_add_func ("/server/reply/calls", test_calls);
  g_test_add_func ("/server/reply/bad-call", test_bad_call);
  g_test_add_func ("/server/reply/stop", test_stop);
  g_test_add_func ("/server/reply/chances", test_chances);
  g_test_add_func ("/server/reply/completion", test_completion);
  return g_test_run ();
}
