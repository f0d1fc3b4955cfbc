/* cli-text.c: tokenize, detokenize and prompt
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/file/json-file.h"

static void
print_result_ids (const CliOptions *options, const GlmTokens *tokens)
{
  if (options->json)
    fputs ("{\"ids\": [", stdout);
  cli_print_ids (tokens->ids, tokens->n, options->json ? ", " : " ");
  puts (options->json ? "]}" : "");
}

int
cli_tokenize (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n_bytes = 0;
  bool ok = cli_open_text_model (options, &model, &error) && cli_read_all (stdin, &text, &n_bytes, &error)
            && glm_model_tokenize (model, text, n_bytes, &tokens, &error);

  if (ok)
    print_result_ids (options, &tokens);
  glm_tokens_clear (&tokens);
  free (text);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}

int
cli_detokenize (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  char *input = NULL, *text = NULL;
  size_t n_input = 0, n_bytes = 0;
  bool ok = cli_open_text_model (options, &model, &error) && cli_read_all (stdin, &input, &n_input, &error)
            && cli_parse_ids (input, n_input, &tokens, &error)
            && glm_model_detokenize (model, tokens.ids, tokens.n, &text, &n_bytes, &error);

  if (ok && options->json)
    {
      fputs ("{\"text\": ", stdout);
      cli_print_json_string (text, n_bytes);
      puts ("}");
    }
  else if (ok && isatty (STDOUT_FILENO))
    cli_print_text (stdout, text, n_bytes);
  else if (ok)
    fwrite (text, 1, n_bytes, stdout);
  free (text);
  free (input);
  glm_tokens_clear (&tokens);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}

/* ---- prompt ----------------------------------------------------------------------------------------------------- */

/* The turns borrow their texts from the document. */
static bool
read_turns (const char *path, const GlmJsonValue *root, GlmTurn **ret_turns, size_t *ret_n, GlmError *error)
{
  GlmTurn *turns;
  size_t n = 0;

  if (root->type == GLM_JSON_OBJECT && glm_json_get (root, "messages"))
    root = glm_json_get (root, "messages");
  if (root->type != GLM_JSON_ARRAY || root->n == 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s: not an array of {\"role\": …, \"content\": …}", path);
  turns = calloc (root->n, sizeof *turns);
  if (!turns)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v), n++)
    {
      if (v->type != GLM_JSON_OBJECT || !glm_json_get_string (v, "role", &turns[n].role)
          || !glm_json_get_string (v, "content", &turns[n].content))
        {
          free (turns);
          return glm_error_set (error, GLM_ERROR_ARGUMENT, "%s: message %zu has no text for role and content", path, n + 1);
        }
      glm_json_get_string (v, "metadata", &turns[n].metadata);
      glm_json_get_string (v, "arguments", &turns[n].arguments);
    }
  *ret_turns = turns;
  *ret_n = n;
  return true;
}

static bool
open_json (const char *path, GlmJson **ret_json, GlmError *error)
{
  char *text;
  size_t n_bytes = 0;
  bool ok;

  if (strcmp (path, "-") != 0)
    return glm_json_open (path, ret_json, error);
  if (!cli_read_all (stdin, &text, &n_bytes, error))
    return false;
  ok = glm_json_parse (text, n_bytes, ret_json, error);
  free (text);
  return ok;
}

int
cli_prompt (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmJson *json = NULL;
  GlmTurn *turns = NULL;
  size_t n_turns = 0;
  GlmPrompt prompt = { 0 };
  CliTools tools = { 0 };
  GlmFit fit = { 0 };
  GlmError error = { 0 };
  bool ok;

  if (options->n_args != 1)
    return cli_usage ("prompt takes one file, or - for standard input");
  ok = open_json (options->args[0], &json, &error)
       && read_turns (options->args[0], glm_json_root (json), &turns, &n_turns, &error)
       && (!options->tools || cli_read_tools (options->tools, &tools, &error)) && cli_open_text_model (options, &model, &error);
  fit.tools = options->tools ? &tools.set : NULL;
  ok = ok && glm_model_fit (model, turns, n_turns, NULL, &fit, &prompt, &error);
  if (ok)
    print_result_ids (options, &prompt.ids);
  glm_prompt_clear (&prompt);
  free (turns);
  cli_tools_clear (&tools);
  glm_json_free (json);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}
