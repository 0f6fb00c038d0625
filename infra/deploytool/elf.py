"""What a program was built for, as its ELF header tells."""

import dataclasses
import struct
from pathlib import Path

from stacktool.console import Problem

# The machines of Lambda, as it calls them, by their numbers in ELF.
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
_SYMBOL_TABLE = 2


@dataclasses.dataclass(frozen=True)
class Built:
    """The machine that a program runs on, and whether it is stripped, as release builds are."""

    machine: str
    is_stripped: bool


def read(program: Path) -> Built:
    """Reads the header and the section table of a 64-bit program."""
    with open(program, "rb") as file:
        header = file.read(64)
        if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
            raise Problem(f"{program} is no program for Linux. Build it again with `infra/deploy`.")
        [machine] = struct.unpack_from("<H", header, 18)
        [offset] = struct.unpack_from("<Q", header, 40)
        size, count = struct.unpack_from("<HH", header, 58)
        file.seek(offset)
        sections = file.read(size * count)
    kinds = {struct.unpack_from("<I", sections, number * size + 4)[0] for number in range(count)}
    return Built(_MACHINES.get(machine, f"machine {machine:#x}"), _SYMBOL_TABLE not in kinds)
