"""Colours for groups on the map, told apart with each kind of colour blindness.

After Okabe & Ito's set (2008, "Color Universal Design"), moved a little until each has at least 3:1
against its ground and any two are at least 15 apart in CIELAB, as seen with full colour vision and
without the red, green or blue cones (Machado et al. 2009, doi:10.1109/TVCG.2009.113).
Names on the map and the legend say the same without colour.
"""

from __future__ import annotations

from bioscan_desktop.ui.contrast import luminance
from bioscan_desktop.ui.theme import Colours

ON_LIGHT: tuple[str, ...] = ("#0062b2", "#d55f00", "#00a961", "#b24a8d", "#7a5100", "#318cd5", "#3b1f73")
ON_DARK: tuple[str, ...] = ("#56afea", "#ff8a3d", "#22d58f", "#f2a3d0", "#f0e442", "#4f7df0", "#eae9ff")

OTHERS_ON_LIGHT = "#8a9189"
OTHERS_ON_DARK = "#6f7a7a"

COUNT = len(ON_LIGHT)
"""Groups with a colour of their own."""


def palette(colours: Colours, groups: int) -> list[str]:
    """Colours of so many groups, and of all others after them."""
    dark = luminance(colours.field) < 0.5
    own = (ON_DARK if dark else ON_LIGHT)[:groups]
    return [*own, OTHERS_ON_DARK if dark else OTHERS_ON_LIGHT]
