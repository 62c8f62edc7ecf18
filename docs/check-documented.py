#!/usr/bin/env python3
# check-documented.py: fails on public API without documentation
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks in the GIR for public API without documentation.

Every symbol needs a description and `Since`, every parameter, return value and member of an
enumeration a description. Symbols that bindings do not see, marked `(skip)`, are no exception. A
function that a public header declares and that the GIR does not have is reported too, since nothing
can then be said about its documentation.
"""

import argparse
import re
import sys

from gir import C, CORE, GLIB, Namespace, tag

CALLABLES = ('function', 'method', 'constructor', 'callback', 'function-macro', 'virtual-method',
             'signal')
CONTAINERS = ('class', 'interface', 'record', 'union', 'enumeration', 'bitfield')
SYMBOLS = CALLABLES + CONTAINERS + ('alias', 'constant', 'property')

# What FUT_AVAILABLE_IN_1_0 and its kin are made of; futures-glib.toml.in hides them on the site.
INTERNAL = re.compile(r'^(DEPRECATED|UNAVAILABLE)')
DECLARATION = re.compile(r'^FUT_AVAILABLE_IN_\w+\n(?!G_DECLARE)[^;{}]*?\b(fut_\w+)\s*\(',
                         re.MULTILINE)
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)


def has_text(element, name):
    child = element.find(CORE + name)
    return child is not None and (child.text or '').strip() != ''


class Checker:
    def __init__(self, namespace):
        self.namespace = namespace
        self.problems = []
        self.n_symbols = 0

    def report(self, path, what):
        self.problems.append(f'{path}: {what}')

    def check_callable(self, element, path):
        parameters = element.find(CORE + 'parameters')
        for parameter in parameters if parameters is not None else []:
            if not has_text(parameter, 'doc'):
                self.report(path, f'the parameter "{parameter.get("name")}" is not documented')
        value = element.find(CORE + 'return-value')
        if value is not None and not has_text(value, 'doc'):
            kind = value.find(CORE + 'type')
            if kind is None or kind.get('name') != 'none':
                self.report(path, 'the return value is not documented')

    def check_symbol(self, element, path):
        self.n_symbols += 1
        if not has_text(element, 'doc'):
            self.report(path, f'the {tag(element)} is not documented')
        # A virtual function is as old as its class unless it says otherwise.
        if element.get('version') is None and tag(element) != 'virtual-method':
            self.report(path, f'the {tag(element)} has no "Since"')
        if tag(element) in CALLABLES:
            self.check_callable(element, path)

    def check_class_struct(self, element, path):
        """That of a final type is nobody's business; what is in others are virtual functions,
        which are documented as such."""
        fields = [field for field in element.findall(CORE + 'field')
                  if field.get('name') != 'parent_class' and field.get('private') != '1']
        if fields:
            self.check_symbol(element, path)

    def check(self, element, path):
        if element.get(GLIB + 'is-gtype-struct-for') is not None:
            self.check_class_struct(element, path)
            return
        self.check_symbol(element, path)
        if tag(element) not in CONTAINERS:
            return
        for child in element:
            name = child.get('name')
            if tag(child) in SYMBOLS:
                self.check(child, f'{path}.{name}')
            elif tag(child) == 'member' and not has_text(child, 'doc'):
                self.report(path, f'the member {child.get(C + "identifier")} is not documented')
            elif tag(child) == 'field' and tag(element) in ('record', 'union') and \
                    child.get('private') != '1' and not has_text(child, 'doc'):
                self.report(path, f'the field "{name}" is not documented')

    def check_namespace(self):
        for element in self.namespace.node:
            if tag(element) in SYMBOLS and element.get('moved-to') is None and \
                    not INTERNAL.match(element.get('name')):
                self.check(element, f'{self.namespace.name}.{element.get("name")}')

    def check_header(self, path, text):
        known = {e.get(C + 'identifier') for e in self.namespace.node.iter()}
        known |= {e.get(GLIB + 'get-type') for e in self.namespace.node.iter()}
        for name in DECLARATION.findall(COMMENT.sub('', text)):
            if name not in known:
                self.report(path, f'{name}() is not in the GIR')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('gir', metavar='GIR')
    parser.add_argument('headers', nargs='*', metavar='HEADER')
    options = parser.parse_args()

    checker = Checker(Namespace(options.gir))
    checker.check_namespace()
    for path in options.headers:
        with open(path, encoding='utf-8') as stream:
            checker.check_header(path, stream.read())
    for problem in checker.problems:
        print(problem, file=sys.stderr)
    print(f'{checker.n_symbols} symbols, {len(checker.problems)} problems')
    return 1 if checker.problems or checker.n_symbols == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
