/* cli-chat.c: a conversation in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where standard input is a terminal this is a small dialogue: replies stream, Ctrl+C stops one, a few commands begin with
 * a slash.  Otherwise each line is a question, answered on its own lines, and the end of the input ends it.
 *
 * What the model calls is shown.  In a dialogue a built-in tool is run when the person says so; where a file describes the tools,
 * the person is the tool, and the next line is the result.  Scripts are told of calls, which nobody runs.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli-call.h"
#include "cli/cli-passages.h"
#include "cli/cli-python.h"
#include "cli/cli.h"
#include "engine/base/error.h"
#include "engine/text/reply-items.h"

typedef struct
{
  GlmTurn *turns; /* owned strings */
  size_t n;
  size_t capacity;
} Conversation;

typedef struct
{
  const CliOptions *options;
  GlmModel *model;
  GlmSession *session;
  GlmSampling sampling;
  Conversation conversation;
  size_t first_turn;     /* turns before it no longer fit */
  CliPassages *passages; /* what each question is given of what is attached; NULL: nothing is */
  const char *line;      /* the question as it was typed … */
  size_t asked_at;       /* … and its turn */
  bool is_terminal;
  bool said_device; /* that a card failed */
  /* The reply so far. */
  char *reply;
  size_t n_reply;
  bool thinks;
  CliTools tools;
  CliPython *python;   /* NULL: programs are not run */
  GlmReplyItems items; /* of the reply, where there are tools */
} Chat;

#define MAX_ROUNDS 10   /* of calls and results behind one question */
#define MAX_RESULT 2048 /* characters of one that the model gets */

/* Raised by the signal handler. */
static GlmCancel interrupt;

static void
on_interrupt (int signal_number)
{
  glm_cancel_set (&interrupt);
}

/* ---- The conversation ------------------------------------------------------------------------------------------- */

static void
conversation_truncate (Conversation *conversation, size_t n)
{
  while (conversation->n > n)
    {
      conversation->n--;
      free ((char *) conversation->turns[conversation->n].content);
      free ((char *) conversation->turns[conversation->n].metadata);
      free ((char *) conversation->turns[conversation->n].arguments);
    }
}

static bool
conversation_append (Conversation *conversation, const char *role, const char *content, GlmError *error)
{
  if (conversation->n == conversation->capacity)
    {
      size_t capacity = conversation->capacity ? conversation->capacity * 2 : 16;
      GlmTurn *turns = realloc (conversation->turns, capacity * sizeof *turns);

      if (!turns)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
      conversation->turns = turns;
      conversation->capacity = capacity;
    }
  conversation->turns[conversation->n] = (GlmTurn){ .role = role, .content = strdup (content) };
  if (!conversation->turns[conversation->n].content)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
  conversation->n++;
  return true;
}

/* The same with the name of what is called. */
static bool
conversation_append_call (Conversation *conversation, const char *name, const char *content, GlmError *error)
{
  if (!conversation_append (conversation, "assistant", content, error))
    return false;
  conversation->turns[conversation->n - 1].metadata = strdup (name);
  return conversation->turns[conversation->n - 1].metadata
         || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
}

/* The latest call was run with others, taken: the model reads these.  NULL: it was not. */
static bool
conversation_edit_call (Conversation *conversation, char *arguments, GlmError *error)
{
  GlmTurn *turn = &conversation->turns[conversation->n - 1];

  if (!arguments)
    return true;
  turn->arguments = arguments;
  /* Written anew from them, as the family does it. */
  free ((char *) turn->content);
  turn->content = strdup ("");
  return turn->content || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
}

static bool
start_conversation (Chat *chat, GlmError *error)
{
  conversation_truncate (&chat->conversation, 0);
  chat->first_turn = 0;
  if (chat->passages)
    cli_passages_restart (chat->passages);
  return !chat->options->system || conversation_append (&chat->conversation, "system", chat->options->system, error);
}

/* ---- A reply ---------------------------------------------------------------------------------------------------- */

static bool
append_reply (Chat *chat, const char *text, size_t n_bytes)
{
  char *reply = realloc (chat->reply, chat->n_reply + n_bytes + 1);

  if (!reply)
    return false;
  memcpy (reply + chat->n_reply, text, n_bytes);
  chat->reply = reply;
  chat->n_reply += n_bytes;
  reply[chat->n_reply] = '\0';
  if (!chat->options->json)
    {
      cli_print_text (stdout, text, n_bytes);
      fflush (stdout);
    }
  return true;
}

static bool
offers_any (const Chat *chat)
{
  return chat->tools.set.n_tools > 0 || chat->tools.set.interpreter;
}

/* A thought stands between its tags, and a part of a reply below the one before. */
static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Chat *chat = user_data;
  bool thinks = kind == GLM_REPLY_THOUGHT;

  if (offers_any (chat))
    glm_reply_items_add (kind, text, n_bytes, &chat->items);
  if (kind >= GLM_REPLY_CALL)
    return true;
  if (thinks != chat->thinks && !append_reply (chat, thinks ? "<think>" : "</think>", thinks ? 7 : 8))
    return false;
  chat->thinks = thinks;
  return kind == GLM_REPLY_PART ? append_reply (chat, "\n", 1) : append_reply (chat, text, n_bytes);
}

static bool
is_call (const GlmReplyItem *item)
{
  return item->kind == GLM_REPLY_CALLED || item->kind == GLM_REPLY_CODE || item->kind == GLM_REPLY_BAD;
}

/* , "calls": [{"name": …, "arguments": {…}}, {"name": …, "program": …}, {"name": …, "bad": …}] */
static void
print_calls_json (const GlmReplyItems *items)
{
  const char *separator = ", \"calls\": [";
  bool any = false;

  for (size_t i = 0; i < items->n; i++)
    if (is_call (&items->items[i]))
      {
        const GlmReplyItem *item = &items->items[i];

        printf ("%s{\"name\": ", separator);
        cli_print_json_string ((const char *) item->name.data, item->name.n);
        if (item->kind == GLM_REPLY_CALLED)
          printf (", \"arguments\": %s}", (const char *) item->verdict.data);
        else
          {
            fputs (item->kind == GLM_REPLY_CODE ? ", \"program\": " : ", \"bad\": ", stdout);
            cli_print_json_string ((const char *) item->verdict.data, item->verdict.n);
            putchar ('}');
          }
        separator = ", ";
        any = true;
      }
  if (any)
    putchar (']');
}

static void
print_reply_json (const Chat *chat, const char *question, const GlmResult *result)
{
  fputs ("{\"question\": ", stdout);
  cli_print_json_string (question, strlen (question));
  fputs (", \"reply\": ", stdout);
  cli_print_json_string (chat->reply ? chat->reply : "", chat->n_reply);
  print_calls_json (&chat->items);
  printf (", \"first_turn\": %zu, \"n_prompt\": %zu, \"n_reused\": %zu, \"n_generated\": %zu}\n", chat->first_turn,
          result->n_prompt, result->n_reused, result->n_generated);
  fflush (stdout);
}

/* Questions before the turn. */
static size_t
count_questions (const Chat *chat, size_t turn)
{
  size_t n = 0;

  for (size_t i = 0; i < turn; i++)
    n += strcmp (chat->conversation.turns[i].role, "user") == 0;
  return n;
}

static char *
join (const char *given, const char *line, GlmError *error)
{
  char *question;

  if (asprintf (&question, "%s%s", given, line) >= 0)
    return question;
  glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the question");
  return NULL;
}

/* The prompt begins later than was thought when it was decided what the question is given of the documents.  *ret_adds: it is given more,
 * because something of them went with the turns from `before` on. */
static bool
add_lacking (Chat *chat, size_t before, bool *ret_adds, GlmError *error)
{
  size_t n_left_out = count_questions (chat, chat->first_turn);
  char *given = NULL, *question = NULL;

  *ret_adds = chat->passages && cli_passages_lack (chat->passages, count_questions (chat, before), n_left_out);
  if (!*ret_adds)
    return true;
  if (cli_passages_add (chat->passages, chat->line, n_left_out, &given, error))
    question = join (given, chat->line, error);
  free (given);
  if (!question)
    return false;
  free ((char *) chat->conversation.turns[chat->asked_at].content);
  chat->conversation.turns[chat->asked_at].content = question;
  return true;
}

static bool
make_prompt (Chat *chat, GlmPrompt *prompt, GlmError *error)
{
  size_t begin = chat->first_turn, before;
  bool adds = true;

  while (adds)
    {
      const GlmFit fit = { .context_length = glm_session_context_length (chat->session),
                           .first_turn = chat->first_turn,
                           .tools = offers_any (chat) ? &chat->tools.set : NULL };

      glm_prompt_clear (prompt);
      if (!glm_session_fit (chat->session, chat->conversation.turns, chat->conversation.n, NULL, &fit, prompt, error))
        return false;
      before = chat->first_turn;
      chat->first_turn = prompt->first_turn;
      if (!add_lacking (chat, before, &adds, error))
        return false;
    }
  if (chat->first_turn > begin && chat->is_terminal)
    puts ("(The conversation no longer fits the model's context: its beginning was left out.)");
  return true;
}

/* Writes a reply to the conversation so far, and prints it. */
static bool
answer (Chat *chat, GlmError *error)
{
  GlmGenerateFuncs funcs = { .piece = on_piece, .user_data = chat, .cancel = &interrupt };
  GlmPrompt prompt = { 0 };
  GlmResult result;
  bool ok;

  if (offers_any (chat))
    funcs.tools = &chat->tools.set;
  chat->n_reply = 0;
  chat->thinks = false;
  glm_reply_items_clear (&chat->items);
  ok = make_prompt (chat, &prompt, error)
       && glm_generate (chat->session, &prompt, &chat->sampling, &funcs, NULL, &result, error);
  glm_prompt_clear (&prompt);
  cli_note_device (chat->session, &chat->said_device);
  if (!chat->options->json && (chat->n_reply > 0 || (ok && chat->items.n == 0)))
    putchar ('\n');
  if (ok && chat->options->json)
    print_reply_json (chat, chat->conversation.turns[chat->asked_at].content, &result);
  return ok;
}

/* Why a call cannot be run, or NULL. */
static const char *
refuse_call (const Chat *chat, const GlmReplyItem *item, GlmError *reason)
{
  if (item->kind == GLM_REPLY_BAD)
    return (const char *) item->verdict.data;
  for (size_t i = 0; i < chat->tools.set.n_tools; i++)
    if (strcmp (chat->tools.tools[i].name, (const char *) item->name.data) == 0)
      return cli_refuse_arguments (chat->tools.tools[i].schema, (const char *) item->verdict.data, reason);
  return NULL;
}

/* The line without its end; NULL: nothing was said. */
static char *
read_result (void)
{
  char *line = NULL;
  size_t size = 0;
  ssize_t n;

  fputs ("Result (nothing: refused): ", stdout);
  fflush (stdout);
  n = getline (&line, &size, stdin);
  while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
    line[--n] = '\0';
  if (n > 0)
    return line;
  free (line);
  return NULL;
}

/* Characters of a result that the model gets. */
static size_t
result_budget (const Chat *chat)
{
  size_t quarter = (size_t) glm_session_context_length (chat->session) / 4;

  return quarter < MAX_RESULT ? quarter : MAX_RESULT;
}

/* The tool's result, or the one that the person gives; a call that cannot be run gets its error without a question. */
static bool
observe (Chat *chat, const GlmReplyItem *item, GlmError *error)
{
  GlmError reason = { 0 };
  const char *refusal = refuse_call (chat, item, &reason);
  char *text = NULL, *line, *edited = NULL;
  bool ok;

  if (refusal)
    {
      printf ("Refused: %s\n", refusal);
      if (asprintf (&text, "Error: %s", refusal) < 0)
        return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the conversation");
    }
  if (refusal)
    line = text;
  else if (item->kind == GLM_REPLY_CODE)
    line = cli_python_run (chat->python, (const char *) item->verdict.data, result_budget (chat), &interrupt, stdin, stdout,
                           &edited);
  else if (chat->tools.are_built_in)
    line = cli_run_call ((const char *) item->name.data, (const char *) item->verdict.data, result_budget (chat), &interrupt,
                         stdin, stdout, &edited);
  else
    line = read_result ();
  ok = conversation_edit_call (&chat->conversation, edited, error)
       && conversation_append (&chat->conversation, "observation", line ? line : "The person refused.", error);
  free (line);
  return ok;
}

static void
print_call (const GlmReplyItem *item)
{
  if (item->kind == GLM_REPLY_CODE)
    {
      puts ("[Python program]");
      cli_print_text (stdout, (const char *) item->verdict.data, item->verdict.n);
      putchar ('\n');
      return;
    }
  const GlmBuffer *arguments = item->kind == GLM_REPLY_CALLED ? &item->verdict : &item->text;

  putchar ('[');
  cli_print_text (stdout, (const char *) item->name.data, item->name.n);
  putchar (' ');
  cli_print_text (stdout, (const char *) arguments->data, arguments->n);
  puts ("]");
}

/* Puts the reply into the conversation.  *ret_goes_on: it called something whose result is there now. */
static bool
keep_reply (Chat *chat, bool *ret_goes_on, GlmError *error)
{
  bool asks = chat->is_terminal && !chat->options->json, any = false, ok = true;

  *ret_goes_on = false;
  for (size_t i = 0; i < chat->items.n; i++)
    any = any || is_call (&chat->items.items[i]);
  if (chat->n_reply > 0 || !any)
    ok = conversation_append (&chat->conversation, "assistant", chat->n_reply ? chat->reply : "", error);
  for (size_t i = 0; ok && i < chat->items.n; i++)
    {
      const GlmReplyItem *item = &chat->items.items[i];

      if (!is_call (item))
        continue;
      if (!chat->options->json)
        print_call (item);
      ok = conversation_append_call (&chat->conversation, (const char *) item->name.data, (const char *) item->text.data, error)
           && (!asks || observe (chat, item, error));
      *ret_goes_on = ok && asks;
    }
  return ok;
}

/* Asks and prints the reply, and those to the results of what it calls.  What went wrong leaves the conversation as it was. */
static bool
ask (Chat *chat, const char *question, GlmError *error)
{
  size_t n = chat->conversation.n;
  bool goes_on = true, ok;

  atomic_store (&interrupt.cancelled, false);
  chat->asked_at = n;
  ok = conversation_append (&chat->conversation, "user", question, error);
  for (int round = 0; ok && goes_on && round <= MAX_ROUNDS; round++)
    ok = answer (chat, error) && keep_reply (chat, &goes_on, error);
  if (ok && goes_on)
    printf ("(%d results without an answer: write something to go on.)\n", MAX_ROUNDS + 1);
  if (!ok)
    conversation_truncate (&chat->conversation, n);
  return ok;
}

/* ---- The dialogue ----------------------------------------------------------------------------------------------- */

static const char help_text[] = "/new    a new conversation\n"
                                "/quit   leave (or Ctrl+D)\n"
                                "/help   this text\n"
                                "Ctrl+C stops a reply.\n";

/* Returns false to leave. */
static bool
run_command (Chat *chat, const char *line, GlmError *error)
{
  if (strcmp (line, "/quit") == 0 || strcmp (line, "/exit") == 0)
    return false;
  if (strcmp (line, "/new") == 0)
    {
      if (!start_conversation (chat, error))
        return false;
      puts ("A new conversation.");
    }
  else
    {
      if (strcmp (line, "/help") != 0)
        {
          fputs ("Unknown command: ", stdout);
          cli_print_text (stdout, line, strlen (line));
          putchar ('\n');
        }
      fputs (help_text, stdout);
    }
  return true;
}

static void
trim (char *line)
{
  size_t n = strlen (line);

  while (n > 0 && strchr ("\r\n", line[n - 1]))
    line[--n] = '\0';
}

static void
show_prompt (const Chat *chat)
{
  if (chat->is_terminal)
    {
      fputs ("\033[1m>\033[0m ", stdout);
      fflush (stdout);
    }
}

/* Reads a line; Ctrl+C at the prompt gives a fresh one.  False at the end. */
static bool
read_line (const Chat *chat, char **line, size_t *size)
{
  for (;;)
    {
      show_prompt (chat);
      errno = 0;
      if (getline (line, size, stdin) >= 0)
        return true;
      if (errno != EINTR || !chat->is_terminal)
        return false;
      clearerr (stdin);
      putchar ('\n');
    }
}

/* The first question of a conversation comes with the attached files, or each with passages of them. */
static bool
ask_with_files (Chat *chat, const char *line, GlmError *error)
{
  char *given = NULL, *question = NULL;
  bool ok;

  chat->line = line;
  if (!chat->passages)
    return ask (chat, line, error);
  if (!cli_passages_ask (chat->passages, line, count_questions (chat, chat->first_turn), &given, error))
    return false;
  question = join (given, line, error);
  ok = question && ask (chat, question, error);
  if (!ok)
    cli_passages_take_back (chat->passages, count_questions (chat, chat->conversation.n));
  free (given);
  free (question);
  return ok;
}

static bool
converse (Chat *chat, GlmError *error)
{
  char *line = NULL;
  size_t size = 0;
  bool ok = true;

  while (ok && read_line (chat, &line, &size))
    {
      trim (line);
      if (line[strspn (line, " \t")] == '\0')
        continue;
      if (chat->is_terminal && line[0] == '/')
        {
          if (!run_command (chat, line, error))
            break;
          continue;
        }
      ok = ask_with_files (chat, line, error);
      /* A dialogue goes on after an error; a script is told. */
      if (!ok && chat->is_terminal)
        ok = cli_fail (error) == CLI_FAILED;
    }
  if (chat->is_terminal)
    putchar ('\n');
  free (line);
  return ok;
}

/* Before the first program, so that a person knows at once where none can be run. */
static bool
start_python (Chat *chat, GlmError *error)
{
  if (!chat->options->python || !chat->is_terminal || chat->options->json)
    return true;
  if (!glm_model_info (chat->model)->has_interpreter)
    return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "this model writes no programs that can be run");
  chat->python = cli_python_new (chat->options->out, error);
  return chat->python != NULL;
}

int
cli_chat (const CliOptions *options)
{
  Chat chat = { .options = options, .is_terminal = isatty (STDIN_FILENO) && isatty (STDOUT_FILENO) };
  GlmError error = { 0 };
  bool ok;

  chat.tools.set.interpreter = options->python;
  if ((options->tools && !cli_read_tools (options->tools, &chat.tools, &error))
      || !cli_open_session (options, &chat.model, &chat.session, &error)
      || !cli_attach (options, glm_session_context_length (chat.session), &chat.passages, &error)
      || !start_python (&chat, &error))
    {
      glm_session_free (chat.session);
      glm_model_free (chat.model);
      cli_tools_clear (&chat.tools);
      cli_passages_free (chat.passages);
      return cli_fail (&error);
    }
  cli_sampling (options, chat.model, &chat.sampling);
  if (chat.is_terminal)
    {
      struct sigaction action = { .sa_handler = on_interrupt };

      sigaction (SIGINT, &action, NULL);
      printf ("%s, %s.  /help lists the commands.\n", glm_model_info (chat.model)->name,
              glm_model_info (chat.model)->quantisation);
    }
  ok = start_conversation (&chat, &error) && converse (&chat, &error);

  conversation_truncate (&chat.conversation, 0);
  free (chat.conversation.turns);
  free (chat.reply);
  cli_passages_free (chat.passages);
  glm_reply_items_clear (&chat.items);
  cli_tools_clear (&chat.tools);
  cli_python_free (chat.python);
  glm_session_free (chat.session);
  glm_model_free (chat.model);
  return ok ? CLI_OK : cli_fail (&error);
}
