/* test-part.c: the parts of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-test.h"

static const struct
{
  StoreRole role;
  const char *text;
  gboolean has_call;
  const char *parts; /* a letter of "tkcr" for each kind, its text in brackets */
} cases[] = {
  { STORE_ROLE_USER, "", FALSE, "" },
  { STORE_ROLE_USER, " <think>a</think>b", FALSE, "t[ <think>a</think>b]" },
  { STORE_ROLE_SYSTEM, "a", FALSE, "t[a]" },
  { STORE_ROLE_OBSERVATION, "42", FALSE, "r[42]" },
  { STORE_ROLE_OBSERVATION, "", FALSE, "r[]" },
  { STORE_ROLE_ASSISTANT, "", FALSE, "" },
  { STORE_ROLE_ASSISTANT, " a\n", FALSE, "t[ a\n]" },
  { STORE_ROLE_ASSISTANT, "<think>a", FALSE, "k[a]" },
  { STORE_ROLE_ASSISTANT, "\n <think>\na\n</think>\n\nb", FALSE, "k[\na\n]t[\n\nb]" },
  { STORE_ROLE_ASSISTANT, "<think>\n</think>\nb", FALSE, "t[\nb]" },
  { STORE_ROLE_ASSISTANT, "<think>a</think>b<think>c</think>", FALSE, "k[a]t[b<think>c</think>]" },
  { STORE_ROLE_ASSISTANT, "a <think>b</think>c", FALSE, "t[a <think>b</think>c]" },
  { STORE_ROLE_ASSISTANT, "<thi", FALSE, "t[<thi]" },
  { STORE_ROLE_ASSISTANT, "hm\n</think>\na", FALSE, "k[hm\n]t[\na]" },
  { STORE_ROLE_ASSISTANT, "the tag </think>", FALSE, "t[the tag </think>]" },
  /* A reply about the tags. */
  { STORE_ROLE_ASSISTANT, "Like:\n\n```xml\n<think>\nx\n</think>\n```\n\nSo.", FALSE,
    "t[Like:\n\n```xml\n<think>\nx\n</think>\n```\n\nSo.]" },
  { STORE_ROLE_ASSISTANT, "Ends:\n~~~\n</think>\n~~~\nSo.", FALSE, "t[Ends:\n~~~\n</think>\n~~~\nSo.]" },
  { STORE_ROLE_ASSISTANT, "It writes\n<think>\nx\n</think>\nthen", FALSE, "t[It writes\n<think>\nx\n</think>\nthen]" },
  { STORE_ROLE_ASSISTANT, "`<think>` opens.\n\n`</think>` closes.", FALSE, "t[`<think>` opens.\n\n`</think>` closes.]" },
  { STORE_ROLE_ASSISTANT, "with\n```\ncode\n```\n</think>\na", FALSE, "k[with\n```\ncode\n```\n]t[\na]" },
  { STORE_ROLE_ASSISTANT, "<think>a</think>", FALSE, "k[a]" },
  { STORE_ROLE_ASSISTANT, "<think></think>b", FALSE, "t[b]" },
  { STORE_ROLE_ASSISTANT, "<think>\n\n</think>\n\nb", FALSE, "t[\n\nb]" },
  { STORE_ROLE_ASSISTANT, "<think>a\n<think>b</think>c", FALSE, "k[a\n<think>b]t[c]" },
  { STORE_ROLE_ASSISTANT, "<thinking>a</thinking>b", FALSE, "t[<thinking>a</thinking>b]" },
  { STORE_ROLE_ASSISTANT, "<THINK>a</THINK>b", FALSE, "t[<THINK>a</THINK>b]" },
  { STORE_ROLE_ASSISTANT, "> <think>\n> a\n> </think>", FALSE, "t[> <think>\n> a\n> </think>]" },
  { STORE_ROLE_ASSISTANT, "a</think>b", FALSE, "t[a</think>b]" },
  { STORE_ROLE_ASSISTANT, "想一想\n</think>\n\n答案", FALSE, "k[想一想\n]t[\n\n答案]" },
  { STORE_ROLE_ASSISTANT, "```\n<think>a</think>\n```", FALSE, "t[```\n<think>a</think>\n```]" },
  { STORE_ROLE_ASSISTANT, "<think>a</think>\n```\n</think>\n```", FALSE, "k[a]t[\n```\n</think>\n```]" },
  { STORE_ROLE_ASSISTANT, "The tag `</think>` ends it.\n\nIt is <think>, too.", FALSE,
    "t[The tag `</think>` ends it.\n\nIt is <think>, too.]" },
  { STORE_ROLE_ASSISTANT, "{\"x\": 1}", TRUE, "c[{\"x\": 1}]" },
  { STORE_ROLE_ASSISTANT, "", TRUE, "c[]" },
  { STORE_ROLE_ASSISTANT, "<think>a</think>{}", TRUE, "k[a]c[{}]" },
};

static void
test_split (void)
{
  g_autoptr (StoreCall) call = store_call_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      StorePart parts[STORE_MAX_PARTS];
      guint n_parts = store_split_parts (cases[i].role, cases[i].text, cases[i].has_call ? call : NULL, parts);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint j = 0; j < n_parts; j++)
        g_string_append_printf (text, "%c[%.*s]", "tkcr"[parts[j].kind], (int) parts[j].n_bytes, parts[j].text);
      g_assert_cmpstr (text->str, ==, cases[i].parts);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/part/split", test_split);

  return g_test_run ();
}
