/* test-files.c: sound files are read, bad ones are refused with the field's name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <inttypes.h>
#include <unistd.h>

#include "check.h"
#include "test-folder.h"
#include "file/gguf-writer.h"
#include "base/json.h"
#include "file/model-file.h"
#include "import/source.h"
#include "import/torch-zip.h"

/* ---- A small GGUF file whose fields have names ------------------------------------------------------------------ */

typedef struct
{
  char name[24];
  size_t at;
} Field;

typedef struct
{
  GlmBuffer bytes;
  Field fields[64];
  int n_fields;
} File;

static void
put (File *file, const char *name, const void *bytes, size_t n)
{
  Field *field = &file->fields[file->n_fields++];

  snprintf (field->name, sizeof field->name, "%s", name);
  field->at = file->bytes.n;
  glm_buffer_append (&file->bytes, bytes, n);
}

static void
put_u32 (File *file, const char *name, uint32_t value)
{
  put (file, name, &value, sizeof value);
}

static void
put_u64 (File *file, const char *name, uint64_t value)
{
  put (file, name, &value, sizeof value);
}

static void
put_text (File *file, const char *name, const char *text)
{
  char field[24];

  snprintf (field, sizeof field, "%s.len", name);
  put_u64 (file, field, strlen (text));
  put (file, name, text, strlen (text));
}

static void
put_tensor (File *file, const char *name, uint32_t n_dims, const uint64_t *ne, uint32_t type, uint64_t offset)
{
  char field[24];

  put_text (file, name, name);
  snprintf (field, sizeof field, "%s.n_dims", name);
  put_u32 (file, field, n_dims);
  for (uint32_t i = 0; i < n_dims; i++)
    {
      snprintf (field, sizeof field, "%s.ne%u", name, i);
      put_u64 (file, field, ne[i]);
    }
  snprintf (field, sizeof field, "%s.type", name);
  put_u32 (file, field, type);
  snprintf (field, sizeof field, "%s.offset", name);
  put_u64 (file, field, offset);
}

/* Five keys, three tensors: t0 F32 8 × 4 at 0, t1 Q8_0 32 × 2 at 128, t2 F16 16 at 224; 256 bytes of data. */
static File
make_gguf (void)
{
  File file = { 0 };
  uint8_t data[256], yes = 1;
  const uint32_t list[3] = { 7, 8, 9 };

  put (&file, "magic", "GGUF", 4);
  put_u32 (&file, "version", 3);
  put_u64 (&file, "n_tensors", 3);
  put_u64 (&file, "n_kv", 5);
  put_text (&file, "key0", "general.architecture");
  put_u32 (&file, "key0.type", 8);
  put_text (&file, "value0", "chatglm");
  put_text (&file, "key1", "general.alignment");
  put_u32 (&file, "key1.type", 4);
  put_u32 (&file, "alignment", 32);
  put_text (&file, "key2", "test.list");
  put_u32 (&file, "key2.type", 9);
  put_u32 (&file, "list.type", 4);
  put_u64 (&file, "list.n", 3);
  put (&file, "list", list, sizeof list);
  put_text (&file, "key3", "test.words");
  put_u32 (&file, "key3.type", 9);
  put_u32 (&file, "words.type", 8);
  put_u64 (&file, "words.n", 2);
  put_text (&file, "word0", "one");
  put_text (&file, "word1", "two");
  put_text (&file, "key4", "test.flag");
  put_u32 (&file, "key4.type", 7);
  put (&file, "flag", &yes, 1);
  put_tensor (&file, "t0", 2, (uint64_t[]){ 8, 4 }, 0, 0);
  put_tensor (&file, "t1", 2, (uint64_t[]){ 32, 2 }, 8, 128);
  put_tensor (&file, "t2", 1, (uint64_t[]){ 16 }, 1, 224);
  put (&file, "padding", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", (32 - file.bytes.n % 32) % 32);
  for (size_t i = 0; i < sizeof data; i++)
    data[i] = (uint8_t) i;
  put (&file, "data", data, sizeof data);
  return file;
}

static void
patch (File *file, const char *name, const void *bytes, size_t n)
{
  for (int i = 0; i < file->n_fields; i++)
    if (strcmp (file->fields[i].name, name) == 0)
      {
        memcpy (file->bytes.data + file->fields[i].at, bytes, n);
        return;
      }
  REQUIRE (false, "there is no field %s", name);
}

static void
check_refused (const File *file, const char *what, const char *part)
{
  const char *path = path_in ("bad.gguf");
  GlmModelFile *model = NULL;
  GlmError error = { 0 };

  write_file (path, file->bytes.data, file->bytes.n);
  CHECK (!glm_model_file_open (path, &model, &error), "%s was accepted", what);
  CHECK (error.code == GLM_ERROR_BAD_FILE || error.code == GLM_ERROR_UNSUPPORTED, "%s: code %d", what, error.code);
  CHECK (strstr (error.message, "bad.gguf") && strstr (error.message, part), "%s: \"%s\" does not name %s", what, error.message,
         part);
  glm_model_file_free (model);
}

#define HUGE_COUNT (UINT64_C (1) << 61)

/* After llama.cpp's list of bad files (HEADER_*, KV_*, TENSORS_*, DATA_*) and the published CVEs. */
static void
test_bad_gguf (void)
{
  /* clang-format off */
  static const struct { const char *field; int n; uint64_t value; const char *part; } cases[] = {
    { "magic", 4, 0x55475546, "magic" },
    { "version", 4, 0, "version" }, { "version", 4, 1, "version" }, { "version", 4, 4, "version" },
    { "version", 4, 0x03000000, "big-endian" }, { "version", 4, 0xFFFFFFFF, "version" },
    { "n_tensors", 8, HUGE_COUNT, "count of tensors" },                        /* CVE-2024-21836 */
    { "n_tensors", 8, UINT64_MAX, "count of tensors" }, { "n_tensors", 8, 4, "tensor" },
    { "n_kv", 8, HUGE_COUNT, "count of metadata keys" },                       /* CVE-2024-23605 */
    { "n_kv", 8, UINT64_MAX, "count of metadata keys" }, { "n_kv", 8, 6, "" }, { "n_kv", 8, 4, "" },
    { "key0.len", 8, UINT64_MAX, "key 0" },                                    /* CVE-2024-23496 */
    { "key0.len", 8, UINT64_C (1) << 63, "key 0" }, { "key0.len", 8, 0, "key 0" }, { "key0.len", 8, 100000, "key 0" },
    { "key0.type", 4, 13, "general.architecture" }, { "key0.type", 4, 0xFFFFFFFF, "general.architecture" },
    { "key0", 1, 0, "key 0" },                                                 /* CVE-2024-41130: an empty C string */
    { "value0.len", 8, UINT64_MAX, "general.architecture" }, { "value0.len", 8, 1 << 20, "general.architecture" },
    { "key1.type", 4, 5, "general.alignment" }, { "key1.type", 4, 6, "general.alignment" },
    { "alignment", 4, 0, "general.alignment" }, { "alignment", 4, 33, "general.alignment" },
    { "alignment", 4, 4, "general.alignment" }, { "alignment", 4, 1u << 31, "general.alignment" },
    { "list.type", 4, 9, "test.list" }, { "list.type", 4, 13, "test.list" },
    { "list.n", 8, UINT64_C (1) << 62, "test.list" }, { "list.n", 8, UINT64_MAX, "test.list" },
    { "words.n", 8, UINT64_C (1) << 61, "test.words" },                        /* CVE-2024-21825 */
    { "words.n", 8, 100, "test.words" }, { "word0.len", 8, UINT64_MAX, "test.words" },
    { "flag", 1, 2, "test.flag" },
    { "t0.len", 8, UINT64_MAX, "tensor 0" }, { "t0.len", 8, 0, "tensor 0" }, { "t0.len", 8, 256, "tensor 0" },
    { "t0.n_dims", 4, 0, "t0" }, { "t0.n_dims", 4, 5, "t0" },                  /* CVE-2024-21802 */
    { "t0.n_dims", 4, 0xFFFFFFFF, "t0" },
    { "t0.ne0", 8, 0, "t0" }, { "t0.ne1", 8, 0, "t0" },                        /* GHSA-3p75-pq92-q28f */
    { "t0.ne1", 8, UINT64_MAX, "t0" }, { "t0.ne1", 8, INT64_MAX, "t0" },       /* CVE-2026-33298 */
    { "t0.ne0", 8, INT64_MAX, "t0" }, { "t0.ne0", 8, UINT64_C (1) << 60, "t0" }, { "t0.ne1", 8, 5, "overlaps" },
    { "t1.ne0", 8, 33, "t1" }, { "t1.type", 4, 4, "t1" }, { "t1.type", 4, 999, "t1" }, { "t1.type", 4, 24, "t1" },
    { "t1.offset", 8, 129, "alignment" }, { "t1.offset", 8, 0, "overlaps" }, { "t1.offset", 8, 64, "overlaps" },
    { "t2.offset", 8, 1 << 20, "t2" }, { "t2.offset", 8, UINT64_MAX - 31, "t2" }, { "t2.offset", 8, 256, "t2" },
    { "t2.ne0", 8, 17, "t2" }, { "t0", 1, 0x1B, "tensor 0" },
  };
  /* clang-format on */

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    {
      File file = make_gguf ();
      char what[80];

      snprintf (what, sizeof what, "%s = %" PRIu64, cases[i].field, cases[i].value);
      patch (&file, cases[i].field, &cases[i].value, (size_t) cases[i].n);
      check_refused (&file, what, cases[i].part);
      glm_buffer_clear (&file.bytes);
    }
}

static void
test_bad_gguf_names (void)
{
  File file = make_gguf ();

  patch (&file, "t1", "t0", 2);
  check_refused (&file, "two tensors of one name", "t0 occurs twice");
  glm_buffer_clear (&file.bytes);
  file = make_gguf ();
  patch (&file, "key3", "\n", 1);
  check_refused (&file, "a control character in a key", "key 3");
  glm_buffer_clear (&file.bytes);
  file = make_gguf ();
  patch (&file, "key4", "test.list", 9);
  check_refused (&file, "two keys of one name", "test.list occurs twice");
  file.bytes.n = 4;
  check_refused (&file, "four bytes", "the version"); /* CVE-2024-39720 */
  file.bytes.n = 0;
  check_refused (&file, "no bytes", "empty");
  glm_buffer_clear (&file.bytes);
}

static void
test_good_gguf (void)
{
  File file = make_gguf ();
  GlmModelFile *model = NULL;
  GlmError error = { 0 };
  const GlmTensor *tensor;
  const char *text = NULL;
  size_t n = 0;
  int64_t integer = 0;
  bool flag = false;

  write_file (path_in ("good.gguf"), file.bytes.data, file.bytes.n);
  REQUIRE (glm_model_file_open (path_in ("good.gguf"), &model, &error), "%s", error.message);
  tensor = glm_model_file_tensor (model, "t1");
  CHECK (tensor && tensor->type == GLM_TYPE_Q8_0 && tensor->n_bytes == 68 && ((const uint8_t *) tensor->data)[0] == 128, "t1");
  CHECK (glm_model_file_n_tensors (model) == 3 && !glm_model_file_tensor (model, "t3"), "tensors");
  CHECK (glm_meta_array_int (glm_metadata_find (glm_model_file_metadata (model), "test.list"), 2, &integer) && integer == 9,
         "test.list");
  CHECK (!glm_meta_array_int (glm_metadata_find (glm_model_file_metadata (model), "test.list"), 3, &integer),
         "beyond test.list");
  CHECK (glm_meta_array_string (glm_metadata_find (glm_model_file_metadata (model), "test.words"), 1, &text, &n) && n == 3
             && memcmp (text, "two", 3) == 0,
         "words");
  CHECK (glm_model_file_get_bool (model, "test.flag", &flag) && flag, "test.flag");
  CHECK (!glm_model_file_get_string (model, "test.flag", &text, &n), "a flag as a string");
  glm_model_file_free (model);
  glm_buffer_clear (&file.bytes);
}

/* ---- Torch ------------------------------------------------------------------------------------------------------ */

/* torch.save() itself wrote this one; see make-tokenizer-fixtures.py. */
static void
test_torch (const char *fixtures)
{
  static const struct
  {
    const char *name;
    GlmType type;
    int64_t rows, columns;
    int first;
  } expected[] = {
    { "embed.weight", GLM_TYPE_F16, 6, 4, 0 },   { "head.weight", GLM_TYPE_F16, 6, 4, 0 },
    { "norm.weight", GLM_TYPE_F32, 1, 4, 0 },    { "proj.weight", GLM_TYPE_BF16, 3, 4, 0 },
    { "proj.quantised", GLM_TYPE_I8, 3, 4, -8 }, { "view.weight", GLM_TYPE_F16, 2, 4, 8 },
  };
  GlmMappedFile *file = NULL;
  GlmTensorTable tensors = { 0 };
  GlmError error = { 0 };
  char path[1024];

  snprintf (path, sizeof path, "%s/torch/state_dict.bin", fixtures);
  REQUIRE (glm_mapped_file_open (path, &file, &error), "%s", error.message);
  REQUIRE (glm_torch_zip_read (file, &tensors, &error) && glm_tensor_table_seal (&tensors, &error), "%s", error.message);
  CHECK (tensors.n == 6, "%zu tensors", tensors.n);
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
    {
      const GlmTensor *tensor = glm_tensor_table_find (&tensors, expected[i].name);

      REQUIRE (tensor && tensor->type == expected[i].type && tensor->ne[0] == expected[i].columns
                   && tensor->ne[1] == expected[i].rows,
               "%s", expected[i].name);
      for (int64_t k = 0; k < tensor->ne[0] * tensor->ne[1]; k++)
        {
          float value;

          if (tensor->type == GLM_TYPE_I8)
            {
              CHECK (((const int8_t *) tensor->data)[k] == expected[i].first + k, "%s[%d]", expected[i].name, (int) k);
              continue;
            }
          glm_type_traits (tensor->type)->dequantise (tensor->data, &value, 0);
          glm_type_traits (tensor->type)
              ->dequantise ((const uint8_t *) tensor->data + k * glm_type_traits (tensor->type)->block_bytes, &value, 1);
          CHECK (value == (float) (expected[i].first + k) / 8, "%s[%d] is %g", expected[i].name, (int) k, (double) value);
        }
    }
  glm_tensor_table_clear (&tensors);
  glm_mapped_file_free (file);
}

/* A pickle that would run a command is refused by the name it asks for. */
static void
test_evil_pickle (const char *fixtures)
{
  static const char old_name[] = "ctorch._utils\n_rebuild_tensor_v2\n", evil[] = "cposixxxxxxx\nsystemmmmmmmmmmmmmm\n";
  GlmMappedFile *file = NULL;
  GlmTensorTable tensors = { 0 };
  GlmBuffer bytes;
  GlmError error = { 0 };
  uint8_t *at;
  char path[1024];

  _Static_assert(sizeof old_name == sizeof evil, "the pickle keeps its length");
  snprintf (path, sizeof path, "%s/torch/state_dict.bin", fixtures);
  bytes = read_file (path);
  at = memmem (bytes.data, bytes.n, old_name, strlen (old_name));
  REQUIRE (at != NULL, "the fixture has changed");
  memcpy (at, evil, strlen (evil));
  write_file (path_in ("evil.bin"), bytes.data, bytes.n);
  REQUIRE (glm_mapped_file_open (path_in ("evil.bin"), &file, &error), "%s", error.message);
  CHECK (!glm_torch_zip_read (file, &tensors, &error), "accepted");
  CHECK (strstr (error.message, "posix") && strstr (error.message, "refused"), "%s", error.message);
  glm_tensor_table_clear (&tensors);
  glm_mapped_file_free (file);
  glm_buffer_clear (&bytes);
}

/* ---- Split files, writing, shrinking ---------------------------------------------------------------------------- */

static void
write_part (const char *name, int no, int count, int total, int first_tensor)
{
  GlmMetadata metadata = { 0 };
  GlmGgufWriter *writer = NULL;
  GlmError error = { 0 };
  char tensor_name[16];
  float data[8];
  GlmGgufTensor tensor = { .name = tensor_name, .type = GLM_TYPE_F32, .n_dims = 1, .ne = { 8, 1, 1, 1 }, .n_bytes = 32 };

  snprintf (tensor_name, sizeof tensor_name, "t%d", first_tensor);
  for (int i = 0; i < 8; i++)
    data[i] = (float) (first_tensor * 10 + i);
  glm_metadata_set_string (&metadata, "general.architecture", "chatglm", 7);
  glm_metadata_set_uint32 (&metadata, "split.no", (uint32_t) no);
  glm_metadata_set_uint32 (&metadata, "split.count", (uint32_t) count);
  glm_metadata_set_uint32 (&metadata, "split.tensors.count", (uint32_t) total);
  REQUIRE (glm_gguf_writer_open (path_in (name), GLM_OUTPUT_REPLACE_EXISTING, &metadata, &tensor, 1, &writer, &error)
               && glm_gguf_writer_write (writer, data, sizeof data, &error) && glm_gguf_writer_end_tensor (writer, &error)
               && glm_gguf_writer_commit (writer, &error),
           "%s", error.message);
  glm_gguf_writer_free (writer);
  glm_metadata_clear (&metadata);
}

static void
test_split (void)
{
  GlmModelFile *file = NULL;
  GlmError error = { 0 };

  for (int i = 0; i < 3; i++)
    {
      char name[64];

      snprintf (name, sizeof name, "m-%05d-of-00003.gguf", i + 1);
      write_part (name, i, 3, 3, i);
    }
  REQUIRE (glm_model_file_open (path_in ("m-00002-of-00003.gguf"), &file, &error), "%s", error.message);
  CHECK (glm_model_file_n_tensors (file) == 3 && ((const float *) glm_model_file_tensor (file, "t2")->data)[1] == 21, "t2");
  glm_model_file_free (file);
  file = NULL;
  write_part ("m-00003-of-00003.gguf", 1, 3, 3, 2);
  CHECK (!glm_model_file_open (path_in ("m-00001-of-00003.gguf"), &file, &error) && strstr (error.message, "split.no"), "%s",
         error.message);
  write_part ("m-00003-of-00003.gguf", 2, 3, 4, 1);
  CHECK (!glm_model_file_open (path_in ("m-00001-of-00003.gguf"), &file, &error), "t1 twice");
  unlink (path_in ("m-00003-of-00003.gguf"));
  CHECK (!glm_model_file_open (path_in ("m-00001-of-00003.gguf"), &file, &error) && error.code == GLM_ERROR_NOT_FOUND
             && strstr (error.message, "m-00003-of-00003.gguf") && error.fault == GLM_FAULT_PART
             && strcmp (error.subject, "m-00003-of-00003.gguf") == 0,
         "%s", error.message);
  rename (path_in ("m-00001-of-00003.gguf"), path_in ("alone.gguf"));
  CHECK (!glm_model_file_open (path_in ("alone.gguf"), &file, &error) && strstr (error.message, "alone.gguf"), "%s",
         error.message);
}

/* What is wrong with a file that is no sound model is said finer than by the code. */
static void
test_faults (void)
{
  static const struct
  {
    const char *bytes;
    size_t n;
    GlmFault fault;
    const char *subject;
  } files[] = {
#define TEXT(text) (text), sizeof (text) - 1
    { TEXT ("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345678\n"), GLM_FAULT_LFS_POINTER, "" },
    { TEXT ("<!DOCTYPE HTML>\n<html>"), GLM_FAULT_WEB_PAGE, "" },
    { TEXT ("\xEF\xBB\xBF \r\n<html lang=en>"), GLM_FAULT_WEB_PAGE, "" },
    { TEXT (""), GLM_FAULT_CUT_SHORT, "" },
    { TEXT ("GG"), GLM_FAULT_CUT_SHORT, "" },
    { TEXT ("\0\0\0\0\0\0\0\0\0"), GLM_FAULT_CUT_SHORT, "" },
    { TEXT ("%PDF-1.4 …"), GLM_FAULT_OTHER_FILE, "PDF" },
    { TEXT ("PK\3\4whatever"), GLM_FAULT_OTHER_FILE, "ZIP" },
    { TEXT ("\x10\0\0\0\0\0\0\0{\"a\": 1}       "), GLM_FAULT_OTHER_FILE, "safetensors" },
    { TEXT ("{\"error\": \"not found\"}"), GLM_FAULT_OTHER_FILE, "" },
    { TEXT ("version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\nsize 12345678\r\n"), GLM_FAULT_LFS_POINTER, "" },
    { TEXT ("version https://git-lfs.github.com/spec/v1"), GLM_FAULT_LFS_POINTER, "" },
    { TEXT ("\n\n<!doctype html><title>Sign in to continue</title>"), GLM_FAULT_WEB_PAGE, "" },
    { TEXT ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), GLM_FAULT_WEB_PAGE, "" },
    { TEXT ("Entry not found"), GLM_FAULT_OTHER_FILE, "" },
    { TEXT ("/annex/objects/MD5E-s123--0123.gguf\n"), GLM_FAULT_OTHER_FILE, "" },
    { TEXT ("\x1F\x8B\x08\0\0\0\0\0"), GLM_FAULT_OTHER_FILE, "gzip" },
    { TEXT ("7z\xBC\xAF\x27\x1C"), GLM_FAULT_OTHER_FILE, "7-Zip" },
    { TEXT ("\x28\xB5\x2F\xFD"), GLM_FAULT_OTHER_FILE, "Zstandard" },
    { TEXT ("tjgg\3\0\0\0"), GLM_FAULT_OTHER_FILE, "GGJT" },
    { TEXT ("FUGG\0\0\0\3"), GLM_FAULT_OTHER_FILE, "GGUF (big-endian)" },
    { TEXT ("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {}}"), GLM_FAULT_OTHER_FILE, "" },
    { TEXT ("\x08\0\0\0\0\0\0\0{\"__met"), GLM_FAULT_OTHER_FILE, "safetensors" },
    { TEXT ("G"), GLM_FAULT_CUT_SHORT, "" },
    { TEXT ("GGUF"), GLM_FAULT_CUT_SHORT, "" },
#undef TEXT
  };
  File file = make_gguf ();
  GlmModelFile *model = NULL;
  GlmError error = { 0 };

  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    {
      write_file (path_in ("other"), files[i].bytes, files[i].n);
      CHECK (!glm_model_file_open (path_in ("other"), &model, &error) && error.fault == files[i].fault
                 && strcmp (error.subject, files[i].subject) == 0,
             "%zu: fault %d, “%s”: %s", i, (int) error.fault, error.subject, error.message);
    }
  /* Wherever a download ends, the file is incomplete. */
  for (size_t n = 0; n < file.bytes.n; n++)
    {
      write_file (path_in ("cut"), file.bytes.data, n);
      CHECK (!glm_model_file_open (path_in ("cut"), &model, &error) && error.fault == GLM_FAULT_CUT_SHORT,
             "%zu of %zu bytes: %s", n, file.bytes.n, error.message);
    }
  glm_buffer_clear (&file.bytes);
}

/* A type that is not read is called by its number and its name, and the sentence says whose it is. */
static void
test_fault_type (void)
{
  static const struct
  {
    uint32_t type;
    const char *name, *sentence;
  } types[] = {
    { 31, "Q4_0_4_4", "has type 31, Q4_0_4_4, which llama.cpp itself gave up: the file must be made anew" },
    { 34, "TQ1_0", "has type 34, TQ1_0, which Myna does not read" },
    { 40, "NVFP4", "has type 40, NVFP4, which Myna does not read" },
    { 146, "IQ4_KSS", "has type 146, IQ4_KSS, which only ik_llama.cpp reads" },
    { 152, "IQ5_KS", "has type 152, IQ5_KS, which only ik_llama.cpp reads" },
    { 339, "IQ4_K_R4", "has type 339, IQ4_K_R4, which only ik_llama.cpp reads" },
    { 99999, "99999", "has type 99999, which Myna does not know" },
  };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    {
      File file = make_gguf ();
      GlmModelFile *model = NULL;
      GlmError error = { 0 };

      for (int j = 0; j < file.n_fields; j++)
        if (strcmp (file.fields[j].name, "t1.type") == 0)
          memcpy (file.bytes.data + file.fields[j].at, &types[i].type, 4);
      write_file (path_in ("type"), file.bytes.data, file.bytes.n);
      CHECK (!glm_model_file_open (path_in ("type"), &model, &error) && error.fault == GLM_FAULT_TYPE
                 && strcmp (error.subject, types[i].name) == 0 && strstr (error.message, types[i].sentence),
             "%s: %s", types[i].name, error.message);
      glm_buffer_clear (&file.bytes);
    }
}

/* Rows that are no whole super-blocks of a type with a codebook; MXFP4 has blocks of 32. */
static void
test_block_sizes (void)
{
  static const uint32_t types[] = { 16, 17, 18, 19, 21, 22, 29, 39 };

  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    {
      const GlmTypeTraits *traits = glm_type_traits (types[i]);
      File file = make_gguf ();
      GlmModelFile *model = NULL;
      GlmError error = { 0 };
      char message[96];

      for (int j = 0; j < file.n_fields; j++)
        if (strcmp (file.fields[j].name, "t1.type") == 0)
          memcpy (file.bytes.data + file.fields[j].at, &types[i], 4);
      write_file (path_in ("blocks"), file.bytes.data, file.bytes.n);
      snprintf (message, sizeof message, "tensor t1: rows of 32 values are no whole %s blocks", traits->name);
      if (traits->block_size > 32)
        CHECK (!glm_model_file_open (path_in ("blocks"), &model, &error) && error.code == GLM_ERROR_BAD_FILE
                   && strstr (error.message, message),
               "%s: %s", traits->name, error.message);
      else
        {
          REQUIRE (glm_model_file_open (path_in ("blocks"), &model, &error), "%s: %s", traits->name, error.message);
          CHECK (glm_model_file_tensor (model, "t1")->n_bytes == 2 * 17, "%zu bytes",
                 glm_model_file_tensor (model, "t1")->n_bytes);
          glm_model_file_free (model);
        }
      glm_buffer_clear (&file.bytes);
    }
}

/* A file that loses its end while mapped reads as zeros, and check () says so: no SIGBUS. */
static void
test_shrinking (void)
{
  const size_t n = 1 << 20;
  uint8_t *bytes = malloc (n);
  GlmMappedFile *file = NULL, *other = NULL;
  GlmError error = { 0 };

  memset (bytes, 7, n);
  write_file (path_in ("shrinking"), bytes, n);
  write_file (path_in ("steady"), bytes, n);
  REQUIRE (glm_mapped_file_open (path_in ("shrinking"), &file, &error), "%s", error.message);
  REQUIRE (glm_mapped_file_open (path_in ("steady"), &other, &error), "%s", error.message);
  CHECK (truncate (path_in ("shrinking"), 4096) == 0, "truncate");
  CHECK (glm_mapped_file_check (file, &error), "%s", error.message);
  CHECK (glm_mapped_file_data (file)[100] == 7 && glm_mapped_file_data (file)[n - 1] == 0, "what is read");
  CHECK (!glm_mapped_file_check (file, &error) && error.code == GLM_ERROR_IO && strstr (error.message, "shrinking"), "%s",
         error.message);
  CHECK (glm_mapped_file_data (other)[n - 1] == 7 && glm_mapped_file_check (other, &error), "the other file");
  glm_mapped_file_free (file);
  glm_mapped_file_free (other);
  free (bytes);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void
test_json (void)
{
  static const char *const good[] = { "0",
                                      "-0.5e+3",
                                      "\"\\u00e9\\ud83d\\ude00\\n\"",
                                      "[]",
                                      "{}",
                                      " [1, 2 , {\"a\":null}] ",
                                      "true",
                                      "[[[[]]]]",
                                      "\"\"",
                                      "1e400",
                                      "{\"a\":1,\"b\":1}" };
  static const char *const bad[] = { "",
                                     " ",
                                     "01",
                                     "1.",
                                     ".5",
                                     "1e",
                                     "+1",
                                     "-",
                                     "tru",
                                     "nul",
                                     "\"",
                                     "\"\\x\"",
                                     "\"\\u12\"",
                                     "\"\\ud800\"",
                                     "\"\\udc00\"",
                                     "\"\t\"",
                                     "[1,]",
                                     "[,]",
                                     "[1 2]",
                                     "{\"a\"}",
                                     "{\"a\":}",
                                     "{a:1}",
                                     "{\"a\":1,}",
                                     "{\"a\":1,\"a\":2}",
                                     "[",
                                     "]",
                                     "{",
                                     "[1]]",
                                     "1 1",
                                     "\"\xFF\"",
                                     "\"\xED\xA0\x80\"",
                                     "\"\xC0\x80\"",
                                     "NaN",
                                     "Infinity",
                                     "'a'",
                                     "/**/1",
                                     "\xEF\xBB\xBF"
                                     "1" };
  GlmJson *json = NULL;
  GlmError error = { 0 };
  char deep[300] = { 0 };

  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    {
      CHECK (glm_json_parse (good[i], strlen (good[i]), &json, &error), "%s: %s", good[i], error.message);
      glm_json_free (json);
      json = NULL;
    }
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK (!glm_json_parse (bad[i], strlen (bad[i]), &json, &error), "%s was accepted", bad[i]);
  memset (deep, '[', 100);
  memset (deep + 100, ']', 100);
  CHECK (!glm_json_parse (deep, 200, &json, &error) && strstr (error.message, "deep"), "%s", error.message);
  REQUIRE (glm_json_parse (good[2], strlen (good[2]), &json, &error), "%s", error.message);
  CHECK (strcmp (glm_json_root (json)->string, "é😀\n") == 0, "%s", glm_json_root (json)->string);
  glm_json_free (json);
}

int
main (int argc, char **argv)
{
  char command[600];

  REQUIRE (argc == 2, "usage: test-files FIXTURES");
  snprintf (folder, sizeof folder, "%s/glm-files-XXXXXX", getenv ("TMPDIR") ? getenv ("TMPDIR") : "/tmp");
  REQUIRE (mkdtemp (folder) != NULL, "%s", folder);
  test_json ();
  test_good_gguf ();
  test_bad_gguf ();
  test_bad_gguf_names ();
  test_torch (argv[1]);
  test_evil_pickle (argv[1]);
  test_split ();
  test_faults ();
  test_fault_type ();
  test_block_sizes ();
  test_shrinking ();
  snprintf (command, sizeof command, "rm -rf '%s'", folder);
  CHECK (system (command) == 0, "%s", command);
  return check_exit ();
}
