"""Checks a Kubernetes manifest of a sweep, and does what its job would have done.

Usage: manifest.py MANIFEST FOLDER [--check]

Each document has to fit the schema of its kind, and what the schemas cannot say has to hold of the job. Then the
command of its container is run for each index, with FOLDER in the place of the volume, unless --check is given.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

# Schemas of this version; the oldest with all that is used would be 1.33.
VERSION = "1.37"
VOLUME = "/sweep"


def main() -> None:
    documents = list(yaml.safe_load_all(Path(sys.argv[1]).read_text()))
    for document in documents:
        kubernetes_validate.validate(document, VERSION, strict=True)
    check_volumes(documents)
    job = next(it for it in documents if it["kind"] == "Job")
    check_job(job)
    if "--check" not in sys.argv:
        for index in range(job["spec"]["completions"]):
            run_index(job, index, sys.argv[2])
    print(f"{len(documents)} documents fit the schemas of {VERSION}, {job['spec']['completions']} indexes")


def check_job(job: dict[str, Any]) -> None:
    """What the server would refuse, or what would leave shards out."""
    spec = job["spec"]
    pod = spec["template"]["spec"]
    names = [it["name"] for it in pod["containers"]]
    holds(spec["completionMode"] == "Indexed", "backoffLimitPerIndex needs an Indexed job")
    holds(pod["restartPolicy"] == "Never", "podFailurePolicy needs pods that are never restarted")
    holds("backoffLimitPerIndex" in spec, "FailIndex needs backoffLimitPerIndex")
    for rule in spec["podFailurePolicy"]["rules"]:
        holds(rule.get("onExitCodes", {}).get("containerName", names[0]) in names, "a rule is for no container")
    shards = settings(pod["containers"][0])["SHARDS"]
    holds(int(shards) == spec["completions"], f"{shards} shards for {spec['completions']} completions")


def check_volumes(documents: list[dict[str, Any]]) -> None:
    """Each volume is claimed, and is mounted where the test puts its folder."""
    claims = {it["metadata"]["name"] for it in documents if it["kind"] == "PersistentVolumeClaim"}
    for document in documents:
        if document["kind"] == "PersistentVolumeClaim":
            continue
        spec = document["spec"]
        pod = spec["template"]["spec"] if document["kind"] == "Job" else spec
        volumes = {it["name"]: it["persistentVolumeClaim"]["claimName"] for it in pod["volumes"]}
        holds(set(volumes.values()) <= claims, f"{document['kind']} has a volume that nobody claims")
        for mount in pod["containers"][0]["volumeMounts"]:
            holds(mount["name"] in volumes and mount["mountPath"] == VOLUME, f"{document['kind']} mounts {mount}")


def run_index(job: dict[str, Any], index: int, folder: str) -> None:
    """Runs the container's command as the pod of this index would."""
    container = job["spec"]["template"]["spec"]["containers"][0]
    variables = settings(container) | {"JOB_COMPLETION_INDEX": str(index)}
    command = [expand(it, variables).replace(VOLUME, folder) for it in container["command"] + container["args"]]
    process = subprocess.run(command, env={"PATH": os.environ["PATH"]} | variables, check=False)
    holds(process.returncode == 0, f"index {index} ended with {process.returncode}")


def settings(container: dict[str, Any]) -> dict[str, str]:
    return {it["name"]: it["value"] for it in container["env"]}


def expand(text: str, variables: dict[str, str]) -> str:
    """What Kubernetes makes of $$ and $(NAME) in a command before a shell sees it."""
    return re.sub(
        r"\$(\$|\(([^)]*)\))",
        lambda it: "$" if it[1] == "$" else variables.get(it[2], it[0]),
        text,
    )


def holds(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(message)


if __name__ == "__main__":
    main()
