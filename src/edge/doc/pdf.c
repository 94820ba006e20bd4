/* pdf.c - the letter: its head, its tables over as many pages as they need, its sums. */
#include "edge/doc/pdf.h"

#include <stdio.h>

#include "core/base/text.h"
#include "edge/doc/pdf_int.h"

static const struct style TITLE   = { WEIGHT_BOLD, INK_TEXT, 21.0f };
static const struct style LABEL   = { WEIGHT_REGULAR, INK_QUIET, 7.5f };
static const struct style PLAIN   = { WEIGHT_REGULAR, INK_TEXT, 8.5f };
static const struct style QUIET   = { WEIGHT_REGULAR, INK_QUIET, 8.0f };
static const struct style HEADER  = { WEIGHT_BOLD, INK_QUIET, 7.5f };
static const struct style SECTION = { WEIGHT_BOLD, INK_ACCENT, 10.5f };
static const struct style RESULT  = { WEIGHT_BOLD, INK_TEXT, 11.0f };

#define LEADING 12.0f
#define CELL_GAP 8.0f /* between columns, and before text in a shaded row */
#define ROW_PAD 4.0f

/* Where the next thing goes, and what stands above it on a new page. */
struct flow {
	struct pen                 pen;
	HPDF_REAL                  y;
	const struct pdf_document *document;
};

static void
page_begin(struct flow *flow)
{
	pen_page(&flow->pen);
	flow->y = BODY_TOP;
}

/* ---- the head of the letter ---- */

/* Lines in a column of this width, from y downwards; returns where it ends. */
static HPDF_REAL
block_draw(struct pen *pen, const struct style *style, HPDF_REAL x, HPDF_REAL y, HPDF_REAL width,
           bool right, struct span text)
{
	struct lines lines = pen_wrap(pen, style, pen_clean(text, pen->arena), width);

	for (uint32_t i = 0; i < lines.count; i++) {
		if (right)
			pen_text_right(pen, style, x + width, y, lines.at[i]);
		else
			pen_text(pen, style, x, y, lines.at[i]);
		y -= LEADING;
	}
	return y;
}

enum { BLOCK_LINES_MAX = 12 };

/* An address of too many lines goes on behind commas. */
static struct span
block_text(struct span text, struct arena *arena)
{
	struct text joined;
	uint32_t    breaks = 0;

	for (size_t i = 0; i < text.size; i++)
		breaks += text.at[i] == '\n';
	if (breaks < BLOCK_LINES_MAX)
		return text;
	text_open(&joined, arena);
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] == '\n')
			text_add(&joined, SPAN(", "));
		else
			text_add_char(&joined, text.at[i]);
	}
	return text_span(&joined);
}

#define FACTS_X (MARGIN + BODY_WIDTH * 0.54f)
#define FACT_NAME_WIDTH 84.0f

static HPDF_REAL
facts_draw(struct flow *flow, HPDF_REAL y)
{
	const struct pdf_document *document = flow->document;
	const HPDF_REAL            x        = FACTS_X + FACT_NAME_WIDTH;

	for (uint32_t i = 0; i < document->facts_count; i++) {
		const struct pdf_fact *fact = &document->facts[i];
		if (fact->value.size == 0)
			continue;
		pen_text(&flow->pen, &QUIET, FACTS_X, y, fact->name);
		y = block_draw(&flow->pen, &PLAIN, x, y, MARGIN + BODY_WIDTH - x, false,
		               fact->value) -
		    2.0f;
	}
	return y;
}

static void
head_draw(struct flow *flow)
{
	const struct pdf_document *document = flow->document;
	struct pen                *pen      = &flow->pen;
	const HPDF_REAL            half     = BODY_WIDTH * 0.48f;
	HPDF_REAL                  left     = flow->y - 14.0f;
	HPDF_REAL                  right    = flow->y;

	left        = block_draw(pen, &TITLE, MARGIN, left, half, false, document->title) - 4.0f;
	right       = block_draw(pen, &QUIET, FACTS_X, right, MARGIN + BODY_WIDTH - FACTS_X, true,
	                         block_text(document->sender, pen->arena));
	HPDF_REAL y = (left < right ? left : right) - 4.0f;
	pen_rule(pen, INK_ACCENT, MARGIN, y, BODY_WIDTH, 1.6f);
	y -= 24.0f;
	pen_text(pen, &LABEL, MARGIN, y, SPAN("BILL TO"));
	left    = block_draw(pen, &PLAIN, MARGIN, y - 15.0f, half, false,
	                     block_text(document->receiver, pen->arena));
	right   = facts_draw(flow, y);
	flow->y = (left < right ? left : right) - 18.0f;
}

/* ---- tables ---- */

struct grid {
	const struct pdf_table *table;
	HPDF_REAL               x[PDF_COLUMNS_MAX];
	HPDF_REAL               width[PDF_COLUMNS_MAX];
	HPDF_REAL               fraction[PDF_COLUMNS_MAX]; /* the widest behind a point */
};

/* From the point on; empty without one. */
static struct span
fraction_of(struct span number)
{
	const char *point = number.size > 0 ? memchr(number.at, '.', number.size) : NULL;

	return point ? (struct span){ point, number.size - (size_t)(point - number.at) } : SPAN("");
}

static void
grid_open(struct grid *grid, const struct pen *pen, const struct pdf_table *table)
{
	HPDF_REAL left   = BODY_WIDTH - CELL_GAP;
	HPDF_REAL x      = MARGIN + CELL_GAP;
	uint32_t  shares = 0;

	*grid = (struct grid){ .table = table };
	for (uint32_t i = 0; i < table->columns_count; i++) {
		left -= (HPDF_REAL)table->columns[i].width + CELL_GAP;
		shares += table->columns[i].width == 0;
	}
	for (uint32_t i = 0; i < table->columns_count; i++) {
		int32_t width  = table->columns[i].width;
		grid->x[i]     = x;
		grid->width[i] = width > 0 ? (HPDF_REAL)width : left / (HPDF_REAL)shares;
		x += grid->width[i] + CELL_GAP;
		for (uint32_t row = 0; row < table->rows_count; row++) {
			struct span fraction = fraction_of(table->rows[row].cells[i]);
			HPDF_REAL   wide     = pen_width(pen, &PLAIN, fraction);
			if (table->columns[i].align == PDF_DECIMAL && wide > grid->fraction[i])
				grid->fraction[i] = wide;
		}
	}
}

static void
grid_head_draw(struct flow *flow, const struct grid *grid)
{
	const HPDF_REAL height = 17.0f;

	pen_shade(&flow->pen, INK_SHADE, MARGIN, flow->y - height, BODY_WIDTH, height);
	for (uint32_t i = 0; i < grid->table->columns_count; i++) {
		const struct pdf_column *column = &grid->table->columns[i];
		HPDF_REAL                y      = flow->y - height + 5.5f;
		if (column->align == PDF_DECIMAL)
			pen_text_right(&flow->pen, &HEADER, grid->x[i] + grid->width[i], y,
			               column->head);
		else
			pen_text(&flow->pen, &HEADER, grid->x[i], y, column->head);
	}
	flow->y -= height;
}

/* A number too wide for its column is set smaller, rather than over its neighbour. */
static void
number_draw(struct pen *pen, HPDF_REAL right, HPDF_REAL width, HPDF_REAL fraction_width,
            HPDF_REAL y, struct span number)
{
	struct style style    = PLAIN;
	struct span  fraction = fraction_of(number);
	struct span  whole    = { number.at, number.size - fraction.size };
	HPDF_REAL    wide     = pen_width(pen, &style, whole) + fraction_width;

	if (wide > width) {
		style.size *= width / wide;
		fraction_width *= width / wide;
	}
	pen_text_right(pen, &style, right - fraction_width, y, whole);
	pen_text(pen, &style, right - fraction_width, y, fraction);
}

/* Line `line` of the row; false when no cell reaches it. */
static bool
row_line_draw(struct flow *flow, const struct grid *grid, const struct pdf_row *row,
              const struct lines *wrapped, uint32_t line)
{
	bool any = false;

	for (uint32_t i = 0; i < grid->table->columns_count; i++) {
		if (line >= wrapped[i].count)
			continue;
		any         = true;
		HPDF_REAL y = flow->y - LEADING + 3.0f;
		if (grid->table->columns[i].align == PDF_DECIMAL)
			number_draw(&flow->pen, grid->x[i] + grid->width[i], grid->width[i],
			            grid->fraction[i], y, row->cells[i]);
		else
			pen_text(&flow->pen, &PLAIN, grid->x[i], y, wrapped[i].at[line]);
	}
	return any;
}

/* Each cell broken into lines; numbers stay on one. Returns the most lines. */
static uint32_t
row_wrap(struct flow *flow, const struct grid *grid, const struct pdf_row *row,
         struct lines wrapped[PDF_COLUMNS_MAX])
{
	uint32_t most = 1;

	for (uint32_t i = 0; i < grid->table->columns_count; i++) {
		struct span text = pen_clean(row->cells[i], flow->pen.arena);
		HPDF_REAL   room = grid->table->columns[i].align == PDF_DECIMAL ? 10.0f * BODY_WIDTH
		                                                                : grid->width[i];
		wrapped[i]       = pen_wrap(&flow->pen, &PLAIN, text, room);
		most             = wrapped[i].count > most ? wrapped[i].count : most;
	}
	return most;
}

/* A row stays together where a page can hold it. */
static void
row_draw(struct flow *flow, const struct grid *grid, const struct pdf_row *row)
{
	struct lines wrapped[PDF_COLUMNS_MAX];
	uint32_t     most   = row_wrap(flow, grid, row, wrapped);
	HPDF_REAL    height = (HPDF_REAL)most * LEADING + 2 * ROW_PAD;
	bool         fits   = height < BODY_TOP - BODY_BOTTOM - 40.0f;

	if (fits && flow->y - height < BODY_BOTTOM) {
		page_begin(flow);
		grid_head_draw(flow, grid);
	}
	flow->y -= ROW_PAD;
	for (uint32_t line = 0; line < most; line++) {
		if (flow->y - LEADING < BODY_BOTTOM) {
			page_begin(flow);
			grid_head_draw(flow, grid);
			flow->y -= ROW_PAD;
		}
		(void)row_line_draw(flow, grid, row, wrapped, line);
		flow->y -= LEADING;
	}
	flow->y -= ROW_PAD;
	pen_rule(&flow->pen, INK_RULE, MARGIN, flow->y, BODY_WIDTH, 0.5f);
}

static void
table_draw(struct flow *flow, const struct pdf_table *table)
{
	struct grid grid;

	CHECK(table->columns_count <= PDF_COLUMNS_MAX);
	grid_open(&grid, &flow->pen, table);
	/* Never a title alone at the foot of a page. */
	if (flow->y - 80.0f < BODY_BOTTOM)
		page_begin(flow);
	if (table->title.size > 0) {
		pen_text(&flow->pen, &SECTION, MARGIN, flow->y - 11.0f, table->title);
		flow->y -= 20.0f;
	}
	grid_head_draw(flow, &grid);
	for (uint32_t i = 0; i < table->rows_count; i++)
		row_draw(flow, &grid, &table->rows[i]);
	flow->y -= 18.0f;
}

/* ---- sums and feet ---- */

static void
sums_draw(struct flow *flow)
{
	const struct pdf_document *document = flow->document;
	const HPDF_REAL            x        = FACTS_X;
	const HPDF_REAL            right    = MARGIN + BODY_WIDTH - CELL_GAP;

	if (flow->y - 22.0f * (HPDF_REAL)document->sums_count < BODY_BOTTOM)
		page_begin(flow);
	for (uint32_t i = 0; i < document->sums_count; i++) {
		const struct pdf_fact *sum   = &document->sums[i];
		bool                   last  = i + 1 == document->sums_count;
		const struct style    *style = last ? &RESULT : &PLAIN;
		if (last) {
			pen_rule(&flow->pen, INK_ACCENT, x, flow->y, MARGIN + BODY_WIDTH - x, 1.2f);
			flow->y -= 6.0f;
		}
		pen_text(&flow->pen, style, x, flow->y - 11.0f, sum->name);
		pen_text_right(&flow->pen, style, right, flow->y - 11.0f, sum->value);
		flow->y -= 18.0f;
	}
	flow->y -= 18.0f;
}

/* A long name stays beside the number of the page and above its edge: it stands whole at the
 * head of the first page. */
static void
foot_draw(struct pen *pen, struct span foot)
{
	const struct lines lines = pen_wrap(pen, &LABEL, foot, BODY_WIDTH - 80.0f);

	for (uint32_t i = 0; i < lines.count && i < 3; i++)
		pen_text(pen, &LABEL, MARGIN, 36.0f - 10.0f * (HPDF_REAL)i, lines.at[i]);
}

/* Once all pages are there. */
static void
feet_draw(struct flow *flow)
{
	struct pen *pen   = &flow->pen;
	int         count = 0;
	char        number[40];

	while (HPDF_GetPageByIndex(pen->doc, (HPDF_UINT)count))
		count++;
	HPDF_ResetError(pen->doc); /* of the page behind the last */
	for (int i = 0; i < count; i++) {
		pen->page = HPDF_GetPageByIndex(pen->doc, (HPDF_UINT)i);
		snprintf(number, sizeof(number), "Page %d of %d", i + 1, count);
		pen_rule(pen, INK_RULE, MARGIN, 48.0f, BODY_WIDTH, 0.5f);
		foot_draw(pen, flow->document->foot);
		pen_text_right(pen, &LABEL, MARGIN + BODY_WIDTH, 36.0f, span_of(number));
	}
}

enum err
pdf_write(const struct pdf_document *document, struct arena *arena, struct span *bytes,
          struct refusal *refusal)
{
	struct flow flow = { .document = document };
	const char *why;
	enum err    err = pen_open(&flow.pen, document, arena, &why);

	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("pdf"), span_of(why));
	page_begin(&flow);
	head_draw(&flow);
	for (uint32_t i = 0; i < document->tables_count; i++) {
		if (i == document->sums_behind)
			sums_draw(&flow);
		if (document->tables[i].rows_count > 0)
			table_draw(&flow, &document->tables[i]);
	}
	if (document->sums_behind >= document->tables_count)
		sums_draw(&flow);
	feet_draw(&flow);
	err = pen_finish(&flow.pen, bytes);
	pen_close(&flow.pen);
	return err == ERR_NONE ? err
	                       : refuse(refusal, err, SPAN("pdf"),
	                                SPAN("the PDF library could not write the document"));
}
