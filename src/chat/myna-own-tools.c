/* myna-own-tools.c: the tools that the person describes, and what is said of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-own-tools.h"

#include <glib/gi18n.h>

#include "chat/myna-servers.h"

char *
myna_own_tools_dup_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "tools", NULL);
}

gboolean
myna_own_tools_open_folder (GError **error)
{
  g_autofree char *path = myna_own_tools_dup_folder ();
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autofree char *uri = g_file_get_uri (folder);
  g_autoptr (GError) problem = NULL;

  if (g_file_make_directory_with_parents (folder, NULL, &problem) || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_EXISTS))
    return g_app_info_launch_default_for_uri (uri, NULL, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

void
myna_own_tools_read (void)
{
  g_autofree char *folder = myna_own_tools_dup_folder ();
  ToolServers *servers = tool_servers_get_default ();

  if (!myna_servers_are_possible ())
    return;
  tool_own_read (folder, myna_tool_check_schema);
  if (servers)
    tool_servers_refresh (servers);
}

static char *
dup_problem (const ToolOwn *own)
{
  g_autofree char *detail = tool_text_show (own->detail ? own->detail : "");

  switch (own->problem)
    {
    case TOOL_OWN_UNREADABLE: return g_strdup_printf (_ ("The file cannot be read: %s"), detail);
    case TOOL_OWN_NO_JSON: return g_strdup (_ ("The file is not a JSON object."));
    /* Translators: %s is a word of the file, such as "command" */
    case TOOL_OWN_MISSING: return g_strdup_printf (_ ("“%s” is missing, or is not what it should be."), detail);
    case TOOL_OWN_UNKNOWN: return g_strdup_printf (_ ("“%s” is not a known member of a description."), detail);
    case TOOL_OWN_NAME:
      return g_strdup_printf (_ ("“%s” cannot be a name: use letters without accents, digits and “_”."), detail);
    case TOOL_OWN_TAKEN: return g_strdup_printf (_ ("Another tool is called “%s”."), detail);
    /* Translators: %s says in English what is wrong */
    case TOOL_OWN_SCHEMA: return g_strdup_printf (_ ("The parameters cannot be used: %s"), detail);
    case TOOL_OWN_PLACEHOLDER: return g_strdup_printf (_ ("The command names “{%s}”, which is not a parameter."), detail);
    case TOOL_OWN_NOT_FOUND: return g_strdup_printf (_ ("The program “%s” was not found."), detail);
    case TOOL_OWN_TOO_MANY: return g_strdup (_ ("There are too many tools."));
    case TOOL_OWN_NO_PROBLEM:
    default: return NULL;
    }
}

const char *
myna_own_tool_get_reach (const ToolOwn *own)
{
  if (own->network && own->paths)
    return _ (
        "It runs a program of yours with what you see here. It may use the network and the files that its description names.");
  if (own->network)
    return _ ("It runs a program of yours with what you see here. It may use the network, and sees none of your files.");
  if (own->paths)
    return _ (
        "It runs a program of yours with what you see here. It sees the files that its description names, and no network.");
  return _ ("It runs a program of yours with what you see here. It sees neither your files nor the network.");
}

char *
myna_own_tool_dup_about (const ToolOwn *own)
{
  g_autofree char *problem = dup_problem (own);
  g_autofree char *command = own->command ? tool_text_show (own->command) : NULL;
  g_autofree char *paths = own->paths ? tool_text_show (own->paths) : NULL;

  if (problem)
    return g_steal_pointer (&problem);
  return g_strconcat (own->description, "\n", command, "\n",
                      own->network ? _ ("May use the network") : _ ("Shut off from the network"), paths ? " · " : "",
                      paths ? paths : "", NULL);
}
