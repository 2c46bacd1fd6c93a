#!/usr/bin/env python3
"""Lays out what the trainer's CUDA image has where the CPU image has its libtorch: target/images/cuda, with

  libtorch/    PyTorch's own build of libtorch for CUDA
  lib/         NVIDIA's libraries below it; the driver's own (libcuda.so.1) come with the node
  doc/, sbom/  their licenses, and a CycloneDX list of them

All of it is in Python wheels that wheels.lock names by version and checksum. Needs pip, not root.

  images/cuda/build.py LIBTORCH_VERSION    builds what wheels.lock names, or nothing if it is built already
"""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
LOCK = HERE / "wheels.lock"
OUT = HERE.parent.parent / "target/images/cuda"
# The wheels' own platforms and Python: the machine that builds need not have them.
PLATFORMS = ["manylinux_2_28_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64"]
PYTHON = "3.11"
# For Python, profilers, several GPUs and programs that are not ours.
UNUSED = {"libtorch_python.so", "libtorch_global_deps.so", "libshm.so", "libcheckpoint.so", "libnvperf_host.so",
          "libnvperf_target.so", "libpcsamplingutil.so", "libcusolverMg.so.11", "libcufile_rdma.so.1", "libcufftw.so.11",
          "libnvblas.so.12"}
# It needs the driver, and DJL loads what lies beside libtorch; from elsewhere libtorch loads it when it compiles a kernel.
NEEDS_DRIVER = "libcaffe2_nvrtc.so"


def locked():
    """(name, version, checksum) of each wheel."""
    for line in LOCK.read_text().splitlines():
        if not line.startswith("#"):
            requirement, checksum = line.split(" --hash=sha256:")
            yield *requirement.split("=="), checksum


def download(folder):
    platforms = [argument for platform in PLATFORMS for argument in ("--platform", platform)]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                    "--only-binary=:all:", *platforms, "--python-version", PYTHON, "--require-hashes",
                    "--requirement", LOCK, "--dest", folder], check=True)


def unpack(wheel):
    project = wheel.name.split("-")[0]
    with zipfile.ZipFile(wheel) as archive:
        for member in map(pathlib.PurePosixPath, archive.namelist()):
            if member.parent.name == "lib" and ".so" in member.name and member.name not in UNUSED:
                beside = project == "torch" and member.name != NEEDS_DRIVER
                target = OUT / ("libtorch" if beside else "lib") / member.name
            elif member.name.upper() in {"LICENSE", "LICENSE.TXT", "NOTICE"}:
                target = OUT / "doc" / project / member.name
            else:
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(str(member)) as source, target.open("xb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)


def write_sbom(file):
    components = [{"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}",
                   "hashes": [{"alg": "SHA-256", "content": checksum}]} for name, version, checksum in locked()]
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}, indent=1) + "\n")


def main(version):
    if ("torch", version) not in [(name, torch) for name, torch, _ in locked()]:
        sys.exit(f"images/cuda: expected torch=={version} in wheels.lock, as pom.xml has libtorch")
    stamp = OUT / "stamp"
    key = hashlib.sha256(LOCK.read_bytes() + pathlib.Path(__file__).read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == key:
        return
    print("images/cuda: downloading and unpacking libtorch for CUDA (once)", file=sys.stderr)
    shutil.rmtree(OUT, ignore_errors=True)
    wheels = OUT / "wheels"
    download(wheels)
    for wheel in sorted(wheels.glob("*.whl")):
        unpack(wheel)
    write_sbom(OUT / "sbom/cuda.cdx.json")
    shutil.rmtree(wheels)
    stamp.write_text(key)


if __name__ == "__main__":
    main(*sys.argv[1:])
