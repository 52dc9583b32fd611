#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes images as one file, an OCI image layout, without an engine and without a registry.

    layout.py [--name NAME] IMAGE.tar RELEASE.tar.gz…

makes the image that holds only snug: for image volumes, COPY --from and init containers, which run
its `/snug copy DIR`. Each RELEASE is a snug-VERSION-linux-ARCH.tar.gz; those of several
architectures become one index.

    layout.py --base ARCH=ROOT.tar [--base …] [--policy FILE] [--name NAME]
              IMAGE.tar RELEASE.tar.gz…

bakes snug into base images, as base.Containerfile does: each ROOT is the file tree of one, say of
`debootstrap` or `podman export`. FILE becomes /etc/snug.conf; the default is beside this script.

NAME is what an engine calls the image that it loads: localhost/snug:VERSION, and with --base
localhost/snug-base:VERSION, unless it is given. An archive is read to its end first: one that is
damaged, or is not what its CHECKSUMS says, makes no image.

The same files make the same bytes: times are those in RELEASE, layers are not compressed (what
compresses differs from machine to machine; a registry's client does that anyway). Load it with

    podman pull oci-archive:IMAGE.tar
    skopeo copy --all oci-archive:IMAGE.tar docker://registry.example/snug:0.1.0
    ctr images import --all-platforms IMAGE.tar
"""
import argparse
import bz2
import datetime
import gzip
import hashlib
import io
import json
import lzma
import pathlib
import re
import sys
import tarfile
import zlib

OCI = "application/vnd.oci.image."
MACHINES = {62: "amd64", 183: "arm64"}  # e_machine of an ELF file.
UNPACKERS = {b"\x1f\x8b": gzip.decompress, b"\xfd7": lzma.decompress, b"BZ": bz2.decompress}
# By which Python says that an archive is damaged.
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
)
DOC = "usr/share/doc/snug/"
BLOCK = 512  # Of a tar archive.
# What OCI's image specification allows as org.opencontainers.image.ref.name.
COMPONENT = "[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*"
NAME = re.compile(f"{COMPONENT}(?:/{COMPONENT})*")


def refuse(sentence):
    sys.exit(f"layout.py: {sentence}")


def opened(content):
    return tarfile.open(fileobj=io.BytesIO(content), mode="r:")


def unpacked(path):
    """The bytes of a tar archive that is whole. What packs one has a checksum at its end, so all of
    it is read first. Python takes a damaged header for the end, which is a block of zeros."""
    content = pathlib.Path(path).read_bytes()
    try:
        content = UNPACKERS.get(content[:2], bytes)(content)
        with opened(content) as archive:
            members = archive.getmembers()
            if content[archive.offset : archive.offset + BLOCK] != bytes(BLOCK):
                raise tarfile.ReadError
    except DAMAGE:
        refuse(f"{path} is damaged, or no tar archive, plain or packed by gzip, xz or bzip2")
    if not members:
        refuse(f"{path} holds no files")
    return content


def tar(files, mtime):
    """A tar archive of {path: (mode, bytes)}. It has no directories: those of the base image
    keep their owners and modes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, (mode, content) in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.mode, entry.size, entry.mtime = mode, len(content), mtime
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


class Release:
    """What a release's archive holds: {path: (mode, bytes)} and what is known of it."""

    def __init__(self, path):
        with opened(unpacked(path)) as archive:
            members = [m for m in archive.getmembers() if m.isfile()]
            self.files = {
                m.name.partition("/")[2]: (m.mode & 0o755, archive.extractfile(m).read())
                for m in members
            }
        name = members and re.match(r"snug-(.+)-linux-\w+/", members[0].name)
        lacks = {"snug", "libsnug.so", "snug.spdx.json", "COPYING"} - set(self.files)
        if not name or lacks:
            refuse(f"{path} is no release of snug for Linux")
        for file in self.changed():
            refuse(f"{path} is damaged: its CHECKSUMS does not agree with {file}")
        self.version = name[1]
        self.mtime = int(max(m.mtime for m in members))
        machine = int.from_bytes(self.files["libsnug.so"][1][18:20], "little")
        if machine not in MACHINES:
            refuse(f"{path} is for another architecture than amd64 and arm64")
        self.architecture = MACHINES[machine]

    def changed(self):
        """The files that CHECKSUMS, if there is one, does not know as they are."""
        files = {name: content for name, (_, content) in self.files.items()}
        if "CHECKSUMS" not in files:
            return []
        text = files.pop("CHECKSUMS").decode("utf-8", "replace")
        lines = re.findall(r"^([0-9a-f]{64}) [ *](?:\./)?(.+)$", text, re.M)
        known = {name: digest for digest, name in lines}
        found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        return sorted(name for name in {**known, **found} if known.get(name) != found.get(name))

    def documents(self, below):
        """Licences and the list of contents (SPDX)."""
        wanted = re.compile(r"COPYING|snug\.spdx\.json|licences/.*")
        return {below + n: f for n, f in self.files.items() if wanted.fullmatch(n)}

    def alone(self):
        programs = {n: self.files[n] for n in ("snug", "libsnug.so")}
        return {**programs, **self.documents("")}

    def baked(self, policy):
        return {
            "usr/bin/snug": self.files["snug"],
            "usr/lib/libsnug.so": self.files["libsnug.so"],
            # Nobody but root may be able to write it, or it is not read.
            "etc/snug.conf": (0o644, policy),
            **self.documents(DOC),
        }


class Layout:
    """Blobs by their digests."""

    def __init__(self):
        self.files = {"oci-layout": (0o644, b'{"imageLayoutVersion": "1.0.0"}')}

    def add(self, kind, content, **more):
        """Puts a blob in, and returns its descriptor."""
        if not isinstance(content, bytes):
            content = json.dumps(content, sort_keys=True).encode()
        digest = hashlib.sha256(content).hexdigest()
        self.files["blobs/sha256/" + digest] = (0o644, content)
        described = {"mediaType": OCI + kind, "digest": "sha256:" + digest, "size": len(content)}
        return {**described, **more}

    def add_image(self, release, layers, config):
        """LAYERS are (bytes of a tar archive, who made it)."""
        time = datetime.datetime.fromtimestamp(release.mtime, datetime.timezone.utc)
        created = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        platform = {"architecture": release.architecture, "os": "linux"}
        descriptors = [self.add("layer.v1.tar", content) for content, _ in layers]
        image = {
            **platform,
            "created": created,
            "config": config,
            "rootfs": {"type": "layers", "diff_ids": [d["digest"] for d in descriptors]},
            "history": [{"created": created, "created_by": by} for _, by in layers],
        }
        manifest = {
            "schemaVersion": 2,
            "mediaType": OCI + "manifest.v1+json",
            "config": self.add("config.v1+json", image),
            "layers": descriptors,
            "annotations": {
                "org.opencontainers.image.created": created,
                "org.opencontainers.image.title": "snug",
                "org.opencontainers.image.version": release.version,
                "org.opencontainers.image.licenses": "LGPL-2.1-or-later",
            },
        }
        return self.add("manifest.v1+json", manifest, platform=platform)

    def write(self, path, manifests, name, mtime):
        """An index of the architectures, inside of the index of the file: a client that is given
        no name takes the only entry, and then the architecture that it needs."""
        kind = "index.v1+json"
        index = {"schemaVersion": 2, "mediaType": OCI + kind}
        inner = self.add(kind, {**index, "manifests": manifests})
        inner["annotations"] = {"org.opencontainers.image.ref.name": name}
        outer = json.dumps({**index, "manifests": [inner]}, sort_keys=True)
        self.files["index.json"] = (0o644, outer.encode())
        pathlib.Path(path).write_bytes(tar(self.files, mtime))
        return inner["digest"]


def arguments():
    parser = argparse.ArgumentParser(description="Writes images of snug as an OCI image layout.")
    parser.add_argument("--base", action="append", default=[], metavar="ARCH=ROOT.tar")
    parser.add_argument("--policy", help="default: locked.conf beside this", metavar="FILE")
    parser.add_argument("--name", help="default: localhost/snug:VERSION, or snug-base")
    parser.add_argument("image", metavar="IMAGE.tar")
    parser.add_argument("releases", nargs="+", metavar="RELEASE.tar.gz")
    return parser.parse_args()


def bases_of(options):
    """{architecture: path}, as --base says."""
    bases = {}
    for base in options.base:
        architecture, _, path = base.partition("=")
        if not path or architecture in bases:
            refuse(f"--base is ARCH=ROOT.tar, once for each architecture, not {base}")
        bases[architecture] = path
    if options.policy and not bases:
        refuse("--policy is for an image with a --base: the one that holds only snug has no policy")
    return bases


def releases_of(options, bases):
    """One for each architecture."""
    releases = sorted(map(Release, options.releases), key=lambda r: r.architecture)
    architectures = [release.architecture for release in releases]
    if len(set(architectures)) != len(architectures):
        refuse("two releases are of one architecture")
    if len({release.version for release in releases}) != 1:
        refuse("the releases are of several versions")
    if bases and set(bases) != set(architectures):
        refuse(f"a --base ARCH=ROOT.tar is needed for each of {', '.join(architectures)}")
    return releases


def main():
    options = arguments()
    bases = bases_of(options)
    releases = releases_of(options, bases)
    name = options.name or f"localhost/snug{'-base' if bases else ''}:{releases[0].version}"
    if not NAME.fullmatch(name):
        refuse(f"an image cannot have the name {name}")
    layout, manifests = Layout(), []
    for release in releases:
        layers, config = [], {}
        files = release.alone()
        if bases:
            policy = options.policy or pathlib.Path(__file__).with_name("locked.conf")
            layers.append((unpacked(bases[release.architecture]), "base"))
            files = release.baked(pathlib.Path(policy).read_bytes())
            path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            config = {"Env": ["PATH=" + path, "LD_PRELOAD=/usr/lib/libsnug.so"], "Cmd": ["/bin/sh"]}
        layers.append((tar(files, release.mtime), "snug " + release.version))
        manifests.append(layout.add_image(release, layers, config))
    print(layout.write(options.image, manifests, name, releases[0].mtime))


try:
    main()
except OSError as error:
    refuse(f"{error.filename or 'the image'}: {error.strerror}")
