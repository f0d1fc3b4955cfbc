/* file-kind.c: what a file is that is no model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The kinds that people try: what a download left in the place of a model, and other files that lie beside one.
 */
#include "file/file-kind.h"

#include <string.h>
#include <strings.h>

#include "base/error.h"

/* How much of the file is looked at. */
#define MAX_LOOK 4096

typedef struct
{
  const char *magic;
  size_t n_bytes;
  const char *name;
} Kind;

#define KIND(magic, name)               \
  {                                     \
    (magic), sizeof (magic) - 1, (name) \
  }

static const Kind kinds[] = {
  KIND ("%PDF", "PDF"),
  KIND ("PK\3\4", "ZIP"),
  KIND ("\x1F\x8B", "gzip"),
  KIND ("\xFD"
        "7zXZ",
        "xz"),
  KIND ("\x28\xB5\x2F\xFD", "Zstandard"),
  KIND ("7z\xBC\xAF", "7-Zip"),
  KIND ("Rar!", "RAR"),
  KIND ("\x89PNG", "PNG"),
  KIND ("\xFF\xD8\xFF", "JPEG"),
  KIND ("lmgg", "GGML"),
  KIND ("fmgg", "GGMF"),
  KIND ("tjgg", "GGJT"),
  KIND ("ggml", "GGML"),
  KIND ("FUGG", "GGUF (big-endian)"),
};

static bool
begins (const uint8_t *data, size_t n_bytes, const char *text, size_t n)
{
  return n_bytes >= n && memcmp (data, text, n) == 0;
}

/* Space that a download manager set aside, and has not written yet. */
static bool
is_zero (const uint8_t *data, size_t n_bytes)
{
  for (size_t i = 0; i < n_bytes; i++)
    if (data[i])
      return false;
  return true;
}

static bool
is_web_page (const uint8_t *data, size_t n_bytes)
{
  size_t i = begins (data, n_bytes, "\xEF\xBB\xBF", 3) ? 3 : 0;

  while (i < n_bytes && strchr (" \t\r\n", data[i]) && data[i])
    i++;
  return (n_bytes - i >= 9 && strncasecmp ((const char *) data + i, "<!doctype", 9) == 0)
         || (n_bytes - i >= 5 && strncasecmp ((const char *) data + i, "<html", 5) == 0)
         || (n_bytes - i >= 5 && strncasecmp ((const char *) data + i, "<?xml", 5) == 0);
}

/* The length of a header of JSON, then the header. */
static bool
is_safetensors (const uint8_t *data, size_t n_bytes)
{
  return n_bytes > 10 && data[6] == 0 && data[7] == 0 && data[8] == '{' && (data[9] == '"' || data[9] == ' ');
}

static const char *
find_name (const uint8_t *data, size_t n_bytes)
{
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (begins (data, n_bytes, kinds[i].magic, kinds[i].n_bytes))
      return kinds[i].name;
  return is_safetensors (data, n_bytes) ? "safetensors" : "";
}

static GlmFault
find_left_over (const uint8_t *data, size_t n_bytes)
{
  static const char lfs[] = "version https://git-lfs";

  if (begins (data, n_bytes, lfs, sizeof lfs - 1))
    return GLM_FAULT_LFS_POINTER;
  if (is_web_page (data, n_bytes))
    return GLM_FAULT_WEB_PAGE;
  return is_zero (data, n_bytes) ? GLM_FAULT_CUT_SHORT : GLM_FAULT_NONE;
}

bool
glm_file_kind_refuse_left_over (const uint8_t *data, size_t n_bytes, const char *name, GlmError *error)
{
  GlmFault fault = find_left_over (data, n_bytes < MAX_LOOK ? n_bytes : MAX_LOOK);

  if (fault == GLM_FAULT_NONE)
    return true;
  glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: %s", name,
                 fault == GLM_FAULT_LFS_POINTER ? "a pointer of Git LFS in the place of the file"
                 : fault == GLM_FAULT_WEB_PAGE  ? "a web page in the place of the file"
                                                : "nothing but zeros");
  return glm_error_set_fault (error, fault, NULL, 0);
}

bool
glm_file_kind_blame (const uint8_t *data, size_t n_bytes, GlmError *error)
{
  size_t n = n_bytes < MAX_LOOK ? n_bytes : MAX_LOOK;
  GlmFault fault = find_left_over (data, n);
  const char *name;

  if (n < 4 && memcmp (data, "GGUF", n) == 0)
    fault = GLM_FAULT_CUT_SHORT;
  if (fault != GLM_FAULT_NONE)
    return glm_error_set_fault (error, fault, NULL, 0);
  name = find_name (data, n);
  return glm_error_set_fault (error, GLM_FAULT_OTHER_FILE, name, strlen (name));
}
