#!/usr/bin/env python3
# check-layers.py: the sources include only what their layer may know
#
# SPDX-FileCopyrightText: 2026 The futures-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Usage: check-layers.py FOLDER-OF-THE-LIBRARY
#
# A new source belongs to the first layer below with a pattern that matches it; one without a layer
# is an error, so that whoever adds it decides.

import fnmatch
import re
import sys
from pathlib import Path

# Layer: (the names of its sources without .c and .h, the layers that it may include)
LAYERS = {
    'base': (['fut-version', 'fut-version-macros', 'fut-enums', 'fut-error'], []),
    'engine': (['engine/*'], ['base']),
    'function': (['fut-function*'], ['base']),
    'options': (['fut-submit-options*'], ['base']),
    # What a future knows of its executor: the core, which knows the type of a future in turn.
    'core': (['fut-executor-core'], ['base', 'engine', 'future-type']),
    'future-type': (['fut-future'], ['base', 'function', 'options', 'core', 'engine', 'future']),
    'future': (['fut-future-*'], ['base', 'engine', 'function', 'options', 'core', 'future-type']),
    'thread-pool': (['fut-thread-*'], ['base', 'engine', 'options', 'core', 'future-type', 'future',
                                       'executor']),
    'process-pool': (['fut-process-*', 'process/*', 'fut-worker'],
                     ['base', 'engine', 'function', 'options', 'core', 'future-type', 'future',
                      'executor']),
    'waiting': (['fut-wait*', 'fut-as-completed'],
                ['base', 'engine', 'core', 'future-type', 'future']),
    'executor': (['fut-executor*', 'fut-run-task', 'fut-map'],
                 ['base', 'engine', 'function', 'options', 'core', 'future-type', 'future',
                  'waiting']),
}

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*', re.DOTALL)
# The engine holds nodes and indexes, and knows no object of the API.
OBJECTS = re.compile(r'\bFut(?:Future|Executor|SubmitOptions|MapIterator|CompletionIterator)\w*\b')


def layer_of(unit):
    for layer, (patterns, _) in LAYERS.items():
        if any(fnmatch.fnmatchcase(unit, pattern) for pattern in patterns):
            return layer
    return None


def resolve(folder, source, name):
    """The unit that an include means: beside the source, or from the library's folder."""
    for base in (source.parent, folder):
        header = (base / name).resolve()
        if header.exists() and header.is_relative_to(folder):
            return str(header.relative_to(folder).with_suffix(''))
    return name.removesuffix('.h')


def check_source(folder, source, public, complain):
    text = source.read_text(encoding='utf-8')
    unit = str(source.relative_to(folder).with_suffix(''))
    layer = layer_of(unit)
    includes = INCLUDE.findall(text)
    units = [resolve(folder, source, name) for name in includes if name != 'config.h']
    if layer is None:
        complain(source, 'belongs to no layer: give it one in check-layers.py')
        return

    for other in units:
        other_layer = layer_of(other)
        if other == 'futures-glib':
            complain(source, 'the library never includes its umbrella header')
        elif other_layer is None:
            complain(source, f'includes "{other}.h", which belongs to no layer')
        elif other_layer != layer and other_layer not in LAYERS[layer][1]:
            complain(source, f'of the layer {layer} may not include "{other}.h" of {other_layer}')
        if source.name in public and source.suffix == '.h' and f'{other}.h' not in public:
            complain(source, f'a public header includes the private "{other}.h"')

    if source.suffix == '.c':
        if not includes or includes[0] != 'config.h':
            complain(source, 'includes "config.h" first')
        own = [name for name in (unit, f'{unit}-private') if (folder / f'{name}.h').exists()]
        if own and (len(units) == 0 or units[0] not in own):
            complain(source, f'includes its own header "{own[-1]}.h" before others')
    if layer == 'engine':
        for name in sorted(set(OBJECTS.findall(COMMENT.sub('', text)))):
            complain(source, f'the engine knows no {name}')


def main():
    folder = Path(sys.argv[1]).resolve()
    umbrella = folder / 'futures-glib.h'
    public = set(INCLUDE.findall(umbrella.read_text(encoding='utf-8')))
    public |= {umbrella.name, 'fut-version.h'}
    problems = []
    n_sources = 0
    for source in sorted([*folder.rglob('*.c'), *folder.rglob('*.h')]):
        if source == umbrella:
            continue
        n_sources += 1
        check_source(folder, source, public,
                     lambda where, what: problems.append(f'{where.relative_to(folder)}: {what}'))
    for problem in problems:
        print(problem)
    print(f'{n_sources} sources, {len(problems)} against the layers')
    return 1 if problems or n_sources == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
