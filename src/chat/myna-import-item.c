/* myna-import-item.c: one conversation of a file to import, checked or not (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-import-item.h"

struct _MynaImportItem
{
  GObject parent_instance;

  StoreImportEntry *entry;
  guint index;
  gboolean checked;
};

enum
{
  PROP_0,
  PROP_CHECKED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaImportItem, myna_import_item, G_TYPE_OBJECT)

static void
myna_import_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CHECKED: g_value_set_boolean (value, MYNA_IMPORT_ITEM (object)->checked); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_import_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CHECKED: myna_import_item_set_checked (MYNA_IMPORT_ITEM (object), g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_import_item_finalize (GObject *object)
{
  store_import_entry_free (MYNA_IMPORT_ITEM (object)->entry);

  G_OBJECT_CLASS (myna_import_item_parent_class)->finalize (object);
}

static void
myna_import_item_class_init (MynaImportItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = myna_import_item_get_property;
  object_class->set_property = myna_import_item_set_property;
  object_class->finalize = myna_import_item_finalize;
  properties[PROP_CHECKED] =
      g_param_spec_boolean ("checked", NULL, NULL, FALSE, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_import_item_init (MynaImportItem *self)
{
}

MynaImportItem *
myna_import_item_new (const StoreImportEntry *entry, guint index)
{
  MynaImportItem *self = g_object_new (MYNA_TYPE_IMPORT_ITEM, NULL);

  self->entry = store_import_entry_copy (entry);
  self->index = index;
  self->checked = !entry->is_duplicate;

  return self;
}

const StoreImportEntry *
myna_import_item_get_entry (MynaImportItem *self)
{
  g_return_val_if_fail (MYNA_IS_IMPORT_ITEM (self), NULL);

  return self->entry;
}

gboolean
myna_import_item_get_checked (MynaImportItem *self)
{
  g_return_val_if_fail (MYNA_IS_IMPORT_ITEM (self), FALSE);

  return self->checked;
}

void
myna_import_item_set_checked (MynaImportItem *self, gboolean checked)
{
  g_return_if_fail (MYNA_IS_IMPORT_ITEM (self));

  checked = checked && (!self->entry->is_duplicate || store_import_entry_can_copy (self->entry));
  if (self->checked == checked)
    return;
  self->checked = checked;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECKED]);
}

/* ---- Lists ------------------------------------------------------------------------------------------------------ */

guint
myna_import_items_count_new (GListModel *items)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (MynaImportItem) item = g_list_model_get_item (items, i);

      n += !item->entry->is_duplicate;
    }
  return n;
}

void
myna_import_items_check_new (GListModel *items, gboolean checked)
{
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (MynaImportItem) item = g_list_model_get_item (items, i);

      myna_import_item_set_checked (item, checked && !item->entry->is_duplicate);
    }
}

GArray *
myna_import_items_dup_checked (GListModel *items)
{
  GArray *indices = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (MynaImportItem) item = g_list_model_get_item (items, i);

      if (item->checked)
        g_array_append_val (indices, item->index);
    }
  return indices;
}
