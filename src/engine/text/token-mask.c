/* token-mask.c: which tokens a grammar lets through; see token-table.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Several stacks are taken one by one: a token is let through if any of them does, as long as all that they may become have
 * room beside each other.
 */
#include <stdlib.h>
#include <string.h>

#include "text/grammar-stack.h"
#include "text/token-table-private.h"

#define N_LEVELS 65
#define NO_KIND  (-1)
#define NO_BYTE  0xFF /* no run begins with it */
#define FEW      24   /* tokens are stepped on their own rather than all tails */

/* What may follow a run. */
typedef struct
{
  bool has_relaxed, is_known;
  GlmGrammarState relaxed; /* the run's state */
  size_t n_asked;          /* tokens tested one by one before the tails were known */
  uint8_t *may_follow;     /* [n_tails] */
  int8_t may_end[256];     /* whether the byte may end the run; −1: not known yet */
} Tails;

struct GlmTokenRoom
{
  GlmGrammarState levels[N_LEVELS]; /* [i]: behind the first i bytes of the tokens at hand */
  GlmGrammarState behind[N_LEVELS]; /* [i]: behind a run and the first i bytes of a tail */
  GlmGrammarState relaxed, rest;
  Tails tails[GLM_N_RUNS];
};

typedef struct
{
  const GlmTokenTable *table;
  const GlmGrammar *grammar;
  GlmTokenRoom *room;
  uint8_t *allowed;
  bool closing;
  bool splits;        /* several stacks are taken one by one */
  bool has_run;       /* one of them is in a run before the token */
  bool is_whole[256]; /* first bytes of tokens that are known if they are all of a run */
  int most;           /* stacks at once, if they were not */
} Walk;

/* Tokens that are all of a run of the kind from that byte on, or from before it, are known. */
typedef struct
{
  int kind; /* or NO_KIND */
  size_t begin;
} Done;

static void visit (Walk *walk, size_t low, size_t high, size_t depth, Done done);

GlmTokenRoom *
glm_token_room_new (const GlmTokenTable *table)
{
  GlmTokenRoom *room = malloc (sizeof *room);
  bool ok = room;

  for (int kind = 0; room && kind < GLM_N_RUNS; kind++)
    {
      room->tails[kind].may_follow = table->has_runs[kind] ? malloc (table->runs[kind].n_tails + 1) : NULL;
      ok = ok && (room->tails[kind].may_follow || !table->has_runs[kind]);
    }
  if (ok)
    return room;
  glm_token_room_free (room);
  return NULL;
}

void
glm_token_room_free (GlmTokenRoom *room)
{
  if (!room)
    return;
  for (int kind = 0; kind < GLM_N_RUNS; kind++)
    free (room->tails[kind].may_follow);
  free (room);
}

bool
glm_token_table_step (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state, int32_t id,
                      GlmGrammarState *ret_state)
{
  size_t n;
  const uint8_t *bytes = glm_token_table_bytes (table, id, &n);
  bool closing = glm_grammar_is_closing (grammar, state);

  for (size_t i = 0; i < n; i++)
    if (!glm_grammar_step_within (grammar, i == 0 ? state : ret_state, closing, bytes[i], ret_state))
      return false;
  return n > 0;
}

static bool
step (Walk *walk, const GlmGrammarState *state, uint8_t byte, GlmGrammarState *ret_state)
{
  bool ok = glm_grammar_step_within (walk->grammar, state, walk->closing, byte, ret_state);

  walk->most = walk->most > ret_state->n ? walk->most : ret_state->n;
  return ok;
}

/* Steps what the token has behind its first bytes. */
static void
take_alone (Walk *walk, size_t i, size_t depth)
{
  const GlmGrammarState *state = &walk->room->levels[depth];
  size_t n;
  const uint8_t *bytes = glm_token_table_at (walk->table, i, &n);

  for (; depth < n; depth++, state = &walk->room->rest)
    if (!step (walk, state, bytes[depth], &walk->room->rest))
      return;
  walk->allowed[walk->table->ids[i]] = 1;
}

/* ---- Runs ------------------------------------------------------------------------------------------------------- */

/* Whether the state is one where such a run may follow, of any length. */
static bool
may_run (const Walk *walk, GlmRunKind kind, const GlmGrammarState *state)
{
  GlmRun run;

  return state->n == 1 && glm_grammar_run (walk->grammar, &state->stacks[0], walk->closing, &run) && run.kind == kind
         && !run.is_amid && run.chars == UINT32_MAX && run.bytes == UINT32_MAX;
}

/* Steps a tail whose first *n_valid bytes are known.  Returns the byte that is refused, or SIZE_MAX. */
static size_t
walk_tail (Walk *walk, GlmRunKind kind, const GlmTokenBytes *tail, size_t from, size_t *n_valid)
{
  GlmGrammarState *behind = walk->room->behind;

  for (; *n_valid < tail->n && *n_valid + 2 < N_LEVELS; ++*n_valid)
    {
      if (*n_valid >= from && *n_valid > 0 && may_run (walk, kind, &behind[*n_valid]))
        return SIZE_MAX;
      if (!step (walk, &behind[*n_valid], tail->bytes[*n_valid], &behind[*n_valid + 1]))
        return *n_valid;
    }
  for (size_t k = *n_valid; k < tail->n; k++)
    if (!step (walk, &behind[k == *n_valid ? k : N_LEVELS - 1], tail->bytes[k], &behind[N_LEVELS - 1]))
      return k;
  return SIZE_MAX;
}

/* Steps all tails behind the relaxed state. */
static void
walk_tails (Walk *walk, GlmRunKind kind, Tails *tails)
{
  const GlmTokenRuns *runs = &walk->table->runs[kind];
  bool closing = walk->closing;
  size_t n_valid = 0, refused = SIZE_MAX;

  /* What closing forbids is found token by token. */
  walk->closing = false;
  walk->room->behind[0] = tails->relaxed;
  tails->is_known = true;
  memset (tails->may_follow, 0, runs->n_tails);
  for (size_t i = 0; i < runs->n_tails; i++)
    {
      const GlmTokenBytes *tail = &runs->tails[i];

      if (runs->common[i] <= refused)
        {
          n_valid = n_valid < runs->common[i] ? n_valid : runs->common[i];
          refused = walk_tail (walk, kind, tail, runs->tail_from[i], &n_valid);
          tails->may_follow[i] = refused == SIZE_MAX;
        }
      else if (refused == 0)
        i = runs->first[tail->bytes[0] + 1] - 1;
    }
  walk->closing = closing;
}

/* The tails of a run that begins after the first `depth` bytes. */
static Tails *
find_tails (Walk *walk, GlmRunKind kind, size_t depth)
{
  GlmTokenRoom *room = walk->room;
  Tails *tails = &room->tails[kind];

  glm_grammar_relax (&room->levels[depth], &room->relaxed);
  if (tails->has_relaxed && glm_grammar_is_same (&room->relaxed, &tails->relaxed))
    return tails;
  tails->relaxed = room->relaxed;
  tails->has_relaxed = true;
  tails->is_known = false;
  tails->n_asked = 0;
  memset (tails->may_end, -1, sizeof tails->may_end);
  return tails;
}

/* Whether the token, which goes on with a run, may do so with what ends it. */
static bool
may_end_run (Walk *walk, const GlmTokenRuns *runs, Tails *tails, size_t i, size_t depth)
{
  size_t n;
  const uint8_t *bytes = glm_token_table_at (walk->table, i, &n);
  int8_t *may;

  while (depth < n && !runs->ends[bytes[depth]])
    depth++;
  if (depth == n)
    return true;
  may = &tails->may_end[bytes[depth]];
  if (*may < 0)
    *may = glm_grammar_step_within (walk->grammar, &tails->relaxed, false, bytes[depth], &walk->room->rest);
  return *may;
}

/* Whether the token, all of a run from somewhere on, has few enough characters behind its first `depth` bytes. */
static bool
is_short (const GlmTokenTable *table, const GlmTokenRuns *runs, uint32_t most, size_t i, size_t depth)
{
  const uint8_t *bytes = table->pool + table->offset[i];
  size_t n_chars = runs->chars[i];

  for (size_t k = runs->from[i]; k < depth; k++)
    n_chars -= (bytes[k] & 0xC0) != 0x80;
  return n_chars <= most;
}

/* Lets tokens through that are all of a run from byte `begin` on, which is that of the character at hand. */
static void
take_runs (Walk *walk, const GlmRun *run, size_t low, size_t high, size_t begin, size_t depth)
{
  const GlmTokenTable *table = walk->table;
  const GlmTokenRuns *runs = &table->runs[run->kind];
  const uint8_t *from = runs->from, *last = table->last;
  const int32_t *ids = table->ids;
  uint8_t *allowed = walk->allowed;
  size_t bytes = run->bytes < 255 ? depth + run->bytes : 255, chars = run->chars < 255 ? depth + run->chars : 255;

  for (size_t i = low; i < high; i++)
    {
      bool ok = (from[i] <= begin) & (last[i] <= bytes);

      /* Where even so many bytes are few enough they need not be counted. */
      if (last[i] > chars)
        ok = ok && is_short (table, runs, run->chars, i, depth);
      allowed[ids[i]] |= ok;
    }
}

/* The same for tokens that are all of a run from their first byte on, but those that begin with the byte `without` (NO_BYTE: none);
 * nothing of them may have been stepped. */
static void
take_whole_runs (Walk *walk, const GlmRun *run, uint8_t without)
{
  const uint8_t *restrict n_chars = walk->table->runs[run->kind].n_chars, *restrict last = walk->table->last_of_id;
  const uint8_t *restrict first = walk->table->first_of_id;
  uint8_t *restrict allowed = walk->allowed;
  size_t n_ids = walk->table->n_ids;
  uint8_t chars = run->chars < 255 ? (uint8_t) run->chars : 255, bytes = run->bytes < 255 ? (uint8_t) run->bytes : 255;

  for (size_t id = 0; id < n_ids; id++)
    allowed[id] |=
        (uint8_t) ((uint8_t) (n_chars[id] - 1) < chars) & (uint8_t) (last[id] <= bytes) & (uint8_t) (first[id] != without);
}

static size_t
lower_bound (const uint32_t *values, size_t n, size_t value)
{
  size_t low = 0;

  while (low < n)
    {
      size_t middle = low + (n - low) / 2;

      if (values[middle] < value)
        low = middle + 1;
      else
        n = middle;
    }
  return low;
}

/* Whether what the relaxed state lets through is let through; −1: it must be stepped. */
static int
judge (const Walk *walk, const GlmRun *run, size_t i, size_t depth, size_t mark)
{
  const uint8_t *bytes = walk->table->pool + walk->table->offset[i];
  size_t n = walk->table->offset[i + 1] - walk->table->offset[i], n_chars = 0;
  bool is_begun;

  /* A key's limit is one of bytes. */
  if (mark > depth + run->bytes)
    return 0;
  if (run->is_exact && run->least == 0 && n - depth <= run->chars && mark < depth + run->bytes)
    return 1;
  for (size_t k = depth; k < mark; k++)
    n_chars += (bytes[k] & 0xC0) != 0x80;
  if (n_chars > run->chars)
    return 0;
  /* At the mark a character begins that the token does not end: it counts as one, and ends nothing.  Else the bytes are enough. */
  is_begun = bytes[mark] >= 0x80;
  if (n_chars < run->least && !is_begun)
    return -1;
  n_chars += is_begun ? 1 : n - mark;
  return run->is_exact && n_chars <= run->chars && mark < depth + run->bytes ? 1 : -1;
}

/* Tokens that are no runs from byte `begin` on. */
static void
take_others (Walk *walk, const GlmRun *run, size_t low, size_t high, size_t begin, size_t depth)
{
  const GlmTokenRuns *runs = &walk->table->runs[run->kind];
  size_t first = lower_bound (runs->others, runs->n_others, low), end = lower_bound (runs->others, runs->n_others, high);
  Tails *tails = find_tails (walk, run->kind, depth);

  for (size_t k = first; k < end && !tails->is_known; k++)
    tails->n_asked += runs->mark[k] >= depth;
  if (tails->n_asked > FEW && !tails->is_known)
    walk_tails (walk, run->kind, tails);
  for (size_t k = first; k < end; k++)
    {
      size_t i, mark = runs->mark[k];
      bool is_known = mark >= depth && tails->is_known;
      int verdict = -1;

      /* Most are refused here. */
      if (is_known && !tails->may_follow[runs->tail[k]])
        continue;
      i = runs->others[k];
      if (runs->from[i] <= begin)
        continue;
      if (is_known)
        verdict = judge (walk, run, i, depth, mark);
      if (verdict > 0)
        walk->allowed[walk->table->ids[i]] = 1;
      else if (verdict < 0 && (is_known || may_end_run (walk, runs, tails, i, depth)))
        take_alone (walk, i, depth);
    }
}

/* ---- Walking ---------------------------------------------------------------------------------------------------- */

/* The end of those of the sorted tokens that have the byte there; the first has. */
static size_t
end_of_byte (const GlmTokenTable *table, size_t low, size_t high, size_t depth, uint8_t byte)
{
  size_t width = 1;

  while (low + width < high && table->pool[table->offset[low + width] + depth] == byte)
    {
      low += width;
      width *= 2;
    }
  high = low + width < high ? low + width : high;
  while (low + 1 < high)
    {
      size_t middle = low + (high - low) / 2;

      if (table->pool[table->offset[middle] + depth] == byte)
        low = middle;
      else
        high = middle;
    }
  return high;
}

/* Where the character at hand begins; false: before the token. */
static bool
find_begin (const GlmTokenTable *table, size_t i, size_t depth, const GlmRun *run, size_t *ret_begin)
{
  const uint8_t *bytes = table->pool + table->offset[i];

  *ret_begin = depth;
  if (!run->is_amid)
    return true;
  while (*ret_begin > 0 && (bytes[*ret_begin - 1] & 0xC0) == 0x80)
    --*ret_begin;
  return (*ret_begin)-- > 0;
}

/* Behind the first `depth` bytes, whose state has one stack. */
static void
go_on_alone (Walk *walk, size_t low, size_t high, size_t depth, Done done)
{
  GlmRun run;
  size_t begin;
  bool is_run = glm_grammar_run (walk->grammar, &walk->room->levels[depth].stacks[0], walk->closing, &run)
                && walk->table->has_runs[run.kind] && find_begin (walk->table, low, depth, &run, &begin);

  if (is_run && depth == 0)
    {
      take_whole_runs (walk, &run, NO_BYTE);
      memset (walk->is_whole, true, sizeof walk->is_whole);
    }
  else if (is_run && done.kind != (int) run.kind)
    take_runs (walk, &run, low, high, begin, depth);
  if (is_run && done.kind != (int) run.kind)
    done = (Done){ (int) run.kind, begin };
  /* A key may be empty, and then not end here. */
  if (is_run && !run.has_words && (!run.is_key || depth > 0))
    take_others (walk, &run, low, high, begin, depth);
  else
    visit (walk, low, high, depth, done);
}

/* The tokens go on behind their first `depth` bytes, whose state is known. */
static void
go_on (Walk *walk, size_t low, size_t high, size_t depth, Done done)
{
  GlmGrammarState *state = &walk->room->levels[depth];
  GlmGrammarStack rest[GLM_GRAMMAR_MAX_STACKS - 1];
  int n = state->n, before = walk->most, sum = 0;

  if (n == 1)
    go_on_alone (walk, low, high, depth, done);
  else if (!walk->splits || (depth == 0 && !walk->has_run))
    visit (walk, low, high, depth, done);
  else
    {
      for (int i = 1; i < n; i++)
        copy_stack (&rest[i - 1], &state->stacks[i]);
      for (int i = 0; i < n; i++)
        {
          walk->most = state->n = 1;
          if (i > 0)
            copy_stack (&state->stacks[0], &rest[i - 1]);
          go_on_alone (walk, low, high, depth, done);
          sum += walk->most;
        }
      walk->most = before > sum ? before : sum;
    }
}

/* The next of the tokens that is not known; high: none. */
static size_t
find_unknown (const Walk *walk, size_t low, size_t high, Done done)
{
  const GlmTokenRuns *runs = done.kind == NO_KIND ? NULL : &walk->table->runs[done.kind];
  size_t k;

  if (!runs || low >= high || runs->from[low] > done.begin)
    return low;
  for (k = lower_bound (runs->others, runs->n_others, low); k < runs->n_others; k++)
    if (runs->others[k] >= high || runs->from[runs->others[k]] > done.begin)
      break;
  return k < runs->n_others && runs->others[k] < high ? runs->others[k] : high;
}

static void
visit (Walk *walk, size_t low, size_t high, size_t depth, Done done)
{
  const GlmTokenTable *table = walk->table;
  GlmGrammarState *levels = walk->room->levels;
  size_t end;

  for (; depth + 2 >= N_LEVELS && low < high; low++)
    take_alone (walk, low, depth);
  for (; (low = depth == 0 ? low : find_unknown (walk, low, high, done)) < high; low = end)
    {
      uint8_t byte = table->pool[table->offset[low] + depth];
      bool is_known = done.kind != NO_KIND && (byte >= 0x80 || glm_run_takes ((GlmRunKind) done.kind, byte))
                      && (depth > 0 || walk->is_whole[byte]);

      end = depth == 0 ? table->first[byte + 1] : end_of_byte (table, low, high, depth, byte);
      if (!step (walk, &levels[depth], byte, &levels[depth + 1]))
        continue;
      for (; low < end && table->offset[low + 1] - table->offset[low] == depth + 1; low++)
        walk->allowed[table->ids[low]] = 1;
      if (low < end)
        go_on (walk, low, end, depth + 1, is_known ? done : (Done){ NO_KIND, 0 });
    }
}

/* What may follow the first byte, taken together for all stacks: whether it is a run of the kind, or (NO_KIND) of any. */
static bool
find_run_behind (Walk *walk, uint8_t byte, int kind, GlmRun *ret_run)
{
  GlmGrammarState *state = &walk->room->levels[1];
  GlmRun run;
  bool found = false;

  if (!glm_grammar_step_within (walk->grammar, &walk->room->levels[0], walk->closing, byte, state))
    return false;
  for (int i = 0; i < state->n; i++)
    if (glm_grammar_run (walk->grammar, &state->stacks[i], walk->closing, &run) && walk->table->has_runs[run.kind]
        && (kind == NO_KIND || (int) run.kind == kind) && (byte < 0x80 ? glm_run_takes (run.kind, byte) : run.is_amid))
      {
        run.chars += run.chars < UINT32_MAX;
        run.bytes += run.bytes < UINT32_MAX;
        if (found && (ret_run->chars < run.chars ? ret_run->bytes > run.bytes : ret_run->bytes < run.bytes))
          return false;
        if (!found || ret_run->chars < run.chars)
          *ret_run = run;
        kind = (int) run.kind;
        found = true;
      }
  return found;
}

/* Lets the tokens through that are all of a run where that is most of them, whatever they begin with.  Returns the kind. */
static int
take_most (Walk *walk)
{
  const GlmTokenTable *table = walk->table;
  GlmRun run = { 0 }, other;
  size_t n = 0;
  int kind = NO_KIND;

  for (int byte = 255; byte >= 0; byte--)
    {
      size_t n_tokens = table->first[byte + 1] - table->first[byte];
      bool is_same = n_tokens > 0 && find_run_behind (walk, (uint8_t) byte, kind, &other);

      if (is_same && kind == NO_KIND)
        {
          run = other;
          kind = (int) run.kind;
        }
      walk->is_whole[byte] = is_same && other.chars == run.chars && other.bytes == run.bytes;
      n += walk->is_whole[byte] ? n_tokens : 0;
    }
  if (2 * n < table->n)
    return NO_KIND;
  /* A third of many vocabularies begins with a blank. */
  take_whole_runs (walk, &run, walk->is_whole[' '] ? NO_BYTE : ' ');
  for (int byte = 0; byte < 256; byte++)
    for (size_t i = table->first[byte]; !walk->is_whole[byte] && byte != ' ' && i < table->first[byte + 1]; i++)
      walk->allowed[table->ids[i]] = 0;
  return kind;
}

void
glm_token_table_mask (const GlmTokenTable *table, const GlmGrammar *grammar, const GlmGrammarState *state, GlmTokenRoom *room,
                      uint8_t *allowed)
{
  Walk walk = { table, grammar, room, allowed, glm_grammar_is_closing (grammar, state), true, false, { false }, 0 };
  GlmRun run;

  for (int i = 0; i < state->n; i++)
    walk.has_run = walk.has_run || glm_grammar_run (grammar, &state->stacks[i], walk.closing, &run);
  for (int i = 0; i < 2; i++)
    {
      memset (allowed, 0, table->n_ids);
      for (int kind = 0; kind < GLM_N_RUNS; kind++)
        room->tails[kind].has_relaxed = false;
      room->levels[0] = *state;
      walk.most = state->n;
      go_on (&walk, 0, table->n, 0, (Done){ walk.has_run ? NO_KIND : take_most (&walk), 0 });
      if (walk.most <= GLM_GRAMMAR_MAX_STACKS || !walk.splits)
        return;
      walk.splits = false;
    }
}
