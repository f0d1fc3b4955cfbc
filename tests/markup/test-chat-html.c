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
    { "![a *b*](https://c.example) ![](https://d.example)",
      "<p><a href=\"https://c.example\">a <em>b</em></a> <a href=\"https://d.example\">https://d.example</a></p>\n" },
    { "[x *y*](javascript:alert(1)) [z](https://a.example/?b&c)",
      "<p>x <em>y</em> <a href=\"https://a.example/?b&amp;c\">z</a></p>\n" },
    { "[![a](https://b.example)](https://c.example)", "<p><a href=\"https://c.example\">a</a></p>\n" },
    { "a[^x]\n\n[^x]: b", "<p>a¹</p>\n<aside><sup>1.</sup>\n<p>b</p>\n</aside>\n" },
    { " <think>\nHm <b>\n</think>\n\nFour",
      "<details><summary>Thoughts</summary>\n<p>Hm &lt;b&gt;</p>\n</details>\n<p>Four</p>\n" },
    { "<think>Hm", "<details><summary>Thoughts</summary>\n<p>Hm</p>\n</details>\n" },
    { "a\xff", "<p>a\uFFFD</p>\n" },
    { "", "" },
  };
  static const char *const evil[] = { "<script>alert (1)</script>",
                                      "<img src=x onerror=alert(1)>",
                                      "[x](javascript:alert(1))",
                                      "[x](data:text/html,<script>)",
                                      "<a href='javascript:x'>y</a>",
                                      "| a |\n|-|\n| <img src=x> ![b](c) |",
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chat-html", test_html);
  return g_test_run ();
}
