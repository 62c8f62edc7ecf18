#!/usr/bin/env python3
# test-small.py: runs one of the small examples and checks what it prints
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: test-small.py PROGRAM; the program's name says what is expected.

import hashlib
import re
import subprocess
import sys
import unittest
from pathlib import Path

PROGRAM = Path(sys.argv.pop(1))


class Small(unittest.TestCase):
    maxDiff = None

    def run_program(self, *arguments):
        run = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')
        stdout, stderr = run.communicate()
        self.assertEqual(run.returncode, 0, stderr)
        self.pid = run.pid
        self.stderr = stderr.splitlines()
        return stdout.splitlines()

    def run_quietly(self, *arguments):
        lines = self.run_program(*arguments)
        self.assertEqual(self.stderr, [])
        return lines

    def check_submit(self):
        self.assertEqual(self.run_quietly(), ['The greatest common divisor is 10086647.'])

    def check_map(self):
        self.assertEqual(self.run_quietly(), [
            '112272535095293 is prime',
            '112582705942171 is prime',
            '112272535095293 is prime',
            '115280095190773 is prime',
            '115797848077099 is prime',
            '1099726899285419 is not prime',
        ])

    def check_as_completed(self):
        # Any order is right: that the quick ones come first is likely, and not promised.
        self.assertCountEqual(self.run_quietly(), [
            'below 10: 9',
            'below 100: 97',
            'below 1000: 871',
            'below 100000: 77031',
            'below 300000: 230631',
            'below 1000000: 837799',
        ])

    def check_done_callbacks(self):
        self.assertEqual(self.run_quietly(), [
            "first: 42, in a worker's thread",
            "second: 42, in a worker's thread",
            'too late: 42, in the main thread',
            'from the loop: 42, in the main thread',
        ])

    def check_cancel(self):
        lines = self.run_quietly()
        numbers = {}
        for what in ('is cancelled', 'runs: asked to stop', 'kept its result'):
            numbers[what] = [int(line.split()[1]) for line in lines if line.endswith(what)]
        cancelled = numbers['is cancelled']
        running = numbers['runs: asked to stop']

        self.assertEqual(len(lines), 8 + 2 + 2, lines)
        self.assertEqual(len(cancelled), 8)
        self.assertEqual(cancelled, sorted(cancelled))
        self.assertEqual(sorted(cancelled + running), list(range(1, 11)))
        self.assertEqual(numbers['kept its result'], running)

    def check_errors(self):
        self.assertEqual(self.run_quietly(), [
            'exception(): 84 cannot be divided by zero',
            'result(): 84 cannot be divided by zero',
            'good: 42',
            'as a string: type mismatch',
        ])

    def check_main_loop(self):
        *progress, last = self.run_quietly()
        shares = [int(re.fullmatch(r'counting primes: (\d+) %', line)[1]) for line in progress]

        self.assertEqual(last, 'done: 25997 primes below 300000')
        self.assertGreater(len(shares), 0)
        self.assertEqual(shares, sorted(shares))
        self.assertLessEqual(shares[-1], 100)

    def check_thread_names(self):
        self.assertEqual(self.run_program(), [])
        text = '\n'.join(self.stderr)
        tasks = re.findall(r'\[painter_[01]\] task (\d)$', text, re.MULTILINE)
        workers = re.search(r'workers: (.*)$', text, re.MULTILINE)

        self.assertEqual(sorted(tasks), ['1', '2', '3', '4', '5'], text)
        self.assertIn(sorted(workers[1].split()), [['painter_0'], ['painter_0', 'painter_1']])

    # On processes

    def check_digests(self):
        # Any order is right.
        self.assertCountEqual(self.run_quietly(), [
            f'{text}: {hashlib.sha256(text.encode()).hexdigest()}'
            for text in ('one', 'two', 'three', 'four', 'five', 'six')
        ])

    def check_map_pids(self):
        *results, last = self.run_quietly()
        found = [re.fullmatch(r'(\d+) by process (\d+)', line) for line in results]
        pids = {int(match[2]) for match in found}

        self.assertEqual([int(match[1]) for match in found], [n * n for n in range(1, 13)])
        self.assertLessEqual(len(pids), 3)
        self.assertNotIn(self.pid, pids)
        self.assertEqual(last, f'processes: {len(pids)} of at most 3; '
                               f'this one, {self.pid}, is none of them')

    def check_broken_pool(self):
        lines = self.run_program()
        outcome = (r': BROKEN: .*A process in the process pool was terminated abruptly '
                   r'while the future was running or pending\..*')

        self.assertEqual(len(lines), 5, lines)
        for which, line in zip(['the one that ran', *['one that waited'] * 3, 'the next submit'],
                               lines):
            self.assertRegex(line, '^' + which + outcome)
        self.assertIn('SIGKILL', lines[0])

    def check_chunksize(self):
        title, *rows = self.run_quietly('--quick')
        cells = [row.split() for row in rows]

        self.assertEqual(title.split(), ['workers', 'chunksize', 'tasks', 'work', 'seconds'])
        self.assertEqual([row[:5] for row in cells], [
            [workers, chunksize, '100', '0.2', 'ms']
            for workers in ('1', '2') for chunksize in ('1', '10', '100')
        ])
        self.assertTrue(all(re.fullmatch(r'\d+\.\d\d', row[5]) for row in cells), rows)

    def check_either_pool(self):
        pids = {}
        lines = {}
        for pool in ('--threads', '--processes'):
            lines[pool] = self.run_program(pool)
            pids[pool] = {int(re.fullmatch(r'counted by process (\d+)', line)[1])
                          for line in self.stderr}
            if pool == '--threads':
                self.assertEqual(pids[pool], {self.pid})
            else:
                self.assertNotIn(self.pid, pids[pool])
                self.assertIn(len(pids[pool]), (1, 2))
        self.assertEqual(lines['--threads'], lines['--processes'])
        self.assertEqual(lines['--threads'], [
            '4 primes below 10',
            '168 primes below 1000',
            'failed: no number is below -1',
            '9592 primes below 100000',
            '3245 primes below 30000',
        ])

    def test_output(self):
        check = PROGRAM.name.replace('-', '_')
        getattr(self, f'check_{check}')()


unittest.main(argv=sys.argv[:1])
