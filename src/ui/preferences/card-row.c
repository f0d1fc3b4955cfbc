/* card-row.c: the choice of what computes: the processor or a graphics card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/card-row.h"

#include <glib/gi18n.h>

static void
selected_cb (AdwComboRow *row, GParamSpec *pspec, MynaCards *cards)
{
  guint selected = adw_combo_row_get_selected (row);

  if (selected != GTK_INVALID_LIST_POSITION)
    myna_cards_choose (cards, selected);
}

/* Without taking the new words for the person's choice.  A list that is open keeps its rows where they are the same. */
static void
update (GtkWidget *row, MynaCards *cards)
{
  GStrv words = myna_cards_dup_choices (cards);
  const char *const *before = g_object_get_data (G_OBJECT (row), "words");
  g_autofree char *text = myna_cards_describe (cards);
  g_autofree char *escaped = text ? g_markup_escape_text (text, -1) : NULL;

  g_signal_handlers_block_by_func (row, selected_cb, cards);
  if (!before || !g_strv_equal (before, (const char *const *) words))
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) words);

      adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (list));
    }
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), myna_cards_get_chosen (cards));
  g_signal_handlers_unblock_by_func (row, selected_cb, cards);
  g_object_set_data_full (G_OBJECT (row), "words", words, (GDestroyNotify) g_strfreev);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped ? escaped : "");
}

static void
changed_cb (MynaCards *cards, GtkWidget *row)
{
  update (row, cards);
}

/* The row's own list cuts off after twenty letters, where names of cards begin to differ. */
static void
setup_item_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  gtk_list_item_set_child (item, g_object_new (GTK_TYPE_LABEL, "xalign", 0.0f, "wrap", TRUE, "max-width-chars", 30, NULL));
}

static void
bind_item_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)),
                       gtk_string_object_get_string (GTK_STRING_OBJECT (gtk_list_item_get_item (item))));
}

GtkWidget *
myna_card_row_new (MynaCards *cards)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_item_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_item_cb), NULL);
  adw_combo_row_set_list_factory (ADW_COMBO_ROW (row), factory);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Compute On"));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  g_signal_connect_object (row, "notify::selected", G_CALLBACK (selected_cb), cards, 0);
  g_signal_connect_object (cards, "changed", G_CALLBACK (changed_cb), row, 0);
  update (row, cards);
  myna_cards_look (cards);

  return row;
}
