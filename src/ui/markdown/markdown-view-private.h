/* markdown-view-private.h: shared by the view's layout, selection and search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markdown/block-view.h"
#include "markdown/markdown-view.h"

G_BEGIN_DECLS

/* One block in the view. */
typedef struct
{
  MynaBlock *block;
  MynaBlockView *widget; /* a child of the view; NULL: in a long message, nobody needed it so far */
  GArray *matches;       /* of MynaRange: where the needle is; NULL for none */
  gboolean is_visible;   /* not folded away; mapped if it is also near the viewport */
  gboolean is_exact;     /* `height` is measured at the current width; else estimated, or from another width */
  int x, y, width, height;
  int top;                   /* where bars begin that come from the block before */
  GskRenderNode *decoration; /* bars and markers as last drawn; NULL if they have to be drawn anew */
} MynaItem;

/* A place in the message: byte `index` of the text of block `item`. */
typedef struct
{
  guint item, index;
} MynaPosition;

struct _MynaMarkdownView
{
  GtkWidget parent_instance;

  MynaMarkdown *document;
  GArray *items; /* of MynaItem */
  gboolean is_streaming;
  gboolean thinking_unfolded;
  MynaInk ink;
  double scale;                    /* of the text, 1 in its usual size or smaller */
  GtkTextDirection text_direction; /* of the message; GTK_TEXT_DIR_NONE: it has no letters */

  /* selection: from where the pointer went down to where it is */
  MynaPosition anchor, cursor;
  gboolean has_selection;
  gboolean is_selecting;
  char *menu_link; /* target under the pointer when the menu opened */
  GtkWidget *menu;
  GMenuModel *extra_menu; /* of the owner, below what the view has itself; NULL for none */

  /* blocks outside [drawn_top, drawn_bottom) are not mapped, nor measured where the text is long */
  int drawn_top, drawn_bottom;
  int viewport_top;
  gboolean is_lazy;   /* some blocks are not exact */
  int measured_width; /* for the last height */
  guint measure_tick; /* measures what came near, in the next frame */

  char *needle;
};

#define MYNA_ITEM(self, i) (&g_array_index ((self)->items, MynaItem, (i)))

/* Room that a container takes beside its blocks, in pixels. */
int myna_container_get_indent (MynaMarkdownView *self, const MynaContainer *container);

int myna_markdown_view_get_indent (MynaMarkdownView *self, const MynaBlock *block);
/* Width of a block in a view of `width`: what the indent leaves, but no less than the block needs. */
int myna_item_get_width (MynaItem *item, int width, int indent);

/* The block's widget, which is made now if there is none. */
MynaBlockView *myna_markdown_view_get_widget (MynaMarkdownView *self, guint i);

void myna_item_clear_decoration (MynaItem *item);

/* markdown-decoration.c: bars of quotes, markers of items; the caret behind the last block */
void myna_markdown_view_snapshot_containers (MynaMarkdownView *self, GtkSnapshot *snapshot);
void myna_markdown_view_snapshot_caret (MynaMarkdownView *self, GtkSnapshot *snapshot);

/* markdown-lazy.c: blocks of long messages that are far from the viewport are not laid out */
/* A block was made from `first` on. */
void myna_markdown_view_estimate (MynaMarkdownView *self, guint first);
/* The height is asked for at a width. */
void myna_markdown_view_width_asked (MynaMarkdownView *self, int width);
/* Maps what is in or near the viewport. */
void myna_markdown_view_update_drawn (MynaMarkdownView *self);
void myna_markdown_view_lazy_class_init (GtkWidgetClass *widget_class);
void myna_markdown_view_lazy_dispose (MynaMarkdownView *self);

/* markdown-selection.c */
void myna_markdown_view_selection_class_init (GtkWidgetClass *widget_class);
void myna_markdown_view_selection_init (MynaMarkdownView *self);
/* The blocks from `first` on changed. */
void myna_markdown_view_selection_update (MynaMarkdownView *self, guint first);

/* The widget of block `i` is new. */
void myna_markdown_view_selection_show (MynaMarkdownView *self, guint i);

/* Target of the link under a point, or NULL; valid until the text changes. */
const char *myna_markdown_view_link_at (MynaMarkdownView *self, double x, double y);
/* Buttons and scroll bars inside blocks keep their clicks. */
gboolean myna_markdown_view_is_on_control (MynaMarkdownView *self, double x, double y);

/* markdown-menu.c */
void myna_markdown_view_menu_class_init (GtkWidgetClass *widget_class);
void myna_markdown_view_menu_init (MynaMarkdownView *self);
void myna_markdown_view_menu_dispose (MynaMarkdownView *self);
void myna_markdown_view_open_link (MynaMarkdownView *self, const char *target);

/* markdown-search.c */
void myna_markdown_view_search_update (MynaMarkdownView *self, guint first);

/* Lets blocks inside folded thoughts be seen. */
void myna_markdown_view_unfold (MynaMarkdownView *self);

G_END_DECLS
