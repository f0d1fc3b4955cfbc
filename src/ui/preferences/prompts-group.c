/* prompts-group.c: the prompts that "/" offers: making, changing and deleting them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/prompts-group.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/dialog-header.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"
#include "base/ui-compat.h"
#include "chat/prompts.h"

#define NEW G_MAXUINT

static void update (GtkWidget *group);

/* ---- Changing one ----------------------------------------------------------------------------------------------- */

typedef struct
{
  GtkWidget *window;
  GtkWidget *group; /* owned */
  GtkWidget *banner;
  GtkWidget *name;
  GtkWidget *text;
  guint index; /* NEW: none yet */
} Editor;

static void
editor_free (gpointer data)
{
  Editor *editor = data;

  g_object_unref (editor->group);
  g_free (editor);
}

static void
save_cb (GtkWindow *window)
{
  Editor *editor = g_object_get_data (G_OBJECT (window), "editor");
  MynaPrompts *prompts = myna_prompts_get_default ();
  const char *name = gtk_editable_get_text (GTK_EDITABLE (editor->name));
  g_autofree char *text = myna_buffer_dup_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor->text)));
  g_autoptr (GError) error = NULL;
  gboolean saved = editor->index == NEW ? myna_prompts_add (prompts, name, text, &error)
                                        : myna_prompts_change (prompts, editor->index, name, text, &error);

  if (!saved)
    {
      myna_banner_show_error (MYNA_BANNER (editor->banner), _ ("The prompt could not be saved"), error);
      return;
    }
  update (editor->group);
  gtk_window_close (window);
}

static GtkWidget *
new_text (Editor *editor)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  editor->text = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (editor->text), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (editor->text), FALSE);
  g_object_set (editor->text, "left-margin", 12, "right-margin", 12, "top-margin", 12, "bottom-margin", 12, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (editor->text), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), editor->text);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 160);
  gtk_widget_add_css_class (scroller, "card");
  gtk_widget_set_overflow (scroller, GTK_OVERFLOW_HIDDEN); /* round corners */
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static void
edit (GtkWidget *group, guint index)
{
  Editor *editor = g_new0 (Editor, 1);
  GtkWidget *window = g_object_new (ADW_TYPE_WINDOW, "transient-for", myna_get_window (group), "modal", TRUE, "title",
                                    _ ("Prompt"), "default-width", 480, "default-height", 440, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *names = myna_list_new (_ ("Name"));
  GtkWidget *save;

  *editor = (Editor){ .window = window, .group = g_object_ref (group), .index = index };
  g_object_set_data_full (G_OBJECT (window), "editor", editor, editor_free);
  editor->banner = myna_banner_new ();
  editor->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (editor->name), _ ("Name"));
  gtk_list_box_append (GTK_LIST_BOX (names), editor->name);
  g_object_set (content, "margin-start", 12, "margin-end", 12, "margin-top", 12, "margin-bottom", 12, NULL);
  gtk_box_append (GTK_BOX (content), names);
  gtk_box_append (GTK_BOX (content), new_text (editor));
  gtk_box_append (GTK_BOX (content),
                  myna_long_label_new (_ ("{clipboard} becomes what you copied, {selection} what is selected, {date} "
                                          "the date. The cursor comes to {text}."),
                                       "dim-label"));
  gtk_box_append (GTK_BOX (box), myna_dialog_header_new (GTK_WINDOW (window), _ ("Save"), G_CALLBACK (save_cb), NULL, &save));
  gtk_box_append (GTK_BOX (box), editor->banner);
  gtk_box_append (GTK_BOX (box), content);
  adw_window_set_content (ADW_WINDOW (window), box);
  myna_secondary_window_follow (GTK_WINDOW (window), myna_get_window (group), "myna-prompt");
  if (index != NEW)
    {
      const MynaPrompt *prompt = g_ptr_array_index (myna_prompts_get_list (myna_prompts_get_default ()), index);

      gtk_editable_set_text (GTK_EDITABLE (editor->name), prompt->name);
      gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor->text)), prompt->text, -1);
    }
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (editor->name);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
get_group (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_GROUP);
}

static void
new_cb (GtkWidget *button)
{
  edit (get_group (button), NEW);
}

static void
activated_cb (GtkWidget *row)
{
  edit (get_group (row), GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "index")));
}

static void
delete_cb (GtkWidget *row)
{
  GtkWidget *group = get_group (row);
  g_autoptr (GError) error = NULL;

  if (myna_prompts_remove (myna_prompts_get_default (), GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "index")), &error))
    update (group);
  else
    myna_tell_error (myna_get_window (group), _ ("The Prompt Could Not Be Deleted"), error);
}

static GtkWidget *
new_row (const MynaPrompt *prompt, guint index)
{
  g_autofree char *line = g_strdelimit (g_strdup (prompt->text), "\r\n\t", ' ');
  g_autofree char *label = g_strdup_printf (_ ("Delete “%s”"), prompt->name);
  GtkWidget *row = myna_row_new (prompt->name, line);
  GtkWidget *button;

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  g_object_set_data (G_OBJECT (row), "index", GUINT_TO_POINTER (index));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), prompt->is_own);
  g_signal_connect (row, "activated", G_CALLBACK (activated_cb), NULL);
  if (!prompt->is_own)
    return row;
  button = myna_flat_button_new ("user-trash-symbolic", label);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (delete_cb), row);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

static void
update (GtkWidget *group)
{
  GtkWidget *list = g_object_get_data (G_OBJECT (group), "list");
  GPtrArray *prompts = myna_prompts_get_list (myna_prompts_get_default ());

  myna_list_clear (list);
  for (guint i = 0; i < prompts->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (list), new_row (g_ptr_array_index (prompts, i), i));
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), myna_prompts_get_word (myna_prompts_get_default ()));
}

GtkWidget *
myna_prompts_group_new (void)
{
  GtkWidget *group = myna_group_new (_ ("Prompts"), NULL);
  GtkWidget *list = myna_list_new (_ ("Prompts"));
  GtkWidget *button = gtk_button_new_with_label (_ ("New…"));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  myna_button_set_spoken_name (button, _ ("New Prompt"));
  g_signal_connect (button, "clicked", G_CALLBACK (new_cb), NULL);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), button);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), list);
  g_object_set_data (G_OBJECT (group), "list", list);
  update (group);
  return group;
}
