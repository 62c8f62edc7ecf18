// program.cc: the header is good C++, and so is a program that uses it
//
// SPDX-FileCopyrightText: 2026 The futures-glib authors
// SPDX-License-Identifier: LGPL-2.1-or-later

#include <futures-glib.h>

int
main ()
{
  g_autoptr(FutExecutor) executor = fut_thread_pool_executor_new (2);
  auto answer = [] (FutFuture *future, GVariant *, gpointer) {
    fut_future_return_int64 (future, 42);
  };
  g_autoptr(FutFuture) future = fut_executor_submit_func (executor, answer, nullptr, nullptr);

  return fut_future_result_int64 (future, -1, nullptr) == 42 ? 0 : 1;
}
