/* test-markdown.c: the markdown parser, without a display
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "markup/markdown.h"
#include "spec-examples.h"

static void
assert_same_blocks (const char *text, GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    g_error ("%u blocks, all at once %u: %s", a->len, b->len, text);
  for (guint i = 0; i < a->len; i++)
    if (!myna_block_equal (a->pdata[i], b->pdata[i]))
      g_error ("block %u is not what it is when parsed all at once: %s", i, text);
}

/* The text of HTML: without tags and blanks, entities resolved. */
static char *
text_of_html (const char *html)
{
  GString *text = g_string_new (NULL);

  for (const char *at = html; *at; at++)
    if (*at == '<' && strchr (at, '>'))
      at = strchr (at, '>');
    else if (!g_ascii_isspace (*at))
      g_string_append_c (text, *at);
  g_string_replace (text, "&lt;", "<", 0);
  g_string_replace (text, "&gt;", ">", 0);
  g_string_replace (text, "&quot;", "\"", 0);
  g_string_replace (text, "&amp;", "&", 0);
  return g_string_free (text, FALSE);
}

static void
append_text (GString *text, const char *more)
{
  for (; more && *more; more++)
    if (!g_ascii_isspace (*more))
      g_string_append_c (text, *more);
}

static guint
count (const char *html, const char *tag)
{
  guint n = 0;

  for (const char *at = strstr (html, tag); at; at = strstr (at + 1, tag))
    n++;
  return n;
}

static gboolean
shows_html (MynaBlock *block)
{
  for (guint i = 0; block->string.runs && i < block->string.runs->len; i++)
    if (g_array_index (block->string.runs, MynaRun, i).style & (MYNA_RUN_HTML | MYNA_RUN_MATHS))
      return TRUE;
  return block->kind == MYNA_BLOCK_HTML;
}

/* What the specification says is shown, is shown; its structure is there.  FALSE if the example is about HTML or images, which
 * this program shows in its own way. */
static gboolean
check_example (const SpecExample *example)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *expected = text_of_html (example->html);
  guint n_kinds[MYNA_BLOCK_SUMMARY + 1] = { 0, }, n_items = 0, n_quotes = 0;
  GPtrArray *blocks;

  myna_markdown_set_text (document, example->markdown);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    {
      MynaBlock *block = blocks->pdata[i];

      if (shows_html (block))
        return FALSE;
      n_kinds[block->kind]++;
      if (!block->cells)
        append_text (text, block->string.text);
      for (guint c = 0; block->cells && c < block->cells->len; c++)
        append_text (text, ((MynaRichString *) block->cells->pdata[c])->text);
      for (guint c = 0; c < block->n_containers; c++)
        {
          n_items += block->containers[c].is_first && block->containers[c].kind == MYNA_CONTAINER_ITEM;
          n_quotes += block->containers[c].is_first && block->containers[c].kind == MYNA_CONTAINER_QUOTE;
        }
    }
  if (strstr (example->html, "<img") || strstr (example->html, "footnote")
      || strstr (example->html, "<blockquote>\n</blockquote>"))
    return FALSE;
  if (strcmp (text->str, expected) != 0)
    g_error ("line %u: “%s”, specified is “%s”", example->line, text->str, expected);
  g_assert_cmpuint (n_kinds[MYNA_BLOCK_CODE], ==, count (example->html, "<pre"));
  g_assert_cmpuint (n_kinds[MYNA_BLOCK_RULE], ==, count (example->html, "<hr"));
  g_assert_cmpuint (n_kinds[MYNA_BLOCK_TABLE], ==, count (example->html, "<table"));
  g_assert_cmpuint (n_kinds[MYNA_BLOCK_HEADING], ==, count (example->html, "</h"));
  g_assert_cmpuint (n_items, ==, count (example->html, "<li"));
  g_assert_cmpuint (n_quotes, ==, count (example->html, "<blockquote"));
  return TRUE;
}

static void
test_specification (void)
{
  g_autoptr (GPtrArray) examples = spec_examples_load ("spec.txt");
  guint n_checked = 0;

  for (guint i = 0; i < examples->len; i++)
    n_checked += check_example (examples->pdata[i]);
  g_test_message ("%u of %u examples", n_checked, examples->len);
  g_assert_cmpuint (n_checked, >, 500);
}

/* Feeds the text a character at a time. */
static void
check_every_prefix (const char *text)
{
  g_autoptr (MynaMarkdown) incremental = myna_markdown_new ();
  g_autofree char *prefix = g_strdup (text);

  for (const char *end = text;; end = g_utf8_next_char (end))
    {
      g_autoptr (MynaMarkdown) full = myna_markdown_new ();

      memcpy (prefix, text, end - text);
      prefix[end - text] = '\0';
      myna_markdown_set_text (incremental, prefix);
      myna_markdown_set_text (full, prefix);
      assert_same_blocks (prefix, myna_markdown_get_blocks (incremental), myna_markdown_get_blocks (full));
      if (*end == '\0')
        break;
    }
}

static void
test_every_prefix (gconstpointer name)
{
  g_autoptr (GPtrArray) examples = spec_examples_load (name);

  g_assert_cmpuint (examples->len, >, 10);
  g_test_message ("%u examples", examples->len);
  for (guint i = 0; i < examples->len; i++)
    check_every_prefix (((SpecExample *) examples->pdata[i])->markdown);
}

/* Two examples after each other: the first is stable when the second arrives. */
static void
test_every_pair (void)
{
  g_autoptr (GPtrArray) examples = spec_examples_load ("spec.txt");

  for (guint i = 0; i + 1 < examples->len; i++)
    {
      SpecExample *first = examples->pdata[i], *second = examples->pdata[(i * 7 + 1) % examples->len];
      g_autofree char *text = g_strconcat (first->markdown, "\n", second->markdown, NULL);

      check_every_prefix (text);
    }
}

static const char *messages[] = {
  "<think>\nLet me *think*.\n\n- a\n- b\n</think>\n\nThe **answer** is 4.\n\nBye.",
  "I reason\n\n> q\n</think>\nand answer",
  "<thin",
  "a < b",
  "para\n| a | b |\n|---|---|\n| 1 | 2 |\n\nnext\n",
  "Solve $a_1 * b_2$:\n$$\nx\n= 1\n+ 2\n---\n$$\nthen $$y$$ and \\(z\\), $5 or $6.\n\n- \\[ q\n  + r \\]\n- s\n\n$$ open\n\nend",
  "one\r\ntwo\r\n\r\n- three\r\n\r\n```\r\ncode\r\n```\r\nfour",
  "``` Markdown\n# T\n\n```c\n1\n```\n\nText\n\n```\n\nEnd **x：**y https://a.example，z\n-",
  "| a | `b|c` |\n|---|---|\n| 1 | 2 |\n- x\n\n\\begin{align}\na\n\\end{align}\n\nx<sub>1</sub>\n= ",
  "<details>\n<summary>W</summary>\n\n**a**\n\n<details open>\nb\n</details>\n\n</details>\n\nc\n\n</details>\n\nd",
  "a|b\n\v|-\n1|2\n\nc\n-|\f-\n3\n\nd\n\f\n|-|\v\ne",
  "文字\n\n- 一\n- 二\n\n| 甲 | 乙 |\n|--|--|\n| 丙 | 丁 |\n",
};

static void
test_messages (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    check_every_prefix (messages[i]);
}

/* While text is added behind finished blocks, these are not parsed again. */
static void
test_cost (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "Paragraph %u with **some** words in it, neither long nor short.\n\n", i);
  myna_markdown_set_text (document, text->str);
  g_assert_cmpuint (myna_markdown_get_parsed_bytes (document), ==, text->len);
  for (guint i = 0; i < 50; i++)
    {
      guint first;

      g_string_append (text, "and ");
      first = myna_markdown_set_text (document, text->str);
      g_assert_cmpuint (first, >=, 199);
      g_assert_cmpuint (myna_markdown_get_parsed_bytes (document), <, 400);
    }
}

static MynaBlock *
parse_one (MynaMarkdown *document, const char *text)
{
  myna_markdown_set_text (document, text);
  g_assert_cmpuint (myna_markdown_get_blocks (document)->len, >, 0);
  return myna_markdown_get_blocks (document)->pdata[0];
}

static const MynaRun *
get_run (MynaBlock *block, guint i)
{
  g_assert_nonnull (block->string.runs);
  g_assert_cmpuint (i, <, block->string.runs->len);
  return &g_array_index (block->string.runs, MynaRun, i);
}

static void
test_links (void)
{
  static const char *unsafe[] = { "[a](javascript:alert(1))", "[a](file:///etc/passwd)", "[a](data:text/html,x)", "[a](b.html)",
                                  "[a](JAVASCRIPT:x)",        "![a](file:///x.png)" };
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  MynaBlock *block = parse_one (document, "See [the *page*](https://a.example/x?y=1&z=\"2\") or www.b.example.");

  g_assert_cmpstr (block->string.text, ==, "See the page or www.b.example.");
  g_assert_cmpint (get_run (block, 0)->style, ==, MYNA_RUN_LINK);
  g_assert_cmpstr (get_run (block, 0)->data, ==, "https://a.example/x?y=1&z=\"2\"");
  g_assert_cmpint (get_run (block, 1)->style, ==, MYNA_RUN_LINK | MYNA_RUN_EMPHASIS);
  g_assert_cmpstr (get_run (block, 2)->data, ==, "http://www.b.example");

  block = parse_one (document, "<me@a.example> ![bird](https://a.example/b.png)![](http://c.example)");
  g_assert_cmpstr (block->string.text, ==, "me@a.example birdhttp://c.example");
  g_assert_cmpstr (get_run (block, 0)->data, ==, "mailto:me@a.example");
  g_assert_cmpstr (get_run (block, 1)->data, ==, "https://a.example/b.png");

  for (guint i = 0; i < G_N_ELEMENTS (unsafe); i++)
    {
      block = parse_one (document, unsafe[i]);
      g_assert_cmpstr (block->string.text, ==, "a");
      g_assert_null (block->string.runs);
    }
}

static void
test_hidden_characters (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  MynaBlock *block = parse_one (document, "```c\nif (x) \u202e{ return;\n```");

  g_assert_cmpstr (block->string.text, ==, "if (x) ⟨U+202E⟩{ return;");
  g_assert_cmpstr (myna_block_get_source (block), ==, "if (x) \u202e{ return;");
  block = parse_one (document, "a `b\u200bc` d");
  g_assert_cmpstr (block->string.text, ==, "a b⟨U+200B⟩c d");
}

static guint
count_letters (const char *text, char letter)
{
  guint n = 0;

  for (; *text; text++)
    n += *text == letter;
  return n;
}

static void
test_tables (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) big = g_string_new (NULL);
  static const char *const cells[] = { "|-", "| -", "|\v-", "|-\f" };
  MynaBlock *block = parse_one (document, "|a|b|c|\n|:-|:-:|-:|\n|1|**2**|3|\n|4|\n");

  g_assert_cmpint (block->kind, ==, MYNA_BLOCK_TABLE);
  g_assert_cmpuint (block->n_columns, ==, 3);
  g_assert_cmpuint (block->cells->len, ==, 9);
  g_assert_cmpint (block->alignments[1], ==, MYNA_ALIGN_CENTER);
  g_assert_cmpint (block->alignments[2], ==, MYNA_ALIGN_END);
  g_assert_cmpstr (((MynaRichString *) block->cells->pdata[4])->text, ==, "2");
  g_assert_cmpstr (((MynaRichString *) block->cells->pdata[8])->text, ==, "");

  /* Too wide: plain text, all of it, whatever the blanks in the cells are. */
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *shown = NULL;

      g_string_set_size (big, 0);
      for (guint row = 0; row < 700; row++)
        {
          for (guint column = 0; column < 80; column++)
            g_string_append (big, row == 1 ? cells[i] : "|x");
          g_string_append (big, "|\n");
        }
      block = parse_one (document, big->str);
      g_assert_cmpint (block->kind, ==, MYNA_BLOCK_PARAGRAPH);
      shown = myna_markdown_to_plain_text (big->str, G_MAXINT);
      g_assert_cmpuint (count_letters (shown, 'x'), ==, 699 * 80);
    }
}

/* A hostile or broken reply costs no more than a moment and shows its text. */
static void
test_pathological (void)
{
  static const struct
  {
    const char *before, *middle, *after;
    guint n;
  } cases[] = {
    { "", "> ", "a", 30000 },          { "", "- ", "a", 30000 },           { "", "[", "", 50000 },
    { "", "![", "", 30000 },           { "", "[a](", "", 16000 },          { "", "*a **a ", "", 9000 },
    { "", "a**b_c* ", "", 7000 },      { "", "`a``", "", 15000 },          { "", "<a ", "", 20000 },
    { "", "~~a", "", 20000 },          { "", "$a$ $", "", 12000 },         { "", "$$", "", 20000 },
    { "", "\\(", "", 30000 },          { "", "\\( a \\)\n", "", 60000 },   { "", "\\[x", "", 20000 },
    { "", "| a ", "|\n|-|\n", 15000 }, { "", "http://a.b/ ", "", 5000 },   { "", "a@b.", "", 16000 },
    { "", "&#", "", 20000 },           { "", "1. a\n", "", 20000 },        { "```\n", "x\n", "", 50000 },
    { "", "\n\n<b", "", 20000 },       { "[^1]:x\n", "[^1] ", "", 12000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MynaMarkdown) document = myna_markdown_new ();
      g_autoptr (GString) text = g_string_new (cases[i].before);
      clock_t start = clock (); /* of this process: others may keep the machine busy */
      int ms;

      for (guint n = 0; n < cases[i].n; n++)
        g_string_append (text, cases[i].middle);
      g_string_append (text, cases[i].after);
      myna_markdown_set_text (document, text->str);
      g_assert_cmpuint (myna_markdown_get_blocks (document)->len, >, 0);
      for (guint b = 0; b < myna_markdown_get_blocks (document)->len; b++)
        g_assert_cmpuint (((MynaBlock *) myna_markdown_get_blocks (document)->pdata[b])->n_containers, <=,
                          MYNA_MARKDOWN_MAX_DEPTH);
      ms = (clock () - start) * 1000 / CLOCKS_PER_SEC;
      g_test_message ("%u × “%s”: %d ms", cases[i].n, cases[i].middle, ms);
      /* Milliseconds on any machine, 250 at the most; a blow-up takes minutes.  The sanitizers cost a factor of ten. */
      g_assert_cmpint (ms, <, 20000);
    }
}

/* The step over a limit, as text streams over it. */
static void
check_last_prefixes (const char *text)
{
  g_autoptr (MynaMarkdown) incremental = myna_markdown_new (), full = myna_markdown_new ();
  g_autofree char *prefix = g_strndup (text, strlen (text) - 10);

  myna_markdown_set_text (incremental, prefix);
  myna_markdown_set_text (incremental, text);
  myna_markdown_set_text (full, text);
  assert_same_blocks (text, myna_markdown_get_blocks (incremental), myna_markdown_get_blocks (full));
}

static void
test_long (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  gsize shown = 0;

  /* one paragraph without an end */
  while (text->len < 100 * 1024)
    g_string_append (text, "wörter und **Wörter** ");
  myna_markdown_set_text (document, text->str);
  for (guint i = 0; i < myna_markdown_get_blocks (document)->len; i++)
    {
      MynaBlock *block = myna_markdown_get_blocks (document)->pdata[i];

      g_assert_cmpuint (strlen (block->string.text), <=, MYNA_MARKDOWN_MAX_PARAGRAPH);
      g_assert_true (g_utf8_validate (block->string.text, -1, NULL));
      shown += strlen (block->string.text);
    }
  g_assert_cmpuint (shown, >, 75 * 1024);

  /* one line without an end */
  g_string_set_size (text, 0);
  while (text->len <= MYNA_MARKDOWN_MAX_LINE)
    g_string_append (text, "a@b. ");
  check_last_prefixes (text->str);

  /* too many columns, and behind it, without a blank line, a block that is not of its paragraph */
  g_string_set_size (text, 0);
  for (guint line = 0; line < 2; line++)
    {
      g_string_append (text, line == 0 ? ">-" : "|\n-");
      for (guint column = 0; column <= MYNA_MARKDOWN_MAX_TABLE_COLUMNS; column++)
        g_string_append_c (text, '|');
      g_string_append_c (text, '\n');
    }
  check_every_prefix (text->str);

  /* more than is ever parsed */
  g_string_set_size (text, 0);
  while (text->len < MYNA_MARKDOWN_MAX_TEXT + 4096)
    g_string_append (text, "Zeile **fett**\n\n");
  myna_markdown_set_text (document, text->str);
  g_assert_cmpuint (myna_markdown_get_parsed_bytes (document), <=, MYNA_MARKDOWN_MAX_TEXT);
}

/* What is mathematics, and what only looks like it. */
static void
test_maths (void)
{
  /* clang-format off */
  static const struct { const char *markdown, *source; } formulas[] = {
    { "a $x^2$ b", "$x^2$" },          { "a \\(x_1*y_1*\\) b", "\\(x_1*y_1*\\)" }, { "($x$)", "$x$" },
    { "是$n$个", "$n$" },               { "$a \\$ b$", "$a \\$ b$" },               { "**$x$**", "$x$" },
    { "[$x$](https://a.example)", "$x$" }, { "a $|x|$, b", "$|x|$" },
  };
  /* clang-format on */
  static const char *others[] = {
    "It costs $5 or $10, not $20.",
    "US$5 and US$6",
    "a $5",
    "from $5-$7",
    "paid $20 (or 20$) today",
    "\\$x\\$",
    "`$x$`",
    "`\\(x\\)`",
    "$",
    "a $$ b",
    "\\(\\)",
    "[a](\\(b\\))",
    "echo $HOME $PATH",
  };
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  MynaBlock *block;

  for (guint i = 0; i < G_N_ELEMENTS (formulas); i++)
    {
      block = parse_one (document, formulas[i].markdown);
      g_assert_cmpint (get_run (block, 0)->style & MYNA_RUN_MATHS, ==, MYNA_RUN_MATHS);
      g_assert_cmpstr (get_run (block, 0)->data, ==, formulas[i].source);
      g_assert_nonnull (strstr (block->string.text, "\uFFFC"));
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      block = parse_one (document, others[i]);
      g_assert_cmpint (block->kind, ==, MYNA_BLOCK_PARAGRAPH);
      g_assert_null (strstr (block->string.text, "\uFFFC"));
      g_assert_null (strchr (block->string.text, '\001'));
    }
  block = parse_one (document, "`\\(x\\)` \\(\\)");
  g_assert_cmpstr (block->string.text, ==, "\\(x\\) ()");
  block = parse_one (document, "```\n\\[ x \\]\n```");
  g_assert_cmpstr (block->string.text, ==, "\\[ x \\]");
}

static void
test_displayed_maths (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GPtrArray *blocks;

  myna_markdown_set_text (document, "The roots are $$x = 1$$ or\n\\[\na\n+ b\n\\].\n1. so\n   $$\n   y\n");
  blocks = myna_markdown_get_blocks (document);
  g_assert_cmpuint (blocks->len, ==, 6);
  g_assert_cmpstr (((MynaBlock *) blocks->pdata[0])->string.text, ==, "The roots are");
  g_assert_cmpint (((MynaBlock *) blocks->pdata[1])->kind, ==, MYNA_BLOCK_MATHS);
  g_assert_cmpstr (((MynaBlock *) blocks->pdata[1])->string.text, ==, "$$x = 1$$");
  g_assert_cmpstr (((MynaBlock *) blocks->pdata[2])->string.text, ==, "or");
  g_assert_cmpstr (((MynaBlock *) blocks->pdata[3])->string.text, ==, "\\[\na\n+ b\n\\]");
  g_assert_cmpint (((MynaBlock *) blocks->pdata[5])->kind, ==, MYNA_BLOCK_MATHS);
  g_assert_cmpstr (((MynaBlock *) blocks->pdata[5])->string.text, ==, "$$\ny");
  g_assert_cmpuint (((MynaBlock *) blocks->pdata[5])->n_containers, ==, 1);

  /* never closed: it was none */
  g_assert_cmpint (parse_one (document, "$$\nx\n\nend")->kind, ==, MYNA_BLOCK_PARAGRAPH);
  g_assert_cmpstr (parse_one (document, "$$\nx\n\nend")->string.text, ==, "$$\nx");
}

static void
test_invalid_text (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();

  g_assert_cmpstr (parse_one (document, "a [^\nbcdef] c [^ x] d")->string.text, ==, "a [^\nbcdef] c [^ x] d");
  g_assert_cmpstr (parse_one (document, "a\xff\xc3")->string.text, ==, "a\uFFFD\uFFFD");
  myna_markdown_set_text (document, "");
  g_assert_cmpuint (myna_markdown_get_blocks (document)->len, ==, 0);
}

/* A thought is split off before markdown is parsed; its tags in markdown are HTML like any other. */
static void
test_unknown_tags (void)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  MynaBlock *block = parse_one (document, "<think>\n*Hm.*\n</think>\n\nFour.");

  g_assert_cmpuint (myna_markdown_get_blocks (document)->len, ==, 2);
  g_assert_cmpint (block->kind, ==, MYNA_BLOCK_HTML);
  g_assert_cmpstr (block->string.text, ==, "<think>\n*Hm.*\n</think>");
  block = parse_one (document, "<think>*Hm.*</think> Four.");
  g_assert_cmpint (block->kind, ==, MYNA_BLOCK_PARAGRAPH);
  g_assert_cmpstr (block->string.text, ==, "<think>Hm.</think> Four.");
  g_assert_cmpstr (parse_one (document, "<thin")->string.text, ==, "<thin");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/specification", test_specification);
  g_test_add_data_func ("/markdown/every-prefix/spec", "spec.txt", test_every_prefix);
  g_test_add_data_func ("/markdown/every-prefix/extensions", "extensions.txt", test_every_prefix);
  g_test_add_data_func ("/markdown/every-prefix/regression", "regression.txt", test_every_prefix);
  g_test_add_func ("/markdown/every-prefix/pairs", test_every_pair);
  g_test_add_func ("/markdown/every-prefix/messages", test_messages);
  g_test_add_func ("/markdown/cost", test_cost);
  g_test_add_func ("/markdown/links", test_links);
  g_test_add_func ("/markdown/hidden-characters", test_hidden_characters);
  g_test_add_func ("/markdown/tables", test_tables);
  g_test_add_func ("/markdown/pathological", test_pathological);
  g_test_add_func ("/markdown/long", test_long);
  g_test_add_func ("/markdown/maths", test_maths);
  g_test_add_func ("/markdown/displayed-maths", test_displayed_maths);
  g_test_add_func ("/markdown/invalid-text", test_invalid_text);
  g_test_add_func ("/markdown/unknown-tags", test_unknown_tags);
  return g_test_run ();
}
