/* test-pages.c: a conversation on pages: what stands there, and what does not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "print/chat-pages.h"
#include "print/chat-read.h"
#include "store-test.h"

#define WIDTH  420.0 /* points */
#define HEIGHT 600.0

#define ANSWER                                                                                                                      \
  "## Steps\n\nMix **flour** and *milk*:\n\n1. Rest\n2. Fry\n   - hot\n   - not too long\n\n> Grandma's way\n\n"                    \
  "```c\nint main (void)\n{\n  return a < b && \"x\";\n}\n```\n\n| Food | Grams |\n|:--|--:|\n| 面粉 | 250 |\n| Milk | 500 |\n\n" \
  "Formula $E = mc^2$, and\n\n$$\\int_0^1 x\\,dx$$\n\n- [x] done\n- [ ] open\n\n---\n\n[Link](https://example.org) and <b>raw</b>\n"

static PangoContext *
make_context (void)
{
  PangoFontMap *map = pango_cairo_font_map_get_default ();

  pango_cairo_font_map_set_resolution (PANGO_CAIRO_FONT_MAP (map), 72);

  return pango_font_map_create_context (map);
}

static void
add_message (GPtrArray *messages, StoreRole role, const char *text)
{
  StoreMessage *message = store_message_new ();

  message->role = role;
  g_free (message->text);
  message->text = g_strdup (text);
  g_ptr_array_add (messages, message);
}

/* A thought, a tool's call and what it gave. */
static void
add_call (GPtrArray *messages)
{
  StoreMessage *message;

  add_message (messages, STORE_ROLE_ASSISTANT, "<think>I had *better*\n\nreckon</think>raw");
  message = g_ptr_array_index (messages, messages->len - 1);
  message->call = store_call_new ();
  g_free (message->call->tool);
  message->call->tool = g_strdup ("calculate");
  message->call->arguments = g_strdup ("{\"of\": \"250 * 2\"}");
  add_message (messages, STORE_ROLE_OBSERVATION, "**500**");
}

static GPtrArray *
make_messages (int n_turns)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);

  for (int i = 0; i < n_turns; i++)
    {
      add_message (messages, STORE_ROLE_USER, "How do I make pancakes?\nAnd quickly?");
      add_message (messages, STORE_ROLE_ASSISTANT, ANSWER);
    }

  return messages;
}

static StoreConversation *
make_conversation (void)
{
  StoreConversation *conversation = store_conversation_new ();

  g_free (conversation->title);
  conversation->title = g_strdup ("Pancakes");
  conversation->created_at = 1;

  return conversation;
}

static void
test_strips (void)
{
  PangoContext *context = make_context ();
  g_autoptr (StoreConversation) conversation = make_conversation ();
  g_autoptr (GPtrArray) messages = make_messages (1);
  g_autoptr (GPtrArray) strips = NULL;
  g_autoptr (GString) all = g_string_new (NULL);
  static const char *const expected[] = { "Pancakes",
                                          "And quickly?",
                                          "Steps",
                                          "return a < b && \"x\";",
                                          "面粉",
                                          "250",
                                          "Formula \uFFFC, and",
                                          "\n\uFFFC\n",
                                          "Link",
                                          "<b>raw</b>",
                                          "Grandma's way",
                                          "1.",
                                          "2.",
                                          "I had better",
                                          "reckon",
                                          "Tool call: calculate",
                                          "250 * 2",
                                          "**500**" };

  add_call (messages);
  strips = myna_chat_strips_new (context, WIDTH, conversation, messages);
  for (guint i = 0; i < strips->len; i++)
    {
      const MynaStrip *strip = g_ptr_array_index (strips, i);

      g_assert_cmpfloat (strip->height, >, 0);
      for (guint j = 0; j < strip->texts->len; j++)
        {
          const MynaStripText *text = &g_array_index (strip->texts, MynaStripText, j);
          PangoRectangle logical;

          if (text->line)
            {
              g_string_append_len (all, pango_layout_get_text (text->layout) + text->line->start_index, text->line->length);
              pango_layout_line_get_extents (text->line, NULL, &logical);
              g_assert_cmpfloat (text->x + (double) logical.width / PANGO_SCALE, <=, WIDTH + 1);
            }
          else
            {
              g_string_append (all, pango_layout_get_text (text->layout));
            }
          g_string_append_c (all, '\n');
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      if (!strstr (all->str, expected[i]))
        g_error ("“%s” is not in:\n%s", expected[i], all->str);
    }
  g_assert_null (strstr (all->str, "**flour"));
  g_assert_null (strstr (all->str, "think"));
  g_assert_null (strstr (all->str, "```"));
  g_assert_null (strstr (all->str, "int_0"));
  g_object_unref (context);
}

/* How many pixels of the first page are not white. */
static guint
count_ink (const char *reply)
{
  PangoContext *context = make_context ();
  g_autoptr (StoreConversation) conversation = make_conversation ();
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) store_message_free);
  cairo_surface_t *paper = cairo_image_surface_create (CAIRO_FORMAT_A8, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (paper);
  MynaChatPages *pages;
  guint n = 0;

  add_message (messages, STORE_ROLE_ASSISTANT, reply);
  pages = myna_chat_pages_new (context, WIDTH, HEIGHT, conversation, messages);
  myna_chat_pages_draw (pages, 0, cr);
  cairo_surface_flush (paper);
  for (int i = 0; i < cairo_image_surface_get_stride (paper) * (int) HEIGHT; i++)
    n += cairo_image_surface_get_data (paper)[i] > 0;
  myna_chat_pages_free (pages);
  cairo_destroy (cr);
  cairo_surface_destroy (paper);
  g_object_unref (context);
  return n;
}

/* Formulas are drawn, in a line and between lines; one that has no room is printed as its source. */
static void
test_formulas (void)
{
  g_autoptr (GString) wide = g_string_new ("$$x");
  guint nothing = count_ink ("\u00a0");

  g_assert_cmpuint (count_ink ("$\\frac{a}{b}$"), >, nothing + 20);
  g_assert_cmpuint (count_ink ("$$\\frac{a}{b}$$"), >, nothing + 20);
  for (int i = 0; i < 200; i++)
    g_string_append (wide, " + y");
  g_string_append (wide, "$$");
  g_assert_cmpuint (count_ink (wide->str), >, nothing + 2000);
}

/* Every page has room for what is on it; a heading is never the last thing. */
static void
test_pages (void)
{
  static const int n_turns[] = { 0, 1, 7, 60 };
  PangoContext *context = make_context ();
  g_autoptr (StoreConversation) conversation = make_conversation ();

  for (guint i = 0; i < G_N_ELEMENTS (n_turns); i++)
    {
      g_autoptr (GPtrArray) messages = make_messages (n_turns[i]);
      g_autoptr (MynaChatPages) pages = myna_chat_pages_new (context, WIDTH, HEIGHT, conversation, messages);
      guint n = myna_chat_pages_get_n (pages);

      g_test_message ("%d turns: %u pages", n_turns[i], n);
      g_assert_cmpuint (n, >=, 1);
      if (n_turns[i] <= 1)
        g_assert_cmpuint (n, ==, 1);
      if (n_turns[i] == 60)
        g_assert_cmpuint (n, >=, 30);
      for (guint page = 0; page < n; page++)
        {
          cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, NULL);
          cairo_t *cr = cairo_create (surface);
          double x, y, width, height;

          myna_chat_pages_draw (pages, page, cr);
          g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
          cairo_recording_surface_ink_extents (surface, &x, &y, &width, &height);
          g_assert_cmpfloat (x, >=, -3);
          g_assert_cmpfloat (x + width, <=, WIDTH + 3);
          g_assert_cmpfloat (y + height, <=, HEIGHT);
          cairo_destroy (cr);
          cairo_surface_destroy (surface);
        }
    }
  g_object_unref (context);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

/* The branch that is shown, in order, with its texts; not the other versions of a message. */
static void
test_read (void)
{
  g_autoptr (StoreDb) store = test_open_memory ();
  gint64 id = test_add_conversation (store, "Pancakes");
  gint64 question = test_add_message (store, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "How?");
  g_autoptr (StoreConversation) conversation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) error = NULL;

  test_add_message (store, id, question, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, "Not so");
  test_add_message (store, id, question, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, ANSWER);
  myna_chat_read_async (store, id, NULL, read_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (myna_chat_read_finish (result, &conversation, &messages, &error));
  g_assert_cmpstr (conversation->title, ==, "Pancakes");
  g_assert_cmpuint (messages->len, ==, 2);
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (messages, 0))->text, ==, "How?");
  g_assert_cmpstr (((StoreMessage *) g_ptr_array_index (messages, 1))->text, ==, ANSWER);
  store_close (store);
}

/* For looking at: the pages as pictures. */
static void
draw_pictures (const char *folder)
{
  PangoContext *context = make_context ();
  g_autoptr (StoreConversation) conversation = make_conversation ();
  g_autoptr (GPtrArray) messages = make_messages (3);
  g_autoptr (MynaChatPages) pages = myna_chat_pages_new (context, WIDTH, HEIGHT, conversation, messages);

  for (guint page = 0; page < myna_chat_pages_get_n (pages); page++)
    {
      g_autofree char *path = g_strdup_printf ("%s/page-%u.png", folder, page);
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 920, 1280);
      cairo_t *cr = cairo_create (surface);

      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_paint (cr);
      cairo_scale (cr, 2, 2);
      cairo_translate (cr, 20, 20);
      myna_chat_pages_draw (pages, page, cr);
      cairo_surface_write_to_png (surface, path);
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
  g_object_unref (context);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (argc > 1)
    {
      draw_pictures (argv[1]);
      return 0;
    }
  g_test_add_func ("/print/strips", test_strips);
  g_test_add_func ("/print/formulas", test_formulas);
  g_test_add_func ("/print/pages", test_pages);
  g_test_add_func ("/print/read", test_read);

  return g_test_run ();
}
