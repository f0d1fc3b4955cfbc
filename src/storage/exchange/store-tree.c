/* store-tree.c: messages of other programs that name each other by ids
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-tree.h"

#include <string.h>

#include "exchange/store-json-member.h"

typedef struct _Node Node;

struct _Node
{
  char *id, *parent;
  GPtrArray *order;    /* ids of children as named; NULL: none */
  GPtrArray *messages; /* NULL: nothing shown */
  GPtrArray *children; /* of Node, owned by the tree */
  Node *above;
  gint64 place; /* id of its last message, or of the one above it; 0: top */
  gboolean is_placed;
};

struct _StoreTree
{
  StoreWhole *whole;
  GPtrArray *nodes;  /* in the order they came */
  GHashTable *by_id; /* owned by the nodes */
};

static void
node_free (gpointer data)
{
  Node *node = data;

  g_free (node->id);
  g_free (node->parent);
  g_clear_pointer (&node->order, g_ptr_array_unref);
  g_clear_pointer (&node->messages, g_ptr_array_unref);
  g_ptr_array_unref (node->children);
  g_free (node);
}

StoreTree *
store_tree_new (StoreWhole *whole)
{
  StoreTree *self = g_new0 (StoreTree, 1);

  self->whole = whole;
  self->nodes = g_ptr_array_new_with_free_func (node_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
store_tree_free (StoreTree *self)
{
  if (!self)
    return;

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->nodes);
  g_free (self);
}

const char *
store_tree_add (StoreTree *self, const char *id, const char *parent, JsonArray *children, StoreTurn *turn)
{
  Node *node = g_new0 (Node, 1);

  node->id = g_strdup (id);
  node->parent = g_strdup (parent);
  node->messages = turn ? store_turn_end (turn) : NULL;
  node->children = g_ptr_array_new ();
  if (children)
    {
      node->order = g_ptr_array_new_with_free_func (g_free);
      for (guint i = 0; i < json_array_get_length (children); i++)
        {
          char *child = store_json_id (json_array_get_element (children, i));

          if (child)
            g_ptr_array_add (node->order, child);
        }
    }
  if (node->messages && node->messages->len == 0)
    store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_EMPTY, NULL, 1);
  g_ptr_array_add (self->nodes, node);
  if (id && !g_hash_table_contains (self->by_id, id))
    g_hash_table_insert (self->by_id, node->id, node);
  else if (id)
    store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_SHARED_ID, NULL, 1);
  return node->id;
}

/* ---- Links ------------------------------------------------------------------------------------------------------ */

static void
hang (Node *node, Node *above)
{
  node->above = above;
  g_ptr_array_add (above->children, node);
}

/* Children as they are named come first, in that order. */
static void
link_named (StoreTree *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      for (guint j = 0; node->order && j < node->order->len; j++)
        {
          Node *child = g_hash_table_lookup (self->by_id, node->order->pdata[j]);

          if (child && child != node && !child->above && (!child->parent || g_strcmp0 (child->parent, node->id) == 0))
            hang (child, node);
        }
    }
}

static void
link_rest (StoreTree *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];
      Node *above = node->parent && !node->above ? g_hash_table_lookup (self->by_id, node->parent) : NULL;

      if (above && above != node)
        hang (node, above);
    }
}

/* ---- Places ----------------------------------------------------------------------------------------------------- */

static StoreMessage *
message_at (StoreTree *self, gint64 place)
{
  return place > 0 ? self->whole->messages->pdata[place - 1] : NULL;
}

/* A thought as a node of its own belongs to the reply after it. */
static gboolean
join_thought (StoreTree *self, Node *node)
{
  StoreMessage *first = node->messages && node->messages->len ? node->messages->pdata[0] : NULL;
  StoreMessage *above = node->above && node->above->children->len == 1 ? message_at (self, node->above->place) : NULL;
  char *joined;

  if (!first || !above || first->role != STORE_ROLE_ASSISTANT || above->role != STORE_ROLE_ASSISTANT || above->attachments
      || !g_str_has_prefix (above->text, "<think>") || !g_str_has_suffix (above->text, "</think>")
      || g_str_has_prefix (first->text, "<think>"))
    return FALSE;
  joined = g_strconcat (above->text, first->text, NULL);
  g_free (above->text);
  above->text = joined;
  g_free (above->model);
  above->model = g_steal_pointer (&first->model);
  above->attachments = g_steal_pointer (&first->attachments);
  return TRUE;
}

static gboolean
place (StoreTree *self, Node *node, GError **error)
{
  gboolean is_joined = join_thought (self, node);

  node->is_placed = TRUE;
  node->place = node->above ? node->above->place : 0;
  for (guint i = is_joined; node->messages && i < node->messages->len; i++)
    {
      StoreMessage *message = g_steal_pointer (&node->messages->pdata[i]);

      if (!store_whole_take (self->whole, node->place, message, error))
        return FALSE;
      node->place = message->id;
    }
  return TRUE;
}

/* All that hangs on a node, parents before their children and alternatives in their order. */
static gboolean
place_all (StoreTree *self, Node *root, GError **error)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();

  g_ptr_array_add (stack, root);
  while (stack->len > 0)
    {
      Node *node = g_ptr_array_steal_index (stack, stack->len - 1);

      if (node->is_placed)
        continue;
      if (!place (self, node, error))
        return FALSE;
      for (guint i = node->children->len; i > 0; i--)
        g_ptr_array_add (stack, node->children->pdata[i - 1]);
    }
  return TRUE;
}

/* Where the person wrote last: below the newest message, or the last one in the file. */
static gint64
newest_leaf (StoreTree *self)
{
  Node *node = NULL;
  gint64 newest = 0;

  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *other = self->nodes->pdata[i];
      StoreMessage *message = other->messages && other->messages->len ? message_at (self, other->place) : NULL;

      if (message && message->created_at >= newest)
        {
          newest = message->created_at;
          node = other;
        }
    }
  while (node && node->children->len > 0)
    node = node->children->pdata[node->children->len - 1];
  return node && node->place ? node->place : (gint64) self->whole->messages->len;
}

gboolean
store_tree_end (StoreTree *self, const char *head, GError **error)
{
  Node *shown;

  link_named (self);
  link_rest (self);
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      if (node->parent && !node->above && node->messages && node->messages->len)
        store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_NO_PARENT, NULL, 1);
      if (!node->above && !place_all (self, node, error))
        return FALSE;
    }
  /* Nodes in a circle are under no root. */
  for (guint i = 0; i < self->nodes->len; i++)
    {
      Node *node = self->nodes->pdata[i];

      if (node->is_placed)
        continue;
      store_import_notes_add (self->whole->notes, STORE_IMPORT_NOTE_NO_PARENT, NULL, 1);
      g_ptr_array_remove (node->above->children, node);
      node->above = NULL;
      if (!place_all (self, node, error))
        return FALSE;
    }
  shown = head ? g_hash_table_lookup (self->by_id, head) : NULL;
  self->whole->row->head_id = shown && shown->place ? shown->place : newest_leaf (self);
  return TRUE;
}
