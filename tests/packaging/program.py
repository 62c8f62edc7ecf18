# program.py: the installed typelib, from Python
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import os

import gi

gi.require_version('Fut', '1')
from gi.repository import Fut  # noqa: E402

for executor in (Fut.ThreadPoolExecutor.new(2), Fut.ProcessPoolExecutor.new(1)):
    future = executor.submit('answer:answer', None)
    assert future.result_int64(-1) == 42
    assert future.get_state() == Fut.State.FINISHED

future = executor.submit('answer:process', None)
assert future.result_int64(-1) == executor.get_worker_pids()[0] != os.getpid()
executor.shutdown(True, False)
