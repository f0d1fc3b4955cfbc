/* myna-permission.c: whether a tool may be run without asking
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-permission.h"

/* The rule that counts, or NULL. */
static const StoreToolRule *
find_rule (const Tool *tool, GPtrArray *rules, gint64 conversation_id)
{
  const StoreToolRule *found = NULL;

  for (guint i = 0; i < rules->len; i++)
    {
      const StoreToolRule *rule = g_ptr_array_index (rules, i);

      if (!g_str_equal (rule->tool, tool_get_name (tool)))
        continue;
      if (rule->conversation_id == conversation_id)
        return rule;
      if (rule->conversation_id == 0)
        found = rule;
    }
  return found;
}

MynaPermission
myna_permission_decide (const Tool *tool, GPtrArray *rules, gint64 conversation_id, gboolean after_foreign_text)
{
  const StoreToolRule *rule = find_rule (tool, rules, conversation_id);
  g_autofree char *fingerprint = tool_dup_fingerprint (tool);
  ToolClass class = tool_get_class (tool);
  MynaPermission permission = { TRUE, MYNA_ASK_CLASS, STORE_ALLOWED_BY_NOBODY, "" };

  if (rule && rule->rule == STORE_RULE_ASK)
    permission.reason = MYNA_ASK_RULE;
  else if (class == TOOL_CLASS_PURE)
    permission = (MynaPermission){ FALSE, MYNA_ASK_CLASS, STORE_ALLOWED_BY_CLASS, "" };
  else if (rule && !g_str_equal (rule->fingerprint, fingerprint))
    {
      permission.reason = MYNA_ASK_CHANGED;
      g_strlcpy (permission.allowed, rule->fingerprint, sizeof permission.allowed);
    }
  else if (rule && class == TOOL_CLASS_OUTSIDE && after_foreign_text)
    permission.reason = MYNA_ASK_PAUSED;
  else if (rule)
    permission = (MynaPermission){ FALSE, MYNA_ASK_CLASS,
                                   rule->conversation_id ? STORE_ALLOWED_BY_CHAT_RULE : STORE_ALLOWED_BY_RULE, "" };
  return permission;
}

MynaAllowScope
myna_permission_get_scope (const Tool *tool, MynaAllowScope wanted)
{
  return wanted == MYNA_ALLOW_ONCE && tool_get_class (tool) == TOOL_CLASS_READS ? MYNA_ALLOW_IN_CHAT : wanted;
}
