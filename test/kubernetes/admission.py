# SPDX-License-Identifier: LGPL-2.1-or-later
"""The policies of examples/kubernetes against a real API server. Prints TAP.

  admission.py [--write] KUBE-APISERVER KUSTOMIZE

Each file of shapes is a pod; the file of the same name in stored says what the policy changes in it,
by an image volume and by an init container. --write writes those files anew.
"""
import json
import pathlib
import re
import signal
import socket
import sys
import time

import page
import tap
from cluster import Cluster, Refused, free_ports, path_of
from examples import EPHEMERAL, OVERLAYS, load, manifests, render
from shapes import changes, sections, spec_of

HERE = pathlib.Path(__file__).resolve().parent
KINDS = ('labelled', 'quota', 'restricted', 'ranged')
METRIC = 'apiserver_mutating_admission_policy_check_total'

# Adds a container, as a service mesh does. The API server asks policies in an order that is not that of
# their names, and that may be another one after a start.
LATER = '''
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicy
metadata: {name: mesh}
spec:
  failurePolicy: Fail
  reinvocationPolicy: Never
  matchConstraints:
    objectSelector: {matchLabels: {mesh: "on"}}
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  matchConditions:
    - {name: once, expression: "object.spec.containers.all(c, c.name != 'mesh')"}
  mutations:
    - patchType: JSONPatch
      jsonPatch:
        expression: >-
          [JSONPatch{op: 'add', path: '/spec/containers/-', value:
            Object.spec.containers{name: 'mesh', image: 'mesh.example/mesh:1'}}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingAdmissionPolicyBinding
metadata: {name: mesh}
spec: {policyName: mesh}
'''


def differs(wanted, got):
    return '\n'.join([f'expected, not there: {line}' for line in wanted if line not in got]
                     + [f'not expected: {line}' for line in got if line not in wanted]
                     or ['in another order']) if wanted != got else ''


def tried(name, work):
    return tap.tried(name, work, Refused, KeyError)


class Admission:
    def __init__(self, cluster, kustomize, is_writing):
        self.cluster, self.kustomize, self.is_writing = cluster, kustomize, is_writing
        self.written = {}

    def make_namespaces(self):
        for way in ('plain', *OVERLAYS):
            labels = {} if way == 'plain' else {'snug': 'on'}
            for kind in KINDS:
                more = {'pod-security.kubernetes.io/enforce': 'restricted'} if kind == 'restricted' else {}
                self.cluster.namespace(f'{way}-{kind}', {**labels, **more})
            self.cluster.quota(f'{way}-quota', {
                'requests.cpu': '10', 'requests.memory': '10Gi', 'limits.cpu': '10', 'limits.memory': '10Gi'})
            self.cluster.post(f'/api/v1/namespaces/{way}-ranged/limitranges', {
                'apiVersion': 'v1', 'kind': 'LimitRange', 'metadata': {'name': 'range'}, 'spec': {'limits': [{
                    'type': 'Container', 'min': {'cpu': '400m', 'memory': '100Mi'}, 'max': {'cpu': '2'},
                    'default': {'cpu': '1', 'memory': '128Mi'}, 'defaultRequest': {'cpu': '500m'},
                    'maxLimitRequestRatio': {'cpu': '2', 'memory': '1'}}]}})

    def make(self, namespace, pod, dry=False, name=None):
        """The pod as stored, or what it was refused with, without names that differ."""
        pod = json.loads(json.dumps(pod))
        pod['metadata'].pop('namespace', None)
        if name:
            pod['metadata']['name'] = name
        try:
            return self.cluster.post(f'/api/v1/namespaces/{namespace}/pods', pod, dry)
        except Refused as error:
            return str(error)

    def wait_until(self, is_so):
        """Until a policy that was just made, changed or removed is acted upon: a second or two."""
        probe = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'probe'},
                 'spec': {'containers': [{'name': 'probe', 'image': 'probe'}]}}
        end = time.monotonic() + 120
        while time.monotonic() < end:
            pod = json.loads(self.cluster.post('/api/v1/namespaces/image-labelled/pods', probe, dry=True))
            if is_so(pod['spec']):
                return
            time.sleep(0.2)
        raise AssertionError('a policy does not act after two minutes')

    def try_shape(self, way, file):
        pod = load(file.read_text())[0]
        kind = pod['metadata'].get('namespace', 'labelled')
        if kind == 'unlabelled':
            before, after = (self.make('plain-labelled', pod, name=f'{way}-{n}') for n in (1, 2))
        else:
            before = self.make(f'plain-{kind}', pod, name=f'{file.stem}-of-{way}')
            after = self.make(f'{way}-{kind}', pod)
        if not after.startswith('{') or not before.startswith('{'):
            if not before.startswith('{') and after.startswith('{'):
                got = ['accepted, and without the policy not: ' + before]
            else:
                got = ['! ' + after]
                if re.sub('".*?"', '', before) != re.sub('".*?"', '', after):
                    got.append('without the policy: ' + before[:300])
        else:
            got = changes(json.loads(before), json.loads(after))
        self.written.setdefault(file.stem, {})[way] = got
        stored = HERE / 'stored' / f'{file.stem}.txt'
        if not self.is_writing:
            wanted = sections(stored.read_text()).get(way) if stored.exists() else None
            words = differs(wanted, got) if wanted is not None else f'no section in {stored.name}'
            tap.report(not words, f'{way}: {file.stem}', words)
        if after.startswith('{'):
            self.try_again(way, file.stem, kind, after)

    def try_again(self, way, name, kind, text):
        """What is stored, given once more: nothing may change, to the byte."""
        stored = json.loads(text)
        pod = {'apiVersion': 'v1', 'kind': 'Pod', 'spec': stored['spec'], 'metadata': {
            key: value for key, value in stored['metadata'].items() if key in ('labels', 'annotations')}}
        again = self.make('plain-labelled' if kind == 'unlabelled' else f'{way}-{kind}', pod, dry=True, name='again')
        if not again.startswith('{'):
            tap.report(False, f'{way}: {name} again', again)
        else:
            tap.report(spec_of(text) == spec_of(again), f'{way}: {name} again',
                   '\n'.join(changes(stored, json.loads(again))))

    def try_many(self, way):
        """A pod with 20 containers of 100 variables: within what an expression may cost."""
        env = [{'name': f'V{n}', 'value': 'x' * 20} for n in range(100)]
        lists = {kind: [{'name': f'{kind[0]}{n}', 'image': 'app.example/app:1', 'env': env} for n in range(size)]
                 for kind, size in (('containers', 20), ('initContainers', 5))}
        text = self.make(f'{way}-labelled', {
            'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'many'},
            'spec': {**lists, 'resources': {'requests': {'cpu': '4'}, 'limits': {'memory': '4Gi'}}}})
        tap.report(text.count('"/.snug/libsnug.so"') == 25 and text.count('"5%"') == 20,
               f'{way}: 25 containers with 100 variables each', text[:300])

    def try_apply(self, way):
        """The same manifest applied twice, as GitOps does all the time."""
        pod = load((HERE / 'shapes' / 'init-and-sidecar.yaml').read_text())[0]
        pod['metadata'].update(name='applied', namespace=f'{way}-labelled')
        first, second = (json.loads(self.cluster.apply(pod)) for _ in range(2))
        assert '/.snug/libsnug.so' in json.dumps(first), 'the policy did not act'
        assert first['metadata']['resourceVersion'] == second['metadata']['resourceVersion'], 'it changed'

    def try_ephemeral(self, way):
        """Two debuggers, one after the other, in a pod with the volume; one in a pod without."""
        for pod, wanted in ((f'{way}-labelled/pods/no-env', 1), (f'plain-labelled/pods/no-env-of-{way}', 0)):
            path = f'/api/v1/namespaces/{pod}'
            for name in ('debug', 'debug-too'):
                pod = json.loads(self.cluster.text('GET', path))
                old = pod['spec'].setdefault('ephemeralContainers', [])
                before = json.dumps(old)
                pod['spec']['ephemeralContainers'] = old + [{'name': name, 'image': 'debug.example/debug:1'}]
                now = json.loads(self.cluster.text('PUT', path + '/ephemeralcontainers', json.dumps(pod),
                                                   'application/json'))['spec']['ephemeralContainers']
                assert json.dumps(now[:-1]) == before, 'an older one changed'
                got = (now[-1].get('env', []), [m for m in now[-1].get('volumeMounts', []) if m['name'] == 'snug-object'])
                assert got == (wanted * [{'name': 'LD_PRELOAD', 'value': '/.snug/libsnug.so'}], wanted * [
                    {'name': 'snug-object', 'readOnly': True, 'mountPath': '/.snug'}]), f'{path}: {got}'

    def check_metric(self):
        """Failures under Ignore leave no other trace."""
        lines = [line for line in self.cluster.text('GET', '/metrics').splitlines() if line.startswith(METRIC + '{')]
        ours = [line for line in lines if 'policy="snug' in line]
        bad = [line for line in ours if 'error_type="no_error"' not in line]
        assert ours, f'no {METRIC}'
        assert not bad, '\n'.join(bad)
        return sum(float(line.split()[-1]) for line in ours)

    def check_examples(self):
        for name, document in manifests():
            for kind in ('labelled', *(['quota', 'restricted'] if name == 'init-container.yaml' else [])):
                tried(f'dry run: {name}, {document["kind"]}, {kind}', lambda: self.cluster.post(
                    path_of(document, f'plain-{kind}'), document, dry=True))

    def run(self):
        self.make_namespaces()
        self.check_examples()
        for document in load(LATER):
            self.cluster.apply(document)
        files = sorted((HERE / 'shapes').glob('*.yaml'))
        for way, overlay in OVERLAYS.items():
            documents = render(self.kustomize, overlay) + load(EPHEMERAL.read_text())
            for document in documents:
                tried(f'{way}: {document["kind"]} {document["metadata"]["name"]}', lambda: (
                    self.cluster.apply(document, dry=True), self.cluster.apply(document)))
            wanted = 'image' if way == 'image' else 'emptyDir'
            self.wait_until(lambda spec: any(v['name'] == 'snug-object' and wanted in v for v in spec['volumes']))
            for file in files:
                self.try_shape(way, file)
            self.try_many(way)
            tried(f'{way}: applied twice', lambda: self.try_apply(way))
            tried(f'{way}: ephemeral containers', lambda: self.try_ephemeral(way))
        for document in render(self.kustomize, OVERLAYS['init']):
            self.cluster.text('DELETE', f'{path_of(document)}/{document["metadata"]["name"]}')
        tried('removed: a new pod is as it was', lambda: self.wait_until(
            lambda spec: all(v['name'] != 'snug-object' for v in spec['volumes'])))
        if self.kustomize[0] == 'kubectl':
            tried('the commands of the page', lambda: page.follow(self.cluster))
        else:
            tap.skip('the commands of the page', 'machine lacks kubectl 1.21')
        n_checks = tried('no expression failed', self.check_metric)
        print(f'#| {len(files)} shapes of pods in {len(OVERLAYS)} ways, {n_checks or 0:.0f} times a policy was asked')
        if self.is_writing:
            for name, ways in self.written.items():
                (HERE / 'stored' / f'{name}.txt').write_text('\n\n'.join(
                    '\n'.join([f'{way}:', *lines]) for way, lines in ways.items()) + '\n')


def main():
    # SIGTERM and SIGHUP end the servers too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    arguments = [argument for argument in sys.argv[1:] if argument != '--write']
    begun = time.monotonic()
    # The first try meets a port that is taken.
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        cluster = Cluster(arguments[0], [taken.getsockname()[1], *free_ports(2)])
    try:
        tap.report(cluster.n_tries > 0, 'a port that is taken: others are tried')
        print(f'#| the API server answers after {time.monotonic() - begun:.0f} s')
        Admission(cluster, arguments[1:], '--write' in sys.argv).run()
    finally:
        cluster.stop()
    tap.end()


main()
