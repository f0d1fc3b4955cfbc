/* store-terms.c: what a question asks for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "search/store-terms.h"

#include <string.h>

#include "text/text-fold.h"

#define MAX_TERMS 48
#define MAX_CHARS 64 /* of a run or word; the rest is looked at as another one */

/* Folded: lower case, no diacritics. */
static const char *const english[] = {
  "a",     "about",  "after", "all",  "also",  "am",    "an",   "and",  "any",      "are",   "as",   "at",     "be",    "been",
  "being", "but",    "by",    "can",  "could", "did",   "do",   "does", "doing",    "for",   "from", "give",   "had",   "has",
  "have",  "he",     "her",   "here", "him",   "his",   "how",  "i",    "if",       "in",    "into", "is",     "it",    "its",
  "me",    "more",   "most",  "my",   "no",    "not",   "of",   "on",   "or",       "our",   "out",  "please", "say",   "says",
  "she",   "should", "so",    "some", "such",  "tell",  "than", "that", "the",      "their", "them", "then",   "there", "these",
  "they",  "this",   "those", "to",   "too",   "up",    "us",   "was",  "we",       "were",  "what", "when",   "where", "which",
  "who",   "whom",   "why",   "will", "with",  "would", "you",  "your", "document", "file",  "text",
};

/* The longer before the shorter that they begin with. */
static const char *const chinese[] = {
  "为什么", "為什麼", "什么样", "是不是", "有没有", "有沒有", "能不能", "可不可以", "怎么样", "怎麼樣", "请问", "請問", "什么",
  "什麼",   "怎么",   "怎麼",   "怎样",   "怎樣",   "如何",   "哪些",   "哪个",     "哪個",   "哪里",   "哪裡", "多少", "为何",
  "為何",   "是否",   "可以",   "应该",   "應該",   "需要",   "这个",   "這個",     "那个",   "那個",   "一下", "告诉", "告訴",
  "我们",   "我們",   "你们",   "他们",   "以及",   "还有",   "還有",   "因为",     "因為",   "所以",   "如果", "但是", "的话",
  "知道",   "的",     "了",     "是",     "在",     "和",     "与",     "與",       "吗",     "嗎",     "呢",   "吧",   "我",
  "你",     "您",     "他",     "她",     "它",     "这",     "這",     "那",       "哪",     "会",     "會",   "要",   "能",
  "有",     "就",     "都",     "也",     "很",     "把",     "被",     "对",       "對",     "从",     "從",   "到",   "给",
  "給",     "个",     "個",     "请",     "請",     "么",     "麼",
};

typedef struct
{
  GString *query;
  GHashTable *seen;
  guint n;
} Terms;

static void
add_term (Terms *self, const char *term, gboolean is_beginning)
{
  g_autofree char *phrase = g_strdup_printf ("\"%s\"%s", term, is_beginning ? "*" : "");

  if (self->n >= MAX_TERMS || g_hash_table_contains (self->seen, phrase))
    return;
  g_string_append_printf (self->query, "%s%s", self->n++ ? " OR " : "", phrase);
  g_hash_table_add (self->seen, g_steal_pointer (&phrase));
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

/* Without the endings that English puts to words: what is left finds the others by its beginning. */
static gsize
find_stem (const char *word, gsize n)
{
  static const char *const endings[] = { "ations", "ation", "ments", "ment", "ings", "ing", "ers", "ies",
                                         "ed",     "er",    "es",    "ly",   "al",   "s",   "e",   "y" };

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      gsize m = strlen (endings[i]);

      if (n >= m + 4 && memcmp (word + n - m, endings[i], m) == 0)
        return n - m;
    }
  return n;
}

static void
end_word (Terms *self, GString *word)
{
  gboolean is_stop = FALSE;
  gsize stem;

  for (guint i = 0; i < G_N_ELEMENTS (english) && !is_stop; i++)
    is_stop = g_str_equal (word->str, english[i]);
  if (word->len > 0 && !is_stop)
    {
      stem = find_stem (word->str, word->len);
      add_term (self, word->str, FALSE);
      if (word->len >= 4)
        {
          g_string_truncate (word, stem);
          add_term (self, word->str, TRUE);
        }
    }
  g_string_truncate (word, 0);
}

/* ---- Runs of single characters ---------------------------------------------------------------------------------- */

static void
add_pairs (Terms *self, const char *run, const char *end)
{
  const char *second;

  if (run >= end)
    return;
  second = g_utf8_next_char (run);
  if (second >= end)
    {
      g_autofree char *one = g_strndup (run, end - run);

      add_term (self, one, FALSE);
    }
  for (; second < end; run = g_utf8_next_char (run), second = g_utf8_next_char (second))
    {
      g_autofree char *pair = g_strndup (run, g_utf8_next_char (second) - run);

      add_term (self, pair, FALSE);
    }
}

static gsize
stop_length (const char *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (chinese); i++)
    if (g_str_has_prefix (text, chinese[i]))
      return strlen (chinese[i]);
  return 0;
}

static void
end_run (Terms *self, GString *run)
{
  const char *start = run->str, *p = run->str;

  while (*p)
    {
      gsize stop = stop_length (p);

      if (stop)
        {
          add_pairs (self, start, p);
          p += stop;
          start = p;
        }
      else
        p = g_utf8_next_char (p);
    }
  add_pairs (self, start, p);
  g_string_truncate (run, 0);
}

char *
store_terms_query (const char *question)
{
  Terms self = { g_string_new (NULL), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), 0 };
  g_autoptr (GString) word = g_string_new (NULL);
  g_autoptr (GString) run = g_string_new (NULL);
  const char *p = question, *end = question + strlen (question);

  while (p < end)
    {
      gunichar c;
      TextCharClass class = text_fold_next (&p, end, &c);

      if (class == TEXT_CHAR_MARK)
        continue;
      if (class != TEXT_CHAR_WORD || word->len >= MAX_CHARS)
        end_word (&self, word);
      if (class != TEXT_CHAR_SINGLE)
        end_run (&self, run);
      if (class == TEXT_CHAR_WORD)
        g_string_append_unichar (word, c);
      else if (class == TEXT_CHAR_SINGLE)
        g_string_append_unichar (run, c);
    }
  end_word (&self, word);
  end_run (&self, run);
  g_hash_table_unref (self.seen);
  return g_string_free (self.query, FALSE);
}
