/* ui-compat.c: what differs between GTK 4.8 / libadwaita 1.2 and the newest ones, behind one face
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
/* The limits of meson.build end here: this file takes the new ways where they are there. */
#undef GDK_VERSION_MAX_ALLOWED
#undef ADW_VERSION_MAX_ALLOWED

#include "base/ui-compat.h"

#include <glib/gi18n.h>

#include "chat/myna-problem.h"

#define WEBSITE "https://github.com/myna-chat/myna"
#define ISSUES  "https://github.com/myna-chat/myna/issues"

static const char *developers[] = { "The Myna developers", NULL };

/* Both kinds of about window take the same properties. */
#define ABOUT_PROPERTIES                                                                                  \
  "application-name", "Myna", "application-icon", MYNA_APP_ID, "version", MYNA_VERSION, "developer-name", \
      _ ("The Myna developers"), "developers", developers, "comments",                                    \
      _ ("Chat with open GLM models on your own computer. "                                               \
         "Nothing you write leaves it."),                                                                 \
      "website", WEBSITE, "issue-url", ISSUES, "license-type",                                            \
      GTK_LICENSE_GPL_3_0, /* Translators: your name, as you want it in the credits */                    \
      "translator-credits", _ ("translator-credits")

void
myna_show_about (GtkWindow *parent)
{
#if ADW_CHECK_VERSION(1, 5, 0)
  adw_dialog_present (ADW_DIALOG (g_object_new (ADW_TYPE_ABOUT_DIALOG, ABOUT_PROPERTIES, NULL)), GTK_WIDGET (parent));
#else
  gtk_window_present (g_object_new (ADW_TYPE_ABOUT_WINDOW, "transient-for", parent, "modal", TRUE, ABOUT_PROPERTIES, NULL));
#endif
}

void
myna_open_uri (GtkWindow *parent, const char *uri)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (uri);

  gtk_uri_launcher_launch (launcher, parent, NULL, NULL, NULL);
#else
  gtk_show_uri (parent, uri, GDK_CURRENT_TIME);
#endif
}

void
myna_open_file (GtkWindow *parent, GFile *file)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_launch (launcher, parent, NULL, NULL, NULL);
#else
  g_autofree char *uri = g_file_get_uri (file);

  gtk_show_uri (parent, uri, GDK_CURRENT_TIME);
#endif
}

void
myna_show_in_folder (GtkWindow *parent, GFile *file)
{
#if GTK_CHECK_VERSION(4, 10, 0)
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (file);

  gtk_file_launcher_open_containing_folder (launcher, parent, NULL, NULL, NULL);
#else
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = g_file_get_uri (folder ? folder : file);

  gtk_show_uri (parent, uri, GDK_CURRENT_TIME);
#endif
}

void
myna_expander_row_add_suffix (AdwExpanderRow *row, GtkWidget *widget)
{
#if ADW_CHECK_VERSION(1, 4, 0)
  adw_expander_row_add_suffix (row, widget);
#else
  adw_expander_row_add_action (row, widget);
#endif
}

void
myna_css_provider_load_string (GtkCssProvider *provider, const char *css)
{
#if GTK_CHECK_VERSION(4, 12, 0)
  gtk_css_provider_load_from_string (provider, css);
#else
  gtk_css_provider_load_from_data (provider, css, -1);
#endif
}

/* Where there is no accessibility bus GTK falls back to its context for tests, which does not announce: gtk_at_context_announce ()
 * calls what is not there, and the program ends (seen with GTK 4.18; its class has no default for announce, as for all else). */
static gboolean
can_announce (GtkWidget *widget)
{
#if GTK_CHECK_VERSION(4, 14, 0)
  g_autoptr (GObject) context = G_OBJECT (gtk_accessible_get_at_context (GTK_ACCESSIBLE (widget)));

  return context && !g_str_equal (G_OBJECT_TYPE_NAME (context), "GtkTestATContext");
#else
  return FALSE;
#endif
}

void
myna_announce (GtkWidget *widget, const char *text)
{
#if GTK_CHECK_VERSION(4, 14, 0)
  if (can_announce (widget))
    gtk_accessible_announce (GTK_ACCESSIBLE (widget), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
#endif
  if (!can_announce (widget))
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

void
myna_button_set_spoken_name (GtkWidget *button, const char *name)
{
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* The calls are deprecated since 4.10; for named colors there is no other. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
GdkRGBA
myna_widget_get_color (GtkWidget *widget)
{
  GdkRGBA color;

#if GTK_CHECK_VERSION(4, 10, 0)
  gtk_widget_get_color (widget, &color);
#else
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &color);
#endif
  return color;
}

GdkRGBA
myna_widget_get_named_color (GtkWidget *widget, const char *name)
{
  GdkRGBA color;

  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), name, &color))
    return myna_widget_get_color (widget);
  /* Newer themes compute theirs, and may leave what a screen can show: in 16 bits a blue of 1.02 is none, and links were green. */
  color.red = CLAMP (color.red, 0, 1);
  color.green = CLAMP (color.green, 0, 1);
  color.blue = CLAMP (color.blue, 0, 1);
  return color;
}
G_GNUC_END_IGNORE_DEPRECATIONS

static void
ask_response_cb (GObject *dialog, const char *response, GTask *task)
{
  g_task_return_boolean (task, g_str_equal (response, "accept"));
  g_object_unref (task);
}

void
myna_ask_async (GtkWindow *parent, MynaQuestionKind kind, const char *heading, const char *body, const char *accept_label,
                GAsyncReadyCallback callback, gpointer user_data)
{
  myna_ask_with_async (parent, kind, heading, body, NULL, accept_label, callback, user_data);
}

void
myna_ask_with_async (GtkWindow *parent, MynaQuestionKind kind, const char *heading, const char *body, GtkWidget *widget,
                     const char *accept_label, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
#if ADW_CHECK_VERSION(1, 5, 0)
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));
  AdwResponseAppearance appearance = kind == MYNA_QUESTION_DESTRUCTIVE ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED;

  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "accept", accept_label, NULL);
  adw_alert_dialog_set_extra_child (dialog, widget);
  adw_alert_dialog_set_response_appearance (dialog, "accept", appearance);
  adw_alert_dialog_set_default_response (dialog, kind == MYNA_QUESTION_DESTRUCTIVE ? "cancel" : "accept");
  g_signal_connect (dialog, "response", G_CALLBACK (ask_response_cb), task);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (parent));
#else
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, heading, body));
  AdwResponseAppearance appearance = kind == MYNA_QUESTION_DESTRUCTIVE ? ADW_RESPONSE_DESTRUCTIVE : ADW_RESPONSE_SUGGESTED;

  adw_message_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "accept", accept_label, NULL);
  adw_message_dialog_set_extra_child (dialog, widget);
  adw_message_dialog_set_response_appearance (dialog, "accept", appearance);
  adw_message_dialog_set_default_response (dialog, kind == MYNA_QUESTION_DESTRUCTIVE ? "cancel" : "accept");
  g_signal_connect (dialog, "response", G_CALLBACK (ask_response_cb), task);
  gtk_window_present (GTK_WINDOW (dialog));
#endif
}

void
myna_tell (GtkWindow *parent, const char *heading, const char *body)
{
#if ADW_CHECK_VERSION(1, 5, 0)
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (heading, body));

  adw_alert_dialog_add_responses (dialog, "close", _ ("_Close"), NULL);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (parent));
#else
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (adw_message_dialog_new (parent, heading, body));

  adw_message_dialog_add_responses (dialog, "close", _ ("_Close"), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
#endif
}

void
myna_tell_error (GtkWindow *parent, const char *heading, const GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_tell (parent, heading, body);
}

gboolean
myna_ask_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}

#if GTK_CHECK_VERSION(4, 10, 0)
static void
file_dialog_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GtkFileDialog *dialog = GTK_FILE_DIALOG (source);
  g_autoptr (GTask) task = user_data;
  MynaFileAction action = GPOINTER_TO_INT (g_task_get_task_data (task));
  GFile *file;

  if (action == MYNA_FILE_SAVE)
    file = gtk_file_dialog_save_finish (dialog, result, NULL);
  else if (action == MYNA_FILE_OPEN_FOLDER)
    file = gtk_file_dialog_select_folder_finish (dialog, result, NULL);
  else
    file = gtk_file_dialog_open_finish (dialog, result, NULL);
  g_task_return_pointer (task, file, g_object_unref);
}
#else
static void
file_response_cb (GtkFileChooserNative *native, int response, GTask *task)
{
  GFile *file = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native)) : NULL;

  g_task_return_pointer (task, file, g_object_unref);
  g_object_unref (task);
  g_object_unref (native);
}
#endif

void
myna_choose_file_async (GtkWindow *parent, MynaFileAction action, const char *title, GtkFileFilter *filter, const char *name,
                        GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
#if GTK_CHECK_VERSION(4, 10, 0)
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  g_task_set_task_data (task, GINT_TO_POINTER (action), NULL);
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_set_default_filter (dialog, filter);
  if (action == MYNA_FILE_SAVE)
    gtk_file_dialog_save (dialog, parent, NULL, file_dialog_cb, task);
  else if (action == MYNA_FILE_OPEN_FOLDER)
    gtk_file_dialog_select_folder (dialog, parent, NULL, file_dialog_cb, task);
  else
    gtk_file_dialog_open (dialog, parent, NULL, file_dialog_cb, task);
#else
  static const GtkFileChooserAction actions[] = { GTK_FILE_CHOOSER_ACTION_OPEN, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                                  GTK_FILE_CHOOSER_ACTION_SAVE };
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, parent, actions[action], NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  if (filter)
    gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (native), filter);
  if (name && action == MYNA_FILE_SAVE)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), name);
  g_signal_connect (native, "response", G_CALLBACK (file_response_cb), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
#endif
}

GFile *
myna_choose_file_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

#if GTK_CHECK_VERSION(4, 10, 0)
static void
files_dialog_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  g_task_return_pointer (task, gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL), g_object_unref);
}
#else
static void
files_response_cb (GtkFileChooserNative *native, int response, GTask *task)
{
  GListModel *files = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_files (GTK_FILE_CHOOSER (native)) : NULL;

  g_task_return_pointer (task, files, g_object_unref);
  g_object_unref (task);
  g_object_unref (native);
}
#endif

void
myna_choose_files_async (GtkWindow *parent, const char *title, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (parent, NULL, callback, user_data);
#if GTK_CHECK_VERSION(4, 10, 0)
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_open_multiple (dialog, parent, NULL, files_dialog_cb, task);
#else
  GtkFileChooserNative *native = gtk_file_chooser_native_new (title, parent, GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (native), TRUE);
  g_signal_connect (native, "response", G_CALLBACK (files_response_cb), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
#endif
}

GListModel *
myna_choose_files_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
