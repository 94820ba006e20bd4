/* yaml_line.c - finds the line of a row of a YAML file by its path.
 *
 * For messages only. Looks at indentation and dashes, which is exact for rows in block
 * style with flow style inside a line, as catalogues are written. */
#include <stdio.h>
#include <stdlib.h>

#include "edge/doc/yaml_int.h"

/* A part of the text, [at, end). */
struct part {
	const char *at;
	const char *end;
};

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.';
}

static const char *
line_end(struct part part)
{
	const char *end = memchr(part.at, '\n', (size_t)(part.end - part.at));

	return end ? end : part.end;
}

/* Where `key:` stands in the line, outside comments; NULL when it does not. */
static const char *
line_find_key(struct part line, struct span key)
{
	bool fresh = true;

	for (const char *at = line.at; at < line.end && *at != '#'; at++) {
		size_t left = (size_t)(line.end - at);
		if (fresh && left > key.size && memcmp(at, key.at, key.size) == 0 &&
		    at[key.size] == ':')
			return at;
		fresh = !is_name_char(*at);
	}
	return NULL;
}

static const char *
part_find_key(struct part part, struct span key, bool at_margin)
{
	while (part.at < part.end) {
		struct part line  = { part.at, line_end(part) };
		const char *found = line_find_key(line, key);
		if (found && (!at_margin || found == line.at))
			return found;
		part.at = line.end + (line.end < part.end);
	}
	return NULL;
}

/* The indentation of a line; -1 when it is blank or a comment. */
static int
line_indent(struct part line)
{
	const char *at = line.at;

	while (at < line.end && *at == ' ')
		at++;
	return at == line.end || *at == '#' || *at == '\r' ? -1 : (int)(at - line.at);
}

/* Narrow the part, which begins after a key's line, to the index-th item below it. */
static bool
part_narrow_item(struct part *part, uint32_t index)
{
	struct part rest   = *part;
	const char *from   = NULL;
	int         margin = -1;
	uint32_t    seen   = 0;

	while (rest.at < rest.end) {
		struct part line   = { rest.at, line_end(rest) };
		int         indent = line_indent(line);
		rest.at            = line.end + (line.end < rest.end);
		if (indent < 0)
			continue;
		bool dash = line.at[indent] == '-';
		if (margin < 0 && !dash)
			return false;
		if (margin < 0)
			margin = indent;
		if (indent > margin)
			continue;
		if (from || indent < margin || !dash) {
			part->end = line.at;
			break;
		}
		if (seen++ == index)
			from = line.at;
	}
	if (from)
		part->at = from;
	return from != NULL;
}

static uint32_t
line_number(struct span yaml, const char *place)
{
	uint32_t line = 1;

	for (const char *at = yaml.at; at < place; at++)
		line += *at == '\n';
	return line;
}

uint32_t
yaml_line_of(struct span yaml, const char *path)
{
	struct part part  = { yaml.at, yaml.at + yaml.size };
	const char *found = NULL;

	while (*path != '\0') {
		size_t      size = strcspn(path, ".[");
		const char *key  = part_find_key(part, (struct span){ path, size }, !found);
		if (!key)
			break;
		found   = key;
		part.at = key;
		path += size;
		if (*path == '[') {
			uint32_t index = 0;
			for (path++; *path >= '0' && *path <= '9'; path++)
				index = index * 10 + (uint32_t)(*path - '0');
			path += *path == ']';
			part.at = line_end(part);
			part.at += part.at < part.end;
			if (!part_narrow_item(&part, index))
				break;
			found = part.at;
		}
		path += *path == '.';
	}
	return found ? line_number(yaml, found) : 0;
}

uint32_t
yaml_line_of_key(struct span yaml, uint32_t first_line, struct span key)
{
	struct part part = { yaml.at, yaml.at + yaml.size };

	for (uint32_t line = 1; line < first_line && part.at < part.end; line++) {
		part.at = line_end(part);
		part.at += part.at < part.end;
	}
	const char *found = part_find_key(part, key, false);
	return found ? line_number(yaml, found) : first_line;
}

void
yaml_path_of_file(const struct file_catalog *file, char path[YAML_PATH_SIZE])
{
	char     rest[YAML_PATH_SIZE];
	char    *at;
	uint32_t type, field;

	if (strncmp(path, "types[", 6) != 0)
		return;
	type = (uint32_t)strtoul(path + 6, &at, 10);
	if (strncmp(at, "].fields[", 9) != 0 || type >= file->types_count)
		return;
	field = (uint32_t)strtoul(at + 9, &at, 10);
	if (file->types[type].in_project == FILE_NO || field < 2)
		return;
	snprintf(rest, sizeof(rest), "%s", at);
	snprintf(path, YAML_PATH_SIZE, "types[%u].fields[%u%.32s", type, field - 2, rest);
}
