/* rule-switch.c: a switch that lets a tool run without asking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/rule-switch.h"

#include <glib/gi18n.h>

#include "chat/tool-rules.h"
#include "tools/tools.h"

typedef struct
{
  StoreDb *store; /* owned; NULL: none */
  char *tool;
  gpointer owner; /* not owned: it owns the row */
} Rule;

static void
rule_free (gpointer data)
{
  Rule *rule = data;

  g_clear_object (&rule->store);
  g_free (rule->tool);
  g_free (rule);
}

static void
set_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GObject) owner = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error))
    g_signal_emit_by_name (owner, "problem", _ ("The permission could not be changed"), error);
  g_signal_emit_by_name (owner, "rules-changed");
}

static void
active_cb (GtkSwitch *toggle, GParamSpec *pspec, Rule *rule)
{
  if (rule->store && tool_find (rule->tool))
    myna_tool_rule_set_async (rule->store, rule->tool, 0, gtk_switch_get_active (toggle) ? STORE_RULE_ALLOW : STORE_RULE_NONE,
                              NULL, set_cb, g_object_ref (rule->owner));
}

void
myna_rule_switch_update (GtkWidget *toggle, GPtrArray *rules)
{
  Rule *of = g_object_get_data (G_OBJECT (toggle), "rule");

  g_signal_handlers_block_by_func (toggle, active_cb, of);
  gtk_switch_set_active (GTK_SWITCH (toggle), myna_tool_rules_allow (rules, of->tool));
  g_signal_handlers_unblock_by_func (toggle, active_cb, of);
}

GtkWidget *
myna_rule_switch_new (AdwActionRow *row, StoreDb *store, const char *tool, gpointer owner)
{
  GtkWidget *toggle = gtk_switch_new ();
  Rule *rule = g_new (Rule, 1);
  /* Translators: a switch; %s is the name of a tool */
  g_autofree char *spoken = g_strdup_printf (_ ("Run “%s” without asking"), tool);

  *rule = (Rule){ store ? g_object_ref (store) : NULL, g_strdup (tool), owner };
  g_object_set_data_full (G_OBJECT (toggle), "rule", rule, rule_free);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  g_signal_connect (toggle, "notify::active", G_CALLBACK (active_cb), rule);
  gtk_widget_set_sensitive (toggle, store && !store_is_read_only (store));
  adw_action_row_add_suffix (row, toggle);
  adw_action_row_set_activatable_widget (row, toggle);
  return toggle;
}
