/* myna-memory.c: how much memory a model may take now
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * /proc/meminfo and cgroup v2: see proc_meminfo(5) and the kernel's Documentation/admin-guide/cgroup-v2.rst.
 */
#include "chat/myna-memory.h"

#include <string.h>

#define CGROUP_ROOT "/sys/fs/cgroup"

guint64
myna_memory_parse_meminfo (const char *text)
{
  const char *line = strstr (text, "MemAvailable:");

  if (!line)
    return G_MAXUINT64;

  return g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
}

static gboolean
read_file (const char *folder, const char *name, char **ret_text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_get_contents (path, ret_text, NULL, NULL);
}

/* Page cache of files not in use: it goes when somebody needs the memory. */
static guint64
parse_inactive_file (const char *stat)
{
  const char *line = strstr (stat, "inactive_file ");

  return line ? g_ascii_strtoull (line + strlen ("inactive_file "), NULL, 10) : 0;
}

guint64
myna_memory_read_cgroup (const char *folder)
{
  g_autofree char *limit_text = NULL;
  g_autofree char *used_text = NULL;
  g_autofree char *stat = NULL;
  guint64 limit, used, cache;

  if (!read_file (folder, "memory.max", &limit_text) || !read_file (folder, "memory.current", &used_text)
      || !g_ascii_isdigit (limit_text[0]))
    return G_MAXUINT64;
  limit = g_ascii_strtoull (limit_text, NULL, 10);
  used = g_ascii_strtoull (used_text, NULL, 10);
  cache = read_file (folder, "memory.stat", &stat) ? parse_inactive_file (stat) : 0;
  used -= MIN (cache, used);

  return limit > used ? limit - used : 0;
}

/* The tightest of the control groups from this process' own up to the root. */
static guint64
read_own_cgroups (void)
{
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autofree char *folder = NULL;
  const char *line;
  guint64 available = G_MAXUINT64;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return available;
  line = g_str_has_prefix (text, "0::") ? text : strstr (text, "\n0::");
  if (!line)
    return available;
  line = strstr (line, "0::") + strlen ("0::");
  path = g_strndup (line, strcspn (line, "\n"));
  folder = g_strconcat (CGROUP_ROOT, g_strchomp (path), NULL);
  while (g_str_has_prefix (folder, CGROUP_ROOT))
    {
      char *parent = g_path_get_dirname (folder);

      available = MIN (available, myna_memory_read_cgroup (folder));
      g_free (folder);
      folder = parent;
    }

  return available;
}

guint64
myna_memory_available (void)
{
  const char *stand_in = g_getenv ("MYNA_MEMORY_AVAILABLE");
  g_autofree char *meminfo = NULL;
  guint64 available;

  if (stand_in)
    return g_ascii_strtoull (stand_in, NULL, 10);
  available = read_own_cgroups ();
  if (g_file_get_contents ("/proc/meminfo", &meminfo, NULL, NULL))
    available = MIN (available, myna_memory_parse_meminfo (meminfo));

  return available == G_MAXUINT64 ? 0 : MAX (available, 1);
}
