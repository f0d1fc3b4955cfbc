/* composer.c: where the person writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Enter and input methods.  The key belongs to the input method first: it is handed to it before anything else looks at it,
 * and it sends only if the input method did not want it and shows no preedit.  So an Enter that confirms a candidate never
 * sends, and no Enter is seen by the input method twice: one that is not ours goes on to the text view only if it was not
 * offered to the input method here.
 */
#include "composer/composer.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/message-words.h"
#include "composer/attachment-list.h"
#include "composer/folder-question.h"
#include "composer/password-question.h"
#include "composer/persona-popover.h"
#include "composer/prompt-insert.h"
#include "composer/reading-row.h"
#include "composer/starter-hint.h"
#include "composer/tools-button.h"

#define MAX_LINES 10

enum
{
  SIGNAL_SEND,
  SIGNAL_STOP,
  SIGNAL_CHANGED,
  SIGNAL_HISTORY,
  SIGNAL_SCROLL,
  SIGNAL_PERSONA,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

struct _MynaComposer
{
  GtkWidget parent_instance;

  GtkWidget *card;
  GtkWidget *attachments; /* MynaAttachmentList */
  GtkWidget *scroller;
  GtkWidget *text_view;
  GtkWidget *placeholder;
  GtkWidget *hint;     /* MynaStarterHint */
  GtkWidget *problem;  /* GtkLabel: what could not be attached */
  GtkWidget *length;   /* GtkLabel */
  GtkWidget *personas; /* MynaPersonaPopover */
  GtkWidget *attach_button;
  GtkWidget *tools; /* MynaToolsButton */
  GtkWidget *gauge;
  GtkWidget *gauge_label;
  GtkWidget *send_button;
  gint64 sent_at;
  gboolean is_pointed_at; /* the pointer presses the button, not a key */

  MynaModelLibrary *library;      /* NULL: not known yet */
  MynaConversation *conversation; /* NULL: none; a weak pointer */
  GCancellable *cancellable;      /* of files being read */
  MynaFileReader *reader;
  GSettings *settings; /* NULL: the defaults */
  gboolean busy;
  gboolean preedit; /* the input method shows text that is not there yet */
  gboolean setting; /* the text is changed by us */
  gboolean lets_escape;
  gboolean recalled; /* the text came from the history and was not changed since */
};

G_DEFINE_FINAL_TYPE (MynaComposer, myna_composer, GTK_TYPE_WIDGET)

static void clear_problems (MynaComposer *self);
static void add_problem (MynaComposer *self, const char *text);

static MynaAttachmentList *
get_attachments (MynaComposer *self)
{
  return MYNA_ATTACHMENT_LIST (self->attachments);
}

static GtkTextBuffer *
get_buffer (MynaComposer *self)
{
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));
}

/* Whether there is something to send.  Nothing is sent without the files that are being read. */
static gboolean
has_content (MynaComposer *self)
{
  g_autofree char *text = myna_composer_get_text (self);

  if (myna_composer_is_reading (self))
    return FALSE;
  return myna_attachment_list_get_n (get_attachments (self)) > 0 || *g_strstrip (text);
}

/* Send or Stop, and whether it can be pressed. */
static void
update_button (MynaComposer *self)
{
  gboolean stop = self->busy && !has_content (self);

  gtk_button_set_icon_name (GTK_BUTTON (self->send_button), stop ? "media-playback-stop-symbolic" : "go-up-symbolic");
  myna_set_name (self->send_button, stop ? _ ("Stop") : _ ("Send"));
  gtk_widget_set_sensitive (self->send_button, stop || has_content (self));
}

void
myna_composer_send (MynaComposer *self)
{
  g_autofree char *text = myna_composer_get_text (self);
  g_autofree char *attachments = NULL;

  if (!has_content (self))
    return;
  self->sent_at = g_get_monotonic_time ();
  attachments = myna_attachment_list_to_json (get_attachments (self));
  g_signal_emit (self, signals[SIGNAL_SEND], 0, text, attachments);
}

static void
pressed_cb (MynaComposer *self)
{
  self->is_pointed_at = TRUE;
}

/* The second click of a double one finds Stop where Send was, and is not meant for it. */
static gboolean
is_second_click (MynaComposer *self)
{
  int ms;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-double-click-time", &ms, NULL);
  return self->is_pointed_at && g_get_monotonic_time () - self->sent_at < ms * 1000;
}

static void
send_clicked_cb (MynaComposer *self)
{
  if (self->busy && !has_content (self) && !is_second_click (self))
    g_signal_emit (self, signals[SIGNAL_STOP], 0);
  else
    myna_composer_send (self);
  self->is_pointed_at = FALSE;
  gtk_widget_grab_focus (self->text_view);
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

/* Up on the first line of an empty or recalled text, Down likewise: the questions asked before. */
static gboolean
recall (MynaComposer *self, int step)
{
  g_autofree char *text = myna_composer_get_text (self);

  if (self->preedit || (*text && !self->recalled))
    return GDK_EVENT_PROPAGATE;
  g_signal_emit (self, signals[SIGNAL_HISTORY], 0, step);
  return GDK_EVENT_STOP;
}

/* "/" at the beginning of a text means a prompt or a persona: what follows is looked for in their names. */
static void
update_personas (MynaComposer *self)
{
  g_autofree char *text = myna_composer_get_text (self);
  gboolean named = *text == '/' && !strchr (text, '\n') && !self->preedit;

  myna_persona_popover_filter (MYNA_PERSONA_POPOVER (self->personas), named ? text + 1 : NULL);
}

/* The text was only there to name it. */
static void
persona_chosen_cb (MynaComposer *self, MynaPersona *persona)
{
  gtk_text_buffer_set_text (get_buffer (self), "", -1);
  gtk_widget_grab_focus (self->text_view);
  g_signal_emit (self, signals[SIGNAL_PERSONA], 0, persona);
}

static void
prompt_chosen_cb (MynaComposer *self, const char *prompt)
{
  myna_prompt_insert (GTK_TEXT_VIEW (self->text_view), prompt, self->cancellable);
}

static gboolean
key_pressed_cb (MynaComposer *self, guint keyval, guint keycode, GdkModifierType state, GtkEventControllerKey *controller)
{
  MynaEnter enter;
  const GdkModifierType modifiers = state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);

  if (!self->preedit && !modifiers && myna_persona_popover_key (MYNA_PERSONA_POPOVER (self->personas), keyval))
    return GDK_EVENT_STOP;
  enter = myna_send_key_press (myna_send_key_get (self->settings), GTK_TEXT_VIEW (self->text_view), self->preedit, controller,
                               keyval, state);
  if (enter == MYNA_ENTER_SENDS)
    myna_composer_send (self);
  if (enter != MYNA_ENTER_NONE)
    return GDK_EVENT_STOP;
  if (modifiers || self->preedit)
    return GDK_EVENT_PROPAGATE;
  switch (keyval)
    {
    case GDK_KEY_Up: return recall (self, -1);
    case GDK_KEY_Down: return recall (self, 1);
    case GDK_KEY_Page_Up: g_signal_emit (self, signals[SIGNAL_SCROLL], 0, GTK_SCROLL_PAGE_UP); return GDK_EVENT_STOP;
    case GDK_KEY_Page_Down: g_signal_emit (self, signals[SIGNAL_SCROLL], 0, GTK_SCROLL_PAGE_DOWN); return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
      if (!self->busy || self->lets_escape)
        return GDK_EVENT_PROPAGATE;
      g_signal_emit (self, signals[SIGNAL_STOP], 0);
      return GDK_EVENT_STOP;
    default: return GDK_EVENT_PROPAGATE;
    }
}

static void
preedit_changed_cb (MynaComposer *self, const char *preedit)
{
  g_autofree char *text = myna_composer_get_text (self);

  self->preedit = preedit && *preedit;
  gtk_widget_set_visible (self->placeholder, !*text && !self->preedit);
}

static void
buffer_changed_cb (MynaComposer *self)
{
  g_autofree char *text = myna_composer_get_text (self);

  gtk_widget_set_visible (self->placeholder, !*text && !self->preedit);
  update_button (self);
  if (self->setting)
    return;
  self->recalled = FALSE;
  clear_problems (self);
  update_personas (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* ---- Attachments ------------------------------------------------------------------------------------------------ */

/* A file is read whole when it is attached, so that what the model is given is what the person saw. */

static void
update_hint (MynaComposer *self)
{
  myna_starter_hint_update (MYNA_STARTER_HINT (self->hint), self->library, self->conversation,
                            myna_attachment_list_get_n (get_attachments (self)) > 0);
}

static void
attachments_changed (MynaComposer *self)
{
  update_button (self);
  update_hint (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
removed_cb (MynaComposer *self)
{
  clear_problems (self);
  attachments_changed (self);
  gtk_widget_grab_focus (self->text_view);
}

GPtrArray *
myna_composer_take_attachments (MynaComposer *self)
{
  GPtrArray *attachments;

  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  attachments = myna_attachment_list_take (get_attachments (self));
  update_button (self);
  update_hint (self);
  return attachments;
}

void
myna_composer_give_attachments (MynaComposer *self, GPtrArray *attachments)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  myna_attachment_list_give (get_attachments (self), attachments);
  attachments_changed (self);
}

gboolean
myna_composer_has_attachments (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), FALSE);

  return myna_attachment_list_get_n (get_attachments (self)) > 0 || myna_composer_is_reading (self);
}

char *
myna_composer_dup_attachments (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  return myna_attachment_list_to_short_json (get_attachments (self));
}

/* What an earlier one could not is said no more. */
static void
attach (MynaComposer *self, const char *name, const char *text, guint n_pages, const char *type)
{
  if (myna_attachment_list_add (get_attachments (self), name, text, n_pages, type))
    attachments_changed (self);
  else
    add_problem (self, _ ("Too many attachments for one message"));
}

void
myna_composer_attach_text (MynaComposer *self, const char *name, const char *text)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  clear_problems (self);
  attach (self, name, text, 0, NULL);
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static void
file_read_cb (MynaComposer *self, const char *name, const char *text, guint n_pages, const char *type)
{
  attach (self, name, text, n_pages, type);
}

static void
folder_answered (gpointer owner, GSList *files, const char *problem)
{
  if (problem)
    add_problem (owner, problem);
  for (GSList *l = files; l; l = l->next)
    myna_file_reader_add (MYNA_COMPOSER (owner)->reader, l->data);
}

/* What could not be attached before is over; what now cannot is told together, also what is in a folder that is asked about. */
void
myna_composer_attach_files (MynaComposer *self, GSList *files)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  clear_problems (self);
  for (GSList *l = files; l; l = l->next)
    if (g_file_query_file_type (l->data, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY)
      myna_folder_question_ask (GTK_WIDGET (self), l->data, folder_answered);
    else
      myna_file_reader_add (self->reader, l->data);
}

gboolean
myna_composer_is_reading (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), FALSE);

  return myna_file_reader_is_reading (self->reader);
}

GPtrArray *
myna_composer_take_files (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  return myna_file_reader_take (self->reader);
}

static void
files_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  g_autoptr (GListModel) chosen = myna_choose_files_finish (result);
  GSList *files = NULL;

  for (guint i = 0; chosen && i < g_list_model_get_n_items (chosen); i++)
    files = g_slist_append (files, g_list_model_get_item (chosen, i));
  if (files)
    myna_composer_attach_files (self, files);
  g_slist_free_full (files, g_object_unref);
  gtk_widget_grab_focus (self->text_view);
}

static void
attach_clicked_cb (MynaComposer *self)
{
  myna_choose_files_async (myna_get_window (self), _ ("Attach Files"), files_chosen_cb, g_object_ref (self));
}

/* ---- Paste ------------------------------------------------------------------------------------------------------ */

static void
text_pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->text_view));

  if (!text)
    return;
  if (myna_text_is_long (text))
    {
      myna_composer_attach_text (self, _ ("Pasted text"), text);
      return;
    }
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_delete_selection (buffer, TRUE, TRUE);
  gtk_text_buffer_insert_at_cursor (buffer, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_view_scroll_mark_onscreen (GTK_TEXT_VIEW (self->text_view), gtk_text_buffer_get_insert (buffer));
}

static void
files_pasted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaComposer) self = user_data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);
  g_autoptr (GSList) files = NULL;

  if (!value || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  myna_composer_attach_files (self, files);
}

static void
paste_cb (MynaComposer *self)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (self->text_view);
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);

  g_signal_stop_emission_by_name (self->text_view, "paste-clipboard");
  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
    gdk_clipboard_read_value_async (clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, self->cancellable, files_pasted_cb,
                                    g_object_ref (self));
  else
    gdk_clipboard_read_text_async (clipboard, self->cancellable, text_pasted_cb, g_object_ref (self));
}

static void
init_attachments (MynaComposer *self)
{
  g_signal_connect_swapped (self->attach_button, "clicked", G_CALLBACK (attach_clicked_cb), self);
  g_signal_connect_swapped (self->text_view, "paste-clipboard", G_CALLBACK (paste_cb), self);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
build_text (MynaComposer *self)
{
  GtkWidget *overlay = gtk_overlay_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->text_view = gtk_text_view_new ();
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (self->text_view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (self->text_view), FALSE);
  gtk_text_view_set_input_hints (GTK_TEXT_VIEW (self->text_view), GTK_INPUT_HINT_EMOJI | GTK_INPUT_HINT_SPELLCHECK);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->text_view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Message"),
                                  GTK_ACCESSIBLE_PROPERTY_MULTI_LINE, TRUE, -1);
  gtk_text_buffer_set_enable_undo (get_buffer (self), TRUE);
  g_signal_connect_object (get_buffer (self), "changed", G_CALLBACK (buffer_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->text_view, "preedit-changed", G_CALLBACK (preedit_changed_cb), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->text_view, keys);

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->text_view);

  self->placeholder = gtk_label_new (_ ("Ask anything"));
  gtk_widget_set_halign (self->placeholder, GTK_ALIGN_START);
  gtk_widget_set_valign (self->placeholder, GTK_ALIGN_START);
  gtk_widget_set_can_target (self->placeholder, FALSE);
  myna_add_css_classes (self->placeholder, "dim-label placeholder");

  gtk_overlay_set_child (GTK_OVERLAY (overlay), self->scroller);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), self->placeholder);
  gtk_box_append (GTK_BOX (self->card), overlay);
}

static void
build_buttons (MynaComposer *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *spacer = gtk_label_new (NULL);
  GtkEventController *press = GTK_EVENT_CONTROLLER (gtk_gesture_click_new ());

  self->attach_button = gtk_button_new_from_icon_name ("list-add-symbolic");
  myna_add_css_classes (self->attach_button, "flat circular");
  gtk_widget_set_valign (self->attach_button, GTK_ALIGN_CENTER);
  myna_set_tooltip (self->attach_button, _ ("Attach files"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->attach_button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Attach"), -1);

  self->tools = myna_tools_button_new ();
  gtk_widget_set_hexpand (spacer, TRUE);

  self->gauge = gtk_level_bar_new ();
  self->gauge_label = gtk_label_new (NULL);
  myna_add_css_classes (self->gauge_label, "caption numeric dim-label");
  gtk_widget_set_valign (self->gauge, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->gauge, 48, -1);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->gauge), GTK_LEVEL_BAR_OFFSET_LOW);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->gauge), GTK_LEVEL_BAR_OFFSET_HIGH);
  gtk_level_bar_remove_offset_value (GTK_LEVEL_BAR (self->gauge), GTK_LEVEL_BAR_OFFSET_FULL);
  gtk_widget_set_visible (self->gauge, FALSE);
  gtk_widget_set_visible (self->gauge_label, FALSE);

  self->send_button = gtk_button_new ();
  gtk_widget_add_css_class (self->send_button, "circular");
  gtk_widget_set_valign (self->send_button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->send_button, "suggested-action");
  gtk_event_controller_set_propagation_phase (press, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (press, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (self->send_button, press);
  g_signal_connect_swapped (self->send_button, "clicked", G_CALLBACK (send_clicked_cb), self);

  gtk_box_append (GTK_BOX (box), self->attach_button);
  gtk_box_append (GTK_BOX (box), self->tools);
  gtk_box_append (GTK_BOX (box), spacer);
  gtk_box_append (GTK_BOX (box), self->gauge);
  gtk_box_append (GTK_BOX (box), self->gauge_label);
  gtk_box_append (GTK_BOX (box), self->send_button);
  gtk_box_append (GTK_BOX (self->card), box);
}

void
myna_composer_add_control (MynaComposer *self, GtkWidget *widget)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  gtk_box_insert_child_after (GTK_BOX (gtk_widget_get_parent (self->attach_button)), widget, self->attach_button);
}

static void
myna_composer_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaComposer *self = MYNA_COMPOSER (widget);
  g_autoptr (PangoLayout) layout = NULL;
  int height;

  GTK_WIDGET_CLASS (myna_composer_parent_class)->css_changed (widget, change);
  if (!self->text_view)
    return;
  layout = gtk_widget_create_pango_layout (self->text_view, "我y");
  pango_layout_get_pixel_size (layout, NULL, &height);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scroller), MAX_LINES * height);
}

static gboolean
myna_composer_grab_focus (GtkWidget *widget)
{
  GtkWidget *text_view = MYNA_COMPOSER (widget)->text_view;

  /* Shift+Tab asks each widget around the text view whether it wants the focus itself: it must get out. */
  return !gtk_widget_has_focus (text_view) && gtk_widget_grab_focus (text_view);
}

static void
stop_reading (MynaComposer *self)
{
  g_autoptr (GPtrArray) files = NULL;

  if (!self->reader)
    return;
  g_signal_handlers_disconnect_by_data (self->reader, self);
  files = myna_file_reader_take (self->reader);
  g_clear_object (&self->reader);
}

static void
myna_composer_dispose (GObject *object)
{
  MynaComposer *self = MYNA_COMPOSER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  g_clear_weak_pointer (&self->conversation);
  stop_reading (self);
  g_clear_pointer (&self->personas, gtk_widget_unparent);
  g_clear_pointer (&self->card, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_composer_parent_class)->dispose (object);
}

static void
myna_composer_class_init (MynaComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = MYNA_TYPE_COMPOSER;

  object_class->dispose = myna_composer_dispose;
  widget_class->css_changed = myna_composer_css_changed;
  widget_class->grab_focus = myna_composer_grab_focus;

  signals[SIGNAL_SEND] = g_signal_new ("send", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING,
                                       G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[SIGNAL_STOP] = g_signal_new ("stop", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_HISTORY] = g_signal_new ("history", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[SIGNAL_SCROLL] =
      g_signal_new ("scroll", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, GTK_TYPE_SCROLL_TYPE);
  signals[SIGNAL_PERSONA] =
      g_signal_new ("persona", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_PERSONA);
  gtk_widget_class_set_css_name (widget_class, "composer");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
}

/* Of the notes below the text the most important alone. */
static void
show_one_note (MynaComposer *self)
{
  gboolean has_problem = gtk_widget_get_visible (self->problem), has_length = *gtk_label_get_label (GTK_LABEL (self->length));
  gboolean is_too_long = has_length && gtk_widget_has_css_class (self->length, "warning");

  gtk_widget_set_visible (gtk_widget_get_parent (self->hint), !has_problem && !is_too_long);
  gtk_widget_set_visible (self->length, has_length && !has_problem && (is_too_long || !gtk_widget_get_visible (self->hint)));
}

/* A line below the text, shown where there is something to say. */
static GtkWidget *
add_note (MynaComposer *self, const char *css_class)
{
  GtkWidget *label = myna_long_label_new (NULL, "caption");

  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_visible (label, FALSE);
  gtk_box_append (GTK_BOX (self->card), label);
  return label;
}

static void
myna_composer_init (MynaComposer *self)
{
  self->cancellable = g_cancellable_new ();
  self->settings = myna_send_key_open_settings ();
  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->card, "composer-card");
  gtk_widget_set_parent (self->card, GTK_WIDGET (self));

  self->attachments = myna_attachment_list_new ();
  g_signal_connect_swapped (self->attachments, "removed", G_CALLBACK (removed_cb), self);
  gtk_box_append (GTK_BOX (self->card), self->attachments);
  self->reader = myna_file_reader_new ();
  g_signal_connect_swapped (self->reader, "read", G_CALLBACK (file_read_cb), self);
  g_signal_connect_swapped (self->reader, "problem", G_CALLBACK (add_problem), self);
  g_signal_connect_swapped (self->reader, "changed", G_CALLBACK (update_button), self);
  myna_password_question_serve (GTK_WIDGET (self), self->reader);
  gtk_box_append (GTK_BOX (self->card), myna_reading_row_new (self->reader));
  build_text (self);
  self->hint = myna_starter_hint_new ();
  gtk_box_append (GTK_BOX (self->card), g_object_new (ADW_TYPE_BIN, "child", self->hint, NULL));
  self->length = add_note (self, "dim-label");
  self->problem = add_note (self, "error");
  g_signal_connect_swapped (self->hint, "notify::visible", G_CALLBACK (show_one_note), self);
  g_signal_connect_swapped (self->problem, "notify::visible", G_CALLBACK (show_one_note), self);
  build_buttons (self);
  self->personas = myna_persona_popover_new ();
  g_signal_connect_swapped (self->personas, "chosen", G_CALLBACK (persona_chosen_cb), self);
  g_signal_connect_swapped (self->personas, "prompt", G_CALLBACK (prompt_chosen_cb), self);
  gtk_widget_set_parent (self->personas, self->card);
  init_attachments (self);
  update_button (self);
}

GtkWidget *
myna_composer_new (void)
{
  return g_object_new (MYNA_TYPE_COMPOSER, NULL);
}

/* ---- Contents --------------------------------------------------------------------------------------------------- */

char *
myna_composer_get_text (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  return myna_buffer_dup_text (get_buffer (self));
}

void
myna_composer_set_text (MynaComposer *self, const char *text)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  self->setting = TRUE;
  gtk_text_buffer_set_text (get_buffer (self), text ? text : "", -1);
  self->setting = FALSE;
  self->recalled = FALSE;
  myna_persona_popover_filter (MYNA_PERSONA_POPOVER (self->personas), NULL);
}

void
myna_composer_recall (MynaComposer *self, const char *text)
{
  myna_composer_set_text (self, text);
  self->recalled = TRUE;
}

void
myna_composer_prepend (MynaComposer *self, const char *text)
{
  GtkTextIter start;

  g_return_if_fail (MYNA_IS_COMPOSER (self));

  self->setting = TRUE;
  gtk_text_buffer_get_start_iter (get_buffer (self), &start);
  gtk_text_buffer_insert (get_buffer (self), &start, text, -1);
  self->setting = FALSE;
}

gboolean
myna_composer_is_empty (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), TRUE);

  return myna_attachment_list_get_n (get_attachments (self)) == 0 && !self->preedit && !myna_composer_is_reading (self)
         && gtk_text_buffer_get_char_count (get_buffer (self)) == 0;
}

void
myna_composer_clear (MynaComposer *self)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  self->setting = TRUE;
  gtk_text_buffer_begin_irreversible_action (get_buffer (self));
  gtk_text_buffer_set_text (get_buffer (self), "", -1);
  gtk_text_buffer_end_irreversible_action (get_buffer (self));
  self->setting = FALSE;
  myna_attachment_list_clear (get_attachments (self));
  update_hint (self);
  clear_problems (self);
  myna_composer_set_length (self, NULL, FALSE);
  myna_persona_popover_filter (MYNA_PERSONA_POPOVER (self->personas), NULL);
  update_button (self);
}

void
myna_composer_insert_block (MynaComposer *self, const char *text)
{
  GtkTextBuffer *buffer = get_buffer (self);
  GtkTextIter at;

  g_return_if_fail (MYNA_IS_COMPOSER (self));

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_iter_at_mark (buffer, &at, gtk_text_buffer_get_insert (buffer));
  if (!gtk_text_iter_starts_line (&at))
    gtk_text_buffer_insert (buffer, &at, "\n", -1);
  gtk_text_buffer_insert (buffer, &at, text, -1);
  gtk_text_buffer_insert (buffer, &at, "\n\n", -1);
  gtk_text_buffer_place_cursor (buffer, &at);
  gtk_text_buffer_end_user_action (buffer);
  gtk_widget_grab_focus (self->text_view);
}

void
myna_composer_quote (MynaComposer *self, const char *text)
{
  g_autofree char *quoted = myna_quote (text);

  g_return_if_fail (MYNA_IS_COMPOSER (self));

  if (myna_text_is_long (text))
    myna_composer_attach_text (self, _ ("Selected text"), text);
  else
    myna_composer_insert_block (self, quoted);
}

void
myna_composer_let_escape (MynaComposer *self)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  self->lets_escape = TRUE;
}

void
myna_composer_set_busy (MynaComposer *self, gboolean busy)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  self->busy = busy;
  update_button (self);
}

void
myna_composer_set_conversation (MynaComposer *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  myna_tools_button_set_conversation (MYNA_TOOLS_BUTTON (self->tools), conversation);
  g_set_weak_pointer (&self->conversation, conversation);
  update_hint (self);
}

void
myna_composer_set_library (MynaComposer *self, MynaModelLibrary *library)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  g_set_object (&self->library, library);
  update_hint (self);
}

void
myna_composer_set_context (MynaComposer *self, int used, int length)
{
  gboolean shown = used > 0 && length > 0;
  double share = shown ? MIN (1.0, used / (double) length) : 0;
  g_autofree char *percent = g_strdup_printf (_ ("%d%%"), (int) (share * 100 + 0.5));
  gboolean is_nearly_full = FALSE;
  g_autofree char *tooltip = myna_context_describe (used, length, &is_nearly_full);

  g_return_if_fail (MYNA_IS_COMPOSER (self));

  gtk_widget_set_visible (self->gauge, shown);
  gtk_widget_set_visible (self->gauge_label, shown);
  if (!shown)
    return;
  gtk_level_bar_set_value (GTK_LEVEL_BAR (self->gauge), share);
  gtk_label_set_label (GTK_LABEL (self->gauge_label), percent);
  myna_set_css_class (self->gauge_label, "warning", is_nearly_full);
  myna_set_css_class (self->gauge_label, "dim-label", !is_nearly_full);
  myna_set_tooltip (self->gauge, tooltip);
  myna_set_tooltip (self->gauge_label, tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->gauge), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
}

/* Below the text; each problem once. */
static void
add_problem (MynaComposer *self, const char *text)
{
  const char *before = gtk_label_get_label (GTK_LABEL (self->problem));
  g_autofree char *both = *before ? g_strconcat (before, "\n", text, NULL) : g_strdup (text);

  if (!strstr (before, text))
    gtk_label_set_label (GTK_LABEL (self->problem), both);
  gtk_widget_set_visible (self->problem, TRUE);
}

static void
clear_problems (MynaComposer *self)
{
  gtk_label_set_label (GTK_LABEL (self->problem), "");
  gtk_widget_set_visible (self->problem, FALSE);
}

void
myna_composer_set_length (MynaComposer *self, const char *text, gboolean is_too_long)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  myna_attachment_list_set_warning (get_attachments (self), is_too_long);
  gtk_widget_set_css_classes (self->length, (const char *[]){ "caption", text && is_too_long ? "warning" : "dim-label", NULL });
  gtk_label_set_label (GTK_LABEL (self->length), text ? text : "");
  show_one_note (self);
}

GtkTextView *
myna_composer_get_text_view (MynaComposer *self)
{
  g_return_val_if_fail (MYNA_IS_COMPOSER (self), NULL);

  return GTK_TEXT_VIEW (self->text_view);
}

void
myna_composer_announce (MynaComposer *self, const char *text)
{
  g_return_if_fail (MYNA_IS_COMPOSER (self));

  myna_announce (self->text_view, text);
}
