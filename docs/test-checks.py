#!/usr/bin/env python3
# test-checks.py: what the checks of the documentation must find
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Gives each check something wrong, and something right."""

import importlib.util
import os
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def load(name):
    """Imports a script whose name is no identifier."""
    spec = importlib.util.spec_from_file_location(name.replace('-', '_'),
                                                  os.path.join(HERE, name + '.py'))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check_code = load('check-code')
check_documented = load('check-documented')
check_links = load('check-links')
make_site = load('make-site')

GIR = '''<?xml version="1.0"?>
<repository xmlns="http://www.gtk.org/introspection/core/1.0"
            xmlns:c="http://www.gtk.org/introspection/c/1.0"
            xmlns:glib="http://www.gtk.org/introspection/glib/1.0">
<namespace name="Fut">
<class name="Future" c:type="FutFuture" version="1.0"><doc>A call.</doc>
  <method name="wait" c:identifier="fut_future_wait" version="1.0">
    <doc>Waits, or fails with [error@Fut.Error.BROKEN].</doc>
    <return-value><doc>whether</doc><type name="gboolean"/></return-value>
    <parameters>
      <instance-parameter name="self"><doc>a future</doc></instance-parameter>
      <parameter name="timeout"><doc>how long</doc></parameter>
    </parameters>
  </method>
  <property name="state" version="1.0"><doc>The state.</doc></property>
  <glib:signal name="done" version="1.0"><doc>It is done.</doc>
    <return-value><type name="none"/></return-value>
  </glib:signal>
</class>
<enumeration name="Error" c:type="FutError" version="1.0"><doc>Errors.</doc>
  <member name="broken" c:identifier="FUT_ERROR_BROKEN"><doc>broken</doc></member>
</enumeration>
<function name="wait" c:identifier="fut_wait" version="1.0"><doc>Waits.</doc>
  <return-value><type name="none"/></return-value>
</function>
</namespace>
</repository>'''


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        return path


class Documented(Folder):
    def problems(self, old='', new=''):
        self.assertIn(old, GIR)
        checker = check_documented.Checker(
            check_documented.Namespace(self.write('Fut-1.gir', GIR.replace(old, new))))
        checker.check_namespace()
        return checker.problems

    def test_all_is_documented(self):
        self.assertEqual(self.problems(), [])

    def test_each_gap_is_found(self):
        for old, new, found in [
                ('<doc>A call.</doc>', '', 'Fut.Future: the class is not documented'),
                ('<doc>A call.</doc>', '<doc> </doc>', 'Fut.Future: the class is not documented'),
                ('<doc>Waits.</doc>', '', 'Fut.wait: the function is not documented'),
                ('<doc>whether</doc>', '', 'Fut.Future.wait: the return value is not documented'),
                ('<doc>a future</doc>', '',
                 'Fut.Future.wait: the parameter "self" is not documented'),
                ('<doc>how long</doc>', '',
                 'Fut.Future.wait: the parameter "timeout" is not documented'),
                ('<doc>The state.</doc>', '', 'Fut.Future.state: the property is not documented'),
                ('<doc>It is done.</doc>', '', 'Fut.Future.done: the signal is not documented'),
                ('<doc>broken</doc>', '',
                 'Fut.Error: the member FUT_ERROR_BROKEN is not documented'),
                ('name="state" version="1.0"', 'name="state"',
                 'Fut.Future.state: the property has no "Since"')]:
            with self.subTest(found):
                self.assertEqual(self.problems(old, new), [found])

    def test_function_that_only_the_header_has(self):
        checker = check_documented.Checker(check_documented.Namespace(self.write('Fut-1.gir', GIR)))
        checker.check_header('a.h', 'FUT_AVAILABLE_IN_1_0\nvoid fut_wait (void);\n'
                                    'FUT_AVAILABLE_IN_1_0\nchar **fut_lost (int a);\n')
        self.assertEqual(checker.problems, ['a.h: fut_lost() is not in the GIR'])


class Links(Folder):
    def markdown(self, text):
        self.write('other.md', '# Other page\n\n## What `code` does\n')
        repository = check_links.Repository(self.write('Fut-1.gir', GIR))
        problems = check_links.check_markdown(self.write('page.md', text),
                                              check_links.Symbols(repository))
        return [problem.split(': ', 1)[1] for problem in problems]

    def test_live_links(self):
        self.assertEqual(self.markdown(
            '# Page\n[a](other.md) [b](other.md#what-code-does) [c](#page) '
            '[d](https://example.org/) `[e](gone.md)`\n```c\n[f](gone.md)\n```\n'
            '[class@Fut.Future] [method@Fut.Future.wait] [func@Fut.wait] '
            '[property@Fut.Future:state] [signal@Fut.Future::done] [error@Fut.Error.BROKEN]\n'), [])

    def test_dead_links(self):
        for text, found in [
                ('[a](gone.md)', 'gone.md: there is no such file'),
                ('[a]: gone.md', 'gone.md: there is no such file'),
                ('![a](gone.svg)', 'gone.svg: there is no such file'),
                ('[a](other.md#gone)', 'other.md#gone: there is no such heading'),
                ('[a](#gone)', '#gone: there is no such heading')]:
            with self.subTest(text):
                self.assertEqual(self.markdown(text), [found])
        for link in ['[class@Fut.Gone]', '[class@Fut.Error]', '[method@Fut.Future.gone]',
                     '[func@Fut.gone]', '[property@Fut.Future:gone]', '[signal@Fut.Future::gone]',
                     '[error@Fut.Error.GONE]', '[what@Fut.Future]']:
            with self.subTest(link):
                self.assertEqual(self.markdown(link), [f'{link}: there is no such symbol'])

    def test_dead_link_in_gir(self):
        repository = check_links.Repository(
            self.write('Fut-1.gir', GIR.replace('Error.BROKEN', 'Error.GONE')))
        problems = check_links.check_gir(repository, check_links.Symbols(repository))
        self.assertEqual(len(problems), 1)

    def test_guide_that_nobody_links(self):
        index = self.write('overview.md', '[a](one.md)')
        self.write('one.md', '[b](two.md#x)')
        self.write('two.md', '')
        self.assertEqual(check_links.check_reached(index), [])
        self.write('three.md', '')
        self.assertEqual(len(check_links.check_reached(index)), 1)

    def test_site(self):
        self.write('urlmap.js', "baseURLs = [\n ['Gio', 'https://example.org/'],\n]")
        self.write('index.html', '<p id="top"><a href="guide.html">g</a>')
        for text, n_problems in [('<a href="index.html#top">t</a>', 0),
                                 ('<a data-namespace="Gio" href="javascript:void(0)">t</a>', 0),
                                 ('<a href="gone.html">t</a>', 1),
                                 ('<a href="">t</a>', 1),
                                 ('<img src="gone.svg">', 1),
                                 ('<a href="index.html#gone">t</a>', 1),
                                 ('<a data-namespace="Gtk" href="javascript:void(0)">t</a>', 1)]:
            with self.subTest(text):
                self.write('guide.html', text)
                problems = check_links.check_site(self.folder.name, ['guide.md'])
                self.assertEqual(len(problems), n_problems, problems)
        self.write('guide.html', '')
        self.assertEqual(check_links.check_site(self.folder.name, ['new.md']),
                         ['index.html does not link to new.html'])


class Code(Folder):
    def units(self, text):
        return check_code.read_units(self.write('page.md', text))

    def test_kinds(self):
        units = self.units(
            '```c\n#include <futures-glib.h>\nint\nmain (void)\n{\n}\n```\n'
            '<!-- test: output -->\n```text\nhello\n```\n'
            '<!-- test: functions -->\n```c\nvoid f (void);\n```\n'
            '<!-- test: body int (int a) -->\n```c\nreturn a;\n```\n'
            '<!-- test: part x -->\n```c\nint x;\n```\n```sh\nls\n```\n'
            '<!-- test: hidden x\nint\nmain (void)\n{\n}\n-->\n')
        self.assertEqual([unit.is_program for unit in units], [True, False, False, True])
        self.assertEqual(units[0].output, 'hello\n')
        self.assertIn('int body (int a)\n{\nreturn a;\n}', units[2].source)
        self.assertIn('int x;\n#line', units[3].source)

    def test_output_of_a_sandbox(self):
        program = '```c\n#include <futures-glib.h>\nint\nmain (void)\n{\n}\n```\n'
        for where, needs_sandbox in [('', False), (' sandbox', True)]:
            unit = self.units(f'{program}<!-- test: output{where} -->\n```text\nhello\n```\n')[0]
            self.assertEqual(unit.output, 'hello\n')
            self.assertEqual(unit.needs_sandbox, needs_sandbox)
        self.assertFalse(check_code.has_sandbox(['-g', '-fsanitize=address']))

    def test_lines_are_those_of_the_guide(self):
        self.assertIn('#line 4 "', self.units('a\n<!-- test: functions -->\n```c\nint x;\n```\n')[0]
                      .source)

    def test_mistakes(self):
        for text in ['```c\nint x;\n```\n', '```c\nint x;\n', '<!-- test: odd -->\n```c\n```\n',
                     '<!-- test: functions -->\ntext\n', '  ```c\n  int x;\n  ```\n',
                     '<!-- test: output -->\n```text\n```\n',
                     '<!-- test: functions -->\n```c\nint x;\n```\n'
                     '<!-- test: output odd -->\n```text\n```\n']:
            with self.subTest(text):
                with self.assertRaises(check_code.GuideError):
                    self.units(text)
        with self.assertRaises(SyntaxError):
            self.units('```python\nif:\n```\n')


class Site(Folder):
    def test_guide(self):
        repository = make_site.Repository(self.write('Fut-1.gir', GIR))
        text = make_site.prepare_guide(
            'a',
            '<!-- a -->\n# The page\n<!-- test: functions -->\n'
            '[a](b.md#c) [error@Fut.Error.BROKEN]',
            {'a': 'The page', 'b': 'Another'}, repository)
        self.assertEqual(text, 'Title: The page\n\n<!-- a -->\n# The page\n[a](b.html#c) '
                               '[FUT_ERROR_BROKEN][error@Fut.Error.BROKEN]')

    def test_finished_page(self):
        row = '<tr><td><em>Source</em></td><td><a href="" class="external"></a></td></tr>'
        cell = '<td><a><code>a_b()</code></a> c_d</td><code>e_f</code>'
        self.assertEqual(make_site.finish_page('b', row + cell, {'a': 'A'}), cell)
        self.assertEqual(make_site.finish_page('b', '<a href="x">G_IO_ERROR</a>', {}),
                         '<a href="x"><code>G_IO_ERROR</code></a>')
        self.assertEqual(make_site.finish_page('a', row + cell, {'a': 'A'}),
                         '<td><a><code>a_<wbr>b()</code></a> c_d</td><code>e_f</code>')


if __name__ == '__main__':
    unittest.main()
