/* cli-document.c: documents that are read, and asked about
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "documents/documents.h"
#include "engine/base/error.h"

static Document *
read_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);

  return document_read (file, NULL, error);
}

int
cli_read (const CliOptions *options)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (Document) document = NULL;
  g_autofree char *text = NULL;
  GlmError error = { 0 };

  if (options->n_args != 1)
    return cli_usage ("read takes one file");
  document = read_file (options->args[0], &problem);
  if (!document)
    {
      glm_error_set (&error, GLM_ERROR_BAD_FILE, "%s: %s", options->args[0], problem->message);
      return cli_fail (&error);
    }
  text = document_dup_text (document);
  cli_print_text (stdout, text, strlen (text));
  putchar ('\n');
  return CLI_OK;
}

bool
cli_attach (const CliOptions *options, char **ret_text, GlmError *error)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (int i = 0; i < options->n_attached; i++)
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (Document) document = read_file (options->attached[i], &problem);
      g_autofree char *name = g_path_get_basename (options->attached[i]), *text = NULL, *quoted = NULL;

      if (!document)
        return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: %s", options->attached[i], problem->message);
      text = document_dup_text (document);
      quoted = document_quote (name, text);
      g_string_append (all, quoted);
    }
  *ret_text = strdup (all->str);
  return *ret_text || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the attached files");
}
