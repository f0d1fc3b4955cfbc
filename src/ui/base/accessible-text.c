/* accessible-text.c: the text of a widget for screen readers: by characters, words and sentences, and as it grows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
/* The limits of meson.build end here: this file takes the new ways where they are there. */
#undef GDK_VERSION_MAX_ALLOWED

#include "base/accessible-text.h"

#if GTK_CHECK_VERSION(4, 14, 0)
#include <string.h>

static GQuark
text_quark (void)
{
  return g_quark_from_static_string ("myna-accessible-text");
}

static const char *
get_text (gpointer widget)
{
  const char *text = g_object_get_qdata (widget, text_quark ());

  return text ? text : "";
}

/* Characters [start, end) as far as they exist, with the terminating zero byte that GTK expects. */
static GBytes *
get_contents (GtkAccessibleText *self, unsigned int start, unsigned int end)
{
  const char *text = get_text (self);
  guint n = g_utf8_strlen (text, -1), from = MIN (start, n);
  char *part = g_utf8_substring (text, from, CLAMP (end, from, n));

  return g_bytes_new_take (part, strlen (part) + 1);
}

/* Whether a part of this size begins with the character.  Lines are those of the text, not of the screen. */
static gboolean
begins (const PangoLogAttr *at, GtkAccessibleTextGranularity granularity)
{
  switch (granularity)
    {
    case GTK_ACCESSIBLE_TEXT_GRANULARITY_WORD: return at->is_word_start;
    case GTK_ACCESSIBLE_TEXT_GRANULARITY_SENTENCE: return at->is_sentence_start;
    case GTK_ACCESSIBLE_TEXT_GRANULARITY_LINE:
    case GTK_ACCESSIBLE_TEXT_GRANULARITY_PARAGRAPH: return at->is_mandatory_break;
    case GTK_ACCESSIBLE_TEXT_GRANULARITY_CHARACTER:
    default: return at->is_cursor_position;
    }
}

static GBytes *
get_contents_at (GtkAccessibleText *self, unsigned int offset, GtkAccessibleTextGranularity granularity, unsigned int *start,
                 unsigned int *end)
{
  const char *text = get_text (self);
  guint n = g_utf8_strlen (text, -1);
  g_autofree PangoLogAttr *attributes = g_new0 (PangoLogAttr, n + 1);

  *start = *end = MIN (offset, n);
  if (*start < n)
    {
      pango_get_log_attrs (text, -1, -1, pango_language_get_default (), attributes, (int) n + 1);
      while (*start > 0 && !begins (&attributes[*start], granularity))
        --*start;
      while (++*end < n && !begins (&attributes[*end], granularity))
        ;
    }
  return get_contents (self, *start, *end);
}

/* None, but not NULL: GTK goes through the names without looking. */
static gboolean
get_attributes (GtkAccessibleText *self, unsigned int offset, gsize *n_ranges, GtkAccessibleTextRange **ranges, char ***names,
                char ***values)
{
  *n_ranges = 0;
  *names = g_new0 (char *, 1);
  *values = g_new0 (char *, 1);
  if (ranges)
    *ranges = NULL;
  return FALSE;
}

static void
init_interface (gpointer interface, gpointer user_data)
{
  GtkAccessibleTextInterface *self = interface;

  self->get_contents = get_contents;
  self->get_contents_at = get_contents_at;
  self->get_attributes = get_attributes;
}

void
myna_accessible_text_add (GType type)
{
  g_type_add_interface_static (type, GTK_TYPE_ACCESSIBLE_TEXT, &(GInterfaceInfo){ .interface_init = init_interface });
}

void
myna_accessible_text_set (GtkWidget *widget, const char *text)
{
  const char *old = get_text (widget);
  gsize n_old = strlen (old), n_new = strlen (text), most = MIN (n_old, n_new), same = 0, tail = 0;
  guint start, removed, added;

  while (same < most && old[same] == text[same])
    same++;
  if (same == n_old && same == n_new)
    return;
  while (tail < most - same && old[n_old - tail - 1] == text[n_new - tail - 1])
    tail++;
  /* Whole characters. */
  while (same > 0 && ((old[same] & 0xC0) == 0x80 || (text[same] & 0xC0) == 0x80))
    same--;
  while (tail > 0 && ((old[n_old - tail] & 0xC0) == 0x80 || (text[n_new - tail] & 0xC0) == 0x80))
    tail--;
  start = g_utf8_strlen (old, same);
  removed = g_utf8_strlen (old + same, n_old - tail - same);
  added = g_utf8_strlen (text + same, n_new - tail - same);
  if (removed > 0)
    gtk_accessible_text_update_contents (GTK_ACCESSIBLE_TEXT (widget), GTK_ACCESSIBLE_TEXT_CONTENT_CHANGE_REMOVE, start,
                                         start + removed);
  g_object_set_qdata_full (G_OBJECT (widget), text_quark (), g_strdup (text), g_free);
  if (added > 0)
    gtk_accessible_text_update_contents (GTK_ACCESSIBLE_TEXT (widget), GTK_ACCESSIBLE_TEXT_CONTENT_CHANGE_INSERT, start,
                                         start + added);
}
#else
void
myna_accessible_text_add (GType type)
{
}

void
myna_accessible_text_set (GtkWidget *widget, const char *text)
{
}
#endif
