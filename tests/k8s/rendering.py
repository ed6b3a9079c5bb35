"""The manifests as a cluster would be given them, and the tools they are held to."""

import os
import platform
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OVERLAYS = ("dev", "production")
TOOLS = ROOT / "build" / "lint-k8s" / "bin"
KUBECTL = (
    str(TOOLS / "kubectl") if (sys.platform, platform.machine()) == ("linux", "x86_64") else shutil.which("kubectl")
)
"""What renders: the tools' own runs on Linux with an x86-64 processor; elsewhere it is yours, if there is one."""
needs_tools = pytest.mark.skipif(
    not (KUBECTL and (TOOLS.parent / "ready").exists()) and os.environ.get("CI") != "true",
    reason="no tools for manifests on this machine; CI has them: make build/lint-k8s/ready",
)


@cache
def rendered(overlay: str) -> str:
    """What `kubectl apply -k` of an overlay would send."""
    command = [KUBECTL or "kubectl", "kustomize", ROOT / "k8s" / "overlays" / overlay]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def resources(overlay: str) -> list[dict[str, Any]]:
    """Each of its resources."""
    return list(yaml.safe_load_all(rendered(overlay)))


def named(overlay: str, kind: str, name: str) -> dict[str, Any]:
    """One of them; a name that ends in a digest is found without it."""
    (found,) = (r for r in resources(overlay) if r["kind"] == kind and _name(r) == name)
    return found


def _name(resource: dict[str, Any]) -> str:
    name = resource["metadata"]["name"]
    return name.rpartition("-")[0] if resource["kind"] in ("ConfigMap", "Secret") else name


def pods(overlay: str) -> dict[str, dict[str, Any]]:
    """The specification of each kind of pod, by the name of what makes it."""
    return {
        r["metadata"]["name"]: r["spec"]["template"]["spec"]
        for r in resources(overlay)
        if r["kind"] in ("Deployment", "StatefulSet", "Job")
    }


def problems(text: str, folder: Path) -> list[str]:
    """What Kubernetes's own schemas, strictly read, say against manifests, and which of them they do not know."""
    file = folder / "manifests.yaml"
    file.write_text(text)
    command = [TOOLS / "kubernetes-validate", "-k", "1.37", "--strict", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    lines = (done.stdout + done.stderr).splitlines()
    assert any(line.startswith("INFO") for line in lines), lines
    return [line.replace(f"{file} ", "") for line in lines if not line.startswith("INFO")]
