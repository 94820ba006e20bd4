/* pdf_int.h - drawing on pages, for pdf.c alone. */
#ifndef TALLY_EDGE_DOC_PDF_INT_H
#define TALLY_EDGE_DOC_PDF_INT_H

#include <hpdf.h>

#include "edge/doc/pdf.h"

/* Points from the lower left corner. */
#define PAGE_WIDTH 595.28f
#define PAGE_HEIGHT 841.89f
#define MARGIN 51.0f
#define BODY_TOP (PAGE_HEIGHT - 56.0f)
#define BODY_BOTTOM 68.0f
#define BODY_WIDTH (PAGE_WIDTH - 2 * MARGIN)

enum pdf_ink { INK_TEXT, INK_QUIET, INK_ACCENT, INK_RULE, INK_SHADE, INK_FAINT };
enum pdf_weight { WEIGHT_REGULAR, WEIGHT_BOLD, WEIGHT_COUNT };

struct pen {
	HPDF_Doc      doc;
	HPDF_Page     page;
	HPDF_Font     fonts[WEIGHT_COUNT];
	struct arena *arena;
	struct span   watermark;
};

/* How text looks. */
struct style {
	enum pdf_weight weight;
	enum pdf_ink    ink;
	HPDF_REAL       size;
};

/* ERR_SYSTEM: *why says what of the library or the system failed. */
MUST_CHECK enum err pen_open(struct pen *pen, const struct pdf_document *document,
                             struct arena *arena, const char **why);
MUST_CHECK enum err pen_finish(struct pen *pen, struct span *bytes);
void                pen_close(struct pen *pen);
void                pen_page(struct pen *pen); /* a new one, drawn on from now on */

HPDF_REAL pen_width(const struct pen *pen, const struct style *style, struct span text);
void      pen_text(struct pen *pen, const struct style *style, HPDF_REAL x, HPDF_REAL y,
                   struct span text);
/* Its right end at x. */
void pen_text_right(struct pen *pen, const struct style *style, HPDF_REAL x, HPDF_REAL y,
                    struct span text);
void pen_rule(struct pen *pen, enum pdf_ink ink, HPDF_REAL x, HPDF_REAL y, HPDF_REAL width,
              HPDF_REAL thickness);
void pen_shade(struct pen *pen, enum pdf_ink ink, HPDF_REAL x, HPDF_REAL y, HPDF_REAL width,
               HPDF_REAL height);

/* Text that can be shown: control characters as spaces, what is beyond the fonts' plane
 * replaced. LF stays. */
struct span pen_clean(struct span text, struct arena *arena);
/* Broken into lines that fit into width: at LF, else at spaces, else within a word. */
struct lines {
	struct span *at;
	uint32_t     count;
};
struct lines pen_wrap(const struct pen *pen, const struct style *style, struct span text,
                      HPDF_REAL width);

#endif
