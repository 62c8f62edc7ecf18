# gir.py: the little that the documentation's checks need to know of GIR files
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads GIR files: which symbols a namespace has, and how they are documented."""

import os
import xml.etree.ElementTree as ElementTree

CORE = '{http://www.gtk.org/introspection/core/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'

# What [fragment@…] of gi-docgen stands for: elements of the namespace itself …
TYPES = {
    'alias': ['alias'],
    'callback': ['callback'],
    'class': ['class'],
    'const': ['constant'],
    'enum': ['enumeration'],
    'error': ['enumeration'],
    'flags': ['bitfield'],
    'iface': ['interface'],
    'struct': ['record', 'union'],
}
TYPES['type'] = sorted({name for names in TYPES.values() for name in names})
# … and elements of one of its types.
MEMBERS = {
    'ctor': 'constructor',
    'method': 'method',
    'vfunc': 'virtual-method',
}


def tag(element):
    """The element's name without its XML namespace."""
    return element.tag.rsplit('}', 1)[-1]


class Namespace:
    """One GIR file."""

    def __init__(self, path):
        self.root = ElementTree.parse(path).getroot()
        self.node = self.root.find(CORE + 'namespace')
        self.name = self.node.get('name')
        self.includes = [(e.get('name'), e.get('version'))
                         for e in self.root.findall(CORE + 'include')]

    def find(self, tags, name):
        for element in self.node:
            if tag(element) in tags and name in (element.get('name'), element.get(C + 'type')):
                return element
        return None

    def find_member(self, type_name, member_tag, name):
        element = self.find(TYPES['type'], type_name)
        if element is None:
            return None
        for child in element.findall((GLIB if member_tag == 'signal' else CORE) + member_tag):
            if child.get('name') == name:
                return child
        return None

    def has_symbol(self, identifier):
        """Whether there is a function or method of that C name."""
        return any(e.get(C + 'identifier') == identifier for e in self.node.iter())

    def enum_member(self, type_name, name):
        """The C name of `NAME` in an enumeration, or None."""
        element = self.find(['enumeration', 'bitfield'], type_name)
        if element is None:
            return None
        for member in element.findall(CORE + 'member'):
            if member.get('name').upper() == name:
                return member.get(C + 'identifier')
        return None


class Repository:
    """A namespace and those that it includes, as far as they are installed."""

    def __init__(self, path):
        self.namespace = Namespace(path)
        self._others = {self.namespace.name: self.namespace}
        data = os.environ.get('XDG_DATA_DIRS') or '/usr/local/share:/usr/share'
        self._folders = [os.path.join(p, 'gir-1.0') for p in data.split(':') + ['/usr/share']]
        self._load(self.namespace)

    def _load(self, namespace):
        for name, version in namespace.includes:
            for folder in self._folders:
                path = os.path.join(folder, f'{name}-{version}.gir')
                if name not in self._others and os.path.exists(path):
                    self._others[name] = Namespace(path)
                    self._load(self._others[name])

    def includes(self, name):
        """Whether the namespace is one of ours, found or not."""
        return name in self._others or name in [n for n, _ in self.namespace.includes]

    def get(self, name):
        return self._others.get(name)
