# SPDX-License-Identifier: LGPL-2.1-or-later
"""The manifests of examples/kubernetes and of the README, and what kustomize makes of them."""
import pathlib
import re
import subprocess

import yaml

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = TOP / 'examples' / 'kubernetes'
CLUSTER = EXAMPLES / 'cluster'
OVERLAYS = {'image': CLUSTER / 'image-volume', 'init': CLUSTER / 'init-container'}
EPHEMERAL = CLUSTER / 'ephemeral' / 'ephemeral.yaml'


class Strict(yaml.SafeLoader):
    """A key that is there twice is a mistake."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice and not any(key.tag == 'tag:yaml.org,2002:merge' for key, _ in node.value):
            raise yaml.YAMLError(f'{", ".join(map(str, twice))} twice, {node.start_mark}')
        return super().construct_mapping(node, deep)


def load(text):
    return [document for document in yaml.load_all(text, Strict) if document is not None]


def readme_pod():
    """The README has a spec alone."""
    fragment = re.search(r'^## Kubernetes\n.*?```yaml\n(.*?)```', (TOP / 'README.md').read_text(), re.S | re.M)
    pod, = load(fragment[1])
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'readme'}, **pod}


def manifests():
    """(file, document) of everything that a user applies by kubectl apply -f."""
    for file in sorted(EXAMPLES.glob('*.yaml')):
        for document in load(file.read_text()):
            yield file.name, document
    yield 'README.md', readme_pod()


def render(kustomize, folder):
    done = subprocess.run([*kustomize, str(folder)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    return load(done.stdout)
