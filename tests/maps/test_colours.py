"""Colours: neighbours differ, for every kind of colour vision, and text can be read on them."""

import itertools

import numpy as np
import pytest

from clusters.maps.colours import INK, MOVED, PAPER, TINTS, colour_classes

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def as_lab(colour: str, vision: str) -> np.ndarray:
    srgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(VISION[vision] @ linear, 0, 1) / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISION)
def test_the_five_tints_stay_apart_for_every_kind_of_colour_vision(vision):
    pairs = itertools.combinations(TINTS[:5], 2)
    nearest = min(np.linalg.norm(as_lab(a, vision) - as_lab(b, vision)) for a, b in pairs)
    assert nearest >= 17


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("tint", [*TINTS, MOVED, PAPER])
def test_text_and_borders_reach_the_contrast_that_aa_asks_of_text(tint):
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast(INK, tint) >= 4.5


def test_touching_zones_never_share_a_colour():
    grid = [(r, c) for r in range(6) for c in range(6)]
    pairs = [
        (grid.index((r, c)), grid.index((r + dr, c + dc)))
        for r, c in grid
        for dr, dc in ((0, 1), (1, 0), (1, 1))
        if (r + dr, c + dc) in grid
    ]
    colours = colour_classes(36, pairs)
    assert all(colours[a] != colours[b] for a, b in pairs)
    assert len(set(colours)) <= 5


def test_no_zones_need_no_colours():
    assert colour_classes(0, []) == []
