/* test-settings.c: settings of conversations, memory estimates and what the model list keeps
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "chat/myna-bandwidth.h"
#include "chat/myna-digest.h"
#include "chat/myna-disk.h"
#include "chat/myna-memory.h"
#include "chat/myna-model-need.h"
#include "chat/myna-problem.h"
#include "engine/actor/engine-error.h"
#include "chat/myna-chat-settings.h"
#include "chat/setting-words.h"

/* ---- Settings of conversations ---------------------------------------------------------------------------------- */

static void
test_round_trip (void)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_auto (MynaChatSettings) again = { 0 };
  g_autofree char *json = NULL;

  g_assert_null (myna_chat_settings_to_json (&settings));
  settings.system_prompt = g_strdup ("你是\"雏鸟\"\n\\");
  myna_chat_settings_set (&settings, MYNA_SETTING_TEMPERATURE, 0.35);
  myna_chat_settings_set (&settings, MYNA_SETTING_SEED, 9007199254740992.0);
  json = myna_chat_settings_to_json (&settings);
  myna_chat_settings_parse (&again, json);
  g_assert_cmpstr (again.system_prompt, ==, settings.system_prompt);
  g_assert_cmpuint (again.set, ==, settings.set);
  g_assert_cmpfloat (again.values[MYNA_SETTING_TEMPERATURE], ==, 0.35);
  g_assert_cmpfloat (again.values[MYNA_SETTING_SEED], ==, 9007199254740992.0);
}

/* In the order of the registry; a chat's own list goes before what new chats begin with, be it empty. */
static void
test_tools (void)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_autofree char *json = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *none = NULL;
  g_auto (GStrv) own = myna_chat_settings_resolve_tools ("{\"tools\":[\"date_time\",3,\"gone\",\"calculate\"]}");
  g_auto (GStrv) inherited = NULL;

  g_assert_cmpuint (g_strv_length (own), ==, 2);
  g_assert_cmpstr (own[0], ==, "calculate");
  g_assert_cmpstr (own[1], ==, "date_time");
  g_assert_null (myna_chat_settings_resolve_tools (NULL));
  g_assert_null (myna_chat_settings_resolve_tools ("{\"tools\":\"calculate\"}"));
  myna_chat_settings_set_defaults ("{\"tools\":[\"calculate\"]}");
  inherited = myna_chat_settings_resolve_tools ("{\"top_k\":1}");
  g_assert_cmpstr (inherited[0], ==, "calculate");
  g_assert_null (myna_chat_settings_resolve_tools ("{\"tools\":[]}"));
  myna_chat_settings_set_defaults (NULL);
  /* What there is not on this computer is kept. */
  myna_chat_settings_parse (&settings, "{\"tools\":[\"files/read\",\"calculate\"]}");
  json = myna_chat_settings_to_json (&settings);
  g_assert_cmpstr (json, ==, "{\"tools\":[\"files/read\",\"calculate\"]}");

  taken = myna_chat_settings_dup_with_tools ("{\"top_k\":3,\"tools\":[\"a\"]}", json);
  g_assert_cmpstr (taken, ==, "{\"tools\":[\"files/read\",\"calculate\"],\"top_k\":3}");
  none = myna_chat_settings_dup_with_tools ("{\"top_k\":3,\"tools\":[\"a\"]}", NULL);
  g_assert_cmpstr (none, ==, "{\"top_k\":3}");
}

static void
test_bad_json (void)
{
  static const char *const texts[] = {
    NULL, "", "null", "[]", "{", "{\"temperature\": \"hot\"}", "{\"system\": 3}", "{\"top_p\": {}}", "{\"seed\": null}",
  };
  g_autofree char *huge = g_strnfill (MYNA_CHAT_SETTINGS_MAX_PROMPT + 1, 'x');
  g_autofree char *json = g_strdup_printf ("{\"system\": \"%s\"}", huge);
  MynaChatSettings settings;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      myna_chat_settings_parse (&settings, texts[i]);
      g_assert_null (settings.system_prompt);
      g_assert_cmpuint (settings.set, ==, 0);
    }
  myna_chat_settings_parse (&settings, json);
  g_assert_null (settings.system_prompt);
}

static void
test_ranges (void)
{
  g_auto (MynaChatSettings) settings = { 0 };
  GlmSampling sampling = { .temperature = 0.8f, .top_k = 5, .max_tokens = 7 };

  myna_chat_settings_parse (&settings, "{\"temperature\": 99, \"top_k\": -3, \"min_p\": 1e999, \"max_tokens\": 12.9}");
  myna_chat_settings_apply (&settings, &sampling);
  g_assert_cmpfloat (sampling.temperature, ==, 2);
  g_assert_cmpint (sampling.top_k, ==, 0);
  g_assert_cmpint (sampling.max_tokens, ==, 12);
  g_assert_cmpfloat (sampling.min_p, <=, 1);
}

/* The conversation's word counts before the application's, and that before the family's. */
/* A setting that is forgotten would have a row without a title. */
static void
test_words (void)
{
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      MynaSettingWords words = myna_setting_get_words (i);

      g_assert_true (words.title && words.subtitle);
    }
}

static void
test_levels (void)
{
  GlmSampling sampling = { .temperature = 0.8f, .top_p = 0.7f, .top_k = 5 };
  g_autofree char *prompt = NULL;
  g_autofree char *none = NULL;

  myna_chat_settings_set_defaults ("{\"system\": \"Be kind.\", \"temperature\": 0.5, \"top_p\": 0.6}");
  myna_chat_settings_resolve ("{\"temperature\": 0}", &sampling, &prompt);
  g_assert_cmpstr (prompt, ==, "Be kind.");
  g_assert_cmpfloat (sampling.temperature, ==, 0);
  g_assert_cmpfloat_with_epsilon (sampling.top_p, 0.6, 1e-6);
  g_assert_cmpint (sampling.top_k, ==, 5);
  /* An empty prompt is a wish too: none. */
  myna_chat_settings_resolve ("{\"system\": \"\"}", &sampling, &none);
  g_assert_null (none);
  myna_chat_settings_set_defaults (NULL);
}

/* How the model is loaded: the conversation's word counts before the preferences', the application's defaults say nothing. */
static void
test_load_options (void)
{
  GlmActorLoadOptions options = { .n_threads = 3, .context_length = 4096 };

  myna_chat_settings_set_defaults ("{\"context_length\": 99}");
  myna_chat_settings_resolve_load (NULL, &options);
  g_assert_cmpint (options.context_length, ==, 4096);
  myna_chat_settings_resolve_load ("{\"context_length\": 512, \"temperature\": 0}", &options);
  g_assert_cmpint (options.context_length, ==, 512);
  g_assert_cmpint (options.n_threads, ==, 3);
  myna_chat_settings_resolve_load ("{\"context_length\": 0, \"threads\": 1}", &options);
  g_assert_cmpint (options.context_length, ==, 0);
  g_assert_cmpint (options.n_threads, ==, 1);
  myna_chat_settings_set_defaults (NULL);
}

/* Thinking: on where nobody says anything, kept and dropped with the rest, and the conversation's word counts. */
static void
test_thinking (void)
{
  g_auto (MynaChatSettings) settings = { 0 };
  g_autofree char *json = NULL;

  g_assert_true (myna_chat_settings_resolve_thinking (NULL));
  g_assert_true (myna_chat_settings_resolve_thinking ("{\"thinking\":0,\"temperature\":1}"));
  g_assert_true (myna_chat_settings_resolve_thinking ("{\"thinking\":null}"));
  g_assert_false (myna_chat_settings_resolve_thinking ("{\"thinking\":false}"));
  myna_chat_settings_parse (&settings, "{\"thinking\":false,\"seed\":7}");
  json = myna_chat_settings_to_json (&settings);
  g_assert_cmpstr (json, ==, "{\"thinking\":false,\"seed\":7}");
  myna_chat_settings_set_defaults ("{\"thinking\":false}");
  g_assert_false (myna_chat_settings_resolve_thinking (NULL));
  g_assert_false (myna_chat_settings_resolve_thinking ("{\"seed\":7}"));
  g_assert_true (myna_chat_settings_resolve_thinking ("{\"thinking\":true}"));
  myna_chat_settings_set_defaults (NULL);
}

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

static void
write_file (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
test_memory (void)
{
  static const char *const names[] = { "memory.max", "memory.current", "memory.stat" };
  g_autofree char *folder = g_dir_make_tmp ("myna-cgroup-XXXXXX", NULL);

  g_assert_cmpuint (myna_memory_parse_meminfo ("MemTotal:  8000 kB\nMemAvailable:   4000 kB\n"), ==, 4000 * 1024);
  g_assert_cmpuint (myna_memory_parse_meminfo ("MemTotal:  8000 kB\n"), ==, G_MAXUINT64);

  g_assert_cmpuint (myna_memory_read_cgroup (folder), ==, G_MAXUINT64);
  write_file (folder, "memory.max", "max\n");
  write_file (folder, "memory.current", "700\n");
  g_assert_cmpuint (myna_memory_read_cgroup (folder), ==, G_MAXUINT64);
  write_file (folder, "memory.max", "1000\n");
  g_assert_cmpuint (myna_memory_read_cgroup (folder), ==, 300);
  write_file (folder, "memory.stat", "anon 100\ninactive_file 200\nactive_file 9\n");
  g_assert_cmpuint (myna_memory_read_cgroup (folder), ==, 500);
  write_file (folder, "memory.current", "2000\n");
  g_assert_cmpuint (myna_memory_read_cgroup (folder), ==, 0);

  g_assert_cmpint (myna_memory_get_verdict (500, 0), ==, MYNA_VERDICT_UNKNOWN);
  g_assert_cmpint (myna_memory_get_verdict (500, 1000), ==, MYNA_VERDICT_FITS);
  g_assert_cmpint (myna_memory_get_verdict (900, 1000), ==, MYNA_VERDICT_TIGHT);
  g_assert_cmpint (myna_memory_get_verdict (1001, 1000), ==, MYNA_VERDICT_TOO_LARGE);
  g_assert_cmpuint (myna_memory_available (), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* ---- Model files ------------------------------------------------------------------------------------------------ */

static void
wait_for (MynaModelEntry *entry)
{
  while (myna_model_entry_get_status (entry) == MYNA_MODEL_READING)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_entry (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
  g_autofree char *folder = g_dir_make_tmp ("myna-models-XXXXXX", NULL);
  g_autofree char *broken_path = g_build_filename (folder, "broken.gguf", NULL);
  g_autoptr (MynaModelEntry) good = myna_model_entry_new (path, NULL, NULL);
  g_autoptr (MynaModelEntry) missing = myna_model_entry_new ("/nowhere/at all.gguf", NULL, NULL);
  g_autoptr (MynaModelEntry) wild = myna_model_entry_new ("/nowhere/a\n\u202eb\033[2Jc.gguf", NULL, NULL);
  g_autoptr (MynaModelEntry) broken = NULL;
  g_autofree char *text = NULL;

  write_file (folder, "broken.gguf", "GGUF but not really");
  broken = myna_model_entry_new (broken_path, "My model", NULL);
  g_assert_cmpstr (myna_model_entry_get_title (missing), ==, "at all");
  g_assert_cmpstr (myna_model_entry_get_title (wild), ==, "a b [2Jc");
  wait_for (good);
  wait_for (missing);
  wait_for (wild);
  wait_for (broken);
  g_assert_cmpint (myna_model_entry_get_status (good), ==, MYNA_MODEL_READABLE);
  text = myna_model_info_describe (myna_model_entry_get_info (good));
  g_assert_cmpstr (text, ==, "ChatGLM3 · 67 million parameters · Q8_0 · 71.8\u00a0MB");
  g_assert_cmpint (myna_model_info_get_context (myna_model_entry_get_info (good), 0), ==, 2048);
  g_assert_cmpint (myna_model_info_get_context (myna_model_entry_get_info (good), 512), ==, 512);
  g_assert_cmpint (myna_model_entry_get_status (missing), ==, MYNA_MODEL_MISSING);
  g_assert_nonnull (myna_model_entry_get_error (missing));
  g_assert_cmpint (myna_model_entry_get_status (broken), ==, MYNA_MODEL_BROKEN);
  g_assert_null (myna_model_entry_get_info (broken));
  g_assert_cmpstr (myna_model_entry_get_title (broken), ==, "My model");
  g_unlink (broken_path);
  g_rmdir (folder);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* What a person may choose, and what they are told. */
static void
test_wrong_files (void)
{
  static const struct
  {
    const char *name;
    const char *contents;
    gssize n_bytes; /* −1: as a text */
    const char *words;
  } files[] = {
    { "lfs.gguf", "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12345678\n", -1, "Git LFS pointer" },
    { "page.gguf", "\n<!DOCTYPE html><html><title>Sign in</title>", -1, "a web page" },
    { "empty.gguf", "", -1, "incomplete. Download it again." },
    { "zeros.gguf", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, "incomplete. Download it again." },
    { "cut.gguf", "GGUF\3\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0", 24, "incomplete. Download it again." },
    { "doc.gguf", "%PDF-1.7\n", -1, "This is a PDF file" },
    { "x.gguf", "hello", -1, "This is not a model" },
  };
  g_autofree char *folder = g_dir_make_tmp ("myna-models-XXXXXX", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i].name, NULL);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (MynaModelEntry) entry = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *words = NULL;

      g_assert_true (g_file_set_contents (path, files[i].contents, files[i].n_bytes, NULL));
      myna_model_entry_open_async (path, added_cb, &result);
      while (!result)
        g_main_context_iteration (NULL, TRUE);
      entry = myna_model_entry_open_finish (result, &error);
      g_assert_null (entry);
      words = myna_problem_describe (error);
      g_test_message ("%s: %s (%s)", files[i].name, words, error->message);
      g_assert_nonnull (strstr (words, files[i].words));
      g_assert_nonnull (strstr (error->message, files[i].name)); /* the engine's sentence */
      g_unlink (path);
    }
  g_rmdir (folder);
}

/* The words name what the error is about, also in a copy of it. */
static void
test_fault_words (void)
{
  static const struct
  {
    GlmFault fault;
    const char *subject;
    const char *words;
  } faults[] = {
    { GLM_FAULT_TYPE, "IQ4_KSS", "quantized as IQ4_KSS" },
    { GLM_FAULT_ARCH, "llama", "“llama”" },
    { GLM_FAULT_PART, "m-00002-of-00003.gguf", "“m-00002-of-00003.gguf” is missing" },
    { GLM_FAULT_PART, "", "original name" },
    { GLM_FAULT_OTHER_FILE, "folder", "no model to import in this folder" },
    { GLM_FAULT_OTHER_FILE, "safetensors", "whole folder" },
    { GLM_FAULT_ADAPTER, "", "an adapter" },
    { GLM_FAULT_TOKENIZER, "", "no tokenizer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      GlmError engine = { .code = GLM_ERROR_UNSUPPORTED, .message = "x", .fault = faults[i].fault };
      g_autoptr (GError) error = NULL, copy = NULL;
      g_autofree char *words = NULL;

      g_strlcpy (engine.subject, faults[i].subject, sizeof engine.subject);
      error = glm_engine_error_new (&engine);
      copy = g_error_copy (error);
      words = myna_problem_describe (copy);
      g_assert_nonnull (strstr (words, faults[i].words));
    }
}

static void
test_license (void)
{
  GlmModelInfo info = { .family = "GLM-4-0414", .n_params = 1234567 };
  g_autofree char *by_family = myna_model_info_describe_license (&info);
  g_autofree char *from_file = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *copy = myna_model_info_describe_license (&(GlmModelInfo){ .family = "ChatGLM3", .name = "myna-fledgling" });
  g_autofree char *size = myna_model_describe_size (info.n_params);

  g_assert_cmpstr (by_family, ==, "MIT (usual for GLM-4-0414; not stated in the file)");
  g_strlcpy (info.license, "apache-2.0", sizeof info.license);
  from_file = myna_model_info_describe_license (&info);
  g_assert_cmpstr (from_file, ==, "apache-2.0 (according to the file)");
  unknown = myna_model_info_describe_license (&(GlmModelInfo){ .family = "Strange" });
  g_assert_cmpstr (unknown, ==, "Unknown. Check the model’s page");
  g_assert_cmpstr (copy, ==, "CC BY-SA 4.0 (comes with Myna)");
  g_assert_cmpstr (size, ==, "1.2 million parameters");
}

/* ---- Digests ---------------------------------------------------------------------------------------------------- */

static void
keep_result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
get_digest (const char *path, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  myna_digest_async (path, cancellable, NULL, keep_result_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);

  return myna_digest_finish (result, error);
}

static void
check_digest (const char *folder, const char *expected)
{
  g_autofree char *path = g_build_filename (folder, "a [b].gguf", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = get_digest (path, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (digest, ==, expected);
}

/* FIPS 180-2, B.1. */
#define SHA256_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_OF_ABD "a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9"

static void
test_digest (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-digest-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a [b].gguf", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *none = NULL;
  struct utimbuf times = { 1000000000, 1000000000 };

  write_file (folder, "a [b].gguf", "abc");
  g_assert_cmpint (utime (path, &times), ==, 0);
  check_digest (folder, SHA256_OF_ABC);
  /* Size and time are the same: it is not read again. */
  write_file (folder, "a [b].gguf", "abd");
  g_assert_cmpint (utime (path, &times), ==, 0);
  check_digest (folder, SHA256_OF_ABC);
  times.modtime++;
  g_assert_cmpint (utime (path, &times), ==, 0);
  check_digest (folder, SHA256_OF_ABD);

  times.modtime++;
  g_assert_cmpint (utime (path, &times), ==, 0);
  g_cancellable_cancel (cancellable);
  none = get_digest (path, cancellable, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (none);
  g_clear_error (&error);
  g_unlink (path);
  none = get_digest (path, NULL, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_rmdir (folder);
}

/* As the published GLM-4.7-Flash at four bits. */
static const GlmModelInfo flash = {
  .name = "GLM-4.7-Flash",
  .family = "GLM-4.7-Flash",
  .arch = "deepseek2",
  .quantisation = "Q4_K",
  .n_params = 29943000000,
  .n_active_params = 3579000000,
  .file_bytes = 18470000000,
  .n_experts = 64,
  .n_used_experts = 4,
  .context_length = 202752,
  .weight_bytes = 18000000000,
  .expert_bytes = 16000000000,
  .expert_file_bytes = 16000000000,
  .kv_bytes_per_token = 54144,
};

#define GB G_GUINT64_CONSTANT (1000000000)

/* GLib puts blanks into sizes at which no line is broken. */
static char *
take_plain (char *text)
{
  g_autofree char *before = text;
  g_auto (GStrv) words = g_strsplit (before, "\u00a0", -1);

  return g_strjoinv (" ", words);
}

static void
assert_need (const GlmModelInfo *info, guint64 available, double speed, MynaModelVerdict verdict, const char *words)
{
  MynaModelNeed need;
  g_autofree char *text = NULL;

  myna_model_need_init (&need, info, 8192, available, speed);
  text = take_plain (myna_model_need_describe (&need));
  g_assert_cmpint (need.verdict, ==, verdict);
  g_assert_cmpint (myna_model_need_is_too_much (&need), ==, verdict >= MYNA_VERDICT_FROM_DISK);
  if (!strstr (text, words))
    g_error ("“%s” is not in “%s”", words, text);
}

/* Of a model with experts those that are not in memory are read; where not even the rest fits, nothing helps. */
static void
test_need (void)
{
  GlmModelInfo dense = flash;
  g_autofree char *size = myna_model_info_describe_size (&flash), *parts = NULL, *dense_size = NULL;
  MynaModelNeed need;

  g_assert_cmpstr (size, ==, "29.9 billion parameters, 3.6 billion active");
  dense.n_experts = dense.n_used_experts = 0;
  dense.expert_bytes = dense.expert_file_bytes = 0;
  dense_size = myna_model_info_describe_size (&dense);
  g_assert_cmpstr (dense_size, ==, "29.9 billion parameters");

  assert_need (&flash, 0, 0, MYNA_VERDICT_UNKNOWN, "Needs about 18.4 GB of memory");
  assert_need (&flash, 32 * GB, 0, MYNA_VERDICT_FITS, "(32.0 GB available)");
  assert_need (&flash, 20 * GB, 0, MYNA_VERDICT_TIGHT, "slow");
  assert_need (&flash, 10 * GB, 0, MYNA_VERDICT_FROM_DISK,
               "only 10.0 GB is available. It would run from the disk, and slowly.");
  /* Half of the experts are missing: a token wants four of 64, and half of those from the disk: 0.5 GB. */
  myna_model_need_init (&need, &flash, 8192, 10 * GB, 3e9);
  g_assert_cmpfloat_with_epsilon (need.rate, 3e9 / ((need.total - 10e9) * 4 / 64), 1e-6);
  assert_need (&flash, 10 * GB, 3e9, MYNA_VERDICT_FROM_DISK, "at about 6 tokens per second.");
  assert_need (&flash, 3 * GB, 1e8, MYNA_VERDICT_FROM_DISK, "at about 0.1 tokens per second.");
  assert_need (&flash, 2 * GB, 3e9, MYNA_VERDICT_TOO_LARGE, "only 2.0 GB is available");
  assert_need (&dense, 10 * GB, 3e9, MYNA_VERDICT_TOO_LARGE, "only 10.0 GB is available");

  parts = take_plain (myna_model_need_describe_parts (&need));
  g_assert_nonnull (strstr (parts, "Always in memory 2.0 GB, experts as they are used 16.0 GB, context 443.5 MB"));
}

static void
disk_measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(double *) user_data = myna_disk_measure_finish (result);
}

static double
measure_disk (const char *path, GCancellable *cancellable)
{
  double speed = -1;

  myna_disk_measure_async (path, cancellable, disk_measured_cb, &speed);
  while (speed < 0)
    g_main_context_iteration (NULL, TRUE);
  return speed;
}

static void
test_disk (void)
{
  g_autofree char *starter = g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
  g_autofree char *folder = g_dir_make_tmp ("myna-disk-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tiny", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_assert_cmpfloat (measure_disk (starter, NULL), >, 1e5);
  write_file (folder, "tiny", "no model");
  g_assert_cmpfloat (measure_disk (path, NULL), ==, 0);
  g_assert_cmpfloat (measure_disk ("/nowhere/model.gguf", NULL), ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_cmpfloat (measure_disk (starter, cancellable), ==, 0);
  g_unlink (path);
  g_rmdir (folder);
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(double *) user_data = myna_bandwidth_measure_finish (result);
}

/* Between a computer of the nineties and what no memory reaches; and it can be given up. */
static void
test_bandwidth (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  double bandwidth = -1;

  myna_bandwidth_measure_async (cancellable, measured_cb, &bandwidth);
  while (bandwidth < 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (bandwidth, >, 5e7);
  g_assert_cmpfloat (bandwidth, <, 5e12);
  g_assert_cmpfloat (myna_bandwidth_to_rate (bandwidth, (guint64) bandwidth), <, 1);

  bandwidth = -1;
  g_cancellable_cancel (cancellable);
  myna_bandwidth_measure_async (cancellable, measured_cb, &bandwidth);
  while (bandwidth < 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpfloat (bandwidth, ==, 0);
}

/* What GLib says is for the details; what we say has none, or those that it was made with. */
static void
test_system_problems (void)
{
  g_autoptr (GError) file = NULL, gone = NULL, fixed = NULL, own = myna_problem_new ("Plain words.", "<data>:3:7"),
                     copy = g_error_copy (own);
  g_autofree char *words = NULL, *gone_words = NULL, *fixed_words = NULL, *own_words = NULL;
  g_autofree char *text = NULL;

  g_assert_false (g_file_get_contents ("/", &text, NULL, &file));
  words = myna_problem_describe (file);
  g_assert_cmpstr (words, ==, "This is not a file, but a folder or a device.");
  g_assert_cmpstr (myna_problem_get_details (file), ==, file->message);
  g_set_error_literal (&gone, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Error opening file /x: No such file or directory");
  gone_words = myna_problem_describe (gone);
  g_assert_null (strstr (gone_words, "Error opening"));
  /* Of what Myna keeps itself, nobody can choose the place. */
  g_set_error_literal (&fixed, G_FILE_ERROR, G_FILE_ERROR_ROFS, "Failed to create file “/x”: Read-only file system");
  fixed_words = myna_problem_describe (fixed);
  g_assert_cmpstr (fixed_words, ==, "This location is read-only. Make it writable, or choose another one.");
  own_words = myna_problem_describe (copy);
  g_assert_cmpstr (own_words, ==, "Plain words.");
  g_assert_cmpstr (myna_problem_get_details (copy), ==, "<data>:3:7");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/settings/round-trip", test_round_trip);
  g_test_add_func ("/settings/tools", test_tools);
  g_test_add_func ("/settings/bad-json", test_bad_json);
  g_test_add_func ("/settings/ranges", test_ranges);
  g_test_add_func ("/settings/words", test_words);
  g_test_add_func ("/settings/levels", test_levels);
  g_test_add_func ("/settings/load-options", test_load_options);
  g_test_add_func ("/settings/thinking", test_thinking);
  g_test_add_func ("/models/memory", test_memory);
  g_test_add_func ("/models/need", test_need);
  g_test_add_func ("/models/disk", test_disk);
  g_test_add_func ("/models/bandwidth", test_bandwidth);
  g_test_add_func ("/models/entry", test_entry);
  g_test_add_func ("/models/wrong-files", test_wrong_files);
  g_test_add_func ("/models/fault-words", test_fault_words);
  g_test_add_func ("/models/digest", test_digest);
  g_test_add_func ("/models/license", test_license);
  g_test_add_func ("/settings/system-problems", test_system_problems);

  return g_test_run ();
}
