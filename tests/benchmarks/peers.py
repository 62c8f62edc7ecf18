#!/usr/bin/env python3
# peers.py: runs the workloads of the process pools with what Python has: a command a line, an answer a line
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Commands: WORKLOAD PEER NUMBER…, see COMMANDS. The answer is a JSON object: "value" and at times
# "second", or "missing" with a reason. Each command has a pool of its own, whose workers are started
# before the clock is, and stopped after it.

import json
import platform
import sys
import time
from contextlib import contextmanager

N_WORKERS = 2
N_WARM_UP = 64


def identity(number):
    return number


def echo(payload):
    return payload


def spin(n_turns):
    """Busy work is a number of turns, not a time: see bench_spin()."""
    x = 1
    for i in range(n_turns):
        x = (x * 5 + i) & 0xffff
    return x


def calibrate():
    """Turns of spin() a microsecond."""
    rates = []
    for _ in range(7):
        start = time.perf_counter()
        spin(100000)
        rates.append(100000 / ((time.perf_counter() - start) * 1e6))
    return sorted(rates)[3]


class Executor:
    """concurrent.futures.ProcessPoolExecutor."""

    def __init__(self):
        from concurrent.futures import ProcessPoolExecutor
        self.pool = ProcessPoolExecutor(N_WORKERS)

    def call(self, function, argument):
        return self.pool.submit(function, argument).result()

    def call_each(self, function, arguments):
        futures = [self.pool.submit(function, argument) for argument in arguments]
        return [future.result() for future in futures]

    def map(self, function, arguments, chunksize):
        return list(self.pool.map(function, arguments, chunksize=chunksize))

    def close(self):
        self.pool.shutdown()


class Pool:
    """multiprocessing.Pool."""

    def __init__(self):
        import multiprocessing
        self.pool = multiprocessing.Pool(N_WORKERS)

    def call(self, function, argument):
        return self.pool.apply(function, (argument,))

    def call_each(self, function, arguments):
        results = [self.pool.apply_async(function, (argument,)) for argument in arguments]
        return [result.get() for result in results]

    def map(self, function, arguments, chunksize):
        return self.pool.map(function, arguments, chunksize)

    def close(self):
        self.pool.close()
        self.pool.join()


PEERS = {'executor': Executor, 'pool': Pool}


@contextmanager
def warm_pool(name):
    pool = PEERS[name]()
    try:
        pool.call_each(identity, range(N_WARM_UP))
        yield pool
    finally:
        pool.close()


def check(right):
    if not right:
        raise AssertionError('wrong result')


def quantile(values, fraction):
    return sorted(values)[int(fraction * (len(values) - 1))]


def round_trip(peer, n_trips):
    times = []
    with warm_pool(peer) as pool:
        for i in range(n_trips):
            start = time.perf_counter()
            result = pool.call(identity, i)
            times.append((time.perf_counter() - start) * 1e6)
            check(result == i)
    return {'value': quantile(times, 0.5), 'second': quantile(times, 0.99)}


def tiny_tasks(peer, n_tasks, chunksize):
    """Microseconds a task; a chunksize of 0 submits each by itself."""
    with warm_pool(peer) as pool:
        start = time.perf_counter()
        if chunksize == 0:
            results = pool.call_each(identity, range(n_tasks))
        else:
            results = pool.map(identity, range(n_tasks), chunksize)
        elapsed = time.perf_counter() - start
    check(sum(results) == n_tasks * (n_tasks - 1) // 2)
    return {'value': elapsed * 1e6 / n_tasks}


def payload(peer, n_bytes, n_trips):
    """Gigabytes a second: there and back."""
    data = bytes(n_bytes - 1) + b'\7'
    with warm_pool(peer) as pool:
        check(pool.call(echo, data)[-1] == 7)
        start = time.perf_counter()
        for _ in range(n_trips):
            result = pool.call(echo, data)
            check(len(result) == n_bytes and result[-1] == 7)
            del result
        elapsed = time.perf_counter() - start
    return {'value': 2 * n_bytes * n_trips / elapsed / 1e9}


def speed_up(peer, n_tasks, task_us, chunksize):
    """The sequential time is taken right before, since the machine's speed drifts."""
    n_turns = max(1, int(calibrate() * task_us))
    with warm_pool(peer) as pool:
        start = time.perf_counter()
        for _ in range(n_tasks):
            spin(n_turns)
        sequential = time.perf_counter() - start
        start = time.perf_counter()
        results = pool.map(spin, [n_turns] * n_tasks, chunksize)
        wall = time.perf_counter() - start
    check(len(results) == n_tasks)
    return {'value': sequential / wall}


def version():
    return {'version': f'Python {platform.python_version()}'}


COMMANDS = {
    'version': version,
    'round-trip': round_trip,
    'tiny-tasks': tiny_tasks,
    'payload': payload,
    'speed-up': speed_up,
}


def answer(line):
    name, *arguments = line.split()
    arguments[1:] = [int(argument) for argument in arguments[1:]]
    try:
        return COMMANDS[name](*arguments)
    except (ImportError, NotImplementedError, OSError, MemoryError) as error:
        return {'missing': f'{type(error).__name__}: {error}'}


def main():
    for line in sys.stdin:
        print(json.dumps(answer(line)), flush=True)


if __name__ == '__main__':
    main()
