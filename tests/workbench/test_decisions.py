"""The decisions file: what the page writes, the library reads, and people can read too."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import random
from pathlib import Path

import pytest

import clusters as cl
from clusters.__main__ import DONE, main
from clusters.readers.decisions import parse_decisions
from clusters.workbench.payload import payload
from tests.workbench.conftest import drive

SCHEMA = Path(__file__).parents[2] / "docs" / "decisions.schema.json"


@pytest.fixture(scope="module")
def shown(valley, drawn, rules):
    return payload(
        valley, rules, {"Today": drawn}, cl.Priorities(travel_by="pupils"), title="Tuesday"
    )


MOVES = [
    {"school": 1, "to": "East"},
    {"school": 5, "to": "South"},
    "undo",
    {"school": 0, "to": "New"},
]


@pytest.fixture(scope="module")
def written(shown):
    """What the page writes after some moves."""
    return drive(shown, [MOVES, [], [{"school": 3, "to": ""}]], "decisions")


def text(**more) -> str:
    base = {
        "format": "clusters decisions",
        "version": 1,
        "saved_at": "2026-11-03T18:30:00Z",
        "plan": {
            "clusters": [
                {"label": "N", "centre": "1", "members": [{"urn": "1"}, {"urn": "2"}]},
                {"label": "S", "centre": None, "members": [{"urn": "3"}]},
            ]
        },
    }
    return json.dumps({**base, **more})


def test_the_page_reads_back_what_it_writes(written):
    assert [one["again"] for one in written] == [one["file"] for one in written]


def test_what_a_browser_kept_never_hides_a_new_plan(shown, written, valley, rules, drawn):
    kept = written[0]["file"]
    older = {**written[1]["file"], "saved_at": "2020-01-01T00:00:00.000Z"}
    damaged = {**kept, "plan": None}
    began = drive(shown, [[], [kept], [older, kept], [damaged]], "opening")
    assert [one["steps"] for one in began] == [0, 2, 2, 0]
    assert not any(one["aside"] for one in began)
    other = drawn.relabelled({"North": "Nord"})
    new = payload(valley, rules, {"New": other}, cl.Priorities(travel_by="pupils"), title="Tuesday")
    again = drive(new, [[kept]], "opening")[0]
    assert (again["steps"], again["aside"]) == (0, True)
    assert "Nord" in again["labels"]
    # decisions that the page was made with are asked for, whatever plan they began from
    asked = drive({**new, "decisions": kept}, [[]], "opening")[0]
    assert (asked["steps"], asked["aside"]) == (2, False)


def test_the_library_reads_what_the_page_writes(written, valley, drawn, tmp_path):
    decisions = parse_decisions(json.dumps(written[0]["file"]))
    labels = {**drawn.labels, "2": "East", "1": "New"}
    assert decisions.plan.labels == labels
    assert [(step.kind, step.undone) for step in decisions.steps] == [("move", False)] * 2
    assert decisions.steps[0].sentence.startswith("Moving Brockholes School to East: journeys ")
    path = tmp_path / "meeting.json"
    path.write_text(json.dumps(written[0]["file"]))
    assert cl.read_plan(path, valley) == decisions.plan
    assert cl.read_decisions(path) == decisions
    unplaced = parse_decisions(json.dumps(written[2]["file"])).plan
    assert "4" not in unplaced.labels


def test_what_the_library_writes_it_reads(written):
    decisions = parse_decisions(json.dumps(written[0]["file"]))
    assert parse_decisions(decisions.to_json()) == decisions
    lines = decisions.to_json().splitlines()
    assert lines[1] == ' "format": "clusters decisions",'  # people see at once what it is
    assert any('"name": "Brockholes School"' in line for line in lines)


def test_the_schema_in_the_docs_is_the_readers():
    assert (
        json.loads(SCHEMA.read_text(encoding="utf-8")) == cl.readers.Decisions.model_json_schema()
    )


def test_pins_become_rules():
    decisions = parse_decisions(text(pins=[{"urn": "2"}, {"urn": "3"}]))
    rules = decisions.rules(cl.Rules(n_clusters=2, together=[("8", "9")]))
    assert rules.together == (("8", "9"), ("1", "2"))
    assert rules.apart == (("1", "3"),)
    assert parse_decisions(text()).rules(rules) == rules


def test_the_best_plan_with_pins_keeps_them(valley, drawn, rules):
    saved = {
        "clusters": [
            {"label": c.label, "centre": c.centre, "members": [{"urn": m} for m in c.members]}
            for c in drawn.clusters
        ]
    }
    decisions = parse_decisions(text(plan=saved, pins=[{"urn": "2"}, {"urn": "7"}]))
    pinned = decisions.rules(rules)
    assert cl.verify(valley, pinned, drawn).ok
    moved = cl.Plan.from_assignment({**drawn.assignment, "2": "4"})
    assert "together" in cl.verify(valley, pinned, moved).broken


def test_minutes_for_a_record():
    decisions = parse_decisions(
        text(
            title="Task and Finish group",
            agreed=[
                {"at": "2026-11-03T18:20:00Z", "what": "the plan as it stands", "why": "short"}
            ],
            pins=[{"urn": "2", "name": "Brockholes", "cluster": "N"}],
            notes=[{"at": "2026-11-03T18:10:00Z", "text": "the bridge floods", "name": "Lepton"}],
            steps=[
                {
                    "at": "2026-11-03T18:00:00Z",
                    "kind": "move",
                    "sentence": "Moving.",
                    "undone": True,
                }
            ],
        )
    )
    assert decisions.minutes() == (
        "Decisions of Task and Finish group, saved 3 November 2026 18:30.",
        "Agreed 3 November 2026 18:20: the plan as it stands Why: short",
        "Stays in N: Brockholes.",
        "Note on Lepton, 3 November 2026 18:10: the bridge floods",
        "3 November 2026 18:00 (undone): Moving.",
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("", "the file"),
        ("{", "the file"),
        ("[]", "the file"),
        ("[" * 100_000, "the file"),
        (text(version=2), "version"),
        (text(format="other"), "format"),
        (text(plan=None), "plan"),
        (text(saved_at="yesterday"), "saved_at"),
        (text(saved_at="2026-11-03T18:30:00"), "saved_at"),
        (text(pins=[{"urn": None}]), "pins.0.urn"),
        (text(pins=[{"urn": 1.5}]), "pins.0.urn"),
        (text(extra=1), "extra"),
        (text(notes=[{"at": "2026-11-03T18:10:00Z", "text": "x" * 20_000}]), "notes.0.text"),
        (text(pins=[{"urn": []}] * 1000), "more of these"),
    ],
)
def test_what_is_no_decisions_file_is_refused_in_a_few_words(wrong, said):
    with pytest.raises(cl.DataError, match=said) as caught:
        parse_decisions(wrong)
    assert len(caught.value.faults) <= 9
    assert len(str(caught.value)) < 5000


def test_flipped_and_missing_bytes_end_in_words_or_in_a_plan(written, tmp_path):
    whole = json.dumps(written[0]["file"], ensure_ascii=False).encode()
    rng = random.Random(5)
    path = tmp_path / "d.json"
    for _ in range(150):
        data = bytearray(whole[: rng.randrange(1, len(whole))] if rng.random() < 0.3 else whole)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path.write_bytes(bytes(data))
        with contextlib.suppress(cl.DataError):
            assert isinstance(cl.read_decisions(path), cl.readers.Decisions)


def test_decisions_of_other_schools_are_refused(valley, drawn, rules, tmp_path):
    path = tmp_path / "d.json"
    path.write_text(text(plan={"clusters": [{"label": "N", "members": [{"urn": "999"}]}]}))
    with pytest.raises(cl.DataError, match="do not have"):
        cl.write_workbench(tmp_path / "a.html", valley, rules, drawn, decisions=path)


def test_minutes_as_text_and_word_under_node(shown):
    told = drive(shown, [MOVES], "minutes")[0]
    assert "Moving Brockholes School to East" in told["text"]
    assert "(undone)" not in told["text"]  # a new move after an undo leaves nothing to do again
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(base64.b64decode(told["word"])))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0] == "Tuesday"
    assert "Agreed" in lines


# ---- the command line ---------------------------------------------------------------------------


@pytest.fixture
def table(valley, tmp_path):
    path = tmp_path / "schools.csv"
    rows = [
        f"{100 + k},{s.name},primary,{410_000 + s.easting},{415_000 + s.northing},{s.pupils},3,9"
        for k, s in enumerate(valley.schools)
    ]
    head = "URN,name,phase,easting,northing,pupils,ehcps,sen_support\n"
    path.write_text(head + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def saved(drawn, tmp_path):
    path = tmp_path / "meeting.json"
    clusters = [
        {
            "label": c.label,
            "centre": str(99 + int(c.centre)),
            "members": [{"urn": str(99 + int(m))} for m in c.members],
        }
        for c in drawn.clusters
    ]
    path.write_text(
        text(
            plan={"clusters": clusters},
            pins=[{"urn": "101"}],
            agreed=[{"at": "2026-11-03T18:20:00Z", "what": "the plan", "why": "1,234 pupils"}],
        )
    )
    return path


def test_check_takes_decisions_as_plan_and_as_pins(table, saved, capsys):
    given = ["check", "--schools", str(table), "--clusters", "4"]
    assert main([*given, "--decisions", str(saved)]) == DONE
    said = capsys.readouterr().out
    assert "together" in said
    assert "keeps all" in said
    assert main([*given, "--plan", str(saved)]) == DONE
    assert "together" not in capsys.readouterr().out


def test_the_search_keeps_the_pins_and_records_the_meeting(table, saved, tmp_path, capsys):
    out = tmp_path / "out"
    given = ["solve", "--schools", str(table), "--clusters", "4", "--time", "2", "--quiet"]
    assert main([*given, "--decisions", str(saved), "--out", str(out)]) == DONE
    capsys.readouterr()
    record = json.loads((out / "run.json").read_text())
    assert any(note.startswith("Agreed 3 November 2026") for note in record["notes"])
    assert [one["file"] for one in record["inputs"]] == ["schools.csv", "meeting.json"]
    assert record["rules"]["together"] == [["100", "101"]] or record["rules"]["together"]


@pytest.mark.parametrize("audience", ["working group", "public"])
def test_the_pack_records_the_meeting_but_not_in_public(table, saved, tmp_path, capsys, audience):
    out = tmp_path / "out"
    given = ["report", "--schools", str(table), "--plan", f"Agreed={saved}", "--parts", "html"]
    wanted = ["--decisions", str(saved), "--audience", audience, "--out", str(out)]
    assert main([*given, "--clusters", "4", *wanted]) == DONE
    capsys.readouterr()
    record = json.loads((out / "run.json").read_text())
    assert bool(record["notes"]) == (audience == "working group")
    if audience == "public":
        assert not any("1,234" in p.read_text() for p in out.glob("*.json"))


def test_the_verb_writes_the_page(table, saved, tmp_path, capsys):
    out = tmp_path / "meeting.html"
    given = ["workbench", "--schools", str(table), "--plan", f"Today={saved}", "--clusters", "4"]
    assert main([*given, "--file", str(out), "--pot", "1000", "--decisions", str(saved)]) == DONE
    assert "needs nothing else" in capsys.readouterr().out
    assert b'"pins":[{"urn":"101"' in out.read_bytes()
