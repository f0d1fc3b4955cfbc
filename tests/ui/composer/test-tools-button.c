/* test-tools-button.c: the button that says which tools a chat offers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>

#include "composer/tools-button.h"
#include "conversation-fixture.h"

typedef struct
{
  Fixture base;
  GtkWidget *window;
  GtkWidget *button; /* the menu button in it */
} Button;

static void
set_up (Button *b, gconstpointer data)
{
  GtkWidget *tools = myna_tools_button_new ();

  fixture_setup (&b->base, data);
  fake_generator_set_context_length (b->base.engine, 100000);
  b->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (b->window), tools);
  gtk_window_present (GTK_WINDOW (b->window));
  b->button = gtk_widget_get_first_child (tools);
  g_assert_false (gtk_widget_get_sensitive (b->button));
  myna_tools_button_set_conversation (MYNA_TOOLS_BUTTON (tools), b->base.conversation);
  g_assert_true (gtk_widget_get_sensitive (b->button));
}

static void
tear_down (Button *b, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (b->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fixture_teardown (&b->base, data);
}

/* The switches below the widget, in their order. */
static void
collect (GtkWidget *widget, GPtrArray *found)
{
  if (GTK_IS_SWITCH (widget))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    collect (child, found);
}

static GPtrArray *
open_popover (Button *b)
{
  GPtrArray *switches = g_ptr_array_new ();

  gtk_menu_button_popup (GTK_MENU_BUTTON (b->button));
  wait_for (gtk_menu_button_get_popover (GTK_MENU_BUTTON (b->button)));
  collect (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (b->button))), switches);
  return switches;
}

static gboolean
says (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static gboolean
popover_says (Button *b, const char *text)
{
  return says (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (b->button))), text);
}

static GtkWidget *
find_mode (GtkWidget *widget, const char *label)
{
  if (GTK_IS_TOGGLE_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_mode (child, label);

      if (found)
        return found;
    }
  return NULL;
}

/* The segment of that name, in the popover. */
static GtkToggleButton *
mode (Button *b, const char *label)
{
  return GTK_TOGGLE_BUTTON (find_mode (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (b->button))), label));
}

/* What is switched is the chat's from then on, and the popover tells what it costs. */
static void
test_switch (Button *b, gconstpointer data)
{
  g_autoptr (GPtrArray) switches = open_popover (b);

  /* read_more comes with others, and is not chosen. */
  g_assert_cmpuint (switches->len, ==, 5);
  g_assert_true (gtk_toggle_button_get_active (mode (b, "Chat")));
  g_assert_false (popover_says (b, "No tools are on"));
  gtk_toggle_button_set_active (mode (b, "Tools"), TRUE);
  wait_for (popover_says (b, "No tools are on"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (b->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tools");
  gtk_switch_set_active (g_ptr_array_index (switches, 0), TRUE);
  wait_for (popover_says (b, "of the 100000 tokens"));
  g_assert_cmpstr (myna_conversation_get_settings (b->base.conversation), ==, "{\"tools\":[\"calculate\"],\"mode\":\"tools\"}");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (b->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tools: 1 is on");
  gtk_switch_set_active (g_ptr_array_index (switches, 0), FALSE);
  wait_for (popover_says (b, "No tools are on"));
  g_assert_true (gtk_toggle_button_get_active (mode (b, "Tools")));
}

/* Python is there for models that write programs; where it cannot be started, the popover says why, and the mode is what it was. */
static void
test_python (Button *b, gconstpointer data)
{
  g_autoptr (GPtrArray) switches = open_popover (b);
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  g_assert_false (gtk_widget_is_sensitive (GTK_WIDGET (mode (b, "Python"))));
  g_assert_true (popover_says (b, "not trained to run programs"));
  fake_generator_edit_info (b->base.engine)->has_interpreter = TRUE;
  myna_conversation_set_settings (b->base.conversation, "{\"mode\":\"tools\"}");
  wait_for (gtk_widget_is_sensitive (GTK_WIDGET (mode (b, "Python"))));
  g_setenv ("PATH", "/nonexistent", TRUE);
  gtk_toggle_button_set_active (mode (b, "Python"), TRUE);
  wait_for (popover_says (b, "bubblewrap") || popover_says (b, "portal"));
  g_setenv ("PATH", path, TRUE);
  g_assert_true (gtk_toggle_button_get_active (mode (b, "Tools")));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (b->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tools");
}

/* What does not fit is off again, and the person is told. */
static void
test_refused (Button *b, gconstpointer data)
{
  g_autoptr (GPtrArray) switches = open_popover (b);

  gtk_toggle_button_set_active (mode (b, "Tools"), TRUE);
  fake_generator_set_context_length (b->base.engine, 100);
  gtk_switch_set_active (g_ptr_array_index (switches, 0), TRUE);
  wait_for (popover_says (b, "“Calculator” does not fit"));
  g_assert_false (gtk_switch_get_active (g_ptr_array_index (switches, 0)));
}

static void
test_untrained (Button *b, gconstpointer data)
{
  g_autoptr (GPtrArray) switches = NULL;

  myna_conversation_set_settings (b->base.conversation, "{\"tools\":[\"calculate\"]}");
  fake_generator_edit_info (b->base.engine)->calling = GLM_CALLING_UNTRAINED;
  switches = open_popover (b);
  wait_for (popover_says (b, "was not trained to use tools"));
  g_assert_false (gtk_widget_is_sensitive (g_ptr_array_index (switches, 0)));
  /* It is not offered, whatever the chat says. */
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (b->button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Tools");
}

#define ADD(path, func) g_test_add ("/tools-button/" path, Button, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("switch", test_switch);
  ADD ("python", test_python);
  ADD ("refused", test_refused);
  ADD ("untrained", test_untrained);
  return g_test_run ();
}
