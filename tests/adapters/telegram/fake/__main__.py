"""The fake in a process of its own: ``python -m tests.adapters.telegram.fake --port 0`` prints its address."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys

from tests.adapters.telegram.fake.driver import FakeTelegram


async def serve(port: int) -> None:
    """Until a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with FakeTelegram(port=port) as telegram:
        sys.stdout.write(f"{telegram.address}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0, help="0: any free one")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.parse_args().port))
