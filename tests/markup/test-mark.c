/* test-mark.c: markdown beside Chinese, and text that would cost cmark too much
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>
#include <time.h>

#include "markup/markdown.h"

static void
append_string (GString *out, const MynaRichString *string)
{
  guint at = 0;

  for (guint i = 0; string->runs && i < string->runs->len; i++)
    {
      const MynaRun *run = &g_array_index (string->runs, MynaRun, i);

      g_string_append_len (out, string->text + at, run->start - at);
      g_string_append_c (out, '{');
      for (guint bit = 0; bit < 9; bit++)
        if (run->style & (1 << bit))
          g_string_append_c (out, "BISCL^MH_"[bit]);
      g_string_append_c (out, ':');
      if (run->style & MYNA_RUN_MATHS)
        g_string_append (out, run->data);
      else
        g_string_append_len (out, string->text + run->start, run->end - run->start);
      g_string_append_c (out, '}');
      at = run->end;
    }
  g_string_append (out, string->text + at);
}

/* Blocks, each with a letter before it, and runs with letters for their styles. */
static char *
describe (const char *markdown)
{
  g_autoptr (MynaMarkdown) document = myna_markdown_new ();
  GString *out = g_string_new (NULL);
  GPtrArray *blocks;

  myna_markdown_set_whole_text (document, markdown, NULL, NULL);
  blocks = myna_markdown_get_blocks (document);
  for (guint i = 0; i < blocks->len; i++)
    {
      const MynaBlock *block = blocks->pdata[i];

      g_string_append (out, i > 0 ? " / " : "");
      for (guint c = 0; c < block->n_containers; c++)
        if (block->containers[c].kind == MYNA_CONTAINER_DETAILS)
          g_string_append_c (out, '>');
      g_string_append_printf (out, "%c%s ", "phctrxms"[block->kind], block -> is_open ? "+" : "");
      for (guint c = 0; block->cells && c < block->cells->len; c++)
        {
          append_string (out, block->cells->pdata[c]);
          g_string_append_c (out, '|');
        }
      if (!block->cells)
        append_string (out, &block->string);
    }
  return g_string_free (out, FALSE);
}

typedef struct
{
  const char *markdown, *blocks;
} Case;

static void
check (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *blocks = describe (cases[i].markdown);

      g_assert_cmpstr (blocks, ==, cases[i].blocks);
    }
}

static void
test_emphasis (void)
{
  static const Case cases[] = {
    { "**注意：**先关电源。", "p {B:注意：}先关电源。" },
    { "**“重点”**内容在后面。", "p {B:“重点”}内容在后面。" },
    { "这里**「引用」**很重要。", "p 这里{B:「引用」}很重要。" },
    { "他说**你好。**然后走了。", "p 他说{B:你好。}然后走了。" },
    { "他说**\"你好\"**然后", "p 他说{B:\"你好\"}然后" },
    { "*斜体（括号）。*后文", "p {I:斜体（括号）。}后文" },
    { "~~删掉的（括号）。~~后文", "p {S:删掉的（括号）。}后文" },
    { "**价格（Price）：**请看表。", "p {B:价格（Price）：}请看表。" },
    { "用**`代码`**和**$x$**写", "p 用{BC:代码}和{M:$x$}写" },
    { "これは**「強調」**です。한국어**(강조)**입니다.", "p これは{B:「強調」}です。한국어{B:(강조)}입니다." },
    { "正常：**粗体**文字，以及 **粗体** 文字。", "p 正常：{B:粗体}文字，以及 {B:粗体} 文字。" },
    { "***重点：***后面", "p {BI:重点：}后面" },
    /* English and what is no emphasis stay as they are. */
    { "**English:**next word", "p **English:**next word" },
    { "a**\"b\"**c", "p a**\"b\"**c" },
    { "**注意： **先", "p **注意： **先" },
    { "\\*注意：\\*先", "p *注意：*先" },
    { "`**注意：**先`", "p {C:**注意：**先}" },
    { "```\n**注意：**先\n```", "c **注意：**先" },
    { "[**注意：**先](https://a.example)", "p {BL:注意：}{L:先}" },
    { "10~20，a~b", "p 10~20，a~b" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_addresses (void)
{
  static const Case cases[] = {
    { "请看 https://example.com/docs，里面有说明。", "p 请看 {L:https://example.com/docs}，里面有说明。" },
    { "网址是https://example.com/a/b。后面", "p 网址是{L:https://example.com/a/b}。后面" },
    { "见（https://example.com/x）和《https://example.com/y》。",
      "p 见（{L:https://example.com/x}）和《{L:https://example.com/y}》。" },
    { "See https://example.com/z, then (https://example.com/w).",
      "p See {L:https://example.com/z}, then ({L:https://example.com/w})." },
    { "https://example.com/docs（中文说明）了解", "p {L:https://example.com/docs}（中文说明）了解" },
    { "**见https://example.com/a。**后文", "p {B:见}{BL:https://example.com/a}{B:。}后文" },
    { "访问www.example.com，然后", "p 访问{L:www.example.com}，然后" },
    { "写信给a@b.example。谢谢", "p 写信给{L:a@b.example}。谢谢" },
    { "“https://example.com/q”", "p “{L:https://example.com/q}”" },
    { "https://zh.example.org/wiki/中文", "p {L:https://zh.example.org/wiki/中文}" },
    { "[a](https://example.com/（x）) <https://example.com/，>", "p {L:a} {L:https://example.com/，}" },
    { "`https://example.com/，`", "p {C:https://example.com/，}" },
    { "a\006b\001c `d\002`", "p a b c {C:d }" }, /* no mark comes from the text */
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_tables (void)
{
  static const Case cases[] = {
    { "|a|b|\n|-|-|\n| `a | b` | or |", "t a|b|{C:a | b}|or|" },
    { "|a|b|\n|-|-|\n| `c \\| d` | e |", "t a|b|{C:c | d}|e|" },
    { "|a|b|\n|-|-|\n| $|x|$ | abs |", "t a|b|{M:$|x|$}|abs|" },
    { "|a|b|\n|-|-|\n| \\(P(A|B)\\) | c |", "t a|b|{M:\\(P(A|B)\\)}|c|" },
    { "|a|b|\n|-|-|\n| $\\|v\\|$ | norm |", "t a|b|{M:$\\|v\\|$}|norm|" },
    { "|a|b|\n|-|-|\n| $5 | $6 |", "t a|b|$5|$6|" },
    { "|a|b|\n|-|-|\n|$HOME|$PATH|", "t a|b|$HOME|$PATH|" },
    { "|a|b|\n|-|-|\n| ` | c |", "t a|b|`|c|" },
    { "`a|b` $|x|$", "p {C:a|b} {M:$|x|$}" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_maths (void)
{
  static const Case cases[] = {
    { "The numbers $ a $ and $ b $ with $ 0 < a < 1 $.", "p The numbers {M:$ a $} and {M:$ b $} with {M:$ 0 < a < 1 $}." },
    { "1. $ \\frac{1}{a} $ and $ \\text{speed} $", "p {M:$ \\frac{1}{a} $} and {M:$ \\text{speed} $}" },
    { "It costs $ 5 or $ 10.", "p It costs $ 5 or $ 10." },
    { "It costs $ 5 + tip $ 10.", "p It costs $ 5 + tip $ 10." },
    { "$ PATH $, $ 5 $, $ $", "p $ PATH $, $ 5 $, $ $" },
    { "So\n\\begin{align}\np &= q \\\\\nr &= s\n\\end{align}\nand",
      "p So / m \\begin{align}\np &= q \\\\\nr &= s\n\\end{align} / p and" },
    { "\\begin{equation*}x\\end{equation*}", "m \\begin{equation*}x\\end{equation*}" },
    { "\\begin{document}\nx\n\\end{document}", "p \\begin{document}\nx\n\\end{document}" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* The few tags that are drawn; all others are text. */
static void
test_html (void)
{
  static const Case cases[] = {
    { "H<sub>2</sub>O, x<sup>n</sup>, <KBD>Ctrl</KBD>", "p H{_:2}O, x{^:n}, {C:Ctrl}" },
    { "a<br>b<br/>c<br />d", "p a\nb\nc\nd" },
    { "x<sub>a **b** <sup>c</sup></sub>", "p x{_:a }{B_:b}{_: }{^_:c}" },
    { "a<sub>b", "p a{H:<sub>}b" },
    { "a</sub>b<sub>c</sub>", "p a{H:</sub>}b{_:c}" },
    { "<sub class=x>a</sub> <b>b</b>", "p {H:<sub class=x>}a{H:</sub>} {H:<b>}b{H:</b>}" },
    { "|a|\n|-|\n|x<sub>2</sub><br>y|", "t a|x{_:2}\ny|" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Heads and what they fold away. */
static void
test_details (void)
{
  static const Case cases[] = {
    { "<details>\n<summary>Why</summary>\n\n**a**\n\n- b\n\n</details>\n\nc", "s Why / >p {B:a} / >p b / p c" },
    { "<details><summary>Why</summary>\na\nb\n</details>\nc", "s Why / >p a\nb / p c" },
    { "<details open>\n<summary>W</summary>\n\na", "s+ W / >p a" },
    { "<DETAILS class=\"x\">\n\n<summary>W</summary>\n\na\n</details>", "s W / >p a" },
    { "<details>\n\na\n\n</details>", "s  / >p a" },
    { "<details>\n<summary>A</summary>\n\n<details>\n<summary>B</summary>\n\nx\n\n</details>\n\ny\n\n</details>\nz",
      "s A / >s B / >>p x / >p y / p z" },
    { "> <details>\n> <summary>A</summary>\n>\n> x\n\ny", "s A / >p x / p y" }, /* ends with the quote */
    { "<details>\n<summary>A <b>b</b></summary>\n<p>x</p>\n</details>", "s A <b>b</b> / >x <p>x</p>" },
    { "a\n</details>\n\n<summary>b</summary>", "p a / x </details> / x <summary>b</summary>" },
    { "```\n<details>\n```\n\nA <details>", "c <details> / p A {H:<details>}" },
    { "<detailsx>\n\na", "x <detailsx> / p a" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* What was reported of other programs. */
static void
test_reported (void)
{
  static const Case cases[] = {
    { "1. $ \\frac{1}{a} $ and $ \\frac{1}{b} $\n\n\\( \\alpha \\) and \\(\\beta\\) work.",
      "p {M:$ \\frac{1}{a} $} and {M:$ \\frac{1}{b} $} / p {M:\\( \\alpha \\)} and {M:\\(\\beta\\)} work." },
    { "$$\nA = \\begin{bmatrix}\na & b \\\\\nc & d\n\\end{bmatrix}\n$$",
      "m $$\nA = \\begin{bmatrix}\na & b \\\\\nc & d\n\\end{bmatrix}\n$$" },
    { "\\[\n\\begin{aligned}\ny &= mx + c \\\\\n  &= 2x + 1\n\\end{aligned}\n\\]\n\nInline \\(E=mc^2\\) here.",
      "m \\[\n\\begin{aligned}\ny &= mx + c \\\\\n  &= 2x + 1\n\\end{aligned}\n\\] / p Inline {M:\\(E=mc^2\\)} here." },
    { "$$\nf(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}\n$$",
      "m $$\nf(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}\n$$" },
    { "<smirk> waffles! <takes your waffles>\n\nA vector<int> and a Map<String, List<T>> in text.",
      "p {H:<smirk>} waffles! {H:<takes your waffles>} / p A vector{H:<int>} and a Map<String, List{H:<T>}> in text." },
    { "<h1>Heading tag</h1>\n\n<input type=\"text\" name=\"user\">\n<button>Click</button>\n\n1 < 2 && 3 > 2",
      "x <h1>Heading tag</h1> / x <input type=\"text\" name=\"user\">\n<button>Click</button> / p 1 < 2 && 3 > 2" },
    { "<div>\n\nstill **bold** here\n\n</div>\n\n<!-- a comment -->\n\nText after.",
      "x <div> / p still {B:bold} here / x </div> / x <!-- a comment --> / p Text after." },
    { "- item\n\n  | in | list |\n  |----|------|\n  | 1  | 2    |\n\n- next item\n  | tight | table |\n  |-------|-------|\n  | 3     | 4 |",
      "p item / t in|list|1|2| / p next item / t tight|table|3|4|" },
    { "عربي: نص مع كلمة English و `code --flag` في الوسط.\n\n- عنصر ثان: $x^2$\n\nשלום עולם (2026).",
      "p عربي: نص مع كلمة English و {C:code --flag} في الوسط. / p عنصر ثان: {M:$x^2$} / p שלום עולם (2026)." },
    { "Family 👨‍👩‍👧‍👦, flag 🇨🇳, keycap 1️⃣, heart ❤️.\n\n𠮷野家 and 𰻞𰻞面.",
      "p Family 👨‍👩‍👧‍👦, flag 🇨🇳, keycap 1️⃣, heart ❤️. / p 𠮷野家 and 𰻞𰻞面." },
    { "فقرة فيها صيغة $a+b+c$ في الوسط.\n\n$x^2$ في البداية",
      "p فقرة فيها صيغة {M:$a+b+c$} في الوسط. / p {M:$x^2$} في البداية" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_fences (void)
{
  static const Case cases[] = {
    { "```markdown\n# T\n\n```bash\nmake\n```\n\nThen.\n```\n\nAfter.", "c # T\n\n```bash\nmake\n```\n\nThen. / p After." },
    { "~~~md\n```js\n1\n```\n~~~\n\nEnd.", "c ```js\n1\n``` / p End." },
    { "````markdown\n```python\n1\n```\nin\n````\n\nAfter.", "c ```python\n1\n```\nin / p After." },
    /* No pairs: fences as everywhere. */
    { "```markdown\n# T\n```\n\nText.\n\n```c\n1\n```\n", "c # T / p Text. / c 1" },
    { "```markdown\n```c\n1\n```\n\nText.", "c ```c\n1 / p Text." },
    { "```text\n```c\n1\n```\n\nText.\n```\n", "c ```c\n1 / p Text. / c " },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* A list that begins below a line of text is at no moment a heading. */
static void
test_underline (void)
{
  const char *text = "Here are the steps:\n- first\n- second\n\nName\n---\n\nTotal\n==\nx";
  g_autofree char *whole = describe (text);

  g_assert_cmpstr (whole, ==, "p Here are the steps: / p first / p second / h Name / h Total / p x");
  for (gsize n = 1; n < strlen ("Here are the steps:\n- first\n- second"); n++)
    {
      g_autofree char *prefix = g_strndup (text, n);
      g_autofree char *blocks = describe (prefix);

      g_assert_true (*blocks != 'h' && !strstr (blocks, " / h"));
    }
}

/* Any text of a MiB costs moments and is shown to its end; these took minutes, gigabytes or the program's end. */
static void
test_limits (void)
{
  static const struct
  {
    const char *before, *middle;
    guint n_blocks; /* at least */
  } cases[] = {
    { "", "|a", 1 },
    { "|a|b|\n|-|-|\n", "x\n", 2 },
    { "", "a\n|-|\n", 1 },
    { "", "a<!A ", 1 },
    { "", "a<? ", 1 },
    { "", "a<![CDATA[ ", 1 },
    { "", "b $$a\n", 1 },
    { "", "b $a\n", 1 },
    { "http://a/", ")", 1 },
    { "", "http://a/)))) ", 1 },
    { "", "![[]()", 1 },
    { "", "a@a@", 1 },
    { "", "a.b@c.d\n", 1 },
    { "", "_www.a_", 1 },
    { "", "[", 1 },
    { "", "> ", 1 },
    { "", "- a\n", 1000 },
    { "", "a\n\n", 1000 },
    { "", "a\n", 1 },
    { "```\n", "x\n", 1 },
    { "", "```markdown\n", 1 },
    { "", "$$\n", 1 },
    { "", "**文：**先", 1 },
    { "", "<b a='", 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MynaMarkdown) document = myna_markdown_new ();
      g_autoptr (GString) text = g_string_new (cases[i].before);
      clock_t start = clock ();
      GPtrArray *blocks;
      int ms;

      while (text->len < MYNA_MARKDOWN_MAX_TEXT - 10)
        g_string_append (text, cases[i].middle);
      g_string_append (text, "\n\nThe end");
      myna_markdown_set_whole_text (document, text->str, NULL, NULL);
      ms = (clock () - start) * 1000 / CLOCKS_PER_SEC;
      blocks = myna_markdown_get_blocks (document);
      g_test_message ("%s: %d ms, %u blocks", cases[i].middle, ms, blocks->len);
      g_assert_cmpuint (blocks->len, >=, cases[i].n_blocks);
      g_assert_cmpuint (blocks->len, <, 70000);
      g_assert_true (g_str_has_suffix (myna_block_get_source (blocks->pdata[blocks->len - 1]), "d"));
      g_assert_cmpint (ms, <, 10000); /* 300 on a quiet machine; the sanitizers cost a factor of ten */
    }
}

/* What is over a limit is plain text, up to the next blank line; what follows is markdown again. */
static void
test_cut (void)
{
  g_autoptr (GString) text = g_string_new ("|a|b|\n|-|-|\n"), address = g_string_new ("[a]: http://b.example/");
  g_autofree char *rows = NULL, *references = NULL, *word = g_strnfill (5000, 'x');
  g_autofree char *words = g_strconcat ("**a** ", word, " **b**\n\n**c**", NULL), *plain = describe (words);

  for (guint i = 0; i < 600; i++)
    g_string_append_printf (text, "|%u|**x**|\n", i);
  g_string_append (text, "\n**c**");
  rows = describe (text->str);
  g_assert_true (g_str_has_prefix (rows, "t a|b|0|{B:x}|"));
  g_assert_nonnull (strstr (rows, "|498|{B:x}| / p |499|**x**|\n|500|**x**|\n"));
  g_assert_true (g_str_has_suffix (rows, "|599|**x**| / p {B:c}"));
  g_assert_true (g_str_has_prefix (plain, "p **a** xxx"));
  g_assert_true (g_str_has_suffix (plain, "x **b** / p {B:c}"));

  /* A long reply is not cut: what people read takes less than what is made to take long. */
  g_string_set_size (text, 0);
  while (text->len < 160 * 1024)
    g_string_append (
        text, "## Part\n\nSome text that is **said**.\n\n* item\n* 一个比较长的中文项目，会折行，所以高度估计得不准。\n\n```c\n"
              "int x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n");
  g_string_append (text, "**c**");
  g_free (rows);
  rows = describe (text->str);
  g_assert_true (g_str_has_suffix (rows, "|1|2| / p {B:c}"));

  /* A definition that would be put in too often is none. */
  for (guint i = 0; i < 3000; i++)
    g_string_append_c (address, 'y');
  g_string_append (address, "\n\n[a]");
  references = describe (address->str);
  g_assert_true (g_str_has_prefix (references, "p {L:a}"));
  for (guint i = 0; i < 6000; i++)
    g_string_append (address, " [a]");
  g_clear_pointer (&references, g_free);
  references = describe (address->str);
  g_assert_null (strstr (references, "{L:a}"));
}

/* More of each kind, in a file of their own. */
static void
test_cases (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "markdown", "cases.tsv", NULL), *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n = 0;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      g_auto (GStrv) columns = g_strsplit (lines[i], "\t", 2);
      g_autofree char *markdown = NULL, *expected = NULL, *blocks = NULL;

      if (!*lines[i] || g_str_has_prefix (lines[i], "%% ") || g_strv_length (columns) < 2)
        continue;
      markdown = g_strcompress (columns[0]);
      expected = g_strcompress (columns[1]);
      blocks = describe (markdown);
      if (!g_str_equal (blocks, expected))
        g_test_fail_printf ("%s: “%s”", lines[i], blocks);
      n++;
    }
  g_assert_cmpuint (n, >=, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mark/emphasis", test_emphasis);
  g_test_add_func ("/mark/addresses", test_addresses);
  g_test_add_func ("/mark/tables", test_tables);
  g_test_add_func ("/mark/maths", test_maths);
  g_test_add_func ("/mark/html", test_html);
  g_test_add_func ("/mark/details", test_details);
  g_test_add_func ("/mark/reported", test_reported);
  g_test_add_func ("/mark/fences", test_fences);
  g_test_add_func ("/mark/cases", test_cases);
  g_test_add_func ("/mark/underline", test_underline);
  g_test_add_func ("/mark/limits", test_limits);
  g_test_add_func ("/mark/cut", test_cut);
  return g_test_run ();
}
