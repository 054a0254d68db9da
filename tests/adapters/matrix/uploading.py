"""Somebody uploads a file."""

from __future__ import annotations

from tests.adapters.matrix.scene import Scene
from tests.adapters.matrix.synapse import STAGEHAND


def uploaded(scene: Scene, data: bytes) -> str:
    """The address of a file of Anna's."""
    headers = {"Authorization": f"Bearer {STAGEHAND}", "Content-Type": "application/octet-stream"}
    http = scene.stagehand.server.http
    answer = http.post("/_matrix/media/v3/upload", content=data, params={"user_id": scene.anna}, headers=headers)
    address: str = answer.json()["content_uri"]
    return address
