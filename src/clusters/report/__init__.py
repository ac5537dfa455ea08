"""The pack for the Schools Forum: options, maps and money as papers that a council can publish."""

from clusters.report.frames.equality import equality_frame, furthest_frame, small_frame
from clusters.report.parts import FORMATS
from clusters.report.write import write_report

__all__ = ["FORMATS", "equality_frame", "furthest_frame", "small_frame", "write_report"]
