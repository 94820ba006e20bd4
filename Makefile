# Makefile - builds, tests, checks and installs Tally.
#
#   make             libraries and the program, in build/
#   make run         install what the build needs, build, start the demo
#   make test        install what the build needs, then every test and check
#   make check       the gates alone (layers, purity, format, tidy, ...)
#   make V=1 ...     show the commands
#
# MODE is release, debug, asan, tsan or fuzz; each has a directory of its own.
# LAYERS and SKIP narrow a build, for a test of one room while another is open:
#   make LAYERS="core edge" SKIP="src/edge/http/%" build/tests/unit/base/test_decimal

MODE    ?= release
BUILD   ?= $(if $(filter release,$(MODE)),build,build/$(MODE))
PREFIX  ?= /usr/local
LAYERS  ?= cli api lib engine edge core
SKIP    ?=
VERSION := 0.1.0
DEMO    ?=
Q       := $(if $(V),,@)

ifeq ($(origin CC),default)
CC := $(if $(filter fuzz,$(MODE)),clang,gcc)
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wvla \
        -Wmissing-prototypes -Wstrict-prototypes -Werror
SANE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# Not -ftrivial-auto-var-init: with it gcc 12 clears bytes that are no padding in arrays of
# structs that hold arrays (tests/unit/licence/test_contract.c saw it).
HARD := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
        -fcf-protection=full

FLAGS_release := -O2 $(HARD)
FLAGS_debug   := -O0
FLAGS_asan    := -O1 $(SANE)
FLAGS_tsan    := -O1 -fsanitize=thread -fno-omit-frame-pointer
FLAGS_fuzz    := -O1 $(SANE) -fsanitize=fuzzer-no-link
FLAGS         := $(FLAGS_$(MODE))

CPPFLAGS += -Isrc -Icatalog -Iinclude -DTALLY_VERSION='"$(VERSION)"'
CFLAGS   += -std=gnu17 -g -fPIC -fno-semantic-interposition -pthread \
            -ffile-prefix-map=$(CURDIR)=. $(FLAGS) $(WARN)
LDFLAGS  += -pthread $(filter -fsanitize%,$(FLAGS)) -Wl,--as-needed -Wl,--build-id=sha1 \
            -Wl,-z,relro,-z,now,-z,noexecstack
LDLIBS   += -lsqlite3 -lmicrohttpd -lzstd -lz -lsodium -lcurl -lcyaml -lhpdf -lm

# ---- what there is ----

find     = $(sort $(shell find $(1) -name '$(2)' 2>/dev/null))
SRC     := $(filter-out $(SKIP),$(call find,src,*.c) $(call find,src,*.S))
OBJ      = $(patsubst %,$(BUILD)/%.o,$(basename $(filter src/$(1)/%,$(SRC))))
LIBS    := $(LAYERS:%=$(BUILD)/lib%.a)
UNIT    := $(patsubst %.c,$(BUILD)/%,$(call find,tests,test_*.c))
HELPERS := $(patsubst %.c,$(BUILD)/%,$(filter-out $(UNIT:$(BUILD)/%=%.c),$(wildcard \
           tests/case/*.c tests/cli/*.c tests/http/*.c tests/crash/*.c tests/soak/*.c)))
BENCHES := $(patsubst %.c,$(BUILD)/%,$(wildcard bench/*.c))
FUZZERS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
PUBLIC   = $(call OBJ,core) $(call OBJ,engine) $(call OBJ,lib) $(filter-out \
           $(BUILD)/src/edge/http/% $(BUILD)/src/edge/doc/embed_web%,$(call OBJ,edge))

.PHONY: all run test check format bench fuzz fuzzers install uninstall clean deps tests screenshots \
        crash-long soak
.SECONDARY:
.DELETE_ON_ERROR:

all: $(LIBS) $(BUILD)/tally $(BUILD)/libtally.a $(BUILD)/libtally.so

# ---- how it is made ----

$(BUILD)/src/core/%.o: CPPFLAGS += -include core/base/pure.h

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  cc   $<"
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.S Makefile
	@mkdir -p $(@D)
	@echo "  as   $<"
	$(Q)$(CC) $(CPPFLAGS) -c -o $@ $<

$(BUILD)/src/edge/doc/embed_files.o: catalog/harness.yaml
$(BUILD)/src/edge/doc/embed_web_files.o: build/web/files.inc
build/web/files.inc: tools/build_web $(shell find web -name node_modules -prune -o -type f -print)
	@echo "  web  $@"
	$(Q)tools/build_web $(@D)

define library
$(BUILD)/lib$(1).a: $(call OBJ,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	$(Q)ar rcsD $$@ $$^
endef
$(foreach layer,$(LAYERS),$(eval $(call library,$(layer))))

$(BUILD)/libtally.a: $(PUBLIC)
	@rm -f $@
	$(Q)ar rcsD $@ $^

$(BUILD)/libtally.so: $(PUBLIC) tools/libtally.map
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libtally.so.0 -Wl,--version-script=tools/libtally.map \
		-o $@ $(filter %.o,$^) $(LDLIBS)

$(BUILD)/tests/%: LDLIBS += -lcmocka
$(BUILD)/tests/fuzz/%: LDLIBS += -fsanitize=fuzzer
$(BUILD)/tally $(UNIT) $(HELPERS) $(BENCHES) $(FUZZERS): $(LIBS)
	@echo "  link $@"
	$(Q)$(CC) $(LDFLAGS) -pie -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)
$(UNIT) $(HELPERS) $(BENCHES) $(FUZZERS): %: %.o

-include $(shell find $(BUILD)/src $(BUILD)/tests $(BUILD)/bench -name '*.d' 2>/dev/null)

# ---- what to do with it ----

deps:
	@tools/install_build_dependencies.sh
run:
	@tools/install_build_dependencies.sh build
	@$(MAKE) --no-print-directory $(BUILD)/tally
	$(BUILD)/tally demo $(DEMO)

test: deps
	@BUILD=$(BUILD) tools/test_all

tests: $(UNIT) $(HELPERS)
check:
	@BUILD=$(BUILD) tools/check

format:
	clang-format -i $(call find,src,*.[ch]) $(call find,include,*.h) $(call find,tests,*.[ch]) $(call find,bench,*.[ch])

bench: $(BUILD)/tally $(BENCHES)
	@BUILD=$(BUILD) bench/run

fuzzers: $(FUZZERS)
fuzz:
	@$(MAKE) --no-print-directory MODE=fuzz fuzzers
	@FUZZ_SECONDS=$(or $(SECONDS),30) tools/fuzz

crash-long: $(BUILD)/tally tests
	@BUILD=$(BUILD) tests/crash/long

soak: $(BUILD)/tally tests
	@BUILD=$(BUILD) SOAK_MINUTES=$(or $(MINUTES),120) tests/soak/run

screenshots: $(BUILD)/tally
	@BUILD=$(BUILD) tools/screenshots build/screenshots

install: all
install uninstall:
	@BUILD=$(BUILD) PREFIX=$(PREFIX) DESTDIR=$(DESTDIR) VERSION=$(VERSION) tools/install_files $@

clean:
	rm -rf $(BUILD)
