/* myna-history-item.c: one row of the history as the sidebar shows it (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Items live only while a row shows them; the facts stand in MynaHistoryModel, which keeps living items up to date.
 */
#include "chat/myna-history-item.h"

#include <glib/gi18n.h>

struct _MynaHistoryItem
{
  GObject parent_instance;

  MynaHistoryKind kind;
  MynaHistoryGroup group;
  gint64 id;
  char *title;
  guint depth;
  gboolean busy;
  gboolean asking;
  gboolean checked;
  gboolean expanded;
  char *server;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_BUSY,
  PROP_ASKING,
  PROP_CHECKED,
  PROP_SERVER,
  PROP_EXPANDED,
  PROP_DEPTH,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaHistoryItem, myna_history_item, G_TYPE_OBJECT)

static void
myna_history_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaHistoryItem *self = MYNA_HISTORY_ITEM (object);

  switch (prop_id)
    {
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_BUSY: g_value_set_boolean (value, self->busy); break;
    case PROP_ASKING: g_value_set_boolean (value, self->asking); break;
    case PROP_CHECKED: g_value_set_boolean (value, self->checked); break;
    case PROP_SERVER: g_value_set_string (value, self->server); break;
    case PROP_EXPANDED: g_value_set_boolean (value, self->expanded); break;
    case PROP_DEPTH: g_value_set_uint (value, self->depth); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_history_item_finalize (GObject *object)
{
  MynaHistoryItem *self = MYNA_HISTORY_ITEM (object);

  g_free (self->title);
  g_free (self->server);

  G_OBJECT_CLASS (myna_history_item_parent_class)->finalize (object);
}

static void
myna_history_item_class_init (MynaHistoryItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_history_item_get_property;
  object_class->finalize = myna_history_item_finalize;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_ASKING] = g_param_spec_boolean ("asking", NULL, NULL, FALSE, flags);
  properties[PROP_CHECKED] = g_param_spec_boolean ("checked", NULL, NULL, FALSE, flags);
  properties[PROP_SERVER] = g_param_spec_string ("server", NULL, NULL, NULL, flags);
  properties[PROP_EXPANDED] = g_param_spec_boolean ("expanded", NULL, NULL, FALSE, flags);
  properties[PROP_DEPTH] = g_param_spec_uint ("depth", NULL, NULL, 0, 2, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_history_item_init (MynaHistoryItem *self)
{
  self->title = g_strdup ("");
}

MynaHistoryItem *
myna_history_item_new (MynaHistoryKind kind, MynaHistoryGroup group, gint64 id)
{
  MynaHistoryItem *self = g_object_new (MYNA_TYPE_HISTORY_ITEM, NULL);

  self->kind = kind;
  self->group = group;
  self->id = id;

  return self;
}

MynaHistoryKind
myna_history_item_get_kind (MynaHistoryItem *self)
{
  return self->kind;
}

MynaHistoryGroup
myna_history_item_get_group (MynaHistoryItem *self)
{
  return self->group;
}

gint64
myna_history_item_get_id (MynaHistoryItem *self)
{
  return self->id;
}

const char *
myna_history_item_get_title (MynaHistoryItem *self)
{
  return self->title;
}

void
myna_history_item_set_title (MynaHistoryItem *self, const char *title)
{
  if (g_str_equal (self->title, title))
    return;
  g_free (self->title);
  self->title = g_strdup (title);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

guint
myna_history_item_get_depth (MynaHistoryItem *self)
{
  return self->depth;
}

void
myna_history_item_set_depth (MynaHistoryItem *self, guint depth)
{
  if (self->depth == depth)
    return;
  self->depth = depth;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEPTH]);
}

gboolean
myna_history_item_get_busy (MynaHistoryItem *self)
{
  return self->busy;
}

void
myna_history_item_set_busy (MynaHistoryItem *self, gboolean busy)
{
  if (self->busy == !!busy)
    return;
  self->busy = !!busy;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

const char *
myna_history_item_get_server (MynaHistoryItem *self)
{
  return self->server;
}

void
myna_history_item_set_server (MynaHistoryItem *self, const char *server)
{
  if (g_strcmp0 (self->server, server) == 0)
    return;
  g_free (self->server);
  self->server = g_strdup (server);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER]);
}

gboolean
myna_history_item_get_asking (MynaHistoryItem *self)
{
  return self->asking;
}

void
myna_history_item_set_asking (MynaHistoryItem *self, gboolean asking)
{
  if (self->asking == !!asking)
    return;
  self->asking = !!asking;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ASKING]);
}

gboolean
myna_history_item_get_checked (MynaHistoryItem *self)
{
  return self->checked;
}

void
myna_history_item_set_checked (MynaHistoryItem *self, gboolean checked)
{
  if (self->checked == !!checked)
    return;
  self->checked = !!checked;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECKED]);
}

gboolean
myna_history_item_get_expanded (MynaHistoryItem *self)
{
  return self->expanded;
}

void
myna_history_item_set_expanded (MynaHistoryItem *self, gboolean expanded)
{
  if (self->expanded == !!expanded)
    return;
  self->expanded = !!expanded;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDED]);
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static const char *
describe_group (MynaHistoryGroup group)
{
  switch (group)
    {
    case MYNA_HISTORY_PINNED: return _ ("Pinned");
    case MYNA_HISTORY_FOLDERS: return _ ("Folders");
    case MYNA_HISTORY_TODAY: return _ ("Today");
    case MYNA_HISTORY_YESTERDAY: return _ ("Yesterday");
    case MYNA_HISTORY_WEEK: return _ ("Last 7 Days");
    case MYNA_HISTORY_MONTH: return _ ("Last 30 Days");
    case MYNA_HISTORY_OLDER:
    default: return _ ("Older");
    }
}

/* NULL: the heading is of no month. */
static char *
describe_month (gint64 month)
{
  g_autoptr (GDateTime) date = month > 0 ? g_date_time_new_local (month / 12, month % 12 + 1, 1, 0, 0, 0) : NULL;

  /* Translators: a month and its year, as a heading of old chats: see strftime(3) */
  return date ? g_date_time_format (date, C_ ("heading", "%OB %Y")) : NULL;
}

char *
myna_history_item_describe (MynaHistoryItem *self)
{
  const char *title = myna_history_item_get_title (self);
  char *month;

  if (myna_history_item_get_kind (self) == MYNA_HISTORY_HEADING)
    {
      month = describe_month (myna_history_item_get_id (self));
      return month ? month : g_strdup (describe_group (myna_history_item_get_group (self)));
    }
  if (*title)
    return g_strdup (title);

  return g_strdup (myna_history_item_get_kind (self) == MYNA_HISTORY_FOLDER ? _ ("New folder") : _ ("Untitled chat"));
}
