#!/bin/sh
# subproject.sh: a program that brings the library along as a meson subproject
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: subproject.sh SOURCES FOLDER

set -u

source_root=$1
here=$source_root/tests/packaging
. "$here/tap.sh"
work_in "$2"

mkdir subprojects
ln -s "$source_root" subprojects/futures-glib
cp "$here/program.c" .
cat >meson.build <<'MESON'
project('program', 'c', default_options: ['c_std=gnu11'])
fut_dep = dependency('futures-glib-1', fallback: 'futures-glib')
test('program', executable('program', 'program.c', dependencies: fut_dep))
MESON

nothing_extra() {
  ! find build/subprojects/futures-glib/tests build/subprojects/futures-glib/examples \
    -type f 2>/dev/null | grep .
}

step 'configures' meson setup build --wrap-mode=forcefallback --werror \
  -Dfutures-glib:introspection=disabled -Dfutures-glib:vapi=disabled
step 'builds' meson compile -C build
step 'runs' meson test -C build
step 'without tests and examples' nothing_extra
finish
