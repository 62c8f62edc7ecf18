#!/usr/bin/env python3
# check-contract.py: every row of the contract has a test, for everything that it holds for
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: check-contract.py CONTRACT.md PROGRAM...
#
# A row of a table in the contract is "| ROW | promise | holds for |". What it holds for is a list of
# words, each of which begins the paths of tests: with `wait` there has to be a test whose path is
# /wait/ROW/... or /wait/contract/ROW/... The word `executors` stands for every executor that runs
# the common suite: for every X with tests of the path /X/contract/... The paths are what the
# programs list when they are called with -l.
#
# A row "| NUMBER | fault | what happens |" holds for processes: there has to be a test whose path is
# /faults/NUMBER/...

import re
import subprocess
import sys
from pathlib import Path

ROW = re.compile(r'^\|\s*([A-Z]\d+)\s*\|(.*)\|([^|]*)\|\s*$')
FAULT = re.compile(r'^\|\s*(\d+)\s*\|(.*)\|([^|]*)\|\s*$')
CARRIES_FAULT = re.compile(r'^/faults/(\d+)/')
CARRIES = re.compile(r'^/([^/]+)/(contract/)?([A-Z]\d+)/')


def read_rows(path):
    """What each row holds for."""
    rows = {}
    for line in Path(path).read_text(encoding='utf-8').splitlines():
        found = ROW.match(line)
        if found is None:
            continue
        row, promise, subjects = found.groups()
        if row in rows:
            sys.exit(f'{path}: the row {row} is there twice')
        if not promise.strip() or not subjects.strip():
            sys.exit(f'{path}: the row {row} has an empty column')
        rows[row] = [subject.strip() for subject in subjects.split(',')]
    return rows


def read_faults(path):
    """Their numbers."""
    faults = set()
    for line in Path(path).read_text(encoding='utf-8').splitlines():
        found = FAULT.match(line)
        if found is None:
            continue
        if int(found.group(1)) in faults:
            sys.exit(f'{path}: the fault {found.group(1)} is there twice')
        faults.add(int(found.group(1)))
    return faults


def list_tests(programs):
    paths = []
    for program in programs:
        run = subprocess.run([program, '-l'], stdout=subprocess.PIPE, encoding='utf-8', check=True,
                             timeout=60)
        # GLib lists them bare, and from 2.76 on as comments of TAP.
        lines = [line.removeprefix('# ').strip() for line in run.stdout.splitlines()]
        paths += [line for line in lines if line.startswith('/')]
    return paths


def main():
    rows = read_rows(sys.argv[1])
    faults = read_faults(sys.argv[1])
    tests = list_tests(sys.argv[2:])
    problems = []

    # Which rows are tested for which subject.
    tested = {}
    executors = set()
    for test in tests:
        if re.match(r'^/[^/]+/contract/', test):
            executors.add(test.split('/')[1])
        found = CARRIES.match(test)
        if found is None:
            continue
        subject, _, row = found.groups()
        tested.setdefault(row, set()).add(subject)
        if row not in rows:
            problems.append(f'{test} carries a row that the contract does not have')

    tested_faults = {int(found.group(1)) for found in map(CARRIES_FAULT.match, tests) if found}
    for fault in sorted(faults - tested_faults):
        problems.append(f'the fault {fault} has no test')
    for fault in sorted(tested_faults - faults):
        problems.append(f'there are tests of a fault {fault} that the contract does not have')

    for row, subjects in rows.items():
        for subject in subjects:
            wanted = sorted(executors) if subject == 'executors' else [subject]
            for name in wanted:
                if name not in tested.get(row, set()):
                    problems.append(f'{row} has no test for {name}')

    if not rows or len(executors) < 2:
        problems.append(f'{len(rows)} rows and {len(executors)} executors: this cannot be all')
    for problem in problems:
        print(problem)
    print(f'{len(rows)} rows, {len(faults)} faults, {len(tests)} tests, executors: {", ".join(sorted(executors))}; '
          f'{len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
