/* flatpak-info.c: whether this is a Flatpak
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/flatpak-info.h"

const char *
myna_flatpak_get_info (void)
{
  const char *stand_in = g_getenv ("MYNA_SANDBOX_INFO");
  const char *path = stand_in ? stand_in : "/.flatpak-info";

  return g_file_test (path, G_FILE_TEST_EXISTS) ? path : NULL;
}
