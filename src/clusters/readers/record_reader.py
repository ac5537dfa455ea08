"""The cells of one record as values, with every fault among them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from clusters.errors import Faults
from clusters.readers.cells import (
    Unreadable,
    count_of,
    has_noise,
    is_accounting_zero,
    is_formula_error,
    is_unknown,
    number_of,
    pence_of,
    tidy,
    unescape,
    word_of,
    yes_no_of,
)
from clusters.readers.not_known import Policy
from clusters.readers.row_filter import Record
from clusters.readers.table import WRONG_STATE

__all__ = ["RecordReader"]


class RecordReader:
    """Reads the cells of one record; gathers faults."""

    def __init__(self, record: Record, policy: Policy) -> None:
        self.record = record
        self.policy = policy
        self.urn = record["urn"].text
        self.faults = Faults()

    def fault(self, key: str, what: str, remedy: str) -> None:
        """Keep a fault of a cell."""
        self.faults.append(self.record[key].fault(what, remedy, urn=self.urn))

    def wrong_state(self, key: str, *, number: bool) -> bool:
        """Whether a cell cannot be read as it stands in its spreadsheet, which is then a fault."""
        cell = self.record[key]
        if not cell.state or (cell.state == "merged" and (not number or is_unknown(cell.text))):
            return False
        self.fault(key, *WRONG_STATE[cell.state])
        return True

    def number(self, key: str, *, whole: bool) -> Any:
        """Read a number of 0 or more; None where it is not known, or a fault."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=True):
            return None
        try:
            if is_unknown(cell.text):
                return self.policy.missing(key, self.record, whole=whole)
            if not whole:
                self.policy.signs.setdefault(key, Counter())["%" in cell.text] += 1
            return count_of(cell.text) if whole else number_of(cell.text, percent=True)
        except Unreadable as error:
            self.fault(key, error.what, error.remedy)
            return None

    def other(self, key: str, read: Any, *, number: bool = True) -> Any:
        """Read a cell that may be blank by another function."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=number):
            return None
        if is_unknown(cell.text) and not (read is yes_no_of and tidy(cell.text).lower() == "x"):
            self.policy.left(key, self.record)
            return None
        return cell.read(read, self.faults, self.urn)

    def money(self, key: str) -> int | None:
        """Read pounds; the noise of binary numbers and accounting zeros are noted."""
        pence: int | None = self.other(key, pence_of)
        if pence is not None and has_noise(self.record[key].text):
            self.policy.note_odd(
                f"{key} of {{schools}} was taken to the penny as shown: the spreadsheet stores it "
                "with a tiny error, below a billionth of a pound",
                self.urn,
            )
        if pence is not None and is_accounting_zero(self.record[key].text):
            self.policy.note_odd(
                f"{key} of {{schools}} is an accounting zero, read as £0", self.urn
            )
        return pence

    def label(self, key: str) -> str | None:
        """Read a label in the spelling that it has throughout; None where it names nothing."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=False):
            return None
        labels, text = self.policy.labels[key], unescape(cell.text)
        if text in labels.dates:
            self.fault(key, *WRONG_STATE["date"])
            return None
        found = labels.spelling[text]
        if found is None:
            self.policy.left(key, self.record)
        return found

    def word(self, key: str) -> str | None:
        """Read a word; None where the cell is blank or an error of a spreadsheet."""
        cell = self.record.get(key)
        if cell is None or self.wrong_state(key, number=False):
            return None
        if is_formula_error(cell.text):
            self.policy.left(key, self.record)
            return None
        return word_of(unescape(cell.text))

    def raw(self, key: str) -> str:
        """Text of a cell as it stands; "" where the record has none."""
        return self.record[key].text if key in self.record else ""
