"""How a claim stands, as people are told it: a label, a sentence and a colour for what verification found. Pure."""

from dataclasses import dataclass

from schemas.verification import Status


@dataclass(frozen=True)
class Standing:
    """A status for readers. `light` and `dark` are its colours on a white and on a dark ground: each has a contrast of
    4.5 to 1 or more (WCAG 2.2, 1.4.3), and none says anything that the label beside it does not."""

    label: str
    sentence: str
    light: str
    dark: str


STANDINGS = {
    Status.VERIFIED: Standing("Verified", "Checked: the wording matches the evidence.", "#0b6e4f", "#4ade9b"),
    Status.VERIFIED_WITH_CAVEATS: Standing(
        "Verified, with caveats", "Right number, read the caveat.", "#7a5600", "#e8b93c"
    ),
    Status.DISPUTED: Standing("Disputed", "Credible sources disagree.", "#a33d00", "#ff9b5e"),
    Status.UNSUPPORTED: Standing("Unsupported", "We could not find evidence.", "#5b3fb8", "#b9a9ff"),
    Status.REFUTED: Standing("Refuted", "The evidence says otherwise.", "#b42318", "#ff8f85"),
    Status.UNVERIFIED: Standing("Unverified", "Not yet checked.", "#555e68", "#aeb6c0"),
}
