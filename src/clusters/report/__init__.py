"""The pack for the Schools Forum: options, maps and money as papers that a council can publish."""

from clusters.report.write import write_report

__all__ = ["write_report"]
