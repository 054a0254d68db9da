"""Signal: an account of signal-cli, through its JSON-RPC daemon or through signal-cli-rest-api."""

from orchard_signal.platform import SignalPlatform

__all__ = ["SignalPlatform"]
