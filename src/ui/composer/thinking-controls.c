/* thinking-controls.c: whether the model thinks before it answers, and the button that ends a thought
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/thinking-controls.h"

#include <glib/gi18n.h>

#include "base/tooltip.h"
#include "chat/myna-remote-server.h"
#include "chat/myna-thinking.h"
#include "composer/composer.h"

struct _MynaThinkingControls
{
  GtkWidget parent_instance;

  MynaConversation *conversation; /* NULL: none */
  MynaModelLibrary *library;      /* NULL: not known yet */
  GSignalGroup *conversation_signals;
  GSignalGroup *reply_signals;
  GtkWidget *toggle;
  GtkWidget *toggle_label;
  GtkWidget *answer;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (MynaThinkingControls, myna_thinking_controls, GTK_TYPE_WIDGET)

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

/* About the chat's model, loaded or not; NULL: unknown. */
static const GlmModelInfo *
get_model_info (MynaThinkingControls *self)
{
  const char *path = myna_conversation_get_model (self->conversation);
  MynaModelEntry *entry;

  if (!self->library)
    return myna_generator_get_model_info (myna_conversation_get_generator (self->conversation));
  entry = myna_model_library_find (self->library, path ? path : myna_model_library_get_default_path (self->library));
  return entry ? myna_model_entry_get_info (entry) : NULL;
}

static void
update_toggle (MynaThinkingControls *self)
{
  const GlmModelInfo *info = self->conversation ? get_model_info (self) : NULL;
  gboolean thinks = self->conversation && myna_conversation_get_thinking (self->conversation);

  gtk_widget_set_visible (self->toggle, info && info->can_answer_at_once);
  self->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->toggle), thinks);
  self->updating = FALSE;
  myna_set_tooltip (self->toggle,
                    thinks ? _ ("The model thinks before it answers (Ctrl+T)") : _ ("The model answers at once (Ctrl+T)"));
}

/* Where there are both, the switch is narrow. */
static void
update_answer (MynaThinkingControls *self)
{
  gboolean thinking = self->conversation && myna_conversation_is_thinking (self->conversation);
  gboolean is_remote = self->conversation && myna_remote_server_is_path (myna_conversation_get_model (self->conversation));
  gboolean had_focus = gtk_widget_has_focus (self->answer);
  GtkWidget *composer = gtk_widget_get_ancestor (GTK_WIDGET (self), MYNA_TYPE_COMPOSER);

  gtk_widget_set_visible (self->answer, thinking);
  gtk_widget_set_sensitive (self->answer, !is_remote);
  myna_set_tooltip (self->answer, is_remote ? _ ("A model on a server cannot be told to end its thinking")
                                            : _ ("End the thinking and answer (Ctrl+J)"));
  gtk_widget_set_visible (self->toggle_label, !thinking);
  if (!thinking && had_focus && composer)
    gtk_widget_grab_focus (composer);
}

/* Another reply may have begun. */
static void
activity_changed_cb (MynaThinkingControls *self)
{
  g_signal_group_set_target (self->reply_signals, self->conversation ? myna_conversation_get_reply (self->conversation) : NULL);
  update_answer (self);
}

static void
update_all (MynaThinkingControls *self)
{
  update_toggle (self);
  activity_changed_cb (self);
}

/* ---- What the person does --------------------------------------------------------------------------------------- */

static void
toggled_cb (MynaThinkingControls *self)
{
  if (!self->updating && self->conversation)
    myna_conversation_set_thinking (self->conversation, gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->toggle)));
}

static void
answer_clicked_cb (MynaThinkingControls *self)
{
  if (self->conversation)
    myna_conversation_answer_now (self->conversation);
}

static gboolean
toggle_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaThinkingControls *self = MYNA_THINKING_CONTROLS (widget);

  if (!gtk_widget_get_visible (self->toggle))
    return FALSE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->toggle),
                                !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->toggle)));
  return TRUE;
}

static gboolean
answer_pressed_cb (GtkWidget *widget, GVariant *args, gpointer user_data)
{
  MynaThinkingControls *self = MYNA_THINKING_CONTROLS (widget);

  if (!gtk_widget_get_visible (self->answer) || !gtk_widget_get_sensitive (self->answer))
    return FALSE;
  answer_clicked_cb (self);
  return TRUE;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_thinking_controls_dispose (GObject *object)
{
  MynaThinkingControls *self = MYNA_THINKING_CONTROLS (object);

  g_clear_object (&self->conversation_signals);
  g_clear_object (&self->reply_signals);
  g_clear_object (&self->conversation);
  g_clear_object (&self->library);
  g_clear_pointer (&self->toggle, gtk_widget_unparent);
  g_clear_pointer (&self->answer, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_thinking_controls_parent_class)->dispose (object);
}

static void
myna_thinking_controls_class_init (MynaThinkingControlsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_thinking_controls_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "thinkingcontrols");
}

static void
build_toggle (MynaThinkingControls *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->toggle = gtk_toggle_button_new ();
  /* Translators: a switch: whether the model thinks before it answers */
  self->toggle_label = gtk_label_new (C_ ("switch", "Think"));
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("myna-think-symbolic"));
  gtk_box_append (GTK_BOX (box), self->toggle_label);
  gtk_button_set_child (GTK_BUTTON (self->toggle), box);
  gtk_widget_add_css_class (self->toggle, "flat");
  gtk_widget_set_valign (self->toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, C_ ("switch", "Think"), -1);
  g_signal_connect_swapped (self->toggle, "toggled", G_CALLBACK (toggled_cb), self);
  gtk_widget_set_parent (self->toggle, GTK_WIDGET (self));
}

static void
build_answer (MynaThinkingControls *self)
{
  self->answer = gtk_button_new_with_label (_ ("Answer Now"));
  gtk_widget_set_valign (self->answer, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->answer, "clicked", G_CALLBACK (answer_clicked_cb), self);
  gtk_widget_set_parent (self->answer, GTK_WIDGET (self));
}

/* Wherever in the window the keyboard is. */
static void
add_key (GtkEventController *keys, guint key, GtkShortcutFunc func)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys),
                                        gtk_shortcut_new (gtk_keyval_trigger_new (key, GDK_CONTROL_MASK),
                                                          gtk_callback_action_new (func, NULL, NULL)));
}

static void
myna_thinking_controls_init (MynaThinkingControls *self)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (gtk_widget_get_layout_manager (GTK_WIDGET (self))), 6);
  build_toggle (self);
  build_answer (self);
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (keys), GTK_SHORTCUT_SCOPE_GLOBAL);
  add_key (keys, GDK_KEY_t, toggle_pressed_cb);
  add_key (keys, GDK_KEY_j, answer_pressed_cb);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::settings", G_CALLBACK (update_toggle), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::model", G_CALLBACK (update_toggle), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::activity", G_CALLBACK (activity_changed_cb), self);
  self->reply_signals = g_signal_group_new (MYNA_TYPE_REPLY);
  g_signal_group_connect_swapped (self->reply_signals, "notify::thinking", G_CALLBACK (update_answer), self);
  update_all (self);
}

GtkWidget *
myna_thinking_controls_new (void)
{
  return g_object_new (MYNA_TYPE_THINKING_CONTROLS, NULL);
}

void
myna_thinking_controls_set_conversation (MynaThinkingControls *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_THINKING_CONTROLS (self));

  g_set_object (&self->conversation, conversation);
  g_signal_group_set_target (self->conversation_signals, conversation);
  update_all (self);
}

/* Their headers are read by and by. */
static void
entries_changed_cb (MynaThinkingControls *self, guint position, guint n_removed, guint n_added, GListModel *entries)
{
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      g_signal_connect_object (entry, "notify::status", G_CALLBACK (update_toggle), self, G_CONNECT_SWAPPED);
    }
  update_toggle (self);
}

void
myna_thinking_controls_set_library (MynaThinkingControls *self, MynaModelLibrary *library)
{
  GListModel *entries;

  g_return_if_fail (MYNA_IS_THINKING_CONTROLS (self) && !self->library);

  self->library = g_object_ref (library);
  entries = myna_model_library_get_entries (library);
  g_signal_connect_object (entries, "items-changed", G_CALLBACK (entries_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (library, "notify::default-path", G_CALLBACK (update_toggle), self, G_CONNECT_SWAPPED);
  entries_changed_cb (self, 0, 0, g_list_model_get_n_items (entries), entries);
}
