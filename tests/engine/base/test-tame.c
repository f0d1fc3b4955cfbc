/* test-tame.c: nothing that acts on a terminal or turns a text around is left
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/error.h"
#include "base/tame.h"
#include "check.h"

static void
check_tame (const char *text, size_t n, const char *expected)
{
  char copy[64];
  size_t n_new;

  memcpy (copy, text, n);
  n_new = glm_tame (copy, n);
  CHECK (n_new == strlen (expected) && memcmp (copy, expected, n_new) == 0, "\"%.*s\", expected \"%s\"", (int) n_new, copy,
         expected);
}

static void
test_tame (void)
{
  static const char *const kept[] = { "", "Hello, world ~", "你好，世界", "العربية עברית", "é😀\u200d\u200c\u00a0\ufffd" };

  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    check_tame (kept[i], strlen (kept[i]), kept[i]);
  check_tame ("\033[31mred\033[0m", 12, "?[31mred?[0m");
  check_tame ("a\0b\tc\nd\re\x7f", 10, "a?b?c?d?e?");
  check_tame ("\xc2\x80\xc2\x9b"
              "31m\xc2\x9f",
              9, "??31m?");
  check_tame ("\u061c\u200e\u200f\u2028\u2029", 14, "?????");
  check_tame ("x\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069y", 29, "x?????????y");
  check_tame ("\xff\xc3(\xe4\xbd\xed\xa0\x80", 8, "?\?(?????");
}

/* Every error message: names in it come from files. */
static void
test_messages (void)
{
  GlmError error = { 0 };

  glm_error_set (&error, GLM_ERROR_BAD_FILE, "tensor %s\n%s", "\033]0;title\a", "\u202egpj.exe");
  CHECK (strcmp (error.message, "tensor ?]0;title?\?\?gpj.exe") == 0, "%s", error.message);
  glm_error_prefix (&error, "%s",
                    "a\xc2\x9b"
                    "b\xff!");
  CHECK (strcmp (error.message, "a?b?!: tensor ?]0;title?\?\?gpj.exe") == 0, "%s", error.message);
  glm_error_set_errno (&error, 2, "%s", "\033c.gguf");
  CHECK (strncmp (error.message, "?c.gguf: ", 9) == 0, "%s", error.message);
}

int
main (void)
{
  test_tame ();
  test_messages ();
  return check_exit ();
}
