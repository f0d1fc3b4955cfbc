/* myna-permission.h: whether a tool may be run without asking (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   class     by default             can be set to
 *   pure      runs                   ask
 *   reads     asks once a chat       (the answer is a rule of the chat)
 *   runs      asks each time         in this chat
 *   outside   asks each time         this tool in this chat; this tool always
 *
 * A rule belongs to the tool as it was when the person made it: its fingerprint.  After a result in which somebody else's words
 * may stand (of any tool that is not pure, or the rest of an earlier result) rules for tools outside pause until the person's next
 * message: what a page says must not call the mail tool unseen.
 */
#pragma once

#include "storage/storage.h"
#include "tools/tools.h"

G_BEGIN_DECLS

/* Why the person is asked. */
typedef enum
{
  MYNA_ASK_CLASS,   /* such tools ask */
  MYNA_ASK_RULE,    /* the person wants it so */
  MYNA_ASK_CHANGED, /* there is a rule, but for another version of the tool */
  MYNA_ASK_PAUSED,  /* there is a rule, but foreign text came between */
} MynaAskReason;

typedef struct
{
  gboolean asks;
  MynaAskReason reason;      /* where it asks */
  StoreAllowedBy allowed_by; /* where it does not */
  char allowed[65];          /* MYNA_ASK_CHANGED: the fingerprint that the rule was made for; else "" */
} MynaPermission;

/* How long an answer of the person holds. */
typedef enum
{
  MYNA_ALLOW_ONCE,
  MYNA_ALLOW_IN_CHAT,
  MYNA_ALLOW_ALWAYS, /* only from the preferences, never offered where a call asks */
} MynaAllowScope;

/* rules: of StoreToolRule, as store_list_tool_rules_async() gives them.  A rule of the conversation goes before one of all. */
MynaPermission myna_permission_decide (const Tool *tool, GPtrArray *rules, gint64 conversation_id, gboolean after_foreign_text);
/* The scope that allowing with `wanted` has: reading is asked once a chat. */
MynaAllowScope myna_permission_get_scope (const Tool *tool, MynaAllowScope wanted);

G_END_DECLS
