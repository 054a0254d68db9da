"""The sandbox: a class group on one web page, with no account anywhere."""

from orchard_sandbox.platform import SandboxPlatform

__all__ = ["SandboxPlatform"]
