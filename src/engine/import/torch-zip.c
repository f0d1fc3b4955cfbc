/* torch-zip.c: reading the tensors of a file that torch.save() wrote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Since version 1.6 PyTorch writes a ZIP whose members are stored, not compressed:
 *
 *   STEM/data.pkl      the state_dict, tensors by storage key (pickle.c)
 *   STEM/data/KEY      the elements of a storage, little-endian
 *   STEM/byteorder     "little"; not in older files
 *
 * The directory of a ZIP stands at its end:
 *
 *   member:    local header "PK\3\4" …, u16 name length at 26, u16 extra length at 28; 30: name, extra, then the data
 *   directory: per member "PK\1\2" …, u16 flags at 8, method at 10, u32 size at 24 (stored size at 20), u16 lengths of
 *              name, extra, comment at 28, 30, 32, u32 offset of the local header at 42; 46: name, extra, comment
 *   end:       "PK\5\6" …, u16 members at 10, u32 directory size at 12, offset at 16
 *   zip64:     for values of all ones: extra field 1 of the member, "PK\6\7" (locator) 20 bytes before the end record,
 *              "PK\6\6" with u64 members at 32, directory size at 40, offset at 48
 */
#include "import/torch-zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/byte-reader.h"
#include "families/layout.h"
#include "import/pickle.h"

#define MAX_MEMBERS   65535
#define END_BYTES     22
#define LOCATOR_BYTES 20
#define MEMBER_BYTES  46
#define LOCAL_BYTES   30

typedef struct
{
  const char *name; /* borrowed, not NUL-terminated */
  size_t name_bytes;
  const uint8_t *data;
  size_t n_bytes;
} Member;

typedef struct
{
  const uint8_t *data;
  size_t size;
  Member *members; /* sorted by name */
  size_t n_members;
  const Member *pickle;
  size_t stem_bytes; /* of "STEM/" */
  GlmTensorTable *tensors;
} Archive;

static uint16_t
u16_at (const uint8_t *p)
{
  uint16_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

static uint32_t
u32_at (const uint8_t *p)
{
  uint32_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

static uint64_t
u64_at (const uint8_t *p)
{
  uint64_t value;

  memcpy (&value, p, sizeof value);
  return value;
}

static bool
bad_zip (GlmError *error, const char *what)
{
  glm_error_set (error, GLM_ERROR_BAD_FILE, "the ZIP %s; the file is cut short or damaged", what);
  return glm_error_set_fault (error, GLM_FAULT_CUT_SHORT, NULL, 0);
}

/* The end record, searched backwards over a comment of up to 64 KiB. */
static const uint8_t *
find_end (const Archive *archive)
{
  size_t span = archive->size < END_BYTES + 65535 ? archive->size : END_BYTES + 65535;

  for (size_t back = END_BYTES; back <= span; back++)
    {
      const uint8_t *p = archive->data + archive->size - back;

      if (memcmp (p, "PK\5\6", 4) == 0 && u16_at (p + 20) == back - END_BYTES)
        return p;
    }
  return NULL;
}

static bool
find_directory (const Archive *archive, uint64_t *ret_n, uint64_t *ret_offset, uint64_t *ret_size, GlmError *error)
{
  const uint8_t *end = find_end (archive), *end64;
  uint64_t place;

  if (!end)
    return bad_zip (error, "has no end record");
  *ret_n = u16_at (end + 10);
  *ret_size = u32_at (end + 12);
  *ret_offset = u32_at (end + 16);
  if (end - archive->data < LOCATOR_BYTES || memcmp (end - LOCATOR_BYTES, "PK\6\7", 4) != 0)
    return true;
  place = u64_at (end - LOCATOR_BYTES + 8);
  if (place > archive->size || archive->size - place < 56)
    return bad_zip (error, "has a zip64 end record outside of the file");
  end64 = archive->data + place;
  if (memcmp (end64, "PK\6\6", 4) != 0)
    return bad_zip (error, "has no zip64 end record where it says");
  *ret_n = u64_at (end64 + 32);
  *ret_size = u64_at (end64 + 40);
  *ret_offset = u64_at (end64 + 48);
  return true;
}

/* Replaces what is all ones by the values of the zip64 extra field: size, stored size, offset, in this order. */
static bool
read_zip64 (const uint8_t *extra, size_t n, uint64_t *values[3])
{
  while (n >= 4)
    {
      size_t length = u16_at (extra + 2), at = 4;

      if (length > n - 4)
        return false;
      for (int i = 0; i < 3 && u16_at (extra) == 1; i++)
        if (*values[i] == UINT32_MAX)
          {
            if (at + 8 > 4 + length)
              return false;
            *values[i] = u64_at (extra + at);
            at += 8;
          }
      extra += 4 + length;
      n -= 4 + length;
    }
  return true;
}

/* The bytes behind the member's local header. */
static bool
place_member (const Archive *archive, uint64_t offset, uint64_t size, Member *member, GlmError *error)
{
  const uint8_t *local;
  uint64_t start;

  if (offset > archive->size || archive->size - offset < LOCAL_BYTES)
    return bad_zip (error, "has a member outside of the file");
  local = archive->data + offset;
  if (memcmp (local, "PK\3\4", 4) != 0)
    return bad_zip (error, "has no member where it says");
  start = offset + LOCAL_BYTES + u16_at (local + 26) + u16_at (local + 28);
  if (start > archive->size || archive->size - start < size)
    return bad_zip (error, "has a member outside of the file");
  member->data = archive->data + start;
  member->n_bytes = (size_t) size;
  return true;
}

static bool
read_member (const Archive *archive, GlmByteReader *directory, Member *member, GlmError *error)
{
  const uint8_t *p, *rest;
  uint64_t stored, size, offset;
  size_t n_name, n_extra, n_comment;

  if (!glm_byte_reader_take (directory, MEMBER_BYTES, &p) || memcmp (p, "PK\1\2", 4) != 0)
    return bad_zip (error, "has a damaged directory");
  n_name = u16_at (p + 28);
  n_extra = u16_at (p + 30);
  n_comment = u16_at (p + 32);
  if (!glm_byte_reader_take (directory, n_name + n_extra + n_comment, &rest))
    return bad_zip (error, "has a damaged directory");
  stored = u32_at (p + 20);
  size = u32_at (p + 24);
  offset = u32_at (p + 42);
  if (!read_zip64 (rest + n_name, n_extra, (uint64_t *[3]){ &size, &stored, &offset }))
    return bad_zip (error, "has a damaged zip64 field");
  if (u16_at (p + 10) != 0 || u16_at (p + 8) & 1 || stored != size)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED,
                          "the ZIP's member %.*s is compressed or encrypted: torch.save() does "
                          "not write that",
                          (int) (n_name < 100 ? n_name : 100), rest);
  member->name = (const char *) rest;
  member->name_bytes = n_name;
  return place_member (archive, offset, size, member, error);
}

static int
compare_names (const void *a, const void *b)
{
  const Member *x = a, *y = b;
  int order = memcmp (x->name, y->name, x->name_bytes < y->name_bytes ? x->name_bytes : y->name_bytes);

  return order ? order : x->name_bytes < y->name_bytes ? -1 : x->name_bytes > y->name_bytes;
}

static const Member *
find_member (const Archive *archive, const char *name, size_t n)
{
  Member wanted = { .name = name, .name_bytes = n };

  return bsearch (&wanted, archive->members, archive->n_members, sizeof wanted, compare_names);
}

static bool
read_directory (Archive *archive, GlmError *error)
{
  GlmByteReader directory = { archive->data, archive->size, 0 };
  uint64_t n = 0, offset = 0, size = 0;

  if (!find_directory (archive, &n, &offset, &size, error))
    return false;
  if (n == 0 || n > MAX_MEMBERS || offset > archive->size || size > archive->size - offset || n > size / MEMBER_BYTES)
    return bad_zip (error, "has an impossible directory");
  directory = (GlmByteReader){ archive->data + offset, (size_t) size, 0 };
  archive->members = calloc ((size_t) n, sizeof *archive->members);
  if (!archive->members)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the ZIP's directory");
  for (; archive->n_members < n; archive->n_members++)
    if (!read_member (archive, &directory, &archive->members[archive->n_members], error))
      return false;
  qsort (archive->members, archive->n_members, sizeof *archive->members, compare_names);
  for (size_t i = 1; i < archive->n_members; i++)
    if (compare_names (&archive->members[i - 1], &archive->members[i]) == 0)
      return bad_zip (error, "has two members of one name");
  return true;
}

static bool
find_pickle (Archive *archive, GlmError *error)
{
  static const char suffix[] = "/data.pkl";
  const size_t n_suffix = sizeof suffix - 1;
  const Member *order;
  char name[300];

  for (size_t i = 0; i < archive->n_members; i++)
    {
      const Member *member = &archive->members[i];

      if (member->name_bytes <= n_suffix || memcmp (member->name + member->name_bytes - n_suffix, suffix, n_suffix) != 0)
        continue;
      if (archive->pickle)
        return bad_zip (error, "has two members data.pkl");
      archive->pickle = member;
      archive->stem_bytes = member->name_bytes - n_suffix + 1;
    }
  if (!archive->pickle || archive->stem_bytes > 200)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the ZIP holds no data.pkl: torch.save() did not write it");
  memcpy (name, archive->pickle->name, archive->stem_bytes);
  memcpy (name + archive->stem_bytes, "byteorder", 9);
  order = find_member (archive, name, archive->stem_bytes + 9);
  if (order && order->n_bytes >= 3 && memcmp (order->data, "big", 3) == 0)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the tensors are big-endian");
  return true;
}

/* The tensor's elements lie one after another in its storage. */
static bool
is_contiguous (const GlmPickleTensor *tensor)
{
  int64_t stride = 1;

  for (int i = tensor->n_dims - 1; i >= 0; i--)
    {
      if (tensor->size[i] != 1 && tensor->stride[i] != stride)
        return false;
      if (__builtin_mul_overflow (stride, tensor->size[i], &stride))
        return false;
    }
  return true;
}

static bool
describe_tensor (const GlmPickleTensor *source, const char *name, GlmTensor *tensor, GlmError *error)
{
  if (source->n_dims > GLM_MAX_DIMS)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "tensor %s has %d dimensions", name, source->n_dims);
  tensor->type = source->type;
  tensor->n_dims = source->n_dims > 0 ? source->n_dims : 1;
  for (int i = 0; i < GLM_MAX_DIMS; i++)
    tensor->ne[i] = i < source->n_dims ? source->size[source->n_dims - 1 - i] : 1;
  if (!glm_tensor_bytes_or_i8 (name, tensor->type, tensor->n_dims, tensor->ne, &tensor->n_bytes, error))
    return false;
  return is_contiguous (source)
         || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "the elements of tensor %s do not lie one after another", name);
}

static bool
add_tensor (const GlmPickleTensor *source, void *data, GlmError *error)
{
  Archive *archive = data;
  GlmTensor tensor = { 0 };
  const Member *storage;
  char member[300], name[GLM_MAX_TENSOR_NAME + 1];
  size_t element = source->type == GLM_TYPE_F32 ? 4 : source->type == GLM_TYPE_I8 ? 1 : 2, offset;

  if (source->name_bytes > GLM_MAX_TENSOR_NAME || source->storage_bytes > 60)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the name of a tensor or storage is too long");
  memcpy (name, source->name, source->name_bytes);
  name[source->name_bytes] = '\0';
  if (!source->known_type)
    return glm_layout_ignores (name)
           || glm_error_set (error, GLM_ERROR_UNSUPPORTED, "tensor %s lies in a %s, which Myna does not read", name,
                             source->storage_type);
  if (!describe_tensor (source, name, &tensor, error))
    return false;
  memcpy (member, archive->pickle->name, archive->stem_bytes);
  memcpy (member + archive->stem_bytes, "data/", 5);
  memcpy (member + archive->stem_bytes + 5, source->storage, source->storage_bytes);
  storage = find_member (archive, member, archive->stem_bytes + 5 + source->storage_bytes);
  if (!storage)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the storage of tensor %s is not in the ZIP", name);
  if (source->offset < 0 || __builtin_mul_overflow ((size_t) source->offset, element, &offset) || offset > storage->n_bytes
      || tensor.n_bytes > storage->n_bytes - offset)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "tensor %s goes past the end of its storage", name);
  tensor.data = storage->data + offset;
  return glm_tensor_table_add (archive->tensors, &tensor, name, source->name_bytes, error);
}

bool
glm_torch_zip_read (const GlmMappedFile *file, GlmTensorTable *tensors, GlmError *error)
{
  Archive archive = { .data = glm_mapped_file_data (file), .size = glm_mapped_file_size (file), .tensors = tensors };
  bool ok;

  if (archive.size < END_BYTES || memcmp (archive.data, "PK\3\4", 4) != 0)
    ok = glm_error_set (error, GLM_ERROR_UNSUPPORTED, "not a file of PyTorch 1.6 or later");
  else
    ok = read_directory (&archive, error) && find_pickle (&archive, error)
         && glm_pickle_read (archive.pickle->data, archive.pickle->n_bytes, add_tensor, &archive, error);
  free (archive.members);
  if (!ok)
    return glm_error_prefix (error, "%s", glm_mapped_file_name (file));
  return glm_mapped_file_check (file, error);
}
