/* gguf-build.c: see gguf-build.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gguf-build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ALIGNMENT 32

typedef struct
{
  unsigned char *data;
  size_t n, capacity;
} Bytes;

struct GgufBuild
{
  char arch[32];
  Bytes keys, infos, data;
  uint64_t n_keys, n_tensors;
};

static void
put (Bytes *bytes, const void *data, size_t n)
{
  if (bytes->n + n > bytes->capacity)
    {
      bytes->capacity = (bytes->n + n) * 2;
      bytes->data = realloc (bytes->data, bytes->capacity);
      if (!bytes->data)
        abort ();
    }
  memcpy (bytes->data + bytes->n, data, n);
  bytes->n += n;
}

/* The machines that run the tests are little-endian, as the format is. */
static void
put_u32 (Bytes *bytes, uint32_t value)
{
  put (bytes, &value, sizeof value);
}

static void
put_u64 (Bytes *bytes, uint64_t value)
{
  put (bytes, &value, sizeof value);
}

static void
put_text (Bytes *bytes, const char *text)
{
  put_u64 (bytes, strlen (text));
  put (bytes, text, strlen (text));
}

GgufBuild *
gguf_build_new (const char *arch)
{
  GgufBuild *build = calloc (1, sizeof *build);

  if (!build)
    abort ();
  snprintf (build->arch, sizeof build->arch, "%s", arch);
  gguf_build_string (build, "general.architecture", arch);
  return build;
}

void
gguf_build_free (GgufBuild *build)
{
  free (build->keys.data);
  free (build->infos.data);
  free (build->data.data);
  free (build);
}

static void
put_key (GgufBuild *build, const char *key, uint32_t type)
{
  char full[128];

  snprintf (full, sizeof full, "%s%s", key[0] == '.' ? build->arch : "", key);
  put_text (&build->keys, full);
  put_u32 (&build->keys, type);
  build->n_keys++;
}

void
gguf_build_string (GgufBuild *build, const char *key, const char *value)
{
  put_key (build, key, 8);
  put_text (&build->keys, value);
}

void
gguf_build_uint (GgufBuild *build, const char *key, uint32_t value)
{
  put_key (build, key, 4);
  put_u32 (&build->keys, value);
}

void
gguf_build_float (GgufBuild *build, const char *key, float value)
{
  put_key (build, key, 6);
  put (&build->keys, &value, sizeof value);
}

void
gguf_build_bool (GgufBuild *build, const char *key, bool value)
{
  unsigned char byte = value;

  put_key (build, key, 7);
  put (&build->keys, &byte, 1);
}

static void
put_array (GgufBuild *build, const char *key, uint32_t type, size_t n)
{
  put_key (build, key, 9);
  put_u32 (&build->keys, type);
  put_u64 (&build->keys, n);
}

void
gguf_build_strings (GgufBuild *build, const char *key, const char *const *values, size_t n)
{
  put_array (build, key, 8, n);
  for (size_t i = 0; i < n; i++)
    put_text (&build->keys, values[i]);
}

void
gguf_build_floats (GgufBuild *build, const char *key, const float *values, size_t n)
{
  put_array (build, key, 6, n);
  put (&build->keys, values, n * sizeof *values);
}

void
gguf_build_ints (GgufBuild *build, const char *key, const int32_t *values, size_t n)
{
  put_array (build, key, 5, n);
  put (&build->keys, values, n * sizeof *values);
}

void
gguf_build_tensor (GgufBuild *build, const char *name, GlmType type, int64_t rows, int64_t cols, const float *values)
{
  gguf_build_stack (build, name, type, 1, rows, cols, values);
}

void
gguf_build_stack (GgufBuild *build, const char *name, GlmType type, int64_t n_matrices, int64_t rows, int64_t cols,
                  const float *values)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  int64_t n = n_matrices * (rows ? rows : 1) * cols;
  size_t n_bytes = (size_t) (n / traits->block_size) * (size_t) traits->block_bytes;
  unsigned char *blocks = malloc (n_bytes);
  static const unsigned char zeros[ALIGNMENT];

  if (!blocks)
    abort ();
  if (type == GLM_TYPE_F32)
    memcpy (blocks, values, n_bytes);
  else
    traits->quantise (values, blocks, n);
  put_text (&build->infos, name);
  put_u32 (&build->infos, n_matrices > 1 ? 3 : rows ? 2 : 1);
  put_u64 (&build->infos, (uint64_t) cols);
  if (rows)
    put_u64 (&build->infos, (uint64_t) rows);
  if (n_matrices > 1)
    put_u64 (&build->infos, (uint64_t) n_matrices);
  put_u32 (&build->infos, type);
  put_u64 (&build->infos, build->data.n);
  put (&build->data, blocks, n_bytes);
  put (&build->data, zeros, (ALIGNMENT - build->data.n % ALIGNMENT) % ALIGNMENT);
  build->n_tensors++;
  free (blocks);
}

void
gguf_build_write (const GgufBuild *build, const char *path)
{
  Bytes head = { 0 };
  FILE *file = fopen (path, "wb");
  static const unsigned char zeros[ALIGNMENT];

  put (&head, "GGUF", 4);
  put_u32 (&head, 3);
  put_u64 (&head, build->n_tensors);
  put_u64 (&head, build->n_keys);
  put (&head, build->keys.data, build->keys.n);
  put (&head, build->infos.data, build->infos.n);
  put (&head, zeros, (ALIGNMENT - head.n % ALIGNMENT) % ALIGNMENT);
  if (!file || fwrite (head.data, 1, head.n, file) != head.n
      || fwrite (build->data.data, 1, build->data.n, file) != build->data.n || fclose (file) != 0)
    abort ();
  free (head.data);
}

/* ---- Temporary files -------------------------------------------------------------------------------------------- */

static char temp_folder[512];
static char temp_paths[64][768];
static int n_temp_paths;

static void
remove_temp (void)
{
  for (int i = 0; i < n_temp_paths; i++)
    unlink (temp_paths[i]);
  rmdir (temp_folder);
}

const char *
test_temp_path (const char *name)
{
  const char *base = getenv ("TMPDIR");

  if (!temp_folder[0])
    {
      snprintf (temp_folder, sizeof temp_folder, "%s/myna-test-XXXXXX", base && *base ? base : "/tmp");
      if (!mkdtemp (temp_folder))
        abort ();
      atexit (remove_temp);
    }
  if (n_temp_paths == 64)
    abort ();
  snprintf (temp_paths[n_temp_paths], sizeof temp_paths[0], "%s/%s", temp_folder, name);
  return temp_paths[n_temp_paths++];
}
