/* test-code-language.c: the highlighter's language for the word behind a code fence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/code-language.h"

static void
assert_id (const char *info, const char *id)
{
  g_autofree char *found = myna_code_language_dup_id (info);

  g_assert_cmpstr (found, ==, id);
}

/* What people write, in whatever case; what is not known is left to the highlighter. */
static void
test_ids (void)
{
  assert_id ("py", "python3");
  assert_id ("C++", "cpp");
  assert_id ("C#", "c-sharp");
  assert_id ("TSX", "typescript-jsx");
  assert_id ("c", "c");
  assert_id ("Klingon", "klingon");
  assert_id ("", "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/code-language/ids", test_ids);
  return g_test_run ();
}
