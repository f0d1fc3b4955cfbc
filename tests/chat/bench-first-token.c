/* bench-first-token.c: how long the first word takes after Send, behind conversations of some length
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The whole way: the history on the disk, the core, the engine.  A question of some 40 tokens is sent as it is, or typed: a letter
 * every 100 ms.  MYNA_BENCH_MODEL names the model's file; otherwise it is the starter model.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "chat/myna-core.h"
#include "chat/myna-draft-ahead.h"
#include "store-test.h"
#include "test-power.h"

#define KEY_MS   100  /* a fast typist */
#define ENTER_MS 150  /* … hits Enter so long after the last letter … */
#define READ_MS  2000 /* … or reads the question again first */
#define SETTINGS "{\"temperature\": 0, \"top_p\": 1, \"repetition_penalty\": 1, \"max_tokens\": 6}"

static const char question[] =
    "Which of the passages says how the measuring of water in the upper valley was changed after the flood, who had "
    "asked for that change, and what did it cost the villages?";

typedef enum
{
  SENT,
  TYPED,
  TYPED_AND_READ,
} Way;

static const char *const ways[] = { "not read ahead", "typed, Enter at once", "typed, Enter after 2 s" };

typedef struct
{
  char *folder, *sessions;
  StoreDb *db;
  MynaCore *core;
  MynaConversation *conversation;
  MynaDraftAhead *draft;
  gint64 written_at; /* monotonic µs: the first word; 0: none yet */
} Run;

static void
start (Run *run, gint64 id)
{
  g_autofree char *path = g_build_filename (run->folder, "chats.db", NULL);
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autoptr (GPowerProfileMonitor) power = test_power_new (FALSE);
  GlmActorLoadOptions options;

  g_settings_set_uint (settings, "context-length", 8192);
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
type (Run *run, Way way)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = question; *p && way != SENT; p++)
    {
      g_string_append_c (text, *p);
      myna_draft_ahead_write (run->draft, run->conversation, text->str, FALSE);
      wait_ms (KEY_MS);
    }
  wait_ms (way == TYPED ? ENTER_MS - KEY_MS : READ_MS);
}

static void
ask (Run *run, const char *text, const char *what)
{
  gulong handler = g_signal_connect_swapped (run->conversation, "notify::activity", G_CALLBACK (activity_cb), run);
  gint64 begin = g_get_monotonic_time ();
  const StoreMessage *record;

  run->written_at = 0;
  myna_conversation_send (run->conversation, text);
  myna_draft_ahead_write (run->draft, run->conversation, "", FALSE);
  wait_for (!myna_conversation_get_busy (run->conversation));
  g_signal_handler_disconnect (run->conversation, handler);
  record = myna_message_get_record (last (run));
  if (what)
    g_print ("  %-40s %6.0f ms (engine: %.0f), prompt of %d tokens\n", what,
             run->written_at ? (run->written_at - begin) / 1e3 : -1.0, record->first_token_seconds * 1e3,
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
  ask (&run, text->str, NULL);
  g_print ("behind %d tokens\n", myna_message_get_record (last (&run))->n_prompt_tokens);
  for (Way way = SENT; way <= TYPED_AND_READ; way++)
    {
      type (&run, way);
      ask (&run, question, ways[way]);
    }
  id = myna_conversation_get_id (run.conversation);
  for (Way way = SENT; way <= TYPED_AND_READ; way++)
    {
      g_autofree char *what = g_strdup_printf ("after a restart: %s", ways[way]);

      stop (&run);
      start (&run, id);
      type (&run, way);
      ask (&run, question, what);
    }
  stop (&run);
  test_folder_remove (run.folder);
  g_free (run.sessions);
}

int
main (int argc, char **argv)
{
  gboolean is_small = !g_getenv ("MYNA_BENCH_MODEL");

  measure (900);
  measure (is_small ? 1500 : 3990);
  return 0;
}
