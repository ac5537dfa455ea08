import pytest

from clusters.text import clean, escaped


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onload='x",
        "]]><x>",
        "&amp;&lt;",
    ],
)
def test_nothing_stays_live(hostile):
    text = escaped(hostile)
    assert "<" not in text
    assert '"' not in text
    assert "'" not in text


def test_control_and_direction_characters_are_dropped():
    assert clean("a\x00b\x1b[31m\u202ec\u2066d\ufeff") == "ab[31mcd"


def test_a_name_in_another_script_is_kept():
    assert clean("مدرسة Ysgol 学校 🏫") == "مدرسة Ysgol 学校 🏫"


def test_a_long_name_is_cut_with_an_ellipsis():
    assert clean("x" * 300, 20) == "x" * 19 + "…"


def test_nothing_is_nothing():
    assert clean(None) == ""
