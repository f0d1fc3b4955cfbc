/* bench-first-token.c: how long the first word takes after Send, behind conversations of some length
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole way: the history on the disk, the core, the engine.  A question of some 40 tokens is sent as it is, or typed: a letter
 * every 100 ms.  MYNA_BENCH_MODEL names the model's file; otherwise it is the starter model.
 *
 * With MYNA_BENCH_DOCUMENT, a file, it is about that: its first MYNA_BENCH_PAGES (20) pages are attached to a first question, and more
 * questions follow, as passages and then whole, where that fits into MYNA_BENCH_CONTEXT (8192) tokens; MYNA_BENCH_USE says only one
 * of "passages" and "whole".  The questions are those of tests/documents/questions.txt about debian-policy's fhs-3.0.pdf, or the
 * lines of the file MYNA_BENCH_QUESTIONS.  MYNA_BENCH_FROM leaves out the first ways.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/myna-core.h"
#include "chat/myna-documents.h"
#include "chat/myna-draft-ahead.h"
#include "documents/documents.h"
#include "store-test.h"
#include "test-power.h"

#define KEY_MS      100  /* a fast typist */
#define SLOW_KEY_MS 240  /* 50 words a minute */
#define ENTER_MS    150  /* hits Enter so long after the last letter … */
#define READ_MS     2000 /* … or reads the question again first */
#define SETTINGS    "{\"temperature\": 0, \"top_p\": 1, \"repetition_penalty\": 1, \"max_tokens\": 6}"

static const char question[] =
    "Which of the passages says how the measuring of water in the upper valley was changed after the flood, who had "
    "asked for that change, and what did it cost the villages?";

typedef enum
{
  SENT,
  TYPED,
  TYPED_AND_READ,
  TYPED_SLOWLY,
  N_WAYS,
} Way;

static const char *const ways[] = { "not read ahead", "typed, Enter at once", "typed, Enter after 2 s",
                                    "typed slowly, Enter at once" };

typedef struct
{
  char *folder, *sessions;
  StoreDb *db;
  MynaCore *core;
  MynaConversation *conversation;
  MynaDraftAhead *draft;
  gint64 written_at; /* monotonic µs: the first word; 0: none yet */
  gsize n_read;      /* tokens that had to be evaluated for it */
} Run;

static guint
get_number (const char *name, guint otherwise)
{
  const char *text = g_getenv (name);

  return text ? (guint) g_ascii_strtoull (text, NULL, 10) : otherwise;
}

static void
start (Run *run, gint64 id)
{
  g_autofree char *path = g_build_filename (run->folder, "chats.db", NULL);
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autoptr (GPowerProfileMonitor) power = test_power_new (FALSE);
  GlmActorLoadOptions options;

  g_settings_set_uint (settings, "context-length", get_number ("MYNA_BENCH_CONTEXT", 8192));
  run->db = test_open (path, NULL);
  run->core = myna_core_new (settings, run->sessions);
  run->draft = myna_draft_ahead_new (power);
  myna_core_set_store (run->core, run->db, NULL);
  run->conversation = id ? myna_core_open_conversation (run->core, id) : myna_core_new_conversation (run->core);
  wait_for (!myna_conversation_get_loading (run->conversation));
  if (g_getenv ("MYNA_BENCH_MODEL") && !id)
    myna_conversation_set_model (run->conversation, g_getenv ("MYNA_BENCH_MODEL"));
  if (!id)
    myna_conversation_set_settings (run->conversation, SETTINGS);
  myna_model_library_get_options (myna_core_get_models (run->core), &options);
  myna_model_library_ensure (myna_core_get_models (run->core), myna_conversation_get_model (run->conversation), &options);
  wait_for (glm_actor_get_state (myna_core_get_engine (run->core)) == GLM_ACTOR_READY);
}

static void
stop (Run *run)
{
  GlmActor *engine = g_object_ref (myna_core_get_engine (run->core));

  g_clear_object (&run->draft);
  g_clear_object (&run->conversation);
  myna_core_close (run->core);
  myna_core_set_store (run->core, NULL, NULL);
  g_clear_object (&run->core);
  g_object_add_weak_pointer (G_OBJECT (engine), (gpointer *) &engine);
  g_object_unref (engine);
  wait_for (!engine);
  g_clear_object (&run->db);
}

static void
wait_ms (gint64 ms)
{
  gint64 end = g_get_monotonic_time () + ms * 1000;

  while (g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
    }
}

static void
activity_cb (Run *run)
{
  MynaPromptProgress progress;

  myna_conversation_get_progress (run->conversation, &progress);
  run->n_read = MAX (run->n_read, progress.n_total);
  if (!run->written_at && myna_conversation_get_activity (run->conversation) == MYNA_ACTIVITY_WRITING)
    run->written_at = g_get_monotonic_time ();
}

static MynaMessage *
last (Run *run)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (run->conversation));
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (run->conversation), n - 1);

  return message; /* the list keeps it */
}

static void
type (Run *run, const char *words, Way way)
{
  for (const char *p = words; *p && way != SENT;)
    {
      g_autofree char *text = NULL;

      p = g_utf8_next_char (p);
      text = g_strndup (words, p - words);
      myna_draft_ahead_write (run->draft, run->conversation, text, FALSE);
      wait_ms (!*p ? ENTER_MS : way == TYPED_SLOWLY ? SLOW_KEY_MS : KEY_MS);
    }
  if (way == SENT || way == TYPED_AND_READ)
    wait_ms (READ_MS);
}

static void
ask (Run *run, const char *text, const char *files, const char *what)
{
  gulong handler = g_signal_connect_swapped (run->conversation, "notify::activity", G_CALLBACK (activity_cb), run);
  gint64 begin = g_get_monotonic_time ();
  const StoreMessage *record;

  run->written_at = 0;
  run->n_read = 0;
  myna_conversation_send_full (run->conversation, text, files);
  myna_draft_ahead_write (run->draft, run->conversation, "", FALSE);
  wait_for (!myna_conversation_get_busy (run->conversation));
  g_signal_handler_disconnect (run->conversation, handler);
  record = myna_message_get_record (last (run));
  if (what)
    g_print ("  %-44s %6.0f ms (engine: %.0f), %zu of %d tokens\n", what,
             run->written_at ? (run->written_at - begin) / 1e3 : -1.0, record->first_token_seconds * 1e3, run->n_read,
             record->n_prompt_tokens);
}

static void
measure (guint n_words)
{
  g_autoptr (GString) text = g_string_new ("Read this.");
  Run run = { .folder = test_folder_new () };
  gint64 id;

  run.sessions = g_build_filename (run.folder, "cache", "sessions", NULL);
  start (&run, 0);
  for (guint i = 0; i < n_words; i++)
    g_string_append (text, i % 12 ? " water" : ". The");
  ask (&run, text->str, NULL, NULL);
  g_print ("behind %d tokens\n", myna_message_get_record (last (&run))->n_prompt_tokens);
  for (Way way = SENT; way < TYPED_SLOWLY; way++)
    {
      type (&run, question, way);
      ask (&run, question, NULL, ways[way]);
    }
  id = myna_conversation_get_id (run.conversation);
  for (Way way = SENT; way < TYPED_SLOWLY; way++)
    {
      g_autofree char *what = g_strdup_printf ("after a restart: %s", ways[way]);

      stop (&run);
      start (&run, id);
      type (&run, question, way);
      ask (&run, question, NULL, what);
    }
  stop (&run);
  test_folder_remove (run.folder);
  g_free (run.sessions);
}

/* ---- A document ------------------------------------------------------------------------------------------------- */

static const char *const about_fhs[] = {
  "What is /srv for?",
  "Can a program rely on its files in the temporary directory still being there the next time it is started?",
  "Which directory for temporary files keeps them over a restart of the computer?",
  "Where should a system administrator install software so that system updates do not overwrite it?",
  "In which directory can the kernel of the operating system be?",
  "Where do daemons put the files with their process identifiers?",
  NULL,
};

static char **
get_questions (void)
{
  g_autofree char *text = NULL;

  if (!g_getenv ("MYNA_BENCH_QUESTIONS"))
    return g_strdupv ((char **) about_fhs);
  if (!g_file_get_contents (g_getenv ("MYNA_BENCH_QUESTIONS"), &text, NULL, NULL))
    g_error ("The questions cannot be read");
  return g_strsplit (g_strchomp (text), "\n", -1);
}

/* The document's first pages. */
static MynaAttachment *
read_document (void)
{
  guint n_pages = get_number ("MYNA_BENCH_PAGES", 20);
  g_autofree char *mark = g_strdup_printf ("\n[Page %u]\n", n_pages + 1);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (g_getenv ("MYNA_BENCH_DOCUMENT"));
  g_autofree char *name = g_file_get_basename (file), *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (Document) document = document_read (file, NULL, NULL, &error);
  MynaAttachment *attachment;

  if (!document)
    g_error ("%s: %s", name, error->message);
  text = document_dup_text (document);
  if (strstr (text, mark))
    *strstr (text, mark) = '\0';
  attachment = myna_attachment_new (name, text);
  attachment->type = g_strdup (document->type);
  attachment->n_pages = MIN (document->n_pages, n_pages);
  return attachment;
}

/* A chat with the document and the first question. */
static gint64
begin (Run *run, MynaAttachment *attachment, StoreUse use, const char *text)
{
  g_autoptr (GPtrArray) attachments = g_ptr_array_new ();
  g_autofree char *json = NULL;

  attachment->use = use;
  g_ptr_array_add (attachments, attachment);
  json = myna_attachments_to_json (attachments);
  start (run, 0);
  ask (run, text, json, "the first question");
  return myna_conversation_get_id (run->conversation);
}

/* Passages: each way in a chat of its own, of so many questions that nothing is left out of a context of 8,192 tokens; whole: in one
 * chat.  The last question of each way follows a restart. */
static void
measure_document (MynaAttachment *attachment, StoreUse use, char **questions)
{
  guint n_questions = g_strv_length (questions), n_each = use == STORE_USE_WHOLE ? 2 : MIN (n_questions - 1, 4), next;
  Run run = { .folder = test_folder_new () };
  gint64 id = 0;

  run.sessions = g_build_filename (run.folder, "cache", "sessions", NULL);
  g_print ("%s: %u pages, %zu bytes, %s\n", attachment->name, attachment->n_pages, strlen (attachment->text),
           use == STORE_USE_WHOLE ? "whole" : "passages");
  for (Way way = get_number ("MYNA_BENCH_FROM", SENT); way < N_WAYS; way++)
    {
      if (id && use == STORE_USE_WHOLE)
        start (&run, id);
      else
        id = begin (&run, attachment, use, questions[0]);
      next = 1;
      for (guint i = 1; i <= n_each; i++, next++)
        {
          g_autofree char *what = g_strdup_printf ("%s%s", i == n_each ? "after a restart: " : "", ways[way]);

          if (i == n_each)
            {
              stop (&run);
              start (&run, id);
            }
          type (&run, questions[next], way);
          ask (&run, questions[next], NULL, what);
        }
      stop (&run);
    }
  test_folder_remove (run.folder);
  g_free (run.sessions);
}

static void
measure_documents (void)
{
  g_autoptr (MynaAttachment) attachment = read_document ();
  g_auto (GStrv) questions = get_questions ();
  StoreDocument document = { .n_bytes = strlen (attachment->text) };

  if (g_strv_length (questions) < 3)
    g_error ("Too few questions");
  if (g_strcmp0 (g_getenv ("MYNA_BENCH_USE"), "whole") != 0)
    measure_document (attachment, STORE_USE_PASSAGES, questions);
  if (g_strcmp0 (g_getenv ("MYNA_BENCH_USE"), "passages") == 0)
    return;
  if (myna_document_fits (&document, (int) get_number ("MYNA_BENCH_CONTEXT", 8192)))
    measure_document (attachment, STORE_USE_WHOLE, questions);
  else
    g_print ("It does not fit into the context whole.\n");
}

int
main (int argc, char **argv)
{
  gboolean is_small = !g_getenv ("MYNA_BENCH_MODEL");

  if (g_getenv ("MYNA_BENCH_DOCUMENT"))
    {
      measure_documents ();
      return 0;
    }
  measure (900);
  measure (is_small ? 1500 : 3990);
  return 0;
}
