# SPDX-License-Identifier: LGPL-2.1-or-later
"""For the Python scripts of this directory: TAP, with what is wrong below a test's line. They end
with finish()."""

COMPLAINTS_MAX = 5
n_tests = 0


def result(complaints, label):
    global n_tests
    n_tests += 1
    print('ok' if not complaints else 'not ok', n_tests, '-', label, flush=True)
    for complaint in complaints[:COMPLAINTS_MAX]:
        print('\n'.join('# ' + line for line in complaint.splitlines()))


def skip(label, why):
    global n_tests
    n_tests += 1
    print('ok', n_tests, '-', label, '# SKIP', why, flush=True)


def finish():
    """A script that has tried nothing has failed."""
    if not n_tests:
        result(['there was nothing to try'], 'something')
    print('1..%d' % n_tests)
