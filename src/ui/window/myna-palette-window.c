/* myna-palette-window.c: everything that can be opened or done, by typing a part of its name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keyboard stays in the entry; its arrow keys go through the rows below.
 */
#include "window/myna-palette-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-secondary-window.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/palette.h"

#define NAME                     "myna-palette"
#define PAGE                     8 /* rows of Page Up and Page Down */

#define MYNA_TYPE_PALETTE_WINDOW (myna_palette_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaPaletteWindow, myna_palette_window, MYNA, PALETTE_WINDOW, AdwWindow)

struct _MynaPaletteWindow
{
  AdwWindow parent_instance;

  MynaPalette *palette;
  GPtrArray *found; /* MynaPaletteItem of the palette; one a row */
  GtkWidget *entry;
  GtkWidget *list;
  GtkWidget *scroller;
  GCancellable *cancellable;
};

G_DEFINE_FINAL_TYPE (MynaPaletteWindow, myna_palette_window, ADW_TYPE_WINDOW)

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

/* The keys of an action, or what kind of thing it is. */
static char *
describe (MynaPaletteWindow *self, const MynaPaletteItem *item)
{
  GtkApplication *application = GTK_APPLICATION (g_application_get_default ());
  g_auto (GStrv) accels =
      application && !item->target ? gtk_application_get_accels_for_action (application, item->action) : NULL;
  GdkModifierType modifiers;
  guint key;

  if (accels && accels[0] && gtk_accelerator_parse (accels[0], &key, &modifiers))
    return gtk_accelerator_get_label (key, modifiers);
  return g_strdup (item->kind == MYNA_PALETTE_ACTION ? "" : myna_palette_kind_get_name (item->kind));
}

static GtkWidget *
new_row (MynaPaletteWindow *self, const MynaPaletteItem *item)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (item->title);
  g_autofree char *words = describe (self, item);
  GtkWidget *detail = gtk_label_new (words);
  g_autofree char *name = *words ? g_strdup_printf ("%s, %s", item->title, words) : g_strdup (item->title);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  myna_set_tooltip (title, item->title);
  gtk_widget_set_hexpand (title, TRUE);
  myna_add_css_classes (detail, "dim-label caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_focusable (row, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return row;
}

/* The keyboard is in the entry, so that a screen reader is told of the row. */
static void
select_row (MynaPaletteWindow *self, int index)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), index);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  const MynaPaletteItem *item;
  graphene_rect_t bounds;

  gtk_list_box_select_row (GTK_LIST_BOX (self->list), row);
  if (!row)
    return;
  item = g_ptr_array_index (self->found, (guint) index);
  myna_announce (self->entry, item->title);
  if (gtk_widget_compute_bounds (GTK_WIDGET (row), self->list, &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
}

static void
update (MynaPaletteWindow *self)
{
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->found = myna_palette_find (self->palette, gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  myna_list_clear (self->list);
  for (guint i = 0; i < self->found->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (self, g_ptr_array_index (self->found, i)));
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller)), 0);
  select_row (self, 0);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaPaletteWindow *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);

  if (!list)
    return; /* the window is gone, or the store tells of its problem elsewhere */
  myna_palette_add_chats (self->palette, list);
  update (self);
}

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

/* The window makes way first: what is done may ask something. */
static void
choose (MynaPaletteWindow *self, GtkListBoxRow *row)
{
  const MynaPaletteItem *item = row ? g_ptr_array_index (self->found, (guint) gtk_list_box_row_get_index (row)) : NULL;
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  g_autoptr (GVariant) target = item && item->target ? g_variant_ref (item->target) : NULL;
  const char *action = item ? item->action : NULL;

  if (!action || !parent)
    return;
  gtk_window_destroy (GTK_WINDOW (self));
  if (!gtk_widget_activate_action_variant (GTK_WIDGET (parent), action, target))
    gtk_widget_error_bell (GTK_WIDGET (parent));
}

static void
choose_selected (MynaPaletteWindow *self)
{
  choose (self, gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list)));
}

static gboolean
key_pressed_cb (MynaPaletteWindow *self, guint keyval, guint keycode, GdkModifierType state)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  int index = row ? gtk_list_box_row_get_index (row) : -1;
  int last = (int) self->found->len - 1;

  switch (keyval)
    {
    case GDK_KEY_Up: index--; break;
    case GDK_KEY_Down: index++; break;
    case GDK_KEY_Page_Up: index -= PAGE; break;
    case GDK_KEY_Page_Down: index += PAGE; break;
    default: return GDK_EVENT_PROPAGATE;
    }
  if (last >= 0)
    select_row (self, CLAMP (index, 0, last));
  return GDK_EVENT_STOP;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_palette_window_dispose (GObject *object)
{
  MynaPaletteWindow *self = MYNA_PALETTE_WINDOW (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_clear_pointer (&self->palette, myna_palette_free);
  G_OBJECT_CLASS (myna_palette_window_parent_class)->dispose (object);
}

static void
myna_palette_window_class_init (MynaPaletteWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_palette_window_dispose;
}

static void
myna_palette_window_init (MynaPaletteWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->cancellable = g_cancellable_new ();
  self->entry = gtk_search_entry_new ();
  g_object_set (self->entry, "placeholder-text", _ ("Type a name"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Find Anything"), -1);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (update), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (choose_selected), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (gtk_window_close), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->entry, keys);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Found"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (choose), self);
  self->scroller = myna_scroller_new (self->list, -1);
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_widget_add_css_class (box, "palette");
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->scroller);
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Find Anything"));
}

void
myna_palette_window_show (GtkWindow *parent, MynaCore *core)
{
  MynaPaletteWindow *self;

  if (myna_secondary_window_find (parent, NAME))
    return;
  self = g_object_new (MYNA_TYPE_PALETTE_WINDOW, "transient-for", parent, "modal", TRUE, NULL);
  myna_secondary_window_follow (GTK_WINDOW (self), parent, NAME);
  gtk_window_set_default_size (GTK_WINDOW (self), CLAMP (gtk_widget_get_width (GTK_WIDGET (parent)) - 24, 320, 520), 440);
  self->palette = myna_palette_new (myna_core_get_models (core));
  update (self);
  if (myna_core_get_store (core))
    store_list_conversations_async (myna_core_get_store (core), STORE_LIST_ACTIVE, self->cancellable, listed_cb, self);
  gtk_window_present (GTK_WINDOW (self));
  gtk_widget_grab_focus (self->entry);
}
