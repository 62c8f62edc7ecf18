#!/usr/bin/env python3
# make-site.py: makes the documentation's site from the guides and the GIR
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs gi-docgen, with a few things done before and after.

The guides are plain Markdown whose links work where the sources are browsed. For the site,

 - each gets the title that gi-docgen asks for, from its first heading;
 - links to other guides lead to the pages made of them;
 - comments for check-code.py are left out;
 - [error@Gio.IOErrorEnum.CANCELLED] gets the text G_IO_ERROR_CANCELLED, here and in the GIR:
   gi-docgen 2023 would print GIOErrorEnum and lose the rest.

Afterwards,

 - these texts are made to look like code, and lead to anchors that are there: gi-docgen 2024 to
   2026 writes #shut-down for what has the anchor shut_down;
 - site.css is added to the style, and long names in tables may be broken at their underscores;
 - the index and the guides get a list of the guides;
 - the title that gi-docgen since 2024 puts above that of a guide goes, as do the index's rows for
   addresses that are not known.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

from gir import Repository

GENERATOR = '<div class="section generator">'
TITLE = re.compile(r'^# (.+)$', re.MULTILINE)
COMMENT = re.compile(r'^<!-- test: .*?-->\n', re.MULTILINE | re.DOTALL)
GUIDE_LINK = re.compile(r'\]\(([a-z0-9-]+)\.md(#[\w-]+)?\)')
MEMBER_LINK = re.compile(r'(?<!\])\[(?P<kind>enum|error|flags)@'
                         r'(?P<namespace>\w+)\.(?P<type>\w+)\.(?P<member>[A-Z0-9_]+)\]')
MEMBER_TEXT = re.compile(r'(<a [^>]*>)([A-Z]+_[A-Z0-9_]+)(</a>)')
MEMBER_HREF = re.compile(r'(?<=href=")((?:enum|error|flags)\.\w+\.html#)([a-z0-9-]+)(?=")')
SECOND_TITLE = re.compile(r'<h4 id="title".*?</h4>', re.DOTALL)
CELL = re.compile(r'<t([dh])\b.*?</t\1>', re.DOTALL)
CELL_CODE = re.compile(r'(?<=<code>)[^<]+')
EMPTY_ROW = re.compile(r'<tr><td><em>\w+</em></td><td><a href=""[^>]*></a></td></tr>\s*')


def name_members(text, repository):
    def name(match):
        namespace = repository.get(match['namespace'])
        identifier = namespace and namespace.enum_member(match['type'], match['member'])
        if not identifier:
            sys.exit(f'{match[0]}: there is no such member')
        return f'[{identifier}]{match[0]}'
    return MEMBER_LINK.sub(name, text)


def prepare_guide(name, text, titles, repository):
    text = COMMENT.sub('', text)

    def page(match):
        if match[1] not in titles:
            sys.exit(f'{match[0]} leads to a page that is not on the site')
        return f']({match[1]}.html{match[2] or ""})'
    text = GUIDE_LINK.sub(page, text)
    return f'Title: {titles[name]}\n\n{name_members(text, repository)}'


def sidebar(name, titles):
    links = ''.join('<a href="{}.html"{}>{}</a>'.format(
        other, ' class="current"' if other == name else '', title)
        for other, title in titles.items())
    return f'<div class="section"><h5>Guides</h5><div class="links">{links}</div></div>\n'


def finish_page(name, text, titles):
    text = EMPTY_ROW.sub('', MEMBER_TEXT.sub(r'\1<code>\2</code>\3', text))
    text = MEMBER_HREF.sub(lambda link: link[1] + link[2].replace('-', '_'), text)
    if name in titles or name == 'index':
        text = text.replace(GENERATOR, sidebar(name, titles) + GENERATOR, 1)
    if name not in titles:
        return text
    text = SECOND_TITLE.sub('', text)

    def breakable(code):
        return re.sub(r'(?<=\w)_(?=\w)', '_<wbr>', code[0])
    return CELL.sub(lambda cell: CELL_CODE.sub(breakable, cell[0]), text)


def read(path):
    with open(path, encoding='utf-8') as stream:
        return stream.read()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as stream:
        stream.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--gi-docgen', default='gi-docgen', help='the program')
    parser.add_argument('--config', required=True, help='its configuration')
    parser.add_argument('--files', required=True, help='folder of the style, images and urlmap.js')
    parser.add_argument('--output', required=True, help='folder of the site, made anew')
    parser.add_argument('gir', metavar='GIR')
    parser.add_argument('guides', nargs='*', metavar='GUIDE')
    options = parser.parse_args()

    repository = Repository(options.gir)
    guides = {os.path.basename(path).rsplit('.', 1)[0]: read(path) for path in options.guides}
    titles = {name: TITLE.search(text)[1] for name, text in guides.items()}
    shutil.rmtree(options.output, ignore_errors=True)

    with tempfile.TemporaryDirectory() as folder:
        gir = os.path.join(folder, os.path.basename(options.gir))
        write(gir, name_members(read(options.gir), repository))
        for name, text in guides.items():
            write(os.path.join(folder, name + '.md'),
                  prepare_guide(name, text, titles, repository))
        done = subprocess.run([options.gi_docgen, 'generate', '--quiet', '--fatal-warnings',
                               '--no-namespace-dir', '--config', options.config,
                               '--content-dir', folder, '--content-dir', options.files,
                               '--output-dir', options.output, gir], check=False)
    if done.returncode != 0:
        return done.returncode

    for name in os.listdir(options.output):
        path = os.path.join(options.output, name)
        if name.endswith('.html'):
            write(path, finish_page(name.rsplit('.', 1)[0], read(path), titles))
    style = os.path.join(options.output, 'style.css')
    write(style, read(style) + read(os.path.join(options.files, 'site.css')))
    return 0


if __name__ == '__main__':
    sys.exit(main())
