/* myna-task-window.h: a dialog around one task that takes a while and can be cancelled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_TASK_WINDOW (myna_task_window_get_type ())
G_DECLARE_DERIVABLE_TYPE (MynaTaskWindow, myna_task_window, MYNA, TASK_WINDOW, AdwWindow)

/* A modal window: Cancel and one suggested button above, then what went wrong, then the content, and what is being done
 * below it.  Cancel, Escape and closing end the task.
 *
 * Signal: done (const char *message, GFile *file): the task succeeded; message for a toast, file the one that was written
 * or NULL. */
struct _MynaTaskWindowClass
{
  AdwWindowClass parent_class;

  /* The suggested button. */
  void (*accept) (MynaTaskWindow *self);
  /* How much is done, in words; the share in percent where it is not implemented.  Newly allocated. */
  char *(*describe_progress) (MynaTaskWindow *self, gint64 done, gint64 total);
};

void myna_task_window_set_content (MynaTaskWindow *self, GtkWidget *content);
void myna_task_window_set_accept (MynaTaskWindow *self, const char *label, gboolean sensitive);
/* The button on the other side: "Cancel", or "Close" where nothing is pending. */
void myna_task_window_set_close_label (MynaTaskWindow *self, const char *label);
/* Cancelled when the window goes, however it goes.  Callbacks look at it before they touch the window. */
GCancellable *myna_task_window_get_cancellable (MynaTaskWindow *self);
/* What comes now comes too late. */
gboolean myna_task_window_is_closed (MynaTaskWindow *self);
/* Says what is being done, and lets nothing else be done until end.  progress: looked at now and then; NULL: nobody
 * knows how much there is to do. */
void myna_task_window_begin (MynaTaskWindow *self, const char *what, StoreProgress *progress);
void myna_task_window_end (MynaTaskWindow *self);
/* Tells what went wrong: in plain words, with the exact error folded below. */
void myna_task_window_show_problem (MynaTaskWindow *self, const char *title, const char *body, const GError *error);
void myna_task_window_hide_problem (MynaTaskWindow *self);
/* Emits "done". */
void myna_task_window_done (MynaTaskWindow *self, const char *message, GFile *file);

G_END_DECLS
