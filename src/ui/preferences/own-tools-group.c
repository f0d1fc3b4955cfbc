/* own-tools-group.c: the tools that the person describes, on the page of tools
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/own-tools-group.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "chat/myna-own-tools.h"
#include "preferences/rule-switch.h"

struct _MynaOwnToolsGroup
{
  AdwPreferencesGroup parent_instance;

  StoreDb *store;   /* NULL: none */
  GPtrArray *rules; /* StoreToolRule; NULL: not known yet */
  GPtrArray *rows;
  GPtrArray *toggles; /* of those that are offered */
};

enum
{
  RULES_CHANGED,
  PROBLEM,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaOwnToolsGroup, myna_own_tools_group, ADW_TYPE_PREFERENCES_GROUP)

static GtkWidget *
add_row (MynaOwnToolsGroup *self, const char *title, const char *subtitle)
{
  GtkWidget *row = myna_row_new (title, subtitle);

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
  g_ptr_array_add (self->rows, row);
  return row;
}

void
myna_own_tools_group_set_rules (MynaOwnToolsGroup *self, GPtrArray *rules)
{
  g_return_if_fail (MYNA_IS_OWN_TOOLS_GROUP (self));

  g_ptr_array_ref (rules);
  g_clear_pointer (&self->rules, g_ptr_array_unref);
  self->rules = rules;
  for (guint i = 0; i < self->toggles->len; i++)
    myna_rule_switch_update (g_ptr_array_index (self->toggles, i), rules);
}

static void
fill (MynaOwnToolsGroup *self)
{
  GPtrArray *all;

  myna_own_tools_read ();
  all = tool_own_get_all ();
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->toggles, 0);
  for (guint i = 0; i < all->len; i++)
    {
      const ToolOwn *own = g_ptr_array_index (all, i);
      g_autofree char *about = myna_own_tool_dup_about (own);
      GtkWidget *row = add_row (self, own->problem ? own->file : own->name, about);

      if (own->problem)
        gtk_widget_add_css_class (row, "error");
      else
        g_ptr_array_add (self->toggles, myna_rule_switch_new (ADW_ACTION_ROW (row), self->store, own->name, self));
    }
  if (all->len == 0)
    add_row (self, _ ("No tools of your own yet"), "");
  if (self->rules)
    myna_own_tools_group_set_rules (self, self->rules);
}

static void
open_cb (MynaOwnToolsGroup *self)
{
  g_autoptr (GError) error = NULL;

  if (!myna_own_tools_open_folder (&error))
    g_signal_emit (self, signals[PROBLEM], 0, _ ("The folder could not be opened"), error);
}

static void
myna_own_tools_group_dispose (GObject *object)
{
  MynaOwnToolsGroup *self = MYNA_OWN_TOOLS_GROUP (object);

  g_clear_object (&self->store);
  g_clear_pointer (&self->rules, g_ptr_array_unref);
  g_ptr_array_set_size (self->toggles, 0);
  g_ptr_array_set_size (self->rows, 0);
  G_OBJECT_CLASS (myna_own_tools_group_parent_class)->dispose (object);
}

static void
myna_own_tools_group_finalize (GObject *object)
{
  g_ptr_array_unref (MYNA_OWN_TOOLS_GROUP (object)->rows);
  g_ptr_array_unref (MYNA_OWN_TOOLS_GROUP (object)->toggles);
  G_OBJECT_CLASS (myna_own_tools_group_parent_class)->finalize (object);
}

static void
myna_own_tools_group_class_init (MynaOwnToolsGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = myna_own_tools_group_dispose;
  object_class->finalize = myna_own_tools_group_finalize;
  signals[RULES_CHANGED] = g_signal_new ("rules-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] =
      g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
myna_own_tools_group_init (MynaOwnToolsGroup *self)
{
  self->rows = g_ptr_array_new ();
  self->toggles = g_ptr_array_new ();
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Your Own Tools"));
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (self),
      _ ("A JSON file in a folder describes a tool and the program that it runs, in a sandbox. The help says how. Tools that are switched on run without asking."));
}

GtkWidget *
myna_own_tools_group_new (StoreDb *store)
{
  MynaOwnToolsGroup *self = g_object_new (MYNA_TYPE_OWN_TOOLS_GROUP, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *open = myna_flat_button_new ("folder-open-symbolic", _ ("Open Folder"));
  GtkWidget *again = myna_flat_button_new ("view-refresh-symbolic", _ ("Read Again"));

  self->store = store ? g_object_ref (store) : NULL;
  g_signal_connect_swapped (open, "clicked", G_CALLBACK (open_cb), self);
  g_signal_connect_swapped (again, "clicked", G_CALLBACK (fill), self);
  gtk_box_append (GTK_BOX (box), open);
  gtk_box_append (GTK_BOX (box), again);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self), box);
  fill (self);
  return GTK_WIDGET (self);
}
