/* cli-document.c: documents that are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/cli-passages.h"
#include "documents/documents.h"
#include "engine/base/error.h"

#define MAX_TRIES    3
#define MAX_PASSWORD 1024

/* ---- Passwords -------------------------------------------------------------------------------------------------- */

/* A line that is not shown; NULL: nothing was said.  The terminal is quiet before it asks: what is typed at the sight of the question
 * is neither shown nor thrown away.  Ctrl+C ends the program with the terminal as it was: the line discipline sends the signal, and
 * the shell puts the terminal right. */
static char *
ask_secret (FILE *terminal, const char *path, bool again)
{
  char line[MAX_PASSWORD + 2];
  struct termios before, quiet;
  char *secret = NULL;

  if (tcgetattr (fileno (terminal), &before) != 0)
    return NULL;
  quiet = before;
  quiet.c_lflag &= ~(tcflag_t) ECHO;
  tcsetattr (fileno (terminal), TCSAFLUSH, &quiet);
  fprintf (terminal, "%sPassword of %s: ", again ? "That password does not open it.\n" : "", path);
  fflush (terminal);
  if (fgets (line, sizeof line, terminal))
    {
      line[strcspn (line, "\r\n")] = '\0';
      secret = *line ? g_strdup (line) : NULL;
    }
  explicit_bzero (line, sizeof line);
  tcsetattr (fileno (terminal), TCSAFLUSH, &before);
  fputc ('\n', terminal);
  return secret;
}

static Document *
ask_and_read (GFile *file, const char *path, GError **problem)
{
  FILE *terminal = fopen ("/dev/tty", "r+");
  Document *document = NULL;

  for (int i = 0; terminal && !document && i < MAX_TRIES; i++)
    {
      char *password = ask_secret (terminal, path, i > 0);

      if (!password)
        break;
      g_clear_error (problem);
      document = document_read (file, password, NULL, problem);
      document_free_password (password);
      if (!g_error_matches (*problem, DOCUMENT_ERROR, DOCUMENT_ERROR_PASSWORD))
        break;
    }
  if (terminal)
    fclose (terminal);
  return document;
}

bool
cli_read_document (const char *path, Document **ret_document, GlmError *error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GError) problem = NULL;
  Document *document = document_read (file, NULL, NULL, &problem);

  if (!document && g_error_matches (problem, DOCUMENT_ERROR, DOCUMENT_ERROR_PASSWORD))
    document = ask_and_read (file, path, &problem);
  if (!document)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "%s: %s", path, problem->message);
  *ret_document = document;
  return true;
}

int
cli_read (const CliOptions *options)
{
  g_autoptr (Document) document = NULL;
  g_autofree char *text = NULL;
  GlmError error = { 0 };

  if (options->n_args != 1)
    return cli_usage ("read takes one file");
  if (!cli_read_document (options->args[0], &document, &error))
    return cli_fail (&error);
  text = document_dup_text (document);
  cli_print_text (stdout, text, strlen (text));
  putchar ('\n');
  return CLI_OK;
}
