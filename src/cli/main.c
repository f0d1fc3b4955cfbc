/* main.c: myna-cli, the engine on the command line: options and the table of commands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

#define STARTER_MODEL "models/myna-fledgling-q8_0.gguf"

static const struct
{
  const char *name;
  CliFunc func;
  const char *arguments;
  const char *summary;
} commands[] = {
  { "tokenize", cli_tokenize, "< TEXT", "the token ids of a text, on one line" },
  { "detokenize", cli_detokenize, "< IDS", "the text of token ids" },
  { "prompt", cli_prompt, "FILE.json", "the prompt's ids of a conversation [{\"role\": …, \"content\": …}, …]" },
  { "logits", cli_logits, "--tokens IDS --out FILE", "the last position's logits as little-endian 32-bit floats" },
  { "generate", cli_generate, "--tokens IDS -n N", "the ids that follow" },
  { "read", cli_read, "FILE", "the text of a PDF, ODT, DOCX, EPUB, web page, …, as Markdown" },
  { "chat", cli_chat, "", "a conversation in the terminal, or one question a line" },
  { "parse", cli_parse, "--family NAME < REPLY", "the text, thoughts and calls that a reply consists of" },
  { "describe", cli_describe, "", "architecture, sizes, quantisation and operations of a model" },
  { "import", cli_import, "SOURCE -o FILE.gguf",
    "a directory of safetensors or PyTorch files, or a chatglm.cpp file, as GGUF" },
  { "quantize", cli_quantize, "IN.gguf OUT.gguf TYPE", "the same model in another precision" },
  { "pack", cli_pack, "IN.gguf OUT.gguf", "the same model laid out for this program: it is ready at once" },
  { "bench", cli_bench, "", "speed of loading, prompt and reply, beside the machine's limits" },
  { "memory", cli_memory, "", "the memory that a model is said to need, beside what it takes" },
  { "perplexity", cli_perplexity, "FILE", "how well the model predicts a text" },
  { "gpu", cli_gpu, "[list|test|report|retry]",
    "graphics cards: which there are, whether they compute rightly, a report of both" },
  { "synth", cli_synth, "SHAPE -o FILE.gguf", "a file of a published model's shape with random weights, for bench" },
};

#define N_COMMANDS (sizeof commands / sizeof commands[0])

enum
{
  OPTION_TOKENIZER = 256,
  OPTION_THREADS,
  OPTION_DEVICE,
  OPTION_CPU_MASK,
  OPTION_JSON,
  OPTION_TOKENS,
  OPTION_OUT,
  OPTION_GREEDY,
  OPTION_SEED,
  OPTION_TEMPERATURE,
  OPTION_TOP_K,
  OPTION_TOP_P,
  OPTION_MIN_P,
  OPTION_REPETITION_PENALTY,
  OPTION_CONTEXT,
  OPTION_SYSTEM,
  OPTION_ATTACH,
  OPTION_TYPE,
  OPTION_FAMILY,
  OPTION_NAME,
  OPTION_PYTHON,
  OPTION_TOOLS,
  OPTION_PREFIX,
  OPTION_FORCE,
  OPTION_COMPARE,
  OPTION_TURNS,
  OPTION_SPECULATION,
  OPTION_PLAN,
  OPTION_VERSION,
};

static const struct option long_options[] = {
  { "model", required_argument, NULL, 'm' },
  { "tokenizer", required_argument, NULL, OPTION_TOKENIZER },
  { "threads", required_argument, NULL, OPTION_THREADS },
  { "device", required_argument, NULL, OPTION_DEVICE },
  { "cpu-mask", required_argument, NULL, OPTION_CPU_MASK },
  { "json", no_argument, NULL, OPTION_JSON },
  { "tokens", required_argument, NULL, OPTION_TOKENS },
  { "out", required_argument, NULL, OPTION_OUT },
  { "greedy", no_argument, NULL, OPTION_GREEDY },
  { "seed", required_argument, NULL, OPTION_SEED },
  { "temperature", required_argument, NULL, OPTION_TEMPERATURE },
  { "top-k", required_argument, NULL, OPTION_TOP_K },
  { "top-p", required_argument, NULL, OPTION_TOP_P },
  { "min-p", required_argument, NULL, OPTION_MIN_P },
  { "repetition-penalty", required_argument, NULL, OPTION_REPETITION_PENALTY },
  { "context", required_argument, NULL, OPTION_CONTEXT },
  { "system", required_argument, NULL, OPTION_SYSTEM },
  { "attach", required_argument, NULL, OPTION_ATTACH },
  { "type", required_argument, NULL, OPTION_TYPE },
  { "family", required_argument, NULL, OPTION_FAMILY },
  { "python", no_argument, NULL, OPTION_PYTHON },
  { "tools", required_argument, NULL, OPTION_TOOLS },
  { "name", required_argument, NULL, OPTION_NAME },
  { "prefix", required_argument, NULL, OPTION_PREFIX },
  { "force", no_argument, NULL, OPTION_FORCE },
  { "compare", required_argument, NULL, OPTION_COMPARE },
  { "turns", no_argument, NULL, OPTION_TURNS },
  { "speculation", no_argument, NULL, OPTION_SPECULATION },
  { "plan", no_argument, NULL, OPTION_PLAN },
  { "help", no_argument, NULL, 'h' },
  { "version", no_argument, NULL, OPTION_VERSION },
  { 0 },
};

static void
print_help (void)
{
  puts ("Usage: myna-cli COMMAND [OPTION…]\n"
        "\n"
        "Commands:");
  for (size_t i = 0; i < N_COMMANDS; i++)
    {
      int n = (int) (strlen (commands[i].name) + strlen (commands[i].arguments));

      printf ("  %s %s%*s%s\n", commands[i].name, commands[i].arguments, n < 32 ? 33 - n : 1, "", commands[i].summary);
    }
  puts ("\n"
        "Options of all commands:\n"
        "  -m, --model FILE          the model; default: the starter model\n"
        "      --tokenizer FILE      a tokenizer file instead of the model's\n"
        "      --threads N           default: the physical cores that may be used\n"
        "      --device NAME         compute on this graphics card, by a part of its name or its UUID; auto: the best; none\n"
        "      --cpu-mask NAME       use no more of the processor than c, sse, avx2, avxvnni, avx512, vnni512 or all;\n"
        "                            on ARM: c, neon, dotprod, i8mm or all\n"
        "      --json                machine-readable output\n"
        "  -h, --help                this text\n"
        "      --version             the version\n"
        "\n"
        "Options of logits, generate, chat and bench:\n"
        "      --tokens IDS          token ids, separated by blanks or commas\n"
        "      --out FILE            where logits are written\n"
        "  -n N                      at most N tokens\n"
        "      --context N           length of the context\n"
        "      --system TEXT         what the model is told before the conversation\n"
        "      --attach FILE         chat: a document, given with the first question; up to 16 times\n"
        "      --greedy              always the likeliest token\n"
        "      --seed N              for the same reply each time\n"
        "      --compare FILE        bench: what an earlier bench --json wrote\n"
        "      --turns               bench: the wait for the first token of a turn, and after a restart\n"
        "      --speculation         bench: what guessing tokens gains and costs\n"
        "      --plan                bench: choosing the turns of a chat that outgrows the context\n"
        "      --temperature X, --top-k N, --top-p X, --min-p X, --repetition-penalty X\n"
        "\n"
        "Options of import and quantize:\n"
        "  -o, --out FILE            the new file\n"
        "      --type TYPE           keep (default), f32, f16, q8_0, q5_1, q5_0, q4_1, q4_0 or q4_k_m\n"
        "      --name TEXT           the model's name in the new file\n"
        "      --family NAME         ChatGLM2, ChatGLM3 …, where the source does not tell\n"
        "      --tokenizer FILE      instead of the source's; an empty name: none\n"
        "      --prefix DIRECTORY    a P-Tuning v2 checkpoint that goes with the source\n"
        "      --force               replace the new file if it is there already\n"
        "\n"
        "Options of prompt, parse and chat:\n"
        "      --family NAME         ChatGLM3, GLM-4 …: how it writes\n"
        "      --tools TOOLS         parse: the tools that were offered; otherwise the interpreter was\n"
        "                            prompt, chat: the tools to offer; chat asks before it runs a call\n"
        "                            built-in ones by name (calculate,date_time), or FILE.json, whose results you type\n"
        "      --python              chat: the model may write Python programs; each is asked about, and runs in a\n"
        "                            sandbox.  --out FOLDER: where the files that they make are saved\n"
        "\n"
        "In a terminal, chat knows /new, /quit and /help, and Ctrl+C stops a reply.\n"
        "The exit status is 0, 1 for bad input or a failure, and 2 for a wrong command line.");
}

/* A whole number in [min, max], or usage. */
static bool
parse_int (const char *name, const char *text, long long min, long long max, long long *ret_value)
{
  char *end;
  long long value = strtoll (text, &end, 10);

  if (*text == '\0' || *end != '\0' || value < min || value > max)
    {
      cli_usage ("%s takes a number between %lld and %lld, not “%s”", name, min, max, text);
      return false;
    }
  *ret_value = value;
  return true;
}

static bool
parse_float (const char *name, const char *text, double min, double max, float *ret_value)
{
  char *end;
  double value = strtod (text, &end);

  if (*text == '\0' || *end != '\0' || !(value >= min && value <= max))
    {
      cli_usage ("%s takes a number between %g and %g, not “%s”", name, min, max, text);
      return false;
    }
  *ret_value = (float) value;
  return true;
}

static bool
parse_cpu_mask (const char *name)
{
  unsigned mask;

  if (!glm_cpu_mask_parse (name, &mask))
    {
      cli_usage ("“%s” is no cpu mask", name);
      return false;
    }
  glm_cpu_set_mask (mask);
  return true;
}

static bool
parse_number_option (CliOptions *options, int option, const char *text)
{
  GlmSampling *s = &options->sampling;
  long long value = 0;
  bool ok = true;

  switch (option)
    {
    case 'n':
      ok = parse_int ("-n", text, 1, 1 << 24, &value);
      options->n = (int) value;
      return ok;
    case OPTION_THREADS:
      ok = parse_int ("--threads", text, 1, 1024, &value);
      options->n_threads = (int) value;
      return ok;
    case OPTION_CONTEXT:
      ok = parse_int ("--context", text, 1, 1 << 24, &value);
      options->context = (int) value;
      return ok;
    case OPTION_SEED:
      ok = parse_int ("--seed", text, 1, INT64_MAX, &value);
      s->seed = (uint64_t) value;
      return ok;
    case OPTION_TOP_K:
      ok = parse_int ("--top-k", text, 0, 1 << 24, &value);
      s->top_k = (int) value;
      return ok;
    case OPTION_TEMPERATURE: return parse_float ("--temperature", text, 0, 100, &s->temperature);
    case OPTION_TOP_P: return parse_float ("--top-p", text, 0, 1, &s->top_p);
    case OPTION_MIN_P: return parse_float ("--min-p", text, 0, 1, &s->min_p);
    case OPTION_REPETITION_PENALTY: return parse_float ("--repetition-penalty", text, 0.01, 100, &s->repetition_penalty);
    default: return false;
    }
}

/* Returns −1, or the status to exit with. */
static int
parse_options (int argc, char **argv, CliOptions *options)
{
  int option;

  while ((option = getopt_long (argc, argv, "m:n:o:h", long_options, NULL)) != -1)
    switch (option)
      {
      case 'm': options->model = optarg; break;
      case OPTION_TOKENIZER: options->tokenizer = optarg; break;
      case OPTION_DEVICE: options->device = strcmp (optarg, "none") == 0 ? NULL : optarg; break;
      case OPTION_TOKENS: options->tokens = optarg; break;
      case 'o':
      case OPTION_OUT: options->out = optarg; break;
      case OPTION_SYSTEM: options->system = optarg; break;
      case OPTION_ATTACH:
        if (options->n_attached == CLI_MAX_ATTACHED)
          return cli_usage ("--attach can be given %d times", CLI_MAX_ATTACHED);
        options->attached[options->n_attached++] = optarg;
        break;
      case OPTION_TYPE: options->type = optarg; break;
      case OPTION_FAMILY: options->family = optarg; break;
      case OPTION_PYTHON: options->python = true; break;
      case OPTION_TOOLS: options->tools = optarg; break;
      case OPTION_NAME: options->name = optarg; break;
      case OPTION_PREFIX: options->prefix = optarg; break;
      case OPTION_FORCE: options->force = true; break;
      case OPTION_COMPARE: options->compare = optarg; break;
      case OPTION_TURNS: options->turns = true; break;
      case OPTION_SPECULATION: options->speculation = true; break;
      case OPTION_PLAN: options->plan = true; break;
      case OPTION_JSON: options->json = true; break;
      case OPTION_GREEDY: options->greedy = true; break;
      case OPTION_CPU_MASK:
        if (!parse_cpu_mask (optarg))
          return CLI_USAGE;
        break;
      case 'h': print_help (); return CLI_OK;
      case OPTION_VERSION: puts ("myna-cli " MYNA_VERSION); return CLI_OK;
      case '?': return CLI_USAGE;
      default:
        if (!parse_number_option (options, option, optarg))
          return CLI_USAGE;
      }
  return -1;
}

/* The source tree's data, seen from a program that runs in a build folder inside that tree. */
#define UNINSTALLED_DATADIR "../../../data"

/* The starter model: of $MYNA_DATA_DIR, as installed, or of the source tree. */
static const char *
default_model (void)
{
  static char path[4096 + 64];
  char program[4096];
  const char *folder = getenv ("MYNA_DATA_DIR");
  struct stat status;
  ssize_t n;

  if (folder && *folder)
    {
      snprintf (path, sizeof path, "%s/" STARTER_MODEL, folder);
      return path;
    }
  n = readlink ("/proc/self/exe", program, sizeof program - 1);
  if (n > 0 && stat (MYNA_PKGDATADIR "/" STARTER_MODEL, &status) != 0)
    {
      program[n] = '\0';
      *strrchr (program, '/') = '\0';
      snprintf (path, sizeof path, "%s/" UNINSTALLED_DATADIR "/" STARTER_MODEL, program);
      if (stat (path, &status) == 0)
        return path;
    }
  return MYNA_PKGDATADIR "/" STARTER_MODEL;
}

int
main (int argc, char **argv)
{
  CliOptions options = {
    .sampling = GLM_SAMPLING_OWN,
  };
  int status;

  setlocale (LC_CTYPE, "");
  if (argc < 2)
    {
      cli_usage ("a command is missing; --help lists them");
      return CLI_USAGE;
    }
  status = parse_options (argc, argv, &options);
  if (status >= 0)
    return status;
  if (optind >= argc)
    return cli_usage ("a command is missing; --help lists them");
  options.args = argv + optind + 1;
  options.n_args = argc - optind - 1;
  if (!options.model)
    options.model = default_model ();

  for (size_t i = 0; i < N_COMMANDS; i++)
    if (strcmp (commands[i].name, argv[optind]) == 0)
      {
        /* A model's name that is given without -m must not be taken for the starter model. */
        if (commands[i].arguments[0] == '\0' && options.n_args > 0)
          return cli_usage ("%s takes no “%s”; a model is given with -m", commands[i].name, options.args[0]);
        status = commands[i].func (&options);
        if (fflush (stdout) != 0 && status == CLI_OK)
          {
            perror ("myna-cli: standard output");
            status = CLI_FAILED;
          }
        return status;
      }
  return cli_usage ("Unknown command: %s. --help lists all", argv[optind]);
}
