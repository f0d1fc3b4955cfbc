/* test-prompts.c: prompts with gaps, and the file that keeps the person's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "chat/myna-problem.h"
#include "chat/prompts.h"

static char *
new_path (void)
{
  static guint n;

  g_mkdir_with_parents (g_get_user_data_dir (), 0700);
  return g_strdup_printf ("%s/prompts-%u/prompts.json", g_get_user_data_dir (), n++);
}

static const MynaPrompt *
get (MynaPrompts *prompts, guint index)
{
  return g_ptr_array_index (myna_prompts_get_list (prompts), index);
}

static void
test_fill (void)
{
  guint cursor;
  g_autofree char *all = myna_prompt_fill ("总结：{clipboard}\n{selection}|{text}?", "a {text} of its own", "b", &cursor);
  g_autofree char *none = NULL;
  g_autofree char *date = NULL;

  /* What is filled in is no pattern. */
  g_assert_cmpstr (all, ==, "总结：a {text} of its own\nb|?");
  g_assert_cmpuint (cursor, ==, (guint) g_utf8_strlen (all, -1) - 1);
  none = myna_prompt_fill ("{clipboard}{selection}{unknown} {", NULL, NULL, &cursor);
  g_assert_cmpstr (none, ==, "{unknown} {");
  g_assert_cmpuint (cursor, ==, 11);
  date = myna_prompt_fill ("{date}", NULL, NULL, &cursor);
  g_assert_true (strlen (date) > 8 && !strchr (date, '{'));
  g_assert_true (myna_prompt_has_gap ("x {clipboard} y", "clipboard"));
  g_assert_false (myna_prompt_has_gap ("x {clipboard y", "clipboard"));
}

static void
test_kept (void)
{
  g_autofree char *path = new_path ();
  MynaPrompts *prompts = myna_prompts_new (path);
  g_autoptr (GError) error = NULL;
  guint n_bundled = myna_prompts_get_list (prompts)->len;

  g_assert_cmpuint (n_bundled, >, 0);
  g_assert_false (get (prompts, 0)->is_own);
  g_assert_true (myna_prompts_add (prompts, "Review", "Review {clipboard}\n“quoted”", &error));
  g_assert_true (myna_prompts_add (prompts, "翻译", "翻译：{text}", &error));
  g_assert_true (myna_prompts_change (prompts, 1, "翻译成英文", "翻译成英文：{text}", &error));
  myna_prompts_free (prompts);

  prompts = myna_prompts_new (path);
  g_assert_cmpuint (myna_prompts_get_list (prompts)->len, ==, n_bundled + 2);
  g_assert_cmpstr (get (prompts, 0)->text, ==, "Review {clipboard}\n“quoted”");
  g_assert_cmpstr (get (prompts, 1)->name, ==, "翻译成英文");
  g_assert_true (get (prompts, 1)->is_own);
  g_assert_true (myna_prompts_remove (prompts, 0, &error));
  myna_prompts_free (prompts);

  prompts = myna_prompts_new (path);
  g_assert_cmpuint (myna_prompts_get_list (prompts)->len, ==, n_bundled + 1);
  g_assert_cmpstr (get (prompts, 0)->name, ==, "翻译成英文");
  myna_prompts_free (prompts);
}

/* What cannot be kept changes nothing, and says why. */
static void
test_refused (void)
{
  g_autofree char *path = new_path ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *much = g_strnfill (MYNA_PROMPT_MAX_TEXT + 1, 'a');
  MynaPrompts *prompts = myna_prompts_new (path);
  guint n = myna_prompts_get_list (prompts)->len;
  g_autoptr (GError) error = NULL;

  g_assert_false (myna_prompts_add (prompts, "  ", "text", &error));
  g_assert_error (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED);
  g_clear_error (&error);
  g_assert_false (myna_prompts_add (prompts, "Name", "", NULL));
  g_assert_false (myna_prompts_add (prompts, "Name", much, NULL));
  /* Its folder cannot be made. */
  g_assert_true (g_file_set_contents (folder, "a file", -1, NULL));
  g_assert_false (myna_prompts_add (prompts, "Name", "text", &error));
  g_assert_nonnull (error);
  g_assert_cmpuint (myna_prompts_get_list (prompts)->len, ==, n);
  myna_prompts_free (prompts);
}

/* A file that is damaged is put aside when the next prompt is saved. */
static void
test_damaged (void)
{
  static const char *const files[] = { "", "[]", "{\"myna-prompts\": 1}", "{\"myna-prompts\": 1, \"prompts\": 3}", "{{{{" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = new_path ();
      g_autofree char *folder = g_path_get_dirname (path);
      g_autofree char *aside = g_strconcat (path, ".damaged", NULL);
      g_autofree char *kept = NULL;
      MynaPrompts *prompts;

      g_mkdir_with_parents (folder, 0700);
      g_assert_true (g_file_set_contents (path, files[i], -1, NULL));
      prompts = myna_prompts_new (path);
      g_assert_false (get (prompts, 0)->is_own);
      g_assert_nonnull (strstr (myna_prompts_get_word (prompts), "prompts.json.damaged"));
      g_assert_true (myna_prompts_add (prompts, "Name", "text", NULL));
      g_assert_null (strstr (myna_prompts_get_word (prompts), "damaged"));
      g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
      g_assert_cmpstr (kept, ==, files[i]);
      myna_prompts_free (prompts);
      prompts = myna_prompts_new (path);
      g_assert_cmpstr (get (prompts, 0)->name, ==, "Name");
      myna_prompts_free (prompts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/prompts/fill", test_fill);
  g_test_add_func ("/prompts/kept", test_kept);
  g_test_add_func ("/prompts/refused", test_refused);
  g_test_add_func ("/prompts/damaged", test_damaged);
  return g_test_run ();
}
