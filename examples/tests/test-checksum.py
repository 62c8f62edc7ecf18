#!/usr/bin/env python3
# test-checksum.py: compares the example `checksum` with sha256sum, and presses Ctrl-C
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: test-checksum.py PROGRAM

import hashlib
import itertools
import os
import pty
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import time
import unittest

PROGRAM = sys.argv.pop(1)
PATIENCE_S = 60

# What is to be the same on threads and on processes, and in either order, is tried in all ways.
POOLS = ['--threads', '--processes']
MODES = [[], ['--as-completed']]

ODD_NAMES = [
    b'plain', b'with space', b' lead and trail ', b'-dash', b'*star', b'back\\slash', b'new\nline',
    b'return\rcarriage', b'tab\tbed', b'both\\\n', b'quote\'"', b'not utf-8 \xff\xfe',
    'Größe 大小'.encode(), b'$(false)', b'%s%n',
]


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=PATIENCE_S, **options)


def paths_below(root):
    """What `find ROOT -type f | LC_ALL=C sort` prints."""
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(root)
                  for name in names
                  if os.path.isfile(os.path.join(folder, name))
                  and not os.path.islink(os.path.join(folder, name)))


def sha256sum(paths):
    if not paths:
        return b''
    return subprocess.run(['sha256sum', '--', *paths], stdout=subprocess.PIPE, check=True).stdout


class Checksum(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.root = tempfile.mkdtemp(prefix='checksum-').encode()
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, name, content=b''):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def make_tree(self):
        for number, name in enumerate(ODD_NAMES):
            self.write(name, name * number)
        for number in range(600):
            self.write(b'many/%d/file-%d' % (number % 7, number), b'%d' % number)
        # A folder sorts by its name with a slash: between these two.
        self.write(b'many-a', b'before')
        self.write(b'many0', b'after')
        self.write(b'empty/file')
        os.mkdir(os.path.join(self.root, b'empty/folder'))
        self.write(b'big', os.urandom(1 << 20) * 20)
        for size in (1, 4095, 4096, 4097, 65535, 65536, 65537):
            self.write(b'size-%d' % size, b'x' * size)

    def test_agrees_with_sha256sum(self):
        self.make_tree()
        expected = sha256sum(paths_below(self.root))
        for pool in POOLS:
            for workers in ('1', '2', '7'):
                ours = run(pool, workers, self.root)
                self.assertEqual(ours.stderr, b'')
                self.assertEqual(ours.returncode, 0)
                self.assertEqual(ours.stdout, expected)

    def test_sha256sum_accepts_it(self):
        self.make_tree()
        ours = run(self.root).stdout
        check = subprocess.run(['sha256sum', '--check', '--strict', '--quiet'], input=ours,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(check.stdout, b'')
        self.assertEqual(check.returncode, 0)

    def test_as_completed_prints_the_same_lines(self):
        self.make_tree()
        expected = sha256sum(paths_below(self.root))
        for pool in POOLS:
            ours = run(pool, '2', '--as-completed', self.root)
            self.assertEqual((ours.returncode, ours.stderr), (0, b''))
            self.assertEqual(sorted(ours.stdout.split(b'\n')), sorted(expected.split(b'\n')))

    def test_several_roots_keep_their_order(self):
        second = self.write(b'b/second', b'2')
        first = self.write(b'a/first', b'1')
        ours = run(os.path.dirname(second) + b'/', first)
        self.assertEqual(ours.stdout, sha256sum([second, first]))

    def test_an_empty_folder_prints_nothing(self):
        ours = run(self.root)
        self.assertEqual((ours.returncode, ours.stdout, ours.stderr), (0, b'', b''))

    def test_links_are_not_followed(self):
        target = self.write(b'a/file', b'content')
        os.symlink(b'file', os.path.join(self.root, b'a/link'))
        os.symlink(b'nowhere', os.path.join(self.root, b'a/dangling'))
        os.symlink(b'..', os.path.join(self.root, b'a/loop'))
        ours = run(self.root)
        self.assertEqual((ours.returncode, ours.stderr), (0, b''))
        self.assertEqual(ours.stdout, sha256sum([target]))

        link = os.path.join(self.root, b'a/link')
        named = run(link)
        self.assertEqual((named.returncode, named.stdout), (0, b''))
        self.assertEqual(named.stderr, b'checksum: %s: skipped: a symbolic link\n' % link)

    def test_special_files_are_skipped_with_a_note(self):
        target = self.write(b'file', b'content')
        os.mkfifo(os.path.join(self.root, b'fifo'))
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(os.path.join(self.root, b'socket'))
        ours = run(self.root)
        self.assertEqual(ours.returncode, 0)
        self.assertEqual(ours.stdout, sha256sum([target]))
        self.assertEqual(ours.stderr.splitlines(), [
            b'checksum: %s/fifo: skipped: a FIFO' % self.root,
            b'checksum: %s/socket: skipped: a socket' % self.root,
        ])
        self.assertEqual(run('/dev/null').stderr, b'checksum: /dev/null: skipped: a device\n')

    def test_what_cannot_be_read_is_reported_and_the_rest_done(self):
        # The memory of a process opens, has no page at 0, and so fails to be read, by root too.
        first = self.write(b'a', b'first')
        last = self.write(b'z', b'last')
        missing = os.path.join(self.root, b'missing')
        for pool, mode in itertools.product(POOLS, MODES):
            ours = run(pool, '2', *mode, first, '/proc/self/mem', missing, last)
            self.assertEqual(ours.returncode, 1)
            self.assertEqual(sorted(ours.stdout.splitlines()),
                             sorted(sha256sum([first, last]).splitlines()))
            self.assertEqual(sorted(ours.stderr.splitlines()), sorted([
                b'checksum: /proc/self/mem: Input/output error',
                b'checksum: %s: No such file or directory' % missing,
            ]))

    def somebody(self):
        """Options that run a program as a user who may not read everything."""
        if os.geteuid() != 0:
            return {}
        options = {'user': 65534, 'group': 65534, 'extra_groups': []}
        try:
            run('--help', check=True, **options)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest('only root can run the program where it is')
        return options

    def test_what_is_forbidden_is_reported(self):
        options = self.somebody()
        good = self.write(b'a', b'readable')
        file = self.write(b'file', b'secret')
        folder = os.path.dirname(self.write(b'folder/file'))
        os.chmod(self.root, 0o755)
        os.chmod(file, 0)
        os.chmod(folder, 0)
        self.addCleanup(os.chmod, folder, 0o700)
        for pool in POOLS:
            ours = run(pool, '2', self.root, **options)
            self.assertEqual(ours.returncode, 1)
            self.assertEqual(ours.stdout, sha256sum([good]))
            self.assertEqual(len(ours.stderr.splitlines()), 2)
            self.assertEqual(ours.stderr.count(b'ermission denied'), 2, ours.stderr)

    def test_names_in_messages_keep_to_one_line(self):
        ours = run(os.path.join(self.root, b'new\nline\x1b[31m'))
        self.assertEqual(ours.stderr.count(b'\n'), 1)
        self.assertNotIn(b'\x1b', ours.stderr)

    def test_a_full_disk_is_an_error(self):
        self.write(b'file', b'content')
        with open('/dev/full', 'wb') as full:
            ours = subprocess.run([PROGRAM, self.root], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(ours.returncode, 1)
        self.assertIn(b'cannot write', ours.stderr)

    def test_bad_usage(self):
        for arguments in ([], ['--threads', '-1', '.'], ['--threads', 'two', '.'], ['--nonsense'],
                          ['--processes', '-1', '.'], ['--processes', '2'],
                          ['--threads', '2', '--processes', '2', '.'],
                          ['--threads', '2', '--kill-one', '.'], ['--kill-one', '.']):
            ours = run(*arguments)
            self.assertEqual((ours.returncode, ours.stdout), (2, b''))
            self.assertTrue(ours.stderr.startswith(b'checksum: '), ours.stderr)

    # A worker is killed

    def test_a_killed_worker_costs_nothing(self):
        self.make_tree()
        self.write(b'big')
        with open(os.path.join(self.root, b'big'), 'r+b') as file:
            file.truncate(256 << 20)
        expected = sha256sum(paths_below(self.root))
        for workers, mode in itertools.product(('1', '2'), MODES):
            ours = run('--processes', workers, '--kill-one', *mode, self.root)
            self.assertEqual(ours.returncode, 0, ours.stderr)
            if mode:
                self.assertEqual(sorted(ours.stdout.splitlines()), sorted(expected.splitlines()))
            else:
                self.assertEqual(ours.stdout, expected)
            # Those whose sums were on their way are run again too.
            lines = ours.stderr.splitlines()
            self.assertIn(b'checksum: %s/big: run again, since its worker was killed' % self.root,
                          lines)
            for line in lines:
                self.assertTrue(line.endswith(b': run again, since its worker was killed'), lines)

    def test_nothing_to_kill_is_said(self):
        file = self.write(b'file', b'content')
        ours = run('--processes', '2', '--kill-one', self.root)
        self.assertEqual((ours.returncode, ours.stdout), (0, sha256sum([file])))
        self.assertTrue(ours.stderr.startswith(b'checksum: no worker was killed'), ours.stderr)

    # On a terminal

    def start_on_terminal(self, *arguments):
        """The program in a session of its own, whose terminal we hold the other end of."""
        output = tempfile.TemporaryFile()
        self.addCleanup(output.close)
        pid, terminal = pty.fork()
        if pid == 0:
            # Else the kernel drops what was printed when ^C comes, and does so after the signal:
            # what the program prints in between would be lost.
            mode = termios.tcgetattr(2)
            mode[3] |= termios.NOFLSH
            termios.tcsetattr(2, termios.TCSANOW, mode)
            os.dup2(output.fileno(), 1)
            os.execv(PROGRAM, [PROGRAM, *arguments])
        self.addCleanup(os.close, terminal)
        return pid, terminal, output

    def read_until(self, terminal, pattern):
        seen = b''
        deadline = time.monotonic() + PATIENCE_S
        while not re.search(pattern, seen):
            ready, _, _ = select.select([terminal], [], [], max(deadline - time.monotonic(), 0))
            self.assertTrue(ready, f'no {pattern} in {seen}')
            seen += os.read(terminal, 4096)
        return seen

    def read_to_end(self, terminal):
        seen = b''
        try:
            while chunk := os.read(terminal, 4096):
                seen += chunk
        except OSError:
            pass   # how Linux tells the end of a terminal
        return seen

    def make_endless_file(self, name):
        with open(os.path.join(self.root, name), 'wb') as file:
            file.truncate(1 << 40)

    def children_of(self, pid):
        children = []
        for entry in os.listdir('/proc'):
            try:
                with open(f'/proc/{entry}/stat', encoding='utf-8', errors='replace') as file:
                    fields = file.read().rpartition(')')[2].split()
            except (OSError, ValueError):
                continue   # no process, or one that has just ended
            if int(fields[1]) == pid:
                children.append(int(entry))
        return children

    def interrupt(self, pool, mode):
        pid, terminal, output = self.start_on_terminal(pool, '2', *mode, self.root)
        # More files than the first folder has: by then a worker is in the endless one.
        shown = self.read_until(terminal, rb'(?<!\d)([2-9]\d\d|\d{4})( of \d+)? files')
        children = self.children_of(pid)
        self.assertEqual(len(children) > 0, pool == '--processes', children)
        os.write(terminal, b'\x03')
        shown += self.read_to_end(terminal)
        _, status = os.waitpid(pid, 0)

        self.assertEqual(os.waitstatus_to_exitcode(status), 130, shown)
        self.assertEqual([child for child in children if os.path.exists(f'/proc/{child}')], [])
        self.assertNotIn(b'checksum:', shown)
        # The progress line is gone; the terminal itself has printed the ^C.
        self.assertTrue(shown.replace(b'^C', b'').endswith(b'\r\x1b[K'), shown)
        output.seek(0)
        return output.read().splitlines(True)

    def test_ctrl_c_ends_it_cleanly(self):
        for number in range(200):
            self.write(b'a/%03d' % number, b'%d' % number)
        self.make_endless_file(b'm')
        for number in range(2000):
            self.write(b'z/%04d' % number)
        expected = sha256sum(paths_below(os.path.join(self.root, b'a'))).splitlines(True)

        for pool, mode in itertools.product(POOLS, MODES):
            lines = self.interrupt(pool, mode)
            if mode:
                self.assertTrue(all(re.fullmatch(rb'[0-9a-f]{64}  \S+\n', line)
                                    for line in lines))
            else:
                self.assertEqual(lines, expected[:len(lines)])

    def test_progress_has_files_bytes_rate_and_time_left(self):
        self.write(b'a', b'12345')
        self.make_endless_file(b'b')
        for pool in POOLS:
            pid, terminal, _ = self.start_on_terminal(pool, '2', self.root)
            shown = self.read_until(terminal, rb'left')
            os.write(terminal, b'\x03')
            self.read_to_end(terminal)
            os.waitpid(pid, 0)
            last = shown.split(b'\r')[-1].decode()
            self.assertRegex(last, r'^1 of 2 files, \S+\s[kMG]?B of 1.1\sTB, \S+\s[MG]B/s, '
                                   r'\d+:\d\d left')

    def test_no_progress_without_a_terminal(self):
        self.write(b'big', b'x' * (64 << 20))
        ours = run(self.root)
        self.assertEqual(ours.stderr, b'')
        self.assertEqual(ours.stdout[:64], hashlib.sha256(b'x' * (64 << 20)).hexdigest().encode())


unittest.main(argv=sys.argv[:1])
