"""Redis in a container, looked after by a program of its own so that it is watched like the rest.

`python -m engagectl.stack.docker_redis --port N --root DIR` runs the container and follows its
log; when told to end it stops the container. The data stays in a named volume.
"""

import argparse
import hashlib
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import docker
from docker.errors import DockerException, NotFound

IMAGE = "redis:7-alpine"
LABEL = "engageai.root"
_HOST = "127.0.0.1"
_STOP_SECONDS = 8
_COMMAND = [
    "redis-server", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
    "--maxmemory-policy", "noeviction", "--dir", "/data", "--protected-mode", "no",
]  # fmt: skip


def container_name(root: Path) -> str:
    """Return the installation's own container name."""
    digest = hashlib.sha256(str(root).encode()).hexdigest()[:10]
    return f"engageai-redis-{digest}"


def image_is_at_hand() -> bool:
    """Tell whether the image is there or can be pulled; pulls it when it must."""
    try:
        client = docker.from_env(timeout=120)
        if not client.images.list(name=IMAGE):
            client.images.pull(IMAGE)
    except DockerException:
        return False
    return True


def run_container(root: Path, port: int) -> Any:
    """Start the installation's container anew over its kept volume."""
    client = docker.from_env()
    name = container_name(root)
    remove_container(root)
    return client.containers.run(
        IMAGE, _COMMAND, name=name, detach=True, auto_remove=False,
        labels={LABEL: str(root)}, ports={"6379/tcp": (_HOST, port)},
        volumes={f"{name}-data": {"bind": "/data", "mode": "rw"}},
    )  # fmt: skip


def remove_container(root: Path) -> None:
    """Stop and remove the installation's container if there is one; the volume stays."""
    client = docker.from_env()
    try:
        container = client.containers.get(container_name(root))
    except NotFound:
        return
    container.stop(timeout=_STOP_SECONDS)
    container.remove(force=True)


def remove_volume(root: Path) -> None:
    """Remove the installation's volume and with it everything that was queued."""
    client = docker.from_env()
    try:
        client.volumes.get(f"{container_name(root)}-data").remove(force=True)
    except NotFound:
        return


def main() -> None:
    """Run the container until told to end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--root", type=Path, required=True)
    arguments = parser.parse_args()

    def end(_signal: int, _frame: FrameType | None) -> NoReturn:
        remove_container(arguments.root)
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    container = run_container(arguments.root, arguments.port)
    for line in container.logs(stream=True, follow=True):
        sys.stdout.buffer.write(line)
        sys.stdout.flush()
    sys.exit(int(container.wait()["StatusCode"]) or 1)


if __name__ == "__main__":
    main()
