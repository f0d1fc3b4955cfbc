/* test-composer.c: keys, input methods and attachments, with real key events and an input method of our own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <glib/gstdio.h>
#include <gtk/gtkimmodule.h>
#include <string.h>

#include "chat/myna-personas.h"
#include "chat/myna-attachment.h"
#include "composer/composer.h"
#include "composer/reading-row.h"
#include "window-test.h"

/* ---- An input method that composes letters, like one for Chinese ------------------------------------------------ */

#define FAKE_TYPE_IM (fake_im_get_type ())
G_DECLARE_FINAL_TYPE (FakeIm, fake_im, FAKE, IM, GtkIMContext)

struct _FakeIm
{
  GtkIMContext parent_instance;

  GString *preedit;
};

G_DEFINE_FINAL_TYPE (FakeIm, fake_im, GTK_TYPE_IM_CONTEXT)

static gboolean im_composes;       /* letters begin a composition */
static gboolean im_declines_enter; /* …and Enter is not wanted while it lasts */
static guint im_n_enter;           /* how often Enter was offered */

static void
set_preedit (FakeIm *self, const char *text)
{
  gboolean was = self->preedit->len > 0;

  g_string_assign (self->preedit, text);
  if (!was && *text)
    g_signal_emit_by_name (self, "preedit-start");
  g_signal_emit_by_name (self, "preedit-changed");
  if (was && !*text)
    g_signal_emit_by_name (self, "preedit-end");
}

static gboolean
fake_im_filter_keypress (GtkIMContext *context, GdkEvent *event)
{
  FakeIm *self = FAKE_IM (context);
  guint keyval;
  gunichar c;

  if (gdk_event_get_event_type (event) != GDK_KEY_PRESS)
    return FALSE;
  keyval = gdk_key_event_get_keyval (event);
  c = gdk_keyval_to_unicode (keyval);
  if (keyval == GDK_KEY_Return)
    {
      im_n_enter++;
      if (self->preedit->len == 0 || im_declines_enter)
        return FALSE;
      g_signal_emit_by_name (self, "commit", self->preedit->str);
      set_preedit (self, "");
      return TRUE;
    }
  if (!g_unichar_isgraph (c) || (gdk_event_get_modifier_state (event) & GDK_CONTROL_MASK))
    return FALSE;
  if (im_composes)
    {
      g_autofree char *longer = g_strdup_printf ("%s%c", self->preedit->str, (char) c);

      set_preedit (self, longer);
    }
  else
    {
      char utf8[7] = { 0 };

      g_unichar_to_utf8 (c, utf8);
      g_signal_emit_by_name (self, "commit", utf8);
    }
  return TRUE;
}

static void
fake_im_get_preedit_string (GtkIMContext *context, char **string, PangoAttrList **attributes, int *cursor)
{
  FakeIm *self = FAKE_IM (context);

  if (string)
    *string = g_strdup (self->preedit->str);
  if (attributes)
    *attributes = pango_attr_list_new ();
  if (cursor)
    *cursor = self->preedit->len;
}

static void
fake_im_finalize (GObject *object)
{
  g_string_free (FAKE_IM (object)->preedit, TRUE);
  G_OBJECT_CLASS (fake_im_parent_class)->finalize (object);
}

static void
fake_im_class_init (FakeImClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_im_finalize;
  GTK_IM_CONTEXT_CLASS (klass)->filter_keypress = fake_im_filter_keypress;
  GTK_IM_CONTEXT_CLASS (klass)->get_preedit_string = fake_im_get_preedit_string;
}

static void
fake_im_init (FakeIm *self)
{
  self->preedit = g_string_new (NULL);
}

/* ---- Fixture ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  GtkWidget *window;
  MynaComposer *composer;
  char *sent;
  char *attachments;
  guint n_sent, n_stopped;
  int history;
} Fixture;

static void
send_cb (Fixture *f, const char *text, const char *attachments)
{
  g_free (f->sent);
  g_free (f->attachments);
  f->sent = g_strdup (text);
  f->attachments = g_strdup (attachments);
  f->n_sent++;
  myna_composer_clear (f->composer);
}

static void
stop_cb (Fixture *f)
{
  f->n_stopped++;
}

static void
history_cb (Fixture *f, int step)
{
  f->history += step;
  myna_composer_recall (f->composer, "earlier");
}

static void
run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

static void
setup (Fixture *f, gconstpointer data)
{
  im_composes = im_declines_enter = FALSE;
  im_n_enter = 0;
  f->composer = MYNA_COMPOSER (myna_composer_new ());
  g_object_set (myna_composer_get_text_view (f->composer), "im-module", "fake", NULL);
  g_signal_connect_swapped (f->composer, "send", G_CALLBACK (send_cb), f);
  g_signal_connect_swapped (f->composer, "stop", G_CALLBACK (stop_cb), f);
  g_signal_connect_swapped (f->composer, "history", G_CALLBACK (history_cb), f);
  f->window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (f->window), "composer-test");
  gtk_window_set_default_size (GTK_WINDOW (f->window), 500, 300);
  gtk_window_set_child (GTK_WINDOW (f->window), GTK_WIDGET (f->composer));
  gtk_window_present (GTK_WINDOW (f->window));
  gtk_test_widget_wait_for_draw (f->window);
  /* There is no window manager to give the focus. */
  run ((const char *[]){ "xdotool", "search", "--sync", "--onlyvisible", "--name", "composer-test", "windowfocus", NULL });
  gtk_widget_grab_focus (GTK_WIDGET (f->composer));
  while (!gtk_window_is_active (GTK_WINDOW (f->window)))
    g_main_context_iteration (NULL, TRUE);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_free (f->sent);
  g_free (f->attachments);
}

static void
count_key_cb (guint *n)
{
  (*n)++;
}

/* Presses a key and waits till the window has seen it. */
static void
press (Fixture *f, const char *key)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  guint n = 0, expected = 1;

  for (const char *p = key; (p = strchr (p, '+')); p++)
    expected++;
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-released", G_CALLBACK (count_key_cb), &n);
  gtk_widget_add_controller (f->window, keys);
  run ((const char *[]){ "xdotool", "key", key, NULL });
  while (n < expected)
    g_main_context_iteration (NULL, TRUE);
  gtk_widget_remove_controller (f->window, keys);
}

#define assert_text(f, expected)                                   \
  G_STMT_START                                                     \
  {                                                                \
    g_autofree char *text_ = myna_composer_get_text (f->composer); \
    g_assert_cmpstr (text_, ==, expected);                         \
  }                                                                \
  G_STMT_END

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

static void
test_enter_sends (Fixture *f, gconstpointer data)
{
  press (f, "h");
  press (f, "i");
  press (f, "shift+Return");
  press (f, "y");
  assert_text (f, "hi\ny");
  g_assert_cmpuint (f->n_sent, ==, 0);
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
  g_assert_cmpstr (f->sent, ==, "hi\ny");
  assert_text (f, "");

  /* Nothing to send. */
  press (f, "Return");
  press (f, "space");
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
}

static void
test_ctrl_enter (Fixture *f, gconstpointer data)
{
  g_autoptr (GSettings) settings = myna_send_key_open_settings ();

  g_assert_nonnull (settings);
  g_settings_set_enum (settings, "send-key", MYNA_SEND_CTRL_ENTER);
  press (f, "a");
  press (f, "Return");
  press (f, "b");
  assert_text (f, "a\nb");
  press (f, "ctrl+Return");
  g_assert_cmpstr (f->sent, ==, "a\nb");
  g_settings_reset (settings, "send-key");
}

static void
test_escape_stops (Fixture *f, gconstpointer data)
{
  press (f, "Escape");
  g_assert_cmpuint (f->n_stopped, ==, 0);
  myna_composer_set_busy (f->composer, TRUE);
  press (f, "Escape");
  g_assert_cmpuint (f->n_stopped, ==, 1);
}

static void
test_history (Fixture *f, gconstpointer data)
{
  press (f, "Up");
  g_assert_cmpint (f->history, ==, -1);
  assert_text (f, "earlier");
  press (f, "Up");
  press (f, "Down");
  g_assert_cmpint (f->history, ==, -1);
  /* Once it was changed, Up moves the cursor. */
  press (f, "x");
  press (f, "Up");
  g_assert_cmpint (f->history, ==, -1);
  /* So it does in what was written before and not sent. */
  myna_composer_set_text (f->composer, "a draft");
  press (f, "Up");
  g_assert_cmpint (f->history, ==, -1);
  assert_text (f, "a draft");
}

/* ---- Input methods ---------------------------------------------------------------------------------------------- */

static void
test_im_enter_confirms (Fixture *f, gconstpointer data)
{
  im_composes = TRUE;
  press (f, "n");
  press (f, "i");
  assert_text (f, "");
  press (f, "Return");
  assert_text (f, "ni");
  g_assert_cmpuint (f->n_sent, ==, 0);
  /* Now nothing is being composed. */
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
  g_assert_cmpstr (f->sent, ==, "ni");
  /* Each Enter was offered once. */
  g_assert_cmpuint (im_n_enter, ==, 2);
}

/* An input method that does not want the key, but still shows a preedit: nothing is sent, nothing is lost. */
static void
test_im_declines (Fixture *f, gconstpointer data)
{
  im_composes = im_declines_enter = TRUE;
  press (f, "n");
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 0);
  assert_text (f, "");
  im_declines_enter = FALSE;
  press (f, "Return");
  assert_text (f, "n");
}

/* Keys that mean something else here belong to the candidates while there are some. */
static void
test_im_keys (Fixture *f, gconstpointer data)
{
  im_composes = TRUE;
  myna_composer_set_busy (f->composer, TRUE);
  press (f, "n");
  press (f, "Up");
  press (f, "Escape");
  g_assert_cmpint (f->history, ==, 0);
  g_assert_cmpuint (f->n_stopped, ==, 0);
}

/* ---- Attachments ------------------------------------------------------------------------------------------------ */

static GtkWidget *
find_row (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (MYNA_IS_READING_ROW (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_row (child);
  return found;
}

static void
attach (Fixture *f, const char *name, const char *bytes, gsize n)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) parent = g_file_new_for_path (folder);
  GSList files = { file, NULL };

  g_assert_true (g_file_set_contents (path, bytes, n, NULL));
  myna_composer_attach_files (f->composer, &files);
  while (myna_composer_is_reading (f->composer))
    g_main_context_iteration (NULL, TRUE);
  g_file_delete (file, NULL, NULL);
  g_file_delete (parent, NULL, NULL);
}

static void
test_attachments (Fixture *f, gconstpointer data)
{
  g_autofree char *big = g_strnfill (MYNA_ATTACHMENT_MAX_BYTES + 1, 'x');

  attach (f, "note.txt", "caf\303\251", 5);
  attach (f, "gbk.txt", "\304\343\272\303", 4); /* 你好 */
  attach (f, "picture.png", "\211PNG\0\0", 6);  /* refused */
  attach (f, "big.txt", big, strlen (big));     /* refused */
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
  g_assert_cmpstr (f->sent, ==, "");
  g_assert_cmpstr (
      f->attachments, ==,
      "[{\"name\": \"note.txt\", \"text\": \"café\", \"type\": \"text\"}, {\"name\": \"gbk.txt\", \"text\": \"你好\", \"type\": \"text\"}]");
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
}

static void
get_bounds (Fixture *f, GtkWidget *widget, graphene_rect_t *ret_bounds)
{
  g_assert_true (gtk_widget_compute_bounds (widget, f->window, ret_bounds));
}

static GtkWidget *
find_named (GtkWidget *widget, const char *css_name)
{
  if (g_str_equal (gtk_widget_get_css_name (widget), css_name))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_named (child, css_name);

      if (found)
        return found;
    }
  return NULL;
}

/* However narrow the window, no chip covers another one or the text. */
static void
test_chips_overlap_nothing (Fixture *f, gconstpointer data)
{
  static const int widths[] = { 900, 620, 500, 420, 360, 300 };
  GtkWidget *list, *text = GTK_WIDGET (myna_composer_get_text_view (f->composer));

  for (int i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("a rather long name of a file, number %d.txt", i);

      myna_composer_attach_text (f->composer, i % 2 ? "b.txt" : name, "some text");
    }
  list = find_named (GTK_WIDGET (f->composer), "attachments");
  g_assert_nonnull (list);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      graphene_rect_t all, chip, previous = GRAPHENE_RECT_INIT (0, 0, 0, 0), typed;

      gtk_window_set_default_size (GTK_WINDOW (f->window), widths[i], 400);
      gtk_test_widget_wait_for_draw (f->window);
      get_bounds (f, list, &all);
      get_bounds (f, text, &typed);
      g_assert_cmpfloat (all.origin.y + all.size.height, <=, typed.origin.y);
      for (GtkWidget *child = gtk_widget_get_first_child (list); child; child = gtk_widget_get_next_sibling (child))
        {
          get_bounds (f, child, &chip);
          g_assert_true (graphene_rect_contains_rect (&all, &chip));
          g_assert_false (graphene_rect_intersection (&previous, &chip, NULL));
          previous = chip;
        }
    }
}

/* What could not be attached is said until something is attached, and all of one go is said together. */
static void
test_attachment_problems (Fixture *f, gconstpointer data)
{
  g_autofree char *big = g_strnfill (MYNA_ATTACHMENT_MAX_BYTES + 1, 'x');
  const char *not_text = "“picture.png” is not a document that Myna can read.";

  attach (f, "picture.png", "\211PNG\0\0", 6);
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), not_text));
  attach (f, "note.txt", "fine", 4);
  g_assert_false (test_has_label (GTK_WIDGET (f->composer), not_text));
  attach (f, "big.txt", big, strlen (big));
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "“big.txt” is too large to be read."));
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child && !found; child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

/* In whatever window it is; NULL: not yet. */
static GtkWidget *
find_answer (const char *label)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (windows) && !found; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      found = find_button (window, label);
    }
  return found;
}

/* A file that cannot be read beside a folder: what is answered about the folder does not hide what is said of the file. */
static void
test_problem_beside_folder (Fixture *f, gconstpointer data)
{
  g_autofree char *path = g_dir_make_tmp ("myna-test-XXXXXX", NULL), *sound = g_build_filename (path, "note.txt", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path), file = g_file_new_for_path (sound);
  g_autoptr (GFile) missing = g_file_new_for_path ("/nowhere/letter.pdf");
  GSList files[] = { { missing, files + 1 }, { folder, NULL } };

  g_assert_true (g_file_set_contents (sound, "fine", -1, NULL));
  myna_composer_attach_files (f->composer, files);
  wait_until (find_answer ("_Attach") && !myna_composer_is_reading (f->composer));
  g_assert_true (test_finds_text (GTK_WIDGET (f->composer), "letter.pdf"));
  g_signal_emit_by_name (find_answer ("_Attach"), "clicked");
  wait_until (test_finds_text (GTK_WIDGET (f->composer), "note.txt") && !myna_composer_is_reading (f->composer));
  g_assert_true (test_finds_text (GTK_WIDGET (f->composer), "letter.pdf"));
  g_file_delete (file, NULL, NULL);
  g_file_delete (folder, NULL, NULL);
}

/* A document is attached like a text; its chip says how many pages it has, and the model is told which is which. */
static void
test_document (Fixture *f, gconstpointer data)
{
  static const char page[] = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 5 0 R/Resources<</Font<</F 6 0 R>>>>>>";
  g_autofree char *pdf =
      g_strdup_printf ("%%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n"
                       "2 0 obj <</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>> endobj\n3 0 obj %s endobj\n"
                       "4 0 obj %s endobj\n6 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n"
                       "5 0 obj <</Length 38>> stream\nBT /F 12 Tf 50 700 Td (Some words) Tj ET\nendstream endobj\n"
                       "trailer <</Root 1 0 R>>\n",
                       page, page);

  attach (f, "report.pdf", pdf, strlen (pdf));
  if (test_has_label (GTK_WIDGET (f->composer), "Myna was built without support for files such as “report.pdf”."))
    {
      g_test_skip ("this build reads no PDF");
      return;
    }
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "report.pdf"));
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "2 pages · 42 bytes"));
  press (f, "Return");
  g_assert_cmpstr (f->attachments, ==,
                   "[{\"name\": \"report.pdf\", \"text\": "
                   "\"[Page 1]\\n\\nSome words\\n\\n[Page 2]\\n\\nSome words\", \"pages\": \"2\", \"type\": \"pdf\"}]");
}

/* Nothing is sent without a file that is still being read; who stops it can send at once. */
static void
test_reading (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-test-XXXXXX", NULL), *program = g_build_filename (folder, "myna-read", NULL);
  g_autofree char *before = g_strdup (g_getenv ("MYNA_LIBEXEC_DIR"));
  g_autoptr (GFile) file = g_file_new_for_path (program);
  g_autoptr (GPtrArray) files = NULL;
  GtkWidget *row = find_row (GTK_WIDGET (f->composer));

  g_assert_true (g_file_set_contents_full (program, "#!/bin/sh\nexec sleep 1000\n", -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  g_setenv ("MYNA_LIBEXEC_DIR", folder, TRUE);
  myna_composer_set_text (f->composer, "What does it say?");
  myna_composer_attach_files (f->composer, &(GSList){ file, NULL });
  while (!gtk_widget_get_visible (row))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "Reading “myna-read”…"));
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 0);
  files = myna_composer_take_files (f->composer);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_false (gtk_widget_get_visible (row));
  press (f, "Return");
  g_assert_cmpuint (f->n_sent, ==, 1);
  g_setenv ("MYNA_LIBEXEC_DIR", before ? before : "", TRUE);
  g_file_delete (file, NULL, NULL);
  g_rmdir (folder);
}

static void
test_length (Fixture *f, gconstpointer data)
{
  myna_composer_set_length (f->composer, "Much too long", TRUE);
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "Much too long"));
  myna_composer_set_length (f->composer, "In passages", FALSE);
  g_assert_true (test_has_label (GTK_WIDGET (f->composer), "In passages"));
  myna_composer_set_length (f->composer, NULL, FALSE);
  g_assert_false (test_has_label (GTK_WIDGET (f->composer), "In passages"));
}

/* ---- Personas --------------------------------------------------------------------------------------------------- */

static void
persona_cb (char **ret_name, MynaPersona *persona)
{
  g_free (*ret_name);
  *ret_name = g_strdup (myna_persona_get_name (persona));
}

/* "/" offers the personas, what follows narrows them, Enter takes one and sends nothing; Escape leaves the text as it is. */
static void
test_persona (Fixture *f, gconstpointer data)
{
  GListModel *list = myna_personas_get_list (myna_personas_get_default ());
  g_autoptr (MynaPersona) first = g_list_model_get_item (list, 0);
  g_autoptr (MynaPersona) second = g_list_model_get_item (list, 1);
  g_autofree char *chosen = NULL;

  g_signal_connect_swapped (f->composer, "persona", G_CALLBACK (persona_cb), &chosen);
  press (f, "slash");
  press (f, "Return");
  g_assert_cmpstr (chosen, ==, myna_persona_get_name (first));
  assert_text (f, "");
  g_assert_cmpuint (f->n_sent, ==, 0);
  press (f, "slash");
  press (f, "Down");
  press (f, "Return");
  g_assert_cmpstr (chosen, ==, myna_persona_get_name (second));

  g_clear_pointer (&chosen, g_free);
  press (f, "slash");
  press (f, "Escape");
  press (f, "Return");
  g_assert_null (chosen);
  g_assert_cmpstr (f->sent, ==, "/");

  /* What is no persona's name is text. */
  press (f, "slash");
  press (f, "7");
  press (f, "7");
  press (f, "Return");
  g_assert_null (chosen);
  g_assert_cmpstr (f->sent, ==, "/77");
}

/* A prompt takes the place of its name; what was copied is in its gap, and nothing is sent. */
static void
test_prompt (Fixture *f, gconstpointer data)
{
  static const char expected[] = "Improve the wording of this text, and keep its meaning:\n\ncopied {text}";

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (f->composer)), "copied {text}");
  press (f, "slash");
  press (f, "i");
  press (f, "m");
  press (f, "p");
  press (f, "Return");
  for (gboolean done = FALSE; !done;)
    {
      g_autofree char *text = myna_composer_get_text (f->composer);

      done = g_str_equal (text, expected);
      if (!done)
        g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (f->n_sent, ==, 0);
  press (f, "Return");
  g_assert_cmpstr (f->sent, ==, expected);
}

static void
test_long_paste (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (7000, 'y');
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (f->composer));

  gdk_clipboard_set_text (clipboard, "short");
  press (f, "ctrl+v");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_text (f, "short");
  gdk_clipboard_set_text (clipboard, text);
  press (f, "ctrl+v");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  assert_text (f, "short");
  press (f, "Return");
  g_assert_nonnull (f->attachments);
  g_assert_cmpstr (f->sent, ==, "short");
}

#define ADD(path, function) g_test_add ("/composer/" path, Fixture, NULL, setup, function, teardown)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv);
  adw_init ();
  g_io_extension_point_implement (GTK_IM_MODULE_EXTENSION_POINT_NAME, FAKE_TYPE_IM, "fake", 0);

  ADD ("enter-sends", test_enter_sends);
  ADD ("ctrl-enter", test_ctrl_enter);
  ADD ("escape-stops", test_escape_stops);
  ADD ("history", test_history);
  ADD ("im-enter-confirms", test_im_enter_confirms);
  ADD ("im-declines", test_im_declines);
  ADD ("im-keys", test_im_keys);
  ADD ("attachments", test_attachments);
  ADD ("chips-overlap-nothing", test_chips_overlap_nothing);
  ADD ("attachment-problems", test_attachment_problems);
  ADD ("problem-beside-folder", test_problem_beside_folder);
  ADD ("document", test_document);
  ADD ("reading", test_reading);
  ADD ("length", test_length);
  ADD ("persona", test_persona);
  ADD ("prompt", test_prompt);
  ADD ("long-paste", test_long_paste);
  return g_test_run ();
}
