# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kube-apiserver and its etcd on free ports of this machine, and requests to it.

There is no controller manager: a namespace needs its service account made by hand, and a quota
counts only once its status is set.
"""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

# A bound for what hangs.
PATIENCE = 600
# How often other ports are tried, where somebody took one of ours in between.
TRIES = 10


class Refused(Exception):
    """What the API server answered, but for 2xx."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('127.0.0.1', 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class PortTaken(Exception):
    pass


class Cluster:
    def __init__(self, apiserver, ports=None):
        """ports, where given, are tried first."""
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='snug-kubernetes.'))
        self.token = os.urandom(16).hex()
        self.started = []
        self.connection = None
        self.n_tries = 0
        try:
            while True:
                try:
                    self.start(apiserver, ports or free_ports(3))
                    break
                except PortTaken:
                    self.n_tries += 1
                    if self.n_tries == TRIES:
                        raise
                    self.kill()
                    ports = None
        except BaseException:
            self.stop()
            raise

    def spawn(self, name, *command):
        with (self.dir / f'{name}.log').open('w') as log:
            self.started.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                                 stderr=log, cwd=self.dir))

    def start(self, apiserver, ports):
        peer, client, self.port = ports
        shutil.rmtree(self.dir / 'etcd', ignore_errors=True)
        etcd = f'http://127.0.0.1:{client}'
        peers = f'http://127.0.0.1:{peer}'
        subprocess.run(['openssl', 'genrsa', '-out', 'service-account.key', '2048'], cwd=self.dir,
                       check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        tokens = self.dir / 'tokens.csv'
        tokens.touch(mode=0o600)
        tokens.write_text(f'{self.token},admin,admin,"system:masters"\n')
        self.spawn('etcd', 'etcd', '--data-dir', 'etcd', '--unsafe-no-fsync',
                   '--listen-client-urls', etcd, '--advertise-client-urls', etcd,
                   '--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers,
                   '--initial-cluster', f'default={peers}')
        self.spawn('apiserver', str(apiserver), f'--etcd-servers={etcd}',
                   '--bind-address=127.0.0.1', f'--secure-port={self.port}',
                   '--cert-dir=serving', '--advertise-address=127.0.0.1',
                   '--endpoint-reconciler-type=none', '--token-auth-file=tokens.csv',
                   '--authorization-mode=RBAC', '--anonymous-auth=false',
                   '--service-account-issuer=https://kubernetes.default.svc',
                   '--service-account-key-file=service-account.key',
                   '--service-account-signing-key-file=service-account.key',
                   '--service-cluster-ip-range=10.0.0.0/24', '--allow-privileged=true')
        self.wait('the API server', self.is_ready)

    def wait(self, what, is_so):
        end = time.monotonic() + PATIENCE
        while not is_so():
            for process in self.started:
                if process.poll() is not None:
                    words = self.words()
                    kind = PortTaken if 'address already in use' in words else RuntimeError
                    raise kind(f'{process.args[0]} ended\n{words}')
            if time.monotonic() > end:
                raise RuntimeError(f'{what}: not in {PATIENCE} s\n{self.words()}')
            time.sleep(0.1)

    def words(self):
        logs = sorted(self.dir.glob('*.log'))
        return '\n'.join(f'{log.name}: {log.read_text()[-3000:]}' for log in logs)

    def is_ready(self):
        try:
            return self.text('GET', '/readyz') == 'ok'
        except (OSError, http.client.HTTPException, Refused):
            return False

    def text(self, method, path, body=None, kind='application/yaml'):
        """The answer's text; raises Refused."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                '127.0.0.1', self.port, timeout=PATIENCE, context=ssl._create_unverified_context())
        try:
            self.connection.request(method, path, body, {
                'Authorization': f'Bearer {self.token}', 'Content-Type': kind,
                'Accept': '*/*' if path in ('/metrics', '/readyz') else 'application/json'})
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        if answer.status // 100 != 2:
            raise Refused(answer.status, json.loads(text).get('message', text)
                          if text.startswith('{') else text)
        return text

    def post(self, path, document, dry=False):
        """Makes an object, with strict validation. Returns the text of what was stored."""
        query = '?fieldValidation=Strict' + ('&dryRun=All' if dry else '')
        return self.text('POST', path + query, json.dumps(document), 'application/json')

    def apply(self, document, dry=False):
        """As kubectl apply --server-side."""
        query = '?fieldManager=test&force=true&fieldValidation=Strict' + ('&dryRun=All' if dry else '')
        path = f'{path_of(document)}/{document["metadata"]["name"]}'
        return self.text('PATCH', path + query, json.dumps(document), 'application/apply-patch+yaml')

    def namespace(self, name, labels):
        self.post('/api/v1/namespaces', {
            'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': name, 'labels': labels}})
        self.account(name)

    def account(self, namespace):
        self.post(f'/api/v1/namespaces/{namespace}/serviceaccounts', {
            'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'default'}})

    def quota(self, namespace, hard):
        path = f'/api/v1/namespaces/{namespace}/resourcequotas'
        self.post(path, {'apiVersion': 'v1', 'kind': 'ResourceQuota',
                         'metadata': {'name': 'quota'}, 'spec': {'hard': hard}})
        self.text('PATCH', f'{path}/quota/status', json.dumps(
            {'status': {'hard': hard, 'used': {name: '0' for name in hard}}}),
            'application/merge-patch+json')

    def kill(self):
        # By SIGTERM the API server waits for an etcd that has gone already.
        for process in self.started:
            process.kill()
        for process in self.started:
            process.wait()
        self.started = []

    def stop(self):
        # Nothing of it is kept.
        self.kill()
        shutil.rmtree(self.dir, ignore_errors=True)


def path_of(document, namespace='default'):
    """Where objects of this kind are made."""
    version = document['apiVersion']
    root = f'/apis/{version}' if '/' in version else f'/api/{version}'
    kind = document['kind']
    if kind == 'Namespace' or kind.startswith('MutatingAdmission'):
        within = ''
    else:
        within = f'/namespaces/{document["metadata"].get("namespace", namespace)}'
    plural = kind.lower()
    plural = plural[:-1] + 'ies' if plural.endswith('y') else plural + 's'
    return f'{root}{within}/{plural}'
