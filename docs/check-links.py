#!/usr/bin/env python3
# check-links.py: fails on dead links in the documentation
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks for links that lead nowhere. The network is not asked.

In Markdown files: relative links, with their #anchors, and links such as [class@Fut.Future]. In a
GIR: the same in the documentation of each symbol. In the generated site: every link and image, with
its anchor, and every name of another library's documentation, which must be in urlmap.js. With
--guides, every guide beside that index must be reached from it by links, and be on the site.
"""

import argparse
import html.parser
import os
import re
import sys
import urllib.parse

from gir import CORE, MEMBERS, TYPES, Repository

FENCED = re.compile(r'^```.*?^```$', re.MULTILINE | re.DOTALL)
CODE = re.compile(r'`[^`\n]*`')
COMMENT = re.compile(r'<!--.*?-->', re.DOTALL)
HEADING = re.compile(r'^#+ +(.+?)\s*$', re.MULTILINE)
INLINE_LINK = re.compile(r'\]\(\s*<?([^()\s<>]+)>?(?:\s+"[^"]*")?\s*\)')
NAMED_LINK = re.compile(r'^\[[^\]]+\]:\s*<?([^\s<>]+)', re.MULTILINE)
# For who works on the library: they come from the README, and are not on the site.
NOT_GUIDES = {'CONTRIBUTING.md'}
SYMBOL_LINK = re.compile(r'\[`?(\w+)@([\w.:-]+)`?\]')


def is_remote(target):
    return urllib.parse.urlsplit(target).scheme in ('http', 'https', 'mailto')


def anchors_of_markdown(text):
    """The anchors that headings get, both on the site and where the sources are browsed."""
    anchors = set()
    for heading in HEADING.findall(FENCED.sub('', text)):
        plain = re.sub(r'[`*]|\[([^\]]*)\]\([^)]*\)', r'\1', heading).lower()
        anchors.add(re.sub(r'\s', '-', re.sub(r'[^\w\s-]', '', plain).strip()))
    return anchors


def links_of_markdown(text):
    text = CODE.sub('', COMMENT.sub('', FENCED.sub('', text)))
    return INLINE_LINK.findall(text) + NAMED_LINK.findall(text)


class Symbols:
    """Resolves [fragment@Namespace.Name] as gi-docgen does, and stricter."""

    def __init__(self, repository):
        self.repository = repository

    def member_exists(self, namespace, fragment, type_name, rest):
        if fragment in ('property', 'signal'):
            return namespace.find_member(type_name, fragment, rest.replace('_', '-')) is not None
        if fragment in MEMBERS:
            if namespace.find_member(type_name, MEMBERS[fragment], rest) is not None:
                return True
            # [method@Fut.ExecutorClass.foo] is a function of the class structure.
            return fragment == 'method' and type_name.endswith('Class') and \
                namespace.find_member(type_name, 'method', rest) is not None
        if fragment == 'func':
            return namespace.find_member(type_name, 'function', rest) is not None
        if fragment in ('enum', 'error', 'flags'):
            return namespace.enum_member(type_name, rest) is not None
        return False

    def exists(self, fragment, endpoint):
        if fragment == 'id':
            return self.repository.namespace.has_symbol(endpoint)
        parts = re.split(r'::|:|\.', endpoint)
        namespace = self.repository.namespace
        if self.repository.includes(parts[0]):
            namespace = self.repository.get(parts[0])
            if namespace is None:
                return True     # not installed here: nobody can tell
            parts = parts[1:]
        if len(parts) == 1:
            if fragment == 'func':
                return namespace.find(['function', 'function-macro'], parts[0]) is not None
            return namespace.find(TYPES.get(fragment, []), parts[0]) is not None
        return len(parts) == 2 and self.member_exists(namespace, fragment, *parts)

    def dead(self, text):
        text = FENCED.sub('', text)
        return [match[0] for match in SYMBOL_LINK.finditer(text)
                if not self.exists(match[1], match[2])]


class Page(html.parser.HTMLParser):
    """The anchors and links of one page of the site."""

    def __init__(self, text):
        super().__init__()
        self.anchors = set()
        self.links = []
        self.namespaces = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.anchors.update(values[key] for key in ('id', 'name') if values.get(key))
        if 'data-namespace' in values:
            self.namespaces.add(values['data-namespace'])
        for key in ('href', 'src'):
            if key in values:
                self.links.append(values[key] or '')


def read(path):
    with open(path, encoding='utf-8') as stream:
        return stream.read()


def check_markdown(path, symbols):
    text = read(path)
    problems = []
    for target in links_of_markdown(text):
        if is_remote(target):
            continue
        name, _, anchor = target.partition('#')
        full = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
        if not os.path.exists(full):
            problems.append(f'{path}: {target}: there is no such file')
        elif anchor and full.endswith('.md') and anchor not in anchors_of_markdown(read(full)):
            problems.append(f'{path}: {target}: there is no such heading')
    if symbols is not None:
        problems += [f'{path}: {link}: there is no such symbol' for link in symbols.dead(text)]
    return problems


def check_gir(repository, symbols):
    problems = []
    for doc in repository.namespace.root.iter(CORE + 'doc'):
        where = f'{doc.get("filename")}:{doc.get("line")}'
        problems += [f'{where}: {link}: there is no such symbol'
                     for link in symbols.dead(doc.text or '')]
    return problems


def check_reached(index):
    """Each guide beside the index must be found by whoever begins to read there."""
    folder = os.path.dirname(index) or '.'
    reached = set()
    waiting = [os.path.basename(index)]
    while waiting:
        name = waiting.pop()
        if name not in reached and os.path.exists(os.path.join(folder, name)):
            reached.add(name)
            targets = links_of_markdown(read(os.path.join(folder, name)))
            waiting += [t.partition('#')[0] for t in targets if re.match(r'[\w-]+\.md(#|$)', t)]
    return [f'{index} does not lead to {name}' for name in sorted(os.listdir(folder))
            if name.endswith('.md') and name not in reached | NOT_GUIDES]


def check_site(folder, guides):
    problems = []
    pages = {name: Page(read(os.path.join(folder, name)))
             for name in sorted(os.listdir(folder)) if name.endswith('.html')}
    if 'index.html' not in pages:
        return [f'{folder}: there is no index.html']
    urlmap = os.path.join(folder, 'urlmap.js')
    known = set(re.findall(r"\[\s*'(\w+)'", read(urlmap))) if os.path.exists(urlmap) else set()
    for name, page in pages.items():
        problems += [f'{name}: where is the documentation of {namespace}? See urlmap.js'
                     for namespace in sorted(page.namespaces - known)]
        for link in sorted(set(page.links)):
            if is_remote(link) or link == 'javascript:void(0)':
                continue
            target, _, anchor = link.partition('#')
            target = urllib.parse.unquote(target) or name
            if link == '' or not os.path.exists(os.path.join(folder, target)):
                problems.append(f'{name}: "{link}" leads nowhere')
            elif anchor and target in pages and anchor not in pages[target].anchors:
                problems.append(f'{name}: "{link}": the page has no such anchor')
    for guide in guides:
        page = os.path.basename(guide).replace('.md', '.html')
        if page not in pages['index.html'].links:
            problems.append(f'index.html does not link to {page}')
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--gir', help='check the GIR, and [class@…] links by it')
    parser.add_argument('--site', metavar='FOLDER', help='check this generated site')
    parser.add_argument('--guides', metavar='INDEX', help='every guide beside it must be reached')
    parser.add_argument('files', nargs='*', metavar='FILE', help='Markdown; the guides '
                        'beside the index must be on the site')
    options = parser.parse_args()

    problems = []
    symbols = None
    if options.gir:
        repository = Repository(options.gir)
        symbols = Symbols(repository)
        problems += check_gir(repository, symbols)
    for path in options.files:
        problems += check_markdown(path, symbols)
    on_site = []
    if options.guides:
        problems += check_reached(options.guides)
        folder = os.path.dirname(options.guides)
        on_site = [p for p in options.files if os.path.dirname(p) == folder
                   and os.path.basename(p) not in NOT_GUIDES]
    if options.site:
        problems += check_site(options.site, on_site)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f'{len(options.files)} files, {len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
