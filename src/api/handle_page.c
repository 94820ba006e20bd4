/* handle_page.c - the page: one document for every place in it, and the files it loads.
 *
 * The files are part of the program. The document is asked for anew each time and has a
 * tag, so that nobody sees yesterday's; what it loads has its bytes' hash in its name and
 * is kept for a year. */
#include "api/call.h"
#include "api/handle.h"
#include "core/base/text.h"
#include "edge/doc/embed_web.h"
#include "edge/doc/inflate.h"

/* Nothing is loaded from anywhere else, nothing stands in the document itself, and no
 * text becomes markup: what is not a script file of ours does not run. */
#define POLICY                                                                                     \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
	"connect-src 'self'; manifest-src 'none'; base-uri 'none'; form-action 'none'; "           \
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

static bool
has_word(struct span list, struct span word)
{
	for (size_t i = 0; list.at && i + word.size <= list.size; i++)
		if (memcmp(list.at + i, word.at, word.size) == 0)
			return true;
	return false;
}

/* Programs that unpack nothing get it unpacked. */
static enum err
file_body(struct call *call, const struct embed_file *file, struct http_file *about)
{
	struct span packed = { file->gzip, (size_t)file->gzip_size };
	if (has_word(call->request->field[HTTP_ACCEPT_ENCODING], SPAN("gzip"))) {
		about->encoding = "gzip";
		call->answer    = packed;
		return ERR_NONE;
	}
	return inflate_all(INFLATE_GZIP, packed, (struct inflate_limits){ 0 }, call->arena,
	                   &call->answer, &call->refusal);
}

static enum err
file_answer(struct call *call, const struct embed_file *file, const char *caching)
{
	struct http_file *about = arena_take_zeroed(call->arena, sizeof(*about));
	about->caching          = caching;
	about->etag             = file->etag;
	about->policy           = POLICY;
	call->file              = about;
	if (has_word(call->request->field[HTTP_IF_NONE_MATCH], span_of(file->etag))) {
		call->status = 304;
		return ERR_NONE;
	}
	call->content_type = file->type;
	return file_body(call, file, about);
}

enum err
handle_page_get(struct call *call)
{
	const struct embed_file *file = embed_web_find(SPAN("index.html"));
	CHECK(file != NULL);
	return file_answer(call, file, "no-cache");
}

enum err
handle_asset_get(struct call *call)
{
	const struct embed_file *file = embed_web_find(call->path.id);
	if (!file)
		return call_refuse(call, ERR_NOT_FOUND, SPAN(""), SPAN(""));
	return file_answer(call, file, "public, max-age=31536000, immutable");
}
