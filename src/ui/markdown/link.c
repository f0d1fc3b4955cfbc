/* link.c: a link for the keyboard and for screen readers
 *
 * The block draws the text of its links and the view knows which one is under the pointer.  This widget lies over the text
 * of one link: it has the keyboard's focus, draws the ring around it, opens the link with Enter, and tells a screen reader
 * what the link is and where it leads.  The pointer goes through it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/link.h"

#include <math.h>

#include "base/controls.h"
#include "base/ui-compat.h"
#include "markup/markdown-link.h"

#define RING_WIDTH  2.0f
#define RING_RADIUS 5.0f
#define RING_OUTSET 2

struct _MynaLink
{
  GtkWidget parent_instance;
  MynaRange range;
  char *target;
  GArray *rectangles; /* of graphene_rect_t, in this widget; NULL: not placed yet */
  GdkRGBA color;
};

G_DEFINE_FINAL_TYPE (MynaLink, myna_link, GTK_TYPE_WIDGET)

void
myna_link_open (GtkWidget *widget, const char *target)
{
  guint number;

  if (myna_link_get_source (target, &number))
    gtk_widget_activate_action (widget, "message.show-source", "u", number);
  else
    myna_open_uri (myna_get_window (widget), target);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_link_open (widget, MYNA_LINK (widget)->target);
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action (widget, "markdown.link-menu", "s", MYNA_LINK (widget)->target);
}

static void
myna_link_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  MynaLink *self = MYNA_LINK (widget);

  if (!(gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_VISIBLE))
    return;
  for (guint i = 0; self->rectangles && i < self->rectangles->len; i++)
    {
      GskRoundedRect ring;

      gsk_rounded_rect_init_from_rect (&ring, &g_array_index (self->rectangles, graphene_rect_t, i), RING_RADIUS);
      gtk_snapshot_append_border (snapshot, &ring, (float[4]){ RING_WIDTH, RING_WIDTH, RING_WIDTH, RING_WIDTH },
                                  (GdkRGBA[4]){ self->color, self->color, self->color, self->color });
    }
}

static void
myna_link_state_flags_changed (GtkWidget *widget, GtkStateFlags previous)
{
  if ((previous ^ gtk_widget_get_state_flags (widget)) & GTK_STATE_FLAG_FOCUS_VISIBLE)
    gtk_widget_queue_draw (widget);
}

static void
myna_link_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  MynaInk ink;

  GTK_WIDGET_CLASS (myna_link_parent_class)->css_changed (widget, change);
  myna_ink_init (&ink, widget);
  MYNA_LINK (widget)->color = ink.accent;
}

static void
myna_link_finalize (GObject *object)
{
  MynaLink *self = MYNA_LINK (object);

  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->rectangles, g_array_unref);
  G_OBJECT_CLASS (myna_link_parent_class)->finalize (object);
}

static void
myna_link_class_init (MynaLinkClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = myna_link_finalize;
  widget_class->snapshot = myna_link_snapshot;
  widget_class->state_flags_changed = myna_link_state_flags_changed;
  widget_class->css_changed = myna_link_css_changed;
  gtk_widget_class_install_action (widget_class, "link.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "link.menu", NULL, menu_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, 0, "link.open", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_KP_Enter, 0, "link.open", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "link.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "link.menu", NULL);
  gtk_widget_class_set_css_name (widget_class, "markdownlink");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LINK);
}

static void
myna_link_init (MynaLink *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

MynaRange
myna_link_get_range (MynaLink *self)
{
  return self->range;
}

void
myna_link_place (MynaLink *self, GArray *rectangles)
{
  graphene_rect_t all = { 0 };
  GtkAllocation area;

  g_clear_pointer (&self->rectangles, g_array_unref);
  self->rectangles = rectangles;
  for (guint i = 0; i < rectangles->len; i++)
    {
      graphene_rect_t *rect = &g_array_index (rectangles, graphene_rect_t, i);

      graphene_rect_inset (rect, -RING_OUTSET, 0);
      if (i == 0)
        all = *rect;
      else
        graphene_rect_union (&all, rect, &all);
    }
  area = (GtkAllocation){ floor (all.origin.x), floor (all.origin.y), ceil (all.size.width), ceil (all.size.height) };
  for (guint i = 0; i < rectangles->len; i++)
    graphene_rect_offset (&g_array_index (rectangles, graphene_rect_t, i), -area.x, -area.y);
  gtk_widget_set_child_visible (GTK_WIDGET (self), rectangles->len > 0);
  gtk_widget_size_allocate (GTK_WIDGET (self), &area, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_link (MynaLink *self, const char *text, guint length, const char *target, MynaRange range)
{
  g_autofree char *label = g_strndup (text, length);

  self->range = range;
  g_free (self->target);
  self->target = g_strdup (target);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, myna_link_describe (target), -1);
}

guint
myna_links_update (GPtrArray *links, guint n, GtkWidget *parent, const MynaRichString *string, guint offset)
{
  const char *target;
  MynaRange range;

  for (guint i = 0; myna_rich_string_next_link (string, &i, &range, &target);)
    {
      if (n == links->len)
        {
          GtkWidget *link = g_object_new (MYNA_TYPE_LINK, NULL);

          gtk_widget_insert_before (link, parent, NULL);
          g_ptr_array_add (links, link);
        }
      set_link (links->pdata[n++], string->text + range.start, range.end - range.start, target,
                (MynaRange){ offset + range.start, offset + range.end });
    }
  return n;
}

void
myna_links_truncate (GPtrArray *links, guint n)
{
  while (links->len > n)
    gtk_widget_unparent (g_ptr_array_steal_index (links, links->len - 1));
}
