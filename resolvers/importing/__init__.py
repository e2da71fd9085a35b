"""Real data in: files of known sources, read, checked, and written as a whole; running one twice changes nothing."""

from resolvers.importing.errors import ImportingError, UnknownSourceError, UnreadableFileError
from resolvers.importing.importer import ImportTask, import_file
from resolvers.importing.record import Fact, Rejection
from resolvers.importing.report import Counts, RejectFileError, Report
from resolvers.importing.sources import SOURCES, Source

__all__ = [
    "SOURCES",
    "Counts",
    "Fact",
    "ImportTask",
    "ImportingError",
    "RejectFileError",
    "Rejection",
    "Report",
    "Source",
    "UnknownSourceError",
    "UnreadableFileError",
    "import_file",
]
