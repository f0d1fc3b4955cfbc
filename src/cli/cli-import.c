/* cli-import.c: import, quantize and pack
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <signal.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/import/import.h"
#include "engine/import/pack.h"

static GlmCancel interrupted;

/* Ctrl+C: the unfinished file is removed before the program ends. */
static void
interrupt (int signal_number)
{
  glm_cancel_set (&interrupted);
}

static void
show_progress (double fraction, void *user_data)
{
  int *shown = user_data, percent = (int) (100 * fraction);

  if (percent == *shown)
    return;
  *shown = percent;
  fprintf (stderr, "\rWriting… %d%%", percent);
}

static int
run_import (const CliOptions *options, const char *source, const char *target, GlmImportType type)
{
  int shown = -1;
  struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESETHAND };
  GlmImportOptions import = {
    .type = type,
    .mode = options->force ? GLM_IMPORT_REPLACE_EXISTING : GLM_IMPORT_REFUSE_EXISTING,
    .name = options->name,
    .family = options->family,
    .tokenizer_path = options->tokenizer,
    .prefix_path = options->prefix,
    .n_threads = options->n_threads,
    .progress_data = &shown,
    .cancel = &interrupted,
  };
  GlmError error = { 0 };
  bool ok;

  if (isatty (STDERR_FILENO))
    import.progress = show_progress;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  ok = glm_import (source, target, &import, &error);
  if (import.progress)
    fputs ("\r\033[K", stderr);
  return ok ? CLI_OK : cli_fail (&error);
}

int
cli_import (const CliOptions *options)
{
  GlmImportType type = GLM_IMPORT_KEEP;

  if (options->n_args != 1 || !options->out)
    return cli_usage ("import SOURCE -o FILE.gguf");
  if (options->type && !glm_import_type_parse (options->type, &type))
    return cli_usage ("“%s” is no type to write: " GLM_IMPORT_TYPE_NAMES, options->type);
  return run_import (options, options->args[0], options->out, type);
}

int
cli_quantize (const CliOptions *options)
{
  GlmImportType type;

  if (options->n_args != 3)
    return cli_usage ("quantize IN.gguf OUT.gguf TYPE");
  if (!glm_import_type_parse (options->args[2], &type))
    return cli_usage ("“%s” is no type to write: " GLM_IMPORT_TYPE_NAMES, options->args[2]);
  return run_import (options, options->args[0], options->args[1], type);
}

int
cli_pack (const CliOptions *options)
{
  int shown = -1;
  struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESETHAND };
  GlmPackOptions pack = {
    .mode = options->force ? GLM_OUTPUT_REPLACE_EXISTING : GLM_OUTPUT_REFUSE_EXISTING,
    .n_threads = options->n_threads,
    .progress_data = &shown,
    .cancel = &interrupted,
  };
  GlmError error = { 0 };
  bool ok;

  if (options->n_args != 2)
    return cli_usage ("pack IN.gguf OUT.gguf");
  if (isatty (STDERR_FILENO))
    pack.progress = show_progress;
  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
  ok = glm_pack (options->args[0], options->args[1], &pack, &error);
  if (pack.progress)
    fputs ("\r\033[K", stderr);
  return ok ? CLI_OK : cli_fail (&error);
}
