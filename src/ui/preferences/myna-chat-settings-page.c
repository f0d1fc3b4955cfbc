/* myna-chat-settings-page.c: rows that change how the model answers: system prompt and sampling
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row shows the value that counts: the one set here, or, dimmed, the one of the level above.  Its reset button takes
 * the own value away again.
 */
#include "preferences/myna-chat-settings-page.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/spin-words.h"
#include "chat/persona-choice.h"
#include "chat/setting-words.h"

typedef struct
{
  GtkWidget *spin;
  GtkWidget *reset;
} Row;

struct _MynaChatSettingsPage
{
  AdwPreferencesPage parent_instance;

  MynaChatSettingsScope scope;
  MynaChatSettings settings;
  char *json;
  GlmSampling fallback;
  GlmActorLoadOptions fallback_options;
  gboolean updating; /* the rows are being changed by the program */

  MynaPersonaChoice *choice;
  GtkWidget *persona; /* NULL where none are offered */
  GtkWidget *save;
  GtkTextBuffer *prompt;
  GtkWidget *prompt_reset;
  char *fallback_prompt;
  Row rows[MYNA_N_SETTINGS];
};

enum
{
  CHANGED,
  PERSONA_CHOSEN,
  SAVE_AS_PERSONA,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaChatSettingsPage, myna_chat_settings_page, ADW_TYPE_PREFERENCES_PAGE)

/* ---- Settings and rows ------------------------------------------------------------------------------------------ */

static gboolean
has_row (MynaChatSettingsPage *self, int setting)
{
  return setting < MYNA_SETTING_CONTEXT_LENGTH || self->scope != MYNA_CHAT_SETTINGS_OF_ALL;
}

static void
update_rows (MynaChatSettingsPage *self)
{
  const char *prompt = self->settings.system_prompt ? self->settings.system_prompt : self->fallback_prompt;

  self->updating = TRUE;
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      gboolean set = myna_chat_settings_is_set (&self->settings, i);

      if (!has_row (self, i))
        continue;
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->rows[i].spin),
                                 set ? self->settings.values[i]
                                     : myna_setting_get (i, &self->fallback, &self->fallback_options));
      gtk_widget_set_sensitive (self->rows[i].reset, set);
      myna_set_css_class (self->rows[i].spin, "dim-label", !set);
    }
  gtk_text_buffer_set_text (self->prompt, prompt ? prompt : "", -1);
  gtk_widget_set_sensitive (self->prompt_reset, self->settings.system_prompt != NULL);
  self->updating = FALSE;
}

/* ---- Personas --------------------------------------------------------------------------------------------------- */

static void
update_personas (MynaChatSettingsPage *self)
{
  AdwComboRow *row = ADW_COMBO_ROW (self->persona);
  g_auto (GStrv) names = NULL;
  g_autoptr (GtkStringList) list = NULL;

  if (!row)
    return;
  myna_persona_choice_set (self->choice, self->json);
  self->updating = TRUE;
  if (g_list_model_get_n_items (adw_combo_row_get_model (row)) != myna_persona_choice_get_n (self->choice))
    {
      names = myna_persona_choice_dup_names (self->choice);
      list = gtk_string_list_new ((const char *const *) names);
      adw_combo_row_set_model (row, G_LIST_MODEL (list));
    }
  adw_combo_row_set_selected (row, myna_persona_choice_get_selected (self->choice));
  gtk_widget_set_sensitive (self->save, self->json != NULL);
  self->updating = FALSE;
}

/* ---- What the person does --------------------------------------------------------------------------------------- */

static void
settings_changed (MynaChatSettingsPage *self)
{
  g_free (self->json);
  self->json = myna_chat_settings_to_json (&self->settings);
  update_personas (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static int
find_row (MynaChatSettingsPage *self, GtkWidget *widget)
{
  for (int i = 0; i < MYNA_N_SETTINGS; i++)
    {
      if (self->rows[i].spin == widget || self->rows[i].reset == widget)
        return i;
    }
  g_assert_not_reached ();
}

static void
value_changed_cb (GtkSpinButton *spin, MynaChatSettingsPage *self)
{
  int i;

  if (self->updating)
    return;
  i = find_row (self, GTK_WIDGET (spin));
  myna_chat_settings_set (&self->settings, i, gtk_spin_button_get_value (spin));
  gtk_widget_set_sensitive (self->rows[i].reset, TRUE);
  gtk_widget_remove_css_class (self->rows[i].spin, "dim-label");
  settings_changed (self);
}

static void
reset_cb (GtkButton *button, MynaChatSettingsPage *self)
{
  myna_chat_settings_unset (&self->settings, find_row (self, GTK_WIDGET (button)));
  update_rows (self);
  settings_changed (self);
}

static void
prompt_changed_cb (MynaChatSettingsPage *self)
{
  g_autofree char *text = NULL;

  if (self->updating)
    return;
  text = myna_buffer_dup_text (self->prompt);
  if (strlen (text) > MYNA_CHAT_SETTINGS_MAX_PROMPT)
    *g_utf8_find_prev_char (text, text + MYNA_CHAT_SETTINGS_MAX_PROMPT) = '\0';
  g_free (self->settings.system_prompt);
  self->settings.system_prompt = g_steal_pointer (&text);
  gtk_widget_set_sensitive (self->prompt_reset, TRUE);
  settings_changed (self);
}

static void
prompt_reset_cb (MynaChatSettingsPage *self)
{
  g_clear_pointer (&self->settings.system_prompt, g_free);
  update_rows (self);
  settings_changed (self);
}

static void
reset_all_cb (MynaChatSettingsPage *self)
{
  myna_chat_settings_clear (&self->settings);
  update_rows (self);
  settings_changed (self);
}

static void
take_over (MynaChatSettingsPage *self, const char *json)
{
  myna_chat_settings_clear (&self->settings);
  myna_chat_settings_parse (&self->settings, json);
  update_rows (self);
  settings_changed (self);
}

static void
persona_cb (MynaChatSettingsPage *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->persona));
  g_autoptr (MynaPersona) persona = NULL;
  g_autofree char *json = NULL;

  if (self->updating || selected == GTK_INVALID_LIST_POSITION || selected == myna_persona_choice_get_selected (self->choice))
    return;
  json = myna_persona_choice_choose (self->choice, selected, &persona);
  take_over (self, json);
  if (persona)
    g_signal_emit (self, signals[PERSONA_CHOSEN], 0, persona);
}

static void
save_cb (MynaChatSettingsPage *self)
{
  g_signal_emit (self, signals[SAVE_AS_PERSONA], 0);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_row (MynaChatSettingsPage *self, MynaSetting setting)
{
  const MynaSettingSpec *spec = myna_setting_get_spec (setting);
  MynaSettingWords words = myna_setting_get_words (setting);
  GtkWidget *row = myna_row_new (words.title, words.subtitle);
  GtkWidget *spin = gtk_spin_button_new_with_range (spec->minimum, spec->maximum, spec->step);
  GtkWidget *reset = myna_flat_button_new ("edit-undo-symbolic", _ ("Reset"));

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), (guint) spec->n_digits);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 7);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 7);
  if (words.zero)
    myna_spin_button_set_word (GTK_SPIN_BUTTON (spin), 0, words.zero);
  gtk_accessible_update_property (GTK_ACCESSIBLE (spin), GTK_ACCESSIBLE_PROPERTY_LABEL, words.title, -1);
  g_signal_connect (spin, "value-changed", G_CALLBACK (value_changed_cb), self);
  g_signal_connect (reset, "clicked", G_CALLBACK (reset_cb), self);
  myna_row_add_suffix (row, spin);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), reset);
  self->rows[setting].spin = spin;
  self->rows[setting].reset = reset;

  return row;
}

static GtkWidget *
make_prompt_group (MynaChatSettingsPage *self)
{
  GtkWidget *group = myna_group_new (_ ("System Prompt"), _ ("Tells the model who it is and how to answer."));
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  self->prompt_reset = myna_flat_button_new ("edit-undo-symbolic", _ ("Reset"));
  g_signal_connect_swapped (self->prompt_reset, "clicked", G_CALLBACK (prompt_reset_cb), self);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), self->prompt_reset);
  self->prompt = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  g_signal_connect_swapped (self->prompt, "changed", G_CALLBACK (prompt_changed_cb), self);
  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("System Prompt"), -1);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroller), 96);
  myna_add_css_classes (scroller, "card system-prompt");
  gtk_widget_set_overflow (scroller, GTK_OVERFLOW_HIDDEN);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), scroller);

  return group;
}

static GtkWidget *
make_persona_group (MynaChatSettingsPage *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  self->persona = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->persona), _ ("Persona"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->persona), _ ("Sets the fields below"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->persona), 0);
  adw_combo_row_set_model (ADW_COMBO_ROW (self->persona), G_LIST_MODEL (names));
  self->save = myna_flat_button_new ("list-add-symbolic", _ ("Save as Persona"));
  g_signal_connect_swapped (self->save, "clicked", G_CALLBACK (save_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->persona), self->save);
  g_signal_connect_object (myna_personas_get_list (myna_personas_get_default ()), "items-changed", G_CALLBACK (update_personas),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->persona, "notify::selected", G_CALLBACK (persona_cb), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->persona);

  return group;
}

static void
myna_chat_settings_page_finalize (GObject *object)
{
  MynaChatSettingsPage *self = MYNA_CHAT_SETTINGS_PAGE (object);

  myna_chat_settings_clear (&self->settings);
  g_free (self->json);
  myna_persona_choice_free (self->choice);
  g_free (self->fallback_prompt);

  G_OBJECT_CLASS (myna_chat_settings_page_parent_class)->finalize (object);
}

static void
myna_chat_settings_page_class_init (MynaChatSettingsPageClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_chat_settings_page_finalize;
  signals[CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PERSONA_CHOSEN] =
      g_signal_new ("persona-chosen", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, MYNA_TYPE_PERSONA);
  signals[SAVE_AS_PERSONA] = g_signal_new ("save-as-persona", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_chat_settings_page_init (MynaChatSettingsPage *self)
{
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (self);

  adw_preferences_page_set_title (page, _ ("Replies"));
  adw_preferences_page_set_icon_name (page, "document-edit-symbolic");
  self->choice = myna_persona_choice_new (myna_personas_get_default ());
  self->fallback = (GlmSampling){ .temperature = 0.8f, .top_p = 0.8f, .repetition_penalty = 1 };
}

static void
add_rows (MynaChatSettingsPage *self, const char *title, GtkWidget *suffix, int first, int after_last)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  if (suffix)
    adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), suffix);
  for (int i = first; i < after_last; i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (self, i));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), ADW_PREFERENCES_GROUP (group));
}

GtkWidget *
myna_chat_settings_page_new (MynaChatSettingsScope scope, GtkWidget *first_group)
{
  MynaChatSettingsPage *self = g_object_new (MYNA_TYPE_CHAT_SETTINGS_PAGE, NULL);
  GtkWidget *reset_all = gtk_button_new_with_label (_ ("Reset All"));

  self->scope = scope;
  if (first_group)
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), ADW_PREFERENCES_GROUP (first_group));
  if (scope != MYNA_CHAT_SETTINGS_OF_PERSONA)
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), ADW_PREFERENCES_GROUP (make_persona_group (self)));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (self), ADW_PREFERENCES_GROUP (make_prompt_group (self)));
  gtk_widget_add_css_class (reset_all, "flat");
  g_signal_connect_swapped (reset_all, "clicked", G_CALLBACK (reset_all_cb), self);
  add_rows (self, _ ("Generation"), reset_all, 0, MYNA_SETTING_CONTEXT_LENGTH);
  if (scope != MYNA_CHAT_SETTINGS_OF_ALL)
    add_rows (self, _ ("Computer"), NULL, MYNA_SETTING_CONTEXT_LENGTH, MYNA_N_SETTINGS);
  update_rows (self);
  update_personas (self);

  return GTK_WIDGET (self);
}

const char *
myna_chat_settings_page_get_json (MynaChatSettingsPage *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_SETTINGS_PAGE (self), NULL);

  return self->json;
}

void
myna_chat_settings_page_set_json (MynaChatSettingsPage *self, const char *json)
{
  g_return_if_fail (MYNA_IS_CHAT_SETTINGS_PAGE (self));

  myna_chat_settings_clear (&self->settings);
  myna_chat_settings_parse (&self->settings, json);
  /* Only a persona's tools are chosen here. */
  if (self->scope != MYNA_CHAT_SETTINGS_OF_PERSONA)
    g_clear_pointer (&self->settings.tools, g_strfreev);
  g_free (self->json);
  self->json = myna_chat_settings_to_json (&self->settings);
  update_rows (self);
  update_personas (self);
}

void
myna_chat_settings_page_set_fallback (MynaChatSettingsPage *self, const GlmSampling *sampling,
                                      const GlmActorLoadOptions *options, const char *system_prompt)
{
  g_return_if_fail (MYNA_IS_CHAT_SETTINGS_PAGE (self));

  self->fallback = *sampling;
  self->fallback_options = *options;
  g_free (self->fallback_prompt);
  self->fallback_prompt = g_strdup (system_prompt);
  update_rows (self);
}
