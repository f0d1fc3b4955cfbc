/* myna-task-window.c: a dialog around one task that takes a while and can be cancelled
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/myna-task-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/dialog-header.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"

/* How often the bar moves. */
#define TICK_MS 120

typedef struct
{
  GCancellable *cancellable;
  guint tick_source;
  StoreProgress *task_progress; /* NULL: not known */
  gboolean accept_sensitive;

  GtkWidget *focus; /* weak: what had the keyboard before the task; NULL: nothing of what the task takes it from */
  GtkWidget *box;
  GtkWidget *close;
  GtkWidget *accept;
  GtkWidget *banner;
  GtkWidget *content;
  GtkWidget *progress_box;
  GtkWidget *progress;
  GtkWidget *what;
  GtkWidget *amount;
} MynaTaskWindowPrivate;

enum
{
  SIGNAL_DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (MynaTaskWindow, myna_task_window, ADW_TYPE_WINDOW)

static MynaTaskWindowPrivate *
get_private (MynaTaskWindow *self)
{
  return myna_task_window_get_instance_private (self);
}

/* ---- The task --------------------------------------------------------------------------------------------------- */

static char *
myna_task_window_real_describe_progress (MynaTaskWindow *self, gint64 done, gint64 total)
{
  return g_strdup_printf (_ ("%d%%"), (int) (100 * done / total));
}

static void
set_amount (MynaTaskWindow *self, const char *amount)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  gtk_label_set_label (GTK_LABEL (priv->amount), amount);
  gtk_accessible_update_property (GTK_ACCESSIBLE (priv->progress), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, amount, -1);
}

static gboolean
tick_cb (gpointer user_data)
{
  MynaTaskWindow *self = user_data;
  MynaTaskWindowPrivate *priv = get_private (self);
  g_autofree char *amount = NULL;
  gint64 done, total;

  if (!priv->task_progress || !store_progress_get (priv->task_progress, &done, &total))
    {
      gtk_progress_bar_pulse (GTK_PROGRESS_BAR (priv->progress));
      return G_SOURCE_CONTINUE;
    }
  amount = MYNA_TASK_WINDOW_GET_CLASS (self)->describe_progress (self, done, total);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (priv->progress), (double) done / (double) total);
  set_amount (self, amount);

  return G_SOURCE_CONTINUE;
}

/* What gets insensitive cannot have the keyboard: it is at Cancel meanwhile, and comes back. */
static void
keep_focus (MynaTaskWindow *self)
{
  MynaTaskWindowPrivate *priv = get_private (self);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  if (!focus || !(focus == priv->accept || (priv->content && gtk_widget_is_ancestor (focus, priv->content))))
    return;
  g_set_weak_pointer (&priv->focus, focus);
  gtk_widget_grab_focus (priv->close);
}

static void
update_sensitive (MynaTaskWindow *self)
{
  MynaTaskWindowPrivate *priv = get_private (self);
  gboolean idle = priv->tick_source == 0;

  if (!idle)
    keep_focus (self);
  gtk_widget_set_sensitive (priv->accept, idle && priv->accept_sensitive);
  if (priv->content)
    gtk_widget_set_sensitive (priv->content, idle);
  gtk_widget_set_visible (priv->progress_box, !idle);
  if (idle && priv->focus)
    gtk_widget_grab_focus (priv->focus);
  if (idle)
    g_clear_weak_pointer (&priv->focus);
}

void
myna_task_window_begin (MynaTaskWindow *self, const char *what, StoreProgress *progress)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  myna_task_window_hide_problem (self);
  gtk_label_set_label (GTK_LABEL (priv->what), what);
  gtk_accessible_update_property (GTK_ACCESSIBLE (priv->progress), GTK_ACCESSIBLE_PROPERTY_LABEL, what, -1);
  g_clear_pointer (&priv->task_progress, store_progress_unref);
  priv->task_progress = progress ? store_progress_ref (progress) : NULL;
  set_amount (self, "");
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (priv->progress), 0);
  if (!priv->tick_source)
    priv->tick_source = g_timeout_add (TICK_MS, tick_cb, self);
  update_sensitive (self);
}

void
myna_task_window_end (MynaTaskWindow *self)
{
  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  g_clear_handle_id (&get_private (self)->tick_source, g_source_remove);
  update_sensitive (self);
}

void
myna_task_window_show_problem (MynaTaskWindow *self, const char *title, const char *body, const GError *error)
{
  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  myna_banner_show (MYNA_BANNER (get_private (self)->banner), title, body, error ? error->message : NULL, NULL, NULL, NULL);
}

void
myna_task_window_hide_problem (MynaTaskWindow *self)
{
  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  myna_banner_hide (MYNA_BANNER (get_private (self)->banner));
}

void
myna_task_window_done (MynaTaskWindow *self, const char *message, GFile *file)
{
  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  g_signal_emit (self, signals[SIGNAL_DONE], 0, message, file);
}

GCancellable *
myna_task_window_get_cancellable (MynaTaskWindow *self)
{
  g_return_val_if_fail (MYNA_IS_TASK_WINDOW (self), NULL);

  return get_private (self)->cancellable;
}

gboolean
myna_task_window_is_closed (MynaTaskWindow *self)
{
  return g_cancellable_is_cancelled (myna_task_window_get_cancellable (self));
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

void
myna_task_window_set_content (MynaTaskWindow *self, GtkWidget *content)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  if (priv->content)
    gtk_box_remove (GTK_BOX (priv->box), priv->content);
  priv->content = content;
  gtk_widget_set_vexpand (content, TRUE);
  gtk_box_insert_child_after (GTK_BOX (priv->box), content, priv->banner);
  update_sensitive (self);
}

void
myna_task_window_set_accept (MynaTaskWindow *self, const char *label, gboolean sensitive)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  gtk_button_set_label (GTK_BUTTON (priv->accept), label);
  priv->accept_sensitive = sensitive;
  update_sensitive (self);
}

void
myna_task_window_set_close_label (MynaTaskWindow *self, const char *label)
{
  g_return_if_fail (MYNA_IS_TASK_WINDOW (self));

  gtk_button_set_label (GTK_BUTTON (get_private (self)->close), label);
}

static void
accept_cb (MynaTaskWindow *self)
{
  MYNA_TASK_WINDOW_GET_CLASS (self)->accept (self);
}

/* However the window goes, the task ends.  (It is disposed of later: the task holds a reference.) */
static void
myna_task_window_unrealize (GtkWidget *widget)
{
  MynaTaskWindowPrivate *priv = get_private (MYNA_TASK_WINDOW (widget));

  g_cancellable_cancel (priv->cancellable);
  g_clear_handle_id (&priv->tick_source, g_source_remove);
  g_clear_weak_pointer (&priv->focus);

  GTK_WIDGET_CLASS (myna_task_window_parent_class)->unrealize (widget);
}

static void
myna_task_window_finalize (GObject *object)
{
  MynaTaskWindowPrivate *priv = get_private (MYNA_TASK_WINDOW (object));

  g_clear_handle_id (&priv->tick_source, g_source_remove);
  g_clear_pointer (&priv->task_progress, store_progress_unref);
  g_clear_object (&priv->cancellable);

  G_OBJECT_CLASS (myna_task_window_parent_class)->finalize (object);
}

static void
myna_task_window_class_init (MynaTaskWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_task_window_finalize;
  GTK_WIDGET_CLASS (klass)->unrealize = myna_task_window_unrealize;
  klass->describe_progress = myna_task_window_real_describe_progress;

  signals[SIGNAL_DONE] = g_signal_new ("done", MYNA_TYPE_TASK_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                       G_TYPE_STRING, G_TYPE_FILE);

  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *
make_header (MynaTaskWindow *self)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  return myna_dialog_header_new (GTK_WINDOW (self), "", G_CALLBACK (accept_cb), &priv->close, &priv->accept);
}

static GtkWidget *
make_progress (MynaTaskWindow *self)
{
  MynaTaskWindowPrivate *priv = get_private (self);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  gtk_widget_add_css_class (box, "task-progress");
  priv->what = myna_long_label_new (NULL, NULL);
  gtk_widget_set_hexpand (priv->what, TRUE);
  gtk_box_append (GTK_BOX (line), priv->what);
  priv->amount = gtk_label_new (NULL);
  myna_add_css_classes (priv->amount, "numeric dim-label");
  gtk_box_append (GTK_BOX (line), priv->amount);
  gtk_box_append (GTK_BOX (box), line);
  priv->progress = gtk_progress_bar_new ();
  gtk_box_append (GTK_BOX (box), priv->progress);
  gtk_widget_set_visible (box, FALSE);

  return box;
}

static void
myna_task_window_init (MynaTaskWindow *self)
{
  MynaTaskWindowPrivate *priv = get_private (self);

  priv->cancellable = g_cancellable_new ();
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 520, 520);
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  priv->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (priv->box), make_header (self));
  priv->banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (priv->box), priv->banner);

  priv->progress_box = make_progress (self);
  gtk_box_append (GTK_BOX (priv->box), priv->progress_box);
  adw_window_set_content (ADW_WINDOW (self), priv->box);
  myna_secondary_window_set_default (GTK_WINDOW (self), priv->accept);
}
