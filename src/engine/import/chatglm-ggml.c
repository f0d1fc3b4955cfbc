/* chatglm-ggml.c: reading chatglm.cpp's .bin files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   0   "ggml"
 *   4   i32 model type     1 ChatGLM, 2 ChatGLM2, 3 ChatGLM3, 4 GLM-4
 *   8   i32 version        of the record that follows
 *       version 2: i32 dtype, vocab, hidden, heads, kv heads, layers, intermediate, f32 norm eps, i32 virtual tokens,
 *                  f32 rope theta, i32 max length, eos, pad
 *       version 1: i32 dtype, vocab, hidden, heads, layers, intermediate, max length, bos, eos, pad, sep;
 *                  types 2 and 3: i32 kv heads
 *       i32 n, n bytes of the tokenizer's file
 *       tensors to the end of the file: i32 name length, name, i32 dimensions, i32 shape[] (PyTorch's order), i32 dtype,
 *       zeros up to a multiple of 16 from the file's start, the data
 *
 * The dtypes are ggml's.  From li-plus/chatglm.cpp, chatglm.h and convert.py.
 */
#include "import/chatglm-ggml.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/byte-reader.h"

#define TENSOR_ALIGNMENT    16
#define MAX_TOKENIZER_BYTES (64 << 20)

static bool
read_ints (GlmByteReader *reader, int n, int32_t *values)
{
  for (int i = 0; i < n; i++)
    if (!glm_byte_reader_i32 (reader, &values[i]))
      return false;
  return true;
}

static bool
read_version_1 (GlmByteReader *reader, GlmChatglmGgmlHeader *h)
{
  int32_t v[12] = { 0 };
  int n = h->model_type == 1 ? 11 : 12;

  if (!read_ints (reader, n, v))
    return false;
  h->n_vocab = v[1];
  h->n_embd = v[2];
  h->n_heads = v[3];
  h->n_kv_heads = n == 12 ? v[11] : v[3];
  h->n_layers = v[4];
  h->n_ff = v[5];
  h->max_length = v[6];
  h->eos_id = v[8];
  h->pad_id = v[9];
  h->norm_eps = 1e-5f;
  h->rope_base = 10000;
  return true;
}

static bool
read_version_2 (GlmByteReader *reader, GlmChatglmGgmlHeader *h)
{
  int32_t v[7], w[3];

  if (!read_ints (reader, 7, v) || !glm_byte_reader_f32 (reader, &h->norm_eps) || !read_ints (reader, 1, w)
      || !glm_byte_reader_f32 (reader, &h->rope_base))
    return false;
  h->n_virtual_tokens = w[0];
  if (!read_ints (reader, 3, w))
    return false;
  h->n_vocab = v[1];
  h->n_embd = v[2];
  h->n_heads = v[3];
  h->n_kv_heads = v[4];
  h->n_layers = v[5];
  h->n_ff = v[6];
  h->max_length = w[0];
  h->eos_id = w[1];
  h->pad_id = w[2];
  return true;
}

static bool
check_sizes (const GlmChatglmGgmlHeader *h, GlmError *error)
{
  const struct
  {
    const char *name;
    int value;
    int max;
  } fields[] = {
    { "vocab_size", h->n_vocab, 1 << 20 },       { "hidden_size", h->n_embd, 1 << 16 },
    { "num_attention_heads", h->n_heads, 1024 }, { "num_key_value_heads", h->n_kv_heads, h->n_heads },
    { "num_hidden_layers", h->n_layers, 512 },   { "intermediate_size", h->n_ff, 1 << 18 },
    { "max_length", h->max_length, 1 << 24 },
  };

  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (fields[i].value < 1 || fields[i].value > fields[i].max)
      return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s is %d", fields[i].name, fields[i].value);
  if (h->n_embd % h->n_heads != 0 || h->n_heads % h->n_kv_heads != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "hidden_size %d, %d heads and %d key-value heads do not fit together",
                          h->n_embd, h->n_heads, h->n_kv_heads);
  if (!(h->norm_eps > 0 && h->norm_eps < 1) || !(h->rope_base >= 1 && h->rope_base <= 1e12f) || h->n_virtual_tokens < 0
      || h->n_virtual_tokens > 65536)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "norm_eps, rope_theta or num_virtual_tokens is out of range");
  return true;
}

static bool
read_record (GlmByteReader *reader, GlmChatglmGgmlHeader *h, GlmError *error)
{
  int32_t model_type, version, n;
  const uint8_t *magic;

  if (!glm_byte_reader_take (reader, 4, &magic) || memcmp (magic, GLM_CHATGLM_GGML_MAGIC, 4) != 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the magic is not ggml");
  if (!glm_byte_reader_i32 (reader, &model_type) || !glm_byte_reader_i32 (reader, &version))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the file ends inside its header");
  if (model_type < 1 || model_type > 4)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "chatglm.cpp's model type %d is no GLM model", model_type);
  if (version != 1 && version != 2)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "chatglm.cpp's header version %d is not known", version);
  h->model_type = model_type;
  if (version == 1 ? model_type == 4 || !read_version_1 (reader, h) : !read_version_2 (reader, h))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the file ends inside its header");
  if (!check_sizes (h, error))
    return false;
  if (!glm_byte_reader_i32 (reader, &n) || n < 1 || n > MAX_TOKENIZER_BYTES
      || !glm_byte_reader_take (reader, (uint64_t) n, &h->tokenizer))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the length of the tokenizer is impossible");
  h->tokenizer_bytes = (size_t) n;
  return true;
}

/* Moves to the next multiple of 16 from the file's start. */
static bool
skip_padding (GlmByteReader *reader)
{
  const uint8_t *padding;

  return glm_byte_reader_take (reader, (TENSOR_ALIGNMENT - reader->pos % TENSOR_ALIGNMENT) % TENSOR_ALIGNMENT, &padding);
}

static bool
read_tensor (GlmByteReader *reader, GlmTensorTable *tensors, GlmError *error)
{
  GlmTensor tensor = { .ne = { 1, 1, 1, 1 } };
  int32_t n_name = 0, n_dims = 0, shape[GLM_MAX_DIMS] = { 0 }, type = 0;
  const uint8_t *name = NULL, *data;

  if (!glm_byte_reader_i32 (reader, &n_name) || n_name < 1 || n_name > GLM_MAX_TENSOR_NAME
      || !glm_byte_reader_take (reader, (uint64_t) n_name, &name))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the name of tensor %zu is too long or cut short", tensors->n);
  if (!glm_byte_reader_i32 (reader, &n_dims) || n_dims < 1 || n_dims > GLM_MAX_DIMS || !read_ints (reader, n_dims, shape)
      || !glm_byte_reader_i32 (reader, &type))
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the description of tensor %zu is damaged or cut short", tensors->n);
  tensor.n_dims = n_dims;
  tensor.type = (GlmType) type;
  for (int i = 0; i < n_dims; i++)
    tensor.ne[i] = shape[n_dims - 1 - i];
  if (!glm_tensor_table_add (tensors, &tensor, (const char *) name, (size_t) n_name, error))
    return false;
  if (!glm_tensor_bytes (tensors->tensors[tensors->n - 1].name, (uint32_t) type, n_dims, tensor.ne, &tensor.n_bytes, error))
    return false;
  if (!skip_padding (reader) || !glm_byte_reader_take (reader, tensor.n_bytes, &data))
    {
      glm_error_set (error, GLM_ERROR_BAD_FILE,
                     "the data of tensor %s goes past the end of the file; the file is cut "
                     "short or damaged",
                     tensors->tensors[tensors->n - 1].name);
      return glm_error_set_fault (error, GLM_FAULT_CUT_SHORT, NULL, 0);
    }
  tensors->tensors[tensors->n - 1].data = data;
  tensors->tensors[tensors->n - 1].n_bytes = tensor.n_bytes;
  return true;
}

bool
glm_chatglm_ggml_read (const GlmMappedFile *file, GlmChatglmGgmlHeader *ret_header, GlmTensorTable *tensors, GlmError *error)
{
  GlmByteReader reader = { glm_mapped_file_data (file), glm_mapped_file_size (file), 0 };
  GlmChatglmGgmlHeader header = { 0 };
  bool ok = read_record (&reader, &header, error);

  while (ok && glm_byte_reader_left (&reader) > 0)
    ok = read_tensor (&reader, tensors, error);
  if (!ok)
    return glm_error_prefix (error, "%s", glm_mapped_file_name (file));
  *ret_header = header;
  return glm_mapped_file_check (file, error);
}
