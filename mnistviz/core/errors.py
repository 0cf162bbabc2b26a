"""Errors whose text may be shown to a person.

Each message says what was expected, what came, and the way out. Every other
exception is a defect and keeps its traceback.
"""


class MnistVizError(Exception):
    """Base of all errors that a page or the command line may show as they are."""


class SpecError(MnistVizError):
    """A setting of a network or a training is not what it must be."""


class DataError(MnistVizError):
    """A data set is missing or is not the one that was expected."""


class RunError(MnistVizError):
    """A run can't be created, found or read."""


class StorageError(MnistVizError, OSError):
    """A file can't be written, for lack of room or of the right to: `strerror` says which."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            f"{place}: expected room for a file and the right to write it, got: {reason}; make "
            "room on the disk, or set MNISTVIZ_HOME to another folder"
        )
        self.strerror = reason


class DrawingError(MnistVizError):
    """A picture or a set of strokes can't be read as a drawing."""


class TrainingError(MnistVizError):
    """A training can't go on, by no fault of the program."""


class ReportError(MnistVizError):
    """A page's content that can't be written to a file."""


class MissingPackageError(MnistVizError):
    """A package that the request needs is not installed."""


class StudyError(MnistVizError):
    """A study can't be started, read or gone on with."""


class ClassError(MnistVizError):
    """Something that a visitor of a class may not do, or that the room has no space for."""
