#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes bundles for runc from images as examples/images/layout.py writes them, for the virtual machine.

    bundles.py DIR PROFILE SNUG.tar LIBC=BAKED.tar…

DIR/LIBC-WAY-SET/config.json starts `sh /programs/LIBC-WAY.sh`. WAY is baked, volume or both; SET
has the letters of the restrictions, or is none: r for a read-only root, u for user 10001, n for
no_new_privs, c for no capabilities. PROFILE is a seccomp profile of an engine's, without conditions.
"""
import copy
import io
import itertools
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

top = pathlib.Path(sys.argv[1])


class Image:
    """What a runtime takes from an image of one architecture."""

    def __init__(self, path):
        with tarfile.open(path) as archive:
            self.blobs = {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}
        index = json.loads(self.blobs["index.json"])
        manifest = self.at(self.at(index["manifests"][0])["manifests"][0])
        self.layers = [self.blob(layer) for layer in manifest["layers"]]
        self.config = self.at(manifest["config"])["config"]

    def blob(self, descriptor):
        return self.blobs["blobs/" + descriptor["digest"].replace(":", "/")]

    def at(self, descriptor):
        return json.loads(self.blob(descriptor))

    def unpack(self, where, n_layers):
        where.mkdir(parents=True)
        for layer in self.layers[:n_layers]:
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                archive.extractall(where)


def specification():
    """What `runc spec` writes."""
    with tempfile.TemporaryDirectory() as empty:
        subprocess.run(["runc", "spec"], cwd=empty, check=True)
        return json.loads((pathlib.Path(empty) / "config.json").read_text())


def profile(path):
    """Of an engine's profile what the runtime's may have."""
    wanted = {"names", "action", "args", "errnoRet"}
    given = json.loads(pathlib.Path(path).read_text())
    calls = [{k: v for k, v in c.items() if k in wanted} for c in given["syscalls"]]
    return {
        "defaultAction": given["defaultAction"],
        "defaultErrnoRet": given["defaultErrnoRet"],
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": calls,
    }


def bound(source, destination):
    options = ["rbind", "ro", "nosuid", "nodev"]
    return {"destination": destination, "type": "bind", "source": source, "options": options}


def configure(spec, libc, way, letters, env):
    """The container LIBC-WAY-SET, of 1.5 CPUs and 256 MiB."""
    config = copy.deepcopy(spec)
    process, baked = config["process"], way != "volume"
    config["root"] = {
        "path": f"/{top.name}/roots/{libc}{'-baked' if baked else ''}",
        "readonly": "r" in letters,
    }
    process.update(
        terminal=False,
        args=["/bin/sh", f"/programs/{libc}-{way}.sh"],
        env=env,
        noNewPrivileges="n" in letters,
    )
    if "u" in letters:
        process["user"] = {"uid": 10001, "gid": 10001}
    for kind in process["capabilities"]:
        process["capabilities"][kind] = [] if "c" in letters else ["CAP_CHOWN", "CAP_KILL"]
    config["mounts"].append(bound(f"/{top.name}/programs", "/programs"))
    if way != "baked":
        config["mounts"].append(bound(f"/{top.name}/roots/snug", "/snug"))
    config["linux"]["cgroupsPath"] = f"/containers/{libc}-{way}-{letters}"
    config["linux"]["resources"].update(
        cpu={"quota": 150000, "period": 100000}, memory={"limit": 256 << 20}
    )
    return config


def main():
    spec = specification()
    spec["linux"]["seccomp"] = profile(sys.argv[2])
    Image(sys.argv[3]).unpack(top / "roots/snug", 1)
    for argument in sys.argv[4:]:
        libc, path = argument.split("=")
        image = Image(path)
        image.unpack(top / f"roots/{libc}", 1)
        image.unpack(top / f"roots/{libc}-baked", 2)
        baked = image.config["Env"]
        others = [e for e in baked if not e.startswith("LD_PRELOAD=")]
        ways = {
            "baked": baked,
            "volume": [*others, "LD_PRELOAD=/snug/libsnug.so"],
            "both": [*others, "LD_PRELOAD=/snug/libsnug.so:/usr/lib/libsnug.so"],
        }
        for way, n in itertools.product(ways, range(16)):
            letters = "".join(c for i, c in enumerate("runc") if n >> i & 1) or "none"
            place = top / f"{libc}-{way}-{letters}"
            place.mkdir()
            config = configure(spec, libc, way, letters if n else "", ways[way])
            (place / "config.json").write_text(json.dumps(config))


main()
