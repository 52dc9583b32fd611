# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a policy changes in a pod, as lines that can be read and compared.

The pod is made twice, in a namespace with the label and in one without that is the same otherwise.
So what the API server adds by itself is in both, and a newer release that adds more changes no file.
"""
import json
import re

# What the API server adds to any container, also to one that a policy adds.
DEFAULTS = ('name', 'terminationMessagePath', 'terminationMessagePolicy')
BY_NAME = ('containers', 'initContainers', 'ephemeralContainers', 'volumes')


def written(value):
    return re.sub(r'kube-api-access-[a-z0-9]{5}', 'kube-api-access', json.dumps(value))


def pieces(pod):
    """A list of (place, value): variables and mounts in one piece each, by their number."""
    found = [('metadata.labels', written(pod['metadata'].get('labels', {}))),
             ('metadata.annotations', written(pod['metadata'].get('annotations', {}))),
             ('class', pod.get('status', {}).get('qosClass', ''))]
    for key, value in pod['spec'].items():
        if key not in BY_NAME:
            found.append((key, written(value)))
            continue
        found.append((f'{key} in order', ' '.join(
            re.sub(r'^kube-api-access-.*', 'kube-api-access', each['name']) for each in value)))
        for each in value:
            if key == 'volumes':
                found.append((f'{key}', written(each)))
                continue
            for field, inner in each.items():
                at = f'{key}.{each["name"]}.{field}'
                if field in ('env', 'volumeMounts'):
                    found += [(f'{at}[{i}]', written(item)) for i, item in enumerate(inner)]
                elif field not in DEFAULTS:
                    found.append((at, written(inner)))
    return found


def changes(before, after):
    """Lines: what has gone, with -, and what has come, with +, in the order of the pod."""
    old, new = pieces(before), pieces(after)
    return ([f'- {place}: {value}' for place, value in old if (place, value) not in new]
            + [f'+ {place}: {value}' for place, value in new if (place, value) not in old])


def sections(text):
    """What a file says of each way: lines below "image:" and "init:"."""
    ret, now = {}, None
    for line in text.splitlines():
        if re.fullmatch(r'[a-z ]+:', line):
            now = ret.setdefault(line[:-1], [])
        elif line:
            now.append(line)
    return ret


def spec_of(text):
    """The very bytes of the spec in an answer of the API server."""
    start = text.index(',"spec":{') + 8
    depth, is_string, at = 0, False, start
    while True:
        character = text[at]
        if is_string:
            if character == '\\':
                at += 1
            elif character == '"':
                is_string = False
        elif character == '"':
            is_string = True
        elif character in '{[':
            depth += 1
        elif character in '}]':
            depth -= 1
            if depth == 0:
                return text[start:at + 1]
        at += 1
