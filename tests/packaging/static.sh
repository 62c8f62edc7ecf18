#!/bin/sh
# static.sh: installs a static library without introspection, and links a program with it
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: static.sh SOURCES FOLDER

set -u

source_root=$1
here=$source_root/tests/packaging
. "$here/tap.sh"
work_in "$2"

prefix=$PWD/prefix
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"

needs_no_shared_library() {
  ! ldd ./program | grep futures
}

no_introspection() {
  ! find "$prefix" -name '*.gir' -o -name '*.typelib' -o -name '*.vapi' | grep .
}

# shellcheck disable=SC2046
{
  step 'builds and installs' build_and_install "$prefix" -Ddefault_library=static \
    -Dintrospection=disabled -Dvapi=disabled
  step 'nothing of introspection' no_introspection
  step 'C' gcc -std=gnu11 "$here/program.c" -o program \
    $(pkg-config --static --cflags --libs futures-glib-1)
  step 'C runs' ./program
  step 'the library is in the program' needs_no_shared_library
}
finish
