#!/bin/sh
# installed.sh: installs the library into a folder, and uses it with what was installed alone
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: installed.sh SOURCES FOLDER PYTHON VALAC

set -u

source_root=$1
python=$3
valac=$4
here=$source_root/tests/packaging
. "$here/tap.sh"
work_in "$2"

prefix=$PWD/prefix
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
export LD_LIBRARY_PATH="$prefix/lib"
export GI_TYPELIB_PATH="$prefix/lib/girepository-1.0"
export XDG_DATA_DIRS="$prefix/share:/usr/local/share:/usr/share"
cflags='-std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror'

flags() {
  pkg-config --cflags --libs futures-glib-1
}

single_headers() {
  for header in "$prefix"/include/futures-glib-1/fut-*.h; do
    printf '#include <%s>\n' "$(basename "$header")" >single.c
    # shellcheck disable=SC2046
    fails_with 'Only <futures-glib.h> can be included directly.' \
      gcc -fsyntax-only single.c $(flags) || return 1
  done
}

private_headers() {
  ! find "$prefix/include" -name '*private*' -o -name 'fut-waiter.h' | grep .
}

version() {
  test "$(./program)" = "$(pkg-config --modversion futures-glib-1)"
}

# shellcheck disable=SC2046,SC2086
{
  step 'builds and installs' build_and_install "$prefix" -Dintrospection=enabled -Dvapi=enabled
  step 'C' gcc $cflags "$here/program.c" -o program $(flags)
  step 'C runs' ./program
  step 'version of the header is that of pkg-config' version
  step 'C++' g++ -std=c++17 -Wall -Wextra -Werror "$here/program.cc" -o program-cc $(flags)
  step 'C++ runs' ./program-cc
  step 'no header by itself' single_headers
  step 'no private header' private_headers

  modules=$(pkg-config --variable=moduledir futures-glib-1)
  mkdir -p "$modules"
  step 'module of named functions' gcc $cflags -shared -fPIC "$here/answer.c" \
    -o "$modules/answer.so" $(flags) $(pkg-config --cflags gmodule-2.0)
  step 'helper' "$(pkg-config --variable=workerpath futures-glib-1)" --version
  step 'program of a process pool' gcc $cflags "$here/pool.c" -o pool $(flags)
  step 'process pool runs' ./pool
  step 'Python' "$python" "$here/program.py"
  step 'JavaScript' gjs -m "$here/program.js"
  step 'Vala' "$valac" --vapidir "$prefix/share/vala/vapi" --pkg futures-glib-1 \
    --pkg gio-2.0 --fatal-warnings "$here/program.vala" -o program-vala
  step 'Vala runs' ./program-vala
  step 'README' "$here/check-readme.py" --run "$source_root"
}
finish
