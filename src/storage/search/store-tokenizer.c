/* store-tokenizer.c: the FTS5 tokenizer "myna"
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   "ChatGLM模型 v2"  →  position   0        1    2    3
 *                        token      chatglm  模   型   v2
 *                        same place c* ch* cha*         v* v2*
 *
 * Each character of a script without spaces is a token, so a phrase query finds any run of them; FTS5's own trigram
 * tokenizer finds nothing for one or two characters, unicode61 only whole runs between punctuation.
 */
#include "search/store-tokenizer.h"

#include <string.h>

#include "db/store-sqlite.h"
#include "text/text-fold.h"

typedef int (*TokenFunc) (void *, int, const char *, int, int, int);

typedef struct
{
  void *context;
  TokenFunc token;
  gboolean prefixes; /* the text of a document, not of a query */

  char word[STORE_MAX_TOKEN_BYTES + 8];
  int n_bytes; /* of word; does not grow when full */
  int n_chars;
  int prefix_bytes[STORE_MAX_PREFIX_CHARS];
  int start; /* offsets in the text */
  int end;
} Word;

static int
emit_word (Word *self)
{
  char prefix[STORE_MAX_PREFIX_CHARS * 6 + 1];
  int code;

  if (self->n_chars == 0)
    return SQLITE_OK;

  code = self->token (self->context, 0, self->word, self->n_bytes, self->start, self->end);
  for (int i = 0; self->prefixes && code == SQLITE_OK && i < MIN (self->n_chars, STORE_MAX_PREFIX_CHARS); i++)
    {
      memcpy (prefix, self->word, self->prefix_bytes[i]);
      prefix[self->prefix_bytes[i]] = STORE_PREFIX_MARK;
      code = self->token (self->context, FTS5_TOKEN_COLOCATED, prefix, self->prefix_bytes[i] + 1, self->start, self->end);
    }
  self->n_bytes = self->n_chars = 0;
  return code;
}

static void
add_to_word (Word *self, gunichar c, int start)
{
  if (self->n_chars == 0)
    self->start = start;
  if (self->n_bytes < STORE_MAX_TOKEN_BYTES)
    self->n_bytes += g_unichar_to_utf8 (c, self->word + self->n_bytes);
  if (self->n_chars < STORE_MAX_PREFIX_CHARS)
    self->prefix_bytes[self->n_chars] = self->n_bytes;
  self->n_chars++;
}

static int
emit_single (Word *self, gunichar c, int start, int end)
{
  char text[6];
  int code = emit_word (self);

  return code == SQLITE_OK ? self->token (self->context, 0, text, g_unichar_to_utf8 (c, text), start, end) : code;
}

static int
tokenize (Fts5Tokenizer *tokenizer, void *context, int flags, const char *text, int n_bytes, TokenFunc token)
{
  Word word = { .context = context, .token = token, .prefixes = (flags & FTS5_TOKENIZE_DOCUMENT) != 0 };
  const char *p = text, *end = text + n_bytes;
  int code = SQLITE_OK;

  while (p < end && code == SQLITE_OK)
    {
      int start = p - text;
      gunichar c;

      switch (text_fold_next (&p, end, &c))
        {
        case TEXT_CHAR_WORD:
          add_to_word (&word, c, start);
          word.end = p - text;
          break;
        case TEXT_CHAR_SINGLE: code = emit_single (&word, c, start, p - text); break;
        case TEXT_CHAR_SEPARATOR:
          /* store-match.c writes the query: there the mark asks for the token of a prefix. */
          if (c == STORE_PREFIX_MARK && (flags & FTS5_TOKENIZE_QUERY) && word.n_chars > 0)
            word.word[word.n_bytes++] = STORE_PREFIX_MARK;
          code = emit_word (&word);
          break;
        case TEXT_CHAR_MARK: word.end = p - text; break;
        }
    }
  return code == SQLITE_OK ? emit_word (&word) : code;
}

/* ---- Registration ----------------------------------------------------------------------------------------------- */

/* There is nothing to remember: any address will do. */
static int
create (void *context, const char **args, int n_args, Fts5Tokenizer **ret_tokenizer)
{
  static char instance;

  *ret_tokenizer = (Fts5Tokenizer *) &instance;
  return SQLITE_OK;
}

static void delete (Fts5Tokenizer *tokenizer)
{
}

static fts5_api *
find_api (sqlite3 *db)
{
  sqlite3_stmt *statement = NULL;
  fts5_api *api = NULL;

  if (sqlite3_prepare_v2 (db, "SELECT fts5 (?1)", -1, &statement, NULL) == SQLITE_OK)
    {
      sqlite3_bind_pointer (statement, 1, &api, "fts5_api_ptr", NULL);
      sqlite3_step (statement);
    }
  sqlite3_finalize (statement);
  return api;
}

gboolean
store_tokenizer_register (sqlite3 *db, GError **error)
{
  fts5_tokenizer methods = { create, delete, tokenize };
  fts5_api *api = find_api (db);
  int code;

  if (!api)
    {
      g_set_error_literal (error, STORE_ERROR, STORE_ERROR_FAILED, "This SQLite has no full-text search (FTS5)");
      return FALSE;
    }
  code = api->xCreateTokenizer (api, "myna", NULL, &methods, NULL);
  return code == SQLITE_OK || store_error_set_sqlite (error, db, code, "The search cannot be prepared");
}
