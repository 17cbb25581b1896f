"""What the figures were taken on, and what is left of it."""

import os
import platform
import shutil
from pathlib import Path


def about():
    cpu = platform.processor() or platform.machine()
    memory = 0
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        pass
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 1),
    }


def size(path):
    """Bytes of a file, or of all files below a folder."""
    path = Path(path)
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def free(path):
    return shutil.disk_usage(path).free


def read_all(paths):
    """Reads files once, so that whoever comes first does not pay for the disk."""
    for path in paths:
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass
