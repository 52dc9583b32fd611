# SPDX-License-Identifier: LGPL-2.1-or-later
"""The commands of examples/kubernetes/README.md, as a new user types them."""
import json
import os
import re
import subprocess
import time

from examples import EXAMPLES, TOP

# There is no node here.
NOT_HERE = ' exec '


# In place of a registry: two images set the variable, the other does not.
SKOPEO = '''#!/bin/sh
[ "$1 $2" = "inspect --config" ] || exit 1
case $3 in
docker://registry.example/preloads:[12]) echo '{"config":{"Env":["PATH=/bin","LD_PRELOAD=/lib/a.so"]}}' ;;
docker://registry.example/service:1.0) echo '{"config":{"Env":["PATH=/bin"]}}' ;;
*) exit 1 ;;
esac
'''


def blocks():
    return re.findall(r'^```\n(.*?)^```', (EXAMPLES / 'README.md').read_text(), re.S | re.M)


def commands():
    for block in blocks():
        for line in block.splitlines():
            if line.startswith('kubectl ') and NOT_HERE not in line:
                yield re.sub(r'\s+#.*', '', line)


def prepare(cluster):
    """What the page takes to be there: namespaces with a service. Returns kubectl's environment."""
    for name in ('shop', 'search', 'billing'):
        cluster.namespace(name, {})
    cluster.post('/apis/apps/v1/namespaces/shop/deployments', {
        'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': 'cart'}, 'spec': {
            'selector': {'matchLabels': {'app': 'cart'}}, 'template': {
                'metadata': {'labels': {'app': 'cart'}},
                'spec': {'containers': [{'name': 'cart', 'image': 'registry.example/service:1.0'}]}}}})
    config = cluster.dir / 'kubeconfig'
    config.touch(mode=0o600)
    config.write_text(json.dumps({
        'apiVersion': 'v1', 'kind': 'Config', 'current-context': 'test',
        'clusters': [{'name': 'test', 'cluster': {
            'server': f'https://127.0.0.1:{cluster.port}', 'insecure-skip-tls-verify': True}}],
        'users': [{'name': 'test', 'user': {'token': cluster.token}}],
        'contexts': [{'name': 'test', 'context': {'cluster': 'test', 'user': 'test'}}]}))
    return {**os.environ, 'KUBECONFIG': str(config), 'HOME': str(cluster.dir)}


def find_images(cluster, environment):
    """The loop that names images with an LD_PRELOAD of their own."""
    service, first, second = ({'name': name, 'image': f'registry.example/{image}'} for name, image in (
        ('service', 'service:1.0'), ('first', 'preloads:1'), ('second', 'preloads:2')))
    for name, lists in (('one', {'containers': [service]}),
                        ('two', {'containers': [service], 'initContainers': [first]}),
                        ('three', {'containers': [service, second]}),
                        ('four', {'containers': [second]})):
        cluster.post('/api/v1/namespaces/shop/pods', {
            'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name}, 'spec': lists})
    programs = cluster.dir / 'programs'
    programs.mkdir()
    (programs / 'skopeo').write_text(SKOPEO)
    (programs / 'skopeo').chmod(0o755)
    block, = [block for block in blocks() if 'skopeo' in block]
    done = subprocess.run(['sh', '-c', block], env={**environment, 'PATH': f'{programs}:{environment["PATH"]}'},
                          text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.stdout == 'registry.example/preloads:1\nregistry.example/preloads:2\n', done.stdout


def follow(cluster):
    """Runs them all. Raises AssertionError at the first that fails, or shows a pod without snug."""
    environment = prepare(cluster)
    find_images(cluster, environment)
    n_looks = 0
    for command in commands():
        end = time.monotonic() + 120
        while True:
            done = subprocess.run(['sh', '-c', command], cwd=TOP, env=environment, text=True, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            # A second restart within a second is refused.
            is_early = 'rollout restart' in command and 'within the past second' in done.stdout
            assert done.returncode == 0 or is_early, f'$ {command}\n{done.stdout}'
            # A policy acts a second or two after it was made.
            if not is_early and (' run look ' not in command or 'name: snug-object' in done.stdout):
                break
            assert time.monotonic() < end, f'$ {command}\n{done.stdout}'
            time.sleep(0.2)
        n_looks += ' run look ' in command
        made = re.search(r'create namespace (\S+)', command)
        if made:
            cluster.account(made[1])
    assert n_looks == 1, 'the page does not look at a pod'
    left = json.loads(cluster.text('GET', '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies'))
    assert 'snug' not in [each['metadata']['name'] for each in left['items']], 'the page leaves the policy'
    assert 'snug' not in json.loads(cluster.text('GET', '/api/v1/namespaces/shop'))['metadata']['labels']
