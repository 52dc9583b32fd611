# SPDX-License-Identifier: LGPL-2.1-or-later
"""What test/bench/run has to say: tables, claims about counts, and all samples as JSON."""
import json
import os
import platform
import subprocess
import time


def release_of(*command):
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              errors='replace').stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None


class Sheet:
    """Text for people, or TAP with the tables as comments, as test/run shows them."""

    def __init__(self, is_tap):
        self.is_tap = is_tap
        self.n_claims = self.n_failed = 0
        self.document = {
            'date': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()),
            'machine': {'cpus': os.cpu_count(), 'allowed': len(os.sched_getaffinity(0)),
                        'architecture': platform.machine(), 'kernel': platform.release(),
                        'load': os.getloadavg(), 'libc': ' '.join(platform.libc_ver())},
            'releases': {'go': release_of('go', 'version'), 'strace': release_of('strace', '-V'),
                         'valgrind': release_of('valgrind', '--version'),
                         'python': platform.python_version()},
            'tables': [], 'claims': [], 'samples': {},
        }

    def say(self, text=''):
        for line in text.splitlines() or ['']:
            print(f'#| {line}'.rstrip() if self.is_tap else line, flush=True)

    def table(self, title, head, rows):
        """Cells are texts or whole numbers. Numbers are on the right."""
        self.document['tables'].append({'title': title, 'head': head, 'rows': rows})
        cells = [head] + [[f'{cell:,}' if isinstance(cell, int) else cell for cell in row]
                          for row in rows]
        widths = [max(map(len, column)) for column in zip(*cells)]
        self.say(title)
        for row in cells:
            self.say('  ' + '  '.join(cell.rjust(width) if i else cell.ljust(width)
                                      for i, (cell, width) in enumerate(zip(row, widths))))
        self.say()

    def keep(self, name, samples):
        self.document['samples'][name] = samples

    def claim(self, is_true, text):
        """About counts alone: times depend on what else the machine does."""
        self.document['claims'].append({'claim': text, 'holds': bool(is_true)})
        self.report(is_true, text)

    def report(self, is_true, text, note=''):
        self.n_claims += 1
        self.n_failed += not is_true
        if self.is_tap:
            print(f'{"ok" if is_true else "not ok"} {self.n_claims} - {text}', flush=True)
            for line in note.splitlines():
                print(f'# {line}')
        else:
            self.say(f'{"holds" if is_true else "FAILS"}: {text}')
            if note:
                self.say(note)

    def skip(self, text, why):
        if self.is_tap:
            self.n_claims += 1
            print(f'ok {self.n_claims} - {text} # SKIP {why}', flush=True)
        else:
            self.say(f'left out: {text}: {why}')

    def end(self, json_path):
        if self.is_tap:
            print(f'1..{self.n_claims}')
        if json_path:
            with open(json_path, 'w', encoding='utf-8') as file:
                json.dump(self.document, file, indent=1)
                file.write('\n')
        return bool(self.n_failed)
