/* sentencepiece-model.c: reading SentencePiece's ModelProto
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file is one protobuf message (a field is a varint number << 3 | wire type, then a varint, 4 or 8 bytes, or a varint
 * length and bytes).  What is read of it, with protobuf's defaults:
 *
 *   1 repeated SentencePiece  { 1 piece; 2 score f32 = 0; 3 type = NORMAL }
 *   2 TrainerSpec             { 3 model_type = 1 (Unigram), 2 is BPE; 35 byte_fallback }
 *   3 NormalizerSpec          { 2 precompiled_charsmap; 3 add_dummy_prefix = true; 4 remove_extra_whitespaces = true }
 */
#include "text/tokenizer-private.h"

#include <stdio.h>

#include "base/error.h"
#include "base/byte-reader.h"

typedef struct
{
  uint32_t number;
  int wire_type;
  uint64_t value;       /* varint, fixed32, fixed64 */
  const uint8_t *bytes; /* length-delimited */
  size_t n_bytes;
} Field;

static bool
read_varint (GlmByteReader *reader, uint64_t *ret_value)
{
  uint64_t value = 0;

  for (int shift = 0; shift < 64; shift += 7)
    {
      uint8_t byte;

      if (!glm_byte_reader_u8 (reader, &byte))
        return false;
      value |= (uint64_t) (byte & 0x7F) << shift;
      if (byte < 0x80)
        {
          *ret_value = value;
          return true;
        }
    }
  return false;
}

static bool
read_field (GlmByteReader *reader, Field *ret_field)
{
  Field field = { 0 };
  uint64_t tag, n;
  uint32_t word;
  bool ok;

  if (!read_varint (reader, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX)
    return false;
  field.number = (uint32_t) (tag >> 3);
  field.wire_type = (int) (tag & 7);
  switch (field.wire_type)
    {
    case 0: ok = read_varint (reader, &field.value); break;
    case 1: ok = glm_byte_reader_u64 (reader, &field.value); break;
    case 2:
      ok = read_varint (reader, &n) && glm_byte_reader_take (reader, n, &field.bytes);
      field.n_bytes = ok ? (size_t) n : 0;
      break;
    case 5:
      ok = glm_byte_reader_u32 (reader, &word);
      field.value = ok ? word : 0;
      break;
    default: ok = false; break;
    }
  *ret_field = field;
  return ok;
}

static bool
malformed (GlmError *error, const char *what)
{
  return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s of the SentencePiece model is damaged or cut short", what);
}

static bool
read_piece (const Field *message, GlmVocab *vocab, GlmError *error)
{
  GlmByteReader reader = { message->bytes, message->n_bytes, 0 };
  Field field, piece = { 0 };
  float score = 0;
  uint64_t kind = GLM_PIECE_NORMAL;

  while (glm_byte_reader_left (&reader) > 0)
    {
      if (!read_field (&reader, &field))
        return malformed (error, "a piece");
      if (field.number == 1 && field.wire_type == 2)
        piece = field;
      else if (field.number == 2 && field.wire_type == 5)
        memcpy (&score, &(uint32_t){ (uint32_t) field.value }, sizeof score);
      else if (field.number == 3 && field.wire_type == 0)
        kind = field.value;
    }
  if (kind < GLM_PIECE_NORMAL || kind > GLM_PIECE_BYTE)
    return malformed (error, "the type of a piece");
  return glm_vocab_add (vocab, piece.bytes, piece.n_bytes, (GlmPieceKind) kind, score, error);
}

static bool
read_trainer (const Field *message, GlmTokenizer *tokenizer, GlmError *error)
{
  GlmByteReader reader = { message->bytes, message->n_bytes, 0 };
  Field field;

  while (glm_byte_reader_left (&reader) > 0)
    {
      if (!read_field (&reader, &field))
        return malformed (error, "the trainer_spec");
      if (field.number != 3 || field.wire_type != 0)
        continue;
      if (field.value != 1 && field.value != 2)
        return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the SentencePiece model is neither Unigram nor BPE");
      tokenizer->kind = field.value == 1 ? GLM_TOKENIZER_UNIGRAM : GLM_TOKENIZER_SPM_BPE;
    }
  return true;
}

static bool
read_normalizer (const Field *message, GlmNormaliser *normaliser, GlmError *error)
{
  GlmByteReader reader = { message->bytes, message->n_bytes, 0 };
  Field field;

  while (glm_byte_reader_left (&reader) > 0)
    {
      if (!read_field (&reader, &field))
        return malformed (error, "the normalizer_spec");
      if (field.number == 2 && field.wire_type == 2 && !normaliser->units)
        {
          if (!glm_normaliser_set_charsmap (normaliser, field.bytes, field.n_bytes, error))
            return false;
        }
      else if (field.number == 3 && field.wire_type == 0)
        {
          normaliser->add_dummy_prefix = field.value != 0;
        }
      else if (field.number == 4 && field.wire_type == 0)
        {
          normaliser->remove_extra_whitespaces = field.value != 0;
        }
    }
  return true;
}

static bool
read_model (GlmTokenizer *tokenizer, const uint8_t *data, size_t n_bytes, GlmError *error)
{
  GlmByteReader reader = { data, n_bytes, 0 };
  Field field;

  while (glm_byte_reader_left (&reader) > 0)
    {
      bool ok = true;

      if (!read_field (&reader, &field))
        return malformed (error, "a field");
      if (field.wire_type != 2)
        continue;
      if (field.number == 1)
        ok = read_piece (&field, &tokenizer->vocab, error);
      else if (field.number == 2)
        ok = read_trainer (&field, tokenizer, error);
      else if (field.number == 3)
        ok = read_normalizer (&field, &tokenizer->normaliser, error);
      if (!ok)
        return false;
    }
  if (tokenizer->vocab.n == 0)
    return malformed (error, "the list of pieces");
  return true;
}

/* ChatGLM-6B's first release (before April 2023) kept these pieces out of its file, and icetk added them in this order when
 * it ran; later releases have them in the file, with the same ids. */
static bool
add_icetk_pieces (GlmTokenizer *tokenizer, GlmError *error)
{
  static const char *const controls[] = { "[MASK]", "[gMASK]", "[sMASK]", "<unused_0>", "<sop>", "<eop>", "<ENC>", "<dBLOCK>" };
  GlmVocab *vocab = &tokenizer->vocab;
  char text[24];
  bool ok = true;

  for (size_t i = 0; ok && i < sizeof controls / sizeof *controls; i++)
    ok = glm_vocab_add (vocab, controls[i], strlen (controls[i]), GLM_PIECE_CONTROL, 0, error);
  ok = ok && glm_vocab_add (vocab, "<|tab|>", 7, GLM_PIECE_USER_DEFINED, 0, error);
  for (int i = 2; ok && i <= 80; i++)
    ok =
        glm_vocab_add (vocab, text, (size_t) snprintf (text, sizeof text, "<|blank_%d|>", i), GLM_PIECE_USER_DEFINED, 0, error);
  for (unsigned i = 0; ok && i < 256; i++)
    ok = glm_vocab_add (vocab, text, (size_t) snprintf (text, sizeof text, "<0x%02X>", i), GLM_PIECE_BYTE, 0, error);
  return ok;
}

/* ice_text.model: 130,344 pieces, or 130,000 of the first release. */
#define ICE_TEXT_BASE_PIECES 130000

static bool
complete_unigram (GlmTokenizer *tokenizer, GlmError *error)
{
  if (tokenizer->vocab.n == ICE_TEXT_BASE_PIECES && !add_icetk_pieces (tokenizer, error))
    return false;
  tokenizer->glm1_text = glm_vocab_find_control (&tokenizer->vocab, "<sop>") >= 0;
  return true;
}

/* tokenization_chatglm.py of ChatGLM2 (the first five) and ChatGLM3 (all). */
static bool
add_chatglm_controls (GlmTokenizer *tokenizer, GlmError *error)
{
  static const char *const controls[] = { "[MASK]",   "[gMASK]",       "[sMASK]",        "sop", "eop", "<|system|>",
                                          "<|user|>", "<|assistant|>", "<|observation|>" };

  for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
    if (!glm_vocab_add (&tokenizer->vocab, controls[i], strlen (controls[i]), GLM_PIECE_CONTROL, 0, error))
      return false;
  tokenizer->shows_controls = true;
  return true;
}

bool
glm_tokenizer_new_from_sentencepiece (const uint8_t *data, size_t n_bytes, GlmTokenizer **ret_tokenizer, GlmError *error)
{
  GlmTokenizer *tokenizer = glm_tokenizer_alloc (GLM_TOKENIZER_UNIGRAM);
  bool ok;

  if (!tokenizer)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the tokenizer");
  tokenizer->normaliser.add_dummy_prefix = tokenizer->normaliser.remove_extra_whitespaces = true;
  ok = read_model (tokenizer, data, n_bytes, error)
       && (tokenizer->kind == GLM_TOKENIZER_UNIGRAM ? complete_unigram (tokenizer, error)
                                                    : add_chatglm_controls (tokenizer, error))
       && glm_tokenizer_seal (tokenizer, error);
  if (!ok)
    {
      glm_tokenizer_free (tokenizer);
      return false;
    }
  tokenizer->end_id = glm_tokenizer_control_id (tokenizer, tokenizer->glm1_text ? "<eop>" : "</s>");
  *ret_tokenizer = tokenizer;
  return true;
}
