/* cli.h: what the commands of myna-cli share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CLI_H
#define GLM_CLI_H

#include <stdbool.h>
#include <stdio.h>

#include "engine/base/json.h"
#include "engine/engine.h"

/* Exit statuses. */
#define CLI_OK           0
#define CLI_FAILED       1 /* bad input, or the work could not be done */
#define CLI_USAGE        2 /* the command line is wrong */

#define CLI_MAX_ATTACHED 16

typedef struct
{
  const char *model; /* -m, or the default */
  const char *tokenizer;
  const char *device; /* --device; NULL: the processor */
  int n_threads;
  bool json;
  const char *tokens; /* --tokens "1 2 3" */
  const char *out;
  int n; /* -n; 0: not given */
  int context;
  bool greedy;
  const char *system;
  const char *attached[CLI_MAX_ATTACHED]; /* chat: files */
  int n_attached;
  const char *type; /* import, quantize */
  const char *family;
  const char *tools; /* parse, prompt, chat */
  bool python;       /* chat */
  const char *name;
  const char *prefix;
  bool force;
  const char *compare; /* --compare: a saved run of bench */
  bool turns;          /* bench --turns, --speculation, --plan */
  bool speculation;
  bool plan;
  GlmSampling sampling; /* fields that were not given are below 0 */
  int n_args;           /* what stands after the options */
  char **args;
} CliOptions;

/* A command runs with its options parsed and returns an exit status. */
typedef int (*CliFunc) (const CliOptions *options);

int cli_tokenize (const CliOptions *options);
int cli_detokenize (const CliOptions *options);
int cli_prompt (const CliOptions *options);
int cli_logits (const CliOptions *options);
int cli_generate (const CliOptions *options);
int cli_chat (const CliOptions *options);
int cli_read (const CliOptions *options);
int cli_describe (const CliOptions *options);
int cli_gpu (const CliOptions *options);
int cli_import (const CliOptions *options);
int cli_quantize (const CliOptions *options);
int cli_pack (const CliOptions *options);
int cli_parse (const CliOptions *options);
int cli_memory (const CliOptions *options);
int cli_bench (const CliOptions *options);
int cli_bench_turns (const CliOptions *options);
int cli_bench_speculation (const CliOptions *options);
int cli_bench_plan (const CliOptions *options);
int cli_perplexity (const CliOptions *options);
int cli_synth (const CliOptions *options);

/* "myna-cli: MESSAGE" on standard error; returns CLI_FAILED or CLI_USAGE. */
int cli_fail (const GlmError *error);
int cli_usage (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* Where it is remembered what devices are like: the window's; free with g_free(). */
char *cli_device_folder (void);
/* The model of -m, loaded, with a session on it; with a progress line on a terminal. */
bool cli_open_session (const CliOptions *options, GlmModel **ret_model, GlmSession **ret_session, GlmError *error);
/* Says on standard error, once a session, that a graphics card failed and the processor goes on; *ret_said begins as false. */
void cli_note_device (const GlmSession *session, bool *ret_said);
/* Text functions only: no weights are loaded. */
bool cli_open_text_model (const CliOptions *options, GlmModel **ret_model, GlmError *error);

/* The model's defaults with what the options say. */
void cli_sampling (const CliOptions *options, const GlmModel *model, GlmSampling *ret_sampling);

/* Built-in tools by their names, or a file with a list of tools or an object with one under "tools"; each perhaps inside of
 * {"function": …}. */
typedef struct
{
  GlmToolSet set;
  GlmTool *tools; /* the set's */
  GlmJson *json;  /* whose strings they use; NULL: none */
  bool are_built_in;
} CliTools;

/* text: "calculate,date_time" or a file's name.  tools begins as zeros (but for set.interpreter), and is to be cleared also after an
 * error. */
bool cli_read_tools (const char *text, CliTools *tools, GlmError *error);
void cli_tools_clear (CliTools *tools);

/* Ids separated by blanks or commas, perhaps in brackets. */
bool cli_parse_ids (const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error);
/* On one line. */
void cli_print_ids (const int32_t *ids, size_t n, const char *separator);
/* A JSON string, quoted. */
void cli_print_json_string (const char *text, size_t n_bytes);
/* What a model or a person wrote, for people: characters that act on a terminal, but for line ends and tabs, as "?". */
void cli_print_text (FILE *file, const char *text, size_t n_bytes);
/* What the person answers, a line without its end, malloc'ed.  NULL: Ctrl+D, Ctrl+C, or the input is over; a terminal can be asked
 * again.  interrupt: raised by Ctrl+C; may be NULL. */
char *cli_ask_line (const char *question, const GlmCancel *interrupt, FILE *in, FILE *out);

/* All of a stream: malloc'ed, NUL-terminated. */
bool cli_read_all (FILE *file, char **ret_text, size_t *ret_n_bytes, GlmError *error);

#endif
