/* test-call.c: a call that is asked about in the terminal
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include "cli/cli-call.h"

static char *ran; /* the latest arguments, where they were edited */

/* What the model is told where the person says `words`; *ret_shown: what the person sees. */
static char *
ask (const char *tool, const char *arguments, size_t budget, const GlmCancel *interrupt, const char *words, char **ret_shown)
{
  size_t n_shown;
  FILE *in = *words ? fmemopen ((char *) words, strlen (words), "r") : fopen ("/dev/null", "r");
  FILE *out = open_memstream (ret_shown, &n_shown);
  char *edited, *text = cli_run_call (tool, arguments, budget, interrupt, in, out, &edited);

  g_free (ran);
  ran = g_strdup (edited);
  free (edited);
  fclose (in);
  fclose (out);
  return text;
}

static void
assert_told (const char *arguments, const char *words, const char *told, const char *shown)
{
  char *seen, *text = ask ("calculate", arguments, 100, NULL, words, &seen);

  g_assert_cmpstr (text, ==, told);
  g_assert_nonnull (strstr (seen, shown));
  free (text);
  free (seen);
}

#define SUM "{\"expression\": \"2+3\"}"

static void
test_answers (void)
{
  assert_told (SUM, "y\n", "5", "5\n");
  assert_told (SUM, "Yes\r\n", "5", "5\n");
  assert_told (SUM, "n\n", "The person refused.", "y = yes");
  assert_told (SUM, "", "The person refused.", "y = yes");
  /* Neither yes nor no is asked again, and never run. */
  assert_told (SUM, "\nwhat\nn\n", "The person refused.", "y = yes");
  assert_told ("{\"expression\": \"1/0\"}", "y\n", "Error: Division by zero", "Error: Division by zero");
}

static void
test_edit (void)
{
  assert_told (SUM, "e\n{\"expression\": \"6*7\"}\ny\n", "42", "[calculate {\"expression\": \"6*7\"}]");
  g_assert_cmpstr (ran, ==, "{\"expression\": \"6*7\"}");
  assert_told (SUM, "e\n{\"expression\": \"6*7\"}\nn\n", "The person refused.", "6*7");
  assert_told (SUM, "e\n\ny\n", "5", "[calculate " SUM "]");
  g_assert_null (ran);
  /* What is no call of the tool is not taken. */
  assert_told (SUM, "e\n{}\ny\n", "5", "These cannot be run: ");
  assert_told (SUM, "e\n6*7\ny\n", "5", "These cannot be run: ");
  assert_told (SUM, "e\n", "The person refused.", "y = yes");
}

/* What the person sees is all, and acts on no terminal; the model gets its part. */
static void
test_long (void)
{
  char *seen, *text = ask ("calculate", "{\"expression\": \"10^300\"}", 100, NULL, "y\n", &seen);

  g_assert_cmpuint (strlen (seen), >, 300);
  g_assert_cmpuint (g_utf8_strlen (text, -1), <, 200);
  g_assert_nonnull (strstr (text, "characters more"));
  free (text);
  free (seen);

  text = ask ("calculate", SUM, 100, NULL, "e\n{\"expression\": \"\033[2J2+3\"}\ny\n", &seen);
  g_assert_null (strchr (seen, '\033'));
  free (text);
  free (seen);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli-call/answers", test_answers);
  g_test_add_func ("/cli-call/edit", test_edit);
  g_test_add_func ("/cli-call/long", test_long);
  status = g_test_run ();
  g_free (ran);
  return status;
}
