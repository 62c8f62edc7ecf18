#!/usr/bin/env python3
# check-code.py: compiles the code of the guides, and runs the programs in it
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles every ```c block of the guides against the library, and runs the programs.

A comment right before a block says what the block is; readers of the site never see it:

    (no comment)                          a whole program: it is compiled, linked and run, and must
                                          end with status 0 and without a warning of GLib
    <!-- test: functions -->              code at file scope; compiled only
    <!-- test: body TYPE (PARAMETERS) --> statements, compiled as the body of such a function
    <!-- test: part NAME -->              one piece of a program told in several blocks: all pieces
                                          of the name in a guide are joined in order, and the whole
                                          is run if it has a main()
    <!-- test: hidden NAME
    CODE
    -->                                   a piece that the reader is spared

A ```text block after `<!-- test: output -->` is what the program or part before it prints: it is
compared; after `<!-- test: output sandbox -->` only where bwrap works and a worker's memory can be
limited, which sanitizers do not bear. A ```python block must be valid Python. No block is wider than a page of the site.

The flags come from pkg-config and the uninstalled futures-glib-1.pc of the build folder, as they
would in somebody's own project. Messages of the compiler carry the guide's name and line.
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile

MARKER = re.compile(r'^<!-- test: (?P<kind>[a-z]+)(?: (?!-->)(?P<rest>[^\n]*?))?(?: -->)?$')
FENCE = re.compile(r'^```(?P<language>\S*)\s*$')
MAIN = re.compile(r'^main \(', re.MULTILINE)
KINDS = ('program', 'functions', 'body', 'part', 'hidden', 'output')
WARNINGS = ['-Wall', '-Wextra', '-Werror', '-Wno-unused-parameter']
LOOSE = ['-Wno-unused-function', '-Wno-unused-variable', '-Wno-unused-but-set-variable']
TIME_LIMIT = 120
WIDTH = 82    # what a page of the site shows without a scroll bar


class GuideError(Exception):
    """A guide breaks the convention above, or its code does not do what the guide says."""


class Unit:
    """What is given to the compiler in one go: one block, or all parts of one name."""

    def __init__(self, guide, line, loose=False):
        self.name = f'{os.path.basename(guide)}:{line}'
        self.chunks = []
        self.loose = loose
        self.output = None
        self.needs_sandbox = False

    def add(self, guide, line, lines):
        self.chunks.append('#line {} "{}"\n{}\n'.format(line, guide, '\n'.join(lines)))

    @property
    def source(self):
        text = ''.join(self.chunks)
        if '#include <futures-glib.h>' not in text:
            text = '#include <futures-glib.h>\n' + text
        return text

    @property
    def is_program(self):
        return MAIN.search(self.source) is not None


def read_blocks(guide):
    """Gives (kind, rest, language, first line, lines) of each code block and hidden part."""
    with open(guide, encoding='utf-8') as stream:
        lines = stream.read().split('\n')
    marker = None
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        match = MARKER.match(line)
        if match:
            if match['kind'] not in KINDS:
                raise GuideError(f'{guide}:{index}: what is "test: {match["kind"]}"?')
            if match['kind'] == 'hidden':
                start = index
                while lines[index] != '-->':
                    index += 1
                yield 'hidden', match['rest'], 'c', start + 1, lines[start:index]
                index += 1
                continue
            marker = match
            continue
        match = FENCE.match(line)
        if match:
            start = index
            while index < len(lines) and lines[index] != '```':
                index += 1
            if index == len(lines):
                raise GuideError(f'{guide}:{start}: the block has no end')
            for number, text in enumerate(lines[start:index], start + 1):
                if len(text) > WIDTH:
                    raise GuideError(f'{guide}:{number}: wider than {WIDTH} columns')
            kind, rest = (marker['kind'], marker['rest'] or '') if marker else ('program', '')
            yield kind, rest, match['language'], start + 1, lines[start:index]
            index += 1
        elif line.lstrip().startswith('```'):
            raise GuideError(f'{guide}:{index}: a block must not be indented')
        elif marker is not None and line != '':
            raise GuideError(f'{guide}:{index}: a test comment stands without a block')
        else:
            continue
        marker = None


def read_units(guide):
    units = []
    parts = {}
    last = None
    for kind, rest, language, line, lines in read_blocks(guide):
        if kind == 'output':
            if last is None:
                raise GuideError(f'{guide}:{line}: the output of what?')
            if rest not in ('', 'sandbox'):
                raise GuideError(f'{guide}:{line}: output where "{rest}"?')
            last.output = '\n'.join(lines) + '\n'
            last.needs_sandbox = rest == 'sandbox'
            continue
        if language == 'python':
            compile('\n'.join(lines), f'{guide}:{line}', 'exec')
        if language != 'c':
            continue
        if kind in ('part', 'hidden'):
            last = parts.get(rest)
            if last is None:
                last = parts[rest] = Unit(guide, line, loose=True)
                units.append(last)
            last.add(guide, line, lines)
            continue
        last = Unit(guide, line, loose=kind != 'program')
        units.append(last)
        if kind == 'body':
            if not re.match(r'^.+ \(.*\)$', rest):
                raise GuideError(f'{guide}:{line}: "body" needs a type and parameters')
            result, parameters = rest.split(' (', 1)
            lines = [f'{result} body ({parameters};', f'{result} body ({parameters}',
                     '{'] + lines + ['}']
            line -= 3
        last.add(guide, line, lines)
        if kind == 'program' and not last.is_program:
            raise GuideError(f'{guide}:{line}: no main() and no comment that says what this is')
    return units


def check_unit(unit, compiler, flags, libraries, environment):
    """Returns None, or what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, 'guide.c')
        program = os.path.join(folder, 'guide')
        with open(source, 'w', encoding='utf-8') as stream:
            stream.write(unit.source)
        command = compiler + ['-std=gnu11', '-g'] + WARNINGS + (LOOSE if unit.loose else []) + flags
        if unit.is_program:
            command += [source, '-o', program] + libraries
        else:
            command += ['-c', source, '-o', program + '.o']
        done = subprocess.run(command, text=True, errors='replace', stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            return 'does not compile:\n' + done.stdout
        if not unit.is_program:
            return None
        try:
            done = subprocess.run([program], cwd=folder, env=environment, text=True,
                                  errors='replace', stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=TIME_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            return f'still ran after {TIME_LIMIT} seconds'
        if done.returncode != 0:
            return f'ended with status {done.returncode}:\n{done.stdout}{done.stderr}'
        if unit.output is not None and unit.output != done.stdout:
            return 'prints something else:\n' + ''.join(
                difflib.unified_diff(unit.output.splitlines(True), done.stdout.splitlines(True),
                                     'the guide says', 'the program prints'))
    return None


def has_sandbox(flags):
    """Whether programs that start workers in a sandbox, and limit their memory, can do so here."""
    if any(flag.startswith('-fsanitize') for flag in flags):
        return False
    try:
        return subprocess.run(['bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true'],
                              stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def pkg_config(program, folder, *arguments):
    environment = dict(os.environ)
    path = [folder] + [p for p in [environment.get('PKG_CONFIG_PATH')] if p]
    environment['PKG_CONFIG_PATH'] = ':'.join(path)
    done = subprocess.run(program + list(arguments) + ['futures-glib-1'], env=environment,
                          text=True, stdout=subprocess.PIPE, check=True)
    return shlex.split(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--cc', default='cc', help='the compiler, with its arguments')
    parser.add_argument('--cflags', default='', help='more flags for the compiler')
    parser.add_argument('--pkg-config', default=os.environ.get('PKG_CONFIG', 'pkg-config'),
                        help='the pkg-config program')
    parser.add_argument('--pc-dir', default='', help='folder of futures-glib-1-uninstalled.pc')
    parser.add_argument('--library-dir', default='', help='folder of the library, to run with')
    parser.add_argument('--static', action='store_true', help='the library is a static one')
    parser.add_argument('--extract', metavar='FOLDER', help='only write the code into FOLDER')
    parser.add_argument('guides', nargs='+', metavar='GUIDE')
    options = parser.parse_args()

    units = []
    failed = 0
    for guide in options.guides:
        try:
            units += read_units(guide)
        except (GuideError, SyntaxError) as error:
            print(error, file=sys.stderr)
            failed += 1

    if options.extract is not None:
        for unit in units:
            path = os.path.join(options.extract, unit.name.replace(':', '-') + '.c')
            with open(path, 'w', encoding='utf-8') as stream:
                stream.write(unit.source)
        return 1 if failed else 0

    tool = shlex.split(options.pkg_config)
    static = ['--static'] if options.static else []
    extra = shlex.split(options.cflags)
    flags = extra + pkg_config(tool, options.pc_dir, '--cflags')
    libraries = pkg_config(tool, options.pc_dir, '--libs', *static)
    environment = dict(os.environ, G_DEBUG='fatal-warnings')
    if options.library_dir:
        path = [options.library_dir] + [p for p in [environment.get('LD_LIBRARY_PATH')] if p]
        environment['LD_LIBRARY_PATH'] = ':'.join(path)
    if not has_sandbox(flags):
        for unit in units:
            if unit.needs_sandbox:
                print(f'{unit.name} has no sandbox here: its output is not compared')
                unit.output = None

    def check(unit):
        return check_unit(unit, shlex.split(options.cc), flags, libraries, environment)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for unit, problem in zip(units, pool.map(check, units)):
            if problem is not None:
                print(f'{unit.name} {problem}', file=sys.stderr)
                failed += 1
    programs = sum(unit.is_program for unit in units)
    print(f'{len(units)} pieces of code, {programs} of them programs, {failed} wrong')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
