/* cli-chat.c: a conversation in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where standard input is a terminal this is a small dialogue: replies stream, Ctrl+C stops one, a few commands begin with
 * a slash.  Otherwise each line is a question, answered on its own lines, and the end of the input ends it.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "base/error.h"

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
  size_t first_turn; /* turns before it no longer fit */
  bool is_terminal;
  /* The reply so far. */
  char *reply;
  size_t n_reply;
  bool thinks;
} Chat;

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

static bool
start_conversation (Chat *chat, GlmError *error)
{
  conversation_truncate (&chat->conversation, 0);
  chat->first_turn = 0;
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

/* A thought stands between its tags, and a part of a reply below the one before. */
static bool
on_piece (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data)
{
  Chat *chat = user_data;
  bool thinks = kind == GLM_REPLY_THOUGHT;

  if (thinks != chat->thinks && !append_reply (chat, thinks ? "<think>" : "</think>", thinks ? 7 : 8))
    return false;
  chat->thinks = thinks;
  return kind == GLM_REPLY_PART ? append_reply (chat, "\n", 1) : append_reply (chat, text, n_bytes);
}

static void
print_reply_json (const Chat *chat, const char *question, const GlmResult *result)
{
  fputs ("{\"question\": ", stdout);
  cli_print_json_string (question, strlen (question));
  fputs (", \"reply\": ", stdout);
  cli_print_json_string (chat->reply ? chat->reply : "", chat->n_reply);
  printf (", \"first_turn\": %zu, \"n_prompt\": %zu, \"n_reused\": %zu, \"n_generated\": %zu}\n", chat->first_turn,
          result->n_prompt, result->n_reused, result->n_generated);
  fflush (stdout);
}

static bool
make_prompt (Chat *chat, GlmPrompt *prompt, GlmError *error)
{
  const GlmFit fit = { .context_length = glm_session_context_length (chat->session), .first_turn = chat->first_turn };

  if (!glm_model_fit (chat->model, chat->conversation.turns, chat->conversation.n, NULL, &fit, prompt, error))
    return false;
  if (prompt->first_turn > chat->first_turn && chat->is_terminal)
    puts ("(The conversation no longer fits the model's context: its beginning was left out.)");
  chat->first_turn = prompt->first_turn;
  return true;
}

/* Asks and prints the reply.  What went wrong leaves the conversation as it was. */
static bool
ask (Chat *chat, const char *question, GlmError *error)
{
  GlmGenerateFuncs funcs = { .piece = on_piece, .user_data = chat, .cancel = &interrupt };
  size_t n = chat->conversation.n;
  GlmPrompt prompt = { 0 };
  GlmResult result;
  bool ok;

  atomic_store (&interrupt.cancelled, false);
  chat->n_reply = 0;
  chat->thinks = false;
  ok = conversation_append (&chat->conversation, "user", question, error) && make_prompt (chat, &prompt, error)
       && glm_generate (chat->session, &prompt, &chat->sampling, &funcs, NULL, &result, error);
  glm_prompt_clear (&prompt);
  if (!chat->options->json && (ok || chat->n_reply > 0))
    putchar ('\n');
  if (ok && chat->options->json)
    print_reply_json (chat, question, &result);
  if (ok)
    ok = conversation_append (&chat->conversation, "assistant", chat->n_reply ? chat->reply : "", error);
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
      ok = ask (chat, line, error);
      /* A dialogue goes on after an error; a script is told. */
      if (!ok && chat->is_terminal)
        ok = cli_fail (error) == CLI_FAILED;
    }
  if (chat->is_terminal)
    putchar ('\n');
  free (line);
  return ok;
}

int
cli_chat (const CliOptions *options)
{
  Chat chat = { .options = options, .is_terminal = isatty (STDIN_FILENO) && isatty (STDOUT_FILENO) };
  GlmError error = { 0 };
  bool ok;

  if (!cli_open_session (options, &chat.model, &chat.session, &error))
    return cli_fail (&error);
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
  glm_session_free (chat.session);
  glm_model_free (chat.model);
  return ok ? CLI_OK : cli_fail (&error);
}
