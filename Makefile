# SPDX-License-Identifier: GPL-3.0-or-later
# bbsbench. `make help` lists the targets. CC, CPPFLAGS, CFLAGS, MOREFLAGS, LDFLAGS, LDLIBS, BUILD, DARKNET_ROOT, PYTHON, PREFIX,
# DESTDIR and V=1 can be set by the caller.

BUILD        ?= build
CC           ?= cc
PYTHON       ?= /usr/bin/python3
DARKNET_ROOT ?= /usr/lib/darknet
OBJCOPY      ?= objcopy
JOBS         ?= $(shell nproc)
NET          ?= resnet34
PREFIX       ?= /usr/local
Q             = $(if $(V),,@)

PACKAGES  = gsl libcjson sqlite3 zlib libzip libmd libutf8proc libpcre2-8 libjpeg libpng
CFLAGS   ?= -O2 -g
DEBUGFLAGS = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wvla $(if $(WERROR),-Werror)
# No -ffast-math and no contraction, for reproducible bits. Hidden visibility, because Darknet exports 642 unprefixed names. PIC,
# because the engine is a shared object with its own copies of the functions that it calls.
# What the results depend on comes after the caller's flags, so that -Ofast cannot change them.
USER_CFLAGS = $(CPPFLAGS) $(CFLAGS) $(MOREFLAGS)
BITS_CFLAGS = -std=c11 -fno-fast-math -ffp-contract=off -fno-math-errno
PACKAGES_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PACKAGES_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
BBS_CFLAGS = -D_GNU_SOURCE -fPIC -fvisibility=hidden -pthread -MMD -MP -Ibench -I$(BUILD)/generated \
             -isystem $(DARKNET_ROOT)/include $(PACKAGES_CFLAGS) $(DEBUGFLAGS) $(USER_CFLAGS) $(BITS_CFLAGS)
# The program has the same bytes wherever the project lies. Not among the flags that objects depend on: a moved folder is not
# compiled again.
ANYWHERE   = '-ffile-prefix-map=$(subst ','\'',$(CURDIR))=.'
# abspath() takes a blank for the end of a name.
ABSOLUTE   = $(if $(filter /%,$(BUILD)),$(BUILD),$(CURDIR)/$(BUILD))
LINK       = $(CC) $(CFLAGS) $(MOREFLAGS) $(LDFLAGS)
LIBRARIES  = -Wl,--as-needed $(PACKAGES_LIBS) -lpthread -lm $(LDLIBS)
ENGINE_LIBRARIES = -Wl,--as-needed -L$(DARKNET_ROOT) -Wl,-rpath,$(DARKNET_ROOT) -ldarknet -ldnnl -lgomp

# Three parts: code without Darknet; the engine; and the two ends of loading the engine at run time, loader.c in the program and
# interface.c in the shared object. Tests that predict are linked with the engine itself.
ENGINE   := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/loader.c %/interface.c,$(wildcard bench/engine/*.c)))
LOADER   := $(BUILD)/bench/engine/loader.o
INTERFACE := $(BUILD)/bench/engine/interface.o
OBJECTS  := $(filter-out $(ENGINE) $(LOADER) $(INTERFACE) $(BUILD)/bench/cli/main.o $(BUILD)/bench/manual/main.o,$(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/*/*.c bench/*/*/*.c)))
LINKED    = $(BUILD)/libbench.a $(BUILD)/libbench-engine.a
LINKING   = -Wl,--start-group $(LINKED) -Wl,--end-group $(ENGINE_LIBRARIES) $(LIBRARIES)
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))
BENCHES  := $(patsubst tests/bench/%.c,$(BUILD)/benches/%,$(wildcard tests/bench/bench_*.c))

.DEFAULT_GOAL := all
.SUFFIXES:
.SECONDARY:
.PHONY: report-check report-picture commands-check help deps all check check-build real real-reference smoke bench speed bench-peers engines-picture oracle lint parity rehearsal cluster synthesis asan faults coverage mutation fuzz retrain reference readme datasets glyphs format install uninstall clean distclean FORCE

help:  ## this list
	@grep -hE "^[a-z-]+:.*##" Makefile | sed -E "s|^([a-z-]+):.*## *|\1\||" | awk -F"|" "{printf \"  %-12s %s\\n\", \$$1, \$$2}"

deps:  ## install the Debian packages of deps.txt that are missing (or print the apt line)
	@./deps.sh

all: $(BUILD)/bbsbench $(BUILD)/bbsbench-engine.so $(BUILD)/bbsbench.root $(BUILD)/libbbs.a $(BUILD)/libbbs.so $(BUILD)/man/bbsbench.1  ## build the program build/bbsbench, its engine, the library libbbs and the manual pages

check:  ## install what is missing, build, run all tests; ends with "N passed, N failed"
	@./deps.sh
	@$(MAKE) --no-print-directory -j$(JOBS) check-build datasets
	@BUILD=$(BUILD) PYTHON=$(PYTHON) tests/run.sh

check-build: all $(UNITS)

# REAL_DATA holds the files of models/real.files.csv; nothing of them is copied. REAL_OPTIONS are for `bbsbench run`.
REAL_DATA    ?= ../shared/data
REAL_OPTIONS ?=
REAL          = $(BUILD)/real
real: $(BUILD)/bbsbench  ## real networks on small real samples, compared with the committed rows; needs files in REAL_DATA
	@if [ ! -d "$(REAL_DATA)" ]; then echo "real: SKIPPED: no folder $(REAL_DATA) (REAL_DATA: the files of models/real.files.csv)"; exit 0; fi; \
	    rm -rf $(REAL) && $< run --real --from "$(REAL_DATA)" --offline --yes --jobs $(JOBS) --out $(REAL) $(REAL_OPTIONS) && $< report $(REAL)

real-reference: $(BUILD)/bbsbench  ## make the rows of `make real` in results/reference/real again (say why in CHANGELOG.md)
	@$(MAKE) --no-print-directory real REAL_OPTIONS="--no-compare $(REAL_OPTIONS)"
	$(Q)mkdir -p results/reference/real && for rows in accuracy integers real perplexity; do cp $(REAL)/$$rows.csv results/reference/real/ || exit 1; done
	$(Q)tests/baselines.sh --write

smoke:  ## the short end-to-end run: ./run_all.sh --smoke
	@./run_all.sh --smoke

bench: $(BENCHES) $(BUILD)/bbsbench  ## measure speed (never part of check)
	@for program in $(BENCHES); do BBSBENCH="$(ABSOLUTE)/bbsbench" $$program || exit 1; done

speed: $(BENCHES) $(BUILD)/bbsbench  ## write results/reference/speed.md: all of `make bench` in one run on an idle machine (minutes)
	@BBSBENCH="$(ABSOLUTE)/bbsbench" BBS_TEST_DATA="$(BBS_TEST_DATA)" tests/bench/speed.sh $(BUILD)/benches >results/reference/speed.md.new && mv results/reference/speed.md.new results/reference/speed.md
	@echo "results/reference/speed.md: now tests/baselines.sh --write, which hashes it"

# The reviews of r-cran-modeldata, the data of the text networks, are written to the folder where bench/data/reviews.c looks.
DATASETS = build/datasets/test.tsv build/datasets/pairs-test.tsv
datasets: $(DATASETS)  ## write the text data sets of the compact networks to build/datasets (Rscript, r-cran-modeldata)

$(DATASETS) &: datasets/reviews.R
	@echo "  DATA    build/datasets"
	$(Q)rm -rf build/datasets.new && mkdir -p build/datasets.new && R_LIBS= R_LIBS_USER=NULL Rscript --vanilla $< build/datasets.new && \
	    rm -rf build/datasets && mv build/datasets.new build/datasets

# Pictures to train on; those that are shipped are committed, and `make glyphs` draws the same bytes again.
GLYPHS = build/glyphs/masters.idx
glyphs:  ## draw the glyphs of datasets/glyphs again (python3-pil, python3-fonttools, the packages of datasets/glyphs/fonts.csv)
	$(PYTHON) datasets/glyphs/make_glyphs.py

$(GLYPHS): datasets/glyphs/make_glyphs.py datasets/glyphs/fonts.csv
	$(PYTHON) $< --masters $(@D)

oracle:  ## regenerate the reference vectors and fixtures of tests/data (python3-torch)
	@PYTHON=$(PYTHON) tests/oracle/regenerate.sh

parity: $(BUILD)/parity  ## full-size networks against PyTorch on random weights (python3-torchvision; 1.2 GB in a temporary folder)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) tests/oracle/parity.py "$$folder" && BBS_PARITY="$$folder" $(BUILD)/parity

report-check:  ## look at a report in a browser at two widths: make report-check REPORT=results/RUN/report.html (chromium; AXE=axe.min.js)
	@AXE="$(AXE)" tests/report/check.sh $(REPORT)

report-picture:  ## write docs/report.png, the picture in README.md: make report-picture REPORT=results/RUN/report.html (chromium, python3-pil)
	@PYTHON=$(PYTHON) tests/report/picture.sh $(REPORT) docs/report.png

COMMANDS_RUN ?= $(BUILD)/commands

commands-check: $(BUILD)/bbsbench  ## run every command of the documents and of the report of a smoke run, compare the rows: COMMANDS_RUN=results/RUN for another run (minutes)
	$(Q)$(PYTHON) tests/docs.py $< README.md docs/*.md
	$(Q)test -e $(COMMANDS_RUN)/run.json || $< run --smoke --no-compare --no-history --out $(COMMANDS_RUN)
	$(Q)$< report $(COMMANDS_RUN) >/dev/null && $(PYTHON) tests/report/commands.py $< $(COMMANDS_RUN)

rehearsal: $(BUILD)/bbsbench  ## ./run_all.sh --full on seven made checkpoints served on loopback (python3-torchvision; 3.5 GB in a temporary folder)
	@BUILD=$(BUILD) BBSBENCH="$(ABSOLUTE)/bbsbench" PYTHON=$(PYTHON) sh tests/shell/rehearsal.sh

cluster: $(BUILD)/bbsbench  ## a plan on a real Slurm of two nodes on this machine, with a killed node and unit (slurm-wlm, munge, root): CLUSTER=full takes the rehearsal's checkpoints
	@BUILD=$(BUILD) BBSBENCH="$(ABSOLUTE)/bbsbench" PYTHON=$(PYTHON) CLUSTER=$(CLUSTER) sh tests/cluster/cluster.sh

synthesis: $(BUILD)/bbsbench  ## the PEs of `area` in Verilog, simulated and synthesised (yosys, iverilog, qflow-tech-osu018)
	@$(PYTHON) tests/synthesis/synthesise.py $(BUILD)/bbsbench $(BUILD)/synthesis

asan:  ## all tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/asan CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=undefined,float-cast-overflow" check

FAULTS ?= 4

faults: $(BUILD)/bbsbench $(BUILD)/faults/interposer.so  ## kills, failing allocations and writes, damaged files, two programs at once: FAULTS=50 tries more of each
	@FAULTS=$(FAULTS) PYTHON=$(PYTHON) $(PYTHON) tests/faults/faults.py $(BUILD)/bbsbench $(BUILD)/faults/interposer.so $(PARTS)

$(BUILD)/faults/interposer.so: tests/faults/interposer.c Makefile
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=c11 -Wall -Wextra -O2 -fPIC -shared -o $@ $<

coverage:  ## lines of bench/ without cli/ that the tests run (gcov; half an hour): TESTS="test_accel test_run" runs only these
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage CFLAGS="-O1 -g --coverage" -j$(JOBS) check-build datasets
	@find $(BUILD)/coverage -name '*.gcda' -exec rm {} +
	@BUILD=$(BUILD)/coverage PYTHON=$(PYTHON) tests/run.sh $(TESTS) || echo "some tests failed: the counts are of what ran"
	@$(PYTHON) tests/coverage.py $(BUILD)/coverage

mutation: all  ## wrong changes, one at a time, and the tests that catch them: MUTANTS="1-8" tries only these
	@$(PYTHON) tests/mutation/mutate.py $(MUTANTS)

lint:  ## warnings as errors with gcc and clang, cppcheck
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint-gcc CC=gcc WERROR=1 -j$(JOBS) check-build
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/lint-clang CC=clang WERROR=1 -j$(JOBS) check-build
	@tests/lint.sh

bench-peers: $(BUILD)/peers  ## our engine beside stock Darknet and ONNX Runtime, into results/reference/engines.md (npm, python3-torch, python3-onnx; 3 GB in build/onnx)
	@PYTHON=$(PYTHON) tests/peers/peers.sh $(BUILD)/peers $(BUILD)/onnx results/reference/engines.md $(NETS)

engines-picture:  ## draw docs/engines.png from the rates that bench-peers measured (gnuplot)
	$(Q)gnuplot -e 'formats = "png"' -c tests/peers/engines.gp $(BUILD)/onnx/rates.csv docs/engines plots/style.gp

reference: $(BUILD)/bbsbench  ## make the committed baselines of results/reference again, their hashes, and the line of CHANGELOG.md that wants a reason
	$(Q)for mode in smoke compact; do rm -rf $(BUILD)/reference/$$mode; \
	    $< run --no-compare --no-history $$(test $$mode = compact || echo --$$mode) --out $(BUILD)/reference/$$mode || exit 1; \
	    for rows in $(ROWS_OF_A_MODE); do cp $(BUILD)/reference/$$mode/$$rows.csv results/reference/$$rows.$$mode.csv; done; done
	$(Q)cd $(BUILD)/reference/compact && cp $(ROWS_OF_EVERY_MODE:=.csv) $(CURDIR)/results/reference/
	$(Q)tests/baselines.sh --write

# Baselines: rows that depend on the samples, and so on the mode, and rows that do not.
ROWS_OF_A_MODE     = perplexity perplexity_pairs llama_parts llama_model llama_context roofline_totals sensitivity_totals sensitivity_weights sensitivity oddity_totals oddities accuracy integers outputs ordering layers table1 fig11 table2 table3 fig16
ROWS_OF_EVERY_MODE = choices model speedup precision attention seeds examples sparsity divergence search llama fig1 fig17 fig3 fig6 fig12 fig13 iso_area scaling fig14 fig15 pe table4 table5 table6

readme: $(BUILD)/bbsbench  ## write the tables of numbers in README.md again, from results/reference
	@BBSBENCH=$(BUILD)/bbsbench tests/readme.sh --write

docs: $(BUILD)/bbsbench  ## write docs/rows.md and the made parts of README.md and docs/*.md again
	$(Q)$< query --describe >docs/rows.md.new && mv docs/rows.md.new docs/rows.md
	$(Q)for file in $$(grep -lE '^<!-- (query|output):' docs/*.md); do BBSBENCH=$(BUILD)/bbsbench tests/readme.sh --write $$file || exit 1; done
	$(Q)$(MAKE) --no-print-directory readme

format:  ## lay out all C files by .clang-format
	@git ls-files '*.c' '*.h' | xargs clang-format -i

FUZZERS       := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzzers/%,$(wildcard tests/fuzz/fuzz_*.c))
SECONDS       ?= 150
FUZZ_CFLAGS    = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=undefined,float-cast-overflow

# `files` and `work` are targets with a reader for each of their seeds, and run as long as so many targets.
fuzz:  ## run each libFuzzer target under the sanitizers: SECONDS=150 for each reader (clang, libclang-rt-14-dev)
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=$(BUILD)/fuzz CC=clang CFLAGS="$(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link" fuzz-build
	@BBSBENCH=$(BUILD)/bbsbench PYTHON=$(PYTHON) tests/fuzz/seeds.sh $(BUILD)/fuzz/seeds
	@for target in $(notdir $(FUZZERS:fuzz_%=%)); do \
	    kind=$${target#fuzz_}; readers=1; \
	    if [ $$kind = files ] || [ $$kind = work ]; then readers=$$(ls $(BUILD)/fuzz/seeds/$$kind | wc -l); fi; \
	    mkdir -p $(BUILD)/fuzz/corpus/$$kind; echo "  FUZZ    $$kind for $(SECONDS) s x $$readers"; \
	    $(BUILD)/fuzz/fuzzers/$$target -max_total_time=$$(($(SECONDS) * readers)) -timeout=20 -rss_limit_mb=4096 -max_len=16384 -verbosity=0 \
	        -print_final_stats=1 -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus/$$kind $(BUILD)/fuzz/seeds/$$kind || exit 1; \
	done

.PHONY: fuzz-build
fuzz-build: $(FUZZERS)

$(BUILD)/fuzzers/%: tests/fuzz/%.c $(LINKED) Makefile
	@mkdir -p $(@D)
	@echo "  FUZZER  $@"
	$(Q)$(CC) $(BBS_CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(LINKING)

retrain: $(if $(filter bert_%,$(NET)),datasets) $(if $(filter vgg% resnet%,$(NET)),$(GLYPHS))  ## train one compact network again: make retrain NET=resnet34 (python3-torch; tens of minutes)
	$(PYTHON) models/train/train$(if $(filter bert_%,$(NET)),_text)$(if $(filter llama,$(NET)),_language).py --net $(NET) --out models/compact --work $(BUILD)/train
	cd models/compact && sha256sum *.safetensors *.ranges.csv bert.vocab.txt llama.tokenizer.bin >SHA256SUMS

clean:  ## remove build/
	$(Q)rm -rf $(BUILD)

distclean: clean  ## remove build/ and the results of runs
	$(Q)find results -mindepth 1 -maxdepth 1 -type d ! -name reference -exec rm -rf {} +

$(BUILD)/bbsbench: $(BUILD)/bench/cli/main.o $(LOADER) $(BUILD)/libbench.a $(BUILD)/generated/flags | $(BUILD)/bbsbench-engine.so $(BUILD)/bbsbench.root
	@echo "  LD      $@"
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)

# A missing symbol is an error when linking, not when running, except under sanitizers, whose symbols come from the program.
$(BUILD)/bbsbench-engine.so: $(INTERFACE) $(LINKED) $(BUILD)/generated/flags
	@echo "  LD      $@"
	$(Q)$(LINK) -shared -Wl,-z,now $(if $(findstring sanitize,$(CFLAGS)),,-Wl,-z,defs) -o $@ $< $(LINKING)

# Manual pages and completion scripts, from the tables of the commands. Their date is SOURCE_DATE_EPOCH, or that of the change log.
$(BUILD)/manual: $(BUILD)/bench/manual/main.o $(LOADER) $(BUILD)/libbench.a $(BUILD)/generated/flags
	@echo "  LD      $@"
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)

$(BUILD)/man/bbsbench.1: $(BUILD)/manual CHANGELOG.md
	@echo "  MAN     $(BUILD)/man"
	$(Q)rm -rf $(@D) && mkdir -p $(@D) && $< $(@D) $$(date -u -d @$${SOURCE_DATE_EPOCH:-$$(stat -c %Y CHANGELOG.md)} +%Y-%m-%d)

# The library: the objects of bench/library, and what they need of the rooms below. Only bbs_* names leave either form.
LIBRARY := $(patsubst %.c,$(BUILD)/%.o,$(wildcard bench/library/*.c))
VERSION := $(shell sed -n 's/^.define BBS_VERSION "\(.*\)"/\1/p' bench/library/bbs.h 2>/dev/null)
SONAME   = libbbs.so.$(firstword $(subst ., ,$(VERSION)))

$(BUILD)/libbbs.a: $(LIBRARY) $(BUILD)/libbench.a Makefile
	@echo "  AR      $@"
	$(Q)$(LD) -r -o $(BUILD)/libbbs.o $(LIBRARY) $(BUILD)/libbench.a && $(OBJCOPY) --wildcard --keep-global-symbol='bbs_*' $(BUILD)/libbbs.o
	$(Q)rm -f $@ && $(AR) rcs $@ $(BUILD)/libbbs.o

$(BUILD)/libbbs.so: $(LIBRARY) $(BUILD)/libbench.a bench/library/libbbs.map $(BUILD)/generated/flags
	@echo "  LD      $@"
	$(Q)$(LINK) -shared -Wl,-soname,$(SONAME) -Wl,--version-script=bench/library/libbbs.map $(if $(findstring sanitize,$(CFLAGS)),,-Wl,-z,defs) -o $@ $(filter %.o %.a,$^) $(LIBRARIES)

# The names of all objects: an archive is made again when a source was removed, too.
$(BUILD)/generated/objects: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(OBJECTS) $(ENGINE) >$@.new
	@$(keep_unless_changed)

$(BUILD)/libbench-engine.a: $(ENGINE) $(BUILD)/generated/objects
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/libbench.a: $(OBJECTS) $(BUILD)/generated/objects
	@echo "  AR      $@"
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/bench/%.o: bench/%.c Makefile $(BUILD)/generated/flags | $(BUILD)/generated/commit.h
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(BBS_CFLAGS) $(ANYWHERE) -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LINKED) Makefile $(BUILD)/generated/flags
	@mkdir -p $(@D)
	@echo "  TEST    $@"
	$(Q)$(CC) $(BBS_CFLAGS) $(LDFLAGS) -Itests/unit -o $@ $< $(LINKING) -lcmocka

# Tests that are linked like the program: the loader, and the tables of all commands.
# "private": the engine, which they need, is linked as ever.
$(BUILD)/tests/test_loader $(BUILD)/tests/test_options: private LINKING = $(LOADER) $(BUILD)/libbench.a $(LIBRARIES)
$(BUILD)/tests/test_loader $(BUILD)/tests/test_options: $(LOADER) | $(BUILD)/tests/bbsbench-engine.so

$(BUILD)/tests/bbsbench-engine.so: | $(BUILD)/bbsbench-engine.so
	@mkdir -p $(@D)
	$(Q)ln -sf ../bbsbench-engine.so $@

$(BUILD)/peers: tests/peers/engine.c $(LINKED) Makefile
	@mkdir -p $(@D)
	@echo "  TEST    $@"
	$(Q)$(CC) $(BBS_CFLAGS) $(LDFLAGS) -Itests/unit -o $@ $< $(LINKING) -lcmocka

$(BUILD)/parity: tests/parity/parity.c $(LINKED) Makefile
	@echo "  TEST    $@"
	$(Q)$(CC) $(BBS_CFLAGS) $(LDFLAGS) -Itests/unit -o $@ $< $(LINKING) -lcmocka

$(BUILD)/benches/%: tests/bench/%.c $(LINKED) Makefile
	@mkdir -p $(@D)
	@echo "  BENCH   $@"
	$(Q)$(CC) $(BBS_CFLAGS) $(LDFLAGS) -o $@ $< $(LINKING)

# The tables of constants become C: numbers unchanged, texts in quotes. A row whose number of fields is not the header's is an error.
$(BUILD)/generated/%.inc: bench/accel/%.csv
	@mkdir -p $(@D)
	@echo "  TABLE   $<"
	$(Q)awk -F, 'NR == 1 { n = NF; next } \
	    NF != n || /"/ { print FILENAME ":" NR ": a row of " NF " fields, expected " n " without quotes" >"/dev/stderr"; exit 1 } \
	    { printf "{"; for (i = 1; i <= n; i++) printf ($$i ~ /^[0-9.]+$$/ ? "%s, " : "\"%s\", "), $$i; print "}," }' $< >$@.new && mv $@.new $@

$(BUILD)/bench/accel/technology.o: $(BUILD)/generated/technology.inc
$(BUILD)/bench/accel/sram.o: $(BUILD)/generated/sram.inc
$(BUILD)/bench/experiments/builtin.o: $(BUILD)/generated/experiments.inc

# Pages and queries become arrays of characters: {"fig12.md", (const char[]){45,45, ... 0}}.
EXPERIMENT_TEXTS = $(sort $(wildcard bench/experiments/*.md bench/experiments/*.sql))
# Made each time and replaced only when it differs, so that a file that was removed is noticed too.
$(BUILD)/generated/experiments.inc: $(EXPERIMENT_TEXTS) FORCE
	@mkdir -p $(@D)
	$(Q)for file in $(EXPERIMENT_TEXTS); do printf '{"%s", (const char[]){' "$$(basename $$file)"; \
	    od -An -v -td1 $$file | sed 's/ *\(-*[0-9][0-9]*\)/\1,/g'; echo '0}},'; done >$@.new; \
	    if cmp -s $@.new $@; then rm $@.new; else echo "  TEXT    bench/experiments"; mv $@.new $@; fi

# The default configurations become the bytes of a text.
$(BUILD)/generated/paper.inc: bench/accel/config/paper.ini
	@mkdir -p $(@D)
	@echo "  TABLE   $<"
	$(Q)od -An -v -td1 $< | sed 's/[0-9-][0-9-]*/&,/g' >$@.new && mv $@.new $@

$(BUILD)/bench/accel/configuration.o: $(BUILD)/generated/paper.inc

# Both are written anew only when they change, so that nothing is rebuilt without need. Flags reach the shell through the
# environment, because they may hold quotes.
keep_unless_changed = if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# A flag that names the folder of the build, as those of Debian's packages do, would make other bytes of each folder.
$(BUILD)/generated/commit.h: export BBS_FLAGS = $(strip $(filter-out -ffile-prefix-map=% -fdebug-prefix-map=%,$(USER_CFLAGS) $(BITS_CFLAGS) $(LDFLAGS)))
$(BUILD)/generated/commit.h: export BBS_DARKNET = $(DARKNET_ROOT)
$(BUILD)/generated/commit.h: FORCE
	@mkdir -p $(@D)
	@./commit.sh >$@.new
	@if ! cmp -s $@.new $@; then sed -n 's/^.define BBS_COMMIT_NOTE "\(..*\)"$$/  NOTE    the commit is unknown: \1/p' $@.new; fi
	@$(keep_unless_changed)

# Compiler and flags of everything in $(BUILD). Objects depend on them.
$(BUILD)/generated/flags: export BBS_FLAGS = $(CC) $(BBS_CFLAGS) / $(LDFLAGS) $(LIBRARIES) $(ENGINE_LIBRARIES)
$(BUILD)/generated/flags: FORCE
	@mkdir -p $(@D)
	@{ $(CC) --version 2>&1 | head -n 1; printf '%s\n' "$$BBS_FLAGS"; } >$@.new
	@$(keep_unless_changed)

# Where the program finds its models when it lies outside the project.
$(BUILD)/bbsbench.root: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(CURDIR))' >$@.new
	@$(keep_unless_changed)

# install.sh has the list of files. Everything lies below PREFIX, but the library in LIBDIR, for Debian's lib/TRIPLET.
LIBDIR    ?= $(PREFIX)/lib
install uninstall: export BUILD := $(BUILD)
install uninstall: export PREFIX := $(PREFIX)
install uninstall: export LIBDIR := $(LIBDIR)
install uninstall: export DESTDIR := $(DESTDIR)
install uninstall: export VERSION := $(VERSION)

install: all datasets  ## copy program, data and library to $(DESTDIR)$(PREFIX) (default /usr/local)
	$(Q)./install.sh

uninstall:  ## remove what `make install` with the same PREFIX and DESTDIR has copied
	$(Q)./install.sh --remove

-include $(OBJECTS:.o=.d) $(ENGINE:.o=.d) $(LOADER:.o=.d) $(INTERFACE:.o=.d) $(BUILD)/bench/cli/main.d $(BUILD)/bench/manual/main.d $(UNITS:=.d)
