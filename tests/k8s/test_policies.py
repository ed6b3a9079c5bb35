"""checkov's policies for Kubernetes and Dockerfiles: each is kept, or `k8s/exceptions.json` says where not and why."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.k8s.rendering import OVERLAYS, ROOT, TOOLS, needs_tools, rendered

pytestmark = needs_tools
EXCEPTIONS = json.loads((ROOT / "k8s" / "exceptions.json").read_text())


def judged(folder: Path) -> dict[str, dict[str, list[str]]]:
    """What passed and what failed in a folder, by policy: the resources."""
    command = [TOOLS / "checkov", "-d", folder, "--framework", "kubernetes", "dockerfile", "--skip-download"]
    done = subprocess.run([*command, "--output", "json"], capture_output=True, text=True, timeout=120)
    found = {"passed": {}, "failed": {}}
    for report in json.loads(done.stdout):
        for verdict, checks in found.items():
            for check in report["results"][f"{verdict}_checks"]:
                checks.setdefault(check["check_id"], []).append(check["resource"])
    return found


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory) -> dict[str, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("policies")
    for overlay in OVERLAYS:
        (folder / f"{overlay}.yaml").write_text(rendered(overlay))
    shutil.copy(ROOT / "Containerfile", folder / "Dockerfile")  # checkov knows it by this name only
    (folder / "planted").mkdir()
    (folder / "planted" / "root.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: planted, namespace: planted}\n"
        "spec: {containers: [{name: root, image: root, securityContext: {privileged: true}}]}\n"
    )
    return judged(folder)


def test_every_policy_is_kept_or_its_exception_says_why(verdicts):
    broken = {
        (policy, resource)
        for policy, where in verdicts["failed"].items()
        for resource in where
        if "planted" not in resource
        and resource not in EXCEPTIONS.get(policy, {"where": []})["where"]
        and "*" not in EXCEPTIONS.get(policy, {"where": []})["where"]
    }
    assert broken == set()


def test_no_exception_is_left_that_nothing_needs(verdicts):
    assert set(EXCEPTIONS) <= {p for p, where in verdicts["failed"].items() if any("planted" not in r for r in where)}
    assert all(exception["why"].endswith(".") for exception in EXCEPTIONS.values())


def test_the_policies_were_asked_of_everything_and_see_what_is_broken(verdicts):
    judged_of = {resource for where in verdicts["passed"].values() for resource in where}
    for kind in ("Deployment.citable.citable-api", "Deployment.citable.citable-worker", "/Dockerfile.USER"):
        assert kind in judged_of, kind
    assert {"CKV_K8S_16", "CKV_K8S_40"} <= {
        p for p, where in verdicts["failed"].items() if "Pod.planted.planted" in where
    }
