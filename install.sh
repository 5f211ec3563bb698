#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What `make install` copies, and `make uninstall` removes. BUILD, PREFIX, LIBDIR, DESTDIR and VERSION come from make.
#   install.sh            copy; the list of files is share/bbsbench/installed.txt
#   install.sh --remove   remove the files of that list, and the folders of the program when they are empty
set -eu
cd -P -- "$(dirname -- "$(readlink -f -- "$0")")"
: "${BUILD:?}" "${PREFIX:?}" "${LIBDIR:?}" "${VERSION:?}"
umask 022
unset TAR_OPTIONS

program=$PREFIX/lib/bbsbench share=$PREFIX/share/bbsbench docs=$PREFIX/share/doc/bbsbench
list=$DESTDIR$share/installed.txt

remove() {
    if [ ! -f "$list" ]; then
        echo "error: $list: no such file; give the PREFIX and DESTDIR of the installation" >&2
        exit 1
    fi
    while IFS= read -r path; do rm -f -- "$DESTDIR$path"; done <"$list"
    rm -f -- "$list"
    for folder in "$program" "$share" "$docs"; do
        if [ -d "$DESTDIR$folder" ]; then find "$DESTDIR$folder" -depth -type d -empty -delete; fi
    done
}

note() { printf '%s\n' "$1" >>"$list.new"; }

# MODE FILE PATH
put() {
    install -D -m "$1" "$2" "$DESTDIR$3"
    note "$3"
}

# TARGET PATH
link() {
    mkdir -p "$(dirname "$DESTDIR$2")"
    ln -sfn "$1" "$DESTDIR$2"
    note "$2"
}

# FOLDER, then what is copied with its path. Nothing keeps the owner or the rights of the checkout.
tree() {
    to=$1
    shift
    mkdir -p "$DESTDIR$to"
    tar -cf - --mode=u=rwX,go=rX --exclude='*.py' --exclude=__pycache__ --exclude='*.part' -- "$@" | tar -xf - --no-same-owner -C "$DESTDIR$to"
    find "$@" ! -type d ! -name '*.py' ! -name '*.pyc' ! -name '*.part' | sed "s|^|$(printf '%s' "$to" | sed 's/[&|\\]/\\&/g')/|" >>"$list.new"
}

# The program is a link: it finds its engine beside itself, and its data in share (bench/base/home.h).
put_program() {
    put 755 "$BUILD/bbsbench" "$program/bbsbench"
    put 644 "$BUILD/bbsbench-engine.so" "$program/bbsbench-engine.so"
    link ../lib/bbsbench/bbsbench "$PREFIX/bin/bbsbench"
    tree "$share" models/cfg models/compact models/profiles models/real models/real.csv models/real.files.csv models/checkpoints.csv \
        datasets/datasets.csv datasets/glyphs datasets/kjv plots results/claims.csv results/reference bench/accel/config \
        bench/accel/technology.csv bench/accel/sram.csv build/datasets
}

# libdir below ${prefix} where it is, so that pkg-config can move both.
# shellcheck disable=SC2016
pkg_config() {
    printf 'prefix=%s\n' "$PREFIX"
    case $LIBDIR in "$PREFIX"/*) printf 'libdir=${prefix}/%s\n' "${LIBDIR#"$PREFIX"/}" ;; *) printf 'libdir=%s\n' "$LIBDIR" ;; esac
    printf '%s\n' 'includedir=${prefix}/include' '' 'Name: bbs' \
        'Description: Bi-directional bit-level sparsity of weight tensors: compress, pack, count' "Version: $VERSION" \
        'Requires.private: zlib' 'Libs: -L${libdir} -lbbs' 'Libs.private: -lm -pthread' 'Cflags: -I${includedir}'
}

put_library() {
    soname=libbbs.so.${VERSION%%.*}
    put 644 "$BUILD/libbbs.a" "$LIBDIR/libbbs.a"
    put 644 "$BUILD/libbbs.so" "$LIBDIR/libbbs.so.$VERSION"
    link "libbbs.so.$VERSION" "$LIBDIR/$soname"
    link "$soname" "$LIBDIR/libbbs.so"
    put 644 bench/library/bbs.h "$PREFIX/include/bbs.h"
    mkdir -p "$DESTDIR$LIBDIR/pkgconfig"
    pkg_config >"$DESTDIR$LIBDIR/pkgconfig/bbs.pc"
    note "$LIBDIR/pkgconfig/bbs.pc"
}

put_docs() { tree "$docs" README.md CHANGELOG.md CITATION.cff LICENSE docs; }

# The folders that the three shells look into below a prefix; ZSH_FOLDER names another for zsh, as Debian's packages need.
put_manual() {
    for page in "$BUILD"/man/*.1; do put 644 "$page" "$PREFIX/share/man/man1/$(basename "$page")"; done
    put 644 "$BUILD/man/bbsbench.bash" "$PREFIX/share/bash-completion/completions/bbsbench"
    put 644 "$BUILD/man/_bbsbench" "$PREFIX/share/${ZSH_FOLDER:-zsh/site-functions}/_bbsbench"
    put 644 "$BUILD/man/bbsbench.fish" "$PREFIX/share/fish/vendor_completions.d/bbsbench.fish"
}

if [ "${1:-}" = --remove ]; then
    remove
    exit 0
fi
mkdir -p "$DESTDIR$share"
rm -f "$list.new"
put_program
put_library
put_manual
put_docs
sort "$list.new" >"$list"
rm "$list.new"
