/* call-form.c: what is passed on to a tool, as a form that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/call-form.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/tool-words.h"
#include "engine/engine.h"
#include "text/text-json.h"

#define MAX_LINE 120 /* characters of a text that is edited in one line */

/* A row. */
typedef struct
{
  char *name;
  GlmFieldKind kind;
  gboolean required;
  gboolean was_given; /* by the model */
  char *given;        /* … as JSON; NULL: it was not */
  GStrv choices;      /* JSON texts; NULL: none */
  GtkWidget *input;   /* GtkEntry, GtkTextView, GtkSwitch or GtkDropDown */
  GtkWidget *warning; /* GtkLabel: what cannot be seen; NULL: of no text */
} Field;

struct _MynaCallForm
{
  GtkWidget parent_instance;

  char *tool;
  GPtrArray *fields; /* Field */
};

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaCallForm, myna_call_form, GTK_TYPE_WIDGET)

static void
field_free (gpointer data)
{
  Field *field = data;

  g_free (field->name);
  g_free (field->given);
  g_strfreev (field->choices);
  g_free (field);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static JsonNode *
parse (const char *json)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  if (!json || !text_json_is_tame (json, strlen (json)) || !json_parser_load_from_data (parser, json, -1, NULL)
      || !json_parser_get_root (parser))
    return NULL;
  return json_node_copy (json_parser_get_root (parser));
}

static char *
dup_text (GtkWidget *input)
{
  GtkTextBuffer *buffer;
  GtkTextIter start, end;

  if (GTK_IS_EDITABLE (input))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (input)));
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (input));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
}

static JsonNode *
new_string (const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  return node;
}

/* "1 000" is no number; what is one is passed on as it is written, digit by digit. */
static JsonNode *
new_number (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autoptr (JsonNode) node = parse (stripped);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) != G_TYPE_STRING
                 && json_node_get_value_type (node) != G_TYPE_BOOLEAN
             ? g_steal_pointer (&node)
             : NULL;
}

/* Whether the row is left out: it is optional, and nothing stands there. */
static gboolean
is_left_out (const Field *field)
{
  g_autofree char *text = NULL;

  if (field->required || field->was_given)
    return FALSE;
  if (field->kind == GLM_FIELD_SWITCH)
    return !gtk_switch_get_active (GTK_SWITCH (field->input));
  if (field->kind == GLM_FIELD_CHOICE)
    return gtk_drop_down_get_selected (GTK_DROP_DOWN (field->input)) == 0;
  text = dup_text (field->input);
  return *text == '\0';
}

/* NULL: it cannot be read. */
static JsonNode *
read_field (const Field *field)
{
  g_autofree char *text = NULL;
  guint first, selected;
  JsonNode *node;

  switch (field->kind)
    {
    case GLM_FIELD_SWITCH:
      node = json_node_new (JSON_NODE_VALUE);
      json_node_set_boolean (node, gtk_switch_get_active (GTK_SWITCH (field->input)));
      return node;
    case GLM_FIELD_CHOICE:
      first = field->required || field->was_given ? 0 : 1;
      selected = gtk_drop_down_get_selected (GTK_DROP_DOWN (field->input));
      return parse (field->choices[selected - first]);
    case GLM_FIELD_TEXT: text = dup_text (field->input); return new_string (text);
    case GLM_FIELD_INTEGER:
    case GLM_FIELD_NUMBER: text = dup_text (field->input); return new_number (text);
    case GLM_FIELD_JSON:
    default: text = dup_text (field->input); return parse (text);
    }
}

/* Something optional that the model gave may be taken back by emptying its row. */
static gboolean
is_taken_back (const Field *field)
{
  g_autofree char *text = NULL;

  if (field->required || field->kind == GLM_FIELD_SWITCH || field->kind == GLM_FIELD_CHOICE
      || g_strcmp0 (field->given, "\"\"") == 0)
    return FALSE;
  text = dup_text (field->input);
  return *text == '\0';
}

char *
myna_call_form_dup_arguments (MynaCallForm *self, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  g_return_val_if_fail (MYNA_IS_CALL_FORM (self), NULL);

  for (guint i = 0; i < self->fields->len; i++)
    {
      const Field *field = g_ptr_array_index (self->fields, i);
      JsonNode *node;

      if (is_left_out (field) || is_taken_back (field))
        continue;
      node = read_field (field);
      if (!node)
        {
          g_autofree char *title = myna_tool_dup_argument_title (self->tool, field->name, NULL);

          /* Translators: %s is the name of an argument, such as “Value” */
          g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS,
                       field->kind == GLM_FIELD_JSON ? _ ("“%s” is not valid JSON.") : _ ("“%s” is not a number."), title);
          return NULL;
        }
      json_object_set_member (object, field->name, node);
    }
  json_node_set_object (root, object);
  return json_to_string (root, FALSE);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static void
update_warning (Field *field)
{
  g_autofree char *text = dup_text (field->input);
  g_autofree char *shown = tool_text_show (text);
  g_autofree char *warning = NULL;

  if (!g_str_equal (text, shown))
    /* Translators: %s is a text in which marks stand for the characters that cannot be seen */
    warning = g_strdup_printf (_ ("Contains characters that cannot be seen: %s"), shown);
  gtk_label_set_label (GTK_LABEL (field->warning), warning ? warning : "");
  gtk_widget_set_visible (field->warning, warning != NULL);
}

static void
changed_cb (GtkWidget *input)
{
  GtkWidget *form = gtk_widget_get_ancestor (input, MYNA_TYPE_CALL_FORM);
  Field *field = g_object_get_data (G_OBJECT (input), "field");

  if (field->warning)
    update_warning (field);
  if (form)
    g_signal_emit (form, signals[CHANGED], 0);
}

/* What a person reads and writes of a JSON value: a text without its quotes. */
static char *
dup_plain (const char *json)
{
  g_autoptr (JsonNode) node = parse (json);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_dup_string (node)
                                                                                                  : g_strdup (json ? json : "");
}

static GtkWidget *
new_text_view (const char *text)
{
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_monospace (GTK_TEXT_VIEW (view), TRUE);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed", G_CALLBACK (changed_cb), view,
                           G_CONNECT_SWAPPED);
  return view;
}

static GtkWidget *
new_text_input (const Field *field)
{
  g_autofree char *text =
      field->kind == GLM_FIELD_JSON ? g_strdup (field->given ? field->given : "") : dup_plain (field->given);
  GtkWidget *entry;

  if (field->kind == GLM_FIELD_JSON || strpbrk (text, "\n\r") || g_utf8_strlen (text, -1) > MAX_LINE)
    return new_text_view (text);
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
new_choice (const Field *field)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  gboolean has_none = !field->required && !field->was_given;
  g_autoptr (JsonNode) given = parse (field->given);
  GtkWidget *choice;
  guint selected = 0;

  if (has_none)
    gtk_string_list_append (list, "–");
  for (guint i = 0; field->choices[i]; i++)
    {
      g_autofree char *text = dup_plain (field->choices[i]);
      g_autoptr (JsonNode) node = parse (field->choices[i]);

      gtk_string_list_append (list, text);
      if (given && node && json_node_equal (given, node))
        selected = i + has_none;
    }
  choice = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), selected);
  g_signal_connect (choice, "notify::selected", G_CALLBACK (changed_cb), NULL);
  return choice;
}

static GtkWidget *
new_input (const Field *field)
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

/* Takes the field. */
static void
add_row (MynaCallForm *self, Field *field, const char *schema_title)
{
  g_autofree char *title = myna_tool_dup_argument_title (self->tool, field->name, schema_title);
  GtkWidget *label = gtk_label_new (title), *outer;

  g_ptr_array_add (self->fields, field);
  field->input = outer = new_input (field);
  g_object_set_data (G_OBJECT (field->input), "field", field);
  gtk_accessible_update_property (GTK_ACCESSIBLE (field->input), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  add_note (self, label, "dim-label");
  if (GTK_IS_TEXT_VIEW (field->input))
    {
      outer = gtk_scrolled_window_new ();
      gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (outer), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
      gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (outer), TRUE);
      gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (outer), 160);
      gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (outer), field->input);
      gtk_widget_add_css_class (outer, "call-text");
    }
  gtk_widget_set_parent (outer, GTK_WIDGET (self));
  if (!GTK_IS_EDITABLE (field->input) && !GTK_IS_TEXT_VIEW (field->input))
    return;
  field->warning = gtk_label_new (NULL);
  add_note (self, field->warning, "warning");
  update_warning (field);
}

static void
add_schema_row (MynaCallForm *self, const GlmField *spec, JsonObject *given)
{
  JsonNode *node = given ? json_object_get_member (given, spec->name) : NULL;
  Field *field = g_new0 (Field, 1);

  field->name = g_strdup (spec->name);
  field->kind = spec->kind;
  field->required = spec->required;
  field->was_given = node != NULL;
  field->given = node ? json_to_string (node, FALSE) : NULL;
  /* null, and what a form has no row for, is edited as JSON. */
  if (node && JSON_NODE_HOLDS_NULL (node))
    field->kind = GLM_FIELD_JSON;
  if (field->kind == GLM_FIELD_CHOICE)
    {
      field->choices = g_new0 (char *, spec->n_choices + 1);
      for (gsize i = 0; i < spec->n_choices; i++)
        field->choices[i] = g_strdup (spec->choices[i]);
    }
  add_row (self, field, spec->title);
}

static void
add_other_row (MynaCallForm *self, const char *name, JsonNode *node)
{
  Field *field = g_new0 (Field, 1);

  field->name = g_strdup (name);
  field->kind = GLM_FIELD_JSON;
  field->was_given = TRUE;
  field->given = json_to_string (node, FALSE);
  add_row (self, field, NULL);
}

static gboolean
has_field (MynaCallForm *self, const char *name)
{
  for (guint i = 0; i < self->fields->len; i++)
    if (g_str_equal (((Field *) g_ptr_array_index (self->fields, i))->name, name))
      return TRUE;
  return FALSE;
}

static void
build (MynaCallForm *self, const char *arguments)
{
  const Tool *tool = tool_find (self->tool);
  g_autoptr (JsonNode) root = parse (arguments);
  JsonObject *given = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  GlmSchema *schema = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (tool && glm_schema_new (tool_get_schema (tool), &schema, NULL))
    for (gsize i = 0; i < glm_schema_n_fields (schema); i++)
      add_schema_row (self, glm_schema_field (schema, i), given);
  glm_schema_free (schema);
  if (!given)
    return;
  json_object_iter_init_ordered (&iter, given);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (!has_field (self, name))
      add_other_row (self, name, node);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_form_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))))
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (myna_call_form_parent_class)->dispose (object);
}

static void
myna_call_form_finalize (GObject *object)
{
  MynaCallForm *self = MYNA_CALL_FORM (object);

  g_free (self->tool);
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
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "callform");
}

static void
myna_call_form_init (MynaCallForm *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 3);
  self->fields = g_ptr_array_new_with_free_func (field_free);
}

GtkWidget *
myna_call_form_new (const StoreCall *call)
{
  MynaCallForm *self = g_object_new (MYNA_TYPE_CALL_FORM, NULL);

  self->tool = g_strdup (call->tool);
  build (self, call->arguments);
  return GTK_WIDGET (self);
}
