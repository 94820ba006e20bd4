/* embed_files.S - the bytes of the embedded files, one after another.
 *
 * NAME is where the bytes are, NAME_size how many. */
	.section .rodata

	.macro embed name, path
	.global \name, \name\()_size
	.balign 16
\name:	.incbin "\path"
	.set \name\()_length, . - \name
	.balign 8
\name\()_size:
	.quad \name\()_length
	.endm

	embed catalog_harness, "catalog/harness.yaml"
	embed font_regular, "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
	embed font_bold, "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"

	.section .note.GNU-stack, "", @progbits
