# program.py: the installed typelib, from Python
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

import gi

gi.require_version('Fut', '1')
from gi.repository import Fut  # noqa: E402

executor = Fut.ThreadPoolExecutor.new(2)
future = executor.submit('answer:answer', None)
assert future.result_int64(-1) == 42
assert future.get_state() == Fut.State.FINISHED
