/* call-form.c: what is passed on to a tool, as a form that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/call-form.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "chat/call-fields.h"
#include "chat/tool-words.h"
#include "markdown/code-theme.h"

#define MAX_LINE 120 /* characters of a text that is edited in one line */

/* A row. */
typedef struct
{
  const MynaCallField *field;
  GtkWidget *input;   /* GtkEntry, GtkTextView, GtkSwitch or GtkDropDown */
  GtkWidget *warning; /* GtkLabel: what cannot be seen; NULL: of no text */
} Row;

struct _MynaCallForm
{
  GtkWidget parent_instance;

  GPtrArray *fields; /* MynaCallField */
  GArray *rows;      /* Row, one for each */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaCallForm, myna_call_form, GTK_TYPE_WIDGET)

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static char *
dup_text (GtkWidget *input)
{
  if (GTK_IS_EDITABLE (input))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (input)));
  return myna_buffer_dup_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (input)));
}

/* What stands in the row, as myna_call_fields_dup_arguments() takes it. */
static char *
dup_value (const Row *row)
{
  guint first, selected;

  switch (row->field->kind)
    {
    case GLM_FIELD_SWITCH: return g_strdup (gtk_switch_get_active (GTK_SWITCH (row->input)) ? "true" : "false");
    case GLM_FIELD_CHOICE:
      first = myna_call_field_is_optional (row->field) ? 1 : 0;
      selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (row->input));
      return selected < first ? NULL : g_strdup (row->field->choices[selected - first]);
    case GLM_FIELD_TEXT:
    case GLM_FIELD_INTEGER:
    case GLM_FIELD_NUMBER:
    case GLM_FIELD_JSON:
    default: return dup_text (row->input);
    }
}

char *
myna_call_form_dup_arguments (MynaCallForm *self, GError **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (g_free);

  g_return_val_if_fail (MYNA_IS_CALL_FORM (self), NULL);

  for (guint i = 0; i < self->rows->len; i++)
    g_ptr_array_add (values, dup_value (&g_array_index (self->rows, Row, i)));
  return myna_call_fields_dup_arguments (self->fields, values, error);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static void
update_warning (const Row *row)
{
  g_autofree char *text = dup_text (row->input);
  g_autofree char *shown = tool_text_show (text);
  g_autofree char *warning = NULL;

  if (!g_str_equal (text, shown))
    /* Translators: %s is a text in which marks stand for the characters that cannot be seen */
    warning = g_strdup_printf (_ ("Contains characters that cannot be seen: %s"), shown);
  gtk_label_set_label (GTK_LABEL (row->warning), warning ? warning : "");
  gtk_widget_set_visible (row->warning, warning != NULL);
}

static void
changed_cb (GtkWidget *input)
{
  GtkWidget *form = gtk_widget_get_ancestor (input, MYNA_TYPE_CALL_FORM);

  if (!form)
    return;
  for (guint i = 0; i < MYNA_CALL_FORM (form)->rows->len; i++)
    {
      const Row *row = &g_array_index (MYNA_CALL_FORM (form)->rows, Row, i);

      if (row->input == input && row->warning)
        update_warning (row);
    }
  g_signal_emit (form, signals[CHANGED], 0);
}

static void
apply_scheme (GtkSourceBuffer *buffer)
{
  gtk_source_buffer_set_style_scheme (buffer, myna_code_theme_get_scheme (myna_code_theme_get_default ()));
}

static GtkWidget *
new_program_view (void)
{
  g_autoptr (GtkSourceBuffer) buffer = gtk_source_buffer_new (NULL);
  GtkWidget *view = gtk_source_view_new_with_buffer (buffer);

  gtk_source_buffer_set_language (buffer, gtk_source_language_manager_get_language (gtk_source_language_manager_get_default (),
                                                                                    "python3"));
  gtk_source_buffer_set_highlight_matching_brackets (buffer, FALSE);
  gtk_source_view_set_auto_indent (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_insert_spaces_instead_of_tabs (GTK_SOURCE_VIEW (view), TRUE);
  gtk_source_view_set_tab_width (GTK_SOURCE_VIEW (view), 4);
  g_signal_connect_object (myna_code_theme_get_default (), "changed", G_CALLBACK (apply_scheme), buffer, G_CONNECT_SWAPPED);
  apply_scheme (buffer);
  return view;
}

static GtkWidget *
new_text_view (const char *text, gboolean is_program)
{
  GtkWidget *view = is_program ? new_program_view () : gtk_text_view_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed", G_CALLBACK (changed_cb), view,
                           G_CONNECT_SWAPPED);
  return view;
}

static GtkWidget *
new_text_input (const MynaCallField *field)
{
  g_autofree char *text =
      field->kind == GLM_FIELD_JSON ? g_strdup (field->given ? field->given : "") : myna_call_dup_plain (field->given);
  GtkWidget *entry;

  if (field->is_program || field->kind == GLM_FIELD_JSON || strpbrk (text, "\n\r") || g_utf8_strlen (text, -1) > MAX_LINE)
    return new_text_view (text, field->is_program);
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 8);
  if (!field->required)
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Optional"));
  if (field->kind != GLM_FIELD_TEXT)
    gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
  g_signal_connect (entry, "changed", G_CALLBACK (changed_cb), NULL);
  return entry;
}

/* Something optional begins with a row for nothing. */
static GtkWidget *
new_choice (const MynaCallField *field)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  gboolean has_none = myna_call_field_is_optional (field);
  GtkWidget *choice;
  guint selected = 0;

  if (has_none)
    gtk_string_list_append (list, "–");
  for (guint i = 0; field->choices[i]; i++)
    {
      g_autofree char *text = myna_call_dup_plain (field->choices[i]);

      gtk_string_list_append (list, text);
      if (myna_call_is_same_value (field->given, field->choices[i]))
        selected = i + has_none;
    }
  choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), selected);
  g_signal_connect (choice, "notify::selected", G_CALLBACK (changed_cb), NULL);
  return choice;
}

static GtkWidget *
new_input (const MynaCallField *field)
{
  GtkWidget *input;

  if (field->kind == GLM_FIELD_CHOICE)
    return new_choice (field);
  if (field->kind != GLM_FIELD_SWITCH)
    return new_text_input (field);
  input = gtk_switch_new ();
  gtk_switch_set_active (GTK_SWITCH (input), g_strcmp0 (field->given, "true") == 0);
  gtk_widget_set_halign (input, GTK_ALIGN_START);
  g_signal_connect (input, "notify::active", G_CALLBACK (changed_cb), NULL);
  return input;
}

static void
add_note (MynaCallForm *self, GtkWidget *label, const char *css_class)
{
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, css_class);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
}

static void
add_row (MynaCallForm *self, const MynaCallField *field)
{
  GtkWidget *label = gtk_label_new (field->title), *outer;
  Row row = { .field = field };

  row.input = outer = new_input (field);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row.input), GTK_ACCESSIBLE_PROPERTY_LABEL, field->title, -1);
  add_note (self, label, "dim-label");
  if (GTK_IS_TEXT_VIEW (row.input))
    {
      outer = gtk_scrolled_window_new ();
      gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (outer), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
      gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (outer), TRUE);
      gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (outer), field->is_program ? 320 : 160);
      gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (outer), row.input);
      gtk_widget_add_css_class (outer, "call-text");
    }
  gtk_widget_set_parent (outer, GTK_WIDGET (self));
  if (GTK_IS_EDITABLE (row.input) || GTK_IS_TEXT_VIEW (row.input))
    {
      row.warning = gtk_label_new (NULL);
      add_note (self, row.warning, "warning");
      update_warning (&row);
    }
  g_array_append_val (self->rows, row);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_form_dispose (GObject *object)
{
  myna_drop_children (GTK_WIDGET (object));
  G_OBJECT_CLASS (myna_call_form_parent_class)->dispose (object);
}

static void
myna_call_form_finalize (GObject *object)
{
  MynaCallForm *self = MYNA_CALL_FORM (object);

  g_array_unref (self->rows);
  g_ptr_array_unref (self->fields);
  G_OBJECT_CLASS (myna_call_form_parent_class)->finalize (object);
}

static void
myna_call_form_class_init (MynaCallFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_call_form_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_call_form_finalize;
  signals[CHANGED] =
      g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "callform");
}

static void
myna_call_form_init (MynaCallForm *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), 3);
  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));
}

GtkWidget *
myna_call_form_new (const StoreCall *call)
{
  MynaCallForm *self = g_object_new (MYNA_TYPE_CALL_FORM, NULL);

  self->fields = myna_call_fields_new (call);
  for (guint i = 0; i < self->fields->len; i++)
    add_row (self, g_ptr_array_index (self->fields, i));
  return GTK_WIDGET (self);
}
