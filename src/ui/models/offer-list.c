/* offer-list.c: the models that can be had, and their downloads, as Welcome and Models show them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/offer-list.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/myna-remote-error.h"
#include "models/myna-import-window.h"

/* The widgets of a row, which its data keeps. */
typedef struct
{
  MynaOffers *offers;
  MynaOffer *offer;
  GtkWidget *row, *badge, *progress, *begin, *pause;
  GSimpleAction *discard;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_object_unref (shown->offers);
  g_object_unref (shown->offer);
  g_object_unref (shown->discard);
  g_free (shown);
}

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

static void
update (MynaOffer *offer, GParamSpec *pspec, GtkWidget *row)
{
  Shown *shown = g_object_get_data (G_OBJECT (row), "shown");
  const MynaOfferState state = myna_offer_get_state (offer);
  const gboolean active = myna_offer_is_active (offer), can = myna_offers_can_download ();
  const gboolean imports = state == MYNA_OFFER_DONE && myna_offer_get_model (offer)->imported;
  const char *begin = imports ? _ ("Import…") : state == MYNA_OFFER_PAUSED ? _ ("Resume Download") : _ ("Download");
  g_autofree char *text = myna_offer_describe (offer);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  gtk_label_set_label (GTK_LABEL (shown->badge), state == MYNA_OFFER_DONE ? _ ("On This Computer") : _ ("Recommended"));
  myna_set_tooltip (shown->badge, state == MYNA_OFFER_DONE
                                      ? NULL
                                      : _ ("Recommended for this computer: the best answers at a speed at which "
                                           "you can read along"));
  gtk_widget_set_visible (shown->badge, state == MYNA_OFFER_DONE || (myna_offer_is_recommended (offer) && !active));
  gtk_widget_set_visible (shown->progress, active);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (shown->progress), myna_offer_get_progress (offer));
  gtk_widget_set_visible (shown->begin, imports || (can && !active && state != MYNA_OFFER_DONE));
  gtk_button_set_icon_name (GTK_BUTTON (shown->begin), imports ? "list-add-symbolic" : "folder-download-symbolic");
  myna_set_name (shown->begin, begin);
  gtk_widget_set_visible (shown->pause, active);
  g_simple_action_set_enabled (shown->discard, active || state == MYNA_OFFER_PAUSED);
  if (myna_offer_is_recommended (offer))
    gtk_widget_add_css_class (shown->begin, "suggested-action");
}

/* ---- What can be done ------------------------------------------------------------------------------------------- */

static void
begin_cb (GtkWidget *button, Shown *shown)
{
  myna_offers_begin (shown->offers, shown->offer);
}

static void
pause_cb (GtkWidget *button, Shown *shown)
{
  myna_offer_pause (shown->offer);
}

static void
open_page_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  Shown *shown = user_data;
  g_autofree char *page = myna_offers_make_page (shown->offers, shown->offer);

  myna_open_uri (myna_get_window (shown->row), page);
}

static void
copy_link_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  Shown *shown = user_data;
  g_autofree char *page = myna_offers_make_page (shown->offers, shown->offer);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (shown->row), page);
}

static void
discard_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_offer_discard (((Shown *) user_data)->offer);
}

/* ---- A row ------------------------------------------------------------------------------------------------------ */

static GtkWidget *
add_button (Shown *shown, const char *icon, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  if (clicked)
    g_signal_connect (button, "clicked", clicked, shown);
  myna_row_add_suffix (shown->row, button);
  return button;
}

static void
add_menu (Shown *shown)
{
  static const GActionEntry entries[] = {
    { .name = "open-page", .activate = open_page_cb },
    { .name = "copy-link", .activate = copy_link_cb },
    { .name = "discard", .activate = discard_cb },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *button = myna_menu_button_new ("view-more-symbolic", _ ("More"), G_MENU_MODEL (menu));

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), shown);
  shown->discard = G_SIMPLE_ACTION (g_object_ref (g_action_map_lookup_action (G_ACTION_MAP (actions), "discard")));
  gtk_widget_insert_action_group (shown->row, "offer", G_ACTION_GROUP (actions));
  g_menu_append (menu, _ ("_Open Page"), "offer.open-page");
  g_menu_append (menu, _ ("_Copy Link"), "offer.copy-link");
  g_menu_append (menu, _ ("Cancel and _Delete Download"), "offer.discard");
  gtk_widget_add_css_class (button, "flat");
  myna_row_add_suffix (shown->row, button);
}

static GtkWidget *
make_row_cb (gpointer item, gpointer user_data)
{
  Shown *shown = g_new0 (Shown, 1);
  const MynaCatalogueModel *model = myna_offer_get_model (item);

  shown->offers = g_object_ref (user_data);
  shown->offer = g_object_ref (item);
  shown->row = myna_row_new (model->name, NULL);
  g_object_set_data_full (G_OBJECT (shown->row), "shown", shown, shown_free);
  shown->badge = gtk_label_new (NULL);
  gtk_widget_add_css_class (shown->badge, "badge");
  myna_row_add_suffix (shown->row, shown->badge);
  shown->progress = gtk_progress_bar_new ();
  gtk_widget_set_size_request (shown->progress, 60, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (shown->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, model->name, -1);
  myna_row_add_suffix (shown->row, shown->progress);
  shown->begin = add_button (shown, "folder-download-symbolic", G_CALLBACK (begin_cb));
  shown->pause = add_button (shown, "media-playback-pause-symbolic", G_CALLBACK (pause_cb));
  gtk_widget_add_css_class (shown->pause, "flat");
  myna_set_name (shown->pause, _ ("Pause Download"));
  add_menu (shown);
  g_signal_connect_object (item, "notify", G_CALLBACK (update), shown->row, 0);
  update (item, NULL, shown->row);
  return shown->row;
}

/* ---- The group -------------------------------------------------------------------------------------------------- */

static void
site_chosen_cb (GtkDropDown *sites, GParamSpec *pspec, GSettings *settings)
{
  MynaOffers *offers = g_object_get_data (G_OBJECT (sites), "offers");
  guint i = gtk_drop_down_get_selected (sites);

  if (i < myna_catalogue_get_n_sites (myna_offers_get_catalogue (offers)))
    g_settings_set_string (settings, "download-site", myna_catalogue_get_site (myna_offers_get_catalogue (offers), i)->id);
}

static void
needs_import_cb (GtkWidget *list, const char *path, MynaOffers *offers)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GtkWidget *import;

  if (!gtk_widget_get_mapped (list))
    return;
  import = myna_import_window_new (myna_get_window (list), file);
  g_signal_connect_object (import, "imported", G_CALLBACK (myna_offers_add), offers, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (import));
}

static GtkWidget *
make_sites (MynaOffers *offers, GSettings *settings)
{
  MynaCatalogue *catalogue = myna_offers_get_catalogue (offers);
  GtkStringList *names = gtk_string_list_new (NULL);
  g_autofree char *chosen = g_settings_get_string (settings, "download-site");
  GtkWidget *sites;
  guint selected = 0;

  for (guint i = 0; i < myna_catalogue_get_n_sites (catalogue); i++)
    {
      gtk_string_list_append (names, myna_catalogue_get_site (catalogue, i)->name);
      if (g_str_equal (myna_catalogue_get_site (catalogue, i)->id, chosen))
        selected = i;
    }
  sites = gtk_drop_down_new (G_LIST_MODEL (names), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (sites), selected);
  gtk_widget_set_valign (sites, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (sites), "offers", g_object_ref (offers), g_object_unref);
  gtk_accessible_update_property (GTK_ACCESSIBLE (sites), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Source"), -1);
  g_signal_connect_object (sites, "notify::selected", G_CALLBACK (site_chosen_cb), settings, 0);
  return sites;
}

GtkWidget *
myna_offer_list_new (MynaOffers *offers, GSettings *settings)
{
  g_autofree char *description = myna_offers_dup_word ();
  GtkWidget *group = myna_group_new (_ ("Models for This Computer"), description);
  GtkWidget *list = myna_list_new (_ ("Models for This Computer")), *source = myna_row_new (_ ("Source"), NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (source), make_sites (offers, settings));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), source);
  gtk_widget_set_margin_top (list, 12);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (offers), make_row_cb, g_object_ref (offers), g_object_unref);
  g_signal_connect_object (offers, "needs-import", G_CALLBACK (needs_import_cb), list, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), list);
  myna_offers_measure (offers);
  return group;
}
