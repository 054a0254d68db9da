"""Matrix: an account on a homeserver, with encryption, through matrix-nio."""

from orchard_matrix.platform import MatrixPlatform

__all__ = ["MatrixPlatform"]
