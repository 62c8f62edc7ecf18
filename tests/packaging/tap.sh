# tap.sh: what the shell tests share: each step is a line of TAP, its output a comment
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

n_steps=0
n_failed=0

# step NAME COMMAND...: passes if the command does; the rest of the test goes on in any case
step() {
  name=$1
  shift
  n_steps=$((n_steps + 1))
  if "$@" >output.txt 2>&1; then
    echo "ok $n_steps - $name"
  else
    n_failed=$((n_failed + 1))
    echo "not ok $n_steps - $name"
    printf '%s\n' "$*" | sed 's/^/# $ /'
    sed 's/^/# /' output.txt
  fi
}

# fails_with TEXT COMMAND...: passes if the command fails, and says so with TEXT
fails_with() {
  text=$1
  shift
  if "$@" >expected.txt 2>&1; then
    echo "This was expected to fail, and did not."
    return 1
  fi
  cat expected.txt
  grep -qF -- "$text" expected.txt
}

# work_in FOLDER: an empty one
work_in() {
  rm -rf "$1"
  mkdir -p "$1"
  cd "$1" || exit 1
}

# build_and_install PREFIX MESON-OPTION...: the library alone, from the sources
build_and_install() {
  prefix=$1
  shift
  meson setup build "$source_root" --prefix="$prefix" --libdir=lib --werror -Dtests=false \
    -Dexamples=false -Dbenchmarks=false -Ddocs=disabled "$@" &&
    meson install -C build
}

finish() {
  echo "1..$n_steps"
  exit "$((n_failed > 0))"
}
