/* scripted-model.c: myna-cli with a model that writes what a script says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Linked with the objects of myna-cli and --wrap: only what the model writes is not the engine's.  $MYNA_SCRIPT: a file of programs,
 * with a line "===" between them; each generation writes the next, and "Done." once there is none.  $MYNA_TURNS: a file that is told
 * the turns of each prompt.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"

bool __wrap_glm_generate (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling,
                          const GlmGenerateFuncs *funcs, GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error);
bool __real_glm_session_fit (const GlmSession *session, const GlmTurn *turns, size_t n_turns, const char *reply,
                             const GlmFit *fit, GlmPrompt *ret_prompt, GlmError *error);
bool __wrap_glm_session_fit (const GlmSession *session, const GlmTurn *turns, size_t n_turns, const char *reply,
                             const GlmFit *fit, GlmPrompt *ret_prompt, GlmError *error);

/* The next program; NULL: there is none. */
static char *
next_program (void)
{
  static char *rest;
  char *program = rest, *end;

  if (!rest)
    {
      FILE *file = fopen (getenv ("MYNA_SCRIPT"), "r");

      program = rest = calloc (1, 1 << 16);
      if (!file || !rest || fread (rest, 1, (1 << 16) - 1, file) == 0)
        abort ();
      fclose (file);
    }
  if (*program == '\0')
    return NULL;
  end = strstr (program, "\n===\n");
  rest = end ? end + 5 : program + strlen (program);
  if (end)
    *end = '\0';
  return program;
}

static void
say (const GlmGenerateFuncs *funcs, GlmReplyKind kind, const char *text)
{
  funcs->piece (kind, text, strlen (text), 0, funcs->user_data);
}

bool
__wrap_glm_generate (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling, const GlmGenerateFuncs *funcs,
                     GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error)
{
  char *program, *fenced = NULL;

  *ret_result = (GlmResult){ .reason = GLM_STOP_CANCELLED };
  if (glm_cancel_is_set (funcs->cancel))
    return true;
  program = next_program ();
  ret_result->reason = program ? GLM_STOP_CALL : GLM_STOP_END;
  if (!program)
    {
      say (funcs, GLM_REPLY_TEXT, "Done.");
      return true;
    }
  if (asprintf (&fenced, "```python\n%s\n```", program) < 0)
    abort ();
  say (funcs, GLM_REPLY_CALL, "interpreter");
  say (funcs, GLM_REPLY_ARGUMENTS, fenced);
  say (funcs, GLM_REPLY_CODE, program);
  free (fenced);
  return true;
}

bool
__wrap_glm_session_fit (const GlmSession *session, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
                        GlmPrompt *ret_prompt, GlmError *error)
{
  FILE *file = fopen (getenv ("MYNA_TURNS"), "w");

  for (size_t i = 0; i < n_turns; i++)
    fprintf (file, "|%s:%s%s", turns[i].role, turns[i].content, turns[i].arguments ? turns[i].arguments : "");
  fclose (file);
  return __real_glm_session_fit (session, turns, n_turns, reply, fit, ret_prompt, error);
}
