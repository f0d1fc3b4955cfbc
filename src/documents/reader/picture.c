/* picture.c: PNG and JPEG as pixels, for what tools of other people return
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes "WIDTH HEIGHT\n" and the pixels, RGBA, 4 bytes each, row after row; a larger picture is made smaller.  A failure ends the
 * process before a byte is written.
 */
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "documents/reader/formats.h"
#include "documents/wire.h"

static void G_GNUC_NORETURN
fail (void)
{
  _exit (DOCUMENT_PICTURE_BROKEN);
}

static guint8 *
new_pixels (guint width, guint height)
{
  guint8 *pixels;

  if (width < 1 || height < 1 || width > DOCUMENT_PICTURE_SIDE || height > DOCUMENT_PICTURE_SIDE)
    fail ();
  pixels = g_try_malloc ((gsize) width * height * 4);
  if (!pixels)
    fail ();
  return pixels;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static guint8 *
read_png (const guint8 *data, gsize n, guint *ret_width, guint *ret_height)
{
  png_image image = { .version = PNG_IMAGE_VERSION };
  guint8 *pixels;

  if (!png_image_begin_read_from_memory (&image, data, n))
    fail ();
  image.format = PNG_FORMAT_RGBA;
  pixels = new_pixels (image.width, image.height);
  if (!png_image_finish_read (&image, NULL, pixels, 0, NULL))
    fail ();
  *ret_width = image.width;
  *ret_height = image.height;
  return pixels;
}

static void
jpeg_failed (j_common_ptr info)
{
  fail ();
}

static void
be_silent (j_common_ptr info, int level)
{
}

static guint8 *
read_jpeg (const guint8 *data, gsize n, guint *ret_width, guint *ret_height)
{
  struct jpeg_decompress_struct info = { 0 };
  struct jpeg_error_mgr errors;
  guint8 *pixels;

  info.err = jpeg_std_error (&errors);
  errors.error_exit = jpeg_failed;
  errors.emit_message = be_silent;
  jpeg_create_decompress (&info);
  jpeg_mem_src (&info, (guint8 *) data, n);
  jpeg_read_header (&info, TRUE);
  pixels = new_pixels (info.image_width, info.image_height);
  info.out_color_space = JCS_EXT_RGBA;
  jpeg_start_decompress (&info);
  while (info.output_scanline < info.output_height)
    {
      JSAMPROW row = pixels + (gsize) info.output_scanline * info.output_width * 4;

      jpeg_read_scanlines (&info, &row, 1);
    }
  *ret_width = info.output_width;
  *ret_height = info.output_height;
  return pixels;
}

/* ---- Smaller ---------------------------------------------------------------------------------------------------- */

/* The mean of the pixels in [x0, x1) × [y0, y1): what is transparent has no color. */
static void
put_mean (guint8 *out, const guint8 *pixels, guint width, guint x0, guint x1, guint y0, guint y1)
{
  guint64 sums[3] = { 0 }, alpha = 0;

  for (guint y = y0; y < y1; y++)
    for (guint x = x0; x < x1; x++)
      {
        const guint8 *pixel = pixels + ((gsize) y * width + x) * 4;

        for (guint i = 0; i < 3; i++)
          sums[i] += (guint64) pixel[i] * pixel[3];
        alpha += pixel[3];
      }
  for (guint i = 0; i < 3; i++)
    out[i] = alpha ? (guint8) ((sums[i] + alpha / 2) / alpha) : 0;
  out[3] = (guint8) (alpha / ((guint64) (x1 - x0) * (y1 - y0)));
}

static guint8 *
shrink (const guint8 *pixels, guint *width, guint *height)
{
  guint w = *width, h = *height, k = 1;
  guint8 *out;

  while ((guint64) w * h > DOCUMENT_PICTURE_PIXELS)
    {
      k++;
      w = MAX (*width * 8 / (k + 7), 1);
      h = MAX (*height * 8 / (k + 7), 1);
    }
  out = new_pixels (w, h);
  for (guint y = 0; y < h; y++)
    for (guint x = 0; x < w; x++)
      put_mean (out + ((gsize) y * w + x) * 4, pixels, *width, x * *width / w, (x + 1) * *width / w, y * *height / h,
                (y + 1) * *height / h);
  *width = w;
  *height = h;
  return out;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static void
write_all (const void *data, gsize n)
{
  for (gsize done = 0; done < n;)
    {
      gssize written = write (STDOUT_FILENO, (const char *) data + done, n - done);

      if (written < 0)
        fail ();
      done += (gsize) written;
    }
}

void
read_picture (const guint8 *data, gsize n)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  gboolean is_png = n > sizeof png && memcmp (data, png, sizeof png) == 0;
  guint width, height;
  guint8 *pixels;
  char head[32];

  if (!is_png && (n < 3 || data[0] != 0xff || data[1] != 0xd8))
    fail ();
  pixels = is_png ? read_png (data, n, &width, &height) : read_jpeg (data, n, &width, &height);
  if ((guint64) width * height > DOCUMENT_PICTURE_PIXELS)
    pixels = shrink (pixels, &width, &height);
  g_snprintf (head, sizeof head, "%u %u\n", width, height);
  write_all (head, strlen (head));
  write_all (pixels, (gsize) width * height * 4);
}
