/* call-mask.c: see call-mask.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/call-mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "text/token-table.h"

#define MAX_FORCED 96 /* bytes */

struct GlmCallMask
{
  const GlmModel *model;
  const GlmToolSet *tools;
  GlmSpelling spelling;
  const GlmTokenTable *table; /* the model's */
  GlmSchema *schema;          /* of the call at hand … */
  GlmGrammar *grammar;        /* … NULL: there is none */
  bool is_fresh;              /* it begins with the token at hand, whose last bytes came as a piece */
  bool has_line;              /* the name's line has ended */
  GlmGrammarState state;
  GlmGrammarState *levels; /* [GLM_TOKEN_LEVELS]: room */
  uint8_t *allowed;        /* [n_vocab] */
};

static void
let_go (GlmCallMask *mask)
{
  glm_grammar_free (mask->grammar);
  glm_schema_free (mask->schema);
  mask->grammar = NULL;
  mask->schema = NULL;
  mask->is_fresh = false;
}

bool
glm_call_mask_new (GlmModel *model, const GlmToolSet *tools, GlmCallMask **ret_mask, GlmError *error)
{
  GlmCallForm form = model->tmpl ? glm_template_family (model->tmpl)->reply.calls : GLM_CALLS_NONE;
  size_t n_vocab = (size_t) model->params.n_vocab;
  GlmCallMask *mask;

  *ret_mask = NULL;
  if (!tools || tools->n_tools == 0 || (form != GLM_CALLS_PYTHON && form != GLM_CALLS_JSON))
    return true;
  mask = calloc (1, sizeof *mask);
  if (mask)
    {
      mask->model = model;
      mask->tools = tools;
      mask->spelling = form == GLM_CALLS_PYTHON ? GLM_SPELLING_PYTHON : GLM_SPELLING_JSON;
      mask->levels = malloc (GLM_TOKEN_LEVELS * sizeof *mask->levels);
      mask->allowed = malloc (n_vocab);
    }
  if (!mask || !mask->levels || !mask->allowed)
    {
      glm_call_mask_free (mask);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to hold calls to their schemas");
    }
  *ret_mask = mask;
  return true;
}

void
glm_call_mask_free (GlmCallMask *mask)
{
  if (!mask)
    return;
  let_go (mask);
  free (mask->levels);
  free (mask->allowed);
  free (mask);
}

/* ---- The reply goes on ------------------------------------------------------------------------------------------ */

/* Without memory, or with a schema that cannot be read, calls are written freely. */
static void
hold (GlmCallMask *mask, const char *name, size_t n)
{
  const GlmTool *tool = NULL;

  let_go (mask);
  for (size_t i = 0; i < mask->tools->n_tools; i++)
    if (strlen (mask->tools->tools[i].name) == n && memcmp (mask->tools->tools[i].name, name, n) == 0)
      tool = &mask->tools->tools[i];
  if (!tool || !glm_model_token_table ((GlmModel *) mask->model, &mask->table)
      || !glm_schema_new (tool->schema, &mask->schema, NULL)
      || !glm_grammar_new (mask->schema, mask->spelling, 0, &mask->grammar, NULL))
    {
      let_go (mask);
      return;
    }
  glm_grammar_begin (mask->grammar, &mask->state);
  mask->is_fresh = true;
  mask->has_line = false;
}

void
glm_call_mask_piece (GlmCallMask *mask, GlmReplyKind kind, const char *text, size_t n_bytes)
{
  if (!mask)
    return;
  if (kind == GLM_REPLY_CALL)
    hold (mask, text, n_bytes);
  else if (kind != GLM_REPLY_ARGUMENTS)
    let_go (mask);
  for (size_t i = 0; kind == GLM_REPLY_ARGUMENTS && mask->is_fresh && i < n_bytes; i++)
    if (!mask->has_line)
      mask->has_line = text[i] == '\n';
    else if (!glm_grammar_step (mask->grammar, &mask->state, (uint8_t) text[i], &mask->state))
      let_go (mask);
}

void
glm_call_mask_take (GlmCallMask *mask, int32_t id)
{
  if (!mask || !mask->grammar)
    return;
  if (mask->is_fresh)
    mask->is_fresh = false;
  else if (!glm_token_table_step (mask->table, mask->grammar, &mask->state, id, &mask->state))
    let_go (mask);
}

/* ---- The next token --------------------------------------------------------------------------------------------- */

bool
glm_call_mask_allows (const GlmCallMask *mask, int32_t id)
{
  if (!mask || !mask->grammar)
    return true;
  if (glm_template_is_wait (mask->model->tmpl, id))
    return glm_grammar_is_done (&mask->state);
  return glm_token_table_step (mask->table, mask->grammar, &mask->state, id, &mask->levels[0]);
}

const uint8_t *
glm_call_mask_allowed (GlmCallMask *mask)
{
  size_t n_vocab = (size_t) mask->model->params.n_vocab;

  glm_token_table_mask (mask->table, mask->grammar, &mask->state, mask->levels, mask->allowed);
  for (size_t id = 0; glm_grammar_is_done (&mask->state) && id < n_vocab; id++)
    mask->allowed[id] = mask->allowed[id] || glm_template_is_wait (mask->model->tmpl, (int32_t) id);
  if (memchr (mask->allowed, 1, n_vocab))
    return mask->allowed;
  let_go (mask);
  return NULL;
}

size_t
glm_call_mask_forced (const GlmCallMask *mask, int32_t *ids, size_t max)
{
  uint8_t bytes[MAX_FORCED];
  size_t n;

  if (!mask || !mask->grammar)
    return 0;
  n = glm_grammar_forced (mask->grammar, &mask->state, bytes, sizeof bytes);
  return glm_token_table_spell (mask->table, bytes, n, ids, max);
}
