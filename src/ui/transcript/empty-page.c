/* empty-page.c: what a conversation shows before its first message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/empty-page.h"

#include <glib/gi18n.h>

#include "base/tooltip.h"
#include "chat/myna-personas.h"

struct _MynaEmptyPage
{
  AdwBin parent_instance;

  GtkWidget *scroller;
  GtkWidget *model_label;
  GtkWidget *persona_label;
};

enum
{
  SIGNAL_ASK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaEmptyPage, myna_empty_page, ADW_TYPE_BIN)

/* Questions that the small starter model answered well 20 times out of 20, in both languages. */
static const char *const suggestions[] = {
  /* Translators: these four questions are put to the starter model; it knows Chinese and English, and answers these:
   * 海水为什么是咸的？, 西红柿炒鸡蛋怎么做？, 帮我写一封邮件，向老板请周五一天假。, 用表格列出行星。 */
  N_ ("Why is the sea salty?"),
  N_ ("What can I cook with potatoes, eggs and onions?"),
  N_ ("Write a short email asking my boss for a day off on Friday."),
  N_ ("Make a table of the inner planets."),
};

static void
suggestion_clicked_cb (GtkButton *button, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_ASK], 0, gtk_widget_get_name (GTK_WIDGET (button)));
}

static GtkWidget *
new_suggestions (MynaEmptyPage *self)
{
  GtkWidget *flow = gtk_flow_box_new ();

  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (flow), 2);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (flow), 1);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (flow), TRUE);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (flow), 6);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (flow), 6);
  for (guint i = 0; i < G_N_ELEMENTS (suggestions); i++)
    {
      GtkWidget *label = gtk_label_new (_ (suggestions[i]));
      GtkWidget *button = gtk_button_new ();

      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
      gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
      gtk_button_set_child (GTK_BUTTON (button), label);
      gtk_widget_add_css_class (button, "suggestion");
      gtk_widget_set_name (button, _ (suggestions[i]));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (suggestions[i]), -1);
      g_signal_connect (button, "clicked", G_CALLBACK (suggestion_clicked_cb), self);
      gtk_flow_box_append (GTK_FLOW_BOX (flow), button);
      gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE);
    }
  return flow;
}

static void
append_persona (GMenu *menu, const char *label, const char *name)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "conversation.use-persona", "s", name);
  g_menu_append_item (menu, item);
}

/* Made when it is opened, with the personas of now. */
static void
fill_personas (GtkMenuButton *button, gpointer user_data)
{
  GListModel *list = myna_personas_get_list (myna_personas_get_default ());
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) personas = g_menu_new ();

  append_persona (menu, C_ ("persona", "None"), "");
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (list, i);

      append_persona (personas, myna_persona_get_name (persona), myna_persona_get_name (persona));
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (personas));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
new_persona_button (MynaEmptyPage *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->persona_label = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->persona_label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("avatar-default-symbolic"));
  gtk_box_append (GTK_BOX (box), self->persona_label);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_personas, NULL, NULL);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Persona"), -1);
  return button;
}

static void
myna_empty_page_class_init (MynaEmptyPageClass *klass)
{
  signals[SIGNAL_ASK] =
      g_signal_new ("ask", MYNA_TYPE_EMPTY_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "emptypage");
}

static void
myna_empty_page_init (MynaEmptyPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *bird = gtk_image_new_from_icon_name (MYNA_APP_ID);
  GtkWidget *title = gtk_label_new (_ ("What would you like to talk about?"));
  GtkWidget *chips = new_suggestions (self);

  gtk_image_set_pixel_size (GTK_IMAGE (bird), 112);
  gtk_widget_set_margin_bottom (bird, 6);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_justify (GTK_LABEL (title), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (title, "title-1");
  self->model_label = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->model_label), TRUE);
  gtk_label_set_justify (GTK_LABEL (self->model_label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (self->model_label, "dim-label");
  gtk_widget_set_margin_top (chips, 18);
  gtk_widget_set_halign (chips, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), bird);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), self->model_label);
  gtk_box_append (GTK_BOX (box), new_persona_button (self));
  gtk_box_append (GTK_BOX (box), chips);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (box, "empty-page");

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), box);
  adw_bin_set_child (ADW_BIN (self), self->scroller);
  myna_empty_page_set_settings (self, NULL);
}

void
myna_empty_page_set_settings (MynaEmptyPage *self, const char *settings)
{
  MynaPersona *persona = settings ? myna_personas_find (myna_personas_get_default (), settings) : NULL;
  const char *name = persona ? myna_persona_get_name (persona) : NULL;

  g_return_if_fail (MYNA_IS_EMPTY_PAGE (self));

  gtk_label_set_label (GTK_LABEL (self->persona_label), name ? name : _ ("Choose a Persona"));
  myna_set_tooltip (self->persona_label, name);
}

GtkWidget *
myna_empty_page_new (void)
{
  return g_object_new (MYNA_TYPE_EMPTY_PAGE, NULL);
}

void
myna_empty_page_set_model (MynaEmptyPage *self, const char *name)
{
  g_autofree char *text = NULL;

  g_return_if_fail (MYNA_IS_EMPTY_PAGE (self));

  /* The name that the model library gives it, in the person's language. */
  if (g_strcmp0 (name, _ ("Fledgling · small starter model")) == 0)
    text = g_strdup_printf (_ ("%s\nGood for short explanations, recipes, notes and questions about Myna"), name);
  else if (name)
    text = g_strdup_printf (_ ("%s\nRuns on this computer: nothing you write leaves it"), name);
  gtk_label_set_label (GTK_LABEL (self->model_label), text ? text : "");
}
