/* text-stream.c: token ids to text, one by one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Decoding a whole sequence is the stream fed to its end, so both give the same text.
 *
 * SentencePiece: pieces one after another, U+2581 as a space, byte pieces as bytes.  The space in front of the text, which
 * normalisation added, goes away again: until something was emitted a piece loses its first U+2581 (only the first such
 * piece does if extra whitespace is kept).  Control tokens are nothing, or their text (shows_controls); after a shown one
 * a new text begins, as in ChatGLM3's decode().  Byte level: the tokens' bytes.
 *
 * Bytes that cannot become UTF-8 any more turn into U+FFFD: each one (SentencePiece), or each longest part that a character
 * could have begun with (Python's and Rust's lossy decoding, which tiktoken and tokenizers use).
 */
#include "text/tokenizer-private.h"

#include "base/error.h"
#include "base/utf8.h"

struct GlmTextStream
{
  const GlmTokenizer *tokenizer;
  GlmBuffer text;     /* new text of this call */
  uint8_t pending[4]; /* begins a character */
  int n_pending;
  bool at_start;     /* a leading U+2581 belongs to the dummy prefix */
  bool dropped_mark; /* … and was dropped already */
  bool emitted;      /* some text came out since the start */
};

bool
glm_text_stream_new (const GlmTokenizer *tokenizer, GlmTextStream **ret_stream, GlmError *error)
{
  GlmTextStream *stream = calloc (1, sizeof *stream);

  if (!stream)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to decode tokens");
  stream->tokenizer = tokenizer;
  stream->at_start = true;
  *ret_stream = stream;
  return true;
}

void
glm_text_stream_free (GlmTextStream *stream)
{
  if (!stream)
    return;
  glm_buffer_clear (&stream->text);
  free (stream);
}

/* Writes what is certain of the pending bytes; all of them if nothing follows. */
static bool
drain_pending (GlmTextStream *stream, bool final)
{
  while (stream->n_pending > 0)
    {
      uint32_t code;
      int n = glm_utf8_char (stream->pending, (size_t) stream->n_pending, &code), drop = 1;

      if (n == 0 && !final && glm_utf8_is_unfinished (stream->pending, (size_t) stream->n_pending))
        return true;
      if (n > 0)
        {
          drop = n;
          if (!glm_buffer_append (&stream->text, stream->pending, (size_t) n))
            return false;
        }
      else
        {
          for (int k = 2; k < 4 && k <= stream->n_pending && glm_tokenizer_is_byte_level (stream->tokenizer); k++)
            if (glm_utf8_is_unfinished (stream->pending, (size_t) k))
              drop = k;
          if (!glm_buffer_append (&stream->text, GLM_UTF8_REPLACEMENT, 3))
            return false;
        }
      stream->n_pending -= drop;
      memmove (stream->pending, stream->pending + drop, (size_t) stream->n_pending);
      stream->emitted = true;
    }
  return true;
}

static bool
emit_bytes (GlmTextStream *stream, const uint8_t *bytes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      stream->pending[stream->n_pending++] = bytes[i];
      if (!drain_pending (stream, false))
        return false;
    }
  return true;
}

/* False: another piece. */
static bool
emit_glm1_space (GlmTextStream *stream, const uint8_t *piece, size_t n, bool *ret_ok)
{
  char space;
  int count = glm_tokenizer_white_space (piece, n, &space);

  *ret_ok = true;
  for (int i = 0; *ret_ok && i < count; i++)
    *ret_ok = emit_bytes (stream, (const uint8_t *) &space, 1);
  return count > 0;
}

static bool
emit_piece (GlmTextStream *stream, const uint8_t *piece, size_t n)
{
  const size_t mark = strlen (GLM_SPACE_MARK);
  bool ok = true;

  if (stream->tokenizer->glm1_text && emit_glm1_space (stream, piece, n, &ok))
    return ok;
  if (stream->emitted || stream->dropped_mark)
    stream->at_start = false;
  stream->dropped_mark = false;
  if (stream->at_start && n >= mark && memcmp (piece, GLM_SPACE_MARK, mark) == 0)
    {
      piece += mark;
      n -= mark;
      stream->dropped_mark = !stream->tokenizer->normaliser.remove_extra_whitespaces;
    }
  while (ok && n > 0)
    {
      if (n >= mark && memcmp (piece, GLM_SPACE_MARK, mark) == 0)
        {
          ok = emit_bytes (stream, (const uint8_t *) " ", 1);
          piece += mark;
          n -= mark;
          continue;
        }
      ok = emit_bytes (stream, piece, 1);
      piece++;
      n--;
    }
  return ok;
}

/* A control token: begins a new text, or is nothing. */
static bool
emit_control (GlmTextStream *stream, const uint8_t *text, size_t n)
{
  if (!stream->tokenizer->shows_controls)
    {
      /* SentencePiece counts it as a piece without text. */
      if (stream->emitted || stream->dropped_mark)
        stream->at_start = false;
      stream->dropped_mark = false;
      return true;
    }
  if (!glm_buffer_append (&stream->text, text, n))
    return false;
  stream->at_start = true;
  stream->dropped_mark = stream->emitted = false;
  return true;
}

static bool
push_sentencepiece (GlmTextStream *stream, int32_t id)
{
  const GlmTokenizer *tokenizer = stream->tokenizer;
  uint32_t n;
  const uint8_t *piece = glm_vocab_text (&tokenizer->vocab, id, &n);
  GlmPieceKind kind = (GlmPieceKind) tokenizer->vocab.kind[id];
  int byte = glm_tokenizer_byte_of (tokenizer, id);

  if (byte >= 0)
    {
      uint8_t value = (uint8_t) byte;

      return emit_bytes (stream, &value, 1);
    }
  if (!drain_pending (stream, true))
    return false;
  switch (kind)
    {
    case GLM_PIECE_CONTROL: return emit_control (stream, piece, n);
    case GLM_PIECE_UNKNOWN: return emit_piece (stream, (const uint8_t *) " \xE2\x81\x87 ", 5);
    case GLM_PIECE_UNUSED: return true;
    default: return emit_piece (stream, piece, n);
    }
}

static bool
push_byte_level (GlmTextStream *stream, int32_t id)
{
  uint32_t n;
  const uint8_t *bytes = glm_vocab_text (&stream->tokenizer->vocab, id, &n);
  GlmPieceKind kind = (GlmPieceKind) stream->tokenizer->vocab.kind[id];

  if (kind == GLM_PIECE_NORMAL || kind == GLM_PIECE_BYTE)
    return emit_bytes (stream, bytes, n);
  if (!drain_pending (stream, true))
    return false;
  return kind == GLM_PIECE_UNUSED || emit_control (stream, bytes, n);
}

bool
glm_text_stream_push (GlmTextStream *stream, int32_t id, const char **ret_text, size_t *ret_n_bytes, GlmError *error)
{
  bool ok = true;

  if (id < 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "there is no token %d", id);
  stream->text.n = 0;
  /* Ids beyond the vocabulary are rows that pad the output matrix: a model can pick one, and it means nothing. */
  if (id < stream->tokenizer->vocab.n)
    ok = glm_tokenizer_is_byte_level (stream->tokenizer) ? push_byte_level (stream, id) : push_sentencepiece (stream, id);
  if (!ok)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to decode tokens");
  *ret_text = stream->text.data ? (const char *) stream->text.data : "";
  *ret_n_bytes = stream->text.n;
  return true;
}

bool
glm_text_stream_is_whole (const GlmTextStream *stream)
{
  return stream->n_pending == 0;
}

bool
glm_text_stream_flush (GlmTextStream *stream, const char **ret_text, size_t *ret_n_bytes, GlmError *error)
{
  stream->text.n = 0;
  if (!drain_pending (stream, true))
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to decode tokens");
  *ret_text = stream->text.data ? (const char *) stream->text.data : "";
  *ret_n_bytes = stream->text.n;
  return true;
}

bool
glm_tokenizer_decode (const GlmTokenizer *tokenizer, const int32_t *ids, size_t n, char **ret_text, size_t *ret_n_bytes,
                      GlmError *error)
{
  GlmBuffer whole = { 0 };
  GlmTextStream *stream;
  const char *text;
  size_t n_bytes;
  bool ok = glm_text_stream_new (tokenizer, &stream, error);

  if (!ok)
    return false;
  for (size_t i = 0; ok && i <= n; i++)
    {
      ok = i < n ? glm_text_stream_push (stream, ids[i], &text, &n_bytes, error)
                 : glm_text_stream_flush (stream, &text, &n_bytes, error);
      if (ok && !glm_buffer_append (&whole, text, n_bytes))
        ok = glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory to decode tokens");
    }
  glm_text_stream_free (stream);
  if (!ok)
    {
      glm_buffer_clear (&whole);
      return false;
    }
  whole.data[whole.n] = '\0';
  *ret_text = (char *) whole.data;
  if (ret_n_bytes)
    *ret_n_bytes = whole.n;
  return true;
}
