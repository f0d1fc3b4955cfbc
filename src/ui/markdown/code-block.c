/* code-block.c: a code block: its language, wrap and copy buttons, and the text
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>
#include <string.h>

#include "markdown/block-views.h"
#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/code-file.h"
#include "chat/pair.h"
#include "markdown/code-text.h"
#include "markdown/code-theme.h"
#include "markdown/copy-button.h"
#include "markdown/side-scroller.h"

struct _MynaCodeBlock
{
  MynaBlockView parent_instance;
  GtkWidget *header;
  GtkWidget *language;
  GtkWidget *copy_button;
  GtkWidget *browser_button;
  GtkWidget *scroller;
  GtkWidget *text;
};

G_DEFINE_FINAL_TYPE (MynaCodeBlock, myna_code_block, MYNA_TYPE_BLOCK_VIEW)

static void
myna_code_block_update (MynaBlockView *view)
{
  MynaCodeBlock *self = MYNA_CODE_BLOCK (view);
  MynaBlock *block = myna_block_view_get_block (view);
  const char *language = block->info ? block->info : "";
  g_autofree char *label = block->info ? g_strdup_printf (_ ("Code, %s"), block->info) : g_strdup (_ ("Code"));

  gtk_widget_set_visible (self->browser_button, myna_code_is_page (block->info));
  gtk_label_set_text (GTK_LABEL (self->language), language);
  myna_code_text_set_text (MYNA_CODE_TEXT (self->text), block->string.text, block->info);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, block->string.text, -1);
}

static void
myna_code_block_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaCodeBlock *self = MYNA_CODE_BLOCK (widget);

  GTK_WIDGET_CLASS (myna_code_block_parent_class)->css_changed (widget, change);
  myna_code_text_reset (MYNA_CODE_TEXT (self->text), myna_block_view_get_ink (MYNA_BLOCK_VIEW (self)));
}

static void
theme_changed (MynaCodeBlock *self)
{
  myna_code_text_reset (MYNA_CODE_TEXT (self->text), myna_block_view_get_ink (MYNA_BLOCK_VIEW (self)));
  gtk_widget_queue_draw (self->text);
}

static void
copy_clicked (MynaCodeBlock *self)
{
  myna_copy_button_copy (MYNA_COPY_BUTTON (self->copy_button),
                         myna_block_get_source (myna_block_view_get_block (MYNA_BLOCK_VIEW (self))));
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

/* The block as it was when the button was pressed: by the answer its widget may show another one. */
static MynaPair *
new_question (MynaCodeBlock *self)
{
  MynaBlock *block = myna_block_view_get_block (MYNA_BLOCK_VIEW (self));

  return myna_pair_new (self, myna_block_ref (block), (GDestroyNotify) myna_block_unref);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCodeBlock) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!myna_code_save_finish (result, &error))
    myna_tell_error (myna_get_window (self), _ ("The File Could Not Be Saved"), error);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) asked = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file)
    myna_code_save_async (myna_block_get_source (asked->subject), file, saved_cb, g_object_ref (asked->owner));
}

static void
save_clicked (MynaCodeBlock *self)
{
  const char *language = myna_block_view_get_block (MYNA_BLOCK_VIEW (self))->info;

  myna_choose_file_async (myna_get_window (self), MYNA_FILE_SAVE, _ ("Save Code"), NULL, myna_code_get_file_name (language),
                          file_chosen_cb, new_question (self));
}

static void
browser_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) asked = user_data;
  const MynaBlock *block = asked->subject;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = NULL;

  if (!myna_ask_finish (result))
    return;
  file = myna_code_write_page (block->info, myna_block_get_source (block), &error);
  if (file)
    myna_open_file (myna_get_window (asked->owner), file);
  else
    myna_tell_error (myna_get_window (asked->owner), _ ("The Page Could Not Be Opened"), error);
}

static void
browser_clicked (MynaCodeBlock *self)
{
  myna_ask_async (myna_get_window (self), MYNA_QUESTION_PLAIN, _ ("Open in the Browser?"),
                  _ ("The model wrote this page. In the browser it can run programs and load things from the network."),
                  _ ("_Open"), browser_answered_cb, new_question (self));
}

static void
wrap_toggled (MynaCodeBlock *self, GtkToggleButton *button)
{
  myna_code_text_set_wrap (MYNA_CODE_TEXT (self->text), gtk_toggle_button_get_active (button));
}

/* A scrolled window does not ask its child for a height for a width, so the text is asked directly: for the width that it
 * will have, which is more than the block's where lines are not wrapped. */
static void
myna_code_block_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                         int *minimum_baseline, int *natural_baseline)
{
  MynaCodeBlock *self = MYNA_CODE_BLOCK (widget);
  int header_minimum, header_natural, text_minimum, text_natural;

  gtk_widget_measure (self->header, orientation, -1, &header_minimum, &header_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL && for_size >= 0)
    {
      gtk_widget_measure (self->text, GTK_ORIENTATION_HORIZONTAL, -1, &text_minimum, NULL, NULL, NULL);
      for_size = MAX (for_size, text_minimum);
    }
  gtk_widget_measure (self->text, orientation, for_size, &text_minimum, &text_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = *natural = header_natural + text_natural;
      return;
    }
  *minimum = header_minimum;
  *natural = MAX (header_natural, text_natural);
}

static void
myna_code_block_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  MynaCodeBlock *self = MYNA_CODE_BLOCK (widget);
  int header_height;

  gtk_widget_measure (self->header, GTK_ORIENTATION_VERTICAL, -1, NULL, &header_height, NULL, NULL);
  gtk_widget_size_allocate (self->header, &(GtkAllocation){ 0, 0, width, header_height }, -1);
  gtk_widget_size_allocate (self->scroller, &(GtkAllocation){ 0, header_height, width, MAX (height - header_height, 0) }, -1);
}

static MynaCodeLayout *
get_layout (MynaBlockView *view)
{
  return myna_code_text_get_layout (MYNA_CODE_TEXT (MYNA_CODE_BLOCK (view)->text));
}

static guint
myna_code_block_index_at (MynaBlockView *view, double x, double y)
{
  return myna_block_view_to_child (view, MYNA_CODE_BLOCK (view)->text, &x, &y)
             ? myna_code_layout_index_at (get_layout (view), x, y)
             : 0;
}

static void
myna_code_block_get_bounds (MynaBlockView *view, guint start, guint end, graphene_rect_t *ret_bounds)
{
  myna_code_layout_get_bounds (get_layout (view), start, end, ret_bounds);
  myna_block_view_from_child (view, MYNA_CODE_BLOCK (view)->text, ret_bounds);
}

static void
myna_code_block_marks_changed (MynaBlockView *view)
{
  myna_code_text_set_marks (MYNA_CODE_TEXT (MYNA_CODE_BLOCK (view)->text), myna_block_view_get_marks (view));
}

static void
myna_code_block_dispose (GObject *object)
{
  MynaCodeBlock *self = MYNA_CODE_BLOCK (object);

  g_clear_pointer (&self->header, gtk_widget_unparent);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_code_block_parent_class)->dispose (object);
}

static void
myna_code_block_class_init (MynaCodeBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  MynaBlockViewClass *view_class = MYNA_BLOCK_VIEW_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_code_block_dispose;
  widget_class->css_changed = myna_code_block_css_changed;
  myna_class_set_height_for_width (widget_class);
  widget_class->measure = myna_code_block_measure;
  widget_class->size_allocate = myna_code_block_size_allocate;
  view_class->update = myna_code_block_update;
  view_class->index_at = myna_code_block_index_at;
  view_class->get_bounds = myna_code_block_get_bounds;
  view_class->marks_changed = myna_code_block_marks_changed;
  gtk_widget_class_set_css_name (widget_class, "codeblock");
}

static GtkWidget *
add_button (MynaCodeBlock *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = myna_flat_button_new (icon, name);

  g_signal_connect_swapped (button, "clicked", callback, self);
  gtk_box_append (GTK_BOX (self->header), button);
  return button;
}

static void
make_header (MynaCodeBlock *self)
{
  GtkWidget *wrap = gtk_toggle_button_new ();

  self->header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (self->header, "header");
  self->language = myna_line_label_new (NULL, "language dim-label");
  gtk_widget_set_hexpand (self->language, TRUE);
  gtk_box_append (GTK_BOX (self->header), self->language);

  self->browser_button = add_button (self, "web-browser-symbolic", _ ("Open in Browser"), G_CALLBACK (browser_clicked));
  gtk_button_set_icon_name (GTK_BUTTON (wrap), "format-justify-left-symbolic");
  myna_set_name (wrap, _ ("Wrap Long Lines"));
  g_signal_connect_swapped (wrap, "toggled", G_CALLBACK (wrap_toggled), self);
  gtk_box_append (GTK_BOX (self->header), wrap);

  add_button (self, "document-save-symbolic", _ ("Save Code As…"), G_CALLBACK (save_clicked));
  self->copy_button = myna_copy_button_new (_ ("Copy Code"));
  g_signal_connect_swapped (self->copy_button, "clicked", G_CALLBACK (copy_clicked), self);
  gtk_box_append (GTK_BOX (self->header), self->copy_button);

  gtk_widget_add_css_class (wrap, "flat");
  gtk_widget_set_parent (self->header, GTK_WIDGET (self));
}

static void
myna_code_block_init (MynaCodeBlock *self)
{
  make_header (self);
  self->text = myna_code_text_new ();
  self->scroller = myna_side_scroller_new (self->text);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_object (myna_code_theme_get_default (), "changed", G_CALLBACK (theme_changed), self, G_CONNECT_SWAPPED);
  myna_code_text_set_marks (MYNA_CODE_TEXT (self->text), myna_block_view_get_marks (MYNA_BLOCK_VIEW (self)));
}
