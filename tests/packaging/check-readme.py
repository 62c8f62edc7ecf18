#!/usr/bin/env python3
# check-readme.py: what README.md, NEWS and docs/CONTRIBUTING.md say is so
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: check-readme.py SOURCES        the names in them: scripts, files, options, versions
#        check-readme.py --run SOURCES  compiles and runs README's program by README's commands,
#                                       with the library that pkg-config finds

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
# Options of meson itself that the texts may name.
BUILTIN = {'prefix', 'buildtype', 'default_library', 'b_sanitize', 'b_lundef', 'werror'}


def run_example(root):
    """A c block, then an sh block that compiles and runs it, then what it prints."""
    blocks = BLOCK.findall((root / 'README.md').read_text(encoding='utf-8'))
    n_run = 0
    for (kind, code), (kind2, commands), (_, output) in zip(blocks, blocks[1:], blocks[2:]):
        if kind != 'c' or kind2 != 'sh':
            continue
        source = re.search(r'\bcc (\S+\.c)\b', commands)
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, source[1]).write_text(code, encoding='utf-8')
            run = subprocess.run(['sh', '-e', '-c', commands], cwd=folder, encoding='utf-8',
                                 stdout=subprocess.PIPE, check=True)
        if run.stdout != output:
            print(f'{source[1]} printed:\n{run.stdout}README.md says:\n{output}')
            return 1
        n_run += 1
    print(f'{n_run} program compiled and run')
    return 0 if n_run > 0 else 1


def check_names(root):
    wrong = []
    project = (root / 'meson.build').read_text(encoding='utf-8')
    options = set(re.findall(r"^option\('([\w-]+)'",
                             (root / 'meson_options.txt').read_text(encoding='utf-8'),
                             re.MULTILINE))
    version = re.search(r"^  version: '([\d.]+)'", project, re.MULTILINE)[1]

    news = (root / 'NEWS').read_text(encoding='utf-8')
    if not re.match(rf'futures-glib {re.escape(version)}\b', news):
        wrong.append(f'NEWS does not begin with version {version}, which meson.build has')

    for name in ('README.md', 'docs/CONTRIBUTING.md'):
        text = (root / name).read_text(encoding='utf-8')
        for path in sorted(set(re.findall(r'(?<![\w/])(?:\./)?((?:build-aux|\.ci)/[\w-]+)', text))):
            if not os.access(root / path, os.X_OK):
                wrong.append(f'{name}: {path} is not there, or cannot be run')
        for option in sorted(set(re.findall(r'-D([\w-]+)=', text))):
            if option not in options | BUILTIN:
                wrong.append(f'{name}: there is no option {option}')
        for target in sorted(set(re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', text))):
            if not (root / name).parent.joinpath(target).exists():
                wrong.append(f'{name}: the link to {target} is dead')
        for library in sorted(set(re.findall(r'(?:GLib|Meson) (?:>=|≥|at least) ([\d.]*\d)', text))):
            if f"'>= {library}" not in project:
                wrong.append(f'{name}: meson.build does not ask for {library}')

    print('\n'.join(wrong) if wrong else f'what is said of version {version} is so')
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description='Checks what the README says.')
    parser.add_argument('--run', action='store_true', help='compile and run its program')
    parser.add_argument('sources', type=Path, metavar='SOURCES')
    args = parser.parse_args()
    return run_example(args.sources) if args.run else check_names(args.sources)


sys.exit(main())
