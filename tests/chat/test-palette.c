/* test-palette.c: what is found by typing, and in which order; --bench: among 10,000 chats, in milliseconds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/palette.h"

#include <string.h>

static GPtrArray *
new_chats (const char *const *titles)
{
  GPtrArray *chats = g_ptr_array_new_with_free_func ((GDestroyNotify) store_conversation_free);

  for (gint64 id = 1; *titles; titles++, id++)
    {
      StoreConversation *conversation = store_conversation_new ();

      conversation->id = id;
      g_free (conversation->title);
      conversation->title = g_strdup (*titles);
      g_ptr_array_add (chats, conversation);
    }
  return chats;
}

static MynaPalette *
new_palette (void)
{
  static const char *const titles[] = { "Quicksort in C",     "About a quick brown fox", "Resort by the sea", "",
                                        "快速排序与归并排序", "Café in Paris",           "Help wanted",       NULL };
  MynaPalette *palette = myna_palette_new (NULL);
  g_autoptr (GPtrArray) chats = new_chats (titles);

  myna_palette_add_chats (palette, chats);
  return palette;
}

/* Titles of what is found, but for the last, which searches in the messages. */
static void
assert_found (MynaPalette *palette, const char *text, const char *expected)
{
  g_autoptr (GPtrArray) found = myna_palette_find (palette, text);
  g_autoptr (GString) titles = g_string_new (NULL);
  const MynaPaletteItem *last = g_ptr_array_index (found, found->len - 1);

  for (guint i = 0; i + 1 < found->len; i++)
    g_string_append_printf (titles, "%s%s", i ? "|" : "", ((MynaPaletteItem *) g_ptr_array_index (found, i))->title);
  g_assert_cmpstr (titles->str, ==, expected);
  g_assert_cmpstr (last->action, ==, "app.search");
}

static void
test_order (void)
{
  g_autoptr (MynaPalette) palette = new_palette ();

  /* What begins with it; what has a word that does; what has it inside of a word. */
  assert_found (palette, "quick", "Quick Question|Quicksort in C|About a quick brown fox");
  assert_found (palette, "sort", "Quicksort in C|Resort by the sea");
  assert_found (palette, "help", "Help|Help wanted");
  /* All words, in any order; no matter how they are written. */
  assert_found (palette, "fox QUICK", "About a quick brown fox");
  assert_found (palette, "cafe", "Café in Paris");
  assert_found (palette, "归并", "快速排序与归并排序");
  assert_found (palette, "teach", "Teacher");
  assert_found (palette, "no such thing", "");
}

static void
test_targets (void)
{
  g_autoptr (MynaPalette) palette = new_palette ();
  g_autoptr (GPtrArray) found = myna_palette_find (palette, "归并");
  const MynaPaletteItem *item = g_ptr_array_index (found, 0);

  g_assert_cmpint (item->kind, ==, MYNA_PALETTE_CHAT);
  g_assert_cmpstr (item->action, ==, "app.open-chat");
  g_assert_cmpint (g_variant_get_int64 (item->target), ==, 5);
  item = g_ptr_array_index (found, 1);
  g_assert_cmpstr (g_variant_get_string (item->target, NULL), ==, "归并");
}

/* Nothing typed: the newest chats, then what can be done. */
static void
test_empty (void)
{
  g_autoptr (MynaPalette) palette = new_palette ();
  g_autoptr (GPtrArray) found = myna_palette_find (palette, "");
  const MynaPaletteItem *item = g_ptr_array_index (found, 0);

  g_assert_cmpstr (item->title, ==, "Quicksort in C");
  item = g_ptr_array_index (found, 3);
  g_assert_cmpstr (item->title, ==, "Untitled chat");
  item = g_ptr_array_index (found, 7);
  g_assert_cmpstr (item->action, ==, "win.new-chat");
}

/* What nobody types, but pastes. */
static char *
dup_titles (MynaPalette *palette, const char *text)
{
  g_autoptr (GPtrArray) found = myna_palette_find (palette, text);
  GString *titles = g_string_new (NULL);

  g_assert_cmpuint (found->len, <=, MYNA_PALETTE_MAX_FOUND);
  for (guint i = 0; i < found->len; i++)
    g_string_append_printf (titles, "%s|", ((MynaPaletteItem *) g_ptr_array_index (found, i))->title);
  return g_string_free (titles, FALSE);
}

static void
test_hostile (void)
{
  /* The second is a pair of quotation marks with nothing between: there is nothing to search for. */
  static const char *const marks[][2] = { { "\"", "Search All Chats for “\"”|" },
                                          { "\"\"", "" },
                                          { "(((", "Search All Chats for “(((”|" } };
  g_autoptr (MynaPalette) palette = new_palette ();
  g_autofree char *much = g_strnfill (100000, 'a');
  g_autofree char *many = g_strnfill (2000, ' ');
  g_autofree char *nothing = dup_titles (palette, ""), *blanks = dup_titles (palette, "   ");
  g_autofree char *far = dup_titles (palette, much), *once = NULL, *often = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      g_autofree char *titles = dup_titles (palette, marks[i][0]);

      g_assert_cmpstr (titles, ==, marks[i][1]);
    }
  g_assert_cmpstr (blanks, ==, nothing);
  assert_found (palette, "%s%n%n%n", "");
  g_assert_cmpstr (far, ==, "");
  for (guint i = 0; i < 2000; i += 2)
    many[i] = 'q';
  once = dup_titles (palette, "q");
  often = dup_titles (palette, many);
  g_assert_true (g_str_has_prefix (once, "Quick Question|"));
  g_assert_nonnull (strstr (once, "|Quicksort in C|"));
  g_assert_nonnull (strstr (often, "|Quicksort in C|"));
}

/* ---- Figures ---------------------------------------------------------------------------------------------------- */

static void
bench (void)
{
  static const char *const words[] = {
    "Quicksort", "in", "C", "Weekend", "plan", "数学", "作业", "recipe", "麻婆豆腐", "report"
  };
  static const char *const typed[] = { "q", "qu", "quick", "report 99", "作业", "plan c", "zebra" };
  g_autoptr (GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) chats = NULL;
  g_autoptr (MynaPalette) palette = myna_palette_new (NULL);

  for (guint i = 0; i < 10000; i++)
    g_ptr_array_add (titles, g_strdup_printf ("%s %s %s %u", words[i % 10], words[i / 10 % 10], words[i / 100 % 10], i));
  g_ptr_array_add (titles, NULL);
  chats = new_chats ((const char *const *) titles->pdata);
  myna_palette_add_chats (palette, chats);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    {
      gint64 least = G_MAXINT64;
      guint n = 0;

      for (guint round = 0; round < 9; round++)
        {
          gint64 began = g_get_monotonic_time ();
          g_autoptr (GPtrArray) found = myna_palette_find (palette, typed[i]);

          least = MIN (least, g_get_monotonic_time () - began);
          n = found->len - 1;
        }
      g_print ("%-12s %2u found among 10,000 chats in %5.2f ms\n", typed[i], n, (double) least / 1e3);
    }
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "--bench") == 0)
    {
      bench ();
      return 0;
    }
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/palette/order", test_order);
  g_test_add_func ("/palette/targets", test_targets);
  g_test_add_func ("/palette/empty", test_empty);
  g_test_add_func ("/palette/hostile", test_hostile);
  return g_test_run ();
}
