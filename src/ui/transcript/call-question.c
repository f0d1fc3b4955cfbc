/* call-question.c: what asks the person before a tool is run, and the answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Says what will happen and what it may touch, shows what is passed on as a form, and has the buttons.  Denying is the default:
 * Enter alone never runs anything.
 */
#include "transcript/call-question.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"
#include "chat/myna-servers.h"
#include "chat/tool-words.h"
#include "transcript/call-form.h"

/* Key of the form's unsaved contents in a run, for the next widget that shows it. */
#define DRAFT_KEY "myna-call-draft"

struct _MynaCallQuestion
{
  GtkWidget parent_instance;

  MynaCallQuestionKind kind;
  MynaConversation *conversation;
  MynaMessage *message;
  gpointer asked; /* for which run or message the form was made; only to be compared */

  GtkWidget *heading;
  GtkWidget *reason;
  GtkWidget *changes; /* GtkExpander: what the tool was when it was allowed, and what it is now */
  GtkWidget *versions;
  GtkWidget *form; /* MynaCallForm; NULL: none */
  GtkWidget *form_place;
  GtkWidget *words;   /* GtkEntry: why not, for the model to read */
  GtkWidget *problem; /* what cannot be run, and why */
  GtkWidget *more;    /* a menu: in this chat, and why not */
  GtkWidget *deny;
  GtkWidget *allow;
  gboolean is_said;
};

enum
{
  ANSWERED,
  CANCELED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaCallQuestion, myna_call_question, GTK_TYPE_WIDGET)

static const StoreCall *
get_call (MynaCallQuestion *self)
{
  return myna_message_get_record (self->message)->call;
}

/* Where the keyboard is. */
static void
announce (MynaCallQuestion *self, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root ? gtk_root_get_focus (root) : NULL;

  myna_announce (focus ? focus : GTK_WIDGET (self), text);
}

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

static void
set_problem (MynaCallQuestion *self, const char *text)
{
  gtk_label_set_label (GTK_LABEL (self->problem), text ? text : "");
  gtk_widget_set_visible (self->problem, text != NULL);
  if (text)
    announce (self, text);
}

/* What stands in the form is JSON, but not what the tool takes. */
static void
refuse_arguments (MynaCallQuestion *self, const GError *error)
{
  /* Translators: %s says what is wrong, in English: “location is missing” */
  g_autofree char *text = g_strdup_printf (_ ("The tool cannot be run like this: %s."), error->message);

  set_problem (self, text);
}

static void
answered (MynaCallQuestion *self)
{
  set_problem (self, NULL);
  g_signal_emit (self, signals[ANSWERED], 0);
}

void
myna_call_question_allow (MynaCallQuestion *self, MynaAllowScope scope)
{
  g_autoptr (MynaCallQuestion) kept = g_object_ref (self);
  g_autoptr (MynaConversation) conversation = self->conversation ? g_object_ref (self->conversation) : NULL;
  g_autoptr (MynaMessage) message = self->message ? g_object_ref (self->message) : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *arguments = self->form ? myna_call_form_dup_arguments (MYNA_CALL_FORM (self->form), &error) : NULL;

  if (self->kind == MYNA_CALL_QUESTION_NONE)
    return;
  if (error)
    {
      set_problem (self, error->message);
      return;
    }
  if (self->kind == MYNA_CALL_QUESTION_AGAIN)
    {
      if (!myna_call_check_arguments (get_call (self)->tool, arguments, &error))
        {
          refuse_arguments (self, error);
          return;
        }
      answered (self);
      myna_conversation_run_again (conversation, message, arguments);
      return;
    }
  if (!myna_reply_allow (myna_conversation_get_reply (conversation), scope, arguments, &error))
    refuse_arguments (self, error);
  else
    answered (self);
}

void
myna_call_question_deny (MynaCallQuestion *self)
{
  g_autofree char *words = NULL;

  if (self->kind == MYNA_CALL_QUESTION_NONE)
    return;
  if (self->kind == MYNA_CALL_QUESTION_AGAIN)
    {
      g_signal_emit (self, signals[CANCELED], 0);
      return;
    }
  words = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->words)));
  myna_reply_deny (myna_conversation_get_reply (self->conversation), *g_strstrip (words) ? words : NULL);
  answered (self);
}

static void
allow_clicked_cb (MynaCallQuestion *self)
{
  myna_call_question_allow (self, MYNA_ALLOW_ONCE);
}

static void
allow_in_chat_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  myna_call_question_allow (MYNA_CALL_QUESTION (widget), MYNA_ALLOW_IN_CHAT);
}

static void
give_reason_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  MynaCallQuestion *self = MYNA_CALL_QUESTION (widget);

  gtk_widget_set_visible (self->words, TRUE);
  gtk_widget_grab_focus (self->words);
}

/* ---- What is asked ---------------------------------------------------------------------------------------------- */

/* What has changed of a tool since the person allowed it. */
static void
update_changes (MynaCallQuestion *self)
{
  MynaReply *reply = self->kind == MYNA_CALL_QUESTION_CALL ? myna_conversation_get_reply (self->conversation) : NULL;
  const char *allowed = reply ? myna_call_run_get_allowed (myna_reply_get_run (reply)) : "";
  g_autofree char *text = *allowed ? myna_server_dup_versions (get_call (self)->tool, allowed) : NULL;

  gtk_widget_set_visible (self->changes, text != NULL);
  if (!text)
    return;
  gtk_label_set_label (GTK_LABEL (self->versions), text);
  gtk_expander_set_expanded (GTK_EXPANDER (self->changes), TRUE);
}

static void
draft_cb (MynaCallQuestion *self)
{
  MynaReply *reply = myna_conversation_get_reply (self->conversation);
  MynaCallRun *run = self->kind == MYNA_CALL_QUESTION_CALL && reply ? myna_reply_get_run (reply) : NULL;
  char *arguments = myna_call_form_dup_arguments (MYNA_CALL_FORM (self->form), NULL);

  set_problem (self, NULL);
  if (run && arguments)
    g_object_set_data_full (G_OBJECT (run), DRAFT_KEY, arguments, g_free);
  else
    g_free (arguments);
}

static void
make_form (MynaCallQuestion *self)
{
  MynaReply *reply = myna_conversation_get_reply (self->conversation);
  MynaCallRun *run = self->kind == MYNA_CALL_QUESTION_CALL ? myna_reply_get_run (reply) : NULL;
  const char *draft = run ? g_object_get_data (G_OBJECT (run), DRAFT_KEY) : NULL;
  g_autoptr (StoreCall) call = store_call_copy (get_call (self));

  if (draft)
    {
      g_free (call->arguments);
      call->arguments = g_strdup (draft);
    }
  self->form = myna_call_form_new (call);
  g_signal_connect_swapped (self->form, "changed", G_CALLBACK (draft_cb), self);
  adw_bin_set_child (ADW_BIN (self->form_place), self->form);
}

static void
clear_form (MynaCallQuestion *self)
{
  adw_bin_set_child (ADW_BIN (self->form_place), NULL);
  self->form = NULL;
  set_problem (self, NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->words), "");
  gtk_widget_set_visible (self->words, FALSE);
}

/* On several lines where there is no room. */
static void
set_long_label (GtkWidget *button, const char *text)
{
  GtkWidget *label;

  gtk_button_set_label (GTK_BUTTON (button), text);
  label = gtk_button_get_child (GTK_BUTTON (button));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
}

/* Each button says what it does; the rest is in the menu. */
static void
update_buttons (MynaCallQuestion *self)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  MynaCallAnswers answers = myna_call_question_get_answers (self->kind, self->message);

  gtk_button_set_label (GTK_BUTTON (self->deny), answers.deny);
  set_long_label (self->allow, answers.allow);
  gtk_widget_set_visible (self->more, self->kind == MYNA_CALL_QUESTION_CALL);
  if (answers.allow_in_chat)
    g_menu_append (menu, answers.allow_in_chat, "question.allow-in-chat");
  g_menu_append (menu, _ ("Deny With a Reason…"), "question.give-reason");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (self->more), G_MENU_MODEL (menu));
}

/* Once. */
static void
say (MynaCallQuestion *self)
{
  g_autofree char *summary = NULL;
  g_autofree char *text = NULL;

  if (self->is_said || !self->message || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->is_said = TRUE;
  if (self->kind == MYNA_CALL_QUESTION_AGAIN)
    return; /* the keyboard is there */
  summary = get_call (self) ? myna_call_dup_summary (get_call (self)) : g_strdup ("");
  /* Translators: what a screen reader says when a tool asks: the question, then the tool with what it is given */
  text = g_strdup_printf (_ ("%s %s. Press F6 to answer."), gtk_label_get_label (GTK_LABEL (self->heading)), summary);
  announce (self, text);
}

void
myna_call_question_update (MynaCallQuestion *self, MynaCallQuestionKind kind, MynaConversation *conversation,
                           MynaMessage *message)
{
  g_autofree char *heading = NULL;
  g_autofree char *reason = NULL;
  gpointer asked;

  g_return_if_fail (MYNA_IS_CALL_QUESTION (self));

  self->kind = kind;
  g_set_object (&self->conversation, conversation);
  g_set_object (&self->message, message);
  gtk_widget_set_visible (GTK_WIDGET (self), kind != MYNA_CALL_QUESTION_NONE);
  asked = kind == MYNA_CALL_QUESTION_NONE   ? NULL
          : kind == MYNA_CALL_QUESTION_CALL ? (gpointer) myna_reply_get_run (myna_conversation_get_reply (conversation))
                                            : (gpointer) message;
  if (asked == self->asked)
    return;
  self->asked = asked;
  self->is_said = FALSE;
  clear_form (self);
  if (!asked)
    return;
  heading = myna_call_question_dup_heading (kind, message);
  reason = myna_call_question_dup_reason (kind, conversation, message);
  gtk_label_set_label (GTK_LABEL (self->heading), heading);
  gtk_label_set_label (GTK_LABEL (self->reason), reason ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL);
  update_changes (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, heading, -1);
  if (kind != MYNA_CALL_QUESTION_GO_ON)
    make_form (self);
  update_buttons (self);
  say (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_question_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (myna_call_question_parent_class)->map (widget);
  say (MYNA_CALL_QUESTION (widget));
}

/* On the answer that does nothing. */
static gboolean
myna_call_question_grab_focus (GtkWidget *widget)
{
  MynaCallQuestion *self = MYNA_CALL_QUESTION (widget);

  return gtk_widget_grab_focus (self->deny);
}

static void
myna_call_question_dispose (GObject *object)
{
  MynaCallQuestion *self = MYNA_CALL_QUESTION (object);
  g_clear_object (&self->conversation);
  g_clear_object (&self->message);
  myna_drop_children (GTK_WIDGET (self));
  G_OBJECT_CLASS (myna_call_question_parent_class)->dispose (object);
}

static void
myna_call_question_class_init (MynaCallQuestionClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GType type = MYNA_TYPE_CALL_QUESTION;

  G_OBJECT_CLASS (klass)->dispose = myna_call_question_dispose;
  widget_class->map = myna_call_question_map;
  widget_class->grab_focus = myna_call_question_grab_focus;
  signals[ANSWERED] = g_signal_new ("answered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CANCELED] = g_signal_new ("canceled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_install_action (widget_class, "question.allow-in-chat", NULL, allow_in_chat_action);
  gtk_widget_class_install_action (widget_class, "question.give-reason", NULL, give_reason_action);
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "callquestion");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *
add_label (MynaCallQuestion *self, const char *css_class)
{
  GtkWidget *label = myna_long_label_new (NULL, css_class);

  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

static void
build_buttons (MynaCallQuestion *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->more = myna_menu_button_new ("view-more-horizontal-symbolic", _ ("More answers"), NULL);
  gtk_widget_add_css_class (self->more, "flat");
  self->deny = gtk_button_new ();
  g_signal_connect_swapped (self->deny, "clicked", G_CALLBACK (myna_call_question_deny), self);
  self->allow = gtk_button_new ();
  g_signal_connect_swapped (self->allow, "clicked", G_CALLBACK (allow_clicked_cb), self);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  gtk_widget_set_margin_top (box, 6);
  gtk_box_append (GTK_BOX (box), self->more);
  gtk_box_append (GTK_BOX (box), self->deny);
  gtk_box_append (GTK_BOX (box), self->allow);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

static void
myna_call_question_init (MynaCallQuestion *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), 6);
  self->heading = add_label (self, "heading");
  self->reason = add_label (self, NULL);
  self->changes = gtk_expander_new (_ ("What has changed"));
  self->versions = myna_long_label_new (NULL, "monospace");
  gtk_label_set_selectable (GTK_LABEL (self->versions), TRUE);
  gtk_expander_set_child (GTK_EXPANDER (self->changes), self->versions);
  gtk_widget_set_visible (self->changes, FALSE);
  gtk_widget_set_parent (self->changes, GTK_WIDGET (self));
  self->form_place = adw_bin_new ();
  gtk_widget_set_parent (self->form_place, GTK_WIDGET (self));
  self->words = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->words), _ ("Why not? The model reads this."));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->words), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Why not? The model reads this."), -1);
  gtk_widget_set_visible (self->words, FALSE);
  g_signal_connect_swapped (self->words, "activate", G_CALLBACK (myna_call_question_deny), self);
  gtk_widget_set_parent (self->words, GTK_WIDGET (self));
  self->problem = add_label (self, "error");
  gtk_widget_set_visible (self->problem, FALSE);
  build_buttons (self);
}

GtkWidget *
myna_call_question_new (void)
{
  return g_object_new (MYNA_TYPE_CALL_QUESTION, "visible", FALSE, NULL);
}
