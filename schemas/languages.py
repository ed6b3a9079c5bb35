"""The languages in which numbers are written for people."""

from enum import StrEnum


class Language(StrEnum):
    """A language, as BCP 47 tags it."""

    EN = "en"
    DE = "de"
    FR = "fr"
    ES = "es"
    ZH = "zh"
    HI = "hi"
