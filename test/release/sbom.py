#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Prints what a release contains, as SPDX 2.3: the object, the static command, and what is linked
into that.

    sbom.py VERSION ARCH DIR <PARTS

DIR has snug and libsnug.so. A line of PARTS is "PACKAGE VERSION FOLDER", of Debian's. The time is
SOURCE_DATE_EPOCH; the document's name comes from what is in the files.
"""
import datetime
import hashlib
import json
import os
import pathlib
import sys

LICENCES = {
    "libc6-dev": "LGPL-2.1-or-later",
    "libjansson-dev": "MIT",
    "libseccomp-dev": "LGPL-2.1-only",
    "libcap-dev": "BSD-3-Clause OR GPL-2.0-only",
}
version, arch, directory = sys.argv[1:]


def described(name):
    content = (pathlib.Path(directory) / name).read_bytes()
    sums = {a: hashlib.new(a, content).hexdigest() for a in ("sha1", "sha256")}
    return {
        "SPDXID": f"SPDXRef-File-{name}",
        "fileName": f"./{name}",
        "fileTypes": ["BINARY"],
        "checksums": [{"algorithm": a.upper(), "checksumValue": s} for a, s in sums.items()],
        "licenseConcluded": "LGPL-2.1-or-later",
        "licenseInfoInFiles": ["NOASSERTION"],
        "copyrightText": "NOASSERTION",
    }


def package(name, version, licence, purl, **more):
    return {
        "SPDXID": f"SPDXRef-Package-{name}",
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": purl,
            }
        ],
        **more,
    }


def related(one, how, other):
    return {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}


def parts():
    for line in sys.stdin:
        name, its_version, _ = line.split()
        # A purl has + and : by their codes.
        coded = its_version.replace(":", "%3A").replace("+", "%2B")
        yield package(
            name,
            its_version,
            LICENCES[name.replace(f"-{arch}-cross", "")],
            f"pkg:deb/debian/{name}@{coded}?arch={'all' if name.endswith('-cross') else arch}",
        )


files = [described("libsnug.so"), described("snug")]
sha1s = sorted(f["checksums"][0]["checksumValue"] for f in files)
snug = package(
    "snug",
    version,
    "LGPL-2.1-or-later",
    f"pkg:generic/snug@{version}?arch={arch}",
    filesAnalyzed=True,
    # Of SPDX: over the sorted sums of the files.
    packageVerificationCode={
        "packageVerificationCodeValue": hashlib.sha1("".join(sha1s).encode()).hexdigest()
    },
    licenseInfoFromFiles=["NOASSERTION"],
    primaryPackagePurpose="APPLICATION",
)
linked = list(parts())
if not linked:
    sys.exit("sbom.py: nothing is said of what is linked in")
time = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
identity = hashlib.sha256(json.dumps([files, linked]).encode()).hexdigest()
document = {
    "spdxVersion": "SPDX-2.3",
    "dataLicense": "CC0-1.0",
    "SPDXID": "SPDXRef-DOCUMENT",
    "name": f"snug-{version}-linux-{arch}",
    "documentNamespace": f"https://snug.example/spdx/snug-{version}-{arch}-{identity}",
    "creationInfo": {
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creators": ["Organization: the authors of snug"],
    },
    "packages": [snug, *linked],
    "files": files,
    "relationships": [
        related("SPDXRef-DOCUMENT", "DESCRIBES", snug["SPDXID"]),
        *(related(snug["SPDXID"], "CONTAINS", f["SPDXID"]) for f in files),
        *(related("SPDXRef-File-snug", "STATIC_LINK", p["SPDXID"]) for p in linked),
    ],
}
print(json.dumps(document, indent=1))
