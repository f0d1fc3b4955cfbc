/* spin-words.c: a number field that says in a word what its lowest value means
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/spin-words.h"

#include <math.h>

typedef struct
{
  double value;
  char *word;
} Word;

static void
word_free (gpointer data, GClosure *closure)
{
  g_free (((Word *) data)->word);
  g_free (data);
}

static gboolean
output_cb (GtkSpinButton *spin, Word *word)
{
  if (fabs (gtk_spin_button_get_value (spin) - word->value) > 1e-9)
    return FALSE;
  if (!g_str_equal (gtk_editable_get_text (GTK_EDITABLE (spin)), word->word))
    gtk_editable_set_text (GTK_EDITABLE (spin), word->word);
  return TRUE;
}

static int
input_cb (GtkSpinButton *spin, double *ret_value, Word *word)
{
  g_autofree char *typed = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (spin)), -1);
  g_autofree char *known = g_utf8_casefold (word->word, -1);

  if (!g_str_equal (g_strstrip (typed), known))
    return FALSE; /* a number, which GTK reads */
  *ret_value = word->value;
  return TRUE;
}

void
myna_spin_button_set_word (GtkSpinButton *spin, double value, const char *word)
{
  Word *data = g_new0 (Word, 1);
  int n_chars = (int) g_utf8_strlen (word, -1) + 1;

  g_return_if_fail (GTK_IS_SPIN_BUTTON (spin));

  data->value = value;
  data->word = g_strdup (word);
  /* Letters are no numbers for the field unless it is told so. */
  gtk_spin_button_set_numeric (spin, FALSE);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), MAX (n_chars, gtk_editable_get_width_chars (GTK_EDITABLE (spin))));
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), gtk_editable_get_width_chars (GTK_EDITABLE (spin)));
  g_signal_connect_data (spin, "output", G_CALLBACK (output_cb), data, word_free, 0);
  g_signal_connect (spin, "input", G_CALLBACK (input_cb), data);
  gtk_spin_button_update (spin);
  if (fabs (gtk_spin_button_get_value (spin) - value) < 1e-9)
    gtk_editable_set_text (GTK_EDITABLE (spin), word);
}
