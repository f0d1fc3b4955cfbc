/* test-tool-sessions.c: a chat that plots and one with a server of files: the real application, its window, its history, its sandbox and
 * a server; only the model is a script
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_SCREENSHOTS: a folder for pictures of the window; $MYNA_TEST_WIDTH and $MYNA_TEST_DARK: how they shall be;
 * $MYNA_TEST_LOCALE: a folder of translations, for the language that the environment says.
 */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gtksourceview/gtksource.h>
#include <locale.h>
#include <string.h>

#include "application/myna-application.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/myna-core.h"
#include "chat/tool-words.h"
#include "composer/composer.h"
#include "tools/sandbox.h"
#include "tools/servers.h"
#include "transcript/call-question.h"
#include "transcript/myna-conversation-view.h"
#include "window-test.h"

static MynaApplication *application;
static char *folder, *missing;
static gboolean has_plots;

/* ---- The model -------------------------------------------------------------------------------------------------- */

static const char READS[] = "import csv\n\nrows = list(csv.DictReader(open('/mnt/data/birds.csv')))\n"
                            "print(len(rows), 'rows')\nprint(rows[0]['count'])";
static const char DRAWS[] = "import csv\nimport matplotlib.pyplot as plt\n\n"
                            "rows = list(csv.DictReader(open('/mnt/data/birds.csv')))\n"
                            "names = [row['bird'] for row in rows]\ncounts = [int(row['seen']) for row in rows]\n\n"
                            "plt.bar(names, counts, color='#3584e4')\nplt.title('Birds in the garden')\nplt.show()\n"
                            "open('/mnt/data/summary.txt', 'w').write(f'{sum(counts)} birds\\n')\nprint(sum(counts), 'birds')";
/* Where matplotlib is not installed: what the worker asks it for. */
static const char FAKE[] =
    "import sys, types\n"
    "canvas = types.SimpleNamespace(draw=lambda: None, get_width_height=lambda: (640, 480),\n"
    "                               buffer_rgba=lambda: bytes([53, 132, 228, 255]) * (640 * 480))\n"
    "figure = types.SimpleNamespace(canvas=canvas, get_size_inches=lambda: (6.4, 4.8), get_dpi=lambda: 100,\n"
    "                               set_dpi=lambda dpi: None)\n"
    "plot = types.ModuleType('matplotlib.pyplot')\n"
    "plot.get_fignums, plot.figure, plot.close = lambda: [1], lambda n: figure, lambda what: None\n"
    "plot.bar = plot.title = plot.show = lambda *a, **k: None\n"
    "sys.modules['matplotlib'] = types.ModuleType('matplotlib')\nsys.modules['matplotlib'].pyplot = plot\n"
    "sys.modules['matplotlib.pyplot'] = plot\n";

typedef struct
{
  guint64 id;
  gboolean only_plan, is_chat;
  GlmRequestFuncs funcs;
  gpointer user_data;
  GDestroyNotify destroy;
} Request;

/* What a model calls, one after the other; then it answers. */
typedef struct
{
  const char *tool, *arguments; /* NULL: the interpreter, and the program */
} Step;

static const Step *script;
static const char *answer;
static guint step, n_answers;
static guint64 last_id;
static GlmModelInfo info = { .family = "ChatGLM3", .calling = GLM_CALLING_TRAINED, .has_interpreter = TRUE };

static void
write_program (const Request *request, const char *program)
{
  g_autofree char *whole = g_strconcat (step == 1 && !has_plots ? FAKE : "", program, NULL);
  g_autofree char *fenced = g_strdup_printf ("```python\n%s\n```", whole);

  request->funcs.piece (GLM_REPLY_CALL, "interpreter", request->user_data);
  request->funcs.piece (GLM_REPLY_ARGUMENTS, fenced, request->user_data);
  request->funcs.piece (GLM_REPLY_CODE, whole, request->user_data);
}

static void
write_call (const Request *request, const Step *next)
{
  if (!next->tool)
    {
      write_program (request, next->arguments);
      return;
    }
  request->funcs.piece (GLM_REPLY_CALL, next->tool, request->user_data);
  request->funcs.piece (GLM_REPLY_ARGUMENTS, next->arguments, request->user_data);
  request->funcs.piece (GLM_REPLY_CALLED, next->arguments, request->user_data);
}

static gboolean
reply_cb (gpointer user_data)
{
  const Request *request = user_data;
  GlmResult result = { .reason = GLM_STOP_END };

  if (request->funcs.planned)
    request->funcs.planned (&(GlmPlanned){ 0, 100, 8192 }, request->user_data);
  if (request->only_plan)
    ;
  else if (!request->is_chat)
    request->funcs.piece (GLM_REPLY_TEXT, "A chat", request->user_data);
  else if (script[step].arguments)
    {
      write_call (request, &script[step]);
      result.reason = GLM_STOP_CALL;
      step++;
    }
  else
    {
      n_answers++;
      request->funcs.piece (GLM_REPLY_TEXT, answer, request->user_data);
    }
  request->funcs.ended (&result, NULL, request->user_data);
  return G_SOURCE_REMOVE;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->destroy)
    request->destroy (request->user_data);
  g_free (request);
}

static guint64
generate (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *asked, const GlmRequestFuncs *funcs,
          gpointer user_data, GDestroyNotify destroy)
{
  Request *request = g_new (Request, 1);

  *request = (Request){
    ++last_id, asked->only_plan, asked->fit.tools != NULL, *funcs, user_data, destroy,
  };
  g_idle_add_full (G_PRIORITY_DEFAULT, reply_cb, request, request_free);
  return request->id;
}

static void
ignore (MynaGenerator *self, guint64 id)
{
}

static int
get_context_length (MynaGenerator *self)
{
  return 8192;
}

static const char *
get_model_name (MynaGenerator *self)
{
  return "ChatGLM3-6B";
}

static const GlmModelInfo *
get_model_info (MynaGenerator *self)
{
  return &info;
}

static const GlmModelInfo *
find_model_info (MynaGenerator *self, const char *path)
{
  return &info;
}

static void
count_tools_async (MynaGenerator *self, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_int (task, 98);
}

/* The core asks this one instead of the engine. */
static void
script_model (void)
{
  MynaGeneratorInterface *iface = g_type_interface_peek (g_type_class_ref (MYNA_TYPE_CORE), MYNA_TYPE_GENERATOR);

  iface->generate = generate;
  iface->cancel = iface->answer = ignore;
  iface->get_context_length = get_context_length;
  iface->get_model_name = get_model_name;
  iface->get_model_info = get_model_info;
  iface->find_model_info = find_model_info;
  iface->count_tools_async = count_tools_async;
}

/* ---- The window ------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_widget (GtkWidget *widget, GType type, const char *css_name, const char *label)
{
  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (!css_name || g_str_equal (gtk_widget_get_css_name (widget), css_name))
      && (!label || (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
          || g_strcmp0 (myna_get_tooltip (widget), label) == 0))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type, css_name, label);

      if (found)
        return found;
    }
  return NULL;
}

static GtkWidget *
get_window (void)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (application));

  return windows ? windows->data : NULL;
}

#define find(type, css_name, label) find_widget (get_window (), type, css_name, label)

static gboolean
pause_cb (gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

/* A picture for the eyes: after the last animations, which have no condition. */
static void
take_picture_of (GtkWidget *window, const char *name)
{
  g_autoptr (GdkPaintable) paintable = NULL;
  g_autoptr (GtkSnapshot) snapshot = NULL;
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autofree char *path = NULL;
  gboolean done = FALSE;

  if (!g_getenv ("MYNA_SCREENSHOTS"))
    return;
  g_timeout_add (1500, pause_cb, &done);
  wait_until (done);
  paintable = gtk_widget_paintable_new (window);
  snapshot = gtk_snapshot_new ();
  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window), gtk_widget_get_height (window));
  node = gtk_snapshot_to_node (snapshot);
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  path = g_strdup_printf ("%s/%s.png", g_getenv ("MYNA_SCREENSHOTS"), name);
  g_assert_true (gdk_texture_save_to_png (texture, path));
}

static void
take_picture (const char *name)
{
  take_picture_of (get_window (), name);
}

/* ---- The session ------------------------------------------------------------------------------------------------ */

/* A drag from another program cannot be made here: what a drop target is given at its end is. */
static void
drop (const char *path)
{
  GtkWidget *view = find (MYNA_TYPE_CONVERSATION_VIEW, NULL, NULL);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (view);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GSList files = { file, NULL };
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (&files));
  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !taken; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      const GdkContentFormats *formats =
          GTK_IS_DROP_TARGET (controller) ? gtk_drop_target_get_formats (GTK_DROP_TARGET (controller)) : NULL;

      if (formats && gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
        g_signal_emit_by_name (controller, "drop", &value, 10.0, 10.0, &taken);
    }
  g_value_unset (&value);
  g_assert_true (taken);
}

/* The switch of a tool in the popover. */
static GtkWidget *
find_switch (GtkWidget *widget, const char *tool)
{
  if (GTK_IS_SWITCH (widget) && g_strcmp0 (g_object_get_data (G_OBJECT (widget), "tool"), tool) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_switch (child, tool);

      if (found)
        return found;
    }
  return NULL;
}

/* The popover's segment, and the switches of tools; NULL: none. */
static void
switch_on (const char *mode, const char *const *tools, const char *picture)
{
  GtkWidget *button, *popover, *segment, *toggle;

  wait_until ((button = find (GTK_TYPE_WIDGET, "toolsbutton", NULL)));
  button = gtk_widget_get_first_child (button);
  wait_until (gtk_widget_is_sensitive (button));
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  wait_until ((popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)))));
  wait_until ((segment = find_widget (popover, GTK_TYPE_TOGGLE_BUTTON, NULL, mode)));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (segment), TRUE);
  for (guint i = 0; tools && tools[i]; i++)
    {
      wait_until ((toggle = find_switch (popover, tools[i])));
      gtk_switch_set_active (GTK_SWITCH (toggle), TRUE);
    }
  wait_until (gtk_widget_get_mapped (popover));
  take_picture_of (popover, picture);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
}

static GtkWidget *
wait_asked (const char *program)
{
  GtkWidget *question, *view;
  GtkTextIter start, end;
  g_autofree char *text = NULL;
  GtkTextBuffer *buffer;

  wait_until ((question = find (MYNA_TYPE_CALL_QUESTION, NULL, NULL)) && gtk_widget_get_mapped (question));
  /* All of it stands there, to be read and changed. */
  wait_until ((view = find_widget (question, GTK_SOURCE_TYPE_VIEW, NULL, NULL)));
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  g_assert_nonnull (strstr (text, program));
  g_assert_true (gtk_text_view_get_editable (GTK_TEXT_VIEW (view)));
  g_assert_nonnull (gtk_source_buffer_get_language (GTK_SOURCE_BUFFER (buffer)));
  return question;
}

static void
run (const char *program, const char *picture)
{
  GtkWidget *question = wait_asked (program), *button;

  take_picture (picture);
  wait_until ((button = find_widget (question, GTK_TYPE_BUTTON, NULL, _ ("Run"))));
  g_signal_emit_by_name (button, "clicked");
}

/* Instead of the dialog: the person takes the name that is proposed, in the test's folder (see --wrap in meson.build). */
void __wrap_myna_choose_file_async (GtkWindow *parent, MynaFileAction action, const char *title, GtkFileFilter *filter,
                                    const char *name, GAsyncReadyCallback callback, gpointer user_data);

void
__wrap_myna_choose_file_async (GtkWindow *parent, MynaFileAction action, const char *title, GtkFileFilter *filter,
                               const char *name, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (parent, NULL, callback, user_data);

  g_assert_cmpint (action, ==, MYNA_FILE_SAVE);
  g_task_return_pointer (task, g_file_new_build_filename (folder, name, NULL), g_object_unref);
}

/* Whether the file is there, to its end. */
static gboolean
ends_with (const char *path, const char *end)
{
  g_autofree char *text = NULL;
  gsize n = 0, n_end = strlen (end);

  return g_file_get_contents (path, &text, &n, NULL) && n >= n_end && memcmp (text + n - n_end, end, n_end) == 0;
}

/* Presses the button, and waits for the file that it saves. */
static void
save (const char *button_label, const char *name, const char *end)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  GtkWidget *button;

  wait_until ((button = find (GTK_TYPE_BUTTON, NULL, button_label)));
  g_signal_emit_by_name (button, "clicked");
  wait_until (ends_with (path, end));
  g_unlink (path);
}

static void
ask (const char *text)
{
  GtkWidget *composer = find (MYNA_TYPE_COMPOSER, NULL, NULL);

  myna_composer_set_text (MYNA_COMPOSER (composer), text);
  myna_composer_send (MYNA_COMPOSER (composer));
}

static void
test_plot (void)
{
  static const Step steps[] = { { NULL, READS }, { NULL, DRAWS }, { NULL, NULL } };
  g_autofree char *csv = g_build_filename (folder, "birds.csv", NULL);
  g_autofree char *save_file = g_strdup_printf (_ ("Save “%s”…"), "summary.txt");
  GtkWidget *view;

  if (missing)
    {
      g_test_skip (missing);
      return;
    }
  g_assert_true (g_file_set_contents (csv, "bird,seen\nsparrow,14\nblackbird,9\nrobin,6\ntit,11\n", -1, NULL));
  wait_until (get_window () && (view = find (MYNA_TYPE_CONVERSATION_VIEW, NULL, NULL)));
  script = steps;
  answer = "The sparrow comes most often.";
  switch_on ("Python", NULL, "popover");
  drop (csv);
  wait_until (test_has_label (view, "birds.csv"));
  ask ("How often does each bird come? Draw it.");
  /* It errs: there is no column of that name. */
  run (READS, "question");
  run (DRAWS, "error");
  wait_until (find (GTK_TYPE_WIDGET, "callpicture", NULL));
  wait_until (test_has_label (view, "summary.txt"));
  take_picture ("plot");
  save (_ ("Save Picture…"), _ ("Picture.png"), "IEND\xae\x42\x60\x82");
  save (save_file, "summary.txt", "40 birds\n");
  g_unlink (csv);
}

/* ---- A server --------------------------------------------------------------------------------------------------- */

/* As the preferences add one.  $MYNA_NPM: where npm has installed the real server-filesystem; else one of ours plays it. */
static ToolServer *
add_server (void)
{
  ToolServers *servers = tool_servers_get_default ();
  const char *npm = g_getenv ("MYNA_NPM");
  g_autofree char *real = g_strdup_printf ("%s/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js", npm);
  g_autofree char *fake = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  const char *command[] = { npm ? "node" : "/usr/bin/python3", npm ? real : fake, npm ? folder : "files", npm ? NULL : folder,
                            NULL };
  const ToolServerConfig config = {
    .name = (char *) "Files", .command = (char **) command, .in_box = !missing, .no_network = TRUE
  };
  g_autoptr (ToolServer) server = NULL;

  g_assert_true (tool_servers_add (servers, &config, NULL));
  server = g_list_model_get_item (tool_servers_get_list (servers), 0);
  g_assert_true (tool_servers_set_on (servers, server, TRUE, NULL));
  wait_until (tool_server_get_state (server) != TOOL_SERVER_STARTING);
  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_RUNS);
  return g_steal_pointer (&server);
}

static void
wait_call (const char *arguments, const char *picture, const char *button_label)
{
  GtkWidget *question, *button;

  wait_until ((question = find (MYNA_TYPE_CALL_QUESTION, NULL, NULL)) && gtk_widget_get_mapped (question)
              && test_finds_text (question, arguments));
  take_picture (picture);
  wait_until ((button = find_widget (question, GTK_TYPE_BUTTON, NULL, button_label)) && gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

/* Each call asks; the person refuses the one that writes. */
static void
test_files (void)
{
  g_autofree char *list = g_strdup_printf ("{\"path\":\"%s\"}", folder);
  g_autofree char *path = g_build_filename (folder, "shopping.txt", NULL);
  g_autofree char *read = g_strdup_printf ("{\"path\":\"%s\"}", path);
  g_autofree char *write = g_strdup_printf ("{\"path\":\"%s\",\"content\":\"bread, milk, cheese\"}", path);
  const Step steps[] = { { "list_directory", list }, { "read_text_file", read }, { "write_file", write }, { NULL, NULL } };
  g_autofree char *text = NULL;
  g_autoptr (ToolServer) server = NULL;
  GtkWidget *view;

  g_assert_true (g_file_set_contents (path, "bread, milk", -1, NULL));
  wait_until (get_window () && find (MYNA_TYPE_CONVERSATION_VIEW, NULL, NULL));
  server = add_server ();
  gtk_widget_activate_action (get_window (), "win.new-chat", NULL);
  script = steps;
  step = n_answers = 0;
  answer = "You need bread and milk. I did not add the cheese.";
  switch_on (_ ("Tools"), (const char *const[]){ "list_directory", "read_text_file", "write_file", NULL }, "files-popover");
  ask ("What is on my shopping list? Add cheese.");
  wait_call (folder, "files-list", _ ("Allow Once"));
  wait_call (path, "files-read", _ ("Allow Once"));
  wait_call ("bread, milk, cheese", "files-write", _ ("Deny"));
  view = find (MYNA_TYPE_CONVERSATION_VIEW, NULL, NULL);
  wait_until (n_answers > 0 && test_finds_text (view, _ ("Not run: you denied it.")));
  take_picture ("files-end");
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "bread, milk");
  tool_servers_remove (tool_servers_get_default (), server, NULL);
  g_unlink (path);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer done)
{
  g_autoptr (GError) error = NULL;

  if (!tool_sandbox_start_finish (TOOL_SANDBOX (source), result, &error))
    missing = g_strdup (error->message);
  has_plots = !error && tool_sandbox_has_module (TOOL_SANDBOX (source), "matplotlib");
  g_assert_false (error && error->code == TOOL_SANDBOX_ERROR_FAILED);
  *(gboolean *) done = TRUE;
}

static void
look_at_sandbox (void)
{
  g_autoptr (ToolSandbox) sandbox = tool_sandbox_new (NULL);
  gboolean done = FALSE;

  tool_sandbox_start_async (sandbox, NULL, started_cb, &done);
  wait_until (done);
}

int
main (int argc, char *argv[])
{
  const char *width = g_getenv ("MYNA_TEST_WIDTH"), *locale_dir = g_getenv ("MYNA_TEST_LOCALE");
  g_autoptr (GSettings) settings = NULL;
  int status;

  if (locale_dir)
    {
      setlocale (LC_ALL, "");
      bindtextdomain (GETTEXT_PACKAGE, locale_dir);
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      textdomain (GETTEXT_PACKAGE);
    }
  gtk_test_init (&argc, &argv, NULL);
  if (locale_dir)
    setlocale (LC_ALL, "");
  folder = g_dir_make_tmp ("myna-session-XXXXXX", NULL);
  look_at_sandbox ();
  script_model ();
  /* There is nobody to notify. */
  settings = g_settings_new (MYNA_APP_ID);
  g_settings_set_boolean (settings, "notifications", FALSE);
  g_settings_set_boolean (settings, "first-start-done", TRUE);
  application = myna_application_new ();
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  if (g_getenv ("MYNA_TEST_DARK"))
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  g_application_activate (G_APPLICATION (application));
  wait_until (get_window ());
  if (width)
    gtk_window_set_default_size (GTK_WINDOW (get_window ()), atoi (width), 760);
  g_test_add_func ("/tool-sessions/plot", test_plot);
  g_test_add_func ("/tool-sessions/files", test_files);
  status = g_test_run ();
  g_rmdir (folder);
  return status;
}
