/* composer-private.h: shared by composer.c (text, keys, buttons) and composer-attachments.c (files, paste, chips)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "composer/composer.h"

G_BEGIN_DECLS

struct _MynaComposer
{
  GtkWidget parent_instance;

  GtkWidget *card;
  GtkWidget *chips; /* GtkFlowBox */
  GtkWidget *scroller;
  GtkWidget *text_view;
  GtkWidget *placeholder;
  GtkWidget *problem; /* GtkLabel */
  GtkWidget *attach_button;
  GtkWidget *gauge;
  GtkWidget *gauge_label;
  GtkWidget *send_button;

  GPtrArray *attachments;    /* MynaAttachment */
  GCancellable *cancellable; /* of files being read */
  MynaSendKey send_key;
  gboolean busy;
  gboolean preedit;  /* the input method shows text that is not there yet */
  gboolean setting;  /* the text is changed by us */
  gboolean recalled; /* the text came from the history and was not changed since */
};

void myna_composer_init_attachments (MynaComposer *self);
void myna_composer_clear_attachments (MynaComposer *self);
/* Send or Stop, and whether it can be pressed. */
void myna_composer_update_button (MynaComposer *self);
/* One line below the text; NULL takes it away. */
void myna_composer_show_problem (MynaComposer *self, const char *text);

G_END_DECLS
