"""Whether the memory suffices for a training."""

from mnistviz.training.available_memory import available_memory

# A worker's own memory reaches 0.66 GB, measured in the recipes try-out, reference and best. The
# code of TensorFlow, 0.47 GB of mapped files, can be read again from the disk in part.
NEEDED_BYTES = 800_000_000


def shortage() -> str:
    """Return why there is too little free memory to train, and what to do; "" where it suffices."""
    available = available_memory()
    if available >= NEEDED_BYTES:
        return ""
    return (
        f"Training needs {NEEDED_BYTES / 1e9:.1f} GB of free memory, and this machine has "
        f"{available / 1e9:.1f} GB. Close other programs or train on a machine with more memory; "
        "everything that reads a trained network works here."
    )
