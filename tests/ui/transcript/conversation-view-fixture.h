/* conversation-view-fixture.h: a transcript in a window, for its tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "conversation-fixture.h"

typedef struct
{
  Fixture base; /* first: it is set up and torn down by its own functions */
  GtkWidget *window;
  GtkWidget *view;
  GtkWidget *canvas;
} View;

void view_set_up (View *v, gconstpointer data);
void view_tear_down (View *v, gconstpointer data);

/* The first visible widget with this CSS name at or below another, or NULL. */
GtkWidget *find_named (GtkWidget *widget, const char *css_name);
/* Lets frames pass until nothing is left to do. */
void settle (View *v);
/* A question and its answer, drawn. */
void exchange (View *v, const char *question, const char *answer);
void press_send (View *v);
