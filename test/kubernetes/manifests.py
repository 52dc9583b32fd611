# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can be said of the manifests without an API server. Prints TAP.

  manifests.py SNUG [KUSTOMIZE…]

SNUG is the command, KUSTOMIZE… what renders a folder that is named after it. Without that nothing
is rendered.
"""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile

import yaml

import tap
from examples import CLUSTER, EXAMPLES, OVERLAYS, TOP, load, manifests, render
from shapes import sections

HERE = pathlib.Path(__file__).resolve().parent

# Set by the downward API, and no keys.
REQUESTS = {'SNUG_CPU_REQUEST_MILLI', 'SNUG_MEMORY_REQUEST_BYTES'}

# The fields that the examples may use. A word that is not here is a mistake, or new: then it is
# added, once an API server has taken it.
FIELDS = {
    'Pod': 'apiVersion kind metadata spec',
    'metadata': 'name labels annotations namespace',
    'spec': 'containers initContainers volumes securityContext resources',
    'container': 'name image command args env volumeMounts resources securityContext restartPolicy',
    'volume': 'name image emptyDir configMap',
    'mount': 'name mountPath readOnly',
    'security': 'runAsNonRoot runAsUser seccompProfile allowPrivilegeEscalation readOnlyRootFilesystem capabilities',
    'resources': 'requests limits',
}


def known(what, mapping):
    strange = set(mapping) - set(FIELDS[what].split())
    assert not strange, f'{what}: {", ".join(sorted(strange))}'


def snug_takes(snug, policy):
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
        file.write(policy)
        file.flush()
        done = subprocess.run([snug, 'check', file.name], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        assert done.returncode == 0, policy + done.stdout


def check_container(snug, container, volumes):
    known('container', container)
    known('security', container.get('securityContext', {}))
    known('resources', container.get('resources', {}))
    mounts = container.get('volumeMounts', [])
    for mount in mounts:
        known('mount', mount)
        assert mount['name'] in volumes, f'no volume {mount["name"]}'
    for variable in container.get('env') or []:
        name, value = variable['name'], variable.get('value')
        assert value is None or isinstance(value, str), f'{name}: {value!r} is no text'
        if name in ('LD_PRELOAD', 'SNUG_POLICY'):
            assert any(value.startswith(mount['mountPath'] + '/') for mount in mounts), f'{value}: no mount'
        elif name.startswith('SNUG_') and name not in REQUESTS:
            snug_takes(snug, f'{name[5:].lower().replace("_", ".")} = {value}\n')
        else:
            assert name in REQUESTS, f'{name} is nothing of snug\'s'


def check_pod(snug, pod):
    known('Pod', pod)
    known('metadata', pod['metadata'])
    known('spec', pod['spec'])
    known('security', pod['spec'].get('securityContext', {}))
    volumes = {volume['name'] for volume in pod['spec'].get('volumes', [])}
    for volume in pod['spec'].get('volumes', []):
        known('volume', volume)
    for container in pod['spec']['containers'] + pod['spec'].get('initContainers', []):
        check_container(snug, container, volumes)


def check(snug, document):
    if document['kind'] == 'Pod':
        check_pod(snug, document)
    else:
        assert document['kind'] == 'ConfigMap', document['kind']
        snug_takes(snug, document['data']['snug.conf'])


def check_overlay(kustomize, folder, way):
    policy, binding = render(kustomize, folder)
    assert (policy['kind'], binding['kind']) == ('MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding')
    assert binding['spec']['policyName'] == policy['metadata']['name']
    # The overlays replace these by their number.
    image, chosen = policy['spec']['variables'][:2]
    assert (image['name'], chosen['name']) == ('image', 'way'), 'the numbers of the variables have changed'
    assert image['expression'].strip("'").startswith('registry.example/snug:'), image
    assert chosen['expression'] == f"'{way}'", chosen
    assert len(policy['spec']['mutations']) == 1, 'mutations of one policy are not atomic'
    assert policy['spec']['failurePolicy'] == 'Ignore'


def check_parts(snug):
    """What the policy says to two containers of a pod of 1Gi, in one as the kubelet makes it."""
    lines = [line for line in sections((HERE / 'stored' / 'podlevel.txt').read_text())['image'] if '.app.env[' in line]
    variables = {each['name']: each['value'] for each in (json.loads(line.split(': ', 1)[1]) for line in lines)}
    assert len(variables) == 4, variables
    variables.pop('LD_PRELOAD')
    done = subprocess.run([snug, 'explain', '--root', TOP / 'test' / 'data' / 'kubelet-pod-limit'], env=variables,
                          stdin=subprocess.DEVNULL, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    for wanted in ('CPUs            2 ', 'GOMEMLIMIT      482344960 bytes'):
        assert wanted in done.stdout, f'{wanted}: not in\n{done.stdout}'


def check_components(kustomize):
    """As in a user's own overlay, beside a copy: the source tree may be read-only."""
    with tempfile.TemporaryDirectory(prefix='snug-components.') as scratch:
        scratch = pathlib.Path(scratch)
        for file in CLUSTER.rglob('*.yaml'):
            copy = scratch / 'cluster' / file.relative_to(CLUSTER)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(file.read_text())
        own = scratch / 'own'
        own.mkdir()
        (own / 'kustomization.yaml').write_text(
            'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'
            'components: [../cluster/component, ../cluster/ephemeral]\n')
        documents = render(kustomize, own)
        assert len(documents) == 4, f'{len(documents)} objects'


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    snug, *kustomize = sys.argv[1:]
    for file in sorted(EXAMPLES.rglob('*.yaml')):
        tap.tried(f'{file.relative_to(EXAMPLES)} is YAML', lambda: load(file.read_text()), yaml.YAMLError)
    for name, document in manifests():
        tap.tried(f'{name}: {document["kind"]}', lambda: check(snug, document), KeyError, TypeError)
    tap.tried('the part of a pod\'s limit', lambda: check_parts(snug), KeyError, OSError)
    if kustomize:
        for way, folder in OVERLAYS.items():
            tap.tried(f'{folder.name} is rendered', lambda: check_overlay(kustomize, folder, way), KeyError, ValueError)
        tap.tried('both components are four objects', lambda: check_components(kustomize))
    tap.end()


main()
