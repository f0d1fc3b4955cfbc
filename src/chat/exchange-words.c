/* exchange-words.c: what is said of backups and exported files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/exchange-words.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_NAME_BYTES 120 /* of the suggested name: file systems take 255 */

/* ---- Backups ---------------------------------------------------------------------------------------------------- */

char *
myna_backup_describe_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time / 1000);

  /* Translators: day and time of a backup, as strftime() writes them */
  return date ? g_date_time_format (date, _ ("%B %-e, %Y, %H:%M")) : g_strdup ("");
}

char *
myna_backup_describe (const StoreBackup *backup)
{
  g_autofree char *size = g_format_size ((guint64) backup->n_bytes);
  g_autofree char *number =
      g_strdup_printf (ngettext ("%u chat", "%u chats", backup->n_conversations), backup->n_conversations);
  g_autofree char *newest = backup->newest ? myna_backup_describe_time (backup->newest) : NULL;

  if (backup->is_damaged)
    return g_strdup_printf ("%s · %s", size, _ ("damaged, cannot be read"));
  if (!newest)
    return g_strdup_printf ("%s · %s", number, size);

  /* Translators: "12 chats · 3.4 MB · newest of 3 May 2026, 14:03" */
  return g_strdup_printf (_ ("%s · %s · newest from %s"), number, size, newest);
}

/* ---- Exported files --------------------------------------------------------------------------------------------- */

char *
myna_export_make_name (const char *title, const char *suffix)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%F");
  g_autofree char *base = title && *title ? g_strdup (title) : g_strdup_printf ("%s %s", _ ("Chats"), date);
  char *end;

  g_strdelimit (base, "/\\:*?\"<>|\r\n\t", ' ');
  g_strstrip (base);
  while (base[0] == '.')
    memmove (base, base + 1, strlen (base));
  if (strlen (base) > MAX_NAME_BYTES)
    {
      end = g_utf8_find_prev_char (base, base + MAX_NAME_BYTES);
      *end = '\0';
    }

  return g_strdup_printf ("%s.%s", *base ? base : date, suffix);
}

/* The store's words are about the history; here it is the person's file. */
const char *
myna_export_describe_problem (const GError *error)
{
  if (g_error_matches (error, STORE_ERROR, STORE_ERROR_FULL) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return _ ("The disk is full. Free some space or choose another location.");
  if (g_error_matches (error, STORE_ERROR, STORE_ERROR_READ_ONLY)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return _ ("This location is read-only. Choose another one.");

  return _ ("Try again or choose another location.");
}
