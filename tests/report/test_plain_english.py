"""Our own words are short and plain: templates, sentences, letters, the paper."""

import ast
import functools
import re
from pathlib import Path

import pytest

import clusters.report
from clusters.disclosure import SmallNumbers
from clusters.report.wording.glossary import GLOSSARY

FOLDER = Path(clusters.report.__file__).parent
JARGON = (
    *("stakeholder", "leverage", "utilise", "utilize", "synergy", "holistic", "robust"),
    *("going forward", "moving forward", "key driver", "deliverable", "granular", "paradigm"),
    *("facilitate", "in order to", "prior to", "with regard to", "pursuant", "aforementioned"),
    *("optimis", "optimiz", "heuristic", "objective function", "feasib", "solver gap"),
    *("centroid", "contiguity", "polygon", "Lagrangian", "constraint", "parameter"),
    *("strategic", "streamlin", "bespoke", "agile", "empower", "transformational"),
    *("cohort", "trajectory", "workstream", "end-user", "actionable", "impactful", "ideat"),
    *("disclosure control", "suppression", "demographic", "commence", "terminate", "endeavour"),
)


def template_words():
    """Text of the templates without markup and placeholders."""
    for path in sorted(FOLDER.glob("templates/**/*.jinja")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"<style>.*?</style>|<head>.*?</head>", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}", " ", text, flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}", "X", text, flags=re.DOTALL)
        text = re.sub(r"</?(p|li|h[1-6]|td|th|dt|dd|figcaption|div)\b[^>]*>", " . ", text)
        yield path.name, re.sub(r"<[^>]+>", " ", text)


def code_words():
    """Sentences in the code that makes papers and letters (docstrings are for programmers)."""
    for path in sorted(FOLDER.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        docs |= {
            id(after.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module)
            for after in node.body
            if isinstance(after, ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [v.value if isinstance(v, ast.Constant) else "X" for v in node.values]
                yield path.name, "".join(parts)
            elif isinstance(node, ast.Constant) and id(node) not in docs:
                yield path.name, str(node.value)


@functools.cache
def sentences():
    texts = [*template_words(), *code_words()]
    texts += [("glossary", meaning) for meaning in GLOSSARY.values()]
    texts += [("policy", said) for said in SmallNumbers().sentences()]
    found = []
    for name, text in texts:
        for sentence in re.split(r"(?<=[.?!:])\s+", text):
            words = re.findall(r"[A-Za-z][A-Za-z'\u2019-]*", sentence)
            if (
                len(words) >= 4
                and re.match(r"\W*[A-Z]", sentence)
                and sentence.strip()[-1:] in ".?!:"
            ):
                found.append((name, sentence.strip(), len(words)))
    return found


def test_there_is_text_to_look_at():
    assert len(list(sentences())) > 150


def test_sentences_are_short_on_average():
    lengths = [count for _, _, count in sentences()]
    assert sum(lengths) / len(lengths) < 15


def test_no_sentence_is_long():
    assert [(n, s) for n, s, count in sentences() if count > 32] == []


@pytest.mark.parametrize("word", JARGON)
def test_no_jargon(word):
    found = [(n, s) for n, s, _ in sentences() if re.search(rf"\b{re.escape(word)}", s, re.I)]
    assert found == []
