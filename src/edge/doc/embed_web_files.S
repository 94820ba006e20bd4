/* embed_web_files.S - the bytes of the page's files, and the list of them.
 *
 * build/web/files.inc has a line web_file "name", "type", "tag" for each; the packed bytes
 * are beside it. The list holds addresses, which are known when the program is loaded, and
 * is read-only after that. */
	.macro web_file name, type, tag
	.section .rodata
8001:	.asciz "\name"
8002:	.asciz "\type"
8003:	.asciz "\"\tag\""
8004:	.incbin "build/web/\name\().gz"
8005:
	.section .data.rel.ro, "aw"
	.quad 8001b, 8002b, 8003b, 8004b, 8005b - 8004b
	.set web_files_count, web_files_count + 1
	.endm

	.set web_files_count, 0
	.section .data.rel.ro, "aw"
	.balign 8
	.global embed_web_files, embed_web_files_count
embed_web_files:
	.include "build/web/files.inc"

	.section .rodata
	.balign 8
embed_web_files_count:
	.quad web_files_count

	.section .note.GNU-stack, "", @progbits
