/* tools-button.c: the button beside the message that says what the model may do beside answering, and lets the person choose
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/tools-button.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/myna-own-tools.h"
#include "chat/tool-offer-words.h"
#include "chat/tool-words.h"

#define MAX_HEIGHT 420
/* Characters of a line, beside a switch and alone: the narrowest window has room for them. */
#define ROW_WIDTH  24
#define TEXT_WIDTH 32

struct _MynaToolsButton
{
  GtkWidget parent_instance;

  MynaToolOffer *offer;
  GtkWidget *button;              /* GtkMenuButton */
  GtkWidget *modes[MYNA_N_MODES]; /* GtkToggleButton, made with the popover */
  GtkWidget *list;                /* a row for each tool */
  GtkWidget *reason;              /* why the model has none */
  GtkWidget *about;               /* what the mode is */
  GtkWidget *cost;
  gboolean updating;
};

G_DEFINE_FINAL_TYPE (MynaToolsButton, myna_tools_button, GTK_TYPE_WIDGET)

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static void
switched_cb (MynaToolsButton *self, GParamSpec *pspec, GtkSwitch *toggle)
{
  if (!self->updating)
    myna_tool_offer_set_on (self->offer, g_object_get_data (G_OBJECT (toggle), "tool"), gtk_switch_get_active (toggle));
}

static GtkWidget *
new_label (const char *text, int width, const char *css_class)
{
  GtkWidget *label = myna_long_label_new (text, css_class);

  gtk_label_set_max_width_chars (GTK_LABEL (label), width);
  return label;
}

static GtkWidget *
new_switch (MynaToolsButton *self, const char *name, const char *title)
{
  GtkWidget *toggle = gtk_switch_new ();

  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, myna_tool_get_purpose (name), -1);
  g_object_set_data_full (G_OBJECT (toggle), "tool", g_strdup (name), g_free);
  g_signal_connect_swapped (toggle, "notify::active", G_CALLBACK (switched_cb), self);
  return toggle;
}

static void
clicked_cb (GtkSwitch *toggle)
{
  gtk_switch_set_active (toggle, !gtk_switch_get_active (toggle));
}

/* The words can be clicked, too.  (Rows of a GtkListBox would keep Tab from their switches.) */
static GtkWidget *
new_row (MynaToolsButton *self, const char *name)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkGesture *click = gtk_gesture_click_new ();
  g_autofree char *title = myna_tool_dup_title (name);
  g_autofree char *caption = myna_tool_dup_caption (name);
  GtkWidget *purpose = new_label (caption, ROW_WIDTH, "dim-label");
  GtkWidget *toggle = new_switch (self, name, title);

  gtk_widget_add_css_class (purpose, "caption");
  gtk_box_append (GTK_BOX (lines), new_label (title, ROW_WIDTH, NULL));
  gtk_box_append (GTK_BOX (lines), purpose);
  gtk_widget_set_hexpand (lines, TRUE);
  g_signal_connect_swapped (click, "released", G_CALLBACK (clicked_cb), toggle);
  gtk_widget_add_controller (lines, GTK_EVENT_CONTROLLER (click));
  g_object_set_data (G_OBJECT (row), "switch", toggle);
  gtk_box_append (GTK_BOX (row), lines);
  gtk_box_append (GTK_BOX (row), toggle);
  gtk_widget_add_css_class (row, "tool-row");
  return row;
}

static void
mode_cb (MynaToolsButton *self, GParamSpec *pspec, GtkToggleButton *toggle)
{
  if (self->updating || !gtk_toggle_button_get_active (toggle))
    return;
  for (MynaMode mode = MYNA_MODE_CHAT; mode < MYNA_N_MODES; mode++)
    if (self->modes[mode] == GTK_WIDGET (toggle))
      myna_tool_offer_set_mode (self->offer, mode);
}

static GtkWidget *
new_modes (MynaToolsButton *self)
{
  /* Translators: what the model may do: only answer, use tools, or write and run Python programs */
  const char *const titles[MYNA_N_MODES] = { NULL, C_ ("mode", "Chat"), C_ ("mode", "Tools"), C_ ("mode", "Python") };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  gtk_box_set_homogeneous (GTK_BOX (box), TRUE);
  for (MynaMode mode = MYNA_MODE_CHAT; mode < MYNA_N_MODES; mode++)
    {
      self->modes[mode] = gtk_toggle_button_new_with_label (titles[mode]);
      gtk_widget_set_hexpand (self->modes[mode], TRUE);
      if (mode > MYNA_MODE_CHAT)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->modes[mode]), GTK_TOGGLE_BUTTON (self->modes[MYNA_MODE_CHAT]));
      g_signal_connect_swapped (self->modes[mode], "notify::active", G_CALLBACK (mode_cb), self);
      gtk_box_append (GTK_BOX (box), self->modes[mode]);
    }
  return box;
}

/* ---- State ------------------------------------------------------------------------------------------------------ */

static void
update_rows (MynaToolsButton *self, gboolean sensitive)
{
  GtkWidget *row = gtk_widget_get_first_child (self->list);
  MynaMode mode = myna_tool_offer_get_mode (self->offer);

  self->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->modes[mode]), TRUE);
  gtk_widget_set_sensitive (self->modes[MYNA_MODE_TOOLS], sensitive || mode == MYNA_MODE_TOOLS);
  gtk_widget_set_sensitive (self->modes[MYNA_MODE_PYTHON],
                            (sensitive && myna_tool_offer_can_python (self->offer)) || mode == MYNA_MODE_PYTHON);
  gtk_widget_set_visible (self->list, mode == MYNA_MODE_TOOLS);
  for (; row; row = gtk_widget_get_next_sibling (row))
    {
      GtkSwitch *toggle = g_object_get_data (G_OBJECT (row), "switch");

      gtk_switch_set_active (toggle, myna_tool_offer_is_on (self->offer, g_object_get_data (G_OBJECT (toggle), "tool")));
      gtk_widget_set_sensitive (row, sensitive);
    }
  self->updating = FALSE;
}

static void
update_button (MynaToolsButton *self)
{
  gboolean is_used;
  g_autofree char *label = myna_tool_offer_dup_label (self->offer, &is_used);

  gtk_widget_set_sensitive (self->button, myna_tool_offer_get_conversation (self->offer) != NULL);
  myna_set_name (self->button, label);
  myna_set_css_class (self->button, "active-tools", is_used);
}

static void
update (MynaToolsButton *self)
{
  const char *reason = myna_tool_offer_get_reason (self->offer);
  g_autofree char *cost = NULL;
  gboolean warns, calls;

  update_button (self);
  if (!self->list)
    return;
  calls = myna_tool_offer_get_calling (self->offer) == GLM_CALLING_TRAINED;
  cost = calls ? myna_tool_offer_dup_cost (self->offer) : NULL;
  update_rows (self, calls);
  gtk_label_set_label (GTK_LABEL (self->about), myna_mode_describe (myna_tool_offer_get_mode (self->offer)));
  gtk_label_set_label (GTK_LABEL (self->reason), reason ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL);
  gtk_label_set_label (GTK_LABEL (self->cost), cost ? cost : "");
  gtk_widget_set_visible (self->cost, cost && *cost);
  warns = myna_tool_offer_get_refused (self->offer) || myna_tool_offer_is_too_much (self->offer);
  gtk_widget_remove_css_class (self->cost, warns ? "dim-label" : "warning");
  gtk_widget_add_css_class (self->cost, warns ? "warning" : "dim-label");
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_content (MynaToolsButton *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  self->reason = new_label (NULL, TEXT_WIDTH, "warning");
  self->cost = new_label (NULL, TEXT_WIDTH, "dim-label");
  gtk_widget_add_css_class (self->cost, "caption");
  self->about = new_label (NULL, TEXT_WIDTH, "dim-label");
  gtk_box_append (GTK_BOX (box), new_label (_ ("Tools in This Chat"), TEXT_WIDTH, "heading"));
  gtk_box_append (GTK_BOX (box), new_modes (self));
  gtk_box_append (GTK_BOX (box), self->reason);
  gtk_box_append (GTK_BOX (box), self->about);
  self->list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (box), self->list);
  gtk_box_append (GTK_BOX (box), self->cost);
  gtk_widget_add_css_class (box, "tools-popover");
  return myna_scroller_new (box, MAX_HEIGHT);
}

/* The rows are those of the tools that there are: other people's come and go with their servers. */
static void
fill_list (MynaToolsButton *self)
{
  GtkWidget *row;

  /* A description may have been written just now. */
  myna_own_tools_read ();
  while ((row = gtk_widget_get_first_child (self->list)))
    gtk_box_remove (GTK_BOX (self->list), row);
  for (guint i = 0; i < tool_get_n_tools (); i++)
    if (myna_tool_is_chosen (tool_get_name (tool_get (i))))
      gtk_box_append (GTK_BOX (self->list), new_row (self, tool_get_name (tool_get (i))));
}

/* The popover is made when it is first opened. */
static void
create_popover (GtkMenuButton *button, gpointer user_data)
{
  MynaToolsButton *self = user_data;
  GtkWidget *popover;

  if (!gtk_menu_button_get_popover (button))
    {
      popover = gtk_popover_new ();
      gtk_popover_set_child (GTK_POPOVER (popover), new_content (self));
      gtk_popover_set_position (GTK_POPOVER (popover), GTK_POS_TOP);
      gtk_menu_button_set_popover (button, popover);
    }
  fill_list (self);
  myna_tool_offer_refresh (self->offer);
}

void
myna_tools_button_set_conversation (MynaToolsButton *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_TOOLS_BUTTON (self));

  myna_tool_offer_set_conversation (self->offer, conversation);
}

static void
myna_tools_button_dispose (GObject *object)
{
  MynaToolsButton *self = MYNA_TOOLS_BUTTON (object);

  if (self->offer)
    g_signal_handlers_disconnect_by_data (self->offer, self);
  self->list = NULL;
  g_clear_object (&self->offer);
  g_clear_pointer (&self->button, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_tools_button_parent_class)->dispose (object);
}

static void
myna_tools_button_class_init (MynaToolsButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_tools_button_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "toolsbutton");
}

static void
myna_tools_button_init (MynaToolsButton *self)
{
  self->offer = myna_tool_offer_new ();
  self->button = gtk_menu_button_new ();
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (self->button), "myna-tools-symbolic");
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->button), GTK_ARROW_UP);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (self->button), create_popover, self, NULL);
  myna_add_css_classes (self->button, "flat circular");
  gtk_widget_set_valign (self->button, GTK_ALIGN_CENTER);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  g_signal_connect_swapped (self->offer, "changed", G_CALLBACK (update), self);
  update (self);
}

GtkWidget *
myna_tools_button_new (void)
{
  return g_object_new (MYNA_TYPE_TOOLS_BUTTON, NULL);
}
