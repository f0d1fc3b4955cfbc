/* tool-picture.c: pictures as files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A PNG of the plainest kind: RGBA, 8 bits, one IDAT, no filters.  Only such are read, so that a file from elsewhere meets no
 * decoder but these lines and zlib's.
 */
#include <string.h>
#include <zlib.h>

#include "tools/sandbox.h"

#define MAX_SIDE 4096
/* Signature, IHDR, head of IDAT; tail of IDAT, IEND. */
#define N_SIGNATURE 8
#define N_IHDR      25
#define N_IEND      12

static const guint8 signature[N_SIGNATURE] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
/* Bit depth, color type RGBA, and the only compression, filters and order. */
static const guint8 layout[] = { 8, 6, 0, 0, 0 };

static void
put_number (GByteArray *out, guint32 number)
{
  const guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (out, (const guint8 *) &big, sizeof big);
}

static guint32
get_number (const guint8 *data)
{
  return (guint32) data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
}

static void
put_chunk (GByteArray *out, const char *type, const guint8 *data, gsize n)
{
  guint start = out->len + 4;

  put_number (out, (guint32) n);
  g_byte_array_append (out, (const guint8 *) type, 4);
  if (n > 0)
    g_byte_array_append (out, data, n);
  put_number (out, (guint32) crc32 (0, out->data + start, (uInt) (n + 4)));
}

/* Each row follows a 0: no filter. */
static guint8 *
add_filters (const guint8 *pixels, guint width, guint height)
{
  gsize stride = (gsize) width * 4;
  guint8 *rows = g_malloc (height * (stride + 1));

  for (guint y = 0; y < height; y++)
    {
      rows[y * (stride + 1)] = 0;
      memcpy (rows + y * (stride + 1) + 1, pixels + y * stride, stride);
    }
  return rows;
}

static gboolean
is_size (guint width, guint height)
{
  return width > 0 && height > 0 && width <= MAX_SIDE && height <= MAX_SIDE;
}

GBytes *
tool_picture_write (guint width, guint height, GBytes *pixels)
{
  GByteArray *out;
  g_autofree guint8 *rows = NULL;
  g_autofree guint8 *packed = NULL;
  guint8 head[13];
  gsize n;
  uLongf n_packed;

  if (!is_size (width, height) || g_bytes_get_size (pixels) != (gsize) width * height * 4)
    return NULL;
  n = height * ((gsize) width * 4 + 1);
  n_packed = compressBound (n);
  rows = add_filters (g_bytes_get_data (pixels, NULL), width, height);
  packed = g_malloc (n_packed);
  if (compress2 (packed, &n_packed, rows, n, Z_DEFAULT_COMPRESSION) != Z_OK)
    return NULL;
  memcpy (head, &(guint32){ GUINT32_TO_BE (width) }, 4);
  memcpy (head + 4, &(guint32){ GUINT32_TO_BE (height) }, 4);
  memcpy (head + 8, layout, sizeof layout);
  out = g_byte_array_new ();
  g_byte_array_append (out, signature, N_SIGNATURE);
  put_chunk (out, "IHDR", head, sizeof head);
  put_chunk (out, "IDAT", packed, n_packed);
  put_chunk (out, "IEND", NULL, 0);
  return g_byte_array_free_to_bytes (out);
}

/* Where the packed pixels are; NULL: it is not one of ours. */
static const guint8 *
find_pixels (const guint8 *data, gsize n, guint *ret_width, guint *ret_height, gsize *ret_n)
{
  const gsize n_around = N_SIGNATURE + N_IHDR + 12 + N_IEND;

  if (n < n_around || memcmp (data, signature, N_SIGNATURE) != 0 || memcmp (data + 8, "\0\0\0\rIHDR", 8) != 0
      || memcmp (data + 24, layout, sizeof layout) != 0 || memcmp (data + 37, "IDAT", 4) != 0)
    return NULL;
  *ret_width = get_number (data + 16);
  *ret_height = get_number (data + 20);
  *ret_n = get_number (data + 33);
  return is_size (*ret_width, *ret_height) && *ret_n == n - n_around ? data + 41 : NULL;
}

GBytes *
tool_picture_read (GBytes *png, guint *ret_width, guint *ret_height)
{
  gsize n, n_packed, stride;
  const guint8 *data = g_bytes_get_data (png, &n), *packed;
  guint width, height;
  uLongf n_rows;
  g_autofree guint8 *rows = NULL;

  packed = find_pixels (data, n, &width, &height, &n_packed);
  if (!packed)
    return NULL;
  stride = (gsize) width * 4;
  n_rows = height * (stride + 1);
  rows = g_malloc (n_rows);
  if (uncompress (rows, &n_rows, packed, n_packed) != Z_OK || n_rows != height * (stride + 1))
    return NULL;
  for (guint y = 0; y < height; y++)
    {
      if (rows[y * (stride + 1)] != 0)
        return NULL;
      memmove (rows + y * stride, rows + y * (stride + 1) + 1, stride);
    }
  *ret_width = width;
  *ret_height = height;
  return g_bytes_new_take (g_steal_pointer (&rows), height * stride);
}
