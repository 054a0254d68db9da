"""Asks a module in a process of its own, and gives up on what takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys


async def ask(module: str, given: bytes, *, wall_seconds: float, most_answer: int) -> bytes | None:
    """What ``python -m module`` says on its standard output to ``given`` on its standard input.

    None where it takes longer than ``wall_seconds``, says more than ``most_answer`` bytes, or ends with an error.
    """
    # Nothing of the bot's own surroundings goes with it: tokens may stand there.
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )
    try:
        async with asyncio.timeout(wall_seconds):
            said = await _exchanged(process, given, most_answer)
            code = await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return None if code != 0 or len(said) > most_answer else said


async def _exchanged(process: asyncio.subprocess.Process, given: bytes, most: int) -> bytes:
    """Hand over what is given and take the answer, no more of it than is allowed."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all
        process.stdin.write(given)
        await process.stdin.drain()
        process.stdin.close()
    said = bytearray()
    while len(said) <= most and (piece := await process.stdout.read(65_536)):
        said += piece
    if len(said) > most:
        process.kill()
    return bytes(said)
