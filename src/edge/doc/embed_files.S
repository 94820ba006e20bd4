/* embed_files.S - the bytes of the embedded files, one after another.
 *
 * Each stands between NAME_begin and NAME_end; a zero follows that is not counted. */
	.macro embed name, path
	.global \name\()_begin
	.global \name\()_end
	.balign 16
\name\()_begin:
	.incbin "\path"
\name\()_end:
	.byte 0
	.endm

	.section .rodata

	embed catalog_harness, "catalog/harness.yaml"

	.section .note.GNU-stack, "", @progbits
