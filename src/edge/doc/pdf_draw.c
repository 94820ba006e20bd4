/* pdf_draw.c - fonts, text and lines on the pages of a PDF. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/text.h"
#include "edge/doc/embed.h"
#include "edge/doc/pdf_int.h"

/* ---- opening ---- */

/* The library reads a font from a file: this one has no name and is gone when closed. */
static const char *
font_load(HPDF_Doc doc, struct span font)
{
	const char *name = NULL;
	char        path[40];
	int         file = memfd_create("font", MFD_CLOEXEC);

	if (file < 0)
		return NULL;
	if (write(file, font.at, font.size) == (ssize_t)font.size) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
		name = HPDF_LoadTTFontFromFile(doc, path, HPDF_TRUE);
	}
	close(file);
	return name;
}

static enum err
fonts_open(struct pen *pen)
{
	const struct span files[WEIGHT_COUNT] = {
		[WEIGHT_REGULAR] = embed_font(), [WEIGHT_BOLD] = embed_font_bold()
	};

	if (HPDF_UseUTFEncodings(pen->doc) != HPDF_OK)
		return ERR_SYSTEM;
	for (int i = 0; i < WEIGHT_COUNT; i++) {
		const char *name = font_load(pen->doc, files[i]);
		if (!name)
			return ERR_SYSTEM;
		pen->fonts[i] = HPDF_GetFont(pen->doc, name, "UTF-8");
		if (!pen->fonts[i])
			return ERR_SYSTEM;
	}
	return ERR_NONE;
}

/* The number in digits of text, which instant_format wrote. */
static int
digits_read(const char *text, int count)
{
	int number = 0;

	for (int i = 0; i < count; i++)
		number = number * 10 + (text[i] - '0');
	return number;
}

static void
date_set(HPDF_Doc doc, struct instant at)
{
	char text[INSTANT_SIZE];

	instant_format(at, text);
	const HPDF_Date date = { .year    = digits_read(text, 4),
		                 .month   = digits_read(text + 5, 2),
		                 .day     = digits_read(text + 8, 2),
		                 .hour    = digits_read(text + 11, 2),
		                 .minutes = digits_read(text + 14, 2),
		                 .seconds = digits_read(text + 17, 2),
		                 .ind     = 'Z' };
	HPDF_SetInfoDateAttr(doc, HPDF_INFO_CREATION_DATE, date);
	HPDF_SetInfoDateAttr(doc, HPDF_INFO_MOD_DATE, date);
}

enum err
pen_open(struct pen *pen, const struct pdf_document *document, struct arena *arena,
         const char **why)
{
	*pen     = (struct pen){ .arena = arena, .watermark = document->watermark };
	*why     = "the PDF library cannot start";
	pen->doc = HPDF_New(NULL, NULL);
	if (!pen->doc)
		return ERR_SYSTEM;
	*why = "the fonts of the PDF cannot be read";
	/* Before the fonts: their streams are made as the mode is then. */
	HPDF_SetCompressionMode(pen->doc, HPDF_COMP_ALL);
	if (fonts_open(pen) != ERR_NONE) {
		pen_close(pen);
		return ERR_SYSTEM;
	}
	HPDF_SetInfoAttr(pen->doc, HPDF_INFO_TITLE, arena_copy_terminated(arena, document->title));
	if (document->created.ns != 0)
		date_set(pen->doc, document->created);
	return ERR_NONE;
}

void
pen_close(struct pen *pen)
{
	HPDF_Free(pen->doc);
}

enum err
pen_finish(struct pen *pen, struct span *bytes)
{
	if (HPDF_GetError(pen->doc) != HPDF_OK || HPDF_SaveToStream(pen->doc) != HPDF_OK)
		return ERR_SYSTEM;
	HPDF_UINT32 size = HPDF_GetStreamSize(pen->doc);
	char       *at   = arena_take(pen->arena, size);
	HPDF_UINT32 got  = size;
	if (HPDF_ReadFromStream(pen->doc, (HPDF_BYTE *)at, &got) != HPDF_OK || got != size)
		return ERR_SYSTEM;
	*bytes = (struct span){ at, size };
	return ERR_NONE;
}

/* ---- drawing ---- */

static const HPDF_REAL INKS[][3] = {
	[INK_TEXT] = { 0.09f, 0.11f, 0.15f },     [INK_QUIET] = { 0.42f, 0.45f, 0.50f },
	[INK_ACCENT] = { 0.05f, 0.34f, 0.56f },   [INK_RULE] = { 0.83f, 0.85f, 0.88f },
	[INK_SHADE] = { 0.945f, 0.953f, 0.965f }, [INK_FAINT] = { 0.93f, 0.93f, 0.94f },
};

static void
ink_set(struct pen *pen, enum pdf_ink ink)
{
	HPDF_Page_SetRGBFill(pen->page, INKS[ink][0], INKS[ink][1], INKS[ink][2]);
}

HPDF_REAL
pen_width(const struct pen *pen, const struct style *style, struct span text)
{
	HPDF_TextWidth width = HPDF_Font_TextWidth(
		pen->fonts[style->weight], (const HPDF_BYTE *)text.at, (HPDF_UINT)text.size);
	return (HPDF_REAL)width.width * style->size / 1000.0f;
}

void
pen_text(struct pen *pen, const struct style *style, HPDF_REAL x, HPDF_REAL y, struct span text)
{
	if (text.size == 0)
		return;
	ink_set(pen, style->ink);
	HPDF_Page_BeginText(pen->page);
	HPDF_Page_SetFontAndSize(pen->page, pen->fonts[style->weight], style->size);
	HPDF_Page_TextOut(pen->page, x, y, arena_copy_terminated(pen->arena, text));
	HPDF_Page_EndText(pen->page);
}

void
pen_text_right(struct pen *pen, const struct style *style, HPDF_REAL x, HPDF_REAL y,
               struct span text)
{
	pen_text(pen, style, x - pen_width(pen, style, text), y, text);
}

void
pen_rule(struct pen *pen, enum pdf_ink ink, HPDF_REAL x, HPDF_REAL y, HPDF_REAL width,
         HPDF_REAL thickness)
{
	HPDF_Page_SetRGBStroke(pen->page, INKS[ink][0], INKS[ink][1], INKS[ink][2]);
	HPDF_Page_SetLineWidth(pen->page, thickness);
	HPDF_Page_MoveTo(pen->page, x, y);
	HPDF_Page_LineTo(pen->page, x + width, y);
	HPDF_Page_Stroke(pen->page);
}

void
pen_shade(struct pen *pen, enum pdf_ink ink, HPDF_REAL x, HPDF_REAL y, HPDF_REAL width,
          HPDF_REAL height)
{
	ink_set(pen, ink);
	HPDF_Page_Rectangle(pen->page, x, y, width, height);
	HPDF_Page_Fill(pen->page);
}

/* Under everything else, from the lower left to the upper right. */
static void
watermark_draw(struct pen *pen)
{
	const struct style style = { WEIGHT_BOLD, INK_FAINT, 120.0f };
	const HPDF_REAL    slope = 0.7071f;
	HPDF_REAL          half  = pen_width(pen, &style, pen->watermark) / 2.0f * slope;

	ink_set(pen, style.ink);
	HPDF_Page_BeginText(pen->page);
	HPDF_Page_SetFontAndSize(pen->page, pen->fonts[style.weight], style.size);
	HPDF_Page_SetTextMatrix(pen->page, slope, slope, -slope, slope,
	                        PAGE_WIDTH / 2.0f - half + 40.0f,
	                        PAGE_HEIGHT / 2.0f - half - 40.0f);
	HPDF_Page_ShowText(pen->page, arena_copy_terminated(pen->arena, pen->watermark));
	HPDF_Page_EndText(pen->page);
}

void
pen_page(struct pen *pen)
{
	pen->page = HPDF_AddPage(pen->doc);
	HPDF_Page_SetWidth(pen->page, PAGE_WIDTH);
	HPDF_Page_SetHeight(pen->page, PAGE_HEIGHT);
	if (pen->watermark.size > 0)
		watermark_draw(pen);
}

/* ---- text ---- */

/* Bytes of the UTF-8 character at text. */
static size_t
character_size(struct span text)
{
	unsigned char first = (unsigned char)text.at[0];
	size_t        size  = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	return size < text.size ? size : text.size;
}

struct span
pen_clean(struct span text, struct arena *arena)
{
	struct text clean;

	text_open(&clean, arena);
	for (size_t i = 0; i < text.size;) {
		struct span character = { text.at + i, 0 };
		character.size        = character_size((struct span){ text.at + i, text.size - i });
		unsigned char first   = (unsigned char)character.at[0];
		if (character.size == 4)
			text_add(&clean, SPAN("\xef\xbf\xbd"));
		else if ((first < ' ' && first != '\n') || first == 0x7f)
			text_add_char(&clean, ' ');
		else
			text_add(&clean, character);
		i += character.size;
	}
	return text_span(&clean);
}

static void
line_add(struct lines *lines, struct arena *arena, struct span line)
{
	/* Doubled at each power of two. */
	if ((lines->count & (lines->count - 1)) == 0) {
		struct span *wider =
			ARENA_ARRAY(arena, struct span, lines->count ? 2 * lines->count : 1);
		if (lines->count > 0)
			memcpy(wider, lines->at, lines->count * sizeof(*wider));
		lines->at = wider;
	}
	lines->at[lines->count++] = line;
}

/* How much of text, which has no LF, fits into width; at least one character. *skip is what
 * the break swallows. */
static size_t
line_fit(const struct pen *pen, const struct style *style, struct span text, HPDF_REAL width,
         size_t *skip)
{
	HPDF_REAL used  = 0;
	size_t    space = 0;

	*skip = 0;
	for (size_t i = 0; i < text.size;) {
		struct span rest = { text.at + i, text.size - i };
		size_t      size = character_size(rest);
		used += pen_width(pen, style, (struct span){ rest.at, size });
		if (rest.at[0] == ' ') {
			space = i;
		} else if (used > width && i > 0) {
			*skip = space > 0;
			return space > 0 ? space : i;
		}
		i += size;
	}
	return text.size;
}

struct lines
pen_wrap(const struct pen *pen, const struct style *style, struct span text, HPDF_REAL width)
{
	struct lines lines = { .count = 0 };

	while (text.size > 0) {
		const char *end  = memchr(text.at, '\n', text.size);
		struct span line = { text.at, end ? (size_t)(end - text.at) : text.size };
		size_t      skip = 0;
		size_t      fits = line_fit(pen, style, line, width, &skip);
		line_add(&lines, pen->arena, (struct span){ text.at, fits });
		fits += skip + (fits == line.size && end != NULL);
		text = (struct span){ text.at + fits, text.size - fits };
	}
	return lines;
}
