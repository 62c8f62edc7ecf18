// program.vala: the installed VAPI
//
// SPDX-FileCopyrightText: 2026 The futures-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

int main () {
    var executor = new Fut.ThreadPoolExecutor (2);
    var named = executor.submit ("answer:answer", null);
    var pool = new Fut.ProcessPoolExecutor (1);
    var elsewhere = pool.submit ("answer:answer", null);
    var closure = executor.submit_func ((future) => future.return_int64 (42));

    try {
        Fut.wait ({ named, closure, elsewhere }, Fut.ReturnWhen.ALL_COMPLETED, -1, null, null, null);
        return named.result_int64 (-1) == 42 && closure.result_int64 (-1) == 42 &&
            elsewhere.result_int64 (-1) == 42 ? 0 : 1;
    } catch (Error e) {
        printerr ("%s\n", e.message);
        return 1;
    }
}
