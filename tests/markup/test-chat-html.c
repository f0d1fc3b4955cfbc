/* test-chat-html.c: messages as HTML for export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/myna-chat-html.h"

#include <string.h>

static void
test_html (void)
{
  static const struct
  {
    const char *markdown, *html;
  } cases[] = {
    { "Mix **flour** and `a<b`", "<p>Mix <strong>flour</strong> and <code>a&lt;b</code></p>\n" },
    { "# Head", "<h3>Head</h3>\n" },
    { "1. a\n2. b\n   - c\n\nend", "<ol>\n<li>a</li>\n<li>b\n<ul>\n<li>c</li>\n</ul>\n</li>\n</ol>\n<p>end</p>\n" },
    { "- a\n\n4. b", "<ul>\n<li>a</li>\n</ul>\n<ol start=\"4\">\n<li>b</li>\n</ol>\n" },
    { "one\ntwo", "<p>one<br />\ntwo</p>\n" },
    { "```c\na < b \\(c\\);\n```", "<pre><code class=\"language-c\">a &lt; b \\(c\\);\n</code></pre>\n" },
    { "```\"><script>\nx\n```", "<pre><code class=\"language-&quot;&gt;&lt;script&gt;\">x\n</code></pre>\n" },
    { "| a | b |\n|:-:|--:|\n| 1 | $x$ |",
      "<table>\n<thead>\n<tr>\n<th align=\"center\">a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
      "<td align=\"center\">1</td>\n<td align=\"right\"><code>$x$</code></td>\n</tr>\n</tbody>\n</table>\n" },
    { "$a<b$ \\(c\\)", "<p><code>$a&lt;b$</code> <code>\\(c\\)</code></p>\n" },
    { "$$\na<b\n$$", "<pre><code class=\"language-tex\">$$\na&lt;b\n$$</code></pre>\n" },
    { "$$\na\n\nb", "<p>$$\na\n</p>\n<p>b</p>\n" },
    { "a <b>c</b>\n\n<hr>\n", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n<pre><code>&lt;hr&gt;\n</code></pre>\n" },
    { "H<sub>2</sub>O <KBD>*x*</KBD>", "<p>H<sub>2</sub>O <kbd><em>x</em></kbd></p>\n" },
    { "|a<br>b|\n|-|\n|x<sup>2</sup>|",
      "<table>\n<thead>\n<tr>\n<th>a<br />b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>x<sup>2</sup></td>\n</tr>\n</tbody>\n"
      "</table>\n" },
    { "<sub>a *b</sub>* <sup>c", "<p>&lt;sub&gt;a <em>b&lt;/sub&gt;</em> &lt;sup&gt;c</p>\n" },
    { "<sub onclick=x>a</sub> &#1;sub&#2;", "<p>&lt;sub onclick=x&gt;a&lt;/sub&gt; \\sub^</p>\n" },
    { "<details open>\n<summary>A <b></summary>\n\n**x**\n\n</details>\n\ny",
      "<details open>\n<summary>A &lt;b&gt;</summary>\n<p><strong>x</strong></p>\n</details>\n<p>y</p>\n" },
    { "> <details>\n> a\n\nb\n</details>\n",
      "<blockquote>\n<details>\n<p>a</p>\n</details>\n</blockquote>\n<p>b</p>\n<pre><code>&lt;/details&gt;\n</code></pre>\n" },
    { "![a *b*](https://c.example) ![](https://d.example)",
      "<p><a href=\"https://c.example\">a <em>b</em></a> <a href=\"https://d.example\">https://d.example</a></p>\n" },
    { "[x *y*](javascript:alert(1)) [z](https://a.example/?b&c)",
      "<p>x <em>y</em> <a href=\"https://a.example/?b&amp;c\">z</a></p>\n" },
    { "[![a](https://b.example)](https://c.example)", "<p><a href=\"https://c.example\">a</a></p>\n" },
    { "a[^x]\n\n[^x]: b", "<p>a¹</p>\n<aside><sup>1.</sup>\n<p>b</p>\n</aside>\n" },
    { "a\xff", "<p>a\uFFFD</p>\n" },
    { "", "" },
  };
  static const char *const evil[] = { "<script>alert (1)</script>",
                                      "<img src=x onerror=alert(1)>",
                                      "[x](javascript:alert(1))",
                                      "[x](data:text/html,<script>)",
                                      "<a href='javascript:x'>y</a>",
                                      "| a |\n|-|\n| <img src=x> ![b](c) |",
                                      "<details onclick='alert(1)'><summary><script>x</script></summary><img src=x></details>",
                                      "[<img src=x>](https://a.example \"<script>\")" };

  myna_chat_html_init ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *html = myna_chat_html_render (cases[i].markdown, NULL);

      g_assert_cmpstr (html, ==, cases[i].html);
    }
  for (guint i = 0; i < G_N_ELEMENTS (evil); i++)
    {
      g_autofree char *html = myna_chat_html_render (evil[i], NULL);

      g_assert_null (strstr (html, "<script"));
      g_assert_null (strstr (html, "<img"));
      g_assert_null (strstr (html, "<a href='"));
      g_assert_null (strstr (html, "href=\"javascript:"));
      g_assert_null (strstr (html, "omitted"));
    }
}

/* A text that is longer than what is parsed is there to its end. */
static void
test_long (void)
{
  g_autoptr (GString) text = g_string_new ("**a**\n\n");
  g_autofree char *html = NULL;

  while (text->len < 2 * 1024 * 1024)
    g_string_append (text, "<b>\n\n");
  g_string_append (text, "The <end>");
  html = myna_chat_html_render (text->str, NULL);
  g_assert_true (g_str_has_prefix (html, "<p><strong>a</strong></p>\n"));
  g_assert_true (g_str_has_suffix (html, "The &lt;end&gt;</pre>\n"));
  g_assert_null (strstr (html, "<b>"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chat-html/messages", test_html);
  g_test_add_func ("/chat-html/long", test_long);
  return g_test_run ();
}
