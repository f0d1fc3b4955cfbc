/* cli-common.c: opening, reading and printing for the commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib/gstdio.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/base/tame.h"
#include "engine/base/utf8.h"
#include "engine/run/model.h"

/* A signal handler raises the interrupt: it is looked at so often. */
#define INTERRUPT_MS 50

/* What a command reads from standard input. */
#define MAX_INPUT_BYTES ((size_t) 1 << 30)

int
cli_fail (const GlmError *error)
{
  fprintf (stderr, "myna-cli: %s\n", error->message);
  return CLI_FAILED;
}

int
cli_usage (const char *format, ...)
{
  char text[1024];
  va_list args;

  va_start (args, format);
  vsnprintf (text, sizeof text, format, args);
  va_end (args);
  fputs ("myna-cli: ", stderr);
  cli_print_text (stderr, text, strlen (text));
  fputc ('\n', stderr);
  return CLI_USAGE;
}

static void
show_progress (double fraction, void *user_data)
{
  int *shown = user_data, percent = (int) (100 * fraction);

  if (percent == *shown)
    return;
  *shown = percent;
  fprintf (stderr, "\rLoading… %d%%", percent);
}

char *
cli_device_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "gpu", NULL);
}

static bool
open_model (const CliOptions *options, GlmModel **ret_model, GlmError *error)
{
  int shown = 0;
  GlmModelOptions model_options = {
    .tokenizer_path = options->tokenizer,
    .n_threads = options->n_threads,
    .device = options->device,
    .progress_data = &shown,
  };
  g_autofree char *folder = cli_device_folder ();
  bool ok;

  if (options->device)
    {
      g_mkdir_with_parents (folder, 0700);
      model_options.device_folder = folder;
    }
  if (isatty (STDERR_FILENO))
    model_options.progress = show_progress;
  ok = glm_model_open (options->model, &model_options, ret_model, error);
  if (model_options.progress)
    fputs ("\r\033[K", stderr);
  if (ok && glm_model_info (*ret_model)->device_problem[0])
    fprintf (stderr, "myna-cli: on the processor: %s\n", glm_model_info (*ret_model)->device_problem);
  else if (ok && glm_model_info (*ret_model)->device[0]
           && glm_model_info (*ret_model)->device_layers < glm_model_info (*ret_model)->n_layers)
    fprintf (stderr, "myna-cli: %d of %d layers on the card, the others on the processor\n",
             glm_model_info (*ret_model)->device_layers, glm_model_info (*ret_model)->n_layers);
  if (ok && glm_model_info (*ret_model)->device[0] && glm_model_info (*ret_model)->n_experts > 0)
    fputs ("myna-cli: the experts on the processor\n", stderr);
  return ok;
}

bool
cli_open_session (const CliOptions *options, GlmModel **ret_model, GlmSession **ret_session, GlmError *error)
{
  GlmSessionOptions session_options = { .context_length = options->context };
  GlmModel *model;

  if (!open_model (options, &model, error))
    return false;
  if (!glm_session_new (model, &session_options, ret_session, error))
    {
      glm_model_free (model);
      return false;
    }
  *ret_model = model;
  return true;
}

void
cli_note_device (const GlmSession *session, bool *ret_said)
{
  const char *problem = glm_session_device_problem (session);

  if (*problem && !*ret_said)
    fprintf (stderr, "myna-cli: the processor goes on: %s\n", problem);
  *ret_said = *problem != '\0';
}

bool
cli_open_text_model (const CliOptions *options, GlmModel **ret_model, GlmError *error)
{
  return glm_model_open_header (options->model, options->tokenizer, ret_model, error);
}

void
cli_sampling (const CliOptions *options, const GlmModel *model, GlmSampling *ret_sampling)
{
  *ret_sampling = options->sampling;
  glm_model_complete_sampling (model, options->tools || options->python, ret_sampling);
  if (options->greedy)
    ret_sampling->temperature = 0;
  ret_sampling->max_tokens = options->n;
}

bool
cli_parse_ids (const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error)
{
  const char *end = text + n_bytes;

  while (text < end)
    {
      char *stop;
      long long id;

      if (strchr (" \t\r\n,[]", *text) && *text != '\0')
        {
          text++;
          continue;
        }
      errno = 0;
      id = strtoll (text, &stop, 10);
      if (stop == text || errno != 0 || id < 0 || id > INT32_MAX)
        return glm_error_set (error, GLM_ERROR_ARGUMENT, "“%.*s” is no token id", (int) (end - text < 20 ? end - text : 20),
                              text);
      if (!glm_tokens_append (tokens, (int32_t) id))
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the ids");
      text = stop;
    }
  return true;
}

void
cli_print_ids (const int32_t *ids, size_t n, const char *separator)
{
  for (size_t i = 0; i < n; i++)
    printf ("%s%" PRId32, i ? separator : "", ids[i]);
}

void
cli_print_json_string (const char *text, size_t n_bytes)
{
  size_t width;

  putchar ('"');
  for (size_t i = 0; i < n_bytes; i += width)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) text + i, n_bytes - i, &code);

      width = n > 0 ? (size_t) n : 1;
      if (n == 0)
        fputs ("\\ufffd", stdout);
      else if (code == '"' || code == '\\')
        printf ("\\%c", (char) code);
      else if (code == '\n')
        fputs ("\\n", stdout);
      else if (glm_is_wild (code))
        printf ("\\u%04" PRIx32, code);
      else
        fwrite (text + i, 1, width, stdout);
    }
  putchar ('"');
}

void
cli_print_text (FILE *file, const char *text, size_t n_bytes)
{
  size_t width;

  for (size_t i = 0; i < n_bytes; i += width)
    {
      uint32_t code;
      int n = glm_utf8_char ((const uint8_t *) text + i, n_bytes - i, &code);

      width = n > 0 ? (size_t) n : 1;
      if (n == 0 || (glm_is_wild (code) && code != '\n' && code != '\t'))
        fputc ('?', file);
      else
        fwrite (text + i, 1, width, file);
    }
}

/* Waits for a line of a terminal; false for Ctrl+C, which may come to another thread, or before the wait. */
static bool
wait_for_line (FILE *in, const GlmCancel *interrupt)
{
  struct pollfd fd = { .fd = fileno (in), .events = POLLIN };

  if (fd.fd < 0 || !isatty (fd.fd))
    return true;
  for (;;)
    {
      int n = poll (&fd, 1, INTERRUPT_MS);

      if (n != 0 || (interrupt && glm_cancel_is_set (interrupt)))
        return n > 0;
    }
}

char *
cli_ask_line (const char *question, const GlmCancel *interrupt, FILE *in, FILE *out)
{
  char *line = NULL;
  size_t size = 0;
  ssize_t n;

  fputs (question, out);
  fflush (out);
  n = wait_for_line (in, interrupt) ? getline (&line, &size, in) : -1;
  if (n < 0)
    {
      free (line);
      clearerr (in);
      fputc ('\n', out);
      return NULL;
    }
  while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
    line[--n] = '\0';
  return line;
}

bool
cli_read_all (FILE *file, char **ret_text, size_t *ret_n_bytes, GlmError *error)
{
  char *text = NULL;
  size_t n = 0, capacity = 0;

  for (;;)
    {
      size_t n_read;

      if (capacity - n < 4096)
        {
          char *grown;

          capacity = capacity ? capacity * 2 : 65536;
          grown = capacity <= MAX_INPUT_BYTES ? realloc (text, capacity) : NULL;
          if (!grown)
            {
              free (text);
              return glm_error_set (error, GLM_ERROR_NO_MEMORY, "the input is too large");
            }
          text = grown;
        }
      n_read = fread (text + n, 1, capacity - n - 1, file);
      n += n_read;
      if (n_read == 0)
        break;
    }
  if (ferror (file))
    {
      free (text);
      return glm_error_set_errno (error, errno, "reading the input failed");
    }
  text[n] = '\0';
  *ret_text = text;
  *ret_n_bytes = n;
  return true;
}
