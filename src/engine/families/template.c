/* template.c: prompts from turns, in the format of the family
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The formats are written down here; the Jinja templates that files carry are programs and are not run.  A prompt is put
 * together from ids: control tokens by their id, texts through the tokenizer, which never makes control tokens.  So
 * nothing that a person types can open or close a turn.
 *
 *   ChatGLM    [Round 0]\n问：…\n答：…\n[Round 1]\n问：…\n答：  [gMASK] <sop>      (a first question stands alone)
 *   ChatGLM2   [gMASK] sop  [Round 1]\n\n问：…\n\n答：…\n\n[Round 2]\n\n问：…\n\n答：
 *   ChatGLM3   [gMASK] sop  then for each turn <|role|> metadata\n content, at the end <|assistant|>
 *   GLM-4      [gMASK] <sop> and the same; metadata\n and content are tokenized apart, as in ChatGLM3
 *   0414, Z1   [gMASK] <sop> and the same as one text: <|role|>\ncontent
 *   GLM-Edge   as 0414, without [gMASK] <sop>
 *   4.5 … 4.7  as 0414, with thoughts and calls between tags: see tag-prompt.h
 *   CodeGeeX2  [gMASK] sop and the text itself, to be continued
 *
 * A chat may hold calls and results of other models.  ChatGLM and ChatGLM2 get both as paragraphs of the answer, GLM-Edge a
 * result as a turn of the person: their formats have no place for them.
 *
 * Sources: tokenization_chatglm.py and modeling_chatglm.py of the families' repositories; the chat_template of GLM-4-0414.
 */
#include "families/template.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/buffer.h"
#include "families/tag-prompt.h"
#include "text/call-text.h"

struct GlmTemplate
{
  const GlmFamily *family;
  const GlmTokenizer *tokenizer;
  int32_t gmask; /* -1 where the family has none */
  int32_t sop;
  int32_t roles[4]; /* in the order of role_names */
  int32_t stops[GLM_MAX_STOPS];
  int n_stops;
  GlmTagPrompt tags;
};

enum
{
  ROLE_SYSTEM,
  ROLE_USER,
  ROLE_ASSISTANT,
  ROLE_OBSERVATION
};

#define THINK "<think>"

static const char *const role_names[4] = { "system", "user", "assistant", "observation" };
static const char *const role_tokens[4] = { "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>" };

static bool
find_control (const GlmTemplate *tmpl, const char *text, int32_t *ret_id, GlmError *error)
{
  *ret_id = text ? glm_tokenizer_control_id (tmpl->tokenizer, text) : -1;
  if (text && *ret_id < 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the vocabulary has no control token %s, which the %s prompt needs", text,
                          tmpl->family->name);
  return true;
}

bool
glm_template_new (const GlmFamily *family, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error)
{
  bool has_roles = family->prompt.shape == GLM_PROMPT_ROLES || family->prompt.shape == GLM_PROMPT_TAGS;
  GlmTemplate *tmpl = calloc (1, sizeof *tmpl);
  bool ok;

  if (!tmpl)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt format");
  tmpl->family = family;
  tmpl->tokenizer = tokenizer;
  ok = find_control (tmpl, family->prompt.gmask, &tmpl->gmask, error)
       && find_control (tmpl, family->prompt.sop, &tmpl->sop, error);
  for (int i = 0; ok && i < 4; i++)
    ok = find_control (tmpl, has_roles ? role_tokens[i] : NULL, &tmpl->roles[i], error);
  for (int i = 0; ok && i < GLM_MAX_STOPS && family->stops[i]; i++)
    ok = find_control (tmpl, family->stops[i], &tmpl->stops[tmpl->n_stops++], error);
  if (!ok)
    {
      free (tmpl);
      return false;
    }
  if (family->prompt.shape == GLM_PROMPT_TAGS)
    glm_tag_prompt_init (&tmpl->tags, tokenizer, family->prompt.tag_lines);
  *ret_template = tmpl;
  return true;
}

void
glm_template_free (GlmTemplate *tmpl)
{
  free (tmpl);
}

const GlmFamily *
glm_template_family (const GlmTemplate *tmpl)
{
  return tmpl->family;
}

bool
glm_template_is_stop (const GlmTemplate *tmpl, int32_t id)
{
  for (int i = 0; i < tmpl->n_stops; i++)
    if (tmpl->stops[i] == id)
      return true;
  return false;
}

int32_t
glm_template_wait (const GlmTemplate *tmpl)
{
  return tmpl->roles[ROLE_OBSERVATION];
}

bool
glm_template_is_wait (const GlmTemplate *tmpl, int32_t id)
{
  return id >= 0 && id == tmpl->roles[ROLE_OBSERVATION];
}

bool
glm_template_is_part (const GlmTemplate *tmpl, int32_t id)
{
  return id >= 0 && id == tmpl->roles[ROLE_ASSISTANT];
}

bool
glm_template_is_role (const GlmTemplate *tmpl, int32_t id)
{
  for (int i = 0; i < 4; i++)
    if (id >= 0 && id == tmpl->roles[i])
      return true;
  return false;
}

/* Where the tags are no tokens, they stand on lines of their own. */
bool
glm_template_end_thought (const GlmTemplate *tmpl, GlmTokens *ids, GlmError *error)
{
  static const char end[] = "\n</think>\n";

  if (tmpl->family->prompt.shape == GLM_PROMPT_TAGS)
    return glm_tag_prompt_end_thought (&tmpl->tags, ids, error);
  return glm_tokenizer_encode (tmpl->tokenizer, end, strlen (end), ids, error);
}

/* ---- Prompts ---------------------------------------------------------------------------------------------------- */

/* A prompt that is being made. */
typedef struct
{
  const GlmTemplate *tmpl;
  const GlmTurn *turns;
  size_t n_turns;
  const char *reply;         /* what is there of it; "": nothing */
  GlmBuffer tools;           /* what the first turn says about them; empty: there is none */
  const GlmToolSet *offered; /* by the families with tags, which say it themselves; else NULL */
  size_t said;               /* the system's turn that stands in it; n_turns: none */
  double fill, keep;         /* tokens; see glm_template_fit() */
  bool cut;                  /* turns are missing before the first: no more than `keep`, whatever there is */
  size_t low, last;          /* the prompt begins between them: `last` is the last question */
  const GlmFit *fit;
  size_t n_asked; /* turns up to the last question */
  GlmError *error;
} Maker;

static bool
no_memory (GlmError *error)
{
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}

static bool
append_id (const Maker *maker, GlmTokens *tokens, int32_t id)
{
  return glm_tokens_append (tokens, id) || no_memory (maker->error);
}

static bool
append_text (const Maker *maker, GlmTokens *tokens, const char *text, size_t n)
{
  return glm_tokenizer_encode (maker->tmpl->tokenizer, text, n, tokens, maker->error);
}

static bool
append_controls (const Maker *maker, GlmTokens *tokens)
{
  return maker->tmpl->gmask < 0
         || (append_id (maker, tokens, maker->tmpl->gmask) && append_id (maker, tokens, maker->tmpl->sop));
}

static bool
find_role (const GlmTurn *turn, int *ret_role, GlmError *error)
{
  for (int i = 0; i < 4; i++)
    if (turn->role && strcmp (turn->role, role_names[i]) == 0)
      {
        *ret_role = i;
        return true;
      }
  return glm_error_set (error, GLM_ERROR_ARGUMENT, "unknown role \"%.40s\"", turn->role ? turn->role : "");
}

static bool
has_role (const Maker *maker, size_t i, int role)
{
  const char *name = maker->turns[i].role;

  return name && strcmp (name, role_names[role]) == 0;
}

/* Whether a prompt that begins at turn `first` contains turn i. */
static bool
is_taken (const Maker *maker, size_t i, size_t first)
{
  return i >= first || has_role (maker, i, ROLE_SYSTEM);
}

static const char *
content_of (const GlmTurn *turn)
{
  return turn->content ? turn->content : "";
}

static bool
print (GlmBuffer *buffer, const char *text)
{
  return glm_buffer_append (buffer, text, strlen (text));
}

static bool
is_call (const GlmTurn *turn)
{
  return turn->metadata && *turn->metadata;
}

/* The call as this family would have written it. */
static bool
write_call (const Maker *maker, const GlmTurn *turn, GlmCallText *text)
{
  return glm_call_text_write (&maker->tmpl->family->reply, turn, glm_family_names_interpreter (turn->metadata), text,
                              maker->error);
}

/* What a turn says in a prompt that is one text. */
static bool
print_turn (const Maker *maker, const GlmTurn *turn, GlmBuffer *buffer)
{
  GlmCallText call = { 0 };
  bool ok;

  if (!is_call (turn))
    return print (buffer, content_of (turn));
  ok = write_call (maker, turn, &call) && print (buffer, (const char *) call.content.data);
  glm_call_text_clear (&call);
  return ok;
}

/* ---- Prompts that are one text ---------------------------------------------------------------------------------- */

/* ChatGLM and ChatGLM2.  They know neither system nor observation turns: a system prompt is left out, as in chatglm.cpp, and
 * what a tool gave becomes part of the answer. */
static bool
write_rounds (const Maker *maker, size_t first, GlmBuffer *text)
{
  const GlmTurn *turns = maker->turns;
  const GlmPromptFormat *format = &maker->tmpl->family->prompt;
  const char *gap = format->gap;
  int round = format->first_round, n_users = 0, role = 0;
  bool ok = true;
  char number[32];

  for (size_t i = first; i < maker->n_turns; i++)
    n_users += has_role (maker, i, ROLE_USER);
  for (size_t i = first; ok && i < maker->n_turns; i++)
    {
      if (!find_role (&turns[i], &role, maker->error))
        return false;
      if (role == ROLE_ASSISTANT || role == ROLE_OBSERVATION)
        ok = print_turn (maker, &turns[i], text) && print (text, gap);
      if (role != ROLE_USER)
        continue;
      if (format->lone_question && n_users == 1 && i + 1 == maker->n_turns)
        return print (text, content_of (&turns[i])) || no_memory (maker->error);
      snprintf (number, sizeof number, "[Round %d]", round++);
      ok = print (text, number) && print (text, gap) && print (text, "问：") && print (text, content_of (&turns[i]))
           && print (text, gap) && print (text, "答：");
    }
  return ok || no_memory (maker->error);
}

/* CodeGeeX2 continues text: all turns one after another. */
static bool
write_plain (const Maker *maker, size_t first, GlmBuffer *text)
{
  bool ok = true;

  for (size_t i = 0; ok && i < maker->n_turns; i++)
    ok = !is_taken (maker, i, first) || print_turn (maker, &maker->turns[i], text);
  return ok || no_memory (maker->error);
}

/* The reply's beginning, if any, is tokenized together with the text before it; in ChatGLM-6B, where [gMASK] <sop> come
 * between the two, apart. */
static bool
tokenize_from (const Maker *maker, size_t first, const char *reply, GlmTokens *ids)
{
  const GlmPromptFormat *format = &maker->tmpl->family->prompt;
  bool apart = format->controls_last;
  GlmBuffer text = { 0 };
  bool ok = format->shape == GLM_PROMPT_PLAIN ? write_plain (maker, first, &text) : write_rounds (maker, first, &text);

  ids->n = 0;
  ok = ok && (apart || print (&text, reply) || no_memory (maker->error)) && (apart || append_controls (maker, ids))
       && append_text (maker, ids, (const char *) text.data, text.n)
       && (!apart || (append_controls (maker, ids) && append_text (maker, ids, reply, strlen (reply))));
  glm_buffer_clear (&text);
  return ok;
}

/* The first question from turn i on. */
static size_t
next_start (const Maker *maker, size_t i)
{
  while (i < maker->last && !has_role (maker, i, ROLE_USER))
    i++;
  return i;
}

/* Rounds are numbered, and tokens reach from one turn into the next: each start that is tried is tokenized anew. */
static bool
make_text (const Maker *maker, GlmPrompt *prompt)
{
  size_t low = maker->low, high = maker->last, tried = low;
  GlmTokens before = { 0 };
  bool ok = tokenize_from (maker, low, maker->reply, &prompt->ids);
  bool fits = !maker->cut && (double) prompt->ids.n <= maker->fill;

  while (ok && !fits && low < high)
    {
      size_t middle = low + (high - low) / 2;

      tried = next_start (maker, middle);
      ok = tokenize_from (maker, tried, maker->reply, &prompt->ids);
      if ((double) prompt->ids.n <= maker->keep)
        high = middle;
      else
        low = tried + 1;
    }
  prompt->first_turn = fits ? low : next_start (maker, high);
  ok = ok && (tried == prompt->first_turn || tokenize_from (maker, prompt->first_turn, maker->reply, &prompt->ids));
  if (ok && *maker->reply)
    {
      ok = tokenize_from (maker, prompt->first_turn, "", &before);
      prompt->n_reply = prompt->ids.n > before.n ? prompt->ids.n - before.n : 0;
    }
  glm_tokens_clear (&before);
  return ok;
}

/* ---- Prompts by roles ------------------------------------------------------------------------------------------- */

/* GLM-Z1's template trims what is said, and of a reply gives back what follows its reasoning alone.  (It would also cut what
 * a person writes before a "</think>": that is kept here.) */
static void
find_visible (const GlmTemplate *tmpl, int role, const char **content, size_t *n)
{
  const char *p;

  if (!tmpl->family->prompt.opens_thought || role == ROLE_SYSTEM)
    return;
  while (role == ROLE_ASSISTANT && (p = strstr (*content, "</think>")))
    *content = p + strlen ("</think>");
  *n = strlen (*content);
  glm_prompt_trim (content, n);
}

/* metadata and line feed, then the content: apart in ChatGLM3 and GLM-4, as one text in the others. */
static bool
append_texts (const Maker *maker, int32_t role, const char *metadata, const char *content, size_t n, GlmTokens *tokens)
{
  GlmBuffer text = { 0 };
  bool apart = maker->tmpl->family->prompt.metadata_apart;
  bool ok = print (&text, metadata) && (apart || !*metadata || print (&text, " ")) && print (&text, "\n")
            && (apart || glm_buffer_append (&text, content, n));

  if (!ok)
    no_memory (maker->error);
  ok = ok && append_id (maker, tokens, role) && append_text (maker, tokens, (const char *) text.data, text.n)
       && (!apart || append_text (maker, tokens, content, n));
  glm_buffer_clear (&text);
  return ok;
}

static bool
append_role_turn (const Maker *maker, const GlmTurn *turn, GlmTokens *tokens)
{
  const GlmTemplate *tmpl = maker->tmpl;
  GlmCallText call = { 0 };
  const char *content = content_of (turn), *metadata = "";
  size_t n = strlen (content);
  int role = 0;
  bool ok = find_role (turn, &role, maker->error);

  if (ok && is_call (turn))
    {
      ok = write_call (maker, turn, &call);
      content = (const char *) call.content.data;
      n = call.content.n;
      metadata = (const char *) call.metadata.data;
    }
  if (role == ROLE_OBSERVATION && tmpl->family->reply.calls == GLM_CALLS_NONE)
    role = ROLE_USER;
  if (ok)
    {
      find_visible (tmpl, role, &content, &n);
      ok = append_texts (maker, tmpl->roles[role], metadata, content, n, tokens);
    }
  glm_call_text_clear (&call);
  return ok;
}

static bool
append_ids (const Maker *maker, GlmTokens *tokens, const int32_t *ids, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!append_id (maker, tokens, ids[i]))
      return false;
  return true;
}

/* Where the answer begins in a reply's ids; 0: there is no end of a thought in them. */
static size_t
find_answer (const GlmTagPrompt *tags, const GlmTurn *turn)
{
  size_t answer = turn->n_ids;

  while (answer > 0 && turn->ids[answer - 1] != tags->tags[GLM_TAG_THINK_END])
    answer--;
  return answer;
}

/* Whether nothing stands before the end of the thought but its own tag. */
static bool
is_thought_empty (const GlmTagPrompt *tags, const GlmTurn *turn, size_t answer)
{
  return answer == 1 || (answer > 1 && turn->ids[answer - 2] == tags->tags[GLM_TAG_THINK]);
}

/* Whether the ids are of a prompt that left the thought out. */
static bool
lacks_thought (const GlmTagPrompt *tags, const GlmTurn *turn)
{
  return strncmp (content_of (turn), THINK, strlen (THINK)) == 0 && is_thought_empty (tags, turn, find_answer (tags, turn));
}

/* A reply by its ids: behind the tag that the prompt had, with its thought or without. */
static bool
append_generated (const Maker *maker, const GlmTurn *turn, bool keeps_thought, GlmTokens *tokens)
{
  const GlmTagPrompt *tags = &maker->tmpl->tags;
  size_t answer = find_answer (tags, turn), begin = answer;
  bool has_thought = answer > 0 || strncmp (content_of (turn), THINK, strlen (THINK)) == 0;

  if (has_thought && keeps_thought && !(is_thought_empty (tags, turn, answer) && !tags->lines))
    return (tags->lines || append_id (maker, tokens, tags->tags[GLM_TAG_THINK]))
           && append_ids (maker, tokens, turn->ids, turn->n_ids);
  if (has_thought && answer == 0)
    begin = turn->n_ids;
  return glm_tag_prompt_assistant (tags, "", false, tokens, maker->error)
         && append_ids (maker, tokens, turn->ids + begin, turn->n_ids - begin);
}

/* A call belongs to the reply before it. */
static bool
append_tag_reply (const Maker *maker, size_t i, GlmTokens *tokens)
{
  const GlmTurn *turn = &maker->turns[i], *before = i > 0 && has_role (maker, i - 1, ROLE_ASSISTANT) ? turn - 1 : NULL;
  const GlmTagPrompt *tags = &maker->tmpl->tags;
  bool calls = is_call (turn), keeps = i >= maker->n_asked || (maker->fit->keeps_thoughts && !tags->lines);

  while (before && calls && is_call (before) && before > maker->turns
         && has_role (maker, (size_t) (before - maker->turns) - 1, ROLE_ASSISTANT))
    before--;
  if (calls && before && before->ids && !(keeps && lacks_thought (tags, before)))
    return true;
  if (!(calls && before) && !append_id (maker, tokens, maker->tmpl->roles[ROLE_ASSISTANT]))
    return false;
  if (!(calls && before) && turn->ids && !(keeps && lacks_thought (tags, turn)))
    return append_generated (maker, turn, keeps, tokens);
  return ((calls && before) || glm_tag_prompt_assistant (tags, calls ? "" : content_of (turn), keeps, tokens, maker->error))
         && (!calls
             || glm_tag_prompt_call (tags, turn->metadata, turn->arguments ? turn->arguments : content_of (turn), tokens,
                                     maker->error));
}

static bool
append_tag_turn (const Maker *maker, size_t i, GlmTokens *tokens)
{
  const GlmTagPrompt *tags = &maker->tmpl->tags;
  const char *content = content_of (&maker->turns[i]);
  int role = 0;

  if (!find_role (&maker->turns[i], &role, maker->error))
    return false;
  switch (role)
    {
    case ROLE_SYSTEM:
      return append_id (maker, tokens, maker->tmpl->roles[role]) && glm_tag_prompt_system (tags, content, tokens, maker->error);
    case ROLE_USER:
      return append_id (maker, tokens, maker->tmpl->roles[role])
             && glm_tag_prompt_user (tags, content, maker->fit->no_thoughts, tokens, maker->error);
    case ROLE_ASSISTANT: return append_tag_reply (maker, i, tokens);
    default: /* results that follow each other share the role's token */
      return ((i > 0 && has_role (maker, i - 1, role)) || append_id (maker, tokens, maker->tmpl->roles[role]))
             && glm_tag_prompt_result (tags, content, tokens, maker->error);
    }
}

static bool
append_turn (const Maker *maker, size_t i, GlmTokens *tokens)
{
  if (maker->tmpl->family->prompt.shape == GLM_PROMPT_TAGS)
    return append_tag_turn (maker, i, tokens);
  return append_role_turn (maker, &maker->turns[i], tokens);
}

/* What follows the turns, as the first of the ids: <|assistant|>, and the reply as a finished turn would have it. */
static bool
append_reply (const Maker *maker, GlmTokens *tokens, size_t *ret_n_reply)
{
  static const char think[] = "\n" THINK;
  const GlmTemplate *tmpl = maker->tmpl;
  const char *reply = maker->reply;
  bool opens_thought = tmpl->family->prompt.opens_thought, ok;
  size_t begin; /* of the reply's text */

  if (tmpl->family->prompt.shape == GLM_PROMPT_TAGS)
    {
      ok = append_id (maker, tokens, tmpl->roles[ROLE_ASSISTANT])
           && glm_tag_prompt_reply (&tmpl->tags, reply, maker->fit->no_thoughts, tokens, &begin, maker->error);
      *ret_n_reply = ok ? tokens->n - begin : 0;
      return ok;
    }
  /* The prompt opens the thought; a reply that is kept with one begins with its tag. */
  if (opens_thought && strncmp (reply, think + 1, strlen (think + 1)) == 0)
    reply += strlen (think + 1);
  if (*reply && !opens_thought)
    {
      ok = append_text (maker, tokens, "\n", 1);
      begin = tokens->n + 1;
      tokens->n = 0;
      ok = ok && append_role_turn (maker, &(GlmTurn){ .role = "assistant", .content = reply }, tokens);
    }
  else
    {
      ok = append_id (maker, tokens, tmpl->roles[ROLE_ASSISTANT])
           && (!opens_thought || append_text (maker, tokens, think, strlen (think)));
      begin = tokens->n;
      ok = ok && (!*reply || append_text (maker, tokens, reply, strlen (reply)));
    }
  *ret_n_reply = tokens->n > begin ? tokens->n - begin : 0;
  return ok;
}

typedef struct
{
  size_t begin, end;
} Span;

static bool
append_span (const Maker *maker, GlmTokens *ids, const GlmTokens *pool, Span span)
{
  for (size_t i = span.begin; i < span.end; i++)
    if (!append_id (maker, ids, pool->ids[i]))
      return false;
  return true;
}

/* Appends the turn that offers the tools. */
static bool
append_tools (const Maker *maker, GlmTokens *tokens)
{
  if (maker->offered)
    return append_id (maker, tokens, maker->tmpl->roles[ROLE_SYSTEM])
           && glm_tag_prompt_tools (&maker->tmpl->tags, maker->offered, tokens, maker->error);
  return maker->tools.n == 0
         || append_role_turn (maker, &(GlmTurn){ .role = "system", .content = (const char *) maker->tools.data }, tokens);
}

/* Puts the spans of the chosen turns one behind the other, those of the tools before them.  The templates of 0414 and Z1 have what the system says first,
 * wherever it stands. */
static bool
join (const Maker *maker, const GlmTokens *pool, const Span *spans, GlmPrompt *prompt)
{
  bool sorted = maker->tmpl->family->prompt.system_first;

  if (!append_controls (maker, &prompt->ids) || !append_span (maker, &prompt->ids, pool, spans[maker->n_turns + 1]))
    return false;
  for (int pass = sorted ? 0 : 1; pass < 2; pass++)
    for (size_t i = 0; i < maker->n_turns; i++)
      if (is_taken (maker, i, prompt->first_turn) && (!sorted || has_role (maker, i, ROLE_SYSTEM) == (pass == 0))
          && !append_span (maker, &prompt->ids, pool, spans[i]))
        return false;
  return append_span (maker, &prompt->ids, pool, spans[maker->n_turns]);
}

/* Tokenizes what the prompt contains in any case, then the turns from the last one back, as far as they fit: each text
 * once.  pool and spans [n_turns + 2]: the ids of each turn, of what follows them, and of the tools. */
static bool
choose_turns (const Maker *maker, GlmTokens *pool, Span *spans, GlmPrompt *prompt)
{
  size_t n = maker->n_turns, n_controls = maker->tmpl->gmask < 0 ? 0 : 2, first = maker->last, i;
  bool over = maker->cut;

  if (!append_reply (maker, pool, &prompt->n_reply))
    return false;
  spans[n] = (Span){ 0, pool->n };
  if (!append_tools (maker, pool))
    return false;
  spans[n + 1] = (Span){ spans[n].end, pool->n };
  for (i = 0; i < n; i++)
    {
      spans[i].begin = pool->n;
      if (has_role (maker, i, ROLE_SYSTEM) && i != maker->said && !append_turn (maker, i, pool))
        return false;
      spans[i].end = pool->n;
    }
  for (i = n; i > maker->low && !(over && i <= first && (double) (pool->n + n_controls) > maker->keep); i--)
    {
      size_t turn = i - 1;
      double n_tokens;

      if (has_role (maker, turn, ROLE_SYSTEM))
        continue;
      spans[turn].begin = pool->n;
      if (!append_turn (maker, turn, pool))
        return false;
      spans[turn].end = pool->n;
      n_tokens = (double) (pool->n + n_controls);
      if (has_role (maker, turn, ROLE_USER) && turn < first && n_tokens <= maker->keep)
        first = turn;
      over = over || n_tokens > maker->fill;
    }
  prompt->first_turn = over ? first : maker->low;
  return true;
}

static bool
make_roles (const Maker *maker, GlmPrompt *prompt)
{
  Span *spans = calloc (maker->n_turns + 2, sizeof *spans);
  GlmTokens pool = { 0 };
  bool ok = spans ? choose_turns (maker, &pool, spans, prompt) && join (maker, &pool, spans, prompt) : no_memory (maker->error);

  glm_tokens_clear (&pool);
  free (spans);
  return ok;
}

/* ---- Which turns ------------------------------------------------------------------------------------------------ */

/* Share of the context that prompts may fill, and that is filled after turns were left out. */
#define FILL 0.875
#define KEEP 0.6

/* Between which turns the prompt begins. */
static void
find_bounds (Maker *maker, const GlmFit *fit)
{
  size_t n = maker->n_turns;

  maker->last = n;
  while (maker->last > 0 && !has_role (maker, maker->last - 1, ROLE_USER))
    maker->last--;
  maker->fit = fit;
  maker->n_asked = maker->last;
  maker->last = maker->last > 0 ? maker->last - 1 : fit->first_turn < n ? fit->first_turn : n - 1;
  maker->low = fit->first_turn < maker->last ? fit->first_turn : maker->last;
  if (maker->low > 0 || fit->cut)
    maker->low = next_start (maker, maker->low);
  maker->cut = fit->cut && fit->context_length > 0;
  maker->fill = fit->context_length > 0 ? FILL * fit->context_length : INFINITY;
  maker->keep = fit->context_length > 0 ? KEEP * fit->context_length : INFINITY;
}

/* What the prompt says about tools; the text ends with NUL. */
static bool
write_tools (Maker *maker, const GlmToolSet *tools)
{
  const GlmToolFormat *format = maker->tmpl->family->prompt.tools;
  const char *system = NULL;

  maker->said = maker->n_turns;
  if (!tools || (tools->n_tools == 0 && !tools->interpreter))
    return true;
  if (maker->tmpl->family->prompt.shape == GLM_PROMPT_TAGS && !tools->interpreter)
    {
      maker->offered = tools;
      return glm_tool_set_check (tools, maker->error);
    }
  if (!format)
    return glm_error_set (maker->error, GLM_ERROR_UNSUPPORTED, "%s cannot call tools", maker->tmpl->family->name);
  for (size_t i = maker->n_turns; format->with_system && i-- > 0;)
    if (has_role (maker, i, ROLE_SYSTEM))
      maker->said = i;
  if (maker->said < maker->n_turns)
    system = content_of (&maker->turns[maker->said]);
  if (!glm_tool_prompt_write (format, tools, system, &maker->tools, maker->error))
    return false;
  return glm_buffer_append (&maker->tools, "", 1) || no_memory (maker->error);
}

bool
glm_template_count_tools (const GlmTemplate *tmpl, const GlmToolSet *tools, size_t *ret_n, GlmError *error)
{
  Maker maker = { .tmpl = tmpl, .error = error };
  GlmTokens tokens = { 0 };
  bool ok = write_tools (&maker, tools) && append_tools (&maker, &tokens);

  if (ok)
    *ret_n = tokens.n;
  glm_tokens_clear (&tokens);
  glm_buffer_clear (&maker.tools);
  return ok;
}

bool
glm_template_fit (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
                  GlmPrompt *ret_prompt, GlmError *error)
{
  static const GlmFit all = { 0 };
  Maker maker = { .tmpl = tmpl, .turns = turns, .n_turns = n_turns, .reply = reply ? reply : "", .error = error };
  GlmPrompt prompt = { 0 };
  bool ok;

  if (n_turns == 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the conversation has no turns");
  fit = fit ? fit : &all;
  find_bounds (&maker, fit);
  ok = write_tools (&maker, fit->tools)
       && (tmpl->family->prompt.shape <= GLM_PROMPT_TAGS ? make_roles (&maker, &prompt) : make_text (&maker, &prompt));
  prompt.no_thought = tmpl->family->prompt.shape == GLM_PROMPT_TAGS && fit->no_thoughts;
  glm_buffer_clear (&maker.tools);
  if (ok)
    *ret_prompt = prompt;
  else
    glm_prompt_clear (&prompt);
  return ok;
}
