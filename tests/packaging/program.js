// program.js: the installed typelib, from JavaScript
//
// SPDX-FileCopyrightText: 2026 The futures-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

import Fut from 'gi://Fut?version=1';
import System from 'system';

const pool = Fut.ProcessPoolExecutor.new(1);

for (const executor of [Fut.ThreadPoolExecutor.new(2), pool]) {
    const future = executor.submit('answer:answer', null);

    if (future.result_int64(-1) !== 42 || future.get_state() !== Fut.State.FINISHED)
        System.exit(1);
}
if (pool.submit('answer:process', null).result_int64(-1) !== pool.get_worker_pids()[0])
    System.exit(1);
pool.shutdown(true, false);
