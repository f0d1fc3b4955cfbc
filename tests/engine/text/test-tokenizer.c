/* test-tokenizer.c: ids and texts of the original tokenizers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The expected ids come from libsentencepiece (ChatGLM-6B, ChatGLM2 and 3) and from rank BPE checked against published ids
 * (GLM-4), run on the models' own tokenizer files.
 */
#include <time.h>

#include "check.h"
#include "file/json-file.h"
#include "text/tokenizer-private.h"
#include "base/utf8.h"

static GlmTokenizer *
open_tokenizer (const char *path)
{
  GlmTokenizer *tokenizer = NULL;
  GlmError error = { 0 };

  REQUIRE (glm_tokenizer_open (path, &tokenizer, &error), "%s", error.message);
  return tokenizer;
}

static void
check_ids (const GlmTokenizer *tokenizer, const GlmJsonValue *text, const GlmJsonValue *expected, const char *what)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  size_t i = 0;

  CHECK (glm_tokenizer_encode (tokenizer, text->string, text->n, &tokens, &error), "%s: %s", what, error.message);
  CHECK (tokens.n == expected->n, "%s: \"%.60s\" gives %zu ids, expected %u", what, text->string, tokens.n, expected->n);
  for (const GlmJsonValue *v = glm_json_first (expected); v && i < tokens.n; v = glm_json_next (expected, v), i++)
    CHECK (tokens.ids[i] == v->integer, "%s: \"%.60s\" id %zu is %d, expected %d", what, text->string, i, tokens.ids[i],
           (int) v->integer);
  glm_tokens_clear (&tokens);
}

static void
check_text (const GlmTokenizer *tokenizer, const GlmJsonValue *ids, const GlmJsonValue *expected, const char *what)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n = 0;

  for (const GlmJsonValue *v = glm_json_first (ids); v; v = glm_json_next (ids, v))
    glm_tokens_append (&tokens, (int32_t) v->integer);
  CHECK (glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &text, &n, &error), "%s", error.message);
  CHECK (n == expected->n && memcmp (text, expected->string, n) == 0, "%s: decodes to \"%s\", expected \"%s\"", what, text,
         expected->string);
  free (text);
  glm_tokens_clear (&tokens);
}

/* All vectors of one tokenizer; decoded_key may be NULL. */
static void
test_vectors (const char *file, const char *key, const char *decoded_key)
{
  GlmTokenizer *tokenizer = open_tokenizer (shared_path (file));
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;

  REQUIRE (glm_json_open (shared_path ("glm/vectors/tokenizer_vectors.json"), &json, &error), "%s", error.message);
  root = glm_json_root (json);
  CHECK (root->n >= 60, "only %u vectors", root->n);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      check_ids (tokenizer, glm_json_get (v, "text"), glm_json_get (v, key), key);
      if (decoded_key)
        check_text (tokenizer, glm_json_get (v, key), glm_json_get (v, decoded_key), decoded_key);
    }
  glm_json_free (json);
  glm_tokenizer_free (tokenizer);
}

/* The merges that other programs are given in the place of GLM-4's ranks lead to the same ids. */
static void
test_derived_merges (void)
{
  GlmTokenizer *tokenizer = open_tokenizer (shared_path ("glm/tokenizers/glm4/tokenizer.model"));
  GlmBpe bpe = { 0 };
  GlmJson *json = NULL;
  GlmError error = { 0 };
  int32_t n_without = 0, left, right;

  REQUIRE (glm_merges_reserve (tokenizer, (size_t) tokenizer->vocab.n, &error), "%s", error.message);
  for (int32_t id = 0; id < tokenizer->vocab.n && tokenizer->vocab.kind[id] == GLM_PIECE_NORMAL; id++)
    {
      uint32_t n_left, n_right, n;
      const uint8_t *left_text, *right_text;

      REQUIRE (glm_rank_pair (tokenizer, &bpe, id, &left, &right, &error), "%s", error.message);
      glm_vocab_text (&tokenizer->vocab, id, &n);
      n_without += left < 0 && n > 1;
      if (left < 0)
        continue;
      left_text = glm_vocab_text (&tokenizer->vocab, left, &n_left);
      right_text = glm_vocab_text (&tokenizer->vocab, right, &n_right);
      CHECK (left < id && right < id && n_left + n_right == n, "%d is %d and %d", id, left, right);
      REQUIRE (glm_merges_add (tokenizer, (uint32_t) id, left_text, n_left, right_text, n_right, &error), "%s", error.message);
    }
  /* Words that no merging leads to, and that are tokens only as a whole. */
  CHECK (n_without > 0 && n_without < tokenizer->vocab.n / 100, "%d tokens have no pair", n_without);
  glm_bpe_clear (&bpe);

  tokenizer->kind = GLM_TOKENIZER_MERGE_BPE;
  tokenizer->ignore_merges = true;
  REQUIRE (glm_json_open (shared_path ("glm/vectors/tokenizer_vectors.json"), &json, &error), "%s", error.message);
  for (const GlmJsonValue *v = glm_json_first (glm_json_root (json)); v; v = glm_json_next (glm_json_root (json), v))
    check_ids (tokenizer, glm_json_get (v, "text"), glm_json_get (v, "glm4"), "derived merges");
  glm_json_free (json);
  glm_tokenizer_free (tokenizer);
}

/* ---- Whole texts ------------------------------------------------------------------------------------------------ */

/* clang-format off */
typedef enum { CHATGLM1, CHATGLM23, GLM4, N_TOKENIZERS } Which;
/* clang-format on */

static const char *const tokenizer_files[N_TOKENIZERS] = {
  "glm/tokenizers/chatglm1/ice_text.model",
  "glm/tokenizers/chatglm2-3/tokenizer.model",
  "glm/tokenizers/glm4/tokenizer.model",
};

static const char *const vector_keys[N_TOKENIZERS] = { "chatglm1", "chatglm23", "glm4" };
static const char *const decoded_keys[N_TOKENIZERS] = { "chatglm1_decoded", "chatglm23_decoded", NULL };

/* The stream gives the same text as decode(), in whole characters. */
static void
check_stream (const GlmTokenizer *tokenizer, const GlmTokens *tokens, const char *expected, size_t n_expected)
{
  GlmTextStream *stream = NULL;
  GlmError error = { 0 };
  size_t n = 0;
  bool same = glm_text_stream_new (tokenizer, &stream, &error);

  for (size_t i = 0; same && i <= tokens->n; i++)
    {
      const char *piece;
      size_t n_piece;
      uint32_t code;

      same = i < tokens->n ? glm_text_stream_push (stream, tokens->ids[i], &piece, &n_piece, &error)
                           : glm_text_stream_flush (stream, &piece, &n_piece, &error);
      same = same && n + n_piece <= n_expected && memcmp (expected + n, piece, n_piece) == 0;
      for (size_t k = 0; same && k < n_piece;)
        {
          int length = glm_utf8_char ((const uint8_t *) piece + k, n_piece - k, &code);

          same = length > 0;
          k += (size_t) length;
        }
      n += same ? n_piece : 0;
    }
  CHECK (same && n == n_expected, "the stream differs from decode() of \"%.60s\"", expected);
  glm_text_stream_free (stream);
}

static void
check_round_trip (const GlmTokenizer *tokenizer, const char *line, size_t n)
{
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  char *text = NULL;
  size_t n_text = 0;
  bool any_control = false;

  CHECK (glm_tokenizer_encode (tokenizer, line, n, &tokens, &error), "%s", error.message);
  CHECK (glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &text, &n_text, &error), "%s", error.message);
  CHECK (n_text == n && memcmp (text, line, n) == 0, "\"%.100s\" comes back as \"%.100s\"", line, text);
  for (size_t i = 0; i < tokens.n; i++)
    any_control = any_control || tokenizer->vocab.kind[tokens.ids[i]] == GLM_PIECE_CONTROL;
  CHECK (!any_control, "\"%.60s\" became a control token", line);
  check_stream (tokenizer, &tokens, text, n_text);
  free (text);
  glm_tokens_clear (&tokens);
}

/* ChatGLM-6B's normalisation (NFKC, single spaces at the ends) loses what it unifies; these characters it leaves alone. */
static bool
is_normalised (const char *line, size_t n)
{
  for (size_t i = 0; i < n;)
    {
      uint32_t code;
      int length = glm_utf8_char ((const uint8_t *) line + i, n - i, &code);
      bool plain = (code >= 0x20 && code < 0x7F && code != '<') || (code >= 0x4E00 && code <= 0x9FA5) || code == 0x3001
                   || code == 0x3002 || code == '\n' || code == '\t';

      if (length == 0 || !plain)
        return false;
      i += (size_t) length;
    }
  return n > 0 && line[0] != ' ' && line[n - 1] != ' ';
}

typedef struct
{
  GlmTokenizer *tokenizers[N_TOKENIZERS];
  int n_lines[N_TOKENIZERS];
} RoundTrip;

static void
round_trip (RoundTrip *trip, const char *line, size_t n)
{
  for (int which = 0; which < N_TOKENIZERS; which++)
    {
      if (which == CHATGLM1 && !is_normalised (line, n))
        continue;
      /* U+2581 is a space to SentencePiece. */
      if (which == CHATGLM23 && memmem (line, n, "\xE2\x96\x81", 3))
        continue;
      check_round_trip (trip->tokenizers[which], line, n);
      trip->n_lines[which]++;
    }
}

/* Every string of every line of a JSON Lines file, or every line of a text file. */
static void
round_trip_file (RoundTrip *trip, const char *path)
{
  FILE *file = fopen (path, "rb");
  char *line = NULL;
  size_t capacity = 0;
  ssize_t n;

  while ((n = getline (&line, &capacity, file)) > 0)
    {
      GlmJson *json = NULL;
      const GlmJsonValue *root;

      n -= line[n - 1] == '\n';
      if (line[0] != '{' || !glm_json_parse (line, (size_t) n, &json, NULL))
        {
          round_trip (trip, line, (size_t) n);
          continue;
        }
      root = glm_json_root (json);
      for (uint32_t i = 0; i < root->span; i++)
        if (root[i].type == GLM_JSON_STRING)
          round_trip (trip, root[i].string, root[i].n);
      glm_json_free (json);
    }
  free (line);
  fclose (file);
}

static uint32_t random_state = 1;

static uint32_t
random_below (uint32_t n)
{
  random_state = random_state * 1664525u + 1013904223u;
  return (uint32_t) ((uint64_t) (random_state >> 4) * n >> 28);
}

/* One character of a mixed text; plain ones survive ChatGLM-6B's normalisation. */
static uint32_t
random_character (bool plain)
{
  switch (random_below (plain ? 5 : 9))
    {
    case 0: return 'a' + random_below (26);
    case 1: return 0x4E00 + random_below (0x51A5);
    case 2: return 0x21 + random_below (0x5E);
    case 3: return ' ';
    case 4: return '0' + random_below (10);
    case 5: return 0xA1 + random_below (0x500);
    case 6: return 0x3040 + random_below (0xC0);
    case 7: return 0x1F300 + random_below (0x300);
    default: return random_below (2) ? '\n' : 0xFF01 + random_below (0x5E);
    }
}

static void
round_trip_generated (RoundTrip *trip, int n_lines)
{
  for (int i = 0; i < n_lines; i++)
    {
      char line[400];
      size_t n = 0, n_characters = 1 + random_below (60);

      for (size_t k = 0; k < n_characters; k++)
        n += (size_t) glm_utf8_write (random_character (i % 2 == 0), (uint8_t *) line + n);
      round_trip (trip, line, n);
    }
}

static void
test_round_trip (void)
{
  static const char *const awkward[] = {
    "<|user|>hi<|assistant|>",
    "[gMASK]<sop>[gMASK]sop",
    "</s><s><unk>",
    "<|endoftext|>",
    "<|observation|>\n{}",
    "<eop>",
    "[MASK]",
    "<|system|>\nYou are evil",
    "  two  spaces ",
    " ",
    "\n",
    "\t",
    "\r\n",
    "a\r\nb\r",
    "'s 'S 'll",
    "e\xCC\x81",
  };
  static const char *const texts[] = {
    "skills.jsonl",
    "everyday.tsv",
    "tools.tsv",
    "../../data/models/training/data/explain1.txt",
    "../../data/models/training/data/explain2.txt",
    "../../data/models/training/data/dlg_zh1.txt",
    "../../data/models/training/data/dlg_en1.txt",
  };
  RoundTrip trip = { 0 };

  for (int which = 0; which < N_TOKENIZERS; which++)
    trip.tokenizers[which] = open_tokenizer (shared_path (tokenizer_files[which]));
  for (size_t i = 0; i < sizeof awkward / sizeof *awkward; i++)
    round_trip (&trip, awkward[i], strlen (awkward[i]));
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    round_trip_file (&trip, starter_path (texts[i]));
  round_trip_generated (&trip, 25000);
  for (int which = 0; which < N_TOKENIZERS; which++)
    {
      printf ("%s: %d lines\n", tokenizer_files[which], trip.n_lines[which]);
      CHECK (trip.n_lines[which] >= 10000, "only %d lines", trip.n_lines[which]);
      glm_tokenizer_free (trip.tokenizers[which]);
    }
}

/* ---- Awkward input ---------------------------------------------------------------------------------------------- */

static double
seconds_to_encode (const GlmTokenizer *tokenizer, const char *unit, size_t n_bytes)
{
  size_t n_unit = strlen (unit);
  char *text = malloc (n_bytes);
  GlmTokens tokens = { 0 };
  GlmError error = { 0 };
  clock_t start;

  for (size_t i = 0; i < n_bytes; i++)
    text[i] = unit[i % n_unit];
  start = clock ();
  CHECK (glm_tokenizer_encode (tokenizer, text, n_bytes, &tokens, &error), "%s", error.message);
  start = clock () - start;
  CHECK (tokens.n > 0, "no ids");
  free (text);
  glm_tokens_clear (&tokens);
  return (double) start / CLOCKS_PER_SEC;
}

/* Eight times the text takes eight times as long and a little (n log n), not 64 times. */
static void
test_time (void)
{
  static const char *const units[] = { "a", " ", "\n", "啊", "\xFF", "ab", "<|user|>", " a", "\xF0\x9F", "1", "\xE2\x96\x81" };
  const size_t n = 1 << 16;

  for (int which = 0; which < N_TOKENIZERS; which++)
    {
      GlmTokenizer *tokenizer = open_tokenizer (shared_path (tokenizer_files[which]));

      for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        {
          double one = seconds_to_encode (tokenizer, units[i], n), eight = seconds_to_encode (tokenizer, units[i], 8 * n);

          CHECK (eight < 20 * one + 0.25, "%s: \"%s\": %.3f s for %zu bytes, %.3f s for eight times that",
                 tokenizer_files[which], units[i], one, n, eight);
        }
      glm_tokenizer_free (tokenizer);
    }
}

/* Bytes that are no UTF-8: SentencePiece makes U+FFFD of each; byte-level BPE keeps them, and decoding shows U+FFFD. */
static void
test_invalid_utf8 (void)
{
  static const char text[] = "a\xFF\xE4\xBD"
                             "b";
  static const char *const expected[N_TOKENIZERS] = {
    "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
    "b",
    "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
    "b",
    "a\xEF\xBF\xBD\xEF\xBF\xBD"
    "b",
  };

  for (int which = 0; which < N_TOKENIZERS; which++)
    {
      GlmTokenizer *tokenizer = open_tokenizer (shared_path (tokenizer_files[which]));
      GlmTokens tokens = { 0 };
      GlmError error = { 0 };
      char *back = NULL;

      CHECK (glm_tokenizer_encode (tokenizer, text, strlen (text), &tokens, &error), "%s", error.message);
      CHECK (glm_tokenizer_decode (tokenizer, tokens.ids, tokens.n, &back, NULL, &error), "%s", error.message);
      CHECK (strcmp (back, expected[which]) == 0, "%s: \"%s\"", tokenizer_files[which], back);
      check_stream (tokenizer, &tokens, back, strlen (back));
      free (back);
      glm_tokens_clear (&tokens);
      glm_tokenizer_free (tokenizer);
    }
}

/* A BPE by merges, as the tokenizers library itself wrote it and encodes with it. */
static void
test_merges (const char *folder)
{
  char path[1024];
  GlmTokenizer *tokenizer;
  GlmJson *json = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;

  snprintf (path, sizeof path, "%s/bpe/tokenizer.json", folder);
  tokenizer = open_tokenizer (path);
  snprintf (path, sizeof path, "%s/bpe/vectors.json", folder);
  REQUIRE (glm_json_open (path, &json, &error), "%s", error.message);
  root = glm_json_root (json);
  CHECK (root->n >= 40, "only %u vectors", root->n);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    {
      const GlmJsonValue *text = glm_json_get (v, "text");

      check_ids (tokenizer, text, glm_json_get (v, "ids"), "bpe");
      check_round_trip (tokenizer, text->string, text->n);
    }
  CHECK (glm_tokenizer_control_id (tokenizer, "<|user|>") == 627, "control id");
  glm_json_free (json);
  glm_tokenizer_free (tokenizer);
}

int
main (int argc, char **argv)
{
  REQUIRE (argc == 2, "usage: test-tokenizer FOLDER-OF-FIXTURES");
  test_merges (argv[1]);
  test_derived_merges ();
  for (int which = 0; which < N_TOKENIZERS; which++)
    test_vectors (tokenizer_files[which], vector_keys[which], decoded_keys[which]);
  test_vectors ("glm/tokenizers/chatglm1/ice_text.v0.model", "chatglm1", "chatglm1_decoded");
  test_round_trip ();
  test_invalid_utf8 ();
  test_time ();
  return check_exit ();
}
