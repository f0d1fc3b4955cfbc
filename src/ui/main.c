/* main.c: main() alone; everything else is in the library myna-ui, which the tests link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>
#include <locale.h>

#include "application/myna-application.h"

int
main (int argc, char *argv[])
{
  g_autoptr (MynaApplication) application = NULL;
  const char *localedir = g_getenv ("MYNA_LOCALEDIR");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, localedir ? localedir : MYNA_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  application = myna_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
