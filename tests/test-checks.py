#!/usr/bin/env python3
# test-checks.py: check-layers.py and check-contract.py find what they are there to find
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent


def run(script, *args):
    command = [sys.executable, str(TESTS / script), *map(str, args)]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          encoding='utf-8', timeout=60)


class Checks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        path.chmod(mode)
        return path

    def assert_finds(self, result, *texts):
        self.assertEqual(result.returncode, 1, result.stdout)
        for text in texts:
            self.assertIn(text, result.stdout)


class Layers(Checks):
    def setUp(self):
        super().setUp()
        self.write('futures-glib.h', '#include "fut-error.h"\n#include "fut-future.h"\n')
        self.write('fut-error.h', '')
        self.write('fut-future.h', '#include "fut-error.h"\n')
        self.write('fut-future.c', '#include "config.h"\n#include "fut-future.h"\n')
        self.write('engine/fut-waiter.h', '/* a waiter knows no FutFuture */\n')

    def test_good(self):
        result = run('check-layers.py', self.folder)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_upwards(self):
        self.write('engine/fut-waiter.h', '#include "../fut-future.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'engine/fut-waiter.h: ',
                          'may not include "fut-future.h"')

    def test_object_in_the_engine(self):
        self.write('engine/fut-waiter.h', 'void wait_for (FutFuture *future);\n')
        self.assert_finds(run('check-layers.py', self.folder), 'the engine knows no FutFuture')

    def test_private_in_public(self):
        self.write('fut-future-private.h', '')
        self.write('fut-future.h', '#include "fut-future-private.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'includes the private')

    def test_umbrella(self):
        self.write('fut-future.c', '#include "config.h"\n#include "futures-glib.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'never includes its umbrella')

    def test_executors_apart(self):
        self.write('fut-process-pool-executor.h', '')
        self.write('fut-thread-pool-executor.c',
                   '#include "config.h"\n#include "fut-process-pool-executor.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'of the layer thread-pool')

    def test_new_source(self):
        self.write('fut-something-new.c', '#include "config.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'belongs to no layer')

    def test_order(self):
        self.write('fut-future.c', '#include "fut-future.h"\n#include "config.h"\n')
        self.assert_finds(run('check-layers.py', self.folder), 'includes "config.h" first')


class Contract(Checks):
    ROWS = '| F1 | one | future, executors |\n| T1 | two | pool |\n'
    TESTS = ['/future/F1/a', '/pool/contract/F1/a', '/toy/contract/F1/a', '/pool/T1/b']

    def check(self, rows=ROWS, tests=TESTS):
        contract = self.write('contract.md', rows)
        listed = ''.join(f'echo {test}\n' for test in tests)
        program = self.write('program', f'#!/bin/sh\n{listed}', 0o755)
        return run('check-contract.py', contract, program)

    def test_good(self):
        result = self.check()
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_row_without_a_test(self):
        self.assert_finds(self.check(rows=self.ROWS + '| F2 | three | future |\n'),
                          'F2 has no test for future')

    def test_executor_without_a_test(self):
        self.assert_finds(self.check(tests=[*self.TESTS, '/new/contract/left-out']),
                          'F1 has no test for new')

    def test_test_without_a_row(self):
        self.assert_finds(self.check(tests=[*self.TESTS, '/pool/T9/b']), '/pool/T9/b')

    def test_fault_without_a_test(self):
        rows = self.ROWS + '| 7 | it exits | it is lost |\n| 8 | it aborts | the same |\n'
        result = self.check(rows=rows, tests=[*self.TESTS, '/faults/08/aborts'])
        self.assert_finds(result, 'the fault 7 has no test')

    def test_test_without_a_fault(self):
        self.assert_finds(self.check(tests=[*self.TESTS, '/faults/09/errors']), 'a fault 9')

    def test_row_twice(self):
        self.assert_finds(self.check(rows=self.ROWS + '| F1 | again | future |\n'), 'twice')


if __name__ == '__main__':
    unittest.main()
