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

/* A tool that may be meant. */
typedef struct
{
  GlmSchema *schema;
  GlmGrammar *grammar;
  GlmGrammarState state;
} Held;

struct GlmCallMask
{
  const GlmModel *model;
  const GlmToolSet *tools;
  GlmCallForm form;
  bool has_lines;             /* tags stand on lines of their own */
  const GlmTokenTable *table; /* the model's */
  Held *held;                 /* [n_tools], of which … */
  size_t n_held;              /* … may be meant; 0: there is no call, or it is free */
  bool is_fresh;              /* it begins with the token at hand, whose last bytes came as a piece */
  bool has_line;              /* the name's line has ended */
  bool is_unfit;              /* names cannot be held: not all schemas can be read */
  GlmGrammarState *levels;    /* [GLM_TOKEN_LEVELS]: room */
  uint8_t *allowed, *more;    /* [n_vocab] */
};

static void
clear_held (Held *held)
{
  glm_grammar_free (held->grammar);
  glm_schema_free (held->schema);
  held->grammar = NULL;
  held->schema = NULL;
}

static void
let_go (GlmCallMask *mask)
{
  for (size_t i = 0; i < mask->n_held; i++)
    clear_held (&mask->held[i]);
  mask->n_held = 0;
  mask->is_fresh = false;
}

bool
glm_call_mask_new (GlmModel *model, const GlmToolSet *tools, GlmCallMask **ret_mask, GlmError *error)
{
  GlmCallForm form = model->tmpl ? glm_template_family (model->tmpl)->reply.calls : GLM_CALLS_NONE;
  size_t n_vocab = (size_t) model->params.n_vocab;
  GlmCallMask *mask;

  *ret_mask = NULL;
  if (!tools || tools->n_tools == 0 || form == GLM_CALLS_NONE)
    return true;
  mask = calloc (1, sizeof *mask);
  if (mask)
    {
      mask->model = model;
      mask->tools = tools;
      mask->form = form;
      mask->has_lines = glm_template_family (model->tmpl)->prompt.tag_lines;
      mask->held = calloc (tools->n_tools, sizeof *mask->held);
      mask->levels = malloc (GLM_TOKEN_LEVELS * sizeof *mask->levels);
      mask->allowed = malloc (n_vocab);
      mask->more = malloc (n_vocab);
    }
  if (!mask || !mask->held || !mask->levels || !mask->allowed || !mask->more)
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
  free (mask->held);
  free (mask->levels);
  free (mask->allowed);
  free (mask->more);
  free (mask);
}

/* ---- The reply goes on ------------------------------------------------------------------------------------------ */

/* Without memory, or with a schema that cannot be read, calls are written freely. */
static bool
hold (GlmCallMask *mask, const GlmTool *tool)
{
  Held *held = &mask->held[mask->n_held];
  bool ok = glm_schema_new (tool->schema, &held->schema, NULL);

  if (mask->form == GLM_CALLS_TAGS)
    ok = ok && tool->name[0] && glm_grammar_new_tags (held->schema, tool->name, mask->has_lines, 0, &held->grammar, NULL);
  else
    ok = ok
         && glm_grammar_new (held->schema, mask->form == GLM_CALLS_PYTHON ? GLM_SPELLING_PYTHON : GLM_SPELLING_JSON, 0,
                             &held->grammar, NULL);
  if (!ok)
    {
      clear_held (held);
      return false;
    }
  glm_grammar_begin (held->grammar, &held->state);
  mask->n_held++;
  return true;
}

static bool
has_table (GlmCallMask *mask)
{
  return mask->table || glm_model_token_table ((GlmModel *) mask->model, &mask->table);
}

/* Those whose grammar refuses the bytes are not meant. */
static void
step (GlmCallMask *mask, const uint8_t *bytes, size_t n)
{
  size_t n_left = 0;

  for (size_t i = 0; i < mask->n_held; i++)
    {
      Held *held = &mask->held[i];
      bool ok = true;

      for (size_t k = 0; ok && k < n; k++)
        ok = glm_grammar_step (held->grammar, &held->state, bytes[k], &held->state);
      if (!ok)
        clear_held (held);
      else if (i != n_left)
        {
          mask->held[n_left] = *held;
          *held = (Held){ 0 };
        }
      n_left += ok;
    }
  mask->n_held = n_left;
}

static bool
is_done (const GlmCallMask *mask)
{
  for (size_t i = 0; i < mask->n_held; i++)
    if (glm_grammar_is_done (&mask->held[i].state))
      return true;
  return false;
}

/* Behind the name; in tags it is held already, if it could be. */
static void
hold_call (GlmCallMask *mask, const char *name, size_t n)
{
  if (mask->form == GLM_CALLS_TAGS && mask->n_held > 0)
    return;
  let_go (mask);
  for (size_t i = 0; i < mask->tools->n_tools && mask->n_held == 0; i++)
    if (strlen (mask->tools->tools[i].name) == n && memcmp (mask->tools->tools[i].name, name, n) == 0 && has_table (mask))
      mask->is_fresh = hold (mask, &mask->tools->tools[i]);
  if (mask->form == GLM_CALLS_TAGS)
    step (mask, (const uint8_t *) name, n);
  mask->has_line = mask->form == GLM_CALLS_TAGS;
}

void
glm_call_mask_piece (GlmCallMask *mask, GlmReplyKind kind, const char *text, size_t n_bytes)
{
  if (!mask)
    return;
  if (kind == GLM_REPLY_CALL)
    hold_call (mask, text, n_bytes);
  else if (kind != GLM_REPLY_ARGUMENTS)
    let_go (mask);
  for (size_t i = 0; kind == GLM_REPLY_ARGUMENTS && mask->is_fresh && i < n_bytes; i++)
    if (!mask->has_line)
      mask->has_line = text[i] == '\n';
    else
      step (mask, (const uint8_t *) &text[i], 1);
}

void
glm_call_mask_name (GlmCallMask *mask, const char *name, size_t n_bytes)
{
  if (!mask || mask->n_held > 0 || mask->is_unfit)
    return;
  for (size_t i = 0; i < mask->tools->n_tools && !mask->is_unfit; i++)
    mask->is_unfit = !has_table (mask) || !hold (mask, &mask->tools->tools[i]);
  if (mask->is_unfit)
    let_go (mask);
  step (mask, (const uint8_t *) name, n_bytes);
  mask->is_fresh = mask->n_held > 0;
}

void
glm_call_mask_take (GlmCallMask *mask, int32_t id)
{
  const uint8_t *bytes;
  size_t n;

  if (!mask || mask->n_held == 0)
    return;
  if (mask->is_fresh)
    mask->is_fresh = false;
  else if ((bytes = glm_token_table_bytes (mask->table, id, &n)) && n > 0)
    step (mask, bytes, n);
  else
    let_go (mask);
  /* Behind a call in tags the reply is free. */
  if (mask->form == GLM_CALLS_TAGS && is_done (mask))
    let_go (mask);
}

/* ---- The next token --------------------------------------------------------------------------------------------- */

bool
glm_call_mask_allows (const GlmCallMask *mask, int32_t id)
{
  if (!mask || mask->n_held == 0)
    return true;
  if (glm_template_is_wait (mask->model->tmpl, id))
    return is_done (mask);
  for (size_t i = 0; i < mask->n_held; i++)
    if (glm_token_table_step (mask->table, mask->held[i].grammar, &mask->held[i].state, id, &mask->levels[0]))
      return true;
  return false;
}

const uint8_t *
glm_call_mask_allowed (GlmCallMask *mask)
{
  size_t n_vocab = (size_t) mask->model->params.n_vocab;

  memset (mask->allowed, 0, n_vocab);
  for (size_t i = 0; i < mask->n_held; i++)
    {
      glm_token_table_mask (mask->table, mask->held[i].grammar, &mask->held[i].state, mask->levels, mask->more);
      for (size_t id = 0; id < n_vocab; id++)
        mask->allowed[id] |= mask->more[id];
    }
  for (size_t id = 0; is_done (mask) && id < n_vocab; id++)
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

  if (!mask || mask->n_held != 1)
    return 0;
  n = glm_grammar_forced (mask->held[0].grammar, &mask->held[0].state, bytes, sizeof bytes);
  return glm_token_table_spell (mask->table, bytes, n, ids, max);
}
