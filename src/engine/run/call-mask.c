/* call-mask.c: see call-mask.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "run/call-mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "text/token-table.h"

#define MAX_FORCED  96 /* bytes */
#define MAX_OPENING (1 + GLM_REPLY_MAX_NAME + 1)

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
  const GlmForm *wanted; /* may be NULL */
  GlmCallForm form;
  bool has_lines;             /* tags stand on lines of their own */
  const GlmTokenTable *table; /* the model's */
  Held *held;                 /* [n_tools], of which … */
  size_t n_held;              /* … may be meant; 0: there is no call, or it is free */
  bool is_fresh;              /* it begins with the token at hand, whose last bytes came as a piece */
  bool has_line;              /* the name's line has ended */
  bool is_unfit;              /* names cannot be held: not all schemas can be read */
  bool is_opening;            /* a call must come, and its tag or name has not yet */
  bool has_ended;             /* what was wanted is there */
  char opening[MAX_OPENING];  /* what has come of it … */
  size_t n_opening;           /* … bytes */
  GlmTokenRoom *room;         /* NULL: not needed yet */
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

static bool
has_table (GlmCallMask *mask)
{
  if (!mask->table && !glm_model_token_table ((GlmModel *) mask->model, &mask->table))
    return false;
  if (!mask->room)
    mask->room = glm_token_room_new (mask->table);
  return mask->room;
}

/* A JSON object is held from the first token on. */
static bool
hold_object (GlmCallMask *mask, GlmError *error)
{
  Held *held = &mask->held[0];

  if (!has_table (mask))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to hold a reply to its schema");
  if (!glm_schema_new (mask->wanted->schema, &held->schema, error)
      || !glm_grammar_new (held->schema, GLM_SPELLING_JSON, 0, &held->grammar, error))
    return false;
  glm_grammar_begin (held->grammar, &held->state);
  mask->n_held = 1;
  return true;
}

static bool
begin_form (GlmCallMask *mask, GlmFormKind kind, GlmError *error)
{
  if (kind == GLM_FORM_JSON)
    return hold_object (mask, error);
  mask->is_opening = kind == GLM_FORM_CALL;
  if (mask->is_opening && !has_table (mask))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to hold a reply to a call");
  return true;
}

bool
glm_call_mask_new (GlmModel *model, const GlmToolSet *tools, const GlmForm *form, GlmCallMask **ret_mask, GlmError *error)
{
  GlmCallForm calls = model->tmpl ? glm_template_family (model->tmpl)->reply.calls : GLM_CALLS_NONE;
  GlmFormKind kind = form ? form->kind : GLM_FORM_FREE;
  size_t n_vocab = (size_t) model->params.n_vocab, n_tools = tools ? tools->n_tools : 0;
  bool has_calls = n_tools > 0 && calls != GLM_CALLS_NONE;
  GlmCallMask *mask;

  *ret_mask = NULL;
  if (kind == GLM_FORM_CALL && !has_calls)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the model has no way to call a tool, or is offered none");
  if (kind == GLM_FORM_PLAIN || (kind == GLM_FORM_FREE && !has_calls))
    return true;
  mask = calloc (1, sizeof *mask);
  if (mask)
    {
      mask->model = model;
      mask->tools = tools;
      mask->wanted = form;
      mask->form = calls;
      mask->has_lines = calls != GLM_CALLS_NONE && glm_template_family (model->tmpl)->prompt.tag_lines;
      mask->held = calloc (n_tools + 1, sizeof *mask->held);
      mask->allowed = malloc (n_vocab);
      mask->more = malloc (n_vocab);
    }
  if (!mask || !mask->held || !mask->allowed || !mask->more)
    {
      glm_call_mask_free (mask);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to hold calls to their schemas");
    }
  if (!begin_form (mask, kind, error))
    {
      glm_call_mask_free (mask);
      return false;
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
  if (mask->held)
    clear_held (&mask->held[0]);
  free (mask->held);
  glm_token_room_free (mask->room);
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

/* Drops the tools whose grammar has refused the text so far. */
static void
keep_others (GlmCallMask *mask)
{
  size_t n_left = 0;

  for (size_t i = 0; i < mask->n_held; i++)
    {
      Held *held = &mask->held[i];

      if (held->state.n == 0)
        clear_held (held);
      else if (i != n_left)
        {
          mask->held[n_left] = *held;
          *held = (Held){ 0 };
        }
      n_left += mask->held[n_left].grammar != NULL;
    }
  mask->n_held = n_left;
}

static void
step (GlmCallMask *mask, const uint8_t *bytes, size_t n)
{
  for (size_t i = 0; i < mask->n_held; i++)
    for (size_t k = 0; k < n && mask->held[i].state.n > 0; k++)
      glm_grammar_step (mask->held[i].grammar, &mask->held[i].state, bytes[k], &mask->held[i].state);
  keep_others (mask);
}

static void
step_token (GlmCallMask *mask, int32_t id)
{
  for (size_t i = 0; i < mask->n_held; i++)
    if (!glm_token_table_step (mask->table, mask->held[i].grammar, &mask->held[i].state, id, &mask->held[i].state))
      mask->held[i].state.n = 0;
  keep_others (mask);
}

static bool
is_done (const GlmCallMask *mask)
{
  for (size_t i = 0; i < mask->n_held; i++)
    if (glm_grammar_is_done (&mask->held[i].state))
      return true;
  return false;
}

static bool
holds_object (const GlmCallMask *mask)
{
  return mask->wanted && mask->wanted->kind == GLM_FORM_JSON;
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
  if (!mask || holds_object (mask))
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

/* ---- The tag or name of a call that must come ------------------------------------------------------------------- */

/* The i-th beginning that a call may have, and what ends it; NULL: there are no more. */
static const char *
opening_at (const GlmCallMask *mask, size_t i, const char **ret_end)
{
  *ret_end = mask->form == GLM_CALLS_TAGS ? "" : "\n";
  if (mask->form == GLM_CALLS_TAGS)
    return i == 0 ? "<tool_call>" : NULL;
  return i < mask->tools->n_tools ? mask->tools->tools[i].name : NULL;
}

/* Whether bytes behind what has come still begin one of them; *ret_rest: what is left then.  SentencePiece writes a blank
 * before a name. */
static bool
may_open (const GlmCallMask *mask, const uint8_t *bytes, size_t n, char rest[MAX_OPENING + 1])
{
  char text[MAX_OPENING + 1], whole[MAX_OPENING + 1];
  const char *begin, *end;
  size_t skip;

  if (n == 0 || n > MAX_OPENING - mask->n_opening)
    return false;
  memcpy (text, mask->opening, mask->n_opening);
  memcpy (text + mask->n_opening, bytes, n);
  n += mask->n_opening;
  text[n] = '\0';
  skip = mask->form == GLM_CALLS_PYTHON && text[0] == ' ';
  for (size_t i = 0; (begin = opening_at (mask, i, &end)); i++)
    {
      snprintf (whole, sizeof whole, "%s%s", begin, end);
      if (strncmp (whole, text + skip, n - skip) == 0)
        {
          snprintf (rest, MAX_OPENING + 1, "%s", whole + (n - skip));
          return true;
        }
    }
  return false;
}

/* <tool_call> may be a control token, which has no bytes. */
static bool
opens (const GlmCallMask *mask, int32_t id, char rest[MAX_OPENING + 1])
{
  static const char tag[] = "<tool_call>";
  size_t n;
  const uint8_t *bytes = glm_token_table_bytes (mask->table, id, &n);

  if (n == 0 && mask->form == GLM_CALLS_TAGS && glm_tokenizer_control_id (mask->model->tokenizer, tag) == id)
    return mask->n_opening == 0 && may_open (mask, (const uint8_t *) tag, sizeof tag - 1, rest);
  return may_open (mask, bytes, n, rest);
}

static void
take_opening (GlmCallMask *mask, int32_t id)
{
  char rest[MAX_OPENING + 1];
  size_t n;
  const uint8_t *bytes = glm_token_table_bytes (mask->table, id, &n);

  if (!opens (mask, id, rest) || rest[0] == '\0')
    mask->is_opening = false;
  else
    {
      memcpy (mask->opening + mask->n_opening, bytes, n);
      mask->n_opening += n;
    }
}

/* ---- A token ---------------------------------------------------------------------------------------------------- */

/* A call that is done ends the reply where one was wanted; in tags the reply is free behind it. */
static void
look_for_end (GlmCallMask *mask)
{
  if (!is_done (mask))
    return;
  mask->has_ended = mask->wanted && (mask->wanted->kind != GLM_FORM_FREE || mask->wanted->one_call);
  if (mask->form == GLM_CALLS_TAGS && !holds_object (mask))
    let_go (mask);
}

void
glm_call_mask_take (GlmCallMask *mask, int32_t id)
{
  if (mask && mask->is_opening)
    take_opening (mask, id);
  if (!mask || mask->n_held == 0)
    return;
  if (mask->is_fresh)
    mask->is_fresh = false;
  else
    step_token (mask, id);
  look_for_end (mask);
}

bool
glm_call_mask_has_ended (const GlmCallMask *mask)
{
  return mask && mask->has_ended;
}

/* ---- The next token --------------------------------------------------------------------------------------------- */

bool
glm_call_mask_allows (const GlmCallMask *mask, int32_t id)
{
  char rest[MAX_OPENING + 1];
  GlmGrammarState next;

  if (mask && mask->is_opening)
    return opens (mask, id, rest);
  if (!mask || mask->n_held == 0)
    return true;
  if (glm_template_is_wait (mask->model->tmpl, id))
    return is_done (mask);
  for (size_t i = 0; i < mask->n_held; i++)
    if (glm_token_table_step (mask->table, mask->held[i].grammar, &mask->held[i].state, id, &next))
      return true;
  return false;
}

static void
allow_openings (GlmCallMask *mask)
{
  char rest[MAX_OPENING + 1];
  bool may_begin[256];
  size_t n;

  /* Most tokens are refused by their first byte. */
  for (int byte = 0; byte < 256; byte++)
    may_begin[byte] = may_open (mask, &(uint8_t){ (uint8_t) byte }, 1, rest);
  for (int32_t id = 0; id < mask->model->params.n_vocab; id++)
    {
      const uint8_t *bytes = glm_token_table_bytes (mask->table, id, &n);

      mask->allowed[id] = (n == 0 || may_begin[bytes[0]]) && opens (mask, id, rest);
    }
}

const uint8_t *
glm_call_mask_allowed (GlmCallMask *mask)
{
  size_t n_vocab = (size_t) mask->model->params.n_vocab;
  int32_t wait = mask->model->tmpl ? glm_template_wait (mask->model->tmpl) : -1;

  memset (mask->allowed, 0, n_vocab);
  if (mask->is_opening)
    allow_openings (mask);
  for (size_t i = 0; i < mask->n_held; i++)
    {
      const Held *held = &mask->held[i];

      glm_token_table_mask (mask->table, held->grammar, &held->state, mask->room, i == 0 ? mask->allowed : mask->more);
      for (size_t id = 0; i > 0 && id < n_vocab; id++)
        mask->allowed[id] |= mask->more[id];
    }
  if (is_done (mask) && wait >= 0 && (size_t) wait < n_vocab)
    mask->allowed[wait] = 1;
  if (memchr (mask->allowed, 1, n_vocab))
    return mask->allowed;
  mask->is_opening = false;
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
