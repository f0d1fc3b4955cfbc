/* main.c: myna-read, the process that reads documents
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: myna-read NAME [--password] <DOCUMENT >RECORDS
 *        myna-read --picture <PICTURE >PIXELS
 *
 * NAME is the file's, for what its end says; it is not opened.  Before the first byte is read the process locks itself: no foreign
 * bytes are looked at by anything that could write, call or send.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "documents/reader/formats.h"
#include "documents/reader/lock.h"
#include "documents/reader/out.h"

/* What cannot be mapped, a pipe. */
static guint8 *
read_pipe (gsize *ret_n)
{
  gsize room = 1 << 20, n = 0;
  guint8 *data = g_malloc (room);

  for (;;)
    {
      ssize_t got = read (STDIN_FILENO, data + n, room - n);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        read_out_fail (DOCUMENT_WORD_DAMAGED);
      if (got == 0)
        break;
      n += got;
      if (n > DOCUMENT_MAX_FILE)
        read_out_fail (DOCUMENT_WORD_LARGE);
      if (n == room && !(data = g_try_realloc (data, room *= 2)))
        read_out_fail (DOCUMENT_WORD_LARGE);
    }
  *ret_n = n;
  return data;
}

static const guint8 *
read_input (gsize *ret_n)
{
  struct stat st;
  void *data;

  if (fstat (STDIN_FILENO, &st) != 0 || !S_ISREG (st.st_mode) || st.st_size == 0)
    return read_pipe (ret_n);
  if (st.st_size > DOCUMENT_MAX_FILE)
    read_out_fail (DOCUMENT_WORD_LARGE);
  data = mmap (NULL, st.st_size, PROT_READ, MAP_SHARED, STDIN_FILENO, 0);
  if (data == MAP_FAILED)
    return read_pipe (ret_n);
  *ret_n = st.st_size;
  return data;
}

/* What the pipe holds; NULL: nothing can be read from it. */
static const char *
read_password (void)
{
  static char password[DOCUMENT_MAX_PASSWORD + 1];
  gsize n = 0;
  gssize got;

  while (n < DOCUMENT_MAX_PASSWORD && (got = read (DOCUMENT_PASSWORD_FD, password + n, DOCUMENT_MAX_PASSWORD - n)) != 0)
    {
      if (got < 0 && errno != EINTR)
        return NULL;
      n += MAX (got, 0);
    }
  return password;
}

static gboolean
begins (const guint8 *data, gsize n, const char *with, gsize n_with)
{
  return n >= n_with && memcmp (data, with, n_with) == 0;
}

static gboolean
is_html (const char *name, const char *text, gsize n)
{
  static const char *const ends[] = { ".html", ".htm", ".xhtml", ".xht" };
  const char *p = text;

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_suffix (name, ends[i]))
      return TRUE;
  while (g_ascii_isspace (*p))
    p++;
  return g_ascii_strncasecmp (p, "<!doctype html", 14) == 0 || g_ascii_strncasecmp (p, "<html", 5) == 0;
}

#if !HAVE_PDF || !HAVE_OFFICE
static void
left_out (const char *type)
{
  read_out_type (type);
  read_out_fail (DOCUMENT_WORD_LEFT_OUT);
}
#endif

static void
read_page_or_text (const char *name, const guint8 *data, gsize n)
{
  gsize n_text = 0;
  char *text = n > DOCUMENT_MAX_TEXT ? NULL : read_text_decode (data, n, &n_text);

  if (!text || !is_html (name, text, n_text))
    {
      read_out_type ("text");
      read_text (data, n);
      return;
    }
#if HAVE_OFFICE
  read_out_type ("html");
  read_html (g_bytes_new_take (text, n_text), read_build_new ());
#else
  left_out ("html");
#endif
}

/* Files of Office before 2007, and encrypted ones of today, are file systems in a file. */
static void
fail_ole (const guint8 *data, gsize n)
{
  static const char package[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

  read_out_type ("doc");
  read_out_fail (memmem (data, n, package, sizeof package) ? DOCUMENT_WORD_ENCRYPTED : DOCUMENT_WORD_OLD);
}

static void
read_document (const char *name, const guint8 *data, gsize n, const char *password)
{
  if (memmem (data, MIN (n, 1024), "%PDF-", 5))
    {
#if HAVE_PDF
      read_out_type ("pdf");
      read_pdf (data, n, password);
#else
      left_out ("pdf");
#endif
    }
  else if (begins (data, n, "PK\3\4", 4) || begins (data, n, "PK\5\6", 4))
    {
#if HAVE_OFFICE
      read_office (data, n);
#else
      left_out ("office");
#endif
    }
  else if (begins (data, n, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
    {
      fail_ole (data, n);
    }
  else if (begins (data, n, "{\\rtf", 5))
    {
      /* No kept library reads it (librevenge's family does not; unrtf is a program, last released in 2018), and a parser of our own
       * would be one more for hostile files. */
      read_out_type ("rtf");
      read_out_fail (DOCUMENT_WORD_OLD);
    }
  else
    {
      read_page_or_text (name, data, n);
    }
}

/* Does not return. */
static void
read_pixels (void)
{
#if HAVE_PICTURES
  const guint8 *data;
  gsize n = 0;

  if (!read_lock ())
    _exit (DOCUMENT_PICTURE_NO_READER);
  data = read_input (&n);
  read_picture (data, n);
  _exit (0);
#else
  _exit (DOCUMENT_PICTURE_NO_READER);
#endif
}

int
main (int argc, char **argv)
{
  g_autofree char *name = g_ascii_strdown (argc > 1 ? argv[1] : "", -1);
  const guint8 *data;
  gsize n = 0;

  if (g_str_equal (name, "--picture"))
    read_pixels ();
  read_text_prepare ();
  if (!read_lock ())
    read_out_fail (DOCUMENT_WORD_LOCK);
  data = read_input (&n);
  read_document (name, data, n, argc > 2 && g_str_equal (argv[2], "--password") ? read_password () : NULL);
  read_out_end ();
}
