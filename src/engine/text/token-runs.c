/* token-runs.c: see token-runs.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "text/token-runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define MAX_BYTES 250 /* of a token whose places are kept in bytes */

int
glm_token_bytes_compare (const void *a, const void *b)
{
  const GlmTokenBytes *x = a, *y = b;
  int order = memcmp (x->bytes, y->bytes, x->n < y->n ? x->n : y->n);

  return order ? order : x->n != y->n ? (x->n < y->n ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

/* Bytes of the character at p if it is one of the kind; else 0. */
static uint32_t
character (GlmRunKind kind, const uint8_t *p, uint32_t n)
{
  uint32_t code;

  if (p[0] < 0x80)
    return glm_run_takes (kind, p[0]);
  return kind == GLM_RUN_NAME ? 0 : (uint32_t) glm_utf8_char (p, n, &code);
}

/* Where the first mark is (n: nowhere), and the run at the end. */
static uint32_t
read_token (GlmRunKind kind, const GlmTokenBytes *token, uint8_t *ret_from, uint8_t *ret_chars)
{
  uint32_t mark = token->n, from = 0, n_chars = 0, width;

  for (uint32_t i = 0; i < token->n; i += width)
    {
      width = character (kind, token->bytes + i, token->n - i);
      n_chars++;
      if (width > 0)
        continue;
      mark = mark < i ? mark : i;
      width = 1;
      from = i + 1;
      n_chars = 0;
    }
  *ret_from = token->n <= MAX_BYTES && from < token->n ? (uint8_t) from : GLM_RUN_NEVER;
  *ret_chars = (uint8_t) (token->n <= MAX_BYTES ? n_chars : 0);
  return token->n <= MAX_BYTES ? mark : 0;
}

static bool
add_tails (GlmTokenRuns *runs, const GlmTokenBytes *tokens)
{
  GlmTokenBytes *tails = malloc ((runs->n_others + 1) * sizeof *tails);

  runs->tails = tails;
  runs->common = calloc (runs->n_others + 1, sizeof *runs->common);
  runs->tail_from = malloc (runs->n_others + 1);
  runs->tail = malloc ((runs->n_others + 1) * sizeof *runs->tail);
  if (!tails || !runs->common || !runs->tail || !runs->tail_from)
    return false;
  for (size_t i = 0; i < runs->n_others; i++)
    {
      const GlmTokenBytes *token = &tokens[runs->others[i]];

      tails[i] = (GlmTokenBytes){ token->bytes + runs->mark[i], token->n - runs->mark[i], (int32_t) i };
    }
  qsort (tails, runs->n_others, sizeof *tails, glm_token_bytes_compare);
  for (size_t i = 0; i < runs->n_others; i++)
    {
      const GlmTokenBytes tail = tails[i], *before = runs->n_tails > 0 ? &tails[runs->n_tails - 1] : NULL;
      uint8_t from = runs->from[runs->others[tail.id]];
      uint32_t common = 0;

      while (before && common < before->n && common < tail.n && before->bytes[common] == tail.bytes[common])
        common++;
      if (!before || common < tail.n || before->n != tail.n)
        {
          runs->tail_from[runs->n_tails] = from == GLM_RUN_NEVER ? from : (uint8_t) (from - runs->mark[tail.id]);
          runs->common[runs->n_tails] = (uint16_t) (common < UINT16_MAX ? common : UINT16_MAX);
          tails[runs->n_tails++] = tail;
          runs->first[tail.bytes[0] + 1]++;
        }
      runs->tail[tail.id] = (uint32_t) runs->n_tails - 1;
    }
  for (int byte = 0; byte < 256; byte++)
    runs->first[byte + 1] += runs->first[byte];
  return true;
}

bool
glm_token_runs_init (GlmTokenRuns *runs, GlmRunKind kind, const GlmTokenBytes *tokens, size_t n, size_t n_ids)
{
  *runs = (GlmTokenRuns){ .n_chars = calloc (n_ids + 1, 1),
                          .from = malloc (n + 1),
                          .chars = malloc (n + 1),
                          .others = malloc ((n + 1) * sizeof *runs->others),
                          .mark = malloc (n + 1) };
  if (!runs->n_chars || !runs->from || !runs->chars || !runs->others || !runs->mark)
    return false;
  for (int byte = 0; byte < 256; byte++)
    runs->ends[byte] = byte < 0x80 ? !glm_run_takes (kind, (uint8_t) byte) : kind == GLM_RUN_NAME;
  for (size_t i = 0; i < n; i++)
    {
      uint32_t mark = read_token (kind, &tokens[i], &runs->from[i], &runs->chars[i]);

      if (runs->from[i] == 0)
        runs->n_chars[tokens[i].id] = runs->chars[i];
      else
        {
          runs->mark[runs->n_others] = (uint8_t) mark;
          runs->others[runs->n_others++] = (uint32_t) i;
        }
    }
  return add_tails (runs, tokens);
}

void
glm_token_runs_clear (GlmTokenRuns *runs)
{
  free (runs->n_chars);
  free (runs->from);
  free (runs->chars);
  free (runs->others);
  free (runs->mark);
  free (runs->tail);
  free (runs->tails);
  free (runs->common);
  free (runs->tail_from);
  *runs = (GlmTokenRuns){ 0 };
}
