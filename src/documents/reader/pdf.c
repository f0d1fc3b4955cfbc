/* pdf.c: PDF, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * poppler orders the text of a page as it is read, column by column.  What the outline names is a heading where a line of its page
 * says the same.
 */
#include <gio/gio.h>
#include <poppler.h>
#include <string.h>

#include "documents/reader/formats.h"
#include "documents/reader/out.h"

#define MAX_OUTLINE 10000
#define MAX_DEPTH   8

typedef struct
{
  guint page; /* from 1 */
  guint level;
  char *title; /* folded */
} Entry;

/* ---- Outline ---------------------------------------------------------------------------------------------------- */

/* Letters without spaces, in one case: what a title and its line have in common. */
static char *
fold (const char *text)
{
  GString *out = g_string_new (NULL);
  g_autofree char *lower = g_utf8_casefold (text, -1);

  for (const char *p = lower; *p; p = g_utf8_next_char (p))
    if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (out, g_utf8_get_char (p));
  return g_string_free (out, FALSE);
}

static guint
page_of (PopplerDocument *document, PopplerAction *action)
{
  PopplerDest *dest, *found = NULL;
  guint page = 0;

  if (!action || action->type != POPPLER_ACTION_GOTO_DEST || !action->goto_dest.dest)
    return 0;
  dest = action->goto_dest.dest;
  if (dest->type == POPPLER_DEST_NAMED && dest->named_dest)
    dest = found = poppler_document_find_dest (document, dest->named_dest);
  if (dest && dest->page_num > 0)
    page = dest->page_num;
  if (found)
    poppler_dest_free (found);
  return page;
}

static void
add_outline (PopplerDocument *document, PopplerIndexIter *iter, guint level, GArray *entries)
{
  do
    {
      PopplerAction *action = poppler_index_iter_get_action (iter);
      PopplerIndexIter *child = level < MAX_DEPTH ? poppler_index_iter_get_child (iter) : NULL;
      Entry entry = { page_of (document, action), level, action && action->any.title ? fold (action->any.title) : NULL };

      if (entry.page && entry.title && *entry.title)
        g_array_append_val (entries, entry);
      if (action)
        poppler_action_free (action);
      if (child)
        {
          add_outline (document, child, level + 1, entries);
          poppler_index_iter_free (child);
        }
    }
  while (entries->len < MAX_OUTLINE && poppler_index_iter_next (iter));
}

static GArray *
read_outline (PopplerDocument *document)
{
  GArray *entries = g_array_new (FALSE, FALSE, sizeof (Entry));
  PopplerIndexIter *iter = poppler_index_iter_new (document);

  if (iter)
    add_outline (document, iter, 1, entries);
  if (iter)
    poppler_index_iter_free (iter);
  return entries;
}

/* The level that the outline gives this line; 0: it is no heading.  Numbers may stand before the title on either side. */
static guint
level_of_line (GArray *entries, guint page, const char *line)
{
  g_autofree char *folded = fold (line);
  const char *bare = folded + strspn (folded, "0123456789.");

  for (guint i = 0; *folded && i < entries->len; i++)
    {
      const Entry *entry = &g_array_index (entries, Entry, i);
      const char *title = entry->title + strspn (entry->title, "0123456789.");

      if (entry->page == page && (g_str_equal (entry->title, folded) || (*title && g_str_equal (title, bare))))
        return entry->level;
    }
  return 0;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

/* Letters that are set as one; words are written without them. */
static void
append_letter (GString *out, gunichar c)
{
  static const char *const ligatures[] = { "ff", "fi", "fl", "ffi", "ffl", "st", "st" };

  if (c >= 0xfb00 && c <= 0xfb06)
    g_string_append (out, ligatures[c - 0xfb00]);
  else
    g_string_append_unichar (out, c);
}

/* What stands between two letters that follow each other: poppler sets nothing between the cells of a table.  In heights of the
 * letters; a space of a line that is set to its margins is narrower. */
#define GAP_OF_WORDS 0.5
#define GAP_OF_CELLS 1.2

static const char *
between (const PopplerRectangle *a, const PopplerRectangle *b)
{
  double height = MIN (a->y2 - a->y1, b->y2 - b->y1);
  double overlap = MIN (a->y2, b->y2) - MAX (a->y1, b->y1);
  double gap = b->x1 - a->x2;

  if (height <= 0)
    return "";
  /* Another line, or back to the left, without a line's end. */
  if (overlap < height / 4 || gap < -2 * height)
    return " ";
  return gap > GAP_OF_CELLS * height ? "\t" : gap > GAP_OF_WORDS * height ? " " : "";
}

/* The text of a page in its reading order. */
static char *
dup_text (PopplerPage *page)
{
  g_autofree char *text = poppler_page_get_text (page);
  g_autofree PopplerRectangle *places = NULL;
  GString *out = g_string_new (NULL);
  guint n_places = 0, i = 0;
  gunichar last = ' ';

  if (!text || !poppler_page_get_text_layout (page, &places, &n_places))
    n_places = 0;
  for (const char *p = text ? text : ""; *p; p = g_utf8_next_char (p), i++)
    {
      gunichar c = g_utf8_get_char (p);

      if (i > 0 && i < n_places && !g_unichar_isspace (c) && !g_unichar_isspace (last))
        g_string_append (out, between (&places[i - 1], &places[i]));
      append_letter (out, c);
      last = c;
    }
  return g_string_free (out, FALSE);
}

/* The dots of a table of contents, which would be most of its tokens. */
static char *
shorten_leaders (const char *text)
{
  g_autoptr (GRegex) leaders = g_regex_new ("(?: ?[.·․]){6,}", G_REGEX_OPTIMIZE, 0, NULL);
  char *shortened = g_regex_replace_literal (leaders, text, -1, 0, " … ", 0, NULL);

  return shortened ? shortened : g_strdup (text);
}

static void
write_page (const char *text, guint page, GArray *entries)
{
  g_autofree char *shortened = shorten_leaders (text);
  g_auto (GStrv) lines = g_strsplit (shortened, "\n", -1);
  g_autoptr (GString) block = g_string_new (NULL);

  for (char **line = lines; *line; line++)
    {
      guint level = level_of_line (entries, page, *line);

      if (level)
        {
          read_out_text (block->str, block->len);
          read_out_heading (level, *line);
          g_string_truncate (block, 0);
        }
      else
        {
          g_string_append_printf (block, "%s%s", block->len ? "\n" : "", *line);
        }
    }
  read_out_text (block->str, block->len);
}

/* poppler 22.12 reads bytes that are gone, where a password is wrong, but not from a stream. */
static PopplerDocument *
open_document (GBytes *bytes, const char *password, GError **error)
{
  g_autoptr (GInputStream) stream = NULL;

  if (!password)
    return poppler_document_new_from_bytes (bytes, NULL, error);
  stream = g_memory_input_stream_new_from_bytes (bytes);
  return poppler_document_new_from_stream (stream, (goffset) g_bytes_get_size (bytes), password, NULL, error);
}

void
read_pdf (const guint8 *data, gsize n, const char *password)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, n);
  g_autoptr (GError) error = NULL;
  PopplerDocument *document = open_document (bytes, password, &error);
  GArray *entries;
  int n_pages;

  if (!document)
    read_out_fail (g_error_matches (error, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED) ? DOCUMENT_WORD_PASSWORD
                                                                                   : DOCUMENT_WORD_DAMAGED);
  n_pages = poppler_document_get_n_pages (document);
  if (n_pages > DOCUMENT_MAX_PAGES)
    read_out_fail (DOCUMENT_WORD_PAGES);
  if (n_pages < 1)
    read_out_fail (DOCUMENT_WORD_DAMAGED);
  entries = read_outline (document);
  for (int i = 0; i < n_pages; i++)
    {
      PopplerPage *page = poppler_document_get_page (document, i);
      g_autofree char *text = page ? dup_text (page) : g_strdup ("");

      read_out_page ();
      write_page (text, i + 1, entries);
      g_clear_object (&page);
    }
}
